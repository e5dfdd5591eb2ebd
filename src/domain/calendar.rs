//! Days and instants. There is no clock here: `now` and `today` are arguments.

use chrono::{
    DateTime, Datelike as _, Days, Months, NaiveDate, SubsecRound as _, TimeZone as _, Utc,
};
use std::fmt;

/// A calendar day from 1 January 1950 to 31 December 2099.
///
/// Choice: what the service plans, keeps and counts happens in this century, and [`Day::parse`] reads
/// no other day: one in 1970 is a clock that was never set, one in 2999 a placeholder. What a patient
/// went through may be older, a treatment with clozapine that began in 1992 for one:
/// [`Day::parse_past`] reads such days, from 1950 on. Files of laboratories are of this century.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(NaiveDate);

impl Day {
    /// The first year of this century, in which all lies but what a patient went through.
    pub const FIRST_YEAR: i32 = 2000;
    /// The first year in which a patient's past may lie.
    pub const FIRST_PAST_YEAR: i32 = 1950;
    /// The last year a day may lie in.
    pub const LAST_YEAR: i32 = 2099;

    /// Returns the day, or nothing when its year is not within 2000 to 2099.
    pub fn new(date: NaiveDate) -> Option<Self> {
        Self::since(Self::FIRST_YEAR, date)
    }

    /// Returns a day of a patient's past, or nothing when its year is not within 1950 to 2099.
    pub fn past(date: NaiveDate) -> Option<Self> {
        Self::since(Self::FIRST_PAST_YEAR, date)
    }

    fn since(first_year: i32, date: NaiveDate) -> Option<Self> {
        (first_year..=Self::LAST_YEAR)
            .contains(&date.year())
            .then_some(Self(date))
    }

    /// Returns the day of a year, month and day of month, if there is one.
    pub fn of(year: i32, month: u32, day: u32) -> Option<Self> {
        NaiveDate::from_ymd_opt(year, month, day).and_then(Self::new)
    }

    /// Returns the last day of a month, if the month is one: 28, 29, 30 or 31.
    pub fn last_of_month(year: i32, month: u32) -> Option<Self> {
        if !(1..=12).contains(&month) {
            return None;
        }
        let (y, m) = if month == 12 {
            (year.checked_add(1)?, 1)
        } else {
            (year, month.checked_add(1)?)
        };
        NaiveDate::from_ymd_opt(y, m, 1)?
            .pred_opt()
            .and_then(Self::new)
    }

    /// Reads a day written `YYYY-MM-DD`.
    ///
    /// # Errors
    /// [`DayError`] with what stood there when it is no such day, or lies outside of the century.
    pub fn parse(text: &str) -> Result<Self, DayError> {
        Self::parse_since(Self::FIRST_YEAR, text)
    }

    /// Reads a day of a patient's past, written `YYYY-MM-DD`.
    ///
    /// # Errors
    /// [`DayError`] with what stood there when it is no such day, or lies before 1950 or after 2099.
    pub fn parse_past(text: &str) -> Result<Self, DayError> {
        Self::parse_since(Self::FIRST_PAST_YEAR, text)
    }

    fn parse_since(first_year: i32, text: &str) -> Result<Self, DayError> {
        let wrong = || DayError {
            found: text.chars().take(40).collect(),
            first_year,
        };
        let shaped = text.len() == 10
            && text.bytes().enumerate().all(|(i, b)| {
                if i == 4 || i == 7 {
                    b == b'-'
                } else {
                    b.is_ascii_digit()
                }
            });
        if !shaped {
            return Err(wrong());
        }
        let number = |from: usize, to: usize| text.get(from..to)?.parse::<u32>().ok();
        let day = || {
            let year = i32::try_from(number(0, 4)?).ok()?;
            let date = NaiveDate::from_ymd_opt(year, number(5, 7)?, number(8, 10)?)?;
            Self::since(first_year, date)
        };
        day().ok_or_else(wrong)
    }

    /// Returns the date.
    pub const fn date(self) -> NaiveDate {
        self.0
    }

    /// Returns the day `n` days later, at most the last day of the century.
    #[must_use]
    pub fn plus(self, n: u32) -> Self {
        self.0
            .checked_add_days(Days::new(u64::from(n)))
            .and_then(Self::past)
            .unwrap_or(Self::LAST)
    }

    /// Returns the day `n` calendar months later, at most the last day of the century; where the
    /// month has no such day, its last: a month after 31 January is 28 or 29 February.
    #[must_use]
    pub fn plus_months(self, n: u32) -> Self {
        self.0
            .checked_add_months(Months::new(n))
            .and_then(Self::past)
            .unwrap_or(Self::LAST)
    }

    /// Returns the day `n` days earlier, at least the first that can be held.
    #[must_use]
    pub fn minus(self, n: u32) -> Self {
        self.0
            .checked_sub_days(Days::new(u64::from(n)))
            .and_then(Self::past)
            .unwrap_or(Self::FIRST)
    }

    /// Returns the number of days from `self` to `later`, negative when `later` is earlier.
    pub fn days_until(self, later: Self) -> i64 {
        later.0.signed_duration_since(self.0).num_days()
    }

    /// The first day that can be held.
    const FIRST: Self = Self(match NaiveDate::from_ymd_opt(Self::FIRST_PAST_YEAR, 1, 1) {
        Some(day) => day,
        None => NaiveDate::MIN,
    });

    /// The last day that can be held.
    pub(crate) const LAST: Self = Self(match NaiveDate::from_ymd_opt(Self::LAST_YEAR, 12, 31) {
        Some(day) => day,
        None => NaiveDate::MAX,
    });
}

/// `YYYY-MM-DD`.
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // digit by digit: a plan of a country writes a hundred thousand days
        let digit = |n: u32| b'0' + u8::try_from(n % 10).unwrap_or(0);
        let (month, day) = (self.0.month(), self.0.day());
        let year = self.0.year().unsigned_abs();
        let text = [
            digit(year / 1_000),
            digit(year / 100),
            digit(year / 10),
            digit(year),
            b'-',
            digit(month / 10),
            digit(month),
            b'-',
            digit(day / 10),
            digit(day),
        ];
        f.pad(std::str::from_utf8(&text).unwrap_or_default())
    }
}

/// A text that is not a day, or one of another time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is not a day; expected YYYY-MM-DD from {first_year}-01-01 to 2099-12-31")]
pub struct DayError {
    /// What stood there, cut to forty characters.
    pub found: String,
    /// The first year that was expected.
    pub first_year: i32,
}

/// A moment in universal time, to the microsecond: what both databases keep.
pub type Instant = DateTime<Utc>;

/// Returns `instant` cut to the microsecond, so that it reads back equal from either database.
pub fn to_micros(instant: Instant) -> Instant {
    instant.trunc_subsecs(6)
}

/// Returns the local day of `instant` in `zone`, or nothing when it lies outside of the century.
pub fn local_day(instant: Instant, zone: chrono_tz::Tz) -> Option<Day> {
    Day::new(instant.with_timezone(&zone).date_naive())
}

/// Returns the first instant of a day in `zone`; where the clocks leap over midnight, the first there is.
pub fn day_begins(day: Day, zone: chrono_tz::Tz) -> Option<Instant> {
    let hours = (0..4).filter_map(|hour| day.date().and_hms_opt(hour, 0, 0));
    let mut instants = hours.filter_map(|at| zone.from_local_datetime(&at).earliest());
    instants.next().map(|at| at.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_its_own_midnight_or_at_the_first_hour_there_is() {
        let begins = |day, zone| day_begins(day, zone).map(|at| at.to_rfc3339());
        let day = Day::of(2021, 10, 22).unwrap();
        let paris = chrono_tz::Europe::Paris;
        assert_eq!(
            begins(day, paris).as_deref(),
            Some("2021-10-21T22:00:00+00:00")
        );
        // the clocks of Beirut leapt from midnight to one on 28 March 2021
        let leap = Day::of(2021, 3, 28).unwrap();
        let beirut = chrono_tz::Asia::Beirut;
        assert_eq!(
            begins(leap, beirut).as_deref(),
            Some("2021-03-27T22:00:00+00:00")
        );
    }

    #[test]
    fn the_last_of_february_knows_leap_years() {
        assert_eq!(Day::last_of_month(2024, 2), Day::of(2024, 2, 29));
        assert_eq!(Day::last_of_month(2023, 2), Day::of(2023, 2, 28));
        assert_eq!(Day::last_of_month(2000, 2), Day::of(2000, 2, 29));
        assert_eq!(Day::last_of_month(2021, 12), Day::of(2021, 12, 31));
        assert_eq!(Day::last_of_month(2021, 13), None);
        assert_eq!(Day::last_of_month(2021, 0), None);
    }

    #[test]
    fn a_month_after_the_last_of_january_is_the_last_of_february() {
        let day = |y, m, d| Day::of(y, m, d).unwrap();
        assert_eq!(day(2026, 1, 31).plus_months(1), day(2026, 2, 28));
        assert_eq!(day(2028, 1, 31).plus_months(1), day(2028, 2, 29));
        assert_eq!(day(2026, 1, 28).plus_months(1), day(2026, 2, 28));
        assert_eq!(day(2026, 11, 30).plus_months(3), day(2027, 2, 28));
        assert_eq!(day(2028, 2, 29).plus_months(12), day(2029, 2, 28));
        assert_eq!(day(2099, 12, 1).plus_months(1), day(2099, 12, 31));
    }

    #[test]
    fn a_day_of_another_century_is_refused() {
        for wrong in [
            "1970-01-01",
            "2999-01-01",
            "1999-12-31",
            "2100-01-01",
            "2021-02-29",
            "21-10-20",
            "2021-1-02",
            " 2021-10-20",
            "",
            "2021-10-20T00:00:00Z",
            "２０２１-10-20",
        ] {
            assert!(Day::parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(Day::parse("2000-01-01").unwrap().to_string(), "2000-01-01");
        let past = |text| Day::parse_past(text).map(|day| day.to_string());
        assert_eq!(past("1992-02-29").as_deref(), Ok("1992-02-29"));
        assert_eq!(past("1950-01-01").as_deref(), Ok("1950-01-01"));
        assert_eq!(
            past("1949-12-31").unwrap_err().to_string(),
            "\"1949-12-31\" is not a day; expected YYYY-MM-DD from 1950-01-01 to 2099-12-31"
        );
        let leap = Day::parse_past("1996-02-29").unwrap();
        assert_eq!(leap.plus(1).to_string(), "1996-03-01");
        assert_eq!(leap.plus_months(12).to_string(), "1997-02-28");
        assert_eq!(leap.minus(366).to_string(), "1995-02-28");
        assert_eq!(
            Day::parse("2099-12-31").unwrap().plus(1).to_string(),
            "2099-12-31"
        );
    }

    #[test]
    fn midnight_in_paris_is_the_evening_before_in_universal_time() {
        let evening = DateTime::parse_from_rfc3339("2021-10-19T22:30:00Z")
            .unwrap()
            .to_utc();
        assert_eq!(
            local_day(evening, chrono_tz::Europe::Paris),
            Day::of(2021, 10, 20)
        );
        assert_eq!(
            local_day(evening, chrono_tz::Tz::UTC),
            Day::of(2021, 10, 19)
        );
    }

    #[test]
    fn days_count_across_a_change_of_hour() {
        let before = Day::of(2021, 10, 30).unwrap();
        assert_eq!(before.days_until(Day::of(2021, 11, 1).unwrap()), 2);
        assert_eq!(before.plus(2), Day::of(2021, 11, 1).unwrap());
    }
}
