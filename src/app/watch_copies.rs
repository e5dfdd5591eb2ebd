//! Safety copies are remembered, and whoever looks after the service hears when the last good one is
//! too old: one letter then, and one when there is a good one again.
//!
//! It is an alert of the service and of no site (`backup-late`): its letters go to the address that is
//! set for operations, and hold nothing of any patient.

use super::act::{Act, Done};
use super::error::Error;
use super::operations::{self, Change, Operations};
use crate::db;
use crate::db::backup::Made;
use crate::db::copies::{Copies, GoodCopy};
use crate::domain::calendar::Instant;
use crate::text::letter::copies::{Facts, write};
use chrono::TimeDelta;
use serde_json::json;

/// What this alert is called where kinds of alerts are.
pub const KIND: &str = "backup-late";

/// The most characters that are kept of why a copy failed.
///
/// Choice: as many as a paragraph; the log has all of it.
const MOST: usize = 600;

/// What is expected of copies, and who hears when it is not so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watch {
    /// How old the last good copy may be.
    pub too_old_after: TimeDelta,
    /// Who hears.
    pub operations: Operations,
}

/// Returns how safety copies stand; nothing while none was ever expected.
///
/// # Errors
/// When the database cannot be read.
pub fn stand(act: &mut Act<'_>) -> Result<Option<Copies>, Error> {
    Ok(db::copies::find(act.conn)?)
}

/// Writes down that copies are expected from now on, unless they were.
///
/// # Errors
/// When the database cannot be written.
pub fn expect(act: &mut Act<'_>) -> Result<(), Error> {
    if db::copies::find_to_change(act.conn)?.is_none() {
        let none = none_yet(act.now);
        db::copies::keep(act.conn, &none)?;
    }
    Ok(())
}

/// Writes down a copy that was made and verified.
///
/// # Errors
/// When the database cannot be written.
pub fn made(act: &mut Act<'_>, made: &Made) -> Result<(), Error> {
    let good = GoodCopy::of(made);
    let before = db::copies::find_to_change(act.conn)?;
    let mut copies = before.unwrap_or_else(|| none_yet(act.now));
    copies.tried_at = Some(act.now);
    // two machines may finish in another order than they began
    if copies.good.as_ref().is_none_or(|last| last.at <= good.at) {
        copies.good = Some(good.clone());
    }
    copies.failures = 0;
    copies.failed_because = None;
    db::copies::keep(act.conn, &copies)?;
    act.audit(
        None,
        Done {
            action: "service.backup",
            object: &good.file,
            patient: None,
            details: json!({
                "sha256": made.manifest.sha256, "bytes": good.bytes, "made_at": good.at,
            }),
        },
    )
}

/// Writes down a copy that was not made, or was no good, and why.
///
/// # Errors
/// When the database cannot be written.
pub fn failed(act: &mut Act<'_>, why: &str) -> Result<(), Error> {
    let before = db::copies::find_to_change(act.conn)?;
    let mut copies = before.unwrap_or_else(|| none_yet(act.now));
    copies.tried_at = Some(act.now);
    copies.failures = copies.failures.saturating_add(1);
    copies.failed_because = Some(why.chars().take(MOST).collect());
    Ok(db::copies::keep(act.conn, &copies)?)
}

/// Returns whether the last good copy is too old at `now`, or there is none and was none for as long.
pub fn is_late(copies: &Copies, watch: &Watch, now: Instant) -> bool {
    let since = copies.good.as_ref().map_or(copies.watched_from, |g| g.at);
    now - since > watch.too_old_after
}

/// Opens or closes the alert as copies stand, and writes its letter. Returns whether it is open.
///
/// # Errors
/// When the database cannot be written.
pub fn tell(act: &mut Act<'_>, watch: &Watch) -> Result<bool, Error> {
    let Some(mut copies) = db::copies::find_to_change(act.conn)? else {
        return Ok(false);
    };
    let late = is_late(&copies, watch, act.now);
    if late == copies.late_from.is_some() {
        return Ok(late);
    }
    let event = if late { "opened" } else { "closed" };
    let change = Change {
        kind: KIND,
        event,
        details: json!({
            "last_good": copies.good.as_ref().map(|g| g.at),
            "failures": copies.failures,
        }),
    };
    let operations = &watch.operations;
    operations::tell(act, operations, change, |act| {
        write(
            operations.language,
            &Facts {
                event,
                service: &act.desk.public_url,
                good: copies.good.as_ref().map(|g| (g.at, g.file.as_str())),
                expected_since: copies.watched_from,
                failures: copies.failures,
                because: copies.failed_because.as_deref(),
                zone: operations.zone,
                simulated: act.desk.simulated,
            },
        )
    })?;
    copies.late_from = late.then_some(act.now);
    db::copies::keep(act.conn, &copies)?;
    Ok(late)
}

fn none_yet(now: Instant) -> Copies {
    Copies {
        watched_from: now,
        good: None,
        tried_at: None,
        failures: 0,
        failed_because: None,
        late_from: None,
    }
}
