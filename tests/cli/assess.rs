//! `dotation assess`: cases in, bytes and exit codes out.

use crate::desk::Desk;
use serde_json::{Value, json};

const EXAMPLES: &str = include_str!("../fixtures/assess/examples.jsonl");

/// The case of the contract's first page.
fn worked() -> Value {
    json!({
        "rulebook": "clozapine-2025-09", "as_of": "2026-06-27",
        "patient": {
            "id": "p-1", "age_years": 41, "indication": "schizophrenia", "treatment": "ongoing",
            "started_on": "2026-01-05", "anc": [{"on": "2026-06-20", "per_mm3": 1400}],
        },
    })
}

/// A desk with a case in `case.json`.
fn desk(case: &Value) -> Desk {
    let desk = Desk::new();
    desk.write("case.json", &case.to_string());
    desk
}

#[test]
fn the_worked_example_is_assessed_as_it_is_described() {
    let answer = desk(&worked()).run(&["assess", "case.json"]).json();
    assert_eq!(answer["decision"], "warn");
    assert_eq!(answer["findings"][0]["code"], "neutropenia-mild");
    assert_eq!(answer["schedule"], "monthly");
    let next = json!({"from": "2026-07-20", "to": "2026-07-20", "overdue": false});
    assert_eq!(answer["next_anc"], next);
    assert_eq!(answer["alternatives"], Value::Null);
    assert_eq!(answer["no_alternative"], Value::Null);
}

#[test]
fn whatever_the_decision_the_exit_code_is_0() {
    let mut decisions = std::collections::BTreeSet::new();
    for line in EXAMPLES.lines() {
        let example: Value = serde_json::from_str(line).unwrap();
        let decision = example["want"]["decision"].as_str().unwrap().to_owned();
        if decisions.insert(decision.clone()) {
            let answer = desk(&example["case"]).run(&["assess", "case.json"]).json();
            assert_eq!(answer["decision"], *decision, "{line}");
        }
    }
    let all: Vec<String> = decisions.into_iter().collect();
    assert_eq!(all, ["allow", "refuse", "stop", "warn"]);
}

#[test]
fn a_case_from_standard_input_and_in_another_order_gives_the_same_bytes() {
    let mut case = worked();
    case["patient"]["anc"] = json!([
        {"on": "2026-06-20", "per_mm3": 1400},
        {"on": "2026-06-20", "per_mm3": 1600},
        {"on": "2026-03-20", "per_mm3": 1700},
    ]);
    let desk = desk(&case);
    let answer = desk.run(&["assess", "case.json"]).ok();
    case["patient"]["anc"].as_array_mut().unwrap().reverse();
    desk.write("other.json", &case.to_string());
    let mut command = desk.command(&["assess", "-"], &[]);
    let file = std::fs::File::open(desk.folder.path().join("other.json")).unwrap();
    let output = command.stdin(file).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), answer);
    assert!(output.stderr.is_empty());
    assert!(answer.ends_with("}\n") && answer.lines().count() == 1);
}

#[test]
fn an_invalid_case_is_refused_with_every_fault_and_nothing_on_standard_output() {
    let mut case = worked();
    case["patient"]["age_years"] = json!(41.5);
    case["patient"]["anc"][0]["on"] = json!("2026-06-28");
    case["patient"]["started_on"] = Value::Null;
    let err = desk(&case).run(&["assess", "case.json"]).fails(2);
    assert_eq!(
        err,
        "case.json: /patient/age_years: found 41.5, expected a whole number from 0 to 130\n\
         case.json: /patient/started_on: is missing, expected the day the treatment started\n\
         case.json: /patient/anc/0/on: found \"2026-06-28\", expected a day up to 2026-06-27\n"
    );
    // of no other format either
    for format in ["json", "table", "text"] {
        let err = desk(&case)
            .run(&["assess", "case.json", "--format", format])
            .fails(2);
        assert!(!err.is_empty());
    }
    let desk = Desk::new();
    let err = desk.run(&["assess", "nowhere.json"]).fails(2);
    assert!(err.contains("nowhere.json: cannot be read"), "{err}");
    let err = desk.run(&["assess"]).fails(2);
    assert!(err.contains("CASE.json"), "{err}");
    desk.write("case.json", "{");
    let err = desk.run(&["assess", "case.json"]).fails(2);
    assert!(err.contains("line 1, column 2"), "{err}");
}

#[test]
fn people_are_told_in_their_language() {
    let shown = |case: &Value| {
        let desk = desk(case);
        let lines = ["fr", "en"].map(|lang| {
            let words = ["assess", "case.json", "--format", "table", "--lang", lang];
            desk.run(&words).ok()
        });
        lines.join("\n")
    };
    let mut late = worked();
    late["as_of"] = json!("2026-07-21");
    late["patient"]["co_medication"] = json!(["valproate"]);
    insta::assert_snapshot!("clozapine_overdue", shown(&late));
    let crs = json!({
        "rulebook": "roactemra-neutrophils", "as_of": "2025-12-29",
        "patient": {"id": "p-2", "age_years": 9, "indication": "crs", "treatment": "ongoing"},
    });
    insta::assert_snapshot!("roactemra_crs", shown(&crs));
    let lemtrada = json!({
        "rulebook": "lemtrada-2019-04", "as_of": "2026-06-27",
        "patient": {
            "id": "p-3", "age_years": 41, "indication": "relapsing-remitting-ms",
            "treatment": "initiation", "disease_activity": "highly-active",
            "conditions": ["hepatic-injury"],
        },
    });
    insta::assert_snapshot!("lemtrada_refused", shown(&lemtrada));
    let itp = json!({
        "rulebook": "immune-thrombocytopenia", "as_of": "2026-06-27",
        "patient": {
            "id": "p-4", "age_years": 16, "indication": "immune-thrombocytopenia",
            "treatment": "ongoing", "platelets_g_per_l": 12,
            "prior_treatments": [{"code": "glucocorticoids", "outcome": "failed"}],
        },
    });
    insta::assert_snapshot!("thrombocytopenia", shown(&itp));
}

#[test]
fn the_language_of_the_sentences_changes_no_fact() {
    let desk = desk(&worked());
    let [mut fr, mut en] =
        ["fr", "en"].map(|lang| desk.run(&["assess", "case.json", "--lang", lang]).json());
    assert_ne!(fr["findings"][0]["message"], en["findings"][0]["message"]);
    for answer in [&mut fr, &mut en] {
        answer["findings"][0]["message"] = Value::Null;
        answer["checklist"] = Value::Null;
    }
    assert_eq!(fr, en);
}

#[test]
fn a_new_medicine_is_a_file_in_a_folder() {
    let desk = Desk::new();
    let rules = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/safety");
    let settings = format!("rulebooks_folder = \"{rules}\"\n");
    desk.write("dotation.toml", &settings);
    let case = json!({
        "rulebook": "morosil-2031-03-01", "as_of": "2031-06-30",
        "patient": {
            "id": "p-1", "age_years": 80, "indication": "gout", "treatment": "interrupted",
            "started_on": "2031-01-01", "interrupted_on": "2031-06-24",
            "anc": [{"on": "2031-06-22", "per_mm3": 900}], "conditions": ["kidney-failure"],
            "prior_treatments": [{"code": "cold-baths", "outcome": "failed"}],
        },
    });
    desk.write("case.json", &case.to_string());
    let answer = desk.run(&["assess", "case.json", "--lang", "en"]).json();
    assert_eq!(answer["decision"], "warn");
    assert_eq!(answer["findings"][0]["code"], "begin-anew");
    assert_eq!(
        answer["findings"][0]["source"],
        "An invented notice (2031-03-01), p. 4"
    );
    assert_eq!(answer["schedule"], "close");
    let next = json!({"from": "2031-07-02", "to": "2031-07-07", "overdue": false});
    assert_eq!(answer["next_anc"], next);
    assert_eq!(answer["no_alternative"], true);
    assert_eq!(answer["checklist"], json!(["Look at the toes."]));
    // and those that come with the service are still there
    desk.write("case.json", &worked().to_string());
    assert_eq!(
        desk.run(&["assess", "case.json"]).json()["decision"],
        "warn"
    );
}
