//! How connections are opened, lost and replaced.

use super::{count, insert, opened};
use crate::support::{Backend, block, fresh_database};
use diesel::RunQueryDsl as _;
use diesel::connection::SimpleConnection as _;
use dotation::db::{Db, Error, Options, migrate};

#[test]
fn a_connection_that_died_while_it_lay_idle_is_replaced() {
    let (database, db) = opened(Backend::Postgres);
    block(db.write(vec![], |conn| insert(conn, "a"))).unwrap();
    database
        .conn()
        .batch_execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .unwrap();
    block(db.write(vec![], |conn| insert(conn, "b"))).unwrap();
    assert_eq!(count(&db), 2);
}

#[test]
fn a_connection_that_breaks_under_way_is_told_and_replaced() {
    let (_database, db) = opened(Backend::Postgres);
    let broken = block(db.write(vec![], |conn| {
        insert(conn, "a")?;
        Ok::<_, Error>(conn.batch_execute("SELECT pg_terminate_backend(pg_backend_pid())")?)
    }));
    assert!(
        matches!(broken, Err(Error::Unavailable { .. })),
        "{broken:?}"
    );
    assert_eq!(count(&db), 0);
}

#[test]
fn a_postgresql_connection_is_set_up_as_promised() {
    let (_database, db) = opened(Backend::Postgres);
    for (setting, expected) in [
        ("TimeZone", "UTC"),
        ("lock_timeout", "5s"),
        ("synchronous_commit", "on"),
        ("lc_messages", "C"),
        ("application_name", "dotation"),
        ("transaction_isolation", "repeatable read"),
    ] {
        let found: String = block(db.read(move |conn| {
            let show = format!("current_setting('{setting}')");
            let show = diesel::dsl::sql::<diesel::sql_types::Text>(&show);
            Ok::<_, Error>(diesel::select(show).get_result(conn)?)
        }))
        .unwrap();
        assert_eq!(found, expected, "{setting}");
    }
}

#[test]
fn a_file_is_opened_exclusively_once() {
    let (database, db) = opened(Backend::Sqlite);
    let second = Db::open(&database.url, &Options::service());
    assert!(matches!(second, Err(Error::InUse { .. })), "{second:?}");
    assert!(matches!(
        migrate::run(&database.url),
        Err(Error::InUse { .. })
    ));
    Db::open(&database.url, &Options::command()).unwrap();
    drop(db);
    drop(database.open());
}

#[test]
fn a_wrong_scheme_makes_no_file() {
    use dotation::db::{DatabaseUrl, Plaintext};
    let database = fresh_database(Backend::Sqlite);
    for scheme in ["", "sqlite3:", "file:", "postgress://"] {
        let text = format!("{scheme}{}", database.beside("other.db").display());
        assert!(
            DatabaseUrl::parse(&text, Plaintext::AnyHost).is_err(),
            "{text}"
        );
    }
    assert!(!database.beside("other.db").exists());
}
