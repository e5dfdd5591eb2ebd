//! Which copies are kept, and which have had their time.

use crate::domain::calendar::Instant;
use chrono::{Datelike as _, Months, TimeDelta};
use std::collections::BTreeSet;

/// How long copies are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// Days for which every copy is kept.
    pub days: u32,
    /// Months, counted back from this one, of each of which the first copy is kept.
    pub months: u32,
}

/// A copy by when it was made.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Outdated {
    /// The moment that it shows.
    pub made_at: Instant,
    /// Its file's name.
    pub name: String,
}

/// Returns which of `copies` have had their time at `now`: those that are older than `keep.days` and not
/// the first of a month that is kept. The newest of all never is, so that clocks that were wrong and
/// services that slept leave one.
pub fn outdated(mut copies: Vec<Outdated>, keep: Keep, now: Instant) -> Vec<Outdated> {
    copies.sort();
    copies.pop();
    let young = now - TimeDelta::days(i64::from(keep.days));
    let month = |at: Instant| (at.year(), at.month());
    let first = now
        .checked_sub_months(Months::new(keep.months))
        .map_or((i32::MIN, 0), month);
    let mut months = BTreeSet::new();
    copies.retain(|copy| {
        let of = month(copy.made_at);
        // the first of its month, in the order of time
        let is_first = months.insert(of);
        let kept = copy.made_at >= young || (is_first && of > first);
        !kept
    });
    copies
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{TimeZone as _, Utc};

    fn copy(month: u32, day: u32, hour: u32) -> Outdated {
        let made_at = Utc.with_ymd_and_hms(2026, month, day, hour, 0, 0).unwrap();
        Outdated {
            made_at,
            name: super::super::name_of(made_at),
        }
    }

    fn left(copies: &[Outdated], keep: Keep, now: Instant) -> Vec<String> {
        let gone = outdated(copies.to_vec(), keep, now);
        let left = copies.iter().filter(|copy| !gone.contains(copy));
        left.map(|copy| copy.name.clone()).collect()
    }

    #[test]
    fn every_copy_of_a_fortnight_is_kept_and_the_first_of_each_month() {
        let keep = Keep {
            days: 14,
            months: 3,
        };
        let copies = [
            copy(8, 1, 2),
            copy(8, 30, 2),
            copy(9, 3, 2),
            copy(9, 4, 2),
            copy(11, 1, 2),
            copy(11, 7, 2),
            copy(11, 8, 2),
            copy(11, 21, 2),
            copy(11, 22, 2),
        ];
        let now = copy(11, 22, 2).made_at;
        assert_eq!(
            left(&copies, keep, now),
            [
                "dotation-20260903T020000Z.db",
                "dotation-20261101T020000Z.db",
                "dotation-20261108T020000Z.db",
                "dotation-20261121T020000Z.db",
                "dotation-20261122T020000Z.db",
            ]
        );
    }

    #[test]
    fn the_newest_copy_is_kept_however_old_it_is() {
        let keep = Keep { days: 1, months: 0 };
        let copies = [copy(1, 1, 2), copy(1, 2, 2)];
        let now = copy(11, 22, 2).made_at;
        assert_eq!(left(&copies, keep, now), ["dotation-20260102T020000Z.db"]);
    }
}
