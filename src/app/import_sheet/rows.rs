//! The rows of a sheet, and what becomes of them.

use crate::domain::code::Finess;
use crate::domain::language::Language;
use crate::wire::import;
use crate::wire::sheet::{Fault, Place};
use chrono_tz::Tz;

/// The rows of a sheet, by their kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rows {
    /// Sites.
    Sites(Vec<import::sites::Row>),
    /// People who receive the letters of sites.
    People(Vec<import::people::Row>),
    /// CAR-T patients.
    Patients(Vec<import::patients::Row>),
    /// Deliveries.
    Deliveries(Vec<import::deliveries::Row>),
}

impl Rows {
    /// Returns the name of the kind.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Sites(_) => "sites",
            Self::People(_) => "people",
            Self::Patients(_) => "patients",
            Self::Deliveries(_) => "deliveries",
        }
    }

    /// Returns the sites that taking them over locks.
    pub fn sites(&self) -> Vec<Finess> {
        let mut sites: Vec<Finess> = match self {
            Self::Sites(rows) => rows.iter().map(|r| r.finess).collect(),
            Self::People(rows) => rows.iter().map(|r| r.site).collect(),
            Self::Patients(rows) => rows.iter().map(|r| r.site).collect(),
            Self::Deliveries(rows) => rows.iter().map(|r| r.site).collect(),
        };
        sites.sort_unstable();
        sites.dedup();
        sites
    }
}

/// Whether anything is kept of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Nothing is.
    DryRun,
    /// All of it is, when no row has a fault.
    Apply,
}

/// What a row is that does not say it, as the service is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsaid {
    /// The language of letters.
    pub language: Language,
    /// The time zone of a site.
    pub zone: Tz,
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It was added.
    Created,
    /// It differed, and was changed.
    Changed,
    /// It was so already.
    Unchanged,
}

impl Outcome {
    /// Returns the code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
        }
    }
}

/// A row that was taken over; nothing personal, since answers are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Its line in the file, from 1.
    pub line: usize,
    /// The site.
    pub site: Finess,
    /// What became of it.
    pub outcome: Outcome,
    /// The columns that differed.
    pub changed: Vec<&'static str>,
}

impl Taken {
    pub(super) fn created(place: &Place, site: Finess) -> Self {
        Self {
            line: place.line(),
            site,
            outcome: Outcome::Created,
            changed: Vec::new(),
        }
    }

    /// Changed in these columns, or unchanged when there is none.
    pub(super) fn of(place: &Place, site: Finess, changed: Vec<&'static str>) -> Self {
        let outcome = if changed.is_empty() {
            Outcome::Unchanged
        } else {
            Outcome::Changed
        };
        Self {
            line: place.line(),
            site,
            outcome,
            changed,
        }
    }
}

/// What a sheet comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Everything of it that cannot be; then nothing was done.
    pub faults: Vec<Fault>,
    /// Its rows, in their order.
    pub rows: Vec<Taken>,
}

impl Imported {
    /// Returns how many rows had an outcome.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.rows.iter().filter(|r| r.outcome == outcome).count()
    }
}
