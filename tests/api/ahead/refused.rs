//! A NO-GO is heard of until it is dealt with.

use super::{letters, names_nobody, open, told, turn};
use crate::service::{App, CENTRE, MG400, spawn};
use crate::story::{at, items};
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    a_no_go_is_heard_of_until_the_patient_has_a_go
    a_second_no_go_is_the_same_alert
    who_acknowledges_a_no_go_dismisses_it
    an_infusion_that_is_cancelled_or_past_asks_for_nothing
    a_question_without_holding_is_heard_by_nobody
}

const KIND: &str = "clearance-refused";

#[track_caller]
fn no_go(app: &App, pseudonym: &str, infusion_date: &str) -> Value {
    let answer = app.ask(pseudonym, 73_519, infusion_date).expect(201);
    assert_eq!(answer["decision"], "NO-GO", "{answer}");
    answer
}

fn a_no_go_is_heard_of_until_the_patient_has_a_go(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 2);
    let answer = no_go(&app, "xavier-pseudo", "2021-10-25");
    let missing = answer["shortfall"]["doses"].as_i64();
    let id = answer["id"].as_str().unwrap().to_owned();
    let (subject, found, expected) = open(&app, KIND).unwrap();
    assert_eq!((subject, found), (id, 0));
    assert!(expected > 0 && missing.is_none_or(|m| m == expected));
    let all = letters(&app, KIND);
    assert_eq!(all.len(), 1);
    let (_, to, text) = &all[0];
    assert_eq!(to, "pui@example.org");
    assert!(
        text.contains(&format!("Doses manquantes : {expected}")),
        "{text}"
    );
    let secrets = [
        "xavier",
        "73519",
        "73,5",
        "25/10",
        "2021-10-25",
        "25 octobre",
    ];
    names_nobody(text, &secrets);
    // another patient's GO is not this one's
    app.receive(CENTRE, MG400, "B2", "2022-06-30", 20);
    app.go("yvonne-pseudo", 60_000, "2021-10-26");
    assert!(open(&app, KIND).is_some());
    app.go("xavier-pseudo", 73_519, "2021-10-25");
    assert_eq!(open(&app, KIND), None);
    assert_eq!(told(&app, KIND), ["opened", "closed"]);
    names_nobody(&letters(&app, KIND)[1].2, &secrets);
}

fn a_second_no_go_is_the_same_alert(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 4);
    no_go(&app, "a", "2021-10-25");
    let first = open(&app, KIND).unwrap();
    no_go(&app, "a", "2021-10-25");
    assert_eq!(open(&app, KIND), Some(first.clone()));
    assert_eq!(told(&app, KIND), ["opened"]);
    // fewer vials, more missing
    app.lose(MG400, "B1", 4);
    no_go(&app, "a", "2021-10-26");
    let worse = open(&app, KIND).unwrap();
    assert!(worse.0 == first.0 && worse.2 > first.2, "{worse:?}");
    assert_eq!(told(&app, KIND), ["opened", "worsened"]);
    // somebody else's is another
    no_go(&app, "b", "2021-10-26");
    assert_eq!(app.alerts(KIND).len(), 2);
}

fn who_acknowledges_a_no_go_dismisses_it(backend: Backend) {
    let app = spawn(backend);
    no_go(&app, "a", "2021-10-25");
    let alert = app.alerts(KIND).remove(0);
    let path = format!("/alerts/{}/acknowledge", alert["id"].as_str().unwrap());
    let seen = app.post(Role::CarTUnit, &path, &json!({ "note": "sent to Lyon" }));
    assert_eq!(seen.expect(200)["state"], "closed");
    assert_eq!(told(&app, KIND), ["opened", "closed"]);
    // asked again, it is heard again
    no_go(&app, "a", "2021-10-26");
    assert_eq!(told(&app, KIND), ["opened", "closed", "opened"]);
}

fn an_infusion_that_is_cancelled_or_past_asks_for_nothing(backend: Backend) {
    let app = spawn(backend);
    no_go(&app, "a", "2021-10-25");
    no_go(&app, "b", "2021-10-22");
    let patients = items(&app.see("/car-t-patients"));
    let a = patients.iter().find(|p| p["pseudonym"] == "a").unwrap();
    app.correct(&a["id"], &json!({ "cancelled": true }))
        .expect(200);
    assert_eq!(app.alerts(KIND).len(), 1);
    assert_eq!(told(&app, KIND), ["opened", "opened", "closed"]);
    turn(&app, "2021-10-22T12:00:00Z");
    assert_eq!(app.alerts(KIND).len(), 1);
    turn(&app, "2021-10-23T12:00:00Z");
    assert_eq!(open(&app, KIND), None);
    // a site that is no centre any more refuses nobody
    no_go(&app, "c", "2021-10-26");
    app.edit(Role::Admin, "PATCH", &at(""), &json!({ "car_t": false }))
        .expect(200);
    assert_eq!(open(&app, KIND), None);
}

fn a_question_without_holding_is_heard_by_nobody(backend: Backend) {
    let app = spawn(backend);
    let body = json!({ "pseudonym": "a", "weight_g": 60_000, "infusion_date": "2021-10-25", "hold": false });
    let answer = app.post(Role::CarTUnit, &at("/clearances"), &body);
    assert_eq!(answer.body["decision"], "NO-GO", "{}", answer.text);
    assert_eq!(app.alerts(KIND), Vec::<Value>::new());
}
