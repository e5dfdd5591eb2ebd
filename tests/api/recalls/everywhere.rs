//! A recall sets its lot apart at every site in one transaction, and lists it site by site.

use super::{far, far_post, here, lift, of, of_site, recall, receipt, refused, seen, there};
use crate::service::{CENTRE, FAR_CENTRE, MG80, MG400, NEIGHBOUR, spawn};
use crate::story::{at, items};
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    a_lot_is_set_apart_at_every_site_and_lifted_everywhere
    what_was_held_is_held_anew_where_it_can_be_and_broken_where_it_cannot
    those_who_may_see_patients_are_told_who_was_given_some
    what_arrives_of_a_recalled_lot_is_set_apart
    a_lot_that_nobody_has_is_recalled_all_the_same
    every_expiry_of_the_number_is_recalled_and_no_other_lot
    a_recall_is_for_those_who_answer_for_every_site
    a_recall_that_is_sent_again_is_answered_again
    receipts_and_a_recall_at_once_leave_nothing_usable
}

fn a_lot_is_set_apart_at_every_site_and_lifted_everywhere(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 7);
    app.receive(NEIGHBOUR, MG400, "B1", "2022-06-30", 3);
    app.book(&of("quarantine", "B1", 2)).expect(201);
    let told = recall(&app, "B1");
    assert_eq!(here(&app, "B1"), (0, 7, 0));
    assert_eq!(there(&app, NEIGHBOUR, "B1"), (0, 3, 0));
    let centre = of_site(&told, CENTRE);
    assert_eq!(
        (&centre["set_apart"], &centre["stood"]),
        (&json!(5), &json!(2))
    );
    assert_eq!(centre["on_shelf"][0]["quarantined"], 7);
    assert_eq!(
        centre["on_shelf"][0]["waiting"],
        json!([{ "cause": "recall", "units": 5 }])
    );
    assert_eq!(told["sites"].as_array().unwrap().len(), 2);
    assert_eq!(told["in_transit"], json!([]));
    // nothing leaves, and nothing is released by hand
    refused(
        app.book(&of("dispensing", "B1", 1)),
        409,
        "not-enough-units",
    );
    let no = refused(app.book(&of("release", "B1", 1)), 409, "held-back");
    assert_eq!(
        (&no["held_by"], &no["units_free"]),
        (&json!("recall"), &json!(0))
    );
    let moved = items(&app.see("/movements?kind=quarantine"));
    let undo = json!({ "kind": "reversal", "movement": moved[0]["id"], "note": "typed twice" });
    refused(app.book(&undo), 409, "not-reversible");
    // what is destroyed meanwhile is freed by nothing
    app.book(&of("destruction", "B1", 2)).expect(201);
    let lifted = lift(&app, &told).expect(200);
    assert_eq!(lifted["standing"], false);
    // three of the five; the two that were set apart by hand stay
    assert_eq!(here(&app, "B1"), (3, 2, 0));
    assert_eq!(there(&app, NEIGHBOUR, "B1"), (3, 0, 0));
    refused(lift(&app, &told), 409, "wrong-state");
    app.book(&of("release", "B1", 2)).expect(201);
    assert_eq!(here(&app, "B1"), (5, 0, 0));
}

fn what_was_held_is_held_anew_where_it_can_be_and_broken_where_it_cannot(backend: Backend) {
    let app = spawn(backend);
    let (pharmacist, unit) = (far(&app, "pharmacist"), far(&app, "car-t-unit"));
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 3);
    far_post(&app, &pharmacist, "/movements", &receipt("B1", 3)).expect(201);
    let near = app.go("cart-1", 50_000, "2021-10-25");
    let ask = json!({ "pseudonym": "cart-9", "weight_g": 50_000, "infusion_date": "2021-10-25" });
    let away = far_post(&app, &unit, "/clearances", &ask).expect(201);
    assert_eq!(away["decision"], "GO", "{away}");
    app.receive(CENTRE, MG400, "B2", "2022-06-30", 3);
    assert_eq!((here(&app, "B1"), here(&app, "B2")), ((3, 0, 3), (3, 0, 0)));
    let told = recall(&app, "B1");
    assert_eq!((here(&app, "B1"), here(&app, "B2")), ((0, 3, 0), (3, 0, 3)));
    assert_eq!(app.standing(&near), ("GO".into(), "standing".into()));
    assert_eq!(there(&app, FAR_CENTRE, "B1"), (0, 3, 0));
    let state = || {
        let id = away["id"].as_str().unwrap();
        let path = format!("/sites/{FAR_CENTRE}/clearances/{id}");
        let seen = app.get(Role::Coordinator, &path).expect(200);
        seen["state"].as_str().unwrap().to_owned()
    };
    assert_eq!(state(), "broken");
    assert!(app.alerts("clearance-broken").is_empty());
    // lifted, it covers again
    lift(&app, &told).expect(200);
    assert_eq!(state(), "standing");
    assert_eq!(there(&app, FAR_CENTRE, "B1"), (3, 0, 3));
    assert_eq!(app.standing(&near), ("GO".into(), "standing".into()));
}

fn those_who_may_see_patients_are_told_who_was_given_some(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 5);
    app.receive(NEIGHBOUR, MG400, "B1", "2022-06-30", 1);
    let given = json!({ "kind": "dispensing", "cip13": MG400, "units": 2, "patient": "cart-7", "indication": "crs" });
    app.book(&given).expect(201);
    let ward = app.book(&of("dispensing", "B1", 1)).expect(201);
    let back = json!({ "kind": "return", "cip13": MG400, "lot": "B1", "units": 1 });
    app.book(&back).expect(201);
    let undone = app.book(&of("dispensing", "B1", 1)).expect(201);
    let undo = json!({ "kind": "reversal", "movement": undone["movements"][0]["id"], "note": "typed twice" });
    app.book(&undo).expect(201);
    let told = recall(&app, "B1");
    // an answer to a write is kept, and pseudonyms stand in what can be erased only
    assert!(!told.to_string().contains("cart-7"), "{told}");
    let centre = of_site(&told, CENTRE);
    assert_eq!(centre["out"], 2);
    assert!(centre["dispensed"][0]["patient"].is_string());
    let seen_by = |role| of_site(&seen(&app, role, &told), CENTRE)["dispensed"].clone();
    let list = seen_by(Role::Pharmacist);
    assert_eq!(list.as_array().unwrap().len(), 3, "{list}");
    assert_eq!(
        (&list[0]["pseudonym"], &list[0]["units"]),
        (&json!("cart-7"), &json!(2))
    );
    assert_eq!(list[1]["movement"], ward["movements"][0]["id"]);
    assert_eq!(
        (&list[1]["back"], &list[2]["back"]),
        (&json!(false), &json!(true))
    );
    let reader = seen_by(Role::Reader);
    assert!(
        reader[0]["patient"].is_null() && reader[0]["pseudonym"].is_null(),
        "{reader}"
    );
    assert_eq!(reader[0]["units"], 2);
    // each reading that names somebody is on the trail of the site: the coordinator's start, the
    // pharmacist's look
    let lines = items(
        &app.get(Role::Coordinator, &format!("/audit?site={CENTRE}&limit=50"))
            .expect(200),
    );
    let read = lines
        .iter()
        .filter(|l| l["action"] == "patient.read" && l["object"] == "recall");
    assert_eq!(read.count(), 2);
    // an administrator sees every shelf and no patient
    let admin = seen_by(Role::Admin);
    assert!(admin[0]["patient"].is_null(), "{admin}");
    // and nobody sees sites that are not theirs
    let token = far(&app, "pharmacist");
    let bearer = format!("Bearer {token}");
    let path = format!("/lots/recalls/{}", told["id"].as_str().unwrap());
    let none = app
        .send("GET", &path, &[("Authorization", &bearer)], None)
        .expect(200);
    assert_eq!(none["sites"], json!([]));
}

fn what_arrives_of_a_recalled_lot_is_set_apart(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 8);
    app.book(&of("dispensing", "B1", 1)).expect(201);
    let told = recall(&app, "B1");
    let came = app.book(&receipt("B1", 4)).expect(201);
    let kinds: Vec<&Value> = came["movements"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| &m["kind"])
        .collect();
    assert_eq!(kinds, ["receipt", "quarantine"]);
    assert_eq!(here(&app, "B1"), (0, 11, 0));
    // dispensed units come back, a count finds more, a mistake is undone
    app.book(&json!({ "kind": "return", "cip13": MG400, "lot": "B1", "units": 1 }))
        .expect(201);
    assert_eq!(here(&app, "B1"), (0, 12, 0));
    app.book(&json!({ "kind": "count-adjustment", "cip13": MG400, "lot": "B1", "counted": 1 }))
        .expect(201);
    assert_eq!(here(&app, "B1"), (0, 13, 0));
    let dispensed = items(&app.see("/movements?kind=dispensing"));
    let undo = json!({ "kind": "reversal", "movement": dispensed[0]["id"], "note": "typed twice" });
    app.book(&undo).expect(201);
    assert_eq!(here(&app, "B1"), (0, 14, 0));
    // what somebody sets apart by hand stays so
    let mut apart = receipt("B1", 2);
    apart["state"] = json!("quarantined");
    app.book(&apart).expect(201);
    assert_eq!(here(&app, "B1"), (0, 16, 0));
    lift(&app, &told).expect(200);
    assert_eq!(here(&app, "B1"), (14, 2, 0));
    app.book(&receipt("B1", 1)).expect(201);
    assert_eq!(here(&app, "B1"), (15, 2, 0));
}

fn a_lot_that_nobody_has_is_recalled_all_the_same(backend: Backend) {
    let app = spawn(backend);
    let told = recall(&app, "NEW1");
    assert_eq!(told["sites"], json!([]));
    app.book(&receipt("NEW1", 4)).expect(201);
    assert_eq!(here(&app, "NEW1"), (0, 4, 0));
    let centre = of_site(&seen(&app, Role::Coordinator, &told), CENTRE).clone();
    assert_eq!(
        (&centre["set_apart"], &centre["stood"]),
        (&json!(4), &json!(0))
    );
    let unknown = json!({ "cip13": "3400930000014", "lot": "B1", "reason": "?" });
    let refused = app.post(Role::Coordinator, "/lots/recall", &unknown);
    assert!(matches!(refused.status, 404 | 422), "{}", refused.text);
    // the list tells what stands
    let list = |query: &str| {
        let seen = app
            .get(Role::Reader, &format!("/lots/recalls{query}"))
            .expect(200);
        items(&seen).len()
    };
    assert_eq!(
        (list(""), list("?standing=true"), list("?standing=false")),
        (1, 1, 0)
    );
    lift(&app, &told).expect(200);
    assert_eq!((list("?standing=true"), list("?standing=false")), (0, 1));
    assert_eq!(list(&format!("?cip13={MG80}")), 0);
    assert_eq!(here(&app, "NEW1"), (4, 0, 0));
}

fn every_expiry_of_the_number_is_recalled_and_no_other_lot(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-01-31", 2);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 3);
    app.receive(CENTRE, MG400, "B2", "2022-06-30", 4);
    app.receive(CENTRE, MG80, "B1", "2022-06-30", 5);
    let told = recall(&app, "B1");
    let centre = of_site(&told, CENTRE);
    assert_eq!(centre["set_apart"], 5);
    assert_eq!(centre["on_shelf"].as_array().unwrap().len(), 2);
    assert_eq!(here(&app, "B2"), (4, 0, 0));
    let stock = app.see(&format!("/stock?cip13={MG80}"));
    assert_eq!(stock["presentations"][0]["lots"][0]["usable"], 5);
}

fn a_recall_is_for_those_who_answer_for_every_site(backend: Backend) {
    let app = spawn(backend);
    let body = json!({ "cip13": MG400, "lot": "B1", "reason": "particles" });
    for role in [
        Role::Pharmacist,
        Role::CarTUnit,
        Role::Prescriber,
        Role::Reader,
    ] {
        app.post(role, "/lots/recall", &body).expect(403);
    }
    app.post(Role::Admin, "/lots/recall", &body).expect(201);
    // a coordinator of one site is none of all
    let new = json!({ "name": "x", "role": "coordinator", "sites": [CENTRE] });
    let local = app.post(Role::Admin, "/tokens", &new).expect(201);
    let bearer = format!("Bearer {}", local["token"].as_str().unwrap());
    let headers = [
        ("Authorization", bearer.as_str()),
        ("Idempotency-Key", "local-1"),
    ];
    let sent = body.to_string();
    app.send("POST", "/lots/recall", &headers, Some(sent.as_bytes()))
        .expect(403);
    for wrong in [
        json!({ "cip13": "340095746454", "lot": "B1", "reason": "x" }),
        json!({ "cip13": MG400, "lot": "", "reason": "x" }),
        json!({ "cip13": MG400, "lot": "B1", "reason": " " }),
    ] {
        app.post(Role::Coordinator, "/lots/recall", &wrong)
            .expect(422);
    }
    let bearer = format!("Bearer {}", app.token(Role::Coordinator));
    let keyless = [("Authorization", bearer.as_str())];
    app.send("POST", "/lots/recall", &keyless, Some(sent.as_bytes()))
        .expect(400);
    app.get(Role::Pharmacist, "/lots/recalls/no-such-one")
        .expect(404);
    let path = at("/recalls/no-such-one/deal");
    app.post(Role::Pharmacist, &path, &json!({ "note": "x" }))
        .expect(404);
}

fn a_recall_that_is_sent_again_is_answered_again(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 3);
    let body = json!({ "cip13": MG400, "lot": "B1", "reason": "particles" });
    let send = |body: &Value| app.post_with_key(Role::Coordinator, "/lots/recall", body, "once");
    let (first, second) = (send(&body), send(&body));
    assert_eq!((first.status, &first.text), (201, &second.text));
    let other = json!({ "cip13": MG400, "lot": "B2", "reason": "particles" });
    send(&other).expect(422);
    let all = app.get(Role::Coordinator, "/lots/recalls").expect(200);
    assert_eq!(items(&all).len(), 1);
    let path = format!("/lots/recalls/{}/lift", first.body["id"].as_str().unwrap());
    let body = json!({ "reason": "limited to another lot" });
    let lift = || app.post_with_key(Role::Coordinator, &path, &body, "lift-once");
    let (first, second) = (lift(), lift());
    assert_eq!((first.status, &first.text), (200, &second.text));
    assert_eq!(here(&app, "B1"), (3, 0, 0));
}

fn receipts_and_a_recall_at_once_leave_nothing_usable(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 1);
    std::thread::scope(|scope| {
        for site in [CENTRE, NEIGHBOUR] {
            for _ in 0..2 {
                let app = &app;
                scope.spawn(move || {
                    for _ in 0..4 {
                        app.receive(site, MG400, "B1", "2022-06-30", 1);
                    }
                });
            }
        }
        scope.spawn(|| recall(&app, "B1"));
        scope.spawn(|| recall(&app, "B1"));
    });
    assert_eq!(here(&app, "B1"), (0, 9, 0));
    assert_eq!(there(&app, NEIGHBOUR, "B1"), (0, 8, 0));
    let all = items(&app.get(Role::Coordinator, "/lots/recalls").expect(200));
    assert_eq!(all.len(), 2);
    for recall in &all {
        assert_eq!(here(&app, "B1").0, 0);
        lift(&app, recall).expect(200);
    }
    assert_eq!(here(&app, "B1"), (9, 0, 0));
    assert_eq!(there(&app, NEIGHBOUR, "B1"), (8, 0, 0));
}
