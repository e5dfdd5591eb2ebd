//! What everybody may see: the catalogue, the networks and sites; and who has access.

use crate::app::act::Act;
use crate::app::error::Error;
use crate::app::records::{BdpmPack, BdpmProduct, Listed, Network, TokenRecord};
use crate::db;
use crate::domain::code::{Cip13, Finess, Serial};
use crate::domain::reason::Refusal;
use crate::domain::rule::Slug;
use crate::domain::site::Site;

/// Returns the whole catalogue, by code.
///
/// # Errors
/// When the database cannot be read.
pub fn catalogue(act: &mut Act<'_>) -> Result<Vec<Listed>, Error> {
    Ok(db::catalogue::list(act.conn)?)
}

/// What is known of a code: on the catalogue, and in the imported public medicines database.
pub type Known = (Option<Listed>, Option<(BdpmPack, Option<BdpmProduct>)>);

/// Returns what is known of a code.
///
/// # Errors
/// When the database cannot be read.
pub fn presentation(act: &mut Act<'_>, cip13: Cip13) -> Result<Known, Error> {
    Ok((
        db::catalogue::find(act.conn, cip13)?,
        db::catalogue::bdpm_pack(act.conn, cip13)?,
    ))
}

/// Returns whether the pack of a serial number is at a site.
///
/// # Errors
/// When the database cannot be read.
pub fn pack_in_stock(act: &mut Act<'_>, cip13: Cip13, serial: &Serial) -> Result<bool, Error> {
    Ok(db::packs::pack_site(act.conn, cip13, serial)?.is_some())
}

/// Returns the networks by short name.
///
/// # Errors
/// When the database cannot be read.
pub fn networks(act: &mut Act<'_>) -> Result<Vec<Network>, Error> {
    Ok(db::sites::networks(act.conn)?)
}

/// Returns the sites, of one network or of all, by number.
///
/// # Errors
/// Refused when there is no such network; when the database cannot be read.
pub fn sites(act: &mut Act<'_>, network: Option<&Slug>) -> Result<Vec<Site>, Error> {
    if let Some(network) = network
        && !networks(act)?.iter().any(|n| n.id == *network)
    {
        return Err(Refusal::Unknown {
            what: "network",
            name: network.to_string(),
        }
        .into());
    }
    Ok(db::sites::list(act.conn, network)?)
}

/// Returns a site.
///
/// # Errors
/// Refused when there is none of that number.
pub fn site(act: &mut Act<'_>, finess: Finess) -> Result<Site, Error> {
    let unknown = || Refusal::Unknown {
        what: "site",
        name: finess.to_string(),
    };
    Ok(db::sites::find(act.conn, finess)?.ok_or_else(unknown)?)
}

/// Returns up to `limit` tokens whose id comes after `after`: of those that hold nowhere but within
/// the caller's own reach.
///
/// # Errors
/// When the database cannot be read.
pub fn tokens(
    act: &mut Act<'_>,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<TokenRecord>, Error> {
    Ok(db::tokens::page(act.conn, &act.caller.reach, after, limit)?)
}

/// How many tokens are read at a time.
const PAGE: i64 = 500;

/// Returns every token that was ever given within the caller's reach, the first first; without the tokens themselves, which
/// nobody has kept.
///
/// # Errors
/// When the database cannot be read.
pub fn all_tokens(act: &mut Act<'_>) -> Result<Vec<TokenRecord>, Error> {
    let mut all: Vec<TokenRecord> = Vec::new();
    loop {
        let last = all.last().map(|token| token.id.to_string());
        let page = tokens(act, last.as_deref(), PAGE)?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}
