//! What can be seen of the safety gate: what the safety rulebook says of a request's patient, and what
//! people decided on it.

use crate::app::act::Act;
use crate::app::error::Error;
use crate::app::file_request::within_reach;
use crate::app::safety::{Weighed, weigh, weigh_today};
use crate::app::site_state;
use crate::db;
use crate::domain::calendar::Day;
use crate::domain::code::Finess;
use crate::domain::gate::{GateDecision, Passage};
use crate::domain::id::{PatientId, PlanId, RequestId};
use crate::domain::language::Language;
use crate::domain::line::LineState;
use crate::domain::request::Request;
use crate::wire::assess_case::write;
use std::collections::BTreeMap;

/// What a safety rulebook says of a request's patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenSafety {
    /// Of which request.
    pub request: RequestId,
    /// Where.
    pub site: Finess,
    /// Of whom.
    pub patient: PatientId,
    /// The day of the assessment.
    pub as_of: Day,
    /// The rulebook; none where the medicine has none, or what a reserve is kept for is treated.
    pub rulebook: Option<String>,
    /// The assessment as JSON, as `dotation assess` writes it.
    pub assessment: Option<String>,
    /// Whether the medicine may go.
    pub passage: Passage,
    /// What was decided, the first decision first.
    pub decisions: Vec<GateDecision>,
}

impl SeenSafety {
    fn of(request: &Request, as_of: Day, weighed: Option<Weighed<'_>>, language: Language) -> Self {
        let book = weighed.as_ref().map(|w| w.book.name.to_string());
        let passage = weighed.as_ref().map_or(Passage::Open, Weighed::passage);
        let assessment = weighed
            .as_ref()
            .map(|w| write(&w.assessment, w.book, as_of, language));
        Self {
            request: request.id.clone(),
            site: request.site,
            patient: request.patient.clone(),
            as_of,
            rulebook: book,
            assessment,
            passage,
            decisions: weighed.map(|w| w.decisions).unwrap_or_default(),
        }
    }
}

/// Returns what is to be known of a request's patient before the medicine goes.
///
/// # Errors
/// Refused when there is no such request within the caller's reach.
pub fn of_request(
    act: &mut Act<'_>,
    id: &RequestId,
    language: Language,
) -> Result<SeenSafety, Error> {
    let request = within_reach(act, id)?;
    let today = today(act, request.site)?;
    let weighed = weigh(act, &request, today)?;
    Ok(SeenSafety::of(&request, today, weighed, language))
}

/// Returns the lines of a kept plan that can be approved and do not pass the gate as they are, by their
/// names, in the plan's order.
///
/// # Errors
/// Refused when there is no such plan, it was erased, or the caller may not read plans at one of its sites.
pub fn of_plan(
    act: &mut Act<'_>,
    id: &PlanId,
    language: Language,
) -> Result<Vec<(String, SeenSafety)>, Error> {
    let plan = super::plans::plan(act, id)?;
    let open = [Some(LineState::Planned), Some(LineState::Refused)];
    let lines = plan.lines.iter().filter(|line| open.contains(&line.state));
    let lines: Vec<(&str, &RequestId)> = lines
        .filter_map(|line| Some((line.name.as_str(), &line.request.as_ref()?.0)))
        .collect();
    let ids: Vec<RequestId> = lines.iter().map(|(_, id)| (*id).clone()).collect();
    let requests: BTreeMap<RequestId, Request> = db::requests::named(act.conn, &ids)?
        .into_iter()
        .map(|request| (request.id.clone(), request))
        .collect();
    let mut weighed = weigh_today(act, &requests.values().collect::<Vec<_>>())?;
    let seen = lines.into_iter().filter_map(|(name, id)| {
        let request = requests.get(id)?;
        let weighed = weighed.remove(id)?;
        let day = weighed.as_of;
        let seen = SeenSafety::of(request, day, Some(weighed), language);
        (seen.passage != Passage::Open).then(|| (name.to_owned(), seen))
    });
    Ok(seen.collect())
}

fn today(act: &mut Act<'_>, site: Finess) -> Result<Day, Error> {
    let site = super::commons::site(act, site)?;
    site_state::today(act, &site)
}
