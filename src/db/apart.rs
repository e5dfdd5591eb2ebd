//! Which quarantined units wait for which decision, and the excursions from the cold.

use super::row::{RowOf, instant, kept};
use super::schema::{excursion_lots, excursions, lots, set_apart};
use super::stock::Lot;
use super::{Conn, Error};
use crate::domain::apart::{Cause, Decided, Decision, Excursion, ExcursionLot, Over, Part};
use crate::domain::code::{Cip13, Finess, LotNumber};
use crate::domain::id::{ExcursionId, LotId};
use crate::domain::quantity::Units;
use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

type PartRow = (String, i64, String, Option<String>, i64);

/// Returns the parts of a lot at a site, the oldest first.
///
/// # Errors
/// When the database cannot be read, or a row is no part.
pub fn parts(conn: &mut Conn, site: Finess, lot: &LotId) -> Result<Vec<Part>, Error> {
    let rows: Vec<PartRow> = set_apart::table
        .filter(set_apart::lot_id.eq(lot.as_str()))
        .filter(set_apart::site.eq(site.as_str()))
        .order((set_apart::seq, set_apart::id))
        .select((
            set_apart::id,
            set_apart::seq,
            set_apart::cause,
            set_apart::excursion_id,
            set_apart::units,
        ))
        .load(conn)?;
    rows.into_iter().map(part).collect()
}

fn part((id, seq, cause, excursion, units): PartRow) -> Result<Part, Error> {
    let row = RowOf {
        table: "set_apart",
        id: &id,
    };
    let known = match (cause.as_str(), excursion) {
        ("hand", None) => Some(Cause::Hand),
        ("recall", None) => Some(Cause::Recall),
        ("excursion", Some(excursion)) => Some(Cause::Excursion(ExcursionId::new(excursion))),
        _ => None,
    };
    Ok(Part {
        cause: row.code("cause", &cause, known)?,
        units: row.units(units)?,
        seq,
        id,
    })
}

/// Adds a part.
///
/// # Errors
/// When the database cannot be written.
pub fn insert_part(conn: &mut Conn, site: Finess, lot: &LotId, part: &Part) -> Result<(), Error> {
    let excursion = match &part.cause {
        Cause::Excursion(id) => Some(id.as_str()),
        Cause::Hand | Cause::Recall => None,
    };
    diesel::insert_into(set_apart::table)
        .values((
            set_apart::id.eq(&part.id),
            set_apart::site.eq(site.as_str()),
            set_apart::lot_id.eq(lot.as_str()),
            set_apart::seq.eq(part.seq),
            set_apart::cause.eq(part.cause.code()),
            set_apart::excursion_id.eq(excursion),
            set_apart::units.eq(i64::from(part.units.get())),
        ))
        .execute(conn)?;
    Ok(())
}

/// Sets how many units a part has; one that has none any more is gone.
///
/// # Errors
/// When the database cannot be written.
pub fn set_units(conn: &mut Conn, id: &str, units: Units) -> Result<(), Error> {
    let part = set_apart::table.find(id);
    if units == Units::ZERO {
        diesel::delete(part).execute(conn)?;
    } else {
        diesel::update(part)
            .set(set_apart::units.eq(i64::from(units.get())))
            .execute(conn)?;
    }
    Ok(())
}

/// Returns the sites where units of a lot wait for a decision, by number.
///
/// # Errors
/// When the database cannot be read, or a row names no site.
pub fn sites(conn: &mut Conn, lot: &LotId) -> Result<Vec<Finess>, Error> {
    let rows: Vec<String> = set_apart::table
        .filter(set_apart::lot_id.eq(lot.as_str()))
        .order(set_apart::site)
        .select(set_apart::site)
        .distinct()
        .load(conn)?;
    let site = |text: String| {
        let row = RowOf {
            table: "set_apart",
            id: &text,
        };
        row.parsed(Finess::parse(&text))
    };
    rows.into_iter().map(site).collect()
}

/// Returns the excursions that a lot was in at a site, the first first.
///
/// # Errors
/// When the database cannot be read, or a row is no excursion.
pub fn over(conn: &mut Conn, site: Finess, lot: &LotId) -> Result<Vec<Over>, Error> {
    let rows: Vec<(String, i64, Option<String>)> = excursion_lots::table
        .inner_join(excursions::table)
        .filter(excursion_lots::lot_id.eq(lot.as_str()))
        .filter(excursions::site.eq(site.as_str()))
        .order(excursions::id)
        .select((excursions::id, excursions::seq, excursion_lots::decision))
        .load(conn)?;
    let one = |(id, seq, decision): (String, i64, Option<String>)| {
        Ok(Over {
            decision: decided(&id, decision.as_deref())?,
            excursion: ExcursionId::new(id),
            seq,
        })
    };
    rows.into_iter().map(one).collect()
}

fn decided(id: &str, code: Option<&str>) -> Result<Option<Decision>, Error> {
    let row = RowOf {
        table: "excursion_lots",
        id,
    };
    code.map(|code| row.code("decision", code, Decision::from_code(code)))
        .transpose()
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = excursions, treat_none_as_default_value = false)]
struct Row {
    id: String,
    site: String,
    seq: i64,
    whole: bool,
    reason: String,
    began_at: Option<NaiveDateTime>,
    ended_at: Option<NaiveDateTime>,
    lowest: Option<i64>,
    highest: Option<i64>,
    recorded_at: NaiveDateTime,
    recorded_by: String,
}

fn value(row: Row) -> Result<Excursion, Error> {
    let of = RowOf {
        table: "excursions",
        id: &row.id,
    };
    let tenths = |n: Option<i64>| {
        let read = n.map(i32::try_from).transpose();
        read.map_err(|e| of.corrupt(format!("temperature: {e}")))
    };
    Ok(Excursion {
        site: of.parsed(Finess::parse(&row.site))?,
        tenths: (tenths(row.lowest)?, tenths(row.highest)?),
        lasted: (row.began_at.map(instant), row.ended_at.map(instant)),
        id: ExcursionId::new(&*row.id),
        seq: row.seq,
        whole: row.whole,
        reason: row.reason,
        recorded_at: instant(row.recorded_at),
        recorded_by: row.recorded_by,
    })
}

/// Adds an excursion.
///
/// # Errors
/// When the database cannot be written.
pub fn insert(conn: &mut Conn, excursion: &Excursion) -> Result<(), Error> {
    let row = Row {
        id: excursion.id.to_string(),
        site: excursion.site.to_string(),
        seq: excursion.seq,
        whole: excursion.whole,
        reason: excursion.reason.clone(),
        began_at: excursion.lasted.0.map(kept),
        ended_at: excursion.lasted.1.map(kept),
        lowest: excursion.tenths.0.map(i64::from),
        highest: excursion.tenths.1.map(i64::from),
        recorded_at: kept(excursion.recorded_at),
        recorded_by: excursion.recorded_by.clone(),
    };
    diesel::insert_into(excursions::table)
        .values(row)
        .execute(conn)?;
    Ok(())
}

/// Returns the excursion of an id at a site, if there is one.
///
/// # Errors
/// When the database cannot be read, or the row is no excursion.
pub fn find(conn: &mut Conn, site: Finess, id: &ExcursionId) -> Result<Option<Excursion>, Error> {
    excursions::table
        .filter(excursions::id.eq(id.as_str()))
        .filter(excursions::site.eq(site.as_str()))
        .get_result::<Row>(conn)
        .optional()?
        .map(value)
        .transpose()
}

/// Returns up to `limit` excursions of a site, the latest first.
///
/// # Errors
/// When the database cannot be read, or a row is no excursion.
pub fn page(
    conn: &mut Conn,
    site: Finess,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<Excursion>, Error> {
    let mut query = excursions::table
        .filter(excursions::site.eq(site.as_str()))
        .order(excursions::id.desc())
        .limit(limit)
        .into_boxed::<<Conn as Connection>::Backend>();
    if let Some(before) = before {
        query = query.filter(excursions::id.lt(before.to_owned()));
    }
    let rows: Vec<Row> = query.load(conn)?;
    rows.into_iter().map(value).collect()
}

/// Adds a lot that was in an excursion.
///
/// # Errors
/// When the database cannot be written.
pub fn insert_lot(conn: &mut Conn, id: &ExcursionId, lot: &ExcursionLot) -> Result<(), Error> {
    diesel::insert_into(excursion_lots::table)
        .values((
            excursion_lots::excursion_id.eq(id.as_str()),
            excursion_lots::lot_id.eq(lot.lot_id.as_str()),
            excursion_lots::set_apart.eq(i64::from(lot.set_apart.get())),
            excursion_lots::stood.eq(i64::from(lot.stood.get())),
        ))
        .execute(conn)?;
    Ok(())
}

/// Writes what was decided of a lot that was in an excursion.
///
/// # Errors
/// When the database cannot be written.
pub fn decide(
    conn: &mut Conn,
    id: &ExcursionId,
    lot: &LotId,
    decided: &Decided,
) -> Result<(), Error> {
    diesel::update(excursion_lots::table.find((id.as_str(), lot.as_str())))
        .set((
            excursion_lots::decision.eq(decided.decision.code()),
            excursion_lots::decided_at.eq(kept(decided.at)),
            excursion_lots::decided_by.eq(&decided.by),
            excursion_lots::decided_reason.eq(&decided.reason),
            excursion_lots::decided_reference.eq(decided.reference.as_deref()),
        ))
        .execute(conn)?;
    Ok(())
}

type LotRow = (
    (String, String, String, NaiveDate),
    (i64, i64),
    (
        Option<String>,
        Option<NaiveDateTime>,
        Option<String>,
        Option<String>,
        Option<String>,
    ),
);

/// Returns the lots that were in an excursion, by presentation, expiry and lot.
///
/// # Errors
/// When the database cannot be read, or a row is no such lot.
pub fn lots_of(conn: &mut Conn, id: &ExcursionId) -> Result<Vec<(Lot, ExcursionLot)>, Error> {
    let rows: Vec<LotRow> = excursion_lots::table
        .inner_join(lots::table)
        .filter(excursion_lots::excursion_id.eq(id.as_str()))
        .order((lots::cip13, lots::expiry, lots::lot, lots::id))
        .select((
            (lots::id, lots::cip13, lots::lot, lots::expiry),
            (excursion_lots::set_apart, excursion_lots::stood),
            (
                excursion_lots::decision,
                excursion_lots::decided_at,
                excursion_lots::decided_by,
                excursion_lots::decided_reason,
                excursion_lots::decided_reference,
            ),
        ))
        .load(conn)?;
    rows.into_iter().map(lot_of).collect()
}

fn lot_of(
    ((lot_id, cip13, lot, expiry), units, told): LotRow,
) -> Result<(Lot, ExcursionLot), Error> {
    let row = RowOf {
        table: "excursion_lots",
        id: &lot_id,
    };
    let (code, at, by, reason, reference) = told;
    let decision = decided(&lot_id, code.as_deref())?;
    let decided = match (decision, at, by, reason) {
        (Some(decision), Some(at), Some(by), Some(reason)) => Some(Decided {
            decision,
            at: instant(at),
            by,
            reason,
            reference,
        }),
        _ => None,
    };
    let lot = Lot {
        id: LotId::new(&*lot_id),
        cip13: row.parsed(Cip13::parse(&cip13))?,
        lot: row.parsed(LotNumber::parse(&lot))?,
        expiry: row.day(expiry)?,
    };
    let of = ExcursionLot {
        lot_id: lot.id.clone(),
        set_apart: row.units(units.0)?,
        stood: row.units(units.1)?,
        decided,
    };
    Ok((lot, of))
}
