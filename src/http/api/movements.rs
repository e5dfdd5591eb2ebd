//! `/sites/{finess}/movements`: the ledger.

use super::ask::{Ask, Repeat, created};
use super::order::{MovementBody, Order};
use super::refused::refused;
use crate::app::after::Recorded as Left;
use crate::app::records::{Filter, Lot};
use crate::app::see::of_site;
use crate::app::{
    self, Act, count_units, dispense, lose_units, quarantine, receive_units, reverse,
};
use crate::domain::calendar::{Day, Instant, local_day};
use crate::domain::code::{Cip13, Finess, LotNumber};
use crate::domain::id::{MovementId, OperationId, PatientId};
use crate::domain::ledger::{Movement, MovementKind};
use crate::domain::reason::Refusal;
use crate::http::body::Body;
use crate::http::language::Said;
use crate::http::problem::Problem;
use crate::http::query::Query;
use actix_web::HttpResponse;
use serde::Serialize;
use utoipa::ToSchema;

/// The query parameters of the ledger.
pub const FILTERS: &[(&str, &str)] = &[
    ("kind", "Only of this kind."),
    ("cip13", "Only of this presentation."),
    ("lot", "Only of lots with this number."),
    (
        "from",
        "Only what happened at or after this instant (RFC 3339).",
    ),
    (
        "until",
        "Only what happened before this instant (RFC 3339).",
    ),
    ("patient", "Only for the patient of this id."),
    ("operation", "Only of this act."),
    (
        "limit",
        "Rows a page, from 1 to what the service is set to (`page_size_most`, 200 by default); 50 when not said.",
    ),
    ("cursor", "`next_cursor` of the page before."),
];

/// One movement.
#[derive(Serialize, ToSchema)]
pub struct MovementShape {
    id: String,
    /// Its number in the site's ledger.
    seq: i64,
    /// Shared by the movements of one act.
    operation: String,
    kind: &'static str,
    cip13: String,
    lot: String,
    expiry: String,
    /// Units that became usable; negative: ceased to be.
    usable: i64,
    /// Units that entered quarantine; negative: left it.
    quarantined: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    /// Id of the patient, if it was for one; for those who may know who is treated.
    #[serde(skip_serializing_if = "Option::is_none")]
    patient: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reverses: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    happened_at: Instant,
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Instant,
    /// Id of the token that recorded it.
    recorded_by: String,
}

fn shape(m: &Movement, cip13: Cip13, lot: &LotNumber, expiry: Day) -> MovementShape {
    MovementShape {
        id: m.id.to_string(),
        seq: m.seq,
        operation: m.operation.to_string(),
        kind: m.kind.code(),
        cip13: cip13.to_string(),
        lot: lot.to_string(),
        expiry: expiry.to_string(),
        usable: m.effect.usable,
        quarantined: m.effect.quarantined,
        reason: m.reason.clone(),
        note: m.note.clone(),
        patient: m.patient.as_ref().map(|(id, _)| id.to_string()),
        delivery: m.delivery.clone(),
        reverses: m.reverses.as_ref().map(ToString::to_string),
        happened_at: m.happened_at,
        recorded_at: m.recorded_at,
        recorded_by: m.recorded_by.clone(),
    }
}

/// What was recorded, and how the reserve stands after it.
#[derive(Serialize, ToSchema)]
pub struct Recorded {
    movements: Vec<MovementShape>,
    /// The reserves of the site afterwards; none at a site that keeps none.
    reserves: Vec<ReserveLine>,
}

/// One reserve in a line.
#[derive(Serialize, ToSchema)]
pub struct ReserveLine {
    rulebook: String,
    possible: u32,
    required: u32,
}

impl Recorded {
    /// Makes the shape of what an act left.
    pub fn of(left: &Left) -> Self {
        let movements = left
            .movements
            .iter()
            .filter_map(|m| {
                left.state
                    .line(&m.lot_id)
                    .map(|l| shape(m, l.cip13, &l.lot, l.expiry))
            })
            .collect();
        let line = |(rulebook, r): &(String, crate::domain::reserve::Reserve)| ReserveLine {
            rulebook: rulebook.clone(),
            possible: r.possible().get(),
            required: r.required().get(),
        };
        Self {
            movements,
            reserves: left.reserves.iter().map(line).collect(),
        }
    }

    /// Returns the address of the first movement.
    pub fn location(&self, site: Finess) -> String {
        format!(
            "{}/sites/{site}/movements/{}",
            super::BASE,
            self.movements.first().map_or("", |m| m.id.as_str())
        )
    }
}

/// `POST /sites/{finess}/movements`
///
/// # Errors
/// 422 for the body; 409 when it is refused; 404 for what it names.
pub async fn record(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let site = ask.site()?;
    let read: MovementBody = body.json()?;
    // two-digit years are read by the day of the caller's clock; a time zone changes none of them
    let today = local_day(ask.now, chrono_tz::Tz::UTC)
        .ok_or_else(|| Problem::internal("the clock is outside of this century"))?;
    let order = read.read(today)?;
    ask.write(
        Repeat::Keyed,
        body.bytes(),
        vec![site],
        "stock.move",
        move |act| {
            let recorded = Recorded::of(&carry_out(act, site, &order)?);
            created(recorded.location(site), &recorded)
        },
    )
    .await
}

fn carry_out(act: &mut Act<'_>, site: Finess, order: &Order) -> Result<Left, app::Error> {
    match order {
        Order::Receive(received) => receive_units::receive(act, site, received),
        Order::TakeBack(which, units, state, told) => {
            receive_units::take_back(act, site, which, *units, *state, told)
        }
        Order::Dispense(dispensed) => dispense::dispense(act, site, dispensed),
        Order::Lose(which, units, state, why, told) => {
            lose_units::lose(act, site, which, *units, *state, *why, told)
        }
        Order::Count(which, counted, state, why, told) => {
            count_units::count(act, site, which, *counted, *state, *why, told)
        }
        Order::Quarantine(which, units, told) => {
            quarantine::quarantine(act, site, which, *units, told)
        }
        Order::Release(which, units, told) => quarantine::release(act, site, which, *units, told),
        Order::Destroy(which, units, told) => quarantine::destroy(act, site, which, *units, told),
        Order::Reverse(id, told) => reverse::reverse(act, site, id, told),
    }
}

/// `GET /sites/{finess}/movements`
///
/// # Errors
/// 400 for the query; 403 for a patient's movements to those who may not know who is treated.
pub async fn list(ask: Ask, mut query: Query) -> Result<HttpResponse, Problem> {
    let site = ask.site()?;
    let page = query.page("movements");
    let filter = Filter {
        kind: query.parse("kind", |t| {
            MovementKind::from_code(t).ok_or_else(|| {
                Said::new("is no kind of movement", "n'est pas un type de mouvement")
            })
        }),
        cip13: query.parse("cip13", Cip13::parse),
        lot: query.parse("lot", LotNumber::parse),
        from: query.parse("from", instant),
        until: query.parse("until", instant),
        patient: query.text("patient").map(PatientId::new),
        operation: query.text("operation").map(OperationId::new),
        before: page.after.as_deref().and_then(|t| t.parse().ok()),
    };
    query.finish()?;
    if filter.patient.is_some() && !ask.meets_patients(site) {
        return Err(refused(&Refusal::Forbidden));
    }
    let rows = page.rows();
    let found = ask
        .read(move |act| of_site::movements(act, site, &filter, rows))
        .await?;
    let shapes = found.iter().map(|(m, l)| of_lot(m, l)).collect();
    let mut listed = page.cut(shapes, |m: &MovementShape| m.seq.to_string());
    note_patients(&ask, site, &mut listed.items).await?;
    Ok(HttpResponse::Ok().json(listed))
}

/// Writes down whose movements are read; leaves that out for those who may not know it.
async fn note_patients(
    ask: &Ask,
    site: Finess,
    movements: &mut [MovementShape],
) -> Result<(), Problem> {
    if ask.meets_patients(site) {
        let patients = movements.iter().filter_map(|m| m.patient.clone());
        return ask
            .note_reading(site, "movements", patients.collect())
            .await;
    }
    for movement in movements {
        movement.patient = None;
    }
    Ok(())
}

fn of_lot(movement: &Movement, lot: &Lot) -> MovementShape {
    shape(movement, lot.cip13, &lot.lot, lot.expiry)
}

fn instant(text: &str) -> Result<Instant, Said> {
    chrono::DateTime::parse_from_rfc3339(text)
        .map(|t| t.to_utc())
        .map_err(|_odd| {
            Said::new(
                "is no instant such as 2021-10-20T08:00:00Z",
                "n'est pas un instant tel que 2021-10-20T08:00:00Z",
            )
        })
}

/// `GET /sites/{finess}/movements/{id}`
///
/// # Errors
/// 404 when there is none here.
pub async fn see(ask: Ask) -> Result<HttpResponse, Problem> {
    let (site, id) = (ask.site()?, MovementId::new(ask.part("id")));
    let (movement, lot) = ask
        .read(move |act| of_site::movement(act, site, &id))
        .await?;
    let mut shape = of_lot(&movement, &lot);
    note_patients(&ask, site, std::slice::from_mut(&mut shape)).await?;
    Ok(HttpResponse::Ok().json(shape))
}
