//! Who asks for what.

use super::OVERTAKEN;
use crate::domain::role::Action;
use crate::http::api::requests;
use crate::http::api::route::{Route, route};
use crate::http::cursor::Listed;
use actix_web::http::Method;

/// Returns these routes.
pub(super) fn routes() -> Vec<Route> {
    vec![
        route(
            Method::GET,
            "/requests",
            Action::ReadRequests,
            "Requests of all your sites, in the order of filing, each with where it stands and why.",
            requests::list,
        )
        .query(requests::FILTERS)
        .gives::<Listed<requests::RequestShape>>(200),
        route(
            Method::POST,
            "/requests",
            Action::FileRequests,
            "File a request for a patient; one that a dispensing proposed for the same gives way.",
            requests::file,
        )
        .takes::<requests::NewRequestBody>()
        .gives::<requests::RequestReceipt>(201)
        .may_be_keyed(),
        route(
            Method::GET,
            "/requests/{id}",
            Action::ReadRequests,
            "One request, with where it stands, why, and how it came there.",
            requests::see,
        )
        .gives::<requests::RequestShape>(200),
        route(
            Method::PATCH,
            "/requests/{id}",
            Action::FileRequests,
            "Edit a request that is open or proposed, unless an approved plan holds units for it.",
            requests::edit,
        )
        .takes::<requests::RequestEdit>()
        .gives::<requests::RequestReceipt>(200)
        .may_be_keyed()
        .versioned(),
        route(
            Method::POST,
            "/requests/{id}/withdraw",
            Action::FileRequests,
            "Take a request back.",
            requests::withdraw,
        )
        .takes::<requests::WithdrawBody>()
        .gives::<requests::RequestReceipt>(200)
        .may_be_keyed(),
        route(
            Method::POST,
            "/requests/{id}/confirm",
            Action::FileRequests,
            "Confirm a request that a dispensing proposed: plans look at it from now on.",
            requests::confirm,
        )
        .takes::<requests::ConfirmBody>()
        .gives::<requests::RequestReceipt>(200)
        .also_refuses(OVERTAKEN)
        .may_be_keyed(),
    ]
}
