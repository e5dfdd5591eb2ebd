//! The tables are made and changed here, by the migrations that are built into the program.

use super::conn::{Conn, Purpose};
use super::dialect;
use super::error::Error;
use super::lock::FileLock;
use super::url::DatabaseUrl;
use diesel::migration::MigrationSource;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use std::path::Path;
use std::time::Duration;

const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");
const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

/// Diesel's own table, in which it notes what has been done.
pub(super) const NOTES: &str = "__diesel_schema_migrations";

/// How long a migration waits for another's lock.
///
/// Choice: ten seconds, as for every command; whoever holds one longer is in the way.
const PATIENCE: Duration = Duration::from_secs(10);

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Brings the tables up to this program and returns the names of the migrations that ran.
///
/// Makes an SQLite file that is not there. Each migration is a transaction of its own.
///
/// # Errors
/// [`Error::InUse`] when a service has the file; [`Error::NotThisDatabase`] when the database
/// was made by a newer version or by another program; otherwise what the database answers.
pub fn run(url: &DatabaseUrl) -> Result<Vec<String>, Error> {
    changed(url, |conn| match conn {
        Conn::Postgres(conn) => up(conn, POSTGRES),
        Conn::Sqlite(conn) => up(conn, SQLITE),
    })
}

/// Undoes every migration, and with them every row, and returns their names.
///
/// # Errors
/// As for [`run`].
pub fn revert_all(url: &DatabaseUrl) -> Result<Vec<String>, Error> {
    changed(url, |conn| match conn {
        Conn::Postgres(conn) => down(conn, POSTGRES),
        Conn::Sqlite(conn) => down(conn, SQLITE),
    })
}

/// Returns the names of the migrations that have not run, and changes nothing.
///
/// # Errors
/// As for [`run`], but for [`Error::InUse`].
pub fn pending(url: &DatabaseUrl) -> Result<Vec<String>, Error> {
    if let Some(file) = url.file() {
        check_place(file)?;
        if !file.exists() {
            return names(&SQLITE);
        }
    }
    let mut conn = Conn::open(url, Purpose::Read, PATIENCE)?;
    let done = applied(&mut conn)?;
    let all = match conn {
        Conn::Postgres(_) => names(&POSTGRES),
        Conn::Sqlite(_) => names(&SQLITE),
    }?;
    Ok(all
        .into_iter()
        .filter(|name| !done.contains(&version(name)))
        .collect())
}

fn changed(
    url: &DatabaseUrl,
    change: impl FnOnce(&mut Conn) -> Result<Vec<String>, Error>,
) -> Result<Vec<String>, Error> {
    if let Some(file) = url.file() {
        check_place(file)?;
    }
    let lock = FileLock::take(url)?;
    let mut conn = Conn::open(url, Purpose::Write, PATIENCE)?;
    dialect::lock_migrations(&mut conn)?;
    applied(&mut conn)?;
    let names = change(&mut conn);
    dialect::tidy(&mut conn)?;
    drop(conn);
    drop(lock);
    names
}

/// Brings a database of whom nobody else knows up to this program.
pub(super) fn upgrade(conn: &mut Conn) -> Result<(), Error> {
    match conn {
        Conn::Postgres(conn) => up(conn, POSTGRES),
        Conn::Sqlite(conn) => up(conn, SQLITE),
    }?;
    dialect::tidy(conn)
}

/// Makes the tables of an SQLite database as they were after the migrations `done` and no others.
pub(super) fn make_as_of(conn: &mut Conn, done: &[String]) -> Result<(), Error> {
    let Conn::Sqlite(conn) = conn else {
        return Err(Error::NotThisDatabase {
            cause: "only an SQLite file is made as of an earlier version".to_owned(),
        });
    };
    let mut left = done.len();
    while left > 0 {
        conn.run_next_migration(SQLITE).map_err(|e| failure(&e))?;
        left -= 1;
    }
    let mut ran = noted(conn)?;
    ran.sort();
    if ran == done {
        return Ok(());
    }
    Err(Error::NotThisDatabase {
        cause: format!(
            "the migrations {} ran in another order than they have",
            done.join(", ")
        ),
    })
}

/// Returns the versions that have run, in their order; none when there are no tables.
///
/// # Errors
/// [`Error::NotThisDatabase`] when the database was made by a newer version or by another program.
pub(super) fn done(conn: &mut Conn) -> Result<Vec<String>, Error> {
    let mut done = applied(conn)?;
    done.sort();
    Ok(done)
}

/// Refuses what cannot be an SQLite file, before SQLite says so in fewer words.
pub(super) fn check_place(file: &Path) -> Result<(), Error> {
    let folder = file.parent().unwrap_or(Path::new("."));
    if file.is_dir() {
        Err(Error::NotThisDatabase {
            cause: format!("{} is a folder; expected a file", file.display()),
        })
    } else if !folder.is_dir() {
        Err(Error::Unavailable {
            cause: format!("there is no folder {}", folder.display()),
        })
    } else {
        Ok(())
    }
}

/// Returns the versions that have run, once sure that the database is ours and not newer.
fn applied(conn: &mut Conn) -> Result<Vec<String>, Error> {
    let tables = dialect::tables(conn)?;
    if !tables.iter().any(|name| name == NOTES) {
        return match tables.first() {
            None => Ok(Vec::new()),
            Some(table) => Err(Error::NotThisDatabase {
                cause: format!(
                    "the database holds the table {table:?}, which another program made"
                ),
            }),
        };
    }
    let (done, known) = match conn {
        Conn::Postgres(conn) => (noted(conn)?, names(&POSTGRES)?),
        Conn::Sqlite(conn) => (noted(conn)?, names(&SQLITE)?),
    };
    let unknown: Vec<&str> = done
        .iter()
        .filter(|done| !known.iter().any(|name| version(name) == **done))
        .map(String::as_str)
        .collect();
    if unknown.is_empty() {
        return Ok(done);
    }
    Err(Error::NotThisDatabase {
        cause: format!(
            "the database was changed by a newer version of this program: it notes {}, unknown here",
            unknown.join(", ")
        ),
    })
}

fn noted<C, DB>(conn: &mut C) -> Result<Vec<String>, Error>
where
    DB: diesel::backend::Backend,
    C: MigrationHarness<DB>,
{
    let versions = conn.applied_migrations().map_err(|e| failure(&e))?;
    Ok(versions.iter().map(ToString::to_string).collect())
}

fn up<C, DB>(conn: &mut C, source: EmbeddedMigrations) -> Result<Vec<String>, Error>
where
    DB: diesel::backend::Backend,
    C: MigrationHarness<DB>,
{
    let done = conn
        .run_pending_migrations(source)
        .map_err(|e| failure(&e))?;
    Ok(done.iter().map(ToString::to_string).collect())
}

fn down<C, DB>(conn: &mut C, source: EmbeddedMigrations) -> Result<Vec<String>, Error>
where
    DB: diesel::backend::Backend,
    C: MigrationHarness<DB>,
{
    let done = conn
        .revert_all_migrations(source)
        .map_err(|e| failure(&e))?;
    Ok(done.iter().map(ToString::to_string).collect())
}

/// The names of the folders: `20261122000001_sites`.
fn names(source: &EmbeddedMigrations) -> Result<Vec<String>, Error> {
    // The names are the same for both; the type of database only picks the trait.
    let migrations = MigrationSource::<diesel::sqlite::Sqlite>::migrations(source);
    let mut names: Vec<String> = migrations
        .map_err(|e| failure(&e))?
        .iter()
        .map(|migration| migration.name().to_string())
        .collect();
    names.sort();
    Ok(names)
}

fn version(name: &str) -> String {
    name.split('_').next().unwrap_or_default().to_owned()
}

/// A failed migration tells the database's own error in words only.
fn failure(error: &Failure) -> Error {
    Error::by_words(&error.to_string(), |cause| Error::Other { cause })
}
