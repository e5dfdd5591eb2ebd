//! What arrives of a recalled lot is set apart as it does.

use super::super::act::Act;
use super::super::apart;
use super::super::error::Error;
use super::super::site_state::SiteState;
use crate::db;
use crate::domain::apart::Cause;
use crate::domain::code::{Cip13, Finess, LotNumber};
use crate::domain::id::LotId;
use crate::domain::ledger::{Movement, MovementKind, StockLine};
use crate::domain::quantity::Units;
use crate::domain::recall::{Recall, RecallSite};
use serde_json::json;

/// Returns the recalls of a lot that stand, the first first: none of a lot that may be used.
///
/// # Errors
/// When the database cannot be read.
pub fn recalled(act: &mut Act<'_>, cip13: Cip13, lot: &LotNumber) -> Result<Vec<Recall>, Error> {
    Ok(db::recalls::standing(act.conn, cip13, lot)?)
}

/// Sets apart what came onto a shelf of lots that are recalled: by a receipt, a return, a transfer, a
/// count, the undoing of a mistake; and counts what came into quarantine at once. Returns the movements that did, which follow those that are given.
///
/// A site that had dealt with the recall has to do so again.
///
/// # Errors
/// When the database cannot be written.
pub(in crate::app) fn set_apart_arrivals(
    act: &mut Act<'_>,
    state: &mut SiteState,
    movements: &[Movement],
) -> Result<Vec<Movement>, Error> {
    count_in_quarantined(act, state, movements)?;
    let mut lots: Vec<LotId> = movements
        .iter()
        .filter(|m| m.effect.usable > 0)
        .map(|m| m.lot_id.clone())
        .collect();
    lots.sort();
    lots.dedup();
    let mut done = Vec::new();
    for lot in lots {
        let Some(line) = state.find(act.conn, &lot)? else {
            continue;
        };
        // what was let out for somebody who had it before has left again
        if line.usable == Units::ZERO {
            continue;
        }
        let recalls = recalled(act, line.cip13, &line.lot)?;
        let Some(first) = recalls.first() else {
            continue;
        };
        let note = first.reason.clone();
        let set = apart::set_apart(act, state, &[lot], &Cause::Recall, &note)?;
        for recall in &recalls {
            count_in(act, state, recall, line.usable)?;
        }
        done.extend(set);
    }
    Ok(done)
}

/// Counts what came into quarantine at once: without confirmation of the cold, out of date, or by a count.
fn count_in_quarantined(
    act: &mut Act<'_>,
    state: &mut SiteState,
    movements: &[Movement],
) -> Result<(), Error> {
    let came = |m: &&Movement| m.effect.quarantined > 0 && m.kind != MovementKind::Quarantine;
    for movement in movements.iter().filter(came) {
        let Some(line) = state.find(act.conn, &movement.lot_id)? else {
            continue;
        };
        let units = Units::new(u32::try_from(movement.effect.quarantined).unwrap_or(0));
        for recall in recalled(act, line.cip13, &line.lot)? {
            count_in(act, state, &recall, units)?;
        }
    }
    Ok(())
}

/// Counts units that turn out to have been given before recalls set them apart. A site that had dealt with
/// them has somebody more to call.
///
/// # Errors
/// When the database cannot be written.
pub(in crate::app) fn given_before(
    act: &mut Act<'_>,
    site: Finess,
    line: &StockLine,
    units: Units,
) -> Result<(), Error> {
    for recall in recalled(act, line.cip13, &line.lot)? {
        if let Some(known) = db::recalls::site(act.conn, &recall.id, site)? {
            reopened(act, &recall, &known)?;
            let known = RecallSite {
                set_apart: known.set_apart.saturating_sub(units),
                dispensed: known.dispensed.saturating_add(units),
                dealt: None,
                ..known
            };
            db::recalls::update_site(act.conn, &recall.id, &known)?;
        }
    }
    Ok(())
}

/// Writes down that what was dealt with at a site is to be dealt with again, and what had been done.
fn reopened(act: &mut Act<'_>, recall: &Recall, known: &RecallSite) -> Result<(), Error> {
    let Some(dealt) = &known.dealt else {
        return Ok(());
    };
    let details = json!({ "dealt_at": dealt.at, "dealt_by": dealt.by, "note": dealt.words });
    super::note(act, Some(known.site), "recall.reopen", &recall.id, details)
}

/// Counts units that arrived into what a recall has set apart at the site.
fn count_in(
    act: &mut Act<'_>,
    state: &SiteState,
    recall: &Recall,
    units: Units,
) -> Result<(), Error> {
    let site = state.site.finess;
    if let Some(known) = db::recalls::site(act.conn, &recall.id, site)? {
        reopened(act, recall, &known)?;
        let set_apart = known.set_apart.saturating_add(units);
        let known = RecallSite {
            set_apart,
            dealt: None,
            ..known
        };
        db::recalls::update_site(act.conn, &recall.id, &known)?;
        return Ok(());
    }
    let found = RecallSite {
        site,
        set_apart: units,
        stood: Units::ZERO,
        dispensed: Units::ZERO,
        dealt: None,
    };
    Ok(db::recalls::insert_site(act.conn, &recall.id, &found)?)
}
