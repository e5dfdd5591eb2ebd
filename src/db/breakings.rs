//! Who broke the glass, where and why.

use super::row::{RowOf, instant, kept};
use super::schema::{breakings, people};
use super::{Conn, Error};
use crate::domain::breaking::Breaking;
use crate::domain::calendar::Instant;
use crate::domain::code::Finess;
use crate::domain::id::{BreakGlassId, PersonId};
use crate::domain::role::Role;
use chrono::NaiveDateTime;
use diesel::prelude::*;

#[derive(Queryable, Insertable)]
#[diesel(table_name = breakings, treat_none_as_default_value = false)]
struct Row {
    id: String,
    person_id: String,
    role: String,
    site: String,
    reason: String,
    broken_at: NaiveDateTime,
    until: NaiveDateTime,
    ended_at: Option<NaiveDateTime>,
    ended_by: Option<String>,
}

impl Row {
    fn value(self) -> Result<Breaking, Error> {
        let row = RowOf {
            table: "breakings",
            id: &self.id,
        };
        Ok(Breaking {
            role: row.code("role", &self.role, Role::from_code(&self.role))?,
            site: row.parsed(Finess::parse(&self.site))?,
            id: BreakGlassId::new(&*self.id),
            person: PersonId::new(self.person_id),
            reason: self.reason,
            at: instant(self.broken_at),
            until: instant(self.until),
            ended: self.ended_at.map(instant).zip(self.ended_by),
        })
    }
}

fn values(rows: Vec<Row>) -> Result<Vec<Breaking>, Error> {
    rows.into_iter().map(Row::value).collect()
}

/// Writes that somebody broke the glass.
///
/// # Errors
/// When the database cannot be written.
pub fn insert(conn: &mut Conn, one: &Breaking) -> Result<(), Error> {
    let (ended_at, ended_by) = one.ended.clone().unzip();
    diesel::insert_into(breakings::table)
        .values(Row {
            id: one.id.to_string(),
            person_id: one.person.to_string(),
            role: one.role.code().to_owned(),
            site: one.site.to_string(),
            reason: one.reason.clone(),
            broken_at: kept(one.at),
            until: kept(one.until),
            ended_at: ended_at.map(kept),
            ended_by,
        })
        .execute(conn)?;
    Ok(())
}

/// Returns what lets a person in at an instant, in the order of breaking.
///
/// # Errors
/// When the database cannot be read, or a row is no breaking.
pub fn held(conn: &mut Conn, person: &PersonId, now: Instant) -> Result<Vec<Breaking>, Error> {
    let rows: Vec<Row> = breakings::table
        .filter(breakings::person_id.eq(person.as_str()))
        .filter(breakings::until.gt(kept(now)))
        .filter(breakings::ended_at.is_null())
        .order(breakings::id)
        .load(conn)?;
    values(rows)
}

/// Returns one, with the name of who it was.
///
/// # Errors
/// As [`held`].
pub fn find(conn: &mut Conn, id: &BreakGlassId) -> Result<Option<(Breaking, String)>, Error> {
    let row: Option<(Row, String)> = breakings::table
        .inner_join(people::table)
        .filter(breakings::id.eq(id.as_str()))
        .select((breakings::all_columns, people::name))
        .get_result(conn)
        .optional()?;
    row.map(|(row, name)| Ok((row.value()?, name))).transpose()
}

/// Returns those of a person, the latest first, from before `after` on.
///
/// # Errors
/// As [`held`].
pub fn of_person(
    conn: &mut Conn,
    person: &PersonId,
    after: Option<&str>,
    rows: i64,
) -> Result<Vec<Breaking>, Error> {
    let all = breakings::table.filter(breakings::person_id.eq(person.as_str()));
    let mut all = all.order(breakings::id.desc()).limit(rows).into_boxed();
    if let Some(after) = after {
        all = all.filter(breakings::id.lt(after));
    }
    values(all.load(conn)?)
}

/// Returns those at a site with the names of who it was, the latest first, from before `after` on.
///
/// # Errors
/// As [`held`].
pub fn of_site(
    conn: &mut Conn,
    site: Finess,
    after: Option<&str>,
    rows: i64,
) -> Result<Vec<(Breaking, String)>, Error> {
    let all = breakings::table.inner_join(people::table);
    let mut all = all
        .filter(breakings::site.eq(site.as_str()))
        .order(breakings::id.desc())
        .limit(rows)
        .select((breakings::all_columns, people::name))
        .into_boxed();
    if let Some(after) = after {
        all = all.filter(breakings::id.lt(after));
    }
    let rows: Vec<(Row, String)> = all.load(conn)?;
    rows.into_iter()
        .map(|(row, name)| Ok((row.value()?, name)))
        .collect()
}

/// Writes that somebody ended one; returns whether nobody had before.
///
/// # Errors
/// When the database cannot be written.
pub fn end(conn: &mut Conn, id: &BreakGlassId, by: &str, now: Instant) -> Result<bool, Error> {
    let there = breakings::table.filter(
        breakings::id
            .eq(id.as_str())
            .and(breakings::ended_at.is_null()),
    );
    let ended = diesel::update(there)
        .set((
            breakings::ended_by.eq(Some(by)),
            breakings::ended_at.eq(Some(kept(now))),
        ))
        .execute(conn)?;
    Ok(ended > 0)
}
