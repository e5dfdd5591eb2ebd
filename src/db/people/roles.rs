//! Which roles people hold, and where.

use crate::db::row::{RowOf, instant, kept};
use crate::db::schema::{people, person_roles};
use crate::db::{Conn, Error};
use crate::domain::calendar::Instant;
use crate::domain::code::Finess;
use crate::domain::id::{GrantId, PersonId};
use crate::domain::person::RoleGrant;
use crate::domain::role::Role;
use chrono::NaiveDateTime;
use diesel::prelude::*;

#[derive(Queryable, Insertable)]
#[diesel(table_name = person_roles, treat_none_as_default_value = false)]
struct Row {
    id: String,
    person_id: String,
    role: String,
    site: Option<String>,
    given_by: String,
    given_at: NaiveDateTime,
    until: Option<NaiveDateTime>,
    taken_by: Option<String>,
    taken_at: Option<NaiveDateTime>,
}

impl Row {
    fn value(self) -> Result<RoleGrant, Error> {
        let row = RowOf {
            table: "person_roles",
            id: &self.id,
        };
        let site = self.site.as_deref().map(Finess::parse).transpose();
        Ok(RoleGrant {
            role: row.code("role", &self.role, Role::from_code(&self.role))?,
            site: row.parsed(site)?,
            id: GrantId::new(&*self.id),
            person: PersonId::new(self.person_id),
            given_by: self.given_by,
            given_at: instant(self.given_at),
            until: self.until.map(instant),
        })
    }
}

fn values(rows: Vec<Row>) -> Result<Vec<RoleGrant>, Error> {
    rows.into_iter().map(Row::value).collect()
}

/// Returns the roles of a person that were not taken, those that have ended included, in the order of giving.
///
/// # Errors
/// When the database cannot be read, or a row is no role.
pub fn roles(conn: &mut Conn, person: &PersonId) -> Result<Vec<RoleGrant>, Error> {
    let rows: Vec<Row> = person_roles::table
        .filter(person_roles::person_id.eq(person.as_str()))
        .filter(person_roles::taken_at.is_null())
        .order(person_roles::id)
        .load(conn)?;
    values(rows)
}

/// Returns those that hold at an instant.
///
/// # Errors
/// As [`roles`].
pub fn held(conn: &mut Conn, person: &PersonId, now: Instant) -> Result<Vec<RoleGrant>, Error> {
    let mut all = roles(conn, person)?;
    all.retain(|grant| grant.holds_at(now));
    Ok(all)
}

/// Returns the roles of some people that were not taken, in the order of giving.
///
/// # Errors
/// As [`roles`].
pub fn of_many(conn: &mut Conn, people: &[PersonId]) -> Result<Vec<RoleGrant>, Error> {
    let ids: Vec<&str> = people.iter().map(PersonId::as_str).collect();
    let rows: Vec<Row> = person_roles::table
        .filter(person_roles::person_id.eq_any(ids))
        .filter(person_roles::taken_at.is_null())
        .order(person_roles::id)
        .load(conn)?;
    values(rows)
}

/// Returns a role that a person was given and that was not taken.
///
/// # Errors
/// As [`roles`].
pub fn grant(conn: &mut Conn, person: &PersonId, id: &GrantId) -> Result<Option<RoleGrant>, Error> {
    let row: Option<Row> = person_roles::table
        .filter(person_roles::id.eq(id.as_str()))
        .filter(person_roles::person_id.eq(person.as_str()))
        .filter(person_roles::taken_at.is_null())
        .get_result(conn)
        .optional()?;
    row.map(Row::value).transpose()
}

/// Writes that somebody was given a role.
///
/// # Errors
/// When the database cannot be written.
pub fn give(conn: &mut Conn, grant: &RoleGrant) -> Result<(), Error> {
    diesel::insert_into(person_roles::table)
        .values(Row {
            id: grant.id.to_string(),
            person_id: grant.person.to_string(),
            role: grant.role.code().to_owned(),
            site: grant.site.map(|site| site.to_string()),
            given_by: grant.given_by.clone(),
            given_at: kept(grant.given_at),
            until: grant.until.map(kept),
            taken_by: None,
            taken_at: None,
        })
        .execute(conn)?;
    Ok(())
}

/// Writes that a role was taken; returns whether it was not already.
///
/// # Errors
/// When the database cannot be written.
pub fn take(conn: &mut Conn, id: &GrantId, by: &str, now: Instant) -> Result<bool, Error> {
    let there = person_roles::table.filter(
        person_roles::id
            .eq(id.as_str())
            .and(person_roles::taken_at.is_null()),
    );
    let taken = diesel::update(there)
        .set((
            person_roles::taken_by.eq(Some(by)),
            person_roles::taken_at.eq(Some(kept(now))),
        ))
        .execute(conn)?;
    Ok(taken > 0)
}

/// Returns how many active people are administrators everywhere without an end, and have a password.
///
/// # Errors
/// When the database cannot be read.
pub fn administrators(conn: &mut Conn) -> Result<i64, Error> {
    let keep_the_keys = person_roles::table
        .filter(person_roles::role.eq(Role::Admin.code()))
        .filter(person_roles::site.is_null())
        .filter(person_roles::until.is_null())
        .filter(person_roles::taken_at.is_null())
        .select(person_roles::person_id);
    Ok(people::table
        .filter(people::active.eq(true))
        .filter(people::password.is_not_null())
        .filter(people::id.eq_any(keep_the_keys))
        .count()
        .get_result(conn)?)
}
