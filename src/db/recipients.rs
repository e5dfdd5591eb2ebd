//! Who receives a site's letters, and when.

use super::row::{RowOf, instant, kept};
use super::schema::{outbox, recipients, sites};
use super::{Conn, Error};
use crate::domain::alert::{AlertKind, Capacity};
use crate::domain::calendar::Instant;
use crate::domain::code::Finess;
use crate::domain::hours::{Minute, QuietHours};
use crate::domain::id::RecipientId;
use crate::domain::language::Language;
use crate::domain::rule::Slug;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use std::collections::BTreeSet;

/// Somebody who receives a site's letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// Their name here.
    pub id: RecipientId,
    /// Whose letters.
    pub site: Finess,
    /// In what capacity.
    pub capacity: Capacity,
    /// The name of the person or the desk.
    pub name: String,
    /// The address, as it was checked at the door.
    pub email: String,
    /// Of their letters.
    pub language: Language,
    /// Their place in the site's list, from 1.
    pub position: i64,
    /// Whether they are written to.
    pub active: bool,
    /// The kinds of their capacity that they chose not to hear.
    pub silent: BTreeSet<AlertKind>,
    /// When what can wait waits.
    pub quiet: Option<QuietHours>,
    /// Whether they hear each morning what is open.
    pub digest: bool,
    /// Since when their address refuses letters for good, and what was said, as far as is known.
    pub refused: Option<(Instant, String)>,
    /// Counts their edits.
    pub version: i64,
}

impl Recipient {
    /// Returns whether they are written to about a kind.
    pub fn hears(&self, kind: AlertKind) -> bool {
        self.active && kind.heard_by().contains(&self.capacity) && !self.silent.contains(&kind)
    }

    /// Returns whether letters may reach them: they are written to, and their address refuses none.
    pub const fn works(&self) -> bool {
        self.active && self.refused.is_none()
    }

    /// Returns whether an address is theirs, however it is capitalised: no server tells them apart.
    pub fn is_at(&self, address: &str) -> bool {
        self.email.eq_ignore_ascii_case(address)
    }

    /// Returns the kinds that they hear while they are written to.
    pub fn kinds(&self) -> Vec<AlertKind> {
        let all = self.capacity.hears();
        all.filter(|kind| !self.silent.contains(kind)).collect()
    }
}

// a value that is absent is written as absent: it may have stood there before
#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = recipients, treat_none_as_default_value = false, treat_none_as_null = true)]
struct Row {
    id: String,
    site: String,
    role: String,
    name: String,
    email: String,
    language: String,
    position: i64,
    active: bool,
    silent: String,
    quiet_from: Option<i64>,
    quiet_to: Option<i64>,
    digest: bool,
    refused_at: Option<NaiveDateTime>,
    refused_because: Option<String>,
    version: i64,
}

impl Row {
    fn of(r: &Recipient) -> Self {
        let codes: Vec<&str> = r.silent.iter().map(|kind| kind.code()).collect();
        Self {
            id: r.id.to_string(),
            site: r.site.to_string(),
            role: r.capacity.code().to_owned(),
            name: r.name.clone(),
            email: r.email.clone(),
            language: r.language.code().to_owned(),
            position: r.position,
            active: r.active,
            silent: codes.join(" "),
            quiet_from: r.quiet.map(|q| i64::from(q.from().get())),
            quiet_to: r.quiet.map(|q| i64::from(q.to().get())),
            digest: r.digest,
            refused_at: r.refused.as_ref().map(|(at, _)| kept(*at)),
            refused_because: r.refused.as_ref().map(|(_, because)| because.clone()),
            version: r.version,
        }
    }

    fn value(self) -> Result<Recipient, Error> {
        let row = RowOf {
            table: "recipients",
            id: &self.id,
        };
        let minute = |n: i64| {
            let minute = u16::try_from(n).ok().and_then(Minute::new);
            minute.ok_or_else(|| row.corrupt(format!("{n} is no minute of a day")))
        };
        let quiet = match (self.quiet_from, self.quiet_to) {
            (Some(from), Some(to)) => QuietHours::new(minute(from)?, minute(to)?),
            _ => None,
        };
        let silent = self.silent.split_whitespace();
        let silent = silent.map(|code| row.code("silent", code, AlertKind::from_code(code)));
        let refused = self.refused_at.zip(self.refused_because);
        Ok(Recipient {
            site: row.parsed(Finess::parse(&self.site))?,
            capacity: row.code("role", &self.role, Capacity::from_code(&self.role))?,
            language: row.code(
                "language",
                &self.language,
                Language::from_code(&self.language),
            )?,
            silent: silent.collect::<Result<_, _>>()?,
            quiet,
            refused: refused.map(|(at, because)| (instant(at), because)),
            id: RecipientId::new(&*self.id),
            name: self.name,
            email: self.email,
            position: self.position,
            active: self.active,
            digest: self.digest,
            version: self.version,
        })
    }
}

/// Returns who receives the letters of a site, in their order.
///
/// # Errors
/// When the database cannot be read, or a row is no recipient.
pub fn of_site(conn: &mut Conn, site: Finess) -> Result<Vec<Recipient>, Error> {
    let rows: Vec<Row> = recipients::table
        .filter(recipients::site.eq(site.as_str()))
        .order((recipients::position, recipients::id))
        .load(conn)?;
    rows.into_iter().map(Row::value).collect()
}

/// Returns the coordinators of all sites of a network, by site and place in its list.
///
/// # Errors
/// When the database cannot be read, or a row is no recipient.
pub fn coordinators(conn: &mut Conn, network: &Slug) -> Result<Vec<Recipient>, Error> {
    let here = sites::table
        .filter(sites::network_id.eq(network.as_str()))
        .select(sites::finess);
    let rows: Vec<Row> = recipients::table
        .filter(
            recipients::role
                .eq(Capacity::Coordinator.code())
                .and(recipients::site.eq_any(here)),
        )
        .order((recipients::site, recipients::position, recipients::id))
        .load(conn)?;
    rows.into_iter().map(Row::value).collect()
}

/// Returns every recipient of every site, by site and place.
///
/// # Errors
/// When the database cannot be read, or a row is no recipient.
pub fn all(conn: &mut Conn) -> Result<Vec<Recipient>, Error> {
    let rows: Vec<Row> = recipients::table
        .order((recipients::site, recipients::position, recipients::id))
        .load(conn)?;
    rows.into_iter().map(Row::value).collect()
}

/// Returns the recipient of an id, if they are on a list.
///
/// # Errors
/// When the database cannot be read, or the row is no recipient.
pub fn find(conn: &mut Conn, id: &RecipientId) -> Result<Option<Recipient>, Error> {
    recipients::table
        .find(id.as_str())
        .get_result::<Row>(conn)
        .optional()?
        .map(Row::value)
        .transpose()
}

/// Adds somebody to those who receive a site's letters.
///
/// # Errors
/// When the database cannot be written; [`Error::Constraint`] when the address is there in that capacity.
pub fn insert(conn: &mut Conn, r: &Recipient) -> Result<(), Error> {
    diesel::insert_into(recipients::table)
        .values(Row::of(r))
        .execute(conn)?;
    Ok(())
}

/// Writes how somebody on a site's list is written to.
///
/// # Errors
/// When the database cannot be written; [`Error::Constraint`] when the address is there in that capacity.
pub fn update(conn: &mut Conn, r: &Recipient) -> Result<(), Error> {
    diesel::update(recipients::table.find(r.id.as_str()))
        .set(Row::of(r))
        .execute(conn)?;
    Ok(())
}

/// Takes somebody off the list; returns whether they were on it.
///
/// # Errors
/// When the database cannot be written.
pub fn delete(conn: &mut Conn, site: Finess, id: &RecipientId) -> Result<bool, Error> {
    let gone = diesel::delete(
        recipients::table.filter(
            recipients::site
                .eq(site.as_str())
                .and(recipients::id.eq(id.as_str())),
        ),
    )
    .execute(conn)?;
    Ok(gone > 0)
}

/// Returns whether a server took a letter to an address after an instant.
///
/// # Errors
/// When the database cannot be read.
pub fn took_since(conn: &mut Conn, email: &str, since: Instant) -> Result<bool, Error> {
    let taken = outbox::table.filter(
        outbox::to_email
            .eq(email)
            .and(outbox::sent_at.gt(Some(kept(since)))),
    );
    Ok(diesel::select(diesel::dsl::exists(taken)).get_result(conn)?)
}
