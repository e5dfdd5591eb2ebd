//! Whose units go first.

use super::{also_cleared, cleared};
use crate::domain::clearance::{cut, last_first};
use crate::domain::quantity::Units;
use crate::domain::testing::{Centre, day, lot};

/// Checks from whose doses a loss of so many units of the lot `400-60` is cut.
fn cuts(centre: &Centre, units: u32, want: &str) {
    let cuts = cut(
        &[(centre.facts(), centre.in_force.clone())],
        &lot(400, 60),
        Units::new(units),
    );
    let rows: Vec<String> = cuts
        .iter()
        .map(|(id, n)| {
            let hold = centre.holds.iter().find(|h| h.id == *id).unwrap();
            format!("{n} of {}/{}", hold.patient, hold.dose)
        })
        .collect();
    assert_eq!(rows.join(", "), want);
}

#[test]
fn holds_are_cut_in_reverse_rank() {
    let centre = ["a", "b", "c", "d"]
        .into_iter()
        .zip([-1, 0, 5, 9])
        .fold(Centre::new(), |centre, (id, infusion)| {
            also_cleared(centre, id, infusion, 60)
        });
    cuts(&centre, 0, "");
    cuts(&centre, 1, "1 of d/2");
    cuts(
        &centre,
        8,
        "1 of d/2, 1 of d/1, 1 of c/2, 1 of c/1, 1 of b/2, 1 of a/2, 1 of b/1, 1 of a/1",
    );
    cuts(
        &centre.vials(400, 60, 9),
        99,
        "1 of d/2, 1 of d/1, 1 of c/2, 1 of c/1, 1 of b/2, 1 of a/2, 1 of b/1, 1 of a/1",
    );
}

#[test]
fn among_equals_the_last_to_have_asked_loses_first() {
    let centre = also_cleared(cleared("b", 5), "a", 5, 60);
    cuts(&centre, 3, "1 of a/2, 1 of a/1, 1 of b/2");
}

#[test]
fn a_hold_of_several_units_is_cut_in_part() {
    let centre = Centre::new().patient("a", 100_000, 5).vials(400, 60, 2);
    let centre = centre.hold("a", 1, "400-60", 2);
    cuts(&centre, 1, "1 of a/1");
}

#[test]
fn what_is_held_for_nobody_is_cut_first() {
    let centre = || also_cleared(cleared("a", 5), "b", 9, 60);
    let mut cancelled = centre();
    cancelled.patients.remove(0);
    cuts(&cancelled, 1, "1 of a/2");
    cuts(
        &centre().edit("a", |p| p.infusion_on = day(-15)),
        1,
        "1 of a/2",
    );
    cuts(&centre().given("a", 4), 1, "1 of a/2");
    let mut ended = centre();
    ended.in_force.remove(0);
    cuts(&ended, 1, "1 of a/2");
    // one dose given, two still held: the second is held for nobody
    cuts(&centre().given("a", 1), 2, "1 of a/2, 1 of b/2");
}

#[test]
fn the_rank_of_a_dose_is_its_place_and_not_its_number() {
    // a was given the dose of number 1; what is left is the first of those kept, as b's
    let centre = also_cleared(cleared("a", -1), "b", 0, 60).give("a", 1);
    cuts(&centre, 3, "1 of b/2, 1 of b/1, 1 of a/2");
    let first = last_first(&[(centre.facts(), centre.in_force.clone())])[0];
    assert_eq!((first.patient.as_str(), first.dose), ("b", 2));
}
