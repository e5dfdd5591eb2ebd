//! Access is given, and taken away.

use super::act::{Act, Done};
use super::error::Error;
use crate::db::tokens::{Reach, TokenRecord};
use crate::db::{self};
use crate::domain::calendar::{Instant, to_micros};
use crate::domain::code::Finess;
use crate::domain::id::TokenId;
use crate::domain::reason::Refusal;
use crate::domain::role::Role;
use serde_json::json;
use sha2::{Digest as _, Sha256};

/// How every token begins, so that one that leaked is recognised for what it is.
pub const PREFIX: &str = "dot_";

/// Access to be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// Whose it is.
    pub name: String,
    /// In what role.
    pub role: Role,
    /// Where.
    pub reach: Reach,
    /// Until when.
    pub expires_at: Option<Instant>,
}

/// Gives access: returns the token, which is shown this once and kept only as its hash.
///
/// Nobody gives more than they have: the sites are among the giver's own.
///
/// # Errors
/// Refused when a site is unknown or beyond the caller's reach, or the access would have expired
/// already.
pub fn give(act: &mut Act<'_>, new: &NewToken) -> Result<(TokenRecord, String), Error> {
    within_reach(act, &new.reach)?;
    for site in new.reach.sites().unwrap_or_default() {
        if db::sites::find(act.conn, *site)?.is_none() {
            return Err(Refusal::Unknown {
                what: "site",
                name: site.to_string(),
            }
            .into());
        }
    }
    if new.expires_at.is_some_and(|at| at <= act.now) {
        return Err(Refusal::InThePast { what: "expires_at" }.into());
    }
    let token = format!("{PREFIX}{}", hex::encode(rand::random::<[u8; 32]>()));
    let record = TokenRecord {
        id: TokenId::new(act.id()),
        hash: hash(&token),
        name: new.name.clone(),
        role: new.role,
        reach: new.reach.clone(),
        created_at: to_micros(act.now),
        expires_at: new.expires_at.map(to_micros),
        revoked_at: None,
    };
    db::tokens::insert(act.conn, &record)?;
    let sites: Option<Vec<&str>> = record
        .reach
        .sites()
        .map(|s| s.iter().map(Finess::as_str).collect());
    let details = json!({ "name": record.name, "role": record.role.code(), "sites": sites });
    act.audit(
        None,
        Done {
            action: "token.give",
            object: record.id.as_str(),
            patient: None,
            details,
        },
    )?;
    Ok((record, token))
}

fn within_reach(act: &Act<'_>, wanted: &Reach) -> Result<(), Refusal> {
    let own = &act.caller.reach;
    if own.covers(wanted) {
        return Ok(());
    }
    let beyond = |site: &&Finess| !own.includes(**site);
    let site = wanted
        .sites()
        .and_then(|sites| sites.iter().find(beyond).copied());
    Err(Refusal::BeyondReach { site })
}

/// Takes access away, at once.
///
/// # Errors
/// Refused when there is no such token within the caller's reach.
pub fn revoke(act: &mut Act<'_>, id: &TokenId) -> Result<(), Error> {
    let found = db::tokens::find(act.conn, id)?;
    if !found.is_some_and(|token| act.caller.reach.covers(&token.reach)) {
        return Err(Refusal::Unknown {
            what: "token",
            name: id.to_string(),
        }
        .into());
    }
    db::tokens::revoke(act.conn, id, act.now)?;
    act.audit(
        None,
        Done {
            action: "token.revoke",
            object: id.as_str(),
            patient: None,
            details: json!({}),
        },
    )
}

/// Returns the hash by which a token is kept: SHA-256, in hexadecimal.
///
/// A fast hash is right here: the token is 256 random bits, which nobody can guess.
pub fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token))
}

/// Returns whose token it is, when it is in use at `now`.
///
/// # Errors
/// When the database cannot be read.
pub fn recognise(
    conn: &mut db::Conn,
    token: &str,
    now: Instant,
) -> Result<Option<TokenRecord>, db::Error> {
    let found = db::tokens::by_hash(conn, &hash(token))?;
    Ok(found.filter(|t| t.revoked_at.is_none() && t.expires_at.is_none_or(|at| now < at)))
}

/// Returns whose token it is, when it is in use at `now`, and whether `site` is there.
///
/// # Errors
/// When the database cannot be read.
pub fn admit(
    conn: &mut db::Conn,
    token: &str,
    site: Option<Finess>,
    now: Instant,
) -> Result<Option<(TokenRecord, bool)>, db::Error> {
    let Some(token) = recognise(conn, token, now)? else {
        return Ok(None);
    };
    let there = match site {
        Some(site) => db::sites::find(conn, site)?.is_some(),
        None => false,
    };
    Ok(Some((token, there)))
}
