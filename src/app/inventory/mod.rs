//! A site's shelf is counted while others go on.
//!
//! One inventory is open at a site at a time. A count keeps what the ledger said at its moment; counted
//! again, the last count holds. [`close`](close::close) books the differences, each with its reason, all
//! in one transaction: what moved since a count is not undone by it ([`crate::domain::inventory`]).

pub mod close;
mod seen;

pub use seen::{Line, SeenInventory, list, see};

use super::act::{Act, Done};
use super::error::Error;
use super::receive_units::{lot_of, on_catalogue};
use super::record::Which;
use super::see::commons;
use crate::db::inventories::{CountRecord, Inventory};
use crate::db::stock::Lot;
use crate::db::{self};
use crate::domain::calendar::{Instant, to_micros};
use crate::domain::code::Finess;
use crate::domain::id::InventoryId;
use crate::domain::inventory::{Moment, Place, Stage, reckon};
use crate::domain::ledger::UnitState;
use crate::domain::quantity::Units;
use crate::domain::reason::Refusal;
use serde_json::json;

/// Opens an inventory of a site.
///
/// # Errors
/// Refused when one is open there.
pub fn open(act: &mut Act<'_>, site: Finess, note: Option<String>) -> Result<Inventory, Error> {
    commons::site(act, site)?;
    if !db::inventories::page(act.conn, site, Some(Stage::Open), None, 1)?.is_empty() {
        let state = "inventory-open";
        return Err(Refusal::WrongState { state }.into());
    }
    let inventory = Inventory {
        id: InventoryId::new(act.id()),
        site,
        stage: Stage::Open,
        note,
        opened: (act.now, act.caller.id.clone()),
        ended: None,
    };
    db::inventories::insert(act.conn, &inventory)?;
    written(act, "inventory.open", &inventory, json!({}))?;
    Ok(inventory)
}

/// What was counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Of which lot; the expiry is needed of one that the site never had.
    pub which: Which,
    /// In which state.
    pub state: UnitState,
    /// How many.
    pub counted: Units,
    /// When, if not now.
    pub counted_at: Option<Instant>,
}

/// Records a count, and returns it with what the ledger says of it. A lot that the ledger does not know is
/// known from then on; nothing else changes.
///
/// # Errors
/// Refused when there is no such inventory here or it is over; when the lot is unknown and its expiry is not
/// said, or its presentation is not on the catalogue; when it was counted in the future, or before the
/// inventory was opened.
pub fn count(
    act: &mut Act<'_>,
    site: Finess,
    id: &InventoryId,
    new: &Counted,
) -> Result<Line, Error> {
    let inventory = running(act, site, id)?;
    let now = to_micros(act.now);
    let at = counted_at(&inventory, new, now)?;
    let lot = counted_lot(act, site, &new.which)?;
    let moment = Moment {
        at,
        recorded_at: now,
        seq: db::stock::last_seq(act.conn, site)?,
    };
    let movements = db::inventories::moved(act.conn, site, &lot.id, new.state)?;
    let expected = reckon(&movements, moment).expected;
    let count = CountRecord {
        id: act.id(),
        place: Place {
            lot_id: lot.id,
            cip13: lot.cip13,
            lot: lot.lot,
            expiry: lot.expiry,
            state: new.state,
        },
        counted: new.counted,
        expected,
        moment,
        by: act.caller.id.clone(),
    };
    db::inventories::insert_count(act.conn, id, &count)?;
    let details = json!({
        "lot": count.place.lot_id.as_str(), "state": new.state.code(),
        "counted": new.counted.get(), "expected": expected, "seq": moment.seq,
    });
    written(act, "inventory.count", &inventory, details)?;
    seen::line(act, site, count)
}

/// When it was counted.
///
/// Choice: five minutes ahead are forgiven, since the clocks of two machines differ; they count as now.
fn counted_at(inventory: &Inventory, new: &Counted, now: Instant) -> Result<Instant, Refusal> {
    let Some(at) = new.counted_at.map(to_micros) else {
        return Ok(now);
    };
    let what = "counted_at";
    if at > now + chrono::TimeDelta::minutes(5) {
        return Err(Refusal::InTheFuture { what });
    }
    if at < inventory.opened.0 {
        return Err(Refusal::InThePast { what });
    }
    Ok(at.min(now))
}

/// The lot that was counted: one that is or was here, or one that was found.
fn counted_lot(act: &mut Act<'_>, site: Finess, which: &Which) -> Result<Lot, Error> {
    let known = db::shelf::numbered(act.conn, site, which.cip13, &which.lot)?;
    let mut meant: Vec<_> = known
        .into_iter()
        .filter(|l| which.expiry.is_none_or(|expiry| l.expiry == expiry))
        .collect();
    if meant.len() > 1 {
        let expiries = meant.iter().map(|l| l.expiry).collect();
        let lot = which.lot.clone();
        return Err(Refusal::WhichExpiry { lot, expiries }.into());
    }
    if let Some(line) = meant.pop() {
        return Ok(Lot {
            id: line.lot_id,
            cip13: line.cip13,
            lot: line.lot,
            expiry: line.expiry,
        });
    }
    on_catalogue(act, which.cip13)?;
    let (cip13, lot) = (which.cip13, which.lot.clone());
    let Some(expiry) = which.expiry else {
        return Err(Refusal::UnknownLot { cip13, lot }.into());
    };
    lot_of(act, cip13, &lot, expiry)
}

/// Cancels an inventory: nothing comes of it.
///
/// # Errors
/// Refused when there is no such inventory here, or it is over.
pub fn cancel(
    act: &mut Act<'_>,
    site: Finess,
    id: &InventoryId,
    reason: Option<&str>,
) -> Result<Inventory, Error> {
    let inventory = running(act, site, id)?;
    let ended = end(act, inventory, Stage::Cancelled)?;
    written(act, "inventory.cancel", &ended, json!({ "reason": reason }))?;
    Ok(ended)
}

fn end(act: &mut Act<'_>, mut inventory: Inventory, stage: Stage) -> Result<Inventory, Error> {
    let by = act.caller.id.clone();
    db::inventories::end(act.conn, &inventory.id, stage, (act.now, &by))?;
    inventory.stage = stage;
    inventory.ended = Some((act.now, by));
    Ok(inventory)
}

fn find(act: &mut Act<'_>, site: Finess, id: &InventoryId) -> Result<Inventory, Error> {
    let unknown = || Refusal::Unknown {
        what: "inventory",
        name: id.to_string(),
    };
    Ok(db::inventories::find(act.conn, site, id)?.ok_or_else(unknown)?)
}

fn running(act: &mut Act<'_>, site: Finess, id: &InventoryId) -> Result<Inventory, Error> {
    let inventory = find(act, site, id)?;
    if inventory.stage != Stage::Open {
        let state = "inventory-over";
        return Err(Refusal::WrongState { state }.into());
    }
    Ok(inventory)
}

fn written(
    act: &mut Act<'_>,
    action: &str,
    inventory: &Inventory,
    details: serde_json::Value,
) -> Result<(), Error> {
    act.audit(
        Some(inventory.site),
        Done {
            action,
            object: inventory.id.as_str(),
            patient: None,
            details,
        },
    )
}
