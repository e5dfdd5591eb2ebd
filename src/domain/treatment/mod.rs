//! A patient's treatment under a safety rulebook, as it was told: how far it has come, what the rules look
//! at besides, and how its next count stands.
//!
//! It says more than a request can: since when the treatment runs, pauses or was stopped, from which a
//! schedule of counts is reckoned.

mod days;
#[cfg(test)]
mod tests;

pub use days::{Days, Misdated, WrongDay};

use super::assess::{Assessment, Course, DatedCount, Due, Patient};
use super::calendar::{Day, Instant};
use super::code::Finess;
use super::id::{PatientId, TreatmentId};
use super::rule::Slug;

/// How far a treatment has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TreatmentState {
    /// It is to start, maybe again.
    Planned,
    /// It runs.
    Ongoing,
    /// It pauses.
    Interrupted,
    /// It was stopped for good.
    Stopped,
}

impl TreatmentState {
    /// Every state.
    pub const ALL: [Self; 4] = [
        Self::Planned,
        Self::Ongoing,
        Self::Interrupted,
        Self::Stopped,
    ];

    /// Returns the code of the state.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Ongoing => "ongoing",
            Self::Interrupted => "interrupted",
            Self::Stopped => "stopped",
        }
    }

    /// Returns the state of a code, if there is one.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }
}

/// The most codes that a list of a treatment may have.
///
/// Choice: the rulebooks know one condition and one co-medication; a list of more is a slip.
pub const MOST_CODES: usize = 20;

/// The greatest age, in whole years.
///
/// Choice: nobody is older; as for requests.
pub const MOST_YEARS: u32 = 130;

/// What is told of a treatment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What is treated.
    pub indication: Slug,
    /// The age in whole years, on the day it was told.
    pub age_years: u32,
    /// That day, at the site. Choice: nobody is asked for a birthday, which would say who it is.
    pub age_told_on: Day,
    /// How far it has come.
    pub course: Course,
    /// Whether the patient has a benign ethnic neutropenia (BEN), confirmed.
    pub benign_ethnic_neutropenia: bool,
    /// Whether there are signs or symptoms of an infection.
    pub symptoms_of_infection: bool,
    /// What else is known, in the order of the codes: `pregnancy`.
    pub conditions: Vec<Slug>,
    /// What is taken besides, in the order of the codes.
    pub co_medication: Vec<Slug>,
    /// How active the disease is.
    pub disease_activity: Option<Slug>,
}

impl Told {
    /// Returns the age on a day: what was told, and the whole years that have passed since. The patient is
    /// as old at least, and at most a year older.
    pub fn age_on(&self, day: Day) -> u32 {
        let since = day.date().years_since(self.age_told_on.date());
        self.age_years.saturating_add(since.unwrap_or(0))
    }

    /// Returns how far it has come, without the days.
    pub const fn state(&self) -> TreatmentState {
        match self.course {
            Course::Initiation => TreatmentState::Planned,
            Course::Ongoing { .. } => TreatmentState::Ongoing,
            Course::Interrupted { .. } => TreatmentState::Interrupted,
            Course::Stopped { .. } => TreatmentState::Stopped,
        }
    }

    /// Returns the patient as rules look at one on a day.
    pub fn patient(
        &self,
        as_of: Day,
        counts: Vec<DatedCount>,
        administrations: Vec<Day>,
    ) -> Patient {
        Patient {
            age_years: self.age_on(as_of),
            indication: self.indication.clone(),
            course: self.course,
            administrations,
            counts,
            benign_ethnic_neutropenia: self.benign_ethnic_neutropenia,
            symptoms_of_infection: self.symptoms_of_infection,
            conditions: self.conditions.clone(),
            prior_treatments: Vec::new(),
            disease_activity: self.disease_activity.clone(),
            co_medication: self.co_medication.clone(),
        }
    }
}

/// One version of what was told of a patient's treatment; the greatest stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Treated {
    /// Its name.
    pub id: TreatmentId,
    /// Where the patient is treated.
    pub site: Finess,
    /// Who.
    pub patient: PatientId,
    /// The salted hash of the pseudonym.
    pub patient_hash: String,
    /// The rulebook that says when counts are due.
    pub rulebook: Slug,
    /// Counts the edits, from 1.
    pub version: i64,
    /// What is told.
    pub told: Told,
    /// When it was told.
    pub recorded_at: Instant,
    /// The id of the token that told it.
    pub recorded_by: String,
}

/// How the next count of a patient stands; what is more urgent comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Its last day has passed.
    Overdue,
    /// It is to be made now or soon.
    Due,
    /// It is to be made later.
    Later,
    /// No day of a next count can be told.
    Unknown,
}

/// How many days before its last day a count is told to be due.
///
/// Choice: a week, the shortest time between two counts of a rulebook: whoever looks at the list once a
/// week misses none.
pub const SOON_DAYS: i64 = 7;

impl Standing {
    /// Every standing.
    pub const ALL: [Self; 4] = [Self::Overdue, Self::Due, Self::Later, Self::Unknown];

    /// Returns how a next count stands on a day.
    pub fn of(next: Option<Due>, today: Day) -> Self {
        match next {
            None => Self::Unknown,
            Some(due) if due.is_over(today) => Self::Overdue,
            Some(due) if due.from <= today || today.days_until(due.to) <= SOON_DAYS => Self::Due,
            Some(_) => Self::Later,
        }
    }

    /// Returns the code: `overdue`, `due`, `later`, `unknown`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::Due => "due",
            Self::Later => "later",
            Self::Unknown => "unknown",
        }
    }
}

/// Returns whether nothing is left to monitor: the treatment was stopped, and no count is asked for any
/// more.
pub fn is_over(course: Course, assessment: &Assessment<'_>) -> bool {
    matches!(course, Course::Stopped { .. }) && assessment.next.is_none()
}
