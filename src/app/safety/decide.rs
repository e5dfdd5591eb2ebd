//! Somebody decides at the gate: confirms warnings, or overrides what speaks against the medicine.

use super::{Weighed, refused, weigh};
use crate::app::act::{Act, Done};
use crate::app::error::Error;
use crate::app::file_request::within_reach;
use crate::app::hear;
use crate::app::site_state::SiteState;
use crate::db;
use crate::domain::calendar::{Day, to_micros};
use crate::domain::gate::{GateDecision, GateVerdict, Left, Passage};
use crate::domain::id::{GateDecisionId, RequestId};
use crate::domain::reason::Refusal;
use crate::domain::request::{Request, RequestState};
use crate::domain::role::Action;
use serde_json::json;
use std::collections::BTreeSet;

/// What somebody says at the gate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The findings that are confirmed, by their codes.
    pub confirm: BTreeSet<String>,
    /// Why the medicine may go although something speaks against it, in a pharmacist's words.
    pub override_reason: Option<String>,
}

/// Decides on a request that is open, before it is approved or dispensed.
///
/// # Errors
/// Refused when there is no such request within reach, it has ended, no safety rulebook speaks of it,
/// nothing is left to decide, what is confirmed was not found, or what blocks is not overridden.
pub fn decide(act: &mut Act<'_>, id: &RequestId, verdict: &Verdict) -> Result<GateDecision, Error> {
    let request = within_reach(act, id)?;
    if request.state != RequestState::Open {
        let state = request.state.code();
        return Err(Refusal::WrongState { state }.into());
    }
    let state = SiteState::load(act, request.site)?;
    let nothing = Refusal::WrongState {
        state: "nothing-to-decide",
    };
    let Some(weighed) = weigh(act, &request, state.today)? else {
        return Err(nothing.into());
    };
    let codes = weighed.assessment.findings.iter().map(|f| f.code);
    let codes: BTreeSet<&str> = codes.collect();
    if verdict.confirm.iter().any(|c| !codes.contains(c.as_str())) {
        let state = "no-such-finding";
        return Err(Refusal::WrongState { state }.into());
    }
    match weighed.passage() {
        Passage::Open => Err(nothing.into()),
        Passage::Blocked(_) if verdict.override_reason.is_none() => {
            Err(refused(&weighed.passage(), id).unwrap_or(nothing).into())
        }
        Passage::ToConfirm(_) | Passage::Blocked(_) => {
            let decided = settle(act, &request, &weighed, verdict, Some(&state))?;
            Ok(decided.ok_or(nothing)?)
        }
    }
}

/// Lets a request pass, with what is said on the way; what is decided is written down. `state` is its
/// site, for the alert of an override.
///
/// # Errors
/// Refused when something is left that is neither confirmed nor overridden.
pub(in crate::app) fn pass(
    act: &mut Act<'_>,
    request: &Request,
    as_of: Day,
    verdict: &Verdict,
    state: Option<&SiteState>,
) -> Result<bool, Error> {
    let Some(weighed) = weigh(act, request, as_of)? else {
        return Ok(false);
    };
    pass_weighed(act, request, &weighed, verdict, state)
}

/// The same for one that was weighed. Returns whether a refusal is overridden, now or before.
///
/// # Errors
/// Refused when something is left that is neither confirmed nor overridden.
pub(in crate::app) fn pass_weighed(
    act: &mut Act<'_>,
    request: &Request,
    weighed: &Weighed<'_>,
    verdict: &Verdict,
    state: Option<&SiteState>,
) -> Result<bool, Error> {
    let before = weighed.passage();
    if before != Passage::Open {
        let decided = settle(act, request, weighed, verdict, state)?;
        let all: Vec<GateDecision> = weighed.decisions.iter().cloned().chain(decided).collect();
        let after = Left::of(&weighed.assessment.findings, &weighed.seen, &all).passage();
        if let Some(refusal) = refused(&after, &request.id) {
            return Err(refusal.into());
        }
    }
    Ok(weighed.assessment.severity().stops())
}

/// Writes down what is decided of what is left to decide; nothing when that is nothing.
fn settle(
    act: &mut Act<'_>,
    request: &Request,
    weighed: &Weighed<'_>,
    verdict: &Verdict,
    state: Option<&SiteState>,
) -> Result<Option<GateDecision>, Error> {
    let Left {
        to_confirm,
        blocking,
    } = weighed.left();
    let mut codes: BTreeSet<String> = to_confirm.intersection(&verdict.confirm).cloned().collect();
    let overrides = verdict.override_reason.is_some() && !blocking.is_empty();
    if overrides {
        act.caller
            .check(Action::OverrideSafety, Some(request.site))?;
        codes.extend(blocking);
    }
    if codes.is_empty() {
        return Ok(None);
    }
    let decision = GateDecision {
        id: GateDecisionId::new(act.id()),
        request: request.id.clone(),
        verdict: if overrides {
            GateVerdict::Overridden
        } else {
            GateVerdict::Confirmed
        },
        rulebook: weighed.book.name.to_string(),
        rulebook_hash: hex::encode(weighed.book.hash),
        at: to_micros(act.now),
        by: act.caller.id.clone(),
        codes,
        seen: weighed.seen.clone(),
        reason: verdict.override_reason.clone().filter(|_| overrides),
    };
    db::gate::insert(act.conn, &decision)?;
    let action = if overrides {
        "safety.override"
    } else {
        "safety.confirm"
    };
    // what was found stays out of the trail: it says that something was decided, and by which rules
    let details = json!({
        "request": request.id.as_str(),
        "rulebook": decision.rulebook,
        "rulebook_sha256": decision.rulebook_hash,
        "findings": decision.codes.len(),
    });
    act.audit(
        Some(request.site),
        Done {
            action,
            object: decision.id.as_str(),
            patient: Some((request.patient.clone(), request.patient_hash.clone())),
            details,
        },
    )?;
    if let Some(state) = state.filter(|_| overrides) {
        hear::safety_overridden(act, state, &decision)?;
    }
    Ok(Some(decision))
}
