//! `/api/v1`: one file a resource.
//!
//! [`routes`] is the table of all there is: address, method, who may, what it takes and gives. The
//! guard ([`guard`]) and the description (`/api/openapi.json`) are made from it, so that no
//! route is without a rule and none is undescribed.

pub mod alerts;
pub mod alternatives;
pub mod ask;
pub mod assessments;
pub mod audit;
pub mod authenticate;
pub mod break_glass;
pub mod catalogue;
pub mod clearances;
pub mod counts;
pub mod deliveries;
pub mod emails;
pub mod excursions;
pub mod fields;
pub mod forecast;
mod forged;
pub mod guard;
pub mod identities;
pub mod imports;
pub mod inventories;
mod just_now;
mod keyed;
pub mod monitoring;
pub mod movements;
pub mod networks;
pub mod order;
pub mod patients;
pub mod people;
pub mod plans;
pub mod recalls;
pub mod recipients;
pub mod refused;
pub mod requests;
pub mod reserve;
pub mod route;
pub mod routes;
pub mod rulebooks;
pub mod safety;
pub mod scans;
pub mod sessions;
pub mod sign_in;
pub mod sites;
pub mod situation;
pub mod stock;
pub mod stock_import;
pub mod thresholds;
pub mod tokens;
pub mod transfers;
pub mod treatments;
mod unread;

use actix_web::middleware::from_fn;
use actix_web::web;

/// Where every address of the API begins.
pub const BASE: &str = "/api/v1";

/// Puts the routes of the API in, behind their guard.
pub fn configure(config: &mut web::ServiceConfig) {
    let scope = web::scope(BASE)
        .wrap(from_fn(guard::guard))
        .default_service(web::to(super::nothing_here));
    config.service(route::mount(scope, routes::table()));
}

/// Returns the description of the API.
pub fn openapi() -> utoipa::openapi::OpenApi {
    route::describe(routes::table())
}
