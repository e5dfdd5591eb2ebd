//! Several at one database: at one site, at the outbox, at one key.

use super::{at, count, insert, opened};
use crate::support::{Backend, block, execute, fresh_database};
use diesel::RunQueryDsl as _;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use dotation::db::schema::sites;
use dotation::db::{Conn, Db, Error, Options, Transient as _, Writing, attempt, dialect};
use dotation::domain::code::Finess;
use std::time::Duration;

on_both!(
    a_command_writes_beside_a_service
    many_writers_at_one_site_lose_nothing
    a_letter_is_leased_to_one_worker
    a_key_is_claimed_once_at_a_time
    a_lock_of_another_is_waited_for_and_then_told
);

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
        busy_timeout: Duration::from_millis(300),
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
