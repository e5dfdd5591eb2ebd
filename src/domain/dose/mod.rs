//! Doses: which whole vials make which doses, all of them at once.
//!
//! A dose is made of whole vials whose total is at least its need; a vial is never shared between
//! doses, and none in a dose is superfluous. A vial is usable on a day when it expires on that day
//! or later. Doses *fit* when all of them can be made at once: 400 + 80 mg hold 480 mg, but no two
//! doses of 240 mg.
//!
//! Start with [`compose()`]. How it is found: [`instance`] puts needs and vials in order (from the
//! latest day back, so that the pool of usable vials only grows and its state is one number a
//! strength), [`price`] proves that something cannot fit
//! (with prices found in a [`market`]), [`pattern`] lists the ways of making one
//! dose that are worth trying, [`search`] tries them all at once, and [`lots`] says which lots. Doses of one size
//! are counted rather than searched for ([`equal`]).
//! Every answer is exact: what cannot be settled within the [limits](Unsolved) is an error, never
//! a guess.

mod compose;
mod counts;
mod equal;
mod grant;
mod greedy;
mod instance;
mod lots;
mod market;
mod pattern;
mod price;
mod search;
mod shortfall;
mod solve;
#[cfg(test)]
mod tests;

use super::calendar::Day;
use super::quantity::{Mg, Units};

pub(in crate::domain) use compose::compose_plan;
pub use compose::{compose, fits};
pub(in crate::domain) use counts::Counts;
pub use grant::{Grants, grant, most};
pub(in crate::domain) use market::{DEAREST, Market};
pub use shortfall::{Lack, by_strength, lacking, shortfall};

/// The most different strengths in one question: 8.
///
/// Choice: the medicines with the most strengths of one route have six (human immunoglobulins:
/// 1, 2.5, 5, 10, 20 and 30 g).
pub const MOST_STRENGTHS: usize = counts::WIDTH;

/// The most needs in one question: 4,096.
///
/// Choice: a region's patients of one medicine; eight times the largest pool foreseen.
pub const MOST_NEEDS: usize = 4_096;

/// The most needs that a plan may ask about at once: 65,536.
///
/// Choice: a country's patients of one medicine, all in one pool.
const MOST_PLANNED: usize = 65_536;

/// The most vials of the smallest strength that one dose may take: a million.
///
/// Choice: as many as one movement may carry; 200 g of immunoglobulin in vials of 1 g are 200.
pub const MOST_VIALS_A_DOSE: u32 = Units::MOST;

/// The largest need or strength in one question: a tonne (10¹⁵ µg).
///
/// Choice: nothing in a pharmacy weighs as much, and sums stay far from where they overflow.
pub const MOST_MASS: Mg = Mg::from_ug(1_000_000_000_000_000);

/// A dose to be made: at least this much, on this day.
///
/// A need of nothing is met by no vial at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Need {
    /// The least total of its vials.
    pub mg: Mg,
    /// The day on which they must still be in date.
    pub on: Day,
}

/// Usable units of one lot at one place.
///
/// `K` names the lot for the caller (an id, a place in a list); equal lots may come twice and stay
/// two rows of one name. A strength of nothing is ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Vial<K> {
    /// Which lot, in the caller's words.
    pub lot: K,
    /// What one unit holds.
    pub strength: Mg,
    /// The last day on which it may be used.
    pub expiry: Day,
    /// How many there are.
    pub units: Units,
}

/// Which lots are taken first, among those of one strength.
///
/// Either way every vial is in date on its dose's day, and the doses that fit are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Take {
    /// What expires first: for doses that will be given. No vial left over expires earlier than
    /// one taken and was usable in its place.
    SoonestExpiry,
    /// What expires last: for doses held in reserve. No usable vial left over expires later than
    /// one taken.
    LatestExpiry,
}

/// The vials of one dose: each lot with its units, sorted by lot; a lot comes once, none has no
/// unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composition<K> {
    /// The lots and how many units of each.
    pub rows: Vec<(K, Units)>,
    /// What they hold together: at least the need.
    pub total: Mg,
}

/// A question that is too large, or whose search was given up.
///
/// The first four can be checked before asking. The last is met by no strengths of a real
/// medicine that we know of; it bounds time and memory on the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsolved {
    /// More strengths than [`MOST_STRENGTHS`].
    #[error("{found} different strengths in one question, expected at most {MOST_STRENGTHS}")]
    Strengths {
        /// How many there are.
        found: usize,
    },
    /// More needs than [`MOST_NEEDS`].
    #[error("{found} doses in one question, expected at most {MOST_NEEDS}")]
    Needs {
        /// How many there are.
        found: usize,
    },
    /// A need or a strength above [`MOST_MASS`].
    #[error("a need or a strength of {found}, expected at most {MOST_MASS}")]
    Mass {
        /// How much it is.
        found: Mg,
    },
    /// A dose that would take more than [`MOST_VIALS_A_DOSE`] of the smallest vial.
    #[error("a dose of {need} takes more than {MOST_VIALS_A_DOSE} vials of {strength}")]
    VialsADose {
        /// The dose.
        need: Mg,
        /// The smallest strength.
        strength: Mg,
    },
    /// The search was given up after this many steps, without an answer.
    #[error("no answer within {steps} steps")]
    Steps {
        /// How many were made.
        steps: u64,
    },
}
