//! The audit trail: chains of hashes, one for each site and one for the service.

pub mod chains;
pub mod statements;

use super::row::{RowOf, instant, kept};
use super::schema::audit;
use super::{Conn, Error, dialect};
use crate::domain::calendar::Instant;
use crate::domain::id::PatientId;
use chrono::NaiveDateTime;
use diesel::prelude::*;

pub use crate::trail::line::{Entry, Form, GENESIS, Line, hash};

/// Adds a line at the end of its chain.
///
/// # Errors
/// When the database cannot be written.
pub fn append(conn: &mut Conn, entry: &Entry) -> Result<(), Error> {
    dialect::lock_chain(conn, &entry.chain)?;
    // by its number and not by LIMIT: see the room's documentation
    let newest = diesel::alias!(audit as newest);
    let number = newest
        .filter(newest.field(audit::chain).eq(&entry.chain))
        .select(diesel::dsl::max(newest.field(audit::seq)));
    let last: Option<(i64, String)> = audit::table
        .filter(audit::chain.eq(&entry.chain))
        .filter(audit::seq.nullable().eq_any(number))
        .select((audit::seq, audit::hash))
        .get_result(conn)
        .optional()?;
    let line = Line::after(last, entry.clone());
    diesel::insert_into(audit::table)
        .values((
            (
                audit::chain.eq(&entry.chain),
                audit::seq.eq(line.seq),
                audit::at.eq(kept(entry.at)),
                audit::actor.eq(&entry.actor),
                audit::role.eq(&entry.role),
                audit::request_id.eq(&entry.request_id),
                audit::action.eq(&entry.action),
            ),
            (
                audit::outcome.eq(&entry.outcome),
                audit::object.eq(&entry.object),
                audit::patient_id.eq(entry.patient.as_ref().map(|(id, _)| id.as_str())),
                audit::patient_hash.eq(entry.patient.as_ref().map(|(_, hash)| hash.as_str())),
                audit::details.eq(&entry.details),
                audit::previous.eq(&line.previous),
                audit::hash.eq(&line.hash),
                audit::form.eq(line.form.number()),
                audit::peer.eq(&entry.peer),
                audit::rulebook.eq(entry.rulebook.as_deref()),
            ),
        ))
        .execute(conn)?;
    Ok(())
}

type Row = (
    String,
    i64,
    NaiveDateTime,
    String,
    String,
    String,
    String,
    String,
    String,
    Option<String>,
    Option<String>,
    String,
    String,
    String,
    i64,
    String,
    Option<String>,
);

/// Returns up to `limit` lines of a chain with a number below `before`, the latest first.
///
/// # Errors
/// When the database cannot be read.
pub fn page(
    conn: &mut Conn,
    chain: &str,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Line>, Error> {
    let rows: Vec<Row> = audit::table
        .filter(
            audit::chain
                .eq(chain)
                .and(audit::seq.lt(before.unwrap_or(i64::MAX))),
        )
        .order(audit::seq.desc())
        .limit(limit)
        .load(conn)?;
    rows.into_iter().map(line).collect()
}

diesel::postfix_operator!(IsOfDelivery, " = 'delivery.change'");

/// Returns the lines that say what was done with a delivery of a site, the first first.
///
/// # Errors
/// When the database cannot be read.
pub fn of_delivery(conn: &mut Conn, chain: &str, delivery: &str) -> Result<Vec<Line>, Error> {
    // the index has these lines alone, and so the action is said as it says it
    let rows: Vec<Row> = audit::table
        .filter(
            audit::chain
                .eq(chain)
                .and(audit::object.eq(delivery))
                .and(IsOfDelivery::new(audit::action)),
        )
        .order(audit::seq)
        .load(conn)?;
    rows.into_iter().map(line).collect()
}

/// Returns the first line of a chain that says that something was done with an object: action and object.
///
/// # Errors
/// When the database cannot be read.
pub fn done_with(
    conn: &mut Conn,
    chain: &str,
    (action, object): (&str, &str),
) -> Result<Option<Line>, Error> {
    let of = audit::chain
        .eq(chain)
        .and(audit::object.eq(object))
        .and(audit::action.eq(action));
    let row: Option<Row> = audit::table
        .filter(of)
        .order(audit::seq)
        .limit(1)
        .get_result(conn)
        .optional()?;
    row.map(line).transpose()
}

/// Returns when the last line of any chain was written, if there is one.
///
/// # Errors
/// When the database cannot be read.
pub fn last(conn: &mut Conn) -> Result<Option<Instant>, Error> {
    let at: Option<NaiveDateTime> = audit::table
        .select(diesel::dsl::max(audit::at))
        .first(conn)?;
    Ok(at.map(instant))
}

fn line(row: Row) -> Result<Line, Error> {
    let (
        chain,
        seq,
        at,
        actor,
        role,
        request_id,
        action,
        outcome,
        object,
        patient_id,
        patient_hash,
        details,
        previous,
        hash,
        form,
        peer,
        rulebook,
    ) = row;
    let id = format!("{chain} {seq}");
    let of = RowOf {
        table: "audit",
        id: &id,
    };
    let form = of.code("form", &form.to_string(), Form::of(form))?;
    let patient = patient_id.map(PatientId::new).zip(patient_hash);
    Ok(Line {
        entry: Entry {
            chain,
            at: instant(at),
            actor,
            role,
            request_id,
            peer,
            action,
            outcome,
            object,
            patient,
            rulebook,
            details,
        },
        form,
        seq,
        previous,
        hash,
    })
}
