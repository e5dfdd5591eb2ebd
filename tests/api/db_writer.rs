//! The one writer of `SQLite`: many jobs in one commit, each with its own fate.

use crate::db_engine::{count, insert, opened};
use crate::support::{Backend, block};
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use dotation::db::schema::networks;
use dotation::db::{Conn, Db, Error, attempt};
use std::pin::Pin;
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};

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
                attempt::<(), Error>(conn, |_| panic!("on purpose"))?;
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
        attempt(conn, &mut inner).ok();
        Ok(())
    });
    let results = one_batch(&db, vec![inserts("a"), swallows, inserts("b")]);
    let successes = results.iter().filter(|r| r.is_ok()).count();
    assert_eq!(count(&db), i64::try_from(successes).unwrap(), "{results:?}");
    assert_eq!((&results[0], &results[2]), (&Ok(()), &Ok(())));
}
