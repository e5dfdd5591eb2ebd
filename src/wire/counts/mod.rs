//! Neutrophil counts in files that others write: a sheet with one count a row.
//!
//! The sheet is read as every sheet is ([`super::sheet`]). Counts of laboratories come as FHIR resources:
//! [`super::fhir`].

mod sheet;
mod wrong;

#[cfg(test)]
mod tests;

pub use super::sheet::{At, MOST_BYTES};
pub use sheet::{TEMPLATE, read};
pub use wrong::Wrong;

use crate::domain::calendar::{Day, Instant, local_day};
use crate::domain::count::Counted;
use chrono_tz::Tz;

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

/// Something that is wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub at: At,
    /// What.
    pub wrong: Wrong,
}
