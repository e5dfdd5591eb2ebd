//! What approved plans send from one pharmacy to another.

use super::row::{RowOf, instant, kept};
use super::schema::{lots, plan_lines, transfer_rows, transfers};
use super::{Conn, Error, dialect};
use crate::domain::code::{Cip13, Finess, LotNumber};
use crate::domain::id::{LineId, LotId, PlanId, TransferId};
use crate::domain::transfer::{Transfer, TransferRow, TransferState};
use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = transfers, treat_none_as_default_value = false)]
struct Row {
    id: String,
    plan_id: String,
    from_site: String,
    to_site: String,
    state: String,
    asked_at: NaiveDateTime,
    asked_by: String,
    closed_at: Option<NaiveDateTime>,
    closed_by: Option<String>,
    version: i64,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = transfer_rows)]
struct Part {
    id: String,
    transfer_id: String,
    line_id: String,
    dose: i64,
    lot_id: String,
    units: i64,
    state: String,
}

fn value(head: Row, rows: Vec<TransferRow>) -> Result<Transfer, Error> {
    let row = RowOf {
        table: "transfers",
        id: &head.id,
    };
    Ok(Transfer {
        from: row.parsed(Finess::parse(&head.from_site))?,
        to: row.parsed(Finess::parse(&head.to_site))?,
        state: row.code("state", &head.state, TransferState::from_code(&head.state))?,
        id: TransferId::new(&*head.id),
        plan: PlanId::new(head.plan_id),
        asked_at: instant(head.asked_at),
        asked_by: head.asked_by,
        closed_at: head.closed_at.map(instant),
        closed_by: head.closed_by,
        version: head.version,
        rows,
    })
}

type LotOf = (String, String, NaiveDate, String);

fn part(part: Part, (cip13, lot, expiry, line_name): LotOf) -> Result<TransferRow, Error> {
    let row = RowOf {
        table: "transfer_rows",
        id: &part.id,
    };
    Ok(TransferRow {
        dose: row.u32(part.dose)?,
        units: row.units(part.units)?,
        state: row.code("state", &part.state, TransferState::from_code(&part.state))?,
        cip13: row.parsed(Cip13::parse(&cip13))?,
        lot: row.parsed(LotNumber::parse(&lot))?,
        expiry: row.day(expiry)?,
        id: part.id,
        line_name,
        line: LineId::new(part.line_id),
        lot_id: LotId::new(part.lot_id),
    })
}

fn with_rows(conn: &mut Conn, heads: Vec<Row>) -> Result<Vec<Transfer>, Error> {
    let ids: Vec<&str> = heads.iter().map(|head| head.id.as_str()).collect();
    let parts: Vec<(Part, LotOf)> = transfer_rows::table
        .inner_join(lots::table)
        .inner_join(plan_lines::table)
        .filter(transfer_rows::transfer_id.eq_any(ids))
        .order((transfer_rows::transfer_id, transfer_rows::id))
        .select((
            Part::as_select(),
            (lots::cip13, lots::lot, lots::expiry, plan_lines::name),
        ))
        .load(conn)?;
    let mut by_head = std::collections::BTreeMap::<String, Vec<TransferRow>>::new();
    for (row, lot) in parts {
        let head = row.transfer_id.clone();
        by_head.entry(head).or_default().push(part(row, lot)?);
    }
    heads
        .into_iter()
        .map(|head| {
            let rows = by_head.remove(&head.id).unwrap_or_default();
            value(head, rows)
        })
        .collect()
}

/// Returns the transfer of an id, if there is one.
///
/// # Errors
/// When the database cannot be read, or a row is no transfer.
pub fn find(conn: &mut Conn, id: &TransferId) -> Result<Option<Transfer>, Error> {
    let head: Option<Row> = transfers::table
        .find(id.as_str())
        .select(Row::as_select())
        .get_result(conn)
        .optional()?;
    Ok(with_rows(conn, head.into_iter().collect())?.pop())
}

/// Lets nobody else change a transfer until the transaction ends: one that is to be changed is locked
/// first, and read then.
///
/// # Errors
/// When the database cannot be read.
pub fn lock(conn: &mut Conn, id: &TransferId) -> Result<(), Error> {
    dialect::lock_transfers(conn, &[id.as_str()])
}

/// Returns the transfers out of a plan, in the order of asking.
///
/// # Errors
/// When the database cannot be read, or a row is no transfer.
pub fn of_plan(conn: &mut Conn, plan: &PlanId) -> Result<Vec<Transfer>, Error> {
    let heads: Vec<Row> = transfers::table
        .filter(transfers::plan_id.eq(plan.as_str()))
        .order(transfers::id)
        .select(Row::as_select())
        .load(conn)?;
    with_rows(conn, heads)
}

/// Which transfers are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those that one of these sites gives or receives, when sites are named.
    pub sites: Option<Vec<Finess>>,
    /// Only in this state.
    pub state: Option<TransferState>,
}

/// Returns up to `limit` transfers before `before`, the latest first.
///
/// # Errors
/// When the database cannot be read, or a row is no transfer.
pub fn page(
    conn: &mut Conn,
    filter: &Filter,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<Transfer>, Error> {
    let mut query = transfers::table.select(Row::as_select()).into_boxed();
    if let Some(before) = before {
        query = query.filter(transfers::id.lt(before));
    }
    if let Some(state) = filter.state {
        query = query.filter(transfers::state.eq(state.code()));
    }
    if let Some(sites) = &filter.sites {
        let sites: Vec<String> = sites.iter().map(Finess::to_string).collect();
        let given = transfers::from_site.eq_any(sites.clone());
        query = query.filter(given.or(transfers::to_site.eq_any(sites)));
    }
    let heads: Vec<Row> = query.order(transfers::id.desc()).limit(limit).load(conn)?;
    with_rows(conn, heads)
}

/// Returns the transfers that are still to come for some lines.
///
/// # Errors
/// When the database cannot be read, or a row is no transfer.
pub fn asked_for(conn: &mut Conn, lines: &[LineId]) -> Result<Vec<Transfer>, Error> {
    let of_lines = transfer_rows::table
        .filter(transfer_rows::line_id.eq_any(lines.iter().map(LineId::as_str)))
        .filter(transfer_rows::state.eq(TransferState::Asked.code()))
        .select(transfer_rows::transfer_id);
    let heads: Vec<Row> = transfers::table
        .filter(transfers::id.eq_any(of_lines))
        .order(transfers::id)
        .select(Row::as_select())
        .load(conn)?;
    with_rows(conn, heads)
}

/// Returns the transfers that are still to come for some lines, which nobody else changes until the
/// transaction ends.
///
/// # Errors
/// As [`asked_for`].
pub fn asked_for_to_change(conn: &mut Conn, lines: &[LineId]) -> Result<Vec<Transfer>, Error> {
    let asked = asked_for(conn, lines)?;
    let ids: Vec<&str> = asked.iter().map(|transfer| transfer.id.as_str()).collect();
    dialect::lock_transfers(conn, &ids)?;
    // one of them may have been closed while it was waited for
    asked_for(conn, lines)
}

/// Adds a transfer.
///
/// # Errors
/// When the database cannot be written.
pub fn insert(conn: &mut Conn, transfer: &Transfer) -> Result<(), Error> {
    let head = Row {
        id: transfer.id.to_string(),
        plan_id: transfer.plan.to_string(),
        from_site: transfer.from.to_string(),
        to_site: transfer.to.to_string(),
        state: transfer.state.code().to_owned(),
        asked_at: kept(transfer.asked_at),
        asked_by: transfer.asked_by.clone(),
        closed_at: transfer.closed_at.map(kept),
        closed_by: transfer.closed_by.clone(),
        version: transfer.version,
    };
    diesel::insert_into(transfers::table)
        .values(head)
        .execute(conn)?;
    for row in &transfer.rows {
        let part = Part {
            id: row.id.clone(),
            transfer_id: transfer.id.to_string(),
            line_id: row.line.to_string(),
            dose: i64::from(row.dose),
            lot_id: row.lot_id.to_string(),
            units: i64::from(row.units.get()),
            state: row.state.code().to_owned(),
        };
        diesel::insert_into(transfer_rows::table)
            .values(part)
            .execute(conn)?;
    }
    Ok(())
}

/// Writes how far a transfer and each of its rows have come.
///
/// # Errors
/// When the database cannot be written.
pub fn update(conn: &mut Conn, transfer: &Transfer) -> Result<(), Error> {
    diesel::update(transfers::table.find(transfer.id.as_str()))
        .set((
            transfers::state.eq(transfer.state.code()),
            transfers::closed_at.eq(transfer.closed_at.map(kept)),
            transfers::closed_by.eq(transfer.closed_by.as_deref()),
            transfers::version.eq(transfer.version),
        ))
        .execute(conn)?;
    for row in &transfer.rows {
        diesel::update(transfer_rows::table.find(&row.id))
            .set(transfer_rows::state.eq(row.state.code()))
            .execute(conn)?;
    }
    Ok(())
}
