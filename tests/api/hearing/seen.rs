//! Blindness is visible: a movement that is not evaluated, a letter that does not leave.

use super::{instant, letters, stocked};
use crate::service::{App, CENTRE, MG400, spawn_set};
use crate::story::items;
use crate::support::{Backend, block};
use chrono::TimeDelta;
use dotation::app::watch_service::{Late, Limits, Stand, stand, tell};
use dotation::app::{Caller, evaluate};
use dotation::domain::role::Role;
use dotation::mail::{SendError, Stage};

on_both! {
    a_movement_that_is_not_evaluated_is_heard_of_until_it_is
    a_letter_that_does_not_leave_is_heard_of
    quiet_hours_make_no_letter_late
}

const OPERATIONS: &str = "it@example.org";

const LIMITS: Limits = Limits {
    evaluation: TimeDelta::minutes(15),
    outbox: TimeDelta::minutes(30),
};

fn app(backend: Backend) -> App {
    spawn_set(backend, |settings| {
        settings.operations_email = Some("it@example.org".to_owned());
    })
}

fn told(app: &App, now: &str) -> Late {
    let caller = Caller::at_the_machine("service", Role::Admin);
    let work = |act: &mut dotation::app::Act<'_>| tell(act, LIMITS);
    block(app.service.write(caller, instant(now), vec![], work)).unwrap()
}

fn stands(app: &App, now: &str) -> Stand {
    let caller = Caller::at_the_machine("service", Role::Admin);
    let look = |act: &mut dotation::app::Act<'_>| stand(act, LIMITS);
    block(app.service.read(caller, instant(now), look)).unwrap()
}

fn to_operations(app: &App) -> Vec<String> {
    let all = letters(app).into_iter();
    all.filter(|(_, to, _)| to == OPERATIONS)
        .map(|(event, _, _)| event)
        .collect()
}

fn a_movement_that_is_not_evaluated_is_heard_of_until_it_is(backend: Backend) {
    let app = app(backend);
    // the service evaluates once when it starts, and then a minute later
    let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
    let behind = || stands(&app, "2021-10-20T06:10:00Z").unevaluated_since;
    while behind().is_none() {
        assert!(std::time::Instant::now() < until, "always evaluated");
        app.receive(CENTRE, MG400, "B1", "2022-06-30", 6);
    }
    app.heard();
    assert_eq!(told(&app, "2021-10-20T06:10:00Z"), Late::default());
    assert_eq!(to_operations(&app), [""; 0]);
    // two instances look, again and again: one letter
    for now in [
        "2021-10-20T06:25:00Z",
        "2021-10-20T06:25:00Z",
        "2021-10-20T07:25:00Z",
    ] {
        assert!(told(&app, now).movement.is_some());
        assert!(stands(&app, now).told.is_some());
    }
    assert_eq!(to_operations(&app), ["opened"]);
    assert_eq!(
        block(evaluate::watch(
            &app.service,
            instant("2021-10-20T07:26:00Z")
        ))
        .unwrap(),
        1
    );
    assert_eq!(
        block(evaluate::watch(
            &app.service,
            instant("2021-10-20T07:27:00Z")
        ))
        .unwrap(),
        0
    );
    assert_eq!(told(&app, "2021-10-20T07:27:00Z"), Late::default());
    assert_eq!(to_operations(&app), ["opened", "closed"]);
    let lines = app.get(Role::Admin, "/audit?limit=50").expect(200);
    let about = items(&lines)
        .into_iter()
        .filter(|l| l["object"] == "evaluation-late");
    assert_eq!(about.count(), 2);
}

fn a_letter_that_does_not_leave_is_heard_of(backend: Backend) {
    let app = app(backend);
    stocked(&app);
    let away = SendError::Temporary {
        stage: Stage::Connect,
        code: None,
        reason: "nobody there".to_owned(),
        maybe_delivered: false,
    };
    app.memory.fail_next(50, &away);
    app.lose(MG400, "B1", 1);
    block(evaluate::watch(
        &app.service,
        instant("2021-10-20T06:05:00Z"),
    ))
    .unwrap();
    // tried again and again, each time later: it is as old as when it was first due
    assert_eq!(told(&app, "2021-10-20T06:20:00Z"), Late::default());
    let late = told(&app, "2021-10-20T06:40:00Z");
    assert!(late.letter.is_some() && late.movement.is_none(), "{late:?}");
    assert_eq!(to_operations(&app), ["opened"]);
}

fn quiet_hours_make_no_letter_late(backend: Backend) {
    let app = app(backend);
    super::resupply(&app, "assured");
    stocked(&app);
    let hours = serde_json::json!({ "quiet_hours": { "from": "07:00", "to": "12:00" } });
    for email in ["pui@example.org", "car-t@example.org"] {
        super::edit(&app, email, &hours);
    }
    super::resupply(&app, "compromised");
    block(evaluate::watch(
        &app.service,
        instant("2021-10-20T06:05:00Z"),
    ))
    .unwrap();
    assert_eq!(told(&app, "2021-10-20T09:59:00Z"), Late::default());
    assert_eq!(told(&app, "2021-10-20T10:29:00Z"), Late::default());
    assert!(told(&app, "2021-10-20T10:31:00Z").letter.is_some());
}
