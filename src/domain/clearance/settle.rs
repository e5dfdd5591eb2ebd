//! After a change: what every clearance in force should hold now.

use super::{ClearanceState, HeldDose};
use crate::domain::dose::Need;
use crate::domain::id::{ClearanceId, LotId, PatientId};
use crate::domain::ledger::StockLine;
use crate::domain::quantity::{Doses, Mg, Units};
use crate::domain::reserve::{self, Facts, Hold, ReserveDose};
use std::cmp::Reverse;

/// A clearance that holds, or should hold, units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InForce {
    /// Its name.
    pub id: ClearanceId,
    /// Its number at the site: the order of asking.
    pub seq: i64,
    /// For whom.
    pub patient: PatientId,
    /// Whether it stands or is broken.
    pub state: ClearanceState,
}

/// What a clearance should hold now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// Which clearance.
    pub id: ClearanceId,
    /// Whether nothing is kept for the patient any more: the window is over, the infusion was
    /// cancelled, or the most doses were given.
    pub over: bool,
    /// All of its doses that are covered; the numbers of those that were are kept.
    pub doses: Vec<HeldDose>,
    /// How many doses cannot be covered: broken when there is one.
    pub missing: Doses,
}

/// Says for each clearance in force what it should hold now, after stock, weights, days, doses
/// given or resupply changed.
///
/// Doses whose held units still make them stay as they are, less the vials that a smaller dose does
/// without; those held beyond what is kept for the patient are given back. What is lacking is made
/// anew from what is free, in the order of the reserve: not with vials that a dose ranking before
/// needs, whoever it is kept for, and never with those of another clearance.
///
/// Where nobody can say what free vials make, nothing is held anew.
pub fn settle(facts: &Facts<'_>, in_force: &[InForce]) -> Vec<Settled> {
    let resupply = reserve::resupply(facts);
    let doses = reserve::required_and_held(facts, resupply);
    let mut stock = facts.stock.to_vec();
    let mut settled: Vec<(&PatientId, Settled)> = in_force
        .iter()
        .map(|c| (&c.patient, keep(facts, c, &doses, &mut stock)))
        .collect();
    if settled.iter().any(|(_, s)| s.missing > Doses::ZERO) {
        let stock = &stock;
        cover(&Facts { stock, ..*facts }, doses, &mut settled);
    }
    settled.into_iter().map(|(_, s)| s).collect()
}

/// Keeps the held doses that still make a dose, as many as are wanted; gives all other units back
/// to `stock`.
fn keep(
    facts: &Facts<'_>,
    clearance: &InForce,
    doses: &[ReserveDose],
    stock: &mut [StockLine],
) -> Settled {
    let patient = Some(&clearance.patient);
    let wanted: Vec<Need> = doses
        .iter()
        .filter(|d| d.kept_for.patient() == patient)
        .map(|d| d.need)
        .collect();
    let mut kept: Vec<HeldDose> = Vec::new();
    for held in reserve::held_doses(facts, &clearance.patient) {
        let Some(first) = held.first().filter(|h| h.clearance == clearance.id) else {
            continue;
        };
        give_back(stock, &held);
        let need = wanted.get(kept.len());
        if let Some(need) = need.filter(|n| reserve::covers(facts, &held, **n)) {
            let units = without_superfluous(facts, &held, *need);
            take(stock, &units);
            kept.push(HeldDose {
                number: first.dose,
                units,
            });
        }
    }
    Settled {
        id: clearance.id.clone(),
        over: wanted.is_empty(),
        missing: Doses::count(kept.len()).missing_to(Doses::count(wanted.len())),
        doses: kept,
    }
}

/// Returns the units of a held dose less those it does without: the largest vials first, and of
/// equal ones those that expire first.
fn without_superfluous(facts: &Facts<'_>, held: &[&Hold], need: Need) -> Vec<(LotId, Units)> {
    let mut rows: Vec<(Mg, &StockLine, Units)> = held
        .iter()
        .filter_map(|h| {
            let line = facts.stock.iter().find(|l| l.lot_id == h.lot_id)?;
            let presentation = facts.rulebook.presentation(line.cip13)?;
            Some((presentation.strength, line, h.units))
        })
        .collect();
    rows.sort_by(|a, b| {
        (Reverse(a.0), a.1.expiry, &a.1.lot_id).cmp(&(Reverse(b.0), b.1.expiry, &b.1.lot_id))
    });
    let mut above = rows
        .iter()
        .fold(Mg::ZERO, |sum, (strength, _, units)| {
            sum.saturating_add(strength.times(u64::from(units.get())))
        })
        .saturating_sub(need.mg);
    let mut left: Vec<(LotId, Units)> = Vec::new();
    for (strength, line, mut units) in rows {
        while units > Units::ZERO && strength <= above {
            units = units.saturating_sub(Units::new(1));
            above = above.saturating_sub(strength);
        }
        if units > Units::ZERO {
            left.push((line.lot_id.clone(), units));
        }
    }
    left.sort();
    left
}

/// Makes what is lacking from the free units of `facts`, in the order of the reserve.
fn cover(facts: &Facts<'_>, mut doses: Vec<ReserveDose>, settled: &mut [(&PatientId, Settled)]) {
    let Ok(made) = reserve::make(facts, &mut doses) else {
        // what cannot be said is not to be counted on
        return;
    };
    for (dose, composition) in doses.iter().zip(made) {
        let clearance = settled
            .iter_mut()
            .find(|(p, s)| dose.kept_for.patient() == Some(*p) && s.missing > Doses::ZERO);
        if let (Some((_, settled)), Some(composition)) = (clearance, composition) {
            settled.missing = Doses::new(settled.missing.get().saturating_sub(1));
            settled.doses.push(HeldDose {
                number: unused_number(&settled.doses),
                units: composition.rows,
            });
        }
    }
}

fn unused_number(doses: &[HeldDose]) -> u32 {
    (1..=u32::MAX)
        .find(|n| doses.iter().all(|d| d.number != *n))
        .unwrap_or(u32::MAX)
}

fn give_back(stock: &mut [StockLine], held: &[&Hold]) {
    for hold in held {
        if let Some(line) = stock.iter_mut().find(|l| l.lot_id == hold.lot_id) {
            line.held = line.held.saturating_sub(hold.units);
        }
    }
}

fn take(stock: &mut [StockLine], units: &[(LotId, Units)]) {
    for (lot, units) in units {
        if let Some(line) = stock.iter_mut().find(|l| l.lot_id == *lot) {
            line.held = line.held.saturating_add(*units);
        }
    }
}
