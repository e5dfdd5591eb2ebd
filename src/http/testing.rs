//! What the tests of this room share.

use std::sync::Arc;

use actix_web::web;

use super::door::Door;
use super::health::Readiness;
use super::language::Language;
use super::limits::Limits;
use super::peer::Proxies;
use super::throttle::Throttle;
use crate::telemetry::Metrics;
pub(crate) use crate::telemetry::testing::log;

/// A door with these limits, that is always ready.
pub(crate) fn door(limits: Limits) -> web::Data<Door> {
    log();
    web::Data::new(Door {
        limits,
        default_language: Language::En,
        metrics: Arc::new(Metrics::new()),
        readiness: Readiness::new(),
        proxies: Proxies::default(),
        throttle: Throttle::default(),
    })
}
