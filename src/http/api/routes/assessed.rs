//! Whether a patient may start or go on.

use crate::domain::role::Action;
use crate::http::api::assessments;
use crate::http::api::route::{Route, route};
use actix_web::http::Method;

/// Returns these routes.
pub(super) fn routes() -> Vec<Route> {
    vec![
        route(
            Method::POST,
            "/assessments",
            Action::ReadCommons,
            "Assess the patient of a case in the body by the rulebook it names; nothing is kept.",
            assessments::assess,
        )
        .takes::<assessments::AssessBody>()
        .gives::<assessments::AssessmentShape>(200),
    ]
}
