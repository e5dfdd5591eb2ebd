//! Rules of monitoring: when the next count is due, and after an interruption.

use super::threshold::Severity;
use super::{Bilingual, Citation, Slug};
use crate::domain::calendar::Day;

/// When counts are due; empty when the rulebook does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Monitoring {
    /// Which counts make a history of neutropenia.
    pub neutropenia: Option<Neutropenia>,
    /// When the first count is due of a schedule that counts from the start.
    pub first_count: Option<FirstCount>,
    /// The schedules; the first that fits holds.
    pub segments: Vec<Segment>,
    /// What an interruption changes.
    pub interruptions: Vec<InterruptionRow>,
}

/// Which counts, on or after the start, make a history of neutropenia.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neutropenia {
    /// Those below this, per mm³.
    pub below: u32,
    /// Those below this in patients with a benign ethnic neutropenia, per mm³.
    pub below_benign_ethnic: u32,
    /// Where the rule stands.
    pub citation: Citation,
}

/// When the first count is due where none was made since the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstCount {
    /// So many days after the start.
    pub after_days: u32,
    /// Where the rule stands.
    pub citation: Citation,
}

/// One schedule of counts, and for whom and when it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Its name in answers: `weekly`.
    pub code: Slug,
    /// For which indications; for any when there is none.
    pub indications: Vec<Slug>,
    /// What it asks for.
    pub rhythm: Rhythm,
    /// Where the rule stands.
    pub citation: Citation,
}

/// What a schedule asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rhythm {
    /// One count at the beginning; it holds until a count was made on or after the first of its days.
    Opening {
        /// From when days are counted.
        anchor: Anchor,
        /// The first of its days: so many after the anchor.
        from_days: u32,
        /// The last of its days.
        to_days: u32,
    },
    /// Counts again and again, each so long after the latest.
    Repeating {
        /// While these hold.
        while_: Phase,
        /// How long after the latest count the next may be made.
        every: Span,
        /// How long after it at most; none when that is the same.
        at_most: Option<Span>,
    },
    /// Counts after the treatment was stopped for good.
    AfterStop {
        /// So many days from one to the next, the first so many after the stop.
        every_days: u32,
        /// How many.
        times: u32,
    },
}

/// From when the days of an opening count are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Anchor {
    /// The start of the treatment.
    Start,
    /// The second administration.
    SecondAdministration,
}

impl Anchor {
    /// Every anchor.
    pub const ALL: [Self; 2] = [Self::Start, Self::SecondAdministration];

    /// Returns the code: `start`, `second-administration`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::SecondAdministration => "second-administration",
        }
    }

    /// Returns the anchor of a code, if there is one.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|a| a.code() == code)
    }
}

/// While what a repeating schedule holds; all that is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Phase {
    /// From this day of treatment on, the start being day 0.
    pub from_treated_days: Option<u32>,
    /// Before this day of treatment.
    pub before_treated_days: Option<u32>,
    /// With a history of neutropenia, or without one.
    pub neutropenic: Option<bool>,
    /// While this was found.
    pub found: Option<Slug>,
}

/// A length of time, by the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// Days.
    Days(u32),
    /// Calendar months: one after 31 January is the last of February.
    Months(u32),
}

impl Span {
    /// Returns the day so long after another, at most the last of the century.
    pub fn after(self, day: Day) -> Day {
        match self {
            Self::Days(days) => day.plus(days),
            Self::Months(months) => day.plus_months(months),
        }
    }
}

/// What an interruption changes, for one history and one length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterruptionRow {
    /// Its stable code; several rows may have one.
    pub code: Slug,
    /// Treated so many days or more before it.
    pub from_treated_days: Option<u32>,
    /// Treated fewer days before it.
    pub before_treated_days: Option<u32>,
    /// With a history of neutropenia, or without one.
    pub neutropenic: Option<bool>,
    /// Of so many days or more.
    pub from_length_days: Option<u32>,
    /// Of fewer days.
    pub below_length_days: Option<u32>,
    /// Which schedule holds after it: a segment's code, or the one that held before.
    pub then: AfterInterruption,
    /// How grave it is.
    pub severity: Severity,
    /// What it says to a pharmacist.
    pub message: Bilingual,
    /// Where the rule stands.
    pub citation: Citation,
}

/// Which schedule holds after an interruption.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AfterInterruption {
    /// That of the day of the interruption.
    Previous,
    /// A repeating schedule of this code, whatever it asks for otherwise.
    Schedule(Slug),
}

impl Phase {
    /// Whether it needs to know since when the patient is treated.
    const fn needs_start(&self) -> bool {
        self.from_treated_days.is_some()
            || self.before_treated_days.is_some()
            || self.neutropenic.is_some()
    }
}

impl Monitoring {
    /// Whether nothing can be said of a treatment for an indication without the day it started; where
    /// the indication is not known, of one for any indication.
    pub fn needs_start(&self, indication: Option<&Slug>) -> bool {
        let is_for = |s: &&Segment| {
            indication.map_or(s.indications.is_empty(), |indication| s.is_for(indication))
        };
        self.segments
            .iter()
            .filter(is_for)
            .any(|s| match &s.rhythm {
                Rhythm::Repeating { while_, .. } => while_.needs_start(),
                Rhythm::Opening { .. } | Rhythm::AfterStop { .. } => false,
            })
    }
}

impl Segment {
    /// Whether it is for an indication.
    pub fn is_for(&self, indication: &Slug) -> bool {
        self.indications.is_empty() || self.indications.contains(indication)
    }
}

impl InterruptionRow {
    /// Whether it is for an interruption of `length` days after `treated` days.
    pub fn is_for(&self, treated: i64, length: i64, neutropenic: bool) -> bool {
        let at_least = |n: i64, least: Option<u32>| least.is_none_or(|least| n >= least.into());
        let below = |n: i64, bound: Option<u32>| bound.is_none_or(|bound| n < bound.into());
        at_least(treated, self.from_treated_days)
            && below(treated, self.before_treated_days)
            && at_least(length, self.from_length_days)
            && below(length, self.below_length_days)
            && self.neutropenic.is_none_or(|asked| asked == neutropenic)
    }
}
