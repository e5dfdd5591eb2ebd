//! What each instance does by itself: it forgets old answers, keeps its gauges true, and tries whether there
//! is room to write. What follows from time alone, one does for all ([`super::schedule`]).

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::app::{Service, sessions};
use crate::clock::Clock;
use crate::db::outbox::LetterState;
use crate::db::{self, Conn, Db, alerts, idempotency, outbox};
use crate::domain::alert::AlertKind;
use crate::domain::calendar::Instant;
use crate::telemetry::Metrics;

/// Choice: answers are kept for days, so an hour more or less is nothing.
const FORGET_EVERY: Duration = Duration::from_hours(1);

/// Choice: what most collectors of metrics ask at.
const COUNT_EVERY: Duration = Duration::from_secs(15);

/// How often a row is written and taken away, to see whether there is room.
///
/// Choice: as often as metrics are counted; a disk that filled while nobody wrote is seen as soon.
const WRITE_EVERY: Duration = Duration::from_secs(15);

/// Begins the chores; they end when what is returned is dropped.
pub(super) fn begin(
    service: &Service,
    clock: Clock,
    metrics: &Arc<Metrics>,
    days: u32,
) -> JoinSet<()> {
    let mut chores = JoinSet::new();
    let db = service.db();
    let ours = db.clone();
    chores.spawn(every(WRITE_EVERY, move || try_writing(ours.clone(), clock)));
    let ours = db.clone();
    chores.spawn(every(FORGET_EVERY, move || {
        forget(ours.clone(), clock, days)
    }));
    let ours = service.clone();
    chores.spawn(every(FORGET_EVERY, move || {
        forget_sessions(ours.clone(), clock)
    }));
    let (db, metrics) = (db.clone(), Arc::clone(metrics));
    chores.spawn(every(COUNT_EVERY, move || {
        count(db.clone(), clock, Arc::clone(&metrics))
    }));
    chores
}

pub(super) async fn every<F: Future<Output = ()>>(time: Duration, chore: impl Fn() -> F) {
    let mut ticks = interval(time);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        chore().await;
    }
}

/// Writes as little as can be: what the database remembers of it is what `/readyz` says.
async fn try_writing(db: Db, clock: Clock) {
    if let Err(error) = db.try_writing(clock.now()).await {
        tracing::warn!(%error, "a small write, by which room is looked for, failed");
    }
}

/// Forgets the answers to requests that are too old to be repeated.
async fn forget(db: Db, clock: Clock, days: u32) {
    let age = TimeDelta::days(i64::from(days));
    let Some(before) = clock.now().checked_sub_signed(age) else {
        return;
    };
    let forget = move |conn: &mut Conn| idempotency::forget(conn, before);
    match db.write(Vec::new(), forget).await {
        Ok(0) => {}
        Ok(answers) => tracing::info!(answers, "old answers to repeated requests forgotten"),
        Err(error) => tracing::warn!(%error, "old answers were not forgotten; in an hour again"),
    }
}

/// Forgets sessions, devices, failures and links that are over.
async fn forget_sessions(service: Service, clock: Clock) {
    let (now, access) = (clock.now(), service.access().clone());
    let forget = move |conn: &mut Conn| sessions::forget(conn, &access, now);
    match service.db().write(Vec::new(), forget).await {
        Ok(0) => {}
        Ok(rows) => tracing::info!(rows, "sessions and links that are over forgotten"),
        Err(error) => tracing::warn!(%error, "old sessions were not forgotten; in an hour again"),
    }
}

struct Counted {
    alerts: Vec<(AlertKind, i64)>,
    letters: Vec<(LetterState, i64)>,
    oldest: Option<Instant>,
}

/// Sets the gauges of what is in the database.
async fn count(db: Db, clock: Clock, metrics: Arc<Metrics>) {
    let now = clock.now();
    let look = move |conn: &mut Conn| {
        Ok::<_, db::Error>(Counted {
            alerts: alerts::count_open_by_kind(conn)?,
            letters: outbox::counts(conn)?,
            oldest: outbox::oldest_queued(conn, now)?,
        })
    };
    let counted = match db.read(look).await {
        Ok(counted) => counted,
        Err(error) => {
            tracing::warn!(%error, "alerts and letters were not counted for the metrics");
            return;
        }
    };
    // what is late is told by who looks for it, with the letters that are
    let counts = |kind: &AlertKind| *kind != AlertKind::EvaluationLate;
    for kind in AlertKind::ALL.into_iter().filter(counts) {
        metrics.open_alerts(kind.code(), of(&counted.alerts, &kind));
    }
    let queued = of(&counted.letters, &LetterState::Queued);
    metrics.letters_queued.set(queued);
    let age = counted.oldest.map(|due| now - due);
    let seconds = age.map_or(0, |age| age.num_seconds().max(0));
    metrics.letters_oldest_seconds.set(seconds);
}

fn of<K: PartialEq>(counts: &[(K, i64)], key: &K) -> i64 {
    let found = counts.iter().find(|(k, _)| k == key);
    found.map_or(0, |(_, count)| *count)
}
