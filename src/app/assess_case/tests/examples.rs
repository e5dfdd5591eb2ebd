//! The contract's examples.

use super::answered;
use serde_json::{Value, json};

/// Cases of the contract with what they must answer, free texts aside; a line each.
const EXAMPLES: &str = include_str!("../../../../tests/fixtures/assess/examples.jsonl");

/// Leaves of a list of objects only two fields.
fn only(list: &Value, fields: [&str; 2]) -> Value {
    let Some(items) = list.as_array() else {
        return list.clone();
    };
    let kept = items.iter().map(|item| {
        let kept = fields.map(|field| (field.to_owned(), item[field].clone()));
        Value::Object(kept.into_iter().collect())
    });
    kept.collect()
}

#[test]
fn every_example_of_the_contract_is_answered_as_it_says() {
    let mut seen = 0;
    for (place, line) in EXAMPLES.lines().enumerate() {
        let example: Value = serde_json::from_str(line).unwrap();
        let got = answered(&example["case"]).unwrap();
        let got = json!({
            "decision": got["decision"],
            "findings": only(&got["findings"], ["code", "severity"]),
            "schedule": got["schedule"],
            "next_anc": got["next_anc"],
            "alternatives": only(&got["alternatives"], ["code", "status"]),
            "no_alternative": got["no_alternative"],
        });
        assert_eq!(
            got,
            example["want"],
            "line {}: {}",
            place + 1,
            example["case"]
        );
        seen += 1;
    }
    assert_eq!(seen, 200);
}
