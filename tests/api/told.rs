//! What is told is so: of readiness, of expiries, of deliveries, of what was refused.

use crate::service::{App, CENTRE, MG80, MG400, NEIGHBOUR, spawn};
use crate::shelf::{faults, record, refused, units};
use crate::support::{Backend, block};
use dotation::db::Error;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    a_service_that_finds_no_room_is_not_ready_until_it_does
    the_expiry_of_a_known_lot_need_not_be_said_for_a_return
    a_receipt_for_a_delivery_of_another_presentation_says_so
    nobody_counts_fewer_than_none
    access_ends_within_two_years
    a_refused_question_without_holding_is_on_the_audit_trail
    the_page_of_no_alert_is_not_found
}

fn ready(app: &App) -> (u16, Value) {
    let answer = app.send("GET", "//readyz", &[], None);
    let checks = answer.body["checks"].as_array().unwrap().iter();
    let room = checks
        .filter(|c| c["name"] == "room")
        .map(|c| c["ok"].clone());
    let told: Vec<Value> = room.collect();
    (answer.status, told[0].clone())
}

fn a_service_that_finds_no_room_is_not_ready_until_it_does(backend: Backend) {
    let app = spawn(backend);
    assert_eq!(ready(&app), (200, json!(true)));
    let db = app.service.db().clone();
    let full = block(db.write(Vec::new(), |_| Err::<(), _>(Error::Full)));
    assert_eq!(full, Err(Error::Full));
    assert_eq!(ready(&app), (503, json!(false)));
    // a write that writes nothing proves nothing
    block(db.write(Vec::new(), |_| Ok::<_, Error>(()))).unwrap();
    assert_eq!(ready(&app), (503, json!(false)));
    block(db.try_writing(app.clock.now())).unwrap();
    assert_eq!(ready(&app), (200, json!(true)));
}

fn the_expiry_of_a_known_lot_need_not_be_said_for_a_return(backend: Backend) {
    let app = spawn(backend);
    app.receive(NEIGHBOUR, MG400, "B1", "2022-06-30", 2);
    let out = json!({ "kind": "dispensing", "cip13": MG400, "units": 1 });
    record(&app, NEIGHBOUR, &out).expect(201);
    let back = json!({ "kind": "return", "cip13": MG400, "lot": "B1", "units": 1 });
    let recorded = record(&app, NEIGHBOUR, &back).expect(201);
    assert_eq!(recorded["movements"][0]["expiry"], "2022-06-30");
    assert_eq!(units(&app, NEIGHBOUR, MG400, "B1"), (2, 0));
    app.receive(NEIGHBOUR, MG400, "B1", "2022-07-31", 2);
    refused(record(&app, NEIGHBOUR, &back), 422, "which-expiry");
}

fn a_receipt_for_a_delivery_of_another_presentation_says_so(backend: Backend) {
    let app = spawn(backend);
    let path = format!("/sites/{NEIGHBOUR}/deliveries");
    let announced = json!({ "cip13": MG80, "units": 4, "expected_on": "2021-10-25" });
    let delivery = app.post(Role::Pharmacist, &path, &announced).expect(201);
    let came = json!({
        "kind": "receipt", "cip13": MG400, "lot": "B1", "expiry": "2022-06-30", "units": 4,
        "delivery": delivery["id"],
    });
    let answer = record(&app, NEIGHBOUR, &came);
    assert_eq!(faults(&answer, 422), ["/delivery"]);
    let fault = &answer.body["errors"][0];
    assert_eq!(
        (&fault["found"], &fault["expected"]),
        (&json!(MG400), &json!(MG80))
    );
    refused(answer, 422, "other-presentation");
    assert_eq!(units(&app, NEIGHBOUR, MG400, "B1"), (0, 0));
}

fn nobody_counts_fewer_than_none(backend: Backend) {
    let app = spawn(backend);
    let count = json!({ "kind": "count-adjustment", "cip13": MG400, "lot": "B1", "counted": -1 });
    let answer = record(&app, NEIGHBOUR, &count);
    assert_eq!(faults(&answer, 422), ["/counted"]);
    assert_eq!(answer.body["errors"][0]["expected"], "0 à 1000000");
}

fn access_ends_within_two_years(backend: Backend) {
    let app = spawn(backend);
    let until = |at: &str| {
        let new = json!({ "name": "n", "role": "reader", "all_sites": true, "expires_at": at });
        app.post(Role::Admin, "/tokens", &new)
    };
    until("2023-10-20T00:00:00Z").expect(201);
    // two years are the most
    assert_eq!(faults(&until("2023-10-25T00:00:00Z"), 422), ["/expires_at"]);
    assert_eq!(faults(&until("2100-01-01T00:00:00Z"), 422), ["/expires_at"]);
    assert_eq!(faults(&until("9999-12-31T00:00:00Z"), 422), ["/expires_at"]);
}

fn a_refused_question_without_holding_is_on_the_audit_trail(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 30);
    let path = format!("/sites/{CENTRE}/clearances");
    let ask = |hold: bool| {
        let question = json!({ "pseudonym": "p-1", "weight_g": 70_000, "infusion_date": "2021-10-25", "hold": hold });
        app.post(Role::CarTUnit, &path, &question)
    };
    assert_eq!(ask(true).expect(201)["decision"], "GO");
    refused(ask(false), 409, "already-cleared");
    let trail = app
        .get(Role::Admin, &format!("/audit?site={CENTRE}&limit=200"))
        .expect(200);
    let mut lines = trail["items"].as_array().unwrap().iter();
    assert!(
        lines.any(|l| l["action"] == "clearance.ask" && l["outcome"] == "refused"),
        "{trail}"
    );
}

fn the_page_of_no_alert_is_not_found(backend: Backend) {
    let app = spawn(backend);
    let page = |id: &str| app.send("GET", &format!("//alerts/{id}"), &[], None);
    let id = "017c9c1e-0000-7000-8000-000000000001";
    let there = page(id);
    assert_eq!(there.status, 200);
    assert!(there.text.contains(id));
    for odd in ["xyz", "%3Cscript%3E", "017c9c1e", "-"] {
        let page = page(odd);
        assert_eq!(page.status, 404, "{odd}");
        assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
        assert!(page.text.contains("Aucune alerte") && !page.text.contains("017c9c1e"));
    }
}
