//! What `Db` promises, on both databases.

use crate::support::{Backend, TestDatabase, block, execute, fresh_database};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::RunQueryDsl as _;
use diesel::connection::{Connection as _, SimpleConnection as _};
use diesel::prelude::*;
use dotation::db::schema::networks;
use dotation::db::{Conn, Db, Error, Law, Options, Transient as _, Writing, dialect, migrate};
use dotation::domain::code::Finess;
use std::pin::Pin;
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};
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

fn count(db: &Db) -> i64 {
    block(db.read(counted)).unwrap()
}

fn counted(conn: &mut Conn) -> Result<i64, Error> {
    Ok(networks::table.count().get_result(conn)?)
}

fn insert(conn: &mut Conn, id: &str) -> Result<(), Error> {
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

fn opened(backend: Backend) -> (TestDatabase, Db) {
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
            conn.transaction::<(), diesel::result::Error, _>(|_| panic!("on purpose"))?;
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
            conn.transaction(|conn| insert(conn, "b"))?;
            let undone = conn.transaction(|conn| {
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
    // A write after it at the same queue or table sees what it left.
    block(db.write(vec![], |conn| insert(conn, "b"))).unwrap();
    db.clone().close();
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

/// Reads the number of the last movement and writes the next, which is lost if two read alike.
fn add_one(conn: &mut Conn) -> Result<(), Error> {
    use dotation::db::schema::sites::dsl;
    let seq: i64 = dsl::sites
        .find("750100125")
        .select(dsl::movement_seq)
        .first(conn)?;
    diesel::update(dsl::sites.find("750100125"))
        .set(dsl::movement_seq.eq(seq + 1))
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
    use dotation::db::schema::sites::dsl;
    let seq = block(db.read(move |conn| {
        Ok::<i64, Error>(
            dsl::sites
                .find("750100125")
                .select(dsl::movement_seq)
                .first(conn)?,
        )
    }));
    assert_eq!(seq, Ok(100));
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
    other
        .transaction(|other| {
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
        other
            .transaction(|other| {
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
    if backend == Backend::Sqlite {
        let refused = block(other.write(vec![], |conn| insert(conn, "b")));
        assert!(matches!(refused, Err(Error::Unavailable { .. })));
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

/// Hands all jobs in while the writer is held in another, and only then lets it go on.
fn one_batch(db: &Db, jobs: Vec<Job>) -> Vec<Result<(), Error>> {
    let (go, wait) = mpsc::channel::<()>();
    let (started, at_work) = mpsc::channel::<()>();
    let gate: Job = Box::new(move |_| {
        started.send(()).unwrap();
        wait.recv().unwrap_err();
        Ok(())
    });
    let mut gate = HandedIn::hand_in(db, gate);
    at_work.recv().unwrap();
    let writes: Vec<_> = jobs
        .into_iter()
        .map(|job| HandedIn::hand_in(db, job))
        .collect();
    drop(go);
    assert_eq!(gate.answer(), Ok(()));
    writes.into_iter().map(|mut write| write.answer()).collect()
}

/// A write that has been handed in, and its answer if that came at once.
struct HandedIn {
    future: Pin<Box<dyn Future<Output = Result<(), Error>>>>,
    early: Option<Result<(), Error>>,
}

impl HandedIn {
    fn hand_in(db: &Db, mut job: Job) -> Self {
        let db = db.clone();
        let mut future: Pin<Box<dyn Future<Output = _>>> =
            Box::pin(async move { db.write(vec![], move |conn| job(conn)).await });
        let early = match future
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
        {
            Poll::Ready(result) => Some(result),
            Poll::Pending => None,
        };
        Self { future, early }
    }

    fn answer(&mut self) -> Result<(), Error> {
        match self.early.take() {
            Some(result) => result,
            None => block(self.future.as_mut()),
        }
    }
}

type Job = Box<dyn FnMut(&mut Conn) -> Result<(), Error> + Send>;

fn inserts(id: &'static str) -> Job {
    Box::new(move |conn| insert(conn, id))
}

#[test]
fn a_job_that_fails_or_panics_in_a_batch_is_undone_alone() {
    let (_database, db) = opened(Backend::Sqlite);
    let results = one_batch(
        &db,
        vec![
            inserts("a"),
            Box::new(|conn| {
                insert(conn, "b")?;
                insert(conn, "a")
            }),
            inserts("c"),
            Box::new(|conn| {
                insert(conn, "d")?;
                conn.transaction::<(), diesel::result::Error, _>(|_| panic!("on purpose"))?;
                Ok(())
            }),
            inserts("e"),
        ],
    );
    let well: Vec<bool> = results.iter().map(Result::is_ok).collect();
    assert_eq!(well, [true, false, true, false, true], "{results:?}");
    assert_eq!(count(&db), 3);
}

#[test]
fn a_job_that_ends_the_transaction_takes_no_neighbour_with_it() {
    let (_database, db) = opened(Backend::Sqlite);
    let ends: Job = Box::new(|conn| Ok(conn.batch_execute("ROLLBACK")?));
    let results = one_batch(&db, vec![inserts("a"), ends, inserts("c")]);
    let well: Vec<bool> = results.iter().map(Result::is_ok).collect();
    assert_eq!(well, [true, false, true], "{results:?}");
    assert_eq!(count(&db), 2);
}

#[test]
fn a_full_queue_is_told_at_once() {
    let (_database, db) = opened(Backend::Sqlite);
    let jobs = (0..5000).map(|_| -> Job { Box::new(|_| Ok(())) }).collect();
    let results = one_batch(&db, jobs);
    let busy = results.iter().filter(|r| **r == Err(Error::Busy)).count();
    let well = results.iter().filter(|r| r.is_ok()).count();
    assert_eq!((well, busy), (4096, 5000 - 4096));
}

/// Writes a megabyte where eight hundred kilobytes may lie. The limit is the connection's, and a
/// new connection has none, so it stands in the job.
fn fill(bytes: usize) -> impl FnMut(&mut Conn) -> Result<(), Error> + Send + 'static {
    let mut n = 0;
    move |conn| {
        conn.batch_execute("PRAGMA max_page_count = 200")?;
        for _ in 0..2 {
            n += 1;
            let sql = format!(
                "INSERT INTO networks VALUES ('full-{n}', '{}', '2026-11-22 08:00:00')",
                "x".repeat(bytes)
            );
            conn.batch_execute(&sql)?;
        }
        Ok(())
    }
}

#[test]
fn a_full_disk_is_told_and_nothing_is_half_done() {
    let (_database, db) = opened(Backend::Sqlite);
    let results = one_batch(
        &db,
        vec![
            inserts("a"),
            Box::new(fill(500_000)),
            inserts("b"),
            Box::new(fill(500_000)),
            inserts("c"),
        ],
    );
    assert_eq!(results[3], Err(Error::Full));
    assert_eq!(results[1], Err(Error::Full));
    for (n, id) in [(0, "a"), (2, "b"), (4, "c")] {
        assert_eq!(results[n], Ok(()), "{id}");
        let there = block(db.read(move |conn| {
            Ok::<i64, Error>(
                networks::table
                    .filter(networks::id.eq(id))
                    .count()
                    .get_result(conn)?,
            )
        }));
        assert_eq!(there, Ok(1), "{id}");
    }
    let half = block(db.read(|conn| {
        Ok::<i64, Error>(
            networks::table
                .filter(networks::id.like("full-%"))
                .count()
                .get_result(conn)?,
        )
    }))
    .unwrap();
    assert_eq!(half, 0);
}

#[test]
fn a_full_disk_inside_of_a_nested_transaction_loses_no_success() {
    let (_database, db) = opened(Backend::Sqlite);
    let mut inner = fill(500_000);
    let swallows: Job = Box::new(move |conn| {
        insert(conn, "s")?;
        conn.transaction(&mut inner).ok();
        Ok(())
    });
    let results = one_batch(&db, vec![inserts("a"), swallows, inserts("b")]);
    let successes = results.iter().filter(|r| r.is_ok()).count();
    assert_eq!(count(&db), i64::try_from(successes).unwrap(), "{results:?}");
    assert_eq!((&results[0], &results[2]), (&Ok(()), &Ok(())));
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
