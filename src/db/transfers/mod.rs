//! What pharmacies send to each other.

mod held;
mod moved;
mod row;

pub use held::{held_at, hold, shrink_hold};
pub use moved::{
    InTransit, Words, add_words, departure, in_transit, in_transit_of_lot, link, was_moved, words,
};

use super::row::kept;
use super::schema::{lots, plan_lines, transfer_rows, transfers};
use super::{Conn, Error, dialect};
use crate::domain::calendar::Instant;
use crate::domain::code::Finess;
use crate::domain::id::{LineId, PlanId, TransferId};
use crate::domain::transfer::{Transfer, TransferRow, TransferState};
use diesel::prelude::*;
use row::{Beside, Head, Part};

fn with_rows(conn: &mut Conn, heads: Vec<Head>) -> Result<Vec<Transfer>, Error> {
    let ids: Vec<&str> = heads.iter().map(|head| head.id.as_str()).collect();
    let parts: Vec<(Part, Beside)> = transfer_rows::table
        .inner_join(lots::table)
        .left_join(plan_lines::table)
        .filter(transfer_rows::transfer_id.eq_any(ids))
        .order((transfer_rows::transfer_id, transfer_rows::id))
        .select((
            Part::as_select(),
            (
                lots::cip13,
                lots::lot,
                lots::expiry,
                plan_lines::name.nullable(),
                plan_lines::rank.nullable(),
            ),
        ))
        .load(conn)?;
    let mut by_head = std::collections::BTreeMap::<String, Vec<TransferRow>>::new();
    for (part, beside) in parts {
        let head = part.transfer_id.clone();
        by_head.entry(head).or_default().push(part.value(beside)?);
    }
    heads
        .into_iter()
        .map(|head| {
            let rows = by_head.remove(&head.id).unwrap_or_default();
            head.value(rows)
        })
        .collect()
}

/// Returns the transfer of an id, if there is one.
///
/// # Errors
/// When the database cannot be read, or a row is no transfer.
pub fn find(conn: &mut Conn, id: &TransferId) -> Result<Option<Transfer>, Error> {
    let head: Option<Head> = transfers::table
        .find(id.as_str())
        .select(Head::as_select())
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
    let heads: Vec<Head> = transfers::table
        .filter(transfers::plan_id.eq(plan.as_str()))
        .order(transfers::id)
        .select(Head::as_select())
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
    let mut query = transfers::table.select(Head::as_select()).into_boxed();
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
    let heads: Vec<Head> = query.order(transfers::id.desc()).limit(limit).load(conn)?;
    with_rows(conn, heads)
}

/// Returns up to `limit` transfers that were asked for by hand, were not sent, and of which nothing was heard
/// since `before`, the oldest first.
///
/// # Errors
/// When the database cannot be read, or a row is no transfer.
pub fn waiting_since(conn: &mut Conn, before: Instant, limit: i64) -> Result<Vec<Transfer>, Error> {
    let not_sent = TransferState::NOT_SENT.map(TransferState::code);
    let heads: Vec<Head> = transfers::table
        .filter(transfers::state.eq_any(not_sent))
        .filter(transfers::plan_id.is_null())
        .filter(transfers::asked_at.le(kept(before)))
        .filter(
            transfers::accepted_at
                .is_null()
                .or(transfers::accepted_at.le(kept(before))),
        )
        .order(transfers::id)
        .limit(limit)
        .select(Head::as_select())
        .load(conn)?;
    with_rows(conn, heads)
}

/// Returns the transfers with rows of some lines in some states, in the order of asking.
fn of_lines(
    conn: &mut Conn,
    lines: &[LineId],
    states: &[TransferState],
) -> Result<Vec<Transfer>, Error> {
    let of_lines = transfer_rows::table
        .filter(transfer_rows::line_id.eq_any(lines.iter().map(LineId::as_str)))
        .filter(transfer_rows::state.eq_any(states.iter().map(|s| s.code())))
        .select(transfer_rows::transfer_id);
    let heads: Vec<Head> = transfers::table
        .filter(transfers::id.eq_any(of_lines))
        .order(transfers::id)
        .select(Head::as_select())
        .load(conn)?;
    with_rows(conn, heads)
}

/// Returns the transfers that were ever asked for some lines.
///
/// # Errors
/// When the database cannot be read, or a row is no transfer.
pub fn for_lines(conn: &mut Conn, lines: &[LineId]) -> Result<Vec<Transfer>, Error> {
    of_lines(conn, lines, &TransferState::ALL)
}

/// Returns the transfers by which units are still to come for some lines: asked for, accepted or sent.
///
/// # Errors
/// When the database cannot be read, or a row is no transfer.
pub fn to_come_for(conn: &mut Conn, lines: &[LineId]) -> Result<Vec<Transfer>, Error> {
    of_lines(conn, lines, &TransferState::TO_COME)
}

/// Returns the transfers for some lines whose units have not left their giver yet.
///
/// # Errors
/// When the database cannot be read, or a row is no transfer.
pub fn asked_for(conn: &mut Conn, lines: &[LineId]) -> Result<Vec<Transfer>, Error> {
    of_lines(conn, lines, &TransferState::NOT_SENT)
}

/// Returns the transfers for some lines whose units have not left their giver yet, which nobody else
/// changes until the transaction ends.
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
    diesel::insert_into(transfers::table)
        .values(Head::of(transfer))
        .execute(conn)?;
    for row in &transfer.rows {
        diesel::insert_into(transfer_rows::table)
            .values(Part::of(&transfer.id, row))
            .execute(conn)?;
    }
    Ok(())
}

/// Writes how far a transfer and each of its rows have come.
///
/// # Errors
/// When the database cannot be written; [`Error::Constraint`] when units of it would vanish.
pub fn update(conn: &mut Conn, transfer: &Transfer) -> Result<(), Error> {
    diesel::update(transfers::table.find(transfer.id.as_str()))
        .set(Head::of(transfer))
        .execute(conn)?;
    for row in &transfer.rows {
        diesel::update(transfer_rows::table.find(&row.id))
            .set(Part::of(&transfer.id, row))
            .execute(conn)?;
    }
    Ok(())
}
