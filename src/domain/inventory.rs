//! Counting a shelf while others go on.
//!
//! A count is compared with what the ledger had **at the moment of that count**. What moves afterwards is
//! not undone by it: at the end the shelf has what was counted, and what moved since.

use super::calendar::{Day, Instant};
use super::code::{Cip13, LotNumber};
use super::id::LotId;
use super::ledger::UnitState;

/// One movement, as far as it changes what is counted: the units of one lot in one state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Its number in the site's ledger.
    pub seq: i64,
    /// When it happened, as told.
    pub happened_at: Instant,
    /// By how many units it changed what is counted.
    pub change: i64,
    /// Whether it corrected the ledger after somebody had counted.
    pub adjusts: bool,
    /// The number of the movement that it undoes.
    pub undoes: Option<i64>,
}

/// The moment of a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// When it was counted, as told.
    pub at: Instant,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// The number of the site's last movement when it was recorded.
    pub seq: i64,
}

/// What the ledger says of a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reckoned {
    /// What there should have been at its moment, as it is known now: what was entered later with an
    /// earlier hour counts, and what was undone since was never there.
    pub expected: i64,
    /// What moved since.
    pub since: i64,
    /// Whether the ledger was corrected since by another count: which of the two holds, nobody can say.
    pub adjusted_since: bool,
}

impl Reckoned {
    /// Returns what there is now, by the ledger.
    pub const fn now(self) -> i64 {
        self.expected.saturating_add(self.since)
    }
}

/// Returns what the ledger says of a count: of the movements of its lot at its site, in the order of their
/// numbers.
pub fn reckon(movements: &[Moved], moment: Moment) -> Reckoned {
    let mut before: Vec<i64> = Vec::new();
    let mut found = Reckoned {
        expected: 0,
        since: 0,
        adjusted_since: false,
    };
    for movement in movements {
        let was = match movement.undoes {
            Some(undone) => before.contains(&undone),
            None => happened_before(movement, moment),
        };
        if was {
            before.push(movement.seq);
            found.expected = found.expected.saturating_add(movement.change);
        } else {
            found.since = found.since.saturating_add(movement.change);
        }
        found.adjusted_since |= movement.adjusts && movement.seq > moment.seq;
    }
    found
}

/// Whether a movement that undoes nothing had happened when it was counted. Of one instant, what was
/// recorded before the count came first; and a count of now is of all that was recorded by now.
fn happened_before(movement: &Moved, moment: Moment) -> bool {
    if movement.seq > moment.seq {
        return movement.happened_at < moment.at;
    }
    moment.at >= moment.recorded_at || movement.happened_at <= moment.at
}

/// Why a count differs from the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Units are gone: recorded as it is, like any loss.
    Missing,
    /// The ledger was wrong from the start: fewer units may then not cost a reserve a dose.
    Clerical,
    /// There are units that the ledger did not know.
    Found,
}

impl Why {
    /// Every reason.
    pub const ALL: [Self; 3] = [Self::Missing, Self::Clerical, Self::Found];

    /// Returns the code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Clerical => "clerical",
            Self::Found => "found",
        }
    }

    /// Returns the reason of a code, if there is one.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|w| w.code() == code)
    }

    /// Returns whether it can be the reason of a difference: units that are missing are fewer, those that
    /// were found are more.
    pub const fn fits(self, difference: i64) -> bool {
        match self {
            Self::Missing => difference < 0,
            Self::Found => difference > 0,
            Self::Clerical => difference != 0,
        }
    }
}

/// Why a line of an inventory cannot be closed as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hindrance {
    /// Its difference has no reason.
    NoReason,
    /// The reason does not fit the difference, or there is none to give a reason for.
    OtherReason,
    /// The difference would leave fewer than no units: more has left since than was counted.
    Negative,
    /// Another count corrected the lot since: count it again.
    AdjustedSince,
    /// It was never counted, and nobody said to leave it.
    Uncounted,
}

impl Hindrance {
    /// Every hindrance.
    pub const ALL: [Self; 5] = [
        Self::NoReason,
        Self::OtherReason,
        Self::Negative,
        Self::AdjustedSince,
        Self::Uncounted,
    ];

    /// Returns the code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoReason => "no-reason",
            Self::OtherReason => "other-reason",
            Self::Negative => "negative",
            Self::AdjustedSince => "adjusted-since",
            Self::Uncounted => "uncounted",
        }
    }
}

/// Returns what hinders a counted line from being closed for a reason, if anything does.
pub fn hindrance(counted: u32, reckoned: Reckoned, why: Option<Why>) -> Option<Hindrance> {
    let difference = i64::from(counted).saturating_sub(reckoned.expected);
    if difference == 0 {
        return why.map(|_| Hindrance::OtherReason);
    }
    if reckoned.adjusted_since {
        return Some(Hindrance::AdjustedSince);
    }
    if reckoned.now().saturating_add(difference) < 0 {
        return Some(Hindrance::Negative);
    }
    match why {
        None => Some(Hindrance::NoReason),
        Some(why) if !why.fits(difference) => Some(Hindrance::OtherReason),
        Some(_) => None,
    }
}

/// Which units of a shelf a line of an inventory is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Of which lot.
    pub lot_id: LotId,
    /// Of which presentation.
    pub cip13: Cip13,
    /// The lot's number.
    pub lot: LotNumber,
    /// Its expiry.
    pub expiry: Day,
    /// In which state.
    pub state: UnitState,
}

/// How far an inventory has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It is being counted.
    Open,
    /// Its differences are booked.
    Closed,
    /// Nothing came of it.
    Cancelled,
}

impl Stage {
    /// Every stage.
    pub const ALL: [Self; 3] = [Self::Open, Self::Closed, Self::Cancelled];

    /// Returns the code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Returns the stage of a code, if there is one.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }
}

#[cfg(test)]
mod tests;
