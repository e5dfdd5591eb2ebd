//! A transfer arrives: in full, in part, or not at all.

use super::packs::{self, Pack};
use super::{Moved, audit, by_lot, differs, enter, ids, locked, lot_of, may_take, signed};
use crate::app::act::Act;
use crate::app::after;
use crate::app::error::Error;
use crate::app::plan_lines::{UNITS_LOST, break_line, close_if_done, decided};
use crate::app::recalls;
use crate::app::record::Particulars;
use crate::app::site_state::SiteState;
use crate::db;
use crate::domain::calendar::Day;
use crate::domain::code::{Cip13, LotNumber};
use crate::domain::id::{HoldId, LineId, LotId, TransferId};
use crate::domain::ledger::{Effect, LossReason, Movement, MovementKind};
use crate::domain::line::{LineHold, LineState};
use crate::domain::quantity::Units;
use crate::domain::role::Action;
use crate::domain::transfer::{Arrived, ClosedAs, Step, Transfer, TransferRow, arrives};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What a receiver says of a transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Lot by lot. Nothing: what the scanned packs say; without packs, all that is to come arrived.
    pub lots: Option<Vec<LotArrived>>,
    /// The packs that were scanned.
    pub packs: Vec<Pack>,
    /// Whether 2 to 8 °C is confirmed; without it, what arrives is set apart.
    pub cold_chain: bool,
    /// What is told beside.
    pub told: Particulars,
}

/// What a receiver says of one lot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LotArrived {
    /// Of which presentation.
    pub cip13: Cip13,
    /// Its number.
    pub lot: LotNumber,
    /// Its expiry, where two lots share the number.
    pub expiry: Option<Day>,
    /// How many of it arrived, were refused, are missing.
    pub arrived: Arrived,
    /// How the missing were lost; missing, when nothing is said.
    pub reason: Option<LossReason>,
}

type Told = BTreeMap<LotId, (Arrived, Option<LossReason>)>;

/// Receives a transfer, or a part of it: what is not spoken of stays on its way. What was granted to a
/// request is held for it here; a line of which units did not come whole is broken, as by any loss, and what
/// came of it is free here.
///
/// What is out of date, or came without confirmation of 2 to 8 °C, is set apart. What is refused stays on its
/// way until the giver has it back; what is missing is lost, for both. The caller has locked both sites.
///
/// # Errors
/// Refused when there is no such transfer, the caller may not move stock at the receiver, it was not sent or
/// was received, it arrived before it was sent, or more is told of a lot than is on its way.
pub fn receive(act: &mut Act<'_>, id: &TransferId, receipt: &Receipt) -> Result<Moved, Error> {
    let mut transfer = locked(act, id)?;
    act.caller.check(Action::MoveStock, Some(transfer.to))?;
    may_take(&transfer, Step::Receive)?;
    let by = signed(act, &receipt.told, transfer.sent.as_ref())?;
    let mut state = SiteState::load(act, transfer.to)?;
    let told = told(act, &transfer, receipt, state.today)?;
    let before = transfer.rows.clone();
    for (lot, (arrived, reason)) in &told {
        let reason = Some(reason.unwrap_or(LossReason::Missing));
        arrives(&mut transfer.rows, lot, *arrived, reason)
            .map_err(|expected| differs(&transfer, lot, arrived.all(), expected))?;
    }
    let movements = arrive(act, &mut state, &transfer, &told, receipt)?;
    packs::arrive(act, &transfer, &receipt.packs, &movements, transfer.to)?;
    let kept = transfer.cold_chain_kept.unwrap_or(true) && receipt.cold_chain;
    transfer.cold_chain_kept = Some(kept);
    transfer.received = Some(by);
    close_if_done(act, &mut transfer, ClosedAs::Cancelled);
    db::transfers::update(act.conn, &transfer)?;
    lines(act, &mut state, &before, &transfer.rows)?;
    let words = db::transfers::Words {
        received_words: receipt.told.note.clone(),
        ..db::transfers::Words::default()
    };
    db::transfers::add_words(act.conn, &transfer.id, words)?;
    let more = json!({ "movements": ids(&movements), "lots": lots_of(&told), "cold_chain": receipt.cold_chain });
    audit(act, &transfer, "transfer.receive", more)?;
    let movements = after::stock_changed(act, state, movements)?.movements;
    recalls::moved(act, &transfer)?;
    Ok(Moved {
        transfer,
        movements,
    })
}

/// What is told of each lot, as it is booked.
fn told(
    act: &mut Act<'_>,
    transfer: &Transfer,
    receipt: &Receipt,
    today: Day,
) -> Result<Told, Error> {
    let mut told = Told::new();
    let usable = |units: Units| Arrived {
        usable: units,
        ..Arrived::default()
    };
    if let Some(lots) = &receipt.lots {
        for one in lots {
            let (cip13, lot, all) = (one.cip13, &one.lot, one.arrived.all());
            let lot = lot_of(transfer, cip13, lot, one.expiry, all)?;
            if told
                .insert(lot.clone(), (one.arrived, one.reason))
                .is_some()
            {
                // told twice, it is told of more than the lot
                return Err(differs(transfer, &lot, all, Units::ZERO));
            }
        }
    } else if receipt.packs.is_empty() {
        let to_come = by_lot(&transfer.rows, TransferRow::to_come);
        told.extend(to_come.into_iter().map(|(lot, n)| (lot, (usable(n), None))));
    } else {
        let scanned = packs::units(act, transfer, &receipt.packs, transfer.to)?;
        told.extend(scanned.into_iter().map(|(lot, n)| (lot, (usable(n), None))));
    }
    for (lot, (arrived, _)) in &mut told {
        let of_lot = |row: &&TransferRow| row.lot_id == *lot;
        let expired = transfer
            .rows
            .iter()
            .find(of_lot)
            .is_some_and(|r| r.expiry < today);
        if expired || !receipt.cold_chain {
            *arrived = arrived.set_apart();
        }
    }
    Ok(told)
}

/// Puts what arrived where it belongs.
fn arrive(
    act: &mut Act<'_>,
    state: &mut SiteState,
    transfer: &Transfer,
    told: &Told,
    receipt: &Receipt,
) -> Result<Vec<Movement>, Error> {
    let inside = told.iter().filter(|(_, (a, _))| a.inside() > Units::ZERO);
    let effects: Vec<(LotId, Effect)> = inside
        .map(|(lot, (arrived, _))| {
            let effect = Effect {
                usable: i64::from(arrived.usable.get()),
                quarantined: i64::from(arrived.quarantined.get()),
            };
            (lot.clone(), effect)
        })
        .collect();
    let said = Particulars {
        reason: (!receipt.cold_chain).then_some(LossReason::ColdChain.code()),
        ..receipt.told.clone()
    };
    let kind = MovementKind::TransferIn;
    enter(act, state, transfer, (kind, &effects), &said)
}

/// What becomes of the lines that the rows are for, after what was told of them.
fn lines(
    act: &mut Act<'_>,
    state: &mut SiteState,
    before: &[TransferRow],
    after: &[TransferRow],
) -> Result<(), Error> {
    let mut touched: BTreeSet<LineId> = BTreeSet::new();
    let mut short: BTreeSet<LineId> = BTreeSet::new();
    let mut holds = state.line_holds.clone();
    for (was, row) in before.iter().zip(after) {
        let Some(wanted) = row.line.as_ref().filter(|_| was != row) else {
            continue;
        };
        let Some(line) = db::plan_lines::find(act.conn, &wanted.line)? else {
            continue;
        };
        if line.state != Some(LineState::Approved) {
            // it ended while its units were on their way: they are free here
            continue;
        }
        touched.insert(line.id.clone());
        let came = row.received.saturating_sub(was.received);
        let told = was.to_come().saturating_sub(row.to_come());
        if came < told {
            short.insert(line.id.clone());
        }
        if came > Units::ZERO && line.request.is_some() {
            let hold = LineHold {
                id: HoldId::new(act.id()),
                line: line.id.clone(),
                dose: wanted.dose,
                site: state.site.finess,
                lot_id: row.lot_id.clone(),
                units: came,
                rank: wanted.rank,
                above_reserve: line.above_reserve,
            };
            keep(act, &mut holds, hold)?;
        }
    }
    state.set_line_holds(holds);
    for line in &short {
        break_line(act, state, line, UNITS_LOST)?;
    }
    for line in touched.difference(&short) {
        serve_reserve(act, line)?;
    }
    Ok(())
}

/// Holds units for a line; where the dose holds units of the lot already, those are one hold.
fn keep(act: &mut Act<'_>, holds: &mut Vec<LineHold>, hold: LineHold) -> Result<(), Error> {
    let same = |h: &&mut LineHold| {
        h.line == hold.line && h.dose == hold.dose && h.lot_id == hold.lot_id && h.site == hold.site
    };
    if let Some(known) = holds.iter_mut().find(same) {
        known.units = known.units.saturating_add(hold.units);
        db::plan_lines::set_hold(act.conn, known)?;
    } else {
        db::plan_lines::insert_hold(act.conn, &hold, act.now)?;
        holds.push(hold);
    }
    Ok(())
}

/// A line of a reserve is served when the last of its units has come.
fn serve_reserve(act: &mut Act<'_>, id: &LineId) -> Result<(), Error> {
    let Some(line) = db::plan_lines::find(act.conn, id)? else {
        return Ok(());
    };
    let open = line.state == Some(LineState::Approved) && line.request.is_none();
    let waits = !db::transfers::to_come_for(act.conn, std::slice::from_ref(id))?.is_empty();
    if open && !waits && db::plan_lines::held_for(act.conn, id)?.is_empty() {
        decided(act, &line, LineState::Served, None)?;
    }
    Ok(())
}

/// What was told, for the audit trail.
fn lots_of(told: &Told) -> Vec<Value> {
    told.iter()
        .map(|(lot, (arrived, reason))| {
            json!({
                "lot": lot.as_str(), "usable": arrived.usable.get(),
                "quarantined": arrived.quarantined.get(), "refused": arrived.refused.get(),
                "missing": arrived.missing.get(),
                "reason": reason.filter(|_| arrived.missing > Units::ZERO).map(LossReason::code),
            })
        })
        .collect()
}
