//! What coordinators decided about notices that had ended: acts that are only added.

use super::row::{RowOf, instant, kept};
use super::schema::notices;
use super::{Conn, Error};
use crate::domain::calendar::{Day, Instant};
use crate::domain::rule::Slug;
use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeAct {
    /// The notice protects nothing any more.
    Retired,
    /// It does again.
    Reinstated,
}

impl NoticeAct {
    const ALL: [Self; 2] = [Self::Retired, Self::Reinstated];

    /// Returns the code: `retired` or `reinstated`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Retired => "retired",
            Self::Reinstated => "reinstated",
        }
    }
}

/// One decision about a notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeRecord {
    /// Its name.
    pub id: String,
    /// Of which rulebook.
    pub rulebook: Slug,
    /// What was decided.
    pub act: NoticeAct,
    /// The end that it is about.
    pub ended_on: Day,
    /// Why.
    pub reason: String,
    /// By whom: the id of a token.
    pub by: String,
    /// When.
    pub at: Instant,
}

type Row = (
    String,
    String,
    String,
    NaiveDate,
    String,
    String,
    NaiveDateTime,
);

/// Returns every decision in the order of deciding.
///
/// # Errors
/// When the database cannot be read, or a row is no decision.
pub fn all(conn: &mut Conn) -> Result<Vec<NoticeRecord>, Error> {
    let rows: Vec<Row> = notices::table.order(notices::id).load(conn)?;
    rows.into_iter().map(value).collect()
}

/// Adds a decision.
///
/// # Errors
/// When the database cannot be written.
pub fn insert(conn: &mut Conn, record: &NoticeRecord) -> Result<(), Error> {
    diesel::insert_into(notices::table)
        .values((
            notices::id.eq(&record.id),
            notices::rulebook.eq(record.rulebook.as_str()),
            notices::act.eq(record.act.code()),
            notices::ended_on.eq(record.ended_on.date()),
            notices::reason.eq(&record.reason),
            notices::done_by.eq(&record.by),
            notices::done_at.eq(kept(record.at)),
        ))
        .execute(conn)?;
    Ok(())
}

fn value((id, rulebook, act, ended_on, reason, by, at): Row) -> Result<NoticeRecord, Error> {
    let row = RowOf {
        table: "notices",
        id: &id,
    };
    let known = NoticeAct::ALL.into_iter().find(|a| a.code() == act);
    Ok(NoticeRecord {
        rulebook: row.parsed(Slug::parse(&rulebook))?,
        act: row.code("act", &act, known)?,
        ended_on: row.day(ended_on)?,
        at: instant(at),
        reason,
        by,
        id,
    })
}
