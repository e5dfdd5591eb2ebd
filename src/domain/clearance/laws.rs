//! What holds of every clearance, whatever the shelf and the patients.

use super::{Answer, Checks, ask, could_send, cut, would_go};
use crate::domain::dose::Lack;
use crate::domain::id::LotId;
use crate::domain::quantity::{Doses, Mg, Units};
use crate::domain::reserve::{CarTPatient, Hold, Standing, stand};
use crate::domain::testing::{Centre, any_centre, cip, day, day_number};
use proptest::prelude::*;

/// Somebody new, registered at the centre.
fn asking(centre: &Centre, weight_g: i64, infusion: i64) -> (Centre, CarTPatient) {
    let centre = centre.clone().patient("new", weight_g, infusion);
    let patient = centre.patients.last().cloned().unwrap();
    (centre, patient)
}

fn answer(centre: &Centre, patient: &CarTPatient) -> Answer {
    ask(&centre.facts(), patient).unwrap()
}

const fn is_go(answer: &Answer) -> bool {
    matches!(answer, Answer::Go { .. })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn settling_twice_is_settling_once(centre in any_centre()) {
        let once = centre.settle();
        let twice = once.clone().settle();
        prop_assert_eq!(once.held(), twice.held());
        prop_assert_eq!(once.stands(), twice.stands());
    }

    /// `Centre::settle` asserts that no lot is held beyond what is usable.
    #[test]
    fn what_is_settled_is_covered_dose_by_dose(centre in any_centre()) {
        let settled = centre.clone().settle();
        for one in centre.settled() {
            let patient = centre.in_force.iter().find(|c| c.id == one.id).unwrap().patient.clone();
            let doses = stand(&settled.facts()).doses;
            let own: Vec<_> = doses.iter().filter(|d| d.kept_for.patient() == Some(&patient)).collect();
            prop_assert_eq!(Doses::count(own.len() - one.doses.len()), one.missing);
            prop_assert_eq!(one.over, own.is_empty());
            for (dose, held) in own.iter().zip(&one.doses) {
                let total = mass(&settled, &held.units);
                prop_assert!(total >= dose.need.mg);
                for (lot, _) in &held.units {
                    let line = settled.line(lot.as_str());
                    prop_assert!(line.expiry >= dose.need.on);
                    let strength = settled.rulebook.presentation(line.cip13).unwrap().strength;
                    prop_assert!(total.saturating_sub(strength) < dose.need.mg, "superfluous");
                }
            }
        }
    }

    /// Doses before the first that is missing stay: what is given back may go to that one, and not
    /// to those behind it.
    #[test]
    fn settling_costs_the_first_doses_nothing(centre in any_centre()) {
        let first_missing = |c: &Centre| {
            let doses = stand(&c.facts()).doses;
            doses.iter().position(|d| d.standing == Standing::Missing).unwrap_or(doses.len())
        };
        prop_assert!(first_missing(&centre.clone().settle()) >= first_missing(&centre));
    }

    #[test]
    fn a_dose_that_is_held_and_right_is_never_taken(centre in any_centre(), lot in 0_usize..6, units in 0_u32..6) {
        let settled = centre.settle();
        let Some(line) = settled.stock.get(lot % settled.stock.len().max(1)).cloned() else { return Ok(()) };
        let lost = settled.clone().lose(line.lot_id.as_str(), units.min(line.usable.get()));
        let left: Vec<_> = lost.holds.clone();
        let again = lost.settle();
        for hold in &settled.holds {
            let whole = |h: &&Hold| h.patient == hold.patient && h.dose == hold.dose;
            let untouched = settled.holds.iter().filter(whole).all(|h| left.contains(h));
            if untouched {
                prop_assert!(again.holds.contains(hold), "{hold:?}");
            }
        }
    }

    #[test]
    fn a_go_costs_no_other_dose_and_no_unit_is_in_two(
        centre in any_centre(), weight in 5_000_i64..120_000, infusion in 0_i64..28,
    ) {
        let (centre, patient) = asking(&centre.settle(), weight, infusion);
        let before = stand(&centre.facts());
        let Answer::Go { doses } = answer(&centre, &patient) else { return Ok(()) };
        prop_assert_eq!(Doses::count(doses.len()), centre.rule.doses(before.resupply));
        let mut held = centre;
        for dose in &doses {
            for (lot, units) in &dose.units {
                prop_assert!(held.line(lot.as_str()).expiry >= patient.infusion_on.plus(14));
                // holding asserts that there are as many
                held = held.hold("new", dose.number, lot.as_str(), units.get());
            }
        }
        let after = stand(&held.facts());
        prop_assert_eq!(after.lost_since(&before), Doses::ZERO);
        prop_assert_eq!(after.possible(), after.required());
        prop_assert_eq!(held.clone().settle().held(), held.held());
    }

    #[test]
    fn more_stock_never_turns_a_go_into_a_no_go(
        centre in any_centre(), weight in 5_000_i64..120_000, infusion in 0_i64..28,
        mg in prop::sample::select(vec![80, 200, 400]), expiry in -1_i64..80, units in 1_u32..5,
    ) {
        let (centre, patient) = asking(&centre.settle(), weight, infusion);
        if is_go(&answer(&centre, &patient)) {
            prop_assert!(is_go(&answer(&centre.vials(mg, expiry, units), &patient)));
        }
    }

    #[test]
    fn what_is_said_to_fill_a_no_go_makes_it_a_go_and_any_vial_less_does_not(
        centre in any_centre(), weight in 5_000_i64..120_000, infusion in 0_i64..28,
    ) {
        let (centre, patient) = asking(&centre.settle(), weight, infusion);
        let Answer::NoGo { missing, fill, lacks } = answer(&centre, &patient) else { return Ok(()) };
        prop_assert!(!would_go(&centre.facts(), &patient).unwrap());
        prop_assert!(missing > Doses::ZERO);
        prop_assert!(!fill.is_empty());
        let filled = |less: Option<Mg>| fill.iter().fold(centre.clone(), |c, (mg, n)| {
            let n = n.get() - u32::from(less == Some(*mg));
            c.vials(u32::try_from(mg.ug() / 1_000).unwrap(), 300, n)
        });
        prop_assert!(is_go(&answer(&filled(None), &patient)));
        prop_assert!(would_go(&filled(None).facts(), &patient).unwrap());
        // in date on the day of the dose each is missing from, and no longer
        let just = lacks.iter().fold(centre.clone(), |c, l| {
            c.vials(u32::try_from(l.strength.ug() / 1_000).unwrap(), day_number(l.on), l.units.get())
        });
        prop_assert!(is_go(&answer(&just, &patient)));
        for (mg, _) in &fill {
            prop_assert!(!is_go(&answer(&filled(Some(*mg)), &patient)));
        }
    }

    #[test]
    fn a_cut_takes_what_is_asked_and_of_nobody_more_than_they_hold(
        centre in any_centre(), lot in 0_usize..6, units in 0_u32..9,
    ) {
        let Some(line) = centre.stock.get(lot % centre.stock.len().max(1)) else { return Ok(()) };
        let cuts = cut(&[(centre.facts(), centre.in_force.clone())], &line.lot_id, Units::new(units));
        let sum: u32 = cuts.iter().map(|(_, n)| n.get()).sum();
        prop_assert_eq!(sum, units.min(line.held.get()));
        for (id, n) in &cuts {
            let hold = centre.holds.iter().find(|h| h.id == *id).unwrap();
            prop_assert!(*n <= hold.units && hold.lot_id == line.lot_id && *n > Units::ZERO);
        }
    }

    #[test]
    fn what_a_site_could_send_costs_it_no_dose(
        centre in any_centre(), on in 0_i64..45,
        fill in prop::collection::vec((prop::sample::select(vec![80, 200, 400]), 1_u32..4), 1..3),
    ) {
        let fill: Vec<(Mg, Units)> = fill.iter().map(|(mg, n)| (Mg::from_mg(*mg), Units::new(*n))).collect();
        let lack = |(strength, units): &(Mg, Units)| Lack { strength: *strength, on: day(on), units: *units };
        let lacks: Vec<Lack> = fill.iter().map(lack).collect();
        let sent = could_send(&centre.facts(), &lacks, &mut Checks::at_most(1_000));
        let mut after = centre.clone();
        for (lot, units) in &sent {
            let line = after.stock.iter_mut().find(|l| l.lot_id == *lot).unwrap();
            prop_assert!(line.free() >= *units && line.expiry >= day(on));
            line.usable = line.usable.saturating_sub(*units);
        }
        prop_assert_eq!(stand(&after.facts()).lost_since(&stand(&centre.facts())), Doses::ZERO);
        // nothing idle: of a strength of which fewer were sent, not one more could go
        for mg in [80, 200, 400] {
            let strength = Mg::from_mg(mg);
            let of = |lot: &LotId| centre.line(lot.as_str()).cip13 == cip(mg);
            let asked: u32 = fill.iter().filter(|(s, _)| *s == strength).map(|(_, n)| n.get()).sum();
            let went: u32 = sent.iter().filter(|(l, _)| of(l)).map(|(_, n)| n.get()).sum();
            prop_assert!(went <= asked);
            if went < asked {
                let one = [lack(&(strength, Units::new(1)))];
                prop_assert!(could_send(&after.facts(), &one, &mut Checks::at_most(1_000)).is_empty());
            }
        }
    }

    #[test]
    fn the_answer_does_not_depend_on_the_order_of_the_facts(
        centre in any_centre(), weight in 5_000_i64..120_000, infusion in 0_i64..28,
    ) {
        let (centre, patient) = asking(&centre.settle(), weight, infusion);
        let mut turned = centre.clone();
        turned.stock.reverse();
        turned.patients.reverse();
        turned.holds.reverse();
        prop_assert_eq!(answer(&turned, &patient), answer(&centre, &patient));
        prop_assert_eq!(turned.stands(), centre.stands());
        prop_assert_eq!(turned.settle().held(), centre.settle().held());
    }
}

fn mass(centre: &Centre, units: &[(LotId, Units)]) -> Mg {
    units.iter().fold(Mg::ZERO, |sum, (lot, n)| {
        let presentation = centre
            .rulebook
            .presentation(centre.line(lot.as_str()).cip13);
        sum.saturating_add(presentation.unwrap().strength.times(u64::from(n.get())))
    })
}
