//! What the database itself holds true of transfers, and what it kept of those of before.

use super::{begin, sent};
use crate::db_laws::STOCK;
use crate::support::{Backend, empty_database, migrations};
use diesel::RunQueryDsl as _;
use diesel::connection::SimpleConnection as _;
use diesel::sql_types::Text;

on_both! {
    no_unit_of_a_transfer_vanishes_by_a_careless_writer
    transfers_of_before_are_kept_as_they_were
}

fn no_unit_of_a_transfer_vanishes_by_a_careless_writer(backend: Backend) {
    let app = begin(backend);
    sent(&app, 4);
    let mut conn = app.database.conn();
    for sql in [
        "UPDATE transfer_rows SET received = 5",
        "UPDATE transfer_rows SET received = 3, state = 'received'",
        "UPDATE transfer_rows SET sent = 3",
        "UPDATE transfer_rows SET sent = 5",
        "UPDATE transfer_rows SET refused = 4",
        "UPDATE transfer_rows SET returned = 1",
        "UPDATE transfer_rows SET lost = 1",
        "UPDATE transfer_rows SET state = 'cancelled'",
        "DELETE FROM transfer_rows",
        "DELETE FROM transfers",
        "UPDATE transfers SET state = 'received'",
        "UPDATE transfers SET legal_reference = NULL",
        "UPDATE transfers SET purpose = 'plan'",
    ] {
        assert!(conn.batch_execute(sql).is_err(), "{sql}");
    }
    conn.batch_execute("UPDATE transfer_rows SET lost = 1, lost_reason = 'theft'")
        .unwrap();
    let back = conn.batch_execute("UPDATE transfer_rows SET lost = 0, lost_reason = NULL");
    let said = back.unwrap_err().to_string();
    assert!(said.contains("never taken back"), "{said}");
}

#[derive(diesel::QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// A transfer of each state there was, and a hold for a line.
const BEFORE: &str = "
INSERT INTO plans VALUES ('plan-1', '*', '2026-11-22', 'r', '0000000000000000000000000000000000000000000000000000000000000000', 'all',
    '0000000000000000000000000000000000000000000000000000000000000000', '2026-11-22 08:00:00', 'token', 1);
INSERT INTO plan_lines VALUES ('line-1', 'plan-1', 0, 'x', 'reserve', '750100125', NULL, 3, 'granted', 'granted', FALSE, NULL, NULL,
    'approved', NULL, NULL, NULL, NULL);
INSERT INTO transfers VALUES ('t-1', 'plan-1', '2A0000014', '750100125', 'asked', '2026-11-22 08:00:00', 'token', NULL, NULL, 1);
INSERT INTO transfers VALUES ('t-2', 'plan-1', '2A0000014', '750100125', 'received', '2026-11-22 08:00:00', 'token', '2026-11-22 09:00:00', 'token', 2);
INSERT INTO transfers VALUES ('t-3', 'plan-1', '2A0000014', '750100125', 'cancelled', '2026-11-22 08:00:00', 'token', '2026-11-22 09:00:00', 'token', 2);
INSERT INTO transfer_rows VALUES ('r-1', 't-1', 'line-1', 1, 'lot-1', 2, 'asked');
INSERT INTO transfer_rows VALUES ('r-2', 't-2', 'line-1', 1, 'lot-1', 3, 'received');
INSERT INTO transfer_rows VALUES ('r-3', 't-3', 'line-1', 1, 'lot-1', 1, 'cancelled');
";

fn transfers_of_before_are_kept_as_they_were(backend: Backend) {
    let kind = match backend {
        Backend::Sqlite => "sqlite",
        Backend::Postgres => "postgres",
    };
    let database = empty_database(backend);
    let mut conn = database.conn();
    let mut up: Vec<(String, String)> = migrations(kind);
    up.retain(|(name, _)| name.ends_with("up.sql") && &**name < "20261122000024");
    let (now, before) = up.split_last().unwrap();
    for (name, sql) in before {
        conn.batch_execute(sql)
            .unwrap_or_else(|e| panic!("{name}: {e}"));
    }
    conn.batch_execute(STOCK).unwrap();
    conn.batch_execute(BEFORE).unwrap();
    conn.batch_execute(&now.1).unwrap();
    let rows: Vec<Line> = diesel::sql_query(
        "SELECT t.id || ' ' || t.purpose || ' ' || t.state || ' ' || r.state || ' ' || r.units || ' ' || r.sent || ' ' || r.received AS line
         FROM transfers t JOIN transfer_rows r ON r.transfer_id = t.id ORDER BY t.id",
    )
    .get_results(&mut conn)
    .unwrap();
    let rows: Vec<String> = rows.into_iter().map(|row| row.line).collect();
    assert_eq!(
        rows,
        [
            "t-1 plan asked asked 2 0 0",
            "t-2 plan received received 3 3 3",
            "t-3 plan cancelled cancelled 1 0 0"
        ]
    );
    // and back
    let mut down: Vec<(String, String)> = migrations(kind);
    down.retain(|(name, _)| name.starts_with("20261122000023") && name.ends_with("down.sql"));
    conn.batch_execute(&down[0].1).unwrap();
    let rows: Vec<Line> =
        diesel::sql_query("SELECT id || ' ' || state AS line FROM transfer_rows ORDER BY id")
            .get_results(&mut conn)
            .unwrap();
    let rows: Vec<String> = rows.into_iter().map(|row| row.line).collect();
    assert_eq!(rows, ["r-1 asked", "r-2 received", "r-3 cancelled"]);
}
