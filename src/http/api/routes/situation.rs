//! The sheet of a site.

use crate::domain::role::Action;
use crate::http::api::route::{Route, route};
use crate::http::api::situation;
use actix_web::http::Method;

/// Returns this route.
pub(super) fn routes() -> Vec<Route> {
    vec![
        route(
            Method::GET,
            "/sites/{finess}/situation",
            Action::ReadSituation,
            "All of the site on one page that prints on A4, for a day when the service is down; it names patients by pseudonym, and reading it is on the audit trail.",
            situation::see,
        )
        .gives_a_page(),
    ]
}
