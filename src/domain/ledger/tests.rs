//! What leaves first, and what stays.

use super::*;
use crate::domain::testing::{Centre, any_centre, cip};
use proptest::prelude::*;

/// Checks which lots so many units of 400 mg come from, or how many there are.
fn check(centre: &Centre, lot: Option<&str>, units: u32, want: &str) {
    let lot = lot.map(|l| LotNumber::parse(l).unwrap());
    let picked = pick_first_expiring(
        &centre.stock,
        cip(400),
        lot.as_ref(),
        Units::new(units),
        centre.today,
    );
    let words = match picked {
        Ok(rows) => {
            let rows = rows.iter().map(|(lot, n)| format!("{n} of {lot}"));
            rows.collect::<Vec<_>>().join(" + ")
        }
        Err(free) => format!("only {free}"),
    };
    assert_eq!(words, want);
}

#[test]
fn what_expires_first_leaves_first() {
    let centre = Centre::new()
        .vials(400, 60, 2)
        .vials(400, 30, 2)
        .vials(80, 10, 9);
    check(&centre, None, 1, "1 of 400-30");
    check(&centre, None, 3, "2 of 400-30 + 1 of 400-60");
    check(&centre, None, 4, "2 of 400-30 + 2 of 400-60");
    check(&centre, None, 5, "only 4");
}

#[test]
fn a_lot_that_is_named_is_the_only_one_taken_from() {
    let centre = Centre::new().vials(400, 60, 2).vials(400, 30, 2);
    check(&centre, Some("400-60"), 2, "2 of 400-60");
    check(&centre, Some("400-60"), 3, "only 2");
    check(&centre, Some("400-90"), 1, "only 0");
}

#[test]
fn a_unit_leaves_until_the_day_of_its_expiry_and_not_after() {
    check(&Centre::new().vials(400, 0, 1), None, 1, "1 of 400-0");
    check(&Centre::new().vials(400, -1, 1), None, 1, "only 0");
}

#[test]
fn held_and_quarantined_units_stay() {
    let mut centre = Centre::new()
        .patient("a", 100_000, 5)
        .vials(400, 60, 3)
        .hold("a", 1, "400-60", 2);
    check(&centre, None, 1, "1 of 400-60");
    check(&centre, None, 2, "only 1");
    centre.stock[0].quarantined = Units::new(5);
    check(&centre, None, 2, "only 1");
}

#[test]
fn every_effect_is_undone_by_its_opposite() {
    let three = Units::new(3);
    let effect = |usable, quarantined| Effect {
        usable,
        quarantined,
    };
    assert_eq!(Effect::enter(three, UnitState::Usable), effect(3, 0));
    assert_eq!(Effect::enter(three, UnitState::Quarantined), effect(0, 3));
    assert_eq!(Effect::leave(three, UnitState::Usable), effect(-3, 0));
    assert_eq!(Effect::leave(three, UnitState::Quarantined), effect(0, -3));
    assert_eq!(Effect::quarantine(three), effect(-3, 3));
    assert_eq!(Effect::release(three), effect(3, -3));
    assert_eq!(Effect::quarantine(three).undone(), Effect::release(three));
}

#[test]
fn every_code_of_the_ledger_reads_back() {
    for kind in MovementKind::ALL {
        assert_eq!(MovementKind::from_code(kind.code()), Some(kind));
    }
    for reason in LossReason::ALL {
        assert_eq!(LossReason::from_code(reason.code()), Some(reason));
    }
    for state in [UnitState::Usable, UnitState::Quarantined] {
        assert_eq!(UnitState::from_code(state.code()), Some(state));
    }
    assert_eq!(MovementKind::from_code("gift"), None);
}

proptest! {
    #[test]
    fn what_is_picked_is_free_in_date_and_sums_up(
        centre in any_centre(), mg in prop::sample::select(vec![80, 200, 400]), units in 0_u32..20,
    ) {
        let units = Units::new(units);
        let lines = || centre.stock.iter().filter(|l| l.cip13 == cip(mg) && l.expiry >= centre.today);
        let free = lines().fold(Units::ZERO, |sum, l| sum.saturating_add(l.free()));
        match pick_first_expiring(&centre.stock, cip(mg), None, units, centre.today) {
            Err(found) => {
                prop_assert!(units > free);
                prop_assert_eq!(found, free);
            }
            Ok(picked) => {
                let sum = picked.iter().fold(Units::ZERO, |sum, (_, n)| sum.saturating_add(*n));
                prop_assert_eq!(sum, units);
                let taken = |l: &StockLine| picked.iter().find(|(lot, _)| *lot == l.lot_id).map_or(Units::ZERO, |(_, n)| *n);
                for (lot, n) in &picked {
                    let line = lines().find(|l| l.lot_id == *lot).unwrap();
                    prop_assert!(*n > Units::ZERO && *n <= line.free());
                    // no unit left behind expires earlier
                    prop_assert!(lines().all(|l| l.expiry >= line.expiry || taken(l) == l.free()));
                }
            }
        }
    }
}
