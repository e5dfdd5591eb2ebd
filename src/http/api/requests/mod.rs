//! `/requests`: what prescribers ask for, and where it stands. Reading them is on the audit trail.

mod bodies;
mod shapes;

pub use bodies::{ConfirmBody, NewRequestBody, RequestEdit, TriedBody, WithdrawBody};
pub use shapes::{RequestReceipt, RequestShape, StandingShape, TurnShape};

use super::ask::{Ask, Repeat, answer, created, versioned};
use super::fields::{required, words};
use super::guard::at_site;
use crate::app::file_request::{self, NewRequest};
use crate::app::see::requests;
use crate::domain::code::Finess;
use crate::domain::id::RequestId;
use crate::domain::request::RequestState;
use crate::http::api::rulebooks::standings;
use crate::http::body::Body;
use crate::http::etag::{Expected, etag};
use crate::http::language::Said;
use crate::http::problem::{Faults, Problem};
use crate::http::query::Query;
use actix_web::HttpResponse;
use bodies::keep;
use shapes::{receipt, shape};
use std::collections::{BTreeMap, BTreeSet};

/// The query parameters of the list.
pub const FILTERS: &[(&str, &str)] = &[
    ("site", "Only of this site, by its FINESS number."),
    (
        "state",
        "Only in this state: `proposed`, `open`, `served` or `withdrawn`.",
    ),
    (
        "limit",
        "Rows a page, from 1 to what the service is set to (`page_size_most`, 200 by default); 50 when not said.",
    ),
    ("cursor", "`next_cursor` of the page before."),
];

/// Reads the state of a filter.
fn state(text: &str) -> Result<RequestState, Said> {
    RequestState::from_code(text).ok_or_else(|| {
        Said::new(
            "is none of proposed, open, served, withdrawn",
            "n'est pas l'un de : proposed, open, served, withdrawn",
        )
    })
}

/// `GET /requests`
///
/// # Errors
/// 400 for the query, 403 for a site that is not the caller's.
pub async fn list(ask: Ask, mut query: Query) -> Result<HttpResponse, Problem> {
    let page = query.page("requests");
    let site = query.parse("site", Finess::parse);
    let state = query.parse("state", state);
    query.finish()?;
    at_site(&ask, site).await?;
    let (after, rows) = (page.after.clone(), page.rows());
    let found = ask
        .read(move |act| requests::requests(act, site, state, after.as_deref(), rows))
        .await?;
    // what is on the next page was not shown
    let shown = found.iter().take(usize::from(page.limit));
    let mut patients: BTreeMap<Finess, BTreeSet<String>> = BTreeMap::new();
    for seen in shown {
        let of_site = patients.entry(seen.request.site).or_default();
        of_site.insert(seen.request.patient.to_string());
    }
    ask.note_readings("requests", patients).await?;
    let books = standings(&ask).await?;
    let shapes = found.into_iter().map(|seen| shape(seen, &books)).collect();
    Ok(HttpResponse::Ok().json(page.cut(shapes, |r: &RequestShape| r.id.clone())))
}

/// `GET /requests/{id}`
///
/// # Errors
/// 404 when there is none within the caller's reach.
pub async fn see(ask: Ask) -> Result<HttpResponse, Problem> {
    let id = RequestId::new(ask.part("id"));
    let found = ask.read(move |act| requests::request(act, &id)).await?;
    let (site, version) = (found.request.site, found.request.version);
    let shape = shape(found, &standings(&ask).await?);
    let patients = BTreeSet::from([shape.patient.clone()]);
    ask.note_reading(site, "requests", patients).await?;
    // always whole: plans go their way without a new version of the request
    Ok(HttpResponse::Ok().insert_header(etag(version)).json(shape))
}

/// `POST /requests`
///
/// # Errors
/// 422 for the body, 403 for a site that is not the caller's, 409 when one is open.
pub async fn file(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let read: NewRequestBody = body.json()?;
    let mut faults = Faults::new();
    let site = required(&mut faults, "/site", read.site.as_deref());
    let site = site.and_then(|text| faults.take("/site", Finess::parse(text)));
    let pseudonym = required(&mut faults, "/pseudonym", read.pseudonym.as_deref());
    let pseudonym = pseudonym.and_then(|text| words(&mut faults, "/pseudonym", text, 64));
    let draft = read.draft(&mut faults);
    let rulebook = read.rulebook;
    let asked = (pseudonym.clone(), rulebook.clone(), draft.clone());
    let (there, misfits) = ask
        .read(move |act| {
            let (who, book, draft) = asked;
            let there = site.map(|site| file_request::is_site(act, site));
            let misfits =
                file_request::misfits(act, site, who.as_deref(), book.as_deref(), &draft)?;
            Ok((there.transpose()?.unwrap_or(false), misfits))
        })
        .await?;
    keep(&mut faults, misfits);
    let (site, pseudonym) = faults.all((site, pseudonym))?;
    let new = NewRequest {
        site,
        pseudonym,
        rulebook,
        draft,
    };
    let sites = if there { vec![site] } else { Vec::new() };
    ask.write(
        Repeat::MayBeKeyed,
        body.bytes(),
        sites,
        "request.file",
        move |act| {
            let filed = file_request::file(act, &new)?;
            let location = format!("{}/requests/{}", super::BASE, filed.id);
            Ok(versioned(
                created(location, &receipt(&filed))?,
                filed.version,
            ))
        },
    )
    .await
}

/// The site of a request within the caller's reach, which a write to it locks.
async fn site_of(ask: &Ask, id: &RequestId) -> Result<Finess, Problem> {
    let id = id.clone();
    ask.read(move |act| file_request::site_of(act, &id)).await
}

/// `PATCH /requests/{id}`
///
/// # Errors
/// 428 and 412 for the version, 422 for the body, 409 when it has ended or is approved.
pub async fn edit(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let (id, expected) = (RequestId::new(ask.part("id")), Expected::of(ask.request())?);
    let read: RequestEdit = body.json()?;
    let site = site_of(&ask, &id).await?;
    let mut faults = Faults::new();
    let (of, said) = (id.clone(), read.clone());
    let (mut faults, misfits) = {
        ask.read(move |act| {
            let misfits =
                file_request::misfits_of_edit(act, &of, |draft| said.fill(draft, &mut faults))?;
            Ok((faults, misfits))
        })
        .await?
    };
    keep(&mut faults, misfits);
    faults.finish()?;
    ask.write(
        Repeat::MayBeKeyed,
        body.bytes(),
        vec![site],
        "request.edit",
        move |act| {
            let is_expected = |version| expected.allows(version);
            let change = |draft: &mut _| read.fill(draft, &mut Faults::new());
            let edited = file_request::edit(act, &id, is_expected, change)?;
            Ok(versioned(answer(200, &receipt(&edited))?, edited.version))
        },
    )
    .await
}

/// `POST /requests/{id}/withdraw`
///
/// # Errors
/// 404 when there is none within the caller's reach, 409 when it has ended.
pub async fn withdraw(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let id = RequestId::new(ask.part("id"));
    let read: WithdrawBody = body.json()?;
    let mut faults = Faults::new();
    let reason = required(&mut faults, "/reason", read.reason.as_deref());
    let reason = reason.and_then(|text| words(&mut faults, "/reason", text, 500));
    let (reason,) = faults.all((reason,))?;
    let asked = id.clone();
    let sites = ask
        .read(move |act| file_request::sites_of(act, &asked))
        .await?;
    let locked = sites.clone();
    ask.write(
        Repeat::MayBeKeyed,
        body.bytes(),
        sites,
        "request.withdraw",
        move |act| {
            let ended = file_request::withdraw(act, &id, &reason, &locked)?;
            Ok(versioned(answer(200, &receipt(&ended))?, ended.version))
        },
    )
    .await
}

/// `POST /requests/{id}/confirm`
///
/// # Errors
/// 404 when there is none within the caller's reach, 412 for the version, 409 when it is not a
/// proposed one, 422 with the fields of it that do not fit any more.
pub async fn confirm(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let id = RequestId::new(ask.part("id"));
    let ConfirmBody { version } = body.json()?;
    let site = site_of(&ask, &id).await?;
    let asked = id.clone();
    let misfits = ask
        .read(move |act| file_request::misfits_of_confirm(act, &asked))
        .await?;
    let mut faults = Faults::new();
    keep(&mut faults, misfits);
    faults.finish()?;
    ask.write(
        Repeat::MayBeKeyed,
        body.bytes(),
        vec![site],
        "request.confirm",
        move |act| {
            let confirmed = file_request::confirm(act, &id, version)?;
            let answer = answer(200, &receipt(&confirmed))?;
            Ok(versioned(answer, confirmed.version))
        },
    )
    .await
}
