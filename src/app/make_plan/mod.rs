//! A plan of the live database: shown and forgotten, or kept with all that it was made from.

mod conflicts;
mod deliveries;
mod lottery;

use super::act::{Act, Done};
use super::error::Error;
use super::live_case::{self, Live, Terms};
use super::notices;
use super::see;
use crate::db::plans::{Payload, PlanRecord};
use crate::db::{self};
use crate::domain::calendar::Day;
use crate::domain::code::Finess;
use crate::domain::id::{LineId, PlanId};
use crate::domain::language::Language;
use crate::domain::line::{Line, LineState};
use crate::domain::plan::{Case, Decision, Plan, Status, Subject};
use crate::domain::role::Action;
use crate::domain::rule::{Rulebook, Slug};
use crate::hands;
use crate::rulebook::Rulebooks;
use crate::text::plan::{Made, site_of, why};
use crate::wire::plan::write;
use crate::wire::plan_case::{self, CaseFaults, canonical, sha256};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// A plan that binds nobody.
#[derive(Clone, Debug)]
pub struct Preview {
    /// By which rulebook.
    pub rulebook: Slug,
    /// The day of the plan.
    pub day: Day,
    /// The plan as JSON.
    pub document: String,
    /// The case it was made from, in its canonical form.
    pub case: String,
    /// Whether equals stand in the order of the day's lottery: when no plan of the day was kept yet,
    /// they stand in an order that no kept plan will have.
    pub seed_is_the_days: bool,
    /// Whose records it shows, site by site.
    pub patients: BTreeMap<Finess, BTreeSet<String>>,
    /// Its lines, as they would be kept: a granted one with a reason cannot be approved as things are.
    pub lines: Vec<Line>,
}

/// A plan that was kept.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The plan.
    pub plan: PlanRecord,
    /// Its lines.
    pub lines: Vec<Line>,
    /// The plan as JSON.
    pub document: String,
}

/// Plans the live database, and keeps nothing.
///
/// # Errors
/// As [`live_case::load`].
pub fn preview(act: &mut Act<'_>, terms: &Terms, language: Language) -> Result<Preview, Error> {
    let mut live = live_case::load(act, terms, Action::ReadPlans)?;
    notices::still_applies(&notices::retired(act, live.case.as_of)?, live.book)?;
    let drawn = lottery::drawn(act, &live)?;
    let seed_is_the_days = drawn.is_some();
    live.case.lottery_seed = drawn.unwrap_or_else(|| lottery::of_previews(&live));
    let answer = solve(act.rules, &live.case, live.book);
    let nobody = PlanId::new("");
    Ok(Preview {
        rulebook: live.book.name.clone(),
        day: live.case.as_of,
        document: told(act.rules, &live.case, live.book, &answer, language),
        case: canonical(&live.case, live.book),
        seed_is_the_days,
        patients: patients(&live),
        lines: lines(act, &live, &answer, &nobody)?,
    })
}

/// Whose records a case shows, site by site.
fn patients(live: &Live<'_>) -> BTreeMap<Finess, BTreeSet<String>> {
    let mut patients: BTreeMap<Finess, BTreeSet<String>> = BTreeMap::new();
    for request in live.requests.values() {
        let of_site = patients.entry(request.site).or_default();
        of_site.insert(request.patient.to_string());
    }
    for patient in &live.case.patients {
        if let Some(site) = live.sites.get(patient.site) {
            let of_site = patients.entry(site.finess).or_default();
            of_site.insert(patient.id.clone());
        }
    }
    patients
}

/// Writes that the records a preview shows were read.
///
/// # Errors
/// When the database cannot be written.
pub fn note_reading(
    act: &mut Act<'_>,
    patients: &BTreeMap<Finess, BTreeSet<String>>,
) -> Result<(), Error> {
    for (site, patients) in patients {
        see::note_reading(act, *site, "plan-preview", patients)?;
    }
    Ok(())
}

/// Plans the live database, and keeps the plan with its case, the rulebook's hash and the seed of the
/// network's lottery, which is drawn with the first plan that is kept on a day.
///
/// # Errors
/// As [`live_case::load`]; when the database cannot be written.
pub fn keep(act: &mut Act<'_>, terms: &Terms, language: Language) -> Result<Kept, Error> {
    let mut live = live_case::load(act, terms, Action::ApprovePlans)?;
    notices::still_applies(&notices::retired(act, live.case.as_of)?, live.book)?;
    live.case.lottery_seed = lottery::draw(act, &live)?;
    let (case, book) = (&live.case, live.book);
    let answer = solve(act.rules, case, book);
    let plan = PlanRecord {
        id: PlanId::new(act.id()),
        network: live.network.clone(),
        day: case.as_of,
        rulebook: book.name.clone(),
        rulebook_hash: hex::encode(book.hash),
        transfers: case.transfers,
        case_sha256: hex::encode(sha256(case, book)),
        made_at: act.now,
        made_by: act.caller.id.clone(),
        version: 1,
    };
    let payload = Payload {
        plan_id: plan.id.to_string(),
        frozen: canonical(case, book),
        answer_fr: told(act.rules, case, book, &answer, Language::Fr),
        answer_en: told(act.rules, case, book, &answer, Language::En),
    };
    let sites: Vec<Finess> = live.sites.iter().map(|site| site.finess).collect();
    let lines = lines(act, &live, &answer, &plan.id)?;
    db::plans::insert(act.conn, &plan, &payload, &sites)?;
    db::plan_lines::insert(act.conn, &lines)?;
    let details = json!({
        "sites": sites.iter().map(Finess::to_string).collect::<Vec<_>>(),
        "rulebook": plan.rulebook.as_str(), "rulebook_sha256": plan.rulebook_hash,
        "case_sha256": plan.case_sha256, "seed": case.lottery_seed,
        "granted": answer.totals.granted, "deferred": answer.totals.deferred,
    });
    act.audit(
        None,
        Done {
            action: "plan.keep",
            object: plan.id.as_str(),
            patient: None,
            details,
        },
    )?;
    let document = match language {
        Language::Fr => payload.answer_fr,
        Language::En => payload.answer_en,
    };
    Ok(Kept {
        plan,
        lines,
        document,
    })
}

/// Plans a case that somebody brings, as JSON.
///
/// # Errors
/// What is wrong with it.
pub fn of_case(rules: &Rulebooks, bytes: &[u8], language: Language) -> Result<String, CaseFaults> {
    let read = plan_case::read(bytes, &books(rules))?;
    let answer = solve(rules, &read.case, read.book);
    Ok(told(rules, &read.case, read.book, &answer, language))
}

/// Plans a case and the same as a change makes it, both as JSON; the error says which of `/case` and
/// `/change` is wrong, and how.
///
/// # Errors
/// What is wrong with either.
pub fn what_if(
    rules: &Rulebooks,
    case: &[u8],
    change: &[u8],
    language: Language,
) -> Result<(String, String), (&'static str, CaseFaults)> {
    let read = plan_case::read(case, &books(rules)).map_err(|e| ("/case", e))?;
    let next = plan_case::what_if(&read.case, read.book, change).map_err(|e| ("/change", e))?;
    let plan = |case: &Case| {
        let answer = solve(rules, case, read.book);
        told(rules, case, read.book, &answer, language)
    };
    Ok((plan(&read.case), plan(&next)))
}

fn books(rules: &Rulebooks) -> Vec<&Rulebook> {
    rules.iter().collect()
}

/// Returns the sites of a scope, by number: what a plan that is kept must lock.
///
/// # Errors
/// As [`live_case::load`].
pub fn sites(act: &mut Act<'_>, scope: &live_case::Scope) -> Result<Vec<Finess>, Error> {
    live_case::sites(act, scope)
}

/// Plans a case, with the rulebooks that its gates name.
pub fn solve(rules: &Rulebooks, case: &Case, book: &Rulebook) -> Plan {
    hands::plan(case, book, &|name: &Slug| rules.get(name))
}

/// Returns a plan as JSON.
pub fn told(
    rules: &Rulebooks,
    case: &Case,
    book: &Rulebook,
    answer: &Plan,
    language: Language,
) -> String {
    let of = |name: &Slug| rules.get(name);
    let made = Made {
        case,
        book,
        of: &of,
    };
    write(answer, &made, language)
}

/// The lines of a plan, as they are kept.
fn lines(
    act: &mut Act<'_>,
    live: &Live<'_>,
    answer: &Plan,
    plan: &PlanId,
) -> Result<Vec<Line>, Error> {
    let expected = deliveries::Expected::load(act, live)?;
    let act = &*act;
    let of = |name: &Slug| act.rules.get(name);
    let made = Made {
        case: &live.case,
        book: live.book,
        of: &of,
    };
    let conflicts = conflicts::of(live, answer);
    let mut lines = Vec::with_capacity(answer.decisions.len());
    for (place, decision) in (0_u32..).zip(&answer.decisions) {
        let conflict = usize::try_from(place).is_ok_and(|place| conflicts.contains(&place));
        lines.push(Line {
            place,
            reason_code: why(&made, decision).code().to_owned(),
            why: if conflict {
                Some(GO_UNCOVERED.to_owned())
            } else {
                expected.brings(&live.case, decision)
            },
            ..line(act, live, decision, plan)?
        });
    }
    Ok(lines)
}

/// Why a line cannot be approved: the code for a GO that would be left without its vials.
pub const GO_UNCOVERED: &str = "go-uncovered";

/// A line without its place and its reasons.
fn line(act: &Act<'_>, live: &Live<'_>, decision: &Decision, plan: &PlanId) -> Result<Line, Error> {
    let site = site_of(&live.case, decision.subject)
        .and_then(|place| live.sites.get(place))
        .ok_or_else(|| Error::Bug(format!("decision {} without a site", decision.id)))?;
    let request = match decision.subject {
        Subject::Request(_) => live.requests.get(&decision.id),
        Subject::Patient(_) | Subject::Floor(_) => None,
    };
    let class = decision.class.and_then(|c| live.book.priorities.get(c));
    let above = decision.class.is_some_and(|c| live.book.above_reserves(c));
    Ok(Line {
        id: LineId::new(act.id()),
        plan: plan.clone(),
        place: 0,
        name: decision.id.clone(),
        site: site.finess,
        class: class.map(|class| class.name.to_string()),
        rank: decision.rank,
        status: decision.status.code().to_owned(),
        reason_code: String::new(),
        above_reserve: above,
        request: request.map(|r| (r.id.clone(), r.version)),
        state: (decision.status == Status::Granted).then_some(LineState::Planned),
        why: None,
        decided_at: None,
        decided_by: None,
        expires_at: None,
    })
}

#[cfg(test)]
mod large;
