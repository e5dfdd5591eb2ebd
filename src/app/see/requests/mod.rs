//! What can be seen of requests: what is asked for, where it stands, and how it came there.

mod sentences;
mod turns;

pub use turns::Turn;

use crate::app::act::Act;
use crate::app::error::Error;
use crate::db;
use crate::db::requests::Filter;
use crate::db::standings::Standing;
use crate::domain::calendar::{Day, local_day};
use crate::domain::code::{Cip13, Finess};
use crate::domain::id::{PatientId, RequestId};
use crate::domain::line::LineState;
use crate::domain::presentation::Route;
use crate::domain::reason::Refusal;
use crate::domain::request::{Request, RequestState};
use crate::domain::rule::Slug;
use chrono_tz::Tz;
use sentences::Sentences;
use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};
use turns::turns;

/// A request, and what its prescriber wants to know beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenRequest {
    /// The request.
    pub request: Request,
    /// The site's word for the patient; none once they were erased.
    pub pseudonym: Option<String>,
    /// The day it is due, where that is known.
    pub due: Option<Day>,
    /// What the plan said that holds units for it, else the latest; none before the first.
    pub standing: Option<Standing>,
    /// Each change of rank, status or state, the latest first.
    pub history: Vec<Turn>,
    /// Where it stands and why, in French.
    pub reason_fr: String,
    /// The same in English.
    pub reason_en: String,
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
    let standing = |id: &RequestId| standings.get(id).and_then(|all| decisive(all));
    let open = requests.iter().filter(|r| r.state == RequestState::Open);
    let planned = open.filter_map(|r| Some((&r.name, &standing(&r.id)?.plan)));
    let sentences = Sentences::load(act, planned)?;
    let make = |request: Request| {
        let recorded = given.get(&key(&request));
        let standing = standing(&request.id).cloned();
        let (reason_fr, reason_en) = sentences.of(&request, standing.as_ref());
        SeenRequest {
            pseudonym: pseudonyms.get(&request.patient).cloned(),
            // what has ended was due when it was, whatever was given since
            due: request.wanted.due(match request.state {
                RequestState::Proposed | RequestState::Open => recorded.copied(),
                RequestState::Served | RequestState::Withdrawn => None,
            }),
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

/// The plan where a request stands: the one that holds units for it, whatever was planned since; else
/// the latest.
fn decisive(all: &[Standing]) -> Option<&Standing> {
    let approved = |s: &&Standing| s.state == Some(LineState::Approved);
    all.iter().find(approved).or_else(|| all.first())
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
