//! A request as it is shown: for people, and for machines by the names that the API has.

use super::alternatives;
use crate::app::records::Standing;
use crate::app::see::requests::{SeenRequest, Turn};
use crate::domain::calendar::Day;
use crate::domain::language::Language;
use crate::domain::line::LineState;
use crate::domain::quantity::{Grams, Mg, Units};
use crate::domain::rule::Slug;
use serde_json::{Value, json};
use std::fmt::Write as _;

pub(super) fn shape(seen: &SeenRequest) -> Value {
    let (r, w) = (&seen.request, &seen.request.wanted);
    let day = |day: Option<Day>| day.map(|day| day.to_string());
    let by_hand = w.due_by_hand.as_ref();
    let mut shape = json!({
        "id": r.id.as_str(),
        "site": r.site.as_str(),
        "rulebook": r.rulebook.as_str(),
        "pseudonym": seen.pseudonym,
        "patient": r.patient.as_str(),
        "state": r.state.code(),
        "indication": w.indication.as_str(),
        "route": w.route.code(),
        "treatment": w.treatment.code(),
        "alternatives": seen.alternatives.left.code(),
        "alternatives_by": seen.alternatives.by(),
        "alternatives_filed": w.alternatives.code(),
        "alternatives_reason": w.alternatives_reason,
        "alternatives_listed": seen.alternatives.list.as_ref().map(|l| alternatives::shape(l, Some(&w.tried))),
        "tried": w.tried.iter().map(alternatives::declared).collect::<Vec<_>>(),
        "conditions": w.conditions.iter().map(Slug::as_str).collect::<Vec<_>>(),
        "risk": w.risk.code(),
        "approved_exception": w.approved_exception,
        "age_years": w.age_years,
        "weight_g": w.weight.map(Grams::get),
        "units": w.units.map(Units::get),
        "prescribed_ug": w.prescribed.map(Mg::ug),
        "interval_days": w.interval_days,
        "last_administration_on": day(w.last_given_on),
        "due": day(seen.due),
        "due_by_hand": by_hand.is_some(),
        "due_reason": by_hand.and_then(|(_, why)| why.clone()),
        "anc_per_mm3": w.count.map(|count| count.per_mm3),
        "anc_on": day(w.count.and_then(|count| count.on)),
    });
    let rest = json!({
        "follows": r.follows.as_ref().map(ToString::to_string),
        "filed_at": r.filed_at,
        "ended_at": r.ended_at,
        "version": r.version,
        "reason_fr": seen.reason_fr,
        "reason_en": seen.reason_en,
        "standing": seen.standing.as_ref().map(standing),
        "history": seen.history.iter().map(turn).collect::<Vec<_>>(),
    });
    if let (Value::Object(shape), Value::Object(rest)) = (&mut shape, rest) {
        shape.extend(rest);
    }
    shape
}

fn standing(s: &Standing) -> Value {
    json!({
        "plan": s.plan.as_str(),
        "day": s.day.to_string(),
        "made_at": s.made_at,
        "request_version": s.request_version,
        "class": s.class,
        "rank": s.rank,
        "status": s.status,
        "reason_code": s.reason_code,
        "state": s.state.map(LineState::code),
        // which delivery would bring what was deferred is in the sentence
        "why": s.why.as_ref().filter(|_| s.state.is_some()),
        "expires_at": s.expires_at,
    })
}

fn turn(t: &Turn) -> Value {
    json!({
        "at": t.at,
        "plan": t.plan.as_str(),
        "rank": t.rank,
        "status": t.status,
        "reason_code": t.reason_code,
        "state": t.state.map(LineState::code),
        "why": t.why,
    })
}

/// The request in lines: what is asked for, where it stands and why, how it came there.
pub(super) fn text(seen: &SeenRequest, language: Language) -> String {
    let (r, w) = (&seen.request, &seen.request.wanted);
    let mut asked = vec![
        w.indication.to_string(),
        w.route.to_string(),
        w.treatment.code().to_owned(),
        format!("alternatives {}", seen.alternatives.left.code()),
        format!("risk {}", w.risk.code()),
        format!("{} years", w.age_years),
    ];
    asked.extend(w.weight.map(|weight| format!("{} g", weight.get())));
    asked.extend(w.units.map(|units| format!("{units} units")));
    asked.extend(w.prescribed.map(|mass| format!("{mass} prescribed")));
    asked.extend(w.interval_days.map(|days| format!("every {days} days")));
    let reason = match language {
        Language::Fr => &seen.reason_fr,
        Language::En => &seen.reason_en,
    };
    let none = || "-".to_owned();
    let lines = [
        ("Request", format!("{}, {}", r.id, r.state.code())),
        ("Site", r.site.to_string()),
        ("Patient", seen.pseudonym.clone().unwrap_or_else(none)),
        ("Asked for", asked.join(", ")),
        ("Due", seen.due.map_or_else(none, |day| day.to_string())),
        ("Stands", reason.clone()),
    ];
    let mut text = String::new();
    for (name, value) in lines {
        // writing to a text does not fail
        let _always = writeln!(text, "{name:<10} {value}");
    }
    text.push_str(&alternatives::told(seen, language));
    for t in &seen.history {
        let rank = t.rank.map_or_else(none, |rank| rank.to_string());
        let became = t.state.map_or(&*t.status, |state| state.code());
        let at = t.at.format("%Y-%m-%dT%H:%M:%SZ");
        let _always = writeln!(text, "{:<10} {at}  rank {rank}  {became}", "");
    }
    text
}
