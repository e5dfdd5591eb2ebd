//! Whether the audit trail is signed each day, and by which key.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use chrono::TimeDelta;

use super::copies::Warning;
use crate::app::audit_trail;
use crate::app::{Caller, Service};
use crate::clock::Clock;
use crate::settings::Settings;
use crate::telemetry::Metrics;
use crate::trail::SigningKey;

/// How often it is looked at. Choice: a minute, which is nothing beside a day; it is one read of one row.
pub(super) const LOOK_EVERY: Duration = Duration::from_mins(1);

/// How old the last statement may be before `/readyz` warns.
///
/// Choice: a day, and two hours for an instance that was away when the day began.
const TOO_OLD: TimeDelta = TimeDelta::hours(26);

/// Reads the key that signs, if one is set.
pub(super) fn key(settings: &Settings) -> Result<Option<Arc<SigningKey>>> {
    let Some(file) = &settings.audit_signing_key_file else {
        tracing::warn!(
            "THE AUDIT TRAIL IS NOT SIGNED: set audit_signing_key_file (`dotation audit key --new FILE` makes one)"
        );
        return Ok(None);
    };
    let key = SigningKey::read(file).context("reading the setting audit_signing_key_file")?;
    tracing::info!(
        key = key.public().id(),
        "the audit trail is signed each day"
    );
    Ok(Some(Arc::new(key)))
}

/// Tells when the trail was last signed. Each instance does.
#[derive(Clone)]
pub(super) struct Signing {
    service: Service,
    clock: Clock,
    metrics: Arc<Metrics>,
    wanted: bool,
    pub(super) warning: Warning,
}

impl Signing {
    pub(super) fn new(
        service: &Service,
        clock: Clock,
        metrics: &Arc<Metrics>,
        key: Option<&Arc<SigningKey>>,
    ) -> Self {
        Self {
            service: service.clone(),
            clock,
            metrics: Arc::clone(metrics),
            wanted: key.is_some(),
            warning: Warning::default(),
        }
    }

    /// Looks once.
    pub(super) async fn look(self) {
        let now = self.clock.now();
        let caller = Caller::service();
        let last = match self
            .service
            .read(caller, now, audit_trail::last_signed)
            .await
        {
            Ok(last) => last,
            Err(error) => {
                tracing::warn!(%error, "nobody looked whether the audit trail is signed");
                return;
            }
        };
        let seconds = last.map_or(0, |last| last.timestamp());
        self.metrics.audit_last_signed.set(seconds);
        let late = last.is_some_and(|last| now - last > TOO_OLD);
        self.warning.say((self.wanted && late).then(|| {
            let at = last.map(|last| last.format("%Y-%m-%dT%H:%M:%SZ").to_string());
            format!("last signed at {}", at.unwrap_or_default())
        }));
    }
}
