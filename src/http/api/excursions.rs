//! `/sites/{finess}/excursions`: what was out of 2 to 8 °C, and what was decided of it.

use super::ask::{Ask, Repeat, answer, created};
use super::fields::{code, lot_named, optional_words, words};
use super::movements::Recorded;
use crate::app::excursions::{self, NewDecision, NewExcursion, SeenExcursion, SeenLot};
use crate::app::record::Which;
use crate::domain::apart::Decision;
use crate::domain::calendar::Instant;
use crate::domain::id::ExcursionId;
use crate::http::body::{Body, Object};
use crate::http::language::Said;
use crate::http::problem::{Fault, Faults, Problem};
use crate::http::query::Query;
use actix_web::HttpResponse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A lot of a shelf.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LotBody {
    cip13: String,
    lot: String,
    /// Where two lots share the number.
    expiry: Option<String>,
}

/// An excursion to be recorded.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExcursionBody {
    /// The lots that were in it, 1 to 200; everything that is on the shelf when not said.
    #[schema(value_type = Option<Vec<LotBody>>)]
    lots: Option<Vec<Object<LotBody>>>,
    /// What happened: 1 to 500 characters on one line; no names.
    reason: String,
    /// When the cold was lost, if known.
    #[schema(value_type = Option<String>, format = DateTime)]
    from: Option<Instant>,
    /// When it was back, if known.
    #[schema(value_type = Option<String>, format = DateTime)]
    to: Option<Instant>,
    /// The lowest temperature measured, in tenths of a degree Celsius: -2000 to 2000.
    lowest_tenths: Option<i64>,
    /// The highest temperature measured, in tenths of a degree Celsius: -2000 to 2000.
    highest_tenths: Option<i64>,
}

/// A decision about an excursion.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionBody {
    /// The lots that it is about; all that are not decided when not said.
    #[schema(value_type = Option<Vec<LotBody>>)]
    lots: Option<Vec<Object<LotBody>>>,
    /// `release` or `destroy`.
    decision: String,
    /// Why: 1 to 500 characters on one line.
    reason: String,
    /// On whose word, as the manufacturer's answer about stability: 1 to 200 characters.
    reference: Option<String>,
}

/// One excursion.
#[derive(Serialize, ToSchema)]
pub struct ExcursionShape {
    /// Its id.
    pub id: String,
    site: String,
    /// Whether it is about everything that was on the shelf.
    whole: bool,
    reason: String,
    #[schema(value_type = Option<String>, format = DateTime)]
    from: Option<Instant>,
    #[schema(value_type = Option<String>, format = DateTime)]
    to: Option<Instant>,
    lowest_tenths: Option<i32>,
    highest_tenths: Option<i32>,
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Instant,
    /// Id of the token that recorded it.
    recorded_by: String,
    /// How many of its lots are not decided.
    undecided: usize,
    lots: Vec<ExcursionLotShape>,
}

/// A lot that was in an excursion.
#[derive(Serialize, ToSchema)]
pub struct ExcursionLotShape {
    cip13: String,
    lot: String,
    expiry: String,
    /// Usable units that it set apart.
    set_apart: u32,
    /// Units that were in quarantine already, and were in it too.
    stood: u32,
    /// Units that it set apart and that still wait: for its decision, or for another.
    waiting: u32,
    decision: Option<DecidedShape>,
}

/// What was decided of a lot.
#[derive(Serialize, ToSchema)]
pub struct DecidedShape {
    /// `release` or `destroy`.
    decision: &'static str,
    #[schema(value_type = String, format = DateTime)]
    at: Instant,
    /// Id of the token that decided it.
    by: String,
    reason: String,
    reference: Option<String>,
}

/// An excursion, and what recording or deciding it moved.
#[derive(Serialize, ToSchema)]
pub struct ExcursionMoved {
    excursion: ExcursionShape,
    #[serde(flatten)]
    recorded: Recorded,
}

fn lot(seen: &SeenLot) -> ExcursionLotShape {
    ExcursionLotShape {
        cip13: seen.lot.cip13.to_string(),
        lot: seen.lot.lot.to_string(),
        expiry: seen.lot.expiry.to_string(),
        set_apart: seen.of.set_apart.get(),
        stood: seen.of.stood.get(),
        waiting: seen.waiting.get(),
        decision: seen.of.decided.as_ref().map(|d| DecidedShape {
            decision: d.decision.code(),
            at: d.at,
            by: d.by.clone(),
            reason: d.reason.clone(),
            reference: d.reference.clone(),
        }),
    }
}

fn shape(seen: &SeenExcursion) -> ExcursionShape {
    let of = &seen.excursion;
    let open = seen.lots.iter().filter(|lot| lot.of.decided.is_none());
    ExcursionShape {
        id: of.id.to_string(),
        site: of.site.to_string(),
        whole: of.whole,
        reason: of.reason.clone(),
        from: of.lasted.0,
        to: of.lasted.1,
        lowest_tenths: of.tenths.0,
        highest_tenths: of.tenths.1,
        recorded_at: of.recorded_at,
        recorded_by: of.recorded_by.clone(),
        undecided: open.count(),
        lots: seen.lots.iter().map(lot).collect(),
    }
}

/// Reads the lots that are named, if any are; nothing as well when one has a fault.
fn lots(faults: &mut Faults, bodies: Option<&[Object<LotBody>]>) -> Option<Vec<Which>> {
    let bodies = bodies?;
    if bodies.is_empty() || bodies.len() > 200 {
        let said = Said::new("has too few or too many", "en a trop peu ou trop");
        let fault = Fault::new("/lots", said).found(bodies.len());
        faults.push(fault.expected(Said::new("1 to 200", "1 à 200")));
        return None;
    }
    let read: Vec<Option<Which>> = (0..)
        .zip(bodies)
        .map(|(n, Object(body)): (usize, _)| {
            let named = (&*body.cip13, &*body.lot, body.expiry.as_deref());
            lot_named(faults, &format!("/lots/{n}"), named)
        })
        .collect();
    read.into_iter().collect()
}

/// Reads a temperature.
///
/// Choice: no probe of a pharmacy shows less than -200 °C or more than 200 °C.
fn tenths(faults: &mut Faults, at: &str, n: Option<i64>) -> Option<i32> {
    let n = n?;
    let read = i32::try_from(n).ok().filter(|n| (-2000..=2000).contains(n));
    if read.is_none() {
        let said = Said::new("is no such temperature", "n'est pas une telle température");
        let expected = Said::new(
            "-2000 to 2000, in tenths of a degree",
            "-2000 à 2000, en dixièmes de degré",
        );
        faults.push(Fault::new(at, said).found(n).expected(expected));
    }
    read
}

/// Refuses an end before its beginning.
fn in_order<T: PartialOrd>(faults: &mut Faults, at: &str, first: Option<T>, last: Option<T>) {
    if let (Some(first), Some(last)) = (first, last)
        && last < first
    {
        let said = Said::new("is below the other end", "est en deçà de l'autre borne");
        faults.push(Fault::new(at, said));
    }
}

/// `POST /sites/{finess}/excursions`
///
/// # Errors
/// 422 for the body, 404 for a lot that was never here, 409 when nothing is there.
pub async fn open(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let site = ask.site()?;
    let read: ExcursionBody = body.json()?;
    let mut faults = Faults::new();
    let lots = lots(&mut faults, read.lots.as_deref());
    let reason = words(&mut faults, "/reason", &read.reason, 500);
    let lowest = tenths(&mut faults, "/lowest_tenths", read.lowest_tenths);
    let highest = tenths(&mut faults, "/highest_tenths", read.highest_tenths);
    in_order(&mut faults, "/to", read.from, read.to);
    in_order(&mut faults, "/highest_tenths", lowest, highest);
    let (reason, ()) = faults.all((reason, Some(())))?;
    let new = NewExcursion {
        lots,
        reason,
        lasted: (read.from, read.to),
        tenths: (lowest, highest),
    };
    ask.write(
        Repeat::Keyed,
        body.bytes(),
        vec![site],
        "excursion.open",
        move |act| {
            let (excursion, left) = excursions::open(act, site, &new)?;
            let at = format!("{}/sites/{site}/excursions/{}", super::BASE, excursion.id);
            let shape = ExcursionMoved {
                excursion: shape(&excursions::seen(act, excursion)?),
                recorded: Recorded::of(&left),
            };
            created(at, &shape)
        },
    )
    .await
}

/// `GET /sites/{finess}/excursions`
///
/// # Errors
/// 400 for the query.
pub async fn list(ask: Ask, mut query: Query) -> Result<HttpResponse, Problem> {
    let site = ask.site()?;
    let page = query.page("excursions");
    query.finish()?;
    let (before, rows) = (page.after.clone(), page.rows());
    let found = ask
        .read(move |act| excursions::list(act, site, before.as_deref(), rows))
        .await?;
    let rows = found.iter().map(shape).collect();
    Ok(HttpResponse::Ok().json(page.cut(rows, |e: &ExcursionShape| e.id.clone())))
}

/// `GET /sites/{finess}/excursions/{id}`
///
/// # Errors
/// 404 when there is none of that id here.
pub async fn see(ask: Ask) -> Result<HttpResponse, Problem> {
    let (site, id) = (ask.site()?, ExcursionId::new(ask.part("id")));
    let seen = ask.read(move |act| excursions::see(act, site, &id)).await?;
    Ok(HttpResponse::Ok().json(shape(&seen)))
}

/// `POST /sites/{finess}/excursions/{id}/decide`
///
/// # Errors
/// 404 for the excursion or a lot that was not in it, 409 for what is decided, 422 for the body.
pub async fn decide(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let (site, id) = (ask.site()?, ExcursionId::new(ask.part("id")));
    let read: DecisionBody = body.json()?;
    let mut faults = Faults::new();
    let lots = lots(&mut faults, read.lots.as_deref());
    let decision = code(
        &mut faults,
        "/decision",
        &read.decision,
        Decision::from_code,
        &["release", "destroy"],
    );
    let reason = words(&mut faults, "/reason", &read.reason, 500);
    let reference = optional_words(&mut faults, "/reference", read.reference.as_deref(), 200);
    let (decision, reason) = faults.all((decision, reason))?;
    let new = NewDecision {
        lots,
        decision,
        reason,
        reference,
    };
    ask.write(
        Repeat::Keyed,
        body.bytes(),
        vec![site],
        "excursion.decide",
        move |act| {
            let (excursion, left) = excursions::decide(act, site, &id, &new)?;
            let shape = ExcursionMoved {
                excursion: shape(&excursions::seen(act, excursion)?),
                recorded: Recorded::of(&left),
            };
            answer(200, &shape)
        },
    )
    .await
}
