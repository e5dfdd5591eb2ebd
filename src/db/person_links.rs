//! Links by which somebody sets a password: kept as hashes, but for those of letters that have not left.

use super::row::{RowOf, instant, kept};
use super::schema::person_links;
use super::{Conn, Error};
use crate::domain::calendar::Instant;
use crate::domain::id::{LetterId, PersonId};
use chrono::NaiveDateTime;
use diesel::prelude::*;

/// Why a link was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Somebody was added.
    Invitation,
    /// Somebody asked for another password.
    Reset,
}

impl Purpose {
    /// Returns the code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Reset => "reset",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        [Self::Invitation, Self::Reset]
            .into_iter()
            .find(|purpose| purpose.code() == code)
    }
}

/// A link by which somebody sets their password, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonLink {
    /// The hash of its token.
    pub hash: String,
    /// Whose password it sets.
    pub person: PersonId,
    /// The letter that holds it.
    pub letter: LetterId,
    /// Why it was written.
    pub purpose: Purpose,
    /// The whole of it, until its letter has left.
    pub address: Option<String>,
    /// When it was written.
    pub created_at: Instant,
    /// Until when it is good.
    pub expires_at: Instant,
    /// When it was used, or another took its place.
    pub used_at: Option<Instant>,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = person_links, treat_none_as_default_value = false)]
struct Row {
    hash: String,
    person_id: String,
    letter_id: String,
    purpose: String,
    address: Option<String>,
    created_at: NaiveDateTime,
    expires_at: NaiveDateTime,
    used_at: Option<NaiveDateTime>,
}

/// Adds a link.
///
/// # Errors
/// When the database cannot be written.
pub fn insert(conn: &mut Conn, link: &PersonLink) -> Result<(), Error> {
    diesel::insert_into(person_links::table)
        .values(Row {
            hash: link.hash.clone(),
            person_id: link.person.to_string(),
            letter_id: link.letter.to_string(),
            purpose: link.purpose.code().to_owned(),
            address: link.address.clone(),
            created_at: kept(link.created_at),
            expires_at: kept(link.expires_at),
            used_at: link.used_at.map(kept),
        })
        .execute(conn)?;
    Ok(())
}

/// Returns the link of a hash, if there is one.
///
/// # Errors
/// When the database cannot be read, or the row is no link.
pub fn find(conn: &mut Conn, hash: &str) -> Result<Option<PersonLink>, Error> {
    let row: Option<Row> = person_links::table.find(hash).get_result(conn).optional()?;
    let value = |row: Row| {
        let of = RowOf {
            table: "person_links",
            id: &row.hash,
        };
        let purpose = of.code("purpose", &row.purpose, Purpose::from_code(&row.purpose))?;
        Ok(PersonLink {
            purpose,
            hash: row.hash,
            person: PersonId::new(row.person_id),
            letter: LetterId::new(row.letter_id),
            address: row.address,
            created_at: instant(row.created_at),
            expires_at: instant(row.expires_at),
            used_at: row.used_at.map(instant),
        })
    };
    row.map(value).transpose()
}

/// Returns when the last link was written for a person, if one was.
///
/// # Errors
/// When the database cannot be read.
pub fn last_written(conn: &mut Conn, person: &PersonId) -> Result<Option<Instant>, Error> {
    let written: Option<NaiveDateTime> = person_links::table
        .filter(person_links::person_id.eq(person.as_str()))
        .select(diesel::dsl::max(person_links::created_at))
        .get_result(conn)?;
    Ok(written.map(instant))
}

/// Writes down that a link was used, unless it was; returns whether it was not.
///
/// # Errors
/// When the database cannot be written.
pub fn use_up(conn: &mut Conn, hash: &str, now: Instant) -> Result<bool, Error> {
    let unused = person_links::table.filter(
        person_links::hash
            .eq(hash)
            .and(person_links::used_at.is_null()),
    );
    let used = diesel::update(unused)
        .set(person_links::used_at.eq(Some(kept(now))))
        .execute(conn)?;
    Ok(used > 0)
}

/// Takes the worth of every link of a person.
///
/// # Errors
/// When the database cannot be written.
pub fn use_up_all(conn: &mut Conn, person: &PersonId, now: Instant) -> Result<(), Error> {
    let unused = person_links::table.filter(
        person_links::person_id
            .eq(person.as_str())
            .and(person_links::used_at.is_null()),
    );
    diesel::update(unused)
        .set((
            person_links::used_at.eq(Some(kept(now))),
            person_links::address.eq(None::<String>),
        ))
        .execute(conn)?;
    Ok(())
}

/// Returns the whole link of a letter that has not left, if it has one.
///
/// # Errors
/// When the database cannot be read.
pub fn of_letter(conn: &mut Conn, letter: &LetterId) -> Result<Option<String>, Error> {
    let address: Option<Option<String>> = person_links::table
        .filter(person_links::letter_id.eq(letter.as_str()))
        .select(person_links::address)
        .get_result(conn)
        .optional()?;
    Ok(address.flatten())
}

/// Forgets the whole link of a letter that has left: only its hash stays.
///
/// # Errors
/// When the database cannot be written.
pub fn forget_address(conn: &mut Conn, letter: &LetterId) -> Result<(), Error> {
    let of_letter = person_links::table.filter(person_links::letter_id.eq(letter.as_str()));
    diesel::update(of_letter)
        .set(person_links::address.eq(None::<String>))
        .execute(conn)?;
    Ok(())
}

/// Forgets what of links is worth nothing at `now`, and all of those that were good until `before`. Returns
/// how many these were.
///
/// # Errors
/// When the database cannot be written.
pub fn forget(conn: &mut Conn, now: Instant, before: Instant) -> Result<usize, Error> {
    let worthless = person_links::table.filter(person_links::expires_at.lt(kept(now)));
    diesel::update(worthless.filter(person_links::address.is_not_null()))
        .set(person_links::address.eq(None::<String>))
        .execute(conn)?;
    let old = person_links::table.filter(person_links::expires_at.lt(kept(before)));
    Ok(diesel::delete(old).execute(conn)?)
}
