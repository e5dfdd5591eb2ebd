//! What an approved plan holds for a request.

use super::within_reach;
use crate::app::act::Act;
use crate::app::error::Error;
use crate::app::plan_lines;
use crate::db;
use crate::domain::code::Finess;
use crate::domain::id::RequestId;
use crate::domain::reason::Refusal;
use crate::domain::request::Request;

/// Refuses while an approved line of a plan holds units for a request: what was approved is what was
/// asked for then.
///
/// # Errors
/// Refused when such a line is there.
pub(super) fn none(act: &mut Act<'_>, request: &Request) -> Result<(), Error> {
    if db::plan_lines::approved_for(act.conn, &request.id)?.is_some() {
        let state = "approved";
        return Err(Refusal::WrongState { state }.into());
    }
    Ok(())
}

/// Gives back what an approved line of a plan holds for a request that is withdrawn.
///
/// The caller has locked the sites of the line as they were before: [`sites_of`].
///
/// # Errors
/// [`db::Error::Busy`] when it holds units at another site since; when the database cannot be written.
pub(super) fn let_go(act: &mut Act<'_>, request: &Request, locked: &[Finess]) -> Result<(), Error> {
    if let Some(line) = db::plan_lines::approved_for(act.conn, &request.id)? {
        let sites = plan_lines::sites_of(act, &line)?;
        if sites.iter().any(|site| !locked.contains(site)) {
            return Err(db::Error::Busy.into());
        }
    }
    plan_lines::release(act, &request.id)
}

/// Returns the site of a request, then every other where an approved line holds units for it.
///
/// # Errors
/// Refused when there is no such request within the caller's reach.
pub fn sites_of(act: &mut Act<'_>, id: &RequestId) -> Result<Vec<Finess>, Error> {
    let own = within_reach(act, id)?.site;
    let mut sites = vec![own];
    if let Some(line) = db::plan_lines::approved_for(act.conn, id)? {
        let others = plan_lines::sites_of(act, &line)?.into_iter();
        sites.extend(others.filter(|site| *site != own));
    }
    Ok(sites)
}
