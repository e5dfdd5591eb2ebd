//! What can go wrong while a verb is done.

use super::once::Decided;
use crate::db;
use crate::domain::dose::Unsolved;
use crate::domain::reason::{OfAccess, Refusal};

/// Why a verb was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The facts do not allow it: an answer, with its reason.
    #[error("refused: {}", .0.code())]
    Refused(Refusal),
    /// The database could not do it.
    #[error(transparent)]
    Db(#[from] db::Error),
    /// The doses of a site are more than can be composed exactly.
    #[error("which doses the stock can make cannot be said exactly: {0}")]
    Unsolved(#[from] Unsolved),
    /// The same key came with another body.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// The same key is being worked on.
    #[error("the request with this idempotency key is still in progress")]
    KeyInProgress,
    /// A bug of ours.
    #[error("{0}")]
    Bug(String),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<OfAccess> for Error {
    fn from(refusal: OfAccess) -> Self {
        Self::Refused(refusal.into())
    }
}

impl From<Decided> for Error {
    fn from(decided: Decided) -> Self {
        match decided {
            Decided::Refused(refusal) => Self::Refused(refusal),
            Decided::Unsolved(unsolved) => Self::Unsolved(unsolved),
        }
    }
}

impl db::Transient for Error {
    fn is_transient(&self) -> bool {
        match self {
            Self::Db(error) => error.is_transient(),
            Self::Refused(_)
            | Self::Unsolved(_)
            | Self::KeyReused
            | Self::KeyInProgress
            | Self::Bug(_) => false,
        }
    }

    fn is_full(&self) -> bool {
        matches!(self, Self::Db(error) if error.is_full())
    }
}
