//! A delivery comes box by box: what is still to come goes on counting, and what did not come after
//! all is still to come.

use crate::service::{App, CENTRE, MG400, SYRINGE, spawn};
use crate::shelf::{faults, id_of, record, refused, units};
use crate::story::at;
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    what_is_still_to_come_goes_on_counting
    more_than_was_announced_ends_a_delivery
    a_delivery_of_which_no_more_comes_is_received_by_hand
    a_receipt_that_is_undone_is_still_to_come
    boxes_beyond_what_a_movement_can_have_are_refused
}

/// Announces a delivery that is confirmed.
fn coming(app: &App, units: u32) -> String {
    let body =
        json!({ "cip13": MG400, "units": units, "expected_on": "2021-10-22", "confirmed": true });
    let made = app.post(Role::Pharmacist, &at("/deliveries"), &body);
    made.expect(201)["id"].as_str().unwrap().to_owned()
}

fn comes(app: &App, delivery: &str, units: u32) -> Value {
    let body = json!({ "kind": "receipt", "cip13": MG400, "lot": "B1", "expiry": "2022-06-30", "units": units, "delivery": delivery });
    app.book(&body).expect(201)
}

/// State, units announced, arrived, and to come.
fn delivery(app: &App, id: &str) -> (String, u64, u64, u64) {
    let seen = app.see(&format!("/deliveries/{id}"));
    let n = |name: &str| seen[name].as_u64().unwrap();
    let state = seen["state"].as_str().unwrap().to_owned();
    (state, n("units"), n("arrived"), n("to_come"))
}

fn resupply(app: &App) -> String {
    app.see("/reserve")["resupply"].as_str().unwrap().to_owned()
}

fn audited(app: &App, action: &str) -> Vec<Value> {
    let trail = app.get(Role::Admin, &format!("/audit?site={CENTRE}&limit=200"));
    let all = trail.expect(200)["items"].as_array().unwrap().clone();
    all.into_iter().filter(|e| e["action"] == action).collect()
}

fn what_is_still_to_come_goes_on_counting(backend: Backend) {
    let app = spawn(backend);
    let id = coming(&app, 10);
    assert_eq!(resupply(&app), "assured");
    comes(&app, &id, 1);
    assert_eq!(delivery(&app, &id), ("confirmed".into(), 10, 1, 9));
    assert_eq!((resupply(&app), app.reserve().1), ("assured".into(), 2));
    // four vials are two doses: three are not
    comes(&app, &id, 5);
    assert_eq!((resupply(&app), app.reserve().1), ("assured".into(), 2));
    comes(&app, &id, 1);
    assert_eq!(delivery(&app, &id), ("confirmed".into(), 10, 7, 3));
    assert_eq!((resupply(&app), app.reserve().1), ("compromised".into(), 3));
    comes(&app, &id, 3);
    assert_eq!(delivery(&app, &id), ("received".into(), 10, 10, 0));
    assert_eq!(app.lot("B1").0, 10);
    // announced, and four times less to come
    assert_eq!(audited(&app, "delivery.change").len(), 5);
    let moved = audited(&app, "stock.move");
    assert!(
        moved.iter().all(|m| m["details"]["delivery"] == id),
        "{moved:?}"
    );
}

fn more_than_was_announced_ends_a_delivery(backend: Backend) {
    let app = spawn(backend);
    let id = coming(&app, 4);
    comes(&app, &id, 5);
    assert_eq!(delivery(&app, &id), ("received".into(), 4, 5, 0));
    assert_eq!(resupply(&app), "compromised");
}

fn a_delivery_of_which_no_more_comes_is_received_by_hand(backend: Backend) {
    let app = spawn(backend);
    let edit = |id: &str, body: &Value| {
        let path = at(&format!("/deliveries/{id}"));
        app.edit(Role::Pharmacist, "PATCH", &path, body)
    };
    let id = coming(&app, 10);
    comes(&app, &id, 1);
    // nine that never came: why?
    let bare = edit(&id, &json!({ "state": "received" }));
    assert_eq!(faults(&bare, 422), ["/reason"]);
    let why = json!({ "state": "received", "reason": "the rest is out of stock" });
    let ended = edit(&id, &why).expect(200);
    assert_eq!(
        (&ended["state"], &ended["to_come"], &ended["short"]),
        (&json!("received"), &json!(0), &json!(9))
    );
    assert_eq!(resupply(&app), "compromised");
    refused(edit(&id, &json!({ "units": 12 })), 409, "wrong-state");
    // corrected to what has arrived already, nothing of it is to come
    let id = coming(&app, 10);
    comes(&app, &id, 1);
    edit(&id, &json!({ "units": 1 })).expect(200);
    assert_eq!(delivery(&app, &id), ("received".into(), 1, 1, 0));
}

fn a_receipt_that_is_undone_is_still_to_come(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B0", "2022-06-30", 12);
    let id = coming(&app, 6);
    comes(&app, &id, 2);
    let last = comes(&app, &id, 4);
    assert_eq!(delivery(&app, &id), ("received".into(), 6, 6, 0));
    assert_eq!(resupply(&app), "compromised");
    let lines = audited(&app, "delivery.change").len();
    let undo = json!({ "kind": "reversal", "movement": id_of(&last), "note": "wrong box" });
    let undone = app.book(&undo).expect(201);
    assert_eq!(undone["movements"][0]["delivery"], id);
    assert_eq!(delivery(&app, &id), ("confirmed".into(), 6, 2, 4));
    assert_eq!((resupply(&app), app.reserve().1), ("assured".into(), 2));
    assert_eq!(audited(&app, "delivery.change").len(), lines + 1);
    comes(&app, &id, 4);
    assert_eq!(delivery(&app, &id), ("received".into(), 6, 6, 0));
}

fn boxes_beyond_what_a_movement_can_have_are_refused(backend: Backend) {
    let app = spawn(backend);
    let boxes = |n: u32| {
        let body = json!({ "kind": "receipt", "cip13": SYRINGE, "lot": "Y1", "expiry": "2022-06-30", "boxes": n });
        record(&app, CENTRE, &body)
    };
    // four syringes a box, and a million units at most
    let answer = boxes(250_001);
    assert_eq!(faults(&answer, 422), ["/boxes"]);
    let problem = refused(answer, 422, "too-many-boxes");
    assert_eq!(problem["errors"][0]["expected"], "1 à 250000");
    assert_eq!(units(&app, CENTRE, SYRINGE, "Y1"), (0, 0));
    boxes(250_000).expect(201);
    assert_eq!(units(&app, CENTRE, SYRINGE, "Y1"), (1_000_000, 0));
}
