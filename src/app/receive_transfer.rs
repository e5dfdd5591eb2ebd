//! What another pharmacy sends arrives: the transfer is closed.

use super::act::{Act, Done};
use super::after;
use super::error::Error;
use super::plan_lines::{close_if_done, decided};
use super::record::{Particulars, record};
use super::site_state::SiteState;
use crate::db::stock::Lot;
use crate::db::{self};
use crate::domain::id::{HoldId, LotId, TransferId};
use crate::domain::ledger::{Effect, Movement, MovementKind, UnitState};
use crate::domain::line::{LineHold, LineState};
use crate::domain::quantity::Units;
use crate::domain::reason::Refusal;
use crate::domain::role::Action;
use crate::domain::transfer::{Transfer, TransferRow, TransferState};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// What came of a receipt.
pub struct Received {
    /// The transfer, closed.
    pub transfer: Transfer,
    /// What left the giver, then what came in.
    pub movements: Vec<Movement>,
}

/// Finds a transfer.
///
/// # Errors
/// Refused when there is none.
pub fn find(act: &mut Act<'_>, id: &TransferId) -> Result<Transfer, Error> {
    let unknown = || Refusal::Unknown {
        what: "transfer",
        name: id.to_string(),
    };
    Ok(db::transfers::find(act.conn, id)?.ok_or_else(unknown)?)
}

/// Receives all that is still to come of a transfer: it leaves the giver and is at the receiver, in one
/// transaction. What was granted to a request is held for it here.
///
/// The giver's reserve was weighed when the plan was approved, and what is held cannot have been used
/// since. The caller has locked both sites.
///
/// # Errors
/// Refused when there is no such transfer, it was closed, or the caller may not move stock at the
/// receiver.
pub fn receive(
    act: &mut Act<'_>,
    id: &TransferId,
    note: Option<String>,
) -> Result<Received, Error> {
    db::transfers::lock(act.conn, id)?;
    let mut transfer = find(act, id)?;
    act.caller.check(Action::MoveStock, Some(transfer.to))?;
    if transfer.state != TransferState::Asked {
        return Err(Refusal::WrongState {
            state: transfer.state.code(),
        }
        .into());
    }
    let mut rows: Vec<TransferRow> = Vec::new();
    for row in &mut transfer.rows {
        let line = db::plan_lines::find(act.conn, &row.line)?;
        let stands = line.is_some_and(|line| line.state == Some(LineState::Approved));
        if row.state == TransferState::Asked && stands {
            rows.push(row.clone());
        } else if row.state == TransferState::Asked {
            // its line was broken at this moment, and will be swept: its units stay where they are
            row.state = TransferState::Cancelled;
        }
    }
    if rows.is_empty() {
        return Err(Refusal::WrongState { state: "cancelled" }.into());
    }
    let mut units: BTreeMap<LotId, Units> = BTreeMap::new();
    for row in &rows {
        let sum = units.entry(row.lot_id.clone()).or_default();
        *sum = sum.saturating_add(row.units);
    }
    let told = Particulars {
        note,
        ..Particulars::default()
    };
    let mut movements = leave(act, &transfer, &rows, &units, &told)?;
    movements.extend(arrive(act, &transfer, &rows, &units, &told)?);
    for row in &mut transfer.rows {
        if row.state == TransferState::Asked {
            row.state = TransferState::Received;
        }
    }
    close_if_done(act, &mut transfer);
    db::transfers::update(act.conn, &transfer)?;
    close_reserves(act, &rows)?;
    let ids: Vec<&str> = movements.iter().map(|m| m.id.as_str()).collect();
    let details = json!({
        "from": transfer.from.as_str(), "to": transfer.to.as_str(), "movements": ids,
    });
    for site in [transfer.from, transfer.to] {
        act.audit(
            Some(site),
            Done {
                action: "transfer.receive",
                object: transfer.id.as_str(),
                patient: None,
                details: details.clone(),
            },
        )?;
    }
    Ok(Received {
        transfer,
        movements,
    })
}

/// Takes the units out of their holds and off the giver's shelf.
fn leave(
    act: &mut Act<'_>,
    transfer: &Transfer,
    rows: &[TransferRow],
    units: &BTreeMap<LotId, Units>,
    told: &Particulars,
) -> Result<Vec<Movement>, Error> {
    let mut state = SiteState::load(act, transfer.from)?;
    let of_rows = |hold: &LineHold| {
        rows.iter()
            .any(|r| r.line == hold.line && r.dose == hold.dose && r.lot_id == hold.lot_id)
    };
    let (gone, kept): (Vec<LineHold>, Vec<LineHold>) =
        state.line_holds.iter().cloned().partition(of_rows);
    for hold in &gone {
        db::plan_lines::shrink_hold(act.conn, hold, hold.units)?;
    }
    state.set_line_holds(kept);
    let effects: Vec<(LotId, Effect)> = units
        .iter()
        .map(|(lot, units)| (lot.clone(), Effect::leave(*units, UnitState::Usable)))
        .collect();
    let kind = MovementKind::TransferOut;
    let movements = record(act, transfer.from, kind, &effects, told)?;
    state.apply(&movements, None);
    Ok(after::stock_changed(act, state, movements)?.movements)
}

/// Puts the units on the receiver's shelf, and holds what was granted to requests.
fn arrive(
    act: &mut Act<'_>,
    transfer: &Transfer,
    rows: &[TransferRow],
    units: &BTreeMap<LotId, Units>,
    told: &Particulars,
) -> Result<Vec<Movement>, Error> {
    let mut state = SiteState::load(act, transfer.to)?;
    let effects: Vec<(LotId, Effect)> = units
        .iter()
        .map(|(lot, units)| (lot.clone(), Effect::enter(*units, UnitState::Usable)))
        .collect();
    let kind = MovementKind::TransferIn;
    let movements = record(act, transfer.to, kind, &effects, told)?;
    for movement in &movements {
        let lot = lot(act, transfer, &movement.lot_id)?;
        state.apply(std::slice::from_ref(movement), Some(&lot));
    }
    let mut holds = state.line_holds.clone();
    for row in rows {
        let line = db::plan_lines::find(act.conn, &row.line)?;
        let Some(line) = line.filter(|line| line.request.is_some()) else {
            continue;
        };
        let hold = LineHold {
            id: HoldId::new(act.id()),
            line: row.line.clone(),
            dose: row.dose,
            site: transfer.to,
            lot_id: row.lot_id.clone(),
            units: row.units,
            rank: line.rank.unwrap_or(u32::MAX),
            above_reserve: line.above_reserve,
        };
        keep(act, &mut holds, hold)?;
    }
    state.set_line_holds(holds);
    Ok(after::stock_changed(act, state, movements)?.movements)
}

/// Holds units for a line; where the dose holds units of the lot already, those are one hold.
fn keep(act: &mut Act<'_>, holds: &mut Vec<LineHold>, hold: LineHold) -> Result<(), Error> {
    let same =
        |h: &&mut LineHold| h.line == hold.line && h.dose == hold.dose && h.lot_id == hold.lot_id;
    if let Some(known) = holds.iter_mut().find(same) {
        known.units = known.units.saturating_add(hold.units);
        db::plan_lines::set_hold(act.conn, known)?;
    } else {
        db::plan_lines::insert_hold(act.conn, &hold, act.now)?;
        holds.push(hold);
    }
    Ok(())
}

/// The particulars of a lot that the giver had.
fn lot(act: &mut Act<'_>, transfer: &Transfer, id: &LotId) -> Result<Lot, Error> {
    let line = db::shelf::line(act.conn, transfer.from, id)?
        .ok_or_else(|| Error::Bug(format!("lot {id} was never at its giver")))?;
    Ok(Lot {
        id: line.lot_id,
        cip13: line.cip13,
        lot: line.lot,
        expiry: line.expiry,
    })
}

/// A line of a reserve is served when the last of its units has come.
fn close_reserves(act: &mut Act<'_>, rows: &[TransferRow]) -> Result<(), Error> {
    let lines: BTreeSet<_> = rows.iter().map(|row| row.line.clone()).collect();
    for id in lines {
        let Some(line) = db::plan_lines::find(act.conn, &id)? else {
            continue;
        };
        let open = line.state == Some(LineState::Approved) && line.request.is_none();
        if open && db::plan_lines::held_for(act.conn, &id)?.is_empty() {
            decided(act, &line, LineState::Served, None)?;
        }
    }
    Ok(())
}
