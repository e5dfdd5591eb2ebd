//! The page behind the link of a letter, until the alert is read in a browser: it says how, and
//! shows nothing that a stranger may not see.

use actix_web::{HttpResponse, web};

/// Puts `/alerts/{id}` in.
pub fn configure(config: &mut web::ServiceConfig) {
    config.route("/alerts/{id}", web::get().to(page));
}

async fn page(id: web::Path<String>) -> HttpResponse {
    // only what an id is made of is shown again
    let id: String = id
        .chars()
        .filter(|c| c.is_ascii_hexdigit() || *c == '-')
        .take(36)
        .collect();
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body(format!(
        "<!doctype html><html lang=\"fr\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>Dotation – alerte</title></head><body><main>\
         <h1>Alerte {id}</h1><p>Cette page n'affiche aucune donnée. Avec votre jeton, lisez l'alerte à l'adresse \
         <code>/api/v1/alerts/{id}</code>, et prenez-la en charge par <code>POST /api/v1/alerts/{id}/acknowledge</code> \
         (<a href=\"/api/docs/\">documentation</a>).</p>\
         <p lang=\"en\">This page shows no data. With your token, read the alert at <code>/api/v1/alerts/{id}</code> and \
         acknowledge it by <code>POST /api/v1/alerts/{id}/acknowledge</code>.</p></main></body></html>\n"
    ))
}
