//! `/audit`: who did what.

use super::ask::Ask;
use super::guard::at_site;
use crate::app::audit_trail::walk::Walk;
use crate::app::records::Line;
use crate::app::see::of_site;
use crate::app::{self, Act, audit_trail};
use crate::domain::calendar::{Day, Instant};
use crate::domain::code::Finess;
use crate::http::language::Said;
use crate::http::problem::{Kind, Problem};
use crate::http::query::Query;
use crate::trail::export::Part;
use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Bytes;
use futures_util::stream;
use serde::Serialize;
use std::io;
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
    /// Network address that asked; `local`: the machine itself; empty in lines of the first form.
    peer: String,
    /// Object and verb: `stock.move`.
    action: String,
    /// `done`, `refused` or `read`.
    outcome: String,
    object: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    patient: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    patient_hash: Option<String>,
    /// By which rulebooks it was decided: name and SHA-256 of the file, several with commas between.
    #[serde(skip_serializing_if = "Option::is_none")]
    rulebook: Option<String>,
    /// What changed.
    details: serde_json::Value,
    /// Hash of the line before.
    previous: String,
    hash: String,
    /// How the hash is made: 1 without `peer` and `rulebook`, 2 with both.
    form: i64,
}

fn shape(line: Line) -> LineShape {
    let Line {
        entry,
        form,
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
        peer: entry.peer,
        action: entry.action,
        outcome: entry.outcome,
        object: entry.object,
        patient,
        patient_hash,
        rulebook: entry.rulebook,
        details: serde_json::from_str(&entry.details).unwrap_or_default(),
        previous,
        hash,
        form: form.number(),
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
    may_see(&ask, site).await?;
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

/// Refuses the trail of a site that is not the caller's, and that of the service to whom has not access
/// everywhere.
async fn may_see(ask: &Ask, site: Option<Finess>) -> Result<(), Problem> {
    at_site(ask, site).await?;
    let reach = &ask.caller.reach;
    if site.map_or_else(|| reach.sites().is_none(), |s| reach.includes(s)) {
        return Ok(());
    }
    let said = Said::new(
        "Your token does not hold there: name one of your sites.",
        "Votre jeton ne vaut pas là : nommez un de vos sites.",
    );
    Err(Problem::new(Kind::Forbidden, said))
}

/// The query parameters of the trail as a file.
pub const PARTS: &[(&str, &str)] = &[
    (
        "site",
        "The FINESS number of a site: only its chain; without, every chain.",
    ),
    (
        "from",
        "A day (UTC): each chain from the line before the first of that day on.",
    ),
    (
        "to",
        "A day (UTC): each chain up to the last line of that day.",
    ),
];

/// `GET /audit/export`: a line on the trail, and then the trail, some lines at a time as they are read.
///
/// A file that is cut off has no last line that counts the others: whoever verifies it sees that.
///
/// # Errors
/// 400 for the query, 403 as [`list`].
pub async fn export(ask: Ask, mut query: Query) -> Result<HttpResponse, Problem> {
    let site = query.parse("site", Finess::parse);
    let (from, to) = (
        query.parse("from", Day::parse),
        query.parse("to", Day::parse),
    );
    query.finish()?;
    may_see(&ask, site).await?;
    let chain = site.map(|site| site.to_string());
    let part = Part { chain, from, to };
    let noted = part.clone();
    ask.read_and_note(Vec::from_iter(site), move |act| {
        audit_trail::note_export(act, site, &noted)
    })
    .await?;
    let name = site.map_or_else(|| "audit".to_owned(), |site| format!("audit-{site}"));
    let pieces = stream::try_unfold((ask, Walk::new(part)), |(ask, walk)| async move {
        let read = ask.read(move |act| text_of(walk, act)).await;
        let (walk, text) = read.map_err(|problem| {
            let cause = problem.logged_cause().unwrap_or_default().to_owned();
            tracing::error!(cause, "an export of the audit trail was cut off");
            io::Error::other("cut off")
        })?;
        Ok::<_, io::Error>(text.map(|text| (Bytes::from(text), (ask, walk))))
    });
    Ok(HttpResponse::Ok()
        .content_type("application/x-ndjson")
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}.jsonl\""),
        ))
        .streaming(pieces))
}

fn text_of(mut walk: Walk, act: &mut Act<'_>) -> Result<(Walk, Option<String>), app::Error> {
    let text = walk.text(act)?;
    Ok((walk, text))
}
