//! What is wrong with a file or a variable, and where.

use std::fmt;

/// One thing that is wrong, and its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// Where it stands.
    pub place: Place,
    /// What is wrong there.
    pub problem: Problem,
}

/// Where a fault stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A file or folder as a whole: it could not be read.
    File {
        /// Its path, as it was given.
        file: String,
    },
    /// A place in a file.
    At {
        /// The file's path, as it was given.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The column, from 1, in characters.
        column: usize,
        /// The value, from the top of the file: `doses[2].rate_mg_per_kg`; rows count from 0.
        /// Empty for the file's top and for what could not be read as TOML.
        path: String,
    },
    /// A variable of the environment.
    Variable {
        /// Its name.
        name: String,
    },
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Problem {
    /// The text is not TOML; a key that stands twice is one of these.
    Syntax {
        /// What the reader of TOML says.
        what: String,
    },
    /// A value is of another kind, or outside of its bounds.
    Unexpected {
        /// What stood there, as it was written, cut to sixty characters.
        found: String,
        /// What may stand there.
        expected: String,
    },
    /// A value that must be there is not.
    Missing {
        /// What may stand there.
        expected: String,
    },
    /// Nothing of that name is known.
    Unknown {
        /// The known name that is most like it, if one is.
        nearest: Option<String>,
    },
    /// The value's own reader refuses it.
    Refused {
        /// What it says; found and expected are in it.
        what: String,
    },
    /// Each value is right, and together they are not.
    Inconsistent {
        /// What does not fit, and what would.
        what: String,
    },
    /// It could not be looked at.
    Unreadable {
        /// What the system says.
        cause: String,
    },
}

/// Everything that is wrong, in the order of the places.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// Returns the faults in the order of their places, each once.
    pub fn new(mut faults: Vec<Fault>) -> Self {
        faults.sort();
        faults.dedup();
        Self(faults)
    }

    /// Returns the one fault of a file or folder that could not be looked at.
    pub fn unreadable(file: &str, cause: impl fmt::Display) -> Self {
        Self(vec![Fault {
            place: Place::File {
                file: file.to_owned(),
            },
            problem: Problem::Unreadable {
                cause: cause.to_string(),
            },
        }])
    }

    /// Returns the faults.
    pub fn as_slice(&self) -> &[Fault] {
        &self.0
    }

    /// Returns the faults themselves.
    pub fn into_vec(self) -> Vec<Fault> {
        self.0
    }
}

/// One line a fault.
impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, fault) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            fault.fmt(f)?;
        }
        Ok(())
    }
}

/// `config/rulebooks/x.toml:12:9: doses[2].rate_mg_per_kg: found "8", expected a whole number …`.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.problem)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { file } => f.write_str(file),
            Self::At {
                file,
                line,
                column,
                path,
            } if path.is_empty() => write!(f, "{file}:{line}:{column}"),
            Self::At {
                file,
                line,
                column,
                path,
            } => write!(f, "{file}:{line}:{column}: {path}"),
            Self::Variable { name } => f.write_str(name),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unexpected { found, expected } => write!(f, "found {found}, expected {expected}"),
            Self::Missing { expected } => write!(f, "is missing, expected {expected}"),
            Self::Unknown {
                nearest: Some(name),
            } => write!(f, "is not known; did you mean {name}?"),
            Self::Unknown { nearest: None } => f.write_str("is not known"),
            Self::Syntax { what }
            | Self::Refused { what }
            | Self::Inconsistent { what }
            | Self::Unreadable { cause: what } => f.write_str(what),
        }
    }
}
