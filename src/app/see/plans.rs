//! Plans that were kept, and what they send.

use crate::app::act::{Act, Done};
use crate::app::approve_plan::derived;
use crate::app::error::Error;
use crate::app::make_plan::{solve, told};
use crate::db;
use crate::db::plans::{Payload, PlanRecord};
use crate::domain::code::Finess;
use crate::domain::id::PlanId;
use crate::domain::language::Language;
use crate::domain::line::Line;
use crate::domain::reason::Refusal;
use crate::domain::role::Action;
use crate::domain::transfer::Transfer;
use crate::wire::plan_case::{self, CaseFaults};
use serde_json::json;
use std::collections::BTreeSet;

/// A kept plan, with what became of it.
pub struct SeenPlan {
    /// The plan.
    pub plan: PlanRecord,
    /// The sites that it covers.
    pub sites: Vec<Finess>,
    /// Its lines.
    pub lines: Vec<Line>,
    /// What it sends.
    pub transfers: Vec<Transfer>,
    /// What it was made from, and what it says.
    pub payload: Payload,
}

impl SeenPlan {
    /// Returns what it says, as JSON.
    pub fn document(&self, language: Language) -> &str {
        match language {
            Language::Fr => &self.payload.answer_fr,
            Language::En => &self.payload.answer_en,
        }
    }
}

/// Returns a kept plan.
///
/// # Errors
/// Refused when there is none, it was erased, or the caller may not read plans at one of its sites.
pub fn plan(act: &mut Act<'_>, id: &PlanId) -> Result<SeenPlan, Error> {
    let unknown = || Refusal::Unknown {
        what: "plan",
        name: id.to_string(),
    };
    let plan = db::plans::find(act.conn, id)?.ok_or_else(unknown)?;
    let sites = db::plans::sites(act.conn, id)?;
    for site in &sites {
        act.caller.check(Action::ReadPlans, Some(*site))?;
    }
    let erased = Refusal::WrongState { state: "erased" };
    let mut words = db::plan_lines::words(act.conn, id)?;
    let mut lines = db::plan_lines::of_plan(act.conn, id)?;
    for line in &mut lines {
        line.why = words.remove(&line.id).or(line.why.take());
    }
    Ok(SeenPlan {
        payload: db::plans::payload(act.conn, id)?.ok_or(erased)?,
        lines,
        transfers: db::transfers::of_plan(act.conn, id)?,
        plan,
        sites,
    })
}

impl SeenPlan {
    /// Returns the sites that have lines in it.
    pub fn about(&self) -> BTreeSet<Finess> {
        self.lines.iter().map(|line| line.site).collect()
    }
}

/// Writes at each site that has lines in a plan that they were read.
///
/// # Errors
/// When the database cannot be written.
pub fn note(act: &mut Act<'_>, id: &PlanId, about: &BTreeSet<Finess>) -> Result<(), Error> {
    for site in about.iter().copied() {
        act.audit_read(
            site,
            Done {
                action: "plan.read",
                object: id.as_str(),
                patient: None,
                details: json!({}),
            },
        )?;
    }
    Ok(())
}

/// What can still be said of a plan whose case was erased.
pub struct ByHash {
    /// The hash of the case, as the plan says it.
    pub case_sha256: String,
    /// The line of the audit trail (chain `service`) that was written when it was kept.
    pub line: Option<i64>,
    /// Whether that line is itself, and says the same hash.
    pub holds: bool,
}

/// Returns what can be said of a plan whose case was erased; nothing of one that has it.
///
/// # Errors
/// As [`plan`], but that it was erased.
pub fn by_hash(act: &mut Act<'_>, id: &PlanId) -> Result<Option<ByHash>, Error> {
    let unknown = || Refusal::Unknown {
        what: "plan",
        name: id.to_string(),
    };
    let plan = db::plans::find(act.conn, id)?.ok_or_else(unknown)?;
    for site in db::plans::sites(act.conn, id)? {
        act.caller.check(Action::ReadPlans, Some(site))?;
    }
    if db::plans::payload(act.conn, id)?.is_some() {
        return Ok(None);
    }
    let line = db::audit::done_with(act.conn, "service", ("plan.keep", id.as_str()))?;
    let says = |line: &db::audit::Line| {
        let details: serde_json::Value = serde_json::from_str(&line.entry.details).ok()?;
        Some(details.get("case_sha256")?.as_str()? == plan.case_sha256)
    };
    Ok(Some(ByHash {
        holds: line
            .as_ref()
            .is_some_and(|l| l.is_itself() && says(l) == Some(true)),
        line: line.map(|line| line.seq),
        case_sha256: plan.case_sha256,
    }))
}

/// Returns a page of the plans all of whose sites the caller may plan for, the latest first; with
/// `site`, those that cover it.
///
/// # Errors
/// When the database cannot be read.
pub fn plans(
    act: &mut Act<'_>,
    site: Option<Finess>,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<PlanRecord>, Error> {
    let mut found = Vec::new();
    let mut before = before.map(str::to_owned);
    loop {
        let page = db::plans::page(act.conn, site, before.as_deref(), limit)?;
        let last = page.last().map(|plan| plan.id.to_string());
        for plan in page {
            let sites = db::plans::sites(act.conn, &plan.id)?;
            if sites.iter().all(|site| act.caller.reach.includes(*site)) {
                found.push(plan);
            }
        }
        let full = i64::try_from(found.len()).is_ok_and(|n| n >= limit);
        if full || last.is_none() {
            found.truncate(usize::try_from(limit).unwrap_or(0));
            return Ok(found);
        }
        before = last;
    }
}

/// Returns a kept plan made again from what was frozen, as JSON, to be compared with what was kept.
///
/// # Errors
/// As [`plan`]; refused when its rulebook has changed.
pub fn again(act: &mut Act<'_>, seen: &SeenPlan) -> Result<Vec<String>, Error> {
    let (case, book, answer) = derived(act, &seen.plan, &seen.payload)?;
    let languages = [Language::Fr, Language::En];
    Ok(languages
        .into_iter()
        .map(|language| told(act.rules, &case, book, &answer, language))
        .collect())
}

/// Returns what a kept plan would be if its inputs were changed as `change` says, as JSON.
///
/// # Errors
/// As [`again`]; the inner error is what is wrong with the change.
pub fn changed(
    act: &mut Act<'_>,
    seen: &SeenPlan,
    change: &[u8],
    language: Language,
) -> Result<Result<String, CaseFaults>, Error> {
    let (case, book, _) = derived(act, &seen.plan, &seen.payload)?;
    Ok(plan_case::what_if(&case, book, change).map(|next| {
        let answer = solve(act.rules, &next, book);
        told(act.rules, &next, book, &answer, language)
    }))
}
