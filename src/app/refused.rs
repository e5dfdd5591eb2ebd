//! What a site hears of a NO-GO: until the patient has a GO, the infusion is cancelled or its day is past,
//! or somebody acknowledges it.
//!
//! One alert a patient: a second NO-GO is the same one, worse when more doses are missing. Its subject is
//! the first clearance that was refused, an id that says nothing of the patient.

use super::act::Act;
use super::error::Error;
use super::hear::{close, hear};
use super::site_state::SiteState;
use crate::db;
use crate::db::clearances::ClearanceRecord;
use crate::domain::alert::{Alert, AlertKind, Reading};
use crate::domain::clearance::ClearanceState;
use crate::domain::code::Finess;
use crate::domain::id::{ClearanceId, PatientId};
use crate::domain::rule::Rulebook;

const KIND: AlertKind = AlertKind::ClearanceRefused;

/// Opens or worsens the alert of a NO-GO that was kept, or closes it for a GO.
///
/// # Errors
/// When the database cannot be read or written.
pub(super) fn heard(
    act: &mut Act<'_>,
    state: &SiteState,
    clearance: &ClearanceRecord,
) -> Result<(), Error> {
    let mut open = db::alerts::open(act.conn, state.site.finess)?;
    let before = of_patient(act, state.site.finess, &open, &clearance.patient)?;
    let missing = i64::from(clearance.missing.get());
    if clearance.state == ClearanceState::Refused {
        let subject = before.unwrap_or_else(|| clearance.id.to_string());
        // a NO-GO of an infusion that no vial would help lacks all its doses, and never none
        let reading = Reading {
            found: 0,
            expected: missing.max(1),
        };
        return hear(act, state, &mut open, KIND, &subject, reading);
    }
    match before {
        Some(subject) => over(act, state, &mut open, &subject),
        None => Ok(()),
    }
}

/// Closes the alert of a patient who will not be infused any more, or was.
///
/// # Errors
/// When the database cannot be read or written.
pub(super) fn ended(
    act: &mut Act<'_>,
    state: &SiteState,
    patient: &PatientId,
) -> Result<(), Error> {
    let mut open = db::alerts::open(act.conn, state.site.finess)?;
    match of_patient(act, state.site.finess, &open, patient)? {
        Some(subject) => over(act, state, &mut open, &subject),
        None => Ok(()),
    }
}

/// Closes what is open about infusions whose day is past: when a day begins.
///
/// # Errors
/// When the database cannot be read or written.
pub(super) fn passed(act: &mut Act<'_>, state: &SiteState) -> Result<(), Error> {
    let site = state.site.finess;
    let mut open = db::alerts::open(act.conn, site)?;
    for subject in subjects(&open) {
        let Some(clearance) = clearance(act, site, &subject)? else {
            continue;
        };
        let patient = db::patients::find(act.conn, site, &clearance.patient)?;
        let past = patient.is_none_or(|p| p.patient.infusion_on < state.today);
        if past {
            over(act, state, &mut open, &subject)?;
        }
    }
    Ok(())
}

/// Returns the rulebook by which a clearance was refused, when an alert is about one.
///
/// # Errors
/// When the database cannot be read.
pub(super) fn rulebook(act: &mut Act<'_>, alert: &Alert) -> Result<Option<Rulebook>, Error> {
    if alert.kind != KIND {
        return Ok(None);
    }
    let found = clearance(act, alert.site, &alert.subject)?;
    let named = found.and_then(|c| Some(act.reserve_rule(&c.rulebook)?.0));
    Ok(named.cloned())
}

fn clearance(
    act: &mut Act<'_>,
    site: Finess,
    subject: &str,
) -> Result<Option<ClearanceRecord>, Error> {
    let id = ClearanceId::new(subject);
    Ok(db::clearances::find(act.conn, site, &id)?)
}

fn subjects(open: &[Alert]) -> Vec<String> {
    let of_kind = open.iter().filter(|a| a.kind == KIND);
    of_kind.map(|a| a.subject.clone()).collect()
}

/// The subject of the alert of a patient, if one is open.
fn of_patient(
    act: &mut Act<'_>,
    site: Finess,
    open: &[Alert],
    patient: &PatientId,
) -> Result<Option<String>, Error> {
    for subject in subjects(open) {
        let found = clearance(act, site, &subject)?;
        if found.is_some_and(|c| c.patient == *patient) {
            return Ok(Some(subject));
        }
    }
    Ok(None)
}

fn over(
    act: &mut Act<'_>,
    state: &SiteState,
    open: &mut Vec<Alert>,
    subject: &str,
) -> Result<(), Error> {
    let nothing = Reading::NOTHING;
    close(act, state, open, (KIND, subject, nothing))
}
