//! The room that keeps: one database, SQLite or PostgreSQL, chosen by its address.
//!
//! [`Db::read`] and [`Db::write`] are the only ways in. What each promises stands there. Inside of
//! them is SQL and pure code: nothing that sends, waits or counts, because a write may run again.
//! The two databases differ in [`dialect`] and nowhere else. Start reading at [`Db`].
//!
//! What is asked for at every request is asked without `LIMIT` (`get_result`, not `first`): diesel
//! keeps no statement prepared on SQLite that has one, and preparing takes longer than the answer. So
//! it is with a column that is `DEFAULT` in some rows and not in others: nothing is `NULL`.

pub mod alerts;
pub mod apart;
pub mod audit;
pub mod backup;
pub mod breakings;
pub mod catalogue;
pub mod clearances;
pub mod conn;
pub mod copies;
pub mod counts;
pub mod deliveries;
pub mod dialect;
pub mod dispensed;
pub mod error;
pub mod gate;
pub mod idempotency;
pub mod identities;
pub mod inventories;
pub mod letter_links;
pub mod lock;
pub mod migrate;
pub mod notices;
pub mod outbox;
pub mod packs;
pub mod patients;
pub mod people;
pub mod person_links;
pub mod personal;
pub mod plan_lines;
pub mod plans;
mod pool;
pub mod recalls;
pub mod recipients;
pub mod requests;
mod room;
mod row;
pub mod schedule;
pub mod schema;
pub mod sessions;
pub mod shelf;
pub mod sign_in_failures;
pub mod sign_in_flows;
pub mod sites;
pub mod standings;
pub mod stock;
pub mod thresholds;
pub mod tokens;
pub mod transfers;
pub mod treatments;
pub mod url;
mod writer;

pub use conn::Conn;
pub use error::{Error, Law, Transient};
pub use url::{DatabaseUrl, Plaintext};

use crate::domain::code::Finess;
use conn::{Manager, Purpose};
use diesel::connection::TransactionManager as _;
use lock::FileLock;
use pool::Pool;
use room::Room;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use writer::Writer;

/// A database that is open. Clones are handles of the same one.
#[derive(Clone, Debug)]
pub struct Db {
    inner: Arc<Inner>,
}

/// Dropped in this order: the writer finishes, the readers go, the lock is given back.
#[derive(Debug)]
struct Inner {
    ways: Ways,
    closed: AtomicBool,
    room: Room,
    lock: Option<FileLock>,
}

#[derive(Debug)]
enum Ways {
    Postgres { pool: Pool },
    Sqlite { writer: Writer, readers: Pool },
    SqlitePool { writers: Pool, readers: Pool },
}

/// How a database is opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// Connections at most: of all on PostgreSQL, of readers on SQLite. At least one.
    pub connections: u32,
    /// How long a statement waits for another's lock, and a caller for a connection.
    pub busy_timeout: Duration,
    /// Whether an SQLite file is for this process alone.
    pub exclusive: bool,
    /// How writes reach an SQLite file.
    pub writing: Writing,
}

/// How writes reach an SQLite file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writing {
    /// By one thread that commits many at once.
    Together,
    /// Each by itself, from a pool: for commands beside a service, and to measure against.
    Alone,
}

/// Does `f` so that what it wrote is undone alone when it fails: a savepoint inside of a write.
///
/// # Errors
/// What `f` returns, or the database's own error.
pub fn attempt<T, E: From<Error>>(
    conn: &mut Conn,
    f: impl FnOnce(&mut Conn) -> Result<T, E>,
) -> Result<T, E> {
    type Manager = <Conn as diesel::Connection>::TransactionManager;
    Manager::begin_transaction(conn).map_err(Error::from)?;
    match f(conn) {
        Ok(done) => {
            Manager::commit_transaction(conn).map_err(Error::from)?;
            Ok(done)
        }
        Err(failed) => {
            Manager::rollback_transaction(conn).map_err(Error::from)?;
            Err(failed)
        }
    }
}

impl Options {
    /// As a service opens its database.
    ///
    /// Choice: eight connections, which keep two cores busy; five seconds, since a person waits.
    pub fn service() -> Self {
        Self {
            connections: 8,
            busy_timeout: Duration::from_secs(5),
            exclusive: true,
            writing: Writing::Together,
        }
    }

    /// As a command opens a database, maybe beside a service: one connection, ten seconds.
    pub fn command() -> Self {
        Self {
            connections: 1,
            busy_timeout: Duration::from_secs(10),
            exclusive: false,
            writing: Writing::Alone,
        }
    }
}

impl Db {
    /// Opens a database that is there; it makes none and changes no table (see [`migrate`]).
    ///
    /// # Errors
    /// [`Error::InUse`] when `exclusive` is asked for and another process has it;
    /// [`Error::NotThisDatabase`] when there is no file, or not a database; otherwise what the
    /// database answers.
    pub fn open(url: &DatabaseUrl, options: &Options) -> Result<Self, Error> {
        if let Some(file) = url.file() {
            migrate::check_place(file)?;
            if !file.exists() {
                return Err(Error::NotThisDatabase {
                    cause: format!("there is no database {}; migrate makes it", file.display()),
                });
            }
        }
        let lock = if options.exclusive {
            FileLock::take(url)?
        } else {
            None
        };
        let manager = |purpose| Manager {
            url: url.clone(),
            purpose,
            busy_timeout: options.busy_timeout,
        };
        let pool = |purpose| Pool::open(manager(purpose), options.connections);
        let ways = match (url, options.writing) {
            (DatabaseUrl::Postgres(_), _) => Ways::Postgres {
                pool: pool(Purpose::Write)?,
            },
            (DatabaseUrl::Sqlite(_), Writing::Together) => Ways::Sqlite {
                writer: Writer::start(manager(Purpose::Write))?,
                readers: pool(Purpose::Read)?,
            },
            (DatabaseUrl::Sqlite(_), Writing::Alone) => Ways::SqlitePool {
                writers: pool(Purpose::Write)?,
                readers: pool(Purpose::Read)?,
            },
        };
        Ok(Self {
            inner: Arc::new(Inner {
                ways,
                closed: AtomicBool::new(false),
                room: Room::default(),
                lock,
            }),
        })
    }

    /// Runs `f` on a snapshot: all it reads is of one moment, and it cannot write.
    ///
    /// `f` runs once, on a thread where it may block. At most as many run at once as there are
    /// connections.
    ///
    /// # Errors
    /// What `f` returns; [`Error::Busy`] when no connection comes free in time;
    /// [`Error::Unavailable`] when the database cannot be reached; [`Error::Other`] when `f` panics.
    pub async fn read<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        match &self.inner.ways {
            Ways::Postgres { pool: readers }
            | Ways::Sqlite { readers, .. }
            | Ways::SqlitePool { readers, .. } => readers.read(f).await,
        }
    }

    /// Runs `f` in a transaction that has locked `sites`, and keeps what it wrote if it returns `Ok`.
    ///
    /// When this returns `Ok`, what `f` wrote is on the disk and every later read sees it. When it
    /// returns an error, nothing of it is kept, with one exception: on PostgreSQL a connection
    /// that breaks during `COMMIT` is [`Error::Unavailable`], and only a later look can tell.
    ///
    /// `f` may run more than once: on PostgreSQL when a deadlock or a conflict undid it, on SQLite
    /// when a neighbour in the same commit did. An `f` that passes over an error of the database
    /// and returns `Ok` is refused on PostgreSQL; on SQLite its other statements stay.
    ///
    /// # Errors
    /// What `f` returns; [`Error::Busy`] when others are in the way for too long or the queue is
    /// full; [`Error::Full`]; [`Error::Unavailable`]; [`Error::Other`] when `f` panics.
    pub async fn write<T, E, F>(&self, sites: Vec<Finess>, f: F) -> Result<T, E>
    where
        F: FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Transient + Send + 'static,
    {
        if self.inner.closed.load(Ordering::Acquire) {
            return Err(error::closed().into());
        }
        let done = match &self.inner.ways {
            Ways::Postgres { pool } | Ways::SqlitePool { writers: pool, .. } => {
                pool.write(sites, f).await
            }
            Ways::Sqlite { writer, .. } => writer.write(f).await,
        };
        if done.as_ref().is_err_and(Transient::is_full) {
            self.inner.room.none_was_found();
        }
        done
    }

    /// Returns whether no other process can serve this database while this handle lives: an SQLite
    /// file that was opened as `exclusive`.
    pub fn is_alone(&self) -> bool {
        self.inner.lock.is_some()
    }

    /// Takes no more writes, and on SQLite finishes those that wait, which blocks until done;
    /// those under way elsewhere end by themselves. Reads go on until the last handle is dropped,
    /// which closes as well.
    pub fn close(self) {
        self.inner.closed.store(true, Ordering::Release);
        match &self.inner.ways {
            Ways::Sqlite { writer, .. } => writer.close(),
            Ways::Postgres { .. } | Ways::SqlitePool { .. } => {}
        }
    }
}
