//! `/sites/{finess}/forecast`: the reserve and the shelf day by day, as far as is known.

use super::ask::Ask;
use crate::app::forecast::{SeenForecast, see as look};
use crate::domain::calendar::Day;
use crate::domain::code::Cip13;
use crate::domain::forecast::{Breach, Change, DayAhead};
use crate::domain::quantity::Units;
use crate::domain::site::Ahead;
use crate::http::language::Said;
use crate::http::problem::Problem;
use crate::http::query::Query;
use actix_web::HttpResponse;
use serde::Serialize;
use utoipa::ToSchema;

/// The query parameters of a forecast.
pub const ASKED: &[(&str, &str)] = &[
    (
        "days",
        "How many days ahead, from 1 to 90; as many as the site looks ahead when not said.",
    ),
    (
        "rulebook",
        "By which rulebook; the only one with a reserve when not said.",
    ),
];

/// What is known to come at a site, day by day. It promises nothing: what nobody has entered it does not know.
#[derive(Serialize, ToSchema)]
pub struct ForecastShape {
    site: String,
    rulebook: String,
    medicine: String,
    /// The site's own day: the first of `days`.
    #[schema(format = Date)]
    as_of: String,
    /// How many days ahead.
    horizon_days: usize,
    /// Whether the site is qualified for CAR-T therapies; one that is not keeps no reserve.
    car_t: bool,
    /// The breach that is foreseen after today, if one is.
    breach: Option<BreachShape>,
    /// Today and the days after it.
    days: Vec<DayShape>,
}

/// A breach of the reserve that is foreseen.
#[derive(Serialize, ToSchema)]
pub struct BreachShape {
    /// The first day on which doses are missing.
    #[schema(format = Date)]
    on: String,
    /// The first day on which the most are missing.
    #[schema(format = Date)]
    worst_on: String,
    /// Doses possible on the worst day.
    possible: u32,
    /// Doses required on the worst day.
    required: u32,
    /// Doses missing on the worst day.
    missing: u32,
}

/// One day.
#[derive(Serialize, ToSchema)]
pub struct DayShape {
    #[schema(format = Date)]
    on: String,
    /// `assured` or `compromised`.
    resupply: &'static str,
    /// Doses that must stay.
    required: u32,
    /// How many of them the shelf makes.
    possible: u32,
    /// How many are missing.
    missing: u32,
    /// Usable units in date that are promised to nobody but patients with a clearance.
    units: Vec<UnitsShape>,
    /// What is different from the day before.
    changes: Vec<ChangeShape>,
}

/// Units of a presentation.
#[derive(Serialize, ToSchema)]
pub struct UnitsShape {
    cip13: String,
    units: u32,
}

/// What a day brings.
#[derive(Serialize, ToSchema)]
pub struct ChangeShape {
    /// `expired`, `arrived`, `taken` (a request takes its units), `waiting` (so many requests that are due
    /// find nothing that the reserve can spare), `resupply`; and for those who may know who is treated
    /// `scheduled` (so many infusions are near enough to count) and `windows-over`.
    kind: &'static str,
    /// Of what has expired, arrived or is taken.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    units: Vec<UnitsShape>,
    /// The lot that has expired.
    #[serde(skip_serializing_if = "Option::is_none")]
    lot: Option<String>,
    /// The delivery that has arrived.
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery: Option<String>,
    /// How many patients, or requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u32>,
    /// `assured` or `compromised`, from this day on.
    #[serde(skip_serializing_if = "Option::is_none")]
    resupply: Option<&'static str>,
}

/// Reads how many days ahead.
fn days(text: &str) -> Result<u32, Said> {
    let read = text.parse().ok();
    read.filter(|n| (1..=Ahead::MOST_FORECAST).contains(n))
        .ok_or_else(|| {
            let most = Ahead::MOST_FORECAST;
            Said::new(
                format!("is no number of days from 1 to {most}"),
                format!("n'est pas un nombre de jours de 1 à {most}"),
            )
        })
}

/// `GET /sites/{finess}/forecast`
///
/// # Errors
/// 400 for the query, also of a rulebook that asks for no reserve; 404 for the site.
pub async fn see(ask: Ask, mut query: Query) -> Result<HttpResponse, Problem> {
    let site = ask.site()?;
    let horizon = query.parse("days", days);
    let rulebook = query.text("rulebook");
    query.finish()?;
    let mut shape = ask
        .read(move |act| Ok(shape(&look(act, site, rulebook.as_deref(), horizon)?)))
        .await?;
    if !ask.meets_patients(site) {
        for day in &mut shape.days {
            day.changes
                .retain(|c| !["scheduled", "windows-over"].contains(&c.kind));
        }
    }
    Ok(HttpResponse::Ok().json(shape))
}

fn shape(seen: &SeenForecast<'_>) -> ForecastShape {
    ForecastShape {
        site: seen.state.site.finess.to_string(),
        rulebook: seen.rulebook.name.to_string(),
        medicine: seen.rulebook.medicine.clone(),
        as_of: seen.state.today.to_string(),
        horizon_days: seen.days.len().saturating_sub(1),
        car_t: seen.state.site.car_t,
        breach: seen.breach.as_ref().map(breach),
        days: seen.days.iter().map(day).collect(),
    }
}

fn breach(b: &Breach) -> BreachShape {
    BreachShape {
        on: b.on.to_string(),
        worst_on: b.worst_on.to_string(),
        possible: b.possible.get(),
        required: b.required.get(),
        missing: b.possible.missing_to(b.required).get(),
    }
}

fn day(d: &DayAhead) -> DayShape {
    let on: Day = d.on;
    DayShape {
        on: on.to_string(),
        resupply: d.resupply.code(),
        required: d.required.get(),
        possible: d.possible.get(),
        missing: d.possible.missing_to(d.required).get(),
        units: d.units.iter().map(units).collect(),
        changes: d.changes.iter().map(change).collect(),
    }
}

fn units((cip13, units): &(Cip13, Units)) -> UnitsShape {
    UnitsShape {
        cip13: cip13.to_string(),
        units: units.get(),
    }
}

fn change(change: &Change) -> ChangeShape {
    let plain = ChangeShape {
        kind: change.code(),
        units: Vec::new(),
        lot: None,
        delivery: None,
        count: None,
        resupply: None,
    };
    match change {
        Change::Expired {
            cip13,
            lot,
            units: n,
        } => ChangeShape {
            units: vec![units(&(*cip13, *n))],
            lot: Some(lot.to_string()),
            ..plain
        },
        Change::Arrived {
            delivery,
            cip13,
            units: n,
        } => ChangeShape {
            units: vec![units(&(*cip13, *n))],
            delivery: Some(delivery.to_string()),
            ..plain
        },
        Change::Taken(taken) => ChangeShape {
            units: taken.iter().map(units).collect(),
            ..plain
        },
        Change::WindowsOver(n) | Change::Scheduled(n) | Change::Waiting(n) => ChangeShape {
            count: Some(*n),
            ..plain
        },
        Change::Resupply(resupply) => ChangeShape {
            resupply: Some(resupply.code()),
            ..plain
        },
    }
}
