//! `/healthz`: the process runs. `/readyz`: it can be given work. `/metrics`: how it fares.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use actix_web::{HttpResponse, web};
use serde::Serialize;

use super::door::Door;
use super::problem::Problem;
use crate::telemetry::METRICS_TYPE;

/// What a check says: nothing when all is well, else what is not. Anyone may read it, so it
/// holds no address, no name and no password.
pub type Verdict = Result<(), String>;

type Check = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Verdict> + Send>> + Send + Sync>;

/// Named checks, asked in order.
#[derive(Clone)]
pub struct Readiness {
    checks: Vec<(&'static str, Check)>,
    warnings: Vec<(&'static str, Check)>,
    time: Duration,
}

impl Default for Readiness {
    fn default() -> Self {
        Self {
            checks: Vec::new(),
            warnings: Vec::new(),
            time: Self::TIME,
        }
    }
}

impl Readiness {
    /// How long a check may take. Choice: under the second or more that balancers wait, and far
    /// above what a well database needs.
    pub const TIME: Duration = Duration::from_secs(1);

    /// With no check: always ready.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives each check that long instead.
    #[must_use]
    pub fn within(self, time: Duration) -> Self {
        Self { time, ..self }
    }

    /// Adds a check. One that blocks must do so on a blocking thread.
    #[must_use]
    pub fn check<F>(
        mut self,
        name: &'static str,
        ask: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Verdict> + Send + 'static,
    {
        self.checks.push((name, Arc::new(move || Box::pin(ask()))));
        self
    }

    /// Adds something to be looked after that is no reason to give the instance no work.
    #[must_use]
    pub fn warn<F>(
        mut self,
        name: &'static str,
        ask: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Verdict> + Send + 'static,
    {
        self.warnings
            .push((name, Arc::new(move || Box::pin(ask()))));
        self
    }

    /// Asks every check and returns what they say, in their order.
    pub async fn ask(&self) -> Report {
        let checks = self.asked(&self.checks).await;
        let mut warnings = self.asked(&self.warnings).await;
        warnings.retain(|warning| !warning.ok);
        let ready = checks.iter().all(|check| check.ok);
        Report {
            status: if ready { "ready" } else { "not-ready" },
            checks,
            warnings,
        }
    }

    async fn asked(&self, asked: &[(&'static str, Check)]) -> Vec<Checked> {
        let mut checks = Vec::new();
        for (name, ask) in asked {
            let verdict = match tokio::time::timeout(self.time, ask()).await {
                Ok(verdict) => verdict,
                Err(_elapsed) => Err("no answer in time".to_owned()),
            };
            checks.push(Checked {
                name,
                ok: verdict.is_ok(),
                detail: verdict.err(),
            });
        }
        checks
    }
}

/// What `/readyz` answers.
#[derive(Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Report {
    /// `ready`, or `not-ready`.
    pub status: &'static str,
    /// Each check.
    pub checks: Vec<Checked>,
    /// What wants looking after, and is no reason to give this instance no work: `backup`, `evaluation`, `audit`, `certificate`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Checked>,
}

/// What one check said.
#[derive(Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Checked {
    /// Its name: `database`, `room`, `migrations`, `mail`, `stopping`.
    pub name: &'static str,
    /// Whether all is well.
    pub ok: bool,
    /// What is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// Adds the three addresses.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/healthz").get(get_healthz))
        .service(web::resource("/readyz").get(get_readyz))
        .service(web::resource("/metrics").get(get_metrics));
}

async fn get_healthz() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "status": "ok" }))
}

async fn get_readyz(door: web::Data<Door>) -> HttpResponse {
    let report = door.readiness.ask().await;
    if report.checks.iter().all(|check| check.ok) {
        HttpResponse::Ok().json(report)
    } else {
        HttpResponse::ServiceUnavailable().json(report)
    }
}

async fn get_metrics(door: web::Data<Door>) -> Result<HttpResponse, Problem> {
    let text = door.metrics.encode().map_err(Problem::internal)?;
    Ok(HttpResponse::Ok().content_type(METRICS_TYPE).body(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn an_instance_is_ready_when_every_check_is_well() {
        let ready = Readiness::new().check("database", || async { Ok(()) });
        assert_eq!(ready.ask().await.status, "ready");
        let report = ready
            .check("mail", || async { Err("the worker has stopped".into()) })
            .ask()
            .await;
        assert_eq!(report.status, "not-ready");
        assert_eq!(
            report.checks[1].detail.as_deref(),
            Some("the worker has stopped")
        );
    }

    #[actix_web::test]
    async fn a_warning_takes_no_work_away() {
        let report = Readiness::new()
            .warn("backup", || async {
                Err("the last good copy is too old".into())
            })
            .warn("other", || async { Ok(()) })
            .ask()
            .await;
        assert_eq!(report.status, "ready");
        assert_eq!(report.warnings.len(), 1);
        assert_eq!(report.warnings[0].name, "backup");
    }

    #[actix_web::test]
    async fn a_check_that_hangs_is_a_check_that_failed() {
        let hangs = Readiness::new()
            .within(Duration::from_millis(1))
            .check("database", std::future::pending);
        let report = hangs.ask().await;
        assert_eq!(
            report.checks[0].detail.as_deref(),
            Some("no answer in time")
        );
    }
}
