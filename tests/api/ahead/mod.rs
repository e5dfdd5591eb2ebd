//! What is heard in good time: of a site's own minimums, of lots near their end, of a NO-GO, and of a
//! breach that is foreseen.

mod expiring;
mod forecast;
mod refused;
mod thresholds;

use crate::service::{Answer, App};
use dotation::app::turn_day::Days;
use dotation::domain::role::Role;
use serde_json::Value;

/// Letters about alerts of one kind at the centre, the oldest first: event, address, text.
fn letters(app: &App, kind: &str) -> Vec<(String, String, String)> {
    let about = |id: &Value| {
        let path = format!("/alerts/{}", id.as_str().unwrap());
        app.get(Role::Pharmacist, &path).expect(200)["kind"] == kind
    };
    let all = app.emails("?limit=200")["items"]
        .as_array()
        .unwrap()
        .clone();
    let of_kind = all.iter().rev().filter(|e| about(&e["alert"]));
    let text = |v: &Value| v.as_str().unwrap().to_owned();
    of_kind
        .map(|e| {
            let path = format!("/emails/{}", e["id"].as_str().unwrap());
            let seen = app.get(Role::Pharmacist, &path).expect(200);
            (text(&e["event"]), text(&e["to_email"]), text(&seen["text"]))
        })
        .collect()
}

/// What happened to the alerts of one kind, as the letters to the pharmacy tell it.
fn told(app: &App, kind: &str) -> Vec<String> {
    letters(app, kind).into_iter().map(|(e, _, _)| e).collect()
}

/// A reading of the only open alert of a kind: subject, what there is, what there should be.
#[track_caller]
fn open(app: &App, kind: &str) -> Option<(String, i64, i64)> {
    let all = app.alerts(kind);
    assert!(all.len() < 2, "{all:#?}");
    let number = |v: &Value| v.as_i64().unwrap();
    all.first().map(|a| {
        let subject = a["subject"].as_str().unwrap().to_owned();
        (subject, number(&a["found"]), number(&a["expected"]))
    })
}

/// Lets a day begin at every site.
fn turn(app: &App, now: &str) {
    let turned = crate::support::block(Days::new(app.service.clone()).turn(now.parse().unwrap()));
    for (site, done) in turned.unwrap() {
        done.unwrap_or_else(|error| panic!("{site}: {error:?}"));
    }
}

/// Sends with a version, or without.
fn sent(
    app: &App,
    role: Role,
    method: &str,
    path: &str,
    etag: Option<&str>,
    body: &Value,
) -> Answer {
    let bearer = format!("Bearer {}", app.token(role));
    let mut headers = vec![("Authorization", bearer.as_str())];
    headers.extend(etag.map(|etag| ("If-Match", etag)));
    let body = (method != "DELETE").then(|| body.to_string());
    app.send(method, path, &headers, body.as_deref().map(str::as_bytes))
}

/// Says how far ahead the centre looks.
#[track_caller]
fn look_ahead(app: &App, body: &Value) -> Value {
    app.edit(
        Role::Pharmacist,
        "PUT",
        &crate::story::at("/look-ahead"),
        body,
    )
    .expect(200)
}

/// What no letter may have.
#[track_caller]
fn names_nobody(text: &str, secrets: &[&str]) {
    for secret in secrets {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}
