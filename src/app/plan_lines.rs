//! What becomes of approved lines: their units are given back, lost, or taken for what ranks above.

use super::act::{Act, Done};
use super::after;
use super::error::Error;
use super::file_request::propose_next;
use super::site_state::SiteState;
use crate::db;
use crate::domain::calendar::Instant;
use crate::domain::code::{Cip13, Finess};
use crate::domain::id::{LineId, PatientId, RequestId};
use crate::domain::line::{Line, LineHold, LineState};
use crate::domain::quantity::Units;
use crate::domain::request::RequestState;
use crate::domain::transfer::{ClosedAs, Signed, Transfer, TransferState};
use serde_json::json;
use std::collections::BTreeSet;

/// Returns every site at which a line holds units, or to which it sends them, and its own.
///
/// # Errors
/// When the database cannot be read.
pub fn sites_of(act: &mut Act<'_>, line: &Line) -> Result<Vec<Finess>, Error> {
    let mut sites: BTreeSet<Finess> = [line.site].into();
    let held = db::plan_lines::held_for(act.conn, &line.id)?;
    sites.extend(held.iter().map(|hold| hold.site));
    let asked = db::transfers::asked_for(act.conn, std::slice::from_ref(&line.id))?;
    sites.extend(
        asked
            .iter()
            .flat_map(|transfer| [transfer.from, transfer.to]),
    );
    Ok(sites.into_iter().collect())
}

/// Ends an approved line: its units are free again wherever they are, what was to be sent for it is
/// not sent, and the sites are settled. The caller has locked [`sites_of`] the line.
///
/// # Errors
/// When the database cannot be written.
pub fn end(act: &mut Act<'_>, line: &Line, next: LineState, why: &str) -> Result<Line, Error> {
    let held = db::plan_lines::held_for(act.conn, &line.id)?;
    for hold in &held {
        db::plan_lines::shrink_hold(act.conn, hold, hold.units)?;
    }
    cancel_transfers(act, &line.id)?;
    let ended = if line.state == Some(next) {
        line.clone()
    } else {
        decided(act, line, next, Some(why.to_owned()))?
    };
    if next == LineState::Expired {
        served_in_part(act, line)?;
    }
    let sites: BTreeSet<Finess> = held.iter().map(|hold| hold.site).collect();
    for site in sites {
        let mut state = SiteState::load(act, site)?;
        after::settle(act, &mut state)?;
    }
    Ok(ended)
}

/// Why an approved line of which some units were dispensed stays approved: the code.
pub(super) const IN_PART: &str = "served-in-part";

/// Why an approved line stays approved of which some units were dispensed and came back: the code. What is
/// still held of it is no whole dose any more: when that is gone the line is broken, and its request open.
pub(super) const GIVEN_BACK: &str = "given-back";

/// Remembers that units of a presentation came back that were dispensed to a patient at a site: what of an
/// approved line was dispensed in part may be less now.
///
/// # Errors
/// When the database cannot be read or written.
pub(super) fn given_back(
    act: &mut Act<'_>,
    patient: &PatientId,
    (site, cip13): (Finess, Cip13),
) -> Result<(), Error> {
    for request in db::requests::of_patient(act.conn, patient)? {
        let book = act.rules.get(&request.rulebook);
        let of = book.is_none_or(|book| book.presentation(cip13).is_some());
        if !of || request.state != RequestState::Open || request.site != site {
            continue;
        }
        let line = db::plan_lines::approved_for(act.conn, &request.id)?;
        if let Some(line) = line.filter(|line| line.why.as_deref() == Some(IN_PART)) {
            let why = Some(GIVEN_BACK.to_owned());
            db::plan_lines::update(act.conn, &Line { why, ..line })?;
        }
    }
    Ok(())
}

/// Ends the request of a line that ends after some of its units were dispensed: what was given was given,
/// and what follows is another request.
fn served_in_part(act: &mut Act<'_>, line: &Line) -> Result<(), Error> {
    let (Some((id, _)), Some(IN_PART)) = (&line.request, line.why.as_deref()) else {
        return Ok(());
    };
    let request = db::requests::find(act.conn, id)?;
    if let Some(request) = request.filter(|r| r.state == RequestState::Open) {
        let state = SiteState::load(act, request.site)?;
        propose_next(act, &request, state.today)?;
    }
    Ok(())
}

/// Writes what became of a line, with its line on the audit trail.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn decided(
    act: &mut Act<'_>,
    line: &Line,
    next: LineState,
    why: Option<String>,
) -> Result<Line, Error> {
    let after = Line {
        state: Some(next),
        why,
        decided_at: Some(act.now),
        decided_by: Some(act.caller.id.clone()),
        ..line.clone()
    };
    db::plan_lines::update(act.conn, &after)?;
    let request = match &after.request {
        Some((id, _)) => db::requests::find(act.conn, id)?,
        None => None,
    };
    let details = json!({
        "plan": after.plan.as_str(),
        "before": line.state.map(LineState::code),
        "after": next.code(),
        "why": after.why,
    });
    act.audit(
        Some(after.site),
        Done {
            action: "plan.line",
            object: after.id.as_str(),
            patient: request.map(|r| (r.patient, r.patient_hash)),
            details,
        },
    )?;
    Ok(after)
}

/// Ends the approved line of a request, if it has one: its units are free again.
///
/// # Errors
/// When the database cannot be written.
pub fn release(act: &mut Act<'_>, request: &RequestId) -> Result<(), Error> {
    if let Some(line) = db::plan_lines::approved_for(act.conn, request)? {
        end(act, &line, LineState::Released, "request-withdrawn")?;
    }
    Ok(())
}

fn cancel_transfers(act: &mut Act<'_>, line: &LineId) -> Result<(), Error> {
    for mut transfer in db::transfers::asked_for_to_change(act.conn, std::slice::from_ref(line))? {
        for row in &mut transfer.rows {
            let of_line = row.line.as_ref().is_some_and(|l| l.line == *line);
            if of_line && row.state.not_sent() {
                row.state = TransferState::Cancelled;
            }
        }
        close_if_done(act, &mut transfer, ClosedAs::LineEnded);
        db::transfers::update(act.conn, &transfer)?;
    }
    Ok(())
}

/// Writes how far the rows of a transfer have come on the transfer itself, which is another version of it:
/// one of which nothing is on its way any more is closed, `as_what` when nothing of it was sent.
pub(super) fn close_if_done(act: &Act<'_>, transfer: &mut Transfer, as_what: ClosedAs) {
    transfer.version = transfer.version.saturating_add(1);
    transfer.state = transfer.state_of_rows();
    let ended = matches!(
        transfer.state,
        TransferState::Received | TransferState::Cancelled
    );
    if !ended {
        return;
    }
    transfer.closed = Some(Signed {
        at: act.now,
        by: act.caller.id.clone(),
    });
    transfer.closed_as = Some(as_what).filter(|_| transfer.state == TransferState::Cancelled);
}

/// Takes units out of the holds of lines that `of` means, those first that lose theirs first, and breaks
/// the lines.
///
/// Returns how many units were taken of each hold. What a broken line holds elsewhere is given back soon after:
/// [`sweep`].
///
/// # Errors
/// When the database cannot be written.
pub(super) fn cut(
    act: &mut Act<'_>,
    state: &mut SiteState,
    of: impl Fn(&LineHold) -> bool,
    units: Units,
) -> Result<Vec<(LineHold, Units)>, Error> {
    let mut left = units;
    let mut cuts = Vec::new();
    let holds = state.line_holds.clone();
    for hold in crate::domain::line::last_first(&holds) {
        if left > Units::ZERO && of(hold) {
            let taken = left.min(hold.units);
            left = left.saturating_sub(taken);
            cuts.push((hold.clone(), taken));
        }
    }
    let broken: BTreeSet<LineId> = cuts.iter().map(|(hold, _)| hold.line.clone()).collect();
    for id in &broken {
        break_line(act, state, id, UNITS_LOST)?;
    }
    Ok(cuts)
}

/// Why a line is broken whose units were lost, or taken for what ranks above it: the code.
pub(super) const UNITS_LOST: &str = "units-lost";

/// Gives back what a line holds here, and marks it broken if it is approved. What it holds or is sent
/// elsewhere is given back by the [`sweep`], which locks those sites.
///
/// # Errors
/// When the database cannot be written.
pub(super) fn break_line(
    act: &mut Act<'_>,
    state: &mut SiteState,
    id: &LineId,
    why: &str,
) -> Result<(), Error> {
    let (gone, kept): (Vec<LineHold>, Vec<LineHold>) = state
        .line_holds
        .iter()
        .cloned()
        .partition(|hold| hold.line == *id);
    for hold in &gone {
        db::plan_lines::shrink_hold(act.conn, hold, hold.units)?;
    }
    state.set_line_holds(kept);
    let line = db::plan_lines::find(act.conn, id)?;
    if let Some(line) = line.filter(|line| line.state == Some(LineState::Approved)) {
        served_in_part(act, &line)?;
        decided(act, &line, LineState::Broken, Some(why.to_owned()))?;
    }
    Ok(())
}

/// Returns up to `limit` lines that are to be swept at `now`: approved ones whose units were held for
/// long enough, and ended ones that still hold units somewhere; each with the sites it concerns.
///
/// # Errors
/// When the database cannot be read.
pub fn due(act: &mut Act<'_>, now: Instant, limit: i64) -> Result<Vec<(Line, Vec<Finess>)>, Error> {
    let mut lines = db::plan_lines::expired(act.conn, now, limit)?;
    lines.extend(db::plan_lines::left_behind(act.conn, limit)?);
    lines
        .into_iter()
        .map(|line| {
            let sites = sites_of(act, &line)?;
            Ok((line, sites))
        })
        .collect()
}

/// Ends a line that is [`due`], if it still is: two instances may look at once.
///
/// # Errors
/// When the database cannot be written.
pub fn sweep(act: &mut Act<'_>, line: &LineId) -> Result<(), Error> {
    let Some(line) = db::plan_lines::find(act.conn, line)? else {
        return Ok(());
    };
    match line.state {
        Some(LineState::Approved) if line.expires_at.is_some_and(|at| at <= act.now) => {
            let why = match line.request {
                Some(_) => "held-too-long",
                None => "transfer-too-late",
            };
            end(act, &line, LineState::Expired, why)?;
        }
        Some(LineState::Broken) => {
            end(act, &line, LineState::Broken, UNITS_LOST)?;
        }
        Some(_) | None => {}
    }
    Ok(())
}
