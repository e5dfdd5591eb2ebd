//! Cases that are wrong: each fault with its place, what stands there and what was expected.

use super::{BOOKS, with};
use serde_json::{Value, json};

/// A case with one of everything, which is right.
fn good() -> Value {
    json!({
        "rulebook": "clozapine-2025-09", "as_of": "2026-05-10",
        "patient": {
            "id": "p-1", "age_years": 41, "indication": "schizophrenia", "treatment": "interrupted",
            "started_on": "2026-01-05", "interrupted_on": "2026-05-01", "resumes_on": "2026-05-20",
            "stopped_on": null, "administrations": ["2026-01-05", "2026-06-01"],
            "anc": [{"on": "2026-05-10", "per_mm3": 1400}, {"on": "2026-04-20", "per_mm3": 1900}],
            "benign_ethnic_neutropenia": false, "symptoms_of_infection": false,
            "conditions": ["asthma"],
            "prior_treatments": [{"code": "interferon-beta", "outcome": "failed"}],
            "disease_activity": "highly-active", "platelets_g_per_l": 29, "co_medication": ["valproate"],
        },
    })
}

/// What is said about a text, a line a fault.
fn told(text: &[u8]) -> Vec<String> {
    match with(&BOOKS, text, |_, _| ()) {
        Ok(()) => Vec::new(),
        Err(faults) => faults.as_slice().iter().map(ToString::to_string).collect(),
    }
}

/// Puts values into the good case, `""` leaving a field out.
pub(super) fn changed(changes: &[(&str, &str)]) -> Vec<String> {
    let mut case = good();
    for (pointer, value) in changes {
        let (above, key) = pointer.rsplit_once('/').unwrap();
        let above = case.pointer_mut(above).unwrap();
        if value.is_empty() {
            above.as_object_mut().unwrap().remove(key).unwrap();
        } else if let Some(list) = above.as_array_mut() {
            list[key.parse::<usize>().unwrap()] = serde_json::from_str(value).unwrap();
        } else {
            above[key] = serde_json::from_str(value).unwrap();
        }
    }
    told(&serde_json::to_vec(&case).unwrap())
}

#[test]
fn a_case_with_one_of_everything_is_right() {
    assert_eq!(changed(&[]), Vec::<String>::new());
}

#[test]
fn a_day_of_the_treatment_is_judged_only_where_the_treatment_uses_it() {
    // each of these days would be wrong of another treatment
    let days = [
        ("/patient/started_on", r#""2026-05-11""#),
        ("/patient/interrupted_on", r#""2026-06-01""#),
        ("/patient/resumes_on", r#""2020-01-01""#),
        ("/patient/stopped_on", r#""2001-01-01""#),
    ];
    let told = |treatment: &str, days: &[(&str, &str)]| {
        changed(&[&[("/patient/treatment", treatment)], days].concat())
    };
    let none = Vec::<String>::new();
    assert_eq!(told(r#""initiation""#, &days), none);
    assert_eq!(told(r#""ongoing""#, &days[1..]), none);
    assert_eq!(told(r#""interrupted""#, &days[3..]), none);
    assert_eq!(
        told(
            r#""stopped""#,
            &[days[1], days[2], ("/patient/stopped_on", r#""2026-05-09""#)]
        ),
        none
    );
    let wrong =
        ["/patient/started_on: found \"2026-05-11\", expected a day up to as_of, 2026-05-10"];
    assert_eq!(told(r#""ongoing""#, &days), wrong);
}

#[test]
fn a_stop_is_up_to_today_and_not_before_the_start() {
    let stopped = |day: &str| {
        let day = format!("\"{day}\"");
        changed(&[
            ("/patient/treatment", r#""stopped""#),
            ("/patient/stopped_on", &day),
        ])
    };
    assert_eq!(stopped("2026-05-10"), Vec::<String>::new());
    assert_eq!(stopped("2026-01-05"), Vec::<String>::new());
    let late = "/patient/stopped_on: found \"2026-05-11\", expected a day up to as_of, 2026-05-10";
    assert_eq!(stopped("2026-05-11"), [late]);
    let early = "/patient/stopped_on: found \"2026-01-04\", expected 2026-01-05 or later";
    assert_eq!(stopped("2026-01-04"), [early]);
    let absent =
        "/patient/stopped_on: is missing, expected a day as YYYY-MM-DD: the treatment names it";
    assert_eq!(changed(&[("/patient/treatment", r#""stopped""#)]), [absent]);
}

#[test]
fn only_a_schedule_since_the_start_needs_the_start() {
    for (rulebook, treatment, needs) in [
        ("clozapine-2025-09", "ongoing", true),
        ("clozapine-2025-09", "interrupted", true),
        ("clozapine-2025-09", "stopped", false),
        ("clozapine-2025-09", "initiation", false),
        ("roactemra-neutrophils", "ongoing", false),
        ("lemtrada-2020-01", "interrupted", false),
        ("immune-thrombocytopenia", "ongoing", false),
    ] {
        let lines = changed(&[
            ("/rulebook", &format!("\"{rulebook}\"")),
            ("/patient/treatment", &format!("\"{treatment}\"")),
            ("/patient/stopped_on", r#""2026-05-01""#),
            ("/patient/started_on", ""),
        ]);
        assert_eq!(
            lines.len(),
            usize::from(needs),
            "{rulebook} {treatment}: {lines:?}"
        );
    }
}

#[test]
fn what_may_be_left_out_may_be_null() {
    for field in [
        "resumes_on",
        "stopped_on",
        "administrations",
        "anc",
        "benign_ethnic_neutropenia",
        "symptoms_of_infection",
        "conditions",
        "prior_treatments",
        "disease_activity",
        "platelets_g_per_l",
        "co_medication",
    ] {
        let pointer = format!("/patient/{field}");
        for value in ["null", ""] {
            assert_eq!(
                changed(&[(&pointer, value)]),
                Vec::<String>::new(),
                "{field}"
            );
        }
    }
}

#[test]
fn all_faults_of_a_case_are_told_at_once() {
    let lines = changed(&[
        ("/rulebook", r#""clozapine""#),
        ("/as_of", r#""2026-02-31""#),
        ("/patient/id", "7"),
        ("/patient/age_years", "-1"),
        ("/patient/indication", ""),
        ("/patient/started_on", r#""2026-13-01""#),
        ("/patient/interrupted_on", ""),
        ("/patient/resumes_on", "1"),
        ("/patient/anc/0/on", "1"),
        ("/patient/anc/1/per_mm3", "1.5"),
        ("/patient/conditions/0", "1"),
        ("/patient/prior_treatments/0/outcome", r#""cured""#),
        ("/patient/weight_g", "1"),
        ("/colour", "1"),
    ]);
    assert_eq!(lines.len(), 14, "{lines:#?}");
    // a start that cannot be read, or is still to come, hides no other day's fault
    for start in [r#""2026-13-01""#, r#""2026-12-01""#] {
        let lines = changed(&[
            ("/patient/started_on", start),
            ("/patient/resumes_on", r#""2026-04-30""#),
        ]);
        assert_eq!(lines.len(), 2, "{lines:#?}");
    }
    // nor does an indication that is missing hide the start that is
    let lines = changed(&[("/patient/started_on", ""), ("/patient/indication", "")]);
    assert_eq!(lines.len(), 2, "{lines:#?}");
}

#[test]
fn a_field_that_stands_twice_is_told_once() {
    let text = good().to_string();
    for (from, to, expected) in [
        (
            r#""as_of":"#,
            r#""as_of":"2026-05-10","as_of":"#,
            "/as_of: found",
        ),
        (
            r#""age_years":"#,
            r#""age_years":41,"age_years":"#,
            "/patient/age_years: found",
        ),
        (
            r#""resumes_on":"#,
            r#""resumes_on":null,"resumes_on":"#,
            "/patient/resumes_on: found",
        ),
        (
            r#""per_mm3":"#,
            r#""per_mm3":1400,"per_mm3":"#,
            "/patient/anc/0/per_mm3: found",
        ),
        (
            r#""outcome":"#,
            r#""outcome":"failed","outcome":"#,
            "/patient/prior_treatments/0/outcome: found",
        ),
    ] {
        assert!(text.contains(from), "{from}");
        let lines = told(text.replacen(from, to, 1).as_bytes());
        assert!(
            lines.len() == 1
                && lines[0].starts_with(expected)
                && lines[0].ends_with("expected each field once: it stands there already"),
            "{to}: {lines:#?}"
        );
    }
}

#[test]
fn a_text_that_is_no_case_is_one_fault() {
    for text in ["", "{", "[]", "null", "7", "\"x\"", "{}}", "{'a': 1}"] {
        let lines = told(text.as_bytes());
        assert!(
            lines.len() == 1 && lines[0].starts_with("the case: found"),
            "{text}: {lines:#?}"
        );
    }
    // a mark of the order of bytes is no fault, what is missing is
    assert_eq!(told(b"{}").len(), 3);
    assert_eq!(told("\u{feff}{}".as_bytes()).len(), 3);
    let long = vec![b' '; crate::wire::assess_case::MOST_BYTES + 1];
    assert_eq!(
        told(&long),
        ["the case: found 1048577 bytes, expected at most 1 MiB"]
    );
}
