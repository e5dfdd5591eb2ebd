//! A patient, as a rulebook looks at one.

use crate::domain::calendar::Day;
use crate::domain::rule::{About, PriorTreatment, Slug, Treatment};

/// What is known of a patient. Nothing here says who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patient {
    /// The age in whole years.
    pub age_years: u32,
    /// What is treated.
    pub indication: Slug,
    /// How far the treatment has come.
    pub course: Course,
    /// The days of the administrations, recorded or planned, in any order.
    pub administrations: Vec<Day>,
    /// The neutrophil counts, in any order.
    pub counts: Vec<DatedCount>,
    /// Whether the patient has a benign ethnic neutropenia (BEN), confirmed.
    pub benign_ethnic_neutropenia: bool,
    /// Whether there are signs or symptoms of an infection.
    pub symptoms_of_infection: bool,
    /// What else is known: `pregnancy`.
    pub conditions: Vec<Slug>,
    /// What was tried, and what became of it.
    pub prior_treatments: Vec<PriorTreatment>,
    /// How active the disease is.
    pub disease_activity: Option<Slug>,
    /// What is taken besides.
    pub co_medication: Vec<Slug>,
}

/// How far a treatment has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// It is to start, maybe again.
    Initiation,
    /// It runs.
    Ongoing {
        /// Since when, where known.
        started_on: Option<Day>,
    },
    /// It pauses.
    Interrupted {
        /// Since when it ran, where known.
        started_on: Option<Day>,
        /// Since when it pauses.
        interrupted_on: Day,
        /// When it is to go on; now, when nobody says.
        resumes_on: Option<Day>,
    },
    /// It was stopped for good.
    Stopped {
        /// Since when it ran, where known.
        started_on: Option<Day>,
        /// When it was stopped.
        stopped_on: Day,
    },
}

impl Course {
    /// Returns for which treatments rows are asked: what holds of one that runs holds of one that
    /// pauses or was stopped.
    pub const fn treatment(self) -> Treatment {
        match self {
            Self::Initiation => Treatment::Initiation,
            Self::Ongoing { .. } | Self::Interrupted { .. } | Self::Stopped { .. } => {
                Treatment::Ongoing
            }
        }
    }

    /// Returns the day the treatment started, where it is known and the treatment did.
    pub const fn started_on(self) -> Option<Day> {
        match self {
            Self::Initiation => None,
            Self::Ongoing { started_on }
            | Self::Interrupted { started_on, .. }
            | Self::Stopped { started_on, .. } => started_on,
        }
    }
}

/// A neutrophil count and its day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DatedCount {
    /// The day the blood was taken.
    pub on: Day,
    /// Neutrophils per mm³.
    pub per_mm3: u32,
}

impl Patient {
    /// Returns the latest count up to a day: the one of the latest day, of two on one day the lower.
    pub fn latest(&self, as_of: Day) -> Option<DatedCount> {
        self.counts
            .iter()
            .filter(|count| count.on <= as_of)
            .copied()
            .max_by(|a, b| a.on.cmp(&b.on).then(b.per_mm3.cmp(&a.per_mm3)))
    }

    /// Returns what circumstances are asked of.
    pub fn about(&self) -> About<'_> {
        About {
            indication: &self.indication,
            age_years: self.age_years,
            benign_ethnic_neutropenia: self.benign_ethnic_neutropenia,
            symptoms_of_infection: self.symptoms_of_infection,
            conditions: &self.conditions,
            prior_treatments: &self.prior_treatments,
            disease_activity: self.disease_activity.as_ref(),
            co_medication: &self.co_medication,
        }
    }
}
