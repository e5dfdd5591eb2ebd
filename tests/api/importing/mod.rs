//! What comes in sheets: the stock of a pharmacy, sites, people, patients, deliveries.

mod sheets;
mod stock;

use crate::service::{Answer, App, CENTRE};
use dotation::domain::role::Role;
use serde_json::Value;

/// Sends a sheet.
fn send(app: &App, role: Role, path: &str, sheet: &[u8]) -> Answer {
    keyed(app, role, path, sheet, None)
}

/// The same with a key.
fn keyed(app: &App, role: Role, path: &str, sheet: &[u8], key: Option<&str>) -> Answer {
    let bearer = format!("Bearer {}", app.token(role));
    let mut headers = vec![
        ("Authorization", bearer.as_str()),
        ("Content-Type", "text/csv"),
    ];
    headers.extend(key.map(|key| ("Idempotency-Key", key)));
    app.send("POST", path, &headers, Some(sheet))
}

/// The places of faults, as `line:column`.
#[track_caller]
fn places(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 422, "{}", answer.text);
    let at = |e: &Value| {
        let column = e.get("column").map(ToString::to_string);
        format!("{}:{}", e["line"], column.unwrap_or_default())
    };
    let errors = answer.body["errors"].as_array().unwrap();
    errors.iter().map(at).collect()
}

/// The lines of the audit trail of the centre with an action, the first first.
fn trail(app: &App, action: &str) -> Vec<Value> {
    let path = format!("/audit?site={CENTRE}&limit=200");
    let trail = app.get(Role::Admin, &path).expect(200);
    let lines = trail["items"].as_array().unwrap().iter().rev();
    lines.filter(|l| l["action"] == action).cloned().collect()
}

/// How many lines the trail of the centre has.
fn lines(app: &App) -> u64 {
    let path = format!("/audit?site={CENTRE}&limit=1");
    let trail = app.get(Role::Admin, &path).expect(200);
    trail["items"][0]["seq"].as_u64().unwrap()
}

/// Created, changed and unchanged rows of an answer.
#[track_caller]
fn counted(answer: &Value) -> (u64, u64, u64) {
    let n = |name: &str| answer[name].as_u64().unwrap();
    (n("created"), n("changed"), n("unchanged"))
}
