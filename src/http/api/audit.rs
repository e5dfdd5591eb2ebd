//! `/audit`: who did what.

use super::ask::Ask;
use super::guard::at_site;
use crate::app::records::Line;
use crate::app::see::of_site;
use crate::domain::calendar::Instant;
use crate::domain::code::Finess;
use crate::http::language::Said;
use crate::http::problem::{Kind, Problem};
use crate::http::query::Query;
use actix_web::HttpResponse;
use serde::Serialize;
use utoipa::ToSchema;

/// The query parameters of the trail.
pub const FILTERS: &[(&str, &str)] = &[
    (
        "site",
        "The FINESS number of a site; without, the chain of the service itself.",
    ),
    (
        "limit",
        "Rows a page, from 1 to what the service is set to (`page_size_most`, 200 by default); 50 when not said.",
    ),
    ("cursor", "`next_cursor` of the page before."),
];

/// One line of the trail.
#[derive(Serialize, ToSchema)]
pub struct LineShape {
    /// FINESS number of a site, or `service`.
    chain: String,
    seq: i64,
    #[schema(value_type = String, format = DateTime)]
    at: Instant,
    /// Id of a token, `command-line` or `service`.
    actor: String,
    role: String,
    request_id: String,
    /// Object and verb: `stock.move`.
    action: String,
    /// `done`, `refused` or `read`.
    outcome: String,
    object: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    patient: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    patient_hash: Option<String>,
    /// What changed.
    details: serde_json::Value,
    /// Hash of the line before.
    previous: String,
    hash: String,
}

fn shape(line: Line) -> LineShape {
    let Line {
        entry,
        seq,
        previous,
        hash,
    } = line;
    let (patient, patient_hash) = entry
        .patient
        .map(|(id, hash)| (id.to_string(), hash))
        .unzip();
    LineShape {
        chain: entry.chain,
        seq,
        at: entry.at,
        actor: entry.actor,
        role: entry.role,
        request_id: entry.request_id,
        action: entry.action,
        outcome: entry.outcome,
        object: entry.object,
        patient,
        patient_hash,
        details: serde_json::from_str(&entry.details).unwrap_or_default(),
        previous,
        hash,
    }
}

/// `GET /audit`
///
/// # Errors
/// 400 for the query, 403 for a site that is not the caller's, or for the service's own chain
/// when the token does not hold everywhere.
pub async fn list(ask: Ask, mut query: Query) -> Result<HttpResponse, Problem> {
    let page = query.page("audit");
    let site = query.parse("site", Finess::parse);
    query.finish()?;
    at_site(&ask, site).await?;
    let reach = &ask.caller.reach;
    if !site.map_or_else(|| reach.sites().is_none(), |s| reach.includes(s)) {
        let said = Said::new(
            "Your token does not hold there: name one of your sites.",
            "Votre jeton ne vaut pas là : nommez un de vos sites.",
        );
        return Err(Problem::new(Kind::Forbidden, said));
    }
    let (before, rows) = (
        page.after.as_deref().and_then(|t| t.parse().ok()),
        page.rows(),
    );
    let found = ask
        .read(move |act| of_site::audit(act, site, before, rows))
        .await?;
    Ok(HttpResponse::Ok().json(
        page.cut(found.into_iter().map(shape).collect(), |l: &LineShape| {
            l.seq.to_string()
        }),
    ))
}
