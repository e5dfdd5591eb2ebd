//! What can be seen of requests: what is asked for, where it stands, and how it came there.

mod sentences;
mod turns;

pub use turns::Turn;

use super::alternatives::{SeenAlternatives, of_request};
use crate::app::act::Act;
use crate::app::error::Error;
use crate::app::last_given::{Treated, last_given};
use crate::db;
use crate::db::requests::Filter;
use crate::db::standings::Standing;
use crate::domain::calendar::Day;
use crate::domain::code::Finess;
use crate::domain::id::{PatientId, RequestId};
use crate::domain::line::LineState;
use crate::domain::reason::Refusal;
use crate::domain::request::{Request, RequestState};
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
    /// Whether something else could be given, by the rulebooks of today.
    pub alternatives: SeenAlternatives,
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
    let given = given(act, &requests)?;
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
        let recorded = given.get(&treated(&request));
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
            alternatives: of_request(act, &request),
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

fn treated(r: &Request) -> Treated {
    (r.patient.clone(), r.rulebook.clone(), r.wanted.route)
}

/// When patients were last given what their requests ask for, where that says when they are due.
fn given(act: &mut Act<'_>, requests: &[Request]) -> Result<BTreeMap<Treated, Day>, Error> {
    let mut zones: BTreeMap<Finess, Option<Tz>> = BTreeMap::new();
    let mut asked = Vec::new();
    for r in requests.iter().filter(|r| r.wanted.due_by_hand.is_none()) {
        let zone = match zones.entry(r.site) {
            Entry::Occupied(zone) => *zone.get(),
            Entry::Vacant(zone) => {
                let site = db::sites::find(act.conn, r.site)?;
                *zone.insert(site.map(|site| site.zone))
            }
        };
        asked.extend(zone.map(|zone| (treated(r), zone)));
    }
    last_given(act, asked)
}
