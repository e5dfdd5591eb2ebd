//! A plan may say that a GO holds other vials than it does; never that it holds none.

use super::frozen::{Frozen, Wanted};
use super::weigh::{Refused, Shelves, of};
use crate::app::act::Act;
use crate::app::error::Error;
use crate::app::rehold::{give_back, rehold};
use crate::app::site_state::SiteState;
use crate::domain::clearance::{ClearanceState, HeldDose};
use crate::domain::code::Finess;
use crate::domain::id::{ClearanceId, HoldId, LotId};
use crate::domain::ledger::StockLine;
use crate::domain::plan::Subject;
use crate::domain::quantity::{Doses, Units};
use crate::domain::reserve::{self, Hold};
use std::collections::{BTreeMap, BTreeSet};

/// The lines that answer for a GO: those whose doses it now holds, and those that it cannot.
#[derive(Default)]
pub(super) struct Covered(BTreeMap<String, Result<(), Refused>>);

impl Covered {
    /// Returns what came of a line, if it answers for a GO.
    pub(super) fn of(&self, wanted: &Wanted<'_>) -> Option<Result<(), Refused>> {
        self.0.get(&wanted.line.name).cloned()
    }
}

/// A GO whose patient's doses are all to be approved, from its own site.
struct Moved {
    id: ClearanceId,
    site: Finess,
    names: Vec<String>,
    /// The units of each dose, and what they come to lot by lot.
    doses: Vec<HeldDose>,
}

/// Moves the holds of GOs to the lots that the plan gives their patients, all or none of a GO's. One
/// whose lines are not all approved, or whose new units are not there, keeps what it holds: its lines
/// are refused, and so is whoever needs its units.
pub(super) fn move_holds(
    act: &mut Act<'_>,
    shelves: &mut Shelves,
    frozen: &Frozen,
    wanted: &[Wanted<'_>],
    changed: &BTreeSet<String>,
) -> Result<Covered, Error> {
    let mut covered = Covered::default();
    let mut moved = Vec::new();
    for site in &frozen.sites {
        let Some(state) = shelves.site(*site) else {
            continue;
        };
        for clearance in &state.in_force {
            if clearance.rulebook != frozen.plan.rulebook.as_str()
                || clearance.state != ClearanceState::Standing
            {
                continue;
            }
            let names = names_of(frozen, clearance.patient.as_str());
            let own: Vec<&Wanted<'_>> = wanted
                .iter()
                .filter(|w| names.contains(&w.line.name))
                .collect();
            for line in &own {
                let refused = Err(Refused::GoUncovered);
                covered.0.insert(line.line.name.clone(), refused);
            }
            let same = names.is_disjoint(changed);
            if let Some(doses) = doses_of(shelves, *site, &names, &own).filter(|_| same) {
                moved.push(Moved {
                    id: clearance.id.clone(),
                    site: *site,
                    names: names.into_iter().collect(),
                    doses,
                });
            }
        }
    }
    loop {
        let short = first_short(shelves, &moved).or_else(|| first_harmful(act, shelves, &moved));
        let Some(short) = short else {
            break;
        };
        moved.remove(short);
    }
    for one in &moved {
        if let Some(state) = shelves.touch(one.site) {
            give_back(act, state, &one.id, &one.doses)?;
        }
    }
    for one in moved {
        if let Some(state) = shelves.touch(one.site) {
            rehold(act, state, &one.id, &one.doses)?;
        }
        for name in one.names {
            covered.0.insert(name, Ok(()));
        }
    }
    Ok(covered)
}

/// The names of the plan's claims for a patient's doses.
fn names_of(frozen: &Frozen, patient: &str) -> BTreeSet<String> {
    let of_patient = |place: usize| {
        let row = frozen.case.patients.get(place);
        row.is_some_and(|p| p.id == patient)
    };
    let rows = frozen.answer.decisions.iter();
    rows.filter(|d| matches!(d.subject, Subject::Patient(place) if of_patient(place)))
        .map(|d| d.id.clone())
        .collect()
}

/// The doses of a patient, if all are to be approved and lie at the site.
fn doses_of(
    shelves: &Shelves,
    site: Finess,
    names: &BTreeSet<String>,
    own: &[&Wanted<'_>],
) -> Option<Vec<HeldDose>> {
    if names.is_empty() || own.len() != names.len() {
        return None;
    }
    let state = shelves.site(site)?;
    let mut doses: Vec<HeldDose> = Vec::new();
    for wanted in own {
        let mut by_dose: BTreeMap<u32, BTreeMap<LotId, Units>> = BTreeMap::new();
        for unit in &wanted.units {
            let line = of(state, unit).filter(|_| unit.site == site)?;
            if line.expiry < unit.on.max(state.today) {
                return None;
            }
            let units = by_dose
                .entry(unit.dose)
                .or_default()
                .entry(line.lot_id.clone())
                .or_default();
            *units = units.saturating_add(unit.units);
        }
        for units in by_dose.into_values() {
            doses.push(HeldDose {
                number: u32::try_from(doses.len()).ok()?.checked_add(1)?,
                units: units.into_iter().collect(),
            });
        }
    }
    Some(doses)
}

/// The first GO that cannot have its new units beside all others and what is held otherwise.
fn first_short(shelves: &Shelves, moved: &[Moved]) -> Option<usize> {
    let mut left: BTreeMap<(Finess, LotId), Units> = BTreeMap::new();
    for (place, one) in moved.iter().enumerate() {
        let state = shelves.site(one.site)?;
        for (lot, units) in one.doses.iter().flat_map(|d| &d.units) {
            let free = left
                .entry((one.site, lot.clone()))
                .or_insert_with(|| free_of(state, moved, lot));
            if *units > *free {
                return Some(place);
            }
            *free = free.saturating_sub(*units);
        }
    }
    None
}

/// The first GO whose move would cost the reserve of its site a dose.
fn first_harmful(act: &Act<'_>, shelves: &Shelves, moved: &[Moved]) -> Option<usize> {
    moved.iter().position(|one| {
        let Some(state) = shelves.site(one.site) else {
            return true;
        };
        let mut after = state.clone();
        let mut holds: Vec<Hold> = state.holds.clone();
        for other in moved.iter().filter(|other| other.site == one.site) {
            let patient = holds
                .iter()
                .find(|h| h.clearance == other.id)
                .map(|h| h.patient.clone());
            holds.retain(|h| h.clearance != other.id);
            let Some(patient) = patient else {
                continue;
            };
            for dose in &other.doses {
                for (lot_id, units) in &dose.units {
                    holds.push(Hold {
                        id: HoldId::new(""),
                        clearance: other.id.clone(),
                        patient: patient.clone(),
                        dose: dose.number,
                        lot_id: lot_id.clone(),
                        units: *units,
                    });
                }
            }
        }
        after.set_holds(holds);
        state.protecting(act).into_iter().any(|(book, rule)| {
            let before = reserve::stand(&state.facts(book, rule));
            let after = reserve::stand(&after.facts(book, rule));
            after.unsolved.is_some() || after.lost_since(&before) > Doses::ZERO
        })
    })
}

/// What is free of a lot when the moved GOs have given back what they hold.
fn free_of(state: &SiteState, moved: &[Moved], lot: &LotId) -> Units {
    let given_back = state
        .holds
        .iter()
        .filter(|h| h.lot_id == *lot && moved.iter().any(|m| m.id == h.clearance));
    let given_back = Units::sum(given_back.map(|h| h.units));
    let free = state.line(lot).map_or(Units::ZERO, StockLine::free);
    free.saturating_add(given_back)
}
