//! What else could be given, and what became of it for this patient.

use crate::domain::rule::{About, Alternative, Rulebook, all_hold};

/// An alternative, and whether it is still open to a patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weighed<'r> {
    /// Which one.
    pub alternative: &'r Alternative,
    /// What became of it.
    pub status: Openness,
}

/// Whether an alternative is still open to a patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Openness {
    /// It failed, is contraindicated, does not suit, or cannot be had.
    Exhausted,
    /// The document leaves patients like this one out.
    Excluded,
    /// It could be given.
    Open,
}

impl Openness {
    /// Every status.
    pub const ALL: [Self; 3] = [Self::Exhausted, Self::Excluded, Self::Open];

    /// Returns the code: `exhausted`, `excluded`, `open`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Exhausted => "exhausted",
            Self::Excluded => "excluded",
            Self::Open => "open",
        }
    }
}

/// Returns every alternative for the patient's indication, in the rulebook's order; nothing where the
/// rulebook has no list for it.
pub fn weigh<'r>(book: &'r Rulebook, about: &About<'_>) -> Option<Vec<Weighed<'r>>> {
    let listed = book.safety.alternatives_for(about.indication)?;
    let weighed = listed.into_iter().map(|alternative| Weighed {
        alternative,
        status: status(book, alternative, about),
    });
    Some(weighed.collect())
}

/// The first that holds: exhausted, excluded, open.
fn status(book: &Rulebook, alternative: &Alternative, about: &About<'_>) -> Openness {
    let mut had = about.prior_treatments.iter();
    if had.any(|had| had.code == alternative.code && had.outcome.exhausts()) {
        return Openness::Exhausted;
    }
    let list = book.safety.prior_codes();
    let mut exclusions = alternative.exclusions.iter();
    if exclusions.any(|exclusion| all_hold(&exclusion.when, about, list)) {
        Openness::Excluded
    } else {
        Openness::Open
    }
}
