//! What can be seen of requests: what is asked for, where it stands, and how it came there.

use crate::app::act::Act;
use crate::app::error::Error;
use crate::db;
use crate::db::requests::Filter;
use crate::db::standings::{Answers, Standing};
use crate::domain::calendar::{Day, Instant, local_day};
use crate::domain::code::{Cip13, Finess};
use crate::domain::id::{PatientId, PlanId, RequestId};
use crate::domain::presentation::Route;
use crate::domain::reason::Refusal;
use crate::domain::request::{Request, RequestState};
use crate::domain::rule::Slug;
use crate::text;
use crate::wire::json::Node;
use crate::wire::plan::Document;
use chrono_tz::Tz;
use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};

/// A request, and what its prescriber wants to know beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenRequest {
    /// The request.
    pub request: Request,
    /// The site's word for the patient; none once they were erased.
    pub pseudonym: Option<String>,
    /// The day it is due, where that is known.
    pub due: Option<Day>,
    /// What the latest plan said; none before the first.
    pub standing: Option<Standing>,
    /// Each change of rank, status or state, the latest first.
    pub history: Vec<Turn>,
    /// Where it stands and why, in French.
    pub reason_fr: String,
    /// The same in English.
    pub reason_en: String,
}

/// One change of where a request stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// When.
    pub at: Instant,
    /// By which plan.
    pub plan: PlanId,
    /// Place in the plan's order, from 1; none when it was not ranked.
    pub rank: Option<u32>,
    /// What was decided.
    pub status: String,
    /// Why, as a stable code.
    pub reason_code: String,
    /// What became of a granted line.
    pub state: Option<String>,
    /// Why that became of it.
    pub why: Option<String>,
}

/// Returns up to `limit` requests of one site, or of all within reach, whose id comes after `after`,
/// in the order of filing.
///
/// # Errors
/// Refused when the site is beyond the caller's reach; when the database cannot be read.
pub fn requests(
    act: &mut Act<'_>,
    site: Option<Finess>,
    state: Option<RequestState>,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<SeenRequest>, Error> {
    let reach = &act.caller.reach;
    if site.is_some_and(|site| !reach.includes(site)) {
        return Err(Refusal::Forbidden.into());
    }
    let sites = site.map_or_else(|| reach.sites().map(<[_]>::to_vec), |site| Some(vec![site]));
    let filter = Filter {
        sites,
        state,
        patient: None,
    };
    let found = db::requests::page(act.conn, &filter, after, limit)?;
    seen(act, found)
}

/// Returns a request.
///
/// # Errors
/// Refused when there is none of that id within the caller's reach.
pub fn request(act: &mut Act<'_>, id: &RequestId) -> Result<SeenRequest, Error> {
    let unknown = || Refusal::Unknown {
        what: "request",
        name: id.to_string(),
    };
    let found = db::requests::find(act.conn, id)?.filter(|r| act.caller.reach.includes(r.site));
    let found = found.ok_or_else(unknown)?;
    let one = seen(act, vec![found])?;
    Ok(one.into_iter().next().ok_or_else(unknown)?)
}

fn seen(act: &mut Act<'_>, requests: Vec<Request>) -> Result<Vec<SeenRequest>, Error> {
    let patients: BTreeSet<PatientId> = requests.iter().map(|r| r.patient.clone()).collect();
    let patients: Vec<PatientId> = patients.into_iter().collect();
    let pseudonyms: BTreeMap<_, _> = db::patients::pseudonyms(act.conn, &patients)?
        .into_iter()
        .collect();
    let given = last_given(act, &requests)?;
    let ids: Vec<RequestId> = requests.iter().map(|r| r.id.clone()).collect();
    let mut standings: BTreeMap<RequestId, Vec<Standing>> = BTreeMap::new();
    for standing in db::standings::of(act.conn, &ids)? {
        let of = standings.entry(standing.request.clone()).or_default();
        of.push(standing);
    }
    let latest = |id: &RequestId| standings.get(id).and_then(|all| all.first());
    let mut sentences = Sentences::default();
    for request in requests.iter().filter(|r| r.state == RequestState::Open) {
        if let Some(standing) = latest(&request.id) {
            sentences.read(act, &standing.plan)?;
        }
    }
    let make = |request: Request| {
        let recorded = given.get(&key(&request));
        let standing = latest(&request.id).cloned();
        let (reason_fr, reason_en) = standing
            .as_ref()
            .and_then(|s| sentences.of(&s.plan, &request))
            .unwrap_or_else(|| text::request::unplanned(&request, standing.is_some()));
        SeenRequest {
            pseudonym: pseudonyms.get(&request.patient).cloned(),
            due: request.wanted.due(recorded.copied()),
            history: standings
                .get(&request.id)
                .map_or_else(Vec::new, |all| turns(all)),
            standing,
            reason_fr,
            reason_en,
            request,
        }
    };
    Ok(requests.into_iter().map(make).collect())
}

/// Whom a request is for, by which rulebook, and by which route.
type Key = (PatientId, Slug, Route);

fn key(r: &Request) -> Key {
    (r.patient.clone(), r.rulebook.clone(), r.wanted.route)
}

/// When patients were last given what their requests ask for, as the ledger has it: the presentations
/// are those of the request's rulebook and route, the day is the site's own.
fn last_given(act: &mut Act<'_>, requests: &[Request]) -> Result<BTreeMap<Key, Day>, Error> {
    let mut asked: BTreeMap<(&Slug, Route), BTreeSet<&PatientId>> = BTreeMap::new();
    let mut zones: BTreeMap<Finess, Option<Tz>> = BTreeMap::new();
    let mut sites = BTreeMap::new();
    for r in requests.iter().filter(|r| r.wanted.due_by_hand.is_none()) {
        let of = asked.entry((&r.rulebook, r.wanted.route)).or_default();
        of.insert(&r.patient);
        sites.insert(&r.patient, r.site);
        if let Entry::Vacant(zone) = zones.entry(r.site) {
            let site = db::sites::find(act.conn, r.site)?;
            zone.insert(site.map(|site| site.zone));
        }
    }
    let mut days = BTreeMap::new();
    for ((name, route), patients) in asked {
        let Some(book) = act.rules.get(name) else {
            continue;
        };
        let codes: Vec<Cip13> = book.by_route(route).map(|p| p.cip13).collect();
        let patients: Vec<PatientId> = patients.into_iter().cloned().collect();
        for (patient, at) in db::requests::last_given(act.conn, &patients, &codes)? {
            let zone = sites.get(&patient).and_then(|site| *zones.get(site)?);
            if let Some(day) = zone.and_then(|zone| local_day(at, zone)) {
                days.insert((patient, name.clone(), route), day);
            }
        }
    }
    Ok(days)
}

/// The changes that lines of plans, the latest first, tell of: a line that says what the one before
/// it said is none.
fn turns(lines: &[Standing]) -> Vec<Turn> {
    let mut turns: Vec<Turn> = Vec::new();
    for line in lines.iter().rev() {
        let planned = Turn {
            at: line.made_at,
            plan: line.plan.clone(),
            rank: line.rank,
            status: line.status.clone(),
            reason_code: line.reason_code.clone(),
            state: line.state.as_ref().map(|_| "planned".to_owned()),
            why: None,
        };
        let decided = line.state.as_deref().filter(|state| *state != "planned");
        let became = decided.map(|state| Turn {
            at: line.decided_at.unwrap_or(line.made_at),
            state: Some(state.to_owned()),
            why: line.why.clone(),
            ..planned.clone()
        });
        for turn in std::iter::once(planned).chain(became) {
            let said = |t: &Turn| (t.rank, t.status.clone(), t.state.clone());
            if turns.last().is_none_or(|last| said(last) != said(&turn)) {
                turns.push(turn);
            }
        }
    }
    turns.reverse();
    turns
}

/// The sentences of plans, each plan read once: by plan and name of the request.
#[derive(Default)]
struct Sentences {
    plans: BTreeSet<PlanId>,
    said: BTreeMap<(PlanId, String), (String, String)>,
}

impl Sentences {
    fn read(&mut self, act: &mut Act<'_>, plan: &PlanId) -> Result<(), Error> {
        if !self.plans.insert(plan.clone()) {
            return Ok(());
        }
        // an erased plan has no sentences any more
        let Some(Answers { fr, en, .. }) = db::standings::answers(act.conn, plan)? else {
            return Ok(());
        };
        let (mut fr, en) = (reasons(plan, &fr)?, reasons(plan, &en)?);
        for (name, en) in en {
            let fr = fr.remove(&name).unwrap_or_default();
            self.said.insert((plan.clone(), name), (fr, en));
        }
        Ok(())
    }

    /// Of a request that has ended, what ended it is said instead.
    fn of(&self, plan: &PlanId, request: &Request) -> Option<(String, String)> {
        let key = (plan.clone(), request.name.to_string());
        let said = self.said.get(&key).cloned();
        said.filter(|_| request.state == RequestState::Open)
    }
}

/// The sentences of a plan's decisions about requests, by name.
fn reasons(plan: &PlanId, answer: &str) -> Result<BTreeMap<String, String>, Error> {
    let document = Document::read(answer.as_bytes())
        .map_err(|_faults| Error::Bug(format!("the answer of plan {plan} is no plan")))?;
    let decisions = document.decisions();
    Ok(decisions
        .filter(|((kind, _), _)| *kind == "request")
        .filter_map(|((_, id), row)| {
            let reason = row.get("reason").and_then(Node::text)?;
            Some((id.to_owned(), reason.to_owned()))
        })
        .collect())
}
