//! The API's description, `/api/openapi.json`, and a page to read it by, `/api/docs/`.
//!
//! The page is Swagger UI, whose files are inside of the binary: a hospital's network often has
//! no way out, and the page must work there.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use utoipa_swagger_ui::{Config, SwaggerUi};

/// Where the description is.
pub const OPENAPI: &str = "/api/openapi.json";

/// Adds both.
pub fn configure(config: &mut web::ServiceConfig, api: utoipa::openapi::OpenApi) {
    // by default the page sends the description's address to a validator on the internet
    let settings = Config::default()
        .validator_url("none")
        .persist_authorization(false)
        .try_it_out_enabled(false);
    config
        .service(web::resource("/api/docs").get(to_the_page))
        .service(
            SwaggerUi::new("/api/docs/{_:.*}")
                .url(OPENAPI, api)
                .config(settings),
        );
}

/// The page's files have addresses relative to `/api/docs/`, so the slash counts.
async fn to_the_page() -> HttpResponse {
    HttpResponse::PermanentRedirect()
        .insert_header((header::LOCATION, "/api/docs/"))
        .finish()
}
