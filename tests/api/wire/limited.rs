//! Who asks too often is told when to come again, and nobody else waits for it.

use crate::service::{Answer, App, CENTRE, MG400, again_set, spawn, spawn_set};
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::json;

/// Checks that it is a 429 that says when to come again, for one of these limits.
#[track_caller]
fn too_often(answer: &Answer, limit: &str) {
    assert_eq!(answer.status, 429, "{}", answer.text);
    assert_eq!(answer.body["type"], "/problems/too-many-requests");
    let header = |name: &str| answer.headers[name].to_str().unwrap();
    let seconds: u32 = header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
    assert_eq!(header("ratelimit-policy"), limit);
    assert_eq!(header("cache-control"), "no-store");
}

fn an_account_that_asks_too_often_waits_and_another_does_not(backend: Backend) {
    let app = spawn_set(backend, |settings| {
        settings.wire.account_reads_per_minute = 3;
    });
    for _ in 0..3 {
        app.get(Role::Pharmacist, "/whoami").expect(200);
    }
    too_often(&app.get(Role::Pharmacist, "/whoami"), "\"reads\";q=3;w=60");
    app.get(Role::Reader, "/whoami").expect(200);
    // what is written is counted by itself, and health is not counted
    app.receive(CENTRE, MG400, "B1", "2023-06-30", 1);
    for _ in 0..10 {
        assert_eq!(app.send("GET", "//healthz", &[], None).status, 200);
    }
}

fn a_request_that_was_refused_was_not_done_and_can_be_repeated(backend: Backend) {
    let app = spawn_set(backend, |settings| {
        settings.wire.account_writes_per_minute = 1;
    });
    let body = json!({ "kind": "receipt", "cip13": MG400, "lot": "B1", "expiry": "2023-06-30", "units": 1 });
    let address = format!("/sites/{CENTRE}/movements");
    app.post(Role::Pharmacist, &address, &body).expect(201);
    let refused = app.post_with_key(Role::Pharmacist, &address, &body, "again-1");
    too_often(&refused, "\"writes\";q=1;w=60");
    // another instance, another minute
    let app = again_set(app, "2021-10-20T06:05:00Z", |_| {});
    app.post_with_key(Role::Pharmacist, &address, &body, "again-1")
        .expect(201);
    let stock = app
        .get(Role::Pharmacist, &format!("/sites/{CENTRE}/stock"))
        .expect(200);
    assert_eq!(stock["presentations"][0]["usable"], 2, "{stock}");
}

on_both! {
    an_account_that_asks_too_often_waits_and_another_does_not
    a_request_that_was_refused_was_not_done_and_can_be_repeated
}

fn from(app: &App, address: &str, method: &str, path: &str) -> Answer {
    let body = json!({ "email": "nobody@example.org", "password": "none of ours" }).to_string();
    let body = (method == "POST").then_some(body.as_bytes());
    app.send(method, path, &[("X-Forwarded-For", address)], body)
}

#[test]
fn who_guesses_from_one_network_waits_before_anything_is_looked_up() {
    let app = spawn_set(Backend::Sqlite, |settings| {
        settings.wire.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
        settings.wire.address_sign_ins_per_minute = 2;
    });
    let limit = "\"sign-ins\";q=2;w=60";
    for address in ["2001:db8:9:7::1", "2001:db8:9:7::2"] {
        from(&app, address, "POST", "/sign-in").expect(401);
    }
    // of IPv6 a network has 2^64 addresses: they are one
    too_often(
        &from(&app, "2001:db8:9:7:ffff::3", "POST", "/sign-in"),
        limit,
    );
    too_often(
        &from(&app, "2001:db8:9:7::4", "GET", "//acknowledge/guessed"),
        limit,
    );
    from(&app, "2001:db8:9:8::1", "POST", "/sign-in").expect(401);
    // what the proxy asks by itself stands for nobody
    for _ in 0..4 {
        app.send("GET", "//acknowledge/guessed", &[], None)
            .expect(404);
    }
}

#[test]
fn a_network_without_a_token_cannot_ask_without_end() {
    let app = spawn_set(Backend::Sqlite, |settings| {
        settings.wire.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
        settings.wire.address_reads_per_minute = 2;
    });
    for _ in 0..2 {
        assert_eq!(from(&app, "203.0.113.9", "GET", "/whoami").status, 401);
    }
    too_often(
        &from(&app, "203.0.113.9", "GET", "/whoami"),
        "\"reads\";q=2;w=60",
    );
    too_often(
        &from(&app, "203.0.113.9", "GET", "//nowhere"),
        "\"reads\";q=2;w=60",
    );
    // one who makes up where they come from stays where they are
    too_often(
        &from(&app, "192.0.2.1, 203.0.113.9", "GET", "/whoami"),
        "\"reads\";q=2;w=60",
    );
    assert_eq!(from(&app, "203.0.113.10", "GET", "/whoami").status, 401);
}

#[test]
fn every_route_says_that_it_may_answer_429() {
    let app = spawn(Backend::Sqlite);
    let description = app.send("GET", "//api/openapi.json", &[], None).expect(200);
    let mut routes = 0;
    for (path, methods) in description["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            assert!(operation["responses"]["429"].is_object(), "{method} {path}");
            routes += 1;
        }
    }
    assert!(routes > 100, "{routes}");
}
