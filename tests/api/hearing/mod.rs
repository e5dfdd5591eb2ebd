//! Who hears, when: recipients, hours, what follows from time alone, and the links in letters.

mod fallen_back;
mod links;
mod people;
mod seen;
mod waiting;
mod watched;

use crate::service::{App, CENTRE, MG400};
use crate::story::{at, items};
use dotation::domain::calendar::Instant;
use dotation::domain::role::Role;
use serde_json::{Value, json};

pub(super) const SHORT: &str = "reserve-below-minimum";
pub(super) const COMPROMISED: &str = "resupply-compromised";

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

/// Says by hand how resupply stands at the centre.
pub(super) fn resupply(app: &App, how: &str) {
    let by_hand = json!({ "resupply": how, "reason": "weekly van", "until": "2021-12-22" });
    app.edit(Role::Pharmacist, "PUT", &at("/resupply"), &by_hand)
        .expect(200);
}
