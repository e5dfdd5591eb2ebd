//! From where somebody asks, behind a proxy and without one.

use crate::service::{App, CENTRE, MG400, spawn, spawn_set};
use crate::support::Backend;
use dotation::domain::role::Role;
use dotation::settings::Settings;
use serde_json::json;

/// Adds a box to the shelf by way of a proxy that says this, and returns from where the audit trail has it.
fn noted(app: &App, headers: &[(&str, &str)]) -> String {
    let bearer = format!("Bearer {}", app.token(Role::Pharmacist));
    let body = json!({ "kind": "receipt", "cip13": MG400, "lot": "B1", "expiry": "2023-06-30", "units": 1 });
    let mut all = vec![
        ("Authorization", &*bearer),
        ("Idempotency-Key", "k-1"),
        ("X-Request-Id", "of-the-proxy"),
    ];
    all.extend(headers);
    let address = format!("/sites/{CENTRE}/movements");
    app.send("POST", &address, &all, Some(body.to_string().as_bytes()))
        .expect(201);
    let audit = app
        .get(Role::Admin, &format!("/audit?site={CENTRE}&limit=200"))
        .expect(200);
    let lines = audit["items"].as_array().unwrap();
    let line = lines
        .iter()
        .find(|line| line["request_id"] == "of-the-proxy");
    line.unwrap()["peer"].as_str().unwrap().to_owned()
}

fn behind_a_proxy(settings: &mut Settings) {
    settings.wire.trusted_proxies = vec![
        "127.0.0.1/32".parse().unwrap(),
        "10.0.0.0/8".parse().unwrap(),
    ];
}

fn the_audit_trail_has_the_address_that_a_trusted_proxy_names(backend: Backend) {
    let app = spawn_set(backend, behind_a_proxy);
    let made_up = "192.0.2.66, 203.0.113.9, 10.0.0.7";
    let from = noted(
        &app,
        &[
            ("X-Forwarded-For", made_up),
            ("Forwarded", "for=192.0.2.67"),
        ],
    );
    assert_eq!(from, "203.0.113.9");
}

fn nobody_else_is_believed_about_where_they_are(backend: Backend) {
    let app = spawn(backend);
    let from = noted(
        &app,
        &[
            ("X-Forwarded-For", "203.0.113.9"),
            ("X-Real-IP", "203.0.113.9"),
        ],
    );
    assert_eq!(from, "127.0.0.1");
}

fn nonsense_from_a_proxy_is_the_proxy(backend: Backend) {
    let app = spawn_set(backend, behind_a_proxy);
    assert_eq!(
        noted(&app, &[("X-Forwarded-For", "'; DROP TABLE audit; --")]),
        "127.0.0.1"
    );
}

on_both! {
    the_audit_trail_has_the_address_that_a_trusted_proxy_names
    nobody_else_is_believed_about_where_they_are
    nonsense_from_a_proxy_is_the_proxy
}
