//! What a NO-GO lacks, as things are now.

use super::asking::{moved_from, without_over};
use super::chosen_rule;
use crate::app::act::Act;
use crate::app::error::Error;
use crate::app::site_state::SiteState;
use crate::db;
use crate::domain::clearance::{self, Answer, ClearanceState};
use crate::domain::code::Finess;
use crate::domain::dose::Lack;
use crate::domain::id::ClearanceId;
use crate::domain::reason::Refusal;
use crate::domain::rule::{ReserveRule, Rulebook};

/// Returns the vials that would turn a NO-GO of a site into a GO, with the rules by which it was asked:
/// nothing when it would be a GO by now.
///
/// # Errors
/// Refused when there is no such clearance here, or it is no NO-GO.
pub fn shortfall<'r>(
    act: &mut Act<'r>,
    site: Finess,
    id: &ClearanceId,
) -> Result<(&'r Rulebook, &'r ReserveRule, Vec<Lack>), Error> {
    let record = moved_from(act, site, id)?;
    if record.state != ClearanceState::Refused {
        let state = record.state.code();
        return Err(Refusal::WrongState { state }.into());
    }
    let (rulebook, rule) = chosen_rule(act, Some(&record.rulebook))?;
    let mut state = SiteState::load(act, site)?;
    without_over(&mut state, rulebook, rule);
    let gone = || Refusal::Unknown {
        what: "patient",
        name: record.patient.to_string(),
    };
    let patient = db::patients::find(act.conn, site, &record.patient)?.ok_or_else(gone)?;
    state.records.retain(|r| r.patient.id != patient.patient.id);
    state.records.push(patient.clone());
    state
        .records
        .sort_by(|a, b| a.patient.id.cmp(&b.patient.id));
    state.patients = state.records.iter().map(|r| r.patient.clone()).collect();
    match clearance::ask(&state.facts(rulebook, rule), &patient.patient)? {
        Answer::Go { .. } => Ok((rulebook, rule, Vec::new())),
        Answer::NoGo { lacks, .. } => Ok((rulebook, rule, lacks)),
    }
}
