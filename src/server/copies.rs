//! Safety copies on a schedule, and who hears when the last good one is too old.
//!
//! Each instance looks once a minute how copies stand in the database; where one is due, whoever comes
//! first makes it: on `PostgreSQL` an advisory lock keeps two from making one at a time. The clock of the
//! schedule is the moment of the last good copy, which outlives a restart.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;

use crate::app::operations::Operations;
use crate::app::watch_copies::{self, Watch};
use crate::app::{Caller, Service};
use crate::clock::Clock;
use crate::db::DatabaseUrl;
use crate::db::backup::{self, CopyError, Keep, Made, Target};
use crate::db::copies::Copies;
use crate::domain::calendar::Instant;
use crate::http::health::Verdict;
use crate::settings::Settings;
use crate::telemetry::Metrics;

/// How often it is asked whether a copy is due.
///
/// Choice: a minute, which is nothing beside an hour; it is one read of one row.
pub(super) const LOOK_EVERY: Duration = Duration::from_mins(1);

/// How long after a copy that failed the next is tried.
///
/// Choice: a quarter of an hour; a disk that is full or away is not mended sooner.
const TRY_AGAIN: TimeDelta = TimeDelta::minutes(15);

/// Makes copies when they are due, and tells when they are late.
#[derive(Clone)]
pub(super) struct Copier {
    pub(super) service: Service,
    pub(super) clock: Clock,
    pub(super) metrics: Arc<Metrics>,
    pub(super) url: DatabaseUrl,
    pub(super) folder: Option<PathBuf>,
    pub(super) every: TimeDelta,
    pub(super) keep: Keep,
    pub(super) watch: Watch,
    pub(super) warning: Warning,
}

/// What `/readyz` warns of.
#[derive(Clone, Debug, Default)]
pub(super) struct Warning(Arc<Mutex<Option<String>>>);

impl Warning {
    /// Returns what it is.
    pub(super) fn verdict(&self) -> Verdict {
        let said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        said.clone().map_or(Ok(()), Err)
    }

    pub(super) fn say(&self, what: Option<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = what;
    }
}

impl Copier {
    pub(super) fn new(
        settings: &Settings,
        service: &Service,
        clock: Clock,
        metrics: &Arc<Metrics>,
        url: DatabaseUrl,
    ) -> Self {
        let hours = |n: u32| TimeDelta::hours(i64::from(n));
        if settings.backup_folder.is_none() {
            tracing::warn!(
                "NO SAFETY COPIES ARE MADE BY THIS SERVICE: set backup_folder, or run `dotation backup` from a timer"
            );
        }
        Self {
            service: service.clone(),
            clock,
            metrics: Arc::clone(metrics),
            url,
            folder: settings.backup_folder.clone(),
            every: hours(settings.backup_every_hours),
            keep: Keep {
                days: settings.backup_keep_days,
                months: settings.backup_keep_months,
            },
            watch: Watch {
                too_old_after: hours(settings.backup_too_old_hours),
                operations: operations(settings),
            },
            warning: Warning::default(),
        }
    }

    /// Looks once: makes a copy if one is due, and tells how copies stand.
    pub(super) async fn look(self) {
        if let Err(error) = self.looked().await {
            tracing::error!(%error, "nobody looked after safety copies; in a minute again");
        }
    }

    async fn looked(&self) -> Result<(), crate::app::Error> {
        let mut copies = self.stand().await?;
        if let Some(folder) = self.folder.clone() {
            if copies.is_none() {
                self.write(watch_copies::expect).await?;
            }
            if self.is_due(copies.as_ref(), self.clock.now()) {
                self.copy(folder).await?;
            }
            copies = self.stand().await?;
        }
        let Some(copies) = copies else {
            return Ok(());
        };
        let good = copies.good.as_ref().map_or(0, |good| good.at.timestamp());
        self.metrics.backup_last_good.set(good);
        let mut late = copies.late_from.is_some();
        if late != watch_copies::is_late(&copies, &self.watch, self.clock.now()) {
            let watch = self.watch.clone();
            late = self
                .write(move |act| watch_copies::tell(act, &watch))
                .await?;
        }
        self.metrics
            .open_alerts(watch_copies::KIND, i64::from(late));
        self.warning.say(late.then(|| said(&copies)));
        Ok(())
    }

    /// A copy is due when the last good one has had its time, or shows a moment that has not come: a
    /// clock was wrong. One that failed is tried again a little later.
    fn is_due(&self, copies: Option<&Copies>, now: Instant) -> bool {
        let Some(copies) = copies else {
            return true;
        };
        let rests = copies.failures > 0
            && copies
                .tried_at
                .is_some_and(|tried| (TimeDelta::zero()..TRY_AGAIN).contains(&(now - tried)));
        let fresh = copies
            .good
            .as_ref()
            .is_some_and(|good| (TimeDelta::zero()..self.every).contains(&(now - good.at)));
        !rests && !fresh
    }

    async fn copy(&self, folder: PathBuf) -> Result<(), crate::app::Error> {
        let (url, now, keep) = (self.url.clone(), self.clock.now(), self.keep);
        let done = tokio::task::spawn_blocking(move || {
            let made = backup::make(&url, &Target::Folder(folder.clone()), now)?;
            // old ones go only now that there is a good newer one
            let gone = backup::remove_outdated(&folder, keep, &made.path, now);
            Ok::<_, CopyError>((made, gone))
        });
        let done = match done.await {
            Ok(done) => done,
            Err(error) => return self.failed(&error.to_string()).await,
        };
        match done {
            Ok((made, gone)) => {
                match gone {
                    Ok(gone) if gone.is_empty() => {}
                    Ok(gone) => tracing::info!(copies = gone.len(), "old safety copies removed"),
                    Err(error) => tracing::warn!(%error, "old safety copies were not removed"),
                }
                self.made(&made).await
            }
            // another instance is at it
            Err(error @ CopyError::Underway { .. }) => {
                tracing::debug!(%error, "no safety copy made here");
                Ok(())
            }
            Err(error) => self.failed(&error.to_string()).await,
        }
    }

    async fn made(&self, made: &Made) -> Result<(), crate::app::Error> {
        let (file, bytes) = (made.path.display(), made.manifest.bytes);
        tracing::info!(%file, bytes, "safety copy made and verified");
        let made = made.clone();
        self.write(move |act| watch_copies::made(act, &made)).await
    }

    async fn failed(&self, why: &str) -> Result<(), crate::app::Error> {
        tracing::error!(error = why, "no safety copy; in a quarter of an hour again");
        self.metrics.backup_failures.inc();
        let why = why.to_owned();
        self.write(move |act| watch_copies::failed(act, &why)).await
    }

    async fn stand(&self) -> Result<Option<Copies>, crate::app::Error> {
        let (caller, now) = (caller(), self.clock.now());
        self.service.read(caller, now, watch_copies::stand).await
    }

    async fn write<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut crate::app::Act<'_>) -> Result<T, crate::app::Error> + Send + 'static,
    ) -> Result<T, crate::app::Error> {
        let now = self.clock.now();
        self.service.write(caller(), now, Vec::new(), work).await
    }
}

/// Who looks after the service, as it is set.
pub(super) fn operations(settings: &Settings) -> Operations {
    Operations {
        email: settings.operations_email.clone(),
        language: settings.default_language,
        zone: settings.time_zone,
    }
}

fn caller() -> Caller {
    Caller::service()
}

fn said(copies: &Copies) -> String {
    match &copies.good {
        Some(good) => format!(
            "the last good safety copy is of {}",
            good.at.format("%Y-%m-%dT%H:%M:%SZ")
        ),
        None => "there is no good safety copy".to_owned(),
    }
}
