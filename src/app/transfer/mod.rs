//! Transfers between pharmacies: asked for, accepted, sent, received, and what comes back.
//!
//! Each step is a verb of its own, and each locks both sites (the door names them), then the transfer: two
//! steps at once happen one after the other, and the second is refused when the first left no room for it.
//!
//! What a plan asks for is held by the plan's lines; what somebody asks for by hand is held for the transfer,
//! and is cut first when units are lost or taken for a CRS ([`mod@cut`]). Units that were sent are in nobody's
//! stock until they are accounted for: received, refused and back, or lost. The database holds that too.

mod accept;
mod ask;
mod cut;
mod end;
pub mod lapse;
mod packs;
pub mod propose;
mod receive;
mod send;
mod take_back;

pub use accept::accept;
pub use ask::{AskedFor, AskedRow, Asking, ask};
pub(super) use cut::cut;
pub use end::{cancel, decline};
pub use packs::Pack;
pub use receive::{LotArrived, Receipt, receive};
pub use send::{Sending, send};
pub use take_back::{LotBack, TakenBack, take_back};

use super::act::{Act, Done};
use super::error::Error;
use super::record::{Particulars, not_in_the_future, not_to_come, record};
use super::site_state::SiteState;
use crate::db;
use crate::db::stock::Lot;
use crate::domain::calendar::{Day, Instant};
use crate::domain::code::{Cip13, LotNumber};
use crate::domain::id::{LotId, TransferId};
use crate::domain::ledger::{Effect, Movement, MovementKind};
use crate::domain::quantity::Units;
use crate::domain::reason::Refusal;
use crate::domain::transfer::{LegalBasis, Signed, Step, Transfer, TransferHold, TransferRow};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What came of a step that moved units.
pub struct Moved {
    /// The transfer afterwards.
    pub transfer: Transfer,
    /// The movements at the site where the step was taken.
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

/// Finds a transfer that nobody else changes until this act is done.
fn locked(act: &mut Act<'_>, id: &TransferId) -> Result<Transfer, Error> {
    db::transfers::lock(act.conn, id)?;
    find(act, id)
}

/// Refuses a step that cannot be taken from where a transfer is.
fn may_take(transfer: &Transfer, step: Step) -> Result<(), Refusal> {
    if transfer.state.allows(step) {
        return Ok(());
    }
    let state = transfer.state.code();
    Err(Refusal::WrongState { state })
}

/// Signs a step: when it was done, as told, and who tells it.
///
/// # Errors
/// Refused when it is yet to come, or was done before `after`.
fn signed(act: &Act<'_>, told: &Particulars, after: Option<&Signed>) -> Result<Signed, Error> {
    not_in_the_future(act, told)?;
    let at: Instant = told.happened_at.unwrap_or(act.now);
    if after.is_some_and(|after| at < after.at) {
        let what = "happened_at";
        return Err(Refusal::InThePast { what }.into());
    }
    let by = act.caller.id.clone();
    Ok(Signed { at, by })
}

/// Refuses a legal basis that is told of a time to come.
fn may_be_right(act: &Act<'_>, legal: Option<&LegalBasis>) -> Result<(), Error> {
    match legal {
        Some(LegalBasis::ImperativeNeed { ars_told_at }) => {
            Ok(not_to_come(act, *ars_told_at, "ars_told_at")?)
        }
        Some(LegalBasis::ArsAuthorisation { .. }) | None => Ok(()),
    }
}

/// Books what arrives at a site by a transfer: nothing, when that is nothing.
fn enter(
    act: &mut Act<'_>,
    state: &mut SiteState,
    transfer: &Transfer,
    (kind, effects): (MovementKind, &[(LotId, Effect)]),
    told: &Particulars,
) -> Result<Vec<Movement>, Error> {
    if effects.is_empty() {
        return Ok(Vec::new());
    }
    let movements = record(act, state.site.finess, kind, effects, told)?;
    db::transfers::link(act.conn, &transfer.id, &movements)?;
    for movement in &movements {
        let row = transfer.rows.iter().find(|r| r.lot_id == movement.lot_id);
        let lot = row.map(|row| Lot {
            id: row.lot_id.clone(),
            cip13: row.cip13,
            lot: row.lot.clone(),
            expiry: row.expiry,
        });
        state.apply(std::slice::from_ref(movement), lot.as_ref());
    }
    Ok(movements)
}

/// Gives back what is held at the giver for a transfer that was asked for by hand.
fn let_go(act: &mut Act<'_>, giver: &mut SiteState, transfer: &TransferId) -> Result<(), Error> {
    let (gone, kept): (Vec<TransferHold>, Vec<TransferHold>) = giver
        .transfer_holds
        .iter()
        .cloned()
        .partition(|hold| hold.transfer == *transfer);
    for hold in &gone {
        db::transfers::shrink_hold(act.conn, hold, hold.units)?;
    }
    giver.set_transfer_holds(kept);
    Ok(())
}

/// Writes a step on the audit trail of both sites.
fn audit(
    act: &mut Act<'_>,
    transfer: &Transfer,
    action: &'static str,
    more: Value,
) -> Result<(), Error> {
    let mut details = json!({
        "from": transfer.from.as_str(), "to": transfer.to.as_str(), "state": transfer.state.code(),
    });
    if let (Some(all), Value::Object(more)) = (details.as_object_mut(), more) {
        all.extend(more);
    }
    for site in [transfer.from, transfer.to] {
        let line = Done {
            action,
            object: transfer.id.as_str(),
            patient: None,
            details: details.clone(),
        };
        act.audit(Some(site), line)?;
    }
    Ok(())
}

/// The ids of movements, for the audit trail.
fn ids(movements: &[Movement]) -> Vec<&str> {
    movements.iter().map(|m| m.id.as_str()).collect()
}

/// How many units of each lot rows have, by lot.
fn by_lot(rows: &[TransferRow], of: impl Fn(&TransferRow) -> Units) -> BTreeMap<LotId, Units> {
    let mut sums: BTreeMap<LotId, Units> = BTreeMap::new();
    for row in rows {
        let sum = sums.entry(row.lot_id.clone()).or_default();
        *sum = sum.saturating_add(of(row));
    }
    sums.retain(|_, units| *units > Units::ZERO);
    sums
}

/// Finds the lot of a transfer that somebody means.
///
/// # Errors
/// [`Refusal::TransferDiffers`] when it has none of it, [`Refusal::WhichExpiry`] when two share the number.
fn lot_of(
    transfer: &Transfer,
    cip13: Cip13,
    lot: &LotNumber,
    expiry: Option<Day>,
    told: Units,
) -> Result<LotId, Refusal> {
    let meant = transfer.rows.iter().filter(|row| {
        row.cip13 == cip13 && row.lot == *lot && expiry.is_none_or(|day| row.expiry == day)
    });
    let lots: BTreeMap<&LotId, Day> = meant.map(|row| (&row.lot_id, row.expiry)).collect();
    let mut found = lots.keys();
    match (found.next(), found.next()) {
        (Some(one), None) => Ok((*one).clone()),
        (None, _) => Err(Refusal::TransferDiffers {
            cip13,
            lot: lot.clone(),
            told,
            expected: Units::ZERO,
        }),
        (Some(_), Some(_)) => Err(Refusal::WhichExpiry {
            lot: lot.clone(),
            expiries: lots.into_values().collect(),
        }),
    }
}

/// The refusal of more units of a lot than are on their way.
fn differs(transfer: &Transfer, lot: &LotId, told: Units, expected: Units) -> Error {
    match transfer.rows.iter().find(|row| row.lot_id == *lot) {
        Some(row) => Refusal::TransferDiffers {
            cip13: row.cip13,
            lot: row.lot.clone(),
            told,
            expected,
        }
        .into(),
        None => Error::Bug(format!("lot {lot} is in no row of its transfer")),
    }
}
