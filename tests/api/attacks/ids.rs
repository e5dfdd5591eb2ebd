//! An id of another hospital opens nothing, wherever it is put.

use super::{filled, operations};
use crate::service::{App, CENTRE, FAR_CENTRE, MG400, spawn};
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};
use std::collections::BTreeSet;

on_both! {
    an_id_of_another_hospital_opens_nothing_anywhere
}

/// Every id in an answer.
fn ids(found: &Value, into: &mut BTreeSet<String>) {
    match found {
        Value::Object(members) => {
            for (name, value) in members {
                if let (true, Some(id)) = (name == "id" || name.ends_with("_id"), value.as_str()) {
                    into.insert(id.to_owned());
                }
                ids(value, into);
            }
        }
        Value::Array(all) => all.iter().for_each(|one| ids(one, into)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Does a bit of everything at the far centre, with a token of every role there; returns the ids of it.
fn far_away(app: &App) -> BTreeSet<String> {
    let token = |role: &str| {
        let new = json!({ "name": format!("far {role}"), "role": role, "sites": [FAR_CENTRE] });
        app.post(Role::Admin, "/tokens", &new).expect(201)
    };
    let (pharmacist, unit) = (token("pharmacist"), token("car-t-unit"));
    let mut found = BTreeSet::new();
    ids(&pharmacist, &mut found);
    let post = |token: &Value, path: &str, body: Value| {
        let bearer = format!("Bearer {}", token["token"].as_str().unwrap());
        let key = format!("key {path} {body}");
        let key: String = key
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .take(60)
            .collect();
        let headers = [("Authorization", &*bearer), ("Idempotency-Key", &*key)];
        let body = body.to_string();
        let path = format!("/sites/{FAR_CENTRE}{path}");
        let answer = app.send("POST", &path, &headers, Some(body.as_bytes()));
        assert!(answer.status < 300, "{path}: {}", answer.text);
        answer.body
    };
    let receipt = json!({ "kind": "receipt", "cip13": MG400, "lot": "F1", "expiry": "2022-06-30", "units": 20 });
    let made = [
        post(&pharmacist, "/movements", receipt),
        post(
            &unit,
            "/clearances",
            json!({ "pseudonym": "FAR-001", "weight_g": 60_000, "infusion_date": "2021-10-25" }),
        ),
        post(
            &pharmacist,
            "/deliveries",
            json!({ "cip13": MG400, "units": 4, "expected_on": "2021-10-28" }),
        ),
        post(
            &pharmacist,
            "/recipients",
            json!({ "capacity": "pharmacist", "name": "Far", "email": "far@rhone.example.org" }),
        ),
    ];
    for one in &made {
        ids(one, &mut found);
    }
    for path in [
        "/alerts",
        "/holds",
        "/movements",
        "/car-t-patients",
        "/clearances",
        "/deliveries",
        "/recipients",
        "/requests",
    ] {
        let bearer = format!("Bearer {}", pharmacist["token"].as_str().unwrap());
        let path = format!("/sites/{FAR_CENTRE}{path}");
        ids(
            &app.send("GET", &path, &[("Authorization", &bearer)], None)
                .body,
            &mut found,
        );
    }
    let letters = app.get(Role::Admin, &format!("/emails?site={FAR_CENTRE}&limit=50"));
    ids(&letters.body, &mut found);
    found
}

fn an_id_of_another_hospital_opens_nothing_anywhere(backend: Backend) {
    let app = spawn(backend);
    let far = far_away(&app);
    assert!(far.len() >= 8, "{far:?}");
    let (all, document) = operations(&app);
    let with_id = |path: &str| path.contains("{id}");
    let (mut tried, bearer) = (0, format!("Bearer {}", app.token(Role::Pharmacist)));
    for operation in all.iter().filter(|o| with_id(&o.path)) {
        for id in &far {
            let path = operation
                .path
                .replace("{finess}", CENTRE)
                .replace("{id}", id);
            let path = path.replace("{grant}", id);
            if path.contains('{') {
                continue;
            }
            let body = operation
                .body
                .as_ref()
                .map(|s| filled(&document, s, "x", 6).to_string());
            for version in ["\"v1\"", "*"] {
                let headers = [
                    ("Authorization", &*bearer),
                    ("If-Match", version),
                    ("Idempotency-Key", "k-1"),
                ];
                let answer = app.send(
                    &operation.method,
                    &path,
                    &headers,
                    body.as_deref().map(str::as_bytes),
                );
                let which = format!(
                    "{} {path}: {} {}",
                    operation.method, answer.status, answer.text
                );
                assert!(answer.status >= 400 && answer.status < 500, "{which}");
                for hidden in ["FAR-001", "far@rhone", "\"F1\""] {
                    assert!(!answer.text.contains(hidden), "{which}");
                }
                tried += 1;
            }
        }
    }
    assert!(tried > 300, "{tried}");
}
