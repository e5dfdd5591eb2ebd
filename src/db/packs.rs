//! Packs that were scanned: where each is, by which receipt it came, by which movement it left.

use super::row::RowOf;
use super::schema::{packs, transfer_movements, transfers};
use super::{Conn, Error};
use crate::domain::code::{Cip13, Finess, Serial};
use crate::domain::id::{LotId, MovementId, TransferId};
use crate::domain::ledger::Movement;
use crate::domain::transfer::TransferState;
use diesel::prelude::*;

/// Returns of which lot a pack is, wherever it is, or was last; nothing when it was never scanned.
///
/// # Errors
/// When the database cannot be read.
pub fn pack_lot(conn: &mut Conn, cip13: Cip13, serial: &Serial) -> Result<Option<LotId>, Error> {
    let lot: Option<String> = packs::table
        .find((cip13.as_str(), serial.as_str()))
        .select(packs::lot_id)
        .get_result(conn)
        .optional()?;
    Ok(lot.map(LotId::new))
}

/// Returns how many packs of a lot that were scanned are at a site.
///
/// # Errors
/// When the database cannot be read.
pub fn packs_of_lot(conn: &mut Conn, site: Finess, lot: &LotId) -> Result<i64, Error> {
    let here = packs::site
        .eq(site.as_str())
        .and(packs::lot_id.eq(lot.as_str()));
    Ok(packs::table.filter(here).count().get_result(conn)?)
}

/// Returns where the pack of a serial number is, and of which lot it is: nothing when it is
/// unknown or has left.
///
/// # Errors
/// When the database cannot be read, or the row is no pack.
pub fn pack_place(
    conn: &mut Conn,
    cip13: Cip13,
    serial: &Serial,
) -> Result<Option<(Finess, LotId)>, Error> {
    let row: Option<(Option<String>, String)> = packs::table
        .find((cip13.as_str(), serial.as_str()))
        .select((packs::site, packs::lot_id))
        .get_result(conn)
        .optional()?;
    let Some((Some(site), lot)) = row else {
        return Ok(None);
    };
    let row = RowOf {
        table: "packs",
        id: serial.as_str(),
    };
    Ok(Some((row.parsed(Finess::parse(&site))?, LotId::new(lot))))
}

/// Returns where the pack of a serial number is: nothing when it is unknown or has left.
///
/// # Errors
/// When the database cannot be read, or the row is no pack.
pub fn pack_site(conn: &mut Conn, cip13: Cip13, serial: &Serial) -> Result<Option<Finess>, Error> {
    Ok(pack_place(conn, cip13, serial)?.map(|(site, _)| site))
}

/// Returns the transfer with which a pack left its site, while units of that are in nobody's stock.
///
/// # Errors
/// When the database cannot be read.
pub fn on_its_way(
    conn: &mut Conn,
    cip13: Cip13,
    serial: &Serial,
) -> Result<Option<TransferId>, Error> {
    let left_by: Option<Option<String>> = packs::table
        .find((cip13.as_str(), serial.as_str()))
        .filter(packs::site.is_null())
        .select(packs::left_by)
        .get_result(conn)
        .optional()?;
    let Some(left_by) = left_by.flatten() else {
        return Ok(None);
    };
    let transfer: Option<String> = transfer_movements::table
        .inner_join(transfers::table)
        .filter(transfer_movements::movement_id.eq(left_by))
        .filter(transfers::state.eq_any(TransferState::ON_THE_WAY.map(TransferState::code)))
        .select(transfers::id)
        .get_result(conn)
        .optional()?;
    Ok(transfer.map(TransferId::new))
}

/// Keeps that a pack came in by a receipt, or back by a return.
///
/// # Errors
/// [`Error::Constraint`] when it is at a site already, also since a moment ago; or when the database
/// cannot be written.
pub fn place_pack(
    conn: &mut Conn,
    cip13: Cip13,
    serial: &Serial,
    receipt: &Movement,
) -> Result<(), Error> {
    let place = (
        packs::site.eq(Some(receipt.site.as_str())),
        packs::lot_id.eq(receipt.lot_id.as_str()),
        packs::came_by.eq(receipt.id.as_str()),
        packs::left_by.eq(None::<&str>),
    );
    let pack = packs::table.find((cip13.as_str(), serial.as_str()));
    let came_back = diesel::update(pack.filter(packs::site.is_null()))
        .set(place)
        .execute(conn)?;
    if came_back == 0 {
        let name = (
            packs::cip13.eq(cip13.as_str()),
            packs::serial.eq(serial.as_str()),
        );
        diesel::insert_into(packs::table)
            .values((name, place))
            .execute(conn)?;
    }
    Ok(())
}

/// Keeps that one pack has left its site by a movement.
///
/// # Errors
/// When the database cannot be written.
pub fn pack_left(
    conn: &mut Conn,
    cip13: Cip13,
    serial: &Serial,
    by: &MovementId,
) -> Result<(), Error> {
    diesel::update(packs::table.find((cip13.as_str(), serial.as_str())))
        .filter(packs::site.is_not_null())
        .set(gone(by))
        .execute(conn)?;
    Ok(())
}

/// Keeps that every pack of a lot has left a site by a movement: nothing of the lot is left there.
///
/// # Errors
/// When the database cannot be written.
pub fn packs_left(conn: &mut Conn, by: &Movement) -> Result<(), Error> {
    let here = packs::site
        .eq(by.site.as_str())
        .and(packs::lot_id.eq(by.lot_id.as_str()));
    diesel::update(packs::table.filter(here))
        .set(gone(&by.id))
        .execute(conn)?;
    Ok(())
}

/// Keeps where the packs of a movement are that was undone: those that came by it have left, and
/// those that left by it, and have not come back since, are there again.
///
/// # Errors
/// When the database cannot be written.
pub fn packs_undone(conn: &mut Conn, undone: &Movement, by: &MovementId) -> Result<(), Error> {
    let came = packs::came_by
        .eq(undone.id.as_str())
        .and(packs::site.is_not_null());
    diesel::update(packs::table.filter(came))
        .set(gone(by))
        .execute(conn)?;
    diesel::update(packs::table.filter(packs::left_by.eq(undone.id.as_str())))
        .set((
            packs::site.eq(Some(undone.site.as_str())),
            packs::left_by.eq(None::<&str>),
        ))
        .execute(conn)?;
    Ok(())
}

type Gone<'a> = (
    diesel::dsl::Eq<packs::site, Option<&'a str>>,
    diesel::dsl::Eq<packs::left_by, Option<&'a str>>,
);

fn gone(by: &MovementId) -> Gone<'_> {
    (packs::site.eq(None), packs::left_by.eq(Some(by.as_str())))
}
