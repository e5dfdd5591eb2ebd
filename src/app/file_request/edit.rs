//! Editing a request.

use super::{approved, checked, fitting, note, within_reach};
use crate::app::act::Act;
use crate::app::error::Error;
use crate::app::forecast;
use crate::app::see::commons;
use crate::db;
use crate::domain::id::RequestId;
use crate::domain::reason::Refusal;
use crate::domain::request::{Checked, Draft, Misfit, Request, RequestState, Told, Wanted};
use serde_json::json;

/// Edits a request that is open or proposed: `change` is what is told anew, `is_expected` whether the
/// version that stands is the one that was read.
///
/// # Errors
/// Refused when there is no such request within the caller's reach, it was edited meanwhile, it has
/// ended, an approved plan holds units for it, or what is asked for then does not fit.
pub fn edit(
    act: &mut Act<'_>,
    id: &RequestId,
    is_expected: impl FnOnce(i64) -> bool,
    change: impl FnOnce(&mut Draft),
) -> Result<Request, Error> {
    let before = within_reach(act, id)?;
    let version = before.version;
    if !is_expected(version) {
        return Err(Refusal::Stale { version }.into());
    }
    match before.state {
        RequestState::Proposed | RequestState::Open => {}
        RequestState::Served | RequestState::Withdrawn => {
            let state = before.state.code();
            return Err(Refusal::WrongState { state }.into());
        }
    }
    approved::none(act, &before)?;
    let wanted = fitting(changed(act, &before, change)?)?;
    let after = Request {
        wanted,
        version: version.saturating_add(1),
        ..before.clone()
    };
    db::requests::update(act.conn, &after)?;
    db::requests::declare(act.conn, &after)?;
    // what is personal stays out of the trail: it says which fields changed, not to what
    let details = json!({ "changed": names(&before.wanted, &after.wanted) });
    note(act, &after, "request.edit", details)?;
    forecast::look_again(act, after.site)?;
    Ok(after)
}

/// Returns everything that would not fit of a request once it is edited; nothing is written. Who is
/// refused for another reason hears that from [`edit`].
///
/// # Errors
/// When the database cannot be read.
pub fn misfits_of_edit(
    act: &mut Act<'_>,
    id: &RequestId,
    change: impl FnOnce(&mut Draft),
) -> Result<Vec<Misfit>, Error> {
    match within_reach(act, id).and_then(|request| changed(act, &request, change)) {
        Ok(checked) => Ok(checked.misfits),
        Err(Error::Refused(_)) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// The request as it would be.
pub(super) fn changed(
    act: &mut Act<'_>,
    request: &Request,
    change: impl FnOnce(&mut Draft),
) -> Result<Checked, Error> {
    let site = commons::site(act, request.site)?;
    let unknown = || Refusal::Unknown {
        what: "rulebook",
        name: request.rulebook.to_string(),
    };
    let book = act.rules.get(&request.rulebook).ok_or_else(unknown)?;
    let mut draft = Draft::from(&request.wanted);
    change(&mut draft);
    let patient = Told::Is(&request.patient);
    checked(act, Some(book), Some(&site), patient, &draft)
}

/// The names of the fields in which two differ.
fn names(a: &Wanted, b: &Wanted) -> Vec<&'static str> {
    let differs = [
        ("route", a.route != b.route),
        ("treatment", a.treatment != b.treatment),
        ("alternatives", a.alternatives != b.alternatives),
        (
            "alternatives_reason",
            a.alternatives_reason != b.alternatives_reason,
        ),
        ("tried", a.tried != b.tried),
        ("conditions", a.conditions != b.conditions),
        ("risk", a.risk != b.risk),
        (
            "approved_exception",
            a.approved_exception != b.approved_exception,
        ),
        ("age_years", a.age_years != b.age_years),
        ("weight_g", a.weight != b.weight),
        ("units", a.units != b.units),
        ("prescribed_mg", a.prescribed != b.prescribed),
        ("interval_days", a.interval_days != b.interval_days),
        ("last_administration_on", a.last_given_on != b.last_given_on),
        ("due", a.due_by_hand != b.due_by_hand),
        ("anc", a.count != b.count),
    ];
    let changed = differs.into_iter().filter(|(_, differs)| *differs);
    changed.map(|(name, _)| name).collect()
}
