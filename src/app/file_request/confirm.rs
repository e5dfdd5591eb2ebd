//! Confirming a request that a dispensing proposed.

use super::edit::changed;
use super::{fitting, note, within_reach};
use crate::app::act::Act;
use crate::app::error::Error;
use crate::app::forecast;
use crate::db;
use crate::domain::id::RequestId;
use crate::domain::reason::Refusal;
use crate::domain::request::{Checked, Misfit, Request, RequestState};
use serde_json::json;

/// Confirms a proposed request: plans look at it from now on. `seen` is the version that was looked
/// at, if that is told.
///
/// # Errors
/// Refused when there is no such request within the caller's reach, it was edited meanwhile, it is not
/// a proposed one, or it no longer fits its rulebook, which may have changed since it was filed.
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
    fitting(as_it_stands(act, &request)?)?;
    request.state = RequestState::Open;
    request.version = request.version.saturating_add(1);
    db::requests::update(act.conn, &request)?;
    note(act, &request, "request.confirm", json!({}))?;
    forecast::look_again(act, request.site)?;
    Ok(request)
}

/// Returns everything of a proposed request that does not fit its rulebook any more; nothing is written.
/// Who is refused for another reason hears that from [`confirm`].
///
/// # Errors
/// When the database cannot be read.
pub fn misfits_of_confirm(act: &mut Act<'_>, id: &RequestId) -> Result<Vec<Misfit>, Error> {
    let checked = match within_reach(act, id) {
        Ok(request) if request.state == RequestState::Proposed => as_it_stands(act, &request),
        Ok(_) => return Ok(Vec::new()),
        Err(error) => Err(error),
    };
    match checked {
        Ok(checked) => Ok(checked.misfits),
        Err(Error::Refused(_)) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// A request, checked anew as it is.
fn as_it_stands(act: &mut Act<'_>, request: &Request) -> Result<Checked, Error> {
    changed(act, request, |_draft| {})
}
