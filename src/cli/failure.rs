//! Why a command did not do what was asked, and the exit code that says which kind of why.

use super::answer::Format;
use crate::app;
use crate::db::Error as DbError;
use crate::domain::language::Language;
use crate::domain::reason::Refusal;
use crate::settings::Faults;
use crate::text;
use serde_json::json;
use std::io;
use std::path::Path;

/// Why a command ended without doing what was asked. Nothing of it was done.
#[derive(Debug)]
pub(super) enum Failure {
    /// It could not be done: the database, the network, the disk.
    Cannot(anyhow::Error),
    /// What was given or configured is wrong; each line names a place, the value and what was
    /// expected.
    Input(Vec<String>),
    /// A rule does not allow it; the second is what to do on a command line about it.
    Refused(Refusal, Option<String>),
}

impl Failure {
    /// One thing that is wrong with what was given.
    pub(super) fn input(what: impl Into<String>) -> Self {
        Self::Input(vec![what.into()])
    }

    /// Something that could not be done, in one sentence.
    pub(super) fn cannot(what: impl Into<String>) -> Self {
        Self::Cannot(anyhow::Error::msg(what.into()))
    }

    /// A file that the disk could not give or take.
    pub(super) fn from_disk(path: &Path) -> impl Fn(io::Error) -> Self {
        move |error| Self::cannot(format!("{}: {error}", path.display()))
    }

    /// The exit code: 1, 2 or 3.
    pub(super) const fn status(&self) -> u8 {
        match self {
            Self::Cannot(_) => 1,
            Self::Input(_) => 2,
            Self::Refused(..) => 3,
        }
    }

    /// What stands on standard error: lines for people, or one JSON object.
    pub(super) fn told(&self, format: Format, language: Language) -> String {
        let (code, lines) = match self {
            Self::Cannot(error) => ("cannot", vec![format!("{error:#}")]),
            Self::Input(lines) => ("input", lines.clone()),
            Self::Refused(refusal, hint) => {
                let mut lines = vec![text::refusal(language, refusal)];
                lines.extend(hint.clone());
                (refusal.code(), lines)
            }
        };
        if format == Format::Json {
            return json!({ "status": self.status(), "code": code, "messages": lines }).to_string();
        }
        let first = match self {
            Self::Cannot(_) | Self::Input(_) => "error: ",
            Self::Refused(..) => "refused: ",
        };
        match lines.as_slice() {
            [only] => format!("{first}{only}"),
            [sentence, hint] if matches!(self, Self::Refused(..)) => {
                format!("{first}{sentence}\n{hint}")
            }
            all => all.join("\n"),
        }
    }
}

impl From<app::Error> for Failure {
    fn from(error: app::Error) -> Self {
        match error {
            app::Error::Refused(refusal) => Self::Refused(refusal, None),
            app::Error::Db(error) => Self::from(error),
            other @ (app::Error::Unsolved(_)
            | app::Error::KeyReused
            | app::Error::KeyInProgress
            | app::Error::Bug(_)) => Self::Cannot(other.into()),
        }
    }
}

impl From<DbError> for Failure {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Busy => Self::cannot(
                "the database is busy: another program kept it locked for more than ten seconds. \
                 Nothing was changed; try again a little later",
            ),
            DbError::Full => Self::cannot(
                "the database or its disk is full. Nothing was changed; make room and try again",
            ),
            other @ (DbError::Unavailable { .. }
            | DbError::Constraint { .. }
            | DbError::Corrupt { .. }
            | DbError::NotThisDatabase { .. }
            | DbError::InUse { .. }
            | DbError::Other { .. }) => Self::Cannot(other.into()),
        }
    }
}

impl From<Faults> for Failure {
    fn from(faults: Faults) -> Self {
        Self::Input(faults.as_slice().iter().map(ToString::to_string).collect())
    }
}
