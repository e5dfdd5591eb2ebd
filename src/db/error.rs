//! What may go wrong between us and a database, told alike for both.

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error as DieselError};
use std::path::PathBuf;

/// Why the database did not do what was asked. Nothing of it was done, with the one exception that
/// [`Db::write`](super::Db::write) names.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Others are in the way; the same again a little later may succeed.
    #[error("the database is busy")]
    Busy,
    /// There is no room left to write.
    #[error("the database or its disk is full")]
    Full,
    /// It cannot be reached, or went away.
    #[error("the database cannot be reached: {cause}")]
    Unavailable {
        /// What it said, without password.
        cause: String,
    },
    /// It holds a law that the write would break.
    #[error("the database refuses what breaks {name:?} ({kind:?})")]
    Constraint {
        /// Which kind of law.
        kind: Law,
        /// Which law; what stands here for each kind is told at [`Law`].
        name: String,
    },
    /// A row cannot become a value: someone else wrote it, or it rotted.
    #[error("row {id:?} of {table} is corrupt: {what}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The row's primary key.
        id: String,
        /// What is wrong with it.
        what: String,
    },
    /// What stands at the address is not a database of this program and version.
    #[error("{cause}")]
    NotThisDatabase {
        /// What stands there instead.
        cause: String,
    },
    /// Another process has the file for itself.
    #[error("{} is in use by another process", file.display())]
    InUse {
        /// The database's file.
        file: PathBuf,
    },
    /// Anything else: a bug of ours, or a question that no table answers.
    #[error("the database answered: {cause}")]
    Other {
        /// What it said.
        cause: String,
    },
}

/// A kind of law that a database holds, and what names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Law {
    /// Two rows alike. Named by its columns on both databases: `lots.cip13, lots.lot, lots.expiry`.
    Unique,
    /// A row that others need, or that needs another. Named on PostgreSQL only.
    ForeignKey,
    /// A value that must be there. Named by its column: `sites.name`.
    NotNull,
    /// A condition on a row. Named by its name; where it has none, PostgreSQL makes one and SQLite shows the condition.
    Check,
    /// A law of the ledger or of the audit trail. Named by its sentence, one of [`LAWS`].
    Ledger,
}

/// The sentences with which the triggers of both databases refuse; a test compares them.
pub const LAWS: [&str; 20] = [
    "a movement is never changed or deleted; undo it by a reversal",
    "movements of a site are numbered without gaps",
    "a reversal undoes one movement, whole, at its site",
    "a balance begins empty and is filled by movements",
    "a balance is the sum of its movements",
    "a balance is never deleted",
    "a hold keeps its lot and its clearance",
    "what is held of a lot is the sum of its holds",
    "what a plan was made from is never changed",
    "a count is never changed or deleted; it is corrected by another",
    "a count is corrected by one of the same patient",
    "a treatment is never changed or deleted; another version follows it",
    "a decision is never changed or deleted; who decides again adds one",
    "a line of the audit trail is never changed or deleted",
    "a line of the audit trail follows the one before it",
    "a signed statement is never changed or deleted",
    "a signed statement follows the one before it",
    "what was decided about a notice is never changed or deleted",
    "a transfer is never deleted",
    "what left, arrived or was lost with a transfer is never taken back",
];

/// Tells errors that may pass by themselves from those that will not.
pub trait Transient {
    /// Returns whether the same again, a little later, may succeed.
    fn is_transient(&self) -> bool;

    /// Returns whether there was no room left to write.
    fn is_full(&self) -> bool {
        false
    }
}

impl Transient for Error {
    fn is_transient(&self) -> bool {
        matches!(self, Self::Busy)
    }

    fn is_full(&self) -> bool {
        matches!(self, Self::Full)
    }
}

impl Error {
    /// Returns the law that was broken, if that is what went wrong.
    pub fn law(&self) -> Option<(Law, &str)> {
        match self {
            Self::Constraint { kind, name } => Some((*kind, name)),
            Self::Busy
            | Self::Full
            | Self::Unavailable { .. }
            | Self::Corrupt { .. }
            | Self::NotThisDatabase { .. }
            | Self::InUse { .. }
            | Self::Other { .. } => None,
        }
    }

    /// Returns the same error with another cause, where it is one of the address.
    pub(super) fn with_cause(self, told: impl FnOnce(&str) -> String) -> Self {
        match self {
            Self::Unavailable { cause } => Self::Unavailable {
                cause: told(&cause),
            },
            Self::NotThisDatabase { cause } => Self::NotThisDatabase {
                cause: told(&cause),
            },
            Self::Busy
            | Self::Full
            | Self::Constraint { .. }
            | Self::Corrupt { .. }
            | Self::InUse { .. }
            | Self::Other { .. } => self,
        }
    }

    /// Reads a message of either database; `other` is made of one that says nothing we know.
    ///
    /// Diesel gives no SQLSTATE, so what it has no kind for is known by its words. Connections
    /// ask PostgreSQL to speak English; a role that may not ask is heard in French as well.
    pub(super) fn by_words(message: &str, other: impl FnOnce(String) -> Self) -> Self {
        let says = |words: &[&str]| words.iter().any(|words| message.contains(words));
        if let Some(law) = LAWS.iter().find(|law| message == **law) {
            return constraint(Law::Ledger, law);
        }
        if says(&BUSY) {
            Self::Busy
        } else if says(&["database or disk is full", "No space left on device"]) {
            Self::Full
        } else if says(&["file is not a database", "disk image is malformed"]) {
            Self::NotThisDatabase {
                cause: message.to_owned(),
            }
        } else if says(&GONE) {
            Self::Unavailable {
                cause: message.to_owned(),
            }
        } else {
            other(message.to_owned())
        }
    }
}

/// What a write hears after the end.
pub(super) fn closed() -> Error {
    Error::Unavailable {
        cause: "the database is closed".to_owned(),
    }
}

/// SQLite's locks, then PostgreSQL's 40P01, 40001, 55P03, 57014 and 53300.
const BUSY: [&str; 10] = [
    "database is locked",
    "database table is locked",
    "database schema is locked",
    "deadlock detected",
    "interblocage",
    "could not serialize",
    "due to lock timeout",
    "could not obtain lock",
    "due to statement timeout",
    "too many clients already",
];

/// What SQLite says of a file that it lost, then PostgreSQL of a server that goes or comes.
const GONE: [&str; 12] = [
    "unable to open database file",
    "disk I/O error",
    "attempt to write a readonly database",
    "terminating connection",
    "closed the connection",
    "connection to server",
    "no connection to the server",
    "could not connect",
    "could not receive data",
    "the database system is",
    "SSL SYSCALL",
    "could not send data",
];

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "diesel may add errors, and what we have no word for is told in its own"
)]
impl From<DieselError> for Error {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::DatabaseError(kind, info) => by_kind(kind, info.as_ref()),
            DieselError::RollbackErrorOnCommit { commit_error, .. } => Self::from(*commit_error),
            DieselError::BrokenTransactionManager => Self::Unavailable {
                cause: "the connection lost its transaction".to_owned(),
            },
            other => Self::Other {
                cause: other.to_string(),
            },
        }
    }
}

impl From<diesel::ConnectionError> for Error {
    fn from(error: diesel::ConnectionError) -> Self {
        Self::by_words(&error.to_string(), |cause| Self::Unavailable { cause })
    }
}

fn by_kind(kind: DatabaseErrorKind, info: &dyn DatabaseErrorInformation) -> Error {
    let message = info.message();
    match kind {
        DatabaseErrorKind::UniqueViolation => constraint(Law::Unique, &unique_name(info)),
        DatabaseErrorKind::ForeignKeyViolation | DatabaseErrorKind::RestrictViolation => {
            constraint(Law::ForeignKey, info.constraint_name().unwrap_or_default())
        }
        DatabaseErrorKind::NotNullViolation => constraint(Law::NotNull, &not_null_name(info)),
        DatabaseErrorKind::CheckViolation | DatabaseErrorKind::ExclusionViolation => {
            if LAWS.contains(&message) {
                return constraint(Law::Ledger, message);
            }
            let name = info.constraint_name();
            constraint(Law::Check, name.unwrap_or_else(|| after_colon(message)))
        }
        DatabaseErrorKind::SerializationFailure => Error::Busy,
        DatabaseErrorKind::ClosedConnection
        | DatabaseErrorKind::UnableToSendCommand
        | DatabaseErrorKind::ReadOnlyTransaction => Error::Unavailable {
            cause: message.trim().to_owned(),
        },
        DatabaseErrorKind::Unknown | _ => {
            Error::by_words(message.trim(), |cause| Error::Other { cause })
        }
    }
}

fn constraint(kind: Law, name: &str) -> Error {
    Error::Constraint {
        kind,
        name: name.to_owned(),
    }
}

/// SQLite names the columns in its message; PostgreSQL in the parentheses of its detail, which
/// stand there in every language: `Key (cip13, lot)=(…) already exists.`
fn unique_name(info: &dyn DatabaseErrorInformation) -> String {
    let columns = info
        .details()
        .and_then(|detail| detail.split_once('('))
        .and_then(|(_, rest)| rest.split_once(")=("))
        .map(|(columns, _)| columns);
    match (info.table_name(), columns) {
        (Some(table), Some(columns)) => columns
            .split(", ")
            .map(|column| format!("{table}.{column}"))
            .collect::<Vec<_>>()
            .join(", "),
        _ => info
            .constraint_name()
            .unwrap_or_else(|| after_colon(info.message()))
            .to_owned(),
    }
}

fn not_null_name(info: &dyn DatabaseErrorInformation) -> String {
    match (info.table_name(), info.column_name()) {
        (Some(table), Some(column)) => format!("{table}.{column}"),
        _ => after_colon(info.message()).to_owned(),
    }
}

/// `UNIQUE constraint failed: lots.lot` → `lots.lot`.
fn after_colon(message: &str) -> &str {
    message
        .split_once("failed: ")
        .map_or(message, |(_, name)| name)
}
