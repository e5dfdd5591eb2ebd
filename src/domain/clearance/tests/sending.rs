//! What another site could send.

use super::cleared;
use crate::domain::clearance::{Checks, could_send};
use crate::domain::dose::Lack;
use crate::domain::quantity::{Mg, Units};
use crate::domain::reserve::stand;
use crate::domain::testing::{Centre, day};

/// So many vials of a strength, missing from a dose of `day(on)`.
fn lack(mg: u32, on: i64, units: u32) -> Lack {
    Lack {
        strength: Mg::from_mg(mg),
        on: day(on),
        units: Units::new(units),
    }
}

/// Checks which of so many vials of 400 mg a centre could send, in date until `day(19)`.
fn sends(giver: &Centre, units: u32, want: &str) {
    let lacks = [lack(400, 19, units)];
    let sent = could_send(&giver.facts(), &lacks, &mut Checks::at_most(1_000));
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

#[test]
fn a_vial_is_in_date_on_the_day_of_the_dose_that_it_is_missing_from() {
    let mut giver = Centre::new().vials(400, 20, 2).vials(400, 41, 1);
    giver.site.car_t = false;
    let sent = |lacks: &[Lack]| {
        let sent = could_send(&giver.facts(), lacks, &mut Checks::at_most(0));
        let row = |(lot, n): (crate::domain::id::LotId, Units)| format!("{n} of {lot}");
        sent.into_iter().map(row).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(sent(&[lack(400, 41, 2)]), "1 of 400-41");
    // the one that lasts goes where it must
    assert_eq!(
        sent(&[lack(400, 17, 1), lack(400, 41, 1)]),
        "1 of 400-41, 1 of 400-20"
    );
    assert_eq!(
        sent(&[lack(400, 17, 2), lack(400, 41, 1)]),
        "1 of 400-41, 2 of 400-20"
    );
}

/// A hundred patients, ninety lots, and hundreds of vials asked for: composed a few times only.
#[test]
fn what_a_great_centre_could_send_is_found_by_a_few_compositions() {
    let mut giver = Centre::new();
    for n in 0..100 {
        giver = giver.patient(&format!("p{n:03}"), 60_000 + 400 * (n % 50), n % 28);
    }
    for n in 0..90 {
        giver = giver.vials([80, 200, 400][usize::try_from(n % 3).unwrap()], 20 + n, 12);
    }
    let lacks: Vec<Lack> = [80, 200, 400].map(|mg| lack(mg, 41, 300)).to_vec();
    let mut checks = Checks::at_most(1_000);
    could_send(&giver.facts(), &lacks, &mut checks);
    assert!(checks.made() > 0);
    assert!(checks.made() <= 96, "{checks:?}");
    // and no oftener than it may be
    let mut few = Checks::at_most(3);
    could_send(&giver.facts(), &lacks, &mut few);
    assert!(few.made() <= 3 && few.exhausted());
}
