//! `/sites/{finess}/reserve`: doses possible and required.

use super::ask::Ask;
use crate::app::see::{self, SeenReserve};
use crate::domain::reserve::{KeptFor, Standing};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::wire::{self, rulebook::RulebookStanding};
use actix_web::HttpResponse;
use serde::Serialize;
use utoipa::ToSchema;

/// The reserve of a site.
#[derive(Serialize, ToSchema)]
pub struct ReserveShape {
    site: String,
    rulebook: String,
    medicine: String,
    /// SHA-256 of the rulebook's file.
    rulebook_sha256: String,
    /// Whether the document is in force on the site's day by its own dates; it protects the reserve
    /// until a coordinator retires it.
    rulebook_in_force: bool,
    /// How the rulebook stands on that day; a retired one protects no reserve.
    rulebook_standing: RulebookStanding,
    /// The site's own day.
    as_of: String,
    /// Whether the site is qualified for CAR-T therapies; one that is not keeps no reserve.
    car_t: bool,
    /// `assured` or `compromised`.
    resupply: &'static str,
    /// Whether resupply was set by hand.
    resupply_by_hand: bool,
    /// Doses of the reserve that the site's usable stock can make at once.
    possible: u32,
    /// Doses that must stay.
    required: u32,
    /// Doses that are missing.
    missing: u32,
    /// `ok` or `below-minimum`.
    status: &'static str,
    /// Reference doses that the free units could make, beside every hold.
    reference_doses_possible: u32,
    /// The size of a reference dose.
    reference_dose_mg: f64,
    /// Dose by dose, in the order of the plan.
    doses: Vec<ReservedDose>,
}

/// One dose of the reserve.
#[derive(Serialize, ToSchema)]
pub struct ReservedDose {
    /// `reserve-infused`, `reserve-scheduled` or `reserve-floor`.
    class: &'static str,
    /// Id of the patient, if it is for one; for those who may know who is treated.
    #[serde(skip_serializing_if = "Option::is_none")]
    patient: Option<String>,
    number: u32,
    /// The day on which its vials must be in date; that of a patient's dose, which tells the day of
    /// the infusion, for those who may know who is treated.
    #[serde(skip_serializing_if = "Option::is_none")]
    in_date_until: Option<String>,
    /// `held`, `possible` or `missing`.
    standing: &'static str,
}

/// `GET /sites/{finess}/reserve`
///
/// # Errors
/// 400 for the query, also of a rulebook that asks for no reserve; 404 for the site.
pub async fn see(ask: Ask, mut query: Query) -> Result<HttpResponse, Problem> {
    let site = ask.site()?;
    let rulebook = query.text("rulebook");
    query.finish()?;
    let shape = ask
        .read(move |act| Ok(shape(&see::reserve(act, site, rulebook.as_deref())?)))
        .await?;
    let shape = if ask.meets_patients(site) {
        let patients = shape.doses.iter().filter_map(|d| d.patient.clone());
        ask.note_reading(site, "reserve", patients.collect())
            .await?;
        shape
    } else {
        without_patients(shape)
    };
    Ok(HttpResponse::Ok().json(shape))
}

/// Leaves out who each dose is for, and the days that would tell.
fn without_patients(mut shape: ReserveShape) -> ReserveShape {
    for dose in shape.doses.iter_mut().filter(|d| d.patient.is_some()) {
        dose.patient = None;
        dose.in_date_until = None;
    }
    shape
}

fn shape(seen: &SeenReserve<'_>) -> ReserveShape {
    let SeenReserve {
        rulebook,
        state,
        reserve,
        reference_doses,
        standing,
    } = seen;
    let retirement = state.retirement(rulebook);
    let (possible, required) = (reserve.possible(), reserve.required());
    let reference = rulebook
        .reserve
        .as_ref()
        .map(|rule| crate::domain::reserve::reference_dose(&state.facts(rulebook, rule)));
    ReserveShape {
        site: state.site.finess.to_string(),
        rulebook: rulebook.name.to_string(),
        medicine: rulebook.medicine.clone(),
        rulebook_sha256: hex::encode(rulebook.hash),
        rulebook_in_force: rulebook.in_force(state.today),
        rulebook_standing: wire::rulebook::standing(&rulebook.name, standing, retirement),
        as_of: state.today.to_string(),
        car_t: state.site.car_t,
        resupply: reserve.resupply.code(),
        resupply_by_hand: state
            .site
            .by_hand
            .as_ref()
            .is_some_and(|h| h.until >= state.today),
        possible: possible.get(),
        required: required.get(),
        missing: possible.missing_to(required).get(),
        status: if possible < required {
            "below-minimum"
        } else {
            "ok"
        },
        reference_doses_possible: reference_doses.get(),
        reference_dose_mg: reference.map_or(0.0, super::stock::as_mg),
        doses: reserve
            .doses
            .iter()
            .map(|d| ReservedDose {
                class: match d.kept_for {
                    KeptFor::Infused(_) => "reserve-infused",
                    KeptFor::Scheduled(_) => "reserve-scheduled",
                    KeptFor::Floor => "reserve-floor",
                },
                patient: d.kept_for.patient().map(ToString::to_string),
                number: d.number,
                in_date_until: Some(d.need.on.to_string()),
                standing: match d.standing {
                    Standing::Held => "held",
                    Standing::Possible => "possible",
                    Standing::Missing => "missing",
                },
            })
            .collect(),
    }
}
