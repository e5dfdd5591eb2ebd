//! The chains, read from their first line to their last, each line hashed again.

use super::{GENESIS, Row, hash, line};
use crate::db::schema::audit;
use crate::db::{Conn, Error};
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
    let chains: Vec<String> = audit::table
        .select(audit::chain)
        .distinct()
        .order(audit::chain)
        .load(conn)?;
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
        let rows: Vec<Row> = audit::table
            .filter(audit::chain.eq(&followed.chain).and(audit::seq.gt(after)))
            .order(audit::seq)
            .limit(AT_ONCE)
            .load(conn)?;
        let Some(last) = rows.last() else {
            return Ok(followed);
        };
        after = last.1;
        for found in rows.into_iter().map(line) {
            followed.lines += 1;
            let holds = found.seq == followed.lines
                && found.previous == followed.hash
                && found.hash == hash(&found.entry, found.seq, &found.previous);
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
