//! Units that were granted to a request leave for its patient.

use super::{Line, merged, not_enough};
use crate::app::act::Act;
use crate::app::error::Error;
use crate::app::file_request::propose_next;
use crate::app::plan_lines;
use crate::app::safety::{self, Verdict};
use crate::app::site_state::SiteState;
use crate::db;
use crate::domain::calendar::Day;
use crate::domain::id::{LotId, PatientId, RequestId};
use crate::domain::ledger::MovementKind;
use crate::domain::line::{Line as DomainLine, LineHold, LineState};
use crate::domain::quantity::Units;
use crate::domain::reason::Refusal;
use crate::domain::request::{Request, RequestState};
use crate::domain::rule::Treatment;

/// What leaves, lot by lot.
type Picks = Vec<(LotId, Units)>;

/// A request and the approved line that serves it.
pub(super) struct Granted {
    request: Request,
    line: DomainLine,
}

impl Granted {
    /// Finds an open request of the site, and its approved line.
    ///
    /// # Errors
    /// Refused when there is no such request here, it has ended, or nothing was granted to it.
    pub(super) fn find(
        act: &mut Act<'_>,
        state: &SiteState,
        id: &RequestId,
    ) -> Result<Self, Error> {
        let unknown = || Refusal::Unknown {
            what: "request",
            name: id.to_string(),
        };
        let request = db::requests::find(act.conn, id)?
            .filter(|request| request.site == state.site.finess)
            .ok_or_else(unknown)?;
        if request.state != RequestState::Open {
            let state = request.state.code();
            return Err(Refusal::WrongState { state }.into());
        }
        let line = db::plan_lines::approved_for(act.conn, id)?.ok_or(Refusal::WrongState {
            state: "not-approved",
        })?;
        Ok(Self { request, line })
    }

    /// Asks the safety gate of the open requests of a patient for what an ordinary dispensing takes: it is
    /// no way around them. What was decided on a request holds for it.
    ///
    /// # Errors
    /// Refused when something speaks against it or warns, and is neither overridden nor confirmed; and when
    /// a treatment is to start for which no plan was approved.
    pub(super) fn passes_around(
        act: &mut Act<'_>,
        state: &SiteState,
        patient: Option<&PatientId>,
        lines: &[Line],
    ) -> Result<(), Error> {
        let Some(patient) = patient else {
            return Ok(());
        };
        for request in db::requests::of_patient(act.conn, patient)? {
            let asks_for = act.rules.get(&request.rulebook).is_none_or(|book| {
                let mut lines = lines.iter();
                lines.any(|line| book.presentation(line.cip13).is_some())
            });
            let here = request.site == state.site.finess;
            if request.state == RequestState::Open && here && asks_for {
                safety::pass(act, &request, state.today, &Verdict::default(), None)?;
                let approved = db::plan_lines::approved_for(act.conn, &request.id)?;
                if request.wanted.treatment == Treatment::Initiation && approved.is_none() {
                    // who is to start is ranked before: a notice may have frozen it
                    let state = "not-approved";
                    return Err(Refusal::WrongState { state }.into());
                }
            }
        }
        Ok(())
    }

    /// Finds what is granted here to treat a patient for what a reserve is kept for.
    pub(super) fn of_patient(
        act: &mut Act<'_>,
        state: &SiteState,
        patient: Option<&PatientId>,
    ) -> Result<Option<Self>, Error> {
        let Some(patient) = patient.filter(|_| !state.line_holds.is_empty()) else {
            return Ok(None);
        };
        for request in db::requests::of_patient(act.conn, patient)? {
            if request.state == RequestState::Open
                && request.site == state.site.finess
                && let Some(line) = db::plan_lines::approved_for(act.conn, &request.id)?
            {
                let granted = Self { request, line };
                if granted.treats(act) {
                    return Ok(Some(granted));
                }
            }
        }
        Ok(None)
    }

    /// Takes out of the line's holds what it has of what is asked for; returns what is still to be found.
    pub(super) fn first(
        &self,
        act: &mut Act<'_>,
        state: &mut SiteState,
        lines: &[Line],
    ) -> Result<(Picks, Vec<Line>), Error> {
        let of_line = |hold: &&LineHold| hold.line == self.line.id;
        let mut held: Vec<LineHold> = state.line_holds.iter().filter(of_line).cloned().collect();
        held.retain(|hold| {
            state
                .line(&hold.lot_id)
                .is_some_and(|l| l.expiry >= state.today)
        });
        let mut picked = Vec::new();
        let mut rest = Vec::new();
        for line in lines {
            let left = take_held(state, &mut held, line, &mut picked);
            if left > Units::ZERO {
                rest.push(Line {
                    units: left,
                    ..line.clone()
                });
            }
        }
        let picks = release(act, state, one_row_a_hold(picked))?;
        Ok((picks, rest))
    }

    /// The patient, and the salted hash of the pseudonym.
    pub(super) fn patient(&self) -> (PatientId, String) {
        (
            self.request.patient.clone(),
            self.request.patient_hash.clone(),
        )
    }

    /// Whether it treats what a reserve is kept for.
    pub(super) fn treats(&self, act: &Act<'_>) -> bool {
        let indication = &self.request.wanted.indication;
        let mut rules = act.reserve_rules().into_iter();
        rules.any(|(book, rule)| {
            book.name == self.request.rulebook && rule.indication == *indication
        })
    }

    /// Asks the safety gate; what leaves against it is an override.
    ///
    /// # Errors
    /// Refused when something speaks against it or warns, and is neither overridden nor confirmed.
    pub(super) fn passes(
        &self,
        act: &mut Act<'_>,
        state: &SiteState,
        verdict: &Verdict,
    ) -> Result<MovementKind, Error> {
        let overridden = safety::pass(act, &self.request, state.today, verdict, Some(state))?;
        Ok(if overridden {
            MovementKind::DispensingOverride
        } else {
            MovementKind::Dispensing
        })
    }

    /// Takes out of the line's holds what is asked for; all that is held, when nothing is said.
    ///
    /// # Errors
    /// Refused when units are still on their way and nothing is said, when less is held here than is
    /// asked for, or it is out of date.
    pub(super) fn pick(
        &self,
        act: &mut Act<'_>,
        state: &mut SiteState,
        lines: &[Line],
    ) -> Result<Picks, Error> {
        let everywhere = db::plan_lines::held_for(act.conn, &self.line.id)?;
        let here = |hold: &&LineHold| hold.site == state.site.finess;
        let held: Vec<LineHold> = everywhere.iter().filter(here).cloned().collect();
        let picked = if lines.is_empty() {
            let line = std::slice::from_ref(&self.line.id);
            let to_come = db::transfers::to_come_for(act.conn, line)?;
            if held.len() < everywhere.len() || !to_come.is_empty() {
                return Err(Refusal::WrongState {
                    state: "on-its-way",
                }
                .into());
            }
            held.iter().map(|h| (h.clone(), h.units)).collect()
        } else {
            named(state, held, lines)?
        };
        for (hold, _) in &picked {
            in_date(state, hold)?;
        }
        release(act, state, picked)
    }

    /// Ends the line and its request when nothing more is held for it, here or elsewhere.
    /// `on` is the day of the administration.
    pub(super) fn served(self, act: &mut Act<'_>, on: Day) -> Result<(), Error> {
        let line = std::slice::from_ref(&self.line.id);
        let nothing_held = db::plan_lines::held_for(act.conn, &self.line.id)?.is_empty();
        if nothing_held && db::transfers::to_come_for(act.conn, line)?.is_empty() {
            if self.line.why.as_deref() == Some(plan_lines::GIVEN_BACK) {
                // what was dispensed before came back: it is no whole dose, and the request goes on
                let why = Some(plan_lines::GIVEN_BACK.to_owned());
                plan_lines::decided(act, &self.line, LineState::Broken, why)?;
            } else {
                plan_lines::decided(act, &self.line, LineState::Served, None)?;
                propose_next(act, &self.request, on)?;
            }
        } else if self.line.why.is_none() {
            let line = DomainLine {
                why: Some(plan_lines::IN_PART.to_owned()),
                ..self.line
            };
            db::plan_lines::update(act.conn, &line)?;
        }
        Ok(())
    }
}

/// What lines of an order take of what is held, the first dose first.
fn named(
    state: &SiteState,
    mut held: Vec<LineHold>,
    lines: &[Line],
) -> Result<Vec<(LineHold, Units)>, Refusal> {
    let mut picked: Vec<(LineHold, Units)> = Vec::new();
    for line in lines {
        let left = take_held(state, &mut held, line, &mut picked);
        if left > Units::ZERO {
            return Err(not_enough(&[], line, line.units.saturating_sub(left)));
        }
    }
    Ok(one_row_a_hold(picked))
}

/// Takes of what is held what a line asks for, and returns how many units it still lacks.
fn take_held(
    state: &SiteState,
    held: &mut [LineHold],
    line: &Line,
    picked: &mut Vec<(LineHold, Units)>,
) -> Units {
    let mut left = line.units;
    for hold in held {
        let meant = state.line(&hold.lot_id).is_some_and(|l| {
            l.cip13 == line.cip13 && line.lot.as_ref().is_none_or(|lot| l.lot == *lot)
        });
        let units = left.min(hold.units);
        if meant && units > Units::ZERO {
            picked.push((hold.clone(), units));
            hold.units = hold.units.saturating_sub(units);
            left = left.saturating_sub(units);
        }
    }
    left
}

/// Two lines of an order may have taken of the same hold.
fn one_row_a_hold(picked: Vec<(LineHold, Units)>) -> Vec<(LineHold, Units)> {
    let mut rows: Vec<(LineHold, Units)> = Vec::new();
    for (hold, units) in picked {
        match rows.iter_mut().find(|(h, _)| h.id == hold.id) {
            Some((h, n)) => {
                // each took what the one before had left: as it was first is how it stands
                h.units = h.units.max(hold.units);
                *n = n.saturating_add(units);
            }
            None => rows.push((hold, units)),
        }
    }
    rows
}

/// Takes units out of their holds, so that they can leave.
fn release(
    act: &mut Act<'_>,
    state: &mut SiteState,
    picked: Vec<(LineHold, Units)>,
) -> Result<Picks, Error> {
    for (hold, units) in &picked {
        db::plan_lines::shrink_hold(act.conn, hold, *units)?;
    }
    let left = state.line_holds.iter().cloned().filter_map(|mut hold| {
        let taken = picked.iter().filter(|(h, _)| h.id == hold.id);
        let taken = Units::sum(taken.map(|(_, units)| *units));
        hold.units = hold.units.saturating_sub(taken);
        (hold.units > Units::ZERO).then_some(hold)
    });
    let left = left.collect();
    state.set_line_holds(left);
    let picks = picked.into_iter();
    Ok(merged(
        picks.map(|(hold, units)| (hold.lot_id, units)).collect(),
    ))
}

/// Refuses what has expired while it was held.
fn in_date(state: &SiteState, hold: &LineHold) -> Result<(), Refusal> {
    match state.line(&hold.lot_id) {
        Some(line) if line.expiry < state.today => Err(Refusal::WrongState {
            state: "held-units-expired",
        }),
        Some(_) | None => Ok(()),
    }
}
