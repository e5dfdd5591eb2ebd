//! What became of the alternatives, as somebody declared it, and whether one is left.
//!
//! Nobody says that there is no alternative where a rulebook lists them: it follows from what became of
//! each. Where no rulebook does, the prescriber states it.

use super::Wanted;
use crate::domain::assess::{Openness, Weighed, weigh};
use crate::domain::calendar::Instant;
use crate::domain::rule::{About, Alternatives, Outcome, PriorTreatment, Rulebook, Slug};

/// The most declarations of one request. Choice: ten times the longest list that we know of, each with
/// two outcomes.
pub const MOST_TRIED: usize = 100;

/// The most conditions that are told of one patient. Choice: no rulebook that we know of names more
/// than ten.
pub const MOST_CONDITIONS: usize = 50;

/// What became of an alternative, as somebody fills it in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// Which one, by the code of a rulebook's list: `rituximab`.
    pub code: String,
    /// What became of it.
    pub outcome: Outcome,
    /// More about it, in the words of whoever declares it.
    pub note: Option<String>,
}

/// What became of an alternative, and who declared it: personal data, as what is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// Which one, by the code that a rulebook's list had then.
    pub code: Slug,
    /// What became of it. One alternative may stand there several times.
    pub outcome: Outcome,
    /// More about it.
    pub note: Option<String>,
    /// Who declared it: the id of their token.
    pub declared_by: String,
    /// When.
    pub declared_at: Instant,
}

impl Tried {
    /// Whether somebody declares again what is declared already.
    pub fn is(&self, declared: &Declaration) -> bool {
        self.code.as_str() == declared.code
            && self.outcome == declared.outcome
            && self.note == declared.note
    }
}

impl From<&Tried> for Declaration {
    fn from(tried: &Tried) -> Self {
        Self {
            code: tried.code.to_string(),
            outcome: tried.outcome,
            note: tried.note.clone(),
        }
    }
}

/// The rulebooks that may list the alternatives of a request.
#[derive(Clone, Copy, Debug)]
pub struct Books<'r> {
    /// The one that ranks it.
    pub ranking: &'r Rulebook,
    /// The one that this names for safety, if it names one.
    pub safety: Option<&'r Rulebook>,
}

/// A list of alternatives, and what became of each for one patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<'r> {
    /// The rulebook that has the list.
    pub book: &'r Rulebook,
    /// Each, in the rulebook's order; none where the rulebook says that there is none.
    pub all: Vec<Weighed<'r>>,
}

/// Of whom alternatives are asked.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// What is treated.
    pub indication: &'a Slug,
    /// The patient's age in whole years.
    pub age_years: u32,
    /// What is known of the patient: `pregnancy`.
    pub conditions: &'a [Slug],
    /// What was declared.
    pub tried: &'a [Tried],
}

impl<'r> Books<'r> {
    /// Returns the rulebook that lists the alternatives for an indication: the one that ranks, else the
    /// one that it names for safety; nothing where neither does.
    pub fn listing(&self, indication: &Slug) -> Option<&'r Rulebook> {
        let lists = |book: &&Rulebook| book.safety.alternatives_for(indication).is_some();
        let both = [Some(self.ranking), self.safety];
        both.into_iter().flatten().find(lists)
    }

    /// Returns what became of each alternative for a patient; nothing where no rulebook lists them.
    ///
    /// What a request does not say of its patient (signs of an infection, other medicines) excludes
    /// nothing: what is not known to be closed is open.
    pub fn weigh(&self, facts: &Facts<'_>) -> Option<Listed<'r>> {
        let book = self.listing(facts.indication)?;
        let had = facts.tried.iter().map(|tried| PriorTreatment {
            code: tried.code.clone(),
            outcome: tried.outcome,
        });
        let had: Vec<PriorTreatment> = had.collect();
        let about = About {
            indication: facts.indication,
            age_years: facts.age_years,
            benign_ethnic_neutropenia: false,
            symptoms_of_infection: false,
            conditions: facts.conditions,
            prior_treatments: &had,
            disease_activity: None,
            co_medication: &[],
        };
        let all = weigh(book, &about)?;
        Some(Listed { book, all })
    }
}

impl Listed<'_> {
    /// Returns whether something else could be given: one of them is open.
    pub fn alternatives(&self) -> Alternatives {
        if self.all.iter().any(|one| one.status == Openness::Open) {
            Alternatives::Available
        } else {
            Alternatives::None
        }
    }

    /// Returns the codes of those that are open, in the rulebook's order.
    pub fn open(&self) -> Vec<String> {
        let open = self.all.iter().filter(|one| one.status == Openness::Open);
        open.map(|one| one.alternative.code.to_string()).collect()
    }

    /// Returns the code of each, in the rulebook's order.
    pub fn codes(&self) -> Vec<String> {
        let all = self.all.iter();
        all.map(|one| one.alternative.code.to_string()).collect()
    }
}

impl Wanted {
    /// Returns what became of each alternative by the rulebooks as they are now; nothing where they list
    /// none for the indication.
    pub fn listed<'r>(&self, books: &Books<'r>) -> Option<Listed<'r>> {
        books.weigh(&Facts {
            indication: &self.indication,
            age_years: self.age_years,
            conditions: &self.conditions,
            tried: &self.tried,
        })
    }

    /// Returns whether something else could be given, by the rulebooks as they are now; where they list
    /// no alternatives, as it was stated.
    pub fn alternatives_by(&self, books: &Books<'_>) -> Alternatives {
        let listed = self.listed(books);
        listed.map_or(self.alternatives, |listed| listed.alternatives())
    }
}

#[cfg(test)]
mod tests;
