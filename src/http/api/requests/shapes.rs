//! What is answered about requests.

use crate::app::records::Standing;
use crate::app::see::requests::{SeenRequest, Turn};
use crate::domain::calendar::{Day, Instant};
use crate::domain::line::LineState;
use crate::domain::quantity::{Grams, Units};
use crate::domain::request::Request;
use crate::domain::rule::Slug;
use crate::http::api::alternatives::{ListShape, TriedShape, declared, of_request};
use crate::http::api::stock::as_mg;
use crate::wire::rulebook::RulebookStanding;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A request for a medicine, for one patient.
#[derive(Serialize, ToSchema)]
pub struct RequestShape {
    pub(super) id: String,
    /// Where the patient is treated.
    site: String,
    /// By which rulebook it is ranked.
    rulebook: String,
    /// How the rulebook stands today; `null` when it is not loaded any more.
    rulebook_standing: Option<RulebookStanding>,
    /// The site's word for the patient; absent once they were erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pseudonym: Option<String>,
    /// Id of the patient.
    pub(super) patient: String,
    /// `proposed` (follows a dispensing and is to be confirmed), `open`, `served` or `withdrawn`.
    state: &'static str,
    /// What is treated: a word of the rulebook.
    indication: String,
    /// `iv`, `sc` or `oral`.
    route: &'static str,
    /// `ongoing` or `initiation`.
    treatment: &'static str,
    /// Whether something else could be given, `none` or `available`: by the rulebooks of today, as plans
    /// take it.
    alternatives: &'static str,
    /// `catalogue`: it follows from `tried`, by the list of `alternatives_listed`. `statement`: no rulebook
    /// lists the alternatives for the indication, and the prescriber says so.
    alternatives_by: &'static str,
    /// What `alternatives` was when the request was filed or last edited: another since a rulebook changed.
    alternatives_filed: &'static str,
    /// Why nothing else could be given, in the prescriber's words; it decides nothing where there is a list.
    alternatives_reason: Option<String>,
    /// The rulebook's list, what became of each, and what is known of it; `null` where there is none.
    alternatives_listed: Option<ListShape>,
    /// What was declared of alternatives, in its order.
    tried: Vec<TriedShape>,
    /// What is known of the patient at which exclusions look: `pregnancy`.
    conditions: Vec<String>,
    /// What an interruption puts at stake: `vital`, `functional` or `none`.
    risk: &'static str,
    /// Whether a medicines committee decided as if the indication were listed.
    approved_exception: bool,
    /// The patient's age in whole years.
    age_years: u32,
    /// Body weight in grams.
    weight_g: Option<u32>,
    /// Single units asked for; `null` for a dose made of vials.
    units: Option<u32>,
    /// Milligrams that replace the dose by weight.
    prescribed_mg: Option<f64>,
    /// Days from one administration to the next.
    interval_days: Option<u32>,
    /// The last administration as the prescriber told it.
    #[schema(format = Date)]
    last_administration_on: Option<String>,
    /// The day it is due: set by hand, else the interval after the later of the last administration
    /// told and the last dispensing recorded; `null` when neither is known any more.
    #[schema(format = Date)]
    due: Option<String>,
    /// Whether `due` was set by hand.
    due_by_hand: bool,
    /// Why it was.
    due_reason: Option<String>,
    /// Latest absolute neutrophil count, cells per cubic millimetre.
    anc_per_mm3: Option<u32>,
    /// The day of that count.
    #[schema(format = Date)]
    anc_on: Option<String>,
    /// Id of the request whose dispensing proposed it.
    follows: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    filed_at: Instant,
    /// When it was served or withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Instant>,
    version: i64,
    /// Where it stands and why, in French: what the plan of `standing` said, or what became of that.
    reason_fr: String,
    /// The same in English.
    reason_en: String,
    /// What the plan said that holds units for it, else the latest; `null` before the first.
    standing: Option<StandingShape>,
    /// Each change of rank, status or state, the latest first.
    history: Vec<TurnShape>,
}

/// What a plan said of a request, and what became of it.
#[derive(Serialize, ToSchema)]
pub struct StandingShape {
    /// Id of the plan.
    plan: String,
    /// The day of the plan.
    #[schema(format = Date)]
    day: String,
    /// When its inputs were frozen.
    #[schema(value_type = String, format = DateTime)]
    made_at: Instant,
    /// The version of the request that was planned: an edit since then is for the next plan.
    request_version: i64,
    /// Class of the ranking; `null` when it was not ranked.
    class: Option<String>,
    /// Place in the plan's order, from 1; `null` when it was not ranked.
    rank: Option<u32>,
    /// `granted`, `deferred`, `refused`, `blocked` or `out-of-horizon`.
    status: String,
    /// Why, as a stable code.
    reason_code: String,
    /// What became of what was granted: `planned` (to be approved), `approved`, `left-out`, `refused`,
    /// `served`, `expired`, `broken` or `released`; `null` when nothing was granted.
    state: Option<&'static str>,
    /// Why it was left out, refused, broken or released: a code, or the coordinator's words.
    why: Option<String>,
    /// Until when its units are held.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Instant>,
}

/// One change of where a request stands.
#[derive(Serialize, ToSchema)]
pub struct TurnShape {
    #[schema(value_type = String, format = DateTime)]
    at: Instant,
    /// Id of the plan.
    plan: String,
    /// Place in the plan's order, from 1; `null` when it was not ranked.
    rank: Option<u32>,
    /// `granted`, `deferred`, `refused`, `blocked` or `out-of-horizon`.
    status: String,
    /// Why, as a stable code.
    reason_code: String,
    /// What became of what was granted, as in `standing`.
    state: Option<&'static str>,
    /// Why that became of it.
    why: Option<String>,
}

/// What a write answers: nothing personal, since the answer is kept for repetitions.
#[derive(Serialize, ToSchema)]
pub struct RequestReceipt {
    id: String,
    /// Where the patient is treated.
    site: String,
    /// `open` or `withdrawn`; `proposed` when it was edited before it is confirmed.
    state: &'static str,
    version: i64,
}

pub(super) fn receipt(request: &Request) -> RequestReceipt {
    RequestReceipt {
        id: request.id.to_string(),
        site: request.site.to_string(),
        state: request.state.code(),
        version: request.version,
    }
}

pub(super) fn shape(seen: SeenRequest, books: &BTreeMap<String, RulebookStanding>) -> RequestShape {
    let SeenRequest { request, .. } = seen;
    let w = request.wanted;
    let day = |day: Option<Day>| day.map(|day| day.to_string());
    let due_by_hand = w.due_by_hand.is_some();
    RequestShape {
        id: request.id.to_string(),
        site: request.site.to_string(),
        rulebook: request.rulebook.to_string(),
        rulebook_standing: books.get(request.rulebook.as_str()).cloned(),
        pseudonym: seen.pseudonym,
        patient: request.patient.to_string(),
        state: request.state.code(),
        indication: w.indication.to_string(),
        route: w.route.code(),
        treatment: w.treatment.code(),
        alternatives: seen.alternatives.left.code(),
        alternatives_by: seen.alternatives.by(),
        alternatives_filed: w.alternatives.code(),
        alternatives_reason: w.alternatives_reason,
        tried: w.tried.iter().map(declared).collect(),
        alternatives_listed: of_request(seen.alternatives, &w.tried),
        conditions: w.conditions.iter().map(Slug::to_string).collect(),
        risk: w.risk.code(),
        approved_exception: w.approved_exception,
        age_years: w.age_years,
        weight_g: w.weight.map(Grams::get),
        units: w.units.map(Units::get),
        prescribed_mg: w.prescribed.map(as_mg),
        interval_days: w.interval_days,
        last_administration_on: day(w.last_given_on),
        due: day(seen.due),
        due_by_hand,
        due_reason: w.due_by_hand.and_then(|(_, why)| why),
        anc_per_mm3: w.count.map(|count| count.per_mm3),
        anc_on: day(w.count.and_then(|count| count.on)),
        follows: request.follows.map(|id| id.to_string()),
        filed_at: request.filed_at,
        ended_at: request.ended_at,
        version: request.version,
        reason_fr: seen.reason_fr,
        reason_en: seen.reason_en,
        standing: seen.standing.map(standing),
        history: seen.history.into_iter().map(turn).collect(),
    }
}

fn standing(s: Standing) -> StandingShape {
    StandingShape {
        plan: s.plan.to_string(),
        day: s.day.to_string(),
        made_at: s.made_at,
        request_version: s.request_version,
        class: s.class,
        rank: s.rank,
        status: s.status,
        reason_code: s.reason_code,
        state: s.state.map(LineState::code),
        // which delivery would bring what was deferred is in the sentence
        why: s.why.filter(|_| s.state.is_some()),
        expires_at: s.expires_at,
    }
}

fn turn(t: Turn) -> TurnShape {
    TurnShape {
        at: t.at,
        plan: t.plan.to_string(),
        rank: t.rank,
        status: t.status,
        reason_code: t.reason_code,
        state: t.state.map(LineState::code),
        why: t.why,
    }
}
