//! Who is served with what there is: plans.

use super::{CURSOR, LIMIT};
use crate::domain::role::Action;
use crate::http::api::plans::{self, PlanHeader};
use crate::http::api::route::{Route, route};
use crate::http::cursor::Listed;
use actix_web::http::Method;

/// The query parameters of the list of plans.
const PLANS: &[(&str, &str)] = &[LIMIT, CURSOR, ("site", "Only those that cover this site.")];

/// Returns these routes.
pub(super) fn routes() -> Vec<Route> {
    vec![
        route(
            Method::POST,
            "/plans",
            Action::ReadPlans,
            "Plan a network or some sites: shown (200), or kept to be approved (201).",
            plans::make,
        )
        .takes::<plans::PlanBody>()
        .gives::<plans::PreviewShape>(200)
        .also_gives::<plans::KeptShape>(201, "Kept, so that it can be approved.")
        .may_be_keyed(),
        route(
            Method::GET,
            "/plans",
            Action::ReadPlans,
            "The plans that were kept, the latest first.",
            plans::list,
        )
        .leaves_no_line("the heads of plans, which name nobody")
        .query(PLANS)
        .gives::<Listed<PlanHeader>>(200),
        route(
            Method::POST,
            "/plans/preview",
            Action::ReadPlans,
            "Plan a case in the body; nothing is kept, and nothing binds.",
            plans::preview,
        )
        .leaves_no_line("a case that the caller brings")
        .takes::<plans::CaseBody>()
        .gives::<plans::Written>(200),
        route(
            Method::POST,
            "/plans/what-if",
            Action::ReadPlans,
            "What would be different if a case, or a kept plan's inputs, were changed.",
            plans::what_if,
        )
        .leaves_no_line("a case that the caller brings; of a kept plan, each site has its line")
        .takes::<plans::WhatIfBody>()
        .gives::<plans::Written>(200),
        route(
            Method::POST,
            "/plans/compare",
            Action::ReadPlans,
            "What changed from one kept plan to another: for whom, and why.",
            plans::compare,
        )
        .takes::<plans::CompareBody>()
        .gives::<plans::Written>(200),
        route(
            Method::GET,
            "/plans/{id}",
            Action::ReadPlans,
            "A kept plan, with what became of each line.",
            plans::see,
        )
        .gives::<plans::PlanShape>(200),
        route(
            Method::GET,
            "/plans/{id}/document",
            Action::ReadPlans,
            "What a kept plan says, byte for byte: for `dotation plan verify`.",
            plans::document,
        )
        .gives::<plans::Written>(200),
        route(
            Method::GET,
            "/plans/{id}/case",
            Action::ReadPlans,
            "The case that a kept plan was made from, in its canonical form.",
            plans::case,
        )
        .gives::<plans::Written>(200),
        route(
            Method::POST,
            "/plans/{id}/verify",
            Action::ReadPlans,
            "Derive a kept plan again from its frozen case, and say of each line whether it holds; one whose case was erased is verified by its hash alone (`by`: `hash`), and says so.",
            plans::verified,
        )
        .gives::<plans::Written>(200),
        route(
            Method::POST,
            "/plans/{id}/approve",
            Action::ApprovePlans,
            "Approve a plan, whole or line by line; each line is weighed again.",
            plans::approve,
        )
        .takes::<plans::ApproveBody>()
        .gives::<plans::ApprovedShape>(200)
        .keyed(),
    ]
}
