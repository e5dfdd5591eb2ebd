//! GO and NO-GO.

mod losses;
mod sending;
mod settling;

use super::{Answer, ask};
use crate::domain::id::PatientId;
use crate::domain::quantity::Units;
use crate::domain::testing::Centre;

/// Checks the answer for a patient: `GO: 1 = 2 of 400-60` or `NO-GO: 1 missing, fill 2 of 400 mg`.
fn asked(centre: &Centre, patient: &str, want: &str) {
    let id = PatientId::new(patient);
    let patient = centre.patients.iter().find(|p| p.id == id).unwrap();
    let answer = match ask(&centre.facts(), patient).unwrap() {
        Answer::Go { doses } => {
            let rows = doses.iter().flat_map(|d| {
                let rows = d.units.iter();
                rows.map(move |(lot, n)| format!("{} = {n} of {lot}", d.number))
            });
            format!("GO: {}", rows.collect::<Vec<_>>().join(" + "))
        }
        Answer::NoGo { missing, fill, .. } => {
            let rows = fill.iter().map(|(mg, n)| format!("{n} of {mg}"));
            let rows: Vec<String> = rows.collect();
            format!("NO-GO: {missing} missing, fill {}", rows.join(" + "))
        }
    };
    assert_eq!(answer, want);
}

#[test]
fn a_go_needs_exactly_the_doses_and_one_vial_fewer_is_a_no_go() {
    let centre = |units| Centre::new().patient("a", 50_000, 5).vials(400, 60, units);
    asked(&centre(2), "a", "GO: 1 = 1 of 400-60 + 2 = 1 of 400-60");
    asked(&centre(1), "a", "NO-GO: 1 missing, fill 1 of 400 mg");
    asked(&centre(0), "a", "NO-GO: 2 missing, fill 2 of 400 mg");
}

#[test]
fn when_resupply_is_compromised_a_go_needs_three() {
    let centre = |units| {
        let centre = Centre::new().compromised().patient("a", 50_000, 5);
        centre.vials(400, 60, units)
    };
    asked(&centre(2), "a", "NO-GO: 1 missing, fill 1 of 400 mg");
    asked(
        &centre(3),
        "a",
        "GO: 1 = 1 of 400-60 + 2 = 1 of 400-60 + 3 = 1 of 400-60",
    );
}

#[test]
fn the_vials_of_a_go_are_in_date_a_fortnight_after_the_infusion() {
    let centre = |expiry| Centre::new().patient("a", 50_000, 5).vials(400, expiry, 2);
    asked(&centre(19), "a", "GO: 1 = 1 of 400-19 + 2 = 1 of 400-19");
    asked(&centre(18), "a", "NO-GO: 2 missing, fill 2 of 400 mg");
}

#[test]
fn a_go_takes_what_expires_last() {
    let centre = Centre::new().patient("a", 50_000, 5);
    let centre = centre.vials(400, 40, 2).vials(400, 60, 1);
    asked(&centre, "a", "GO: 1 = 1 of 400-60 + 2 = 1 of 400-40");
}

#[test]
fn the_doses_of_other_patients_are_protected_held_or_not() {
    let both = Centre::new()
        .patient("a", 50_000, 5)
        .patient("b", 50_000, 20);
    asked(
        &both.clone().vials(400, 60, 3),
        "a",
        "NO-GO: 1 missing, fill 1 of 400 mg",
    );
    asked(
        &both.clone().vials(400, 60, 4),
        "a",
        "GO: 1 = 1 of 400-60 + 2 = 1 of 400-60",
    );
    let held = |units| {
        let centre = both.clone().vials(400, 60, units);
        centre.hold("b", 1, "400-60", 1).hold("b", 2, "400-60", 1)
    };
    asked(&held(3), "a", "NO-GO: 1 missing, fill 1 of 400 mg");
    asked(&held(4), "a", "GO: 1 = 1 of 400-60 + 2 = 1 of 400-60");
}

#[test]
fn a_patient_s_doses_take_the_place_of_the_floor_and_what_they_leave_is_asked_for() {
    let whole = Centre::new().patient("a", 100_000, 5).vials(400, 60, 4);
    asked(&whole, "a", "GO: 1 = 2 of 400-60 + 2 = 2 of 400-60");
    let rest = |units| {
        let centre = Centre::new().patient("a", 50_000, 0).given("a", 1);
        centre.vials(400, 60, units)
    };
    asked(&rest(1), "a", "NO-GO: 1 missing, fill 2 of 400 mg");
    asked(&rest(3), "a", "GO: 1 = 1 of 400-60");
}

#[test]
fn a_go_leaves_the_vials_that_the_other_doses_need() {
    // 240 mg come best from 200 + 80; but the vials of 80 mg are all that 480 mg can be made with
    // on a later day
    let centre = Centre::new()
        .patient("a", 30_000, 5)
        .patient("b", 60_000, 20)
        .vials(400, 60, 2)
        .vials(200, 20, 4)
        .vials(80, 60, 2);
    asked(&centre, "a", "GO: 1 = 2 of 200-20 + 2 = 2 of 200-20");
}

#[test]
fn nobody_for_whom_nothing_is_kept_gets_a_go() {
    let centre = |infusion| {
        let centre = Centre::new().patient("a", 50_000, infusion);
        centre.vials(400, 60, 40)
    };
    let never = "NO-GO: 2 missing, fill ";
    asked(&centre(28), "a", never);
    asked(&centre(-15), "a", never);
    asked(&centre(0).given("a", 4), "a", never);
    let mut elsewhere = centre(5);
    elsewhere.site.car_t = false;
    asked(&elsewhere, "a", never);
}

#[test]
fn quarantined_and_held_vials_make_no_go() {
    let mut centre = Centre::new()
        .patient("a", 50_000, 5)
        .patient("z", 50_000, -1)
        .vials(400, 60, 4);
    centre = centre.hold("z", 1, "400-60", 1).hold("z", 2, "400-60", 1);
    asked(&centre, "a", "GO: 1 = 1 of 400-60 + 2 = 1 of 400-60");
    centre.stock[0].usable = Units::new(3);
    centre.stock[0].quarantined = Units::new(1);
    asked(&centre, "a", "NO-GO: 1 missing, fill 1 of 400 mg");
}

/// A patient of 50 kg with two doses held, out of a lot of as many units.
pub(super) fn cleared(id: &str, infusion: i64) -> Centre {
    also_cleared(Centre::new(), id, infusion, 60)
}

pub(super) fn also_cleared(centre: Centre, id: &str, infusion: i64, expiry: i64) -> Centre {
    let name = format!("400-{expiry}");
    centre
        .patient(id, 50_000, infusion)
        .vials(400, expiry, 2)
        .hold(id, 1, &name, 1)
        .hold(id, 2, &name, 1)
}
