//! What an administrator looks over: networks, sites, access, the catalogue, recipients.

use super::act::Act;
use super::error::Error;
use crate::db;
use crate::domain::code::{Cip13, Finess};
use crate::domain::id::TokenId;
use crate::domain::reason::Refusal;
use crate::domain::rule::Slug;
use crate::domain::site::Site;

pub use crate::db::alerts::Recipient;
pub use crate::db::catalogue::{Changes, Listed};
pub use crate::db::sites::Network;
pub use crate::db::tokens::{Reach, TokenRecord};

/// How many tokens are read at a time.
const PAGE: i64 = 500;

/// Returns every network, by short name.
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

/// Returns every token that was ever given, the first first; without the tokens themselves, which
/// nobody has kept.
///
/// # Errors
/// When the database cannot be read.
pub fn tokens(act: &mut Act<'_>) -> Result<Vec<TokenRecord>, Error> {
    let mut all: Vec<TokenRecord> = Vec::new();
    loop {
        let last = all.last().map(|token| token.id.clone());
        let page = db::tokens::page(act.conn, last.as_ref().map(TokenId::as_str), PAGE)?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

/// Returns the whole catalogue, by code.
///
/// # Errors
/// When the database cannot be read.
pub fn catalogue(act: &mut Act<'_>) -> Result<Vec<Listed>, Error> {
    Ok(db::catalogue::list(act.conn)?)
}

/// Returns whether the imported public medicines database has a pack of this code.
///
/// # Errors
/// When the database cannot be read.
pub fn is_published(act: &mut Act<'_>, cip13: Cip13) -> Result<bool, Error> {
    Ok(db::catalogue::bdpm_pack(act.conn, cip13)?.is_some())
}

/// Returns who receives the letters of a site, in their order.
///
/// # Errors
/// Refused when there is no such site; when the database cannot be read.
pub fn recipients(act: &mut Act<'_>, site: Finess) -> Result<Vec<Recipient>, Error> {
    if db::sites::find(act.conn, site)?.is_none() {
        return Err(Refusal::Unknown {
            what: "site",
            name: site.to_string(),
        }
        .into());
    }
    Ok(db::alerts::recipients(act.conn, site)?)
}
