//! Why a copy was not made, not believed or not restored.

use crate::db::Error;
use std::path::{Path, PathBuf};

/// Why there is no copy, or why it was not restored. The database is as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CopyError {
    /// The database's own error.
    #[error(transparent)]
    Db(#[from] Error),
    /// A file or folder that could not be read or written.
    #[error("{}: {doing}: {cause}", path.display())]
    Disk {
        /// Which.
        path: PathBuf,
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        cause: String,
    },
    /// There is a file of that name: no copy overwrites another.
    #[error("{} is there already, and a copy never overwrites a file", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// Another process makes a copy of the same database, or into the same folder.
    #[error("another copy is being made ({place})")]
    Underway {
        /// Where.
        place: String,
    },
    /// The copy does not hold what it should.
    #[error("{} is no good copy: {}", path.display(), faults.join("; "))]
    Bad {
        /// The file, where it stands now.
        path: PathBuf,
        /// All that is wrong with it.
        faults: Vec<String>,
    },
    /// The file is no copy that this version can restore.
    #[error("{}: {what}", path.display())]
    NotACopy {
        /// The file.
        path: PathBuf,
        /// What it is instead.
        what: String,
    },
    /// The database to restore into holds rows.
    #[error("{database} holds {rows} rows")]
    NotEmpty {
        /// Its address, without a password.
        database: String,
        /// How many rows, in all tables but that of the migrations.
        rows: i64,
    },
    /// Others are connected to the database to restore into.
    #[error("{connections} connections of a service are open to {database}")]
    Served {
        /// Its address, without a password.
        database: String,
        /// How many.
        connections: i64,
    },
}

impl CopyError {
    /// What the system said about a file.
    pub(super) fn disk(path: &Path, doing: &'static str, error: &std::io::Error) -> Self {
        Self::Disk {
            path: path.to_owned(),
            doing,
            cause: error.to_string(),
        }
    }

    /// An error of the file that a copy is written into, which is not the database's.
    pub(super) fn writing(path: &Path, error: &Error) -> Self {
        let cause = if *error == Error::Full {
            "there is no room left".to_owned()
        } else {
            error.to_string()
        };
        Self::Disk {
            path: path.to_owned(),
            doing: "writing the copy",
            cause,
        }
    }
}

impl From<diesel::result::Error> for CopyError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Db(error.into())
    }
}
