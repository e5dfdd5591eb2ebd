//! Transfers: one, a list, what is on its way, and the sheet that travels with one.

use crate::app::act::Act;
use crate::app::error::Error;
use crate::app::transfer::find;
use crate::db::transfers::{Filter, InTransit, Words};
use crate::db::{self, tokens::Reach};
use crate::domain::calendar::local_day;
use crate::domain::code::Finess;
use crate::domain::id::TransferId;
use crate::domain::reason::Refusal;
use crate::domain::role::Action;
use crate::domain::site::Site;
use crate::domain::transfer::{Transfer, TransferState};
use crate::text::transfer_sheet::{Lot, Party, Sheet};

/// Returns a transfer that the caller's sites give or receive.
///
/// # Errors
/// Refused when there is no such transfer there.
pub fn transfer(act: &mut Act<'_>, id: &TransferId) -> Result<Transfer, Error> {
    let transfer = find(act, id)?;
    let sites = [transfer.from, transfer.to];
    let reach = &act.caller.reach;
    if sites.iter().any(|site| reach.includes(*site)) {
        return Ok(transfer);
    }
    let name = id.to_string();
    Err(Refusal::Unknown {
        what: "transfer",
        name,
    }
    .into())
}

/// Returns a transfer that the caller's sites give or receive, with what people said of it.
///
/// # Errors
/// As [`transfer`].
pub fn with_words(act: &mut Act<'_>, id: &TransferId) -> Result<(Transfer, Words), Error> {
    let found = transfer(act, id)?;
    let words = db::transfers::words(act.conn, id)?;
    Ok((found, words))
}

/// Which sites a caller's list is of: the one that is named, or all within reach.
fn sites(act: &Act<'_>, site: Option<Finess>) -> Result<Option<Vec<Finess>>, Refusal> {
    if let Some(site) = site {
        act.caller.check(Action::ReadStock, Some(site))?;
    }
    Ok(match (site, &act.caller.reach) {
        (Some(site), _) => Some(vec![site]),
        (None, Reach::Everywhere) => None,
        (None, Reach::Sites(sites)) => Some(sites.clone()),
    })
}

/// Returns a page of the transfers that the caller's sites, or one of them, give or receive.
///
/// # Errors
/// Refused when the site is out of the caller's reach; when the database cannot be read.
pub fn transfers(
    act: &mut Act<'_>,
    site: Option<Finess>,
    state: Option<TransferState>,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<Transfer>, Error> {
    let sites = sites(act, site)?;
    let filter = Filter { sites, state };
    Ok(db::transfers::page(act.conn, &filter, before, limit)?)
}

/// Returns what is on its way from or to the caller's sites, or one of them: in nobody's stock.
///
/// # Errors
/// Refused when the site is out of the caller's reach; when the database cannot be read.
pub fn in_transit(act: &mut Act<'_>, site: Option<Finess>) -> Result<Vec<InTransit>, Error> {
    let sites = sites(act, site)?;
    Ok(db::transfers::in_transit(act.conn, sites.as_deref())?)
}

/// Returns what stands on the sheet of a transfer.
///
/// # Errors
/// As [`transfer`].
pub fn sheet(act: &mut Act<'_>, id: &TransferId) -> Result<Sheet, Error> {
    let transfer = transfer(act, id)?;
    let giver = site(act, transfer.from)?;
    let receiver = site(act, transfer.to)?;
    let mut lots: Vec<Lot> = Vec::new();
    for row in &transfer.rows {
        // what was cancelled does not travel
        if row.state == TransferState::Cancelled && transfer.state != TransferState::Cancelled {
            continue;
        }
        let same =
            |l: &&mut Lot| l.cip13 == row.cip13 && l.lot == row.lot && l.expiry == row.expiry;
        if let Some(known) = lots.iter_mut().find(same) {
            known.units = known.units.saturating_add(row.units);
            continue;
        }
        let listed = db::catalogue::find(act.conn, row.cip13)?;
        lots.push(Lot {
            cip13: row.cip13,
            label: listed.map(|l| l.presentation.label).unwrap_or_default(),
            lot: row.lot.clone(),
            expiry: row.expiry,
            units: row.units,
        });
    }
    lots.sort_by(|a, b| (a.cip13, a.expiry, &a.lot).cmp(&(b.cip13, b.expiry, &b.lot)));
    let zone = giver.zone;
    Ok(Sheet {
        from: party(&giver),
        to: party(&receiver),
        printed_on: local_day(act.now, zone),
        simulated: act.desk.simulated,
        transfer,
        lots,
        zone,
    })
}

fn site(act: &mut Act<'_>, finess: Finess) -> Result<Site, Error> {
    let unknown = || Refusal::Unknown {
        what: "site",
        name: finess.to_string(),
    };
    Ok(db::sites::find(act.conn, finess)?.ok_or_else(unknown)?)
}

fn party(site: &Site) -> Party {
    Party {
        finess: site.finess,
        name: site.name.clone(),
    }
}
