//! A count is never changed: another stands in its place, or none, and the old one stays visible.

use super::{count, entered, known_of, listed, patient, trail};
use crate::service::{App, CENTRE, spawn};
use crate::shelf::faults;
use crate::story::items;
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    a_correction_stands_in_the_place_of_what_was_wrong
    a_mistake_is_withdrawn_and_stays_visible
    what_does_not_stand_is_not_corrected
    a_correction_says_what_and_why
    of_two_corrections_at_once_one_stands
}

fn correct(app: &App, id: &str, body: &Value) -> crate::service::Answer {
    app.post(Role::Pharmacist, &format!("/counts/{id}/correct"), body)
}

fn a_correction_stands_in_the_place_of_what_was_wrong(backend: Backend) {
    let app = spawn(backend);
    patient(&app, CENTRE, "p-1");
    let first = entered(&app, "p-1", &count("2021-10-18", &json!(4.5), "G/L"));
    let slip = json!({ "value": 0.45, "unit": "G/L", "reason": "a slip" });
    let answer = correct(&app, &first, &slip).expect(201);
    let second = answer["id"].as_str().unwrap().to_owned();
    assert_eq!(
        answer,
        json!({ "id": second, "site": CENTRE, "state": "current", "replaces": first })
    );
    let earlier = json!({ "taken_on": "2021-10-17", "reason": "the day before" });
    correct(&app, &second, &earlier).expect(201);
    assert_eq!(listed(&app, "p-1", ""), ["2021-10-17 0.45 G/L current"]);
    assert_eq!(
        listed(&app, "p-1", "?history=true"),
        [
            "2021-10-18 0.45 G/L corrected",
            "2021-10-18 4.5 G/L corrected",
            "2021-10-17 0.45 G/L current",
        ]
    );
    assert_eq!(known_of(&app, "p-1"), [("2021-10-17".to_owned(), 450)]);
    let seen = app
        .get(Role::Prescriber, &format!("/counts/{first}"))
        .expect(200);
    assert_eq!(
        (&seen["ended"]["reason"], &seen["ended"]["replaced_by"]),
        (&json!("a slip"), &json!(second))
    );
    let lines = trail(&app, &["count.correct"]);
    assert_eq!(lines.len(), 2);
    assert_eq!(
        lines[0]["details"],
        json!({ "replaces": first, "changed": ["value"] })
    );
    assert_eq!(lines[1]["details"]["changed"], json!(["taken_on"]));
}

fn a_mistake_is_withdrawn_and_stays_visible(backend: Backend) {
    let app = spawn(backend);
    patient(&app, CENTRE, "p-1");
    let id = entered(&app, "p-1", &count("2021-10-18", &json!(4.5), "G/L"));
    let why = json!({ "reason": "of another patient" });
    let path = format!("/counts/{id}/withdraw");
    let answer = app.post(Role::CarTUnit, &path, &why).expect(200);
    assert_eq!(answer["state"], "withdrawn");
    assert_eq!(listed(&app, "p-1", ""), Vec::<String>::new());
    assert_eq!(
        listed(&app, "p-1", "?history=true"),
        ["2021-10-18 4.5 G/L withdrawn"]
    );
    assert_eq!(known_of(&app, "p-1"), []);
    let path = "/patients/p-1/counts?history=true";
    let ended = &items(&app.get(Role::Prescriber, path).expect(200))[0]["ended"];
    assert_eq!(
        (&ended["reason"], &ended["replaced_by"]),
        (&json!("of another patient"), &Value::Null)
    );
    // it may be entered again by hand
    entered(&app, "p-1", &count("2021-10-18", &json!(4.5), "G/L"));
    assert_eq!(trail(&app, &["count.withdraw"])[0]["object"], json!(id));
}

fn what_does_not_stand_is_not_corrected(backend: Backend) {
    let app = spawn(backend);
    patient(&app, CENTRE, "p-1");
    let id = entered(&app, "p-1", &count("2021-10-18", &json!(4.5), "G/L"));
    let body = json!({ "taken_on": "2021-10-17", "reason": "x" });
    correct(&app, &id, &body).expect(201);
    let refused = correct(&app, &id, &body);
    assert_eq!(
        (refused.status, &refused.body["reason"]),
        (409, &json!("wrong-state"))
    );
    assert!(
        refused.text.contains("déjà été corrigée"),
        "{}",
        refused.text
    );
    let withdraw = |id: &str| {
        let path = format!("/counts/{id}/withdraw");
        app.post(Role::Pharmacist, &path, &json!({ "reason": "x" }))
    };
    assert_eq!(withdraw(&id).status, 409);
    let other = entered(&app, "p-1", &count("2021-10-18", &json!(2), "G/L"));
    withdraw(&other).expect(200);
    assert_eq!(withdraw(&other).status, 409);
    assert_eq!(correct(&app, &other, &body).status, 409);
    for nobody in ["nothing", "%00", "%F0%9F%98%80", "import"] {
        assert_eq!(correct(&app, nobody, &body).status, 404, "{nobody}");
    }
}

fn a_correction_says_what_and_why(backend: Backend) {
    let app = spawn(backend);
    patient(&app, CENTRE, "p-1");
    let id = entered(&app, "p-1", &count("2021-10-18", &json!(4.5), "G/L"));
    let check = |body: &Value, places: &[&str]| {
        let answer = correct(&app, &id, body);
        assert_eq!(faults(&answer, 422), places, "{body}: {}", answer.text);
    };
    check(&json!({}), &["/reason"]);
    check(&json!({ "value": 1, "reason": "x" }), &["/unit"]);
    check(&json!({ "unit": "/mm3", "reason": "x" }), &["/value"]);
    check(
        &json!({ "taken_on": "2021-10-21", "reason": "x" }),
        &["/taken_on"],
    );
    check(
        &json!({ "taken_on": "soon", "value": -1, "unit": "G/L", "reason": "" }),
        &["/taken_on", "/value", "/reason"],
    );
    let same = json!({ "value": 4.5, "unit": "G/L", "taken_on": "2021-10-18", "reason": "x" });
    let refused = correct(&app, &id, &same);
    assert_eq!(refused.status, 409);
    assert!(
        refused.text.contains("Rien ne changerait"),
        "{}",
        refused.text
    );
    // another unit of the same size is a change
    correct(
        &app,
        &id,
        &json!({ "value": 4.5, "unit": "10^9/L", "reason": "as printed" }),
    )
    .expect(201);
}

fn of_two_corrections_at_once_one_stands(backend: Backend) {
    let app = spawn(backend);
    patient(&app, CENTRE, "p-1");
    let id = entered(&app, "p-1", &count("2021-10-18", &json!(4.5), "G/L"));
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let (app, id) = (&app, &id);
        let one = |n: u32| {
            move || {
                correct(
                    app,
                    id,
                    &json!({ "value": n, "unit": "/mm3", "reason": "x" }),
                )
                .status
            }
        };
        let all: Vec<_> = (1..=6).map(|n| scope.spawn(one(n))).collect();
        all.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert_eq!(
        statuses.iter().filter(|s| **s == 201).count(),
        1,
        "{statuses:?}"
    );
    assert!(
        statuses.iter().all(|s| [201, 409].contains(s)),
        "{statuses:?}"
    );
    assert_eq!(listed(&app, "p-1", "").len(), 1);
    assert_eq!(listed(&app, "p-1", "?history=true").len(), 2);
}
