//! What is held at a giver for transfers that were asked for by hand.

use crate::db::row::{RowOf, kept};
use crate::db::schema::holds;
use crate::db::{Conn, Error, clearances};
use crate::domain::calendar::Instant;
use crate::domain::code::Finess;
use crate::domain::id::{HoldId, LotId, TransferId};
use crate::domain::quantity::Units;
use crate::domain::transfer::TransferHold;
use diesel::prelude::*;

/// Returns what some sites hold for transfers, by transfer and lot.
///
/// # Errors
/// When the database cannot be read, or a row is no hold.
pub fn held_at(conn: &mut Conn, sites: &[Finess]) -> Result<Vec<TransferHold>, Error> {
    let rows: Vec<(String, String, String, String, i64)> = holds::table
        .filter(holds::transfer_id.is_not_null())
        .filter(holds::site.eq_any(sites.iter().map(Finess::as_str)))
        .order((holds::transfer_id, holds::site, holds::lot_id))
        .select((
            holds::id,
            holds::transfer_id.assume_not_null(),
            holds::site,
            holds::lot_id,
            holds::units,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(id, transfer, site, lot, units)| {
            let row = RowOf {
                table: "holds",
                id: &id,
            };
            Ok(TransferHold {
                site: row.parsed(Finess::parse(&site))?,
                units: row.units(units)?,
                id: HoldId::new(&*id),
                transfer: TransferId::new(transfer),
                lot_id: LotId::new(lot),
            })
        })
        .collect()
}

/// Holds units for a transfer.
///
/// # Errors
/// When the database cannot be written; [`Error::Constraint`] when the lot has no so many free.
pub fn hold(conn: &mut Conn, hold: &TransferHold, now: Instant) -> Result<(), Error> {
    diesel::insert_into(holds::table)
        .values((
            holds::id.eq(hold.id.as_str()),
            holds::transfer_id.eq(Some(hold.transfer.as_str())),
            holds::dose.eq(1),
            holds::site.eq(hold.site.as_str()),
            holds::lot_id.eq(hold.lot_id.as_str()),
            holds::units.eq(i64::from(hold.units.get())),
            holds::held_at.eq(kept(now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Takes units out of a hold: all of them end it.
///
/// # Errors
/// When the database cannot be written.
pub fn shrink_hold(conn: &mut Conn, hold: &TransferHold, by: Units) -> Result<(), Error> {
    clearances::shrink(conn, &hold.id, hold.units.saturating_sub(by))
}
