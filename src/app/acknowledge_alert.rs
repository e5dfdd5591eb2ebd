//! Somebody has seen to an alert.

use super::act::{Act, Done};
use super::error::Error;
use super::site_state::SiteState;
use super::tell_readers;
use crate::db::{self};
use crate::domain::alert::{Alert, AlertState};
use crate::domain::id::AlertId;
use crate::domain::reason::Refusal;
use crate::domain::role::Action;
use serde_json::json;

/// Acknowledges an alert, with a note; its other readers hear of it.
///
/// # Errors
/// Refused when there is no such alert within the caller's reach, it is acknowledged or closed, or
/// it changed since the caller saw it.
pub fn acknowledge(
    act: &mut Act<'_>,
    id: &AlertId,
    version: Option<i64>,
    note: Option<&str>,
) -> Result<Alert, Error> {
    acknowledge_with(act, id, version, note, Vec::new())
}

/// As [`acknowledge`], with others that are open and were [told together](super::letter_links) with it: one
/// letter says so of all.
///
/// # Errors
/// As [`acknowledge`].
pub(super) fn acknowledge_with(
    act: &mut Act<'_>,
    id: &AlertId,
    version: Option<i64>,
    note: Option<&str>,
    others: Vec<Alert>,
) -> Result<Alert, Error> {
    let unknown = || Refusal::Unknown {
        what: "alert",
        name: id.to_string(),
    };
    let alert = db::alerts::find(act.conn, id)?.ok_or_else(unknown)?;
    // of an alert elsewhere not even the existence is told
    act.caller
        .check(Action::AcknowledgeAlert, Some(alert.site))
        .map_err(|_elsewhere| unknown())?;
    if version.is_some_and(|v| v != alert.version) {
        return Err(Refusal::Stale {
            version: alert.version,
        }
        .into());
    }
    if alert.state != AlertState::Open {
        return Err(Refusal::WrongState {
            state: alert.state.code(),
        }
        .into());
    }
    for other in others {
        seen(act, other, note)?;
    }
    let alert = seen(act, alert, note)?;
    let state = SiteState::load(act, alert.site)?;
    let over = alert.state == AlertState::Closed;
    tell_readers::about(
        act,
        &state,
        &alert,
        if over { "closed" } else { "acknowledged" },
    )?;
    Ok(alert)
}

/// Writes down that somebody has seen to an alert.
fn seen(act: &mut Act<'_>, alert: Alert, note: Option<&str>) -> Result<Alert, Error> {
    let over = alert.kind.closes_when_acknowledged();
    let alert = Alert {
        state: if over {
            AlertState::Closed
        } else {
            AlertState::Acknowledged
        },
        acknowledged: Some((act.now, act.caller.id.clone(), note.map(str::to_owned))),
        changed_at: act.now,
        closed_at: over.then_some(act.now),
        version: alert.version.saturating_add(1),
        ..alert
    };
    db::alerts::update(act.conn, &alert)?;
    db::schedule::acknowledged(act.conn, &alert.id)?;
    let details = json!({ "kind": alert.kind.code(), "state": alert.state.code() });
    act.audit(
        Some(alert.site),
        Done {
            action: "alert.acknowledge",
            object: alert.id.as_str(),
            patient: None,
            details,
        },
    )?;
    Ok(alert)
}
