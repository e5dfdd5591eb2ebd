//! What was asked for by hand and is not sent in time is free again.

use super::end::end;
use super::{locked, may_take};
use crate::app::act::Act;
use crate::app::each::Each;
use crate::app::error::Error;
use crate::app::service::Service;
use crate::db;
use crate::domain::calendar::Instant;
use crate::domain::id::TransferId;
use crate::domain::transfer::{ClosedAs, Step};
use chrono::TimeDelta;
use std::collections::BTreeSet;

/// For how long units are held for a transfer that is asked for by hand, counted from when it was asked for
/// or accepted, whichever was last.
///
/// Choice: three days, as units are held for a line of a plan; a giver who is silent over a weekend can
/// still answer on Monday, and nobody's shelf is shut for longer by a question.
const HELD_FOR: TimeDelta = TimeDelta::hours(72);

/// What stands on a transfer that ended so, for whoever asked.
const WORDS: &str = "Non envoyé dans les 72 heures : les unités sont libres. / Not sent within 72 hours: its units are free.";

/// How many transfers are looked at at once.
const AT_ONCE: i64 = 100;

/// Cancels the transfers that were asked for by hand and not sent in time; each in a transaction of its own,
/// so that one that cannot be ended holds up no other. Returns how many were.
///
/// # Errors
/// When the transfers cannot be listed, or the last error of those that could not be ended.
pub async fn sweep(service: &Service, now: Instant) -> Result<usize, Error> {
    let Some(before) = now.checked_sub_signed(HELD_FOR) else {
        return Ok(0);
    };
    let mut each = Each::of(service, now);
    let mut tried: BTreeSet<TransferId> = BTreeSet::new();
    loop {
        let most = AT_ONCE.saturating_add(i64::try_from(tried.len()).unwrap_or(0));
        let waiting = move |act: &mut Act<'_>| {
            Ok::<_, Error>(db::transfers::waiting_since(act.conn, before, most)?)
        };
        let mut waiting = each.due(waiting).await?;
        // what could not be ended is tried again the next time
        waiting.retain(|transfer| tried.insert(transfer.id.clone()));
        if waiting.is_empty() {
            return each.end();
        }
        for transfer in waiting {
            let sites = vec![transfer.from, transfer.to];
            each.one(sites, move |act| lapse(act, &transfer.id, before))
                .await;
        }
    }
}

fn lapse(act: &mut Act<'_>, id: &TransferId, before: Instant) -> Result<(), Error> {
    let transfer = locked(act, id)?;
    let since = transfer.accepted.as_ref().unwrap_or(&transfer.asked).at;
    // somebody may have answered since it was listed
    if since > before || may_take(&transfer, Step::Cancel).is_err() {
        return Ok(());
    }
    end(act, transfer, ClosedAs::Cancelled, Some(WORDS.to_owned()))?;
    Ok(())
}
