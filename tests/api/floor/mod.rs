//! The protected floor: what ranks below a reserve may not take from it.

mod crs;
mod crs_doses;
mod holds;
mod overrides;

use crate::service::{App, CENTRE, MG400, SYRINGE, spawn};
use crate::story::items;
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    what_would_cost_the_reserve_a_dose_is_refused
    a_site_in_breach_refuses_only_what_worsens_it
    syringes_are_no_dose_of_the_reserve
    an_override_is_written_down_and_told_to_the_coordinator
    an_override_says_why_and_for_whom
    an_override_that_was_not_needed_is_a_dispensing
    a_clerical_count_may_not_cost_a_dose_and_a_missing_unit_is_missing
    a_receipt_that_is_undone_may_not_cost_a_dose
}

fn dispense(app: &App, cip13: &str, units: u32) -> crate::service::Answer {
    app.book(&json!({ "kind": "dispensing", "cip13": cip13, "units": units }))
}

#[track_caller]
fn protected(answer: &crate::service::Answer) -> (Value, Value, Value) {
    assert_eq!(answer.status, 409, "{}", answer.text);
    assert_eq!(
        answer.body["type"], "/problems/reserve-protected",
        "{}",
        answer.text
    );
    assert_eq!(answer.body["rulebook"], "roactemra-2021-10-14");
    let member = |name: &str| answer.body[name].clone();
    (
        member("doses_lost"),
        member("doses_possible"),
        member("doses_required"),
    )
}

fn what_would_cost_the_reserve_a_dose_is_refused(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 7);
    let lost = protected(&dispense(&app, MG400, 2));
    assert_eq!(lost, (json!(1), json!(2), json!(3)));
    let lost = protected(&dispense(&app, MG400, 7));
    assert_eq!(lost, (json!(3), json!(0), json!(3)));
    assert_eq!(app.lot("B1"), (7, 0));
    let done = dispense(&app, MG400, 1).expect(201);
    assert_eq!(done["reserves"][0]["possible"], 3);
    // the refusals stand on the trail, and nothing of them in the ledger
    let path = format!("/audit?site={CENTRE}&limit=200");
    let trail = items(&app.get(Role::Coordinator, &path).expect(200));
    let refused = trail.iter().filter(|l| l["outcome"] == "refused");
    assert_eq!(refused.count(), 2);
    assert_eq!(items(&app.see("/movements")).len(), 2);
}

fn a_site_in_breach_refuses_only_what_worsens_it(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 5);
    dispense(&app, MG400, 1).expect(201);
    let lost = protected(&dispense(&app, MG400, 1));
    assert_eq!(lost, (json!(1), json!(1), json!(3)));
    assert_eq!(app.reserve(), (2, 3));
}

fn syringes_are_no_dose_of_the_reserve(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 6);
    app.receive(CENTRE, SYRINGE, "S1", "2022-06-30", 4);
    dispense(&app, SYRINGE, 4).expect(201);
    let none_left = dispense(&app, SYRINGE, 1);
    assert_eq!(
        (none_left.status, &none_left.body["type"]),
        (409, &json!("/problems/not-enough-units"))
    );
    assert_eq!(app.reserve(), (3, 3));
}

fn override_by(app: &App, body: &Value) -> crate::service::Answer {
    let mut all = json!({ "kind": "dispensing-override", "cip13": MG400, "units": 2 });
    let (all_members, more) = (all.as_object_mut().unwrap(), body.as_object().unwrap());
    all_members.extend(more.clone());
    app.book(&all)
}

fn an_override_is_written_down_and_told_to_the_coordinator(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 6);
    let why = json!({ "patient": "ward-7", "note": "septic shock, no alternative" });
    let done = override_by(&app, &why).expect(201);
    let movement = &done["movements"][0];
    assert_eq!(
        (&movement["kind"], &movement["usable"]),
        (&json!("dispensing-override"), &json!(-2))
    );
    assert_eq!(movement["note"], "septic shock, no alternative");
    assert_eq!(done["reserves"][0]["possible"], 2);
    let alert = &app.alerts("override")[0];
    assert_eq!(alert["subject"], movement["operation"]);
    // what the override left of the reserve
    assert_eq!(
        (&alert["found"], &alert["expected"]),
        (&json!(2), &json!(3))
    );
    let heard = app.heard();
    assert_eq!(
        heard
            .iter()
            .filter(|(_, to)| to == "ght@example.org")
            .count(),
        1,
        "{heard:?}"
    );
    let path = format!("/audit?site={CENTRE}&limit=200");
    let trail = items(&app.get(Role::Coordinator, &path).expect(200));
    let line = trail
        .iter()
        .find(|l| l["details"]["kind"] == "dispensing-override")
        .unwrap();
    assert_eq!(
        (&line["outcome"], &line["patient"]),
        (&json!("done"), &movement["patient"])
    );
    assert!(!line.to_string().contains("ward-7"));
    // it is over when the coordinator has seen it
    let id = alert["id"].as_str().unwrap();
    let seen = app
        .post(
            Role::Coordinator,
            &format!("/alerts/{id}/acknowledge"),
            &json!({}),
        )
        .expect(200);
    assert_eq!(seen["state"], "closed");
}

fn an_override_says_why_and_for_whom(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 6);
    for (body, place) in [
        (json!({ "note": "no alternative" }), "/patient"),
        (json!({ "patient": "ward-7" }), "/note"),
        (json!({ "patient": "ward-7", "note": "  " }), "/note"),
    ] {
        let refused = override_by(&app, &body);
        assert_eq!(refused.status, 422, "{}", refused.text);
        assert!(refused.text.contains(place), "{}", refused.text);
    }
    assert_eq!(app.lot("B1"), (6, 0));
}

fn an_override_that_was_not_needed_is_a_dispensing(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 8);
    let why = json!({ "patient": "ward-7", "note": "to be safe" });
    let done = override_by(&app, &why).expect(201);
    assert_eq!(done["movements"][0]["kind"], "dispensing");
    assert!(app.alerts("override").is_empty());
    assert!(app.heard().iter().all(|(_, to)| to != "ght@example.org"));
}

fn a_clerical_count_may_not_cost_a_dose_and_a_missing_unit_is_missing(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 7);
    let count = |counted: u32, reason: &str| {
        app.book(&json!({ "kind": "count-adjustment", "cip13": MG400, "lot": "B1", "counted": counted, "reason": reason }))
    };
    let lost = protected(&count(5, "clerical"));
    assert_eq!(lost, (json!(1), json!(2), json!(3)));
    count(6, "clerical").expect(201);
    let none = count(6, "missing");
    assert_eq!(
        (none.status, &none.body["reason"]),
        (409, &json!("nothing-to-adjust")),
        "{}",
        none.text
    );
    let done = count(5, "missing").expect(201);
    assert_eq!(done["movements"][0]["reason"], "missing");
    assert_eq!(
        (app.reserve(), app.alerts("reserve-below-minimum").len()),
        ((2, 3), 1)
    );
    // held units are never adjusted away by the pen
    count(6, "clerical").expect(201);
    app.go("cart-1", 100_000, "2021-10-25");
    let held = count(5, "clerical");
    assert_eq!(
        (held.status, &held.body["type"]),
        (409, &json!("/problems/not-enough-units")),
        "{}",
        held.text
    );
    let gone = count(0, "missing").expect(201);
    assert_eq!(gone["movements"][0]["usable"], -6);
    assert_eq!(app.lot("B1"), (0, 0));
}

fn a_receipt_that_is_undone_may_not_cost_a_dose(backend: Backend) {
    let app = spawn(backend);
    let body = json!({ "kind": "receipt", "cip13": MG400, "lot": "B1", "expiry": "2022-06-30", "units": 6 });
    let received = app.book(&body).expect(201);
    let undo = json!({ "kind": "reversal", "movement": received["movements"][0]["id"], "note": "another box" });
    protected(&app.book(&undo));
    app.receive(CENTRE, MG400, "B2", "2022-06-30", 6);
    app.book(&undo).expect(201);
    let twice = app.book(&undo);
    assert_eq!(
        (twice.status, &twice.body["reason"]),
        (409, &json!("not-reversible")),
        "{}",
        twice.text
    );
    assert_eq!(app.lot("B1"), (0, 0));
}
