//! What follows every change of a site's stock, in the same transaction: holds are made again,
//! alerts open, worsen or close, and their letters are written.

use super::act::{Act, Done};
use super::error::Error;
use super::forecast;
use super::hear::hear;
use super::notices;
use super::recalls;
use super::rehold::{give_back, rehold};
use super::resupply;
use super::shelf;
use super::site_state::SiteState;
use crate::db::clearances::ClearanceRecord;
use crate::db::{self};
use crate::domain::alert::{Alert, AlertKind, Reading};
use crate::domain::clearance::{self, ClearanceState, Settled};
use crate::domain::ledger::Movement;
use crate::domain::quantity::Units;
use crate::domain::reserve::{self, Reserve};
use crate::domain::rule::{ReserveRule, Rulebook};
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

/// Settles a site whose stock changed by movements. What came of a recalled lot is set apart first, and the
/// movements that did follow those that are given.
///
/// # Errors
/// When the database cannot be written.
pub fn stock_changed(
    act: &mut Act<'_>,
    mut state: SiteState,
    mut movements: Vec<Movement>,
) -> Result<Recorded, Error> {
    movements.extend(recalls::set_apart_arrivals(act, &mut state, &movements)?);
    forget_packs(act, &state, &movements)?;
    let reserves = settle(act, &mut state)?;
    recalls::follow(act, &state, &movements)?;
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
    let mut open = db::alerts::open(act.conn, state.site.finess)?;
    let reserves = if state.site.car_t {
        settle_centre(act, state, &mut open)?
    } else {
        Vec::new()
    };
    shelf::heard(act, state, &mut open)?;
    Ok(reserves)
}

/// Settles a CAR-T centre: its clearances, its reserves, its resupply, and the notices it follows.
fn settle_centre(
    act: &mut Act<'_>,
    state: &mut SiteState,
    open: &mut Vec<Alert>,
) -> Result<Vec<(String, Reserve)>, Error> {
    let (mut reserves, mut supplied) = (Vec::new(), Vec::new());
    for (rulebook, rule) in act.reserve_rules() {
        let settled = clearance::settle(&state.facts(rulebook, rule), &state.in_force(rulebook));
        // first all that is given back, then what is held anew: it may be the same units
        for one in &settled {
            give_back(act, state, &one.id, &one.doses)?;
        }
        for one in settled {
            let end = over_as(state, rulebook, rule, &one);
            settle_clearance(act, state, open, &one, end)?;
        }
        let reserve = reserve::stand(&state.facts(rulebook, rule));
        // a retired notice asks for nothing, and what is held under it stays until it is over
        let retired = state.retired.contains(&rulebook.name);
        let reading = Reading {
            found: i64::from(reserve.possible().get()),
            expected: if retired {
                0
            } else {
                i64::from(reserve.required().get())
            },
        };
        hear(
            act,
            state,
            open,
            AlertKind::ReserveBelowMinimum,
            rulebook.name.as_str(),
            reading,
        )?;
        supplied.push((rulebook, rule, (!retired).then_some(reserve.resupply)));
        if !retired {
            reserves.push((rulebook.name.to_string(), reserve));
        }
    }
    resupply::heard(act, state, open, &supplied)?;
    notices::heard(act, state, open)?;
    forecast::heard(act, state, open, &reserves)?;
    Ok(reserves)
}

/// What a clearance has become that is over, and why; nothing when it stays in force.
///
/// It has served when this act gave its patient the last of the most doses. A correction of the
/// number given ends nothing, though nothing is held while it says so: what was mistyped is typed
/// again, and a GO that had ended would be gone.
pub(super) fn over_as(
    state: &SiteState,
    rulebook: &Rulebook,
    rule: &ReserveRule,
    settled: &Settled,
) -> Option<(ClearanceState, &'static str)> {
    if !settled.over {
        return None;
    }
    let clearance = state.in_force.iter().find(|c| c.id == settled.id);
    let patient = clearance.and_then(|c| state.patients.iter().find(|p| p.id == c.patient));
    match patient {
        Some(p) if p.doses_given >= rule.doses_most => {
            if state.served.as_ref() == Some(&p.id) {
                return Some((ClearanceState::Used, "used"));
            }
            let inside = reserve::window(&state.facts(rulebook, rule), p).is_some();
            (!inside).then_some((ClearanceState::Released, "window-over"))
        }
        Some(_) | None => Some((ClearanceState::Released, "window-over")),
    }
}

/// Writes what one clearance holds now, and how far it has come; it ends as `end`, if that is said.
fn settle_clearance(
    act: &mut Act<'_>,
    state: &mut SiteState,
    open: &mut Vec<Alert>,
    settled: &Settled,
    end: Option<(ClearanceState, &'static str)>,
) -> Result<(), Error> {
    let Some(place) = state.in_force.iter().position(|c| c.id == settled.id) else {
        return Ok(());
    };
    rehold(act, state, &settled.id, &settled.doses)?;
    let Some(record) = state.in_force.get(place).cloned() else {
        return Ok(());
    };
    let next = match (end, settled.missing.get()) {
        (Some((ended, _)), _) => ended,
        (None, 0) => ClearanceState::Standing,
        (None, _) => ClearanceState::Broken,
    };
    if next != record.state || settled.missing != record.missing {
        let changed = ClearanceRecord {
            state: next,
            missing: settled.missing,
            reason: end
                .map(|(_, why)| why.to_owned())
                .or_else(|| record.reason.clone()),
            ended_at: end.map(|_| act.now).or(record.ended_at),
            version: record.version.saturating_add(1),
            ..record.clone()
        };
        save(act, &record, &changed)?;
        if let Some(slot) = state.in_force.get_mut(place) {
            *slot = changed;
        }
    }
    if end.is_some() {
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
        "rulebook": after.rulebook,
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
