//! Quiet hours: what can wait waits, and what was over before is never told.

use super::{
    LOW, SHORT, add, edit, fates, filled, instant, letters, low, of_kind, stocked, syringes,
};
use crate::service::{App, MG400, again_at, spawn};
use crate::story::items;
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::json;

on_both! {
    what_can_wait_waits_and_what_cannot_does_not
    what_closed_before_it_was_heard_is_never_told
    what_waits_leaves_when_the_quiet_hours_are_over
    who_is_written_to_no_more_gets_nothing_in_the_morning
    a_night_of_a_whole_day_is_refused
}

const PUI: &str = "pui@example.org";

/// A pharmacist who wants quiet until nine, at eight in the morning.
fn quiet(backend: Backend) -> App {
    let app = spawn(backend);
    stocked(&app);
    syringes(&app);
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
    low(&app);
    assert_eq!(app.alerts(LOW).len(), 1);
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
    add(&app, "pharmacist", "awake@example.org");
    let before = letters(&app).len();
    low(&app);
    filled(&app);
    assert!(app.alerts(LOW).is_empty());
    // one letter, withdrawn; who heard that it opened hears that it closed
    assert_eq!(of(&app, PUI, before), [pair("opened", "withdrawn")]);
    let awake: Vec<String> = of(&app, "awake@example.org", before)
        .into_iter()
        .map(|(event, _)| event)
        .collect();
    assert_eq!(awake, ["opened", "closed"]);
    // armed again: the next is heard in the morning like any other
    low(&app);
    let again = [pair("opened", "withdrawn"), pair("opened", "queued")];
    assert_eq!(of(&app, PUI, before), again);
}

fn who_is_written_to_no_more_gets_nothing_in_the_morning(backend: Backend) {
    let app = quiet(backend);
    low(&app);
    assert_eq!(fates(&of_kind(&app, LOW, PUI)), [("opened", "queued")]);
    edit(&app, PUI, &json!({ "kinds": [SHORT] }));
    assert_eq!(fates(&of_kind(&app, LOW, PUI)), [("opened", "withdrawn")]);
    // nor does who is taken off the list
    let hours = json!({ "quiet_hours": { "from": "22:00", "to": "09:00" } });
    let night = add(&app, "pharmacist", "night@example.org");
    edit(&app, "night@example.org", &hours);
    filled(&app);
    low(&app);
    let to_night = || of_kind(&app, LOW, "night@example.org");
    let queued = to_night().iter().filter(|l| l.1 == "queued").count();
    assert_eq!(queued, 1, "{:?}", to_night());
    let path = crate::story::at(&format!("/recipients/{}", night["id"].as_str().unwrap()));
    let bearer = format!("Bearer {}", app.token(Role::Admin));
    app.send("DELETE", &path, &[("Authorization", &bearer)], None)
        .expect(204);
    assert!(
        to_night().iter().all(|l| l.1 != "queued"),
        "{:?}",
        to_night()
    );
}

fn a_night_of_a_whole_day_is_refused(backend: Backend) {
    let app = spawn(backend);
    let id = super::recipient(&app, PUI)["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let body = json!({ "quiet_hours": { "from": "00:00", "to": "23:59" } });
    let path = crate::story::at(&format!("/recipients/{id}"));
    let refused = app.edit(Role::Admin, "PATCH", &path, &body);
    assert_eq!(refused.status, 422, "{}", refused.text);
    assert!(refused.text.contains("/quiet_hours/to"), "{}", refused.text);
}

fn what_waits_leaves_when_the_quiet_hours_are_over(backend: Backend) {
    let app = quiet(backend);
    let before = letters(&app).len();
    low(&app);
    assert_eq!(of(&app, PUI, before), [pair("opened", "queued")]);
    let app = again_at(app, "2021-10-20T07:00:00Z");
    app.heard();
    assert_eq!(of(&app, PUI, before), [pair("opened", "sent")]);
}
