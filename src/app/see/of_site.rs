//! What can be seen of one site: stock, movements, deliveries, clearances, recipients, its audit trail.

use crate::app::act::Act;
use crate::app::error::Error;
use crate::app::records::{ClearanceRecord, Filter, Line, Lot, Recipient};
use crate::app::site_state::today;
use crate::db;
use crate::domain::calendar::Day;
use crate::domain::code::Finess;
use crate::domain::id::{ClearanceId, DeliveryId, MovementId};
use crate::domain::ledger::{Movement, StockLine};
use crate::domain::reason::Refusal;
use crate::domain::shelf::Threshold;
use crate::domain::site::Delivery;

/// Returns up to `limit` movements with their lots, the latest first.
///
/// # Errors
/// Refused when there is no such site.
pub fn movements(
    act: &mut Act<'_>,
    site: Finess,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<(Movement, Lot)>, Error> {
    super::commons::site(act, site)?;
    Ok(db::stock::page(act.conn, site, filter, limit)?)
}

/// Returns a movement with its lot.
///
/// # Errors
/// Refused when there is none of that id here.
pub fn movement(
    act: &mut Act<'_>,
    site: Finess,
    id: &MovementId,
) -> Result<(Movement, Lot), Error> {
    let unknown = || Refusal::Unknown {
        what: "movement",
        name: id.to_string(),
    };
    let found = db::stock::movement_with_lot(act.conn, id)?;
    Ok(found.filter(|(m, _)| m.site == site).ok_or_else(unknown)?)
}

/// Returns the site's own day and what is on its shelf, by presentation, expiry and lot; with
/// `Lots::All` also the lots that were emptied.
///
/// # Errors
/// Refused when there is no such site.
pub fn stock(act: &mut Act<'_>, site: Finess, which: Lots) -> Result<(Day, Vec<StockLine>), Error> {
    let found = super::commons::site(act, site)?;
    let today = today(act, &found)?;
    let lines = match which {
        Lots::NotEmpty => db::shelf::not_empty(act.conn, site)?,
        Lots::All => db::shelf::all(act.conn, site)?,
    };
    Ok((today, lines))
}

/// Which lots of a shelf are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lots {
    /// Those of which there is a unit, usable or set apart.
    NotEmpty,
    /// Those that were emptied as well.
    All,
}

/// Returns the site's own day, and up to `limit` deliveries whose id comes after `after`.
///
/// # Errors
/// Refused when there is no such site; when the database cannot be read.
pub fn deliveries(
    act: &mut Act<'_>,
    site: Finess,
    after: Option<&str>,
    limit: i64,
) -> Result<(Day, Vec<Delivery>), Error> {
    let found = super::commons::site(act, site)?;
    let today = today(act, &found)?;
    let page = db::deliveries::page(act.conn, site, after, limit)?;
    Ok((today, page))
}

/// Returns a delivery.
///
/// # Errors
/// Refused when there is none of that id here.
pub fn delivery(act: &mut Act<'_>, site: Finess, id: &DeliveryId) -> Result<Delivery, Error> {
    let unknown = || Refusal::Unknown {
        what: "delivery",
        name: id.to_string(),
    };
    Ok(db::deliveries::find(act.conn, site, id)?.ok_or_else(unknown)?)
}

/// Returns up to `limit` clearances with a number below `before`, the latest first.
///
/// # Errors
/// When the database cannot be read.
pub fn clearances(
    act: &mut Act<'_>,
    site: Finess,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<ClearanceRecord>, Error> {
    Ok(db::clearances::page(act.conn, site, before, limit)?)
}

/// Returns a clearance.
///
/// # Errors
/// Refused when there is none of that id here.
pub fn clearance(
    act: &mut Act<'_>,
    site: Finess,
    id: &ClearanceId,
) -> Result<ClearanceRecord, Error> {
    let unknown = || Refusal::Unknown {
        what: "clearance",
        name: id.to_string(),
    };
    Ok(db::clearances::find(act.conn, site, id)?.ok_or_else(unknown)?)
}

/// Returns who receives the letters of a site, in their order.
///
/// # Errors
/// Refused when there is no such site; when the database cannot be read.
pub fn recipients(act: &mut Act<'_>, site: Finess) -> Result<Vec<Recipient>, Error> {
    super::commons::site(act, site)?;
    Ok(db::recipients::of_site(act.conn, site)?)
}

/// Returns the minimums that a site sets itself, by subject.
///
/// # Errors
/// Refused when there is no such site; when the database cannot be read.
pub fn thresholds(act: &mut Act<'_>, site: Finess) -> Result<Vec<Threshold>, Error> {
    super::commons::site(act, site)?;
    Ok(db::thresholds::of_site(act.conn, site)?)
}

/// Returns up to `limit` lines of the audit trail of a site, or of the service, with a number below
/// `before`, the latest first.
///
/// # Errors
/// When the database cannot be read.
pub fn audit(
    act: &mut Act<'_>,
    site: Option<Finess>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Line>, Error> {
    let chain = site.map_or_else(|| "service".to_owned(), |s| s.to_string());
    Ok(db::audit::page(act.conn, &chain, before, limit)?)
}
