//! Letters that never left: given up, or taken back before they were due.

use super::{LetterState, OutboxLetter, Row};
use crate::db::row::kept;
use crate::db::schema::{alerts, outbox};
use crate::db::{Conn, Error, letter_links};
use crate::domain::alert::{Alert, AlertKind};
use crate::domain::calendar::Instant;
use crate::domain::code::Finess;
use crate::domain::id::{AlertId, LetterId};
use diesel::prelude::*;
use std::collections::BTreeSet;

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

/// Takes back the letters to an address that tell what is wrong, about an alert, and wait for the end of quiet
/// hours: they become `state`. Of a kind that is [told together](AlertKind::is_told_together) all of its
/// site's are, for one letter is about several. Returns how many there were.
///
/// # Errors
/// When the database cannot be written.
pub fn take_back(
    conn: &mut Conn,
    (alert, email): (&Alert, &str),
    now: Instant,
    state: LetterState,
) -> Result<usize, Error> {
    let ids: Vec<String> = held(conn, alert.site, now)?
        .into_iter()
        .filter(|letter| letter.email.eq_ignore_ascii_case(email))
        .filter(|letter| WRONG.contains(&letter.event.as_str()))
        .filter(|letter| {
            letter.alert == alert.id.as_str()
                || (letter.kind == alert.kind.code() && alert.kind.is_told_together())
        })
        .map(|letter| letter.id)
        .collect();
    become_of(conn, &ids, state)
}

/// Returns whether an address was told what is wrong, about an alert of the site and kind of `alert`, by a
/// letter that was written since it opened and not taken back.
///
/// # Errors
/// When the database cannot be read.
pub fn told_since(conn: &mut Conn, alert: &Alert, email: &str) -> Result<bool, Error> {
    let letters: Vec<String> = outbox::table
        .inner_join(alerts::table)
        .filter(outbox::site.eq(alert.site.as_str()))
        .filter(alerts::kind.eq(alert.kind.code()))
        .filter(outbox::created_at.ge(kept(alert.opened_at)))
        .filter(
            outbox::event
                .eq_any(WRONG)
                .and(outbox::state.ne_all(taken_back())),
        )
        .select(outbox::to_email)
        .load(conn)?;
    Ok(letters.iter().any(|to| to.eq_ignore_ascii_case(email)))
}

/// The events of letters that tell what is wrong.
const WRONG: [&str; 3] = ["opened", "worsened", "escalated"];

fn taken_back() -> [&'static str; 2] {
    [LetterState::Superseded, LetterState::Withdrawn].map(LetterState::code)
}

/// Withdraws the letters about some kinds of alerts of a site to an address that wait for the end of quiet
/// hours. Returns how many there were.
///
/// # Errors
/// When the database cannot be written.
pub fn withdraw(
    conn: &mut Conn,
    (site, email): (Finess, &str),
    kinds: &BTreeSet<AlertKind>,
    now: Instant,
) -> Result<usize, Error> {
    let of_kinds = |code: &str| AlertKind::from_code(code).is_some_and(|k| kinds.contains(&k));
    let letters = held(conn, site, now)?.into_iter();
    let ids: Vec<String> = letters
        .filter(|letter| letter.email.eq_ignore_ascii_case(email) && of_kinds(&letter.kind))
        .map(|letter| letter.id)
        .collect();
    become_of(conn, &ids, LetterState::Withdrawn)
}

/// A letter that waits for the end of quiet hours.
struct Held {
    id: String,
    alert: String,
    kind: String,
    email: String,
    event: String,
}

fn held(conn: &mut Conn, site: Finess, now: Instant) -> Result<Vec<Held>, Error> {
    let rows: Vec<(String, String, String, String, String)> = outbox::table
        .inner_join(alerts::table)
        .filter(outbox::site.eq(site.as_str()))
        .filter(
            outbox::state
                .eq(LetterState::Queued.code())
                .and(outbox::attempts.eq(0))
                .and(outbox::held_until.gt(kept(now)))
                .and(outbox::leased_by.is_null()),
        )
        .select((
            outbox::id,
            alerts::id,
            alerts::kind,
            outbox::to_email,
            outbox::event,
        ))
        .load(conn)?;
    let held = rows
        .into_iter()
        .map(|(id, alert, kind, email, event)| Held {
            id,
            alert,
            kind,
            email,
            event,
        });
    Ok(held.collect())
}

/// Letters that will not leave: nor do the links in them stay whole.
fn become_of(conn: &mut Conn, ids: &[String], state: LetterState) -> Result<usize, Error> {
    for id in ids {
        letter_links::forget_addresses(conn, &LetterId::new(&**id))?;
    }
    let letters = outbox::table.filter(outbox::id.eq_any(ids));
    Ok(diesel::update(letters)
        .set(outbox::state.eq(state.code()))
        .execute(conn)?)
}

/// Returns to which addresses there is a letter about an alert that was not taken back.
///
/// # Errors
/// When the database cannot be read.
pub fn written_to(conn: &mut Conn, alert: &AlertId) -> Result<Vec<String>, Error> {
    Ok(outbox::table
        .filter(
            outbox::alert_id
                .eq(alert.as_str())
                .and(outbox::state.ne_all(taken_back())),
        )
        .order(outbox::id)
        .select(outbox::to_email)
        .load(conn)?)
}
