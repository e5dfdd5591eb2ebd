//! Tokens of access, kept as hashes.

use super::row::{RowOf, instant, kept};
use super::schema::{token_sites, tokens};
use super::{Conn, Error};
use crate::domain::calendar::Instant;
use crate::domain::code::Finess;
use crate::domain::id::TokenId;
use crate::domain::role::Role;
use crate::domain::scope::Scope;
use chrono::NaiveDateTime;
use diesel::prelude::*;

/// Where a token holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// At every site.
    Everywhere,
    /// At these, in order.
    Sites(Vec<Finess>),
}

impl Reach {
    /// Returns whether it holds at a site.
    pub fn includes(&self, site: Finess) -> bool {
        match self {
            Self::Everywhere => true,
            Self::Sites(sites) => sites.contains(&site),
        }
    }

    /// Returns whether every place of `other` is one of its own.
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Everywhere, _) => true,
            (Self::Sites(_), Self::Everywhere) => false,
            (Self::Sites(_), Self::Sites(sites)) => sites.iter().all(|s| self.includes(*s)),
        }
    }

    /// Returns where either holds.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Everywhere, _) | (_, Self::Everywhere) => Self::Everywhere,
            (Self::Sites(ours), Self::Sites(theirs)) => {
                let mut all = [ours.as_slice(), theirs.as_slice()].concat();
                all.sort_unstable();
                all.dedup();
                Self::Sites(all)
            }
        }
    }

    /// Returns the sites as a list, or nothing when it holds everywhere.
    pub fn sites(&self) -> Option<&[Finess]> {
        match self {
            Self::Everywhere => None,
            Self::Sites(sites) => Some(sites),
        }
    }
}

/// A token, without the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRecord {
    /// Its name.
    pub id: TokenId,
    /// SHA-256 of the token, in hexadecimal.
    pub hash: String,
    /// Whose it is.
    pub name: String,
    /// In what role.
    pub role: Role,
    /// Where.
    pub reach: Reach,
    /// Since when.
    pub created_at: Instant,
    /// Until when.
    pub expires_at: Option<Instant>,
    /// When it was revoked.
    pub revoked_at: Option<Instant>,
    /// What of its role it may do.
    pub scope: Scope,
    /// When it was last used, to the minute.
    pub used_at: Option<Instant>,
    /// The hash of the secret before the last rotation, and until when that is good.
    pub old: Option<(String, Instant)>,
}

type Row = (
    String,
    String,
    String,
    String,
    bool,
    NaiveDateTime,
    Option<NaiveDateTime>,
    Option<NaiveDateTime>,
    String,
    Option<NaiveDateTime>,
    Option<String>,
    Option<NaiveDateTime>,
);

fn value(
    conn: &mut Conn,
    (id, hash, name, role, all_sites, created, expires, revoked, scope, used, old, until): Row,
) -> Result<TokenRecord, Error> {
    let row = RowOf {
        table: "tokens",
        id: &id,
    };
    let reach = if all_sites {
        Reach::Everywhere
    } else {
        let sites: Vec<String> = token_sites::table
            .filter(token_sites::token_id.eq(&id))
            .order(token_sites::site)
            .select(token_sites::site)
            .load(conn)?;
        Reach::Sites(
            sites
                .iter()
                .map(|s| row.parsed(Finess::parse(s)))
                .collect::<Result<_, _>>()?,
        )
    };
    Ok(TokenRecord {
        role: row.code("role", &role, Role::from_code(&role))?,
        id: TokenId::new(&*id),
        hash,
        name,
        reach,
        created_at: instant(created),
        expires_at: expires.map(instant),
        revoked_at: revoked.map(instant),
        scope: row.parsed(Scope::parse(&scope))?,
        used_at: used.map(instant),
        old: old.zip(until.map(instant)),
    })
}

/// Returns the token of a hash, if there is one, in use or not; also by its secret before the last rotation.
///
/// # Errors
/// When the database cannot be read, or the row is no token.
pub fn by_hash(conn: &mut Conn, hash: &str) -> Result<Option<TokenRecord>, Error> {
    let row: Option<Row> = tokens::table
        .filter(tokens::hash.eq(hash).or(tokens::old_hash.eq(hash)))
        .get_result(conn)
        .optional()?;
    row.map(|row| value(conn, row)).transpose()
}

/// Puts another secret in the place of a token's, which stays good until an instant.
///
/// # Errors
/// When the database cannot be written.
pub fn rotate(conn: &mut Conn, token: &TokenRecord) -> Result<(), Error> {
    let (old, until) = token.old.clone().unzip();
    diesel::update(tokens::table.find(token.id.as_str()))
        .set((
            tokens::hash.eq(&token.hash),
            tokens::expires_at.eq(token.expires_at.map(kept)),
            tokens::old_hash.eq(old),
            tokens::old_until.eq(until.map(kept)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Writes when a token was last used.
///
/// # Errors
/// When the database cannot be written.
pub fn used(conn: &mut Conn, id: &TokenId, now: Instant) -> Result<(), Error> {
    diesel::update(tokens::table.find(id.as_str()))
        .set(tokens::used_at.eq(Some(kept(now))))
        .execute(conn)?;
    Ok(())
}

/// Returns the token of an id, if there is one.
///
/// # Errors
/// When the database cannot be read, or the row is no token.
pub fn find(conn: &mut Conn, id: &TokenId) -> Result<Option<TokenRecord>, Error> {
    let row: Option<Row> = tokens::table
        .find(id.as_str())
        .get_result(conn)
        .optional()?;
    row.map(|row| value(conn, row)).transpose()
}

/// Returns up to `limit` tokens that hold nowhere but `within`, whose id comes after `after`.
///
/// # Errors
/// When the database cannot be read, or a row is no token.
pub fn page(
    conn: &mut Conn,
    within: &Reach,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<TokenRecord>, Error> {
    let mut query = tokens::table
        .filter(tokens::id.gt(after.unwrap_or("").to_owned()))
        .order(tokens::id)
        .limit(limit)
        .into_boxed::<<Conn as Connection>::Backend>();
    if let Some(sites) = within.sites() {
        let sites: Vec<String> = sites.iter().map(ToString::to_string).collect();
        let elsewhere = token_sites::table
            .filter(token_sites::site.ne_all(sites))
            .select(token_sites::token_id);
        query = query.filter(
            tokens::all_sites
                .eq(false)
                .and(tokens::id.ne_all(elsewhere)),
        );
    }
    let rows: Vec<Row> = query.load(conn)?;
    rows.into_iter().map(|row| value(conn, row)).collect()
}

/// Adds a token.
///
/// # Errors
/// When the database cannot be written.
pub fn insert(conn: &mut Conn, token: &TokenRecord) -> Result<(), Error> {
    diesel::insert_into(tokens::table)
        .values((
            tokens::id.eq(token.id.as_str()),
            tokens::hash.eq(&token.hash),
            tokens::name.eq(&token.name),
            tokens::role.eq(token.role.code()),
            tokens::all_sites.eq(token.reach == Reach::Everywhere),
            tokens::created_at.eq(kept(token.created_at)),
            tokens::expires_at.eq(token.expires_at.map(kept)),
            tokens::scope.eq(token.scope.code()),
        ))
        .execute(conn)?;
    for site in token.reach.sites().unwrap_or_default() {
        diesel::insert_into(token_sites::table)
            .values((
                token_sites::token_id.eq(token.id.as_str()),
                token_sites::site.eq(site.as_str()),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Revokes a token; one that was revoked keeps its first hour.
///
/// # Errors
/// When the database cannot be written.
pub fn revoke(conn: &mut Conn, id: &TokenId, now: Instant) -> Result<(), Error> {
    diesel::update(
        tokens::table.filter(tokens::id.eq(id.as_str()).and(tokens::revoked_at.is_null())),
    )
    .set(tokens::revoked_at.eq(Some(kept(now))))
    .execute(conn)?;
    Ok(())
}
