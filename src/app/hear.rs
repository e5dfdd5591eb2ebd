//! What people must hear: alerts open, worsen and close by the readings that verbs take, and their
//! letters are written in the same transaction.

mod otherwise;

pub(super) use otherwise::{ended, glass_broken, no_reserve, overridden, safety_overridden};

use super::act::{Act, Done};
use super::error::Error;
use super::site_state::SiteState;
use super::tell_readers;
use crate::db;
use crate::domain::alert::{Alert, AlertKind, AlertState, Reading, Step, step, step_ahead};
use crate::domain::calendar::{Day, Instant};
use crate::domain::id::AlertId;
use serde_json::json;
use std::collections::BTreeMap;

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

/// Takes a reading of a day to come, which is worse too when the day is nearer than was told: opens,
/// worsens, changes or closes the alert, and writes the letters.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn hear_ahead(
    act: &mut Act<'_>,
    state: &SiteState,
    open: &mut Vec<Alert>,
    (kind, subject): (AlertKind, &str),
    (reading, on): (Reading, Day),
) -> Result<(), Error> {
    let before = open
        .iter()
        .find(|a| a.kind == kind && a.subject == subject)
        .map(|a| (a.reading, a.told_on));
    let step = step_ahead(before, reading, on);
    // what its letters told last
    let told = matches!(step, Step::Open | Step::Worsen).then_some(on);
    let taken = take(act, state, open, step, (kind, subject, reading, told))?;
    letter(act, state, taken)
}

/// Closes an alert that is open, whatever its reading: what follows is told otherwise.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn close(
    act: &mut Act<'_>,
    state: &SiteState,
    open: &mut Vec<Alert>,
    (kind, subject, reading): (AlertKind, &str, Reading),
) -> Result<(), Error> {
    let is_open = |a: &Alert| a.kind == kind && a.subject == subject;
    if open.iter().any(is_open) {
        tell(act, state, open, Step::Close, (kind, subject, reading))?;
    }
    Ok(())
}

/// Takes readings of one kind, one a subject, whose letters are
/// [told together](AlertKind::is_told_together): one letter for all that open, one for all that get
/// worse, one for all that close, each about the first of them.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn hear_together(
    act: &mut Act<'_>,
    state: &SiteState,
    open: &mut Vec<Alert>,
    kind: AlertKind,
    readings: &[(String, Reading)],
) -> Result<(), Error> {
    let of_kind = open.iter().filter(|a| a.kind == kind);
    let before: BTreeMap<String, Reading> =
        of_kind.map(|a| (a.subject.clone(), a.reading)).collect();
    let mut firsts: Vec<(Step, Alert)> = Vec::new();
    let mut raised: Vec<(Step, AlertId)> = Vec::new();
    for (subject, reading) in readings {
        let step = step(before.get(subject).copied(), *reading);
        if step != Step::Nothing
            && let Some(taken) = take(act, state, open, step, (kind, subject, *reading, None))?
        {
            raised.push((taken.0, taken.1.id.clone()));
            if !firsts.iter().any(|(step, _)| *step == taken.0) {
                firsts.push(taken);
            }
        }
    }
    for (step, first) in firsts {
        let first = if step == Step::Open {
            first_of_act(act, open, first)?
        } else {
            first
        };
        let due = told(act, state, (step, &first))?;
        for (_, id) in raised.iter().filter(|(of, _)| *of == step) {
            raise(act, (step, id), due)?;
        }
    }
    Ok(())
}

/// Returns the alert that the letter of those that open is about. An act that settles its site again and
/// again (an import, lot by lot) has one letter all the same: that which it wrote before is taken back, and
/// the one that follows names those lots too.
fn first_of_act(act: &mut Act<'_>, open: &[Alert], first: Alert) -> Result<Alert, Error> {
    let of_act =
        |a: &&Alert| a.kind == first.kind && a.opened_at == act.now && a.changed_at == act.now;
    let before = open.iter().filter(of_act).min_by(|a, b| a.id.cmp(&b.id));
    match before.filter(|a| a.id != first.id) {
        Some(before) => {
            db::outbox::unwrite(act.conn, &before.id, act.now)?;
            Ok(before.clone())
        }
        None => Ok(first),
    }
}

/// Takes a step of an alert, and writes the letters.
fn tell(
    act: &mut Act<'_>,
    state: &SiteState,
    open: &mut Vec<Alert>,
    step: Step,
    (kind, subject, reading): (AlertKind, &str, Reading),
) -> Result<(), Error> {
    let taken = take(act, state, open, step, (kind, subject, reading, None))?;
    letter(act, state, taken)
}

/// Takes a step of an alert: writes it, with its line on the audit trail. Returns the step with the alert
/// as it is now, unless nothing changed.
fn take(
    act: &mut Act<'_>,
    state: &SiteState,
    open: &mut Vec<Alert>,
    step: Step,
    (kind, subject, reading, told_on): (AlertKind, &str, Reading, Option<Day>),
) -> Result<Option<(Step, Alert)>, Error> {
    let place = open
        .iter()
        .position(|a| a.kind == kind && a.subject == subject);
    let before = place.and_then(|p| open.get(p)).cloned();
    let Some(mut alert) = stepped(act, state, before, step, kind, subject, reading) else {
        return Ok(None);
    };
    alert.told_on = told_on.or(alert.told_on);
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
    Ok(Some((step, alert)))
}

/// Writes the letters of a step that was taken.
fn letter(act: &mut Act<'_>, state: &SiteState, taken: Option<(Step, Alert)>) -> Result<(), Error> {
    let Some((step, alert)) = taken else {
        return Ok(());
    };
    let due = told(act, state, (step, &alert))?;
    raise(act, (step, &alert.id), due)
}

/// Writes the letters of a step; returns when the first is due.
fn told(
    act: &mut Act<'_>,
    state: &SiteState,
    (step, alert): (Step, &Alert),
) -> Result<Instant, Error> {
    match step {
        Step::Open => tell_readers::about(act, state, alert, "opened"),
        Step::Worsen => tell_readers::about(act, state, alert, "worsened"),
        Step::Close => tell_readers::about(act, state, alert, "closed"),
        Step::Nothing | Step::Change => Ok(act.now),
    }
}

/// Has somebody wait for an answer, from when they can have heard.
fn raise(act: &mut Act<'_>, (step, alert): (Step, &AlertId), due: Instant) -> Result<(), Error> {
    if matches!(step, Step::Open | Step::Worsen) {
        db::schedule::raised(act.conn, alert, due)?;
    }
    Ok(())
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
            told_on: None,
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
