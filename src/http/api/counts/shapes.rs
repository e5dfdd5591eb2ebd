//! What is answered about counts.

use crate::domain::calendar::Instant;
use crate::domain::count::{Count, Ended};
use crate::domain::id::CountId;
use crate::http::problem::Problem;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// A neutrophil count of a patient.
#[derive(Serialize, ToSchema)]
pub struct CountShape {
    id: String,
    /// Where the patient is treated.
    site: String,
    /// Id of the patient.
    patient: String,
    /// The day the blood was taken.
    #[schema(format = Date)]
    taken_on: String,
    /// How many, digit by digit as it was entered.
    #[schema(value_type = f64)]
    value: Box<RawValue>,
    /// In what, as it was entered: `10⁹/L`, `G/L`, `10³/µL`, `10³/mm³`, `/mm³` or `/µL`.
    unit: String,
    /// What a rulebook looks at: whole cells per cubic millimetre, rounded down.
    per_mm3: u32,
    /// `current`, `corrected` (another stands in its place) or `withdrawn` (entered by mistake).
    state: &'static str,
    #[schema(value_type = String, format = DateTime)]
    entered_at: Instant,
    /// Id of the token by which it was entered; `command-line` for the machine itself.
    entered_by: String,
    /// Id of the count in whose place it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    replaces: Option<String>,
    /// How it ended, of one that was corrected or withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<EndedShape>,
}

/// What ended a count.
#[derive(Serialize, ToSchema)]
pub struct EndedShape {
    #[schema(value_type = String, format = DateTime)]
    at: Instant,
    /// Id of the token.
    by: String,
    /// Why.
    reason: Option<String>,
    /// Id of the count in its place; `null` when it was entered by mistake.
    replaced_by: Option<String>,
}

impl CountShape {
    /// By what a list goes on after it.
    pub(super) fn key(&self) -> String {
        format!("{}|{}", self.taken_on, self.id)
    }
}

pub(super) fn shape(count: &Count) -> Result<CountShape, Problem> {
    let counted = &count.entry.counted;
    let value = RawValue::from_string(counted.digits().to_owned())
        .map_err(|e| Problem::internal(format!("a count that is no number: {e}")))?;
    Ok(CountShape {
        id: count.id.to_string(),
        site: count.site.to_string(),
        patient: count.patient.to_string(),
        taken_on: count.entry.taken_on.to_string(),
        value,
        unit: counted.unit().to_string(),
        per_mm3: counted.per_mm3(),
        state: count.state().code(),
        entered_at: count.entered_at,
        entered_by: count.entered_by.clone(),
        replaces: count.replaces.as_ref().map(CountId::to_string),
        ended: count.ended.as_ref().map(ended),
    })
}

fn ended(ended: &Ended) -> EndedShape {
    EndedShape {
        at: ended.at,
        by: ended.by.clone(),
        reason: ended.reason.clone(),
        replaced_by: ended.replaced_by.as_ref().map(CountId::to_string),
    }
}

/// What a write answers: nothing personal, since the answer is kept for repetitions.
#[derive(Serialize, ToSchema)]
pub struct CountReceipt {
    id: String,
    /// Where the patient is treated.
    site: String,
    /// `current`; `withdrawn` when it was taken back; of an observation that had been entered before,
    /// what became of it since.
    state: &'static str,
    /// Id of the count in whose place it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    replaces: Option<String>,
}

pub(super) fn receipt(count: &Count) -> CountReceipt {
    CountReceipt {
        id: count.id.to_string(),
        site: count.site.to_string(),
        state: count.state().code(),
        replaces: count.replaces.as_ref().map(CountId::to_string),
    }
}
