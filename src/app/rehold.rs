//! What a clearance holds becomes what it should hold.

use super::act::Act;
use super::error::Error;
use super::site_state::SiteState;
use crate::db;
use crate::domain::clearance::HeldDose;
use crate::domain::id::{ClearanceId, HoldId, LotId};
use crate::domain::quantity::Units;
use crate::domain::reserve::Hold;

/// Makes the holds of a clearance what they should be: what is right stays, what is not goes, what
/// is missing comes.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn rehold(
    act: &mut Act<'_>,
    state: &mut SiteState,
    id: &ClearanceId,
    doses: &[HeldDose],
) -> Result<(), Error> {
    give_back(act, state, id, doses)?;
    let mut kept = state.holds.clone();
    let patient = state
        .in_force
        .iter()
        .find(|c| c.id == *id)
        .map(|c| c.patient.clone());
    let new: Vec<_> = wanted(doses)
        .into_iter()
        .filter(|(dose, lot, n)| {
            !kept.iter().any(|h| {
                h.clearance == *id && h.dose == *dose && h.lot_id == **lot && h.units == *n
            })
        })
        .collect();
    for (dose, lot, units) in new {
        let Some(patient) = patient.clone() else {
            break;
        };
        let (id, lot_id) = (id.clone(), lot.clone());
        let hold = Hold {
            id: HoldId::new(act.id()),
            clearance: id,
            patient,
            dose,
            lot_id,
            units,
        };
        db::clearances::insert_hold(act.conn, state.site.finess, &hold, act.now)?;
        kept.push(hold);
    }
    state.set_holds(kept);
    Ok(())
}

/// Ends the holds of a clearance that are not among what it should hold.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn give_back(
    act: &mut Act<'_>,
    state: &mut SiteState,
    id: &ClearanceId,
    doses: &[HeldDose],
) -> Result<(), Error> {
    let wanted = wanted(doses);
    let (kept, gone): (Vec<Hold>, Vec<Hold>) = state
        .holds
        .iter()
        .cloned()
        .partition(|h| h.clearance != *id || wanted.contains(&(h.dose, &h.lot_id, h.units)));
    for hold in &gone {
        db::clearances::shrink_hold(act.conn, hold, hold.units)?;
    }
    state.set_holds(kept);
    Ok(())
}

/// Dose by dose, how many units of which lot.
fn wanted(doses: &[HeldDose]) -> Vec<(u32, &LotId, Units)> {
    doses
        .iter()
        .flat_map(|d| d.units.iter().map(|(lot, n)| (d.number, lot, *n)))
        .collect()
}
