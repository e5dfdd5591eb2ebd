//! Packs that were scanned as a transfer left, arrived or came back: their serial numbers follow them.

use super::{differs, lot_of};
use crate::app::act::Act;
use crate::app::dispense::packs::{lot_of_pack, same_lot};
use crate::app::error::Error;
use crate::app::receive_units::{on_catalogue, place};
use crate::db;
use crate::domain::calendar::Day;
use crate::domain::code::{Cip13, Finess, LotNumber, Serial};
use crate::domain::id::LotId;
use crate::domain::ledger::Movement;
use crate::domain::quantity::Units;
use crate::domain::reason::Refusal;
use crate::domain::transfer::Transfer;
use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};

/// One pack, as its symbol says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pack {
    /// Of which presentation.
    pub cip13: Cip13,
    /// Of which lot.
    pub lot: LotNumber,
    /// Its expiry, if the symbol says it.
    pub expiry: Option<Day>,
    /// Its serial number.
    pub serial: Serial,
}

/// Returns how many units of each lot of a transfer packs hold.
///
/// # Errors
/// Refused when a pack stands twice, or is of no lot of the transfer.
pub(super) fn units(
    act: &mut Act<'_>,
    transfer: &Transfer,
    packs: &[Pack],
    at: Finess,
) -> Result<BTreeMap<LotId, Units>, Error> {
    let mut units: BTreeMap<LotId, Units> = BTreeMap::new();
    let mut seen: BTreeSet<(Cip13, &Serial)> = BTreeSet::new();
    let mut boxes: BTreeMap<Cip13, Units> = BTreeMap::new();
    for pack in packs {
        if !seen.insert((pack.cip13, &pack.serial)) {
            let serial = pack.serial.clone();
            return Err(Refusal::SerialKnown { serial, site: at }.into());
        }
        let per_box = match boxes.entry(pack.cip13) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                let listed = on_catalogue(act, pack.cip13)?;
                *new.insert(listed.presentation.units_per_box)
            }
        };
        let lot = lot_of(transfer, pack.cip13, &pack.lot, pack.expiry, per_box)?;
        let sum = units.entry(lot).or_default();
        *sum = sum.saturating_add(per_box);
    }
    Ok(units)
}

/// Refuses packs that hold more units of a lot than moved.
fn no_more_than(
    transfer: &Transfer,
    packs: &BTreeMap<LotId, Units>,
    movements: &[Movement],
) -> Result<(), Error> {
    for (lot, units) in packs {
        let of_lot = movements.iter().filter(|m| m.lot_id == *lot);
        let moved = of_lot.map(|m| (m.effect.usable + m.effect.quarantined).unsigned_abs());
        let moved = Units::new(u32::try_from(moved.sum::<u64>()).unwrap_or(u32::MAX));
        if *units > moved {
            return Err(differs(transfer, lot, *units, moved));
        }
    }
    Ok(())
}

/// Keeps by which movement each pack left the giver. One that was never scanned there leaves no trace there.
///
/// # Errors
/// Refused when a pack is not at the giver, or is of no lot that leaves.
pub(super) fn leave(
    act: &mut Act<'_>,
    transfer: &Transfer,
    packs: &[Pack],
    movements: &[Movement],
) -> Result<(), Error> {
    let sums = units(act, transfer, packs, transfer.from)?;
    no_more_than(transfer, &sums, movements)?;
    for pack in packs {
        let (cip13, serial) = (pack.cip13, &pack.serial);
        let Some(known) = lot_of_pack(act, transfer.from, cip13, serial)? else {
            continue;
        };
        let number = number(act, transfer.from, &known)?;
        same_lot(serial, Some(&pack.lot), number.as_ref(), None)?;
        if let Some(by) = movements.iter().find(|m| m.lot_id == known) {
            db::packs::pack_left(act.conn, cip13, serial, &by.id)?;
        }
    }
    Ok(())
}

/// Keeps that packs are where a movement brought them, `at` the receiver or back at the giver. One that still
/// stands at the other end left it with the transfer.
///
/// # Errors
/// Refused when a pack is at a third site, or here already, or is of no lot that came.
pub(super) fn arrive(
    act: &mut Act<'_>,
    transfer: &Transfer,
    packs: &[Pack],
    movements: &[Movement],
    at: Finess,
) -> Result<(), Error> {
    let sums = units(act, transfer, packs, at)?;
    no_more_than(transfer, &sums, movements)?;
    for pack in packs {
        let (cip13, serial) = (pack.cip13, &pack.serial);
        let lot = lot_of(transfer, cip13, &pack.lot, pack.expiry, Units::ZERO)?;
        if let Some(known) = db::packs::pack_lot(act.conn, cip13, serial)? {
            let number = number(act, transfer.from, &known)?;
            same_lot(serial, Some(&pack.lot), number.as_ref(), None)?;
        }
        let stands = db::packs::pack_site(act.conn, cip13, serial)?;
        if at == transfer.from && stands == Some(at) {
            // nobody scanned it as it left: it stands here all the time
            continue;
        }
        if let Some(by) = db::transfers::departure(act.conn, &transfer.id, &lot)?
            && stands == Some(transfer.from)
            && at == transfer.to
        {
            db::packs::pack_left(act.conn, cip13, serial, &by)?;
        }
        if let Some(movement) = movements.iter().find(|m| m.lot_id == lot) {
            place(act, cip13, serial, movement)?;
        }
    }
    Ok(())
}

/// The number of a lot that a site had.
fn number(act: &mut Act<'_>, site: Finess, lot: &LotId) -> Result<Option<LotNumber>, Error> {
    Ok(db::shelf::line(act.conn, site, lot)?.map(|line| line.lot))
}
