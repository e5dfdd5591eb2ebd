//! `/requests/{id}/safety` and `/plans/{id}/safety`: what the safety rulebook says of patients before
//! the medicine goes, and what people decide on it.

use super::ask::{Ask, Repeat, answer};
use super::fields::{confirmed, words};
use crate::app::file_request;
use crate::app::safety::{Verdict, decide};
use crate::app::see::safety::{self, SeenSafety};
use crate::domain::code::Finess;
use crate::domain::gate::{GateDecision, Passage};
use crate::domain::id::{PlanId, RequestId};
use crate::domain::role::Action;
use crate::http::body::Body;
use crate::http::problem::{Faults, Problem};
use actix_web::HttpResponse;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// What a safety rulebook says of a request's patient.
#[derive(Serialize, ToSchema)]
pub struct SafetyShape {
    /// The request.
    request: String,
    /// Of a plan: the id of its decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<String>,
    /// The day of the assessment.
    as_of: String,
    /// The rulebook that is applied; `null` where the medicine has none, or what a reserve is kept for is
    /// treated, which never waits.
    rulebook: Option<String>,
    /// `open`; `to-confirm`: when the findings of `open_findings` are confirmed; `blocked`: unless a
    /// pharmacist overrides them.
    passage: &'static str,
    /// The findings that are still to be decided, by their codes.
    open_findings: Vec<String>,
    /// The assessment, as `POST /assessments` answers it.
    #[schema(value_type = Option<Object>)]
    assessment: Option<Box<RawValue>>,
    /// What was decided, the first decision first.
    decisions: Vec<DecisionShape>,
}

/// A decision at the safety gate.
#[derive(Serialize, ToSchema)]
pub struct DecisionShape {
    id: String,
    /// `confirmed` or `overridden`.
    verdict: &'static str,
    /// The findings it covers, as long as the facts are as they were.
    codes: BTreeSet<String>,
    rulebook: String,
    rulebook_sha256: String,
    at: String,
    by: String,
    /// Why, in the pharmacist's words.
    reason: Option<String>,
}

/// The lines of a plan that do not pass as they are.
#[derive(Serialize, ToSchema)]
pub struct PlanSafety {
    items: Vec<SafetyShape>,
}

/// What is decided at the gate.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SafetyBody {
    /// The warnings that are known, by their codes.
    confirm: Option<Vec<String>>,
    /// Why the medicine may go although something speaks against it, in 1 to 500 characters; no names.
    /// Pharmacists only.
    override_reason: Option<String>,
}

/// That something was decided; what, is read at the request.
#[derive(Serialize, ToSchema)]
pub struct SafetyReceipt {
    id: String,
    request: String,
    /// `confirmed` or `overridden`.
    verdict: &'static str,
    at: String,
}

fn shape(line: Option<String>, seen: &SeenSafety) -> Result<SafetyShape, Problem> {
    let raw = |text: &str| RawValue::from_string(text.trim_end().to_owned());
    let assessment = seen.assessment.as_deref().map(raw).transpose();
    let open = match &seen.passage {
        Passage::Open => Vec::new(),
        Passage::ToConfirm(codes) | Passage::Blocked(codes) => codes.iter().cloned().collect(),
    };
    Ok(SafetyShape {
        request: seen.request.to_string(),
        line,
        as_of: seen.as_of.to_string(),
        rulebook: seen.rulebook.clone(),
        passage: seen.passage.code(),
        open_findings: open,
        assessment: assessment.map_err(|e| Problem::internal(format!("an assessment: {e}")))?,
        decisions: seen.decisions.iter().map(decision).collect(),
    })
}

fn decision(one: &GateDecision) -> DecisionShape {
    DecisionShape {
        id: one.id.to_string(),
        verdict: one.verdict.code(),
        codes: one.codes.clone(),
        rulebook: one.rulebook.clone(),
        rulebook_sha256: one.rulebook_hash.clone(),
        at: one.at.to_rfc3339(),
        by: one.by.clone(),
        reason: one.reason.clone(),
    }
}

/// `GET /requests/{id}/safety`
///
/// # Errors
/// 404 when there is none within the caller's reach.
pub async fn of_request(ask: Ask) -> Result<HttpResponse, Problem> {
    let (id, language) = (RequestId::new(ask.part("id")), ask.language);
    let seen = ask
        .read(move |act| safety::of_request(act, &id, language))
        .await?;
    let patients = BTreeSet::from([seen.patient.to_string()]);
    ask.note_reading(seen.site, "safety", patients).await?;
    Ok(HttpResponse::Ok().json(shape(None, &seen)?))
}

/// `GET /plans/{id}/safety`
///
/// # Errors
/// 404 for the plan, 403 when it covers sites beyond the caller's reach.
pub async fn of_plan(ask: Ask) -> Result<HttpResponse, Problem> {
    let (id, language) = (PlanId::new(ask.part("id")), ask.language);
    let seen = ask
        .read(move |act| safety::of_plan(act, &id, language))
        .await?;
    let mut patients: BTreeMap<Finess, BTreeSet<String>> = BTreeMap::new();
    for (_, one) in &seen {
        let of_site = patients.entry(one.site).or_default();
        of_site.insert(one.patient.to_string());
    }
    ask.note_readings("safety", patients).await?;
    let items = seen
        .iter()
        .map(|(line, one)| shape(Some(line.clone()), one));
    let items = items.collect::<Result<_, _>>()?;
    Ok(HttpResponse::Ok().json(PlanSafety { items }))
}

/// `POST /requests/{id}/safety`
///
/// # Errors
/// 404 when there is no such request within reach, 403 for an override by others than pharmacists, 409
/// when nothing is left to decide or what blocks is not overridden, 422 for the body.
pub async fn decided(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let id = RequestId::new(ask.part("id"));
    let read: SafetyBody = body.json()?;
    let mut faults = Faults::new();
    let confirm = confirmed(&mut faults, read.confirm.as_deref());
    let reason = read.override_reason.as_deref();
    let reason = reason.and_then(|text| words(&mut faults, "/override_reason", text, 500));
    faults.finish()?;
    let verdict = Verdict {
        confirm,
        override_reason: reason,
    };
    let of = id.clone();
    let site = ask.read(move |act| file_request::site_of(act, &of)).await?;
    ask.write(
        Repeat::Keyed,
        body.bytes(),
        vec![site],
        "safety.decide",
        move |act| {
            act.caller.check(Action::ConfirmSafety, Some(site))?;
            let decided = decide(act, &id, &verdict)?;
            let receipt = SafetyReceipt {
                id: decided.id.to_string(),
                request: decided.request.to_string(),
                verdict: decided.verdict.code(),
                at: decided.at.to_rfc3339(),
            };
            answer(201, &receipt)
        },
    )
    .await
}
