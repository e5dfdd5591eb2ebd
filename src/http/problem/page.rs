//! `GET /problems` and `GET /problems/{kind}`: what each kind means, readable by anyone.

use actix_web::{HttpResponse, web};
use serde_json::{Value, json};

use super::{Kind, Problem};
use crate::http::language::{Language, Said};

/// Adds both addresses.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/problems").get(get_all))
        .service(web::resource("/problems/{kind}").get(get_one));
}

async fn get_all(language: Language) -> HttpResponse {
    let all: Vec<_> = Kind::ALL
        .iter()
        .map(|kind| entry(*kind, language))
        .collect();
    HttpResponse::Ok().json(json!({ "items": all }))
}

async fn get_one(slug: web::Path<String>, language: Language) -> Result<HttpResponse, Problem> {
    let kind = Kind::ALL.iter().find(|kind| kind.slug() == slug.as_str());
    match kind {
        Some(kind) => Ok(HttpResponse::Ok().json(entry(*kind, language))),
        None => Err(Problem::new(
            Kind::NotFound,
            Said::new(
                "there is no such kind of problem",
                "ce type de problème n'existe pas",
            ),
        )),
    }
}

fn entry(kind: Kind, language: Language) -> Value {
    json!({
        "type": kind.address(),
        "status": kind.status().as_u16(),
        "title": kind.title(language),
        "advice": kind.advice(),
    })
}
