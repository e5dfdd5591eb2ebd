//! How plans, their lines and what they send look.

use crate::app::make_plan::{GO_UNCOVERED, Kept, Preview};
use crate::app::records::PlanRecord;
use crate::app::records::Rulebooks;
use crate::app::see::plans::SeenPlan;
use crate::domain::language::Language;
use crate::domain::line::{Line, LineState};
use crate::http::api::rulebooks::applied_on;
use crate::http::api::transfers::{TransferShape, transfer};
use crate::http::problem::Problem;
use crate::text::plan::line_said;
use crate::wire::rulebook::RulebookStanding;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// A plan that binds nobody.
#[derive(Serialize, ToSchema)]
pub struct PreviewShape {
    /// Always false: nothing was kept, and nothing can be approved.
    binding: bool,
    /// Whether equals stand in the order of the day's lottery. Before the first plan of the day is kept
    /// they stand in an order that no kept plan will have.
    seed_is_the_days: bool,
    /// The ids of granted decisions that could not be approved, because a GO would be left without its
    /// vials.
    conflicts: Vec<String>,
    /// The plan, as `dotation plan` writes it.
    #[schema(value_type = Object)]
    plan: Box<RawValue>,
    /// The case it was made from, as `dotation plan` reads it.
    #[schema(value_type = Object)]
    case: Box<RawValue>,
}

impl PreviewShape {
    /// Makes the shape of a preview.
    ///
    /// # Errors
    /// A bug of ours.
    pub fn of(seen: Preview) -> Result<Self, Problem> {
        Ok(Self {
            binding: false,
            seed_is_the_days: seen.seed_is_the_days,
            conflicts: conflicts(&seen.lines),
            plan: raw(seen.document)?,
            case: raw(seen.case)?,
        })
    }
}

/// The ids of the lines that cannot be approved as things are.
fn conflicts(lines: &[Line]) -> Vec<String> {
    let uncovered = lines
        .iter()
        .filter(|line| line.why.as_deref() == Some(GO_UNCOVERED));
    uncovered.map(|line| line.name.clone()).collect()
}

/// JSON that was written already.
pub(super) fn raw(text: String) -> Result<Box<RawValue>, Problem> {
    RawValue::from_string(text)
        .map_err(|e| Problem::internal(format!("a plan that is no JSON: {e}")))
}

/// A kept plan, without what it says.
#[derive(Serialize, ToSchema)]
pub struct PlanHeader {
    /// Its id.
    pub id: String,
    /// The network that it plans; `*` when its sites are of several.
    network: String,
    /// The day of the plan.
    day: String,
    rulebook: String,
    /// SHA-256 of the rulebook's file, in lower-case hexadecimal.
    rulebook_sha256: String,
    /// How the rulebook stood on the day of the plan; `null` when it is not loaded any more.
    rulebook_standing: Option<RulebookStanding>,
    /// `none`, `network` or `all`.
    transfers: String,
    /// SHA-256 of the frozen case, in lower-case hexadecimal.
    case_sha256: String,
    /// When its inputs were frozen, UTC.
    made_at: String,
    version: i64,
}

impl PlanHeader {
    /// Makes the shape of a plan's particulars.
    pub fn of(plan: &PlanRecord, rules: &Rulebooks) -> Self {
        Self {
            id: plan.id.to_string(),
            network: plan.network.clone(),
            day: plan.day.to_string(),
            rulebook: plan.rulebook.to_string(),
            rulebook_sha256: plan.rulebook_hash.clone(),
            rulebook_standing: applied_on(rules, plan.rulebook.as_str(), Some(plan.day)),
            transfers: plan.transfers.code().to_owned(),
            case_sha256: plan.case_sha256.clone(),
            made_at: plan.made_at.to_rfc3339(),
            version: plan.version,
        }
    }
}

/// A plan that was kept: how many lines it has of each kind. What it says stands at its own address.
#[derive(Serialize, ToSchema)]
pub struct KeptShape {
    #[serde(flatten)]
    header: PlanHeader,
    /// Always true: it can be approved.
    binding: bool,
    granted: usize,
    deferred: usize,
    /// Requests that were not ranked: refused, blocked, or due after the horizon.
    unranked: usize,
    /// The ids of granted decisions that cannot be approved, because a GO would be left without its
    /// vials.
    conflicts: Vec<String>,
}

impl KeptShape {
    /// Makes the shape of a plan that was kept.
    pub fn of(kept: &Kept, rules: &Rulebooks) -> Self {
        let count = |status: &str| kept.lines.iter().filter(|l| l.status == status).count();
        let (granted, deferred) = (count("granted"), count("deferred"));
        Self {
            header: PlanHeader::of(&kept.plan, rules),
            binding: true,
            unranked: kept
                .lines
                .len()
                .saturating_sub(granted.saturating_add(deferred)),
            conflicts: conflicts(&kept.lines),
            granted,
            deferred,
        }
    }
}

/// A kept plan, with what became of each line.
#[derive(Serialize, ToSchema)]
pub struct PlanShape {
    #[serde(flatten)]
    header: PlanHeader,
    /// The sites that it covers, by FINESS number.
    sites: Vec<String>,
    /// Its lines, in the order of its decisions.
    lines: Vec<PlanLineShape>,
    /// What it asks for from other pharmacies.
    transfers_asked: Vec<TransferShape>,
    /// What it says, as `dotation plan` writes it.
    #[schema(value_type = Object)]
    plan: Box<RawValue>,
}

impl PlanShape {
    /// Makes the shape of a kept plan.
    ///
    /// # Errors
    /// A bug of ours.
    pub fn of(seen: &SeenPlan, rules: &Rulebooks, language: Language) -> Result<Self, Problem> {
        let lines = seen.lines.iter();
        Ok(Self {
            header: PlanHeader::of(&seen.plan, rules),
            sites: seen.sites.iter().map(ToString::to_string).collect(),
            lines: lines
                .map(|line| PlanLineShape::of(line, language))
                .collect(),
            transfers_asked: seen.transfers.iter().map(transfer).collect(),
            plan: raw(seen.document(language).to_owned())?,
        })
    }
}

/// A line of a kept plan: what was decided, and what became of it.
#[derive(Serialize, ToSchema)]
pub struct PlanLineShape {
    /// The decision's id.
    id: String,
    /// `request` or `reserve`.
    kind: &'static str,
    /// Whose patient or reserve it serves.
    site: String,
    class: Option<String>,
    rank: Option<u32>,
    /// `granted`, `deferred`, `refused`, `blocked` or `out-of-horizon`.
    status: String,
    reason_code: String,
    /// The request that it answers.
    request: Option<String>,
    /// Of a granted line: `planned`, `approved`, `left-out`, `refused`, `served`, `expired`, `broken` or
    /// `released`.
    pub state: Option<&'static str>,
    /// Why it is in that state: a code, and after a colon whom it concerns; of a line left out, the
    /// coordinator's words.
    why: Option<String>,
    /// The same as a sentence, where it is a code.
    said: Option<String>,
    decided_at: Option<String>,
    /// Id of the token that decided it.
    decided_by: Option<String>,
    /// Until when its units are held, UTC.
    held_until: Option<String>,
}

impl PlanLineShape {
    /// Makes the shape of a line.
    pub fn of(line: &Line, language: Language) -> Self {
        Self {
            id: line.name.clone(),
            kind: line.kind(),
            site: line.site.to_string(),
            class: line.class.clone(),
            rank: line.rank,
            status: line.status.clone(),
            reason_code: line.reason_code.clone(),
            request: line.request.as_ref().map(|(id, _)| id.to_string()),
            state: line.state.map(LineState::code),
            said: line_said(line, language),
            why: line.why.clone(),
            decided_at: line.decided_at.map(|at| at.to_rfc3339()),
            decided_by: line.decided_by.clone(),
            held_until: line.expires_at.map(|at| at.to_rfc3339()),
        }
    }
}
