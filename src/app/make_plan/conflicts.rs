//! Lines that would leave a GO without its vials.

use crate::app::live_case::{Go, Live, Shelf};
use crate::domain::plan::{Decision, Plan, Status, Subject};
use std::collections::{BTreeMap, BTreeSet};

/// Returns the places of granted decisions that cannot be approved as things are.
///
/// A GO whose patient's doses are all granted from their own site is covered by them, whichever lots
/// they are. One whose doses are not is uncovered: those doses cannot be approved, nor can any line
/// that needs what the GO holds, the last of them first.
pub(super) fn of(live: &Live<'_>, plan: &Plan) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let mut kept: BTreeMap<Shelf, u32> = BTreeMap::new();
    for go in &live.goes {
        let own = doses_of(live, plan, go);
        if covered(live, &own) {
            continue;
        }
        let granted = own.iter().filter(|(_, d)| d.status == Status::Granted);
        found.extend(granted.map(|(place, _)| *place));
        for hold in &go.holds {
            let shelf = live
                .lots
                .iter()
                .find(|((site, ..), lot)| **lot == hold.lot_id && *site == go.clearance.site);
            if let Some((shelf, _)) = shelf {
                let units = kept.entry(shelf.clone()).or_default();
                *units = units.saturating_add(hold.units.get());
            }
        }
    }
    if kept.is_empty() {
        return found;
    }
    let mut left = free_of(live, &kept);
    for (place, decision) in plan.decisions.iter().enumerate() {
        if found.contains(&place) {
            continue;
        }
        for (stock, units) in decision.doses.iter().flat_map(|dose| &dose.units) {
            if let Some(free) = left.get_mut(stock) {
                if *free < *units {
                    found.insert(place);
                }
                *free = free.saturating_sub(*units);
            }
        }
    }
    found
}

/// The decisions on the doses of a GO's patient, with their places.
fn doses_of<'p>(live: &Live<'_>, plan: &'p Plan, go: &Go) -> Vec<(usize, &'p Decision)> {
    let rows = plan.decisions.iter().enumerate();
    rows.filter(|(_, d)| match d.subject {
        Subject::Patient(place) => {
            let patient = live.case.patients.get(place);
            patient.is_some_and(|p| p.id == go.clearance.patient.as_str())
        }
        Subject::Request(_) | Subject::Floor(_) => false,
    })
    .collect()
}

/// Whether doses are all granted, of units that are where they are needed.
fn covered(live: &Live<'_>, own: &[(usize, &Decision)]) -> bool {
    !own.is_empty()
        && own.iter().all(|(_, d)| {
            let site = match d.subject {
                Subject::Patient(place) => live.case.patients.get(place).map(|p| p.site),
                Subject::Request(_) | Subject::Floor(_) => None,
            };
            let mut units = d.doses.iter().flat_map(|dose| &dose.units);
            d.status == Status::Granted
                && units.all(|(stock, _)| live.case.stock.get(*stock).map(|s| s.site) == site)
        })
}

/// What is left of the stock rows of which an uncovered GO holds units, by place.
fn free_of(live: &Live<'_>, kept: &BTreeMap<Shelf, u32>) -> BTreeMap<usize, u32> {
    let rows = live.case.stock.iter().enumerate();
    rows.filter_map(|(place, row)| {
        let site = live.sites.get(row.site)?.finess;
        let shelf = (site, row.cip13, row.lot.clone(), row.expiry);
        Some((place, row.units.saturating_sub(*kept.get(&shelf)?)))
    })
    .collect()
}
