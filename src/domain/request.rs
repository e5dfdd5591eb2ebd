//! A request: what somebody asks for, for one patient.

use super::calendar::{Day, Instant};
use super::code::Finess;
use super::id::{PatientId, RequestId};
use super::presentation::Route;
use super::quantity::{Grams, Mg, Units};
use super::rule::{Alternatives, Risk, Slug, Treatment};

mod check;
mod draft;
mod misfit;
mod tried;

pub use check::{Against, Checked};
pub use draft::{Before, Draft, Told};
pub use misfit::{Misfit, Wrong};
pub use tried::{Books, Declaration, Facts, Listed, MOST_CONDITIONS, MOST_TRIED, Tried};

/// The most single units that one request may ask for.
///
/// Choice: weekly, it is two lifetimes; each is a dose of its own, and more is a slip of the keyboard.
pub const MOST_UNITS: u32 = 10_000;

/// The reason of a proposed request that gave way to one that was filed: a code, where others have
/// somebody's words.
pub const FILED_ANEW: &str = "filed-anew";

/// The reason of a proposed request that followed a dispensing which was undone: a code too.
pub const DISPENSING_UNDONE: &str = "dispensing-undone";

/// How far a request has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RequestState {
    /// It follows a dispensing, and waits for its prescriber to confirm it: no plan looks at it.
    Proposed,
    /// It is to be served.
    Open,
    /// All of it was dispensed.
    Served,
    /// It was taken back.
    Withdrawn,
}

impl RequestState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Proposed, Self::Open, Self::Served, Self::Withdrawn];

    /// Returns the code: `proposed`, `open`, `served`, `withdrawn`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Open => "open",
            Self::Served => "served",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Returns the state of a code, if there is one.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }
}

/// A request, with all that is kept on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Which one.
    pub id: RequestId,
    /// Its name in plans, by which the lottery draws: the id of the patient's first request for this
    /// indication, so that whoever files anew draws no other number.
    pub name: RequestId,
    /// Where the patient is treated.
    pub site: Finess,
    /// By which rulebook it is ranked.
    pub rulebook: Slug,
    /// For whom.
    pub patient: PatientId,
    /// The salted hash of the pseudonym.
    pub patient_hash: String,
    /// How far it has come.
    pub state: RequestState,
    /// The request whose dispensing proposed it.
    pub follows: Option<RequestId>,
    /// Why it was withdrawn, in somebody's words; or [`FILED_ANEW`].
    pub reason: Option<String>,
    /// When it was filed.
    pub filed_at: Instant,
    /// By whom.
    pub filed_by: String,
    /// When it was served or withdrawn.
    pub ended_at: Option<Instant>,
    /// Counts its edits.
    pub version: i64,
    /// What is asked for.
    pub wanted: Wanted,
}

/// What is asked for, and for whom: personal data, kept in a table of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// What is treated: a word of the rulebook.
    pub indication: Slug,
    /// How it is given.
    pub route: Route,
    /// Whether the treatment runs already.
    pub treatment: Treatment,
    /// Whether something else could be given, when this was filed or last edited: by the list of that
    /// day, else as it was stated. Of today: [`Wanted::alternatives_by`].
    pub alternatives: Alternatives,
    /// Why nothing else could, in the prescriber's words; it decides nothing where a rulebook has a list.
    pub alternatives_reason: Option<String>,
    /// What became of the alternatives, in the order in which it was declared.
    pub tried: Vec<Tried>,
    /// What is known of the patient, sorted: `pregnancy`.
    pub conditions: Vec<Slug>,
    /// What an interruption puts at stake.
    pub risk: Risk,
    /// Whether a medicines committee decided as if the indication were listed.
    pub approved_exception: bool,
    /// The patient's age in whole years.
    pub age_years: u32,
    /// The patient's weight, where a dose needs it or it is known.
    pub weight: Option<Grams>,
    /// Single units asked for; none for a dose made of vials.
    pub units: Option<Units>,
    /// What replaces the dose by weight.
    pub prescribed: Option<Mg>,
    /// Days from one administration to the next, when it repeats.
    pub interval_days: Option<u32>,
    /// The last administration as the prescriber told it.
    pub last_given_on: Option<Day>,
    /// The day set by hand, with its reason: none for a treatment that starts, or is for today.
    pub due_by_hand: Option<(Day, Option<String>)>,
    /// The latest neutrophil count, and its day.
    pub count: Option<Count>,
}

/// An absolute neutrophil count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// Cells per cubic millimetre.
    pub per_mm3: u32,
    /// The day the blood was taken, when known.
    pub on: Option<Day>,
}

impl Wanted {
    /// Returns the day it is due, if that is known: the day set by hand; else the interval after the
    /// last administration, `recorded` in the ledger or told by the prescriber, whichever is later.
    pub fn due(&self, recorded: Option<Day>) -> Option<Day> {
        if let Some((day, _)) = &self.due_by_hand {
            return Some(*day);
        }
        let last = recorded.max(self.last_given_on)?;
        Some(last.plus(self.interval_days?))
    }
}

#[cfg(test)]
mod fitting;

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted() -> Wanted {
        Wanted {
            indication: Slug::parse("takayasu").unwrap(),
            route: Route::Intravenous,
            treatment: Treatment::Ongoing,
            alternatives: Alternatives::None,
            alternatives_reason: None,
            tried: Vec::new(),
            conditions: Vec::new(),
            risk: Risk::Vital,
            approved_exception: false,
            age_years: 34,
            weight: Grams::new(61_000).ok(),
            units: None,
            prescribed: None,
            interval_days: Some(28),
            last_given_on: Day::of(2021, 9, 24),
            due_by_hand: None,
            count: None,
        }
    }

    #[test]
    fn it_is_due_an_interval_after_the_later_of_what_was_told_and_recorded() {
        let day = |m, d| Day::of(2021, m, d);
        assert_eq!(wanted().due(None), day(10, 22));
        assert_eq!(wanted().due(day(9, 20)), day(10, 22));
        assert_eq!(wanted().due(day(9, 30)), day(10, 28));
    }

    #[test]
    fn a_day_set_by_hand_stands_whatever_was_given() {
        let day = Day::of(2021, 11, 1).unwrap();
        let by_hand = Wanted {
            due_by_hand: Some((day, Some("back from abroad".to_owned()))),
            ..wanted()
        };
        assert_eq!(by_hand.due(Day::of(2021, 10, 15)), Some(day));
    }

    #[test]
    fn without_an_administration_or_an_interval_nobody_knows_the_day() {
        let never = Wanted {
            last_given_on: None,
            ..wanted()
        };
        assert_eq!(never.due(None), None);
        let once = Wanted {
            interval_days: None,
            ..wanted()
        };
        assert_eq!(once.due(Day::of(2021, 10, 1)), None);
    }
}
