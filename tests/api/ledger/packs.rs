//! Packs that leave by their serial numbers.

use crate::service::{MG400, NEIGHBOUR, SYRINGE, spawn};
use crate::shelf::{faults, record, refused, units};
use crate::support::Backend;
use serde_json::json;

on_both! {
    a_pack_does_not_leave_as_another_lot_than_its_own
    a_pack_leaves_whole_and_once
    a_pack_that_is_not_here_does_not_leave
    a_pack_comes_back_and_is_lost_by_its_serial_number
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

fn a_pack_leaves_whole_and_once(backend: Backend) {
    let app = spawn(backend);
    for serial in ["S1", "S2"] {
        let pack = json!({ "kind": "receipt", "cip13": SYRINGE, "lot": "Y1", "expiry": "2022-06-30", "boxes": 1, "serial": serial });
        record(&app, NEIGHBOUR, &pack).expect(201);
    }
    let line = |n: u32, serial: &str| json!({ "cip13": SYRINGE, "units": n, "serial": serial });
    for n in [1, 8] {
        let mut out = line(n, "S1");
        out["kind"] = json!("dispensing");
        let answer = record(&app, NEIGHBOUR, &out);
        assert_eq!(faults(&answer, 422), ["/units"], "{}", answer.text);
        refused(answer, 422, "not-one-pack");
    }
    let listed = |lines: serde_json::Value| {
        record(
            &app,
            NEIGHBOUR,
            &json!({ "kind": "dispensing", "lines": lines }),
        )
    };
    let answer = listed(json!([line(4, "S1"), line(3, "S2")]));
    assert_eq!(faults(&answer, 422), ["/lines/1/units"], "{}", answer.text);
    let answer = listed(json!([line(4, "S1"), line(4, "S2"), line(4, "S1")]));
    assert_eq!(faults(&answer, 422), ["/lines/2/serial"], "{}", answer.text);
    assert_eq!(units(&app, NEIGHBOUR, SYRINGE, "Y1"), (8, 0));
    listed(json!([line(4, "S1"), line(4, "S2")])).expect(201);
    assert_eq!(units(&app, NEIGHBOUR, SYRINGE, "Y1"), (0, 0));
}

fn a_pack_that_is_not_here_does_not_leave(backend: Backend) {
    let app = spawn(backend);
    let pack = json!({ "kind": "receipt", "cip13": MG400, "lot": "B1", "expiry": "2022-06-30", "boxes": 1, "serial": "S1" });
    record(&app, NEIGHBOUR, &pack).expect(201);
    let out = |serial: &str, lot: Option<&str>| {
        let body = json!({ "kind": "dispensing", "cip13": MG400, "units": 1, "lot": lot, "serial": serial });
        record(&app, NEIGHBOUR, &body)
    };
    // every pack of the lot was scanned, and this is none of them
    refused(out("S9", Some("B1")), 404, "unknown");
    refused(out("S9", None), 404, "unknown");
    // one that was on the shelf before anybody scanned leaves when its lot is named
    app.receive(NEIGHBOUR, MG400, "B1", "2022-06-30", 1);
    refused(out("S9", None), 404, "unknown");
    out("S9", Some("B1")).expect(201);
    out("S1", None).expect(201);
    // it has left
    app.receive(NEIGHBOUR, MG400, "B1", "2022-06-30", 1);
    refused(out("S1", Some("B1")), 404, "unknown");
    assert_eq!(units(&app, NEIGHBOUR, MG400, "B1"), (1, 0));
}

fn a_pack_comes_back_and_is_lost_by_its_serial_number(backend: Backend) {
    let app = spawn(backend);
    for (lot, serial) in [("B1", "S1"), ("B2", "S2")] {
        let pack = json!({ "kind": "receipt", "cip13": MG400, "lot": lot, "expiry": "2022-06-30", "boxes": 1, "serial": serial });
        record(&app, NEIGHBOUR, &pack).expect(201);
    }
    let of = |kind: &str, lot: &str, serial: &str| {
        let mut body =
            json!({ "kind": kind, "cip13": MG400, "units": 1, "lot": lot, "serial": serial });
        match kind {
            "loss" => body["reason"] = json!("breakage"),
            "return" => body["expiry"] = json!("2022-06-30"),
            _ => {}
        }
        record(&app, NEIGHBOUR, &body)
    };
    // it never left
    refused(of("return", "B1", "S1"), 409, "serial-known");
    of("dispensing", "B1", "S1").expect(201);
    refused(of("return", "B2", "S1"), 422, "other-lot");
    of("return", "B1", "S1").expect(201);
    refused(of("return", "B1", "S1"), 409, "serial-known");
    // it is here again, and may be lost
    refused(of("loss", "B2", "S1"), 422, "other-lot");
    refused(of("loss", "B1", "S9"), 404, "unknown");
    app.receive(NEIGHBOUR, MG400, "B1", "2022-06-30", 1);
    of("loss", "B1", "S1").expect(201);
    refused(of("dispensing", "B1", "S1"), 404, "unknown");
    assert_eq!(units(&app, NEIGHBOUR, MG400, "B1"), (1, 0));
}
