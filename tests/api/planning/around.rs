//! No way leads around the safety gate, and what was decided at it is undone like anything else.

use super::{approve, ask_for, cleared, dispense, keep, line};
use crate::service::{App, CENTRE, MG80, MG400, spawn};
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    a_dispensing_by_override_that_is_undone_opens_its_request_again
    what_is_overridden_is_not_overridden_twice
    an_ordinary_dispensing_meets_the_gate_of_the_patients_request
    a_count_without_its_day_is_told_once
    a_count_that_is_entered_corrects_one_that_a_request_told
    who_is_refused_at_the_gate_confirms_nothing
    a_dose_of_several_lots_was_given_until_all_of_them_are_back
    what_came_back_of_a_part_serves_nobody
    an_initiation_without_an_approved_plan_is_dispensed_by_override_alone
}

fn count(app: &App, per_mm3: u32, taken_on: &str) {
    let body = json!({ "taken_on": taken_on, "value": per_mm3, "unit": "/mm3" });
    let path = "/patients/p-1/counts";
    app.post(Role::Pharmacist, path, &body).expect(201);
}

fn request(app: &App, id: &str) -> Value {
    let path = format!("/requests/{id}");
    app.get(Role::Prescriber, &path).expect(200)
}

fn proposed(app: &App) -> Vec<Value> {
    let path = format!("/requests?site={CENTRE}&state=proposed");
    let list = app.get(Role::Prescriber, &path).expect(200);
    list["items"].as_array().unwrap().clone()
}

/// An approved request of `p-1`, whose count then fell to 400.
fn fallen(app: &App) -> String {
    cleared(app, 4);
    let id = ask_for(app, CENTRE, "p-1", &json!({}));
    let plan = keep(app);
    approve(app, &plan, &json!({})).expect(200);
    count(app, 400, "2021-10-19");
    id
}

fn overridden(app: &App, id: &str) -> Value {
    let body = json!({ "kind": "dispensing-override", "request": id, "note": "haematologist" });
    let path = format!("/sites/{CENTRE}/movements");
    app.post(Role::Pharmacist, &path, &body).expect(201)
}

fn a_dispensing_by_override_that_is_undone_opens_its_request_again(backend: Backend) {
    let app = spawn(backend);
    let id = fallen(&app);
    let left = overridden(&app, &id);
    assert_eq!(request(&app, &id)["state"], "served");
    assert_eq!(proposed(&app).len(), 1);
    for movement in left["movements"].as_array().unwrap() {
        undo(&app, &movement["id"]);
    }
    assert_eq!(request(&app, &id)["state"], "open");
    assert_eq!(proposed(&app), [] as [Value; 0]);
}

fn what_is_overridden_is_not_overridden_twice(backend: Backend) {
    let app = spawn(backend);
    let id = fallen(&app);
    let path = format!("/requests/{id}/safety");
    // what cannot be read is no reason
    for nothing in ["", "\u{200b}", " \u{2060}\u{200b} "] {
        let body = json!({ "override_reason": nothing });
        app.post(Role::Pharmacist, &path, &body).expect(422);
    }
    let body = json!({ "override_reason": "no other treatment" });
    app.post(Role::Pharmacist, &path, &body).expect(201);
    // the pharmacist at the counter says it once more
    overridden(&app, &id);
    assert_eq!(app.alerts("override").len(), 1);
    let seen = app.get(Role::Pharmacist, &path).expect(200);
    assert_eq!(seen["decisions"].as_array().unwrap().len(), 1, "{seen}");
}

fn an_ordinary_dispensing_meets_the_gate_of_the_patients_request(backend: Backend) {
    let app = spawn(backend);
    let id = fallen(&app);
    let take = |pseudonym: &str| {
        let body =
            json!({ "kind": "dispensing", "cip13": MG400, "units": 1, "patient": pseudonym });
        app.post(
            Role::Pharmacist,
            &format!("/sites/{CENTRE}/movements"),
            &body,
        )
    };
    let refused = take("p-1").expect(409);
    assert_eq!(refused["reason"], "unsafe", "{refused}");
    // the way on is at the request
    assert!(refused.to_string().contains(&id), "{refused}");
    // who has asked for nothing meets no gate
    take("p-2").expect(201);
    let body = json!({ "override_reason": "no other treatment" });
    let path = format!("/requests/{id}/safety");
    app.post(Role::Pharmacist, &path, &body).expect(201);
    take("p-1").expect(201);
}

fn a_count_without_its_day_is_told_once(backend: Backend) {
    let app = spawn(backend);
    for (pseudonym, changes, kept) in [
        ("p-1", json!({}), Value::Null),
        ("p-2", json!({ "anc_on": "2021-10-18" }), json!(3500)),
    ] {
        app.receive(CENTRE, MG400, "B1", "2022-06-30", 8);
        let id = ask_for(&app, CENTRE, pseudonym, &changes);
        let plan = keep(&app);
        let approved = approve(&app, &plan, &json!({})).expect(200);
        assert_eq!(
            line(&approved["lines"], &id)["state"],
            "approved",
            "{approved}"
        );
        dispense(&app, CENTRE, &id).expect(201);
        let next = proposed(&app);
        let next = next.iter().find(|next| next["follows"] == *id).unwrap();
        assert_eq!(next["anc_per_mm3"], kept, "{next}");
    }
}

fn a_count_that_is_entered_corrects_one_that_a_request_told(backend: Backend) {
    let app = spawn(backend);
    cleared(&app, 2);
    let slip = json!({ "anc_per_mm3": 180, "anc_on": "2021-10-18" });
    let id = ask_for(&app, CENTRE, "p-1", &slip);
    let passage = || {
        let path = format!("/requests/{id}/safety");
        app.get(Role::Pharmacist, &path).expect(200)["passage"].clone()
    };
    assert_eq!(passage(), "blocked");
    // of another day: the latest counts, and the earlier one stands as it was told
    count(&app, 2_500, "2021-10-17");
    assert_eq!(passage(), "blocked");
    count(&app, 1_800, "2021-10-18");
    assert_eq!(passage(), "to-confirm");
}

fn who_is_refused_at_the_gate_confirms_nothing(backend: Backend) {
    let app = spawn(backend);
    cleared(&app, 4);
    let low = ask_for(&app, CENTRE, "p-1", &json!({}));
    let well = ask_for(&app, CENTRE, "p-2", &json!({ "anc_per_mm3": null }));
    let plan = keep(&app);
    count(&app, 1_200, "2021-10-19");
    let confirm = json!({ "confirm": ["anc-unknown"] });
    let approved = approve(&app, &plan, &confirm).expect(200);
    assert_eq!(line(&approved["lines"], &low)["why"], "unconfirmed");
    assert_eq!(
        line(&approved["lines"], &well)["state"],
        "approved",
        "{approved}"
    );
    let decided = |id: &str| {
        let path = format!("/requests/{id}/safety");
        let seen = app.get(Role::Pharmacist, &path).expect(200);
        seen["decisions"].as_array().unwrap().len()
    };
    assert_eq!((decided(&low), decided(&well)), (0, 1));
}

/// Undoes a movement.
#[track_caller]
fn undo(app: &App, movement: &Value) {
    let body = json!({ "kind": "reversal", "movement": movement, "note": "came back" });
    let path = format!("/sites/{CENTRE}/movements");
    app.post(Role::Pharmacist, &path, &body).expect(201);
}

fn a_dose_of_several_lots_was_given_until_all_of_them_are_back(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 1);
    app.receive(CENTRE, MG80, "C7", "2022-06-30", 2);
    let id = ask_for(&app, CENTRE, "p-1", &json!({}));
    let plan = keep(&app);
    approve(&app, &plan, &json!({})).expect(200);
    let left = dispense(&app, CENTRE, &id).expect(201);
    let movements = left["movements"].as_array().unwrap();
    assert_eq!(movements.len(), 2, "{left}");
    undo(&app, &movements[0]["id"]);
    assert_eq!(request(&app, &id)["state"], "served");
    undo(&app, &movements[1]["id"]);
    assert_eq!(request(&app, &id)["state"], "open");
}

fn what_came_back_of_a_part_serves_nobody(backend: Backend) {
    let app = spawn(backend);
    cleared(&app, 4);
    let id = ask_for(&app, CENTRE, "p-1", &json!({}));
    let plan = keep(&app);
    approve(&app, &plan, &json!({})).expect(200);
    let part = json!({ "kind": "dispensing", "request": id, "cip13": MG400, "units": 1 });
    let path = format!("/sites/{CENTRE}/movements");
    let left = app.post(Role::Pharmacist, &path, &part).expect(201);
    undo(&app, &left["movements"][0]["id"]);
    assert!(request(&app, &id).to_string().contains("est revenue"));
    dispense(&app, CENTRE, &id).expect(201);
    assert_eq!(request(&app, &id)["state"], "open");
    assert_eq!(proposed(&app), [] as [Value; 0]);
}

fn an_initiation_without_an_approved_plan_is_dispensed_by_override_alone(backend: Backend) {
    let app = spawn(backend);
    cleared(&app, 4);
    let starts = json!({
        "treatment": "initiation", "due": "2021-10-22", "interval_days": null,
        "last_administration_on": null, "anc_on": "2021-10-18"
    });
    ask_for(&app, CENTRE, "p-1", &starts);
    let path = format!("/sites/{CENTRE}/movements");
    let take = |kind: &str, note: Value| {
        let body = json!({
            "kind": kind, "cip13": MG400, "units": 1, "patient": "p-1", "note": note
        });
        app.post(Role::Pharmacist, &path, &body)
    };
    let refused = take("dispensing", Value::Null).expect(409);
    assert_eq!(refused["reason"], "wrong-state", "{refused}");
    take("dispensing-override", json!("no time for a plan")).expect(201);
    assert_eq!(app.alerts("override").len(), 1);
}
