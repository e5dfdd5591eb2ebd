//! Confirming a request that a dispensing proposed.

use super::{note, within_reach};
use crate::app::act::Act;
use crate::app::error::Error;
use crate::db;
use crate::domain::id::RequestId;
use crate::domain::reason::Refusal;
use crate::domain::request::{Request, RequestState};
use serde_json::json;

/// Confirms a proposed request: plans look at it from now on. `seen` is the version that was looked
/// at, if that is told.
///
/// # Errors
/// Refused when there is no such request within the caller's reach, it was edited meanwhile, or it is
/// not a proposed one.
pub fn confirm(act: &mut Act<'_>, id: &RequestId, seen: Option<i64>) -> Result<Request, Error> {
    let mut request = within_reach(act, id)?;
    let version = request.version;
    if seen.is_some_and(|seen| seen != version) {
        return Err(Refusal::Stale { version }.into());
    }
    match request.state {
        RequestState::Proposed => {}
        RequestState::Open | RequestState::Served | RequestState::Withdrawn => {
            let state = request.state.code();
            return Err(Refusal::WrongState { state }.into());
        }
    }
    request.state = RequestState::Open;
    request.version = request.version.saturating_add(1);
    db::requests::update(act.conn, &request)?;
    note(act, &request, "request.confirm", json!({}))?;
    Ok(request)
}
