//! Letters on their way: who has which in hand, and what came of it.

use super::{LetterState, OutboxLetter, Row};
use crate::db::dialect;
use crate::db::letter_links::{self, Purpose};
use crate::db::row::{instant, kept};
use crate::db::schema::outbox;
use crate::db::{Conn, Error};
use crate::domain::calendar::Instant;
use crate::domain::id::LetterId;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// A letter that one worker has in hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leased {
    /// Its name.
    pub id: LetterId,
    /// What it says; or why its row is no letter, so that one such row holds up no other.
    pub letter: Result<OutboxLetter, Error>,
    /// What goes with it that its row does not hold.
    pub beside: Beside,
}

/// What goes with a letter that its row does not hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// `Message-ID` of the first letter about the same alert to the same recipient, when that is another.
    pub first: Option<String>,
    /// The link by which its recipient acknowledges the alert.
    pub acknowledge: Option<String>,
    /// The link by which its recipient hears no more of its kind.
    pub unsubscribe: Option<String>,
}

/// What a try failed at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The address: its server takes nothing for it, for good.
    Address,
    /// The recipient, for now: a mailbox that is full, a server that asks strangers to come again.
    Recipient,
    /// Anything else: the line, the server, this letter.
    Other,
}

impl Failure {
    const ALL: [Self; 3] = [Self::Address, Self::Recipient, Self::Other];

    /// Returns the code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Recipient => "recipient",
            Self::Other => "other",
        }
    }

    pub(super) fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.code() == code)
    }
}

/// Takes up to `limit` letters that are due for one worker until `until`; nobody else takes them
/// before that.
///
/// Letters of one alert to one recipient go in the order of their ids, so that the last word is the
/// latest: one waits while an earlier one has not been tried, or is in hand. An earlier one that was
/// tried and not taken is superseded: it no longer says what is so, and would hold up what does.
///
/// # Errors
/// When the database cannot be written.
pub fn lease(
    conn: &mut Conn,
    worker: &str,
    now: Instant,
    until: Instant,
    limit: i64,
) -> Result<Vec<Leased>, Error> {
    dialect::supersede_letters(conn, now)?;
    let ids = dialect::lease_letters(conn, worker, now, until, limit)?;
    let rows: Vec<Row> = outbox::table
        .filter(outbox::id.eq_any(ids))
        .order((outbox::due_at, outbox::id))
        .load(conn)?;
    let mut beside = besides(conn, &rows)?;
    let leased = rows.into_iter().map(|row| Leased {
        id: LetterId::new(&*row.id),
        beside: beside.remove(&row.id).unwrap_or_default(),
        letter: row.value(),
    });
    Ok(leased.collect())
}

/// What goes with each of some letters, by id.
fn besides(conn: &mut Conn, rows: &[Row]) -> Result<BTreeMap<String, Beside>, Error> {
    let mut all: BTreeMap<String, Beside> = BTreeMap::new();
    if rows.is_empty() {
        return Ok(all);
    }
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    for (letter, purpose, address) in letter_links::of_letters(conn, &ids)? {
        let beside = all.entry(letter).or_default();
        if purpose == Purpose::Acknowledge.code() {
            beside.acknowledge = Some(address);
        } else {
            beside.unsubscribe = Some(address);
        }
    }
    // what opens is the first
    let later = rows.iter().filter(|row| row.event != "opened");
    let alerts: BTreeSet<String> = later.filter_map(|row| row.alert_id.clone()).collect();
    if alerts.is_empty() {
        return Ok(all);
    }
    let letters: Vec<(Option<String>, String, String)> = outbox::table
        .filter(outbox::alert_id.eq_any(alerts))
        .order(outbox::id)
        .select((outbox::alert_id, outbox::to_email, outbox::message_id))
        .load(conn)?;
    // the same at each try, whatever else is in hand
    let later = |row: &&Row| row.alert_id.is_some() && row.event != "opened";
    for row in rows.iter().filter(later) {
        let mut same = letters
            .iter()
            .filter(|(alert, to, _)| *alert == row.alert_id && *to == row.to_email);
        let first = same.next().map(|(_, _, id)| id);
        if let Some(first) = first.filter(|first| **first != row.message_id) {
            all.entry(row.id.clone()).or_default().first = Some(first.clone());
        }
    }
    Ok(all)
}

/// Gives back what one worker has in hand, untried: another may take it at once. Returns how many.
///
/// # Errors
/// When the database cannot be written.
pub fn give_back(conn: &mut Conn, worker: &str) -> Result<usize, Error> {
    let in_hand = outbox::table.filter(
        outbox::leased_by
            .eq(Some(worker))
            .and(outbox::state.eq(LetterState::Queued.code())),
    );
    Ok(diesel::update(in_hand)
        .set((
            outbox::leased_by.eq(None::<String>),
            outbox::leased_until.eq(None::<NaiveDateTime>),
        ))
        .execute(conn)?)
}

/// Gives up every letter that waits to be sent, because of `why`, and returns how many there were.
///
/// # Errors
/// When the database cannot be written.
pub fn give_up_queued(conn: &mut Conn, why: &str) -> Result<i64, Error> {
    let waiting = outbox::table.filter(outbox::state.eq(LetterState::Queued.code()));
    let given_up = diesel::update(waiting)
        .set((
            outbox::state.eq(LetterState::Superseded.code()),
            outbox::last_error.eq(Some(why)),
        ))
        .execute(conn)?;
    Ok(i64::try_from(given_up).unwrap_or(i64::MAX))
}

/// Takes every letter out of whosever hands it is in. Returns how many there were.
///
/// Only for a service that is alone with its database and has not begun to send: whoever had them
/// in hand is gone.
///
/// # Errors
/// When the database cannot be written.
pub fn free_all(conn: &mut Conn) -> Result<usize, Error> {
    let in_hand = outbox::table.filter(
        outbox::state
            .eq(LetterState::Queued.code())
            .and(outbox::leased_until.is_not_null()),
    );
    Ok(diesel::update(in_hand)
        .set((
            outbox::leased_by.eq(None::<String>),
            outbox::leased_until.eq(None::<NaiveDateTime>),
        ))
        .execute(conn)?)
}

/// Records that a server took a letter.
///
/// # Errors
/// When the database cannot be written.
pub fn record_sent(conn: &mut Conn, id: &LetterId, now: Instant) -> Result<(), Error> {
    diesel::update(outbox::table.find(id.as_str()))
        .set((
            outbox::state.eq(LetterState::Sent.code()),
            outbox::sent_at.eq(Some(kept(now))),
            outbox::attempts.eq(outbox::attempts + 1),
            outbox::leased_by.eq(None::<String>),
            outbox::leased_until.eq(None::<NaiveDateTime>),
            outbox::last_error.eq(None::<String>),
            outbox::failure.eq(None::<String>),
        ))
        .execute(conn)?;
    letter_links::forget_addresses(conn, id)
}

/// Records that a letter was not taken: tried again at `again`, or, without, failed for good.
///
/// A letter that was sent meanwhile stays sent.
///
/// # Errors
/// When the database cannot be written.
pub fn record_failure(
    conn: &mut Conn,
    id: &LetterId,
    (failure, error): (Failure, &str),
    again: Option<Instant>,
) -> Result<(), Error> {
    let state = if again.is_some() {
        LetterState::Queued
    } else {
        LetterState::Failed
    };
    let target = outbox::table.filter(
        outbox::id
            .eq(id.as_str())
            .and(outbox::state.eq(LetterState::Queued.code())),
    );
    let shared = (
        outbox::state.eq(state.code()),
        outbox::attempts.eq(outbox::attempts + 1),
        outbox::leased_by.eq(None::<String>),
        outbox::leased_until.eq(None::<NaiveDateTime>),
        outbox::last_error.eq(Some(error)),
        outbox::failure.eq(Some(failure.code())),
    );
    match again {
        Some(at) => diesel::update(target)
            .set((shared, outbox::due_at.eq(kept(at))))
            .execute(conn)?,
        None => diesel::update(target).set(shared).execute(conn)?,
    };
    Ok(())
}

/// Makes a letter due at `now` that was given up, as one that was never tried and that waited until now. What
/// the server said last stays until it says something else. Returns whether it was given up.
///
/// # Errors
/// When the database cannot be written.
pub fn retry(conn: &mut Conn, id: &LetterId, now: Instant) -> Result<bool, Error> {
    let given_up = outbox::table.filter(
        outbox::id
            .eq(id.as_str())
            .and(outbox::state.eq(LetterState::Failed.code())),
    );
    let changed = diesel::update(given_up)
        .set((
            outbox::state.eq(LetterState::Queued.code()),
            outbox::attempts.eq(0),
            outbox::due_at.eq(kept(now)),
            outbox::held_until.eq(Some(kept(now))),
            outbox::followed_at.eq(None::<NaiveDateTime>),
            outbox::failure.eq(None::<String>),
        ))
        .execute(conn)?;
    Ok(changed > 0)
}

/// Returns when the next letter may be taken, if one waits: when it is due, or, for one that a
/// worker has in hand, when that worker's time is over.
///
/// # Errors
/// When the database cannot be read.
pub fn next_due(conn: &mut Conn) -> Result<Option<Instant>, Error> {
    let queued = || outbox::table.filter(outbox::state.eq(LetterState::Queued.code()));
    let free: Option<NaiveDateTime> = queued()
        .filter(outbox::leased_until.is_null())
        .select(diesel::dsl::min(outbox::due_at))
        .get_result(conn)?;
    let in_hand: Option<NaiveDateTime> = queued()
        .filter(outbox::leased_until.is_not_null())
        .select(diesel::dsl::min(outbox::leased_until))
        .get_result(conn)?;
    Ok(free.into_iter().chain(in_hand).min().map(instant))
}

/// Returns when the oldest letter that should have left by `now`, and has not, was first due, if there is
/// one: when it was written, the end of the quiet hours for which it waited, or when it was made due again.
///
/// One that its recipient's server asks to send again later says nothing of the others, and is left out.
///
/// # Errors
/// When the database cannot be read.
pub fn oldest_queued(conn: &mut Conn, now: Instant) -> Result<Option<Instant>, Error> {
    let of_us = outbox::failure
        .is_null()
        .or(outbox::failure.ne(Failure::Recipient.code()));
    let queued = || outbox::table.filter(outbox::state.eq(LetterState::Queued.code()).and(of_us));
    let written: Option<NaiveDateTime> = queued()
        .filter(outbox::held_until.is_null())
        .select(diesel::dsl::min(outbox::created_at))
        .get_result(conn)?;
    let held: Option<NaiveDateTime> = queued()
        .filter(outbox::held_until.le(kept(now)))
        .select(diesel::dsl::min(outbox::held_until))
        .get_result(conn)?;
    Ok(written.into_iter().chain(held).min().map(instant))
}
