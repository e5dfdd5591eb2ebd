//! What is no good copy is found, and what is found is told.

use super::{busy, copied, dump, lines, restored};
use crate::support::{Backend, TestDatabase, empty_database, execute, fresh_database, url};
use dotation::db::backup::{CopyError, Keep, Made, Target, make, name_of, remove_outdated, verify};
use dotation::domain::calendar::Instant;
use std::path::{Path, PathBuf};

on_both! {
    a_database_whose_balances_do_not_add_up_gives_no_copy
    a_database_that_is_not_there_or_is_newer_gives_no_copy
}

fn copy(folder: &Path) -> (Made, TestDatabase) {
    let app = busy(Backend::Sqlite);
    let made = copied(&app.database, folder).unwrap();
    let inside = TestDatabase::of_file(url(&format!("sqlite:{}", made.path.display())));
    (made, inside)
}

/// Changes rows behind the back of a law: its trigger is away for that moment.
fn behind(database: &TestDatabase, trigger: &str, change: &str) {
    let made = lines(
        database,
        &format!("SELECT sql AS line FROM sqlite_master WHERE name = '{trigger}'"),
    );
    execute(
        &database.open(),
        &format!("DROP TRIGGER {trigger}; {change}; {}", made[0]),
    )
    .unwrap();
}

/// What is said of what is no good copy, and where it is then.
fn bad(error: CopyError) -> (PathBuf, Vec<String>) {
    let CopyError::Bad { path, faults } = error else {
        panic!("{error}");
    };
    (path, faults)
}

fn faults(file: &Path) -> Vec<String> {
    bad(verify(file, file.parent().unwrap()).unwrap_err()).1
}

#[track_caller]
fn has(faults: &[String], words: &str) {
    assert!(
        faults.iter().any(|f| f.contains(words)),
        "{words}: {faults:#?}"
    );
}

#[test]
fn a_changed_line_of_the_audit_trail_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let (made, inside) = copy(folder.path());
    behind(
        &inside,
        "audit_no_update",
        "UPDATE audit SET actor = 'somebody-else' WHERE chain = '750100125' AND seq = 3",
    );
    let found = faults(&made.path);
    has(&found, "line 3 of the audit chain 750100125");
    has(&found, "SHA-256");
    // also when nobody wrote down what it was
    std::fs::remove_file(dotation::db::backup::beside(&made.path)).unwrap();
    assert_eq!(
        faults(&made.path),
        ["line 3 of the audit chain 750100125 does not follow the one before it, or was changed"]
    );
}

#[test]
fn a_changed_balance_a_changed_hold_and_a_missing_movement_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let (made, inside) = copy(folder.path());
    behind(
        &inside,
        "balances_follow_movements",
        "UPDATE balances SET usable = usable + 1 WHERE site = '750100126'",
    );
    behind(
        &inside,
        "balances_follow_holds",
        "UPDATE balances SET held = 0 WHERE site = '750100125' AND held > 0",
    );
    behind(
        &inside,
        "movements_no_delete",
        "DELETE FROM movements WHERE site = '750100125' AND seq = 1",
    );
    let found = faults(&made.path);
    has(&found, "at 750100126 the balance of the lot");
    has(&found, "is held 0, and its holds are");
    has(&found, "the movements of 750100125 are");
}

#[test]
fn a_missing_law_and_a_row_that_points_nowhere_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let (made, inside) = copy(folder.path());
    execute(&inside.open(), "DROP TRIGGER movements_no_delete").unwrap();
    execute(&inside.open(), "CREATE TABLE elsewhere (id TEXT)").unwrap();
    let mut conn = inside.conn();
    diesel::connection::SimpleConnection::batch_execute(
        &mut conn,
        "PRAGMA foreign_keys = OFF; DELETE FROM networks WHERE id = 'ght-002'",
    )
    .unwrap();
    drop(conn);
    let found = faults(&made.path);
    has(&found, "the trigger movements_no_delete is missing");
    has(&found, "the table elsewhere is none of this program's");
    has(&found, "a row of sites points to none of networks");
}

#[test]
fn a_damaged_or_cut_file_is_found_and_never_restored() {
    let folder = tempfile::tempdir().unwrap();
    let (made, inside) = copy(folder.path());
    drop(inside);
    let whole = std::fs::read(&made.path).unwrap();
    let target = empty_database(Backend::Sqlite);
    let mut changed = whole.clone();
    let middle = changed.len() / 2;
    for byte in &mut changed[middle..middle + 64] {
        *byte ^= 0x5a;
    }
    for wrong in [
        changed,
        whole[..whole.len() / 2].to_vec(),
        b"not a database".repeat(100),
        Vec::new(),
    ] {
        std::fs::write(&made.path, &wrong).unwrap();
        assert!(!faults(&made.path).is_empty());
        let refused = restored(&target, &made.path, false).unwrap_err();
        assert!(matches!(refused, CopyError::Bad { .. }), "{refused}");
        assert!(!target.url.file().unwrap().exists());
    }
    let missing = restored(&target, Path::new("/nowhere/x.db"), false).unwrap_err();
    assert!(missing.to_string().contains("/nowhere"), "{missing}");
    std::fs::write(&made.path, &whole).unwrap();
    restored(&target, &made.path, false).unwrap();
}

#[test]
fn a_bad_copy_leaves_postgres_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let (made, inside) = copy(folder.path());
    behind(
        &inside,
        "audit_no_update",
        "UPDATE audit SET actor = 'x' WHERE seq = 2",
    );
    let database = fresh_database(Backend::Postgres);
    execute(&database.open(), crate::db_laws::STOCK).unwrap();
    let before = dump(&database);
    assert!(restored(&database, &made.path, true).is_err());
    assert_eq!(dump(&database), before);
}

fn a_database_whose_balances_do_not_add_up_gives_no_copy(backend: Backend) {
    let database = fresh_database(backend);
    execute(&database.open(), crate::db_laws::STOCK).unwrap();
    let change = "UPDATE balances SET usable = 9 WHERE lot_id = 'lot-1'";
    match backend {
        Backend::Sqlite => behind(&database, "balances_follow_movements", change),
        Backend::Postgres => execute(
            &database.open(),
            &format!(
                "ALTER TABLE balances DISABLE TRIGGER USER; {change}; ALTER TABLE balances ENABLE TRIGGER USER"
            ),
        )
        .unwrap(),
    }
    let folder = tempfile::tempdir().unwrap();
    let (path, faults) = bad(copied(&database, folder.path()).unwrap_err());
    assert_eq!(path.extension().unwrap(), "bad");
    assert!(path.exists());
    has(
        &faults,
        "is 9 usable and 0 in quarantine, and its movements are 10 and 0",
    );
    assert!(!folder.path().join("dotation-20211020T123000Z.db").exists());
}

fn a_database_that_is_not_there_or_is_newer_gives_no_copy(backend: Backend) {
    let folder = tempfile::tempdir().unwrap();
    let empty = empty_database(backend);
    assert!(copied(&empty, folder.path()).is_err());
    let newer = fresh_database(backend);
    execute(
        &newer.open(),
        "INSERT INTO __diesel_schema_migrations (version) VALUES ('20991231000001')",
    )
    .unwrap();
    let refused = copied(&newer, folder.path()).unwrap_err().to_string();
    assert!(refused.contains("20991231000001"), "{refused}");
    assert_eq!(dotation::db::backup::list(folder.path()).unwrap(), []);
}

#[test]
fn a_copy_never_overwrites_and_two_are_not_made_into_one_folder() {
    let folder = tempfile::tempdir().unwrap();
    let (made, _inside) = copy(folder.path());
    let database = fresh_database(Backend::Sqlite);
    let again = copied(&database, folder.path()).unwrap_err();
    assert_eq!(again, CopyError::Exists { path: made.path });
    let lock = std::fs::File::open(folder.path().join(".dotation-copies.lock")).unwrap();
    lock.lock().unwrap();
    let target = Target::File(folder.path().join("other.db"));
    let busy = make(&database.url, &target, super::now()).unwrap_err();
    assert!(matches!(busy, CopyError::Underway { .. }), "{busy}");
}

#[test]
fn what_a_killed_process_left_is_removed_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    for name in [
        ".dotation-copy-77-copy.draft",
        ".dotation-copy-77-copy.draft-wal",
        ".dotation-copy-77-scratch.draft-journal",
        ".dotation-copy-notes",
        "my.draft",
    ] {
        std::fs::write(folder.path().join(name), "x").unwrap();
    }
    copied(&fresh_database(Backend::Sqlite), folder.path()).unwrap();
    let mut names: Vec<String> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            ".dotation-copies.lock",
            ".dotation-copy-notes",
            "dotation-20211020T123000Z.db",
            "dotation-20211020T123000Z.db.json",
            "my.draft",
        ]
    );
}

#[test]
fn old_copies_go_with_their_manifests_and_other_files_stay() {
    let folder = tempfile::tempdir().unwrap();
    let at = |text: &str| text.parse::<Instant>().unwrap();
    let old = name_of(at("2021-09-20T02:00:00Z"));
    let first = name_of(at("2021-09-01T02:00:00Z"));
    for name in [
        &old,
        &first,
        "mine.db",
        "dotation-20210101T000000Z.db.bad",
        "dotation-2021.db",
    ] {
        std::fs::write(folder.path().join(name), "x").unwrap();
    }
    std::fs::write(folder.path().join(format!("{old}.json")), "{}").unwrap();
    let keep = Keep {
        days: 14,
        months: 12,
    };
    let newest: PathBuf = folder.path().join(name_of(super::now()));
    let gone = |newest: &Path| remove_outdated(folder.path(), keep, newest, super::now()).unwrap();
    // without a good newer copy nothing goes
    assert_eq!(gone(&newest), Vec::<String>::new());
    copied(&fresh_database(Backend::Sqlite), folder.path()).unwrap();
    assert_eq!(gone(&newest), std::slice::from_ref(&old));
    for (name, stays) in [
        (&*old, false),
        (&*format!("{old}.json"), false),
        (&*first, true),
        ("mine.db", true),
    ] {
        assert_eq!(folder.path().join(name).exists(), stays, "{name}");
    }
}
