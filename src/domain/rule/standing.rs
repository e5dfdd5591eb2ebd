//! Whether a rulebook holds on a day: by its own dates, and by those of what takes its place.

use super::{Rulebook, Slug};
use crate::domain::alert::Reading;
use crate::domain::calendar::Day;

/// How many days before its last day a notice is heard to end.
///
/// Source: the product's table of alerts, `notice-expired`: "ends within 14 days".
pub const NOTICE_DAYS: u32 = 14;

/// How a rulebook stands on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is in force.
    InForce,
    /// It comes into force on this day.
    NotYet(Day),
    /// Its last day was this one.
    Ended(Day),
    /// Another took its place.
    Superseded {
        /// Which.
        by: Slug,
        /// On which day: the other's first.
        since: Day,
    },
}

impl Standing {
    /// Returns the code: `in-force`, `not-yet`, `ended`, `superseded`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::InForce => "in-force",
            Self::NotYet(_) => "not-yet",
            Self::Ended(_) => "ended",
            Self::Superseded { .. } => "superseded",
        }
    }

    /// Whether it was in force and is no more.
    pub const fn is_over(&self) -> bool {
        matches!(self, Self::Ended(_) | Self::Superseded { .. })
    }
}

impl Rulebook {
    /// Returns how it stands on `day`; `successor_from` is the first day of the rulebook that
    /// [`Rulebook::superseded_by`] names, where that is loaded.
    ///
    /// A successor that is in force takes its place, whether or not its own last day has come.
    pub fn standing(&self, day: Day, successor_from: Option<Day>) -> Standing {
        if day < self.valid_from {
            return Standing::NotYet(self.valid_from);
        }
        if let (Some(by), Some(since)) = (&self.superseded_by, successor_from)
            && since <= day
        {
            let by = by.clone();
            return Standing::Superseded { by, since };
        }
        match self.valid_to {
            Some(last) if last < day => Standing::Ended(last),
            Some(_) | None => Standing::InForce,
        }
    }

    /// Returns the day that ended it, of one that stands so: its last, or its successor's first where
    /// that came before; none while it is in force or to come.
    ///
    /// It is the same day before and after the successor's first: who comes after a notice has ended
    /// ends it no second time.
    pub fn over_since(&self, standing: &Standing) -> Option<Day> {
        match standing {
            Standing::InForce | Standing::NotYet(_) => None,
            Standing::Ended(last) => Some(*last),
            Standing::Superseded { since, .. } => {
                Some(self.valid_to.filter(|last| last < since).unwrap_or(*since))
            }
        }
    }

    /// Returns how near its end a notice is on `day`, as an alert reads it: 2 of 2 while nobody has to
    /// hear, 1 when its last day is within [`NOTICE_DAYS`] days, 0 when it is past.
    ///
    /// A rulebook without a last day does not end, and one that another superseded is renewed.
    pub fn notice(&self, day: Day, standing: &Standing) -> Reading {
        let found = match (standing, self.valid_to) {
            (Standing::Ended(_), _) => 0,
            (Standing::InForce, Some(last)) if last <= day.plus(NOTICE_DAYS) => 1,
            (Standing::InForce | Standing::NotYet(_) | Standing::Superseded { .. }, _) => 2,
        };
        Reading { found, expected: 2 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::testing;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn book(valid_to: Option<&str>, next: Option<&str>) -> Rulebook {
        Rulebook {
            valid_from: day("2021-10-14"),
            valid_to: valid_to.map(day),
            superseded_by: next.map(|name| Slug::parse(name).unwrap()),
            ..testing::rulebook()
        }
    }

    #[track_caller]
    fn check(book: &Rulebook, on: &str, next_from: Option<&str>, code: &str, found: i64) {
        let standing = book.standing(day(on), next_from.map(day));
        assert_eq!(standing.code(), code, "{on}");
        assert_eq!(book.notice(day(on), &standing).found, found, "{on}");
    }

    #[test]
    fn a_notice_holds_from_its_first_day_to_its_last() {
        let book = book(Some("2021-12-31"), None);
        check(&book, "2021-10-13", None, "not-yet", 2);
        check(&book, "2021-10-14", None, "in-force", 2);
        check(&book, "2021-12-16", None, "in-force", 2);
        // fourteen days before its last day
        check(&book, "2021-12-17", None, "in-force", 1);
        check(&book, "2021-12-31", None, "in-force", 1);
        check(&book, "2022-01-01", None, "ended", 0);
    }

    #[test]
    fn what_has_ended_is_ended_no_second_time_by_who_comes_after() {
        let over_since = |valid_to, on, next_from| {
            let book = book(valid_to, Some("next"));
            let standing = book.standing(day(on), Some(day(next_from)));
            book.over_since(&standing).map(|day| day.to_string())
        };
        let last = Some("2021-12-31");
        assert_eq!(over_since(last, "2021-12-31", "2022-02-01"), None);
        assert_eq!(
            over_since(last, "2022-01-01", "2022-02-01").as_deref(),
            last
        );
        assert_eq!(
            over_since(last, "2022-02-02", "2022-02-01").as_deref(),
            last
        );
        // one that was in force when its successor came ended on that day
        let first = Some("2021-12-20");
        assert_eq!(
            over_since(last, "2022-02-02", "2021-12-20").as_deref(),
            first
        );
        assert_eq!(
            over_since(None, "2022-02-02", "2021-12-20").as_deref(),
            first
        );
    }

    #[test]
    fn a_rulebook_without_a_last_day_does_not_end() {
        check(&book(None, None), "2099-12-31", None, "in-force", 2);
    }

    #[test]
    fn a_successor_takes_its_place_on_its_own_first_day() {
        let book = book(Some("2021-12-31"), Some("next"));
        check(&book, "2021-12-19", Some("2021-12-20"), "in-force", 1);
        check(&book, "2021-12-20", Some("2021-12-20"), "superseded", 2);
        check(&book, "2022-02-01", Some("2021-12-20"), "superseded", 2);
        // its successor begins later: between the two it has ended
        check(&book, "2022-01-01", Some("2022-02-01"), "ended", 0);
    }
}
