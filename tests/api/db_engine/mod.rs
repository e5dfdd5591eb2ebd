//! What `Db` promises, on both databases.

use crate::support::{Backend, TestDatabase, block, execute, fresh_database};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::RunQueryDsl as _;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use dotation::db::schema::{networks, sites};
use dotation::db::{
    Conn, Db, Error, Law, Options, Transient as _, Writing, attempt, dialect, migrate,
};
use dotation::domain::code::Finess;
use std::sync::mpsc;
use std::time::Duration;

on_both!(
    what_is_written_is_seen_by_the_next_read
    a_failed_write_leaves_nothing
    a_panicking_write_leaves_nothing_and_the_next_succeeds
    a_panicking_read_gives_its_connection_back
    a_write_inside_of_a_transaction_of_its_own_is_undone_with_it
    a_read_cannot_write
    a_read_sees_one_moment
    a_caller_that_goes_away_stops_nothing
    a_command_writes_beside_a_service
    many_writers_at_one_site_lose_nothing
    a_letter_is_leased_to_one_worker
    a_key_is_claimed_once_at_a_time
    a_lock_of_another_is_waited_for_and_then_told
    a_closed_database_takes_no_more_writes
);

pub(crate) fn count(db: &Db) -> i64 {
    block(db.read(counted)).unwrap()
}

fn counted(conn: &mut Conn) -> Result<i64, Error> {
    Ok(networks::table.count().get_result(conn)?)
}

pub(crate) fn insert(conn: &mut Conn, id: &str) -> Result<(), Error> {
    diesel::insert_into(networks::table)
        .values((
            networks::id.eq(id),
            networks::name.eq("x"),
            networks::created_at.eq(at(0).naive_utc()),
        ))
        .execute(conn)?;
    Ok(())
}

fn at(minute: i64) -> DateTime<Utc> {
    "2026-11-22T08:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(minute)
}

pub(crate) fn opened(backend: Backend) -> (TestDatabase, Db) {
    let database = fresh_database(backend);
    let db = database.open();
    (database, db)
}

fn what_is_written_is_seen_by_the_next_read(backend: Backend) {
    let (_database, db) = opened(backend);
    for n in 1..=20 {
        block(db.write(vec![], move |conn| insert(conn, &n.to_string()))).unwrap();
        assert_eq!(count(&db), n);
    }
}

fn a_failed_write_leaves_nothing(backend: Backend) {
    let (_database, db) = opened(backend);
    let result = block(db.write(vec![], |conn| {
        insert(conn, "a")?;
        insert(conn, "b")?;
        insert(conn, "a")
    }));
    assert_eq!(
        result.unwrap_err().law(),
        Some((Law::Unique, "networks.id"))
    );
    assert_eq!(count(&db), 0);
}

fn a_panicking_write_leaves_nothing_and_the_next_succeeds(backend: Backend) {
    let (_database, db) = opened(backend);
    for _ in 0..20 {
        let result = block(db.write::<(), Error, _>(vec![], |conn| {
            insert(conn, "a")?;
            attempt::<(), Error>(conn, |_| panic!("on purpose"))?;
            Ok(())
        }));
        assert!(result.unwrap_err().to_string().contains("on purpose"));
    }
    block(db.write(vec![], |conn| insert(conn, "a"))).unwrap();
    assert_eq!(count(&db), 1);
}

fn a_panicking_read_gives_its_connection_back(backend: Backend) {
    let (_database, db) = opened(backend);
    for _ in 0..20 {
        let result = block(db.read::<(), Error, _>(|_| panic!("on purpose")));
        assert!(result.unwrap_err().to_string().contains("on purpose"));
    }
    assert_eq!(count(&db), 0);
}

fn a_write_inside_of_a_transaction_of_its_own_is_undone_with_it(backend: Backend) {
    let (_database, db) = opened(backend);
    let nested = |fails: bool| {
        move |conn: &mut Conn| {
            insert(conn, "a")?;
            attempt(conn, |conn| insert(conn, "b"))?;
            let undone = attempt(conn, |conn| {
                insert(conn, "c")?;
                insert(conn, "a")
            });
            assert!(undone.is_err());
            if fails { Err(Error::Full) } else { Ok(()) }
        }
    };
    assert_eq!(block(db.write(vec![], nested(true))), Err(Error::Full));
    assert_eq!(count(&db), 0);
    assert_eq!(block(db.write(vec![], nested(false))), Ok(()));
    assert_eq!(count(&db), 2);
}

#[test]
fn an_error_passed_over_is_not_called_success_on_postgresql() {
    let (_database, db) = opened(Backend::Postgres);
    let result = block(db.write(vec![], |conn| {
        insert(conn, "a")?;
        assert!(insert(conn, "a").is_err());
        Ok::<_, Error>(())
    }));
    assert!(result.is_err());
    assert_eq!(count(&db), 0);
    execute(&db, "SELECT 1").unwrap();
}

fn a_read_cannot_write(backend: Backend) {
    let (_database, db) = opened(backend);
    let result = block(db.read(|conn| insert(conn, "a")));
    assert!(
        matches!(result, Err(Error::Unavailable { .. })),
        "{result:?}"
    );
    assert_eq!(count(&db), 0);
}

fn a_read_sees_one_moment(backend: Backend) {
    let (_database, db) = opened(backend);
    let (first_read, may_write) = mpsc::channel();
    let (written, may_read) = mpsc::channel::<()>();
    let reader = db.clone();
    let thread = std::thread::spawn(move || {
        block(reader.read(move |conn| {
            let before = counted(conn)?;
            first_read.send(()).unwrap();
            may_read.recv().unwrap();
            Ok::<_, Error>((before, counted(conn)?))
        }))
    });
    may_write.recv().unwrap();
    block(db.write(vec![], |conn| insert(conn, "a"))).unwrap();
    written.send(()).unwrap();
    assert_eq!(thread.join().unwrap(), Ok((0, 0)));
    assert_eq!(count(&db), 1);
}

fn a_caller_that_goes_away_stops_nothing(backend: Backend) {
    let (_database, db) = opened(backend);
    let (done, seen) = mpsc::channel();
    block(async {
        let write = db.write(vec![], move |conn| {
            insert(conn, "a")?;
            done.send(()).unwrap();
            Ok::<_, Error>(())
        });
        tokio::select! {
            biased;
            result = write => result.unwrap(),
            () = tokio::task::yield_now() => {}
        }
        tokio::task::spawn_blocking(move || seen.recv())
            .await
            .unwrap()
            .unwrap();
    });
    // It is committed after it was seen: on PostgreSQL at any moment, in the queue before the next.
    block(db.write(vec![], |conn| insert(conn, "b"))).unwrap();
    if backend == Backend::Sqlite {
        assert_eq!(count(&db), 2);
    }
}

fn a_command_writes_beside_a_service(backend: Backend) {
    let (database, db) = opened(backend);
    let command = Db::open(&database.url, &Options::command()).unwrap();
    block(command.write(vec![], |conn| insert(conn, "a"))).unwrap();
    assert_eq!(count(&db), 1);
    block(db.write(vec![], |conn| insert(conn, "b"))).unwrap();
    assert_eq!(count(&command), 2);
    let failed = block(command.write(vec![], |conn| insert(conn, "b")));
    assert!(matches!(failed, Err(Error::Constraint { .. })));
    assert_eq!(count(&command), 2);
}

/// Reads a number and writes the next, which is lost if two read alike.
fn add_one(conn: &mut Conn) -> Result<(), Error> {
    let seq: i64 = sites::table
        .find("750100125")
        .select(sites::version)
        .first(conn)?;
    diesel::update(sites::table.find("750100125"))
        .set(sites::version.eq(seq + 1))
        .execute(conn)?;
    Ok(())
}

fn many_writers_at_one_site_lose_nothing(backend: Backend) {
    let (database, db) = opened(backend);
    execute(&db, crate::db_laws::STOCK).unwrap();
    let other = Db::open(
        &database.url,
        &Options {
            exclusive: false,
            ..Options::service()
        },
    )
    .unwrap();
    let site = Finess::parse("750100125").unwrap();
    let both = Finess::parse("2A0000014").unwrap();
    block(async {
        let writes = (0..100).map(|n| {
            let db = if n % 2 == 0 { &db } else { &other };
            let sites = if n % 3 == 0 {
                vec![site, both]
            } else {
                vec![both, site]
            };
            db.write(sites, add_one)
        });
        for result in futures_util::future::join_all(writes).await {
            result.unwrap();
        }
    });
    let seq = block(db.read(move |conn| {
        Ok::<i64, Error>(
            sites::table
                .find("750100125")
                .select(sites::version)
                .first(conn)?,
        )
    }));
    assert_eq!(seq, Ok(101));
}

fn letter(id: i64, due: i64) -> String {
    format!(
        "INSERT INTO outbox (id, event, to_name, to_email, language, message_id, subject, body_text, body_html, state, attempts, due_at, created_at)
         VALUES ('l-{id}', 'test', 'x', 'x@example.org', 'fr', 'm-{id}', 's', 't', 'h', 'queued', 0, '{}', '2026-11-22 08:00:00')",
        at(due).naive_utc()
    )
}

fn lease(db: &Db, worker: &'static str, now: i64, limit: i64) -> Vec<String> {
    block(db.write(vec![], move |conn| {
        dialect::lease_letters(conn, worker, at(now), at(now + 5), limit)
    }))
    .unwrap()
}

fn a_letter_is_leased_to_one_worker(backend: Backend) {
    let (_database, db) = opened(backend);
    for (id, due) in [(1, 2), (2, 1), (3, 3), (4, 60)] {
        execute(&db, &letter(id, due)).unwrap();
    }
    assert_eq!(lease(&db, "one", 0, 10), Vec::<String>::new());
    assert_eq!(lease(&db, "one", 10, 2), ["l-2", "l-1"]);
    assert_eq!(lease(&db, "two", 10, 10), ["l-3"]);
    assert_eq!(lease(&db, "two", 14, 10), Vec::<String>::new());
    assert_eq!(lease(&db, "two", 15, 10), ["l-2", "l-1", "l-3"]);
    execute(&db, "UPDATE outbox SET state = 'failed' WHERE id <> 'l-4'").unwrap();
    assert_eq!(lease(&db, "one", 60, 10), ["l-4"]);
}

#[test]
fn letters_in_another_workers_hands_are_passed_over() {
    let (database, db) = opened(Backend::Postgres);
    execute(&db, &(letter(1, 0) + ";" + &letter(2, 1))).unwrap();
    let mut other = database.conn();
    attempt(&mut other, |other| {
        assert_eq!(
            dialect::lease_letters(other, "one", at(2), at(7), 1)?,
            ["l-1"]
        );
        assert_eq!(lease(&db, "two", 2, 10), ["l-2"]);
        Ok::<_, Error>(())
    })
    .unwrap();
}

fn a_key_is_claimed_once_at_a_time(backend: Backend) {
    let (database, db) = opened(backend);
    let claim = |caller: &'static str| {
        move |conn: &mut Conn| {
            dialect::lock_chain(conn, "service")?;
            dialect::try_claim_key(conn, caller, "POST /x", "k")
        }
    };
    assert_eq!(block(db.write(vec![], claim("t"))), Ok(true));
    if backend == Backend::Postgres {
        let mut other = database.conn();
        attempt(&mut other, |other| {
            assert!(dialect::try_claim_key(other, "t", "POST /x", "k")?);
            let meanwhile = |caller| {
                block(db.write(vec![], move |conn| {
                    dialect::try_claim_key(conn, caller, "POST /x", "k")
                }))
            };
            assert_eq!(meanwhile("t"), Ok(false));
            assert_eq!(meanwhile("u"), Ok(true));
            Ok::<_, Error>(())
        })
        .unwrap();
    }
    assert_eq!(block(db.write(vec![], claim("t"))), Ok(true));
}

fn a_lock_of_another_is_waited_for_and_then_told(backend: Backend) {
    let database = fresh_database(backend);
    let impatient = Options {
        busy_timeout: Duration::from_millis(30),
        ..Options::service()
    };
    let mut other = database.conn();
    for writing in [Writing::Together, Writing::Alone] {
        let db = Db::open(
            &database.url,
            &Options {
                writing,
                ..impatient.clone()
            },
        )
        .unwrap();
        execute(
            &db,
            &crate::db_laws::STOCK[..crate::db_laws::STOCK
                .find("INSERT INTO presentations")
                .unwrap()],
        )
        .or_else(|error| {
            if error.law().is_some() {
                Ok(())
            } else {
                Err(error)
            }
        })
        .unwrap();
        other
            .batch_execute(match backend {
                Backend::Sqlite => "BEGIN IMMEDIATE",
                Backend::Postgres => {
                    "BEGIN; SELECT 1 FROM sites WHERE finess = '750100125' FOR UPDATE"
                }
            })
            .unwrap();
        let site = Finess::parse("750100125").unwrap();
        let busy = block(db.write(vec![site], add_one));
        assert_eq!(busy, Err(Error::Busy));
        assert!(busy.unwrap_err().is_transient());
        assert_eq!(count(&db), 1);
        other.batch_execute("ROLLBACK").unwrap();
        assert_eq!(block(db.write(vec![site], add_one)), Ok(()));
    }
}

fn a_closed_database_takes_no_more_writes(backend: Backend) {
    let (database, db) = opened(backend);
    let other = db.clone();
    block(db.write(vec![], |conn| insert(conn, "a"))).unwrap();
    db.close();
    assert_eq!(count(&other), 1);
    let refused = block(other.write(vec![], |conn| insert(conn, "b")));
    assert!(matches!(refused, Err(Error::Unavailable { .. })));
    if backend == Backend::Sqlite {
        drop(other);
        // What the log held lies in the file; SQLite deletes the log itself a little later.
        let log = std::fs::metadata(database.beside("stock.db-wal"));
        assert_eq!(log.map_or(0, |log| log.len()), 0);
    }
}

#[test]
fn two_deadlocked_writers_both_succeed_on_postgresql() {
    let (_database, db) = opened(Backend::Postgres);
    execute(&db, crate::db_laws::STOCK).unwrap();
    let meet = std::sync::Arc::new(std::sync::Barrier::new(2));
    let threads = ["750100125", "2A0000014"].map(|first| {
        let (db, meet) = (db.clone(), meet.clone());
        let second = if first == "750100125" {
            "2A0000014"
        } else {
            "750100125"
        };
        std::thread::spawn(move || {
            let mut met = false;
            block(db.write(vec![], move |conn| {
                let rename = |site: &str| {
                    format!("UPDATE sites SET name = '{first}' WHERE finess = '{site}'")
                };
                conn.batch_execute(&rename(first))?;
                if !met {
                    met = true;
                    meet.wait();
                }
                conn.batch_execute(&rename(second))?;
                Ok::<_, Error>(())
            }))
        })
    });
    for thread in threads {
        assert_eq!(thread.join().unwrap(), Ok(()));
    }
}

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
