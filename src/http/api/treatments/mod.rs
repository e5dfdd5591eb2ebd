//! `/patients/{pseudonym}/treatments`: since when patients are treated under a safety rulebook, and what its
//! rules look at besides. Reading them is on the audit trail.
//!
//! As with counts, a pseudonym is a site's own word. Where the site is said, telling a treatment makes
//! somebody known there, as a request does.

mod bodies;
mod shapes;

pub use bodies::TreatmentBody;
pub use shapes::{TreatmentReceipt, TreatmentShape};

use super::ask::{Ask, Repeat, answer, versioned};
use super::counts::{SITE, flag, pseudonym};
use super::fields::words;
use super::guard::at_site;
use crate::app::see::treatments::{Which, treatment, treatments};
use crate::app::tell_treatment::{self, Whose};
use crate::domain::code::Finess;
use crate::http::body::Body;
use crate::http::etag::Expected;
use crate::http::idempotency::IdempotencyKey;
use crate::http::problem::{Fault, Faults, Place, Problem};
use crate::http::query::Query;
use actix_web::HttpResponse;
use actix_web::http::header;
use serde::Serialize;
use shapes::{receipt, shape};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// The query parameters of one treatment.
pub const AT_SITE: &[(&str, &str)] = &[SITE];

/// The query parameters of the list.
pub const LISTED: &[(&str, &str)] = &[
    SITE,
    (
        "history",
        "`true` lists what was told before as well; `false` when not said.",
    ),
];

/// The treatments of a patient.
#[derive(Serialize, ToSchema)]
pub struct Treatments {
    /// By rulebook, the latest version first.
    items: Vec<TreatmentShape>,
}

/// `GET /patients/{pseudonym}/treatments`
///
/// # Errors
/// 400 for the query, 403 for a site that is not the caller's, 404 when nobody has the pseudonym.
pub async fn list(ask: Ask, mut query: Query) -> Result<HttpResponse, Problem> {
    let site = query.parse("site", Finess::parse);
    let history = query.parse("history", flag).unwrap_or(false);
    query.finish()?;
    at_site(&ask, site).await?;
    let which = if history { Which::All } else { Which::Current };
    let who = pseudonym(&ask);
    let (known, found) = ask
        .read(move |act| treatments(act, (&who, site), which))
        .await?;
    let patients = BTreeSet::from([known.id.to_string()]);
    ask.note_reading(known.site, "treatments", patients).await?;
    let items = found.iter().map(shape).collect();
    Ok(HttpResponse::Ok().json(Treatments { items }))
}

/// `GET /patients/{pseudonym}/treatments/{rulebook}`
///
/// # Errors
/// 400 for the query, 403 for a site that is not the caller's, 404 when nobody has the pseudonym or nothing
/// was told.
pub async fn see(ask: Ask, mut query: Query) -> Result<HttpResponse, Problem> {
    let site = query.parse("site", Finess::parse);
    query.finish()?;
    at_site(&ask, site).await?;
    let (who, rulebook) = (pseudonym(&ask), ask.part("rulebook"));
    let found = ask
        .read(move |act| treatment(act, (&who, site), &rulebook))
        .await?;
    let patients = BTreeSet::from([found.patient.to_string()]);
    ask.note_reading(found.site, "treatments", patients).await?;
    Ok(ask.seen(found.version, &shape(&found)))
}

/// `PUT /patients/{pseudonym}/treatments/{rulebook}`
///
/// # Errors
/// 400 for the query, 422 for the body, 403 for a site that is not the caller's, 404 for the rulebook or
/// when nobody has the pseudonym and no site is named, 412 and 428 when something was told before and
/// `If-Match` does not name it.
pub async fn tell(ask: Ask, mut query: Query, body: Body) -> Result<HttpResponse, Problem> {
    let site = query.parse("site", Finess::parse);
    query.finish()?;
    at_site(&ask, site).await?;
    let read: TreatmentBody = body.json()?;
    let mut faults = Faults::new();
    let whose = Whose {
        pseudonym: pseudonym(&ask),
        site,
        rulebook: ask.part("rulebook"),
    };
    if words(&mut Faults::new(), "", &whose.pseudonym, 64).is_none() {
        let said = crate::http::language::Said::new(
            "is no pseudonym: 1 to 64 characters on one line",
            "n'est pas un pseudonyme : 1 à 64 caractères sur une ligne",
        );
        faults.push(Fault::new(Place::Path("pseudonym".to_owned()), said));
    }
    let draft = read.draft(&mut faults);
    let (draft,) = faults.all((draft,))?;
    let asked = (whose.clone(), draft.clone());
    let before = ask
        .read(move |act| tell_treatment::before(act, &asked.0, &asked.1))
        .await?;
    let mut faults = Faults::new();
    for one in &before.misdated {
        faults.push(Fault::new(format!("/{}", one.field), one.wrong));
    }
    faults.finish()?;
    let sent = ask.request().headers().contains_key(header::IF_MATCH);
    // with a key, what was told before may be this very request, whose answer is kept: the verb says
    let keyed = IdempotencyKey::optional(ask.request())?.is_some();
    let expected = if sent || (before.version > 0 && !keyed) {
        Some(Expected::of(ask.request())?)
    } else {
        None
    };
    ask.write(
        Repeat::MayBeKeyed,
        body.bytes(),
        vec![before.site],
        "treatment.tell",
        move |act| {
            let allows = |version: i64| {
                let expected = expected.as_ref();
                expected.map_or(version == 0, |e| version > 0 && e.allows(version))
            };
            let told = tell_treatment::tell(act, &whose, &draft, allows)?;
            let status = if expected.is_none() { 201 } else { 200 };
            Ok(versioned(answer(status, &receipt(&told))?, told.version))
        },
    )
    .await
}
