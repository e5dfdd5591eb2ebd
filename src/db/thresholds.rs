//! The minimums that sites set themselves.

use super::row::{RowOf, kept};
use super::schema::thresholds;
use super::{Conn, Error};
use crate::domain::calendar::Instant;
use crate::domain::code::Finess;
use crate::domain::shelf::{Measured, Subject, Threshold};
use diesel::prelude::*;

type Row = (String, Option<i64>, Option<i64>, i64);

macro_rules! columns {
    () => {
        (
            thresholds::subject,
            thresholds::minimum_units,
            thresholds::minimum_mg,
            thresholds::version,
        )
    };
}

fn value((subject, units, mg, version): Row) -> Result<Threshold, Error> {
    let row = RowOf {
        table: "thresholds",
        id: &subject,
    };
    let read = row.code("subject", &subject, Subject::parse(&subject))?;
    let minimum = match read.measured() {
        Measured::Units => units,
        Measured::Mg => mg,
    };
    let minimum = minimum.ok_or_else(|| row.corrupt("its minimum is of something else"))?;
    Ok(Threshold {
        minimum: row.u32(minimum)?,
        subject: read,
        version,
    })
}

/// Returns the minimums of a site, by subject.
///
/// # Errors
/// When the database cannot be read, or a row is no minimum.
pub fn of_site(conn: &mut Conn, site: Finess) -> Result<Vec<Threshold>, Error> {
    let rows: Vec<Row> = thresholds::table
        .filter(thresholds::site.eq(site.as_str()))
        .order(thresholds::subject)
        .select(columns!())
        .load(conn)?;
    rows.into_iter().map(value).collect()
}

/// Returns the minimum of one subject, if the site set it.
///
/// # Errors
/// When the database cannot be read, or the row is no minimum.
pub fn find(conn: &mut Conn, site: Finess, subject: &Subject) -> Result<Option<Threshold>, Error> {
    thresholds::table
        .find((site.as_str(), subject.to_string()))
        .select(columns!())
        .get_result::<Row>(conn)
        .optional()?
        .map(value)
        .transpose()
}

/// Writes a minimum: its first version is added, a later one takes the place of the one before.
///
/// # Errors
/// When the database cannot be written; [`Error::Constraint`] when another added it meanwhile.
pub fn set(
    conn: &mut Conn,
    site: Finess,
    threshold: &Threshold,
    (at, by): (Instant, &str),
) -> Result<(), Error> {
    let subject = threshold.subject.to_string();
    let minimum = i64::from(threshold.minimum);
    let (units, mg) = match threshold.subject.measured() {
        Measured::Units => (Some(minimum), None),
        Measured::Mg => (None, Some(minimum)),
    };
    let values = (
        thresholds::minimum_units.eq(units),
        thresholds::minimum_mg.eq(mg),
        thresholds::version.eq(threshold.version),
        thresholds::set_at.eq(kept(at)),
        thresholds::set_by.eq(by),
    );
    if threshold.version > 1 {
        diesel::update(thresholds::table.find((site.as_str(), subject)))
            .set(values)
            .execute(conn)?;
    } else {
        let named = (
            thresholds::site.eq(site.as_str()),
            thresholds::subject.eq(subject),
        );
        diesel::insert_into(thresholds::table)
            .values((named.0, named.1, values))
            .execute(conn)?;
    }
    Ok(())
}

/// Takes a minimum away.
///
/// # Errors
/// When the database cannot be written.
pub fn delete(conn: &mut Conn, site: Finess, subject: &Subject) -> Result<(), Error> {
    diesel::delete(thresholds::table.find((site.as_str(), subject.to_string()))).execute(conn)?;
    Ok(())
}
