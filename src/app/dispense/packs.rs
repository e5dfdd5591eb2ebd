//! The packs of an order: which lot each is of, and by which movement it leaves.

use super::Line;
use crate::app::act::Act;
use crate::app::error::Error;
use crate::app::receive_units::on_catalogue;
use crate::app::site_state::SiteState;
use crate::db;
use crate::domain::code::{Cip13, Finess, LotNumber, Serial};
use crate::domain::id::LotId;
use crate::domain::ledger::{Movement, StockLine};
use crate::domain::quantity::Units;
use crate::domain::reason::Refusal;

/// Returns the line with the lot of its pack, where the pack is known here: what is in the hand is
/// what leaves.
///
/// Choice: a pack that was never scanned leaves by its serial number when the line names its lot,
/// and the site has units of it that came without one: those that were on the shelf before anybody
/// scanned. Any other serial number that is not here is a mistake of reading.
///
/// # Errors
/// Refused when the units are not one pack, when the pack is at another site, not here, or of
/// another lot than the line names, and when the lot or the presentation is not known here.
pub(super) fn known(act: &mut Act<'_>, state: &mut SiteState, line: &Line) -> Result<Line, Error> {
    let mut line = line.clone();
    let here = state.site.finess;
    if let Some(serial) = &line.serial {
        one_pack(act, line.cip13, line.units, line.place)?;
        if let Some(lot) = lot_of_pack(act, here, line.cip13, serial)? {
            let of_pack = state.find(act.conn, &lot)?.map(|l| l.lot);
            same_lot(serial, line.lot.as_ref(), of_pack.as_ref(), line.place)?;
            line.lot = line.lot.or(of_pack);
        } else if !came_unscanned(act, state, &line)? {
            return Err(unknown(serial).into());
        }
    }
    let of_line =
        |l: &StockLine| l.cip13 == line.cip13 && line.lot.as_ref().is_none_or(|lot| l.lot == *lot);
    if state.stock.iter().any(of_line) {
        return Ok(line);
    }
    match &line.lot {
        // one that was emptied is known, and has not enough
        Some(lot) if !db::shelf::numbered(act.conn, here, line.cip13, lot)?.is_empty() => Ok(line),
        Some(lot) => {
            on_catalogue(act, line.cip13)?;
            let (cip13, lot) = (line.cip13, lot.clone());
            Err(Refusal::UnknownLot { cip13, lot }.into())
        }
        // none of it is here: then there is not enough of it
        None => on_catalogue(act, line.cip13).map(|_listed| line),
    }
}

/// Refuses a number of units that is not one pack.
///
/// # Errors
/// [`Refusal::NotOnePack`], or that the presentation is not on the catalogue.
pub(in crate::app) fn one_pack(
    act: &mut Act<'_>,
    cip13: Cip13,
    units: Units,
    line: Option<usize>,
) -> Result<(), Error> {
    let per_box = on_catalogue(act, cip13)?.presentation.units_per_box;
    if units == per_box {
        Ok(())
    } else {
        Err(Refusal::NotOnePack {
            units,
            per_box,
            line,
        }
        .into())
    }
}

/// Returns the lot of a pack that is at a site; nothing when it was never scanned anywhere.
///
/// # Errors
/// Refused when it is at another site, or has left.
pub(in crate::app) fn lot_of_pack(
    act: &mut Act<'_>,
    here: Finess,
    cip13: Cip13,
    serial: &Serial,
) -> Result<Option<LotId>, Error> {
    match db::packs::pack_place(act.conn, cip13, serial)? {
        Some((site, lot)) if site == here => Ok(Some(lot)),
        Some((site, _)) => {
            let serial = serial.clone();
            Err(Refusal::SerialKnown { serial, site }.into())
        }
        None if db::packs::pack_lot(act.conn, cip13, serial)?.is_some() => {
            Err(unknown(serial).into())
        }
        None => Ok(None),
    }
}

/// Refuses a pack that is of another lot than the one that is named.
///
/// # Errors
/// [`Refusal::OtherLot`].
pub(in crate::app) fn same_lot(
    serial: &Serial,
    named: Option<&LotNumber>,
    of_pack: Option<&LotNumber>,
    line: Option<usize>,
) -> Result<(), Refusal> {
    match (named, of_pack) {
        (Some(found), Some(expected)) if found != expected => Err(Refusal::OtherLot {
            serial: serial.clone(),
            found: found.clone(),
            expected: expected.clone(),
            line,
        }),
        _ => Ok(()),
    }
}

pub(in crate::app) fn unknown(serial: &Serial) -> Refusal {
    Refusal::Unknown {
        what: "pack",
        name: serial.to_string(),
    }
}

/// Whether a site has a whole pack of the lot that a line names that came without a serial number.
fn came_unscanned(act: &mut Act<'_>, state: &mut SiteState, line: &Line) -> Result<bool, Error> {
    let Some(lot) = &line.lot else {
        return Ok(false);
    };
    let here = state.site.finess;
    let mut unscanned = 0;
    for l in db::shelf::numbered(act.conn, here, line.cip13, lot)? {
        let there = i64::from(l.usable.saturating_add(l.quarantined).get());
        let scanned = db::packs::packs_of_lot(act.conn, here, &l.lot_id)?;
        let scanned = scanned.saturating_mul(i64::from(line.units.get()));
        unscanned = there.saturating_sub(scanned).max(unscanned);
    }
    Ok(unscanned >= i64::from(line.units.get()))
}

/// Keeps by which movement each pack left.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn packs_leave(
    act: &mut Act<'_>,
    state: &SiteState,
    lines: &[Line],
    movements: &[Movement],
) -> Result<(), Error> {
    for line in lines {
        let is_its_lot = |m: &&Movement| {
            state.line(&m.lot_id).is_some_and(|l| {
                l.cip13 == line.cip13 && line.lot.as_ref().is_none_or(|lot| l.lot == *lot)
            })
        };
        if let (Some(serial), Some(by)) = (&line.serial, movements.iter().find(is_its_lot)) {
            db::packs::pack_left(act.conn, line.cip13, serial, &by.id)?;
        }
    }
    Ok(())
}
