//! The page behind the link of a letter, until the alert is read in a browser: it says how, and
//! shows nothing that a stranger may not see.

use actix_web::{HttpResponse, web};

/// Puts `/alerts` and `/alerts/{id}` in.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route("/alerts", web::get().to(all))
        .route("/alerts/{id}", web::get().to(page));
}

async fn all() -> HttpResponse {
    HttpResponse::Ok().content_type(HTML).body(format!(
        "{HEAD}<h1>Alertes</h1><p>Cette page n'affiche aucune donnée. Avec votre jeton, lisez les alertes de vos sites à l'adresse \
         <code>/api/v1/alerts?open=true</code> (<a href=\"/api/docs/\">documentation</a>).</p>\
         <p lang=\"en\">This page shows no data. With your token, read the alerts of your sites at \
         <code>/api/v1/alerts?open=true</code>.</p></main></body></html>\n"
    ))
}

async fn page(id: web::Path<String>) -> HttpResponse {
    if !is_an_id(&id) {
        return HttpResponse::NotFound().content_type(HTML).body(nothing());
    }
    HttpResponse::Ok().content_type(HTML).body(format!(
        "{HEAD}<h1>Alerte {id}</h1><p>Cette page n'affiche aucune donnée. Avec votre jeton, lisez l'alerte à l'adresse \
         <code>/api/v1/alerts/{id}</code>, et prenez-la en charge par <code>POST /api/v1/alerts/{id}/acknowledge</code> \
         (<a href=\"/api/docs/\">documentation</a>).</p>\
         <p lang=\"en\">This page shows no data. With your token, read the alert at <code>/api/v1/alerts/{id}</code> and \
         acknowledge it by <code>POST /api/v1/alerts/{id}/acknowledge</code>.</p></main></body></html>\n"
    ))
}

const HTML: &str = "text/html; charset=utf-8";

const HEAD: &str = "<!doctype html><html lang=\"fr\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
     <title>Dotation – alerte</title></head><body><main>";

/// Whether it is made as the id of an alert is: 36 hexadecimal digits and hyphens. What is not is never
/// shown again.
fn is_an_id(text: &str) -> bool {
    text.len() == 36 && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}

fn nothing() -> String {
    format!(
        "{HEAD}<h1>Aucune alerte à cette adresse</h1><p>Reprenez le lien du message en entier.</p>\
         <p lang=\"en\">No alert has this address: take the whole link from the message.</p></main></body></html>\n"
    )
}
