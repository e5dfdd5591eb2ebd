//! What is on its way between pharmacies, the movements by which it left and came, and what was said of it.

use crate::db::row::RowOf;
use crate::db::schema::{
    lots, movements, transfer_movements, transfer_payload, transfer_rows, transfers,
};
use crate::db::{Conn, Error};
use crate::domain::calendar::Day;
use crate::domain::code::{Cip13, Finess, LotNumber};
use crate::domain::id::{LotId, MovementId, TransferId};
use crate::domain::ledger::{Movement, MovementKind};
use crate::domain::quantity::Units;
use crate::domain::transfer::TransferState;
use chrono::NaiveDate;
use diesel::prelude::*;

/// Units of one lot that are in nobody's stock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InTransit {
    /// With which transfer.
    pub transfer: TransferId,
    /// Who gives.
    pub from: Finess,
    /// Who receives.
    pub to: Finess,
    /// Of which lot.
    pub lot_id: LotId,
    /// Of which presentation that is.
    pub cip13: Cip13,
    /// The lot's number.
    pub lot: LotNumber,
    /// The last day on which a unit may be used.
    pub expiry: Day,
    /// How many are on their way to the receiver.
    pub to_come: Units,
    /// How many are on their way back to the giver.
    pub going_back: Units,
}

impl InTransit {
    /// Returns how many there are, to come or going back.
    pub const fn units(&self) -> Units {
        self.to_come.saturating_add(self.going_back)
    }
}

type Row = (
    (String, String, String),
    (String, String, String, NaiveDate),
    (i64, i64, i64, i64, i64, i64, i64),
);

macro_rules! on_the_way {
    () => {
        transfer_rows::table
            .inner_join(transfers::table)
            .inner_join(lots::table)
            .filter(transfer_rows::state.eq_any(TransferState::ON_THE_WAY.map(TransferState::code)))
            .order((
                transfers::id,
                lots::cip13,
                lots::expiry,
                lots::lot,
                transfer_rows::id,
            ))
            .select((
                (transfers::id, transfers::from_site, transfers::to_site),
                (lots::id, lots::cip13, lots::lot, lots::expiry),
                (
                    transfer_rows::sent,
                    transfer_rows::received,
                    transfer_rows::quarantined,
                    transfer_rows::refused,
                    transfer_rows::lost,
                    transfer_rows::returned,
                    transfer_rows::lost_back,
                ),
            ))
    };
}

/// One row a transfer and lot.
fn values(rows: Vec<Row>) -> Result<Vec<InTransit>, Error> {
    let mut found: Vec<InTransit> = Vec::new();
    for ((transfer, from, to), (lot_id, cip13, lot, expiry), counts) in rows {
        let row = RowOf {
            table: "transfer_rows",
            id: &transfer,
        };
        let (sent, received, quarantined, refused, lost, returned, lost_back) = counts;
        let to_come = row.units(sent - received - quarantined - refused - lost)?;
        let going_back = row.units(refused - returned - lost_back)?;
        let same =
            |t: &&mut InTransit| t.transfer.as_str() == transfer && t.lot_id.as_str() == lot_id;
        if let Some(known) = found.iter_mut().find(same) {
            known.to_come = known.to_come.saturating_add(to_come);
            known.going_back = known.going_back.saturating_add(going_back);
            continue;
        }
        found.push(InTransit {
            from: row.parsed(Finess::parse(&from))?,
            to: row.parsed(Finess::parse(&to))?,
            cip13: row.parsed(Cip13::parse(&cip13))?,
            lot: row.parsed(LotNumber::parse(&lot))?,
            expiry: row.day(expiry)?,
            transfer: TransferId::new(&*transfer),
            lot_id: LotId::new(lot_id),
            to_come,
            going_back,
        });
    }
    Ok(found)
}

/// Returns the units of some lots that are in nobody's stock, by transfer.
///
/// # Errors
/// When the database cannot be read, or a row is no transfer.
pub fn in_transit_of_lot(conn: &mut Conn, of: &[LotId]) -> Result<Vec<InTransit>, Error> {
    values(
        on_the_way!()
            .filter(transfer_rows::lot_id.eq_any(of.iter().map(LotId::as_str)))
            .load(conn)?,
    )
}

/// Returns the units in nobody's stock that some sites gave or are to receive, by transfer and lot; those of
/// all, when none is named.
///
/// # Errors
/// When the database cannot be read, or a row is no transfer.
pub fn in_transit(conn: &mut Conn, sites: Option<&[Finess]>) -> Result<Vec<InTransit>, Error> {
    let Some(sites) = sites else {
        return values(on_the_way!().load(conn)?);
    };
    let names: Vec<&str> = sites.iter().map(Finess::as_str).collect();
    let given = transfers::from_site.eq_any(names.clone());
    values(
        on_the_way!()
            .filter(given.or(transfers::to_site.eq_any(names)))
            .load(conn)?,
    )
}

/// Keeps that movements were made by a transfer.
///
/// # Errors
/// When the database cannot be written.
pub fn link(conn: &mut Conn, transfer: &TransferId, made: &[Movement]) -> Result<(), Error> {
    for movement in made {
        diesel::insert_into(transfer_movements::table)
            .values((
                transfer_movements::movement_id.eq(movement.id.as_str()),
                transfer_movements::transfer_id.eq(transfer.as_str()),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Returns whether a movement was made by a transfer.
///
/// # Errors
/// When the database cannot be read.
pub fn was_moved(conn: &mut Conn, movement: &MovementId) -> Result<bool, Error> {
    let found = transfer_movements::table.find(movement.as_str()).count();
    Ok(found.get_result::<i64>(conn)? > 0)
}

/// Returns the movement by which a lot left its giver with a transfer, if it did.
///
/// # Errors
/// When the database cannot be read.
pub fn departure(
    conn: &mut Conn,
    transfer: &TransferId,
    lot: &LotId,
) -> Result<Option<MovementId>, Error> {
    let found: Option<String> = transfer_movements::table
        .inner_join(movements::table)
        .filter(transfer_movements::transfer_id.eq(transfer.as_str()))
        .filter(movements::lot_id.eq(lot.as_str()))
        .filter(movements::kind.eq(MovementKind::TransferOut.code()))
        .order(movements::id)
        .select(movements::id)
        .first(conn)
        .optional()?;
    Ok(found.map(MovementId::new))
}

/// What people said of a transfer in words of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = transfer_payload, treat_none_as_default_value = false)]
pub struct Words {
    /// Why it was asked for.
    pub asked_words: Option<String>,
    /// Why it was declined or cancelled.
    pub closed_words: Option<String>,
    /// What was said of a difference, or of what came back.
    pub received_words: Option<String>,
}

/// Returns what was said of a transfer; nothing when nothing was, or it was erased.
///
/// # Errors
/// When the database cannot be read.
pub fn words(conn: &mut Conn, transfer: &TransferId) -> Result<Words, Error> {
    let found = transfer_payload::table
        .find(transfer.as_str())
        .select(Words::as_select())
        .get_result(conn)
        .optional()?;
    Ok(found.unwrap_or_default())
}

/// Adds what was said of a transfer to what was said before; what was said twice stands on two lines.
///
/// # Errors
/// When the database cannot be written.
pub fn add_words(conn: &mut Conn, transfer: &TransferId, said: Words) -> Result<(), Error> {
    if said == Words::default() {
        return Ok(());
    }
    let before = words(conn, transfer)?;
    let both = |before: Option<String>, said: Option<String>| match (before, said) {
        (Some(before), Some(said)) => Some(format!("{before}\n{said}")),
        (before, said) => said.or(before),
    };
    let after = Words {
        asked_words: both(before.asked_words, said.asked_words),
        closed_words: both(before.closed_words, said.closed_words),
        received_words: both(before.received_words, said.received_words),
    };
    let known = transfer_payload::table.find(transfer.as_str());
    diesel::delete(known).execute(conn)?;
    diesel::insert_into(transfer_payload::table)
        .values((transfer_payload::transfer_id.eq(transfer.as_str()), after))
        .execute(conn)?;
    Ok(())
}
