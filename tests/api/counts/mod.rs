//! Neutrophil counts: entered, corrected, imported, read, and what rules know of them.

mod correcting;
mod entering;
mod importing;
mod keeping;
mod observing;
mod reaching;

use crate::service::{Answer, App, CENTRE};
use crate::story::items;
use dotation::db::counts::known;
use dotation::db::patients::payload_of;
use dotation::domain::code::Finess;
use dotation::domain::role::Role;
use serde_json::{Value, json};

/// Makes a pseudonym known at a site, by a request without a count.
#[track_caller]
fn patient(app: &App, site: &str, pseudonym: &str) -> String {
    request(app, site, pseudonym, &json!({}))
}

/// Files a request with more fields, and returns its id.
#[track_caller]
fn request(app: &App, site: &str, pseudonym: &str, more: &Value) -> String {
    let mut body = json!({
        "site": site, "pseudonym": pseudonym, "indication": "takayasu", "route": "iv",
        "treatment": "ongoing", "alternatives": "available", "risk": "vital", "age_years": 34,
        "weight_g": 61_000, "interval_days": 28, "last_administration_on": "2021-09-24"
    });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    let filed = app.post(Role::Prescriber, "/requests", &body);
    filed.expect(201)["id"].as_str().unwrap().to_owned()
}

/// A count to be entered.
fn count(taken_on: &str, value: &Value, unit: &str) -> Value {
    json!({ "taken_on": taken_on, "value": value, "unit": unit })
}

/// Enters a count of a patient, and returns its id.
#[track_caller]
fn entered(app: &App, pseudonym: &str, body: &Value) -> String {
    let path = format!("/patients/{pseudonym}/counts");
    let answer = app.post(Role::Pharmacist, &path, body).expect(201);
    answer["id"].as_str().unwrap().to_owned()
}

/// Sends a file or a resource as the pharmacist.
fn send(app: &App, path: &str, media: &str, body: &[u8], key: Option<&str>) -> Answer {
    let bearer = format!("Bearer {}", app.token(Role::Pharmacist));
    let mut headers = vec![("Authorization", bearer.as_str()), ("Content-Type", media)];
    headers.extend(key.map(|key| ("Idempotency-Key", key)));
    app.send("POST", path, &headers, Some(body))
}

/// The counts of a patient, each as `day value unit state`.
#[track_caller]
fn listed(app: &App, pseudonym: &str, query: &str) -> Vec<String> {
    let path = format!("/patients/{pseudonym}/counts{query}");
    let list = items(&app.get(Role::Pharmacist, &path).expect(200));
    let tell = |c: &Value| {
        let text = |name: &str| c[name].as_str().unwrap().to_owned();
        format!(
            "{} {} {} {}",
            text("taken_on"),
            c["value"],
            text("unit"),
            text("state")
        )
    };
    list.iter().map(tell).collect()
}

/// What rules know of a patient of the centre.
fn known_of(app: &App, pseudonym: &str) -> Vec<(String, u32)> {
    let mut conn = app.database.conn();
    let site = Finess::parse(CENTRE).unwrap();
    let (patient, _) = payload_of(&mut conn, site, pseudonym).unwrap().unwrap();
    let known = known(&mut conn, std::slice::from_ref(&patient)).unwrap();
    known
        .into_values()
        .flatten()
        .map(|(day, n)| (day.to_string(), n))
        .collect()
}

/// The lines of the audit trail of the centre with one of these actions, the first first.
fn trail(app: &App, actions: &[&str]) -> Vec<Value> {
    let path = format!("/audit?site={CENTRE}&limit=200");
    let trail = app.get(Role::Admin, &path).expect(200);
    let lines = trail["items"].as_array().unwrap().iter().rev();
    let of = |line: &&Value| actions.contains(&line["action"].as_str().unwrap());
    lines.filter(of).cloned().collect()
}
