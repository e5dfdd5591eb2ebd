//! Whether a patient may start or go on.

use crate::domain::role::Action;
use crate::http::api::route::{Route, route};
use crate::http::api::{assessments, safety};
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
        .leaves_no_line("a case that the caller brings")
        .takes::<assessments::AssessBody>()
        .gives::<assessments::AssessmentShape>(200),
        route(
            Method::GET,
            "/requests/{id}/safety",
            Action::ReadRequests,
            "What the safety rulebook says of a request's patient, whether the medicine may go, and what was decided.",
            safety::of_request,
        )
        .gives::<safety::SafetyShape>(200),
        route(
            Method::POST,
            "/requests/{id}/safety",
            Action::ConfirmSafety,
            "Confirm what the safety rulebook warns of, or, as a pharmacist, override what it refuses.",
            safety::decided,
        )
        .takes::<safety::SafetyBody>()
        .gives::<safety::SafetyReceipt>(201)
        .keyed(),
        route(
            Method::GET,
            "/plans/{id}/safety",
            Action::ReadPlans,
            "The lines of a plan that do not pass the safety gate as they are.",
            safety::of_plan,
        )
        .gives::<safety::PlanSafety>(200),
    ]
}
