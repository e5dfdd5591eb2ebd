//! What the safety rulebook says is asked before a line is approved, and before its units leave.

use super::{approve, ask_for, cleared, dispense, keep, line};
use crate::service::{App, CENTRE, spawn};
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    a_warning_is_confirmed_before_a_line_is_approved
    a_count_that_falls_after_the_approval_blocks_the_dispensing
    only_a_pharmacist_overrides_and_the_coordinator_hears_of_it
    a_decision_covers_what_was_seen_and_nothing_else
    who_is_treated_for_crs_waits_at_no_gate
    what_is_said_at_the_gate_is_read_with_care
}

/// Enters a count of a patient of the centre.
#[track_caller]
fn count(app: &App, pseudonym: &str, per_mm3: u32) {
    let body = json!({ "taken_on": "2021-10-19", "value": per_mm3, "unit": "/mm3" });
    app.post(
        Role::Pharmacist,
        &format!("/patients/{pseudonym}/counts"),
        &body,
    )
    .expect(201);
}

/// What the safety rulebook says of a request.
#[track_caller]
fn safety(app: &App, request: &str) -> Value {
    app.get(Role::Pharmacist, &format!("/requests/{request}/safety"))
        .expect(200)
}

/// A line that was granted to a request without a count.
fn uncounted(app: &App) -> (String, String) {
    cleared(app, 2);
    let request = ask_for(app, CENTRE, "p-1", &json!({ "anc_per_mm3": null }));
    (request, keep(app))
}

fn a_warning_is_confirmed_before_a_line_is_approved(backend: Backend) {
    let app = spawn(backend);
    let (request, plan) = uncounted(&app);
    let refused = approve(&app, &plan, &json!({})).expect(200);
    let line_of = |answer: &Value| line(&answer["lines"], &request).clone();
    assert_eq!(line_of(&refused)["state"], "refused");
    assert_eq!(line_of(&refused)["why"], "unconfirmed");
    let open = app
        .get(Role::Coordinator, &format!("/plans/{plan}/safety"))
        .expect(200);
    assert_eq!(open["items"][0]["line"], *request);
    assert_eq!(open["items"][0]["open_findings"], json!(["anc-unknown"]));
    let other = approve(&app, &plan, &json!({ "confirm": ["anc-low"] })).expect(200);
    assert_eq!(line_of(&other)["why"], "unconfirmed");
    let confirmed = approve(&app, &plan, &json!({ "confirm": ["anc-unknown"] })).expect(200);
    assert_eq!(line_of(&confirmed)["state"], "approved", "{confirmed}");
    let seen = safety(&app, &request);
    assert_eq!(seen["passage"], "open");
    let decision = &seen["decisions"][0];
    assert_eq!(decision["verdict"], "confirmed");
    assert_eq!(decision["codes"], json!(["anc-unknown"]));
    assert_eq!(decision["rulebook"], "roactemra-neutrophils");
    assert_eq!(decision["rulebook_sha256"].as_str().unwrap().len(), 64);
    // nothing changed since: nobody asks twice
    dispense(&app, CENTRE, &request).expect(201);
}

/// Dispenses what is held for a request against what speaks against it.
fn dispense_all_the_same(app: &App, request: &str, note: &str) -> crate::service::Answer {
    let body = json!({ "kind": "dispensing-override", "request": request, "note": note });
    let path = format!("/sites/{CENTRE}/movements");
    app.post(Role::Pharmacist, &path, &body)
}

fn a_count_that_falls_after_the_approval_blocks_the_dispensing(backend: Backend) {
    let app = spawn(backend);
    cleared(&app, 2);
    let request = ask_for(&app, CENTRE, "p-1", &json!({}));
    let plan = keep(&app);
    approve(&app, &plan, &json!({})).expect(200);
    count(&app, "p-1", 1_999);
    let warned = dispense(&app, CENTRE, &request).expect(409);
    assert_eq!(warned["reason"], "to-confirm", "{warned}");
    assert!(!warned.to_string().contains("anc-low"), "{warned}");
    count(&app, "p-1", 499);
    let blocked = dispense(&app, CENTRE, &request).expect(409);
    assert_eq!(blocked["reason"], "unsafe", "{blocked}");
    let confirm = json!({ "kind": "dispensing", "request": request, "confirm": ["anc-below-500"] });
    let path = format!("/sites/{CENTRE}/movements");
    let still = app.post(Role::Pharmacist, &path, &confirm).expect(409);
    assert_eq!(still["reason"], "unsafe");
    let left = dispense_all_the_same(&app, &request, "haematologist agrees").expect(201);
    assert!(left.to_string().contains("dispensing-override"), "{left}");
    let seen = safety(&app, &request);
    assert_eq!(seen["decisions"][0]["verdict"], "overridden");
    assert_eq!(seen["decisions"][0]["reason"], "haematologist agrees");
}

fn only_a_pharmacist_overrides_and_the_coordinator_hears_of_it(backend: Backend) {
    let app = spawn(backend);
    cleared(&app, 2);
    let request = ask_for(&app, CENTRE, "p-1", &json!({}));
    let plan = keep(&app);
    count(&app, "p-1", 200);
    let refused = approve(&app, &plan, &json!({ "confirm": ["anc-below-500"] })).expect(200);
    assert_eq!(line(&refused["lines"], &request)["why"], "unsafe");
    let path = format!("/requests/{request}/safety");
    let body = json!({ "override_reason": "no other treatment" });
    app.post(Role::Coordinator, &path, &body).expect(403);
    app.post(Role::Prescriber, &path, &body).expect(403);
    app.post(Role::Pharmacist, &path, &json!({})).expect(409);
    let decided = app.post(Role::Pharmacist, &path, &body).expect(201);
    assert_eq!(decided["verdict"], "overridden");
    assert!(!decided.to_string().contains("anc"), "{decided}");
    let approved = approve(&app, &plan, &json!({})).expect(200);
    assert_eq!(line(&approved["lines"], &request)["state"], "approved");
    let alerts = app.alerts("override");
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    let again = app.post(Role::Pharmacist, &path, &body).expect(409);
    assert_eq!(again["reason"], "wrong-state");
    // what was decided holds when the units leave
    dispense(&app, CENTRE, &request).expect(201);
    assert_eq!(app.alerts("override").len(), 1);
}

fn a_decision_covers_what_was_seen_and_nothing_else(backend: Backend) {
    let app = spawn(backend);
    let (request, _) = uncounted(&app);
    let path = format!("/requests/{request}/safety");
    let stray = app.post(Role::Pharmacist, &path, &json!({ "confirm": ["anc-low"] }));
    assert_eq!(stray.expect(409)["reason"], "wrong-state");
    app.post(Role::Pharmacist, &path, &json!({ "confirm": ["Anc low"] }))
        .expect(422);
    app.post(
        Role::Coordinator,
        &path,
        &json!({ "confirm": ["anc-unknown"] }),
    )
    .expect(201);
    assert_eq!(safety(&app, &request)["passage"], "open");
    count(&app, "p-1", 1_200);
    let seen = safety(&app, &request);
    assert_eq!(seen["passage"], "to-confirm");
    assert_eq!(seen["open_findings"], json!(["anc-low"]));
    app.post(Role::Pharmacist, &path, &json!({ "confirm": ["anc-low"] }))
        .expect(201);
    assert_eq!(safety(&app, &request)["passage"], "open");
    // the same warning, and a count that is lower
    count(&app, "p-1", 1_100);
    assert_eq!(safety(&app, &request)["passage"], "to-confirm");
}

fn who_is_treated_for_crs_waits_at_no_gate(backend: Backend) {
    let app = spawn(backend);
    cleared(&app, 2);
    let changes = json!({
        "indication": "crs", "treatment": "initiation", "anc_per_mm3": 0,
        "interval_days": null, "last_administration_on": null
    });
    let request = ask_for(&app, CENTRE, "cart-1", &changes);
    let seen = safety(&app, &request);
    assert_eq!(
        (&seen["rulebook"], &seen["passage"]),
        (&Value::Null, &json!("open"))
    );
    let plan = keep(&app);
    let approved = approve(&app, &plan, &json!({})).expect(200);
    assert_eq!(
        line(&approved["lines"], &request)["state"],
        "approved",
        "{approved}"
    );
    dispense(&app, CENTRE, &request).expect(201);
}

fn what_is_said_at_the_gate_is_read_with_care(backend: Backend) {
    let app = spawn(backend);
    let (request, plan) = uncounted(&app);
    let reading = |app: &App| {
        let trail = app
            .get(Role::Admin, &format!("/audit?site={CENTRE}&limit=200"))
            .expect(200);
        let lines = trail["items"].as_array().unwrap().clone();
        let read = lines.iter().filter(|l| l["outcome"] == "read");
        read.filter(|l| l["object"] == "safety").count()
    };
    let before = reading(&app);
    safety(&app, &request);
    app.get(Role::Coordinator, &format!("/plans/{plan}/safety"))
        .expect(200);
    assert_eq!(reading(&app), before + 2);
    app.get(Role::CarTUnit, &format!("/plans/{plan}/safety"))
        .expect(403);
    app.get(Role::Pharmacist, "/requests/none/safety")
        .expect(404);
}
