//! What pharmacies send to each other.

use super::{CURSOR, LIMIT};
use crate::domain::role::Action;
use crate::http::api::route::{Route, route};
use crate::http::api::transfers::{self, TransferShape};
use crate::http::cursor::Listed;
use actix_web::http::Method;

/// The query parameters of the list of transfers.
const TRANSFERS: &[(&str, &str)] = &[
    LIMIT,
    CURSOR,
    ("site", "Only what this site gives or receives."),
    (
        "state",
        "`asked`, `accepted`, `sent`, `returning`, `received` or `cancelled`.",
    ),
];

/// The query parameter of what is on its way.
const IN_TRANSIT: &[(&str, &str)] = &[("site", "Only what this site gave or is to receive.")];

/// Returns these routes.
#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) fn routes() -> Vec<Route> {
    vec![
        route(
            Method::GET,
            "/transfers",
            Action::ReadStock,
            "What your sites give or receive, the latest first.",
            transfers::list,
        )
        .query(TRANSFERS)
        .gives::<Listed<TransferShape>>(200),
        route(
            Method::POST,
            "/transfers",
            Action::AskTransfers,
            "Ask another pharmacy for units, which are held there from now on.",
            transfers::ask,
        )
        .takes::<transfers::AskBody>()
        .gives::<TransferShape>(201)
        .keyed(),
        route(
            Method::GET,
            "/transfers/proposals",
            Action::AskTransfers,
            "Which pharmacies of the network could send what a site needs, without hurting themselves.",
            transfers::proposals,
        )
        .query(transfers::PROPOSALS)
        .also_refuses(&[("409", "The clearance is no NO-GO that stands, or nothing of the line is wanted.")])
        .gives::<transfers::ProposalsShape>(200),
        route(
            Method::GET,
            "/transfers/in-transit",
            Action::ReadStock,
            "The units that are on their way from or to your sites: in nobody's stock.",
            transfers::in_transit,
        )
        .query(IN_TRANSIT)
        .gives::<transfers::InTransitList>(200),
        route(
            Method::GET,
            "/transfers/{id}",
            Action::ReadStock,
            "One transfer.",
            transfers::see,
        )
        .gives::<TransferShape>(200)
        .may_be_known(),
        route(
            Method::GET,
            "/transfers/{id}/sheet",
            Action::ReadStock,
            "The sheet that travels with a transfer: a page of HTML to be printed on A4, in French or English.",
            transfers::sheet,
        )
        .gives_a_page(),
        route(
            Method::POST,
            "/transfers/{id}/accept",
            Action::MoveStock,
            "The giver accepts, and says by what right.",
            transfers::accept,
        )
        .takes::<transfers::AcceptBody>()
        .gives::<TransferShape>(200)
        .keyed(),
        route(
            Method::POST,
            "/transfers/{id}/decline",
            Action::MoveStock,
            "The giver declines, with a reason: its units are free again.",
            transfers::decline,
        )
        .takes::<transfers::DeclineBody>()
        .gives::<TransferShape>(200)
        .keyed(),
        route(
            Method::POST,
            "/transfers/{id}/cancel",
            Action::AskTransfers,
            "The receiver or a coordinator cancels what was not sent.",
            transfers::cancel,
        )
        .takes::<transfers::CancelBody>()
        .gives::<TransferShape>(200)
        .keyed(),
        route(
            Method::POST,
            "/transfers/{id}/send",
            Action::MoveStock,
            "It leaves the giver: its units are in nobody's stock.",
            transfers::send,
        )
        .takes::<transfers::SendBody>()
        .gives::<transfers::MovedShape>(200)
        .keyed(),
        route(
            Method::POST,
            "/transfers/{id}/receive",
            Action::MoveStock,
            "It arrived: in full, in part, or refused at the door.",
            transfers::receive,
        )
        .takes::<transfers::ReceiveBody>()
        .gives::<transfers::MovedShape>(200)
        .keyed(),
        route(
            Method::POST,
            "/transfers/{id}/return",
            Action::MoveStock,
            "What was refused is back at the giver.",
            transfers::take_back,
        )
        .takes::<transfers::TakeBackBody>()
        .gives::<transfers::MovedShape>(200)
        .keyed(),
    ]
}
