//! Whether the service sees what happens, and what it has to say leaves it.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;

use super::copies::Warning;
use crate::app::watch_service::{self, Late, Limits};
use crate::app::{Caller, Service};
use crate::clock::Clock;
use crate::settings::Settings;
use crate::telemetry::Metrics;

/// How often it is looked at. Choice: a minute, which is nothing beside the limits.
pub(super) const LOOK_EVERY: Duration = Duration::from_mins(1);

/// Tells when alerts are not evaluated, or letters do not leave. Each instance does.
#[derive(Clone)]
pub(super) struct Sight {
    service: Service,
    clock: Clock,
    metrics: Arc<Metrics>,
    limits: Limits,
    pub(super) warning: Warning,
}

impl Sight {
    pub(super) fn new(
        settings: &Settings,
        service: &Service,
        clock: Clock,
        metrics: &Arc<Metrics>,
    ) -> Self {
        let minutes = |n: u32| TimeDelta::minutes(i64::from(n));
        Self {
            service: service.clone(),
            clock,
            metrics: Arc::clone(metrics),
            limits: Limits {
                evaluation: minutes(settings.evaluation_late_minutes),
                outbox: minutes(settings.outbox_late_minutes),
            },
            warning: Warning::default(),
        }
    }

    /// Looks once.
    pub(super) async fn look(self) {
        if let Err(error) = self.looked().await {
            tracing::error!(%error, "nobody looked whether alerts are evaluated and sent; in a minute again");
        }
    }

    async fn looked(&self) -> Result<(), crate::app::Error> {
        let (now, limits) = (self.clock.now(), self.limits);
        let caller = Caller::service();
        let stand = self.service.read(caller.clone(), now, move |act| {
            watch_service::stand(act, limits)
        });
        let stand = stand.await?;
        let behind = stand.unevaluated_since.map(|since| now - since);
        let seconds = behind.map_or(0, |behind| behind.num_seconds().max(0));
        self.metrics.evaluation_behind_seconds.set(seconds);
        let late = stand.late;
        let sites = i64::try_from(stand.sites.len()).unwrap_or(i64::MAX);
        let count = sites.saturating_add(i64::from(late.letter.is_some()));
        self.metrics.open_alerts(watch_service::KIND, count);
        self.warning.say(said(late));
        if let Some(what) = said(late) {
            tracing::error!(what, "EVALUATION LATE: alerts may reach nobody");
        }
        if late.is_anything() != stand.told.is_some() {
            self.service
                .write(caller, now, Vec::new(), move |act| {
                    watch_service::tell(act, limits)
                })
                .await?;
        }
        watch_service::tell_sites(&self.service, now, &stand.sites).await?;
        Ok(())
    }
}

fn said(late: Late) -> Option<String> {
    let when = |at: crate::domain::calendar::Instant| at.format("%Y-%m-%dT%H:%M:%SZ");
    let movement = late
        .movement
        .map(|at| format!("a movement of {} is not evaluated", when(at)));
    let letter = late
        .letter
        .map(|at| format!("a letter of {} has not left", when(at)));
    let all: Vec<String> = movement.into_iter().chain(letter).collect();
    (!all.is_empty()).then(|| all.join("; "))
}
