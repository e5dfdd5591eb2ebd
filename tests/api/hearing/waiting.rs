//! Quiet hours: what can wait waits, and what was over before is never told.

use super::{COMPROMISED, SHORT, edit, instant, letters, resupply, stocked};
use crate::service::{App, MG400, again_at, spawn};
use crate::story::items;
use crate::support::Backend;
use serde_json::json;

on_both! {
    what_can_wait_waits_and_what_cannot_does_not
    what_closed_before_it_was_heard_is_never_told
    what_waits_leaves_when_the_quiet_hours_are_over
}

const PUI: &str = "pui@example.org";

/// A pharmacist who wants quiet until nine, at eight in the morning.
fn quiet(backend: Backend) -> App {
    let app = spawn(backend);
    resupply(&app, "assured");
    stocked(&app);
    let hours = json!({ "quiet_hours": { "from": "22:00", "to": "09:00" } });
    edit(&app, PUI, &hours);
    app
}

fn of(app: &App, to: &str, before: usize) -> Vec<(String, String)> {
    let new = letters(app).split_off(before).into_iter();
    new.filter(|(_, email, _)| email == to)
        .map(|(event, _, state)| (event, state))
        .collect()
}

fn pair(event: &str, state: &str) -> (String, String) {
    (event.to_owned(), state.to_owned())
}

fn what_can_wait_waits_and_what_cannot_does_not(backend: Backend) {
    let app = quiet(backend);
    let before = letters(&app).len();
    resupply(&app, "compromised");
    assert_eq!(app.alerts(COMPROMISED).len(), 1);
    assert_eq!(of(&app, PUI, before), [pair("opened", "queued")]);
    let queued = items(&app.emails("?state=queued"));
    let held = queued.iter().find(|l| l["to_email"] == PUI).unwrap();
    assert_eq!(
        held["due_at"].as_str().unwrap().parse(),
        Ok(instant("2021-10-20T07:00:00Z"))
    );
    app.lose(MG400, "B1", 1);
    assert_eq!(app.alerts(SHORT).len(), 1);
    let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
    let both = [pair("opened", "queued"), pair("opened", "sent")];
    while of(&app, PUI, before) != both {
        assert!(std::time::Instant::now() < until, "{:?}", letters(&app));
        std::thread::yield_now();
    }
}

fn what_closed_before_it_was_heard_is_never_told(backend: Backend) {
    let app = quiet(backend);
    let before = letters(&app).len();
    resupply(&app, "compromised");
    resupply(&app, "assured");
    assert!(app.alerts(COMPROMISED).is_empty());
    // one letter, withdrawn; who heard that it opened hears that it closed
    assert_eq!(of(&app, PUI, before), [pair("opened", "withdrawn")]);
    let unit: Vec<String> = of(&app, "car-t@example.org", before)
        .into_iter()
        .map(|(event, _)| event)
        .collect();
    assert_eq!(unit, ["opened", "closed"]);
    // armed again: the next is heard in the morning like any other
    resupply(&app, "compromised");
    let again = [pair("opened", "withdrawn"), pair("opened", "queued")];
    assert_eq!(of(&app, PUI, before), again);
}

fn what_waits_leaves_when_the_quiet_hours_are_over(backend: Backend) {
    let app = quiet(backend);
    let before = letters(&app).len();
    resupply(&app, "compromised");
    assert_eq!(of(&app, PUI, before), [pair("opened", "queued")]);
    let app = again_at(app, "2021-10-20T07:00:00Z");
    app.heard();
    assert_eq!(of(&app, PUI, before), [pair("opened", "sent")]);
}
