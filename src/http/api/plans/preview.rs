//! Plans of cases that somebody brings, plans as they might be, and what is different between two.

use super::look;
use crate::app::Act;
use crate::app::make_plan;
use crate::app::see::plans;
use crate::domain::id::PlanId;
use crate::http::api::ask::Ask;
use crate::http::body::Body;
use crate::http::language::Said;
use crate::http::problem::{Fault, Faults, Problem};
use crate::wire::plan::{Document, difference, not_binding, verify};
use crate::wire::plan_case::CaseFaults;
use actix_web::HttpResponse;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// A case, as `dotation plan` reads it.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "it only describes: a case is read by a reader of its own, exactly"
)]
pub struct CaseBody {
    /// The day of the plan.
    as_of: String,
    /// A day is inside the horizon when it is before `as_of` plus so many days.
    #[schema(value_type = i64, minimum = 1, maximum = 4_294_967_295_i64)]
    horizon_days: u32,
    rulebook: String,
    /// `none`, `network` or `all`.
    transfers: String,
    /// Any text; fixes the order between equals.
    lottery_seed: String,
    /// 0 to 20; 0 when not said.
    #[schema(maximum = 20)]
    dose_rounding_down_pct: Option<u32>,
    #[schema(value_type = Vec<Object>)]
    sites: (),
    #[schema(value_type = Vec<Object>)]
    stock: (),
    #[schema(value_type = Vec<Object>)]
    car_t_patients: (),
    #[schema(value_type = Vec<Object>)]
    requests: (),
}

/// A plan, or what is different between two, as `dotation plan` writes it.
#[derive(ToSchema)]
#[schema(value_type = Object)]
pub struct Written(());

/// `POST /plans/preview`
///
/// # Errors
/// 422 with everything that is wrong with the case.
pub async fn preview(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let (bytes, language) = (body.bytes().clone(), ask.language);
    let answer = ask
        .reckon(move |rules| make_plan::of_case(rules, &bytes, language))
        .await?;
    let document = answer.map_err(|faults| refused(&faults, ""))?;
    Ok(super::json(not_binding(document)))
}

/// A change of a case, or of the inputs of a kept plan.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WhatIfBody {
    /// A case; its plan is compared with that of the case as changed.
    #[schema(value_type = Option<Object>)]
    case: Option<Box<RawValue>>,
    /// The id of a kept plan, instead of a case.
    plan: Option<String>,
    /// What changes; each field may be left out: `add_stock`, `remove_stock`, `remove_sites`,
    /// `remove_requests`, `resupply`, `dose_rounding_down_pct`, `horizon_days`, `transfers`.
    #[schema(value_type = Object)]
    change: Box<RawValue>,
}

/// `POST /plans/what-if`
///
/// # Errors
/// 422 with everything that is wrong with the case or the change, 404 for the plan.
pub async fn what_if(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let read: WhatIfBody = body.json()?;
    let language = ask.language;
    let change = read.change.get().as_bytes().to_vec();
    let (before, after) = match (read.case, read.plan) {
        (Some(case), None) => {
            let case = case.get().as_bytes().to_vec();
            let both = ask
                .reckon(move |rules| make_plan::what_if(rules, &case, &change, language))
                .await?;
            both.map_err(|(part, faults)| refused(&faults, part))?
        }
        (None, Some(plan)) => {
            let id = PlanId::new(plan);
            let both = look(&ask, id, move |act, seen| {
                let after = plans::changed(act, &seen, &change, language)?;
                Ok(after.map(|after| (seen.document(language).to_owned(), after)))
            })
            .await?;
            both.map_err(|faults| refused(&faults, "/change"))?
        }
        (Some(_), Some(_)) | (None, None) => {
            let mut faults = Faults::new();
            let said = Said::new(
                "one of `case` and `plan` is needed, and not both",
                "il faut l'un de `case` et `plan`, et pas les deux",
            );
            faults.push(Fault::new("/case", said));
            faults.finish()?;
            return Err(Problem::internal("a fault that is none"));
        }
    };
    compared(&before, &after)
}

/// Two kept plans.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompareBody {
    /// The id of the plan before.
    before: String,
    /// The id of the plan now.
    after: String,
}

/// `POST /plans/compare`
///
/// # Errors
/// 404 for a plan.
pub async fn compare(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let read: CompareBody = body.json()?;
    let language = ask.language;
    let said = move |_: &mut Act<'_>, seen: plans::SeenPlan| Ok(seen.document(language).to_owned());
    let before = look(&ask, PlanId::new(read.before), said).await?;
    let after = look(&ask, PlanId::new(read.after), said).await?;
    compared(&before, &after)
}

fn compared(before: &str, after: &str) -> Result<HttpResponse, Problem> {
    let before = Document::read(before.as_bytes()).map_err(ours)?;
    let after = Document::read(after.as_bytes()).map_err(ours)?;
    let text = difference(&before, &after).to_json();
    Ok(super::json(not_binding(text)))
}

#[expect(clippy::needless_pass_by_value, reason = "map_err hands it over")]
fn ours(faults: CaseFaults) -> Problem {
    // where, and not what stands there: it is a patient's
    let at = faults.as_slice().iter().map(|fault| fault.pointer.as_str());
    let at: Vec<&str> = at.take(9).collect();
    Problem::internal(format!("a plan of ours is wrong at {}", at.join(", ")))
}

/// `POST /plans/{id}/verify`: of a plan whose case was erased, that the hash of the case is the one that the audit
/// trail has, and no more.
///
/// # Errors
/// 404 for the plan, 409 when its rulebook has changed.
pub async fn verified(ask: Ask) -> Result<HttpResponse, Problem> {
    let language = ask.language;
    let id = PlanId::new(ask.part("id"));
    let of = id.clone();
    if let Some(left) = ask.read(move |act| plans::by_hash(act, &of)).await? {
        ask.line_is_seen_to();
        let said = json!({
            "by": "hash", "erased": true, "holds": left.holds,
            "case_sha256": left.case_sha256, "audit_line": left.line,
        });
        return Ok(HttpResponse::Ok().json(said));
    }
    let (kept, again) = look(&ask, id, move |act, seen| {
        let again = plans::again(act, &seen)?;
        Ok((seen.document(language).to_owned(), again))
    })
    .await?;
    let given = Document::read(kept.as_bytes()).map_err(ours)?;
    let derived: Vec<Document<'_>> = again
        .iter()
        .map(|text| Document::read(text.as_bytes()).map_err(ours))
        .collect::<Result<_, _>>()?;
    let verified = verify(&given, &derived);
    Ok(HttpResponse::Ok().json(verified.to_json()))
}

/// The problem of a case, with all its faults; `at` is where the case stands in the body.
pub(in crate::http::api) fn refused(faults: &CaseFaults, at: &str) -> Problem {
    let mut all = Faults::new();
    for fault in faults.as_slice() {
        let said = Said::new("is not as it must be", "n'est pas comme il faut");
        let mut one = Fault::new(format!("{at}{}", fault.pointer), said)
            .expected(Said::same(fault.expected.clone()));
        if let Some(found) = &fault.found {
            one = one.found(found);
        }
        all.push(one);
    }
    match all.finish() {
        Err(problem) => problem,
        Ok(()) => Problem::internal("a case without faults was refused"),
    }
}
