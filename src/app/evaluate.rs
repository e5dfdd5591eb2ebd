//! The net under the evaluation of alerts: each site where something moved is evaluated once more, by
//! somebody else than who moved it.
//!
//! A movement settles its site in its own transaction, so there is nothing left to say then. What this adds
//! is that it is known: up to which movement a site was evaluated stands in the database, and where that
//! stays behind, whoever looks after the service hears of it ([`super::watch_service`]).

use super::act::{Act, Caller};
use super::after;
use super::error::Error;
use super::monitor;
use super::service::Service;
use super::site_state::SiteState;
use crate::db;
use crate::domain::calendar::Instant;
use crate::domain::code::Finess;
use crate::domain::role::Role;
use chrono::TimeDelta;

/// How long ago something must have moved for its site to be evaluated once more.
///
/// Choice: a minute; the movement's own transaction has settled the site, and this is the net under it.
const SETTLED_SINCE: TimeDelta = TimeDelta::minutes(1);

/// Evaluates the sites where something moved since they were, a minute ago or more; returns how many.
///
/// # Errors
/// When the database cannot be read, or the last error of those that could not be evaluated.
pub async fn watch(service: &Service, now: Instant) -> Result<usize, Error> {
    let caller = Caller::at_the_machine("service", Role::Admin);
    let due = service
        .read(caller.clone(), now, |act| {
            Ok(db::schedule::unevaluated(act.conn)?)
        })
        .await?;
    let (mut evaluated, mut failed) = (0, None);
    let old = |one: &db::schedule::Unevaluated| one.since <= now - SETTLED_SINCE;
    for one in due.into_iter().filter(old) {
        let site = one.site;
        let work = move |act: &mut Act<'_>| evaluate(act, site);
        match service.write(caller.clone(), now, vec![site], work).await {
            Ok(()) => evaluated += 1,
            Err(error) => failed = Some(error),
        }
    }
    failed.map_or(Ok(evaluated), Err)
}

fn evaluate(act: &mut Act<'_>, site: Finess) -> Result<(), Error> {
    let last = db::stock::last_seq(act.conn, site)?;
    let mut state = SiteState::load(act, site)?;
    after::settle(act, &mut state)?;
    monitor::settle(act, site)?;
    Ok(db::schedule::evaluated(act.conn, site, last, act.now)?)
}
