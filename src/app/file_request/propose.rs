//! What follows when a request was dispensed: it is served, and a running treatment goes on.

use super::note;
use crate::app::act::Act;
use crate::app::error::Error;
use crate::db;
use crate::domain::calendar::{Day, to_micros};
use crate::domain::id::RequestId;
use crate::domain::reason::Refusal;
use crate::domain::request::{Request, RequestState, Wanted};
use crate::domain::rule::Treatment;
use serde_json::json;

/// Says that a request was dispensed on a day, and proposes the next one of a treatment that runs and
/// repeats: the same again, due an interval later. Somebody confirms it, edits it or withdraws it.
/// A count that was told without its day is not told again: each time it would be younger than it is.
///
/// Returns the request that is proposed, if one is.
///
/// # Errors
/// Refused when the request is not open.
pub fn propose_next(
    act: &mut Act<'_>,
    request: &Request,
    given_on: Day,
) -> Result<Option<Request>, Error> {
    match request.state {
        RequestState::Open => {}
        RequestState::Proposed | RequestState::Served | RequestState::Withdrawn => {
            let state = request.state.code();
            return Err(Refusal::WrongState { state }.into());
        }
    }
    let mut served = request.clone();
    served.state = RequestState::Served;
    served.ended_at = Some(to_micros(act.now));
    served.version = served.version.saturating_add(1);
    db::requests::update(act.conn, &served)?;
    note(act, &served, "request.serve", json!({}))?;
    let repeats = request.wanted.interval_days.is_some();
    if request.wanted.treatment != Treatment::Ongoing || !repeats {
        return Ok(None);
    }
    let next = Request {
        id: RequestId::new(act.id()),
        state: RequestState::Proposed,
        follows: Some(request.id.clone()),
        reason: None,
        filed_at: to_micros(act.now),
        filed_by: act.caller.id.clone(),
        ended_at: None,
        version: 1,
        wanted: Wanted {
            last_given_on: Some(given_on),
            due_by_hand: None,
            count: request.wanted.count.filter(|count| count.on.is_some()),
            ..request.wanted.clone()
        },
        ..served
    };
    db::requests::insert(act.conn, &next)?;
    let details = json!({ "follows": request.id.as_str() });
    note(act, &next, "request.propose", details)?;
    Ok(Some(next))
}
