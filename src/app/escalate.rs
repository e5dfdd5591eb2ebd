//! An alert that nobody acknowledges is sent to the coordinator: once each time that it opens or gets worse,
//! so long after those who hear of it could.

use super::act::{Act, Caller};
use super::error::Error;
use super::hearers;
use super::post_letters::{self, after_those_before};
use super::service::Service;
use super::site_state::SiteState;
use crate::db;
use crate::domain::alert::AlertState;
use crate::domain::calendar::Instant;
use crate::domain::code::Finess;
use crate::domain::id::AlertId;
use crate::domain::role::Role;
use chrono::TimeDelta;

/// Sends the alerts that were raised at least `after` ago, and are open still, to the coordinator of each
/// site, else of its network; returns how many. One whose network has no coordinator waits for one.
///
/// # Errors
/// When the database cannot be read, or the last error of those that could not be sent.
pub async fn watch(service: &Service, now: Instant, after: TimeDelta) -> Result<usize, Error> {
    let caller = Caller::at_the_machine("service", Role::Admin);
    let by = now.checked_sub_signed(after).unwrap_or(now);
    let due = service
        .read(caller.clone(), now, move |act| {
            let mut due = Vec::new();
            for (alert, site, raised_at) in db::schedule::unanswered(act.conn, by)? {
                let found = db::sites::find(act.conn, site)?;
                let told = db::alerts::find(act.conn, &alert)?;
                let (Some(found), Some(told)) = (found, told) else {
                    continue;
                };
                if !hearers::coordinators(act, &found, told.kind)?.is_empty() {
                    due.push((alert, site, raised_at));
                }
            }
            Ok(due)
        })
        .await?;
    let (mut sent, mut failed) = (0, None);
    for (alert, site, raised_at) in due {
        let work = move |act: &mut Act<'_>| escalate(act, &alert, site, raised_at);
        match service.write(caller.clone(), now, vec![site], work).await {
            Ok(()) => sent += 1,
            Err(error) => failed = Some(error),
        }
    }
    failed.map_or(Ok(sent), Err)
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
