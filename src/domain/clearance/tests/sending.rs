//! What another site could send.

use super::cleared;
use crate::domain::clearance::could_send;
use crate::domain::quantity::{Mg, Units};
use crate::domain::reserve::stand;
use crate::domain::testing::{Centre, day};

/// Checks which of so many vials of 400 mg a centre could send, in date until `day(19)`.
fn sends(giver: &Centre, units: u32, want: &str) {
    let fill = [(Mg::from_mg(400), Units::new(units))];
    let sent = could_send(&giver.facts(), &fill, day(19));
    let rows: Vec<String> = sent
        .iter()
        .map(|(lot, n)| format!("{n} of {lot}"))
        .collect();
    assert_eq!(rows.join(", "), want);
    let mut after = giver.clone();
    for (lot, units) in sent {
        after = after.lose(lot.as_str(), units.get());
    }
    let (before, after) = (stand(&giver.facts()), stand(&after.facts()));
    assert_eq!(after.lost_since(&before).get(), 0);
}

#[test]
fn a_site_sends_only_what_its_own_reserve_does_without() {
    sends(&Centre::new().vials(400, 60, 4), 2, "");
    sends(&Centre::new().vials(400, 60, 5), 2, "1 of 400-60");
    sends(&Centre::new().vials(400, 60, 9), 2, "2 of 400-60");
    // already in breach: what no dose can be made of may go
    sends(&Centre::new().vials(400, 60, 3), 2, "1 of 400-60");
    let mut no_centre = Centre::new().vials(400, 60, 2);
    no_centre.site.car_t = false;
    sends(&no_centre, 3, "2 of 400-60");
}

#[test]
fn a_site_sends_nothing_that_is_held_or_expires_too_soon() {
    sends(
        &Centre::new().vials(400, 18, 9).vials(400, 19, 1),
        2,
        "1 of 400-19",
    );
    sends(&cleared("a", 5), 2, "");
}

#[test]
fn a_site_sends_what_expires_last_unless_it_needs_just_that() {
    let spare = Centre::new().vials(400, 20, 5).vials(400, 60, 1);
    sends(&spare, 2, "1 of 400-60, 1 of 400-20");
    let needed = Centre::new().patient("a", 50_000, 20);
    let needed = needed.vials(400, 60, 2).vials(400, 20, 1);
    sends(&needed, 3, "1 of 400-20");
}

#[test]
fn a_site_of_which_nobody_can_say_what_it_needs_sends_nothing() {
    let mut centre = Centre::new().vials(400, 60, 9).vials(80, 60, 1);
    centre.rulebook.presentations[1].presentation.strength = Mg::from_ug(2_000_000_000_000_000);
    sends(&centre, 1, "");
}
