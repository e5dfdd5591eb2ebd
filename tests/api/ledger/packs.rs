//! Packs that leave by their serial numbers.

use crate::service::{MG400, NEIGHBOUR, spawn};
use crate::shelf::{faults, record, refused, units};
use crate::support::Backend;
use serde_json::json;

on_both! {
    a_pack_does_not_leave_as_another_lot_than_its_own
}

fn a_pack_does_not_leave_as_another_lot_than_its_own(backend: Backend) {
    let app = spawn(backend);
    for (lot, serial) in [("B1", "S1"), ("B2", "S2")] {
        let pack = json!({ "kind": "receipt", "cip13": MG400, "lot": lot, "expiry": "2022-06-30", "boxes": 1, "serial": serial });
        record(&app, NEIGHBOUR, &pack).expect(201);
    }
    let line = |lot: &str, serial: &str| json!({ "cip13": MG400, "units": 1, "lot": lot, "serial": serial });
    let mut wrong = line("B2", "S1");
    wrong["kind"] = json!("dispensing");
    let answer = record(&app, NEIGHBOUR, &wrong);
    assert_eq!(faults(&answer, 422), ["/lot"], "{}", answer.text);
    let problem = refused(answer, 422, "other-lot");
    assert_eq!(
        (
            &problem["errors"][0]["found"],
            &problem["errors"][0]["expected"]
        ),
        (&json!("B2"), &json!("B1"))
    );
    // a lot that never was here is no better
    wrong["lot"] = json!("B3");
    refused(record(&app, NEIGHBOUR, &wrong), 422, "other-lot");
    let listed = |lines: serde_json::Value| {
        let body = json!({ "kind": "dispensing", "lines": lines });
        record(&app, NEIGHBOUR, &body)
    };
    let answer = listed(json!([line("B1", "S1"), line("B1", "S2")]));
    assert_eq!(faults(&answer, 422), ["/lines/1/lot"], "{}", answer.text);
    assert_eq!(units(&app, NEIGHBOUR, MG400, "B1"), (1, 0));
    // nothing left: both packs are still there, and leave by what they are
    let again = json!({ "kind": "receipt", "cip13": MG400, "lot": "B1", "expiry": "2022-06-30", "boxes": 1, "serial": "S1" });
    refused(record(&app, NEIGHBOUR, &again), 409, "serial-known");
    listed(json!([line("B1", "S1"), line("B2", "S2")])).expect(201);
    assert_eq!(units(&app, NEIGHBOUR, MG400, "B1"), (0, 0));
}
