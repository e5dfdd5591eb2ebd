//! What a write and a read promise.

use super::{count, counted, insert, opened};
use crate::support::{Backend, block, execute};
use dotation::db::{Conn, Error, Law, attempt};
use std::sync::mpsc;

on_both!(
    what_is_written_is_seen_by_the_next_read
    a_failed_write_leaves_nothing
    a_panicking_write_leaves_nothing_and_the_next_succeeds
    a_panicking_read_gives_its_connection_back
    a_write_inside_of_a_transaction_of_its_own_is_undone_with_it
    a_read_cannot_write
    a_read_sees_one_moment
    a_caller_that_goes_away_stops_nothing
    a_closed_database_takes_no_more_writes
);

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
