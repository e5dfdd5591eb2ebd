//! The resources of `/api/v1`.

use actix_web::web;

/// Adds every address of the API.
pub fn configure(_config: &mut web::ServiceConfig) {}

/// Describes the API.
pub fn openapi() -> utoipa::openapi::OpenApi {
    utoipa::openapi::OpenApi::default()
}
