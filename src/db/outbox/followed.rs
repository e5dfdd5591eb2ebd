//! Letters that never left: given up, or taken back before they were due.

use super::{LetterState, OutboxLetter, Row};
use crate::db::row::kept;
use crate::db::schema::outbox;
use crate::db::{Conn, Error};
use crate::domain::calendar::Instant;
use crate::domain::id::{AlertId, LetterId};
use diesel::prelude::*;

/// Returns up to `limit` letters that were given up and that nobody has followed yet, the first first.
///
/// # Errors
/// When the database cannot be read, or a row is no letter.
pub fn given_up(conn: &mut Conn, limit: i64) -> Result<Vec<OutboxLetter>, Error> {
    let rows: Vec<Row> = outbox::table
        .filter(
            outbox::state
                .eq(LetterState::Failed.code())
                .and(outbox::followed_at.is_null()),
        )
        .order(outbox::id)
        .limit(limit)
        .load(conn)?;
    rows.into_iter().map(Row::value).collect()
}

/// Writes down that it was seen to that a letter was given up; returns whether nobody had before.
///
/// # Errors
/// When the database cannot be written.
pub fn followed(conn: &mut Conn, letter: &LetterId, now: Instant) -> Result<bool, Error> {
    let open = outbox::table.filter(
        outbox::id
            .eq(letter.as_str())
            .and(outbox::followed_at.is_null()),
    );
    let done = diesel::update(open)
        .set(outbox::followed_at.eq(Some(kept(now))))
        .execute(conn)?;
    Ok(done > 0)
}

/// Takes back the letters about an alert to an address that wait for the end of quiet hours, and have not
/// been tried: they become `state`. Returns how many there were.
///
/// # Errors
/// When the database cannot be written.
pub fn take_back(
    conn: &mut Conn,
    (alert, email): (&AlertId, &str),
    now: Instant,
    state: LetterState,
) -> Result<usize, Error> {
    let held = outbox::table.filter(
        outbox::alert_id
            .eq(alert.as_str())
            .and(outbox::to_email.eq(email))
            .and(outbox::state.eq(LetterState::Queued.code()))
            .and(outbox::attempts.eq(0))
            .and(outbox::held_until.gt(kept(now)))
            .and(outbox::leased_by.is_null()),
    );
    Ok(diesel::update(held)
        .set(outbox::state.eq(state.code()))
        .execute(conn)?)
}

/// Returns whether an address was written to about an alert, by a letter that was not taken back.
///
/// # Errors
/// When the database cannot be read.
pub fn heard(conn: &mut Conn, alert: &AlertId, email: &str) -> Result<bool, Error> {
    let not = [LetterState::Superseded, LetterState::Withdrawn].map(LetterState::code);
    let letters = outbox::table.filter(
        outbox::alert_id
            .eq(alert.as_str())
            .and(outbox::to_email.eq(email))
            .and(outbox::state.ne_all(not)),
    );
    Ok(diesel::select(diesel::dsl::exists(letters)).get_result(conn)?)
}
