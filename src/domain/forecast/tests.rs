//! What a pharmacist sees ahead of time.

use super::*;
use crate::domain::site::DeliveryState;
use crate::domain::testing::{Centre, cip, day, day_number};

/// Days on which what is possible, of what is required, differs from the day before: day, possible, required.
fn steps(centre: &Centre, due: &[Due], days: u32) -> Vec<(i64, u32, u32)> {
    let mut steps: Vec<(i64, u32, u32)> = Vec::new();
    for one in project(&centre.facts(), due, days) {
        let now = (one.possible.get(), one.required.get());
        if steps.last().is_none_or(|s| (s.1, s.2) != now) {
            steps.push((day_number(one.on), now.0, now.1));
        }
    }
    steps
}

fn foreseen(centre: &Centre, due: &[Due], days: u32) -> Option<(i64, u32, u32)> {
    let found = breach(&project(&centre.facts(), due, days))?;
    Some((
        day_number(found.on),
        found.possible.get(),
        found.required.get(),
    ))
}

fn changes(centre: &Centre, due: &[Due], on: i64) -> Vec<Change> {
    let all = project(&centre.facts(), due, 60);
    all.into_iter().find(|d| d.on == day(on)).unwrap().changes
}

fn dose(mg: u32, on: i64) -> Due {
    Due {
        on: day(on),
        route: Route::Intravenous,
        takes: Takes::Dose(Mg::from_mg(mg)),
        above_reserve: false,
    }
}

#[test]
fn an_infusion_that_comes_near_asks_for_doses_on_the_day_it_counts() {
    // 60 kg: two doses of 480 mg, as the floor asks for; an infusion counts from 27 days before on
    let centre = Centre::new()
        .vials(400, 300, 4)
        .patient("a", 60_000, 1)
        .patient("b", 60_000, 31);
    assert_eq!(steps(&centre, &[], 14), [(0, 2, 2), (4, 2, 4)]);
    assert_eq!(foreseen(&centre, &[], 14), Some((4, 2, 4)));
    assert_eq!(foreseen(&centre, &[], 3), None);
    assert_eq!(changes(&centre, &[], 4), [Change::Scheduled(1)]);
    // the window of the first is over a fortnight after the day of the infusion
    assert_eq!(changes(&centre, &[], 16), [Change::WindowsOver(1)]);
    assert_eq!(steps(&centre, &[], 30), [(0, 2, 2), (4, 2, 4), (16, 2, 2)]);
}

#[test]
fn a_delivery_counts_from_its_day_on_and_only_when_it_is_confirmed() {
    let centre = |state| {
        Centre::new()
            .vials(400, 300, 4)
            .patient("a", 60_000, 1)
            .patient("b", 60_000, 31)
            .delivery(400, 6, 4, state)
    };
    let confirmed = centre(DeliveryState::Confirmed);
    assert_eq!(
        steps(&confirmed, &[], 14),
        [(0, 2, 2), (4, 2, 4), (6, 4, 4)]
    );
    let announced = centre(DeliveryState::Announced);
    assert_eq!(steps(&announced, &[], 14), [(0, 2, 2), (4, 2, 4)]);
    let arrived = changes(&confirmed, &[], 6);
    let [Change::Arrived { cip13, units, .. }] = arrived.as_slice() else {
        panic!("{arrived:?}");
    };
    assert_eq!((*cip13, units.get()), (cip(400), 4));
}

#[test]
fn what_is_expected_today_is_there_tomorrow_and_what_is_late_never() {
    for (on, possible) in [(0, 2), (-1, 0)] {
        let centre = Centre::new().delivery(400, on, 4, DeliveryState::Confirmed);
        let ahead = project(&centre.facts(), &[], 2);
        let all: Vec<u32> = ahead.iter().map(|d| d.possible.get()).collect();
        assert_eq!(all, [0, possible, possible], "{on}");
    }
}

#[test]
fn once_the_last_delivery_came_resupply_can_be_counted_on_no_more() {
    let centre = Centre::new().by_deliveries().vials(400, 300, 4).delivery(
        400,
        3,
        4,
        DeliveryState::Confirmed,
    );
    // two doses until then, three from then on, of four
    assert_eq!(steps(&centre, &[], 14), [(0, 2, 2), (3, 3, 3)]);
    let turned = changes(&centre, &[], 3);
    assert!(
        turned.contains(&Change::Resupply(Resupply::Compromised)),
        "{turned:?}"
    );
    assert_eq!(foreseen(&centre, &[], 14), None);
    // one delivery of two doses more, and less on the shelf
    let less = Centre::new().by_deliveries().vials(400, 300, 1).delivery(
        400,
        3,
        4,
        DeliveryState::Confirmed,
    );
    assert_eq!(foreseen(&less, &[], 2), Some((1, 0, 2)));
    assert_eq!(steps(&less, &[], 14), [(0, 0, 2), (3, 2, 3)]);
}

#[test]
fn what_a_pharmacist_set_by_hand_ends_on_its_day() {
    let centre = Centre::new()
        .by_hand(Resupply::Assured, 5)
        .vials(400, 300, 4);
    assert_eq!(steps(&centre, &[], 14), [(0, 2, 2), (6, 2, 3)]);
    assert_eq!(foreseen(&centre, &[], 14), Some((6, 2, 3)));
}

#[test]
fn a_lot_that_expires_before_the_window_ends_makes_no_dose() {
    // the floor must keep a fortnight
    let centre = Centre::new().vials(400, 20, 2).vials(400, 300, 2);
    assert_eq!(steps(&centre, &[], 14), [(0, 2, 2), (7, 1, 2)]);
    assert_eq!(
        changes(&centre, &[], 21),
        [Change::Expired {
            cip13: cip(400),
            lot: centre.line("400-20").lot.clone(),
            units: Units::new(2)
        }]
    );
}

#[test]
fn a_request_takes_what_the_reserve_of_its_day_can_spare_and_a_later_day_lacks_it() {
    let centre = Centre::new()
        .vials(400, 300, 6)
        .patient("a", 60_000, 1)
        .patient("b", 60_000, 29);
    // three doses, two of which the reserve asks for until the second infusion counts
    assert_eq!(foreseen(&centre, &[], 14), Some((2, 3, 4)));
    let centre = centre.vials(400, 301, 2);
    assert_eq!(foreseen(&centre, &[], 14), None);
    let due = [dose(480, 1)];
    assert_eq!(foreseen(&centre, &due, 14), Some((2, 3, 4)));
    let taken = changes(&centre, &due, 1);
    assert_eq!(taken, [Change::Taken(vec![(cip(400), Units::new(2))])]);
    // asked for when the reserve needs all there is, it waits
    let late = [dose(480, 2)];
    assert_eq!(foreseen(&centre, &late, 14), None);
    assert_eq!(
        changes(&centre, &late, 2),
        [Change::Scheduled(1), Change::Waiting(1)]
    );
    // unless it ranks above the reserve
    let above = [Due {
        above_reserve: true,
        ..dose(480, 2)
    }];
    assert_eq!(foreseen(&centre, &above, 14), Some((2, 3, 4)));
}

#[test]
fn a_request_that_waited_is_served_by_what_comes() {
    let centre = Centre::new()
        .vials(400, 300, 4)
        .delivery(400, 5, 2, DeliveryState::Confirmed);
    let due = [dose(400, 2)];
    assert_eq!(changes(&centre, &due, 2), [Change::Waiting(1)]);
    let served = changes(&centre, &due, 5);
    assert!(
        served.contains(&Change::Taken(vec![(cip(400), Units::new(1))])),
        "{served:?}"
    );
    // what is overdue is served tomorrow if it can be
    let overdue = [dose(80, -3)];
    let more = Centre::new().vials(400, 300, 4).vials(80, 300, 1);
    let taken = [Change::Taken(vec![(cip(80), Units::new(1))])];
    assert_eq!(changes(&more, &overdue, 1), taken);
    assert_eq!(changes(&more, &overdue, 0), []);
}

#[test]
fn a_request_of_another_route_takes_nothing_from_the_reserve() {
    let centre = Centre::new().vials(400, 300, 4).vials(162, 300, 3);
    let due = [Due {
        on: day(2),
        route: Route::Subcutaneous,
        takes: Takes::Units(Units::new(2)),
        above_reserve: false,
    }];
    let ahead = project(&centre.facts(), &due, 3);
    let syringes = |n: usize| {
        let of = ahead[n].units.iter().find(|(c, _)| *c == cip(162));
        of.unwrap().1.get()
    };
    assert_eq!([syringes(0), syringes(1), syringes(2)], [3, 3, 1]);
    assert_eq!(steps(&centre, &due, 3), [(0, 2, 2)]);
}

#[test]
fn what_is_held_for_a_patient_stays_until_the_window_is_over_and_what_is_promised_is_gone() {
    let mut centre = Centre::new()
        .vials(400, 300, 6)
        .patient("a", 60_000, -10)
        .hold("a", 1, "400-300", 2)
        .hold("a", 2, "400-300", 2);
    let units = |centre: &Centre, n: usize| {
        let ahead = project(&centre.facts(), &[], 10);
        let of = ahead[n].units.iter().find(|(c, _)| *c == cip(400));
        (of.unwrap().1.get(), ahead[n].possible.get())
    };
    assert_eq!((units(&centre, 4), units(&centre, 5)), ((6, 2), (6, 2)));
    // the two that nobody holds are promised to a transfer
    centre.stock[0].held = Units::new(6);
    assert_eq!((units(&centre, 0), units(&centre, 5)), ((4, 2), (4, 2)));
}

#[test]
fn a_breach_of_today_is_no_forecast_and_the_worst_day_is_told_with_the_first() {
    let centre = Centre::new()
        .vials(400, 300, 4)
        .patient("a", 60_000, 1)
        .patient("b", 60_000, 30)
        .patient("c", 60_000, 32);
    let found = breach(&project(&centre.facts(), &[], 14)).unwrap();
    assert_eq!((found.on, found.worst_on), (day(3), day(5)));
    assert_eq!((found.possible.get(), found.required.get()), (2, 6));
    // short today, and whole again tomorrow
    let healed = Centre::new().delivery(400, 0, 4, DeliveryState::Confirmed);
    assert_eq!(foreseen(&healed, &[], 14), None);
}
