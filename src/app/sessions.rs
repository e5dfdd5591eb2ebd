//! Where somebody is signed in: who comes with a cookie, what is listed, what is ended.

use super::access::Access;
use super::act::{Act, Done};
use super::caller::Held;
use super::error::Error;
use super::give_access::hash;
use crate::db::breakings;
use crate::db::people;
use crate::db::sessions::{self, Session, Stage};
use crate::db::tokens::Reach;
use crate::db::{self, Conn};
use crate::domain::calendar::Instant;
use crate::domain::code::Finess;
use crate::domain::id::{PersonId, SessionId};
use crate::domain::reason::{OfAccess, Refusal};
use chrono::TimeDelta;
use serde_json::json;

/// How often it is written when a session or a token was last used.
///
/// Choice: once a minute: enough to know, and to end what goes unused; nothing beside what a request costs.
pub const SEEN_EVERY: TimeDelta = TimeDelta::minutes(1);

/// Somebody who came with the cookie of a session in force.
#[derive(Clone, Debug)]
pub struct Admitted {
    /// Their name.
    pub name: String,
    /// Who they are.
    pub person: PersonId,
    /// Their roles, and where.
    pub held: Vec<Held>,
    /// Their session.
    pub session: Session,
    /// Whether the site that the address names is there.
    pub there: bool,
}

/// Returns the roles that a person holds at an instant, those by breaking the glass included.
///
/// # Errors
/// When the database cannot be read.
pub(super) fn held_by(
    conn: &mut Conn,
    person: &PersonId,
    now: Instant,
) -> Result<Vec<Held>, db::Error> {
    let mut held: Vec<Held> = people::held(conn, person, now)?
        .into_iter()
        .map(|grant| {
            let reach = grant
                .site
                .map_or(Reach::Everywhere, |site| Reach::Sites(vec![site]));
            Held::given(grant.role, reach)
        })
        .collect();
    // a role that was taken breaks no glass any more
    for breaking in breakings::held(conn, person, now)? {
        if held.iter().any(|h| h.role == breaking.role) {
            held.push(Held {
                role: breaking.role,
                reach: Reach::Sites(vec![breaking.site]),
                by_breaking: Some(breaking.id),
            });
        }
    }
    // of several, they act in the one that stands first: always the same
    held.sort_by_key(|h| h.role);
    Ok(held)
}

/// Returns who comes with a cookie, when their session is in force at `now`.
///
/// # Errors
/// When the database cannot be read.
pub fn admit(
    conn: &mut Conn,
    access: &Access,
    (secret, site): (&str, Option<Finess>),
    now: Instant,
) -> Result<Option<Admitted>, db::Error> {
    let found = sessions::by_hash(conn, &hash(secret))?;
    let in_force =
        |s: &Session| s.stage == Stage::Full && now < s.expires_at && now - s.seen_at < access.idle;
    let Some(session) = found.filter(in_force) else {
        return Ok(None);
    };
    let account = people::find(conn, &session.person)?;
    let Some(account) = account.filter(|account| account.person.active) else {
        return Ok(None);
    };
    let held = held_by(conn, &session.person, now)?;
    // somebody who was given a role for which one must be had sets it up when they sign in again
    let asks = access.second_factor.asks(held.iter().map(|h| h.role));
    if asks && !account.has_second_factor() && !session.factor_outside {
        return Ok(None);
    }
    let there = match site {
        Some(site) => db::sites::find(conn, site)?.is_some(),
        None => false,
    };
    Ok(Some(Admitted {
        name: account.person.name,
        person: session.person.clone(),
        held,
        session,
        there,
    }))
}

/// Returns the token against forged requests of a session: whoever has the cookie can make it, a page of
/// somebody else cannot.
pub fn csrf_token(secret: &str) -> String {
    hash(&format!("csrf {secret}"))
}

/// Returns the sessions in force of whoever asks.
///
/// # Errors
/// Refused when it is no person who asks.
pub fn list(act: &mut Act<'_>, access: &Access) -> Result<Vec<Session>, Error> {
    let id = act.caller.person().ok_or(OfAccess::NotAPerson)?;
    let mut all = sessions::of_person(act.conn, &id)?;
    all.retain(|s| act.now < s.expires_at && act.now - s.seen_at < access.idle);
    Ok(all)
}

/// Ends a session of whoever asks.
///
/// # Errors
/// Refused when it is no person who asks, or they have no such session.
pub fn end(act: &mut Act<'_>, id: &SessionId) -> Result<(), Error> {
    let person = act.caller.person().ok_or(OfAccess::NotAPerson)?;
    let theirs = sessions::of_person(act.conn, &person)?;
    if !theirs.iter().any(|session| session.id == *id) {
        return Err(Refusal::Unknown {
            what: "session",
            name: id.to_string(),
        }
        .into());
    }
    sessions::end(act.conn, id)?;
    note(act, "sign-out", id.as_str(), json!({}))
}

/// Ends the session that a browser had until somebody signed in with it anew, whosever it was.
///
/// # Errors
/// When the database cannot be written.
pub fn replaced(act: &mut Act<'_>, secret: &str) -> Result<(), Error> {
    let Some(before) = sessions::by_hash(act.conn, &hash(secret))? else {
        return Ok(());
    };
    sessions::end(act.conn, &before.id)?;
    let details = json!({ "person": before.person.as_str(), "by": "sign-in" });
    note(act, "sign-out", before.id.as_str(), details)
}

/// Ends every session of whoever asks, this one too.
///
/// # Errors
/// Refused when it is no person who asks.
pub fn end_all(act: &mut Act<'_>) -> Result<(), Error> {
    let person = act.caller.person().ok_or(OfAccess::NotAPerson)?;
    let ended = sessions::end_all(act.conn, &person, None)?;
    sessions::forget_devices_of(act.conn, &person)?;
    note(act, "sign-out", "", json!({ "sessions": ended }))
}

fn note(
    act: &mut Act<'_>,
    action: &'static str,
    object: &str,
    details: serde_json::Value,
) -> Result<(), Error> {
    act.audit(
        None,
        Done {
            action,
            object,
            patient: None,
            details,
        },
    )
}

/// Forgets what is over: sessions, devices, failures, links, and who went to a provider and came not back. Returns how many rows.
///
/// # Errors
/// When the database cannot be written.
pub fn forget(conn: &mut Conn, access: &Access, now: Instant) -> Result<usize, db::Error> {
    let days = |n| now - TimeDelta::days(n);
    let over = sessions::forget(conn, now, now - access.idle)?;
    let devices = sessions::forget_devices(conn, days(super::sign_in::DEVICE_DAYS))?;
    let failures = db::sign_in_failures::forget(conn, days(1))?;
    // a month longer than they were good, as links of other letters
    let links = db::person_links::forget(conn, now, days(30))?;
    let flows = db::sign_in_flows::forget(conn, now)?;
    Ok(over + devices + failures + links + flows)
}
