//! What people must hear: alerts open, worsen and close by the readings that verbs take, and their
//! letters are written in the same transaction.

use super::act::{Act, Done};
use super::error::Error;
use super::post_letters;
use super::site_state::SiteState;
use crate::db;
use crate::domain::alert::{Alert, AlertKind, AlertState, OF_SAFETY, Reading, Step, step};
use crate::domain::gate::GateDecision;
use crate::domain::id::{AlertId, OperationId};
use serde_json::json;

/// Takes a reading: opens, worsens, changes or closes the alert of its kind and subject, and writes
/// the letters.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn hear(
    act: &mut Act<'_>,
    state: &SiteState,
    open: &mut Vec<Alert>,
    kind: AlertKind,
    subject: &str,
    reading: Reading,
) -> Result<(), Error> {
    let before = open
        .iter()
        .find(|a| a.kind == kind && a.subject == subject)
        .map(|a| a.reading);
    tell(
        act,
        state,
        open,
        step(before, reading),
        (kind, subject, reading),
    )
}

/// Takes a step of an alert, and writes the letters.
fn tell(
    act: &mut Act<'_>,
    state: &SiteState,
    open: &mut Vec<Alert>,
    step: Step,
    (kind, subject, reading): (AlertKind, &str, Reading),
) -> Result<(), Error> {
    let place = open
        .iter()
        .position(|a| a.kind == kind && a.subject == subject);
    let before = place.and_then(|p| open.get(p)).cloned();
    let Some(alert) = stepped(act, state, before, step, kind, subject, reading) else {
        return Ok(());
    };
    if let Some(place) = place {
        db::alerts::update(act.conn, &alert)?;
        if alert.state == AlertState::Closed {
            open.remove(place);
        } else if let Some(slot) = open.get_mut(place) {
            *slot = alert.clone();
        }
    } else {
        db::alerts::insert(act.conn, &alert)?;
        open.push(alert.clone());
    }
    let details = json!({
        "kind": kind.code(), "subject": subject, "state": alert.state.code(),
        "found": reading.found, "expected": reading.expected,
    });
    act.audit(
        Some(state.site.finess),
        Done {
            action: "alert.change",
            object: alert.id.as_str(),
            patient: None,
            details,
        },
    )?;
    if matches!(step, Step::Open | Step::Worsen) {
        db::schedule::raised(act.conn, &alert.id, act.now)?;
    }
    match step {
        Step::Open => post_letters::about(act, state, &alert, "opened"),
        Step::Worsen => post_letters::about(act, state, &alert, "worsened"),
        Step::Close => post_letters::about(act, state, &alert, "closed"),
        Step::Nothing | Step::Change => Ok(()),
    }
}

fn stepped(
    act: &Act<'_>,
    state: &SiteState,
    before: Option<Alert>,
    step: Step,
    kind: AlertKind,
    subject: &str,
    reading: Reading,
) -> Option<Alert> {
    let now = act.now;
    match (step, before) {
        (Step::Nothing, _) => None,
        (Step::Open, _) | (_, None) => Some(Alert {
            id: AlertId::new(act.id()),
            site: state.site.finess,
            kind,
            subject: subject.to_owned(),
            state: AlertState::Open,
            reading,
            opened_at: now,
            changed_at: now,
            acknowledged: None,
            closed_at: None,
            version: 1,
        }),
        (Step::Worsen, Some(a)) => Some(Alert {
            state: AlertState::Open,
            reading,
            changed_at: now,
            acknowledged: None,
            version: a.version + 1,
            ..a
        }),
        (Step::Change, Some(a)) => Some(Alert {
            reading,
            changed_at: now,
            version: a.version + 1,
            ..a
        }),
        (Step::Close, Some(a)) => Some(Alert {
            state: AlertState::Closed,
            reading,
            changed_at: now,
            closed_at: Some(now),
            version: a.version + 1,
            ..a
        }),
    }
}

/// Opens the alert that a refusal was overridden, with what that left of the reserve: also where
/// other vials made it good.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn overridden(
    act: &mut Act<'_>,
    state: &SiteState,
    operation: &OperationId,
    left: Reading,
) -> Result<(), Error> {
    let heard = (AlertKind::Override, operation.as_str(), left);
    tell(act, state, &mut Vec::new(), Step::Open, heard)
}

/// Opens the alert that what a safety rulebook said against a treatment was overridden.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn safety_overridden(
    act: &mut Act<'_>,
    state: &SiteState,
    decision: &GateDecision,
) -> Result<(), Error> {
    let subject = format!("{OF_SAFETY}{}", decision.id);
    let nothing = Reading {
        found: 0,
        expected: 0,
    };
    let heard = (AlertKind::Override, subject.as_str(), nothing);
    tell(act, state, &mut Vec::new(), Step::Open, heard)
}

/// Closes what is open about the reserve of a site that keeps none any more.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn no_reserve(act: &mut Act<'_>, state: &SiteState) -> Result<(), Error> {
    let kinds = [
        AlertKind::ReserveBelowMinimum,
        AlertKind::ResupplyCompromised,
    ];
    for alert in db::alerts::open(act.conn, state.site.finess)? {
        if kinds.contains(&alert.kind) {
            ended(act, state, alert.kind, &alert.subject)?;
        }
    }
    Ok(())
}

/// Closes an alert whose cause has ended otherwise: a clearance that was released, a patient who
/// will not be infused.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn ended(
    act: &mut Act<'_>,
    state: &SiteState,
    kind: AlertKind,
    subject: &str,
) -> Result<(), Error> {
    let mut open = db::alerts::open(act.conn, state.site.finess)?;
    hear(
        act,
        state,
        &mut open,
        kind,
        subject,
        Reading {
            found: 0,
            expected: 0,
        },
    )
}
