//! Balances: what each site has of each lot.
//!
//! A balance stays when its lot is emptied, so that a site has ever more of them. What is asked for
//! at every request is those that are not empty ([`not_empty`]), by an index that holds no others;
//! a lot that was emptied is looked up when somebody names it.

use super::row::RowOf;
use super::schema::{balances, lots};
use super::{Conn, Error};
use crate::domain::code::{Cip13, Finess, LotNumber};
use crate::domain::id::LotId;
use crate::domain::ledger::StockLine;
use chrono::NaiveDate;
use diesel::prelude::*;
use std::collections::BTreeSet;

// Written out, for the index `balances_not_empty`: a database that is asked about `> ?` cannot know
// that the index has all the rows that are meant.
diesel::postfix_operator!(AboveZero, " > 0");

type Row = (String, String, String, NaiveDate, i64, i64, i64);

macro_rules! lines {
    ($site:expr) => {
        balances::table
            .inner_join(lots::table)
            .filter(balances::site.eq($site.as_str()))
            .order((lots::cip13, lots::expiry, lots::lot, lots::id))
            .select((
                lots::id,
                lots::cip13,
                lots::lot,
                lots::expiry,
                balances::usable,
                balances::quarantined,
                balances::held,
            ))
    };
}

/// Returns what a site has, by presentation, expiry and lot: the lots of which there is a unit,
/// usable or set apart. What is held is usable.
///
/// # Errors
/// When the database cannot be read, or a row is no stock.
pub fn not_empty(conn: &mut Conn, site: Finess) -> Result<Vec<StockLine>, Error> {
    let usable = AboveZero::new(balances::usable);
    let quarantined = AboveZero::new(balances::quarantined);
    values(
        lines!(site)
            .filter(usable.or(quarantined))
            .load::<Row>(conn)?,
    )
}

/// Returns what some sites have that may be used, site by site: of each what [`not_empty`] says, less
/// what is only set apart.
///
/// # Errors
/// When the database cannot be read, or a row is no stock.
pub fn usable(conn: &mut Conn, sites: &[Finess]) -> Result<Vec<(Finess, StockLine)>, Error> {
    let rows: Vec<(String, Row)> = balances::table
        .inner_join(lots::table)
        .filter(balances::site.eq_any(sites.iter().map(Finess::as_str)))
        .filter(AboveZero::new(balances::usable))
        .order((
            balances::site,
            lots::cip13,
            lots::expiry,
            lots::lot,
            lots::id,
        ))
        .select((
            balances::site,
            (
                lots::id,
                lots::cip13,
                lots::lot,
                lots::expiry,
                balances::usable,
                balances::quarantined,
                balances::held,
            ),
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(site, row)| {
            let of = RowOf {
                table: "balances",
                id: &row.0,
            };
            Ok((of.parsed(Finess::parse(&site))?, value(row)?))
        })
        .collect()
}

/// Returns what a site has or had, by presentation, expiry and lot: also the lots of which nothing
/// is left.
///
/// # Errors
/// When the database cannot be read, or a row is no stock.
pub fn all(conn: &mut Conn, site: Finess) -> Result<Vec<StockLine>, Error> {
    values(lines!(site).load::<Row>(conn)?)
}

/// Returns what a site has or had of the lots of a presentation that carry a number, by expiry.
///
/// # Errors
/// When the database cannot be read, or a row is no stock.
pub fn numbered(
    conn: &mut Conn,
    site: Finess,
    cip13: Cip13,
    lot: &LotNumber,
) -> Result<Vec<StockLine>, Error> {
    let named = lots::cip13
        .eq(cip13.as_str())
        .and(lots::lot.eq(lot.as_str()));
    values(lines!(site).filter(named).load::<Row>(conn)?)
}

/// Returns what a site has or had of some lots, by expiry.
///
/// # Errors
/// When the database cannot be read, or a row is no stock.
pub fn of_lots(conn: &mut Conn, site: Finess, of: &[LotId]) -> Result<Vec<StockLine>, Error> {
    let named = lots::id.eq_any(of.iter().map(LotId::as_str));
    values(lines!(site).filter(named).load::<Row>(conn)?)
}

/// Returns the sites that have or had units of some lots.
///
/// # Errors
/// When the database cannot be read, or a row names no site.
pub fn sites_with(conn: &mut Conn, of: &[LotId]) -> Result<BTreeSet<Finess>, Error> {
    let rows: Vec<String> = balances::table
        .filter(balances::lot_id.eq_any(of.iter().map(LotId::as_str)))
        .order((balances::site, balances::lot_id))
        .select(balances::site)
        .load(conn)?;
    let site = |text: &String| {
        let row = RowOf {
            table: "balances",
            id: text,
        };
        row.parsed(Finess::parse(text))
    };
    rows.iter().map(site).collect()
}

/// Returns what a site has or had of a lot, if it ever had any.
///
/// # Errors
/// When the database cannot be read, or the row is no stock.
pub fn line(conn: &mut Conn, site: Finess, lot: &LotId) -> Result<Option<StockLine>, Error> {
    lines!(site)
        .filter(balances::lot_id.eq(lot.as_str()))
        .get_result::<Row>(conn)
        .optional()?
        .map(value)
        .transpose()
}

fn values(rows: Vec<Row>) -> Result<Vec<StockLine>, Error> {
    rows.into_iter().map(value).collect()
}

fn value((id, cip13, lot, expiry, usable, quarantined, held): Row) -> Result<StockLine, Error> {
    let row = RowOf {
        table: "balances",
        id: &id,
    };
    Ok(StockLine {
        lot_id: LotId::new(&*id),
        cip13: row.parsed(Cip13::parse(&cip13))?,
        lot: row.parsed(LotNumber::parse(&lot))?,
        expiry: row.day(expiry)?,
        usable: row.units(usable)?,
        quarantined: row.units(quarantined)?,
        held: row.units(held)?,
    })
}
