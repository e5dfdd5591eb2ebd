//! Whether a site can count on resupply.

use crate::domain::reserve::resupply;
use crate::domain::rule::Resupply::{self, Assured, Compromised};
use crate::domain::site::DeliveryState::{self, Announced, Cancelled, Confirmed, Received};
use crate::domain::testing::Centre;

/// Checks what confirmed vials of 400 mg on a day make of resupply.
fn resupplied(state: DeliveryState, expected: i64, want: Resupply) {
    let centre = Centre::new()
        .by_deliveries()
        .delivery(400, expected, 4, state);
    assert_eq!(
        resupply(&centre.facts()),
        want,
        "{state:?} on day {expected}"
    );
}

#[test]
fn only_a_confirmed_delivery_from_today_to_a_week_ahead_is_counted_on() {
    resupplied(Confirmed, 0, Assured);
    resupplied(Confirmed, 7, Assured);
    resupplied(Confirmed, 8, Compromised);
    resupplied(Confirmed, -1, Compromised);
    resupplied(Announced, 3, Compromised);
    resupplied(Received, 0, Compromised);
    resupplied(Cancelled, 3, Compromised);
}

#[test]
fn deliveries_assure_resupply_when_together_they_make_two_reference_doses() {
    let check = |centre: Centre, want: Resupply| assert_eq!(resupply(&centre.facts()), want);
    let none = || Centre::new().by_deliveries();
    check(none(), Compromised);
    check(none().vials(400, 60, 40), Compromised);
    check(none().delivery(400, 3, 3, Confirmed), Compromised);
    check(
        none()
            .delivery(400, 3, 3, Confirmed)
            .delivery(200, 5, 2, Confirmed),
        Assured,
    );
    check(none().delivery(162, 3, 100, Confirmed), Compromised);
    check(
        none().reference_dose(240).delivery(80, 3, 6, Confirmed),
        Assured,
    );
}

#[test]
fn resupply_set_by_hand_holds_until_its_last_day() {
    let check = |until: i64, want: Resupply| {
        let centre = Centre::new().by_hand(Assured, until);
        assert_eq!(resupply(&centre.facts()), want);
    };
    check(1, Assured);
    check(0, Assured);
    check(-1, Compromised);
    let centre = Centre::new()
        .by_hand(Compromised, 0)
        .delivery(400, 3, 4, Confirmed);
    assert_eq!(resupply(&centre.facts()), Compromised);
}
