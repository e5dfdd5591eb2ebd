//! One connection, to either database, and how it is set up.
#![expect(
    missing_docs,
    reason = "what diesel's derive writes has no documentation"
)]

use super::dialect;
use super::error::Error;
use super::url::DatabaseUrl;
use diesel::connection::Connection as _;
use diesel::r2d2::{
    ManageConnection, NopErrorHandler, Pool, PooledConnection, R2D2Connection as _,
};
use diesel::{PgConnection, SqliteConnection};
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

/// A connection to either database; queries written once run on both.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// To a PostgreSQL server.
    Postgres(PgConnection),
    /// To an SQLite file.
    Sqlite(SqliteConnection),
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Reading. On SQLite such a connection refuses to write.
    Read,
    /// Reading and writing.
    Write,
}

impl Conn {
    /// Opens a connection and sets it up. On SQLite this makes the file when there is none.
    ///
    /// `busy_timeout` is how long a statement waits for another's lock.
    ///
    /// # Errors
    /// [`Error::Unavailable`] with what the database said; [`Error::NotThisDatabase`] when the
    /// file is something else; [`Error::Busy`] when it is locked.
    pub fn open(
        url: &DatabaseUrl,
        purpose: Purpose,
        busy_timeout: Duration,
    ) -> Result<Self, Error> {
        let mut conn = match url {
            DatabaseUrl::Sqlite(file) => {
                let path = file.to_str().ok_or_else(|| Error::NotThisDatabase {
                    cause: format!("{} is not text in UTF-8", file.display()),
                })?;
                make_private(file);
                SqliteConnection::establish(path)
                    .map(Self::Sqlite)
                    .map_err(|error| in_file(Error::from(error), url))?
            }
            DatabaseUrl::Postgres(postgres) => PgConnection::establish(&postgres.for_libpq())
                .map(Self::Postgres)
                .map_err(|error| {
                    Error::from(error).with_cause(|cause| postgres.without_password(cause.trim()))
                })?,
        };
        dialect::set_up(&mut conn, purpose, busy_timeout).map_err(|error| in_file(error, url))?;
        Ok(conn)
    }
}

/// Makes the file of a database that is not there yet, for its owner alone: it holds patients' data, and what
/// SQLite puts beside it takes its permissions. What is in the way SQLite says itself.
fn make_private(file: &Path) {
    if file != Path::new(":memory:") {
        let mut new = OpenOptions::new();
        drop(new.write(true).create_new(true).mode(0o600).open(file));
    }
}

/// Says of which file SQLite spoke; it never does.
fn in_file(error: Error, url: &DatabaseUrl) -> Error {
    error.with_cause(|cause| format!("{url}: {cause}"))
}

/// Opens connections for a pool.
///
/// Diesel's own manager tries one kind of database after the other; ours looks at the address.
#[derive(Clone, Debug)]
pub(super) struct Manager {
    pub(super) url: DatabaseUrl,
    pub(super) purpose: Purpose,
    pub(super) busy_timeout: Duration,
}

/// A pooled connection, and whether it must not be used again.
pub(super) struct Held {
    pub(super) conn: Conn,
    pub(super) spoilt: bool,
}

pub(super) type Pooled = PooledConnection<Manager>;

impl Manager {
    pub(super) fn open(&self) -> Result<Conn, Error> {
        Conn::open(&self.url, self.purpose, self.busy_timeout)
    }

    /// Returns a pool of at most `size` connections, the first of which is open: an address
    /// that leads nowhere is told at once and with its cause.
    ///
    /// Connections are not tried out when they are taken, which would cost a round trip; one
    /// that turns out dead at `BEGIN` is thrown away and another taken.
    pub(super) fn pool(self, size: u32) -> Result<Pool<Self>, Error> {
        drop(self.open()?);
        Ok(Pool::builder()
            .max_size(size.max(1))
            .min_idle(Some(0))
            .test_on_check_out(false)
            .connection_timeout(self.busy_timeout)
            .error_handler(Box::new(NopErrorHandler))
            .build_unchecked(self))
    }
}

impl ManageConnection for Manager {
    type Connection = Held;
    type Error = Error;

    fn connect(&self) -> Result<Held, Error> {
        Ok(Held {
            conn: self.open()?,
            spoilt: false,
        })
    }

    fn is_valid(&self, held: &mut Held) -> Result<(), Error> {
        Ok(held.conn.ping()?)
    }

    fn has_broken(&self, held: &mut Held) -> bool {
        held.spoilt || held.conn.is_broken()
    }
}
