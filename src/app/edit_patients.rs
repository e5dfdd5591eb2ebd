//! CAR-T patients: registered, corrected, cancelled; and the doses they were given.

use super::act::{Act, Done};
use super::error::Error;
use super::refused;
use super::see::commons;
use super::site_state::SiteState;
use super::{after, end_clearance};
use crate::db::patients::{PatientRecord, PatientState};
use crate::db::{self};
use crate::domain::calendar::Day;
use crate::domain::code::Finess;
use crate::domain::id::PatientId;
use crate::domain::quantity::{Doses, Grams};
use crate::domain::reason::Refusal;
use crate::domain::reserve::CarTPatient;
use serde_json::json;

/// Who is to be infused, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPatient {
    /// The site's word for them; never a name.
    pub pseudonym: String,
    /// Body weight.
    pub weight: Grams,
    /// Day of the infusion.
    pub infusion_on: Day,
}

/// Registers a CAR-T patient; their doses count in the reserve from now on.
///
/// # Errors
/// Refused when the site is no CAR-T centre, or the pseudonym is that of a CAR-T patient there.
pub fn register(act: &mut Act<'_>, site: Finess, new: &NewPatient) -> Result<PatientRecord, Error> {
    let record = register_unsettled(act, site, new)?;
    let mut state = SiteState::load(act, site)?;
    after::settle(act, &mut state)?;
    Ok(record)
}

/// As [`register`], and leaves it to the caller to settle the site: once, for whoever registers many.
///
/// # Errors
/// As [`register`].
pub(super) fn register_unsettled(
    act: &mut Act<'_>,
    site: Finess,
    new: &NewPatient,
) -> Result<PatientRecord, Error> {
    if !commons::site(act, site)?.car_t {
        return Err(Refusal::NotCarT { site }.into());
    }
    if db::patients::by_pseudonym(act.conn, site, &new.pseudonym)?.is_some() {
        return Err(Refusal::PseudonymTaken.into());
    }
    let record = PatientRecord {
        state: PatientState::Expected,
        ..unwritten(act, site, new)
    };
    write_new(act, &record)
}

/// Returns the record of somebody new, who waits for a GO; nothing is written.
pub(super) fn unwritten(act: &Act<'_>, site: Finess, new: &NewPatient) -> PatientRecord {
    let id = PatientId::new(act.id());
    PatientRecord {
        patient: CarTPatient {
            id,
            weight: new.weight,
            infusion_on: new.infusion_on,
            doses_given: Doses::ZERO,
        },
        site,
        pseudonym: new.pseudonym.clone(),
        hash: String::new(),
        state: PatientState::Waiting,
        version: 1,
    }
}

/// Writes the record of somebody new, and its line on the audit trail.
///
/// Somebody who was known by the pseudonym alone keeps their id, which is then not the record's:
/// the record as it was written is returned.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn write_new(act: &mut Act<'_>, record: &PatientRecord) -> Result<PatientRecord, Error> {
    let mut record = record.clone();
    let body = (record.patient.weight, record.patient.infusion_on);
    if let Some(known) = db::patients::payload_of(act.conn, record.site, &record.pseudonym)? {
        (record.patient.id, record.hash) = known;
    } else {
        let (salt, hash) = super::record::salted(&record.pseudonym);
        db::patients::insert_payload(
            act.conn,
            record.site,
            &record.patient.id,
            &salt,
            &hash,
            &record.pseudonym,
            Some(body),
        )?;
        record.hash = hash;
    }
    db::patients::insert(act.conn, &record, act.now)?;
    db::patients::update(act.conn, &record)?;
    let patient = Some((record.patient.id.clone(), record.hash.clone()));
    act.audit(
        Some(record.site),
        Done {
            action: "patient.register",
            object: record.patient.id.as_str(),
            patient,
            details: json!({}),
        },
    )?;
    Ok(record)
}

/// What is corrected of a patient; what is not said stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Correction {
    /// Body weight.
    pub weight: Option<Grams>,
    /// Day of the infusion.
    pub infusion_on: Option<Day>,
    /// Doses already given for this infusion.
    pub doses_given: Option<Doses>,
    /// Whether the infusion is cancelled.
    pub cancelled: bool,
}

/// Returns the version of a patient's record, and nothing of what it says.
///
/// # Errors
/// Refused when there is no such patient here.
pub fn version(act: &mut Act<'_>, site: Finess, id: &PatientId) -> Result<i64, Error> {
    let unknown = || Refusal::Unknown {
        what: "patient",
        name: id.to_string(),
    };
    Ok(db::patients::find(act.conn, site, id)?
        .ok_or_else(unknown)?
        .version)
}

/// Corrects the record of a patient who waits or is expected; the holds of a clearance follow.
///
/// Somebody who waits goes on waiting: what was corrected counts when it is asked again.
///
/// The day of an infusion that has a clearance in force is moved by asking again, not here.
///
/// # Errors
/// Refused when there is no such patient here, the record was edited meanwhile, a clearance in
/// force depends on the day, or an infusion is said to be cancelled whose day is past.
pub fn correct(
    act: &mut Act<'_>,
    site: Finess,
    id: &PatientId,
    version: i64,
    correction: Correction,
) -> Result<PatientRecord, Error> {
    let (mut state, record) = corrected(act, site, id, version, correction)?;
    after::settle(act, &mut state)?;
    Ok(record)
}

/// As [`correct`], and leaves it to the caller to settle the site: once, for whoever corrects many.
///
/// # Errors
/// As [`correct`].
pub(super) fn correct_unsettled(
    act: &mut Act<'_>,
    site: Finess,
    id: &PatientId,
    version: i64,
    correction: Correction,
) -> Result<PatientRecord, Error> {
    Ok(corrected(act, site, id, version, correction)?.1)
}

fn corrected(
    act: &mut Act<'_>,
    site: Finess,
    id: &PatientId,
    version: i64,
    correction: Correction,
) -> Result<(SiteState, PatientRecord), Error> {
    let unknown = || Refusal::Unknown {
        what: "patient",
        name: id.to_string(),
    };
    let before = db::patients::find(act.conn, site, id)?.ok_or_else(unknown)?;
    if before.version != version {
        return Err(Refusal::Stale {
            version: before.version,
        }
        .into());
    }
    match before.state {
        PatientState::Waiting | PatientState::Expected => {}
        PatientState::Cancelled | PatientState::Ended => {
            return Err(Refusal::WrongState {
                state: before.state.code(),
            }
            .into());
        }
    }
    let mut state = SiteState::load(act, site)?;
    let in_force = state.in_force.iter().find(|c| c.patient == *id).cloned();
    if correction
        .infusion_on
        .is_some_and(|day| day != before.patient.infusion_on)
        && in_force.is_some()
    {
        return Err(Refusal::AlreadyCleared.into());
    }
    let mut record = before.clone();
    record.patient.weight = correction.weight.unwrap_or(record.patient.weight);
    record.patient.infusion_on = correction.infusion_on.unwrap_or(record.patient.infusion_on);
    record.patient.doses_given = correction.doses_given.unwrap_or(record.patient.doses_given);
    record.state = if correction.cancelled {
        PatientState::Cancelled
    } else {
        record.state
    };
    record.version = record.version.saturating_add(1);
    let infused =
        before.state == PatientState::Expected && record.patient.infusion_on < state.today;
    if correction.cancelled && infused {
        return Err(Refusal::WrongState { state: "infused" }.into());
    }
    if let (true, Some(clearance)) = (correction.cancelled, in_force) {
        end_clearance::let_go(act, &mut state, &clearance, "infusion-cancelled")?;
    }
    save(act, &mut state, &before, &record)?;
    Ok((state, record))
}

fn save(
    act: &mut Act<'_>,
    state: &mut SiteState,
    before: &PatientRecord,
    record: &PatientRecord,
) -> Result<(), Error> {
    db::patients::update(act.conn, record)?;
    state.records.retain(|r| r.patient.id != record.patient.id);
    if record.state == PatientState::Expected {
        state.records.push(record.clone());
        state
            .records
            .sort_by(|a, b| a.patient.id.cmp(&b.patient.id));
    }
    state.patients = state.records.iter().map(|r| r.patient.clone()).collect();
    let over = |r: &PatientRecord| matches!(r.state, PatientState::Cancelled | PatientState::Ended);
    if over(record) && !over(before) {
        refused::ended(act, state, &record.patient.id)?;
    }
    // what is personal stays out of the trail: it says which parts changed, not to what
    let details = json!({
        "state": record.state.code(),
        "doses_given": { "before": before.patient.doses_given.get(), "after": record.patient.doses_given.get() },
        "weight_changed": before.patient.weight != record.patient.weight,
        "day_changed": before.patient.infusion_on != record.patient.infusion_on,
    });
    let patient = Some((record.patient.id.clone(), record.hash.clone()));
    act.audit(
        Some(record.site),
        Done {
            action: "patient.correct",
            object: record.patient.id.as_str(),
            patient,
            details,
        },
    )
}

/// Writes how far a patient who is expected here has come, when their clearance has ended.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn now_is(
    act: &mut Act<'_>,
    state: &mut SiteState,
    before: &PatientRecord,
    next: PatientState,
) -> Result<(), Error> {
    let mut record = before.clone();
    record.state = next;
    record.version = record.version.saturating_add(1);
    save(act, state, before, &record)
}

/// Counts CRS doses given to a patient, or taken back; somebody who is no CAR-T patient here is
/// left alone.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn dose_given(
    act: &mut Act<'_>,
    state: &mut SiteState,
    patient: Option<&PatientId>,
    by: i32,
) -> Result<(), Error> {
    if by == 0 {
        return Ok(());
    }
    let Some(patient) = patient else {
        return Ok(());
    };
    // also of one whose window is over: a dose may be recorded late
    let Some(before) = state.expected(act.conn, patient)? else {
        return Ok(());
    };
    let mut record = before.clone();
    record.patient.doses_given =
        Doses::new(record.patient.doses_given.get().saturating_add_signed(by));
    record.version = record.version.saturating_add(1);
    save(act, state, &before, &record)
}
