//! What becomes of what is held.

use super::{also_cleared, cleared};
use crate::domain::testing::{Centre, day, lot};

/// Checks what the clearances hold once the centre is settled, and that nothing is left to settle.
fn settles(centre: Centre, want: &str) {
    let once = centre.settle();
    assert_eq!(once.held(), want);
    assert_eq!(once.settle().held(), want, "settled twice");
}

#[test]
fn what_is_right_stays_as_it_is() {
    settles(
        cleared("a", 5).vials(400, 90, 9),
        "a standing: 1 = 1 of 400-60 + 2 = 1 of 400-60",
    );
}

#[test]
fn a_loss_is_made_good_from_free_stock() {
    settles(
        cleared("a", 5).vials(400, 50, 1).lose("400-60", 1),
        "a standing: 1 = 1 of 400-60 + 2 = 1 of 400-50",
    );
}

#[test]
fn a_clearance_breaks_when_a_loss_cannot_be_made_good_and_heals_when_it_can() {
    let broken = cleared("a", 5).lose("400-60", 1);
    settles(broken.clone(), "a broken: 1 = 1 of 400-60");
    settles(
        broken.settle().vials(200, 50, 2),
        "a standing: 1 = 1 of 400-60 + 2 = 2 of 200-50",
    );
}

#[test]
fn a_dose_given_releases_no_more_than_is_over() {
    let centre = cleared("a", -1).compromised().vials(400, 60, 1);
    let centre = centre.hold("a", 3, "400-60", 1);
    settles(
        centre.clone().given("a", 1),
        "a standing: 1 = 1 of 400-60 + 2 = 1 of 400-60",
    );
    // out of the hold: numbers are kept
    settles(
        centre.clone().give("a", 1),
        "a standing: 2 = 1 of 400-60 + 3 = 1 of 400-60",
    );
    // out of the last: one stays reserved however many were given, until the most
    let last = centre.give("a", 1).give("a", 2).give("a", 3);
    settles(last.clone(), "a broken: ");
    settles(last.vials(400, 60, 1), "a standing: 1 = 1 of 400-60");
}

#[test]
fn compromised_resupply_asks_for_a_third_dose() {
    settles(
        cleared("a", 5).compromised(),
        "a broken: 1 = 1 of 400-60 + 2 = 1 of 400-60",
    );
    settles(
        cleared("a", 5).compromised().vials(400, 50, 1),
        "a standing: 1 = 1 of 400-60 + 2 = 1 of 400-60 + 3 = 1 of 400-50",
    );
}

#[test]
fn a_clearance_is_over_when_nothing_is_kept_for_its_patient() {
    let over = |centre: Centre| {
        let settled = centre.settled();
        assert!(
            settled[0].over && settled[0].doses.is_empty(),
            "{settled:?}"
        );
    };
    over(cleared("a", 5).edit("a", |p| p.infusion_on = day(-15)));
    over(cleared("a", -1).given("a", 4));
    let mut cancelled = cleared("a", 5);
    cancelled.patients.clear();
    over(cancelled);
    assert!(
        !cleared("a", 5)
            .edit("a", |p| p.infusion_on = day(-14))
            .settled()[0]
            .over
    );
}

#[test]
fn a_greater_weight_makes_the_doses_anew() {
    settles(
        cleared("a", 5).weighs("a", 60_000),
        "a broken: 1 = 2 of 400-60",
    );
    settles(
        cleared("a", 5).weighs("a", 60_000).vials(80, 60, 2),
        "a standing: 1 = 1 of 400-60 + 1 = 1 of 80-60 + 2 = 1 of 400-60 + 2 = 1 of 80-60",
    );
}

#[test]
fn a_smaller_weight_gives_back_the_vials_that_it_does_without() {
    let centre = Centre::new()
        .patient("a", 100_000, 5)
        .vials(400, 60, 3)
        .vials(200, 60, 2)
        .hold("a", 1, "400-60", 2)
        .hold("a", 2, "400-60", 1)
        .hold("a", 2, "200-60", 2);
    settles(
        centre.clone().weighs("a", 75_000),
        "a standing: 1 = 2 of 400-60 + 2 = 1 of 200-60 + 2 = 1 of 400-60",
    );
    settles(
        centre.weighs("a", 50_000),
        "a standing: 1 = 1 of 400-60 + 2 = 2 of 200-60",
    );
}

#[test]
fn a_held_lot_that_will_expire_too_soon_is_changed_for_another() {
    let centre = cleared("a", 5).edit("a", |p| p.infusion_on = day(20));
    let mut early = centre.vials(400, 33, 2);
    early.holds.iter_mut().for_each(|h| h.lot_id = lot(400, 33));
    settles(
        early.lose("400-33", 0),
        "a standing: 1 = 1 of 400-60 + 2 = 1 of 400-60",
    );
}

#[test]
fn nothing_is_taken_from_another_clearance() {
    let centre = also_cleared(cleared("a", -1), "b", 20, 90);
    settles(
        centre.lose("400-60", 2),
        "a broken: ; b standing: 1 = 1 of 400-90 + 2 = 1 of 400-90",
    );
}

#[test]
fn what_is_lacking_is_not_made_with_vials_that_a_dose_ranking_before_needs() {
    let centre = also_cleared(Centre::new(), "b", 20, 60).vials(400, 50, 2);
    // infused, and nothing held: the two free vials are theirs
    let infused = centre.clone().patient("a", 50_000, -1);
    assert_eq!(
        infused.clone().lose("400-60", 1).settle().stands(),
        "a/1 possible, a/2 possible, b/1 held, b/2 missing"
    );
    settles(infused.lose("400-60", 1), "b broken: 1 = 1 of 400-60");
    // to be infused later: they rank behind
    settles(
        centre.patient("z", 50_000, 21).lose("400-60", 1),
        "b standing: 1 = 1 of 400-60 + 2 = 1 of 400-50",
    );
}

#[test]
fn what_is_lacking_leaves_the_vials_that_the_doses_behind_need() {
    // b lacks 400 mg: two of 200 would do, but only they are in date for z
    let centre = also_cleared(Centre::new(), "b", 5, 60)
        .vials(400, 20, 1)
        .vials(200, 90, 2)
        .patient("z", 25_000, 20)
        .given("z", 2)
        .lose("400-60", 1);
    settles(
        centre.clone(),
        "b standing: 1 = 1 of 400-60 + 2 = 1 of 400-20",
    );
    assert_eq!(centre.settle().stands(), "b/1 held, b/2 held, z/1 possible");
}
