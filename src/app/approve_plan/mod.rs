//! A coordinator approves a plan, whole or line by line.
//!
//! Time has passed since its inputs were frozen. So each line is weighed again against what it touches,
//! in the order of the ranks: its request is as it was, its units are where they were and nobody's, the
//! reserves that rank above it lose no dose, and nobody who ranks above it could now be served with its
//! units. A line that fails is refused with its reason; the others go through. What is approved is held
//! for its request, or asked for from the pharmacy that gives it, in the same transaction.

mod clearances;
mod frozen;
mod gate;
mod outranked;
mod reserves;
mod weigh;

use super::act::{Act, Done};
use super::error::Error;
use super::plan_lines::decided;
use super::{after, live_case, site_state};
use crate::db::plans::PlanRecord;
use crate::db::{self};
use crate::domain::calendar::{Instant, day_begins};
use crate::domain::code::Finess;
use crate::domain::id::{HoldId, TransferId};
use crate::domain::line::{Line, LineHold, LineState};
use crate::domain::reason::Refusal;
use crate::domain::role::Action;
use crate::domain::transfer::{ForLine, Purpose, Signed, Transfer, TransferRow};
use chrono::TimeDelta;
use frozen::Wanted;
use gate::Gatekeeper;
use outranked::Outranked;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use weigh::Shelves;

pub use frozen::{Frozen, derived, prepare};
pub use weigh::Refused;

/// What a coordinator decides of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Approval {
    /// The names of the lines that are approved; all that are granted and nobody decided on, when none
    /// is named.
    pub approve: Option<BTreeSet<String>>,
    /// The names of the lines that are left out, each with the reason.
    pub leave_out: BTreeMap<String, String>,
    /// For how long units are held.
    pub hold_for: TimeDelta,
    /// The warnings of safety rulebooks that are known, by their codes.
    pub confirm: BTreeSet<String>,
}

/// What came of an approval.
#[derive(Clone, Debug)]
pub struct Approved {
    /// The plan.
    pub plan: PlanRecord,
    /// The lines that were decided on, in the plan's order.
    pub lines: Vec<Line>,
    /// What was asked for from other pharmacies.
    pub transfers: Vec<Transfer>,
}

/// Approves lines of a plan that was [prepared](prepare), and leaves others out.
///
/// # Errors
/// Refused when there is no such plan or line, the caller may not approve at one of its sites, the
/// rulebook has changed since, or a line that is named is not granted or was decided on.
pub fn approve(act: &mut Act<'_>, frozen: &Frozen, approval: &Approval) -> Result<Approved, Error> {
    for site in &frozen.sites {
        act.caller.check(Action::ApprovePlans, Some(*site))?;
    }
    let plan = frozen::find(act, &frozen.plan.id)?;
    too_old(act, frozen)?;
    let lines = db::plan_lines::of_plan(act.conn, &plan.id)?;
    let (chosen, left_out) = chosen(&lines, approval)?;
    let mut done = Vec::new();
    let before = lines
        .iter()
        .filter(|l| l.state == Some(LineState::LeftOut))
        .map(|l| l.name.clone());
    let mut out: BTreeSet<String> = before.collect();
    for (line, reason) in left_out {
        out.insert(line.name.clone());
        db::plan_lines::insert_words(act.conn, &line.id, &reason)?;
        done.push(decided(act, line, LineState::LeftOut, None)?);
    }
    let mut desk = Approver {
        shelves: Shelves::load(act, frozen)?,
        outranked: Outranked::load(act, frozen, &out)?,
        rows: BTreeMap::new(),
        hold_for: approval.hold_for,
        gate: Gatekeeper::load(act, &chosen, &approval.confirm)?,
        frozen,
    };
    let wanted: Vec<Wanted<'_>> = chosen
        .iter()
        .map(|line| frozen.wanted(line))
        .collect::<Result<_, _>>()?;
    let changed = reserves::changed(act, frozen, &desk.outranked, &wanted)?;
    let covered = clearances::move_holds(act, &mut desk.shelves, frozen, &wanted, &changed)?;
    // who was refused may be able to use what those after them are to have
    let mut look = true;
    for (place, one) in wanted.iter().enumerate() {
        if look || desk.outranked.is_done() {
            desk.outranked
                .expect(act, wanted.get(place..).unwrap_or_default());
        }
        let line = desk.decide(act, one, &covered, &changed)?;
        look = line.state == Some(LineState::Refused);
        done.push(line);
    }
    let transfers = desk.send(act)?;
    for state in desk.shelves.into_touched() {
        let mut state = state;
        after::settle(act, &mut state)?;
    }
    db::plans::approved_once_more(act.conn, &plan)?;
    done.sort_by_key(|line| line.place);
    audit(act, frozen, &done, &transfers)?;
    let version = plan.version.saturating_add(1);
    Ok(Approved {
        plan: PlanRecord { version, ..plan },
        lines: done,
        transfers,
    })
}

/// The last day on which a plan can be approved, after its own.
///
/// Choice: a week; later so much has changed that weighing its lines again is no longer weighing the plan.
const MOST_DAYS: u32 = 7;

/// Refuses a plan that is too old to be approved.
fn too_old(act: &mut Act<'_>, frozen: &Frozen) -> Result<(), Error> {
    let Some(first) = frozen.sites.first() else {
        return Ok(());
    };
    let site = db::sites::find(act.conn, *first)?;
    let today = site.map(|site| site_state::today(act, &site)).transpose()?;
    if today.is_some_and(|today| today > frozen.plan.day.plus(MOST_DAYS)) {
        return Err(Refusal::WrongState { state: "too-old" }.into());
    }
    Ok(())
}

/// The lines that are to be approved, by rank, and those that are left out, with reasons.
type Chosen<'l> = (Vec<&'l Line>, Vec<(&'l Line, String)>);

fn chosen<'l>(lines: &'l [Line], approval: &Approval) -> Result<Chosen<'l>, Refusal> {
    let named = approval.approve.iter().flatten();
    for name in named.clone().chain(approval.leave_out.keys()) {
        let line = lines.iter().find(|line| line.name == *name);
        let line = line.ok_or_else(|| Refusal::Unknown {
            what: "line",
            name: name.clone(),
        })?;
        let state = line.state.map_or("not-granted", LineState::code);
        if approval.leave_out.contains_key(name)
            && approval
                .approve
                .as_ref()
                .is_some_and(|named| named.contains(name))
        {
            let state = "approved-and-left-out";
            return Err(Refusal::WrongState { state });
        }
        if !is_open(line) {
            return Err(Refusal::WrongState { state });
        }
    }
    let left_out = lines
        .iter()
        .filter_map(|line| Some((line, approval.leave_out.get(&line.name)?.clone())));
    let left_out: Vec<_> = left_out.collect();
    let chosen = lines.iter().filter(|line| match &approval.approve {
        Some(named) => named.contains(&line.name),
        None => is_open(line) && !approval.leave_out.contains_key(&line.name),
    });
    let mut chosen: Vec<&Line> = chosen.collect();
    chosen.sort_by_key(|line| line.rank);
    Ok((chosen, left_out))
}

/// Whether a line is granted and still to be decided on; what was refused may be asked again.
fn is_open(line: &Line) -> bool {
    matches!(line.state, Some(LineState::Planned | LineState::Refused))
}

/// Decides line by line, on what the lines before have left.
struct Approver<'f> {
    frozen: &'f Frozen,
    shelves: Shelves,
    outranked: Outranked,
    /// What is to be sent, by giver and receiver.
    rows: BTreeMap<(Finess, Finess), Vec<TransferRow>>,
    hold_for: TimeDelta,
    gate: Gatekeeper<'f>,
}

impl Approver<'_> {
    fn decide(
        &mut self,
        act: &mut Act<'_>,
        wanted: &Wanted<'_>,
        covered: &clearances::Covered,
        changed: &BTreeSet<String>,
    ) -> Result<Line, Error> {
        let weighed = match covered.of(wanted) {
            _ if changed.contains(&wanted.line.name) => Err(Refused::ReserveChanged),
            Some(Ok(())) => {
                self.outranked.pass();
                return decided(act, wanted.line, LineState::Served, None);
            }
            Some(Err(refused)) => Err(refused),
            None => self.shelves.weigh(act, self.frozen, wanted)?,
        };
        // who does not pass the gate takes nothing from anybody, and leaves no confirmation behind
        let weighed = weighed
            .and_then(|()| self.gate.lets(wanted.line))
            .and_then(|()| self.outranked.test(act, wanted));
        let weighed = match weighed {
            Ok(()) => self.gate.pass(act, wanted.line)?,
            Err(refused) => Err(refused),
        };
        if let Err(refused) = weighed {
            let why = refused.to_string();
            return decided(act, wanted.line, LineState::Refused, Some(why));
        }
        let mut held = false;
        for (lot_id, unit) in self.shelves.units(wanted) {
            let away = unit.site != wanted.line.site;
            if wanted.line.request.is_none() && !away {
                // a dose of a reserve lies where it is needed: the reserve itself protects it
                continue;
            }
            held = true;
            let hold = LineHold {
                id: HoldId::new(act.id()),
                line: wanted.line.id.clone(),
                dose: unit.dose,
                site: unit.site,
                lot_id: lot_id.clone(),
                units: unit.units,
                rank: wanted.line.rank.unwrap_or(u32::MAX),
                above_reserve: wanted.line.above_reserve,
            };
            db::plan_lines::insert_hold(act.conn, &hold, act.now)?;
            self.shelves.hold(hold);
            if away {
                let line = ForLine {
                    line: wanted.line.id.clone(),
                    name: wanted.line.name.clone(),
                    dose: unit.dose,
                    rank: wanted.line.rank.unwrap_or(u32::MAX),
                };
                let lot = (lot_id.clone(), unit.cip13, unit.lot.clone(), unit.expiry);
                let row = TransferRow::asked(act.id(), Some(line), lot, unit.units);
                let pair = (unit.site, wanted.line.site);
                self.rows.entry(pair).or_default().push(row);
            }
        }
        let line = Line {
            expires_at: self.held_until(act, wanted).filter(|_| held),
            ..wanted.line.clone()
        };
        let next = if held {
            LineState::Approved
        } else {
            LineState::Served
        };
        decided(act, &line, next, None)
    }

    /// Until when units are held: so long after the day of the first dose began, or after now when that
    /// was before.
    fn held_until(&self, act: &Act<'_>, wanted: &Wanted<'_>) -> Option<Instant> {
        let first = wanted.units.iter().map(|unit| unit.on).min()?;
        let zone = self.shelves.site(wanted.line.site)?.site.zone;
        let begins = day_begins(first, zone).filter(|_| wanted.line.request.is_some());
        begins
            .map_or(act.now, |begins| begins.max(act.now))
            .checked_add_signed(self.hold_for)
    }

    /// Asks each giver for what each receiver is to have.
    fn send(&mut self, act: &mut Act<'_>) -> Result<Vec<Transfer>, Error> {
        let mut transfers = Vec::new();
        for ((from, to), rows) in std::mem::take(&mut self.rows) {
            let by = Signed {
                at: act.now,
                by: act.caller.id.clone(),
            };
            let (id, plan) = (TransferId::new(act.id()), self.frozen.plan.id.clone());
            let transfer = Transfer::asked(id, Purpose::Plan(plan), (from, to), by, rows);
            db::transfers::insert(act.conn, &transfer)?;
            let units: u32 = transfer.rows.iter().map(|r| r.units.get()).sum();
            let details = json!({ "plan": self.frozen.plan.id.as_str(), "from": from.as_str(), "to": to.as_str(), "units": units });
            for site in [from, to] {
                let line = Done {
                    action: "transfer.ask",
                    object: transfer.id.as_str(),
                    patient: None,
                    details: details.clone(),
                };
                act.audit(Some(site), line)?;
            }
            transfers.push(transfer);
        }
        Ok(transfers)
    }
}

fn audit(
    act: &mut Act<'_>,
    frozen: &Frozen,
    lines: &[Line],
    transfers: &[Transfer],
) -> Result<(), Error> {
    let count = |state: LineState| lines.iter().filter(|l| l.state == Some(state)).count();
    let details = json!({
        "approved": count(LineState::Approved).saturating_add(count(LineState::Served)),
        "refused": count(LineState::Refused),
        "left_out": count(LineState::LeftOut),
        "transfers": transfers.len(),
        "rulebook": frozen.plan.rulebook.as_str(),
    });
    act.audit(
        None,
        Done {
            action: "plan.approve",
            object: frozen.plan.id.as_str(),
            patient: None,
            details,
        },
    )
}

/// The terms by which a plan was made, for the sites that it covers.
fn terms_of(frozen: &Frozen) -> live_case::Terms {
    live_case::Terms {
        scope: live_case::Scope::Sites(frozen.sites.iter().copied().collect()),
        rulebook: Some(frozen.plan.rulebook.to_string()),
        transfers: frozen.case.transfers,
        horizon_days: frozen.case.horizon_days,
        rounding_down_pct: frozen.case.rounding_down_pct,
    }
}
