//! For whom it is asked: told by pseudonym, or moved from a clearance in force.

use super::{Question, Who};
use crate::app::act::Act;
use crate::app::after;
use crate::app::edit_patients::{self, NewPatient};
use crate::app::error::Error;
use crate::app::site_state::SiteState;
use crate::db;
use crate::db::clearances::ClearanceRecord;
use crate::db::patients::{PatientRecord, PatientState};
use crate::domain::calendar::Day;
use crate::domain::clearance;
use crate::domain::code::Finess;
use crate::domain::id::ClearanceId;
use crate::domain::quantity::Doses;
use crate::domain::reason::Refusal;
use crate::domain::rule::{ReserveRule, Rulebook};

/// Leaves out the clearances that are over by today, as the next write ends them.
pub(super) fn without_over(state: &mut SiteState, rulebook: &Rulebook, rule: &ReserveRule) {
    let settled = clearance::settle(&state.facts(rulebook, rule), &state.in_force(rulebook));
    let gone: Vec<ClearanceId> = settled
        .into_iter()
        .filter(|s| after::over_as(state, rulebook, rule, s).is_some())
        .map(|s| s.id)
        .collect();
    let over = |id: &ClearanceId| gone.contains(id);
    state.in_force.retain(|c| !over(&c.id));
    let mut holds = state.holds.clone();
    holds.retain(|h| !over(&h.clearance));
    state.set_holds(holds);
}

/// Puts the patient of the question among those of the loaded site, with their own holds taken
/// away; nothing is written yet.
pub(super) fn patient(
    act: &mut Act<'_>,
    state: &mut SiteState,
    rule: &ReserveRule,
    question: &Question,
) -> Result<(Asking, Option<ClearanceRecord>), Error> {
    let (asking, moved) = match &question.who {
        Who::Told(new) => (told(act, state, rule, new)?, None),
        Who::Moved { from, infusion_on } => {
            let (record, clearance) = moved(act, state, rule, from, *infusion_on)?;
            (
                Asking {
                    record,
                    known: true,
                },
                Some(clearance),
            )
        }
    };
    state
        .records
        .retain(|r| r.patient.id != asking.record.patient.id);
    state.records.push(asking.record.clone());
    state
        .records
        .sort_by(|a, b| a.patient.id.cmp(&b.patient.id));
    state.patients = state.records.iter().map(|r| r.patient.clone()).collect();
    Ok((asking, moved))
}

/// A patient for whom it is asked.
pub(super) struct Asking {
    pub(super) record: PatientRecord,
    /// Whether they were registered before.
    pub(super) known: bool,
}

fn told(
    act: &mut Act<'_>,
    state: &SiteState,
    rule: &ReserveRule,
    new: &NewPatient,
) -> Result<Asking, Error> {
    in_window(state.today, rule, new.infusion_on)?;
    let site = state.site.finess;
    let Some(mut record) = db::patients::by_pseudonym(act.conn, site, &new.pseudonym)? else {
        let mut record = edit_patients::unwritten(act, site, new);
        if let Some((id, hash)) = db::patients::payload_of(act.conn, site, &new.pseudonym)? {
            (record.patient.id, record.hash) = (id, hash);
        }
        return Ok(Asking {
            record,
            known: false,
        });
    };
    if state
        .in_force
        .iter()
        .any(|c| c.patient == record.patient.id)
    {
        return Err(Refusal::AlreadyCleared.into());
    }
    let over = record.patient.infusion_on.plus(rule.window_days) < state.today;
    let over = over || matches!(record.state, PatientState::Ended | PatientState::Cancelled);
    if over || new.infusion_on > state.today {
        // another infusion: its doses are counted anew
        record.patient.doses_given = Doses::ZERO;
    }
    if over {
        // none is kept before a GO
        record.state = PatientState::Waiting;
    }
    record.patient.weight = new.weight;
    record.patient.infusion_on = new.infusion_on;
    Ok(Asking {
        record,
        known: true,
    })
}

/// Returns the clearance that is to be moved.
///
/// # Errors
/// Refused when there is none of that name here.
pub(super) fn moved_from(
    act: &mut Act<'_>,
    site: Finess,
    from: &ClearanceId,
) -> Result<ClearanceRecord, Error> {
    let unknown = || Refusal::Unknown {
        what: "clearance",
        name: from.to_string(),
    };
    Ok(db::clearances::find(act.conn, site, from)?.ok_or_else(unknown)?)
}

fn moved(
    act: &mut Act<'_>,
    state: &mut SiteState,
    rule: &ReserveRule,
    from: &ClearanceId,
    infusion_on: Day,
) -> Result<(PatientRecord, ClearanceRecord), Error> {
    in_window(state.today, rule, infusion_on)?;
    let site = state.site.finess;
    let clearance = moved_from(act, site, from)?;
    if !clearance.state.in_force() {
        return Err(Refusal::WrongState {
            state: clearance.state.code(),
        }
        .into());
    }
    let gone = || Refusal::Unknown {
        what: "patient",
        name: clearance.patient.to_string(),
    };
    let mut record = db::patients::find(act.conn, site, &clearance.patient)?.ok_or_else(gone)?;
    record.patient.infusion_on = infusion_on;
    if infusion_on > state.today {
        // nobody was given a dose for an infusion that is yet to come
        record.patient.doses_given = Doses::ZERO;
    }
    let others = state
        .holds
        .iter()
        .filter(|h| h.clearance != clearance.id)
        .cloned()
        .collect();
    state.set_holds(others);
    Ok((record, clearance))
}

fn in_window(today: Day, rule: &ReserveRule, infusion_on: Day) -> Result<(), Refusal> {
    let last = today.plus(rule.ahead_days.saturating_sub(1));
    if infusion_on < today || infusion_on > last {
        return Err(Refusal::InfusionOutsideWindow {
            infusion_on,
            first: today,
            last,
        });
    }
    Ok(())
}
