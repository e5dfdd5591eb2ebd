//! What was copied is what is restored, into either database.

use super::{busy, copied, dump, lines, now, restored, restored_after};
use crate::service::{CENTRE, MG400};
use crate::story::at;
use crate::support::{Backend, TestDatabase, empty_database, fresh_database};
use dotation::db::Error;
use dotation::db::backup::{self, CopyError, Letters, Target, Wanted, list, verify};
use dotation::domain::role::Role;
use serde_json::json;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::atomic::{AtomicBool, Ordering};

on_both! {
    a_copy_is_restored_row_by_row_into_either_database
    copies_are_made_while_people_work_and_each_adds_up
    a_database_that_is_in_use_or_holds_rows_is_not_restored_into
    what_gives_way_is_kept_or_replaced_whole
    letters_that_wait_are_sent_after_a_restore_unless_given_up
    a_table_that_a_copy_would_not_carry_is_told
    a_copy_of_an_earlier_version_is_restored_and_brought_up_to_this_one
}

fn a_copy_is_restored_row_by_row_into_either_database(backend: Backend) {
    let app = busy(backend);
    let folder = tempfile::tempdir().unwrap();
    let before = dump(&app.database);
    let made = copied(&app.database, folder.path()).unwrap();
    assert_eq!(dump(&app.database), before);
    assert_eq!(
        made.path,
        folder
            .path()
            .canonicalize()
            .unwrap()
            .join("dotation-20211020T123000Z.db")
    );
    let manifest = &made.manifest;
    assert_eq!(manifest.made_at, now());
    assert_eq!(manifest.rows["movements"], 7);
    assert_eq!(
        manifest.database,
        match backend {
            Backend::Sqlite => "sqlite",
            Backend::Postgres => "postgres",
        }
    );
    let mode = std::fs::metadata(&made.path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let left: Vec<String> = list(folder.path())
        .unwrap()
        .into_iter()
        .map(|one| one.path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    assert_eq!(left, ["dotation-20211020T123000Z.db"]);
    verify(&made.path, folder.path()).unwrap();

    // there and back: through the other kind too, nothing is lost or said otherwise
    for other in [Backend::Sqlite, Backend::Postgres] {
        let between = empty_database(other);
        let done = restored(&between, &made.path, false).unwrap();
        assert_eq!(done.rows, manifest.rows);
        let again = tempfile::tempdir().unwrap();
        let second = copied(&between, again.path()).unwrap();
        let home = fresh_database(backend);
        restored(&home, &second.path, false).unwrap();
        assert_eq!(dump(&home), before, "through {other:?}");
        let said = lines(
            &home,
            "SELECT object AS line FROM audit WHERE action = 'service.restore' ORDER BY seq",
        );
        assert_eq!(said, [manifest.sha256.clone(), second.manifest.sha256]);
        // and it goes on: the laws are back, the ledger is served
        assert!(crate::support::execute(&home.open(), "DELETE FROM movements").is_err());
    }
}

fn copies_are_made_while_people_work_and_each_adds_up(backend: Backend) {
    let app = busy(backend);
    let folder = tempfile::tempdir().unwrap();
    let ended = AtomicBool::new(false);
    let (received, copies) = std::thread::scope(|scope| {
        let work = scope.spawn(|| {
            let mut received = 0;
            while !ended.load(Ordering::Relaxed) {
                app.receive(
                    CENTRE,
                    MG400,
                    &format!("W{}", received % 7),
                    "2022-06-30",
                    1,
                );
                received += 1;
            }
            received
        });
        let copies: Vec<_> = (0..4)
            .map(|n| {
                let file = folder.path().join(format!("{n}.db"));
                backup::make(&app.database.url, &Target::File(file), now()).unwrap()
            })
            .collect();
        ended.store(true, Ordering::Relaxed);
        (work.join().unwrap(), copies)
    });
    let counts: Vec<i64> = copies
        .iter()
        .map(|made| made.manifest.rows["movements"])
        .collect();
    assert!(counts.is_sorted(), "{counts:?}");
    assert!(
        counts[3] <= 3 + received && counts[3] > 3,
        "{counts:?} {received}"
    );
    let last = empty_database(Backend::Sqlite);
    restored(&last, &copies[3].path, false).unwrap();
    let sums = "SELECT CAST(SUM(usable) AS TEXT) AS line FROM ";
    assert_eq!(
        lines(&last, &format!("{sums} balances")),
        lines(&last, &format!("{sums} movements"))
    );
}

fn a_database_that_is_in_use_or_holds_rows_is_not_restored_into(backend: Backend) {
    let app = busy(backend);
    let folder = tempfile::tempdir().unwrap();
    let made = copied(&app.database, folder.path()).unwrap();
    let before = dump(&app.database);
    let refused = restored(&app.database, &made.path, true).unwrap_err();
    let seen = match backend {
        Backend::Sqlite => matches!(refused, CopyError::Db(Error::InUse { .. })),
        Backend::Postgres => matches!(
            refused,
            CopyError::Served {
                connections: 1..,
                ..
            }
        ),
    };
    assert!(seen, "{refused}");
    let database = std::sync::Arc::clone(&app.database);
    drop(app);
    let refused = restored_after(&database, &made.path, false).unwrap_err();
    assert!(matches!(refused, CopyError::NotEmpty { .. }), "{refused}");
    // only the service's own end was written down meanwhile, if anything
    assert_eq!(dump(&database), before);
}

fn what_gives_way_is_kept_or_replaced_whole(backend: Backend) {
    let morning = busy(backend);
    let folder = tempfile::tempdir().unwrap();
    let made = copied(&morning.database, folder.path()).unwrap();
    let before = dump(&morning.database);
    morning.receive(CENTRE, MG400, "LATE", "2022-06-30", 2);
    let evening = dump(&morning.database);
    let database = std::sync::Arc::clone(&morning.database);
    drop(morning);
    let done = restored_after(&database, &made.path, true).unwrap();
    assert_eq!(dump(&database), before);
    assert_eq!(done.aside.is_some(), backend == Backend::Sqlite);
    if let Some(aside) = done.aside {
        let url = crate::support::url(&format!("sqlite:{}", aside.display()));
        let kept = TestDatabase::of_file(url);
        assert_eq!(dump(&kept), evening);
    }
}

fn letters_that_wait_are_sent_after_a_restore_unless_given_up(backend: Backend) {
    let folder = tempfile::tempdir().unwrap();
    let database = fresh_database(backend);
    let letter = "INSERT INTO outbox (id, site, alert_id, event, to_name, to_email, language, message_id, subject,
            body_text, body_html, state, attempts, due_at, leased_by, leased_until, created_at)
        VALUES ('l-1', NULL, NULL, 'test', 'PUI', 'pui@example.org', 'fr', 'l-1@example.org', 's', 't', 'h', 'queued',
            0, '2021-10-20 08:00:00', 'worker', '2021-10-20 09:00:00', '2021-10-20 08:00:00')";
    crate::support::execute(&database.open(), letter).unwrap();
    let made = copied(&database, folder.path()).unwrap();
    for (letters, state) in [(Letters::Sent, "queued"), (Letters::GivenUp, "superseded")] {
        let fresh = fresh_database(backend);
        let wanted = Wanted {
            file: &made.path,
            replace: false,
            letters,
            now: now(),
        };
        assert_eq!(backup::restore(&fresh.url, &wanted).unwrap().letters, 1);
        let found = "SELECT state || ' ' || message_id || ' ' || coalesce(leased_by, '-') AS line FROM outbox WHERE id = 'l-1'";
        assert_eq!(lines(&fresh, found), [format!("{state} l-1@example.org -")]);
    }
}

fn a_table_that_a_copy_would_not_carry_is_told(backend: Backend) {
    let database = fresh_database(backend);
    crate::support::execute(
        &database.open(),
        "CREATE TABLE forgotten (id TEXT NOT NULL PRIMARY KEY)",
    )
    .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let refused = copied(&database, folder.path()).unwrap_err().to_string();
    assert!(refused.contains("forgotten"), "{refused}");
    let names: Vec<_> = list(folder.path()).unwrap();
    assert!(
        names
            .iter()
            .all(|one| one.path.extension().is_some_and(|e| e == "bad")),
        "{names:?}"
    );
}

#[test]
fn a_service_serves_what_was_restored_into_it() {
    let app = busy(Backend::Postgres);
    let folder = tempfile::tempdir().unwrap();
    let made = copied(&app.database, folder.path()).unwrap();
    let stock = app.see("/stock");
    let database = empty_database(Backend::Sqlite);
    restored(&database, &made.path, false).unwrap();
    let moved = crate::service::again_on(app, database);
    assert_eq!(moved.see("/stock")["items"], stock["items"]);
    let receipt = json!({ "kind": "receipt", "cip13": MG400, "lot": "NEW", "expiry": "2022-06-30", "units": 1 });
    moved
        .post(Role::Pharmacist, &at("/movements"), &receipt)
        .expect(201);
}

/// Takes the last migration back, as a database stands that an earlier version made.
fn earlier(database: &TestDatabase) -> String {
    let kind = match database.backend {
        Backend::Sqlite => "sqlite",
        Backend::Postgres => "postgres",
    };
    let files = crate::support::migrations(kind);
    let (name, down) = files
        .iter()
        .rfind(|(name, _)| name.ends_with("/down.sql"))
        .unwrap();
    let version = name.split('_').next().unwrap().to_owned();
    crate::support::execute(
        &database.open(),
        &format!("{down}; DELETE FROM __diesel_schema_migrations WHERE version = '{version}'"),
    )
    .unwrap();
    version
}

fn a_copy_of_an_earlier_version_is_restored_and_brought_up_to_this_one(backend: Backend) {
    let database = fresh_database(backend);
    crate::support::execute(&database.open(), crate::db_laws::STOCK).unwrap();
    let last = earlier(&database);
    let folder = tempfile::tempdir().unwrap();
    let made = copied(&database, folder.path()).unwrap();
    assert!(made.manifest.schema < last, "{}", made.manifest.schema);
    for other in [Backend::Sqlite, Backend::Postgres] {
        let target = empty_database(other);
        restored(&target, &made.path, false).unwrap();
        assert_eq!(
            dotation::db::migrate::pending(&target.url).unwrap(),
            Vec::<String>::new()
        );
        assert_eq!(lines(&target, "SELECT id AS line FROM movements"), ["m-1"]);
    }
}

#[test]
fn what_is_restored_can_be_opened_by_whoever_could_open_what_gave_way() {
    let database = fresh_database(Backend::Sqlite);
    crate::support::execute(&database.open(), crate::db_laws::STOCK).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let made = copied(&database, folder.path()).unwrap();
    let file = database.url.file().unwrap();
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o640)).unwrap();
    restored(&database, &made.path, true).unwrap();
    assert_eq!(
        std::fs::metadata(file).unwrap().permissions().mode() & 0o777,
        0o640
    );
}
