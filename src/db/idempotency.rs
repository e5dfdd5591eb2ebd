//! Answers kept for requests that may be repeated.

use super::row::kept;
use super::schema::idempotency;
use super::{Conn, Error};
use crate::domain::calendar::Instant;
use diesel::prelude::*;

/// By what a repeated request is recognised.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The id of the caller's token.
    pub caller: String,
    /// Method and path.
    pub route: String,
    /// What stood in `Idempotency-Key`.
    pub key: String,
}

/// An answer as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAnswer {
    /// SHA-256 of the request's body, in hexadecimal.
    pub body_hash: String,
    /// Status of the answer.
    pub status: u16,
    /// Its `Content-Type`.
    pub content_type: String,
    /// Its `Location`.
    pub location: Option<String>,
    /// Its `ETag`.
    pub etag: Option<String>,
    /// Its `Content-Language`, of one that has a sentence.
    pub language: Option<String>,
    /// Its body.
    pub body: String,
}

type Row = (
    String,
    i64,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    String,
);

/// Returns the answer kept for a key, if there is one.
///
/// # Errors
/// When the database cannot be read, or the row is no answer.
pub fn find(conn: &mut Conn, key: &Key) -> Result<Option<KeptAnswer>, Error> {
    let row: Option<Row> = idempotency::table
        .find((&key.caller, &key.route, &key.key))
        .select((
            idempotency::body_hash,
            idempotency::status,
            idempotency::content_type,
            idempotency::location,
            idempotency::etag,
            idempotency::content_language,
            idempotency::answer,
        ))
        .get_result(conn)
        .optional()?;
    row.map(
        |(body_hash, status, content_type, location, etag, language, body)| {
            let status = u16::try_from(status).map_err(|e| Error::Corrupt {
                table: "idempotency",
                id: key.key.clone(),
                what: e.to_string(),
            })?;
            Ok(KeptAnswer {
                body_hash,
                status,
                content_type,
                location,
                etag,
                language,
                body,
            })
        },
    )
    .transpose()
}

/// Keeps an answer.
///
/// # Errors
/// When the database cannot be written; [`Error::Constraint`] when one is kept for the key.
pub fn insert(conn: &mut Conn, key: &Key, answer: &KeptAnswer, now: Instant) -> Result<(), Error> {
    diesel::insert_into(idempotency::table)
        .values((
            idempotency::caller.eq(&key.caller),
            idempotency::route.eq(&key.route),
            idempotency::key.eq(&key.key),
            idempotency::body_hash.eq(&answer.body_hash),
            idempotency::status.eq(i64::from(answer.status)),
            idempotency::content_type.eq(&answer.content_type),
            idempotency::location.eq(answer.location.as_deref()),
            idempotency::etag.eq(answer.etag.as_deref()),
            idempotency::content_language.eq(answer.language.as_deref()),
            idempotency::answer.eq(&answer.body),
            idempotency::created_at.eq(kept(now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Forgets the answers given before `before`; returns how many.
///
/// # Errors
/// When the database cannot be written.
pub fn forget(conn: &mut Conn, before: Instant) -> Result<usize, Error> {
    Ok(
        diesel::delete(idempotency::table.filter(idempotency::created_at.lt(kept(before))))
            .execute(conn)?,
    )
}

/// Takes the answer of one key away.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn remove(conn: &mut Conn, key: &Key) -> Result<(), Error> {
    diesel::delete(idempotency::table.find((&key.caller, &key.route, &key.key))).execute(conn)?;
    Ok(())
}
