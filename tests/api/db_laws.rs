//! The laws that both databases hold by themselves, whatever a program asks.

use crate::support::{Backend, execute, fresh_database};
use dotation::db::{Db, Error, Law};

on_both!(
    a_movement_is_never_changed_or_deleted
    movements_are_numbered_without_gaps
    a_reversal_undoes_one_movement_whole_and_once
    a_balance_is_the_sum_of_its_movements
    a_unit_is_never_held_twice
    what_is_held_is_the_sum_of_the_holds
    the_audit_trail_only_grows_and_each_line_follows
    what_was_decided_about_a_notice_is_never_changed
    one_alert_of_a_kind_is_open
    broken_laws_have_one_name_on_both
);

/// A network, a site, a patient with a standing clearance, a lot, and ten units received.
pub(crate) const STOCK: &str = "
INSERT INTO networks VALUES ('ght-001', 'GHT', '2026-11-22 08:00:00');
INSERT INTO sites (finess, network_id, name, time_zone, car_t, version, created_at)
VALUES ('750100125', 'ght-001', 'Nord', 'Europe/Paris', TRUE, 1, '2026-11-22 08:00:00');
INSERT INTO sites (finess, network_id, name, time_zone, car_t, version, created_at)
VALUES ('2A0000014', 'ght-001', 'Sud', 'Europe/Paris', TRUE, 1, '2026-11-22 08:00:00');
INSERT INTO presentations VALUES ('3400957464547', NULL, 'flacon de 20 mL', 400000, 'iv', 1, '2026-11-22 08:00:00');
INSERT INTO lots VALUES ('lot-1', '3400957464547', 'B1', '2027-11-30');
INSERT INTO lots VALUES ('lot-2', '3400957464547', 'B2', '2027-11-30');
INSERT INTO patient_payload VALUES ('p-1', '750100125', '00000000000000000000000000000000',
    '0000000000000000000000000000000000000000000000000000000000000000', 'P1', 60000, '2026-12-01', NULL);
INSERT INTO car_t_patients VALUES ('p-1', '750100125', 'expected', 0, 1, '2026-11-22 08:00:00');
INSERT INTO clearances VALUES ('c-1', '750100125', 1, 'p-1', 'r', '0000000000000000000000000000000000000000000000000000000000000000',
    'standing', 2, 0, NULL, '2026-11-22 08:00:00', 't-1', NULL, 1);
INSERT INTO movements (id, site, seq, operation, kind, lot_id, usable, quarantined, happened_at, recorded_at, recorded_by)
VALUES ('m-1', '750100125', 1, 'o-1', 'receipt', 'lot-1', 10, 0, '2026-11-22 08:00:00', '2026-11-22 08:00:00', 't-1');
";

fn stocked(backend: Backend) -> (crate::support::TestDatabase, Db) {
    let database = fresh_database(backend);
    let db = database.open();
    execute(&db, STOCK).unwrap();
    (database, db)
}

/// A movement of the first site, as SQL.
fn movement(
    seq: i64,
    kind: &str,
    lot: &str,
    usable: i64,
    quarantined: i64,
    reverses: &str,
) -> String {
    let reverses = if reverses.is_empty() {
        "NULL".to_owned()
    } else {
        format!("'{reverses}'")
    };
    format!(
        "INSERT INTO movements (id, site, seq, operation, kind, lot_id, usable, quarantined, reverses, happened_at, recorded_at, recorded_by)
         VALUES ('m-{seq}-{kind}', '750100125', {seq}, 'o-{seq}', '{kind}', '{lot}', {usable}, {quarantined}, {reverses},
            '2026-11-22 08:00:00', '2026-11-22 08:00:00', 't-1')"
    )
}

fn hold(id: i64, lot: &str, units: i64) -> String {
    format!(
        "INSERT INTO holds (id, clearance_id, dose, site, lot_id, units, held_at) VALUES ('h-{id}', 'c-1', {id}, '750100125', '{lot}', {units}, '2026-11-22 08:00:00')"
    )
}

fn alert(id: i64) -> String {
    format!(
        "INSERT INTO alerts (id, site, kind, subject, state, found, expected, opened_at, changed_at, version)
         VALUES ('a-{id}', '750100125', 'reserve-below-minimum', 'r', 'open', 1, 2, '2026-11-22 08:00:00', '2026-11-22 08:00:00', 1)"
    )
}

fn audit(seq: i64, previous: char, hash: char) -> String {
    let sixty_four = |c: char| c.to_string().repeat(64);
    format!(
        "INSERT INTO audit (chain, seq, at, actor, role, request_id, action, outcome, object, patient_id, patient_hash, details, previous, hash)
            VALUES ('750100125', {seq}, '2026-11-22 08:00:00', 't-1', 'pharmacist', 'q', 'stock.receive', 'done', 'o',
            NULL, NULL, '{{}}', '{}', '{}')",
        sixty_four(previous),
        sixty_four(hash)
    )
}

/// The one place that says what a refusal looks like.
fn refused(db: &Db, sql: &str, law: Law, name: &str) {
    let before = balances(db);
    match execute(db, sql) {
        Err(Error::Constraint { kind, name: found }) => {
            assert_eq!((kind, found.contains(name)), (law, true), "{sql}: {found}");
        }
        other => panic!("{sql}: {other:?}"),
    }
    assert_eq!(balances(db), before, "{sql}");
}

fn ledger(db: &Db, sql: &str, sentence: &str) {
    refused(db, sql, Law::Ledger, sentence);
}

/// Usable, quarantined and held units of each lot.
fn balances(db: &Db) -> Vec<(String, i64, i64, i64)> {
    use diesel::prelude::*;
    use dotation::db::schema::balances::dsl;
    crate::support::block(db.read(|conn| {
        Ok::<_, Error>(
            dsl::balances
                .select((dsl::lot_id, dsl::usable, dsl::quarantined, dsl::held))
                .order(dsl::lot_id)
                .load(conn)?,
        )
    }))
    .unwrap()
}

fn a_movement_is_never_changed_or_deleted(backend: Backend) {
    let (_database, db) = stocked(backend);
    let law = "never changed or deleted";
    ledger(&db, "UPDATE movements SET note = 'x'", law);
    ledger(
        &db,
        "UPDATE movements SET usable = 11 WHERE id = 'm-1'",
        law,
    );
    ledger(&db, "DELETE FROM movements", law);
    match backend {
        Backend::Postgres => ledger(&db, "TRUNCATE movements CASCADE", law),
        Backend::Sqlite => ledger(
            &db,
            &movement(2, "receipt", "lot-1", 5, 0, "")
                .replace("m-2-receipt", "m-1")
                .replace("INSERT", "INSERT OR REPLACE"),
            law,
        ),
    }
}

fn movements_are_numbered_without_gaps(backend: Backend) {
    let (_database, db) = stocked(backend);
    for seq in [3, 1, 0, -1] {
        let again = movement(seq, "loss", "lot-1", -1, 0, "");
        ledger(&db, &again, "numbered without gaps");
    }
    let two =
        movement(2, "loss", "lot-1", -1, 0, "") + ";" + &movement(3, "loss", "lot-1", -1, 0, "");
    execute(&db, &two).unwrap();
    let (insert, four) = movement(4, "loss", "lot-1", -1, 0, "")
        .split_once("VALUES")
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    let (_, five) = movement(5, "receipt", "lot-1", 1, 0, "")
        .split_once("VALUES")
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    execute(&db, &format!("{insert} VALUES {four}, {five}")).unwrap();
    assert_eq!(balances(&db), [("lot-1".to_owned(), 8, 0, 0)]);
}

fn a_reversal_undoes_one_movement_whole_and_once(backend: Backend) {
    let (_database, db) = stocked(backend);
    let whole = "a reversal undoes one movement, whole, at its site";
    execute(&db, &movement(2, "loss", "lot-1", -4, 0, "")).unwrap();
    ledger(
        &db,
        &movement(3, "reversal", "lot-1", 3, 0, "m-2-loss"),
        whole,
    );
    ledger(
        &db,
        &movement(3, "reversal", "lot-2", 4, 0, "m-2-loss"),
        whole,
    );
    ledger(&db, &movement(3, "reversal", "lot-1", 4, 0, "m-9"), whole);
    refused(
        &db,
        &movement(3, "reversal", "lot-1", 4, 0, ""),
        Law::Check,
        "",
    );
    refused(
        &db,
        &movement(3, "receipt", "lot-1", 4, 0, "m-2-loss"),
        Law::Check,
        "",
    );
    execute(&db, &movement(3, "reversal", "lot-1", 4, 0, "m-2-loss")).unwrap();
    assert_eq!(balances(&db), [("lot-1".to_owned(), 10, 0, 0)]);
    refused(
        &db,
        &movement(4, "reversal", "lot-1", 4, 0, "m-2-loss"),
        Law::Unique,
        "movements.reverses",
    );
    ledger(
        &db,
        &movement(4, "reversal", "lot-1", -4, 0, "m-3-reversal"),
        whole,
    );
}

fn a_balance_is_the_sum_of_its_movements(backend: Backend) {
    let (_database, db) = stocked(backend);
    for sql in [
        "UPDATE balances SET usable = 11",
        "UPDATE balances SET quarantined = 1",
        "UPDATE balances SET last_seq = 0",
        "UPDATE balances SET lot_id = 'lot-2'",
    ] {
        ledger(&db, sql, "a balance is the sum of its movements");
    }
    ledger(
        &db,
        "INSERT INTO balances VALUES ('750100125', 'lot-2', 5, 0, 0, 0)",
        "a balance begins empty",
    );
    ledger(&db, "DELETE FROM balances", "a balance is never deleted");
    if backend == Backend::Postgres {
        ledger(
            &db,
            "TRUNCATE balances CASCADE",
            "a balance is never deleted",
        );
    }
    refused(
        &db,
        &movement(2, "loss", "lot-1", -11, 0, ""),
        Law::Check,
        "usable",
    );
    refused(
        &db,
        &movement(2, "destruction", "lot-1", 0, -1, ""),
        Law::Check,
        "quarantined",
    );
    refused(&db, &movement(2, "loss", "lot-1", 1, 0, ""), Law::Check, "");
    refused(&db, &movement(2, "gift", "lot-1", 1, 0, ""), Law::Check, "");
    execute(&db, &movement(2, "quarantine", "lot-1", -4, 4, "")).unwrap();
    assert_eq!(balances(&db), [("lot-1".to_owned(), 6, 4, 0)]);
}

fn a_unit_is_never_held_twice(backend: Backend) {
    let (_database, db) = stocked(backend);
    execute(&db, &hold(1, "lot-1", 6)).unwrap();
    refused(&db, &hold(2, "lot-1", 5), Law::Check, "no_unit_held_twice");
    refused(
        &db,
        &movement(2, "loss", "lot-1", -5, 0, ""),
        Law::Check,
        "no_unit_held_twice",
    );
    refused(
        &db,
        &movement(2, "quarantine", "lot-1", -5, 5, ""),
        Law::Check,
        "no_unit_held_twice",
    );
    refused(&db, &hold(2, "lot-2", 1), Law::ForeignKey, "");
    execute(&db, &hold(2, "lot-1", 4)).unwrap();
    assert_eq!(balances(&db), [("lot-1".to_owned(), 10, 0, 10)]);
}

fn what_is_held_is_the_sum_of_the_holds(backend: Backend) {
    let (_database, db) = stocked(backend);
    execute(&db, &(hold(1, "lot-1", 3) + ";" + &hold(2, "lot-1", 4))).unwrap();
    assert_eq!(balances(&db), [("lot-1".to_owned(), 10, 0, 7)]);
    execute(&db, "UPDATE holds SET units = 5 WHERE id = 'h-1'").unwrap();
    assert_eq!(balances(&db), [("lot-1".to_owned(), 10, 0, 9)]);
    ledger(
        &db,
        "UPDATE holds SET lot_id = 'lot-2'",
        "a hold keeps its lot",
    );
    ledger(&db, "UPDATE balances SET held = 0", "the sum of its holds");
    execute(&db, "DELETE FROM holds WHERE id = 'h-1'").unwrap();
    assert_eq!(balances(&db), [("lot-1".to_owned(), 10, 0, 4)]);
    execute(&db, "DELETE FROM holds").unwrap();
    assert_eq!(balances(&db), [("lot-1".to_owned(), 10, 0, 0)]);
}

fn the_audit_trail_only_grows_and_each_line_follows(backend: Backend) {
    let (_database, db) = stocked(backend);
    let follows = "follows the one before it";
    ledger(&db, &audit(2, '0', 'a'), follows);
    ledger(&db, &audit(1, '1', 'a'), follows);
    execute(&db, &audit(1, '0', 'a')).unwrap();
    for (seq, previous) in [(1, '0'), (1, 'a'), (3, 'a'), (2, 'b'), (2, '0')] {
        ledger(&db, &audit(seq, previous, 'c'), follows);
    }
    execute(&db, &audit(2, 'a', 'b')).unwrap();
    let never = "never changed or deleted";
    ledger(&db, "UPDATE audit SET details = '{\"x\":1}'", never);
    ledger(&db, "DELETE FROM audit WHERE seq = 2", never);
    if backend == Backend::Postgres {
        ledger(&db, "TRUNCATE audit", never);
    }
}

fn what_was_decided_about_a_notice_is_never_changed(backend: Backend) {
    let (_database, db) = stocked(backend);
    let row = |act: &str| {
        format!(
            "INSERT INTO notices VALUES ('n-1', 'r', '{act}', '2021-12-31', 'why', 't-1', '2022-01-01 08:00:00')"
        )
    };
    execute(&db, &row("retired")).unwrap();
    let never = "never changed or deleted";
    ledger(&db, "UPDATE notices SET reason = 'another'", never);
    ledger(&db, "DELETE FROM notices", never);
    if backend == Backend::Postgres {
        ledger(&db, "TRUNCATE notices", never);
    }
    let other = row("forgotten").replace("n-1", "n-2");
    assert!(execute(&db, &other).is_err());
}

fn one_alert_of_a_kind_is_open(backend: Backend) {
    let (_database, db) = stocked(backend);
    execute(&db, &alert(1)).unwrap();
    refused(
        &db,
        &alert(2),
        Law::Unique,
        "alerts.site, alerts.kind, alerts.subject",
    );
    refused(&db, "UPDATE alerts SET state = 'closed'", Law::Check, "");
    execute(
        &db,
        "UPDATE alerts SET state = 'closed', closed_at = '2026-11-22 09:00:00'",
    )
    .unwrap();
    execute(&db, &alert(2)).unwrap();
}

fn broken_laws_have_one_name_on_both(backend: Backend) {
    let (_database, db) = stocked(backend);
    for (sql, kind, name) in [
        (
            "INSERT INTO networks VALUES ('ght-001', 'x', '2026-11-22 08:00:00')",
            Law::Unique,
            "networks.id",
        ),
        (
            "INSERT INTO lots VALUES ('lot-3', '3400957464547', 'B1', '2027-11-30')",
            Law::Unique,
            "lots.cip13, lots.lot, lots.expiry",
        ),
        (
            "INSERT INTO networks VALUES ('ght-002', NULL, '2026-11-22 08:00:00')",
            Law::NotNull,
            "networks.name",
        ),
        (
            "UPDATE balances SET last_seq = NULL",
            Law::NotNull,
            "balances.last_seq",
        ),
    ] {
        let name = name.to_owned();
        assert_eq!(
            execute(&db, sql),
            Err(Error::Constraint { kind, name }),
            "{sql}"
        );
    }
    refused(&db, "DELETE FROM networks", Law::ForeignKey, "");
}
