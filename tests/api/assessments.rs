//! `POST /assessments`: a case in, the same bytes as the command's out.

use crate::service::{App, spawn};
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};
use std::process::{Command, Stdio};

on_both! {
    every_kind_of_case_is_answered_with_the_bytes_of_the_command
    a_wrong_case_is_told_with_every_pointer
    whoever_has_a_token_may_ask_and_nothing_is_kept
}

const EXAMPLES: &str = include_str!("../fixtures/assess/examples.jsonl");

/// One case of each rulebook and decision among the contract's examples.
fn cases() -> Vec<(Value, Value)> {
    let mut seen = std::collections::BTreeSet::new();
    let examples = EXAMPLES.lines().filter_map(|line| {
        let mut example: Value = serde_json::from_str(line).unwrap();
        let (case, want) = (example["case"].take(), example["want"].take());
        let kind = (case["rulebook"].to_string(), want["decision"].to_string());
        seen.insert(kind).then_some((case, want))
    });
    let cases: Vec<_> = examples.collect();
    assert!(cases.len() >= 10, "{}", cases.len());
    cases
}

/// What the command answers to a case in a file.
fn command(case: &Value, language: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("case.json"), case.to_string()).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_dotation"))
        .args([
            "assess",
            "case.json",
            "--format",
            "json",
            "--lang",
            language,
        ])
        .current_dir(folder.path())
        .env_clear()
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success() && output.stderr.is_empty());
    String::from_utf8(output.stdout).unwrap()
}

fn asked(app: &App, case: &Value, language: &str) -> crate::service::Answer {
    let bearer = format!("Bearer {}", app.token(Role::Pharmacist));
    app.send(
        "POST",
        "/assessments",
        &[("Authorization", &bearer), ("Accept-Language", language)],
        Some(case.to_string().as_bytes()),
    )
}

fn every_kind_of_case_is_answered_with_the_bytes_of_the_command(backend: Backend) {
    let app = spawn(backend);
    for (place, (case, want)) in cases().into_iter().enumerate() {
        let language = if place % 2 == 0 { "fr" } else { "en" };
        let answer = asked(&app, &case, language);
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.text, command(&case, language), "{case}");
        assert_eq!(answer.body["decision"], want["decision"], "{case}");
        assert_eq!(answer.headers["content-type"], "application/json");
    }
}

fn a_wrong_case_is_told_with_every_pointer(backend: Backend) {
    let app = spawn(backend);
    let case = json!({
        "rulebook": "clozapine-2025-09", "as_of": "2026-02-31",
        "patient": {
            "id": "p-1", "age_years": -1, "treatment": "ongoing",
            "anc": [{"on": "2026-01-01", "per_mm3": 1400.5}],
        },
    });
    let answer = asked(&app, &case, "en");
    assert_eq!(answer.status, 422, "{}", answer.text);
    assert_eq!(answer.headers["content-type"], "application/problem+json");
    for pointer in [
        "/as_of",
        "/patient/age_years",
        "/patient/indication",
        "/patient/started_on",
        "/patient/anc/0/per_mm3",
    ] {
        let quoted = format!("\"{pointer}\"");
        assert!(answer.text.contains(&quoted), "{pointer}: {}", answer.text);
    }
    let answer = app.post(Role::Pharmacist, "/assessments", &json!([]));
    assert_eq!(answer.status, 422, "{}", answer.text);
}

fn whoever_has_a_token_may_ask_and_nothing_is_kept(backend: Backend) {
    let app = spawn(backend);
    let (case, _) = cases().swap_remove(0);
    let mut texts = Vec::new();
    for role in Role::ALL {
        // with a key or without one, and twice
        let answer = app.post_with_key(role, "/assessments", &case, "one-key");
        assert_eq!(answer.status, 200, "{role:?}: {}", answer.text);
        texts.push(answer.text);
    }
    assert!(texts.windows(2).all(|pair| pair[0] == pair[1]), "{texts:?}");
    // the same key with another case is no repetition: there was nothing to keep
    let (other, _) = cases().swap_remove(1);
    let answer = app.post_with_key(Role::Pharmacist, "/assessments", &other, "one-key");
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_ne!(answer.text, texts[0]);
    let body = case.to_string();
    let nobody = app.send("POST", "/assessments", &[], Some(body.as_bytes()));
    assert_eq!(nobody.status, 401, "{}", nobody.text);
}
