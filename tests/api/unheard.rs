//! An alert that opened when nobody was there to hear of it.

use crate::service::{App, FAR_CENTRE, spawn};
use crate::story::items;
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    the_first_recipient_hears_of_the_alert_that_is_open_once
    a_recipient_beside_another_or_of_another_capacity_is_not_written_to
    an_alert_that_is_over_or_seen_to_is_not_told_again
}

/// Puts somebody on the list of the far centre, whose alert opened when it was added; returns
/// their id.
fn add(app: &App, capacity: &str, email: &str) -> String {
    let new = json!({ "capacity": capacity, "name": "PUI", "email": email, "language": "fr" });
    let path = format!("/sites/{FAR_CENTRE}/recipients");
    let added = app.post(Role::Admin, &path, &new).expect(201);
    added["id"].as_str().unwrap().to_owned()
}

fn remove(app: &App, id: &str) {
    let path = format!("/sites/{FAR_CENTRE}/recipients/{id}");
    let bearer = format!("Bearer {}", app.token(Role::Admin));
    let gone = app.send("DELETE", &path, &[("Authorization", &bearer)], None);
    assert_eq!(gone.status, 204, "{}", gone.text);
}

fn alert(app: &App) -> Value {
    let path = format!("/sites/{FAR_CENTRE}/alerts?open=true");
    let mut open = items(&app.get(Role::Coordinator, &path).expect(200));
    assert_eq!(open.len(), 1, "{open:?}");
    open.remove(0)
}

/// What the people of the far centre were written: event and address, the first first.
fn heard(app: &App) -> Vec<(String, String)> {
    let mut all = app.heard();
    all.retain(|(_, to)| to.ends_with("@rhone.example.org"));
    all
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(event, to): &(&str, &str)| ((*event).to_owned(), (*to).to_owned());
    expected.iter().map(owned).collect()
}

fn the_first_recipient_hears_of_the_alert_that_is_open_once(backend: Backend) {
    let app = spawn(backend);
    assert_eq!(alert(&app)["kind"], "reserve-below-minimum");
    assert_eq!(heard(&app), []);
    let first = add(&app, "pharmacist", "pui@rhone.example.org");
    let opened = [("opened", "pui@rhone.example.org")];
    assert_eq!(heard(&app), pairs(&opened));
    let letters = app.memory.letters();
    let letter = letters
        .iter()
        .find(|l| l.to.address.as_str() == "pui@rhone.example.org")
        .unwrap();
    assert!(letter.subject.as_str().contains("CHU du Rhône"));
    let link = format!("/alerts/{}", alert(&app)["id"].as_str().unwrap());
    assert!(letter.text.contains(&link), "{}", letter.text);
    // taken off and put on again, in whatever letters, nobody is told twice
    remove(&app, &first);
    let again = add(&app, "pharmacist", "PUI@rhone.example.org");
    assert_eq!(heard(&app), pairs(&opened));
    // but whoever takes their place is the first again
    remove(&app, &again);
    add(&app, "pharmacist", "night@rhone.example.org");
    let both = [opened[0], ("opened", "night@rhone.example.org")];
    assert_eq!(heard(&app), pairs(&both));
}

fn a_recipient_beside_another_or_of_another_capacity_is_not_written_to(backend: Backend) {
    let app = spawn(backend);
    // the alert of a reserve is the pharmacist's
    add(&app, "car-t-unit", "unit@rhone.example.org");
    add(&app, "coordinator", "ght@rhone.example.org");
    assert_eq!(heard(&app), []);
    add(&app, "pharmacist", "pui@rhone.example.org");
    add(&app, "pharmacist", "night@rhone.example.org");
    assert_eq!(heard(&app), pairs(&[("opened", "pui@rhone.example.org")]));
}

fn an_alert_that_is_over_or_seen_to_is_not_told_again(backend: Backend) {
    let app = spawn(backend);
    let path = format!(
        "/alerts/{}/acknowledge",
        alert(&app)["id"].as_str().unwrap()
    );
    app.post(Role::Coordinator, &path, &json!({})).expect(200);
    add(&app, "pharmacist", "pui@rhone.example.org");
    assert_eq!(heard(&app), []);
    // a site that is no centre any more is short of nothing
    let app = spawn(backend);
    let site = format!("/sites/{FAR_CENTRE}");
    app.edit(Role::Admin, "PATCH", &site, &json!({ "car_t": false }))
        .expect(200);
    add(&app, "pharmacist", "pui@rhone.example.org");
    assert_eq!(heard(&app), []);
}
