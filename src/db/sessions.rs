//! Where people are signed in, and on which devices they were before: what a cookie holds is kept as its hash.

use super::row::{RowOf, instant, kept};
use super::schema::{devices, sessions};
use super::{Conn, Error};
use crate::domain::calendar::Instant;
use crate::domain::id::{IdentityId, PersonId, SessionId};
use chrono::NaiveDateTime;
use diesel::prelude::*;

/// What is still wanted of somebody who is signing in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// A code of their second factor.
    SecondFactor,
    /// That they set up a second factor.
    Enrolment,
    /// Nothing: they are in.
    Full,
}

impl Stage {
    /// Returns the code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::SecondFactor => "second-factor",
            Self::Enrolment => "enrolment",
            Self::Full => "full",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        [Self::SecondFactor, Self::Enrolment, Self::Full]
            .into_iter()
            .find(|stage| stage.code() == code)
    }
}

/// One session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its name.
    pub id: SessionId,
    /// The hash of what the cookie holds.
    pub hash: String,
    /// Whose.
    pub person: PersonId,
    /// What is still wanted.
    pub stage: Stage,
    /// When they signed in.
    pub created_at: Instant,
    /// When it was last used, to the minute.
    pub seen_at: Instant,
    /// When it ends however much it is used.
    pub expires_at: Instant,
    /// How many wrong codes were tried.
    pub wrong: i64,
    /// What the browser calls itself.
    pub agent: String,
    /// By which identity they signed in; none: by a password.
    pub identity: Option<IdentityId>,
    /// Whether the second factor was shown to the provider of that identity.
    pub factor_outside: bool,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = sessions, treat_none_as_default_value = false)]
struct Row {
    id: String,
    hash: String,
    person_id: String,
    stage: String,
    created_at: NaiveDateTime,
    seen_at: NaiveDateTime,
    expires_at: NaiveDateTime,
    wrong: i64,
    agent: String,
    identity_id: Option<String>,
    factor_outside: bool,
}

impl Row {
    fn value(self) -> Result<Session, Error> {
        let row = RowOf {
            table: "sessions",
            id: &self.id,
        };
        Ok(Session {
            stage: row.code("stage", &self.stage, Stage::from_code(&self.stage))?,
            id: SessionId::new(&*self.id),
            hash: self.hash,
            person: PersonId::new(self.person_id),
            created_at: instant(self.created_at),
            seen_at: instant(self.seen_at),
            expires_at: instant(self.expires_at),
            wrong: self.wrong,
            agent: self.agent,
            identity: self.identity_id.map(IdentityId::new),
            factor_outside: self.factor_outside,
        })
    }
}

/// Adds a session.
///
/// # Errors
/// When the database cannot be written.
pub fn insert(conn: &mut Conn, session: &Session) -> Result<(), Error> {
    diesel::insert_into(sessions::table)
        .values(Row {
            id: session.id.to_string(),
            hash: session.hash.clone(),
            person_id: session.person.to_string(),
            stage: session.stage.code().to_owned(),
            created_at: kept(session.created_at),
            seen_at: kept(session.seen_at),
            expires_at: kept(session.expires_at),
            wrong: session.wrong,
            agent: session.agent.clone(),
            identity_id: session.identity.as_ref().map(ToString::to_string),
            factor_outside: session.factor_outside,
        })
        .execute(conn)?;
    Ok(())
}

/// Returns the session of a hash, over or not, if there is one.
///
/// # Errors
/// When the database cannot be read, or the row is no session.
pub fn by_hash(conn: &mut Conn, hash: &str) -> Result<Option<Session>, Error> {
    let row: Option<Row> = sessions::table
        .filter(sessions::hash.eq(hash))
        .get_result(conn)
        .optional()?;
    row.map(Row::value).transpose()
}

/// Returns the sessions of a person that let in, over or not, in the order of signing in.
///
/// # Errors
/// As [`by_hash`].
pub fn of_person(conn: &mut Conn, person: &PersonId) -> Result<Vec<Session>, Error> {
    let rows: Vec<Row> = sessions::table
        .filter(sessions::person_id.eq(person.as_str()))
        .filter(sessions::stage.eq(Stage::Full.code()))
        .order(sessions::id)
        .load(conn)?;
    rows.into_iter().map(Row::value).collect()
}

/// Writes when a session was last used.
///
/// # Errors
/// When the database cannot be written.
pub fn seen(conn: &mut Conn, id: &SessionId, now: Instant) -> Result<(), Error> {
    let earlier = sessions::table.filter(
        sessions::id
            .eq(id.as_str())
            .and(sessions::seen_at.lt(kept(now))),
    );
    diesel::update(earlier)
        .set(sessions::seen_at.eq(kept(now)))
        .execute(conn)?;
    Ok(())
}

/// Counts a wrong code.
///
/// # Errors
/// When the database cannot be written.
pub fn count_wrong(conn: &mut Conn, id: &SessionId) -> Result<(), Error> {
    diesel::update(sessions::table.find(id.as_str()))
        .set(sessions::wrong.eq(sessions::wrong + 1))
        .execute(conn)?;
    Ok(())
}

/// Ends a session; returns whether there was one.
///
/// # Errors
/// When the database cannot be written.
pub fn end(conn: &mut Conn, id: &SessionId) -> Result<bool, Error> {
    Ok(diesel::delete(sessions::table.find(id.as_str())).execute(conn)? > 0)
}

/// Ends the sessions of a person, but for one if one is named; returns how many let in.
///
/// # Errors
/// When the database cannot be written.
pub fn end_all(
    conn: &mut Conn,
    person: &PersonId,
    but: Option<&SessionId>,
) -> Result<usize, Error> {
    let others = sessions::table
        .filter(sessions::person_id.eq(person.as_str()))
        .filter(sessions::id.ne(but.map_or("", SessionId::as_str)));
    let steps = others.filter(sessions::stage.ne(Stage::Full.code()));
    diesel::delete(steps).execute(conn)?;
    Ok(diesel::delete(others).execute(conn)?)
}

/// Ends the sessions that were opened by an identity; returns how many there were.
///
/// # Errors
/// When the database cannot be written.
pub fn end_of(conn: &mut Conn, identity: &IdentityId) -> Result<usize, Error> {
    let opened = sessions::table.filter(sessions::identity_id.eq(identity.as_str()));
    Ok(diesel::delete(opened).execute(conn)?)
}

/// Forgets the sessions that ended, or were last used, before an instant each. Returns how many there were.
///
/// # Errors
/// When the database cannot be written.
pub fn forget(conn: &mut Conn, expired: Instant, idle: Instant) -> Result<usize, Error> {
    let over = sessions::table.filter(
        sessions::expires_at
            .lt(kept(expired))
            .or(sessions::seen_at.lt(kept(idle))),
    );
    Ok(diesel::delete(over).execute(conn)?)
}

/// Returns whether a person signed in before on the device of a hash, after an instant.
///
/// # Errors
/// When the database cannot be read.
pub fn knows_device(
    conn: &mut Conn,
    person: &PersonId,
    hash: &str,
    since: Instant,
) -> Result<bool, Error> {
    let known = devices::table
        .filter(devices::hash.eq(hash))
        .filter(devices::person_id.eq(person.as_str()))
        .filter(devices::seen_at.ge(kept(since)));
    Ok(diesel::select(diesel::dsl::exists(known)).get_result(conn)?)
}

/// Writes that a person signed in on a device.
///
/// # Errors
/// When the database cannot be written.
pub fn remember_device(
    conn: &mut Conn,
    person: &PersonId,
    hash: &str,
    now: Instant,
) -> Result<(), Error> {
    let known = devices::table
        .filter(devices::hash.eq(hash))
        .filter(devices::person_id.eq(person.as_str()));
    let again = diesel::update(known)
        .set(devices::seen_at.eq(kept(now)))
        .execute(conn)?;
    if again == 0 {
        diesel::insert_into(devices::table)
            .values((
                devices::hash.eq(hash),
                devices::person_id.eq(person.as_str()),
                devices::created_at.eq(kept(now)),
                devices::seen_at.eq(kept(now)),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Forgets on which devices a person signed in.
///
/// # Errors
/// When the database cannot be written.
pub fn forget_devices_of(conn: &mut Conn, person: &PersonId) -> Result<(), Error> {
    let theirs = devices::table.filter(devices::person_id.eq(person.as_str()));
    diesel::delete(theirs).execute(conn)?;
    Ok(())
}

/// Forgets devices on which nobody signed in since an instant.
///
/// # Errors
/// When the database cannot be written.
pub fn forget_devices(conn: &mut Conn, before: Instant) -> Result<usize, Error> {
    let old = devices::table.filter(devices::seen_at.lt(kept(before)));
    Ok(diesel::delete(old).execute(conn)?)
}
