//! Who is called in because others do not answer: when, and what they hear of the end.

use super::{LOW, SHORT, edit, fates, filled, instant, low, of_kind, stocked, syringes};
use crate::service::{App, CENTRE, MG400, again_at, spawn};
use crate::support::{Backend, block};
use chrono::TimeDelta;
use dotation::app::{digest, escalate};
use dotation::domain::role::Role;
use serde_json::json;

on_both! {
    who_was_called_in_hears_that_it_is_over_or_seen_to
    who_was_called_in_finds_it_in_the_digest
    the_four_hours_begin_when_the_first_letter_is_due
    what_waits_for_a_coordinator_is_withdrawn_when_it_is_over
}

const COORDINATOR: &str = "ght@example.org";
const PUI: &str = "pui@example.org";

fn look(app: &App, now: &str) {
    block(escalate::watch(
        &app.service,
        instant(now),
        TimeDelta::hours(4),
    ))
    .unwrap();
}

fn who_was_called_in_hears_that_it_is_over_or_seen_to(backend: Backend) {
    let app = spawn(backend);
    stocked(&app);
    app.lose(MG400, "B1", 1);
    look(&app, "2021-10-20T10:30:00Z");
    let events = || {
        let letters = of_kind(&app, SHORT, COORDINATOR);
        letters
            .into_iter()
            .map(|(event, _, _)| event)
            .collect::<Vec<_>>()
    };
    assert_eq!(events(), ["escalated"]);
    let id = app.alerts(SHORT)[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/alerts/{id}/acknowledge");
    app.post(Role::Pharmacist, &path, &json!({})).expect(200);
    assert_eq!(events(), ["escalated", "acknowledged"]);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 1);
    assert_eq!(events(), ["escalated", "acknowledged", "closed"]);
    // of the next, that nobody had to be called in for, they hear nothing
    app.lose(MG400, "B1", 1);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 1);
    assert_eq!(events().len(), 3);
}

fn who_was_called_in_finds_it_in_the_digest(backend: Backend) {
    let app = spawn(backend);
    stocked(&app);
    app.lose(MG400, "B1", 1);
    edit(&app, COORDINATOR, &json!({ "digest": true }));
    block(digest::watch(&app.service, instant("2021-10-20T06:00:30Z"))).unwrap();
    look(&app, "2021-10-20T10:30:00Z");
    block(digest::watch(&app.service, instant("2021-10-21T06:00:00Z"))).unwrap();
    let digests = crate::story::items(&app.emails("?limit=200"));
    let to_them = |l: &&serde_json::Value| l["event"] == "digest" && l["to_email"] == COORDINATOR;
    let digest = digests.iter().find(to_them).unwrap();
    let path = format!("/emails/{}", digest["id"].as_str().unwrap());
    let text = app.get(Role::Admin, &path).expect(200)["text"].clone();
    assert!(
        text.as_str()
            .unwrap()
            .contains("Réserve CAR-T sous le minimum"),
        "{text}"
    );
}

fn the_four_hours_begin_when_the_first_letter_is_due(backend: Backend) {
    let app = spawn(backend);
    stocked(&app);
    syringes(&app);
    // until nine in Paris, an hour after the story begins
    let hours = json!({ "quiet_hours": { "from": "22:00", "to": "09:00" } });
    edit(&app, PUI, &hours);
    low(&app);
    look(&app, "2021-10-20T10:59:00Z");
    assert_eq!(fates(&of_kind(&app, LOW, COORDINATOR)), []);
    look(&app, "2021-10-20T11:00:00Z");
    assert_eq!(of_kind(&app, LOW, COORDINATOR).len(), 1);
}

fn what_waits_for_a_coordinator_is_withdrawn_when_it_is_over(backend: Backend) {
    let app = spawn(backend);
    stocked(&app);
    syringes(&app);
    let hours = json!({ "quiet_hours": { "from": "12:00", "to": "15:00" } });
    edit(&app, COORDINATOR, &hours);
    low(&app);
    // at half past twelve in Paris
    let app = again_at(app, "2021-10-20T10:30:00Z");
    look(&app, "2021-10-20T10:31:00Z");
    assert_eq!(
        fates(&of_kind(&app, LOW, COORDINATOR)),
        [("escalated", "queued")]
    );
    filled(&app);
    let withdrawn = [("escalated", "withdrawn")];
    assert_eq!(fates(&of_kind(&app, LOW, COORDINATOR)), withdrawn);
}
