//! A count that was entered for a patient, and what became of it.

use super::Counted;
use crate::domain::calendar::{Day, Instant};
use crate::domain::code::Finess;
use crate::domain::id::{CountId, PatientId};

/// What was counted, and when: personal data, kept in a table of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The day the blood was taken.
    pub taken_on: Day,
    /// What was counted.
    pub counted: Counted,
}

/// One count of one patient. It is never changed: a correction is another, which replaces it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// Which one.
    pub id: CountId,
    /// Where the patient is treated.
    pub site: Finess,
    /// Of whom.
    pub patient: PatientId,
    /// The salted hash of the pseudonym.
    pub patient_hash: String,
    /// What was counted, and when.
    pub entry: Entry,
    /// When it was entered.
    pub entered_at: Instant,
    /// By whom.
    pub entered_by: String,
    /// The count in whose place it stands.
    pub replaces: Option<CountId>,
    /// What ended it.
    pub ended: Option<Ended>,
}

/// What ended a count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// When.
    pub at: Instant,
    /// By whom.
    pub by: String,
    /// Why, in words; none once they were erased.
    pub reason: Option<String>,
    /// The count that stands in its place; none when it was entered by mistake.
    pub replaced_by: Option<CountId>,
}

/// How a count stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountState {
    /// Rules look at it.
    Current,
    /// Another stands in its place.
    Corrected,
    /// It was entered by mistake.
    Withdrawn,
}

impl CountState {
    /// Returns the code: `current`, `corrected`, `withdrawn`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Corrected => "corrected",
            Self::Withdrawn => "withdrawn",
        }
    }
}

impl Count {
    /// Returns how it stands.
    pub const fn state(&self) -> CountState {
        match &self.ended {
            None => CountState::Current,
            Some(ended) if ended.replaced_by.is_some() => CountState::Corrected,
            Some(_) => CountState::Withdrawn,
        }
    }
}
