//! The second factor of a person, and the codes for when it is lost.

use crate::db::row::kept;
use crate::db::schema::{people, recovery_codes};
use crate::db::{Conn, Error};
use crate::domain::calendar::Instant;
use crate::domain::id::PersonId;
use diesel::prelude::*;

/// The second factor of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecondFactor {
    /// The secret of its codes, as it is kept.
    pub sealed: String,
    /// Since when it is in force; none: it was begun.
    pub since: Option<Instant>,
    /// The number of the 30 seconds whose code was used last.
    pub step: Option<i64>,
}

/// Begins a second factor, unless one is in force; returns whether it was begun.
///
/// # Errors
/// When the database cannot be written.
pub fn start_second_factor(conn: &mut Conn, id: &PersonId, sealed: &str) -> Result<bool, Error> {
    let open = people::table.filter(people::id.eq(id.as_str()).and(people::totp_since.is_null()));
    let begun = diesel::update(open)
        .set((
            people::totp_secret.eq(Some(sealed)),
            people::totp_step.eq(None::<i64>),
        ))
        .execute(conn)?;
    Ok(begun > 0)
}

/// Puts the second factor that was begun with this secret into force; returns whether it was.
///
/// # Errors
/// When the database cannot be written.
pub fn confirm_second_factor(
    conn: &mut Conn,
    id: &PersonId,
    (sealed, step): (&str, i64),
    now: Instant,
) -> Result<bool, Error> {
    let begun = people::table
        .filter(people::id.eq(id.as_str()))
        .filter(people::totp_since.is_null())
        .filter(people::totp_secret.eq(sealed));
    let confirmed = diesel::update(begun)
        .set((
            people::totp_since.eq(Some(kept(now))),
            people::totp_step.eq(Some(step)),
        ))
        .execute(conn)?;
    Ok(confirmed > 0)
}

/// Uses up the code of a step and those before it; returns whether it was not used.
///
/// # Errors
/// When the database cannot be written.
pub fn use_step(conn: &mut Conn, id: &PersonId, step: i64) -> Result<bool, Error> {
    let unused = people::table.filter(people::id.eq(id.as_str())).filter(
        people::totp_step
            .is_null()
            .or(people::totp_step.lt(Some(step))),
    );
    let used = diesel::update(unused)
        .set(people::totp_step.eq(Some(step)))
        .execute(conn)?;
    Ok(used > 0)
}

/// Takes a second factor away, with its recovery codes.
///
/// # Errors
/// When the database cannot be written.
pub fn clear_second_factor(conn: &mut Conn, id: &PersonId) -> Result<(), Error> {
    diesel::update(people::table.find(id.as_str()))
        .set((
            people::totp_secret.eq(None::<String>),
            people::totp_since.eq(None::<chrono::NaiveDateTime>),
            people::totp_step.eq(None::<i64>),
        ))
        .execute(conn)?;
    set_recovery_codes(conn, id, &[])
}

/// Puts recovery codes in the place of those there are.
///
/// # Errors
/// When the database cannot be written.
pub fn set_recovery_codes(conn: &mut Conn, id: &PersonId, hashes: &[String]) -> Result<(), Error> {
    let before = recovery_codes::table.filter(recovery_codes::person_id.eq(id.as_str()));
    diesel::delete(before).execute(conn)?;
    for hash in hashes {
        diesel::insert_into(recovery_codes::table)
            .values((
                recovery_codes::person_id.eq(id.as_str()),
                recovery_codes::hash.eq(hash),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Uses up a recovery code; returns whether there was such a one, unused.
///
/// # Errors
/// When the database cannot be written.
pub fn use_recovery_code(
    conn: &mut Conn,
    id: &PersonId,
    hash: &str,
    now: Instant,
) -> Result<bool, Error> {
    let unused = recovery_codes::table
        .filter(recovery_codes::person_id.eq(id.as_str()))
        .filter(recovery_codes::hash.eq(hash))
        .filter(recovery_codes::used_at.is_null());
    let used = diesel::update(unused)
        .set(recovery_codes::used_at.eq(Some(kept(now))))
        .execute(conn)?;
    Ok(used > 0)
}

/// Returns how many recovery codes are left.
///
/// # Errors
/// When the database cannot be read.
pub fn recovery_codes_left(conn: &mut Conn, id: &PersonId) -> Result<i64, Error> {
    Ok(recovery_codes::table
        .filter(recovery_codes::person_id.eq(id.as_str()))
        .filter(recovery_codes::used_at.is_null())
        .count()
        .get_result(conn)?)
}
