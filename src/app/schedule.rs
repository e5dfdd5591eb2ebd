//! What follows from time alone, done by one instance at a time.
//!
//! The instance that has the lease sees to it: days that begin, alerts that nobody acknowledged, the digest
//! of each morning, letters that were given up, sites that nobody can be written to, sites to be evaluated,
//! units held for long enough, notices that end. The lease is a row, taken by a compare-and-set and renewed;
//! when its owner dies it is free half a minute later. It saves work and no more: what must be done once is
//! done once by the database, in the transaction that does it, also where two believe that they have it.
//! Quiet hours need nobody: a letter that waits is due when they end.

use super::act::{Act, Caller};
use super::audit_trail;
use super::digest;
use super::error::Error;
use super::escalate;
use super::evaluate;
use super::fall_back;
use super::letter_links;
use super::notices;
use super::reach;
use super::retention::{self, Keep, Terms};
use super::service::Service;
use super::sweep_lines;
use super::transfer;
use super::turn_day::{Days, Turned};
use crate::db::{self, schedule::Span};
use crate::domain::calendar::Instant;
use crate::trail::SigningKey;
use chrono::TimeDelta;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant as Moment;

/// What the lease is called.
const LEASE: &str = "schedule";

/// How long a lease is good that is not renewed.
///
/// Choice: half a minute; nothing that follows from time alone is later by more than that when an instance
/// dies, and a database that is busy for less takes it from nobody.
pub const LEASE_TIME: TimeDelta = TimeDelta::seconds(30);

/// How often it is renewed while a look takes long. Choice: three times in its life.
const KEEP_EVERY: Duration = Duration::from_secs(10);

/// How often all is looked at but letters that were given up.
///
/// Choice: a minute is nothing beside hours and days, and these looks read a row a site.
const MINUTE: TimeDelta = TimeDelta::minutes(1);

/// How often sites that are no CAR-T centres are asked whether a notice of theirs ends, and what is old is
/// forgotten.
///
/// Choice: a notice ends on a day, and is heard of for two weeks before.
const HOUR: TimeDelta = TimeDelta::hours(1);

/// How often what was kept for long enough is erased.
///
/// Choice: once a day, and when an instance takes over; what is years old is not in a hurry.
const NIGHT: TimeDelta = TimeDelta::hours(24);

/// How an instance sees to what follows from time alone.
pub struct Schedule {
    service: Service,
    /// A name that no other instance has.
    owner: String,
    /// After how long an alert that nobody acknowledged is sent to the coordinator.
    escalate_after: TimeDelta,
    /// By what the audit trail is signed each day, if it is.
    audit_key: Option<Arc<SigningKey>>,
    /// Whether whoever had the lease before was made to give it up, where nobody else can have it.
    seized: bool,
    /// Until when we have the lease, if we do.
    until: Option<Instant>,
    days: Days,
    minute: Option<Instant>,
    hour: Option<Instant>,
    /// For how long what is kept.
    terms: Terms,
    night: Option<Instant>,
}

/// What one look came to.
#[derive(Debug, Default)]
pub struct Looked {
    /// Whether this instance sees to it.
    pub ours: bool,
    /// The sites whose day began.
    pub turned: Vec<Turned>,
    /// How much each task did, or why it could not.
    pub done: Vec<(&'static str, Result<usize, Error>)>,
}

impl Schedule {
    /// Makes one; nothing is done before the first look.
    pub fn new(service: Service, escalate_after: TimeDelta) -> Self {
        Self {
            owner: format!("{}-{:016x}", std::process::id(), rand::random::<u64>()),
            escalate_after,
            audit_key: None,
            seized: false,
            until: None,
            days: Days::new(service.clone()),
            minute: None,
            hour: None,
            terms: Terms::default(),
            night: None,
            service,
        }
    }

    /// The same, with the key that signs the audit trail each day.
    #[must_use]
    pub fn signing_with(self, audit_key: Option<Arc<SigningKey>>) -> Self {
        Self { audit_key, ..self }
    }

    /// The same, with for how long what is kept; without, nothing is erased.
    #[must_use]
    pub fn keeping_for(self, terms: Terms) -> Self {
        Self { terms, ..self }
    }

    /// Looks once, and does what is due if this instance has the lease or can take it.
    ///
    /// # Errors
    /// When the lease cannot be asked for, or the sites not be listed: then nothing was done, and the next
    /// look makes up for it. What a task failed with is in what is returned.
    pub async fn look(&mut self, now: Instant) -> Result<Looked, db::Error> {
        if !self.has_lease(now).await? {
            // whoever has it settles the days; when it is ours again, all are looked at anew
            self.days = Days::new(self.service.clone());
            (self.minute, self.hour) = (None, None);
            return Ok(Looked::default());
        }
        let keeping = keep(self.service.clone(), self.owner.clone(), now);
        let begun = Moment::now();
        let looked = tokio::select! {
            looked = self.due(now) => looked,
            never = keeping => match never {},
        };
        if begun.elapsed() >= KEEP_EVERY {
            // it was renewed meanwhile, or lost: that is asked before the next look
            self.until = None;
        }
        looked
    }

    /// Does what is due.
    async fn due(&mut self, now: Instant) -> Result<Looked, db::Error> {
        let mut turned = Vec::new();
        let mut done = vec![("fall-back", fall_back::follow(&self.service, now).await)];
        if is_due(&mut self.minute, MINUTE, now) {
            turned = self.days.turn(now).await?;
            let service = &self.service;
            let after = self.escalate_after;
            done.push(("escalation", escalate::watch(service, now, after).await));
            done.push(("digest", digest::watch(service, now).await));
            done.push(("evaluation", evaluate::watch(service, now).await));
            done.push(("reachability", reach::watch(service, now).await));
            done.push(("held lines", sweep_lines::sweep(service, now).await));
            done.push((
                "unsent transfers",
                transfer::lapse::sweep(service, now).await,
            ));
        }
        if is_due(&mut self.hour, HOUR, now) {
            done.push(("notices", notices::watch(&self.service, now).await));
            done.push(("forgetting", self.forget(now).await));
            let key = self.audit_key.as_ref();
            if is_due(&mut self.night, NIGHT, now) {
                done.push(("retention", self.erase(now).await));
            }
            done.push(("signing", audit_trail::watch(&self.service, key, now).await));
        }
        Ok(Looked {
            ours: true,
            turned,
            done,
        })
    }

    /// Whether this instance has the lease, which is renewed when half of its time is over.
    async fn has_lease(&mut self, now: Instant) -> Result<bool, db::Error> {
        let half = LEASE_TIME / 2;
        if self
            .until
            .is_some_and(|until| now + half < until && until <= now + LEASE_TIME)
        {
            return Ok(true);
        }
        let seize = self.service.db().is_alone() && !self.seized;
        let span = Span {
            now,
            until: now + LEASE_TIME,
        };
        let owner = self.owner.clone();
        let taken = self
            .service
            .db()
            .write(Vec::new(), move |conn| {
                if seize {
                    db::schedule::seize(conn, LEASE)?;
                }
                db::schedule::take(conn, LEASE, &owner, span)
            })
            .await;
        let taken = match taken {
            // two took the first lease at once: the other has it
            Err(db::Error::Constraint { .. }) => false,
            taken => taken?,
        };
        self.seized = true;
        self.until = taken.then_some(span.until);
        Ok(taken)
    }

    async fn erase(&self, now: Instant) -> Result<usize, Error> {
        let erased = retention::run(
            &self.service,
            (Caller::service(), now),
            self.terms,
            Keep::Nothing,
        );
        let erased = erased.await?;
        Ok(erased
            .patients
            .saturating_add(erased.plans)
            .saturating_add(erased.letters))
    }

    async fn forget(&self, now: Instant) -> Result<usize, Error> {
        let caller = Caller::service();
        let forget = |act: &mut Act<'_>| {
            let links = letter_links::forget(act)?;
            Ok(links.saturating_add(escalate::forget(act)?))
        };
        self.service.write(caller, now, Vec::new(), forget).await
    }

    /// Gives the lease back, if this instance has it: another may take it at once.
    ///
    /// # Errors
    /// When the database cannot be written; then the lease ends by itself.
    pub async fn release(&mut self) -> Result<(), db::Error> {
        if self.until.take().is_none() {
            return Ok(());
        }
        let owner = self.owner.clone();
        let release = move |conn: &mut db::Conn| db::schedule::release(conn, LEASE, &owner);
        self.service.db().write(Vec::new(), release).await
    }
}

/// Renews the lease for as long as a look takes; a look goes on without it, for the database keeps what must
/// be done once.
async fn keep(service: Service, owner: String, now: Instant) -> Infallible {
    let begun = Moment::now();
    loop {
        tokio::time::sleep(KEEP_EVERY).await;
        let passed = TimeDelta::from_std(begun.elapsed()).unwrap_or(LEASE_TIME);
        let now = now + passed;
        let span = Span {
            now,
            until: now + LEASE_TIME,
        };
        let owner = owner.clone();
        let renew = move |conn: &mut db::Conn| db::schedule::take(conn, LEASE, &owner, span);
        if let Err(error) = service.db().write(Vec::new(), renew).await {
            tracing::warn!(%error, "the lease of the schedule was not renewed; soon again");
        }
    }
}

/// Whether a time of this length (a minute, an hour) has begun since the last look, which is now then: what
/// is due when a day begins is seen to in its first second.
fn is_due(last: &mut Option<Instant>, every: TimeDelta, now: Instant) -> bool {
    let turn = |at: Instant| at.timestamp().div_euclid(every.num_seconds().max(1));
    let due = last.is_none_or(|last| turn(last) != turn(now));
    *last = Some(now);
    due
}
