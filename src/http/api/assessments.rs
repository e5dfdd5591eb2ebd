//! `/assessments`: may this patient start or go on, and when is the next count due.

use super::ask::Ask;
use super::plans::refused;
use crate::app::assess_case;
use crate::http::body::Body;
use crate::http::problem::Problem;
use actix_web::HttpResponse;
use utoipa::ToSchema;

/// A case, as `dotation assess` reads it.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "it only describes: a case is read by a reader of its own, exactly"
)]
pub struct AssessBody {
    /// The rulebook that is applied, whatever the day.
    rulebook: String,
    /// The day of the assessment.
    as_of: String,
    /// `id`, `age_years`, `indication`, `treatment` (`initiation`, `ongoing`, `interrupted`, `stopped`)
    /// and its days, `anc` (`on`, `per_mm3`), and what else the rulebook looks at.
    #[schema(value_type = Object)]
    patient: (),
}

/// An assessment.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "it only describes: an assessment is written exactly"
)]
pub struct AssessmentShape {
    /// The gravest that was found: `allow`, `warn`, `refuse` (do not start) or `stop`.
    decision: String,
    /// What was found, gravest first: `code`, `severity`, `message`, `source`.
    #[schema(value_type = Vec<Object>)]
    findings: (),
    /// The schedule of counts, where one runs.
    schedule: Option<String>,
    /// `from`, `to` and `overdue` of the next count, where one is asked for.
    #[schema(value_type = Option<Object>)]
    next_anc: (),
    /// `code`, `status` (`exhausted`, `excluded`, `open`) and maybe `evidence` of each alternative.
    #[schema(value_type = Option<Vec<Object>>)]
    alternatives: (),
    /// Whether none is open; `null` where the rulebook has no list for the indication.
    no_alternative: Option<bool>,
    /// What to see to.
    checklist: Vec<String>,
    /// SHA-256 of the rulebook's file.
    rulebook_sha256: String,
    /// Whether it was in force on that day, and not superseded.
    rulebook_in_force: bool,
}

/// `POST /assessments`
///
/// # Errors
/// 422 with everything that is wrong with the case.
pub async fn assess(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let (bytes, language) = (body.bytes().clone(), ask.language);
    let answer = ask
        .reckon(move |rules| assess_case::of_case(rules, &bytes, language))
        .await?;
    let written = answer.map_err(|faults| refused(&faults, ""))?;
    Ok(super::plans::json(written))
}
