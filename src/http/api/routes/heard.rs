//! What must be heard, and who did what.

use super::OVERTAKEN;
use crate::domain::role::Action;
use crate::http::api::route::{Route, route};
use crate::http::api::{alerts, audit, emails};
use crate::http::cursor::Listed;
use actix_web::http::Method;

/// Returns these routes.
pub(super) fn routes() -> Vec<Route> {
    vec![
        route(
            Method::GET,
            "/alerts",
            Action::ReadStock,
            "Alerts of all your sites, the latest first.",
            alerts::list,
        )
        .query(alerts::FILTERS)
        .gives::<Listed<alerts::AlertShape>>(200),
        route(
            Method::GET,
            "/alerts/{id}",
            Action::ReadStock,
            "One alert, with its letters.",
            alerts::see,
        )
        .gives::<alerts::AlertShape>(200),
        route(
            Method::POST,
            "/alerts/{id}/acknowledge",
            Action::AcknowledgeAlert,
            "Say that it is being seen to.",
            alerts::acknowledge,
        )
        .takes::<alerts::AcknowledgeBody>()
        .gives::<alerts::AlertShape>(200)
        .also_refuses(OVERTAKEN)
        .may_be_keyed(),
        route(
            Method::GET,
            "/emails",
            Action::ReadLetters,
            "Letters of your sites, the latest first.",
            emails::list,
        )
        .query(emails::FILTERS)
        .gives::<Listed<emails::EmailShape>>(200),
        route(
            Method::GET,
            "/emails/{id}",
            Action::ReadLetters,
            "One letter, with its text.",
            emails::see,
        )
        .gives::<emails::EmailShape>(200),
        route(
            Method::POST,
            "/emails/{id}/retry",
            Action::RetryLetters,
            "Send a letter again that was given up.",
            emails::retry,
        )
        .gives::<emails::EmailShape>(200)
        .may_be_keyed(),
        route(
            Method::GET,
            "/audit",
            Action::ReadAudit,
            "The audit trail of one site, or of the service.",
            audit::list,
        )
        .query(audit::FILTERS)
        .gives::<Listed<audit::LineShape>>(200)
        .holds::<audit::LineShape>(),
        route(
            Method::GET,
            "/audit/export",
            Action::ReadAudit,
            "The audit trail as a file to be verified without the service (`dotation audit verify`): signed statements, then every line; taking it is on the trail.",
            audit::export,
        )
        .query(audit::PARTS)
        .gives_lines(),
    ]
}
