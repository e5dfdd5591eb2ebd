//! `/sites/{finess}/deliveries`: what a site waits for.

use super::ask::{Ask, Repeat, answer, created, versioned};
use super::fields::{code, day, optional_words, units};
use crate::app::edit_deliveries::{self, Change, NewDelivery};
use crate::app::see::{deliveries, of_site};
use crate::domain::calendar::Day;
use crate::domain::code::Cip13;
use crate::domain::id::DeliveryId;
use crate::domain::reason::Refusal;
use crate::domain::site::{Delivery, DeliveryState};
use crate::http::body::Body;
use crate::http::etag::Expected;
use crate::http::problem::{Faults, Problem};
use crate::http::query::Query;
use actix_web::HttpResponse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A delivery.
#[derive(Serialize, ToSchema)]
pub struct DeliveryShape {
    id: String,
    site: String,
    cip13: String,
    /// How many were announced in all.
    units: u32,
    /// How many were received against it; more than were announced, when more came.
    arrived: u32,
    /// How many are still to come, by which resupply is counted.
    to_come: u32,
    /// How many were announced and never came: of one that was closed before they did.
    short: u32,
    expected_on: String,
    /// `announced`, `confirmed`, `received` or `cancelled`.
    state: &'static str,
    /// Where it is read: whether it is still to come though its day is past, so that nobody counts on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    late: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    version: i64,
    /// Where one is read: what was done with it, the first first.
    #[serde(skip_serializing_if = "Option::is_none")]
    history: Option<Vec<EventShape>>,
}

/// One thing that was done with a delivery, and how it stood afterwards.
#[derive(Serialize, ToSchema)]
pub struct EventShape {
    at: String,
    /// Id of a token; `command-line` or `service`.
    by: String,
    /// In what role.
    role: String,
    /// `announced`, `confirmed`, `unconfirmed`, `postponed`, `arrived`, `undone` (a receipt), `corrected`
    /// (the units), `closed` or `cancelled`.
    event: &'static str,
    units: u64,
    arrived: u64,
    expected_on: String,
    state: String,
    /// Why, as far as somebody said.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl EventShape {
    fn of(event: &deliveries::Event) -> Self {
        Self {
            at: event.at.to_rfc3339(),
            by: event.by.clone(),
            role: event.role.clone(),
            event: event.what.code(),
            units: event.units,
            arrived: event.arrived,
            expected_on: event.expected_on.clone(),
            state: event.state.clone(),
            reason: event.reason.clone(),
        }
    }
}

/// Makes the shape of a delivery.
pub fn shape(d: &Delivery) -> DeliveryShape {
    DeliveryShape {
        id: d.id.to_string(),
        site: d.site.to_string(),
        cip13: d.cip13.to_string(),
        units: d.units.get(),
        arrived: d.arrived.get(),
        to_come: d.left().get(),
        short: d.short().get(),
        late: None,
        history: None,
        expected_on: d.expected_on.to_string(),
        state: d.state.code(),
        reference: d.reference.clone(),
        version: d.version,
    }
}

/// The same with whether it is late by the site's own day.
fn seen(d: &Delivery, today: Day) -> DeliveryShape {
    DeliveryShape {
        late: Some(d.is_late(today)),
        ..shape(d)
    }
}

/// `GET /sites/{finess}/deliveries`
///
/// # Errors
/// 400 for the query.
pub async fn list(ask: Ask, mut query: Query) -> Result<HttpResponse, Problem> {
    let site = ask.site()?;
    let page = query.page("deliveries");
    query.finish()?;
    let (after, rows) = (page.after.clone(), page.rows());
    let (today, found) = ask
        .read(move |act| of_site::deliveries(act, site, after.as_deref(), rows))
        .await?;
    let items = found.iter().map(|d| seen(d, today)).collect();
    Ok(HttpResponse::Ok().json(page.cut(items, |d: &DeliveryShape| d.id.clone())))
}

/// `GET /sites/{finess}/deliveries/{id}`
///
/// # Errors
/// 404 when there is none here.
pub async fn see(ask: Ask) -> Result<HttpResponse, Problem> {
    let (site, id) = (ask.site()?, DeliveryId::new(ask.part("id")));
    let found = ask.read(move |act| deliveries::see(act, site, &id)).await?;
    let shape = DeliveryShape {
        history: Some(found.history.iter().map(EventShape::of).collect()),
        ..seen(&found.delivery, found.today)
    };
    Ok(ask.seen(found.delivery.version, &shape))
}

/// A delivery that somebody heard of.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDeliveryBody {
    cip13: String,
    /// 1 to 1000000.
    units: i64,
    expected_on: String,
    /// Whether the supplier confirmed it.
    #[serde(default)]
    confirmed: bool,
    /// The supplier's reference.
    reference: Option<String>,
}

/// `POST /sites/{finess}/deliveries`
///
/// # Errors
/// 422 for the body, 404 for the presentation.
pub async fn announce(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let site = ask.site()?;
    let read: NewDeliveryBody = body.json()?;
    let mut faults = Faults::new();
    let cip13 = faults.take("/cip13", Cip13::parse(&read.cip13));
    let number = units(&mut faults, "/units", read.units);
    let expected_on = day(&mut faults, "/expected_on", &read.expected_on);
    let reference = optional_words(&mut faults, "/reference", read.reference.as_deref(), 100);
    let (cip13, units, expected_on) = faults.all((cip13, number, expected_on))?;
    let new = NewDelivery {
        cip13,
        units,
        expected_on,
        confirmed: read.confirmed,
        reference,
    };
    ask.write(
        Repeat::MayBeKeyed,
        body.bytes(),
        vec![site],
        "delivery.announce",
        move |act| {
            let delivery = edit_deliveries::announce(act, site, &new)?;
            let location = format!("{}/sites/{site}/deliveries/{}", super::BASE, delivery.id);
            Ok(versioned(
                created(location, &shape(&delivery))?,
                delivery.version,
            ))
        },
    )
    .await
}

/// What changes of a delivery; what is not said stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveryChange {
    /// How many were announced in all, those that have arrived included.
    units: Option<i64>,
    expected_on: Option<String>,
    /// `announced`, `confirmed`, `cancelled`, or `received` when no more of it will come; with the last of
    /// its units it is received by itself.
    state: Option<String>,
    /// Why, about the supplier and never about a patient; needed to cancel it, or to end it before all of
    /// it came. It stays in the history.
    reason: Option<String>,
}

/// `PATCH /sites/{finess}/deliveries/{id}`
///
/// # Errors
/// 428 and 412 for the version, 422 for the body (also for a day that is past), 409 when it has ended.
pub async fn change(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let (site, id, expected) = (
        ask.site()?,
        DeliveryId::new(ask.part("id")),
        Expected::of(ask.request())?,
    );
    let read: DeliveryChange = body.json()?;
    let mut faults = Faults::new();
    let known = DeliveryState::ALL.map(DeliveryState::code);
    let wanted = Change {
        units: read.units.and_then(|n| units(&mut faults, "/units", n)),
        expected_on: read
            .expected_on
            .as_deref()
            .and_then(|t| day(&mut faults, "/expected_on", t)),
        state: read
            .state
            .as_deref()
            .and_then(|t| code(&mut faults, "/state", t, DeliveryState::from_code, &known)),
        reason: optional_words(&mut faults, "/reason", read.reason.as_deref(), 500),
    };
    faults.finish()?;
    ask.write(
        Repeat::MayBeKeyed,
        body.bytes(),
        vec![site],
        "delivery.change",
        move |act| {
            let version = of_site::delivery(act, site, &id)?.version;
            if !expected.allows(version) {
                return Err(Refusal::Stale { version }.into());
            }
            let delivery = edit_deliveries::change(act, site, &id, version, &wanted)?;
            Ok(versioned(answer(200, &shape(&delivery))?, delivery.version))
        },
    )
    .await
}
