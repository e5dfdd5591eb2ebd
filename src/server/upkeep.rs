//! What the service does by itself: it begins each site's day, forgets old answers, and keeps its
//! gauges true; and it tries whether there is room to write.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::app::Service;
use crate::app::turn_day::Days;
use crate::app::{notices, sweep_lines, transfer};
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

/// How often held units are looked for that were held for long enough.
///
/// Choice: they were held for hours or days, so a minute more is nothing.
const SWEEP_EVERY: Duration = Duration::from_mins(1);

/// How often sites that are no CAR-T centres are asked whether a notice of theirs ends; centres follow
/// with their own day.
///
/// Choice: a notice ends on a day, and is heard of for two weeks before.
const NOTICES_EVERY: Duration = Duration::from_hours(1);

/// How often it is asked whether a day has begun somewhere.
///
/// Choice: a second, as the post looks for letters; it is one read of a few rows, and right also
/// after the clock was set or the machine slept.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Begins the chores; they end when what is returned is dropped.
pub(super) fn begin(
    service: &Service,
    clock: Clock,
    metrics: &Arc<Metrics>,
    days: u32,
) -> JoinSet<()> {
    let mut chores = JoinSet::new();
    chores.spawn(follow_days(Days::new(service.clone()), clock));
    let db = service.db();
    let ours = db.clone();
    chores.spawn(every(WRITE_EVERY, move || try_writing(ours.clone(), clock)));
    let ours = service.clone();
    chores.spawn(every(SWEEP_EVERY, move || sweep(ours.clone(), clock)));
    let ours = service.clone();
    chores.spawn(every(NOTICES_EVERY, move || {
        watch_notices(ours.clone(), clock)
    }));
    let ours = db.clone();
    chores.spawn(every(FORGET_EVERY, move || {
        forget(ours.clone(), clock, days)
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

/// Settles each CAR-T centre at the start, and when a day begins there.
async fn follow_days(mut days: Days, clock: Clock) {
    let mut ticks = interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut trouble = false;
    loop {
        ticks.tick().await;
        match days.turn(clock.now()).await {
            Ok(turned) => {
                trouble = false;
                for (site, outcome) in turned {
                    match outcome {
                        Ok(()) => tracing::debug!(site, "settled for its new day"),
                        Err(error) => {
                            tracing::error!(site, %error, "not settled for its new day; in a minute again");
                        }
                    }
                }
            }
            Err(error) => {
                if !trouble {
                    tracing::error!(%error, "nobody can see where a day begins");
                }
                trouble = true;
            }
        }
    }
}

/// Frees what was held for long enough: for approved lines of plans, and for transfers that nobody sends.
async fn sweep(service: Service, clock: Clock) {
    match sweep_lines::sweep(&service, clock.now()).await {
        Ok(0) => {}
        Ok(lines) => tracing::info!(lines, "units held for lines of plans are free again"),
        Err(error) => {
            tracing::error!(%error, "units held for long enough were not freed; in a minute again");
        }
    }
    match transfer::lapse::sweep(&service, clock.now()).await {
        Ok(0) => {}
        Ok(transfers) => tracing::info!(
            transfers,
            "transfers that were not sent in time are cancelled"
        ),
        Err(error) => {
            tracing::error!(%error, "transfers were not cancelled in time; in a minute again");
        }
    }
}

/// Opens and closes what sites hear of notices that end.
async fn watch_notices(service: Service, clock: Clock) {
    if let Err(error) = notices::watch(&service, clock.now()).await {
        tracing::error!(%error, "nobody looked whether notices end; in an hour again");
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

struct Counted {
    alerts: Vec<(AlertKind, i64)>,
    letters: Vec<(LetterState, i64)>,
    oldest: Option<Instant>,
}

/// Sets the gauges of what is in the database.
async fn count(db: Db, clock: Clock, metrics: Arc<Metrics>) {
    let look = |conn: &mut Conn| {
        Ok::<_, db::Error>(Counted {
            alerts: alerts::count_open_by_kind(conn)?,
            letters: outbox::counts(conn)?,
            oldest: outbox::oldest_queued(conn)?,
        })
    };
    let counted = match db.read(look).await {
        Ok(counted) => counted,
        Err(error) => {
            tracing::warn!(%error, "alerts and letters were not counted for the metrics");
            return;
        }
    };
    for kind in AlertKind::ALL {
        metrics.open_alerts(kind.code(), of(&counted.alerts, &kind));
    }
    let queued = of(&counted.letters, &LetterState::Queued);
    metrics.letters_queued.set(queued);
    let age = counted.oldest.map(|written| clock.now() - written);
    let seconds = age.map_or(0, |age| age.num_seconds().max(0));
    metrics.letters_oldest_seconds.set(seconds);
}

fn of<K: PartialEq>(counts: &[(K, i64)], key: &K) -> i64 {
    let found = counts.iter().find(|(k, _)| k == key);
    found.map_or(0, |(_, count)| *count)
}
