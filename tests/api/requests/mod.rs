//! Requests: filed, edited, withdrawn, proposed anew, and where they stand.

mod alternatives;
mod became;
mod declaring;
mod faults;
mod filing;
mod keeping;
mod proposing;
mod reaching;
mod standing;

use crate::service::{Answer, App, CENTRE};
use dotation::domain::role::Role;
use serde_json::{Value, json};

/// A request of the prescriber's that can be, with some fields in place of its own; `null` leaves one
/// out.
fn asked(changes: &Value) -> Value {
    let mut body = json!({
        "site": CENTRE, "pseudonym": "p-1", "indication": "takayasu", "route": "iv",
        "treatment": "ongoing", "alternatives": "none", "alternatives_reason": "méthotrexate, infliximab",
        "risk": "vital", "age_years": 34, "weight_g": 61_000, "interval_days": 28,
        "last_administration_on": "2021-09-24", "anc_per_mm3": 3500, "anc_on": "2021-10-18"
    });
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    body.as_object_mut().unwrap().retain(|_, v| !v.is_null());
    body
}

/// Files a request, and returns its id.
#[track_caller]
fn filed(app: &App, changes: &Value) -> String {
    let answer = app.post(Role::Prescriber, "/requests", &asked(changes));
    answer.expect(201)["id"].as_str().unwrap().to_owned()
}

/// A request as its prescriber sees it.
#[track_caller]
fn seen(app: &App, id: &str) -> Value {
    app.get(Role::Prescriber, &format!("/requests/{id}"))
        .expect(200)
}

/// Edits a request as it stands now.
fn edit(app: &App, id: &str, body: &Value) -> Answer {
    app.edit(Role::Prescriber, "PATCH", &format!("/requests/{id}"), body)
}

/// Withdraws a request.
fn withdraw(app: &App, id: &str) -> Answer {
    let body = json!({ "reason": "remission" });
    app.post(Role::Prescriber, &format!("/requests/{id}/withdraw"), &body)
}

/// The lines of the audit trail of the centre with one of these actions, the first first.
fn trail(app: &App, actions: &[&str]) -> Vec<Value> {
    let path = format!("/audit?site={CENTRE}&limit=200");
    let trail = app.get(Role::Admin, &path).expect(200);
    let lines = trail["items"].as_array().unwrap().iter().rev();
    let of = |line: &&Value| actions.contains(&line["action"].as_str().unwrap());
    lines.filter(of).cloned().collect()
}
