//! People who sign in, the roles they hold, and how they prove who they are.

mod roles;
mod second_factor;

pub use roles::{administrators, give, grant, held, of_many, roles, take};
pub use second_factor::{
    SecondFactor, clear_second_factor, confirm_second_factor, recovery_codes_left,
    set_recovery_codes, start_second_factor, use_recovery_code, use_step,
};

use super::row::{RowOf, instant, kept};
use super::schema::{people, person_roles};
use super::tokens::Reach;
use super::{Conn, Error};
use crate::domain::calendar::Instant;
use crate::domain::id::PersonId;
use crate::domain::language::Language;
use crate::domain::person::{Person, email_key};
use chrono::NaiveDateTime;
use diesel::prelude::*;

/// A person, and how they prove who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Who.
    pub person: Person,
    /// The hash of their password with its parameters, if one was set.
    pub password: Option<String>,
    /// Their second factor, in force or begun.
    pub second_factor: Option<SecondFactor>,
}

impl Account {
    /// Returns whether a second factor is in force.
    pub fn has_second_factor(&self) -> bool {
        self.second_factor
            .as_ref()
            .is_some_and(|factor| factor.since.is_some())
    }
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = people, treat_none_as_default_value = false)]
struct Row {
    id: String,
    name: String,
    email: String,
    email_key: String,
    language: String,
    active: bool,
    password: Option<String>,
    password_at: Option<NaiveDateTime>,
    totp_secret: Option<String>,
    totp_since: Option<NaiveDateTime>,
    totp_step: Option<i64>,
    version: i64,
    created_at: NaiveDateTime,
}

impl Row {
    fn value(self) -> Result<Account, Error> {
        let row = RowOf {
            table: "people",
            id: &self.id,
        };
        let language = Language::from_code(&self.language);
        let language = row.code("language", &self.language, language)?;
        let (since, step) = (self.totp_since.map(instant), self.totp_step);
        let second_factor = self.totp_secret.map(|sealed| SecondFactor {
            sealed,
            since,
            step,
        });
        Ok(Account {
            person: Person {
                id: PersonId::new(self.id),
                name: self.name,
                email: self.email,
                language,
                active: self.active,
                version: self.version,
            },
            password: self.password,
            second_factor,
        })
    }
}

/// Adds a person, who has no password yet.
///
/// # Errors
/// When the database cannot be written.
pub fn insert(conn: &mut Conn, person: &Person, now: Instant) -> Result<(), Error> {
    diesel::insert_into(people::table)
        .values(Row {
            id: person.id.to_string(),
            name: person.name.clone(),
            email: person.email.clone(),
            email_key: email_key(&person.email),
            language: person.language.code().to_owned(),
            active: person.active,
            password: None,
            password_at: None,
            totp_secret: None,
            totp_since: None,
            totp_step: None,
            version: person.version,
            created_at: kept(now),
        })
        .execute(conn)?;
    Ok(())
}

/// Returns the person of an id, if there is one.
///
/// # Errors
/// When the database cannot be read, or the row is no person.
pub fn find(conn: &mut Conn, id: &PersonId) -> Result<Option<Account>, Error> {
    let row: Option<Row> = people::table
        .find(id.as_str())
        .get_result(conn)
        .optional()?;
    row.map(Row::value).transpose()
}

/// Returns the person of an address, however its letters are written, if there is one.
///
/// # Errors
/// As [`find`].
pub fn by_email(conn: &mut Conn, email: &str) -> Result<Option<Account>, Error> {
    let row: Option<Row> = people::table
        .filter(people::email_key.eq(email_key(email)))
        .get_result(conn)
        .optional()?;
    row.map(Row::value).transpose()
}

/// Returns up to `limit` people whose id comes after `after`: those who hold a role within `within` now or,
/// where that is everywhere, all of them.
///
/// # Errors
/// As [`find`].
pub fn page(
    conn: &mut Conn,
    within: &Reach,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<Account>, Error> {
    let mut query = people::table
        .filter(people::id.gt(after.unwrap_or("").to_owned()))
        .order(people::id)
        .limit(limit)
        .into_boxed::<<Conn as Connection>::Backend>();
    if let Some(sites) = within.sites() {
        let sites: Vec<Option<String>> = sites.iter().map(|s| Some(s.to_string())).collect();
        let there = person_roles::table
            .filter(person_roles::taken_at.is_null())
            .filter(person_roles::site.eq_any(sites))
            .select(person_roles::person_id);
        query = query.filter(people::id.eq_any(there));
    }
    let rows: Vec<Row> = query.load(conn)?;
    rows.into_iter().map(Row::value).collect()
}

/// Writes name, address, language and state of a person anew, and the version; returns whether the one before it
/// was still there.
///
/// # Errors
/// When the database cannot be written.
pub fn update(conn: &mut Conn, person: &Person) -> Result<bool, Error> {
    let before = people::id
        .eq(person.id.as_str())
        .and(people::version.eq(person.version - 1));
    let updated = diesel::update(people::table.filter(before))
        .set((
            people::name.eq(&person.name),
            people::email.eq(&person.email),
            people::email_key.eq(email_key(&person.email)),
            people::language.eq(person.language.code()),
            people::active.eq(person.active),
            people::version.eq(person.version),
        ))
        .execute(conn)?;
    Ok(updated > 0)
}

/// Sets the hash of a person's password.
///
/// # Errors
/// When the database cannot be written.
pub fn set_password(conn: &mut Conn, id: &PersonId, hash: &str, now: Instant) -> Result<(), Error> {
    diesel::update(people::table.find(id.as_str()))
        .set((
            people::password.eq(Some(hash)),
            people::password_at.eq(Some(kept(now))),
        ))
        .execute(conn)?;
    Ok(())
}

/// Puts another hash of the same password in the place of one, if that still stands.
///
/// # Errors
/// When the database cannot be written.
pub fn rehash(conn: &mut Conn, id: &PersonId, old: &str, new: &str) -> Result<(), Error> {
    let same = people::table.filter(people::id.eq(id.as_str()).and(people::password.eq(old)));
    diesel::update(same)
        .set(people::password.eq(Some(new)))
        .execute(conn)?;
    Ok(())
}
