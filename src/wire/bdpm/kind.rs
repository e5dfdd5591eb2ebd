//! Which of the two files this is.

use super::text;

/// One of the two files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `CIS_bdpm.txt`: medicines.
    Products,
    /// `CIS_CIP_bdpm.txt`: presentations.
    Packs,
}

impl Kind {
    /// Returns how many columns a row has: 12 or 13.
    pub const fn columns(self) -> usize {
        match self {
            Self::Products => 12,
            Self::Packs => 13,
        }
    }

    /// Returns how many of its first columns a short row needs to be kept: up to the routes of a
    /// medicine, up to the CIP13 of a presentation.
    pub const fn least_columns(self) -> usize {
        match self {
            Self::Products => 4,
            Self::Packs => 7,
        }
    }

    const fn other(self) -> Self {
        match self {
            Self::Products => Self::Packs,
            Self::Packs => Self::Products,
        }
    }

    /// Returns the name the file has when it is published.
    pub const fn published(self) -> &'static str {
        match self {
            Self::Products => "CIS_bdpm.txt",
            Self::Packs => "CIS_CIP_bdpm.txt",
        }
    }

    /// Whether a line looks like a row of this file, odd cells or not.
    fn resembles(self, line: &str) -> bool {
        let cells: Vec<&str> = line.split('\t').take(7).map(str::trim).collect();
        let digits = |column: usize, count: usize| {
            cells
                .get(column - 1)
                .is_some_and(|c| c.len() == count && c.bytes().all(|b| b.is_ascii_digit()))
        };
        if !digits(1, 8) {
            return false;
        }
        let is_pack = digits(2, 7) || digits(7, 13);
        match self {
            Self::Packs => is_pack,
            Self::Products => !is_pack && cells.len() >= self.least_columns(),
        }
    }
}

/// Why a whole file is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// It is larger than any edition.
    #[error("{name} has {bytes} bytes, more than {most}")]
    TooLarge {
        /// The file.
        name: String,
        /// How large it is.
        bytes: usize,
        /// How large it may be.
        most: usize,
    },
    /// There is nothing in it, or blank lines only.
    #[error("{name} is empty")]
    Empty {
        /// The file.
        name: String,
    },
    /// It is text in UTF-16, as some editors save it.
    #[error("{name} is UTF-16; expected UTF-8 or Windows-1252, as it is published")]
    Utf16 {
        /// The file.
        name: String,
    },
    /// The two files were exchanged.
    #[error(
        "{name} is {found} ({found_columns} columns); expected {expected} ({expected_columns} columns): were the files exchanged?",
        found = found.published(),
        found_columns = found.columns(),
        expected = expected.published(),
        expected_columns = expected.columns()
    )]
    WrongFile {
        /// The file.
        name: String,
        /// What it is.
        found: Kind,
        /// What it should be.
        expected: Kind,
    },
    /// Not one of its lines is a row of either file; it may not even be text.
    #[error(
        "{name} is not {expected}: no line has {columns} columns with a CIS code in the first; it begins with {found:?}",
        expected = expected.published(),
        columns = expected.columns()
    )]
    Foreign {
        /// The file.
        name: String,
        /// What it should be.
        expected: Kind,
        /// How it begins, cut to forty characters.
        found: String,
    },
}

/// Refuses a file in which the other kind of row prevails, or none at all is found.
pub(super) fn check(name: &str, expected: Kind, content: &str) -> Result<(), FileError> {
    let name = || name.to_owned();
    let count = |kind: Kind| {
        text::lines(content)
            .filter(|(_, line)| kind.resembles(line))
            .count()
    };
    if content.trim().is_empty() {
        return Err(FileError::Empty { name: name() });
    }
    let (right, other) = (count(expected), count(expected.other()));
    if other > right {
        return Err(FileError::WrongFile {
            name: name(),
            found: expected.other(),
            expected,
        });
    }
    if right == 0 {
        return Err(FileError::Foreign {
            name: name(),
            expected,
            found: content.chars().take(40).collect(),
        });
    }
    Ok(())
}
