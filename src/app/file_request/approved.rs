//! What an approved plan holds for a request.

use crate::app::act::Act;
use crate::app::error::Error;
use crate::db;
use crate::domain::reason::Refusal;
use crate::domain::request::Request;

/// Refuses while an approved line of a plan holds units for a request: what was approved is what was
/// asked for then.
///
/// # Errors
/// Refused when such a line is there.
pub(super) fn none(act: &mut Act<'_>, request: &Request) -> Result<(), Error> {
    if db::standings::is_approved(act.conn, &request.id)? {
        let state = "approved";
        return Err(Refusal::WrongState { state }.into());
    }
    Ok(())
}

/// Gives back what an approved line of a plan holds for a request that is withdrawn.
///
/// Until lines of plans can be released, a request that has such a line cannot be withdrawn.
///
/// # Errors
/// Refused when such a line is there.
pub(super) fn let_go(act: &mut Act<'_>, request: &Request) -> Result<(), Error> {
    none(act, request)
}
