//! What a site wants to hear of in good time.

use crate::domain::role::Action;
use crate::http::api::route::{Route, route};
use crate::http::api::{forecast, sites, thresholds};
use actix_web::http::Method;

/// Returns these routes.
pub(super) fn routes() -> Vec<Route> {
    vec![
        route(
            Method::GET,
            "/sites/{finess}/forecast",
            Action::ReadStock,
            "The reserve and the shelf day by day, from what is known to come: infusions, deliveries, expiries, requests that fall due.",
            forecast::see,
        )
        .query(forecast::ASKED)
        .gives::<forecast::ForecastShape>(200),
        route(
            Method::GET,
            "/sites/{finess}/thresholds",
            Action::ReadStock,
            "The minimums that the site sets itself.",
            thresholds::list,
        )
        .gives::<thresholds::Thresholds>(200),
        route(
            Method::GET,
            "/sites/{finess}/thresholds/{subject}",
            Action::ReadStock,
            "One minimum, by its CIP13, or its rulebook, a colon and its route; by the route alone where one rulebook alone has it.",
            thresholds::see,
        )
        .gives::<thresholds::ThresholdShape>(200)
        .may_be_known(),
        route(
            Method::PUT,
            "/sites/{finess}/thresholds/{subject}",
            Action::SetThresholds,
            "Set a minimum: free units of a presentation, or free milligrams of a route. An alert opens when there is less. Again, it is answered 200, and If-Match then names it.",
            thresholds::put,
        )
        .takes::<thresholds::ThresholdBody>()
        .gives::<thresholds::ThresholdShape>(201)
        .also_gives::<thresholds::ThresholdShape>(200, "It was there, and is set anew.")
        .versioned_once_there()
        .may_be_keyed(),
        route(
            Method::DELETE,
            "/sites/{finess}/thresholds/{subject}",
            Action::SetThresholds,
            "Take a minimum away; its alert closes.",
            thresholds::delete,
        )
        .versioned(),
        route(
            Method::PUT,
            "/sites/{finess}/look-ahead",
            Action::SetThresholds,
            "Say how many days before its expiry a lot is heard of, and how many days ahead a breach of the reserve is looked for; the version is that of the site.",
            thresholds::ahead,
        )
        .takes::<thresholds::LookAheadBody>()
        .gives::<sites::SiteShape>(200)
        .versioned()
        .may_be_keyed(),
    ]
}
