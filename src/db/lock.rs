//! One process at a time has an SQLite database for itself: `FILE.lock` beside it.

use super::error::Error;
use super::url::DatabaseUrl;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

/// An exclusive lock on an SQLite database, given back when it is dropped.
///
/// The lock lies on a file of its own: SQLite's locks on the database would be lost if we opened
/// and closed it beside SQLite. The empty file stays when the lock is gone; to delete it would
/// let two processes lock two files of one name.
#[derive(Debug)]
pub struct FileLock {
    _file: File,
}

impl FileLock {
    /// Takes the lock, at once or not at all; nothing is to be locked on PostgreSQL.
    ///
    /// # Errors
    /// [`Error::InUse`] when another holds it; [`Error::Unavailable`] when the file cannot be made.
    pub fn take(url: &DatabaseUrl) -> Result<Option<Self>, Error> {
        let Some(database) = url.file() else {
            return Ok(None);
        };
        let path = beside(database);
        let cannot = |error: &std::io::Error| Error::Unavailable {
            cause: format!("{}: {error}", path.display()),
        };
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|error| cannot(&error))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Err(Error::InUse {
                file: database.to_owned(),
            }),
            Err(TryLockError::Error(error)) => Err(cannot(&error)),
        }
    }
}

/// Two names of one file have one lock.
fn beside(database: &Path) -> PathBuf {
    let real = database
        .canonicalize()
        .unwrap_or_else(|_not_there_yet| database.to_owned());
    let mut name = real.into_os_string();
    name.push(".lock");
    PathBuf::from(name)
}
