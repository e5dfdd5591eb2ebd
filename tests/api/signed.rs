//! The audit trail is signed once a day whoever runs the service, and can be taken out and verified.

use crate::service::{
    App, CENTRE, FAR_CENTRE, MG400, NEIGHBOUR, again_set, beside, spawn, spawn_set,
};
use crate::support::{Backend, block};
use dotation::app::act::Done;
use dotation::app::once::{Answer, Attempt, once};
use dotation::app::schedule::Schedule;
use dotation::app::{Act, Caller, Error};
use dotation::domain::calendar::Instant;
use dotation::domain::code::Finess;
use dotation::domain::role::Role;
use dotation::trail::{Report, SigningKey, export};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

on_both! {
    each_day_is_signed_once_by_however_many_instances
    the_trail_is_taken_out_by_those_who_may_read_it
    a_part_of_the_trail_is_taken_out_and_verified_as_one
    a_service_says_when_its_trail_was_signed
    eight_who_write_at_once_leave_chains_that_hold
    a_write_that_changes_nothing_leaves_its_line
}

fn key_file() -> PathBuf {
    static KEY: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_folder, path) = KEY.get_or_init(|| {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.pem");
        std::fs::write(&path, SigningKey::make().unwrap().0).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        (folder, path)
    });
    path.clone()
}

fn key() -> Arc<SigningKey> {
    Arc::new(SigningKey::read(&key_file()).unwrap())
}

fn take(app: &App, role: Role, query: &str) -> String {
    let taken = app.get(role, &format!("/audit/export{query}"));
    assert_eq!(taken.status, 200, "{}", taken.text);
    assert_eq!(taken.headers["content-type"], "application/x-ndjson");
    taken.text
}

fn verified(text: &str) -> Report {
    export::verify(text.as_bytes(), vec![key().public().clone()], None).unwrap()
}

fn look(schedule: &mut Schedule, at: Instant) -> usize {
    let looked = block(schedule.look(at)).unwrap();
    let signing = looked.done.into_iter().find(|(task, _)| *task == "signing");
    signing.map_or(0, |(_, outcome)| outcome.unwrap())
}

fn each_day_is_signed_once_by_however_many_instances(backend: Backend) {
    let app = spawn(backend);
    let second = (backend == Backend::Postgres).then(|| beside(&app));
    let services = [&app, second.as_ref().unwrap_or(&app)].map(|app| app.service.clone());
    let start: Instant = "2031-01-01T00:30:00Z".parse().unwrap();
    for day in 0..3 {
        // no lease stands between them: each believes that it is its turn
        let now = start + chrono::TimeDelta::days(day);
        let threads: Vec<_> = (0..4)
            .map(|n| {
                let service = services[n % 2].clone();
                std::thread::spawn(move || {
                    let key = key();
                    block(dotation::app::audit_trail::watch(&service, Some(&key), now)).unwrap()
                })
            })
            .collect();
        let made: usize = threads.into_iter().map(|t| t.join().unwrap()).sum();
        assert_eq!(made, 1, "day {day}");
        app.receive(CENTRE, MG400, &format!("B{day}"), "2022-06-30", 2);
    }
    // a clock that was set back signs no day again
    let again = block(dotation::app::audit_trail::watch(
        &services[0],
        Some(&key()),
        start,
    ));
    assert_eq!(again.unwrap(), 0);
    let report = verified(&take(&app, Role::Coordinator, ""));
    assert_eq!((report.faults.as_slice(), report.statements), (&[][..], 3));
    let centre = report.chains.iter().find(|c| c.chain == CENTRE).unwrap();
    assert!(centre.proved.is_some() && centre.unsigned() > 0);
    drop(second);
}

fn the_trail_is_taken_out_by_those_who_may_read_it(backend: Backend) {
    let app = spawn(backend);
    block(dotation::app::audit_trail::watch(
        &app.service,
        Some(&key()),
        app.clock.now(),
    ))
    .unwrap();
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 2);
    // a pharmacist has their own sites and not the whole
    let own = take(&app, Role::Pharmacist, &format!("?site={CENTRE}"));
    let report = verified(&own);
    assert!(report.holds(), "{:?}", report.faults);
    assert_eq!(report.chains.len(), 1);
    // that it was taken is its last line
    assert!(
        own.lines().rev().nth(1).unwrap().contains("audit.export"),
        "{own}"
    );
    assert!(own.contains("127.0.0.1"), "from where");
    app.get(Role::Pharmacist, "/audit/export").expect(403);
    app.get(Role::Pharmacist, "/audit/export?site=690000013")
        .expect(403);
    app.get(Role::Prescriber, &format!("/audit/export?site={CENTRE}"))
        .expect(403);
    app.get(Role::Coordinator, "/audit/export?from=never")
        .expect(400);
    // the schedule of a service signs, when a key is set
    let mut unsigned = Schedule::new(app.service.clone(), chrono::TimeDelta::hours(4));
    let mut signing =
        Schedule::new(app.service.clone(), chrono::TimeDelta::hours(4)).signing_with(Some(key()));
    let tomorrow: Instant = "2031-01-01T00:30:00Z".parse().unwrap();
    assert_eq!(look(&mut unsigned, tomorrow), 0);
    block(unsigned.release()).unwrap();
    assert_eq!(look(&mut signing, tomorrow), 1);
    block(signing.release()).unwrap();
}

fn a_part_of_the_trail_is_taken_out_and_verified_as_one(backend: Backend) {
    let app = spawn(backend);
    app.receive(NEIGHBOUR, MG400, "B1", "2022-06-30", 2);
    let app = crate::service::again_at(app, "2021-10-25T06:00:00Z");
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 2);
    block(dotation::app::audit_trail::watch(
        &app.service,
        Some(&key()),
        app.clock.now(),
    ))
    .unwrap();
    let later = take(&app, Role::Coordinator, "?from=2021-10-25");
    let report = verified(&later);
    assert!(
        report.holds() && report.scope.from_later,
        "{:?}",
        report.faults
    );
    let of = |chain: &str| {
        report
            .chains
            .iter()
            .find(|c| c.chain == chain)
            .unwrap()
            .clone()
    };
    // the line before the first of the day; of who has none that day, the last
    assert!(of(CENTRE).first > 1);
    assert_eq!(of(NEIGHBOUR).first, of(NEIGHBOUR).last);
    let earlier = verified(&take(&app, Role::Coordinator, "?to=2021-10-20"));
    assert!(
        earlier.holds() && earlier.scope.to_earlier,
        "{:?}",
        earlier.faults
    );
    assert!(earlier.lines < verified(&take(&app, Role::Coordinator, "")).lines);
}

fn a_service_says_when_its_trail_was_signed(backend: Backend) {
    let app = spawn(backend);
    let metric = |app: &App| {
        let text = app.send("GET", "//metrics", &[], None).text;
        let line = text
            .lines()
            .find(|l| l.starts_with("dotation_audit_last_signed"))
            .unwrap();
        line.rsplit(' ').next().unwrap().parse::<i64>().unwrap()
    };
    assert_eq!(metric(&app), 0);
    let app = again_set(app, "2021-10-21T06:00:00Z", |settings| {
        settings.audit_signing_key_file = Some(key_file());
    });
    let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while verified(&take(&app, Role::Coordinator, "")).statements == 0 {
        assert!(std::time::Instant::now() < until, "nobody signed");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    // two days later, by a service that lost its key but for the setting: it would warn, and signs again
    let app = again_set(app, "2021-10-24T06:00:00Z", |settings| {
        settings.audit_signing_key_file = Some(key_file());
    });
    assert!(metric(&app) >= 0);
    drop(app);
    let refused = std::panic::catch_unwind(|| {
        spawn_set(Backend::Sqlite, |settings| {
            settings.audit_signing_key_file = Some(PathBuf::from("/nowhere/audit.pem"));
        })
    });
    assert!(
        refused.is_err(),
        "a service without the key that is set does not start"
    );
}

/// One line at a site, in a transaction of its own.
fn leave(app: &App, site: Finess, n: usize) {
    let work = move |act: &mut Act<'_>| {
        let details = serde_json::json!({ "n": n });
        let line = Done {
            action: "test.line",
            object: "",
            patient: None,
            details,
        };
        act.audit(Some(site), line)
    };
    let caller = Caller::at_the_machine("command-line", Role::Admin);
    block(app.service.write(caller, app.clock.now(), vec![site], work)).unwrap();
}

fn eight_who_write_at_once_leave_chains_that_hold(backend: Backend) {
    let first = spawn(backend);
    // on PostgreSQL from two instances
    let second = (backend == Backend::Postgres).then(|| beside(&first));
    let apps = [&first, second.as_ref().unwrap_or(&first)];
    let sites = [CENTRE, NEIGHBOUR, FAR_CENTRE].map(|site| Finess::parse(site).unwrap());
    let lines = |report: &Report| -> i64 { report.chains.iter().map(|c| c.last).sum() };
    let before = lines(&verified_without_key(&first));
    for sites in [&sites[..1], &sites[..]] {
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let app = apps[thread % 2];
                scope.spawn(move || {
                    for n in 0..20 {
                        leave(app, sites[(thread + n) % sites.len()], n);
                    }
                });
            }
        });
    }
    let report = verified_without_key(&first);
    assert!(report.holds(), "{:?}", report.faults);
    // and the one that says that it was taken out
    assert_eq!(lines(&report), before + 2 * 8 * 20 + 1);
    drop(second);
}

fn verified_without_key(app: &App) -> Report {
    let text = take(app, Role::Coordinator, "");
    export::verify(text.as_bytes(), Vec::new(), None).unwrap()
}

fn a_write_that_changes_nothing_leaves_its_line(backend: Backend) {
    let app = spawn(backend);
    let caller = Caller::at_the_machine("command-line", Role::Admin);
    let work = |act: &mut Act<'_>| {
        let attempt = Attempt {
            action: "test.nothing",
            site: None,
        };
        let answer = Answer {
            status: 204,
            content_type: String::new(),
            location: None,
            etag: None,
            language: None,
            body: String::new(),
        };
        once(
            act,
            None,
            attempt,
            |_| Ok::<_, Error>(answer),
            |_| panic!("refused"),
        )
    };
    block(app.service.write(caller, app.clock.now(), Vec::new(), work)).unwrap();
    let line = app.get(Role::Admin, "/audit?limit=1").expect(200)["items"][0].clone();
    assert_eq!(line["action"], "write.unchanged");
    assert_eq!(line["object"], "test.nothing");
    assert_eq!(line["peer"], "local");
}
