//! Counts and gauges for Prometheus, in a registry of each service's own.
//!
//! Labels come from short lists that we make (patterns of routes, kinds), never from callers.

use std::fmt;
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// The media type of [`Metrics::encode`] (`OpenMetrics` 1.0).
pub const METRICS_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Upper bounds of request durations, in seconds. Choice: from a page out of memory to the
/// request's time limit.
const SECONDS: [f64; 11] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0,
];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByRequest {
    method: &'static str,
    pattern: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByAddress {
    method: &'static str,
    pattern: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByKind {
    kind: &'static str,
}

/// All that one service counts. Cheap to use from many threads.
pub struct Metrics {
    registry: Registry,
    requests: Family<ByRequest, Counter>,
    durations: Family<ByAddress, Histogram, fn() -> Histogram>,
    alerts_open: Family<ByKind, Gauge>,
    /// Letters in the outbox that are not sent yet.
    pub letters_queued: Gauge,
    /// How long ago the oldest letter that is not sent yet was written, in seconds.
    pub letters_oldest_seconds: Gauge,
    /// Letters that a mail server has accepted.
    pub letters_sent: Counter,
    /// Attempts that a mail server has put off (4xx, broken lines, time limits).
    pub letters_deferred: Counter,
    /// Letters given up for good.
    pub letters_failed: Counter,
    /// The moment that the last good safety copy shows, in seconds since 1970; 0 while there is none.
    pub backup_last_good: Gauge,
    /// Safety copies of this instance that could not be made, or were no good.
    pub backup_failures: Counter,
    /// How long ago the first movement was recorded after which alerts were not evaluated, in seconds.
    pub evaluation_behind_seconds: Gauge,
    /// When the audit trail was last signed, in seconds since 1970; 0 while it never was.
    pub audit_last_signed: Gauge,
    tls_days_left: Family<ByKind, Gauge>,
    /// New certificates that were not taken.
    pub tls_pairs_refused: Counter,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// With every count at nought.
    pub fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("dotation"),
            requests: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(SECONDS)),
            alerts_open: Family::default(),
            letters_queued: Gauge::default(),
            letters_oldest_seconds: Gauge::default(),
            letters_sent: Counter::default(),
            letters_deferred: Counter::default(),
            letters_failed: Counter::default(),
            backup_last_good: Gauge::default(),
            backup_failures: Counter::default(),
            evaluation_behind_seconds: Gauge::default(),
            audit_last_signed: Gauge::default(),
            tls_days_left: Family::default(),
            tls_pairs_refused: Counter::default(),
        };
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let r = &mut self.registry;
        r.register("http_requests", "Requests answered", self.requests.clone());
        r.register(
            "http_request_seconds",
            "Time to answer a request",
            self.durations.clone(),
        );
        r.register(
            "alerts_open",
            "Alerts that are open",
            self.alerts_open.clone(),
        );
        r.register(
            "letters_queued",
            "Letters not sent yet",
            self.letters_queued.clone(),
        );
        r.register(
            "letters_oldest_seconds",
            "Age of the oldest letter that is not sent yet",
            self.letters_oldest_seconds.clone(),
        );
        r.register(
            "letters_sent",
            "Letters accepted by a mail server",
            self.letters_sent.clone(),
        );
        r.register(
            "letters_deferred",
            "Attempts put off",
            self.letters_deferred.clone(),
        );
        r.register(
            "letters_failed",
            "Letters given up",
            self.letters_failed.clone(),
        );
        r.register(
            "backup_last_good_timestamp_seconds",
            "The moment that the last good safety copy shows",
            self.backup_last_good.clone(),
        );
        r.register(
            "backup_failures",
            "Safety copies that failed",
            self.backup_failures.clone(),
        );
        r.register(
            "evaluation_behind_seconds",
            "Age of the first movement after which alerts were not evaluated",
            self.evaluation_behind_seconds.clone(),
        );
        r.register(
            "audit_last_signed_timestamp_seconds",
            "When the audit trail was last signed",
            self.audit_last_signed.clone(),
        );
        r.register(
            "tls_certificate_days_left",
            "Whole days until the certificate ends that this service shows, if it shows one",
            self.tls_days_left.clone(),
        );
        r.register(
            "tls_pairs_refused",
            "New certificates that were not taken",
            self.tls_pairs_refused.clone(),
        );
    }

    /// Counts a request that was answered.
    pub fn request(&self, method: &'static str, pattern: &str, status: u16, took: Duration) {
        let pattern = pattern.to_owned();
        let by_address = ByAddress {
            method,
            pattern: pattern.clone(),
        };
        let by_request = ByRequest {
            method,
            pattern,
            status,
        };
        self.requests.get_or_create(&by_request).inc();
        let durations = self.durations.get_or_create(&by_address);
        durations.observe(took.as_secs_f64());
    }

    /// Says for how many days the certificate is good that is served.
    pub fn tls_days_left(&self, days: i64) {
        self.tls_days_left
            .get_or_create(&ByKind { kind: "served" })
            .set(days);
    }

    /// Says how many alerts of a kind are open.
    pub fn open_alerts(&self, kind: &'static str, count: i64) {
        self.alerts_open.get_or_create(&ByKind { kind }).set(count);
    }

    /// Returns all of it as [`METRICS_TYPE`].
    ///
    /// # Errors
    /// When a value cannot be written, which is a bug of ours.
    pub fn encode(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        text::encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_told() {
        let metrics = Metrics::new();
        metrics.request(
            "GET",
            "/api/v1/sites/{finess}",
            200,
            Duration::from_millis(3),
        );
        metrics.open_alerts("reserve-below-minimum", 1);
        metrics.letters_queued.set(4);
        let text = metrics.encode().unwrap();
        for line in [
            "dotation_http_requests_total{method=\"GET\",pattern=\"/api/v1/sites/{finess}\",status=\"200\"} 1",
            "dotation_http_request_seconds_bucket{le=\"0.005\",method=\"GET\",pattern=\"/api/v1/sites/{finess}\"} 1",
            "dotation_alerts_open{kind=\"reserve-below-minimum\"} 1",
            "dotation_letters_queued 4",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        assert!(text.ends_with("# EOF\n"));
    }

    #[test]
    fn two_services_count_apart() {
        let (one, other) = (Metrics::new(), Metrics::new());
        one.letters_sent.inc();
        assert!(
            other
                .encode()
                .unwrap()
                .contains("dotation_letters_sent_total 0")
        );
    }
}
