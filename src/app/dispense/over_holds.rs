//! What no reserve refuses takes what it must, out of holds too.

use super::{Line, give, merged, not_enough, take};
use crate::app::act::Act;
use crate::app::error::Error;
use crate::app::plan_lines;
use crate::app::site_state::SiteState;
use crate::app::transfer;
use crate::db;
use crate::domain::clearance;
use crate::domain::id::{HoldId, LotId, PatientId};
use crate::domain::ledger::pick_first_expiring;
use crate::domain::line::LineHold;
use crate::domain::quantity::Units;
use crate::domain::reserve::Hold;

/// Picks what no reserve refuses, and takes out of holds what it must: of those of `patient` first.
pub(super) fn pick_over_holds(
    act: &mut Act<'_>,
    state: &mut SiteState,
    lines: &[Line],
    patient: Option<&PatientId>,
) -> Result<Vec<(LotId, Units)>, Error> {
    let mut picks = Vec::new();
    for line in lines {
        let own = own_holds(state, line, patient);
        let mut left = line.units;
        for (hold, lot) in own {
            let units = left.min(hold.units);
            shrink(act, state, &[(hold.id.clone(), units)])?;
            picks.push((lot, units));
            take(
                &mut state.stock,
                picks.last().map(std::slice::from_ref).unwrap_or_default(),
            );
            left = left.saturating_sub(units);
            if left == Units::ZERO {
                break;
            }
        }
        picks.extend(free_then_held(act, state, line, left)?);
    }
    // the picks were taken from the state to see what is left; the movements take them again
    give(&mut state.stock, &picks);
    Ok(merged(picks))
}

fn own_holds(state: &SiteState, line: &Line, patient: Option<&PatientId>) -> Vec<(Hold, LotId)> {
    let mut own: Vec<(Hold, LotId)> = state
        .holds
        .iter()
        .filter(|h| patient == Some(&h.patient))
        .filter(|h| is_of(state, line, &h.lot_id))
        .map(|h| (h.clone(), h.lot_id.clone()))
        .collect();
    own.sort_by(|a, b| (a.0.dose, &a.0.id).cmp(&(b.0.dose, &b.0.id)));
    own
}

/// What nobody holds, what expires first, first; then out of other holds in reverse rank, whatever
/// lot they are of.
fn free_then_held(
    act: &mut Act<'_>,
    state: &mut SiteState,
    line: &Line,
    wanted: Units,
) -> Result<Vec<(LotId, Units)>, Error> {
    if wanted == Units::ZERO {
        return Ok(Vec::new());
    }
    let (today, cip13, lot) = (state.today, line.cip13, line.lot.as_ref());
    let free = match pick_first_expiring(&state.stock, cip13, lot, wanted, today) {
        Ok(picks) => {
            take(&mut state.stock, &picks);
            return Ok(picks);
        }
        Err(free) => free,
    };
    let mut picks = if free == Units::ZERO {
        Vec::new()
    } else {
        pick_first_expiring(&state.stock, cip13, lot, free, today).unwrap_or_default()
    };
    take(&mut state.stock, &picks);
    let mut left = wanted.saturating_sub(free);
    let others = last_first(act, state, line);
    let of_lines = state.line_holds.iter();
    let of_lines = of_lines.filter(|h| is_of(state, line, &h.lot_id));
    let sent = state.transfer_holds.iter();
    let sent = sent.filter(|h| is_of(state, line, &h.lot_id));
    let held = Units::sum(others.iter().map(|h| h.units))
        .saturating_add(Units::sum(of_lines.map(|h| h.units)))
        .saturating_add(Units::sum(sent.map(|h| h.units)));
    if held < left {
        return Err(not_enough(&state.stock, line, free).into());
    }
    let sent = take_from_transfers(act, state, line, left)?;
    left = left.saturating_sub(Units::sum(sent.iter().map(|(_, units)| *units)));
    picks.extend(sent);
    let below = take_from_lines(act, state, line, left, Above::No)?;
    left = left.saturating_sub(Units::sum(below.iter().map(|(_, units)| *units)));
    picks.extend(below);
    for hold in others {
        if left == Units::ZERO {
            break;
        }
        let units = left.min(hold.units);
        shrink(act, state, &[(hold.id, units)])?;
        let pick = (hold.lot_id, units);
        take(&mut state.stock, std::slice::from_ref(&pick));
        picks.push(pick);
        left = left.saturating_sub(units);
    }
    picks.extend(take_from_lines(act, state, line, left, Above::Yes)?);
    Ok(picks)
}

/// Whether lines that rank above reserves are meant, or those below.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Above {
    Yes,
    No,
}

/// Takes units out of the holds of transfers that were asked for by hand, which shrink by it.
fn take_from_transfers(
    act: &mut Act<'_>,
    state: &mut SiteState,
    line: &Line,
    units: Units,
) -> Result<Vec<(LotId, Units)>, Error> {
    let held = state.transfer_holds.iter().map(|h| h.lot_id.clone());
    let lots: Vec<LotId> = held.filter(|lot| is_of(state, line, lot)).collect();
    let picks = transfer::cut(act, state, |hold| lots.contains(&hold.lot_id), units)?;
    take(&mut state.stock, &picks);
    Ok(picks)
}

/// Takes units out of the holds of approved lines, which are broken by it.
fn take_from_lines(
    act: &mut Act<'_>,
    state: &mut SiteState,
    line: &Line,
    units: Units,
    above: Above,
) -> Result<Vec<(LotId, Units)>, Error> {
    let lots: Vec<LotId> = state
        .line_holds
        .iter()
        .map(|h| h.lot_id.clone())
        .filter(|lot| is_of(state, line, lot))
        .collect();
    let of = |h: &LineHold| h.above_reserve == (above == Above::Yes) && lots.contains(&h.lot_id);
    let cuts = plan_lines::cut(act, state, of, units)?;
    let picks: Vec<(LotId, Units)> = cuts
        .into_iter()
        .map(|(hold, units)| (hold.lot_id, units))
        .collect();
    take(&mut state.stock, &picks);
    Ok(picks)
}

/// The holds that a line may be taken from, the first to lose units first.
fn last_first(act: &Act<'_>, state: &SiteState, line: &Line) -> Vec<Hold> {
    clearance::last_first(&state.rankings(&act.reserve_rules()))
        .into_iter()
        .filter(|h| is_of(state, line, &h.lot_id))
        .cloned()
        .collect()
}

/// Whether a lot is of what a line asks for, in date.
fn is_of(state: &SiteState, line: &Line, lot: &LotId) -> bool {
    state.line(lot).is_some_and(|l| {
        l.cip13 == line.cip13
            && l.expiry >= state.today
            && line.lot.as_ref().is_none_or(|lot| l.lot == *lot)
    })
}

/// Cuts units of a lot out of its holds, in reverse rank: those of transfers that were asked for by hand, of lines that rank below reserves,
/// then those of clearances, then those of treatments.
///
/// # Errors
/// When the database cannot be written.
pub(in crate::app) fn cut(
    act: &mut Act<'_>,
    state: &mut SiteState,
    lot: &LotId,
    units: Units,
) -> Result<(), Error> {
    let mut left = units;
    let sent = transfer::cut(act, state, |hold| hold.lot_id == *lot, left)?;
    left = left.saturating_sub(Units::sum(sent.iter().map(|(_, units)| *units)));
    let below = |hold: &LineHold| hold.lot_id == *lot && !hold.above_reserve;
    left = left.saturating_sub(taken(&plan_lines::cut(act, state, below, left)?));
    let cuts = clearance::cut(&state.rankings(&act.reserve_rules()), lot, left);
    left = left.saturating_sub(Units::sum(cuts.iter().map(|(_, units)| *units)));
    shrink(act, state, &cuts)?;
    let above = |hold: &LineHold| hold.lot_id == *lot && hold.above_reserve;
    plan_lines::cut(act, state, above, left)?;
    Ok(())
}

fn taken(cuts: &[(LineHold, Units)]) -> Units {
    Units::sum(cuts.iter().map(|(_, units)| *units))
}

fn shrink(act: &mut Act<'_>, state: &mut SiteState, cuts: &[(HoldId, Units)]) -> Result<(), Error> {
    let mut holds = state.holds.clone();
    for (id, units) in cuts {
        if let Some(hold) = holds.iter_mut().find(|h| h.id == *id) {
            db::clearances::shrink_hold(act.conn, hold, *units)?;
            hold.units = hold.units.saturating_sub(*units);
        }
    }
    holds.retain(|h| h.units > Units::ZERO);
    state.set_holds(holds);
    Ok(())
}
