//! Who could send, what is asked for, and what becomes of it before it leaves.

use super::{accept, ask, begin, refused, see, send, stand, step, trail};
use crate::service::{App, CENTRE, FAR_CENTRE, MG80, MG400, NEIGHBOUR, spawn};
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    a_givers_reserve_is_protected_when_it_is_asked_and_when_it_sends
    a_loss_at_the_giver_shrinks_the_transfer_and_then_ends_it
    a_crs_takes_what_was_asked_for_by_hand_first
    proposals_give_what_expires_first_and_no_reserve
    a_no_go_becomes_a_go_by_the_transfer_that_was_proposed
    what_cannot_be_given_is_not_asked_for
}

fn asked(app: &App, from: &str, to: &str, row: &Value) -> crate::service::Answer {
    let body = json!({ "from": from, "to": to, "rows": [row] });
    app.post(Role::Pharmacist, "/transfers", &body)
}

fn lose(app: &App, site: &str, cip13: &str, lot: &str, units: u32) {
    let body =
        json!({ "kind": "loss", "cip13": cip13, "lot": lot, "units": units, "reason": "breakage" });
    app.post(Role::Pharmacist, &format!("/sites/{site}/movements"), &body)
        .expect(201);
}

fn a_givers_reserve_is_protected_when_it_is_asked_and_when_it_sends(backend: Backend) {
    let app = spawn(backend);
    // a reserve of three doses of two vials, and two vials beside
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 8);
    let three = asked(
        &app,
        CENTRE,
        NEIGHBOUR,
        &json!({ "cip13": MG400, "units": 3 }),
    );
    assert_eq!(
        three.body["type"], "/problems/reserve-protected",
        "{}",
        three.text
    );
    assert_eq!(
        (&three.body["doses_lost"], &three.body["doses_required"]),
        (&json!(1), &json!(3))
    );
    let two = asked(
        &app,
        CENTRE,
        NEIGHBOUR,
        &json!({ "cip13": MG400, "units": 2 }),
    )
    .expect(201);
    let id = two["id"].as_str().unwrap();
    assert_eq!(stand(&app, CENTRE, "B1"), (8, 0, 2));
    accept(&app, id).expect(200);
    // meanwhile free vials break: what is held for the transfer would make the dose that is missing now
    lose(&app, CENTRE, MG400, "B1", 2);
    assert_eq!(stand(&app, CENTRE, "B1"), (6, 0, 2));
    let refused = send(&app, id);
    assert_eq!(
        refused.body["type"], "/problems/reserve-protected",
        "{}",
        refused.text
    );
    assert_eq!(refused.body["doses_lost"], 1);
    assert_eq!(
        stand(&app, CENTRE, "B1"),
        (6, 0, 2),
        "nothing of it was done"
    );
    step(
        &app,
        id,
        "decline",
        &json!({ "reason": "our reserve needs them" }),
    )
    .expect(200);
    assert_eq!(stand(&app, CENTRE, "B1"), (6, 0, 0));
}

fn a_loss_at_the_giver_shrinks_the_transfer_and_then_ends_it(backend: Backend) {
    let app = begin(backend);
    let first = ask(&app, 2);
    let second = ask(&app, 3);
    accept(&app, &second).expect(200);
    // one is free; what was asked for last loses first
    lose(&app, NEIGHBOUR, MG80, "C7", 2);
    assert_eq!(stand(&app, NEIGHBOUR, "C7"), (4, 0, 4));
    let seen = see(&app, &second);
    assert_eq!(
        (&seen["state"], &seen["rows"][0]["units"]),
        (&json!("accepted"), &json!(2))
    );
    assert_eq!(
        trail(&app, CENTRE, &second).last().map(String::as_str),
        Some("transfer.shrink")
    );
    lose(&app, NEIGHBOUR, MG80, "C7", 3);
    let seen = see(&app, &second);
    assert_eq!(
        (&seen["state"], &seen["closed_as"]),
        (&json!("cancelled"), &json!("units-lost"))
    );
    assert_eq!(see(&app, &first)["rows"][0]["units"], 1);
    assert_eq!(refused(&send(&app, &second), 409), "wrong-state");
    accept(&app, &first).expect(200);
    let gone = send(&app, &first).expect(200);
    assert_eq!(
        (
            &gone["transfer"]["rows"][0]["sent"],
            stand(&app, NEIGHBOUR, "C7")
        ),
        (&json!(1), (0, 0, 0))
    );
}

fn a_crs_takes_what_was_asked_for_by_hand_first(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 14);
    let go = app.go("cart-1", 100_000, "2021-10-25");
    let asked = asked(
        &app,
        CENTRE,
        NEIGHBOUR,
        &json!({ "cip13": MG400, "units": 2 }),
    )
    .expect(201);
    let id = asked["id"].as_str().unwrap();
    assert_eq!(stand(&app, CENTRE, "B1"), (14, 0, 8));
    let crs = json!({ "kind": "dispensing", "cip13": MG400, "units": 7, "patient": "emergency-1", "indication": "crs" });
    app.post(
        Role::Pharmacist,
        &format!("/sites/{CENTRE}/movements"),
        &crs,
    )
    .expect(201);
    assert_eq!(stand(&app, CENTRE, "B1"), (7, 0, 7));
    assert_eq!(see(&app, id)["rows"][0]["units"], 1);
    let crs = json!({ "kind": "dispensing", "cip13": MG400, "units": 1, "patient": "emergency-1", "indication": "crs" });
    app.post(
        Role::Pharmacist,
        &format!("/sites/{CENTRE}/movements"),
        &crs,
    )
    .expect(201);
    assert_eq!(see(&app, id)["state"], "cancelled");
    assert_eq!(app.standing(&go), ("GO".into(), "standing".into()));
}

fn proposals(app: &App, query: &str) -> Value {
    app.get(Role::Pharmacist, &format!("/transfers/proposals?{query}"))
        .expect(200)
}

fn proposals_give_what_expires_first_and_no_reserve(backend: Backend) {
    let app = begin(backend);
    app.receive(NEIGHBOUR, MG80, "C8", "2022-03-31", 2);
    let four = format!("site={CENTRE}&cip13={MG80}&units=4");
    let found = proposals(&app, &four);
    let first = &found["proposals"][0];
    assert_eq!(
        (&first["site"], &first["complete"]),
        (&json!(NEIGHBOUR), &json!(true))
    );
    let rows: Vec<_> = first["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| (r["lot"].clone(), r["units"].clone()))
        .collect();
    assert_eq!(rows, [(json!("C8"), json!(2)), (json!("C7"), json!(2))]);
    assert_eq!(proposals(&app, &four), found, "the same every time");
    // what is held is not offered
    ask(&app, 5);
    let found = proposals(&app, &four);
    assert_eq!(
        (
            &found["proposals"][0]["complete"],
            &found["proposals"][0]["rows"][0]["units"]
        ),
        (&json!(false), &json!(3))
    );
    // a centre gives what its reserve can do without
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 5);
    app.receive(CENTRE, MG400, "B0", "2022-01-31", 3);
    let found = proposals(&app, &format!("site={NEIGHBOUR}&cip13={MG400}&units=3"));
    assert_eq!(
        found["proposals"][0]["rows"],
        json!([{ "cip13": MG400, "lot": "B0", "expiry": "2022-01-31", "units": 2 }])
    );
    for query in [
        format!("site={CENTRE}"),
        format!("site={CENTRE}&cip13={MG80}"),
        format!("site={CENTRE}&cip13={MG80}&units=0"),
        format!("site={CENTRE}&cip13={MG80}&units=1&clearance=x"),
    ] {
        let answer = app.get(Role::Pharmacist, &format!("/transfers/proposals?{query}"));
        assert_eq!(answer.status, 400, "{query}");
    }
    assert_eq!(
        app.get(Role::Reader, &format!("/transfers/proposals?{four}"))
            .status,
        403
    );
}

fn a_no_go_becomes_a_go_by_the_transfer_that_was_proposed(backend: Backend) {
    let app = spawn(backend);
    app.receive(NEIGHBOUR, MG400, "D1", "2022-06-30", 10);
    let no = app.ask("cart-1", 100_000, "2021-10-25").expect(201);
    assert_eq!(no["decision"], "NO-GO");
    let clearance = no["id"].as_str().unwrap();
    let found = proposals(&app, &format!("site={CENTRE}&clearance={clearance}"));
    let first = &found["proposals"][0];
    assert_eq!(
        (
            &first["site"],
            &first["complete"],
            &first["rows"][0]["units"]
        ),
        (&json!(NEIGHBOUR), &json!(true), &json!(6)),
        "{found}"
    );
    let body = json!({ "from": NEIGHBOUR, "to": CENTRE, "clearance": clearance,
        "rows": [{ "cip13": MG400, "lot": "D1", "units": 6 }] });
    let asked = app.post(Role::Pharmacist, "/transfers", &body).expect(201);
    assert_eq!(
        (&asked["purpose"], &asked["clearance"]),
        (&json!("clearance"), &json!(clearance))
    );
    let id = asked["id"].as_str().unwrap();
    accept(&app, id).expect(200);
    send(&app, id).expect(200);
    // on its way it makes no dose
    assert_eq!(
        app.ask("cart-1", 100_000, "2021-10-25").expect(201)["decision"],
        "NO-GO"
    );
    step(&app, id, "receive", &json!({ "cold_chain": true })).expect(200);
    let go = app.go("cart-1", 100_000, "2021-10-25");
    // a GO lacks nothing
    let path = format!(
        "/transfers/proposals?site={CENTRE}&clearance={}",
        go["id"].as_str().unwrap()
    );
    assert_eq!(
        refused(&app.get(Role::Pharmacist, &path), 409),
        "wrong-state"
    );
}

fn what_cannot_be_given_is_not_asked_for(backend: Backend) {
    let app = begin(backend);
    let row = |units: u32| json!({ "cip13": MG80, "units": units });
    assert_eq!(
        refused(&asked(&app, NEIGHBOUR, CENTRE, &row(7)), 409),
        "not-enough-units"
    );
    let none = asked(
        &app,
        NEIGHBOUR,
        CENTRE,
        &json!({ "cip13": MG80, "lot": "C9", "units": 1 }),
    );
    assert_eq!(refused(&none, 404), "unknown-lot");
    assert_eq!(asked(&app, CENTRE, CENTRE, &row(1)).status, 422);
    let body = json!({ "from": NEIGHBOUR, "to": CENTRE, "rows": [] });
    assert_eq!(app.post(Role::Pharmacist, "/transfers", &body).status, 422);
    let far = asked(&app, FAR_CENTRE, CENTRE, &row(1));
    assert_eq!(refused(&far, 409), "wrong-state");
    assert_eq!(
        refused(&asked(&app, NEIGHBOUR, FAR_CENTRE, &row(1)), 403),
        "forbidden"
    );
    let body =
        json!({ "from": NEIGHBOUR, "to": CENTRE, "clearance": "none-such", "rows": [row(1)] });
    assert_eq!(
        refused(&app.post(Role::Pharmacist, "/transfers", &body), 404),
        "unknown"
    );
    assert_eq!(stand(&app, NEIGHBOUR, "C7"), (6, 0, 0));
}
