//! A site hears of a recall until it is dealt with there.

use super::{here, lift, of, recall, receipt, refused, seen};
use crate::service::{App, CENTRE, MG400, NEIGHBOUR, spawn};
use crate::story::{at, items};
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    a_recall_is_heard_until_the_shelf_is_empty
    where_patients_have_had_some_the_pharmacist_says_that_it_is_dealt_with
    what_arrives_after_it_was_dealt_with_opens_it_again
    a_recall_that_is_lifted_is_heard_to_be_over
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
