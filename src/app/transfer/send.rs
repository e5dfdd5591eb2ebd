//! A transfer leaves its giver: from now on its units are in nobody's stock.

use super::packs::{self, Pack};
use super::{Moved, audit, by_lot, ids, let_go, locked, may_take, not_to_come, signed};
use crate::app::act::Act;
use crate::app::after;
use crate::app::error::Error;
use crate::app::protect;
use crate::app::record::{Particulars, record};
use crate::app::site_state::SiteState;
use crate::db;
use crate::domain::id::{LotId, TransferId};
use crate::domain::ledger::{Effect, MovementKind, UnitState};
use crate::domain::line::{LineHold, LineState};
use crate::domain::quantity::Units;
use crate::domain::reason::Refusal;
use crate::domain::role::Action;
use crate::domain::transfer::{FmdState, Step, Transfer, TransferState};
use serde_json::json;

/// What a giver says when a transfer leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sending {
    /// Whether the packs' identifiers were decommissioned here.
    pub fmd: FmdState,
    /// The packs that were scanned as they left.
    pub packs: Vec<Pack>,
    /// What is told beside.
    pub told: Particulars,
}

/// Sends all of a transfer that is still wanted; that it is between 2 and 8 °C was confirmed at the door.
///
/// The reserve of the giver is weighed once more for what was asked for by hand: days may have passed. What a
/// plan asked for was weighed by its rank when it was approved, as what is dispensed for a request is.
///
/// # Errors
/// Refused when there is no such transfer, the caller keeps no stock at the giver, it was not accepted, its
/// units expired meanwhile, or the giver's reserve would lose a dose; when a pack is not of the transfer.
pub fn send(act: &mut Act<'_>, id: &TransferId, sending: &Sending) -> Result<Moved, Error> {
    let mut transfer = locked(act, id)?;
    act.caller.check(Action::MoveStock, Some(transfer.from))?;
    may_take(&transfer, Step::Send)?;
    let by = signed(act, &sending.told, None)?;
    if let Some(at) = sending.fmd.decommissioned_at() {
        not_to_come(act, at, "fmd_decommissioned_at")?;
    }
    still_wanted(act, &mut transfer)?;
    let mut state = SiteState::load(act, transfer.from)?;
    release(act, &mut state, &transfer)?;
    for row in &mut transfer.rows {
        if row.state == TransferState::Accepted {
            row.leave();
        }
    }
    let picks: Vec<(LotId, Units)> = by_lot(&transfer.rows, |row| row.sent).into_iter().collect();
    if picks.is_empty() {
        let state = TransferState::Cancelled.code();
        return Err(Refusal::WrongState { state }.into());
    }
    in_date(&state, &picks)?;
    if transfer.purpose.plan().is_none() {
        protect::reserves(act, &state, &picks)?;
    }
    let leave = |units: Units| Effect::leave(units, UnitState::Usable);
    let effects: Vec<(LotId, Effect)> = picks
        .into_iter()
        .map(|(lot, units)| (lot, leave(units)))
        .collect();
    let kind = MovementKind::TransferOut;
    let movements = record(act, transfer.from, kind, &effects, &sending.told)?;
    db::transfers::link(act.conn, &transfer.id, &movements)?;
    packs::leave(act, &transfer, &sending.packs, &movements)?;
    state.apply(&movements, None);
    transfer.state = transfer.state_of_rows();
    transfer.version = transfer.version.saturating_add(1);
    transfer.sent = Some(by);
    transfer.fmd = Some(sending.fmd);
    transfer.cold_chain_sent = Some(true);
    db::transfers::update(act.conn, &transfer)?;
    let more = json!({ "movements": ids(&movements), "fmd": sending.fmd.code() });
    audit(act, &transfer, "transfer.send", more)?;
    let movements = after::stock_changed(act, state, movements)?.movements;
    Ok(Moved {
        transfer,
        movements,
    })
}

/// Cancels the rows whose lines have ended: their units stay where they are.
fn still_wanted(act: &mut Act<'_>, transfer: &mut Transfer) -> Result<(), Error> {
    for row in &mut transfer.rows {
        let Some(line) = row.line.as_ref().filter(|_| row.state.not_sent()) else {
            continue;
        };
        let line = db::plan_lines::find(act.conn, &line.line)?;
        if line.is_none_or(|line| line.state != Some(LineState::Approved)) {
            row.state = TransferState::Cancelled;
        }
    }
    Ok(())
}

/// Takes the units that leave out of their holds.
fn release(act: &mut Act<'_>, state: &mut SiteState, transfer: &Transfer) -> Result<(), Error> {
    let leaves = |hold: &LineHold| {
        transfer.rows.iter().any(|row| {
            let of_dose =
                |l: &crate::domain::transfer::ForLine| l.line == hold.line && l.dose == hold.dose;
            row.state == TransferState::Accepted
                && row.lot_id == hold.lot_id
                && row.line.as_ref().is_some_and(of_dose)
        })
    };
    let (gone, kept): (Vec<LineHold>, Vec<LineHold>) =
        state.line_holds.iter().cloned().partition(leaves);
    for hold in &gone {
        db::plan_lines::shrink_hold(act.conn, hold, hold.units)?;
    }
    state.set_line_holds(kept);
    let_go(act, state, &transfer.id)
}

/// Refuses what has expired while it was held.
fn in_date(state: &SiteState, picks: &[(LotId, Units)]) -> Result<(), Refusal> {
    let expired = |lot: &LotId| state.line(lot).is_some_and(|l| l.expiry < state.today);
    if picks.iter().any(|(lot, _)| expired(lot)) {
        let state = "transfer-expired";
        return Err(Refusal::WrongState { state });
    }
    Ok(())
}
