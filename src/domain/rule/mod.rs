//! A rulebook: what a document says about a medicine, as values.
//!
//! The file in `config/rulebooks/` is read by [`crate::rulebook`]; here are only the rules and
//! what they answer. Nothing here is about one medicine.

mod asking;
mod circumstance;
mod entry;
mod monitoring;
mod predicate;
mod priority;
mod safety;
mod standing;
mod threshold;

use super::calendar::Day;
use super::code::Cip13;
use super::language::Language;
use super::presentation::{Presentation, Route};
use super::quantity::{Doses, Grams, Mg, MgPerKg};
pub use super::slug::{Slug, SlugError};
pub use circumstance::{About, Circumstance, Outcome, PriorTreatment, all_hold};
pub use entry::{Changed, Cited, Difference, Entry, EntryId, FieldChange};
pub use monitoring::{
    AfterInterruption, Anchor, FirstCount, InterruptionRow, Monitoring, Neutropenia, Phase, Rhythm,
    Segment, Span,
};
pub use predicate::{Alternatives, Asked, Predicate, Risk, Treatment};
pub use priority::{
    ClaimKind, Gate, GateRule, Gated, IndicationRule, Listed, PriorityClass, UnitDoses,
};
pub use safety::{
    Alternative, ChecklistItem, Evidence, Exclusion, Line, NoAlternative, PriorTreatments, Remark,
    Safety, StartCondition, StartWay,
};
pub use standing::{NOTICE_DAYS, Standing};
pub use threshold::{CountOf, CountRange, Counted, Severity, ThresholdRow};

/// One document's rules about one medicine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rulebook {
    /// Its name, which is also its file's: `roactemra-2021-10-14`.
    pub name: Slug,
    /// SHA-256 of the file it was read from; every decision keeps it.
    pub hash: [u8; 32],
    /// The medicine, as its box names it.
    pub medicine: String,
    /// What the document is, for a reader.
    pub title: Bilingual,
    /// Where it holds: a country's two letters (ISO 3166-1).
    pub jurisdiction: String,
    /// The first day on which it holds.
    pub valid_from: Day,
    /// The last day on which it holds; open when there is none.
    pub valid_to: Option<Day>,
    /// The rulebook that takes its place, if one does.
    pub superseded_by: Option<Slug>,
    /// The documents it was made from, in the file's order; each rule cites one by its key.
    pub sources: Vec<Source>,
    /// Whom to call.
    pub contacts: Vec<Contact>,
    /// The presentations it speaks of, in the file's order.
    pub presentations: Vec<RuledPresentation>,
    /// How much by weight, first row that matches.
    pub doses: Vec<DoseRow>,
    /// What a site must keep back, and for whom.
    pub reserve: Option<ReserveRule>,
    /// The indications that requests may name, in the file's order.
    pub indications: Vec<IndicationRule>,
    /// What keeps requests out of the ranking, in the order of asking.
    pub gates: Vec<Gate>,
    /// The classes of the ranking, first served first; empty when it ranks nobody.
    pub priorities: Vec<PriorityClass>,
    /// The routes whose doses are single units.
    pub unit_doses: Vec<UnitDoses>,
    /// What a count says of a treatment.
    pub thresholds: Vec<ThresholdRow>,
    /// What else it says of one patient.
    pub safety: Safety,
    /// The rulebook that says whether a patient may be given the medicine, when it is another.
    pub safety_rulebook: Option<Slug>,
}

/// A text for readers, in the two languages of the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bilingual {
    /// In French.
    pub fr: String,
    /// In English.
    pub en: String,
}

impl Bilingual {
    /// Returns the text in a language.
    pub fn of(&self, language: Language) -> &str {
        match language {
            Language::Fr => &self.fr,
            Language::En => &self.en,
        }
    }
}

/// A document that rules were taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The word by which the rules of the file cite it.
    pub key: Slug,
    /// Who wrote what.
    pub document: String,
    /// The day it carries.
    pub date: Day,
    /// Where it can be read, if anywhere.
    pub url: Option<String>,
}

/// Where in a document a rule stands; or our choice, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Citation {
    /// The key of a [`Source`] of the same file; none for a choice of our own.
    pub source: Option<Slug>,
    /// The section or sentence of the document, or the reason for the choice.
    pub section: String,
}

/// Somebody to call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// What they can do.
    pub purpose: Bilingual,
    /// Their name.
    pub name: String,
    /// Their number, as the document writes it.
    pub telephone: String,
    /// Where the document says so.
    pub citation: Citation,
}

/// A presentation that a rulebook speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuledPresentation {
    /// What comes in the box.
    pub presentation: Presentation,
    /// The least age of a patient in whole years, where the document gives one.
    pub from_years: Option<u32>,
    /// Where the document names it.
    pub citation: Citation,
}

/// One line of the table of doses by weight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoseRow {
    /// For which indication; any other when there is none.
    pub indication: Option<Slug>,
    /// For weights of at least this.
    pub from: Option<Grams>,
    /// For weights below this.
    pub below: Option<Grams>,
    /// How much a kilogram.
    pub rate: MgPerKg,
    /// At most this much.
    pub at_most: Mg,
    /// Where the rule stands.
    pub citation: Citation,
}

/// What a site must keep back before a therapy may start, and for how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReserveRule {
    /// What the reserved doses would treat.
    pub indication: Slug,
    /// By which route they are given.
    pub route: Route,
    /// How many doses when resupply is assured.
    pub doses_assured: Doses,
    /// How many when it is compromised.
    pub doses_compromised: Doses,
    /// The most doses one patient receives; no reserve is kept once they were given.
    pub doses_most: Doses,
    /// The size of a dose that is kept for nobody in particular, unless the site sets its own.
    pub reference_dose: Mg,
    /// The least reference dose that a site may set.
    pub reference_least: Mg,
    /// The greatest reference dose that a site may set.
    pub reference_most: Mg,
    /// How many days after the infusion the doses stay reserved.
    pub window_days: u32,
    /// How many days ahead a planned infusion counts.
    pub ahead_days: u32,
    /// Resupply is assured when a confirmed delivery comes within this many days.
    pub resupply_within_days: u32,
    /// Where the rule stands.
    pub citation: Citation,
    /// Where those figures come from that `citation` does not give.
    pub figures: Vec<FigureCitation>,
}

/// Where some figures of a rule come from, when that is not where the rule stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FigureCitation {
    /// The figures, by their names in the rulebook's file: `doses_most`.
    pub figures: Vec<String>,
    /// Where they come from.
    pub citation: Citation,
}

/// Whether the deliveries that a site can count on would fill its reserve in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resupply {
    /// They would.
    Assured,
    /// They would not, or nobody can say.
    Compromised,
}

impl Resupply {
    /// Returns the code: `assured` or `compromised`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Assured => "assured",
            Self::Compromised => "compromised",
        }
    }

    /// Returns the value of a code, if there is one.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Assured, Self::Compromised]
            .into_iter()
            .find(|r| r.code() == code)
    }
}

impl Rulebook {
    /// Returns the dose for `indication` at `weight`, by the first row that matches; the rows
    /// without an indication answer for those that no row names.
    ///
    /// Nothing when the rulebook has no such row: it does not speak of doses by weight.
    pub fn dose(&self, indication: &Slug, weight: Grams) -> Option<Mg> {
        let named = self
            .doses
            .iter()
            .any(|row| row.indication.as_ref() == Some(indication));
        self.doses
            .iter()
            .filter(|row| {
                if named {
                    row.indication.as_ref() == Some(indication)
                } else {
                    row.indication.is_none()
                }
            })
            .find(|row| {
                row.from.is_none_or(|least| weight >= least)
                    && row.below.is_none_or(|bound| weight < bound)
            })
            .map(|row| Mg::per_weight(row.rate, weight).min(row.at_most))
    }

    /// Returns the presentation of a code, if the rulebook speaks of it.
    pub fn presentation(&self, cip13: Cip13) -> Option<&Presentation> {
        self.presentations
            .iter()
            .map(|p| &p.presentation)
            .find(|p| p.cip13 == cip13)
    }

    /// Returns the presentations given by `route`, in the file's order.
    pub fn by_route(&self, route: Route) -> impl Iterator<Item = &Presentation> {
        self.presentations
            .iter()
            .map(|p| &p.presentation)
            .filter(move |p| p.route == route)
    }

    /// Returns whether it ranks requests.
    pub const fn ranks(&self) -> bool {
        !self.priorities.is_empty()
    }

    /// Returns whether it says of a patient whether a treatment may start or go on.
    pub fn assesses(&self) -> bool {
        !self.thresholds.is_empty() || !self.safety.is_empty()
    }

    /// Returns whether the document holds on `day`, by its own dates.
    pub fn in_force(&self, day: Day) -> bool {
        day >= self.valid_from && self.valid_to.is_none_or(|last| day <= last)
    }
}

impl ReserveRule {
    /// Returns k, the number of doses that a therapy needs before it starts.
    pub const fn doses(&self, resupply: Resupply) -> Doses {
        match resupply {
            Resupply::Assured => self.doses_assured,
            Resupply::Compromised => self.doses_compromised,
        }
    }

    /// Returns how many doses stay reserved for a patient who was given `given`: none once the
    /// most were given, else k less those, but at least one and never more than may still be given.
    ///
    /// Source: the plan's rule for CAR-T patients, from the letter of 14 October 2021, p. 2 (k), and
    /// the summary of product characteristics, § 4.2 (at most three further doses).
    pub fn doses_left(&self, resupply: Resupply, given: Doses) -> Doses {
        let left = self.doses_most.get().saturating_sub(given.get());
        if left == 0 {
            return Doses::ZERO;
        }
        Doses::new(
            self.doses(resupply)
                .get()
                .saturating_sub(given.get())
                .max(1)
                .min(left),
        )
    }
}

#[cfg(test)]
mod tests;
