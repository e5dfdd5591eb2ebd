//! The migrations of both databases: up, down, compared, up again, and alike.

use crate::support::{Backend, TestDatabase, empty_database, fresh_database, migrations, url};
use diesel::RunQueryDsl as _;
use diesel::connection::SimpleConnection as _;
use diesel::sql_types::Text;
use dotation::db::error::LAWS;
use dotation::db::lock::FileLock;
use dotation::db::{Db, Error, Options, migrate};

on_both!(
    the_migrations_go_up_down_and_up_to_the_same_tables
    the_schema_of_the_program_is_that_of_the_database
    a_database_of_a_newer_version_is_refused
    a_database_of_another_program_is_refused
    what_is_pending_is_told_and_nothing_is_changed
    the_migrations_go_down_over_rows
    what_was_open_before_an_upgrade_is_no_news_after_it
);

#[derive(diesel::QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn lines(database: &TestDatabase, sql: &str) -> Vec<String> {
    let rows: Vec<Line> = diesel::sql_query(sql)
        .get_results(&mut database.conn())
        .unwrap();
    rows.into_iter().map(|row| row.line).collect()
}

/// Everything that the migrations make, as the database itself tells it.
fn dump(database: &TestDatabase) -> Vec<String> {
    match database.backend {
        Backend::Sqlite => lines(
            database,
            "SELECT type || ' ' || name || ' ' || coalesce(sql, '') AS line FROM sqlite_master
             WHERE tbl_name <> '__diesel_schema_migrations' AND name NOT LIKE 'sqlite_stat%' ORDER BY 1",
        ),
        Backend::Postgres => lines(
            database,
            "SELECT 'column ' || c.relname || ' ' || a.attnum || ' ' || a.attname || ' ' ||
                format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull AS line
             FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
             WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
                AND c.relname NOT LIKE '\\_\\_diesel%'
             UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' ||
                pg_get_constraintdef(oid) FROM pg_constraint
                WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text NOT LIKE '\\_\\_diesel%'
             UNION ALL SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
             UNION ALL SELECT 'index ' || indexdef FROM pg_indexes
                WHERE schemaname = 'public' AND tablename NOT LIKE '\\_\\_diesel%'
             UNION ALL SELECT 'function ' || pg_get_functiondef(oid) FROM pg_proc
                WHERE pronamespace = 'public'::regnamespace AND proname NOT LIKE 'diesel%'
             ORDER BY 1",
        ),
    }
}

/// How many migrations there are for either database.
fn shipped() -> usize {
    let folders = ["sqlite", "postgres"].map(|kind| {
        let folder = format!("{}/migrations/{kind}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_dir(folder).unwrap().count()
    });
    assert_eq!(folders[0], folders[1]);
    folders[0]
}

fn the_migrations_go_up_down_and_up_to_the_same_tables(backend: Backend) {
    let database = empty_database(backend);
    let all = migrate::run(&database.url).unwrap();
    assert_eq!(all.len(), shipped());
    let first = dump(&database);
    assert!(first.len() > 40, "{first:#?}");
    assert_eq!(migrate::run(&database.url), Ok(vec![]));
    assert_eq!(migrate::revert_all(&database.url).unwrap().len(), shipped());
    assert_eq!(dump(&database), Vec::<String>::new());
    assert_eq!(migrate::run(&database.url).unwrap(), all);
    assert_eq!(dump(&database), first);
}

fn the_migrations_go_down_over_rows(backend: Backend) {
    let database = fresh_database(backend);
    database
        .conn()
        .batch_execute(crate::db_laws::STOCK)
        .unwrap();
    migrate::revert_all(&database.url).unwrap();
    assert_eq!(dump(&database), Vec::<String>::new());
}

fn what_was_open_before_an_upgrade_is_no_news_after_it(backend: Backend) {
    let database = fresh_database(backend);
    let kind = if backend == Backend::Sqlite {
        "sqlite"
    } else {
        "postgres"
    };
    let sql = |way: &str| {
        let root = env!("CARGO_MANIFEST_DIR");
        let file = format!("{root}/migrations/{kind}/20261122000036_failures/{way}.sql");
        std::fs::read_to_string(file).unwrap()
    };
    let mut conn = database.conn();
    conn.batch_execute(&sql("down")).unwrap();
    conn.batch_execute(crate::db_laws::STOCK).unwrap();
    conn.batch_execute(
        "INSERT INTO alerts (id, site, kind, subject, state, found, expected, opened_at, changed_at, version)
         VALUES ('a-1', '750100125', 'recall', 'r-1', 'open', 0, 1, '2021-10-20 06:00:00', '2021-10-20 06:00:00', 1);
         INSERT INTO escalations VALUES ('a-1', '2021-10-20 06:00:00');",
    )
    .unwrap();
    conn.batch_execute(&sql("up")).unwrap();
    let waiting =
        "SELECT alert_id AS line FROM escalations WHERE raised_at > '2026-01-01 00:00:00'";
    assert_eq!(lines(&database, waiting), ["a-1"]);
    let seen = "SELECT site || ' ' || CAST(seq AS TEXT) AS line FROM evaluations ORDER BY site";
    let last = "SELECT site || ' ' || CAST(MAX(seq) AS TEXT) AS line FROM movements GROUP BY site ORDER BY site";
    assert_eq!(lines(&database, seen), lines(&database, last));
}

#[test]
fn both_databases_have_migrations_of_the_same_names_and_columns() {
    let (sqlite, postgres) = (migrations("sqlite"), migrations("postgres"));
    let names = |files: &[(String, String)]| files.iter().map(|f| f.0.clone()).collect::<Vec<_>>();
    assert_eq!(names(&sqlite), names(&postgres));
    let columns = |text: &str| {
        text.lines()
            .filter(|line| line.starts_with("    ") && line.contains(" -- "))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    for ((name, one), (_, other)) in sqlite.iter().zip(&postgres) {
        assert_eq!(columns(one), columns(other), "{name}");
    }
}

#[test]
fn every_sentence_of_a_trigger_is_a_law_that_the_program_knows() {
    for kind in ["sqlite", "postgres"] {
        let mut said: Vec<String> = Vec::new();
        for (_, text) in migrations(kind) {
            for line in text.lines().filter(|line| line.contains("RAISE")) {
                said.push(line.split('\'').nth(1).unwrap().to_owned());
            }
        }
        said.sort();
        said.dedup();
        let mut known = LAWS.map(str::to_owned).to_vec();
        known.sort();
        assert_eq!(said, known, "{kind}");
    }
}

/// `table column type` or `table column type null`, from the source of the program.
fn schema_of_the_program() -> Vec<String> {
    let mut columns = Vec::new();
    let mut table = "";
    for line in include_str!("../../src/db/schema.rs").lines() {
        let line = line.trim();
        if let Some((name, kind)) = line.split_once(" -> ").filter(|_| line.ends_with(',')) {
            let kind = kind.trim_end_matches(',');
            let (kind, null) = match kind.strip_prefix("Nullable<") {
                Some(kind) => (kind.trim_end_matches('>'), " null"),
                None => (kind, ""),
            };
            columns.push(format!("{table} {name} {kind}{null}"));
        } else if line.ends_with(") {") {
            table = line.split(' ').next().unwrap();
        }
    }
    columns
}

fn the_schema_of_the_program_is_that_of_the_database(backend: Backend) {
    let database = fresh_database(backend);
    let found = lines(
        &database,
        match backend {
            Backend::Sqlite => {
                "SELECT t.name || ' ' || c.name || ' ' || CASE c.type WHEN 'TEXT' THEN 'Text' WHEN 'BIGINT' THEN 'BigInt'
                    WHEN 'BOOLEAN' THEN 'Bool' WHEN 'DATE' THEN 'Date' WHEN 'TIMESTAMP' THEN 'Timestamp' ELSE c.type END
                    || CASE c.\"notnull\" WHEN 0 THEN ' null' ELSE '' END AS line
                 FROM sqlite_master t JOIN pragma_table_info(t.name) c
                 WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name NOT LIKE '\\_\\_diesel%' ESCAPE '\\' ORDER BY t.name, c.cid"
            }
            Backend::Postgres => {
                "SELECT table_name || ' ' || column_name || ' ' || CASE data_type WHEN 'text' THEN 'Text' WHEN 'bigint' THEN 'BigInt'
                    WHEN 'boolean' THEN 'Bool' WHEN 'date' THEN 'Date' WHEN 'timestamp without time zone' THEN 'Timestamp'
                    ELSE data_type END || CASE is_nullable WHEN 'YES' THEN ' null' ELSE '' END AS line
                 FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_diesel%'
                 ORDER BY table_name COLLATE \"C\", ordinal_position"
            }
        },
    );
    let mut program = schema_of_the_program();
    program.sort_by_key(|line| line.split(' ').next().unwrap().to_owned());
    assert_eq!(program, found);
}

fn a_database_of_a_newer_version_is_refused(backend: Backend) {
    let database = fresh_database(backend);
    database
        .conn()
        .batch_execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000000')")
        .unwrap();
    for result in [migrate::run(&database.url), migrate::pending(&database.url)] {
        let said = result.unwrap_err().to_string();
        assert!(
            said.contains("newer") && said.contains("29990101000000"),
            "{said}"
        );
    }
}

fn a_database_of_another_program_is_refused(backend: Backend) {
    let database = empty_database(backend);
    database
        .conn()
        .batch_execute("CREATE TABLE invoices (id BIGINT)")
        .unwrap();
    assert!(matches!(
        migrate::run(&database.url),
        Err(Error::NotThisDatabase { .. })
    ));
    assert_eq!(dump(&database).len(), 1);
}

fn what_is_pending_is_told_and_nothing_is_changed(backend: Backend) {
    let database = empty_database(backend);
    assert_eq!(migrate::pending(&database.url).unwrap().len(), shipped());
    match database.url.file() {
        Some(file) => assert!(!file.exists()),
        None => assert_eq!(dump(&database), Vec::<String>::new()),
    }
    assert_eq!(migrate::run(&database.url).unwrap().len(), shipped());
    assert_eq!(migrate::pending(&database.url), Ok(vec![]));
}

#[test]
fn what_is_no_sqlite_database_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| url(&format!("sqlite:{}", folder.path().join(name).display()));
    std::fs::write(
        folder.path().join("letter.txt"),
        "Madame, Monsieur, ".repeat(100),
    )
    .unwrap();
    for (name, words) in [
        ("", "folder"),
        ("nowhere/stock.db", "no folder"),
        ("letter.txt", "not a database"),
    ] {
        let said = migrate::run(&path(name)).unwrap_err().to_string();
        assert!(said.contains(words), "{name}: {said}");
        let said = Db::open(&path(name), &Options::service())
            .unwrap_err()
            .to_string();
        assert!(said.contains(words), "{name}: {said}");
    }
    let missing = Db::open(&path("stock.db"), &Options::service()).unwrap_err();
    assert!(
        missing.to_string().contains("migrate makes it"),
        "{missing}"
    );
    assert!(!folder.path().join("stock.db").exists());
}

#[test]
fn tables_are_not_changed_under_a_service() {
    let database = fresh_database(Backend::Sqlite);
    let lock = FileLock::take(&database.url).unwrap();
    assert!(matches!(
        migrate::run(&database.url),
        Err(Error::InUse { .. })
    ));
    drop(lock);
    assert_eq!(migrate::run(&database.url), Ok(vec![]));
}

#[test]
fn a_server_that_is_not_there_is_told_without_the_password() {
    let nobody = url("postgres://someone:s3cret@127.0.0.1:1/stock");
    let said = migrate::run(&nobody).unwrap_err();
    assert!(matches!(said, Error::Unavailable { .. }), "{said}");
    assert!(!said.to_string().contains("s3cret"), "{said}");
}
