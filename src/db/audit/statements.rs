//! Signed statements: where every chain ended, kept for ever.

use crate::db::row::{RowOf, instant, kept};
use crate::db::schema::audit_statements;
use crate::db::{Conn, Error, dialect};
use crate::domain::calendar::{Day, Instant};
use crate::trail::{Signed, Statement};
use chrono::NaiveDateTime;
use diesel::prelude::*;

/// Statements that are read at a time. Choice: each names every site, about a hundred bytes a site.
const AT_ONCE: i64 = 100;

type Row = (i64, String, String, String);

fn value((number, key, signature, body): Row) -> Signed {
    Signed {
        number,
        key,
        signature,
        body,
    }
}

macro_rules! statements {
    () => {
        audit_statements::table.select((
            audit_statements::number,
            audit_statements::key,
            audit_statements::signature,
            audit_statements::body,
        ))
    };
}

/// Returns the last statement, if there is one.
///
/// # Errors
/// When the database cannot be read.
pub fn last(conn: &mut Conn) -> Result<Option<Signed>, Error> {
    let row: Option<Row> = statements!()
        .order(audit_statements::number.desc())
        .limit(1)
        .get_result(conn)
        .optional()?;
    Ok(row.map(value))
}

/// Returns when the last statement was made, if there is one.
///
/// # Errors
/// When the database cannot be read.
pub fn last_made(conn: &mut Conn) -> Result<Option<Instant>, Error> {
    let at: Option<NaiveDateTime> = audit_statements::table
        .select(diesel::dsl::max(audit_statements::made_at))
        .first(conn)?;
    Ok(at.map(instant))
}

/// Returns some statements after the one of a number, in their order.
///
/// # Errors
/// When the database cannot be read.
pub fn some_after(conn: &mut Conn, after: i64) -> Result<Vec<Signed>, Error> {
    let rows: Vec<Row> = statements!()
        .filter(audit_statements::number.gt(after))
        .order(audit_statements::number)
        .limit(AT_ONCE)
        .load(conn)?;
    Ok(rows.into_iter().map(value).collect())
}

/// Whether there is a statement of a day, or a later one.
///
/// # Errors
/// When the database cannot be read.
pub fn has(conn: &mut Conn, day: Day) -> Result<bool, Error> {
    let later = audit_statements::table.filter(audit_statements::day.ge(day.date()));
    Ok(later.count().get_result::<i64>(conn)? > 0)
}

/// Keeps a statement, as that of a day if it is one.
///
/// # Errors
/// When the database cannot be written; [`Error::Constraint`] when another was kept meanwhile.
pub fn insert(
    conn: &mut Conn,
    signed: &Signed,
    day: Option<Day>,
    now: Instant,
) -> Result<(), Error> {
    // others wait, and then find that theirs follows no more
    dialect::lock_chain(conn, "statements")?;
    let id = signed.number.to_string();
    let of = RowOf {
        table: "audit_statements",
        id: &id,
    };
    let said: Statement = of.code("body", "what was signed", signed.read())?;
    diesel::insert_into(audit_statements::table)
        .values((
            audit_statements::number.eq(signed.number),
            audit_statements::made_at.eq(kept(now)),
            audit_statements::day.eq(day.map(Day::date)),
            audit_statements::key.eq(&signed.key),
            audit_statements::body.eq(&signed.body),
            audit_statements::hash.eq(signed.hash()),
            audit_statements::previous.eq(said.previous),
            audit_statements::signature.eq(&signed.signature),
        ))
        .execute(conn)?;
    Ok(())
}
