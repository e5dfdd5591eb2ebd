//! Units are set apart for a cause, and let go when nothing that they were in is undecided.
//!
//! Beside the movements of the ledger this keeps which quarantined units wait for which decision
//! ([`crate::domain::apart`]). Whatever takes units out of quarantine without saying which tells it here
//! ([`gone`]); what arrives of a recalled lot is set apart by [`super::recalls::set_apart_arrivals`].

use super::act::Act;
use super::dispense::over_holds::cut;
use super::error::Error;
use super::record::{Particulars, record};
use super::site_state::SiteState;
use crate::db;
use crate::domain::apart::{self, Cause, Fate, Held, Part};
use crate::domain::code::Finess;
use crate::domain::id::LotId;
use crate::domain::ledger::{Effect, Movement, MovementKind, StockLine};
use crate::domain::quantity::Units;
use crate::domain::reason::Refusal;

/// Sets apart all that is usable of some lots, whatever holds it; what holds it is cut in reverse rank,
/// and settled by the caller.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn set_apart(
    act: &mut Act<'_>,
    state: &mut SiteState,
    lots: &[LotId],
    cause: &Cause,
    note: &str,
) -> Result<Vec<Movement>, Error> {
    let mut effects = Vec::new();
    for lot in lots {
        let Some(line) = state.find(act.conn, lot)? else {
            continue;
        };
        if line.usable > Units::ZERO {
            cut(act, state, lot, line.held)?;
            effects.push((lot.clone(), Effect::quarantine(line.usable)));
        }
    }
    if effects.is_empty() {
        return Ok(Vec::new());
    }
    let told = Particulars {
        reason: Some(cause.code()),
        note: Some(note.to_owned()),
        ..Particulars::default()
    };
    let site = state.site.finess;
    let movements = record(act, site, MovementKind::Quarantine, &effects, &told)?;
    state.apply(&movements, None);
    for movement in &movements {
        let units = u32::try_from(movement.effect.quarantined).unwrap_or(0);
        let part = Part {
            id: act.id(),
            seq: movement.seq,
            cause: cause.clone(),
            units: Units::new(units),
        };
        db::apart::insert_part(act.conn, site, &movement.lot_id, &part)?;
    }
    Ok(movements)
}

/// What a lot is in, at a site.
///
/// # Errors
/// When the database cannot be read.
pub(super) fn held(act: &mut Act<'_>, site: Finess, line: &StockLine) -> Result<Held, Error> {
    Ok(Held {
        recalled: !super::recalls::recalled(act, line.cip13, &line.lot)?.is_empty(),
        excursions: db::apart::over(act.conn, site, &line.lot_id)?,
    })
}

/// Frees what nothing undecided holds any more of some lots; `note` says what was decided.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn let_go(
    act: &mut Act<'_>,
    state: &mut SiteState,
    lots: &[LotId],
    (reason, note): (&'static str, &str),
) -> Result<Vec<Movement>, Error> {
    let site = state.site.finess;
    let mut effects = Vec::new();
    for lot in lots {
        let parts = db::apart::parts(act.conn, site, lot)?;
        let Some(line) = state.find(act.conn, lot)? else {
            continue;
        };
        let held = held(act, site, &line)?;
        let mut freed = Units::ZERO;
        for part in parts {
            match held.fate(&part) {
                // what is spoilt stays what it is until it is destroyed
                Fate::Waits | Fate::Spoilt => continue,
                Fate::Freed => freed = freed.saturating_add(part.units),
                Fate::ByHand => {}
            }
            db::apart::set_units(act.conn, &part.id, Units::ZERO)?;
        }
        if freed > Units::ZERO {
            effects.push((lot.clone(), Effect::release(freed)));
        }
    }
    if effects.is_empty() {
        return Ok(Vec::new());
    }
    let told = Particulars {
        reason: Some(reason),
        note: Some(note.to_owned()),
        ..Particulars::default()
    };
    let movements = record(act, site, MovementKind::Release, &effects, &told)?;
    state.apply(&movements, None);
    Ok(movements)
}

/// Keeps what follows when units leave quarantine and nobody says which: before their movement.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn gone(
    act: &mut Act<'_>,
    site: Finess,
    line: &StockLine,
    units: Units,
) -> Result<(), Error> {
    let parts = db::apart::parts(act.conn, site, &line.lot_id)?;
    if parts.is_empty() {
        return Ok(());
    }
    let left = apart::leave(line.quarantined, &parts, units);
    for (id, gone) in &left.shrunk {
        if let Some(part) = parts.iter().find(|p| p.id == *id) {
            let stays = part.units.saturating_sub(*gone);
            db::apart::set_units(act.conn, id, stays)?;
        }
    }
    for (seq, units) in left.doubtful {
        let (id, cause) = (act.id(), Cause::Hand);
        let part = Part {
            id,
            seq,
            cause,
            units,
        };
        db::apart::insert_part(act.conn, site, &line.lot_id, &part)?;
    }
    Ok(())
}

/// Keeps what follows when units come back into quarantine, since their leaving was a mistake: whichever they
/// were, they were in every excursion of the lot that is undecided, and nothing frees them but a person.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn back(
    act: &mut Act<'_>,
    site: Finess,
    line: &StockLine,
    units: Units,
) -> Result<(), Error> {
    let held = held(act, site, line)?;
    if held.excursions.iter().all(|over| over.decision.is_some()) {
        return Ok(());
    }
    let part = Part {
        id: act.id(),
        seq: 0,
        cause: Cause::Hand,
        units,
    };
    Ok(db::apart::insert_part(act.conn, site, &line.lot_id, &part)?)
}

/// Refuses to release by hand what waits for a decision.
///
/// # Errors
/// [`Refusal::HeldBack`] when fewer may be released than `units`.
pub(super) fn released_by_hand(
    act: &mut Act<'_>,
    site: Finess,
    line: &StockLine,
    units: Units,
) -> Result<(), Error> {
    let parts = db::apart::parts(act.conn, site, &line.lot_id)?;
    let held = held(act, site, line)?;
    let free = apart::for_hand(line.quarantined, &parts, &held);
    if units <= free {
        return Ok(());
    }
    Err(Refusal::HeldBack {
        cip13: line.cip13,
        lot: line.lot.clone(),
        by: if held.recalled { "recall" } else { "excursion" },
        wanted: units,
        free,
    }
    .into())
}

/// Returns how many units of a lot wait at a site for each cause, the oldest part first.
///
/// # Errors
/// When the database cannot be read.
pub(super) fn waiting(act: &mut Act<'_>, site: Finess, lot: &LotId) -> Result<Vec<Part>, Error> {
    Ok(db::apart::parts(act.conn, site, lot)?)
}
