//! Lots and movements: the ledger.

use super::row::{RowOf, instant, kept};
use super::schema::{lots, movements};
use super::{Conn, Error};
use crate::domain::calendar::{Day, Instant};
use crate::domain::code::{Cip13, Finess, LotNumber};
use crate::domain::id::{LotId, MovementId, OperationId, PatientId};
use crate::domain::ledger::{Effect, Movement, MovementKind};
use crate::domain::quantity::Units;
use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

/// A lot that the service knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lot {
    /// Its name here.
    pub id: LotId,
    /// Of which presentation.
    pub cip13: Cip13,
    /// Its number.
    pub lot: LotNumber,
    /// Last day on which a unit may be used.
    pub expiry: Day,
}

/// Returns the lots of a presentation that carry a number: one, or more when boxes differ in
/// their expiry.
///
/// # Errors
/// When the database cannot be read, or a row is no lot.
pub fn lots_numbered(conn: &mut Conn, cip13: Cip13, lot: &LotNumber) -> Result<Vec<Lot>, Error> {
    let rows: Vec<LotRow> = lots::table
        .filter(
            lots::cip13
                .eq(cip13.as_str())
                .and(lots::lot.eq(lot.as_str())),
        )
        .order((lots::expiry, lots::id))
        .load(conn)?;
    rows.into_iter().map(lot_value).collect()
}

/// Returns the lots of a presentation that carry a number, whether in capitals or small letters.
///
/// # Errors
/// When the database cannot be read, or a row is no lot.
pub fn lots_like(conn: &mut Conn, cip13: Cip13, lot: &LotNumber) -> Result<Vec<Lot>, Error> {
    let rows: Vec<LotRow> = lots::table
        .filter(lots::cip13.eq(cip13.as_str()))
        .order((lots::expiry, lots::id))
        .load(conn)?;
    let like = |row: &LotRow| row.2.eq_ignore_ascii_case(lot.as_str());
    rows.into_iter().filter(like).map(lot_value).collect()
}

type LotRow = (String, String, String, NaiveDate);

fn lot_value((id, cip13, lot, expiry): LotRow) -> Result<Lot, Error> {
    let row = RowOf {
        table: "lots",
        id: &id,
    };
    Ok(Lot {
        cip13: row.parsed(Cip13::parse(&cip13))?,
        lot: row.parsed(LotNumber::parse(&lot))?,
        expiry: row.day(expiry)?,
        id: LotId::new(&*id),
    })
}

/// Adds a lot.
///
/// # Errors
/// When the database cannot be written; [`Error::Constraint`] when it is there already.
pub fn insert_lot(conn: &mut Conn, lot: &Lot) -> Result<(), Error> {
    diesel::insert_into(lots::table)
        .values((
            lots::id.eq(lot.id.as_str()),
            lots::cip13.eq(lot.cip13.as_str()),
            lots::lot.eq(lot.lot.as_str()),
            lots::expiry.eq(lot.expiry.date()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Returns the number of the last movement of a site: 0 before the first.
///
/// # Errors
/// When the database cannot be read.
pub fn last_seq(conn: &mut Conn, site: Finess) -> Result<i64, Error> {
    let last: Option<i64> = movements::table
        .filter(movements::site.eq(site.as_str()))
        .select(diesel::dsl::max(movements::seq))
        .get_result(conn)?;
    Ok(last.unwrap_or(0))
}

/// Nothing is written as `NULL`, never as `DEFAULT`: with the latter the statement has another text
/// for each row, is never kept prepared, and SQLite compiles the triggers with it every time.
#[derive(Queryable, Insertable)]
#[diesel(table_name = movements, treat_none_as_default_value = false)]
struct MovementRow {
    id: String,
    site: String,
    seq: i64,
    operation: String,
    kind: String,
    lot_id: String,
    usable: i64,
    quarantined: i64,
    reason: Option<String>,
    note: Option<String>,
    patient_id: Option<String>,
    patient_hash: Option<String>,
    delivery_id: Option<String>,
    reverses: Option<String>,
    happened_at: NaiveDateTime,
    recorded_at: NaiveDateTime,
    recorded_by: String,
}

impl MovementRow {
    fn of(m: &Movement) -> Self {
        let (patient_id, patient_hash) = m
            .patient
            .clone()
            .map(|(id, hash)| (id.to_string(), hash))
            .unzip();
        Self {
            id: m.id.to_string(),
            site: m.site.to_string(),
            seq: m.seq,
            operation: m.operation.to_string(),
            kind: m.kind.code().to_owned(),
            lot_id: m.lot_id.to_string(),
            usable: m.effect.usable,
            quarantined: m.effect.quarantined,
            reason: m.reason.clone(),
            note: m.note.clone(),
            patient_id,
            patient_hash,
            delivery_id: m.delivery.clone(),
            reverses: m.reverses.as_ref().map(ToString::to_string),
            happened_at: kept(m.happened_at),
            recorded_at: kept(m.recorded_at),
            recorded_by: m.recorded_by.clone(),
        }
    }

    fn value(self) -> Result<Movement, Error> {
        let row = RowOf {
            table: "movements",
            id: &self.id,
        };
        Ok(Movement {
            site: row.parsed(Finess::parse(&self.site))?,
            kind: row.code("kind", &self.kind, MovementKind::from_code(&self.kind))?,
            id: MovementId::new(&*self.id),
            seq: self.seq,
            operation: OperationId::new(self.operation),
            lot_id: LotId::new(self.lot_id),
            effect: Effect {
                usable: self.usable,
                quarantined: self.quarantined,
            },
            reason: self.reason,
            note: self.note,
            patient: self.patient_id.map(PatientId::new).zip(self.patient_hash),
            delivery: self.delivery_id,
            reverses: self.reverses.map(MovementId::new),
            happened_at: instant(self.happened_at),
            recorded_at: instant(self.recorded_at),
            recorded_by: self.recorded_by,
        })
    }
}

/// Writes movements into the ledger; the database counts them into the balances.
///
/// # Errors
/// When the database cannot be written; [`Error::Constraint`] when a law of the ledger is broken.
pub fn insert_movements(conn: &mut Conn, all: &[Movement]) -> Result<(), Error> {
    for movement in all {
        diesel::insert_into(movements::table)
            .values(MovementRow::of(movement))
            .execute(conn)?;
    }
    Ok(())
}

/// Returns the movement of an id, if there is one.
///
/// # Errors
/// When the database cannot be read, or the row is no movement.
pub fn find_movement(conn: &mut Conn, id: &MovementId) -> Result<Option<Movement>, Error> {
    movements::table
        .find(id.as_str())
        .get_result::<MovementRow>(conn)
        .optional()?
        .map(MovementRow::value)
        .transpose()
}

/// Returns the movement of an id with its lot, if there is one.
///
/// # Errors
/// When the database cannot be read, or the row is no movement.
pub fn movement_with_lot(
    conn: &mut Conn,
    id: &MovementId,
) -> Result<Option<(Movement, Lot)>, Error> {
    movements::table
        .inner_join(lots::table)
        .filter(movements::id.eq(id.as_str()))
        .select((movements::all_columns, lots::all_columns))
        .get_result::<(MovementRow, LotRow)>(conn)
        .optional()?
        .map(|(movement, lot)| Ok((movement.value()?, lot_value(lot)?)))
        .transpose()
}

/// Returns the id of the movement that undid `id`, if one did.
///
/// # Errors
/// When the database cannot be read.
pub fn reversal_of(conn: &mut Conn, id: &MovementId) -> Result<Option<MovementId>, Error> {
    let found: Option<String> = movements::table
        .filter(movements::reverses.eq(id.as_str()))
        .select(movements::id)
        .get_result(conn)
        .optional()?;
    Ok(found.map(MovementId::new))
}

/// Returns when the movement of a number was recorded at a site, if there is one.
///
/// # Errors
/// When the database cannot be read.
pub fn recorded_at(conn: &mut Conn, site: Finess, seq: i64) -> Result<Option<Instant>, Error> {
    let found: Option<NaiveDateTime> = movements::table
        .filter(movements::site.eq(site.as_str()))
        .filter(movements::seq.eq(seq))
        .select(movements::recorded_at)
        .get_result(conn)
        .optional()?;
    Ok(found.map(instant))
}

/// Returns what a site had of a lot at an instant: the sum of what had happened by then.
///
/// # Errors
/// When the database cannot be read.
pub fn balance_at(
    conn: &mut Conn,
    site: Finess,
    lot: &LotId,
    at: Instant,
) -> Result<Effect, Error> {
    let rows: Vec<(i64, i64)> = movements::table
        .filter(movements::lot_id.eq(lot.as_str()))
        .filter(movements::site.eq(site.as_str()))
        .filter(movements::happened_at.le(kept(at)))
        .order(movements::seq)
        .select((movements::usable, movements::quarantined))
        .load(conn)?;
    let sum = |sum: Effect, (usable, quarantined): (i64, i64)| Effect {
        usable: sum.usable.saturating_add(usable),
        quarantined: sum.quarantined.saturating_add(quarantined),
    };
    let nothing = Effect {
        usable: 0,
        quarantined: 0,
    };
    Ok(rows.into_iter().fold(nothing, sum))
}

/// Returns when how many units of which presentation were dispensed to a patient for CRS, without
/// what was undone, in the order of the ledger.
///
/// # Errors
/// When the database cannot be read, or a row is no movement.
pub fn dispensed_for_crs(
    conn: &mut Conn,
    site: Finess,
    patient: &PatientId,
) -> Result<Vec<(Instant, Cip13, Units)>, Error> {
    let undone = diesel::alias!(movements as undone);
    let by_reversal = undone
        .filter(
            undone
                .field(movements::reverses)
                .eq(movements::id.nullable()),
        )
        .select(undone.field(movements::id));
    let rows: Vec<(String, NaiveDateTime, String, i64)> = movements::table
        .inner_join(lots::table)
        .filter(movements::patient_id.eq(patient.as_str()))
        .filter(movements::site.eq(site.as_str()))
        .filter(movements::kind.eq(MovementKind::Dispensing.code()))
        .filter(movements::reason.eq("crs"))
        .filter(diesel::dsl::not(diesel::dsl::exists(by_reversal)))
        .order(movements::seq)
        .select((
            movements::id,
            movements::happened_at,
            lots::cip13,
            movements::usable,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(id, at, cip13, usable)| {
            let row = RowOf {
                table: "movements",
                id: &id,
            };
            let cip13 = row.parsed(Cip13::parse(&cip13))?;
            Ok((instant(at), cip13, row.units(usable.saturating_neg())?))
        })
        .collect()
}

/// What a reader of the ledger asks for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only of this kind.
    pub kind: Option<MovementKind>,
    /// Only of this presentation.
    pub cip13: Option<Cip13>,
    /// Only of lots with this number.
    pub lot: Option<LotNumber>,
    /// Only what happened at or after this.
    pub from: Option<Instant>,
    /// Only what happened before this.
    pub until: Option<Instant>,
    /// Only for this patient.
    pub patient: Option<PatientId>,
    /// Only of this act.
    pub operation: Option<OperationId>,
    /// Only with a number below this: where the page before ended.
    pub before: Option<i64>,
}

/// Returns up to `limit` movements of a site with their lots, the latest first.
///
/// # Errors
/// When the database cannot be read, or a row is no movement.
pub fn page(
    conn: &mut Conn,
    site: Finess,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<(Movement, Lot)>, Error> {
    let mut query = movements::table
        .inner_join(lots::table)
        .filter(movements::site.eq(site.as_str()))
        .order(movements::seq.desc())
        .limit(limit)
        .select((movements::all_columns, lots::all_columns))
        .into_boxed::<<Conn as Connection>::Backend>();
    if let Some(kind) = filter.kind {
        query = query.filter(movements::kind.eq(kind.code()));
    }
    if let Some(cip13) = filter.cip13 {
        query = query.filter(lots::cip13.eq(cip13.to_string()));
    }
    if let Some(lot) = &filter.lot {
        query = query.filter(lots::lot.eq(lot.to_string()));
    }
    if let Some(from) = filter.from {
        query = query.filter(movements::happened_at.ge(kept(from)));
    }
    if let Some(until) = filter.until {
        query = query.filter(movements::happened_at.lt(kept(until)));
    }
    if let Some(patient) = &filter.patient {
        query = query.filter(movements::patient_id.eq(patient.to_string()));
    }
    if let Some(operation) = &filter.operation {
        query = query.filter(movements::operation.eq(operation.to_string()));
    }
    if let Some(before) = filter.before {
        query = query.filter(movements::seq.lt(before));
    }
    let rows: Vec<(MovementRow, LotRow)> = query.load(conn)?;
    rows.into_iter()
        .map(|(movement, lot)| Ok((movement.value()?, lot_value(lot)?)))
        .collect()
}
