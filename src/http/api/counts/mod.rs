//! `/patients/{pseudonym}/counts` and `/counts`: neutrophil counts. Reading them is on the audit trail.
//!
//! A pseudonym is a site's own word: where several sites within the caller's reach know it, `site` must
//! be said. A count has an address of its own, by its id, so that nothing personal stands in those
//! under which it is corrected.

mod bodies;
mod import;
mod shapes;

pub use bodies::{CorrectCountBody, NewCountBody, WithdrawCountBody};
pub use import::{IMPORT, ImportShape, MEDIA, SameShape, import};
pub use shapes::{CountReceipt, CountShape, EndedShape};

use super::ask::{Ask, Repeat, answer, created};
use super::fields::{past_day, required, words};
use super::guard::at_site;
use crate::app::enter_counts::{self, Correction};
use crate::app::records::{Known, WhichCounts};
use crate::app::{Act, Answer, Error, see};
use crate::domain::calendar::Day;
use crate::domain::code::Finess;
use crate::domain::count::{Count, Entry};
use crate::domain::id::CountId;
use crate::http::body::Body;
use crate::http::language::Said;
use crate::http::problem::{Faults, Problem};
use crate::http::query::Query;
use crate::wire::fhir::{self, Whose};
use actix_web::HttpResponse;
use shapes::{receipt, shape};
use std::collections::BTreeSet;

/// Which site's patient a pseudonym means.
pub(super) const SITE: (&str, &str) = (
    "site",
    "FINESS number of the site whose patient it is; needed where several of your sites know the pseudonym.",
);

/// The query parameters of what names a pseudonym.
pub const AT_SITE: &[(&str, &str)] = &[SITE];

/// The query parameters of the list.
pub const LISTED: &[(&str, &str)] = &[
    SITE,
    (
        "history",
        "`true` lists those that were corrected or withdrawn as well; `false` when not said.",
    ),
    (
        "limit",
        "Rows a page, from 1 to what the service is set to (`page_size_most`, 200 by default); 50 when not said.",
    ),
    ("cursor", "`next_cursor` of the page before."),
];

/// FHIR as it is sent.
pub const FHIR: &str = "application/fhir+json";

/// Reads a flag of the query.
pub(super) fn flag(text: &str) -> Result<bool, Said> {
    text.parse()
        .map_err(|_no_flag| Said::new("is neither true nor false", "n'est ni true ni false"))
}

/// The pseudonym in the address. What the router leaves encoded because it means something in an
/// address means itself here.
pub(super) fn pseudonym(ask: &Ask) -> String {
    let part = ask.part("pseudonym");
    let plain = |text: &str| {
        text.replace("%2F", "/")
            .replace("%2f", "/")
            .replace("%2B", "+")
            .replace("%2b", "+")
    };
    plain(&part).replace("%25", "%")
}

/// The last count of a page, by day and id, as a cursor holds it.
fn after(key: Option<&str>) -> Option<(Day, &str)> {
    let (day, id) = key?.split_once('|')?;
    Some((Day::parse_past(day).ok()?, id))
}

/// `GET /patients/{pseudonym}/counts`
///
/// # Errors
/// 400 for the query, 403 for a site that is not the caller's, 404 when nobody has the pseudonym.
pub async fn list(ask: Ask, mut query: Query) -> Result<HttpResponse, Problem> {
    let site = query.parse("site", Finess::parse);
    let history = query.parse("history", flag).unwrap_or(false);
    let (name, which) = if history {
        ("counts-history", WhichCounts::All)
    } else {
        ("counts", WhichCounts::Current)
    };
    let page = query.page(name);
    query.finish()?;
    at_site(&ask, site).await?;
    let (who, key, rows) = (pseudonym(&ask), page.after.clone(), page.rows());
    let (known, found) = ask
        .read(move |act| see::counts::counts(act, (&who, site), which, after(key.as_deref()), rows))
        .await?;
    note(&ask, &known).await?;
    let shapes = found.iter().map(shape).collect::<Result<_, _>>()?;
    Ok(HttpResponse::Ok().json(page.cut(shapes, CountShape::key)))
}

/// Writes down whose counts are shown, also when there are none.
async fn note(ask: &Ask, known: &Known) -> Result<(), Problem> {
    let patients = BTreeSet::from([known.id.to_string()]);
    ask.note_reading(known.site, "counts", patients).await
}

/// `GET /counts/{id}`
///
/// # Errors
/// 404 when there is none within the caller's reach.
pub async fn see(ask: Ask) -> Result<HttpResponse, Problem> {
    let id = CountId::new(ask.part("id"));
    let found = ask
        .read(move |act| see::counts::within_reach(act, &id))
        .await?;
    let patients = BTreeSet::from([found.patient.to_string()]);
    ask.note_reading(found.site, "counts", patients).await?;
    Ok(HttpResponse::Ok().json(shape(&found)?))
}

/// `POST /patients/{pseudonym}/counts`
///
/// # Errors
/// 400 for the query, 422 for the body, 403 for a site that is not the caller's, 404 when nobody has
/// the pseudonym.
pub async fn enter(ask: Ask, mut query: Query, body: Body) -> Result<HttpResponse, Problem> {
    let site = query.parse("site", Finess::parse);
    query.finish()?;
    at_site(&ask, site).await?;
    let who = pseudonym(&ask);
    if body.of_type(&["application/json", FHIR])? == FHIR {
        let rows = fhir::read(body.bytes(), &Whose::Said(who)).map_err(import::refused)?;
        return import::one(&ask, &body, rows, site).await;
    }
    let read: NewCountBody = body.json()?;
    let entry = read.entry()?;
    let known = ask
        .read(move |act| enter_counts::whose(act, &who, site))
        .await?;
    ask.write(
        Repeat::MayBeKeyed,
        body.bytes(),
        vec![known.site],
        "count.enter",
        move |act| {
            let Entry { taken_on, counted } = entry.clone();
            entered(&enter_counts::enter(
                act,
                &known,
                Entry { taken_on, counted },
            )?)
        },
    )
    .await
}

/// The answer to what was entered.
fn entered(count: &Count) -> Result<Answer, Error> {
    let location = format!("{}/counts/{}", super::BASE, count.id);
    created(location, &receipt(count))
}

/// The site of a count within the caller's reach, which a write to it locks.
async fn site_of(ask: &Ask, id: &CountId) -> Result<Finess, Problem> {
    let id = id.clone();
    ask.read(move |act| enter_counts::site_of(act, &id)).await
}

/// `POST /counts/{id}/correct`
///
/// # Errors
/// 422 for the body, 404 when there is none within the caller's reach, 409 when it was corrected or
/// withdrawn.
pub async fn correct(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let id = CountId::new(ask.part("id"));
    let read: CorrectCountBody = body.json()?;
    let correction: Correction = read.correction()?;
    let work = move |act: &mut Act<'_>, id: &CountId| {
        entered(&enter_counts::correct(act, id, &correction)?)
    };
    change(ask, body, id, "count.correct", work).await
}

/// `POST /counts/{id}/withdraw`
///
/// # Errors
/// 422 for the body, 404 when there is none within the caller's reach, 409 when it was corrected or
/// withdrawn.
pub async fn withdraw(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let id = CountId::new(ask.part("id"));
    let read: WithdrawCountBody = body.json()?;
    let mut faults = Faults::new();
    let reason = required(&mut faults, "/reason", read.reason.as_deref());
    let reason = reason.and_then(|text| words(&mut faults, "/reason", text, 500));
    let (reason,) = faults.all((reason,))?;
    let work = move |act: &mut Act<'_>, id: &CountId| {
        answer(200, &receipt(&enter_counts::withdraw(act, id, &reason)?))
    };
    change(ask, body, id, "count.withdraw", work).await
}

async fn change(
    ask: Ask,
    body: Body,
    id: CountId,
    action: &'static str,
    mut work: impl FnMut(&mut Act<'_>, &CountId) -> Result<Answer, Error> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let site = site_of(&ask, &id).await?;
    ask.write(
        Repeat::MayBeKeyed,
        body.bytes(),
        vec![site],
        action,
        move |act| work(act, &id),
    )
    .await
}

/// Reads the day the blood was taken.
fn taken_on(faults: &mut Faults, text: Option<&str>) -> Option<Day> {
    past_day(faults, "/taken_on", text?)
}
