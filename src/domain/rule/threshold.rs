//! Rows of counts: what a neutrophil count says of a treatment.

use super::predicate::Treatment;
use super::{Bilingual, Citation, Slug};

/// One row of a table of counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThresholdRow {
    /// Its stable code: `anc-low`.
    pub code: Slug,
    /// For which treatments; any when there is none.
    pub treatment: Option<Treatment>,
    /// Which of the patient's counts it looks at.
    pub of: CountOf,
    /// For which counts.
    pub count: CountRange,
    /// For patients with a benign ethnic neutropenia, or for those without; for both when there is none.
    pub benign_ethnic_neutropenia: Option<bool>,
    /// For which indications it does not hold.
    pub except: Vec<Slug>,
    /// How grave it is.
    pub severity: Severity,
    /// What it says to a pharmacist.
    pub message: Bilingual,
    /// Where the rule stands.
    pub citation: Citation,
}

/// Which counts a row is for, in neutrophils per mm³.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountRange {
    /// No count is known.
    Unknown,
    /// At least the first and below the second, where given.
    Known {
        /// The least count.
        at_least: Option<u32>,
        /// The first count above.
        below: Option<u32>,
    },
}

/// Which of a patient's counts a row looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CountOf {
    /// The latest: the one of the latest day, of two on one day the lower.
    Latest,
    /// Each of an earlier day.
    Earlier,
}

impl CountOf {
    /// Every value.
    pub const ALL: [Self; 2] = [Self::Latest, Self::Earlier];

    /// Returns the code: `latest`, `earlier`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Latest => "latest",
            Self::Earlier => "earlier",
        }
    }

    /// Returns the value of a code, if there is one.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|o| o.code() == code)
    }
}

/// A count, and of whom: what a row is asked about.
#[derive(Clone, Copy, Debug)]
pub struct Counted<'a> {
    /// Whether the treatment runs already.
    pub treatment: Treatment,
    /// What is treated.
    pub indication: &'a Slug,
    /// Whether the patient has a benign ethnic neutropenia.
    pub benign_ethnic_neutropenia: bool,
    /// Which of the patient's counts it is.
    pub of: CountOf,
    /// Neutrophils per mm³; none when no count is known.
    pub per_mm3: Option<u32>,
}

/// How grave a finding is, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// To know.
    Info,
    /// To watch.
    Warn,
    /// Not to start.
    Refuse,
    /// To stop.
    Stop,
}

impl Severity {
    /// Every severity, least first.
    pub const ALL: [Self; 4] = [Self::Info, Self::Warn, Self::Refuse, Self::Stop];

    /// Returns the code: `info`, `warn`, `refuse`, `stop`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Refuse => "refuse",
            Self::Stop => "stop",
        }
    }

    /// Returns the severity of a code, if there is one.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }

    /// Whether nothing is given while it holds.
    pub const fn stops(self) -> bool {
        match self {
            Self::Info | Self::Warn => false,
            Self::Refuse | Self::Stop => true,
        }
    }
}

impl ThresholdRow {
    /// Whether the row is for this count.
    pub fn matches(&self, counted: &Counted<'_>) -> bool {
        self.of == counted.of
            && self.treatment.is_none_or(|t| t == counted.treatment)
            && self
                .benign_ethnic_neutropenia
                .is_none_or(|has| has == counted.benign_ethnic_neutropenia)
            && !self.except.contains(counted.indication)
            && match (self.count, counted.per_mm3) {
                (CountRange::Unknown, None) => true,
                (CountRange::Known { at_least, below }, Some(n)) => {
                    at_least.is_none_or(|least| n >= least) && below.is_none_or(|bound| n < bound)
                }
                (CountRange::Unknown, Some(_)) | (CountRange::Known { .. }, None) => false,
            }
    }
}
