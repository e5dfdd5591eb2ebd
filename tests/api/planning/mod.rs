//! Who is served: planned, approved, sent, dispensed.

mod approving;
mod around;
mod gate;
mod making;
mod sending;
mod serving;

use crate::service::{Answer, App, CENTRE, MG400, NEIGHBOUR};
use dotation::domain::role::Role;
use serde_json::{Value, json};

/// Files a request of the prescriber's at a site, for 488 mg in two days, and returns its id.
#[track_caller]
pub(crate) fn ask_for(app: &App, site: &str, pseudonym: &str, changes: &Value) -> String {
    let mut body = json!({
        "site": site, "pseudonym": pseudonym, "indication": "takayasu", "route": "iv",
        "treatment": "ongoing", "alternatives": "none", "alternatives_reason": "infliximab failed", "risk": "vital", "age_years": 34,
        "weight_g": 61_000, "interval_days": 28, "last_administration_on": "2021-09-24",
        "anc_per_mm3": 3500
    });
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    let filed = app.post(Role::Prescriber, "/requests", &body).expect(201);
    filed["id"].as_str().unwrap().to_owned()
}

/// Keeps a plan of the network of Paris, and returns its id.
#[track_caller]
pub(crate) fn keep(app: &App) -> String {
    let kept = app
        .post(
            Role::Coordinator,
            "/plans",
            &json!({ "network": "ght-001", "keep": true }),
        )
        .expect(201);
    kept["id"].as_str().unwrap().to_owned()
}

/// Approves a plan.
pub(crate) fn approve(app: &App, plan: &str, body: &Value) -> Answer {
    app.post(Role::Coordinator, &format!("/plans/{plan}/approve"), body)
}

/// A kept plan as it stands.
#[track_caller]
fn plan(app: &App, id: &str) -> Value {
    app.get(Role::Coordinator, &format!("/plans/{id}"))
        .expect(200)
}

/// The line of a plan with an id, in a list of lines.
#[track_caller]
fn line<'v>(lines: &'v Value, id: &str) -> &'v Value {
    let lines = lines.as_array().unwrap();
    lines
        .iter()
        .find(|l| l["id"] == id)
        .unwrap_or_else(|| panic!("no line {id} in {lines:#?}"))
}

/// Dispenses what is held for a request.
fn dispense(app: &App, site: &str, request: &str) -> Answer {
    let body = json!({ "kind": "dispensing", "request": request });
    app.post(Role::Pharmacist, &format!("/sites/{site}/movements"), &body)
}

/// Usable and held units of a lot at a site.
#[track_caller]
fn lot(app: &App, site: &str, lot: &str) -> (u64, u64) {
    let stock = app
        .get(Role::Pharmacist, &format!("/sites/{site}/stock?empty=true"))
        .expect(200);
    let text = stock.to_string();
    let rows = rows(&stock);
    let row = rows
        .iter()
        .find(|r| r["lot"] == lot)
        .unwrap_or_else(|| panic!("no {lot} in {text}"));
    (
        row["usable"].as_u64().unwrap(),
        row["held"].as_u64().unwrap(),
    )
}

fn rows(stock: &Value) -> Vec<Value> {
    match stock {
        Value::Array(items) => items.iter().flat_map(rows).collect(),
        Value::Object(fields) if fields.contains_key("lot") => vec![stock.clone()],
        Value::Object(fields) => fields.values().flat_map(rows).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

/// A centre with a GO of three doses of two vials each and `free` vials beside, all of 400 mg.
pub(crate) fn cleared(app: &App, free: u32) {
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 6 + free);
    app.go("cart-1", 100_000, "2021-10-25");
}

/// A neighbour with six vials of 80 mg.
pub(crate) fn stocked_neighbour(app: &App) {
    app.receive(NEIGHBOUR, crate::service::MG80, "C7", "2022-05-31", 6);
}
