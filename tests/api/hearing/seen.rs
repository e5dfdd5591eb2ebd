//! Blindness is visible: a movement that is not evaluated, a letter that does not leave.

use super::{instant, letters, stocked};
use crate::db_laws::STOCK;
use crate::service::{App, CENTRE, MG400, spawn_set};
use crate::support::{Backend, TestDatabase, block, execute, fresh_database};
use chrono::TimeDelta;
use dotation::app::act::Desk;
use dotation::app::operations::Operations;
use dotation::app::see::alerts;
use dotation::app::watch_service::{Late, Limits, stand, tell, tell_sites};
use dotation::app::{Act, Caller, Service, evaluate};
use dotation::domain::code::Finess;
use dotation::domain::role::Role;
use dotation::mail::{SendError, Stage};
use dotation::rulebook::Rulebooks;

on_both! {
    a_movement_that_is_not_evaluated_is_heard_of_until_it_is
    a_letter_that_does_not_leave_is_heard_of
    quiet_hours_make_no_letter_late
    one_mailbox_that_is_full_makes_no_letter_late
    a_site_whose_alerts_are_not_evaluated_is_an_alert_there
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
    let work = |act: &mut Act<'_>| tell(act, LIMITS);
    block(app.service.write(caller, instant(now), vec![], work)).unwrap()
}

fn to_operations(app: &App) -> Vec<String> {
    let all = letters(app).into_iter();
    all.filter(|(_, to, _)| to == OPERATIONS)
        .map(|(event, _, _)| event)
        .collect()
}

/// A service over rows that no verb wrote: nobody evaluated what moved, and nobody sees to its schedule.
fn bare(backend: Backend) -> (TestDatabase, Service) {
    let database = fresh_database(backend);
    let db = database.open();
    execute(&db, STOCK).unwrap();
    let desk = Desk {
        public_url: "http://localhost".to_owned(),
        mail_domain: "example.org".to_owned(),
        simulated: true,
        operations: Operations {
            email: Some(OPERATIONS.to_owned()),
            ..Operations::NOBODY
        },
    };
    let rules = Rulebooks::load(None).unwrap();
    (database, Service::new(db, rules, desk))
}

fn a_movement_that_is_not_evaluated_is_heard_of_until_it_is(backend: Backend) {
    let (_database, service) = bare(backend);
    let caller = || Caller::at_the_machine("service", Role::Admin);
    let told = |now: &str| {
        let work = |act: &mut Act<'_>| tell(act, LIMITS);
        block(service.write(caller(), instant(now), vec![], work)).unwrap()
    };
    let stands = |now: &str| {
        let look = |act: &mut Act<'_>| stand(act, LIMITS);
        block(service.read(caller(), instant(now), look)).unwrap()
    };
    let letters = || {
        let look = |act: &mut Act<'_>| {
            let all = alerts::letters(act, None, None, 50)?;
            let of = all.into_iter().filter(|l| l.to_email == OPERATIONS);
            Ok::<Vec<String>, dotation::app::Error>(of.map(|l| l.event).collect())
        };
        let mut all = block(service.read(caller(), instant("2026-11-22T10:00:00Z"), look)).unwrap();
        all.reverse();
        all
    };
    // the movement is of eight o'clock
    let moved = Some(instant("2026-11-22T08:00:00Z"));
    assert_eq!(stands("2026-11-22T08:10:00Z").unevaluated_since, moved);
    assert_eq!(told("2026-11-22T08:15:00Z"), Late::default());
    assert_eq!(letters(), [""; 0]);
    // two instances look, again and again: one letter
    for now in [
        "2026-11-22T08:15:01Z",
        "2026-11-22T08:15:01Z",
        "2026-11-22T08:40:00Z",
    ] {
        assert_eq!(told(now).movement, moved);
        assert!(stands(now).told.is_some());
    }
    assert_eq!(letters(), ["opened"]);
    let evaluated = |now: &str| block(evaluate::watch(&service, instant(now))).unwrap();
    assert_eq!(evaluated("2026-11-22T08:41:00Z"), 1);
    assert_eq!(evaluated("2026-11-22T08:42:00Z"), 0);
    assert!(told("2026-11-22T08:42:00Z").movement.is_none());
    assert_eq!(stands("2026-11-22T08:42:00Z").unevaluated_since, None);
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
    stocked(&app);
    super::syringes(&app);
    let hours = serde_json::json!({ "quiet_hours": { "from": "07:00", "to": "12:00" } });
    for email in ["pui@example.org", "car-t@example.org"] {
        super::edit(&app, email, &hours);
    }
    super::low(&app);
    block(evaluate::watch(
        &app.service,
        instant("2021-10-20T06:05:00Z"),
    ))
    .unwrap();
    assert_eq!(told(&app, "2021-10-20T09:59:00Z"), Late::default());
    assert_eq!(told(&app, "2021-10-20T10:29:00Z"), Late::default());
    assert!(told(&app, "2021-10-20T10:31:00Z").letter.is_some());
}

fn one_mailbox_that_is_full_makes_no_letter_late(backend: Backend) {
    let app = app(backend);
    stocked(&app);
    let full = SendError::Temporary {
        stage: Stage::Recipient,
        code: Some(452),
        reason: "mailbox full".to_owned(),
        maybe_delivered: false,
    };
    app.memory.fail_next(50, &full);
    app.lose(MG400, "B1", 1);
    let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
    let tried = |l: &serde_json::Value| l["attempts"].as_i64() > Some(0) && l["state"] == "queued";
    while !crate::story::items(&app.emails("?limit=200"))
        .iter()
        .any(tried)
    {
        assert!(std::time::Instant::now() < until);
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let late = told(&app, "2021-10-20T06:40:00Z");
    assert_eq!(late.letter, None);
}

fn a_site_whose_alerts_are_not_evaluated_is_an_alert_there(backend: Backend) {
    let app = app(backend);
    stocked(&app);
    let site = Finess::parse(CENTRE).unwrap();
    let now = instant("2021-10-20T06:30:00Z");
    let tell = |late: &[Finess]| {
        let late = late.iter().copied().collect();
        block(tell_sites(&app.service, now, &late)).unwrap()
    };
    assert_eq!((tell(&[site]), tell(&[site])), (1, 0));
    assert_eq!(app.alerts("evaluation-late").len(), 1);
    for to in ["pui@example.org", "ght@example.org"] {
        let letters = super::of_kind(&app, "evaluation-late", to);
        assert_eq!(letters.len(), 1, "{to}");
        assert!(letters[0].2.contains("vérifier la réserve à la main"));
    }
    assert_eq!((tell(&[]), tell(&[])), (1, 0));
    assert!(app.alerts("evaluation-late").is_empty());
}
