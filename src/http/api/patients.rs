//! `/sites/{finess}/car-t-patients`: pseudonyms, weights, days. Reading them is on the audit trail.

use super::ask::{Ask, Repeat, answer, created, versioned};
use super::fields::{day, weight, words};
use crate::app::edit_patients::{self, Correction, NewPatient};
use crate::app::personal;
use crate::app::records::PatientRecord;
use crate::app::see;
use crate::domain::id::PatientId;
use crate::domain::quantity::Doses;
use crate::domain::reason::Refusal;
use crate::http::body::Body;
use crate::http::etag::Expected;
use crate::http::language::Said;
use crate::http::problem::{Fault, Faults, Problem};
use crate::http::query::Query;
use actix_web::HttpResponse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A CAR-T patient.
#[derive(Serialize, ToSchema)]
pub struct PatientShape {
    id: String,
    /// The site's word for them.
    pseudonym: String,
    weight_g: u32,
    infusion_date: String,
    doses_given: u32,
    /// `waiting` (not cleared), `expected`, `cancelled` or `ended`.
    state: &'static str,
    version: i64,
}

fn shape(r: &PatientRecord) -> PatientShape {
    PatientShape {
        id: r.patient.id.to_string(),
        pseudonym: r.pseudonym.clone(),
        weight_g: r.patient.weight.get(),
        infusion_date: r.patient.infusion_on.to_string(),
        doses_given: r.patient.doses_given.get(),
        state: r.state.code(),
        version: r.version,
    }
}

/// What a write answers: nothing personal, since the answer is kept for repetitions.
#[derive(Serialize, ToSchema)]
pub struct PatientReceipt {
    id: String,
    state: &'static str,
    version: i64,
}

fn receipt(r: &PatientRecord) -> PatientReceipt {
    PatientReceipt {
        id: r.patient.id.to_string(),
        state: r.state.code(),
        version: r.version,
    }
}

/// `GET /sites/{finess}/car-t-patients`
///
/// # Errors
/// 400 for the query.
pub async fn list(ask: Ask, mut query: Query) -> Result<HttpResponse, Problem> {
    let site = ask.site()?;
    let page = query.page("car-t-patients");
    query.finish()?;
    let (after, rows) = (page.after.clone(), page.rows());
    let found = ask
        .read_and_note(vec![site], move |act| {
            see::patients(act, site, after.as_deref(), rows)
        })
        .await?;
    Ok(HttpResponse::Ok().json(
        page.cut(found.iter().map(shape).collect(), |p: &PatientShape| {
            p.id.clone()
        }),
    ))
}

/// `GET /sites/{finess}/car-t-patients/{id}`
///
/// # Errors
/// 404 when there is none here.
pub async fn see(ask: Ask) -> Result<HttpResponse, Problem> {
    let (site, id) = (ask.site()?, PatientId::new(ask.part("id")));
    let found = ask
        .read_and_note(vec![site], move |act| see::patient(act, site, &id))
        .await?;
    Ok(ask.seen(found.version, &shape(&found)))
}

/// A patient to be registered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPatientBody {
    /// The site's word for them, 1 to 64 characters; never a name, birth date or hospital number.
    pub(super) pseudonym: String,
    /// 500 to 400000.
    pub(super) weight_g: i64,
    pub(super) infusion_date: String,
}

/// Reads who is to be infused.
///
/// # Errors
/// 422 with every fault.
pub fn read(body: &NewPatientBody) -> Result<NewPatient, Problem> {
    let mut faults = Faults::new();
    let pseudonym = words(&mut faults, "/pseudonym", &body.pseudonym, 64);
    let weight = weight(&mut faults, "/weight_g", body.weight_g);
    let infusion_on = day(&mut faults, "/infusion_date", &body.infusion_date);
    let (pseudonym, weight, infusion_on) = faults.all((pseudonym, weight, infusion_on))?;
    Ok(NewPatient {
        pseudonym,
        weight,
        infusion_on,
    })
}

/// `POST /sites/{finess}/car-t-patients`
///
/// # Errors
/// 422 for the body, 409 when the pseudonym is taken or the site is no CAR-T centre.
pub async fn register(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let site = ask.site()?;
    let new = read(&body.json()?)?;
    ask.write(
        Repeat::Keyed,
        body.bytes(),
        vec![site],
        "patient.register",
        move |act| {
            let record = edit_patients::register(act, site, &new)?;
            let location = format!(
                "{}/sites/{site}/car-t-patients/{}",
                super::BASE,
                record.patient.id
            );
            Ok(versioned(
                created(location, &receipt(&record))?,
                record.version,
            ))
        },
    )
    .await
}

/// What is corrected; what is not said stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatientCorrection {
    weight_g: Option<i64>,
    /// Not while a clearance is in force: move that.
    infusion_date: Option<String>,
    /// 0 to 99.
    doses_given: Option<i64>,
    /// `true` cancels the infusion and gives its doses back.
    #[serde(default)]
    cancelled: bool,
}

/// `PATCH /sites/{finess}/car-t-patients/{id}`
///
/// # Errors
/// 428 and 412 for the version, 422 for the body, 409 when the state does not allow it.
pub async fn correct(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let (site, id, expected) = (
        ask.site()?,
        PatientId::new(ask.part("id")),
        Expected::of(ask.request())?,
    );
    let read: PatientCorrection = body.json()?;
    let mut faults = Faults::new();
    let given = read.doses_given.and_then(|n| {
        let doses = u32::try_from(n).ok().filter(|n| *n < 100).map(Doses::new);
        if doses.is_none() {
            let said = Said::new("is no number of doses", "n'est pas un nombre de doses");
            faults.push(
                Fault::new("/doses_given", said)
                    .found(n)
                    .expected(Said::new("0 to 99", "0 à 99")),
            );
        }
        doses
    });
    let correction = Correction {
        weight: read
            .weight_g
            .and_then(|n| weight(&mut faults, "/weight_g", n)),
        infusion_on: read
            .infusion_date
            .as_deref()
            .and_then(|t| day(&mut faults, "/infusion_date", t)),
        doses_given: given,
        cancelled: read.cancelled,
    };
    faults.finish()?;
    ask.write(
        Repeat::MayBeKeyed,
        body.bytes(),
        vec![site],
        "patient.correct",
        move |act| {
            let version = edit_patients::version(act, site, &id)?;
            if !expected.allows(version) {
                return Err(Refusal::Stale { version }.into());
            }
            let record = edit_patients::correct(act, site, &id, version, correction)?;
            Ok(versioned(answer(200, &receipt(&record))?, record.version))
        },
    )
    .await
}

/// All that is held on a patient.
#[derive(Serialize, ToSchema)]
pub struct HeldShape {
    /// `dotation-patient/1`.
    form: String,
    /// When it was written, UTC.
    #[schema(value_type = String, format = DateTime)]
    made_at: String,
    /// FINESS number of the site whose word it is.
    site: String,
    /// The patient's id.
    patient: String,
    /// Rows by table, as they are kept; of plans that speak of them, the ids.
    #[schema(value_type = Object)]
    held: serde_json::Value,
}

/// `GET /sites/{finess}/patients/{pseudonym}/export`
///
/// # Errors
/// 404 for whom nobody knows here.
pub async fn take_out(ask: Ask) -> Result<HttpResponse, Problem> {
    let (site, pseudonym) = (ask.site()?, ask.part("pseudonym"));
    let held = ask
        .read_and_note(vec![site], move |act| {
            personal::take_out(act, site, &pseudonym)
        })
        .await?;
    Ok(HttpResponse::Ok().json(held))
}
