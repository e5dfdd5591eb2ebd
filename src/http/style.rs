//! `/pages.css`: how pages look. A file of its own, so that no page needs a style within it, which a strict
//! policy forbids.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, web};

use crate::text::letter_page::{STYLE, STYLE_ADDRESS};

/// Adds the address.
pub(super) fn configure(config: &mut web::ServiceConfig) {
    config.route(STYLE_ADDRESS, web::get().to(style));
}

/// Choice: kept for an hour, since it holds nothing of anybody, and changes with the program only.
async fn style() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header((CACHE_CONTROL, "public, max-age=3600"))
        .body(STYLE)
}
