//! The faults of a movement.

use super::receipt;
use crate::service::{MG400, NEIGHBOUR, spawn};
use crate::shelf::{faults, record};
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    every_fault_of_a_movement_is_told_at_once_with_its_place
}

/// Bodies, and the places of what is wrong with each.
#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) fn cases() -> Vec<(Value, Vec<&'static str>)> {
    let long = "x".repeat(200);
    let of = |kind: &str, rest: Value| {
        let mut body = rest;
        body["kind"] = json!(kind);
        body
    };
    vec![
        (receipt(&json!({ "units": 0 })), vec!["/units"]),
        (receipt(&json!({ "units": -1 })), vec!["/units"]),
        (receipt(&json!({ "units": 1_000_001 })), vec!["/units"]),
        (receipt(&json!({ "units": i64::MAX })), vec!["/units"]),
        (receipt(&json!({ "units": u64::MAX })), vec!["/units"]),
        (receipt(&json!({ "units": 1e300 })), vec!["/units"]),
        (receipt(&json!({ "units": 1.5 })), vec!["/units"]),
        (receipt(&json!({ "units": 1.0 })), vec!["/units"]),
        (receipt(&json!({ "units": "1" })), vec!["/units"]),
        (receipt(&json!({ "units": null })), vec!["/units"]),
        (receipt(&json!({ "units": [1] })), vec!["/units"]),
        (
            receipt(&json!({ "units": null, "boxes": 1_000_001 })),
            vec!["/boxes"],
        ),
        (receipt(&json!({ "boxes": 1 })), vec!["/boxes"]),
        (
            receipt(&json!({ "cip13": "3400957464548" })),
            vec!["/cip13"],
        ),
        (
            receipt(&json!({ "cip13": 3_400_957_464_547_u64 })),
            vec!["/cip13"],
        ),
        (receipt(&json!({ "cip13": "" })), vec!["/cip13"]),
        (
            receipt(&json!({ "cip13": "３４００９５７４６４５４７" })),
            vec!["/cip13"],
        ),
        (receipt(&json!({ "lot": long })), vec!["/lot"]),
        (receipt(&json!({ "lot": "" })), vec!["/lot"]),
        (receipt(&json!({ "lot": "B\u{0}1" })), vec!["/lot"]),
        (receipt(&json!({ "lot": "B\u{202e}1" })), vec!["/lot"]),
        (receipt(&json!({ "expiry": "1970-01-01" })), vec!["/expiry"]),
        (receipt(&json!({ "expiry": "2999-01-01" })), vec!["/expiry"]),
        (receipt(&json!({ "expiry": "2022-02-30" })), vec!["/expiry"]),
        (receipt(&json!({ "expiry": "30/06/2022" })), vec!["/expiry"]),
        (receipt(&json!({ "serial": "S1" })), vec!["/serial"]),
        (receipt(&json!({ "state": "lost" })), vec!["/state"]),
        (receipt(&json!({ "colour": "red" })), vec!["/colour"]),
        (
            receipt(&json!({ "counted": 1, "patient": "p" })),
            vec!["/counted", "/patient"],
        ),
        (
            receipt(&json!({ "scan": "x" })),
            vec!["/cip13", "/lot", "/expiry", "/units", "/scan"],
        ),
        (
            receipt(&json!({ "note": "x".repeat(10_000) })),
            vec!["/note"],
        ),
        (receipt(&json!({ "note": "a\u{7}b" })), vec!["/note"]),
        (
            receipt(&json!({ "happened_at": "1999-12-31T00:00:00Z" })),
            vec!["/happened_at"],
        ),
        (
            receipt(&json!({ "happened_at": "2021-10-20T08:00:01Z" })),
            vec!["/happened_at"],
        ),
        (
            receipt(&json!({ "happened_at": "+262142-01-01T00:00:00Z" })),
            vec!["/happened_at"],
        ),
        (
            receipt(&json!({ "happened_at": "yesterday" })),
            vec!["/happened_at"],
        ),
        (
            receipt(&json!({ "units": 0, "lot": "", "expiry": "soon", "cip13": "1" })),
            vec!["/cip13", "/lot", "/expiry", "/units"],
        ),
        (
            json!({ "kind": "receipt" }),
            vec!["/cip13", "/lot", "/expiry", "/units"],
        ),
        (json!({ "kind": "theft" }), vec!["/kind"]),
        (json!({}), vec!["/kind"]),
        (json!({ "kind": "dispensing" }), vec!["/cip13"]),
        (of("dispensing", json!({ "cip13": MG400 })), vec!["/units"]),
        (of("dispensing", json!({ "lines": [] })), vec!["/lines"]),
        (
            of(
                "dispensing",
                json!({ "lines": vec![json!({ "cip13": MG400, "units": 1 }); 51] }),
            ),
            vec!["/lines"],
        ),
        (
            of(
                "dispensing",
                json!({ "lines": [{ "cip13": MG400, "units": 1 }, { "cip13": "x", "units": 0 }] }),
            ),
            vec!["/lines/1/cip13", "/lines/1/units"],
        ),
        (
            of(
                "dispensing",
                json!({ "lines": [{ "cip13": MG400, "units": 1, "colour": 1 }] }),
            ),
            vec!["/lines/0/colour"],
        ),
        (
            of(
                "dispensing",
                json!({ "cip13": MG400, "units": 1, "lines": [{ "cip13": MG400, "units": 1 }] }),
            ),
            vec!["/cip13", "/units"],
        ),
        (
            of(
                "dispensing",
                json!({ "cip13": MG400, "units": 1, "indication": "crs" }),
            ),
            vec!["/patient"],
        ),
        (
            of(
                "dispensing",
                json!({ "cip13": MG400, "units": 1, "indication": "flu" }),
            ),
            vec!["/indication"],
        ),
        (
            of(
                "dispensing",
                json!({ "cip13": MG400, "units": 1, "patient": "x".repeat(65) }),
            ),
            vec!["/patient"],
        ),
        (
            of(
                "dispensing",
                json!({ "cip13": MG400, "units": 1, "patient": "a\nb" }),
            ),
            vec!["/patient"],
        ),
        (
            of("dispensing-override", json!({ "cip13": MG400, "units": 1 })),
            vec!["/patient", "/note"],
        ),
        (
            of("loss", json!({ "cip13": MG400, "lot": "B1", "units": 1 })),
            vec!["/reason"],
        ),
        (
            of("count-adjustment", json!({ "cip13": MG400, "lot": "B1" })),
            vec!["/counted"],
        ),
        (
            of(
                "count-adjustment",
                json!({ "cip13": MG400, "lot": "B1", "counted": -1 }),
            ),
            vec!["/counted"],
        ),
        (of("reversal", json!({})), vec!["/note", "/movement"]),
        (json!([]), vec![""]),
        (json!("receipt"), vec![""]),
        (Value::Null, vec![""]),
    ]
}

fn every_fault_of_a_movement_is_told_at_once_with_its_place(backend: Backend) {
    let app = spawn(backend);
    for (body, mut places) in cases() {
        let answer = record(&app, NEIGHBOUR, &body);
        let mut found = faults(&answer, 422);
        found.sort();
        places.sort_unstable();
        assert_eq!(found, places, "{body}\n{}", answer.text);
        for fault in answer.body["errors"].as_array().unwrap() {
            assert!(
                fault["detail"].as_str().is_some_and(|d| !d.is_empty()),
                "{fault}"
            );
        }
        assert!(answer.text.len() < 4_000, "{}", answer.text);
    }
    let ledger = app
        .get(Role::Reader, &format!("/sites/{NEIGHBOUR}/movements"))
        .expect(200);
    assert_eq!(ledger["items"], json!([]));
}
