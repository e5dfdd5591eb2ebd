//! A letter that is refused reaches somebody else; a site that nobody can be written to is an alert.

use super::{SHORT, add, instant, letters, recipient, stocked, told};
use crate::service::{App, CENTRE, MG400, NEIGHBOUR, spawn, spawn_set};
use crate::story::{at, items};
use crate::support::{Backend, block};
use dotation::app::reach;
use dotation::domain::role::Role;
use dotation::mail::{SendError, Stage};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

on_both! {
    a_refused_letter_falls_back_to_the_coordinator
    what_is_refused_when_it_gets_worse_falls_back_too
    one_that_others_of_the_capacity_heard_falls_back_to_nobody
    who_takes_the_place_of_a_dead_address_hears_what_is_open
    a_site_without_a_working_recipient_is_heard_of_until_it_has_one
    an_address_that_takes_a_letter_again_works_again
    what_is_refused_for_another_reason_falls_back_and_marks_no_address
    a_letter_that_is_sent_again_and_refused_again_is_followed_again
}

const COORDINATOR: &str = "ght@example.org";
const PUI: &str = "pui@example.org";
const UNREACHABLE: &str = "site-unreachable";

fn refuse(app: &App, times: usize) {
    let refused = SendError::Permanent {
        stage: Stage::Recipient,
        code: Some(550),
        reason: "no such mailbox".to_owned(),
    };
    app.memory.fail_next(times, &refused);
}

fn wait(app: &App, what: impl Fn() -> bool) {
    let until = Instant::now() + Duration::from_secs(20);
    while !what() {
        assert!(Instant::now() < until, "{:?}", letters(app));
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn alert(app: &App, kind: &str) -> Value {
    let id = app.alerts(kind).remove(0)["id"]
        .as_str()
        .unwrap()
        .to_owned();
    app.get(Role::Pharmacist, &format!("/alerts/{id}"))
        .expect(200)
}

fn a_refused_letter_falls_back_to_the_coordinator(backend: Backend) {
    let app = spawn(backend);
    stocked(&app);
    let version = recipient(&app, PUI)["version"].as_i64().unwrap();
    refuse(&app, 1);
    app.lose(MG400, "B1", 1);
    wait(&app, || {
        told(&app, "opened").contains(&COORDINATOR.to_owned())
    });
    let unreached = alert(&app, SHORT)["unreached"].clone();
    assert_eq!(unreached.as_array().unwrap().len(), 1);
    assert_eq!(unreached[0]["email"], PUI);
    assert!(
        unreached[0]["because"]
            .as_str()
            .unwrap()
            .contains("no such mailbox")
    );
    let marked = recipient(&app, PUI);
    assert!(marked["refused"]["because"].is_string());
    assert_eq!(marked["version"], version + 1);
    // once
    app.heard();
    let times = told(&app, "opened")
        .iter()
        .filter(|to| *to == COORDINATOR)
        .count();
    assert_eq!(times, 1);
    let lines = app
        .get(Role::Admin, &format!("/audit?site={CENTRE}&limit=50"))
        .expect(200);
    let actions: Vec<Value> = items(&lines).iter().map(|l| l["action"].clone()).collect();
    assert!(actions.contains(&json!("letter.fall-back")), "{actions:?}");
    // an edit forgets it
    super::edit(&app, PUI, &json!({ "name": "PUI" }));
    assert!(recipient(&app, PUI).get("refused").is_none());
}

fn what_is_refused_when_it_gets_worse_falls_back_too(backend: Backend) {
    let app = spawn(backend);
    stocked(&app);
    app.lose(MG400, "B1", 1);
    app.heard();
    refuse(&app, 1);
    app.lose(MG400, "B1", 2);
    // that the reader heard of its opening is no answer
    wait(&app, || {
        told(&app, "opened").contains(&COORDINATOR.to_owned())
    });
}

fn who_takes_the_place_of_a_dead_address_hears_what_is_open(backend: Backend) {
    let app = spawn(backend);
    stocked(&app);
    refuse(&app, 1);
    app.lose(MG400, "B1", 1);
    wait(&app, || recipient(&app, PUI).get("refused").is_some());
    add(&app, "pharmacist", "new@example.org");
    wait(&app, || {
        told(&app, "opened").contains(&"new@example.org".to_owned())
    });
}

fn one_that_others_of_the_capacity_heard_falls_back_to_nobody(backend: Backend) {
    let app = spawn(backend);
    add(&app, "pharmacist", "night@example.org");
    stocked(&app);
    refuse(&app, 1);
    app.lose(MG400, "B1", 1);
    wait(&app, || {
        !alert(&app, SHORT)["unreached"]
            .as_array()
            .unwrap()
            .is_empty()
    });
    wait(&app, || {
        [PUI, "night@example.org"]
            .iter()
            .any(|to| recipient(&app, to).get("refused").is_some())
    });
    assert!(!told(&app, "opened").contains(&COORDINATOR.to_owned()));
}

fn a_site_without_a_working_recipient_is_heard_of_until_it_has_one(backend: Backend) {
    let app = spawn_set(backend, |settings| {
        settings.operations_email = Some("it@example.org".to_owned());
    });
    app.heard();
    let watch = |now: &str| block(reach::watch(&app.service, instant(now))).unwrap();
    let open = || {
        items(
            &app.get(Role::Coordinator, "/alerts?open=true&limit=200")
                .expect(200),
        )
    };
    let of = |site: &str| {
        let all = open().into_iter();
        all.filter(|a| a["kind"] == UNREACHABLE && a["site"] == site)
            .count()
    };
    // somebody who adds a site adds its people next
    watch("2021-10-20T06:30:00Z");
    assert_eq!((of(CENTRE), of(NEIGHBOUR)), (0, 0));
    watch("2021-10-20T08:30:00Z");
    watch("2021-10-20T08:31:00Z");
    assert_eq!((of(CENTRE), of(NEIGHBOUR)), (0, 1));
    // of the neighbour the coordinator of its network hears, and who looks after the service
    let heard = told(&app, "opened");
    assert!(heard.contains(&COORDINATOR.to_owned()), "{heard:?}");
    assert!(heard.contains(&"it@example.org".to_owned()), "{heard:?}");
    // the last two who work are there no more
    for email in [PUI, "car-t@example.org"] {
        super::edit(&app, email, &json!({ "active": false }));
    }
    watch("2021-10-20T08:32:00Z");
    assert_eq!(of(CENTRE), 1);
    super::edit(&app, PUI, &json!({ "active": true }));
    assert_eq!(of(CENTRE), 0);
    assert!(told(&app, "closed").contains(&COORDINATOR.to_owned()));
    assert_eq!(at(""), format!("/sites/{CENTRE}"));
}

fn an_address_that_takes_a_letter_again_works_again(backend: Backend) {
    let app = spawn(backend);
    stocked(&app);
    refuse(&app, 1);
    app.lose(MG400, "B1", 1);
    wait(&app, || recipient(&app, PUI).get("refused").is_some());
    app.lose(MG400, "B1", 2);
    app.heard();
    block(reach::watch(&app.service, instant("2021-10-20T06:20:00Z"))).unwrap();
    assert!(recipient(&app, PUI).get("refused").is_none());
}

fn what_is_refused_for_another_reason_falls_back_and_marks_no_address(backend: Backend) {
    let app = spawn(backend);
    stocked(&app);
    let big = SendError::Permanent {
        stage: Stage::Content,
        code: Some(552),
        reason: "552 5.3.4 too big".to_owned(),
    };
    app.memory.fail_next(1, &big);
    app.lose(MG400, "B1", 1);
    wait(&app, || {
        told(&app, "opened").contains(&COORDINATOR.to_owned())
    });
    assert!(recipient(&app, PUI).get("refused").is_none());
    assert!(app.alerts(UNREACHABLE).is_empty());
}

fn a_letter_that_is_sent_again_and_refused_again_is_followed_again(backend: Backend) {
    let app = spawn(backend);
    stocked(&app);
    refuse(&app, 1);
    app.lose(MG400, "B1", 1);
    let refused = || recipient(&app, PUI).get("refused").is_some();
    wait(&app, refused);
    // the next refusal is for the letter that is sent again, and for none on its way to somebody else
    app.heard();
    let failed = items(&app.emails("?state=failed"));
    super::edit(&app, PUI, &json!({ "name": "PUI" }));
    assert!(!refused());
    refuse(&app, 1);
    let path = format!("/emails/{}/retry", failed[0]["id"].as_str().unwrap());
    app.post(Role::Admin, &path, &json!({})).expect(200);
    wait(&app, refused);
}
