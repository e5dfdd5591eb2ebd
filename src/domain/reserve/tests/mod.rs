//! Which doses must stay, and which of them the shelf makes.

mod resupplied;

use crate::domain::quantity::{Doses, Units};
use crate::domain::reserve::{required, stand};
use crate::domain::rule::Resupply::{self, Assured, Compromised};
use crate::domain::testing::{Centre, day};

/// Checks what must stay.
fn check(centre: &Centre, want: &str) {
    assert_eq!(centre.must_stay(), want);
}

/// Checks how each dose stands.
fn stands(centre: &Centre, want: &str) {
    assert_eq!(centre.stands(), want);
}

#[test]
fn an_empty_centre_keeps_two_reference_doses_and_three_when_resupply_is_compromised() {
    check(
        &Centre::new(),
        "floor/1 800 mg until 14, floor/2 800 mg until 14",
    );
    check(
        &Centre::new().compromised(),
        "floor/1 800 mg until 14, floor/2 800 mg until 14, floor/3 800 mg until 14",
    );
}

#[test]
fn a_pharmacy_that_is_no_car_t_centre_keeps_nothing() {
    let mut centre = Centre::new().patient("a", 70_000, 3);
    centre.site.car_t = false;
    check(&centre, "");
}

#[test]
fn a_children_s_centre_keeps_its_own_reference_dose() {
    check(
        &Centre::new().reference_dose(240),
        "floor/1 240 mg until 14, floor/2 240 mg until 14",
    );
}

#[test]
fn the_dose_of_a_patient_falls_at_thirty_kilograms() {
    check(
        &Centre::new().patient("a", 29_900, 0),
        "a/1 infused 358.8 mg until 14, a/2 infused 358.8 mg until 14",
    );
    check(
        &Centre::new().patient("a", 30_000, 0),
        "a/1 infused 240 mg until 14, a/2 infused 240 mg until 14",
    );
    check(
        &Centre::new().patient("a", 120_000, 0),
        "a/1 infused 800 mg until 14, a/2 infused 800 mg until 14",
    );
}

#[test]
fn doses_given_leave_at_least_one_and_at_most_what_may_still_be_given() {
    let left = |resupply: Resupply, given: u32| {
        let centre = Centre::new().patient("a", 50_000, -1).given("a", given);
        let doses = required(&centre.facts(), resupply);
        doses
            .iter()
            .filter(|d| d.kept_for.patient().is_some())
            .count()
    };
    assert_eq!(
        [0, 1, 2, 3, 4, 5].map(|g| left(Assured, g)),
        [2, 1, 1, 1, 0, 0]
    );
    assert_eq!(
        [0, 1, 2, 3, 4, 5].map(|g| left(Compromised, g)),
        [3, 2, 1, 1, 0, 0]
    );
}

#[test]
fn the_floor_counts_only_what_patients_leave_missing() {
    check(
        &Centre::new().patient("a", 50_000, -1).given("a", 1),
        "a/1 infused 400 mg until 13, floor/1 800 mg until 14",
    );
    check(
        &Centre::new().patient("a", 50_000, -1).given("a", 4),
        "floor/1 800 mg until 14, floor/2 800 mg until 14",
    );
    check(
        &Centre::new()
            .compromised()
            .patient("a", 50_000, -1)
            .given("a", 1),
        "a/1 infused 400 mg until 13, a/2 infused 400 mg until 13, floor/1 800 mg until 14",
    );
}

#[test]
fn infused_patients_come_dose_by_dose_then_scheduled_ones_patient_by_patient_then_the_floor() {
    let centre = Centre::new()
        .compromised()
        .patient("d", 50_000, 9)
        .patient("c", 50_000, 9)
        .patient("b", 50_000, -1)
        .patient("a", 50_000, 0)
        .given("b", 1)
        .given("c", 1)
        .given("d", 2);
    check(
        &centre,
        "b/1 infused 400 mg until 13, a/1 infused 400 mg until 14, b/2 infused 400 mg until 13, \
         a/2 infused 400 mg until 14, a/3 infused 400 mg until 14, c/1 scheduled 400 mg until 23, \
         c/2 scheduled 400 mg until 23, d/1 scheduled 400 mg until 23",
    );
}

#[test]
fn a_patient_is_infused_from_the_day_itself_to_a_fortnight_after() {
    for (infusion, class) in [
        (0, "infused"),
        (-14, "infused"),
        (1, "scheduled"),
        (27, "scheduled"),
    ] {
        let until = infusion + 14;
        check(
            &Centre::new().patient("a", 50_000, infusion),
            &format!("a/1 {class} 400 mg until {until}, a/2 {class} 400 mg until {until}"),
        );
    }
    for outside in [-15, 28] {
        check(
            &Centre::new().patient("a", 50_000, outside),
            "floor/1 800 mg until 14, floor/2 800 mg until 14",
        );
    }
}

#[test]
fn a_weight_without_a_row_of_doses_is_kept_the_greatest_dose() {
    let mut centre = Centre::new().patient("a", 50_000, 0);
    centre.rulebook.doses.clear();
    check(
        &centre,
        "a/1 infused 800 mg until 14, a/2 infused 800 mg until 14",
    );
}

#[test]
fn four_hundred_and_eighty_milligrams_make_no_two_doses_of_two_hundred_and_forty() {
    let centre = Centre::new()
        .patient("a", 30_000, 0)
        .vials(400, 60, 1)
        .vials(80, 60, 1);
    stands(&centre, "a/1 possible, a/2 missing");
    let reserve = stand(&centre.facts());
    assert_eq!(
        (reserve.possible(), reserve.required()),
        (Doses::new(1), Doses::new(2))
    );
    stands(&centre.vials(80, 60, 2), "a/1 possible, a/2 possible");
}

#[test]
fn a_vial_that_expires_on_the_last_day_of_the_window_counts_and_the_day_before_not() {
    let centre = Centre::new().patient("a", 50_000, 5);
    stands(
        &centre.clone().vials(400, 19, 2),
        "a/1 possible, a/2 possible",
    );
    stands(&centre.vials(400, 18, 2), "a/1 missing, a/2 missing");
    stands(
        &Centre::new().vials(400, 14, 2).vials(400, 13, 2),
        "floor/1 possible, floor/2 missing",
    );
}

#[test]
fn quarantined_units_and_units_under_the_skin_make_no_dose() {
    let mut centre = Centre::new()
        .patient("a", 50_000, 0)
        .vials(162, 60, 9)
        .vials(400, 60, 2);
    centre.stock[1].usable = Units::new(1);
    centre.stock[1].quarantined = Units::new(1);
    stands(&centre, "a/1 possible, a/2 missing");
}

#[test]
fn held_doses_count_for_their_own_patient_only() {
    let centre = Centre::new()
        .patient("a", 50_000, 0)
        .patient("b", 50_000, 3)
        .vials(400, 60, 2)
        .hold("b", 1, "400-60", 1)
        .hold("b", 2, "400-60", 1);
    stands(&centre, "a/1 missing, a/2 missing, b/1 held, b/2 held");
    stands(
        &centre.vials(400, 60, 1),
        "a/1 possible, a/2 missing, b/1 held, b/2 held",
    );
}

#[test]
fn what_is_held_for_somebody_who_was_given_the_most_makes_no_floor() {
    let centre = Centre::new()
        .patient("a", 100_000, -1)
        .vials(400, 60, 2)
        .hold("a", 1, "400-60", 2)
        .given("a", 4);
    stands(&centre, "floor/1 missing, floor/2 missing");
}

#[test]
fn a_hold_that_has_become_too_small_makes_no_dose() {
    let centre = Centre::new()
        .patient("a", 50_000, 0)
        .vials(400, 60, 2)
        .hold("a", 1, "400-60", 1)
        .hold("a", 2, "400-60", 1);
    stands(&centre, "a/1 held, a/2 held");
    stands(
        &centre.clone().weighs("a", 50_001),
        "a/1 missing, a/2 missing",
    );
    stands(&centre.weighs("a", 49_999), "a/1 held, a/2 held");
}

#[test]
fn a_hold_that_expires_before_the_window_ends_makes_no_dose() {
    let centre = Centre::new()
        .patient("a", 50_000, 3)
        .vials(400, 17, 2)
        .hold("a", 1, "400-17", 1)
        .hold("a", 2, "400-17", 1);
    stands(&centre, "a/1 held, a/2 held");
    stands(
        &centre.edit("a", |p| p.infusion_on = day(4)),
        "a/1 missing, a/2 missing",
    );
}

#[test]
fn units_that_two_clearances_hold_are_not_added_up_to_one_dose() {
    let mut centre = Centre::new()
        .patient("a", 100_000, 0)
        .vials(400, 60, 2)
        .hold("a", 1, "400-60", 2);
    let mut other = centre.holds[0].clone();
    other.clearance = crate::domain::id::ClearanceId::new("another");
    other.units = Units::new(1);
    centre.holds[0].units = Units::new(1);
    centre.holds.push(other);
    stands(&centre, "a/1 missing, a/2 missing");
}

#[test]
fn losing_an_infused_patient_s_dose_is_not_made_good_by_one_of_the_floor() {
    let centre = Centre::new()
        .patient("a", 100_000, -1)
        .given("a", 1)
        .reference_dose(80);
    let before = centre.clone().vials(400, 60, 2);
    let after = centre.vials(80, 60, 3);
    stands(&before, "a/1 possible, floor/1 missing");
    stands(&after, "a/1 missing, floor/1 possible");
    let (before, after) = (stand(&before.facts()), stand(&after.facts()));
    assert_eq!(after.possible(), before.possible());
    assert_eq!(after.lost_since(&before), Doses::new(1));
    assert_eq!(before.lost_since(&before), Doses::ZERO);
}

#[test]
fn a_question_too_large_leaves_every_dose_that_is_not_held_missing() {
    let mut centre = Centre::new()
        .patient("a", 100_000, -1)
        .vials(400, 60, 2)
        .vials(80, 60, 1)
        .hold("a", 1, "400-60", 2);
    centre.rulebook.presentations[1].presentation.strength =
        crate::domain::quantity::Mg::from_ug(2_000_000_000_000_000);
    let reserve = stand(&centre.facts());
    assert!(reserve.unsolved.is_some());
    stands(&centre, "a/1 held, a/2 missing");
}
