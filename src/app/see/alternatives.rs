//! What can be seen of alternatives: those that rulebooks list, and what became of each for a request.

use crate::app::act::Act;
use crate::domain::assess::Openness;
use crate::domain::calendar::{Instant, local_day};
use crate::domain::request::{Books, Listed, Request};
use crate::domain::rule::{Alternative, Alternatives, Rulebook, Slug};
use crate::rulebook::Rulebooks;
use crate::text;

/// What is left for a request's patient, by the rulebooks as they are now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenAlternatives {
    /// Whether something else could be given.
    pub left: Alternatives,
    /// The list from which that follows; nothing where it is the prescriber's statement.
    pub list: Option<SeenList>,
}

impl SeenAlternatives {
    /// Returns from what it follows: `catalogue`, a rulebook's list; or `statement`, the prescriber's.
    pub const fn by(&self) -> &'static str {
        match self.list {
            Some(_) => "catalogue",
            None => "statement",
        }
    }
}

/// A rulebook's list of alternatives for an indication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenList {
    /// The rulebook that has it.
    pub rulebook: Slug,
    /// SHA-256 of its file.
    pub sha256: [u8; 32],
    /// Whether it is in force today, in universal time.
    pub in_force: bool,
    /// Each, in the rulebook's order; none where the rulebook says that there is none.
    pub all: Vec<SeenAlternative>,
}

/// One alternative.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenAlternative {
    /// What the rulebook says of it.
    pub alternative: Alternative,
    /// Whether it is open to the patient, when there is one.
    pub status: Option<Openness>,
    /// Where the rule stands.
    pub source: String,
    /// Where it stands for whom it is not.
    pub not_for: Vec<String>,
}

/// Returns the alternatives for an indication, as a rulebook or the one that it names for safety lists
/// them; nothing where neither does.
pub fn listed(
    rules: &Rulebooks,
    book: &Rulebook,
    indication: &Slug,
    now: Instant,
) -> Option<SeenList> {
    let books = Books {
        ranking: book,
        safety: book.safety_rulebook.as_ref().and_then(|n| rules.get(n)),
    };
    let of = books.listing(indication)?;
    let all = of.safety.alternatives_for(indication)?;
    let all = all.into_iter().map(|one| seen(of, one, None)).collect();
    Some(list(rules, of, now, all))
}

/// Returns what is left for a request's patient; where its rulebook is loaded no more, as it was stated.
pub(super) fn of_request(act: &Act<'_>, request: &Request) -> SeenAlternatives {
    let book = act.rules.get(&request.rulebook);
    let listed = book.and_then(|ranking| {
        request.wanted.listed(&Books {
            ranking,
            safety: act.safety_of(ranking),
        })
    });
    let Some(listed) = listed else {
        return SeenAlternatives {
            left: request.wanted.alternatives,
            list: None,
        };
    };
    let left = listed.alternatives();
    let Listed { book, all } = listed;
    let all = all.into_iter();
    let all = all.map(|one| seen(book, one.alternative, Some(one.status)));
    SeenAlternatives {
        left,
        list: Some(list(act.rules, book, act.now, all.collect())),
    }
}

fn list(rules: &Rulebooks, book: &Rulebook, now: Instant, all: Vec<SeenAlternative>) -> SeenList {
    let today = local_day(now, chrono_tz::Tz::UTC);
    SeenList {
        rulebook: book.name.clone(),
        sha256: book.hash,
        in_force: today.is_some_and(|day| rules.in_force(book, day)),
        all,
    }
}

fn seen(book: &Rulebook, one: &Alternative, status: Option<Openness>) -> SeenAlternative {
    let exclusions = one.exclusions.iter();
    SeenAlternative {
        status,
        source: text::assess::cited(book, &one.citation),
        not_for: exclusions
            .map(|exclusion| text::assess::cited(book, &exclusion.citation))
            .collect(),
        alternative: one.clone(),
    }
}
