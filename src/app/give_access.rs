//! Access is given, and taken away.

use super::act::{Act, Done};
use super::error::Error;
use crate::db::tokens::{Reach, TokenRecord};
use crate::db::{self};
use crate::domain::calendar::{Instant, to_micros};
use crate::domain::code::Finess;
use crate::domain::id::TokenId;
use crate::domain::reason::{OfAccess, Refusal};
use crate::domain::role::Role;
use crate::domain::scope::Scope;
use chrono::TimeDelta;
use serde_json::json;
use sha2::{Digest as _, Sha256};

/// How many days a token is good when nothing else is said.
///
/// Choice: a year: a secret that nobody has changed for longer is nobody's any more.
const GOOD_DAYS: i64 = 365;

/// How many days a token is good at most.
///
/// Choice: two years, for a machine that is visited at its yearly service, once missed.
const MOST_DAYS: i64 = 731;

/// How long the secret before a rotation stays good at most.
///
/// Choice: a week, in which whoever looks after the machine is there once.
const OVERLAP_MOST: TimeDelta = TimeDelta::days(7);

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
/// already or lasts too long.
pub fn give(act: &mut Act<'_>, new: &NewToken) -> Result<(TokenRecord, String), Error> {
    give_for(act, new, Scope::All)
}

/// Gives access for some of what its role includes; as [`give`].
///
/// # Errors
/// As [`give`]; also when the scope is wider than the giver's own.
pub fn give_for(
    act: &mut Act<'_>,
    new: &NewToken,
    scope: Scope,
) -> Result<(TokenRecord, String), Error> {
    within_reach(act, &new.reach)?;
    within_scope(act, &scope)?;
    for site in new.reach.sites().unwrap_or_default() {
        if db::sites::find(act.conn, *site)?.is_none() {
            return Err(Refusal::Unknown {
                what: "site",
                name: site.to_string(),
            }
            .into());
        }
    }
    let expires_at = expiry(act.now, new.expires_at)?;
    let token = secret();
    let record = TokenRecord {
        id: TokenId::new(act.id()),
        hash: hash(&token),
        name: new.name.clone(),
        role: new.role,
        reach: new.reach.clone(),
        created_at: to_micros(act.now),
        expires_at: Some(expires_at),
        revoked_at: None,
        scope,
        used_at: None,
        old: None,
    };
    db::tokens::insert(act.conn, &record)?;
    let sites: Option<Vec<&str>> = record
        .reach
        .sites()
        .map(|s| s.iter().map(Finess::as_str).collect());
    let details = json!({
        "name": record.name, "role": record.role.code(), "sites": sites,
        "scope": record.scope.code(), "expires_at": record.expires_at,
    });
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

fn secret() -> String {
    format!("{PREFIX}{}", super::access::secret())
}

/// Until when a token is good.
fn expiry(now: Instant, wanted: Option<Instant>) -> Result<Instant, Refusal> {
    let what = "expires_at";
    match wanted {
        None => Ok(to_micros(now + TimeDelta::days(GOOD_DAYS))),
        Some(at) if at <= now => Err(Refusal::InThePast { what }),
        Some(at) if at > now + TimeDelta::days(MOST_DAYS) => Err(OfAccess::TooLate {
            what,
            most_days: MOST_DAYS,
        }
        .into()),
        Some(at) => Ok(to_micros(at)),
    }
}

/// Puts another secret in the place of a token's, good for as long as the token was given for at first (a year
/// at least); the one before stays good for `overlap`, and any before that no longer. Returns the new one, which
/// is shown this once.
///
/// # Errors
/// Refused when there is no such token within the caller's reach, its scope is wider than the caller's own, it is
/// not in use, or the overlap is too long.
pub fn rotate(
    act: &mut Act<'_>,
    id: &TokenId,
    overlap: TimeDelta,
) -> Result<(TokenRecord, String), Error> {
    let mut token = within(act, id)?;
    within_scope(act, &token.scope)?;
    if overlap > OVERLAP_MOST {
        return Err(OfAccess::TooLate {
            what: "overlap_hours",
            most_days: OVERLAP_MOST.num_days(),
        }
        .into());
    }
    if token.revoked_at.is_some() || token.expires_at.is_some_and(|at| at <= act.now) {
        return Err(Refusal::WrongState { state: "ended" }.into());
    }
    let new = secret();
    let lasts = token
        .expires_at
        .map_or(TimeDelta::days(GOOD_DAYS), |at| at - token.created_at)
        .clamp(TimeDelta::days(GOOD_DAYS), TimeDelta::days(MOST_DAYS));
    let until = to_micros(act.now + overlap);
    let until = token.expires_at.map_or(until, |end| until.min(end));
    token.old = Some((token.hash, until));
    token.hash = hash(&new);
    token.expires_at = Some(to_micros(act.now + lasts));
    db::tokens::rotate(act.conn, &token)?;
    act.audit(
        None,
        Done {
            action: "token.rotate",
            object: id.as_str(),
            patient: None,
            details: json!({ "old_until": until, "expires_at": token.expires_at }),
        },
    )?;
    Ok((token, new))
}

/// The token of an id within the caller's reach.
fn within(act: &mut Act<'_>, id: &TokenId) -> Result<TokenRecord, Error> {
    let found = db::tokens::find(act.conn, id)?;
    let unknown = || Refusal::Unknown {
        what: "token",
        name: id.to_string(),
    };
    let found = found.filter(|token| act.caller.reach.covers(&token.reach));
    Ok(found.ok_or_else(unknown)?)
}

pub(super) fn within_reach(act: &Act<'_>, wanted: &Reach) -> Result<(), Refusal> {
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

/// Refuses what is wider than the scope of the caller's own token: a narrow one makes itself no wide one.
///
/// # Errors
/// [`OfAccess::BeyondScope`].
pub(super) fn within_scope(act: &Act<'_>, wanted: &Scope) -> Result<(), Refusal> {
    if act.caller.scope.covers(wanted) {
        Ok(())
    } else {
        Err(OfAccess::BeyondScope.into())
    }
}

/// Takes access away, at once.
///
/// # Errors
/// Refused when there is no such token within the caller's reach.
pub fn revoke(act: &mut Act<'_>, id: &TokenId) -> Result<(), Error> {
    within(act, id)?;
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
    let hash = hash(token);
    let found = db::tokens::by_hash(conn, &hash)?;
    let in_use = |t: &TokenRecord| {
        let of_now = match &t.old {
            Some((old, until)) if *old == hash => now < *until,
            Some(_) | None => true,
        };
        of_now && t.revoked_at.is_none() && t.expires_at.is_none_or(|at| now < at)
    };
    Ok(found.filter(in_use))
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
