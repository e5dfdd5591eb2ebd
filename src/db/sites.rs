//! Networks and sites.

use super::row::{RowOf, kept, micrograms};
use super::schema::{alerts, balances, networks, requests, sites, thresholds, treatments};
use super::{Conn, Error};
use crate::domain::calendar::Instant;
use crate::domain::code::Finess;
use crate::domain::rule::{Resupply, Slug};
use crate::domain::site::{Ahead, ByHand, Site};
use chrono::{NaiveDate, NaiveDateTime};
use diesel::dsl::exists;
use diesel::prelude::*;
use std::collections::BTreeSet;

#[derive(Queryable, Insertable)]
#[diesel(table_name = sites)]
struct SiteRow {
    finess: String,
    network_id: String,
    name: String,
    time_zone: String,
    car_t: bool,
    reference_dose_ug: Option<i64>,
    resupply_by_hand: Option<String>,
    resupply_reason: Option<String>,
    resupply_until: Option<NaiveDate>,
    version: i64,
    created_at: NaiveDateTime,
    resupply_assured: String,
    expiry_notice_days: i64,
    forecast_days: i64,
}

impl SiteRow {
    fn of(site: &Site, created_at: Instant) -> Self {
        let by_hand = site.by_hand.as_ref();
        Self {
            finess: site.finess.to_string(),
            network_id: site.network.to_string(),
            name: site.name.clone(),
            time_zone: site.zone.name().to_owned(),
            car_t: site.car_t,
            reference_dose_ug: site.reference_dose.map(micrograms),
            resupply_by_hand: by_hand.map(|h| h.resupply.code().to_owned()),
            resupply_reason: by_hand.map(|h| h.reason.clone()),
            resupply_until: by_hand.map(|h| h.until.date()),
            version: site.version,
            created_at: kept(created_at),
            resupply_assured: String::new(),
            expiry_notice_days: i64::from(site.ahead.expiry_notice_days),
            forecast_days: i64::from(site.ahead.forecast_days),
        }
    }

    fn value(self) -> Result<Site, Error> {
        let row = RowOf {
            table: "sites",
            id: &self.finess,
        };
        let by_hand = match (
            self.resupply_by_hand,
            self.resupply_reason,
            self.resupply_until,
        ) {
            (Some(code), Some(reason), Some(until)) => Some(ByHand {
                resupply: row.code("resupply_by_hand", &code, Resupply::from_code(&code))?,
                reason,
                until: row.day(until)?,
            }),
            _ => None,
        };
        Ok(Site {
            finess: row.parsed(Finess::parse(&self.finess))?,
            network: row.parsed(Slug::parse(&self.network_id))?,
            name: self.name,
            zone: row.parsed(self.time_zone.parse::<chrono_tz::Tz>())?,
            car_t: self.car_t,
            reference_dose: self.reference_dose_ug.map(|ug| row.mg(ug)).transpose()?,
            by_hand,
            ahead: Ahead {
                expiry_notice_days: row.u32(self.expiry_notice_days)?,
                forecast_days: row.u32(self.forecast_days)?,
            },
            version: self.version,
        })
    }
}

/// Returns the site of a number, if there is one.
///
/// # Errors
/// When the database cannot be read, or the row is no site.
pub fn find(conn: &mut Conn, finess: Finess) -> Result<Option<Site>, Error> {
    Ok(find_settled(conn, finess)?.map(|(site, _)| site))
}

/// Returns the same with the names of the rulebooks by which its resupply was assured when it was last
/// settled.
///
/// # Errors
/// When the database cannot be read, or the row is no site.
pub fn find_settled(
    conn: &mut Conn,
    finess: Finess,
) -> Result<Option<(Site, BTreeSet<String>)>, Error> {
    let row: Option<SiteRow> = sites::table
        .find(finess.as_str())
        .get_result(conn)
        .optional()?;
    row.map(|row| {
        let names = row.resupply_assured.split_whitespace();
        let assured = names.map(str::to_owned).collect();
        Ok((row.value()?, assured))
    })
    .transpose()
}

/// Writes the names of the rulebooks by which a site's resupply is assured now that it was settled.
///
/// # Errors
/// When the database cannot be written.
pub fn set_assured(
    conn: &mut Conn,
    finess: Finess,
    assured: &BTreeSet<String>,
) -> Result<(), Error> {
    let names: Vec<&str> = assured.iter().map(String::as_str).collect();
    diesel::update(sites::table.find(finess.as_str()))
        .set(sites::resupply_assured.eq(names.join(" ")))
        .execute(conn)?;
    Ok(())
}

/// Lets nobody else change sites until the transaction ends, in the order of their numbers: for an act
/// that finds out within which sites it changes.
///
/// # Errors
/// When the database cannot be reached.
pub fn lock(conn: &mut Conn, sites: &[Finess]) -> Result<(), Error> {
    super::dialect::lock_sites(conn, sites)
}

/// Returns the sites, of one network or of all, by number.
///
/// # Errors
/// When the database cannot be read, or a row is no site.
pub fn list(conn: &mut Conn, network: Option<&Slug>) -> Result<Vec<Site>, Error> {
    let rows: Vec<SiteRow> = match network {
        Some(network) => sites::table
            .filter(sites::network_id.eq(network.as_str()))
            .order(sites::finess)
            .load(conn)?,
        None => sites::table.order(sites::finess).load(conn)?,
    };
    rows.into_iter().map(SiteRow::value).collect()
}

/// A CAR-T centre, or a site where somebody may be monitored, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Centre {
    /// Its number, as it is kept.
    pub number: String,
    /// The same, with its time zone; or why its row is no site, so that one such row stands in the
    /// way of no other.
    pub place: Result<(Finess, chrono_tz::Tz), Error>,
}

// Written out, for the indexes that hold no other rows.
diesel::postfix_operator!(AboveZero, " > 0");
diesel::postfix_operator!(IsOpen, " <> 'closed'");

/// Returns the sites for which something follows from time alone, by number: the CAR-T centres; those
/// with a request or a treatment, whose patients may be monitored; those with stock, which expires; and
/// those where a minimum is set or an alert is open.
///
/// # Errors
/// When the database cannot be read.
pub fn centres(conn: &mut Conn) -> Result<Vec<Centre>, Error> {
    let asked = exists(requests::table.filter(requests::site.eq(sites::finess)));
    let treated = exists(treatments::table.filter(treatments::site.eq(sites::finess)));
    let stocked = balances::table
        .filter(balances::site.eq(sites::finess))
        .filter(AboveZero::new(balances::usable).or(AboveZero::new(balances::quarantined)));
    let stocked = exists(stocked);
    let watched = exists(thresholds::table.filter(thresholds::site.eq(sites::finess)));
    let heard = alerts::table
        .filter(alerts::site.eq(sites::finess))
        .filter(IsOpen::new(alerts::state));
    let heard = exists(heard);
    let rows: Vec<(String, String)> = sites::table
        .filter(
            sites::car_t
                .eq(true)
                .or(asked)
                .or(treated)
                .or(stocked)
                .or(watched)
                .or(heard),
        )
        .order(sites::finess)
        .select((sites::finess, sites::time_zone))
        .load(conn)?;
    let centre = |(number, zone): (String, String)| {
        let row = RowOf {
            table: "sites",
            id: &number,
        };
        let finess = row.parsed(Finess::parse(&number));
        let zone = row.parsed(zone.parse::<chrono_tz::Tz>());
        Centre {
            place: finess.and_then(|finess| Ok((finess, zone?))),
            number,
        }
    };
    Ok(rows.into_iter().map(centre).collect())
}

/// Returns the sites that were added before an instant, by number.
///
/// # Errors
/// When the database cannot be read, or a row is no site.
pub fn added_before(conn: &mut Conn, at: Instant) -> Result<Vec<Finess>, Error> {
    let numbers: Vec<String> = sites::table
        .filter(sites::created_at.lt(kept(at)))
        .order(sites::finess)
        .select(sites::finess)
        .load(conn)?;
    let parsed = numbers.iter().map(|number| {
        let row = RowOf {
            table: "sites",
            id: number,
        };
        row.parsed(Finess::parse(number))
    });
    parsed.collect()
}

/// Adds a site.
///
/// # Errors
/// When the database cannot be written; [`Error::Constraint`] when there is one of that number.
pub fn insert(conn: &mut Conn, site: &Site, now: Instant) -> Result<(), Error> {
    diesel::insert_into(sites::table)
        .values(SiteRow::of(site, now))
        .execute(conn)?;
    Ok(())
}

/// Writes a site's new particulars; its number stays.
///
/// # Errors
/// When the database cannot be written.
pub fn update(conn: &mut Conn, site: &Site) -> Result<(), Error> {
    let by_hand = site.by_hand.as_ref();
    diesel::update(sites::table.find(site.finess.as_str()))
        .set((
            sites::name.eq(&site.name),
            sites::time_zone.eq(site.zone.name()),
            sites::car_t.eq(site.car_t),
            sites::reference_dose_ug.eq(site.reference_dose.map(micrograms)),
            sites::resupply_by_hand.eq(by_hand.map(|h| h.resupply.code())),
            sites::resupply_reason.eq(by_hand.map(|h| h.reason.as_str())),
            sites::resupply_until.eq(by_hand.map(|h| h.until.date())),
            sites::expiry_notice_days.eq(i64::from(site.ahead.expiry_notice_days)),
            sites::forecast_days.eq(i64::from(site.ahead.forecast_days)),
            sites::version.eq(site.version),
        ))
        .execute(conn)?;
    Ok(())
}

/// A group of hospitals that share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// Its short name.
    pub id: Slug,
    /// As its people call it.
    pub name: String,
}

/// Returns the networks by short name.
///
/// # Errors
/// When the database cannot be read, or a row is no network.
pub fn networks(conn: &mut Conn) -> Result<Vec<Network>, Error> {
    let rows: Vec<(String, String)> = networks::table
        .select((networks::id, networks::name))
        .order(networks::id)
        .load(conn)?;
    rows.into_iter()
        .map(|(id, name)| {
            Ok(Network {
                id: RowOf {
                    table: "networks",
                    id: &id,
                }
                .parsed(Slug::parse(&id))?,
                name,
            })
        })
        .collect()
}

/// Adds a network.
///
/// # Errors
/// When the database cannot be written; [`Error::Constraint`] when there is one of that name.
pub fn insert_network(conn: &mut Conn, network: &Network, now: Instant) -> Result<(), Error> {
    diesel::insert_into(networks::table)
        .values((
            networks::id.eq(network.id.as_str()),
            networks::name.eq(&network.name),
            networks::created_at.eq(kept(now)),
        ))
        .execute(conn)?;
    Ok(())
}
