//! Failures to sign in, in a row: of an account, a device, a network address, each by its hash.

use super::dialect;
use super::row::{instant, kept};
use super::schema::sign_in_failures;
use super::{Conn, Error};
use crate::domain::calendar::Instant;
use crate::domain::slowing::{Counted, Failures};
use chrono::NaiveDateTime;
use diesel::prelude::*;

/// Returns the failures of a bucket, if there are any.
///
/// # Errors
/// When the database cannot be read.
pub fn find(conn: &mut Conn, bucket: &str) -> Result<Option<Failures>, Error> {
    let row: Option<(i64, NaiveDateTime, NaiveDateTime)> = sign_in_failures::table
        .find(bucket)
        .select((
            sign_in_failures::failures,
            sign_in_failures::last_at,
            sign_in_failures::wait_until,
        ))
        .get_result(conn)
        .optional()?;
    Ok(row.map(|(count, last_at, wait_until)| Failures {
        count,
        last_at: instant(last_at),
        wait_until: instant(wait_until),
    }))
}

/// Counts one failure more of a bucket, which others wait to count meanwhile, unless it must be waited: then
/// returns until when.
///
/// # Errors
/// When the database cannot be written.
pub fn count(
    conn: &mut Conn,
    (bucket, counted): (&str, Counted),
    now: Instant,
) -> Result<Option<Instant>, Error> {
    dialect::lock_chain(conn, &format!("failures {bucket}"))?;
    let before = find(conn, bucket)?;
    if let Some(waits) = before.filter(|failures| failures.still(now).is_some()) {
        return Ok(Some(waits.wait_until));
    }
    let after = Failures::one_more(counted, before, now);
    set(conn, bucket, after, before.is_some())?;
    Ok(None)
}

fn set(conn: &mut Conn, bucket: &str, after: Failures, is_there: bool) -> Result<(), Error> {
    if is_there {
        diesel::update(sign_in_failures::table.find(bucket))
            .set((
                sign_in_failures::failures.eq(after.count),
                sign_in_failures::last_at.eq(kept(after.last_at)),
                sign_in_failures::wait_until.eq(kept(after.wait_until)),
            ))
            .execute(conn)?;
    } else {
        diesel::insert_into(sign_in_failures::table)
            .values((
                sign_in_failures::bucket.eq(bucket),
                sign_in_failures::failures.eq(after.count),
                sign_in_failures::last_at.eq(kept(after.last_at)),
                sign_in_failures::wait_until.eq(kept(after.wait_until)),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Takes one failure back that was none.
///
/// # Errors
/// When the database cannot be written.
pub fn take_back(conn: &mut Conn, bucket: &str, now: Instant) -> Result<(), Error> {
    let there = sign_in_failures::table
        .filter(sign_in_failures::bucket.eq(bucket))
        .filter(sign_in_failures::failures.gt(0));
    diesel::update(there)
        .set((
            sign_in_failures::failures.eq(sign_in_failures::failures - 1),
            sign_in_failures::wait_until.eq(kept(now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Forgets the failures of a bucket.
///
/// # Errors
/// When the database cannot be written.
pub fn clear(conn: &mut Conn, bucket: &str) -> Result<(), Error> {
    diesel::delete(sign_in_failures::table.find(bucket)).execute(conn)?;
    Ok(())
}

/// Forgets failures of which the last was before an instant. Returns how many buckets there were.
///
/// # Errors
/// When the database cannot be written.
pub fn forget(conn: &mut Conn, before: Instant) -> Result<usize, Error> {
    let old = sign_in_failures::table.filter(sign_in_failures::last_at.lt(kept(before)));
    Ok(diesel::delete(old).execute(conn)?)
}
