//! Where in a file something is wrong.

use super::Wrong;
use std::fmt;

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum At {
    /// In a sheet: the line and the column, from 1; no column when it is about the whole line.
    Line(usize, Option<usize>),
    /// In JSON: a pointer (RFC 6901), empty for all of it.
    Pointer(String),
}

/// `3:2`, `3`, `/entry/0/resource/status`.
impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line, Some(column)) => write!(f, "{line}:{column}"),
            Self::Line(line, None) => write!(f, "{line}"),
            Self::Pointer(pointer) if pointer.is_empty() => f.write_str("/"),
            Self::Pointer(pointer) => f.write_str(pointer),
        }
    }
}

/// Something that is wrong in a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault<W = Wrong> {
    /// Where.
    pub at: At,
    /// What the column is called in the file, where it is about a cell of one that is known.
    pub column: Option<String>,
    /// What.
    pub wrong: W,
}

impl Fault<Wrong> {
    /// Returns the same among the faults of a kind of sheet.
    pub(super) fn of<W: From<Wrong>>(self) -> Fault<W> {
        Fault {
            at: self.at,
            column: self.column,
            wrong: self.wrong.into(),
        }
    }
}

impl<W: From<Wrong>> Fault<W> {
    /// A fault of a whole line.
    pub fn line(line: usize, wrong: Wrong) -> Self {
        Self {
            at: At::Line(line, None),
            column: None,
            wrong: wrong.into(),
        }
    }
}

/// Which line a record begins on: its reader begins one before the end of the line above it.
pub(super) struct Lines<'t> {
    text: &'t [u8],
    at: usize,
    line: usize,
}

impl<'t> Lines<'t> {
    pub(super) const fn of(text: &'t str) -> Self {
        Self {
            text: text.as_bytes(),
            at: 0,
            line: 1,
        }
    }

    /// The line of the first character from a byte on that ends no line; bytes come in their order.
    pub(super) fn of_byte(&mut self, byte: u64) -> usize {
        let begin = usize::try_from(byte).unwrap_or(usize::MAX);
        while let Some(here) = self.text.get(self.at) {
            let ends = match here {
                b'\n' => true,
                b'\r' => self.text.get(self.at.saturating_add(1)) != Some(&b'\n'),
                _ if self.at >= begin => break,
                _ => false,
            };
            self.line = self.line.saturating_add(usize::from(ends));
            self.at = self.at.saturating_add(1);
        }
        self.line
    }
}
