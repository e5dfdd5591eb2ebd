//! What must hold in a copy, asked of it as of any database.

use super::manifest::Chain;
use super::tables::{Rows, rows};
use crate::db::audit::chains;
use crate::db::conn::Purpose;
use crate::db::dialect::{copying, whole};
use crate::db::{Conn, DatabaseUrl, Error, migrate};
use std::path::PathBuf;
use std::time::Duration;

/// What was found in a database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// The migrations that had run.
    pub(super) done: Vec<String>,
    pub(super) rows: Rows,
    pub(super) chains: Vec<Chain>,
    /// All that does not hold.
    pub(super) faults: Vec<String>,
}

/// A balance that is not the sum of its movements, or that is missing.
const BALANCES: &str = "
SELECT 'at ' || COALESCE(m.site, b.site) || ' the balance of the lot ' || COALESCE(m.lot_id, b.lot_id) || ' is '
    || COALESCE(CAST(b.usable AS TEXT), 'no') || ' usable and ' || COALESCE(CAST(b.quarantined AS TEXT), 'no')
    || ' in quarantine, and its movements are ' || COALESCE(CAST(m.usable AS TEXT), '0') || ' and '
    || COALESCE(CAST(m.quarantined AS TEXT), '0') AS line
FROM (SELECT site, lot_id, SUM(usable) AS usable, SUM(quarantined) AS quarantined, MAX(seq) AS seq
    FROM movements GROUP BY site, lot_id) m
FULL JOIN balances b ON b.site = m.site AND b.lot_id = m.lot_id
WHERE b.site IS NULL
    OR b.usable <> COALESCE(m.usable, 0) OR b.quarantined <> COALESCE(m.quarantined, 0)
    OR b.last_seq <> COALESCE(m.seq, 0)
ORDER BY 1 LIMIT 20";

/// A balance whose held units are not the sum of its holds, or holds without a balance.
const HOLDS: &str = "
SELECT 'at ' || COALESCE(h.site, b.site) || ' the lot ' || COALESCE(h.lot_id, b.lot_id) || ' is held '
    || COALESCE(CAST(b.held AS TEXT), 'nowhere') || ', and its holds are ' || COALESCE(CAST(h.units AS TEXT), '0') AS line
FROM (SELECT site, lot_id, SUM(units) AS units FROM holds GROUP BY site, lot_id) h
FULL JOIN balances b ON b.site = h.site AND b.lot_id = h.lot_id
WHERE b.site IS NULL OR b.held <> COALESCE(h.units, 0)
ORDER BY 1 LIMIT 20";

/// Units that wait for a decision, and are not in quarantine.
const APART: &str = "
SELECT 'at ' || p.site || ' of the lot ' || p.lot_id || ' ' || CAST(p.units AS TEXT) || ' wait for a decision, and '
    || COALESCE(CAST(b.quarantined AS TEXT), '0') || ' are in quarantine' AS line
FROM (SELECT site, lot_id, SUM(units) AS units FROM set_apart GROUP BY site, lot_id) p
LEFT JOIN balances b ON b.site = p.site AND b.lot_id = p.lot_id
WHERE p.units > COALESCE(b.quarantined, 0)
ORDER BY 1 LIMIT 20";

/// A transfer whose units do not leave and enter the ledger as it says. One that was received before the
/// movements of transfers were kept has none.
const TRANSFERS: &str = "
SELECT 'the transfer ' || r.transfer_id || ' sent ' || CAST(r.sent AS TEXT) || ' of the lot ' || r.lot_id
    || ', and ' || COALESCE(CAST(-m.left_units AS TEXT), '0') || ' left by its movements; ' || CAST(r.back AS TEXT)
    || ' arrived or came back, and ' || COALESCE(CAST(m.entered AS TEXT), '0') || ' entered' AS line
FROM (SELECT transfer_id, lot_id, SUM(sent) AS sent, SUM(received + quarantined + returned) AS back
    FROM transfer_rows GROUP BY transfer_id, lot_id) r
JOIN (SELECT t.transfer_id, v.lot_id,
        SUM(CASE WHEN v.usable + v.quarantined < 0 THEN v.usable + v.quarantined ELSE 0 END) AS left_units,
        SUM(CASE WHEN v.usable + v.quarantined > 0 THEN v.usable + v.quarantined ELSE 0 END) AS entered
    FROM transfer_movements t JOIN movements v ON v.id = t.movement_id
    GROUP BY t.transfer_id, v.lot_id) m ON m.transfer_id = r.transfer_id AND m.lot_id = r.lot_id
WHERE r.sent <> COALESCE(-m.left_units, 0) OR r.back <> COALESCE(m.entered, 0)
ORDER BY 1 LIMIT 20";

/// A ledger with a number left out, or one that appears twice.
const NUMBERS: &str = "
SELECT 'the movements of ' || site || ' are ' || COUNT(*) || ', numbered ' || MIN(seq) || ' to ' || MAX(seq) AS line
FROM movements GROUP BY site
HAVING MIN(seq) <> 1 OR MAX(seq) <> COUNT(*)
ORDER BY 1 LIMIT 20";

/// Looks at everything in a database. What cannot be read is a fault, and not an error.
pub(super) fn look(conn: &mut Conn) -> Found {
    let mut found = Found::default();
    let done = all(conn, &mut found);
    if let Err(error) = done {
        found.faults.push(format!("it cannot be read: {error}"));
    }
    found
}

fn all(conn: &mut Conn, found: &mut Found) -> Result<(), Error> {
    found.faults.extend(copying::unsound(conn)?);
    found.done = migrate::done(conn)?;
    if found.done.is_empty() {
        found.faults.push("it holds no tables".to_owned());
        return Ok(());
    }
    found.faults.extend(made_otherwise(conn, &found.done)?);
    found.rows = rows(conn)?;
    found.faults.extend(unbalanced(conn)?);
    for chain in chains::follow(conn)? {
        if let Some(line) = chain.broken_at {
            found.faults.push(format!(
                "line {line} of the audit chain {} does not follow the one before it, or was changed",
                chain.chain
            ));
        }
        found.chains.push(Chain {
            chain: chain.chain,
            lines: chain.lines,
            hash: chain.hash,
        });
    }
    Ok(())
}

/// What does not add up in the ledger.
pub(super) fn unbalanced(conn: &mut Conn) -> Result<Vec<String>, Error> {
    let mut faults = Vec::new();
    for question in [BALANCES, HOLDS, APART, TRANSFERS, NUMBERS] {
        faults.extend(whole::lines(conn, question)?);
    }
    Ok(faults)
}

/// A table, index or trigger that the migrations do not make, or make otherwise: a law may be missing.
fn made_otherwise(conn: &mut Conn, done: &[String]) -> Result<Vec<String>, Error> {
    if let Conn::Postgres(_) = conn {
        return Ok(Vec::new());
    }
    let memory = DatabaseUrl::Sqlite(PathBuf::from(":memory:"));
    let mut ours = Conn::open(&memory, Purpose::Write, Duration::ZERO)?;
    migrate::make_as_of(&mut ours, done)?;
    let (theirs, ours) = (copying::made(conn)?, copying::made(&mut ours)?);
    let name = |line: &String| line.split(':').next().unwrap_or_default().to_owned();
    let missing = ours.iter().filter(|line| !theirs.contains(line));
    let added = theirs.iter().filter(|line| !ours.contains(line));
    let mut faults: Vec<String> = missing
        .map(|line| format!("the {} is missing, or made otherwise", name(line)))
        .chain(added.map(|line| format!("the {} is none of this program's", name(line))))
        .collect();
    faults.truncate(20);
    Ok(faults)
}
