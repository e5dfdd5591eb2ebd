//! What befalls a shelf: lots are recalled, the cold is lost, somebody counts.

use super::{CURSOR, LIMIT, PAGE};
use crate::domain::role::Action;
use crate::http::api::route::{Route, route};
use crate::http::api::{excursions, inventories, recalls};
use crate::http::cursor::Listed;
use actix_web::http::Method;

/// The query parameters of the list of recalls.
const RECALLS: &[(&str, &str)] = &[
    LIMIT,
    CURSOR,
    ("cip13", "Only of this presentation."),
    (
        "standing",
        "`true`: only those that stand; `false`: only those that were lifted.",
    ),
];

/// Returns the routes of recalls.
pub(super) fn recalled() -> Vec<Route> {
    vec![
        route(
            Method::POST,
            "/lots/recall",
            Action::RecallLots,
            "Recall a lot: its units are set apart at every site in one transaction.",
            recalls::start,
        )
        .takes::<recalls::RecallBody>()
        .gives::<recalls::RecallListShape>(201)
        .keyed(),
        route(
            Method::GET,
            "/lots/recalls",
            Action::ReadCommons,
            "The recalls, the latest first.",
            recalls::list,
        )
        .query(RECALLS)
        .gives::<Listed<recalls::RecallShape>>(200),
        route(
            Method::GET,
            "/lots/recalls/{id}",
            Action::ReadCommons,
            "One recall, site by site within the caller's reach; reading for whom units were dispensed is on the audit trail.",
            recalls::see,
        )
        .gives::<recalls::RecallListShape>(200),
        route(
            Method::POST,
            "/lots/recalls/{id}/lift",
            Action::RecallLots,
            "Lift a recall: what it set apart and nothing else holds may be used again.",
            recalls::lift,
        )
        .takes::<recalls::LiftBody>()
        .gives::<recalls::RecallListShape>(200)
        .keyed(),
        route(
            Method::POST,
            "/sites/{finess}/recalls/{id}/deal",
            Action::MoveStock,
            "Say that a recall is dealt with here: its alert closes, until units of the lot arrive.",
            recalls::deal,
        )
        .takes::<recalls::DealBody>()
        .gives::<recalls::RecallShape>(200)
        .keyed(),
    ]
}

/// Returns the routes of excursions.
pub(super) fn warmed() -> Vec<Route> {
    vec![
        route(
            Method::POST,
            "/sites/{finess}/excursions",
            Action::MoveStock,
            "The cold was lost: set everything, or chosen lots, apart in one transaction.",
            excursions::open,
        )
        .takes::<excursions::ExcursionBody>()
        .gives::<excursions::ExcursionMoved>(201)
        .keyed(),
        route(
            Method::GET,
            "/sites/{finess}/excursions",
            Action::ReadStock,
            "Excursions from the cold, the latest first.",
            excursions::list,
        )
        .query(PAGE)
        .gives::<Listed<excursions::ExcursionShape>>(200),
        route(
            Method::GET,
            "/sites/{finess}/excursions/{id}",
            Action::ReadStock,
            "One excursion, lot by lot.",
            excursions::see,
        )
        .gives::<excursions::ExcursionShape>(200),
        route(
            Method::POST,
            "/sites/{finess}/excursions/{id}/decide",
            Action::MoveStock,
            "Release or destroy what was in it: lot by lot, or all that is undecided.",
            excursions::decide,
        )
        .takes::<excursions::DecisionBody>()
        .gives::<excursions::ExcursionMoved>(200)
        .keyed(),
    ]
}

/// Returns the routes of inventories.
pub(super) fn counted() -> Vec<Route> {
    vec![
        route(
            Method::POST,
            "/sites/{finess}/inventories",
            Action::MoveStock,
            "Open an inventory: one at a time.",
            inventories::open,
        )
        .takes::<inventories::OpenBody>()
        .gives::<inventories::InventoryHeader>(201)
        .may_be_keyed(),
        route(
            Method::GET,
            "/sites/{finess}/inventories",
            Action::ReadStock,
            "Inventories, the latest first.",
            inventories::list,
        )
        .query(PAGE)
        .gives::<Listed<inventories::InventoryHeader>>(200),
        route(
            Method::GET,
            "/sites/{finess}/inventories/{id}",
            Action::ReadStock,
            "One inventory: line by line what was counted, expected, and moved since.",
            inventories::see,
        )
        .gives::<inventories::InventoryShape>(200),
        route(
            Method::POST,
            "/sites/{finess}/inventories/{id}/counts",
            Action::MoveStock,
            "Count a lot: compared with what the ledger had at that moment; the last count holds.",
            inventories::count,
        )
        .takes::<inventories::CountBody>()
        .gives::<inventories::InventoryLineShape>(201)
        .may_be_keyed(),
        route(
            Method::POST,
            "/sites/{finess}/inventories/{id}/close",
            Action::MoveStock,
            "Book the differences, each with its reason, in one transaction.",
            inventories::close,
        )
        .takes::<inventories::CloseBody>()
        .gives::<inventories::InventoryClosed>(200)
        .keyed(),
        route(
            Method::POST,
            "/sites/{finess}/inventories/{id}/cancel",
            Action::MoveStock,
            "Cancel an inventory: nothing comes of it.",
            inventories::cancel,
        )
        .takes::<inventories::CancelInventoryBody>()
        .gives::<inventories::InventoryHeader>(200)
        .may_be_keyed(),
    ]
}
