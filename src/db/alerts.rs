//! Alerts.

use super::row::{RowOf, instant, kept};
use super::schema::alerts;
use super::{Conn, Error};
use crate::domain::alert::{Alert, AlertKind, AlertState, Reading};
use crate::domain::calendar::{Day, Instant};
use crate::domain::code::Finess;
use crate::domain::id::AlertId;
use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

// nothing is NULL, never DEFAULT: the statement stays one text, and prepared
#[derive(Queryable, Insertable)]
#[diesel(table_name = alerts, treat_none_as_default_value = false)]
struct Row {
    id: String,
    site: String,
    kind: String,
    subject: String,
    state: String,
    found: i64,
    expected: i64,
    opened_at: NaiveDateTime,
    changed_at: NaiveDateTime,
    acknowledged_at: Option<NaiveDateTime>,
    acknowledged_by: Option<String>,
    note: Option<String>,
    closed_at: Option<NaiveDateTime>,
    version: i64,
    told_on: Option<NaiveDate>,
}

impl Row {
    fn of(a: &Alert) -> Self {
        let (at, by, note) = a
            .acknowledged
            .clone()
            .map_or((None, None, None), |(at, by, note)| {
                (Some(kept(at)), Some(by), note)
            });
        Self {
            id: a.id.to_string(),
            site: a.site.to_string(),
            kind: a.kind.code().to_owned(),
            subject: a.subject.clone(),
            state: a.state.code().to_owned(),
            found: a.reading.found,
            expected: a.reading.expected,
            opened_at: kept(a.opened_at),
            changed_at: kept(a.changed_at),
            acknowledged_at: at,
            acknowledged_by: by,
            note,
            closed_at: a.closed_at.map(kept),
            version: a.version,
            told_on: a.told_on.map(Day::date),
        }
    }

    fn value(self) -> Result<Alert, Error> {
        let row = RowOf {
            table: "alerts",
            id: &self.id,
        };
        Ok(Alert {
            site: row.parsed(Finess::parse(&self.site))?,
            kind: row.code("kind", &self.kind, AlertKind::from_code(&self.kind))?,
            state: row.code("state", &self.state, AlertState::from_code(&self.state))?,
            id: AlertId::new(&*self.id),
            subject: self.subject,
            reading: Reading {
                found: self.found,
                expected: self.expected,
            },
            opened_at: instant(self.opened_at),
            changed_at: instant(self.changed_at),
            acknowledged: self
                .acknowledged_at
                .zip(self.acknowledged_by)
                .map(|(at, by)| (instant(at), by, self.note)),
            closed_at: self.closed_at.map(instant),
            told_on: self.told_on.map(|date| row.day(date)).transpose()?,
            version: self.version,
        })
    }
}

// Written out, for the index `alerts_one_open`: a database that is asked about `<> ?` cannot know
// that the index has all the rows that are meant.
diesel::postfix_operator!(IsOpen, " <> 'closed'");

/// Returns the alerts of a site that are not closed.
///
/// # Errors
/// When the database cannot be read, or a row is no alert.
pub fn open(conn: &mut Conn, site: Finess) -> Result<Vec<Alert>, Error> {
    let rows: Vec<Row> = alerts::table
        .filter(
            alerts::site
                .eq(site.as_str())
                .and(IsOpen::new(alerts::state)),
        )
        .order((alerts::kind, alerts::subject))
        .load(conn)?;
    let mut found: Vec<Alert> = rows.into_iter().map(Row::value).collect::<Result<_, _>>()?;
    // not by the database, which would go through every alert there ever was for its order
    found.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(found)
}

/// Returns the alerts of a kind that a site's last change `at` an instant closed, in their order.
///
/// # Errors
/// When the database cannot be read, or a row is no alert.
pub fn closed_at(
    conn: &mut Conn,
    site: Finess,
    kind: AlertKind,
    at: Instant,
) -> Result<Vec<Alert>, Error> {
    let rows: Vec<Row> = alerts::table
        .filter(
            alerts::site
                .eq(site.as_str())
                .and(alerts::kind.eq(kind.code()))
                .and(alerts::closed_at.eq(kept(at))),
        )
        .order(alerts::id)
        .load(conn)?;
    rows.into_iter().map(Row::value).collect()
}

/// Returns the alert of an id, if there is one.
///
/// # Errors
/// When the database cannot be read, or the row is no alert.
pub fn find(conn: &mut Conn, id: &AlertId) -> Result<Option<Alert>, Error> {
    alerts::table
        .find(id.as_str())
        .get_result::<Row>(conn)
        .optional()?
        .map(Row::value)
        .transpose()
}

/// Returns up to `limit` alerts of some sites (of all when there is no list) whose id comes before
/// `before`, the latest first; only those not closed when `open_only`.
///
/// # Errors
/// When the database cannot be read, or a row is no alert.
pub fn page(
    conn: &mut Conn,
    sites: Option<&[Finess]>,
    open_only: bool,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<Alert>, Error> {
    let mut query = alerts::table
        .order(alerts::id.desc())
        .limit(limit)
        .into_boxed::<<Conn as Connection>::Backend>();
    if let Some(sites) = sites {
        let sites: Vec<String> = sites.iter().map(ToString::to_string).collect();
        query = query.filter(alerts::site.eq_any(sites));
    }
    if open_only {
        query = query.filter(IsOpen::new(alerts::state));
    }
    if let Some(before) = before {
        query = query.filter(alerts::id.lt(before.to_owned()));
    }
    query
        .load::<Row>(conn)?
        .into_iter()
        .map(Row::value)
        .collect()
}

/// Returns how many alerts of each kind are not closed; kinds of which there is none are left out.
///
/// # Errors
/// When the database cannot be read.
pub fn count_open_by_kind(conn: &mut Conn) -> Result<Vec<(AlertKind, i64)>, Error> {
    let rows: Vec<(String, i64)> = alerts::table
        .filter(IsOpen::new(alerts::state))
        .group_by(alerts::kind)
        .select((alerts::kind, diesel::dsl::count_star()))
        .order(alerts::kind)
        .load(conn)?;
    Ok(rows
        .into_iter()
        .filter_map(|(kind, n)| Some((AlertKind::from_code(&kind)?, n)))
        .collect())
}

/// Returns the sites at which an alert of a kind is not closed, by number.
///
/// # Errors
/// When the database cannot be read, or a row is of no site.
pub fn of_kind(conn: &mut Conn, kind: AlertKind) -> Result<Vec<Finess>, Error> {
    let rows: Vec<(String, String)> = alerts::table
        .filter(alerts::kind.eq(kind.code()).and(IsOpen::new(alerts::state)))
        .order((alerts::site, alerts::id))
        .select((alerts::id, alerts::site))
        .load(conn)?;
    let parsed = rows.iter().map(|(id, site)| {
        let row = RowOf {
            table: "alerts",
            id,
        };
        row.parsed(Finess::parse(site))
    });
    parsed.collect()
}

/// Adds an alert.
///
/// # Errors
/// When the database cannot be written; [`Error::Constraint`] when one of its site, kind and subject is open.
pub fn insert(conn: &mut Conn, alert: &Alert) -> Result<(), Error> {
    diesel::insert_into(alerts::table)
        .values(Row::of(alert))
        .execute(conn)?;
    Ok(())
}

/// Writes how an alert stands.
///
/// # Errors
/// When the database cannot be written.
pub fn update(conn: &mut Conn, alert: &Alert) -> Result<(), Error> {
    let row = Row::of(alert);
    diesel::update(alerts::table.find(alert.id.as_str()))
        .set((
            alerts::state.eq(row.state),
            alerts::found.eq(row.found),
            alerts::expected.eq(row.expected),
            alerts::changed_at.eq(row.changed_at),
            alerts::acknowledged_at.eq(row.acknowledged_at),
            alerts::acknowledged_by.eq(row.acknowledged_by),
            alerts::note.eq(row.note),
            alerts::closed_at.eq(row.closed_at),
            alerts::version.eq(row.version),
            alerts::told_on.eq(row.told_on),
        ))
        .execute(conn)?;
    Ok(())
}
