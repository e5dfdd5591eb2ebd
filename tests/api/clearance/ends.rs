//! A clearance is used, released or moved; and the next infusion of the same patient.

use crate::service::{CENTRE, MG400, again_at, spawn};
use crate::shelf::refused;
use crate::story::{at, items};
use crate::support::Backend;
use chrono::TimeDelta;
use dotation::app::Caller;
use dotation::app::ask_clearance::{self, Question, Who};
use dotation::app::edit_patients::NewPatient;
use dotation::db::patients::PatientState;
use dotation::domain::calendar::Day;
use dotation::domain::clearance::ClearanceState;
use dotation::domain::code::Finess;
use dotation::domain::quantity::Grams;
use dotation::domain::role::Role;
use serde_json::json;

on_both! {
    doses_are_used_one_by_one_up_to_the_most
    what_is_released_is_free_at_once
    a_release_for_another_reason_leaves_the_patient_waiting
    a_release_that_ends_the_infusion_ends_the_reserve
    a_window_is_over_when_it_is_and_an_infusion_that_was_is_not_cancelled
    a_number_of_doses_that_was_mistyped_ends_no_go
    a_release_after_the_infusion_still_keeps_the_patients_doses
    a_clearance_moves_to_a_later_day
    a_clearance_that_cannot_move_stands_as_it_was
    the_next_infusion_begins_without_doses_given
    a_no_go_of_the_next_infusion_asks_for_no_more_doses
}

fn doses_are_used_one_by_one_up_to_the_most(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 8);
    let answer = app.go("cart-1", 100_000, "2021-10-20");
    // the third dose given leaves one to keep, and the last two vials make it
    for (given, doses_held, usable) in [(1, 2, 6), (2, 1, 4), (3, 1, 2)] {
        let used = app.clearance(&answer, "use", &json!({})).expect(201);
        assert_eq!(used["movements"][0]["usable"], -2, "{used}");
        assert_eq!(used["movements"][0]["reason"], "crs");
        let patients = items(&app.see("/car-t-patients"));
        assert_eq!(patients[0]["doses_given"], given);
        assert_eq!(app.held(&answer).len(), doses_held, "after {given}");
        assert_eq!(app.lot("B1"), (usable, doses_held as u64 * 2));
        assert_eq!(app.standing(&answer), ("GO".into(), "standing".into()));
    }
    app.clearance(&answer, "use", &json!({})).expect(201);
    // four doses are the most: it has served
    assert_eq!(app.standing(&answer), ("GO".into(), "used".into()));
    assert_eq!(app.lot("B1"), (0, 0));
    assert!(app.alerts("clearance-broken").is_empty());
    assert_eq!(app.clearance(&answer, "use", &json!({})).status, 409);
}

fn what_is_released_is_free_at_once(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 6);
    let answer = app.go("cart-1", 100_000, "2021-10-25");
    let why = json!({ "reason": "postponed without a day" });
    let ended = app.clearance(&answer, "release", &why).expect(200);
    assert_eq!(
        (&ended["state"], &ended["decision"]),
        (&json!("released"), &json!("NO-GO"))
    );
    assert_eq!(ended["reason"], "postponed without a day");
    assert_eq!(app.lot("B1"), (6, 0));
    let again = app.clearance(&answer, "release", &why);
    assert_eq!(
        (again.status, &again.body["reason"]),
        (409, &json!("wrong-state")),
        "{}",
        again.text
    );
    assert_eq!(app.clearance(&answer, "use", &json!({})).status, 409);
    // their doses may be held again
    app.go("cart-1", 100_000, "2021-10-26");
}

/// State and version of the only patient.
fn patient(app: &crate::service::App) -> (String, u64) {
    let patients = items(&app.see("/car-t-patients"));
    assert_eq!(patients.len(), 1, "{patients:?}");
    let state = patients[0]["state"].as_str().unwrap().to_owned();
    (state, patients[0]["version"].as_u64().unwrap())
}

fn a_release_for_another_reason_leaves_the_patient_waiting(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 3);
    // two doses of 40 kg in three vials, and the floor of the third
    let body = json!({ "resupply": "assured", "reason": "van", "until": "2021-11-30" });
    app.edit(Role::Pharmacist, "PUT", &at("/resupply"), &body)
        .expect(200);
    let answer = app.go("cart-1", 40_000, "2021-10-25");
    let version = patient(&app).1;
    let why = json!({ "reason": "postponed without a day" });
    app.clearance(&answer, "release", &why).expect(200);
    assert_eq!(patient(&app), ("waiting".into(), version + 1));
    // nothing is required for who waits: the floor of two reference doses is
    let required = items_of(&app, "doses");
    assert!(
        required.iter().all(|d| d["class"] == "reserve-floor"),
        "{required:?}"
    );
    let weight = json!({ "weight_g": 45_000 });
    app.correct(&answer["patient"], &weight).expect(200);
    app.go("cart-1", 45_000, "2021-10-26");
    assert_eq!(patient(&app).0, "expected");
}

fn a_release_that_ends_the_infusion_ends_the_reserve(backend: Backend) {
    // on the day of the infusion it may still be called off
    for day in ["2021-10-20", "2021-10-25"] {
        let app = spawn(backend);
        app.receive(CENTRE, MG400, "B1", "2022-06-30", 6);
        let answer = app.go("cart-1", 100_000, day);
        let ended = app
            .clearance(
                &answer,
                "release",
                &json!({ "reason": "infusion-cancelled" }),
            )
            .expect(200);
        assert_eq!(ended["reason"], "infusion-cancelled");
        assert_eq!(patient(&app).0, "cancelled", "{day}");
        let required = items_of(&app, "doses");
        assert!(
            required.iter().all(|d| d["class"] == "reserve-floor"),
            "{required:?}"
        );
        assert_eq!(app.lot("B1"), (6, 0));
        // what is over is not corrected; the same pseudonym may be asked for again
        let late = app.correct(&answer["patient"], &json!({ "weight_g": 50_000 }));
        assert_eq!(late.status, 409, "{}", late.text);
        app.go("cart-1", 100_000, "2021-10-26");
    }
}

fn a_window_is_over_when_it_is_and_an_infusion_that_was_is_not_cancelled(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 6);
    let answer = app.go("cart-1", 100_000, "2021-10-20");
    let release = |app: &crate::service::App, reason: &str| {
        app.clearance(&answer, "release", &json!({ "reason": reason }))
    };
    refused(release(&app, "window-over"), 409, "window-open");
    let app = again_at(app, "2021-10-21T06:00:00Z");
    let problem = refused(release(&app, "infusion-cancelled"), 409, "wrong-state");
    // what is answered is kept: it does not tell the day
    assert!(!problem.to_string().contains("10/2021"), "{problem}");
    let cancel = json!({ "cancelled": true });
    refused(app.correct(&answer["patient"], &cancel), 409, "wrong-state");
    // the last day of fourteen
    let app = again_at(app, "2021-11-03T06:00:00Z");
    refused(release(&app, "window-over"), 409, "window-open");
    assert_eq!(app.standing(&answer), ("GO".into(), "standing".into()));
    assert_eq!(
        (patient(&app).0.as_str(), app.reserve()),
        ("expected", (3, 3))
    );
    // a sentence is no code: the doses go back, and go on being kept for the patient
    release(&app, "Window over").expect(200);
    assert_eq!(patient(&app).0, "expected");
    assert_eq!(app.reserve(), (3, 3));
}

fn a_number_of_doses_that_was_mistyped_ends_no_go(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 8);
    let answer = app.go("cart-1", 100_000, "2021-10-20");
    let given = |n: u32| {
        app.correct(&answer["patient"], &json!({ "doses_given": n }))
            .expect(200)
    };
    given(4);
    // nothing is kept for whom was given the most; whether they were is for a dispensing to say
    assert_eq!(app.held(&answer), []);
    assert_eq!(app.standing(&answer), ("GO".into(), "standing".into()));
    given(0);
    assert_eq!(app.standing(&answer), ("GO".into(), "standing".into()));
    assert_eq!(app.held(&answer).len(), 3);
    // three doses of which nothing was dispensed here, and the last from here
    given(3);
    app.clearance(&answer, "use", &json!({})).expect(201);
    assert_eq!(app.standing(&answer).1, "used");
}

fn a_release_after_the_infusion_still_keeps_the_patients_doses(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 6);
    // infused today
    let answer = app.go("cart-1", 100_000, "2021-10-20");
    let why = json!({ "reason": "the fridge is cleaned" });
    app.clearance(&answer, "release", &why).expect(200);
    assert_eq!(patient(&app).0, "expected");
    let required = items_of(&app, "doses");
    assert!(
        required.iter().all(|d| d["class"] == "reserve-infused"),
        "{required:?}"
    );
    assert_eq!(app.reserve(), (3, 3));
}

fn items_of(app: &crate::service::App, name: &str) -> Vec<serde_json::Value> {
    app.see("/reserve")[name].as_array().unwrap().clone()
}

fn a_clearance_moves_to_a_later_day(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 6);
    let old = app.go("cart-1", 100_000, "2021-10-25");
    let new = app
        .clearance(&old, "move", &json!({ "infusion_date": "2021-11-02" }))
        .expect(201);
    assert_eq!(new["decision"], "GO", "{new}");
    assert_eq!(app.standing(&old), ("NO-GO".into(), "moved".into()));
    assert_eq!(app.standing(&new), ("GO".into(), "standing".into()));
    assert_eq!((app.held(&old).len(), app.held(&new).len()), (0, 3));
    assert_eq!(app.lot("B1"), (6, 6));
    assert_eq!(
        items(&app.see("/car-t-patients"))[0]["infusion_date"],
        "2021-11-02"
    );
    let gone = app.clearance(&old, "move", &json!({ "infusion_date": "2021-11-03" }));
    assert_eq!(gone.status, 409, "{}", gone.text);
    let far = app.clearance(&new, "move", &json!({ "infusion_date": "2021-12-24" }));
    assert_eq!(far.status, 422, "{}", far.text);
}

fn a_clearance_that_cannot_move_stands_as_it_was(backend: Backend) {
    let app = spawn(backend);
    // in date until the end of the window of the 25th, and not of the 30th
    app.receive(CENTRE, MG400, "B1", "2021-11-10", 6);
    let old = app.go("cart-1", 100_000, "2021-10-25");
    let held = app.held(&old);
    let new = app
        .clearance(&old, "move", &json!({ "infusion_date": "2021-10-30" }))
        .expect(201);
    assert_eq!(
        (&new["decision"], &new["state"]),
        (&json!("NO-GO"), &json!("refused")),
        "{new}"
    );
    assert_eq!(app.standing(&old), ("GO".into(), "standing".into()));
    assert_eq!(app.held(&old), held);
    let patient = &items(&app.see("/car-t-patients"))[0];
    assert_eq!(
        (&patient["infusion_date"], &patient["state"]),
        (&json!("2021-10-25"), &json!("expected"))
    );
}

fn asked_later(
    app: &crate::service::App,
    pseudonym: &str,
) -> (ClearanceState, u32, PatientState, u32) {
    let caller = Caller::at_the_machine("story", Role::CarTUnit);
    let who = Who::Told(NewPatient {
        pseudonym: pseudonym.to_owned(),
        weight: Grams::new(100_000).unwrap(),
        infusion_on: Day::parse("2021-12-05").unwrap(),
    });
    let question = Question {
        who,
        rulebook: None,
        hold: true,
    };
    let site = Finess::parse(CENTRE).unwrap();
    app.run(|service, now| async move {
        let asked = service.write(caller, now + TimeDelta::days(40), vec![site], move |act| {
            let answered = ask_clearance::ask(act, site, &question)?;
            let id = answered.clearance.patient.clone();
            let record = dotation::db::patients::find(act.conn, site, &id)?.unwrap();
            let (_, reserve) =
                dotation::app::after::settle(act, &mut answered.state.clone())?.remove(0);
            Ok((
                answered.clearance.state,
                record.patient.doses_given.get(),
                record.state,
                reserve.required().get(),
            ))
        });
        asked.await.unwrap()
    })
}

fn the_next_infusion_begins_without_doses_given(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 12);
    let first = app.go("cart-1", 100_000, "2021-10-20");
    app.clearance(&first, "use", &json!({})).expect(201);
    let (state, given, patient, required) = asked_later(&app, "cart-1");
    assert_eq!(
        (state, given, patient, required),
        (ClearanceState::Standing, 0, PatientState::Expected, 3)
    );
    // nothing is left of the first
    assert_eq!(app.held(&first), []);
    assert_eq!(app.standing(&first).1, "released");
    assert_eq!(app.lot("B1"), (10, 6));
}

fn a_no_go_of_the_next_infusion_asks_for_no_more_doses(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 8);
    let first = app.go("cart-1", 100_000, "2021-10-20");
    for _ in 0..3 {
        app.clearance(&first, "use", &json!({})).expect(201);
    }
    let (state, given, patient, required) = asked_later(&app, "cart-1");
    assert_eq!(
        (state, given, patient, required),
        (ClearanceState::Refused, 0, PatientState::Waiting, 3)
    );
}
