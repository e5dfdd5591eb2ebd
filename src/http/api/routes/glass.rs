//! Breaking the glass.

use super::PAGE;
use crate::domain::role::Action;
use crate::http::api::break_glass;
use crate::http::api::route::{Route, route};
use crate::http::cursor::Listed;
use actix_web::http::Method;

/// Returns the routes of breaking the glass.
pub(super) fn routes() -> Vec<Route> {
    vec![
        route(
            Method::POST,
            "/break-glass",
            Action::BreakGlass,
            "Take access to a site that is not yours, for a while and a reason that its pharmacist and the coordinator read.",
            break_glass::break_it,
        )
        .takes::<break_glass::BreakingBody>()
        .gives::<break_glass::BreakingShape>(201)
        .may_be_keyed()
        .for_people(),
        route(
            Method::GET,
            "/break-glass",
            Action::ReadSelf,
            "When you broke the glass, the latest first.",
            break_glass::own,
        )
        .query(PAGE)
        .gives::<Listed<break_glass::BreakingShape>>(200)
        .for_people(),
        route(
            Method::DELETE,
            "/break-glass/{id}",
            Action::ReadSelf,
            "End access by a broken glass: your own, or at a site that you answer for.",
            break_glass::end,
        )
        .may_be_keyed(),
        route(
            Method::GET,
            "/sites/{finess}/break-glass",
            Action::OverseeBreakings,
            "Who broke the glass at a site and why, the latest first.",
            break_glass::at_site,
        )
        .query(PAGE)
        .gives::<Listed<break_glass::BreakingShape>>(200),
    ]
}
