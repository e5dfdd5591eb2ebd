//! Lots that are recalled, and what was out of the cold: set apart everywhere, and let go by what decides.

mod everywhere;
mod excursions;
mod heard;
mod overlapping;

use crate::service::{Answer, App, CENTRE, FAR_CENTRE, MG400};
use crate::story::at;
use dotation::domain::role::Role;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};

/// Usable, quarantined and held units of a lot at a site.
#[track_caller]
fn there(app: &App, site: &str, lot: &str) -> (u64, u64, u64) {
    let path = format!("/sites/{site}/stock?empty=true");
    let seen = app.get(Role::Coordinator, &path).expect(200);
    let lots = seen["presentations"].as_array().unwrap().iter();
    let lot = lots
        .flat_map(|p| p["lots"].as_array().unwrap())
        .find(|l| l["lot"] == lot)
        .unwrap_or_else(|| panic!("no lot {lot} in {seen}"));
    let units = |name: &str| lot[name].as_u64().unwrap();
    (units("usable"), units("quarantined"), units("held"))
}

/// A token of the second centre, whose pharmacist is another.
fn far(app: &App, role: &str) -> String {
    let new = json!({ "name": "x", "role": role, "sites": [FAR_CENTRE] });
    let given = app.post(Role::Admin, "/tokens", &new).expect(201);
    given["token"].as_str().unwrap().to_owned()
}

static KEYS: AtomicU64 = AtomicU64::new(1);

/// Posts at the second centre.
fn far_post(app: &App, token: &str, rest: &str, body: &Value) -> Answer {
    let bearer = format!("Bearer {token}");
    let key = format!("far-{}", KEYS.fetch_add(1, Ordering::Relaxed));
    let headers = [
        ("Authorization", bearer.as_str()),
        ("Idempotency-Key", &key),
    ];
    let path = format!("/sites/{FAR_CENTRE}{rest}");
    app.send("POST", &path, &headers, Some(body.to_string().as_bytes()))
}

fn receipt(lot: &str, units: u32) -> Value {
    json!({ "kind": "receipt", "cip13": MG400, "lot": lot, "expiry": "2022-06-30", "units": units })
}

fn of(kind: &str, lot: &str, units: u32) -> Value {
    json!({ "kind": kind, "cip13": MG400, "lot": lot, "units": units, "note": "said so" })
}

/// Recalls a lot.
#[track_caller]
fn recall(app: &App, lot: &str) -> Value {
    let body = json!({
        "cip13": MG400, "lot": lot, "reason": "particles in the solution",
        "reference": "ANSM 2021-104",
    });
    app.post(Role::Coordinator, "/lots/recall", &body)
        .expect(201)
}

fn lift(app: &App, recall: &Value) -> Answer {
    let path = format!("/lots/recalls/{}/lift", recall["id"].as_str().unwrap());
    let body = json!({ "reason": "limited to another lot" });
    app.post(Role::Coordinator, &path, &body)
}

/// A recall as somebody sees it.
#[track_caller]
fn seen(app: &App, role: Role, recall: &Value) -> Value {
    let path = format!("/lots/recalls/{}", recall["id"].as_str().unwrap());
    app.get(role, &path).expect(200)
}

/// What a recall says of a site.
#[track_caller]
fn of_site<'a>(recall: &'a Value, site: &str) -> &'a Value {
    let all = recall["sites"].as_array().unwrap().iter();
    let mut all = all.filter(|s| s["site"] == site);
    all.next()
        .unwrap_or_else(|| panic!("no {site} in {recall}"))
}

/// Records an excursion at the centre: of some lots, or of everything.
fn warm(app: &App, lots: Option<&[&str]>) -> Answer {
    let mut body = json!({ "reason": "fridge 2 without power" });
    if let Some(lots) = lots {
        let lots = lots.iter().map(|lot| json!({ "cip13": MG400, "lot": lot }));
        body["lots"] = lots.collect();
    }
    app.post(Role::Pharmacist, &at("/excursions"), &body)
}

/// Decides about an excursion at the centre.
fn decide(app: &App, warm: &Value, decision: &str, lots: Option<&[&str]>) -> Answer {
    let id = warm["excursion"]["id"].as_str().unwrap();
    let mut body = json!({
        "decision": decision, "reason": "stable for eight hours", "reference": "answer 4711",
    });
    if let Some(lots) = lots {
        let lots = lots.iter().map(|lot| json!({ "cip13": MG400, "lot": lot }));
        body["lots"] = lots.collect();
    }
    app.post(
        Role::Pharmacist,
        &at(&format!("/excursions/{id}/decide")),
        &body,
    )
}

#[track_caller]
fn refused(answer: Answer, status: u16, reason: &str) -> Value {
    let body = answer.expect(status);
    assert_eq!(body["reason"], reason, "{body}");
    body
}

/// Usable, quarantined and held units of a lot at the centre.
#[track_caller]
fn here(app: &App, lot: &str) -> (u64, u64, u64) {
    there(app, CENTRE, lot)
}
