//! A clearance ends: its doses are used, or given back.

use super::act::Act;
use super::after::{self, Recorded};
use super::dispense::{Claim, Dispensed, Line, dispense};
use super::edit_patients;
use super::error::Error;
use super::hear;
use super::record::Particulars;
use super::rehold::rehold;
use super::site_state::SiteState;
use crate::db::clearances::ClearanceRecord;
use crate::db::patients::{PatientRecord, PatientState};
use crate::db::{self};
use crate::domain::alert::AlertKind;
use crate::domain::clearance::{ClearanceState, Release};
use crate::domain::code::Finess;
use crate::domain::id::ClearanceId;
use crate::domain::reason::Refusal;

/// Returns the clearance of an id at a site when it is in force.
fn in_force(act: &mut Act<'_>, site: Finess, id: &ClearanceId) -> Result<ClearanceRecord, Error> {
    let unknown = || Refusal::Unknown {
        what: "clearance",
        name: id.to_string(),
    };
    let clearance = db::clearances::find(act.conn, site, id)?.ok_or_else(unknown)?;
    if !clearance.state.in_force() {
        return Err(Refusal::WrongState {
            state: clearance.state.code(),
        }
        .into());
    }
    Ok(clearance)
}

/// Gives the units of a clearance back to the shelf; what becomes of its patient depends on why
/// ([`Release`]).
///
/// # Errors
/// Refused when there is no such clearance here, it holds nothing any more, its window is not over
/// and is said to be, or the day of an infusion that is said to be cancelled is past.
pub fn release(
    act: &mut Act<'_>,
    site: Finess,
    id: &ClearanceId,
    why: &Release,
) -> Result<(ClearanceRecord, SiteState), Error> {
    let clearance = in_force(act, site, id)?;
    let mut state = SiteState::load(act, site)?;
    let record = state.expected(act.conn, &clearance.patient)?;
    if let Some(record) = &record {
        may_end(act, &state, &clearance, record, why)?;
    }
    let ended = let_go(act, &mut state, &clearance, why.text())?;
    if let Some(record) = record {
        let infused = record.patient.infusion_on <= state.today;
        if let Some(next) = next_state(why, infused) {
            edit_patients::now_is(act, &mut state, &record, next)?;
        }
    }
    after::settle(act, &mut state)?;
    Ok((ended, state))
}

/// Refuses to end the reserve of somebody who may still need it.
///
/// The day on which the window ends is not said: it would tell the day of the infusion, and what
/// is answered here is kept. Why: decision 0003.
fn may_end(
    act: &Act<'_>,
    state: &SiteState,
    clearance: &ClearanceRecord,
    record: &PatientRecord,
    why: &Release,
) -> Result<(), Refusal> {
    let infusion_on = record.patient.infusion_on;
    let days = act
        .reserve_rule(&clearance.rulebook)
        .map_or(0, |(_, rule)| rule.window_days);
    match why {
        Release::WindowOver if infusion_on.plus(days) >= state.today => {
            Err(Refusal::WindowOpen { days })
        }
        Release::InfusionCancelled if infusion_on < state.today => {
            Err(Refusal::WrongState { state: "infused" })
        }
        Release::WindowOver | Release::InfusionCancelled | Release::Other(_) => Ok(()),
    }
}

/// What a patient is once their clearance was released; nothing when they stay as they are.
///
/// The reasons for each line: decision 0004.
const fn next_state(why: &Release, infused: bool) -> Option<PatientState> {
    match (why, infused) {
        (Release::InfusionCancelled, _) => Some(PatientState::Cancelled),
        (Release::WindowOver, _) => Some(PatientState::Ended),
        (Release::Other(_), false) => Some(PatientState::Waiting),
        (Release::Other(_), true) => None,
    }
}

/// Gives the units of a clearance back, without settling the site.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn let_go(
    act: &mut Act<'_>,
    state: &mut SiteState,
    clearance: &ClearanceRecord,
    reason: &str,
) -> Result<ClearanceRecord, Error> {
    rehold(act, state, &clearance.id, &[])?;
    let ended = end(act, clearance, ClearanceState::Released, reason)?;
    hear::ended(
        act,
        state,
        AlertKind::ClearanceBroken,
        clearance.id.as_str(),
    )?;
    state.in_force.retain(|c| c.id != clearance.id);
    Ok(ended)
}

/// Writes that a clearance has ended.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn end(
    act: &mut Act<'_>,
    clearance: &ClearanceRecord,
    as_what: ClearanceState,
    reason: &str,
) -> Result<ClearanceRecord, Error> {
    let ended = ClearanceRecord {
        state: as_what,
        reason: Some(reason.to_owned()),
        ended_at: Some(act.now),
        version: clearance.version.saturating_add(1),
        ..clearance.clone()
    };
    after::save(act, clearance, &ended)?;
    Ok(ended)
}

/// Gives the next held dose of a clearance to its patient: a CRS treatment.
///
/// # Errors
/// Refused when there is no such clearance here, or it holds no dose.
pub fn use_dose(
    act: &mut Act<'_>,
    site: Finess,
    id: &ClearanceId,
    note: Option<String>,
) -> Result<Recorded, Error> {
    let clearance = in_force(act, site, id)?;
    let state = SiteState::load(act, site)?;
    let first = state
        .holds
        .iter()
        .filter(|h| h.clearance == *id)
        .map(|h| h.dose)
        .min();
    let lines: Vec<Line> = state
        .holds
        .iter()
        .filter(|h| h.clearance == *id && Some(h.dose) == first)
        .filter_map(|h| {
            let line = state.line(&h.lot_id)?;
            Some(Line {
                cip13: line.cip13,
                lot: Some(line.lot.clone()),
                units: h.units,
                serial: None,
                place: None,
            })
        })
        .collect();
    if lines.is_empty() {
        return Err(Refusal::WrongState {
            state: "nothing-held",
        }
        .into());
    }
    let pseudonym = state
        .expected(act.conn, &clearance.patient)?
        .map(|r| r.pseudonym);
    let told = Particulars {
        note,
        ..Particulars::default()
    };
    let order = Dispensed {
        lines,
        pseudonym,
        claim: Claim::Crs,
        told,
    };
    dispense(act, site, &order)
}
