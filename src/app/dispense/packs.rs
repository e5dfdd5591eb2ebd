//! The packs of an order: which lot each is of, and by which movement it leaves.

use super::Line;
use crate::app::act::Act;
use crate::app::error::Error;
use crate::app::receive_units::on_catalogue;
use crate::app::site_state::SiteState;
use crate::db;
use crate::domain::ledger::{Movement, StockLine};
use crate::domain::reason::Refusal;

/// Returns the line with the lot of its pack, where the pack is known here: what is in the hand is
/// what leaves.
///
/// # Errors
/// Refused when the pack is at another site or of another lot than the line names, and when the lot
/// or the presentation is not known here.
pub(super) fn known(act: &mut Act<'_>, state: &mut SiteState, line: &Line) -> Result<Line, Error> {
    let mut line = line.clone();
    let here = state.site.finess;
    if let Some(serial) = &line.serial
        && let Some((site, lot)) = db::packs::pack_place(act.conn, line.cip13, serial)?
    {
        if site != here {
            let serial = serial.clone();
            return Err(Refusal::SerialKnown { serial, site }.into());
        }
        let of_pack = state.find(act.conn, &lot)?.map(|l| l.lot);
        if let (Some(found), Some(expected)) = (&line.lot, &of_pack)
            && found != expected
        {
            return Err(Refusal::OtherLot {
                serial: serial.clone(),
                found: found.clone(),
                expected: expected.clone(),
                line: line.place,
            }
            .into());
        }
        line.lot = line.lot.or(of_pack);
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
