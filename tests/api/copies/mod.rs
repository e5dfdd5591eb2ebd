//! Safety copies: made while people work, verified, restored into either database.

mod bad;
mod round;
mod scheduled;

use crate::planning::{approve, ask_for, cleared, keep, stocked_neighbour};
use crate::service::{App, CENTRE, spawn};
use crate::story::at;
use crate::support::{Backend, TestDatabase};
use diesel::RunQueryDsl as _;
use diesel::sql_types::Text;
use dotation::db::Error;
use dotation::db::backup::{self, CopyError, Letters, Made, Restored, Target, Wanted};
use dotation::domain::calendar::Instant;
use dotation::domain::role::Role;
use serde_json::json;
use std::path::Path;

/// The moment at which copies are made in these stories.
pub(super) fn now() -> Instant {
    "2021-10-20T12:30:00.123456Z".parse().unwrap()
}

/// A service with rows in most tables, with instants of every length.
pub(crate) fn busy(backend: Backend) -> App {
    let app = spawn(backend);
    cleared(&app, 3);
    stocked_neighbour(&app);
    ask_for(&app, CENTRE, "p-1", &json!({ "weight_g": 61_500 }));
    ask_for(&app, CENTRE, "p-2 « é \"'\\ 𝛼 ", &json!({}));
    let plan = keep(&app);
    approve(&app, &plan, &json!({})).expect(200);
    let count = json!({ "taken_on": "2021-10-19", "value": 2.5, "unit": "G/L" });
    app.post(Role::Pharmacist, "/patients/p-1/counts", &count)
        .expect(201);
    let delivery = json!({ "cip13": crate::service::MG400, "units": 4, "expected_on": "2021-10-28", "reference": "C-1" });
    app.post(Role::Pharmacist, &at("/deliveries"), &delivery)
        .expect(201);
    app.lose(crate::service::MG400, "B1", 1);
    set_apart(&app);
    app
}

/// A recall and an excursion that wait for a decision, and an inventory that goes on.
fn set_apart(app: &App) {
    let mg80 = crate::service::MG80;
    for lot in ["R1", "W1"] {
        app.receive(CENTRE, mg80, lot, "2022-05-31", 2);
    }
    let body =
        json!({ "cip13": mg80, "lot": "R1", "reason": "particles", "reference": "ANSM 2021-104" });
    app.post(Role::Coordinator, "/lots/recall", &body)
        .expect(201);
    let body = json!({ "reason": "fridge 2", "lots": [{ "cip13": mg80, "lot": "W1" }] });
    app.post(Role::Pharmacist, &at("/excursions"), &body)
        .expect(201);
    app.post(Role::Pharmacist, &at("/inventories"), &json!({}))
        .expect(201);
}

/// Makes a copy of a database into a folder.
pub(super) fn copied(database: &TestDatabase, folder: &Path) -> Result<Made, CopyError> {
    backup::make(&database.url, &Target::Folder(folder.to_owned()), now())
}

/// Restores a copy into a database.
pub(super) fn restored(
    database: &TestDatabase,
    file: &Path,
    replace: bool,
) -> Result<Restored, CopyError> {
    backup::restore(
        &database.url,
        &Wanted {
            file,
            replace,
            letters: Letters::Sent,
            now: now(),
        },
    )
}

/// Restores a copy once a service that has ended has closed what it had open, which it does soon after.
pub(super) fn restored_after(
    database: &TestDatabase,
    file: &Path,
    replace: bool,
) -> Result<Restored, CopyError> {
    let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
    loop {
        match restored(database, file, replace) {
            Err(CopyError::Served { .. } | CopyError::Db(Error::InUse { .. }))
                if std::time::Instant::now() < until =>
            {
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
            other => return other,
        }
    }
}

#[derive(diesel::QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

pub(super) fn lines(database: &TestDatabase, sql: &str) -> Vec<String> {
    let rows: Vec<Line> = diesel::sql_query(sql)
        .get_results(&mut database.conn())
        .unwrap();
    rows.into_iter().map(|row| row.line).collect()
}

/// Every value of every row of every table, in the words of the database itself; without the line by
/// which a restore is written down, and the hour at which a migration ran.
pub(super) fn dump(database: &TestDatabase) -> Vec<String> {
    let (tables, columns) = match database.backend {
        Backend::Sqlite => (
            "SELECT name AS line FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1",
            "SELECT 'quote(' || name || ')' AS line FROM pragma_table_info('{}') WHERE name <> 'run_on' ORDER BY name",
        ),
        Backend::Postgres => (
            "SELECT table_name::text AS line FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1",
            "SELECT 'coalesce(quote_literal(' || column_name || '::text), ''NULL'')' AS line FROM information_schema.columns
             WHERE table_name = '{}' AND column_name <> 'run_on' ORDER BY column_name",
        ),
    };
    let mut all = Vec::new();
    // what the schedule of a service that runs keeps of itself changes by the second
    let goes_on = ["leases", "turns", "evaluations"];
    let tables = lines(database, tables).into_iter();
    for table in tables.filter(|table| !goes_on.contains(&table.as_str())) {
        let told = lines(database, &columns.replace("{}", &table)).join(" || ' ' || ");
        let only = if table == "audit" {
            "WHERE action <> 'service.restore'"
        } else {
            ""
        };
        let rows = lines(
            database,
            &format!("SELECT '{table}: ' || {told} AS line FROM {table} {only} ORDER BY 1"),
        );
        all.extend(rows);
    }
    // a database of these tests sorts as its server was set up
    all.sort();
    all
}
