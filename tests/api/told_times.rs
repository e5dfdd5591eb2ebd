//! When something is said to have happened: not before there were the units that it takes.

use crate::service::{App, CENTRE, MG400, spawn};
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    units_do_not_leave_before_they_were_there
}

fn book(app: &App, mut body: Value, at: &str) -> (u16, Value) {
    body["cip13"] = json!(MG400);
    body["lot"] = json!("B1");
    body["happened_at"] = json!(at);
    let path = format!("/sites/{CENTRE}/movements");
    let answer = app.post(Role::Pharmacist, &path, &body);
    (answer.status, answer.body)
}

fn units_do_not_leave_before_they_were_there(backend: Backend) {
    let app = spawn(backend);
    let receipt = |units: u32| json!({ "kind": "receipt", "expiry": "2022-06-30", "units": units });
    let loss = |units: u32| json!({ "kind": "loss", "units": units, "reason": "breakage" });
    assert_eq!(book(&app, receipt(3), "2021-10-18T08:00:00Z").0, 201);
    assert_eq!(book(&app, receipt(7), "2021-10-19T08:00:00Z").0, 201);
    for (units, at) in [
        (1, "2021-10-18T07:59:59Z"),
        (4, "2021-10-19T07:59:59Z"),
        (1, "2001-01-01T00:00:00Z"),
    ] {
        let (status, refused) = book(&app, loss(units), at);
        assert_eq!(status, 422, "{refused}");
        assert_eq!(refused["errors"][0]["pointer"], "/happened_at", "{refused}");
        assert_eq!(refused["reason"], "before-its-units");
    }
    let quarantine = json!({ "kind": "quarantine", "units": 4, "note": "warm" });
    assert_eq!(book(&app, quarantine, "2021-10-18T09:00:00Z").0, 422);
    assert_eq!(app.lot("B1"), (10, 0));
    assert_eq!(book(&app, loss(3), "2021-10-18T08:00:00Z").0, 201);
    assert_eq!(book(&app, loss(7), "2021-10-19T08:00:00Z").0, 201);
    assert_eq!(app.lot("B1"), (0, 0));
}
