//! Correcting a count, or taking it back as a mistake: what was entered stays in the history.

use super::{new, not_to_come, note};
use crate::app::act::Act;
use crate::app::error::Error;
use crate::app::monitor;
use crate::app::see::counts::within_reach;
use crate::db;
use crate::db::patients::Known;
use crate::domain::calendar::{Day, to_micros};
use crate::domain::code::Finess;
use crate::domain::count::{Count, CountState, Counted, Ended, Entry};
use crate::domain::id::CountId;
use crate::domain::reason::Refusal;
use serde_json::json;

/// What is right of a count, and why it is corrected; what is not said stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// What was counted, with its unit.
    pub counted: Option<Counted>,
    /// The day the blood was taken.
    pub taken_on: Option<Day>,
    /// Why, in words; erased with the patient's record.
    pub reason: String,
}

/// Enters another count in the place of one that stands.
///
/// # Errors
/// Refused when there is no such count within the caller's reach, it was corrected or withdrawn, its
/// new day is to come, or nothing would change.
pub fn correct(act: &mut Act<'_>, id: &CountId, correction: &Correction) -> Result<Count, Error> {
    let before = standing(act, id)?;
    let entry = Entry {
        taken_on: correction.taken_on.unwrap_or(before.entry.taken_on),
        counted: correction
            .counted
            .clone()
            .unwrap_or_else(|| before.entry.counted.clone()),
    };
    if entry == before.entry {
        let state = "nothing-changed";
        return Err(Refusal::WrongState { state }.into());
    }
    not_to_come(act, before.site, entry.taken_on)?;
    // what is personal stays out of the trail: it says what changed, not to what
    let differs = [
        (
            "value",
            entry.counted.digits() != before.entry.counted.digits(),
        ),
        ("unit", entry.counted.unit() != before.entry.counted.unit()),
        ("taken_on", entry.taken_on != before.entry.taken_on),
    ];
    let changed: Vec<&str> = differs
        .into_iter()
        .filter_map(|(name, differs)| differs.then_some(name))
        .collect();
    let known = Known {
        site: before.site,
        id: before.patient,
        hash: before.patient_hash,
    };
    let count = new(act, &known, entry, Some(before.id));
    let reason = Some(correction.reason.as_str());
    db::counts::insert(act.conn, std::slice::from_ref(&count), reason)?;
    let replaces = count.replaces.as_ref().map(CountId::as_str);
    let details = json!({ "replaces": replaces, "changed": changed });
    note(act, &count, "count.correct", details)?;
    monitor::settle(act, count.site)?;
    Ok(count)
}

/// Takes back a count that was entered by mistake.
///
/// # Errors
/// Refused when there is no such count within the caller's reach, or it was corrected or withdrawn.
pub fn withdraw(act: &mut Act<'_>, id: &CountId, reason: &str) -> Result<Count, Error> {
    let mut count = standing(act, id)?;
    let by = act.caller.id.clone();
    let own = CountId::new(act.id());
    db::counts::withdraw(act.conn, &count, &own, (act.now, &by, reason))?;
    count.ended = Some(Ended {
        at: to_micros(act.now),
        by,
        reason: Some(reason.to_owned()),
        replaced_by: None,
    });
    note(act, &count, "count.withdraw", json!({}))?;
    monitor::settle(act, count.site)?;
    Ok(count)
}

/// The count of an id within the caller's reach, if it stands.
fn standing(act: &mut Act<'_>, id: &CountId) -> Result<Count, Error> {
    let count = within_reach(act, id)?;
    let state = match count.state() {
        CountState::Current => return Ok(count),
        CountState::Corrected => "corrected",
        CountState::Withdrawn => "entered-by-mistake",
    };
    Err(Refusal::WrongState { state }.into())
}

/// Returns the site of a count, which a write to it locks.
///
/// # Errors
/// Refused when there is no such count within the caller's reach.
pub fn site_of(act: &mut Act<'_>, id: &CountId) -> Result<Finess, Error> {
    Ok(within_reach(act, id)?.site)
}
