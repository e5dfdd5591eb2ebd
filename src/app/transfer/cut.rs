//! Units that are held for a transfer are lost at the giver, or taken for what ranks above it.

use super::{audit, find};
use crate::app::act::Act;
use crate::app::error::Error;
use crate::app::plan_lines::close_if_done;
use crate::app::site_state::SiteState;
use crate::db;
use crate::domain::id::LotId;
use crate::domain::quantity::Units;
use crate::domain::transfer::{ClosedAs, TransferHold, TransferState, last_first};
use serde_json::json;

/// Takes units out of the holds of transfers that `of` means, those first that were asked for last. Their
/// transfers shrink by them, and one of which nothing is left is cancelled.
///
/// Returns how many units of which lots were taken.
///
/// # Errors
/// When the database cannot be written.
pub(in crate::app) fn cut(
    act: &mut Act<'_>,
    state: &mut SiteState,
    of: impl Fn(&TransferHold) -> bool,
    units: Units,
) -> Result<Vec<(LotId, Units)>, Error> {
    let mut left = units;
    let mut picks = Vec::new();
    let mut holds = state.transfer_holds.clone();
    for hold in last_first(&state.transfer_holds) {
        if left == Units::ZERO || !of(hold) {
            continue;
        }
        let taken = left.min(hold.units);
        left = left.saturating_sub(taken);
        db::transfers::shrink_hold(act.conn, hold, taken)?;
        shrink(act, hold, taken)?;
        if let Some(kept) = holds.iter_mut().find(|h| h.id == hold.id) {
            kept.units = kept.units.saturating_sub(taken);
        }
        picks.push((hold.lot_id.clone(), taken));
    }
    holds.retain(|hold| hold.units > Units::ZERO);
    state.set_transfer_holds(holds);
    Ok(picks)
}

/// Takes units off the row of a transfer.
fn shrink(act: &mut Act<'_>, hold: &TransferHold, taken: Units) -> Result<(), Error> {
    db::transfers::lock(act.conn, &hold.transfer)?;
    let mut transfer = find(act, &hold.transfer)?;
    for row in &mut transfer.rows {
        if row.lot_id != hold.lot_id || !row.state.not_sent() {
            continue;
        }
        let left = row.units.saturating_sub(taken);
        if left == Units::ZERO {
            row.state = TransferState::Cancelled;
        } else {
            row.units = left;
        }
    }
    close_if_done(act, &mut transfer, ClosedAs::UnitsLost);
    db::transfers::update(act.conn, &transfer)?;
    let more = json!({ "why": "units-lost", "lot": hold.lot_id.as_str(), "units": taken.get() });
    audit(act, &transfer, "transfer.shrink", more)
}
