//! What holds of every forecast, whatever the shelf, the patients and what is to come.

use super::*;
use crate::domain::ledger::StockLine;
use crate::domain::reserve::{CarTPatient, Hold, stand};
use crate::domain::site::{Delivery, DeliveryState};
use crate::domain::testing::{Centre, any_centre, day};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Any centre with deliveries to come, and requests that fall due.
fn any_ahead() -> impl Strategy<Value = (Centre, Vec<Due>)> {
    let strength = prop::sample::select(vec![80_u32, 200, 400]);
    let delivery = (strength, -2_i64..30, 1_u32..8, any::<bool>());
    let deliveries = prop::collection::vec(delivery, 0..4);
    let request = (1_u32..900, -2_i64..30, any::<bool>());
    let requests = prop::collection::vec(request, 0..4);
    let until = prop::option::of(-1_i64..20);
    let all = (any_centre(), deliveries, requests, until);
    all.prop_map(|(mut centre, deliveries, requests, until)| {
        centre.site.by_hand = match (until, centre.site.by_hand.take()) {
            (Some(until), Some(by_hand)) => Some(crate::domain::site::ByHand {
                until: day(until),
                ..by_hand
            }),
            (None, _) | (_, None) => None,
        };
        for (place, (mg, on, units, confirmed)) in deliveries.into_iter().enumerate() {
            let state = if confirmed {
                DeliveryState::Confirmed
            } else {
                DeliveryState::Announced
            };
            centre = centre.delivery(mg, on, units, state);
            let one = centre.deliveries.last_mut().unwrap();
            one.id = DeliveryId::new(format!("{place}"));
        }
        let due = requests.into_iter().map(|(mg, on, above_reserve)| Due {
            on: day(on),
            route: Route::Intravenous,
            takes: Takes::Dose(Mg::from_mg(mg)),
            above_reserve,
        });
        (centre, due.collect())
    })
}

fn total(units: &[(Cip13, Units)]) -> u32 {
    Units::sum(units.iter().map(|(_, n)| *n)).get()
}

/// What a day takes away, and what it adds.
fn moved(day: &DayAhead) -> (u32, u32) {
    let (mut less, mut more) = (0, 0);
    for change in &day.changes {
        match change {
            Change::Expired { units, .. } => less += units.get(),
            Change::Taken(taken) => less += total(taken),
            Change::Arrived { units, .. } => more += units.get(),
            Change::WindowsOver(_)
            | Change::Scheduled(_)
            | Change::Waiting(_)
            | Change::Resupply(_) => {}
        }
    }
    (less, more)
}

/// The centre as it is on a day to come, when nobody asks for anything: made by hand, from scratch.
fn on_the_day(centre: &Centre, n: i64) -> (Vec<StockLine>, Vec<Hold>, Vec<Delivery>) {
    let today = day(n);
    let over = |p: &CarTPatient| p.infusion_on.plus(centre.rule.window_days) < today;
    let over: Vec<_> = centre.patients.iter().filter(|p| over(p)).collect();
    let gone = |h: &Hold| n > 0 && over.iter().any(|p| p.id == h.patient);
    let was_over = |h: &Hold| {
        let patient = centre.patients.iter().find(|p| p.id == h.patient);
        patient.is_some_and(|p| p.infusion_on.plus(centre.rule.window_days) < day(0))
    };
    let (ended, holds): (Vec<Hold>, Vec<Hold>) = centre
        .holds
        .iter()
        .cloned()
        .partition(|h| gone(h) && !was_over(h));
    let mut stock = centre.stock.clone();
    for hold in ended {
        let line = stock.iter_mut().find(|l| l.lot_id == hold.lot_id).unwrap();
        line.held = line.held.saturating_sub(hold.units);
    }
    let mut to_come = Vec::new();
    for delivery in &centre.deliveries {
        let confirmed = delivery.state == DeliveryState::Confirmed;
        if n > 0 && delivery.expected_on <= today {
            if confirmed && delivery.expected_on >= day(0) {
                stock.push(StockLine {
                    lot_id: crate::domain::id::LotId::new(format!("came/{}", delivery.id)),
                    cip13: delivery.cip13,
                    lot: LotNumber::parse("X").unwrap(),
                    expiry: Day::LAST,
                    usable: delivery.units,
                    quarantined: Units::ZERO,
                    held: Units::ZERO,
                });
            }
        } else {
            to_come.push(delivery.clone());
        }
    }
    (stock, holds, to_come)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn today_is_what_the_reserve_says_of_today((centre, due) in any_ahead()) {
        let reserve = stand(&centre.facts());
        let today = &project(&centre.facts(), &due, 5)[0];
        prop_assert_eq!(today.required, reserve.required());
        prop_assert_eq!(today.possible, reserve.possible());
        prop_assert_eq!(&today.changes, &vec![]);
    }

    #[test]
    fn every_day_is_what_the_reserve_will_say_when_nobody_asks((centre, _) in any_ahead()) {
        for (n, one) in (0_i64..).zip(project(&centre.facts(), &[], 40)) {
            let (stock, holds, deliveries) = on_the_day(&centre, n);
            let facts = Facts {
                today: day(n),
                stock: &stock,
                holds: &holds,
                deliveries: &deliveries,
                ..centre.facts()
            };
            let reserve = stand(&facts);
            prop_assert_eq!((one.on, one.resupply), (day(n), reserve.resupply));
            prop_assert_eq!(
                (one.required, one.possible), (reserve.required(), reserve.possible()), "day {}", n
            );
        }
    }

    #[test]
    fn units_only_change_by_what_is_told((centre, due) in any_ahead()) {
        let ahead = project(&centre.facts(), &due, 40);
        for pair in ahead.windows(2) {
            let (less, more) = moved(&pair[1]);
            prop_assert_eq!(total(&pair[0].units) + more, total(&pair[1].units) + less);
        }
    }

    #[test]
    fn a_request_below_the_reserve_costs_it_nothing_on_its_day((centre, due) in any_ahead()) {
        let below: Vec<Due> = due.iter().map(|d| Due { above_reserve: false, ..*d }).collect();
        let (with, without) = (
            project(&centre.facts(), &below, 40),
            project(&centre.facts(), &[], 40),
        );
        // until the first is served nothing differs, and on that day it takes no dose
        for (a, b) in with.iter().zip(&without) {
            prop_assert_eq!(a.required, b.required);
            prop_assert_eq!(a.possible, b.possible);
            if a.changes.iter().any(|c| matches!(c, Change::Taken(_))) {
                break;
            }
        }
    }

    #[test]
    fn nobody_is_served_twice_and_looking_further_changes_no_day((centre, due) in any_ahead()) {
        let long = project(&centre.facts(), &due, 40);
        let short = project(&centre.facts(), &due, 12);
        prop_assert_eq!(&long[..13], &short[..]);
        let taken = long.iter().flat_map(|d| &d.changes).filter(|c| matches!(c, Change::Taken(_)));
        prop_assert!(taken.count() <= due.len());
    }

    #[test]
    fn a_breach_is_the_first_short_day_after_today((centre, due) in any_ahead()) {
        let ahead = project(&centre.facts(), &due, 40);
        let short: BTreeMap<Day, u32> = ahead.iter().skip(1)
            .map(|d| (d.on, d.possible.missing_to(d.required).get()))
            .filter(|(_, missing)| *missing > 0)
            .collect();
        match breach(&ahead) {
            None => prop_assert!(short.is_empty()),
            Some(found) => {
                prop_assert_eq!(Some(&found.on), short.keys().next());
                let most = found.possible.missing_to(found.required).get();
                prop_assert_eq!(Some(&most), short.values().max());
            }
        }
    }
}
