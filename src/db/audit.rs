//! The audit trail: chains of hashes, one for each site and one for the service.

pub mod chains;

use super::row::{instant, kept};
use super::schema::audit;
use super::{Conn, Error, dialect};
use crate::domain::calendar::{Instant, to_micros};
use crate::domain::id::PatientId;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use sha2::{Digest as _, Sha256};

/// One line of the trail, before it is chained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The number of a site, or `service`.
    pub chain: String,
    /// When.
    pub at: Instant,
    /// Who: the id of a token, `command-line` or `service`.
    pub actor: String,
    /// In what role.
    pub role: String,
    /// By which request.
    pub request_id: String,
    /// Verb and object: `stock.dispense`.
    pub action: String,
    /// `done`, `refused` or `read`.
    pub outcome: String,
    /// The id of what it was done to.
    pub object: String,
    /// Whose record it is, with the salted hash that outlives it.
    pub patient: Option<(PatientId, String)>,
    /// What changed, as JSON; nothing personal.
    pub details: String,
}

/// One line of the trail, as it stands in its chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it says.
    pub entry: Entry,
    /// Its number in the chain, from 1, without gaps.
    pub seq: i64,
    /// The hash of the line before it.
    pub previous: String,
    /// Its own hash.
    pub hash: String,
}

/// What stands before the first line of a chain.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Returns the hash of a line: SHA-256 over its number, every field and the hash before it, each
/// preceded by its length, so that no two lines have the same bytes.
pub fn hash(entry: &Entry, seq: i64, previous: &str) -> String {
    let (patient_id, patient_hash) = entry
        .patient
        .as_ref()
        .map_or(("", ""), |(id, hash)| (id.as_str(), hash.as_str()));
    let at = to_micros(entry.at)
        .format("%Y-%m-%dT%H:%M:%S%.6fZ")
        .to_string();
    let seq = seq.to_string();
    let fields = [
        &*entry.chain,
        &seq,
        &at,
        &entry.actor,
        &entry.role,
        &entry.request_id,
        &entry.action,
        &entry.outcome,
        &entry.object,
        patient_id,
        patient_hash,
        &entry.details,
        previous,
    ];
    let mut digest = Sha256::new();
    for field in fields {
        digest.update(field.len().to_string());
        digest.update(b":");
        digest.update(field);
    }
    hex::encode(digest.finalize())
}

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
    let (seq, previous) = last.map_or((1, GENESIS.to_owned()), |(seq, hash)| {
        (seq.saturating_add(1), hash)
    });
    let line_hash = hash(entry, seq, &previous);
    diesel::insert_into(audit::table)
        .values((
            (
                audit::chain.eq(&entry.chain),
                audit::seq.eq(seq),
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
                audit::previous.eq(&previous),
                audit::hash.eq(&line_hash),
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
    Ok(rows.into_iter().map(line).collect())
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
    Ok(rows.into_iter().map(line).collect())
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

fn line(row: Row) -> Line {
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
    ) = row;
    let patient = patient_id.map(PatientId::new).zip(patient_hash);
    Line {
        entry: Entry {
            chain,
            at: instant(at),
            actor,
            role,
            request_id,
            action,
            outcome,
            object,
            patient,
            details,
        },
        seq,
        previous,
        hash,
    }
}
