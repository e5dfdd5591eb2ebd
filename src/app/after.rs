//! What follows every change of a site's stock, in the same transaction: holds are made again,
//! alerts open, worsen or close, and their letters are written.

use super::act::{Act, Done};
use super::error::Error;
use super::hear::hear;
use super::rehold::{give_back, rehold};
use super::site_state::SiteState;
use crate::db::clearances::ClearanceRecord;
use crate::db::{self};
use crate::domain::alert::{Alert, AlertKind, Reading};
use crate::domain::clearance::{self, ClearanceState, Settled};
use crate::domain::id::ClearanceId;
use crate::domain::ledger::Movement;
use crate::domain::quantity::Units;
use crate::domain::reserve::{self, Reserve};
use crate::domain::rule::ReserveRule;
use serde_json::json;

/// What an act left: its movements, and the site as it stands now.
pub struct Recorded {
    /// The movements.
    pub movements: Vec<Movement>,
    /// The site afterwards.
    pub state: SiteState,
    /// Its reserves afterwards, with the rulebook of each; none at a site that keeps none.
    pub reserves: Vec<(String, Reserve)>,
}

/// Settles a site whose stock changed by movements.
///
/// # Errors
/// When the database cannot be written.
pub fn stock_changed(
    act: &mut Act<'_>,
    mut state: SiteState,
    movements: Vec<Movement>,
) -> Result<Recorded, Error> {
    forget_packs(act, &state, &movements)?;
    let reserves = settle(act, &mut state)?;
    Ok(Recorded {
        movements,
        state,
        reserves,
    })
}

/// A pack whose lot is gone from a site has left it, scanned or not.
fn forget_packs(act: &mut Act<'_>, state: &SiteState, movements: &[Movement]) -> Result<(), Error> {
    for movement in movements
        .iter()
        .filter(|m| m.effect.usable < 0 || m.effect.quarantined < 0)
    {
        let gone = state
            .line(&movement.lot_id)
            .is_some_and(|l| l.usable == Units::ZERO && l.quarantined == Units::ZERO);
        if gone {
            db::packs::packs_left(act.conn, movement)?;
        }
    }
    Ok(())
}

/// Settles a site: what its clearances hold, and what its people must hear.
///
/// Returns its reserves as they stand afterwards.
///
/// # Errors
/// When the database cannot be written.
pub fn settle(act: &mut Act<'_>, state: &mut SiteState) -> Result<Vec<(String, Reserve)>, Error> {
    if !state.site.car_t {
        return Ok(Vec::new());
    }
    let mut open = db::alerts::open(act.conn, state.site.finess)?;
    let mut reserves = Vec::new();
    for (rulebook, rule) in act.reserve_rules() {
        let settled = clearance::settle(&state.facts(rulebook, rule), &state.in_force(rulebook));
        // first all that is given back, then what is held anew: it may be the same units
        for one in &settled {
            give_back(act, state, &one.id, &one.doses)?;
        }
        for one in settled {
            let end = over_as(state, rule, &one.id);
            settle_clearance(act, state, &mut open, &one, end)?;
        }
        let reserve = reserve::stand(&state.facts(rulebook, rule));
        let reading = Reading {
            found: i64::from(reserve.possible().get()),
            expected: i64::from(reserve.required().get()),
        };
        hear(
            act,
            state,
            &mut open,
            AlertKind::ReserveBelowMinimum,
            rulebook.name.as_str(),
            reading,
        )?;
        reserves.push((rulebook.name.to_string(), reserve));
    }
    Ok(reserves)
}

/// What a clearance that is over has become, and why: it has served when its patient was given the
/// most doses.
fn over_as(
    state: &SiteState,
    rule: &ReserveRule,
    id: &ClearanceId,
) -> (ClearanceState, &'static str) {
    let clearance = state.in_force.iter().find(|c| c.id == *id);
    let patient = clearance.and_then(|c| state.patients.iter().find(|p| p.id == c.patient));
    match patient {
        Some(p) if p.doses_given >= rule.doses_most => (ClearanceState::Used, "used"),
        Some(_) | None => (ClearanceState::Released, "window-over"),
    }
}

/// Writes what one clearance holds now, and how far it has come; one that is over ends as `end`.
fn settle_clearance(
    act: &mut Act<'_>,
    state: &mut SiteState,
    open: &mut Vec<Alert>,
    settled: &Settled,
    end: (ClearanceState, &'static str),
) -> Result<(), Error> {
    let Some(place) = state.in_force.iter().position(|c| c.id == settled.id) else {
        return Ok(());
    };
    rehold(act, state, &settled.id, &settled.doses)?;
    let Some(record) = state.in_force.get(place).cloned() else {
        return Ok(());
    };
    let next = match (settled.over, settled.missing.get()) {
        (true, _) => end.0,
        (false, 0) => ClearanceState::Standing,
        (false, _) => ClearanceState::Broken,
    };
    if next != record.state || settled.missing != record.missing {
        let changed = ClearanceRecord {
            state: next,
            missing: settled.missing,
            reason: settled
                .over
                .then(|| end.1.to_owned())
                .or_else(|| record.reason.clone()),
            ended_at: settled.over.then_some(act.now).or(record.ended_at),
            version: record.version.saturating_add(1),
            ..record.clone()
        };
        save(act, &record, &changed)?;
        if let Some(slot) = state.in_force.get_mut(place) {
            *slot = changed;
        }
    }
    if settled.over {
        state.in_force.retain(|c| c.id != settled.id);
    }
    let covered = i64::try_from(settled.doses.len()).unwrap_or(i64::MAX);
    let reading = Reading {
        found: covered,
        expected: covered.saturating_add(i64::from(settled.missing.get())),
    };
    hear(
        act,
        state,
        open,
        AlertKind::ClearanceBroken,
        settled.id.as_str(),
        reading,
    )
}

/// Saves how far a clearance has come, with its line on the audit trail.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn save(
    act: &mut Act<'_>,
    before: &ClearanceRecord,
    after: &ClearanceRecord,
) -> Result<(), Error> {
    db::clearances::update(act.conn, after)?;
    let details = json!({
        "before": { "state": before.state.code(), "missing": before.missing.get() },
        "after": { "state": after.state.code(), "missing": after.missing.get(), "reason": after.reason },
    });
    act.audit(
        Some(after.site),
        Done {
            action: "clearance.change",
            object: after.id.as_str(),
            patient: None,
            details,
        },
    )
}
