//! One moment of a database, written into a file.

use super::error::CopyError;
use super::folder::Draft;
use super::tables::{Rows, carry, rows};
use crate::db::audit::chains;
use crate::db::conn::Purpose;
use crate::db::dialect::{copying, whole};
use crate::db::{Conn, DatabaseUrl, Error, dialect, migrate};
use std::time::Duration;

/// How long a copy waits for a lock of others; a writer is never waited for.
///
/// Choice: as every command.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// Tables that only grow: what stood in one before is in every later picture of it.
const ONLY_GROW: [&str; 4] = ["audit", "lots", "movements", "sites"];

/// What is known of the database at the moment that the file shows.
pub(super) struct Snapshot {
    /// `sqlite` or `postgres`.
    pub(super) database: &'static str,
    /// The migrations that had run.
    pub(super) done: Vec<String>,
    /// Rows of each table: exactly, on `PostgreSQL`; before and after on `SQLite`, for its own copying
    /// sees a moment in between that nobody else can ask about.
    between: (Rows, Rows),
}

impl Snapshot {
    /// Returns what is wrong with how many rows came over.
    pub(super) fn faults(&self, copied: &Rows) -> Vec<String> {
        let (before, after) = &self.between;
        let mut faults = Vec::new();
        for (table, least) in before {
            let Some(rows) = copied.get(table) else {
                faults.push(format!("the table {table} is missing"));
                continue;
            };
            let exact = self.database == "postgres";
            if !exact && !ONLY_GROW.contains(&table.as_str()) {
                continue;
            }
            let most = after.get(table).unwrap_or(least);
            if !(least..=most).contains(&rows) {
                faults.push(format!(
                    "{table} has {rows} rows, and the database had {least} to {most}"
                ));
            }
        }
        faults
    }
}

/// Writes a picture of the database into a draft. Writers go on meanwhile; what they write after the
/// moment that is shown is not in it.
pub(super) fn take(url: &DatabaseUrl, draft: &Draft) -> Result<Snapshot, CopyError> {
    if let Some(file) = url.file().filter(|file| !file.exists()) {
        return Err(CopyError::Db(Error::NotThisDatabase {
            cause: format!("there is no database {}", file.display()),
        }));
    }
    let mut conn = Conn::open(url, Purpose::Write, PATIENCE)?;
    let done = migrate::done(&mut conn)?;
    if done.is_empty() {
        return Err(CopyError::Db(Error::NotThisDatabase {
            cause: format!("{url} holds no tables; migrate makes them"),
        }));
    }
    if !copying::try_claim_copying(&mut conn)? {
        return Err(CopyError::Underway {
            place: format!("of {url}"),
        });
    }
    copying::take_time(&mut conn)?;
    match conn {
        Conn::Sqlite(_) => of_sqlite(&mut conn, draft, done),
        Conn::Postgres(_) => of_postgres(&mut conn, draft, done),
    }
}

fn of_sqlite(conn: &mut Conn, draft: &Draft, done: Vec<String>) -> Result<Snapshot, CopyError> {
    let path = draft.path().display().to_string();
    let before = rows(conn)?;
    copying::vacuum_into(conn, &path).map_err(|e| CopyError::writing(draft.path(), &e))?;
    let after = rows(conn)?;
    Ok(Snapshot {
        database: "sqlite",
        done,
        between: (before, after),
    })
}

fn of_postgres(conn: &mut Conn, draft: &Draft, done: Vec<String>) -> Result<Snapshot, CopyError> {
    let url = DatabaseUrl::Sqlite(draft.path().to_owned());
    let mut file = Conn::open(&url, Purpose::Write, PATIENCE)?;
    migrate::make_as_of(&mut file, &done)?;
    dialect::begin_read(conn)?;
    let exact = rows(conn)?;
    dialect::begin_write(&mut file)?;
    let back = whole::lift_laws(&mut file)?;
    whole::empty(&mut file)?;
    carry(conn, &mut file).map_err(|e| in_the_file(e, draft))?;
    put_back(&mut file, &back)?;
    dialect::commit(&mut file).map_err(|e| CopyError::writing(draft.path(), &e))?;
    dialect::rollback(conn)?;
    copying::close_file(&mut file).map_err(|e| CopyError::writing(draft.path(), &e))?;
    Ok(Snapshot {
        database: "postgres",
        done,
        between: (exact.clone(), exact),
    })
}

/// Only the file's disk can be full: `PostgreSQL` is only read.
fn in_the_file(error: CopyError, draft: &Draft) -> CopyError {
    if error == CopyError::Db(Error::Full) {
        return CopyError::writing(draft.path(), &Error::Full);
    }
    error
}

/// Puts the laws back that were lifted.
pub(super) fn put_back(conn: &mut Conn, back: &[String]) -> Result<(), Error> {
    use diesel::connection::SimpleConnection as _;
    back.iter().try_for_each(|law| Ok(conn.batch_execute(law)?))
}

/// Returns whether the database has the last line of every chain of a copy: else it is a copy of another.
pub(super) fn is_of(url: &DatabaseUrl, ends: &[super::Chain]) -> Result<Vec<String>, Error> {
    let mut conn = Conn::open(url, Purpose::Read, PATIENCE)?;
    let mut faults = Vec::new();
    for end in ends {
        if !chains::has(&mut conn, &end.chain, end.lines, &end.hash)? {
            faults.push(format!(
                "the database has no line {} of the audit chain {} with the hash of the copy",
                end.lines, end.chain
            ));
        }
    }
    Ok(faults)
}
