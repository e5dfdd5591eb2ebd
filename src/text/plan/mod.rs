//! Why a plan decided as it did: one sentence a decision, for a pharmacist.
//!
//! [`why`] gathers what there is to say from the plan, its case and its rulebook; the two languages
//! make a sentence of it. The codes of reasons are stable and the same in both.

mod en;
mod fr;
mod lines;

pub use lines::{Became, line_said};

use crate::domain::calendar::Day;
use crate::domain::code::Cip13;
use crate::domain::language::Language;
use crate::domain::plan::{Books, Case, Decision, Lack, PlannedDose, Status, Subject};
use crate::domain::quantity::Mg;
use crate::domain::rule::{Bilingual, Contact, GateRule, Rulebook, Slug};
use std::collections::BTreeMap;

/// What a plan was made from.
#[derive(Clone, Copy)]
pub struct Made<'a> {
    /// The case.
    pub case: &'a Case,
    /// The rulebook it names.
    pub book: &'a Rulebook,
    /// Finds the rulebooks that its gates name.
    pub of: Books<'a>,
}

/// Why a decision is what it is, as values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why<'a> {
    /// It is met.
    Granted {
        /// Whether it is kept rather than given.
        reserve: bool,
        /// The sizes of its doses, each with how many.
        needs: Vec<(Mg, u32)>,
        /// The day of its first dose.
        on: Day,
        /// The strengths it is made of, each with how many units.
        units: Vec<(Mg, u32)>,
        /// The other sites that units come from, each with how many.
        from: Vec<(&'a str, u32)>,
        /// Whether a dose holds less than was asked for.
        rounded: bool,
    },
    /// It cannot be met together with what stands before it.
    Lacking {
        /// Whether it would be kept rather than given.
        reserve: bool,
        /// What would have met it: presentations with their strengths and how many.
        units: Vec<(Cip13, Mg, u32)>,
        /// How many deferred claims would be served with them first.
        before: u32,
        /// Whom to call, where the class has an emergency line.
        line: Option<&'a Contact>,
    },
    /// Whether it could be met is not known: the search was given up.
    GivenUp,
    /// Nobody starts while the notice is in force.
    Frozen,
    /// A row of counts stops the treatment.
    Blocked {
        /// The code of the row.
        code: Slug,
        /// What the row says.
        message: Option<&'a Bilingual>,
        /// The count.
        count: Option<u32>,
    },
    /// It is due on the horizon or after.
    OutOfHorizon {
        /// The first day after the horizon.
        end: Day,
    },
    /// No class of the rulebook takes it.
    Unclassed,
}

impl Why<'_> {
    /// Returns the stable code of the reason; of a blocked request the code of the row.
    pub fn code(&self) -> &str {
        match self {
            Self::Granted { from, .. } if from.is_empty() => "granted",
            Self::Granted { .. } => "granted-by-transfer",
            Self::Lacking { .. } => "not-enough-units",
            Self::GivenUp => "search-given-up",
            Self::Frozen => "frozen",
            Self::Blocked { code, .. } => code.as_str(),
            Self::OutOfHorizon { .. } => "out-of-horizon",
            Self::Unclassed => "unclassed",
        }
    }

    /// Returns the sentence.
    pub fn sentence(&self, language: Language) -> String {
        match language {
            Language::Fr => fr::sentence(self),
            Language::En => en::sentence(self),
        }
    }
}

/// Returns what is said of a pool where the search was given up.
pub fn given_up(language: Language, undecided: u32) -> String {
    match language {
        Language::Fr => {
            format!("recherche abandonnée à sa limite de pas ; demandes sans réponse : {undecided}")
        }
        Language::En => {
            format!("the search was given up at its limit of steps; claims undecided: {undecided}")
        }
    }
}

/// Returns why a decision is what it is.
pub fn why<'a>(made: &Made<'a>, decision: &Decision) -> Why<'a> {
    let reserve = !matches!(decision.subject, Subject::Request(_));
    match &decision.status {
        Status::Granted => granted(made, decision, reserve),
        Status::Deferred(lack) if lack.given_up => Why::GivenUp,
        Status::Deferred(lack) => Why::Lacking {
            reserve,
            units: lacking(made, lack),
            before: lack.deferred_before,
            line: emergency_line(made, decision),
        },
        Status::Refused => Why::Frozen,
        Status::Blocked(code) => Why::Blocked {
            code: code.clone(),
            message: message(made, code),
            count: count(made, decision),
        },
        Status::OutOfHorizon => Why::OutOfHorizon {
            end: made.case.as_of.plus(made.case.horizon_days),
        },
        Status::Unclassed => Why::Unclassed,
    }
}

/// The site of a decision, by its place.
pub fn site_of(case: &Case, subject: Subject) -> Option<usize> {
    match subject {
        Subject::Request(place) => case.requests.get(place).map(|r| r.site),
        Subject::Patient(place) => case.patients.get(place).map(|p| p.site),
        Subject::Floor(place) => Some(place),
    }
}

/// Returns whom to call about a decision: the first contact of the rulebook, where the class has an
/// emergency line.
pub fn emergency_line<'a>(made: &Made<'a>, decision: &Decision) -> Option<&'a Contact> {
    let class = made.book.priorities.get(decision.class?)?;
    made.book.contacts.first().filter(|_| class.emergency_line)
}

fn granted<'a>(made: &Made<'a>, decision: &Decision, reserve: bool) -> Why<'a> {
    let own = site_of(made.case, decision.subject);
    let mut units: BTreeMap<Mg, u32> = BTreeMap::new();
    let mut from: BTreeMap<&str, u32> = BTreeMap::new();
    let mut needs: Vec<(Mg, u32)> = Vec::new();
    let mut rounded = false;
    for dose in &decision.doses {
        match needs.last_mut() {
            Some((need, n)) if *need == dose.need => *n = n.saturating_add(1),
            Some(_) | None => needs.push((dose.need, 1)),
        }
        rounded |= total(made, dose) < dose.need;
        for (place, n) in &dose.units {
            let Some(stock) = made.case.stock.get(*place) else {
                continue;
            };
            let of = units.entry(strength(made, stock.cip13)).or_default();
            *of = of.saturating_add(*n);
            if Some(stock.site) != own
                && let Some(site) = made.case.sites.get(stock.site)
            {
                let of = from.entry(site.id.as_str()).or_default();
                *of = of.saturating_add(*n);
            }
        }
    }
    Why::Granted {
        reserve,
        needs,
        on: decision.doses.first().map_or(made.case.as_of, |d| d.on),
        units: units.into_iter().rev().collect(),
        from: from.into_iter().collect(),
        rounded,
    }
}

fn total(made: &Made<'_>, dose: &PlannedDose) -> Mg {
    dose.units.iter().fold(Mg::ZERO, |sum, (place, n)| {
        let stock = made.case.stock.get(*place);
        let one = stock.map_or(Mg::ZERO, |s| strength(made, s.cip13));
        sum.saturating_add(one.times(u64::from(*n)))
    })
}

fn strength(made: &Made<'_>, cip13: Cip13) -> Mg {
    made.book
        .presentation(cip13)
        .map_or(Mg::ZERO, |p| p.strength)
}

fn lacking(made: &Made<'_>, lack: &Lack) -> Vec<(Cip13, Mg, u32)> {
    let units = lack.units.iter();
    units
        .map(|(cip13, n)| (*cip13, strength(made, *cip13), *n))
        .collect()
}

/// What the row of a code says, in the rulebooks that the gates name.
fn message<'a>(made: &Made<'a>, code: &Slug) -> Option<&'a Bilingual> {
    let books = made.book.gates.iter().filter_map(|gate| match &gate.then {
        GateRule::Neutrophils(name) => (made.of)(name),
        GateRule::Freeze => None,
    });
    let mut rows = books.flat_map(|book| &book.thresholds);
    rows.find(|row| row.code == *code).map(|row| &row.message)
}

fn count(made: &Made<'_>, decision: &Decision) -> Option<u32> {
    match decision.subject {
        Subject::Request(place) => made.case.requests.get(place)?.anc_per_mm3,
        Subject::Patient(_) | Subject::Floor(_) => None,
    }
}

/// `2 × 400 mg + 1 × 80 mg`.
fn made_of(units: impl Iterator<Item = (u32, String)>) -> String {
    let parts: Vec<String> = units.map(|(n, size)| format!("{n} × {size}")).collect();
    parts.join(" + ")
}

#[cfg(test)]
mod tests;
