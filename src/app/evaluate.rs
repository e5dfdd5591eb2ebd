//! The net under the evaluation of alerts: each site where something moved is evaluated once more, by
//! somebody else than who moved it.
//!
//! A movement settles its site in its own transaction, so there is nothing left to say then. What this adds
//! is that it is known: up to which movement a site was evaluated stands in the database, and where that
//! stays behind, whoever looks after the service hears of it ([`super::watch_service`]).

use super::act::Act;
use super::after;
use super::each::Each;
use super::error::Error;
use super::monitor;
use super::service::Service;
use super::site_state::SiteState;
use crate::db;
use crate::domain::calendar::Instant;
use crate::domain::code::Finess;
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
    let mut each = Each::of(service, now);
    let look = |act: &mut Act<'_>| Ok(db::schedule::unevaluated(act.conn)?);
    let due = each.due(look).await?;
    let old = |one: &db::schedule::Unevaluated| one.since <= now - SETTLED_SINCE;
    for one in due.into_iter().filter(old) {
        let site = one.site;
        each.one(vec![site], move |act| evaluate(act, site)).await;
    }
    each.end()
}

fn evaluate(act: &mut Act<'_>, site: Finess) -> Result<(), Error> {
    let last = db::stock::last_seq(act.conn, site)?;
    let mut state = SiteState::load(act, site)?;
    after::settle(act, &mut state)?;
    monitor::settle(act, site)?;
    Ok(db::schedule::evaluated(act.conn, site, last, act.now)?)
}
