//! Neutrophil counts in files that others write: a sheet with one count a row.
//!
//! The first row names the columns, in any order, in English or French; what stands between them there
//! (`;`, a tab or `,`) stands between them everywhere. Nothing is guessed, and a file with nine faults is
//! refused once with all nine, each with its line and column. Counts of laboratories come as FHIR
//! resources: [`super::fhir`].

mod sheet;
mod text;
mod wrong;

#[cfg(test)]
mod tests;

pub use sheet::{TEMPLATE, read};
pub(in crate::wire) use sheet::{cut, pseudonym};
pub use wrong::Wrong;

use crate::domain::calendar::{Day, Instant, local_day};
use crate::domain::count::Counted;
use chrono_tz::Tz;
use std::fmt;

/// The most bytes of a file: 10 MB.
///
/// Choice: some 300,000 counts, ten years of a large hospital's clozapine.
pub const MOST_BYTES: usize = 10_000_000;

/// One count as a file says it; whose it is only the database knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where it stands.
    pub at: At,
    /// Where it says whose it is.
    pub whose_at: At,
    /// Where it says when.
    pub when_at: At,
    /// The site's word for the patient.
    pub pseudonym: String,
    /// When the blood was taken.
    pub taken: Taken,
    /// What was counted.
    pub counted: Counted,
}

/// When blood was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// On a day.
    On(Day),
    /// At an instant, whose day is that of the site.
    At(Instant),
}

impl Taken {
    /// Returns the day in the time zone of the site, or nothing when it lies outside of the century.
    pub fn day(self, zone: Tz) -> Option<Day> {
        match self {
            Self::On(day) => Some(day),
            Self::At(instant) => local_day(instant, zone),
        }
    }
}

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

/// Something that is wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub at: At,
    /// What.
    pub wrong: Wrong,
}
