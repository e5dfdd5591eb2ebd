//! What follows from time alone, with a clock that is turned by hand.

use super::{SHORT, instant, letters, stocked, told};
use crate::service::{App, MG400, again_at, spawn};
use crate::support::{Backend, block, fresh_database};
use chrono::TimeDelta;
use dotation::app::act::Desk;
use dotation::app::operations::Operations;
use dotation::app::schedule::{LEASE_TIME, Schedule};
use dotation::app::{Service, digest, escalate};
use dotation::domain::role::Role;
use dotation::rulebook::Rulebooks;
use serde_json::json;

on_both! {
    an_alert_that_nobody_acknowledged_is_sent_to_the_coordinator_once
    what_was_acknowledged_in_time_is_not_escalated_and_what_gets_worse_again_is
    what_gets_worse_and_worse_is_escalated_all_the_same
    a_digest_missed_for_days_is_written_once_and_only_of_what_is_open
    one_instance_sees_to_the_schedule_and_another_after_its_death
    a_schedule_makes_up_for_what_it_missed_without_a_flood
}

const COORDINATOR: &str = "ght@example.org";

fn hours(n: i64) -> TimeDelta {
    TimeDelta::hours(n)
}

fn short(backend: Backend) -> App {
    let app = spawn(backend);
    stocked(&app);
    app.lose(MG400, "B1", 1);
    app.heard();
    app
}

/// What two instances make of a moment that look at the same time.
fn escalated(app: &App, now: &str) -> Vec<String> {
    let now = instant(now);
    let look = || escalate::watch(&app.service, now, hours(4));
    let both = block(async { tokio::join!(look(), look()) });
    both.0.unwrap();
    both.1.unwrap();
    told(app, "escalated")
}

fn an_alert_that_nobody_acknowledged_is_sent_to_the_coordinator_once(backend: Backend) {
    let app = short(backend);
    // it opened within minutes of eight in Paris
    assert_eq!(escalated(&app, "2021-10-20T09:59:00Z"), [""; 0]);
    assert_eq!(escalated(&app, "2021-10-20T10:30:00Z"), [COORDINATOR]);
    assert_eq!(escalated(&app, "2021-10-20T10:30:01Z"), [COORDINATOR]);
    assert_eq!(escalated(&app, "2021-10-25T10:30:00Z"), [COORDINATOR]);
}

fn what_was_acknowledged_in_time_is_not_escalated_and_what_gets_worse_again_is(backend: Backend) {
    let app = short(backend);
    let alert = app.alerts(SHORT).remove(0);
    let path = format!("/alerts/{}/acknowledge", alert["id"].as_str().unwrap());
    app.post(Role::Pharmacist, &path, &json!({})).expect(200);
    assert_eq!(escalated(&app, "2021-10-21T06:00:00Z"), [""; 0]);
    app.lose(MG400, "B1", 2);
    assert_eq!(escalated(&app, "2021-10-20T09:59:00Z"), [""; 0]);
    assert_eq!(escalated(&app, "2021-10-21T06:00:00Z"), [COORDINATOR]);
    // and again when it is worse again
    app.lose(MG400, "B1", 2);
    let twice = [COORDINATOR, COORDINATOR];
    assert_eq!(escalated(&app, "2021-10-21T06:00:00Z"), twice);
}

fn what_gets_worse_and_worse_is_escalated_all_the_same(backend: Backend) {
    let app = short(backend);
    let app = again_at(app, "2021-10-20T09:00:00Z");
    app.lose(MG400, "B1", 2);
    // four hours after it opened, and not after it got worse
    assert_eq!(escalated(&app, "2021-10-20T10:30:00Z"), [COORDINATOR]);
}

fn a_digest_missed_for_days_is_written_once_and_only_of_what_is_open(backend: Backend) {
    let app = spawn(backend);
    stocked(&app);
    super::edit(&app, "pui@example.org", &json!({ "digest": true }));
    let digests = |now: &str| {
        let now = instant(now);
        let look = || digest::watch(&app.service, now);
        let both = block(async { tokio::join!(look(), look()) });
        both.0.unwrap();
        both.1.unwrap();
        told(&app, "digest")
    };
    // the site is seen for the first time; then nothing is open
    assert_eq!(digests("2021-10-20T06:30:00Z"), [""; 0]);
    assert_eq!(digests("2021-10-21T06:00:00Z"), [""; 0]);
    app.lose(MG400, "B1", 2);
    assert_eq!(digests("2021-10-22T05:59:59Z"), [""; 0]);
    assert_eq!(digests("2021-10-24T10:00:00Z"), ["pui@example.org"]);
    assert_eq!(digests("2021-10-25T05:59:59Z"), ["pui@example.org"]);
    assert_eq!(digests("2021-10-25T06:00:00Z").len(), 2);
    // winter time began on the 31st: eight is an hour later by universal time
    assert_eq!(digests("2021-10-30T06:00:00Z").len(), 3);
    assert_eq!(digests("2021-10-31T06:59:59Z").len(), 3);
    assert_eq!(digests("2021-10-31T07:00:00Z").len(), 4);
}

fn service(database: &crate::support::TestDatabase) -> Service {
    let desk = Desk {
        public_url: "http://localhost".to_owned(),
        mail_domain: "example.org".to_owned(),
        simulated: true,
        operations: Operations::NOBODY,
    };
    Service::new(database.open(), Rulebooks::load(None).unwrap(), desk)
}

fn one_instance_sees_to_the_schedule_and_another_after_its_death(backend: Backend) {
    let database = fresh_database(backend);
    // a file has one service; two schedules of it are as bad, but for the first look
    let first = service(&database);
    let second = match backend {
        Backend::Postgres => service(&database),
        Backend::Sqlite => first.clone(),
    };
    let mut one = Schedule::new(first, hours(4));
    let mut two = Schedule::new(second, hours(4));
    let ours = |schedule: &mut Schedule, now| block(schedule.look(now)).unwrap().ours;
    let begin = instant("2021-10-20T06:00:00Z");
    let at = |seconds| begin + TimeDelta::seconds(seconds);
    if backend == Backend::Sqlite {
        assert!(ours(&mut two, at(0)));
        block(two.release()).unwrap();
    }
    assert!(ours(&mut one, at(1)));
    assert!(!ours(&mut two, at(2)));
    // it renews what it has
    assert!(ours(&mut one, at(20)));
    // nor does it go to one whose clock is behind
    assert!(!ours(&mut two, at(5)));
    assert!(!ours(&mut two, at(35)));
    // it dies: half a minute later another takes it, and it would not get it back
    let free = at(20) + LEASE_TIME;
    assert!(!ours(&mut two, free - TimeDelta::seconds(1)));
    assert!(ours(&mut two, free));
    assert!(!ours(&mut one, free + TimeDelta::seconds(1)));
    // stopped, it gives it back at once
    block(two.release()).unwrap();
    assert!(ours(&mut one, free + TimeDelta::seconds(2)));
    // a clock that was wrong keeps it from nobody
    assert!(ours(&mut two, at(-86_400)));
}

fn a_schedule_makes_up_for_what_it_missed_without_a_flood(backend: Backend) {
    let app = short(backend);
    super::edit(&app, "pui@example.org", &json!({ "digest": true }));
    let before = letters(&app).len();
    let begin = instant("2021-10-20T06:20:00Z");
    block(digest::watch(&app.service, begin)).unwrap();
    // away for three days; each look of the new instance says it once
    let app = again_at(app, "2021-10-23T12:00:00Z");
    let mut schedule = Schedule::new(app.service.clone(), hours(4));
    for seconds in [0, 61, 122] {
        let now = instant("2021-10-23T12:10:00Z") + TimeDelta::seconds(seconds);
        let looked = block(schedule.look(now)).unwrap();
        for (task, done) in looked.done {
            done.unwrap_or_else(|error| panic!("{task}: {error}"));
        }
    }
    let new = letters(&app).split_off(before);
    let count = |event: &str| new.iter().filter(|(e, _, _)| e == event).count();
    assert_eq!((count("digest"), count("escalated")), (1, 1), "{new:?}");
}
