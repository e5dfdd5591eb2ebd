//! Blindness is visible: whoever looks after the service hears when alerts are not evaluated after a
//! movement, or letters do not leave; one letter then, and one when it is over. A site whose alerts are not
//! evaluated has an alert that says so, heard by its pharmacist and its coordinators.
//!
//! Each instance looks, whoever sees to the schedule: it is the schedule that may have stopped.

use super::act::Act;
use super::each::Each;
use super::error::Error;
use super::hear::hear;
use super::operations::{self, Change};
use super::service::Service;
use super::site_state::SiteState;
use crate::db;
use crate::domain::alert::{AlertKind, Reading};
use crate::domain::calendar::Instant;
use crate::domain::code::Finess;
use crate::text::letter::service::{Facts, write};
use chrono::TimeDelta;
use serde_json::json;
use std::collections::BTreeSet;

/// What this alert is called where kinds of alerts are: as that of a site.
pub const KIND: &str = AlertKind::EvaluationLate.code();

/// What an alert of this kind is about, at each site.
const SUBJECT: &str = "movements";

/// How long what must happen may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Until alerts are evaluated after a movement.
    pub evaluation: TimeDelta,
    /// Until a letter that is due has left.
    pub outbox: TimeDelta,
}

/// What is late.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Late {
    /// Since when a movement is there after which alerts were not evaluated, when that is too long.
    pub movement: Option<Instant>,
    /// Since when a letter should have left, when that is too long.
    pub letter: Option<Instant>,
}

impl Late {
    /// Returns whether anything is.
    pub const fn is_anything(&self) -> bool {
        self.movement.is_some() || self.letter.is_some()
    }
}

/// How it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stand {
    /// What is late.
    pub late: Late,
    /// Since when it has been told that something is.
    pub told: Option<Instant>,
    /// The first movement that was not evaluated, late or not.
    pub unevaluated_since: Option<Instant>,
    /// The sites where alerts are late.
    pub sites: BTreeSet<Finess>,
}

/// Returns how it stands.
///
/// # Errors
/// When the database cannot be read.
pub fn stand(act: &mut Act<'_>, limits: Limits) -> Result<Stand, Error> {
    let told = db::schedule::service_alert(act.conn, KIND)?;
    seen(act, limits, told)
}

fn seen(act: &mut Act<'_>, limits: Limits, told: Option<Instant>) -> Result<Stand, Error> {
    let behind = db::schedule::unevaluated(act.conn)?;
    let unevaluated_since = behind.iter().map(|one| one.since).min();
    let letter = db::outbox::oldest_queued(act.conn, act.now)?;
    let now = act.now;
    let late = |since: &Instant, limit: TimeDelta| now - *since > limit;
    let sites = behind
        .iter()
        .filter(|one| late(&one.since, limits.evaluation))
        .map(|one| one.site);
    Ok(Stand {
        sites: sites.collect(),
        late: Late {
            movement: unevaluated_since.filter(|since| late(since, limits.evaluation)),
            letter: letter.filter(|since| late(since, limits.outbox)),
        },
        told,
        unevaluated_since,
    })
}

/// Opens or closes the alert as it stands, and writes its letter. Returns what is late.
///
/// # Errors
/// When the database cannot be written.
pub fn tell(act: &mut Act<'_>, limits: Limits) -> Result<Late, Error> {
    let told = db::schedule::service_alert_to_change(act.conn, KIND)?;
    let late = seen(act, limits, told)?.late;
    if late.is_anything() == told.is_some() {
        return Ok(late);
    }
    let event = if late.is_anything() {
        "opened"
    } else {
        "closed"
    };
    let change = Change {
        kind: KIND,
        event,
        details: json!({ "movement": late.movement, "letter": late.letter }),
    };
    let desk = act.desk;
    let operations = &desk.operations;
    operations::tell(act, operations, change, |act| {
        write(
            operations.language,
            &Facts {
                event,
                service: &act.desk.public_url,
                movement: late.movement,
                letter: late.letter,
                zone: operations.zone,
                simulated: act.desk.simulated,
            },
        )
    })?;
    let since = late.is_anything().then_some(act.now);
    db::schedule::set_service_alert(act.conn, KIND, since)?;
    Ok(late)
}

/// Opens the alert of each site where alerts are late, and closes it where they are no more. Returns how many
/// changed.
///
/// # Errors
/// When the database cannot be read, or the last error of the sites that could not be told.
pub async fn tell_sites(
    service: &Service,
    now: Instant,
    late: &BTreeSet<Finess>,
) -> Result<usize, Error> {
    let mut each = Each::of(service, now);
    let look = |act: &mut Act<'_>| Ok(db::alerts::of_kind(act.conn, AlertKind::EvaluationLate)?);
    let open: BTreeSet<Finess> = each.due(look).await?.into_iter().collect();
    for site in open.symmetric_difference(late).copied() {
        let evaluated = !late.contains(&site);
        each.one(vec![site], move |act| tell_site(act, site, evaluated))
            .await;
    }
    each.end()
}

fn tell_site(act: &mut Act<'_>, site: Finess, evaluated: bool) -> Result<(), Error> {
    let state = SiteState::load(act, site)?;
    let mut open = db::alerts::open(act.conn, site)?;
    let reading = Reading {
        found: i64::from(evaluated),
        expected: 1,
    };
    let kind = AlertKind::EvaluationLate;
    hear(act, &state, &mut open, kind, SUBJECT, reading)
}
