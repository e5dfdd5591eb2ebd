//! The safety gate of requests: what the medicine's safety rulebook says of the patient, what people
//! decided on it, and whether the medicine may go.
//!
//! It is asked when a line is approved and when its units leave. A treatment of what a reserve is kept
//! for (cytokine release syndrome) never meets it: those patients are neutropenic after lymphodepletion,
//! and wait for nobody.

mod decide;
mod facts;

pub use decide::{Verdict, decide};
pub(super) use decide::{pass, pass_weighed};
pub(super) use facts::administered;

use super::act::Act;
use super::error::Error;
use super::site_state::today;
use crate::db;
use crate::domain::assess::{Assessment, Patient, at_the_gate};
use crate::domain::calendar::Day;
use crate::domain::code::Finess;
use crate::domain::gate::{GateDecision, Left, Passage};
use crate::domain::id::RequestId;
use crate::domain::reason::Refusal;
use crate::domain::request::Request;
use crate::domain::rule::{Rulebook, Severity};
use facts::Known;
use sha2::{Digest as _, Sha256};
use std::collections::btree_map::{BTreeMap, Entry};
use std::fmt::Write as _;

/// A request at the gate.
#[derive(Clone, Debug)]
pub struct Weighed<'r> {
    /// The rulebook that is applied.
    pub book: &'r Rulebook,
    /// The day of the assessment, at the request's site.
    pub as_of: Day,
    /// What it says of the patient.
    pub assessment: Assessment<'r>,
    /// What was decided, the first decision first; also what covers nothing any more.
    pub decisions: Vec<GateDecision>,
    /// SHA-256 of the facts that were looked at, hexadecimal.
    pub seen: String,
}

impl Weighed<'_> {
    /// Returns whether the medicine may go.
    pub fn passage(&self) -> Passage {
        self.left().passage()
    }

    /// Returns what of the findings nobody has decided on.
    pub(super) fn left(&self) -> Left {
        Left::of(&self.assessment.findings, &self.seen, &self.decisions)
    }
}

/// Returns what the safety rulebook says of a request's patient on a day; nothing where the medicine has
/// none, or what a reserve is kept for is treated.
///
/// # Errors
/// Refused when the rulebook that ranks the request is not loaded any more: nobody can say then what
/// speaks against the medicine. When the database cannot be read.
pub fn weigh<'r>(
    act: &mut Act<'r>,
    request: &Request,
    as_of: Day,
) -> Result<Option<Weighed<'r>>, Error> {
    if act.rules.get(&request.rulebook).is_none() {
        let state = "rulebook-gone";
        return Err(Refusal::WrongState { state }.into());
    }
    let mut all = weigh_all(act, &[(request, as_of)])?;
    Ok(all.remove(&request.id))
}

/// The same for many requests, each on today's day of its site.
///
/// # Errors
/// When the database cannot be read.
pub fn weigh_today<'r>(
    act: &mut Act<'r>,
    requests: &[&Request],
) -> Result<BTreeMap<RequestId, Weighed<'r>>, Error> {
    let mut days: BTreeMap<Finess, Option<Day>> = BTreeMap::new();
    let mut asked: Vec<(&Request, Day)> = Vec::new();
    for request in requests.iter().copied() {
        if let Entry::Vacant(new) = days.entry(request.site) {
            let site = db::sites::find(act.conn, request.site)?;
            new.insert(site.map(|site| today(act, &site)).transpose()?);
        }
        let day = days.get(&request.site).copied().flatten();
        asked.extend(day.map(|day| (request, day)));
    }
    weigh_all(act, &asked)
}

fn weigh_all<'r>(
    act: &mut Act<'r>,
    requests: &[(&Request, Day)],
) -> Result<BTreeMap<RequestId, Weighed<'r>>, Error> {
    let gated: Vec<(&Request, Day, &'r Rulebook)> = requests
        .iter()
        .filter_map(|(request, as_of)| Some((*request, *as_of, book_for(act, request)?)))
        .collect();
    if gated.is_empty() {
        return Ok(BTreeMap::new());
    }
    let ids: Vec<RequestId> = gated.iter().map(|(r, ..)| r.id.clone()).collect();
    let mut decided: BTreeMap<RequestId, Vec<GateDecision>> = BTreeMap::new();
    for decision in db::gate::of(act.conn, &ids)? {
        let of = decided.entry(decision.request.clone()).or_default();
        of.push(decision);
    }
    let all: Vec<&Request> = gated.iter().map(|(request, ..)| *request).collect();
    let known = Known::load(act, &all)?;
    let weighed = gated.into_iter().map(|(request, as_of, book)| {
        let patient = known.patient(request);
        let in_force = act.rules.in_force(book, as_of);
        let assessment = at_the_gate(book, &patient, as_of, in_force);
        let one = Weighed {
            book,
            as_of,
            seen: seen(&patient, &assessment),
            assessment,
            decisions: decided.remove(&request.id).unwrap_or_default(),
        };
        (request.id.clone(), one)
    });
    Ok(weighed.collect())
}

/// Returns the patients of requests, as rules look at them, in the order of the requests.
///
/// # Errors
/// When the database cannot be read.
pub(super) fn patients(act: &mut Act<'_>, requests: &[&Request]) -> Result<Vec<Patient>, Error> {
    let known = Known::load(act, requests)?;
    Ok(requests.iter().map(|one| known.patient(one)).collect())
}

/// Returns the latest count of the patient of each request up to a day, in cells per cubic millimetre;
/// nothing of those without one.
///
/// # Errors
/// When the database cannot be read.
pub(super) fn latest_counts(
    act: &mut Act<'_>,
    requests: &[Request],
    as_of: Day,
) -> Result<BTreeMap<RequestId, u32>, Error> {
    let all: Vec<&Request> = requests.iter().collect();
    let known = Known::counts(act, &all)?;
    let latest = requests.iter().filter_map(|request| {
        let latest = known.patient(request).latest(as_of)?;
        Some((request.id.clone(), latest.per_mm3))
    });
    Ok(latest.collect())
}

/// The rulebook that says whether a request's patient may be given the medicine.
fn book_for<'r>(act: &Act<'r>, request: &Request) -> Option<&'r Rulebook> {
    let ranking = act.rules.get(&request.rulebook)?;
    let reserve = ranking.reserve.as_ref();
    if reserve.is_some_and(|rule| rule.indication == request.wanted.indication) {
        return None;
    }
    act.rules.get(ranking.safety_rulebook.as_ref()?)
}

/// The name of the facts: the same for the same patient as far as the rules look at one.
fn seen(patient: &Patient, assessment: &Assessment<'_>) -> String {
    let mut facts = String::new();
    let mut counts = patient.counts.clone();
    counts.sort_unstable_by_key(|count| (count.on, count.per_mm3));
    counts.dedup();
    for count in &counts {
        // writing to a text cannot fail
        write!(facts, "{} {};", count.on, count.per_mm3).unwrap_or_default();
    }
    let grave = |severity: Severity| severity != Severity::Info;
    for finding in assessment.findings.iter().filter(|f| grave(f.severity)) {
        let severity = finding.severity.code();
        write!(facts, "{} {severity};", finding.code).unwrap_or_default();
    }
    hex::encode(Sha256::digest(facts.as_bytes()))
}

/// Refuses a request that may not pass, without saying what of the patient speaks against it: who may
/// read that finds it at the request.
pub(super) fn refused(passage: &Passage, request: &RequestId) -> Option<Refusal> {
    match passage {
        Passage::Open => None,
        Passage::ToConfirm(codes) => Some(Refusal::ToConfirm {
            request: request.clone(),
            findings: codes.len(),
        }),
        Passage::Blocked(codes) => Some(Refusal::Unsafe {
            request: request.clone(),
            findings: codes.len(),
        }),
    }
}
