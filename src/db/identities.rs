//! Whom providers of single sign-on know people as. A removed identity stays written down; who it was linked to
//! then is nobody's business to erase.

use super::row::{instant, kept};
use super::schema::identities;
use super::{Conn, Error};
use crate::domain::calendar::Instant;
use crate::domain::id::{IdentityId, PersonId};
use crate::domain::identity::{Identity, IssuedBy, Subject};
use chrono::NaiveDateTime;
use diesel::prelude::*;

#[derive(Queryable, Insertable)]
#[diesel(table_name = identities, treat_none_as_default_value = false)]
struct Row {
    id: String,
    person_id: String,
    provider: String,
    issuer: String,
    claim: String,
    subject: String,
    linked_by: String,
    linked_at: NaiveDateTime,
    used_at: Option<NaiveDateTime>,
    removed_by: Option<String>,
    removed_at: Option<NaiveDateTime>,
}

impl Row {
    fn value(self) -> Identity {
        Identity {
            id: IdentityId::new(self.id),
            person: PersonId::new(self.person_id),
            by: IssuedBy {
                provider: self.provider,
                issuer: self.issuer,
                claim: self.claim,
            },
            subject: Subject::kept(self.subject),
            linked_by: self.linked_by,
            linked_at: instant(self.linked_at),
            used_at: self.used_at.map(instant),
        }
    }
}

/// Adds an identity.
///
/// # Errors
/// When the database cannot be written; the identity may be in force already.
pub fn insert(conn: &mut Conn, identity: &Identity) -> Result<(), Error> {
    diesel::insert_into(identities::table)
        .values(Row {
            id: identity.id.to_string(),
            person_id: identity.person.to_string(),
            provider: identity.by.provider.clone(),
            issuer: identity.by.issuer.clone(),
            claim: identity.by.claim.clone(),
            subject: identity.subject.as_str().to_owned(),
            linked_by: identity.linked_by.clone(),
            linked_at: kept(identity.linked_at),
            used_at: identity.used_at.map(kept),
            removed_by: None,
            removed_at: None,
        })
        .execute(conn)?;
    Ok(())
}

/// Returns the identity in force by which a provider names somebody, whatever it is called in the settings.
///
/// # Errors
/// When the database cannot be read.
pub fn find(conn: &mut Conn, by: &IssuedBy, subject: &Subject) -> Result<Option<Identity>, Error> {
    let row: Option<Row> = identities::table
        .filter(identities::issuer.eq(&by.issuer))
        .filter(identities::claim.eq(&by.claim))
        .filter(identities::subject.eq(subject.as_str()))
        .filter(identities::removed_at.is_null())
        .get_result(conn)
        .optional()?;
    Ok(row.map(Row::value))
}

/// Returns the identities of a person that are in force, in the order of linking.
///
/// # Errors
/// When the database cannot be read.
pub fn of_person(conn: &mut Conn, person: &PersonId) -> Result<Vec<Identity>, Error> {
    let rows: Vec<Row> = identities::table
        .filter(identities::person_id.eq(person.as_str()))
        .filter(identities::removed_at.is_null())
        .order(identities::id)
        .load(conn)?;
    Ok(rows.into_iter().map(Row::value).collect())
}

/// Writes when somebody last signed in by an identity.
///
/// # Errors
/// When the database cannot be written.
pub fn used(conn: &mut Conn, id: &IdentityId, now: Instant) -> Result<(), Error> {
    diesel::update(identities::table.find(id.as_str()))
        .set(identities::used_at.eq(Some(kept(now))))
        .execute(conn)?;
    Ok(())
}

/// Writes that an identity was removed; returns whether it was in force.
///
/// # Errors
/// When the database cannot be written.
pub fn remove(conn: &mut Conn, id: &IdentityId, by: &str, now: Instant) -> Result<bool, Error> {
    let in_force = identities::table.filter(
        identities::id
            .eq(id.as_str())
            .and(identities::removed_at.is_null()),
    );
    let removed = diesel::update(in_force)
        .set((
            identities::removed_by.eq(Some(by)),
            identities::removed_at.eq(Some(kept(now))),
        ))
        .execute(conn)?;
    Ok(removed > 0)
}
