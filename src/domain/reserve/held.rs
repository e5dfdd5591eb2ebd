//! What is held, and what is free.

use super::{Facts, Hold, ReserveDose, Standing};
use crate::domain::dose::{Need, Vial};
use crate::domain::id::{LotId, PatientId};
use crate::domain::ledger::StockLine;
use crate::domain::presentation::Presentation;
use crate::domain::quantity::{Mg, Units};

/// Marks the doses that held units make: of each patient the first ones, as many as they have held
/// doses that are large enough and in date.
pub(super) fn mark(facts: &Facts<'_>, doses: &mut [ReserveDose]) {
    for patient in facts.patients {
        let covering = doses
            .iter()
            .find(|d| d.kept_for.patient() == Some(&patient.id))
            .map_or(0, |d| {
                held_doses(facts, &patient.id)
                    .into_iter()
                    .filter(|held| covers(facts, held, d.need))
                    .count()
            });
        doses
            .iter_mut()
            .filter(|d| d.kept_for.patient() == Some(&patient.id))
            .take(covering)
            .for_each(|d| d.standing = Standing::Held);
    }
}

/// Returns a patient's holds, a list for each dose, in the order of the doses.
///
/// A dose is one of one clearance: units that two clearances hold are never added up.
pub fn held_doses<'a>(facts: &Facts<'a>, patient: &PatientId) -> Vec<Vec<&'a Hold>> {
    let mut rows: Vec<&Hold> = facts
        .holds
        .iter()
        .filter(|h| h.patient == *patient)
        .collect();
    rows.sort_by(|a, b| {
        (&a.clearance, a.dose, &a.lot_id, &a.id).cmp(&(&b.clearance, b.dose, &b.lot_id, &b.id))
    });
    rows.chunk_by(|a, b| (&a.clearance, a.dose) == (&b.clearance, b.dose))
        .map(<[&Hold]>::to_vec)
        .collect()
}

/// Returns whether held units make a dose: enough milligrams of the reserve's route, all in date on
/// its day.
pub fn covers(facts: &Facts<'_>, held: &[&Hold], need: Need) -> bool {
    let mut total = Mg::ZERO;
    for hold in held {
        let Some(line) = facts.stock.iter().find(|l| l.lot_id == hold.lot_id) else {
            return false;
        };
        let Some(presentation) = given(facts, line) else {
            return false;
        };
        if line.expiry < need.on {
            return false;
        }
        total = total.saturating_add(presentation.strength.times(u64::from(hold.units.get())));
    }
    total >= need.mg
}

/// Returns the free vials of the reserve's route that are in date today, by lot.
pub fn free_vials(facts: &Facts<'_>) -> Vec<Vial<LotId>> {
    facts
        .stock
        .iter()
        .filter(|l| l.free() > Units::ZERO && l.expiry >= facts.today)
        .filter_map(|l| {
            let presentation = given(facts, l)?;
            Some(Vial {
                lot: l.lot_id.clone(),
                strength: presentation.strength,
                expiry: l.expiry,
                units: l.free(),
            })
        })
        .collect()
}

/// Returns what a line holds, when the reserve's doses can be made of it.
fn given<'a>(facts: &Facts<'a>, line: &StockLine) -> Option<&'a Presentation> {
    facts
        .rulebook
        .presentation(line.cip13)
        .filter(|p| p.route == facts.rule.route)
}
