//! `POST /plans/{id}/approve`.

use super::shapes::PlanLineShape;
use crate::app::approve_plan::{self, Approval, Approved};
use crate::domain::id::PlanId;
use crate::domain::language::Language;
use crate::http::api::ask::{Ask, Repeat, answer, versioned};
use crate::http::api::fields::{confirmed, words};
use crate::http::api::transfers::{TransferShape, transfer};
use crate::http::body::Body;
use crate::http::language::Said;
use crate::http::problem::{Fault, Faults, Problem};
use actix_web::HttpResponse;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// What is approved, and what is not. An empty object approves all that is granted and was not decided on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApproveBody {
    /// The ids of the decisions that are approved; all that are granted and not left out, when not said.
    approve: Option<Vec<String>>,
    /// The decisions that are left out, each with a reason.
    #[serde(default)]
    leave_out: Vec<LeftOutBody>,
    /// The warnings of safety rulebooks that are known, by their codes, for all lines that have them; see
    /// `GET /plans/{id}/safety`.
    confirm: Option<Vec<String>>,
}

/// A line that is left out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeftOutBody {
    /// The decision's id.
    id: String,
    /// Why, in 1 to 500 characters; no names.
    reason: String,
}

/// What came of an approval.
#[derive(Serialize, ToSchema)]
pub struct ApprovedShape {
    id: String,
    version: i64,
    /// How many lines were approved.
    approved: usize,
    /// How many were to be approved, and no longer can be.
    refused: usize,
    left_out: usize,
    /// The lines that were decided on, in the plan's order.
    lines: Vec<PlanLineShape>,
    /// What is asked for from other pharmacies.
    transfers: Vec<TransferShape>,
}

impl ApprovedShape {
    fn of(approved: &Approved, language: Language) -> Self {
        // why a line was left out stands in words of people, and what is answered here is kept
        let lines: Vec<PlanLineShape> = approved
            .lines
            .iter()
            .map(|line| PlanLineShape::of(line, language))
            .collect();
        let count = |states: &[&str]| {
            let of = |line: &&PlanLineShape| line.state.is_some_and(|s| states.contains(&s));
            lines.iter().filter(of).count()
        };
        Self {
            id: approved.plan.id.to_string(),
            version: approved.plan.version,
            approved: count(&["approved", "served"]),
            refused: count(&["refused"]),
            left_out: count(&["left-out"]),
            transfers: approved.transfers.iter().map(transfer).collect(),
            lines,
        }
    }
}

/// `POST /plans/{id}/approve`
///
/// # Errors
/// 404 for the plan or a line, 409 when the plan can no longer be approved or a line was decided on,
/// 403 when it covers sites beyond the caller's reach, 422 for the body.
pub async fn approve(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let id = PlanId::new(ask.part("id"));
    let read: ApproveBody = body.json()?;
    let approval = Approval {
        hold_for: ask.entrance.plan_hold,
        ..approval(&read)?
    };
    let language = ask.language;
    let frozen = ask.read(move |act| approve_plan::prepare(act, &id)).await?;
    ask.write(
        Repeat::Keyed,
        body.bytes(),
        frozen.sites(),
        "plan.approve",
        move |act| {
            let approved = approve_plan::approve(act, &frozen, &approval)?;
            let shape = ApprovedShape::of(&approved, language);
            Ok(versioned(answer(200, &shape)?, approved.plan.version))
        },
    )
    .await
}

fn approval(read: &ApproveBody) -> Result<Approval, Problem> {
    let mut faults = Faults::new();
    let mut leave_out = BTreeMap::new();
    let named: Option<BTreeSet<String>> = read
        .approve
        .as_ref()
        .map(|names| names.iter().cloned().collect());
    for (n, line) in read.leave_out.iter().enumerate() {
        let at = format!("/leave_out/{n}");
        let reason = words(&mut faults, &format!("{at}/reason"), &line.reason, 500);
        let both = named.as_ref().is_some_and(|names| names.contains(&line.id));
        let twice = leave_out.insert(line.id.clone(), reason.unwrap_or_default());
        if both || twice.is_some() {
            let said = Said::new(
                "stands elsewhere too: a line is approved, or left out once",
                "figure aussi ailleurs : une ligne est approuvée, ou écartée une fois",
            );
            faults.push(Fault::new(format!("{at}/id"), said).found(&line.id));
        }
    }
    let confirm = confirmed(&mut faults, read.confirm.as_deref());
    faults.finish()?;
    Ok(Approval {
        approve: named,
        confirm,
        leave_out,
        ..Approval::default()
    })
}
