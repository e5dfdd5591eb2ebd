//! A site hears of a recall until it is dealt with there.

use super::{here, lift, of, recall, receipt, refused, seen};
use crate::service::{App, CENTRE, MG80, MG400, NEIGHBOUR, again_at, spawn};
use crate::story::{at, items};
use crate::support::Backend;
use crate::transfers;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    a_recall_is_heard_until_the_shelf_is_empty
    where_patients_have_had_some_the_pharmacist_says_that_it_is_dealt_with
    what_arrives_after_it_was_dealt_with_opens_it_again
    a_recall_that_is_lifted_is_heard_to_be_over
    what_was_given_before_its_lot_was_recalled_is_told_afterwards
    what_was_given_before_it_was_warm_is_told_afterwards
    whom_a_recalled_lot_is_on_its_way_to_hears_of_it
    what_arrives_in_quarantine_is_heard_of_too
    small_letters_mean_the_same_lot
}

fn deal(app: &App, recall: &Value) -> crate::service::Answer {
    let path = at(&format!("/recalls/{}/deal", recall["id"].as_str().unwrap()));
    app.post(
        Role::Pharmacist,
        &path,
        &json!({ "note": "returned to the supplier; wards told" }),
    )
}

/// Events of the letters about recalls to the pharmacist, and all they say.
fn letters(app: &App) -> (Vec<String>, String) {
    let all = items(&app.emails("?limit=200"));
    let mut rows: Vec<&Value> = all
        .iter()
        .filter(|l| l["subject"].as_str().unwrap().contains("Rappel"))
        .collect();
    rows.retain(|l| l["to_email"] == "pui@example.org");
    rows.reverse();
    let events = rows.iter().map(|l| l["event"].as_str().unwrap().to_owned());
    let events: Vec<String> = events.collect();
    app.heard();
    let sent = app.memory.letters();
    let said = sent
        .iter()
        .filter(|l| l.text.contains("Rappel"))
        .map(|l| format!("{} {} {}", l.subject, l.text, l.html));
    (events, said.collect())
}

fn a_recall_is_heard_until_the_shelf_is_empty(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 3);
    app.receive(NEIGHBOUR, MG400, "B1", "2022-06-30", 1);
    recall(&app, "B1");
    let open = app.alerts("recall");
    assert_eq!((open.len(), &open[0]["expected"]), (1, &json!(3)));
    let path = format!("/sites/{NEIGHBOUR}/alerts?open=true");
    assert_eq!(
        items(&app.get(Role::Pharmacist, &path).expect(200)).len(),
        1
    );
    app.book(&of("destruction", "B1", 1)).expect(201);
    assert_eq!(app.alerts("recall")[0]["expected"], 2);
    app.book(&json!({ "kind": "loss", "cip13": MG400, "lot": "B1", "units": 2, "state": "quarantined", "reason": "breakage" }))
        .expect(201);
    assert!(app.alerts("recall").is_empty());
    assert_eq!(letters(&app).0, ["opened", "closed"]);
}

fn where_patients_have_had_some_the_pharmacist_says_that_it_is_dealt_with(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 3);
    let given = json!({ "kind": "dispensing", "cip13": MG400, "units": 2, "patient": "cart-7", "indication": "crs" });
    app.book(&given).expect(201);
    let told = recall(&app, "B1");
    app.book(&of("destruction", "B1", 1)).expect(201);
    // the shelf is empty, and a patient has had two
    assert_eq!(app.alerts("recall")[0]["expected"], 2);
    deal(&app, &told).expect(200);
    assert!(app.alerts("recall").is_empty());
    refused(deal(&app, &told), 409, "wrong-state");
    let centre = super::of_site(&seen(&app, Role::Pharmacist, &told), CENTRE).clone();
    assert_eq!(
        centre["dealt"]["words"],
        "returned to the supplier; wards told"
    );
    let (events, said) = letters(&app);
    assert_eq!(events, ["opened", "closed"]);
    assert!(
        said.contains("B1") && said.contains("ANSM 2021-104"),
        "{said}"
    );
    assert!(!said.contains("cart-7"), "{said}");
}

fn what_arrives_after_it_was_dealt_with_opens_it_again(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 3);
    let told = recall(&app, "B1");
    deal(&app, &told).expect(200);
    assert!(app.alerts("recall").is_empty());
    app.book(&receipt("B1", 1)).expect(201);
    assert_eq!(app.alerts("recall")[0]["expected"], 4);
    deal(&app, &told).expect(200);
    assert_eq!(letters(&app).0, ["opened", "closed", "opened", "closed"]);
}

fn a_recall_that_is_lifted_is_heard_to_be_over(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 3);
    let (first, second) = (recall(&app, "B1"), recall(&app, "B1"));
    assert_eq!(app.alerts("recall").len(), 2);
    lift(&app, &first).expect(200);
    assert_eq!(app.alerts("recall").len(), 1);
    assert_eq!(here(&app, "B1"), (0, 3, 0));
    lift(&app, &second).expect(200);
    assert!(app.alerts("recall").is_empty());
    assert_eq!(here(&app, "B1"), (3, 0, 0));
    assert_eq!(letters(&app).0, ["opened", "opened", "closed", "closed"]);
    refused(deal(&app, &first), 409, "wrong-state");
}

/// What a pharmacist writes down on paper at a time of the day, and enters later.
fn given_at(lot: &str, units: u32, at: &str) -> Value {
    json!({
        "kind": "dispensing", "cip13": MG400, "lot": lot, "units": units, "patient": "cart-7",
        "happened_at": at, "note": "from the paper of the day",
    })
}

fn what_was_given_before_its_lot_was_recalled_is_told_afterwards(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 3);
    let app = again_at(app, "2021-10-21T09:00:00Z");
    let told = recall(&app, "B1");
    deal(&app, &told).expect(200);
    // before the recall, not after it, and no more than there were
    let (before, after) = ("2021-10-21T08:00:00Z", "2021-10-21T09:30:00Z");
    let app = again_at(app, "2021-10-21T10:00:00Z");
    assert_eq!(app.book(&given_at("B1", 1, after)).status, 409);
    assert_eq!(app.book(&given_at("B1", 4, before)).status, 409);
    assert_eq!(here(&app, "B1"), (0, 3, 0));
    let given = app.book(&given_at("B1", 2, before)).expect(201);
    let kinds: Vec<&str> = given["movements"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["release", "dispensing"], "{given}");
    assert_eq!(here(&app, "B1"), (0, 1, 0));
    // somebody more is to be called, though the site had dealt with it
    let open = app.alerts("recall");
    assert_eq!((open.len(), &open[0]["expected"]), (1, &json!(3)));
    let centre = super::of_site(&seen(&app, Role::Pharmacist, &told), CENTRE).clone();
    assert_eq!(centre["out"], 2, "{centre}");
    assert_eq!(centre["dispensed"][0]["pseudonym"], "cart-7", "{centre}");
    lift(&app, &told).expect(200);
    assert_eq!(here(&app, "B1"), (1, 0, 0));
}

fn what_was_given_before_it_was_warm_is_told_afterwards(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 3);
    let app = again_at(app, "2021-10-21T09:00:00Z");
    let by_hand = of("quarantine", "B1", 1);
    app.book(&by_hand).expect(201);
    let warm = super::warm(&app, None).expect(201);
    // what a person set apart they release themselves
    let app = again_at(app, "2021-10-21T10:00:00Z");
    let at = "2021-10-21T08:00:00Z";
    assert_eq!(app.book(&given_at("B1", 3, at)).status, 409);
    app.book(&given_at("B1", 2, at)).expect(201);
    assert_eq!(here(&app, "B1"), (0, 1, 0));
    super::decide(&app, &warm, "release", None).expect(200);
    assert_eq!(here(&app, "B1"), (0, 1, 0), "it was set apart by hand");
}

fn whom_a_recalled_lot_is_on_its_way_to_hears_of_it(backend: Backend) {
    let app = transfers::begin(backend);
    let id = transfers::ask(&app, 4);
    transfers::accept(&app, &id).expect(200);
    transfers::send(&app, &id).expect(200);
    let body = json!({ "cip13": MG80, "lot": "C7", "reason": "particles" });
    let told = app
        .post(Role::Coordinator, "/lots/recall", &body)
        .expect(201);
    let open = app.alerts("recall");
    assert_eq!((open.len(), &open[0]["expected"]), (1, &json!(4)));
    assert!(letters(&app).1.contains("Unités en route"));
    // half of it is refused at the door: it concerns its giver again
    let lots = json!([{ "cip13": MG80, "lot": "C7", "usable": 2, "refused": 2 }]);
    let body = json!({ "cold_chain": true, "lots": lots });
    transfers::step(&app, &id, "receive", &body).expect(200);
    assert_eq!(here(&app, "C7"), (0, 2, 0));
    assert_eq!(app.alerts("recall")[0]["expected"], 2);
    let path = format!("/sites/{NEIGHBOUR}/alerts?open=true");
    let at_giver = || items(&app.get(Role::Pharmacist, &path).expect(200));
    assert_eq!(
        at_giver()[0]["expected"],
        4,
        "two on the shelf, two to come"
    );
    transfers::step(&app, &id, "return", &json!({})).expect(200);
    assert_eq!(at_giver()[0]["expected"], 4);
    assert_eq!(letters(&app).0, ["opened"]);
    lift(&app, &told).expect(200);
    assert_eq!(letters(&app).0, ["opened", "closed"]);
}

fn what_arrives_in_quarantine_is_heard_of_too(backend: Backend) {
    let app = spawn(backend);
    app.receive(NEIGHBOUR, MG400, "B1", "2022-06-30", 1);
    let told = recall(&app, "B1");
    assert!(app.alerts("recall").is_empty());
    let mut apart = receipt("B1", 2);
    apart["state"] = json!("quarantined");
    app.book(&apart).expect(201);
    assert_eq!(app.alerts("recall")[0]["expected"], 2);
    deal(&app, &told).expect(200);
    assert!(app.alerts("recall").is_empty());
    app.book(&apart).expect(201);
    assert_eq!(app.alerts("recall")[0]["expected"], 4);
    let path = format!("/audit?site={CENTRE}&limit=50");
    let lines = items(&app.get(Role::Coordinator, &path).expect(200));
    let again: Vec<&Value> = lines
        .iter()
        .filter(|l| l["action"] == "recall.reopen")
        .collect();
    assert_eq!(again.len(), 1);
    assert_eq!(
        again[0]["details"]["note"],
        "returned to the supplier; wards told"
    );
}

fn small_letters_mean_the_same_lot(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 3);
    let told = recall(&app, "b1");
    assert_eq!(told["known_as"], json!(["B1"]));
    assert_eq!(here(&app, "B1"), (0, 3, 0));
    app.book(&receipt("b1", 2)).expect(201);
    assert_eq!(here(&app, "b1"), (0, 2, 0));
    assert_eq!(app.alerts("recall")[0]["expected"], 5);
    lift(&app, &told).expect(200);
    assert_eq!((here(&app, "B1").0, here(&app, "b1").0), (3, 2));
    // and one that nobody ever had says so
    assert_eq!(recall(&app, "B7")["known_as"], json!([]));
}
