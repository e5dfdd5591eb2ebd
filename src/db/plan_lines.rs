//! The lines of kept plans, and the units held for those that were approved.

use super::dialect;
use super::row::{RowOf, instant, kept};
use super::schema::{holds, plan_line_payload, plan_lines, transfer_rows};
use super::{Conn, Error};
use crate::domain::calendar::Instant;
use crate::domain::code::Finess;
use crate::domain::id::{HoldId, LineId, LotId, PlanId, RequestId};
use crate::domain::line::{Line, LineHold, LineState};
use crate::domain::quantity::Units;
use crate::domain::transfer::TransferState;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use std::collections::HashMap;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = plan_lines, treat_none_as_default_value = false)]
struct Row {
    id: String,
    plan_id: String,
    place: i64,
    name: String,
    kind: String,
    site: String,
    class: Option<String>,
    rank: Option<i64>,
    status: String,
    reason_code: String,
    above_reserve: bool,
    request_id: Option<String>,
    request_version: Option<i64>,
    state: Option<String>,
    why: Option<String>,
    decided_at: Option<NaiveDateTime>,
    decided_by: Option<String>,
    expires_at: Option<NaiveDateTime>,
}

impl Row {
    fn of(line: &Line) -> Self {
        let request = line.request.as_ref();
        Self {
            id: line.id.to_string(),
            plan_id: line.plan.to_string(),
            place: i64::from(line.place),
            name: line.name.clone(),
            kind: line.kind().to_owned(),
            site: line.site.to_string(),
            class: line.class.clone(),
            rank: line.rank.map(i64::from),
            status: line.status.clone(),
            reason_code: line.reason_code.clone(),
            above_reserve: line.above_reserve,
            request_id: request.map(|(id, _)| id.to_string()),
            request_version: request.map(|(_, version)| *version),
            state: line.state.map(|s| s.code().to_owned()),
            why: line.why.clone(),
            decided_at: line.decided_at.map(kept),
            decided_by: line.decided_by.clone(),
            expires_at: line.expires_at.map(kept),
        }
    }

    fn value(self) -> Result<Line, Error> {
        let row = RowOf {
            table: "plan_lines",
            id: &self.id,
        };
        let state = self.state.as_deref();
        Ok(Line {
            place: row.u32(self.place)?,
            site: row.parsed(Finess::parse(&self.site))?,
            rank: self.rank.map(|rank| row.u32(rank)).transpose()?,
            state: state
                .map(|code| row.code("state", code, LineState::from_code(code)))
                .transpose()?,
            id: LineId::new(&*self.id),
            plan: PlanId::new(self.plan_id),
            name: self.name,
            class: self.class,
            status: self.status,
            reason_code: self.reason_code,
            above_reserve: self.above_reserve,
            request: self
                .request_id
                .map(RequestId::new)
                .zip(self.request_version),
            why: self.why,
            decided_at: self.decided_at.map(instant),
            decided_by: self.decided_by,
            expires_at: self.expires_at.map(instant),
        })
    }
}

fn values(rows: Vec<Row>) -> Result<Vec<Line>, Error> {
    rows.into_iter().map(Row::value).collect()
}

/// Adds lines.
///
/// # Errors
/// When the database cannot be written.
pub fn insert(conn: &mut Conn, lines: &[Line]) -> Result<(), Error> {
    let rows: Vec<Row> = lines.iter().map(Row::of).collect();
    dialect::insert_all!(conn, plan_lines::table, rows)
}

/// Returns the lines of a plan, in its order.
///
/// # Errors
/// When the database cannot be read, or a row is no line.
pub fn of_plan(conn: &mut Conn, plan: &PlanId) -> Result<Vec<Line>, Error> {
    values(
        plan_lines::table
            .filter(plan_lines::plan_id.eq(plan.as_str()))
            .order(plan_lines::place)
            .select(Row::as_select())
            .load(conn)?,
    )
}

/// Returns why lines of a plan were left out, in the words of who did.
///
/// # Errors
/// When the database cannot be read.
pub fn words(conn: &mut Conn, plan: &PlanId) -> Result<HashMap<LineId, String>, Error> {
    let rows: Vec<(String, String)> = plan_line_payload::table
        .inner_join(plan_lines::table)
        .filter(plan_lines::plan_id.eq(plan.as_str()))
        .select((plan_line_payload::line_id, plan_line_payload::words))
        .load(conn)?;
    let words = rows.into_iter();
    Ok(words
        .map(|(line, words)| (LineId::new(line), words))
        .collect())
}

/// Keeps why a line was left out, in the words of who did.
///
/// # Errors
/// When the database cannot be written.
pub fn insert_words(conn: &mut Conn, line: &LineId, words: &str) -> Result<(), Error> {
    diesel::insert_into(plan_line_payload::table)
        .values((
            plan_line_payload::line_id.eq(line.as_str()),
            plan_line_payload::words.eq(words),
        ))
        .execute(conn)?;
    Ok(())
}

/// Returns the line of an id, if there is one.
///
/// # Errors
/// When the database cannot be read, or the row is no line.
pub fn find(conn: &mut Conn, id: &LineId) -> Result<Option<Line>, Error> {
    let row: Option<Row> = plan_lines::table
        .find(id.as_str())
        .select(Row::as_select())
        .get_result(conn)
        .optional()?;
    row.map(Row::value).transpose()
}

/// Returns the approved line of a request, if it has one.
///
/// # Errors
/// When the database cannot be read, or the row is no line.
pub fn approved_for(conn: &mut Conn, request: &RequestId) -> Result<Option<Line>, Error> {
    let row: Option<Row> = plan_lines::table
        .filter(plan_lines::request_id.eq(request.as_str()))
        .filter(plan_lines::state.eq(LineState::Approved.code()))
        .select(Row::as_select())
        .get_result(conn)
        .optional()?;
    row.map(Row::value).transpose()
}

/// Returns the approved lines of some sites, by id.
///
/// # Errors
/// When the database cannot be read, or a row is no line.
pub fn approved(conn: &mut Conn, sites: &[Finess]) -> Result<Vec<Line>, Error> {
    values(
        plan_lines::table
            .filter(plan_lines::state.eq(LineState::Approved.code()))
            .filter(plan_lines::site.eq_any(sites.iter().map(Finess::as_str)))
            .order(plan_lines::id)
            .select(Row::as_select())
            .load(conn)?,
    )
}

/// Returns up to `limit` approved lines whose units were held until before `now`, the longest first. One
/// whose units are on their way waits for them.
///
/// # Errors
/// When the database cannot be read, or a row is no line.
pub fn expired(conn: &mut Conn, now: Instant, limit: i64) -> Result<Vec<Line>, Error> {
    let on_the_way = transfer_rows::table
        .filter(transfer_rows::line_id.is_not_null())
        .filter(transfer_rows::state.eq(TransferState::Sent.code()))
        .select(transfer_rows::line_id.assume_not_null());
    values(
        plan_lines::table
            .filter(plan_lines::id.ne_all(on_the_way))
            .filter(plan_lines::state.eq(LineState::Approved.code()))
            .filter(plan_lines::expires_at.le(kept(now)))
            .order((plan_lines::expires_at, plan_lines::id))
            .limit(limit)
            .select(Row::as_select())
            .load(conn)?,
    )
}

/// Returns up to `limit` lines that are broken and still hold units somewhere, or are still sent for, by id.
///
/// # Errors
/// When the database cannot be read, or a row is no line.
pub fn left_behind(conn: &mut Conn, limit: i64) -> Result<Vec<Line>, Error> {
    let holding = holds::table
        .filter(holds::line_id.is_not_null())
        .select(holds::line_id.assume_not_null());
    let not_sent = TransferState::NOT_SENT.map(TransferState::code);
    let asked = transfer_rows::table
        .filter(transfer_rows::line_id.is_not_null())
        .filter(transfer_rows::state.eq_any(not_sent))
        .select(transfer_rows::line_id.assume_not_null());
    values(
        plan_lines::table
            .filter(
                plan_lines::id
                    .eq_any(holding)
                    .or(plan_lines::id.eq_any(asked)),
            )
            .filter(plan_lines::state.eq(LineState::Broken.code()))
            .order(plan_lines::id)
            .limit(limit)
            .select(Row::as_select())
            .load(conn)?,
    )
}

/// Writes what became of a line.
///
/// # Errors
/// When the database cannot be written.
pub fn update(conn: &mut Conn, line: &Line) -> Result<(), Error> {
    diesel::update(plan_lines::table.find(line.id.as_str()))
        .set((
            plan_lines::state.eq(line.state.map(LineState::code)),
            plan_lines::why.eq(line.why.as_deref()),
            plan_lines::decided_at.eq(line.decided_at.map(kept)),
            plan_lines::decided_by.eq(line.decided_by.as_deref()),
            plan_lines::expires_at.eq(line.expires_at.map(kept)),
        ))
        .execute(conn)?;
    Ok(())
}

type HoldRow = (String, String, i64, String, String, i64, Option<i64>, bool);

macro_rules! line_holds {
    () => {
        holds::table.inner_join(plan_lines::table).select((
            holds::id,
            plan_lines::id,
            holds::dose,
            holds::site,
            holds::lot_id,
            holds::units,
            plan_lines::rank,
            plan_lines::above_reserve,
        ))
    };
}

fn hold(row: HoldRow) -> Result<LineHold, Error> {
    let (id, line, dose, site, lot_id, units, rank, above_reserve) = row;
    let row = RowOf {
        table: "holds",
        id: &id,
    };
    Ok(LineHold {
        dose: row.u32(dose)?,
        site: row.parsed(Finess::parse(&site))?,
        units: row.units(units)?,
        rank: rank.map_or(Ok(u32::MAX), |rank| row.u32(rank))?,
        id: HoldId::new(&*id),
        line: LineId::new(line),
        lot_id: LotId::new(lot_id),
        above_reserve,
    })
}

/// Returns what some sites hold for approved lines, by line, dose and lot.
///
/// # Errors
/// When the database cannot be read, or a row is no hold.
pub fn held_at(conn: &mut Conn, sites: &[Finess]) -> Result<Vec<LineHold>, Error> {
    let rows: Vec<HoldRow> = line_holds!()
        .filter(holds::site.eq_any(sites.iter().map(Finess::as_str)))
        .order((plan_lines::id, holds::dose, holds::site, holds::lot_id))
        .load(conn)?;
    rows.into_iter().map(hold).collect()
}

/// Returns what is held for a line, wherever it is, by dose, site and lot.
///
/// # Errors
/// When the database cannot be read, or a row is no hold.
pub fn held_for(conn: &mut Conn, line: &LineId) -> Result<Vec<LineHold>, Error> {
    let rows: Vec<HoldRow> = line_holds!()
        .filter(holds::line_id.eq(line.as_str()))
        .order((holds::dose, holds::site, holds::lot_id))
        .load(conn)?;
    rows.into_iter().map(hold).collect()
}

/// Holds units for a line.
///
/// # Errors
/// When the database cannot be written; [`Error::Constraint`] when the lot has no so many free.
pub fn insert_hold(conn: &mut Conn, hold: &LineHold, now: Instant) -> Result<(), Error> {
    diesel::insert_into(holds::table)
        .values((
            holds::id.eq(hold.id.as_str()),
            holds::line_id.eq(Some(hold.line.as_str())),
            holds::dose.eq(i64::from(hold.dose)),
            holds::site.eq(hold.site.as_str()),
            holds::lot_id.eq(hold.lot_id.as_str()),
            holds::units.eq(i64::from(hold.units.get())),
            holds::held_at.eq(kept(now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Writes how many units a hold has.
///
/// # Errors
/// When the database cannot be written; [`Error::Constraint`] when the lot has no so many free.
pub fn set_hold(conn: &mut Conn, hold: &LineHold) -> Result<(), Error> {
    super::clearances::shrink(conn, &hold.id, hold.units)
}

/// Takes units out of a hold: all of them end it.
///
/// # Errors
/// When the database cannot be written.
pub fn shrink_hold(conn: &mut Conn, hold: &LineHold, by: Units) -> Result<(), Error> {
    super::clearances::shrink(conn, &hold.id, hold.units.saturating_sub(by))
}
