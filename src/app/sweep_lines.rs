//! Units are held for a line for so long, and then they are free again.

use super::each::Each;
use super::error::Error;
use super::plan_lines;
use super::service::Service;
use crate::domain::calendar::Instant;
use crate::domain::id::LineId;
use std::collections::BTreeSet;

/// How many lines are looked at at once.
const AT_ONCE: i64 = 100;

/// Ends the approved lines whose units were held for long enough, and gives back what broken lines
/// still hold elsewhere; each line in a transaction of its own, so that one that cannot be ended holds
/// up no other. Returns how many were ended.
///
/// # Errors
/// When the lines cannot be listed, or the last error of those that could not be ended.
pub async fn sweep(service: &Service, now: Instant) -> Result<usize, Error> {
    let mut each = Each::of(service, now);
    let mut tried: BTreeSet<LineId> = BTreeSet::new();
    loop {
        let most = AT_ONCE.saturating_add(i64::try_from(tried.len()).unwrap_or(0));
        let mut due = each.due(move |act| plan_lines::due(act, now, most)).await?;
        // what could not be ended is tried again the next time
        due.retain(|(line, _)| tried.insert(line.id.clone()));
        if due.is_empty() {
            return each.end();
        }
        for (line, sites) in due {
            let id = line.id.clone();
            each.one(sites, move |act| plan_lines::sweep(act, &id))
                .await;
        }
    }
}
