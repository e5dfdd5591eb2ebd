//! What a receiver refused at the door is back at the giver.

use super::packs::{self, Pack};
use super::{Moved, audit, by_lot, differs, enter, ids, locked, lot_of, may_take, signed};
use crate::app::act::Act;
use crate::app::after;
use crate::app::error::Error;
use crate::app::plan_lines::close_if_done;
use crate::app::recalls;
use crate::app::record::Particulars;
use crate::app::site_state::SiteState;
use crate::db;
use crate::domain::calendar::Day;
use crate::domain::code::{Cip13, LotNumber};
use crate::domain::id::{LotId, TransferId};
use crate::domain::ledger::{Effect, LossReason, MovementKind};
use crate::domain::quantity::Units;
use crate::domain::reason::Refusal;
use crate::domain::role::Action;
use crate::domain::transfer::{CameBack, ClosedAs, Step, Transfer, TransferRow, comes_back};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What a giver says of what comes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenBack {
    /// Lot by lot. Nothing: all that was refused is back, and is set apart.
    pub lots: Option<Vec<LotBack>>,
    /// Whether it came back between 2 and 8 °C; otherwise all of it is set apart.
    pub cold_chain: bool,
    /// The packs that were scanned.
    pub packs: Vec<Pack>,
    /// What is told beside.
    pub told: Particulars,
}

/// What a giver says of one lot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LotBack {
    /// Of which presentation.
    pub cip13: Cip13,
    /// Its number.
    pub lot: LotNumber,
    /// Its expiry, where two lots share the number.
    pub expiry: Option<Day>,
    /// How many of it are back, or missing.
    pub back: CameBack,
    /// How the missing were lost; missing, when nothing is said.
    pub reason: Option<LossReason>,
}

type Told = BTreeMap<LotId, (CameBack, Option<LossReason>)>;

/// Takes back what was refused at the door: on the shelf or set apart. Until when packs that were
/// decommissioned can be reactivated, the transfer says.
///
/// # Errors
/// Refused when there is no such transfer, the caller keeps no stock at the giver, nothing of it is on its
/// way back, it came back before it was sent, or more is told of a lot than was refused.
pub fn take_back(act: &mut Act<'_>, id: &TransferId, taken: &TakenBack) -> Result<Moved, Error> {
    let mut transfer = locked(act, id)?;
    act.caller.check(Action::MoveStock, Some(transfer.from))?;
    may_take(&transfer, Step::TakeBack)?;
    let by = signed(act, &taken.told, transfer.sent.as_ref())?;
    let mut state = SiteState::load(act, transfer.from)?;
    let told = told(&transfer, taken, state.today)?;
    for (lot, (back, reason)) in &told {
        let reason = Some(reason.unwrap_or(LossReason::Missing));
        comes_back(&mut transfer.rows, lot, *back, reason)
            .map_err(|expected| differs(&transfer, lot, back.all(), expected))?;
    }
    let back = told.iter().filter(|(_, (b, _))| b.back() > Units::ZERO);
    let effects: Vec<(LotId, Effect)> = back
        .map(|(lot, (back, _))| {
            let effect = Effect {
                usable: i64::from(back.usable.get()),
                quarantined: i64::from(back.quarantined.get()),
            };
            (lot.clone(), effect)
        })
        .collect();
    let booked = (MovementKind::Return, effects.as_slice());
    let movements = enter(act, &mut state, &transfer, booked, &taken.told)?;
    packs::arrive(act, &transfer, &taken.packs, &movements, transfer.from)?;
    transfer.returned = Some(by);
    close_if_done(act, &mut transfer, ClosedAs::Cancelled);
    db::transfers::update(act.conn, &transfer)?;
    let words = db::transfers::Words {
        received_words: taken.told.note.clone(),
        ..db::transfers::Words::default()
    };
    db::transfers::add_words(act.conn, &transfer.id, words)?;
    let more = json!({ "movements": ids(&movements), "lots": lots_of(&told), "cold_chain": taken.cold_chain });
    audit(act, &transfer, "transfer.take-back", more)?;
    let movements = after::stock_changed(act, state, movements)?.movements;
    recalls::moved(act, &transfer)?;
    Ok(Moved {
        transfer,
        movements,
    })
}

/// What is told of each lot, as it is booked; what is out of date, or was not kept cold, is set apart.
fn told(transfer: &Transfer, taken: &TakenBack, today: Day) -> Result<Told, Error> {
    let mut told = Told::new();
    if let Some(lots) = &taken.lots {
        for one in lots {
            let (cip13, lot, all) = (one.cip13, &one.lot, one.back.all());
            let lot = lot_of(transfer, cip13, lot, one.expiry, all)?;
            if told.insert(lot.clone(), (one.back, one.reason)).is_some() {
                return Err(differs(transfer, &lot, all, Units::ZERO));
            }
        }
    } else {
        let all = by_lot(&transfer.rows, TransferRow::going_back);
        told.extend(all.into_iter().map(|(lot, quarantined)| {
            let back = CameBack {
                quarantined,
                ..CameBack::default()
            };
            (lot, (back, None))
        }));
        if told.is_empty() {
            let state = "nothing-refused";
            return Err(Refusal::WrongState { state }.into());
        }
    }
    for (lot, (back, _)) in &mut told {
        let of_lot = |row: &&TransferRow| row.lot_id == *lot;
        let expired = transfer
            .rows
            .iter()
            .find(of_lot)
            .is_some_and(|r| r.expiry < today);
        if expired || !taken.cold_chain {
            back.quarantined = back.back();
            back.usable = Units::ZERO;
        }
    }
    Ok(told)
}

/// What was told, for the audit trail.
fn lots_of(told: &Told) -> Vec<Value> {
    told.iter()
        .map(|(lot, (back, reason))| {
            json!({
                "lot": lot.as_str(), "usable": back.usable.get(),
                "quarantined": back.quarantined.get(), "missing": back.missing.get(),
                "reason": reason.filter(|_| back.missing > Units::ZERO).map(LossReason::code),
            })
        })
        .collect()
}
