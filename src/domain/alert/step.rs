//! What becomes of an alert under a new reading.

use super::Reading;
use crate::domain::calendar::Day;

/// What becomes of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing.
    Nothing,
    /// It opens: one letter.
    Open,
    /// It gets worse: one letter more, and what was acknowledged is open again.
    Worsen,
    /// The figures changed for the better, or moved alike; no letter.
    Change,
    /// It closes: one letter.
    Close,
}

/// Returns what becomes of an alert about a day to come: as [`step`] says, and worse too when the day is
/// nearer than was told.
pub fn step_ahead(open: Option<(Reading, Option<Day>)>, now: Reading, on: Day) -> Step {
    match (step(open.map(|(before, _)| before), now), open) {
        (Step::Nothing | Step::Change, Some((_, told)))
            if now.is_short() && told.is_none_or(|told| on < told) =>
        {
            Step::Worsen
        }
        (step, _) => step,
    }
}

/// Returns what becomes of the alert that is `open` (if one is) under a new reading.
pub fn step(open: Option<Reading>, now: Reading) -> Step {
    match (open, now.is_short()) {
        (None, true) => Step::Open,
        (Some(_), false) => Step::Close,
        (Some(before), true) if now.worse_than(before) => Step::Worsen,
        (Some(before), true) if now != before => Step::Change,
        (None, false) | (Some(_), true) => Step::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(before: Option<(i64, i64)>, now: (i64, i64), want: Step) {
        let reading = |(found, expected)| Reading { found, expected };
        assert_eq!(
            step(before.map(reading), reading(now)),
            want,
            "{before:?} then {now:?}"
        );
    }

    #[test]
    fn an_alert_opens_worsens_and_closes_once_each() {
        check(None, (2, 2), Step::Nothing);
        check(None, (1, 2), Step::Open);
        check(Some((1, 2)), (1, 2), Step::Nothing);
        check(Some((1, 2)), (0, 2), Step::Worsen);
        check(Some((0, 2)), (1, 2), Step::Change);
        check(Some((1, 2)), (2, 2), Step::Close);
        check(Some((1, 2)), (3, 2), Step::Close);
    }

    #[test]
    fn a_third_dose_required_is_as_bad_as_one_lost() {
        check(Some((2, 3)), (2, 4), Step::Worsen);
        check(Some((1, 2)), (2, 3), Step::Change);
    }

    #[test]
    fn fewer_required_is_no_worsening_and_as_many_missing_is_none_either() {
        check(Some((0, 3)), (0, 2), Step::Change);
        check(Some((1, 3)), (0, 2), Step::Change);
        check(Some((1, 3)), (0, 3), Step::Worsen);
    }

    #[test]
    fn a_day_that_comes_nearer_than_was_told_is_worse_and_one_that_moves_away_is_not() {
        let on = |d| Day::of(2021, 11, d).unwrap();
        let reading = |(found, expected)| Reading { found, expected };
        let step = |told: Option<u32>, before, now, day| {
            step_ahead(Some((reading(before), told.map(on))), reading(now), on(day))
        };
        assert_eq!(step(Some(5), (1, 2), (1, 2), 4), Step::Worsen);
        assert_eq!(step(Some(5), (1, 2), (1, 2), 5), Step::Nothing);
        assert_eq!(step(Some(5), (1, 2), (1, 2), 6), Step::Nothing);
        assert_eq!(step(Some(5), (0, 2), (1, 2), 4), Step::Worsen);
        assert_eq!(step(Some(5), (1, 2), (0, 2), 9), Step::Worsen);
        assert_eq!(step(Some(5), (1, 2), (2, 2), 4), Step::Close);
        assert_eq!(step_ahead(None, reading((1, 2)), on(5)), Step::Open);
    }
}
