//! The settings of the wire, as those understand them who work by them.

use std::sync::Arc;

use anyhow::{Context as _, Result};

use super::http::Connections;
use super::tls::Certificates;
use crate::http::throttle::{PerMinute, Throttle};
use crate::settings::{Settings, Wire};
use crate::telemetry::Metrics;

/// Reads the certificate and its key, if they are set.
pub(super) fn certificates(
    settings: &Settings,
    metrics: &Arc<Metrics>,
) -> Result<Option<Certificates>> {
    let Some(files) = &settings.wire.tls else {
        return Ok(None);
    };
    let opened = Certificates::open(files, metrics).context("reading the settings of TLS")?;
    Ok(Some(opened))
}

/// Says so when there must be a proxy in front, and none is named.
pub(super) fn warn_of_unnamed_proxies(settings: &Settings) {
    let elsewhere = settings.public_url.starts_with("https://") && settings.wire.tls.is_none();
    if elsewhere && settings.wire.trusted_proxies.is_empty() {
        tracing::warn!(
            "THE AUDIT TRAIL HAS THE ADDRESS OF THE PROXY AND NOBODY ELSE'S: public_url is https, this service speaks none, and trusted_proxies names no proxy"
        );
    }
}

/// How often somebody may ask, as it is set.
pub(super) fn throttle(wire: &Wire) -> Throttle {
    let of_network = PerMinute {
        reads: wire.address_reads_per_minute,
        writes: wire.address_writes_per_minute,
        heavy: wire.address_heavy_per_minute,
        sign_ins: wire.address_sign_ins_per_minute,
    };
    let of_account = PerMinute {
        reads: wire.account_reads_per_minute,
        writes: wire.account_writes_per_minute,
        heavy: wire.account_heavy_per_minute,
        // who signs in has no account yet; those of one account are slowed where the password is looked at
        sign_ins: 0,
    };
    Throttle::new(of_network, of_account)
}

/// How connections are treated, as it is set.
pub(super) fn connections(settings: &Settings) -> Connections {
    let whole_seconds = settings.stop_timeout.as_millis().div_ceil(1_000);
    Connections {
        workers: settings.workers,
        most_per_address: usize::try_from(settings.wire.address_connections_most)
            .unwrap_or(usize::MAX),
        finish_seconds: u64::try_from(whole_seconds).unwrap_or(u64::MAX),
        ..Connections::default()
    }
}
