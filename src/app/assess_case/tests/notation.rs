//! A short way to write cases and answers down.
//!
//! A case is words: `ongoing start=d0 as_of=d125 anc=d120:1400,d127:900 ben`. A day is `2026-01-05`,
//! or `d126`: so many days after 5 January 2026. An answer is its findings with the first letter of
//! their severity, then the schedule and the days of the next count, then the alternatives:
//! `w:anc-overdue i:resume-schedule; weekly d7 overdue`. What is not there is not written.

use crate::domain::calendar::Day;
use serde_json::{Map, Value, json};

/// The day that others are counted from.
fn day_0() -> Day {
    Day::of(2026, 1, 5).unwrap()
}

/// Returns the day that a word means: `2026-02-01` or `d27`.
pub(super) fn day(word: &str) -> String {
    let counted = word.strip_prefix('d').and_then(|n| n.parse::<i64>().ok());
    match counted {
        Some(n) if n < 0 => day_0().minus(u32::try_from(-n).unwrap()).to_string(),
        Some(n) => day_0().plus(u32::try_from(n).unwrap()).to_string(),
        None => word.to_owned(),
    }
}

/// Returns an answer with its counted days as dates.
pub(super) fn resolved(line: &str) -> String {
    let words = line.split(' ').map(|word| {
        let days: Vec<String> = word.split("..").map(day).collect();
        days.join("..")
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Returns the case that words tell of; a rulebook has an indication of its own.
pub(super) fn case(rulebook: &str, told: &str) -> Value {
    let indication = match rulebook {
        "clozapine-2025-09" => "schizophrenia",
        "roactemra-neutrophils" => "rheumatoid-arthritis",
        "immune-thrombocytopenia" => "immune-thrombocytopenia",
        _ => "relapsing-remitting-ms",
    };
    let mut case = json!({
        "rulebook": rulebook, "as_of": day("d100"),
        "patient": {"id": "p-1", "age_years": 40, "indication": indication},
    });
    for word in told.split_whitespace() {
        let (key, value) = word.split_once('=').unwrap_or((word, ""));
        if key == "as_of" {
            case["as_of"] = day(value).into();
        } else {
            tell(case["patient"].as_object_mut().unwrap(), key, value);
        }
    }
    case
}

fn tell(patient: &mut Map<String, Value>, key: &str, value: &str) {
    let days = || value.split(',').map(day).collect::<Vec<_>>();
    let words = || value.split(',').collect::<Vec<_>>();
    let pairs = |first: &str, second: &str| -> Value {
        let pairs = words().into_iter().map(|pair| {
            let (a, b) = pair.split_once(':').unwrap();
            let b = b.parse::<u32>().map_or_else(|_| json!(b), |n| json!(n));
            json!({first: day(a), second: b})
        });
        pairs.collect()
    };
    let (field, value) = match key {
        "initiation" | "ongoing" | "interrupted" | "stopped" => ("treatment", json!(key)),
        "start" => ("started_on", json!(day(value))),
        "paused" => ("interrupted_on", json!(day(value))),
        "resumes" => ("resumes_on", json!(day(value))),
        "stop" => ("stopped_on", json!(day(value))),
        "given" => ("administrations", json!(days())),
        "anc" => ("anc", pairs("on", "per_mm3")),
        "had" => ("prior_treatments", pairs("code", "outcome")),
        "ben" => ("benign_ethnic_neutropenia", json!(true)),
        "symptoms" => ("symptoms_of_infection", json!(true)),
        "age" => ("age_years", json!(value.parse::<u32>().unwrap())),
        "for" => ("indication", json!(value)),
        "activity" => ("disease_activity", json!(value)),
        "with" => ("co_medication", json!(words())),
        "has" => ("conditions", json!(words())),
        _ => panic!("{key} is no word of a case"),
    };
    patient.insert(field.to_owned(), value);
}

/// Writes an answer down, and sees that its decision is the worst of its findings.
pub(super) fn line(answer: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let findings = answer["findings"].as_array().unwrap();
    let found: Vec<String> = findings
        .iter()
        .map(|f| {
            let first = text(&f["severity"]).chars().next().unwrap();
            format!("{first}:{}", text(&f["code"]))
        })
        .collect();
    let worst = ["stop", "refuse", "warn"].into_iter().find(|severity| {
        let mut all = findings.iter();
        all.any(|f| f["severity"] == *severity)
    });
    assert_eq!(answer["decision"], worst.unwrap_or("allow"), "{answer}");
    let mut line = found.join(" ");
    let next = &answer["next_anc"];
    if !answer["schedule"].is_null() || !next.is_null() {
        line.push(';');
        if let Some(schedule) = answer["schedule"].as_str() {
            line = format!("{line} {schedule}");
        }
    }
    if let (Some(from), Some(to)) = (next["from"].as_str(), next["to"].as_str()) {
        line = format!("{line} {from}");
        if from != to {
            line = format!("{line}..{to}");
        }
        if next["overdue"] == true {
            line.push_str(" overdue");
        }
    }
    if let Some(all) = answer["alternatives"].as_array() {
        let none = answer["no_alternative"].as_bool().unwrap();
        line.push_str(if none { " |none" } else { " |some" });
        for one in all {
            line = format!("{line} {}={}", text(&one["code"]), text(&one["status"]));
        }
    } else {
        assert!(answer["no_alternative"].is_null(), "{answer}");
    }
    line
}
