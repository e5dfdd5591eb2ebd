//! `/alerts`: what must be heard.

use super::ask::{Ask, Repeat, answer, versioned};
use super::emails::{EmailShape, shape as email_shape};
use super::fields::note;
use crate::app::acknowledge_alert;
use crate::app::records::LetterState;
use crate::app::see::alerts;
use crate::domain::alert::Alert;
use crate::domain::calendar::Instant;
use crate::domain::code::Finess;
use crate::domain::id::AlertId;
use crate::http::body::Body;
use crate::http::etag::etag;
use crate::http::problem::{Faults, Problem};
use crate::http::query::Query;
use actix_web::HttpResponse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The query parameters of a list of alerts.
pub const FILTERS: &[(&str, &str)] = &[
    ("open", "`true`: only those that are not closed."),
    (
        "limit",
        "Rows a page, from 1 to what the service is set to (`page_size_most`, 200 by default); 50 when not said.",
    ),
    ("cursor", "`next_cursor` of the page before."),
];

/// One alert.
#[derive(Serialize, ToSchema)]
pub struct AlertShape {
    id: String,
    site: String,
    /// `reserve-below-minimum`, `clearance-broken`, `override`, `notice-expired`, `count-overdue`,
    /// `resupply-compromised`, `recall`, `stock-below-minimum`, `lot-expiring`, `clearance-refused`,
    /// `reserve-forecast` or `site-unreachable`.
    kind: &'static str,
    /// What of: a rulebook, a clearance, an act; a presentation or a route with its rulebook; a presentation
    /// and a lot.
    subject: String,
    /// `open`, `acknowledged` or `closed`.
    state: &'static str,
    /// What there is: doses possible, doses covered.
    found: i64,
    /// What there should be.
    expected: i64,
    /// Of `reserve-forecast`: the day of the breach, as its letters told it last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    foreseen_on: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    opened_at: Instant,
    #[schema(value_type = String, format = DateTime)]
    changed_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    acknowledged: Option<Acknowledged>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    closed_at: Option<Instant>,
    version: i64,
    /// Its letters; of one alert only, not in a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    letters: Option<Vec<EmailShape>>,
    /// Whom its letters did not reach, for they were given up: somebody else was written to, if there is
    /// anybody. Of one alert only, not in a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    unreached: Option<Vec<Unreached>>,
}

/// Somebody whom a letter did not reach.
#[derive(Serialize, ToSchema)]
pub struct Unreached {
    name: String,
    email: String,
    /// What the server said last.
    because: Option<String>,
}

/// Who has seen to it.
#[derive(Serialize, ToSchema)]
pub struct Acknowledged {
    #[schema(value_type = String, format = DateTime)]
    at: Instant,
    /// Id of the token; `recipient:` and their id, of somebody who used the link in their letter.
    by: String,
    note: Option<String>,
}

fn shape(a: &Alert, letters: Option<Vec<EmailShape>>) -> AlertShape {
    AlertShape {
        id: a.id.to_string(),
        site: a.site.to_string(),
        kind: a.kind.code(),
        subject: a.subject.clone(),
        state: a.state.code(),
        found: a.reading.found,
        expected: a.reading.expected,
        foreseen_on: a.told_on.map(|day| day.to_string()),
        opened_at: a.opened_at,
        changed_at: a.changed_at,
        acknowledged: a
            .acknowledged
            .clone()
            .map(|(at, by, note)| Acknowledged { at, by, note }),
        closed_at: a.closed_at,
        version: a.version,
        letters,
        unreached: None,
    }
}

/// `GET /sites/{finess}/alerts`
///
/// # Errors
/// 400 for the query.
pub async fn of_site(ask: Ask, query: Query) -> Result<HttpResponse, Problem> {
    let site = ask.site()?;
    page(ask, query, Some(site)).await
}

/// `GET /alerts`
///
/// # Errors
/// 400 for the query.
pub async fn list(ask: Ask, query: Query) -> Result<HttpResponse, Problem> {
    page(ask, query, None).await
}

async fn page(ask: Ask, mut query: Query, site: Option<Finess>) -> Result<HttpResponse, Problem> {
    let page = query.page("alerts");
    let open = query.parse("open", str::parse::<bool>).unwrap_or(false);
    query.finish()?;
    let (before, rows) = (page.after.clone(), page.rows());
    let found = ask
        .read(move |act| alerts::alerts(act, site, open, before.as_deref(), rows))
        .await?;
    Ok(HttpResponse::Ok().json(page.cut(
        found.iter().map(|a| shape(a, None)).collect(),
        |a: &AlertShape| a.id.clone(),
    )))
}

/// `GET /alerts/{id}`
///
/// # Errors
/// 404 when there is none within the caller's reach.
pub async fn see(ask: Ask) -> Result<HttpResponse, Problem> {
    let id = AlertId::new(ask.part("id"));
    let (alert, letters) = ask.read(move |act| alerts::alert(act, &id)).await?;
    let given_up = letters.iter().filter(|l| l.state == LetterState::Failed);
    let unreached = given_up.map(|l| Unreached {
        name: l.to_name.clone(),
        email: l.to_email.clone(),
        because: l.last_error.clone(),
    });
    let unreached = Some(unreached.collect());
    let letters = letters.iter().map(|l| email_shape(l, false)).collect();
    // always whole: its letters go their way without a new version of the alert
    Ok(HttpResponse::Ok()
        .insert_header(etag(alert.version))
        .json(AlertShape {
            unreached,
            ..shape(&alert, Some(letters))
        }))
}

/// What somebody says who sees to an alert.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcknowledgeBody {
    /// At most 2000 characters; nothing about a patient.
    note: Option<String>,
    /// The version that was seen; refused when it has changed since.
    version: Option<i64>,
}

/// `POST /alerts/{id}/acknowledge`
///
/// # Errors
/// 404 when there is none within the caller's reach, 409 when it is not open, 412 for the version.
pub async fn acknowledge(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let id = AlertId::new(ask.part("id"));
    let read: AcknowledgeBody = body.json()?;
    let mut faults = Faults::new();
    let note = note(&mut faults, "/note", read.note.as_deref());
    faults.finish()?;
    // the site is locked like for any write that touches it
    let found = id.clone();
    let site = ask
        .read(move |act| Ok(alerts::alert(act, &found)?.0.site))
        .await?;
    ask.write(
        Repeat::MayBeKeyed,
        body.bytes(),
        vec![site],
        "alert.acknowledge",
        move |act| {
            let alert = acknowledge_alert::acknowledge(act, &id, read.version, note.as_deref())?;
            Ok(versioned(answer(200, &shape(&alert, None))?, alert.version))
        },
    )
    .await
}
