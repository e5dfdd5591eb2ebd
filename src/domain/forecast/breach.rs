//! The first day on which the reserve would be short.

use super::DayAhead;
use crate::domain::calendar::Day;
use crate::domain::quantity::Doses;

/// A breach of the reserve that is foreseen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Breach {
    /// The first day on which doses are missing.
    pub on: Day,
    /// The day on which the most are missing; the first of those.
    pub worst_on: Day,
    /// How many the shelf makes then.
    pub possible: Doses,
    /// How many must stay then.
    pub required: Doses,
}

/// Returns the breach that a forecast foresees on the days after the first, if it foresees one: that of
/// today is no forecast.
pub fn breach(ahead: &[DayAhead]) -> Option<Breach> {
    let missing = |day: &DayAhead| day.possible.missing_to(day.required);
    let mut short = ahead.iter().skip(1).filter(|d| missing(d) > Doses::ZERO);
    let first = short.next()?;
    let worst = short.fold(first, |worst, day| {
        if missing(day) > missing(worst) {
            day
        } else {
            worst
        }
    });
    Some(Breach {
        on: first.on,
        worst_on: worst.on,
        possible: worst.possible,
        required: worst.required,
    })
}
