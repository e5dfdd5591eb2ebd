//! What is answered about treatments.

use crate::domain::calendar::Instant;
use crate::domain::rule::Slug;
use crate::domain::treatment::{Days, Treated};
use serde::Serialize;
use utoipa::ToSchema;

/// One version of what was told of a patient's treatment.
#[derive(Serialize, ToSchema)]
pub struct TreatmentShape {
    id: String,
    /// Where the patient is treated.
    site: String,
    /// Id of the patient.
    patient: String,
    /// Name of the safety rulebook.
    rulebook: String,
    /// Counts the edits, from 1; its `ETag` is `"v1"`.
    version: i64,
    /// `planned`, `ongoing`, `interrupted` or `stopped`.
    state: &'static str,
    indication: String,
    /// The age in whole years on the day it was told; since then the years are counted on.
    age_years: u32,
    /// That day.
    #[schema(format = Date)]
    age_told_on: String,
    #[schema(format = Date)]
    started_on: Option<String>,
    #[schema(format = Date)]
    interrupted_on: Option<String>,
    #[schema(format = Date)]
    resumes_on: Option<String>,
    #[schema(format = Date)]
    stopped_on: Option<String>,
    benign_ethnic_neutropenia: bool,
    symptoms_of_infection: bool,
    conditions: Vec<String>,
    co_medication: Vec<String>,
    disease_activity: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Instant,
    /// Id of the token by which it was told; `command-line` for the machine itself.
    recorded_by: String,
}

pub(super) fn shape(treated: &Treated) -> TreatmentShape {
    let told = &treated.told;
    let days = Days::of(told.course);
    let text = |day: Option<crate::domain::calendar::Day>| day.map(|day| day.to_string());
    let codes = |all: &[Slug]| all.iter().map(Slug::to_string).collect();
    TreatmentShape {
        id: treated.id.to_string(),
        site: treated.site.to_string(),
        patient: treated.patient.to_string(),
        rulebook: treated.rulebook.to_string(),
        version: treated.version,
        state: told.state().code(),
        indication: told.indication.to_string(),
        age_years: told.age_years,
        age_told_on: told.age_told_on.to_string(),
        started_on: text(days.started_on),
        interrupted_on: text(days.interrupted_on),
        resumes_on: text(days.resumes_on),
        stopped_on: text(days.stopped_on),
        benign_ethnic_neutropenia: told.benign_ethnic_neutropenia,
        symptoms_of_infection: told.symptoms_of_infection,
        conditions: codes(&told.conditions),
        co_medication: codes(&told.co_medication),
        disease_activity: told.disease_activity.as_ref().map(Slug::to_string),
        recorded_at: treated.recorded_at,
        recorded_by: treated.recorded_by.clone(),
    }
}

/// What a write answers: nothing personal, since the answer is kept for repetitions.
#[derive(Serialize, ToSchema)]
pub struct TreatmentReceipt {
    id: String,
    /// Where the patient is treated.
    site: String,
    rulebook: String,
    /// As in its `ETag`.
    version: i64,
}

pub(super) fn receipt(treated: &Treated) -> TreatmentReceipt {
    TreatmentReceipt {
        id: treated.id.to_string(),
        site: treated.site.to_string(),
        rulebook: treated.rulebook.to_string(),
        version: treated.version,
    }
}
