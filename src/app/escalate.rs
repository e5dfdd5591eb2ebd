//! An alert that nobody acknowledges is sent to the coordinator: once each time that it opens or gets worse,
//! so long after those who hear of it could.

use super::act::Act;
use super::each::Each;
use super::error::Error;
use super::hearers;
use super::post_letters::{self, after_those_before};
use super::service::Service;
use super::site_state::SiteState;
use crate::db;
use crate::domain::alert::{AlertKind, AlertState};
use crate::domain::calendar::Instant;
use crate::domain::code::Finess;
use crate::domain::id::AlertId;
use chrono::TimeDelta;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Sends the alerts that were raised at least `after` ago, and are open still, to the coordinator of each
/// site, else of its network; returns how many. One whose network has no coordinator waits for one.
///
/// # Errors
/// When the database cannot be read, or the last error of those that could not be sent.
pub async fn watch(service: &Service, now: Instant, after: TimeDelta) -> Result<usize, Error> {
    let mut each = Each::of(service, now);
    let by = now.checked_sub_signed(after).unwrap_or(now);
    for (alert, site, raised_at) in each.due(move |act| due(act, by)).await? {
        let work = move |act: &mut Act<'_>| escalate(act, &alert, site, raised_at);
        each.one(vec![site], work).await;
    }
    each.end()
}

/// The alerts that were raised by then and are open, of sites whose coordinators hear of their kind.
fn due(act: &mut Act<'_>, by: Instant) -> Result<Vec<(AlertId, Finess, Instant)>, Error> {
    let mut heard: BTreeMap<(Finess, AlertKind), bool> = BTreeMap::new();
    let mut due = Vec::new();
    for (alert, site, kind, raised_at) in db::schedule::unanswered(act.conn, by)? {
        let hears = match heard.entry((site, kind)) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(unknown) => {
                let found = db::sites::find(act.conn, site)?;
                *unknown.insert(match found {
                    Some(site) => !hearers::coordinators(act, &site, kind)?.is_empty(),
                    None => false,
                })
            }
        };
        if hears {
            due.push((alert, site, raised_at));
        }
    }
    Ok(due)
}

fn escalate(
    act: &mut Act<'_>,
    id: &AlertId,
    site: Finess,
    raised_at: Instant,
) -> Result<(), Error> {
    // another instance may have been at it, or it was raised again
    if !db::schedule::answered(act.conn, id, raised_at)? {
        return Ok(());
    }
    let alert = db::alerts::find(act.conn, id)?;
    let Some(alert) = alert.filter(|a| a.state == AlertState::Open) else {
        return Ok(());
    };
    if alert.kind.is_told_together() {
        // one letter names them all
        for other in db::alerts::open(act.conn, site)? {
            if other.kind == alert.kind {
                db::schedule::acknowledged(act.conn, &other.id)?;
            }
        }
    }
    let state = SiteState::load(act, site)?;
    let at = after_those_before(act, &alert, "escalated")?;
    for recipient in hearers::coordinators(act, &state.site, alert.kind)? {
        post_letters::to(act, &state, &alert, "escalated", &recipient, at)?;
    }
    Ok(())
}

/// Forgets the alerts that nobody waits for any more. Returns how many.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn forget(act: &mut Act<'_>) -> Result<usize, Error> {
    Ok(db::schedule::forget_answered(act.conn)?)
}
