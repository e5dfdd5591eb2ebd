//! The rules about one patient: may a treatment start or go on, and what else is there.

use super::circumstance::{About, Circumstance, all_hold};
use super::monitoring::Monitoring;
use super::predicate::Treatment;
use super::threshold::Severity;
use super::{Bilingual, Citation, Slug};
use std::collections::BTreeSet;

/// What a rulebook says of one patient, its thresholds aside; empty when it says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Safety {
    /// What must be so for a treatment to start.
    pub start_conditions: Vec<StartCondition>,
    /// What is said in certain circumstances.
    pub remarks: Vec<Remark>,
    /// The treatments of which start conditions ask whether they failed.
    pub prior_treatments: Option<PriorTreatments>,
    /// When the next count is due.
    pub monitoring: Monitoring,
    /// What else could be given, in the file's order.
    pub alternatives: Vec<Alternative>,
    /// The indications for which nothing else can be.
    pub no_alternatives: Vec<NoAlternative>,
    /// What to see to, each time.
    pub checklist: Vec<ChecklistItem>,
}

/// What must be so for a treatment to start; else it is refused with the condition's code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartCondition {
    /// Its stable code, which says what is not so: `age-under-18`.
    pub code: Slug,
    /// What a refusal says.
    pub message: Bilingual,
    /// The ways to meet it, one or more: rows of one code. Any one is enough.
    pub ways: Vec<StartWay>,
}

/// One way to meet a start condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartWay {
    /// What must be so, all of it.
    pub when: Vec<Circumstance>,
    /// Where the rule stands.
    pub citation: Citation,
}

/// What is said when the circumstances are so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Its stable code; several rows may have one.
    pub code: Slug,
    /// For which treatments; any when there is none.
    pub treatment: Option<Treatment>,
    /// In which circumstances, all of them.
    pub when: Vec<Circumstance>,
    /// How grave it is.
    pub severity: Severity,
    /// Whether a count is to be made at once.
    pub count_now: bool,
    /// What it says to a pharmacist.
    pub message: Bilingual,
    /// Where the rule stands.
    pub citation: Citation,
}

/// The treatments of which start conditions ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriorTreatments {
    /// Their codes.
    pub codes: Vec<Slug>,
    /// Where the list stands.
    pub citation: Citation,
}

/// Something that could be given instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// Its code: `rituximab`.
    pub code: Slug,
    /// Its name.
    pub name: Bilingual,
    /// For which indications.
    pub indications: Vec<Slug>,
    /// When it is given.
    pub line: Line,
    /// Patients it is not for: rows, any of which is enough.
    pub exclusions: Vec<Exclusion>,
    /// What is known of its effect.
    pub evidence: Option<Evidence>,
    /// Where the rule stands.
    pub citation: Citation,
}

/// Patients whom an alternative is not for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exclusion {
    /// Who they are: all of it holds.
    pub when: Vec<Circumstance>,
    /// Where the rule stands.
    pub citation: Citation,
}

/// When an alternative is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Line {
    /// At first.
    First,
    /// After something else failed.
    AfterFailure,
}

impl Line {
    /// Every line.
    pub const ALL: [Self; 2] = [Self::First, Self::AfterFailure];

    /// Returns the code: `first`, `after-failure`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::AfterFailure => "after-failure",
        }
    }

    /// Returns the line of a code, if there is one.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|l| l.code() == code)
    }
}

/// What a study found of an alternative.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The findings.
    pub summary: Bilingual,
    /// The study's digital object identifier, where it has one.
    pub doi: Option<String>,
}

/// An indication for which nothing else can be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoAlternative {
    /// Which one.
    pub indication: Slug,
    /// Where the document says so.
    pub citation: Citation,
}

/// Something to see to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChecklistItem {
    /// What.
    pub text: Bilingual,
    /// Where the rule stands.
    pub citation: Citation,
}

impl Alternative {
    /// Returns the conditions of a patient at which its exclusions look, sorted: `pregnancy`.
    pub fn conditions(&self) -> BTreeSet<&Slug> {
        let when = self.exclusions.iter().flat_map(|row| &row.when);
        when.filter_map(Circumstance::conditions)
            .flatten()
            .collect()
    }
}

impl StartCondition {
    /// Whether a patient meets it; `list` is the rulebook's list of prior treatments.
    pub fn is_met(&self, about: &About<'_>, list: &[Slug]) -> bool {
        self.ways.iter().any(|way| all_hold(&way.when, about, list))
    }
}

impl Safety {
    /// Returns the codes of the prior treatments that start conditions ask about.
    pub fn prior_codes(&self) -> &[Slug] {
        self.prior_treatments.as_ref().map_or(&[], |p| &p.codes)
    }

    /// Returns what else could be given for an indication, in the file's order: nothing when the
    /// rulebook does not say, an empty list when it says that there is nothing.
    pub fn alternatives_for(&self, indication: &Slug) -> Option<Vec<&Alternative>> {
        if self
            .no_alternatives
            .iter()
            .any(|n| n.indication == *indication)
        {
            return Some(Vec::new());
        }
        let listed = self.alternatives.iter();
        let listed: Vec<&Alternative> = listed
            .filter(|a| a.indications.contains(indication))
            .collect();
        (!listed.is_empty()).then_some(listed)
    }

    /// Whether it says nothing at all.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
