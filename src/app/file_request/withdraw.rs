//! Withdrawing a request.

use super::{approved, note, within_reach};
use crate::app::act::Act;
use crate::app::error::Error;
use crate::app::forecast;
use crate::db;
use crate::domain::calendar::to_micros;
use crate::domain::code::Finess;
use crate::domain::id::RequestId;
use crate::domain::reason::Refusal;
use crate::domain::request::{Request, RequestState};
use serde_json::json;

/// Withdraws a request that is open or proposed; what an approved plan holds for it is free again.
///
/// `locked` are the sites that the caller has locked: [`sites_of`](super::sites_of) it.
///
/// # Errors
/// Refused when there is no such request within the caller's reach, or it has ended;
/// [`db::Error::Busy`] when a plan that was approved meanwhile holds units for it elsewhere: the same
/// again, with the sites of now, may succeed.
pub fn withdraw(
    act: &mut Act<'_>,
    id: &RequestId,
    reason: &str,
    locked: &[Finess],
) -> Result<Request, Error> {
    let request = within_reach(act, id)?;
    match request.state {
        RequestState::Proposed | RequestState::Open => {}
        RequestState::Served | RequestState::Withdrawn => {
            let state = request.state.code();
            return Err(Refusal::WrongState { state }.into());
        }
    }
    approved::let_go(act, &request, locked)?;
    end(act, &request, reason)
}

/// Writes that a request was withdrawn.
pub(super) fn end(act: &mut Act<'_>, request: &Request, reason: &str) -> Result<Request, Error> {
    let before = request.state;
    let mut request = request.clone();
    request.state = RequestState::Withdrawn;
    request.reason = Some(reason.to_owned());
    request.ended_at = Some(to_micros(act.now));
    request.version = request.version.saturating_add(1);
    db::requests::update(act.conn, &request)?;
    // the reason is in somebody's own words: it stays with what can be erased, out of the trail
    let details = json!({ "before": before.code() });
    note(act, &request, "request.withdraw", details)?;
    forecast::look_again(act, request.site)?;
    Ok(request)
}
