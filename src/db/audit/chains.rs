//! The chains, read from their first line to their last, each line hashed again.

use super::{GENESIS, Line, Row, line};
use crate::db::row::kept;
use crate::db::schema::audit;
use crate::db::{Conn, Error};
use crate::domain::calendar::Instant;
use crate::trail::Head;
use diesel::dsl::{max, min};
use diesel::prelude::*;

/// Lines that are read at a time.
///
/// Choice: a line is a few hundred bytes, so that a thousand are nothing.
const AT_ONCE: i64 = 1_000;

/// Where a chain ends, and what is wrong with it before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Followed {
    /// The number of a site, or `service`.
    pub chain: String,
    /// How many lines it has.
    pub lines: i64,
    /// The hash that its last line says it has.
    pub hash: String,
    /// The number of the first line that does not follow the one before it, or whose own hash is not
    /// that of what it says.
    pub broken_at: Option<i64>,
}

/// Follows every chain from its first line to its last, in the order of their names.
///
/// # Errors
/// When the database cannot be read.
pub fn follow(conn: &mut Conn) -> Result<Vec<Followed>, Error> {
    let chains = names(conn)?;
    chains.into_iter().map(|chain| one(conn, chain)).collect()
}

fn one(conn: &mut Conn, chain: String) -> Result<Followed, Error> {
    let mut followed = Followed {
        chain,
        lines: 0,
        hash: GENESIS.to_owned(),
        broken_at: None,
    };
    // by its number as it stands there, which may be wrong too
    let mut after = i64::MIN;
    loop {
        let lines = some_after(conn, &followed.chain, after, i64::MAX)?;
        let Some(last) = lines.last() else {
            return Ok(followed);
        };
        after = last.seq;
        for found in lines {
            followed.lines += 1;
            let holds =
                found.seq == followed.lines && found.previous == followed.hash && found.is_itself();
            if !holds && followed.broken_at.is_none() {
                followed.broken_at = Some(found.seq);
            }
            followed.hash = found.hash;
        }
    }
}

/// Returns whether a chain has a line of this number and hash.
///
/// # Errors
/// When the database cannot be read.
pub fn has(conn: &mut Conn, chain: &str, seq: i64, hash: &str) -> Result<bool, Error> {
    let found: Option<String> = audit::table
        .find((chain, seq))
        .select(audit::hash)
        .get_result(conn)
        .optional()?;
    Ok(found.as_deref() == Some(hash))
}

/// Returns up to a thousand lines of a chain after the one of a number, up to that of another.
///
/// # Errors
/// When the database cannot be read.
pub fn some_after(conn: &mut Conn, chain: &str, after: i64, most: i64) -> Result<Vec<Line>, Error> {
    let between = audit::seq.gt(after).and(audit::seq.le(most));
    let rows: Vec<Row> = audit::table
        .filter(audit::chain.eq(chain).and(between))
        .order(audit::seq)
        .limit(AT_ONCE)
        .load(conn)?;
    rows.into_iter().map(line).collect()
}

/// Returns the chains that there are, by name: each by a look at the index, however long it is.
///
/// # Errors
/// When the database cannot be read.
pub fn names(conn: &mut Conn) -> Result<Vec<String>, Error> {
    let mut names: Vec<String> = Vec::new();
    loop {
        let last = names.last().map_or("", |last| last.as_str());
        let next: Option<String> = audit::table
            .filter(audit::chain.gt(last))
            .select(min(audit::chain))
            .first(conn)?;
        match next {
            Some(name) => names.push(name),
            None => return Ok(names),
        }
    }
}

/// Returns where every chain ends, by name.
///
/// # Errors
/// When the database cannot be read.
pub fn heads(conn: &mut Conn) -> Result<Vec<Head>, Error> {
    let mut heads = Vec::new();
    for chain in names(conn)? {
        let last: Option<(i64, String)> = audit::table
            .filter(audit::chain.eq(&chain))
            .order(audit::seq.desc())
            .limit(1)
            .select((audit::seq, audit::hash))
            .get_result(conn)
            .optional()?;
        heads.extend(last.map(|(seq, hash)| Head { chain, seq, hash }));
    }
    Ok(heads)
}

/// Returns the numbers of the lines of a chain that are wanted: after which, and up to which.
///
/// From the line before the first that was written at `from` or later, so that it is seen what that follows;
/// to the last that was written before `to`. Clocks differ, and so what lies between is of other times too.
///
/// # Errors
/// When the database cannot be read.
pub fn bounds(
    conn: &mut Conn,
    head: &Head,
    from: Option<Instant>,
    to: Option<Instant>,
) -> Result<(i64, i64), Error> {
    let mut after = 0;
    if let Some(from) = from {
        let later = audit::chain.eq(&head.chain).and(audit::at.ge(kept(from)));
        let first: Option<i64> = audit::table
            .filter(later)
            .select(min(audit::seq))
            .first(conn)?;
        after = first.map_or(head.seq - 1, |first| first - 2).max(0);
    }
    let mut most = head.seq;
    if let Some(to) = to {
        let earlier = audit::chain.eq(&head.chain).and(audit::at.lt(kept(to)));
        let last: Option<i64> = audit::table
            .filter(earlier)
            .select(max(audit::seq))
            .first(conn)?;
        most = last.unwrap_or(0).min(head.seq);
    }
    Ok((after, most))
}
