//! Deliveries that sites wait for.

use super::row::{RowOf, kept};
use super::schema::deliveries;
use super::{Conn, Error};
use crate::domain::calendar::{Day, Instant};
use crate::domain::code::{Cip13, Finess};
use crate::domain::id::DeliveryId;
use crate::domain::site::{Delivery, DeliveryState};
use chrono::NaiveDate;
use diesel::prelude::*;

type Row = (
    String,
    String,
    String,
    i64,
    NaiveDate,
    String,
    Option<String>,
    i64,
    i64,
    bool,
);

macro_rules! columns {
    () => {
        (
            deliveries::id,
            deliveries::site,
            deliveries::cip13,
            deliveries::units,
            deliveries::expected_on,
            deliveries::state,
            deliveries::reference,
            deliveries::version,
            deliveries::arrived,
            deliveries::confirmed,
        )
    };
}

fn value(
    (id, site, cip13, units, expected_on, state, reference, version, arrived, confirmed): Row,
) -> Result<Delivery, Error> {
    let row = RowOf {
        table: "deliveries",
        id: &id,
    };
    Ok(Delivery {
        site: row.parsed(Finess::parse(&site))?,
        cip13: row.parsed(Cip13::parse(&cip13))?,
        units: row.units(units)?,
        arrived: row.units(arrived)?,
        expected_on: row.day(expected_on)?,
        state: row.code("state", &state, DeliveryState::from_code(&state))?,
        id: DeliveryId::new(&*id),
        reference,
        version,
        confirmed,
    })
}

/// Returns the deliveries of a site expected on or after `from`, by day.
///
/// # Errors
/// When the database cannot be read, or a row is no delivery.
pub fn expected(conn: &mut Conn, site: Finess, from: Day) -> Result<Vec<Delivery>, Error> {
    let rows: Vec<Row> = deliveries::table
        .filter(
            deliveries::site
                .eq(site.as_str())
                .and(deliveries::expected_on.ge(from.date())),
        )
        .order((deliveries::expected_on, deliveries::id))
        .select(columns!())
        .load(conn)?;
    rows.into_iter().map(value).collect()
}

/// Returns the deliveries of some sites expected on or after `from`, by day and site.
///
/// # Errors
/// When the database cannot be read, or a row is no delivery.
pub fn expected_at(conn: &mut Conn, sites: &[Finess], from: Day) -> Result<Vec<Delivery>, Error> {
    let rows: Vec<Row> = deliveries::table
        .filter(
            deliveries::site
                .eq_any(sites.iter().map(Finess::as_str))
                .and(deliveries::expected_on.ge(from.date())),
        )
        .order((deliveries::expected_on, deliveries::site, deliveries::id))
        .select(columns!())
        .load(conn)?;
    rows.into_iter().map(value).collect()
}

/// Returns up to `limit` deliveries of a site whose id comes after `after`.
///
/// # Errors
/// When the database cannot be read, or a row is no delivery.
pub fn page(
    conn: &mut Conn,
    site: Finess,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<Delivery>, Error> {
    let rows: Vec<Row> = deliveries::table
        .filter(
            deliveries::site
                .eq(site.as_str())
                .and(deliveries::id.gt(after.unwrap_or(""))),
        )
        .order(deliveries::id)
        .limit(limit)
        .select(columns!())
        .load(conn)?;
    rows.into_iter().map(value).collect()
}

/// Returns the delivery of an id at a site, if there is one.
///
/// # Errors
/// When the database cannot be read, or the row is no delivery.
pub fn find(conn: &mut Conn, site: Finess, id: &DeliveryId) -> Result<Option<Delivery>, Error> {
    let row: Option<Row> = deliveries::table
        .filter(
            deliveries::id
                .eq(id.as_str())
                .and(deliveries::site.eq(site.as_str())),
        )
        .select(columns!())
        .get_result(conn)
        .optional()?;
    row.map(value).transpose()
}

/// Returns the site of a delivery, if there is one of that id.
///
/// # Errors
/// When the database cannot be read, or the row names no site.
pub fn site_of(conn: &mut Conn, id: &DeliveryId) -> Result<Option<Finess>, Error> {
    let site: Option<String> = deliveries::table
        .find(id.as_str())
        .select(deliveries::site)
        .get_result(conn)
        .optional()?;
    let row = RowOf {
        table: "deliveries",
        id: id.as_str(),
    };
    site.map(|site| row.parsed(Finess::parse(&site)))
        .transpose()
}

/// Returns the deliveries of a presentation to a site that carry a supplier's reference, the first first.
///
/// # Errors
/// When the database cannot be read, or a row is no delivery.
pub fn referred(
    conn: &mut Conn,
    site: Finess,
    cip13: Cip13,
    reference: &str,
) -> Result<Vec<Delivery>, Error> {
    let rows: Vec<Row> = deliveries::table
        .filter(
            deliveries::site
                .eq(site.as_str())
                .and(deliveries::cip13.eq(cip13.as_str()))
                .and(deliveries::reference.eq(reference)),
        )
        .order(deliveries::id)
        .select(columns!())
        .load(conn)?;
    rows.into_iter().map(value).collect()
}

/// Adds a delivery.
///
/// # Errors
/// When the database cannot be written.
pub fn insert(conn: &mut Conn, delivery: &Delivery, now: Instant) -> Result<(), Error> {
    diesel::insert_into(deliveries::table)
        .values((
            deliveries::id.eq(delivery.id.as_str()),
            deliveries::site.eq(delivery.site.as_str()),
            deliveries::cip13.eq(delivery.cip13.as_str()),
            deliveries::units.eq(i64::from(delivery.units.get())),
            deliveries::arrived.eq(i64::from(delivery.arrived.get())),
            deliveries::expected_on.eq(delivery.expected_on.date()),
            deliveries::state.eq(delivery.state.code()),
            deliveries::reference.eq(delivery.reference.as_deref()),
            deliveries::created_at.eq(kept(now)),
            deliveries::version.eq(delivery.version),
            deliveries::confirmed.eq(delivery.confirmed),
        ))
        .execute(conn)?;
    Ok(())
}

/// Writes a delivery's new particulars.
///
/// # Errors
/// When the database cannot be written.
pub fn update(conn: &mut Conn, delivery: &Delivery) -> Result<(), Error> {
    diesel::update(deliveries::table.find(delivery.id.as_str()))
        .set((
            deliveries::units.eq(i64::from(delivery.units.get())),
            deliveries::arrived.eq(i64::from(delivery.arrived.get())),
            deliveries::expected_on.eq(delivery.expected_on.date()),
            deliveries::state.eq(delivery.state.code()),
            deliveries::reference.eq(delivery.reference.as_deref()),
            deliveries::version.eq(delivery.version),
            deliveries::confirmed.eq(delivery.confirmed),
        ))
        .execute(conn)?;
    Ok(())
}
