//! Who hears, when: recipients, hours, what follows from time alone, and the links in letters.

mod called_in;
mod fallen_back;
mod links;
mod people;
mod seen;
mod several;
mod waiting;
mod watched;

use crate::service::{App, CENTRE, MG400, SYRINGE};
use crate::story::{at, items};
use dotation::domain::calendar::Instant;
use dotation::domain::role::Role;
use serde_json::{Value, json};

pub(super) const SHORT: &str = "reserve-below-minimum";
/// What can wait.
pub(super) const LOW: &str = "stock-below-minimum";

pub(super) fn instant(text: &str) -> Instant {
    text.parse().unwrap()
}

/// The letters there are, sent or not, the first first: event, address and state.
pub(super) fn letters(app: &App) -> Vec<(String, String, String)> {
    let text = |letter: &Value, name: &str| letter[name].as_str().unwrap().to_owned();
    let mut all: Vec<_> = items(&app.emails("?limit=200"))
        .iter()
        .map(|l| (text(l, "event"), text(l, "to_email"), text(l, "state")))
        .collect();
    all.reverse();
    all
}

/// To whom letters of an event were written, the first first.
pub(super) fn told(app: &App, event: &str) -> Vec<String> {
    let all = letters(app).into_iter();
    all.filter(|(e, _, _)| e == event)
        .map(|(_, to, _)| to)
        .collect()
}

/// The recipient of the centre with an address.
pub(super) fn recipient(app: &App, email: &str) -> Value {
    let all = items(&app.get(Role::Admin, &at("/recipients")).expect(200));
    all.into_iter().find(|r| r["email"] == email).unwrap()
}

/// Edits the recipient of the centre with an address.
pub(super) fn edit(app: &App, email: &str, body: &Value) -> Value {
    let id = recipient(app, email)["id"].as_str().unwrap().to_owned();
    app.edit(
        Role::Admin,
        "PATCH",
        &at(&format!("/recipients/{id}")),
        body,
    )
    .expect(200)
}

/// Adds a recipient to the centre who wants no digest.
pub(super) fn add(app: &App, capacity: &str, email: &str) -> Value {
    let new = json!({ "capacity": capacity, "name": "Somebody", "email": email, "digest": false });
    app.post(Role::Admin, &at("/recipients"), &new).expect(201)
}

/// Six vials are enough; what is lost of them is missing.
pub(super) fn stocked(app: &App) {
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 6);
    app.heard();
}

/// Three syringes are the minimum of the centre, and there.
pub(super) fn syringes(app: &App) {
    app.receive(CENTRE, SYRINGE, "S1", "2023-06-30", 3);
    let bearer = format!("Bearer {}", app.token(Role::Pharmacist));
    let headers = [
        ("Authorization", bearer.as_str()),
        ("Content-Type", "application/json"),
    ];
    let path = at(&format!("/thresholds/{SYRINGE}"));
    let body = json!({ "minimum_units": 3 }).to_string();
    app.send("PUT", &path, &headers, Some(body.as_bytes()))
        .expect(201);
}

/// A syringe is missing.
pub(super) fn low(app: &App) {
    app.lose(SYRINGE, "S1", 1);
}

/// It is there again.
pub(super) fn filled(app: &App) {
    app.receive(CENTRE, SYRINGE, "S1", "2023-06-30", 1);
}

/// Letters of a kind to an address, the first first: event, state and text.
pub(super) fn of_kind(app: &App, kind: &str, to: &str) -> Vec<(String, String, String)> {
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let mut all = Vec::new();
    for letter in items(&app.emails("?limit=200")).iter().rev() {
        let Some(id) = letter["alert"].as_str() else {
            continue;
        };
        let alert = app
            .get(Role::Pharmacist, &format!("/alerts/{id}"))
            .expect(200);
        if alert["kind"] == kind && letter["to_email"] == to {
            let path = format!("/emails/{}", letter["id"].as_str().unwrap());
            let seen = app.get(Role::Pharmacist, &path).expect(200);
            all.push((
                text(&seen["event"]),
                text(&seen["state"]),
                text(&seen["text"]),
            ));
        }
    }
    all
}

/// Events and states of letters.
pub(super) fn fates(letters: &[(String, String, String)]) -> Vec<(&str, &str)> {
    letters
        .iter()
        .map(|(event, state, _)| (event.as_str(), state.as_str()))
        .collect()
}
