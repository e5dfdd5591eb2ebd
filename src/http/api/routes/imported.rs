//! What is taken over from sheets.

use crate::domain::role::Action;
use crate::http::api::route::{Route, route};
use crate::http::api::{imports, stock_import};
use actix_web::http::Method;

/// Returns these routes.
pub(super) fn routes() -> Vec<Route> {
    vec![
        route(
            Method::POST,
            "/import/sites",
            Action::EditSites,
            "Add and edit the sites of a sheet: all of it or nothing; a dry run unless `apply` is said.",
            imports::sites,
        )
        .query(imports::OF_ALL)
        .also_takes(imports::MEDIA)
        .gives::<imports::SheetShape>(200)
        .may_be_keyed(),
        route(
            Method::POST,
            "/import/people",
            Action::EditRecipients,
            "Add and edit who receives the letters of sites; access is given by tokens, one by one.",
            imports::people,
        )
        .query(imports::OF_SITES)
        .also_takes(imports::MEDIA)
        .gives::<imports::SheetShape>(200)
        .may_be_keyed(),
        route(
            Method::POST,
            "/import/patients",
            Action::EditPatients,
            "Register and correct the CAR-T patients of a sheet; comparing their records is on the audit trail.",
            imports::patients,
        )
        .query(imports::OF_SITES)
        .also_takes(imports::MEDIA)
        .gives::<imports::SheetShape>(200)
        .may_be_keyed(),
        route(
            Method::POST,
            "/import/deliveries",
            Action::EditDeliveries,
            "Announce and change the deliveries of a sheet, each known by the supplier's reference.",
            imports::deliveries,
        )
        .query(imports::OF_SITES)
        .also_takes(imports::MEDIA)
        .gives::<imports::SheetShape>(200)
        .may_be_keyed(),
        route(
            Method::POST,
            "/sites/{finess}/stock/import",
            Action::MoveStock,
            "Compare a file of stock with the ledger; with `confirm`, book what differs.",
            stock_import::import,
        )
        .query(stock_import::PARAMETERS)
        .also_takes(imports::MEDIA)
        .gives::<stock_import::StockImportShape>(200)
        .may_be_keyed(),
    ]
}
