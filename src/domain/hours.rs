//! Hours of a site: when what can wait waits, and when the day's digest is due.
//!
//! They are told by the clock on the wall. Where that clock leaps over an hour, what is set for it happens
//! at the first moment after; where it shows an hour twice, at the first of the two, once.

use super::calendar::{Day, Instant, local_day};
use chrono::{NaiveTime, TimeDelta, TimeZone as _, Timelike as _, Utc};
use chrono_tz::Tz;
use std::fmt;

/// A minute of the day, from 0 to 1439, as `HH:MM`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Minute(u16);

/// Minutes in a day without a change of hour.
const A_DAY: u16 = 24 * 60;

impl Minute {
    /// When the daily digest is written.
    ///
    /// Source: the product's description, "Alerts and emails": a daily digest at 08:00 in the site's time
    /// zone.
    pub const OF_DIGEST: Self = Self(8 * 60);

    /// Returns the minute, if the day has it.
    pub const fn new(minute: u16) -> Option<Self> {
        if minute < A_DAY {
            Some(Self(minute))
        } else {
            None
        }
    }

    /// Returns how many minutes of the day are before it.
    pub const fn get(self) -> u16 {
        self.0
    }

    /// Reads `HH:MM`, from `00:00` to `23:59`.
    ///
    /// # Errors
    /// [`MinuteError`] with what stood there.
    pub fn parse(text: &str) -> Result<Self, MinuteError> {
        let wrong = || MinuteError {
            found: text.chars().take(40).collect(),
        };
        let two = |part: &str| {
            let shaped = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
            shaped.then(|| part.parse::<u16>().ok()).flatten()
        };
        let (hour, minute) = text.split_once(':').ok_or_else(wrong)?;
        match (two(hour), two(minute)) {
            (Some(hour @ 0..=23), Some(minute @ 0..=59)) => Ok(Self(hour * 60 + minute)),
            _ => Err(wrong()),
        }
    }

    /// Returns the first moment of a day at which the clock of `zone` has reached it; none on a day that
    /// the zone left out (Samoa, 30 December 2011).
    pub fn on(self, day: Day, zone: Tz) -> Option<Instant> {
        (self.0..A_DAY).find_map(|minute| {
            let minute = u32::from(minute);
            let time = NaiveTime::from_hms_opt(minute / 60, minute % 60, 0)?;
            let local = zone.from_local_datetime(&day.date().and_time(time));
            Some(local.earliest()?.with_timezone(&Utc))
        })
    }
}

/// `HH:MM`.
impl fmt::Display for Minute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

/// A text that is no minute of a day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is no time of day; expected HH:MM from 00:00 to 23:59")]
pub struct MinuteError {
    /// What stood there, cut to forty characters.
    pub found: String,
}

/// From when to when somebody hears only of what cannot wait, by the clock of the site; over midnight
/// when it ends earlier than it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct QuietHours {
    from: Minute,
    to: Minute,
}

impl QuietHours {
    /// The longest that quiet hours may be, in hours.
    ///
    /// Choice: from five in the afternoon to nine in the morning; a site at which letters wait all day is one
    /// that hears nothing.
    pub const LONGEST: u16 = 16;

    /// Returns whether they are longer than somebody may ask for.
    pub const fn is_too_long(self) -> bool {
        const DAY: u16 = 24 * 60;
        (self.to.0 + DAY - self.from.0) % DAY > Self::LONGEST * 60
    }

    /// Returns quiet hours; none when they would begin and end at the same minute, for that says neither
    /// always nor never.
    pub fn new(from: Minute, to: Minute) -> Option<Self> {
        (from != to).then_some(Self { from, to })
    }

    /// Returns when they begin.
    pub const fn from(self) -> Minute {
        self.from
    }

    /// Returns when they end.
    pub const fn to(self) -> Minute {
        self.to
    }

    /// Returns when the quiet hours end in which `now` lies; none when it lies in none.
    pub fn end(self, now: Instant, zone: Tz) -> Option<Instant> {
        let local = now.with_timezone(&zone).time();
        let minute = u16::try_from(local.num_seconds_from_midnight() / 60).ok()?;
        let today = local_day(now, zone)?;
        let (from, to) = (self.from.0, self.to.0);
        let within = if from < to {
            (from..to).contains(&minute)
        } else {
            minute >= from || minute < to
        };
        if !within {
            return None;
        }
        // where an hour is shown twice the first end may be over; the day after is too late by far
        let day = if minute < to { today } else { today.plus(1) };
        let end = self.to.on(day, zone)?;
        let again = end + TimeDelta::hours(1);
        [end, again].into_iter().find(|end| *end > now)
    }
}

/// Returns the last digest of a site that is due at `now` and later than `through`, if one is: of several
/// that were missed only the last, since each lists all that is open.
pub fn digest_due(through: Instant, now: Instant, zone: Tz) -> Option<Instant> {
    let today = local_day(now, zone)?;
    [today, today.minus(1)]
        .into_iter()
        .filter_map(|day| Minute::OF_DIGEST.on(day, zone))
        .find(|due| *due <= now)
        .filter(|due| *due > through)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn minute(text: &str) -> Minute {
        Minute::parse(text).unwrap()
    }

    fn quiet(from: &str, to: &str) -> QuietHours {
        QuietHours::new(minute(from), minute(to)).unwrap()
    }

    fn check(hours: QuietHours, zone: Tz, now: &str, want: Option<&str>) {
        assert_eq!(hours.end(at(now), zone), want.map(at), "{now}");
    }

    #[test]
    fn a_time_of_day_has_two_digits_and_two() {
        for right in ["00:00", "08:00", "23:59"] {
            assert_eq!(minute(right).to_string(), right);
        }
        for wrong in ["24:00", "8:00", "08:60", "0800", "+8:00", "", "08:00:00"] {
            assert!(Minute::parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(QuietHours::new(minute("08:00"), minute("08:00")), None);
    }

    #[test]
    fn a_night_is_sixteen_hours_at_most() {
        for (from, to, too_long) in [
            ("17:00", "09:00", false),
            ("17:00", "09:01", true),
            ("00:00", "23:59", true),
            ("08:00", "07:59", true),
            ("00:00", "16:00", false),
            ("21:00", "07:00", false),
        ] {
            assert_eq!(quiet(from, to).is_too_long(), too_long, "{from} {to}");
        }
    }

    #[test]
    fn a_night_ends_in_the_morning_of_the_site() {
        let (paris, night) = (chrono_tz::Europe::Paris, quiet("21:00", "07:00"));
        check(night, paris, "2021-10-20T18:59:59Z", None);
        check(
            night,
            paris,
            "2021-10-20T19:00:00Z",
            Some("2021-10-21T05:00:00Z"),
        );
        check(
            night,
            paris,
            "2021-10-21T04:59:59Z",
            Some("2021-10-21T05:00:00Z"),
        );
        check(night, paris, "2021-10-21T05:00:00Z", None);
        // the night in which winter time begins is an hour longer
        check(
            night,
            paris,
            "2021-10-30T20:00:00Z",
            Some("2021-10-31T06:00:00Z"),
        );
        // the same hours overseas
        let reunion = chrono_tz::Indian::Reunion;
        check(
            night,
            reunion,
            "2021-10-20T17:00:00Z",
            Some("2021-10-21T03:00:00Z"),
        );
        let noon = quiet("12:00", "14:00");
        check(
            noon,
            paris,
            "2021-10-20T10:00:00Z",
            Some("2021-10-20T12:00:00Z"),
        );
        check(noon, paris, "2021-10-20T12:00:00Z", None);
    }

    #[test]
    fn quiet_hours_end_on_the_night_the_clock_is_set() {
        let paris = chrono_tz::Europe::Paris;
        // 02:30 does not exist on 28 March 2021: the clock leaps from two to three
        let short = quiet("22:00", "02:30");
        check(
            short,
            paris,
            "2021-03-28T00:00:00Z",
            Some("2021-03-28T01:00:00Z"),
        );
        // and exists twice on 31 October 2021
        check(
            short,
            paris,
            "2021-10-31T00:10:00Z",
            Some("2021-10-31T00:30:00Z"),
        );
        check(
            short,
            paris,
            "2021-10-31T01:10:00Z",
            Some("2021-10-31T01:30:00Z"),
        );
        check(short, paris, "2021-10-31T01:30:00Z", None);
    }

    #[test]
    fn a_digest_is_due_at_eight_by_the_clock_of_the_site() {
        let due = |through, now, zone| digest_due(at(through), at(now), zone);
        let paris = chrono_tz::Europe::Paris;
        let eve = "2021-10-20T06:00:00Z";
        assert_eq!(due(eve, "2021-10-21T05:59:59Z", paris), None);
        let first = at("2021-10-21T06:00:00Z");
        assert_eq!(due(eve, "2021-10-21T06:00:00Z", paris), Some(first));
        assert_eq!(
            due("2021-10-21T06:00:00Z", "2021-10-21T20:00:00Z", paris),
            None
        );
        // winter time began in the night
        let winter = at("2021-10-31T07:00:00Z");
        assert_eq!(
            due("2021-10-30T06:00:00Z", "2021-10-31T06:30:00Z", paris),
            None
        );
        assert_eq!(
            due("2021-10-30T06:00:00Z", "2021-10-31T07:00:00Z", paris),
            Some(winter)
        );
        // missed for days: one
        assert_eq!(
            due(eve, "2021-10-23T04:00:00Z", paris),
            Some(at("2021-10-22T06:00:00Z"))
        );
        for (zone, first) in [
            (chrono_tz::America::Cayenne, "2021-10-21T11:00:00Z"),
            (chrono_tz::Pacific::Noumea, "2021-10-20T21:00:00Z"),
            (chrono_tz::America::Miquelon, "2021-10-21T10:00:00Z"),
        ] {
            assert_eq!(due(eve, first, zone), Some(at(first)), "{zone}");
        }
    }

    #[test]
    fn an_hour_that_a_day_leaves_out_is_its_next_and_a_day_left_out_has_none() {
        let apia = chrono_tz::Pacific::Apia;
        let left_out = Day::of(2011, 12, 30).unwrap();
        assert_eq!(Minute::OF_DIGEST.on(left_out, apia), None);
        // Lord Howe leaps half an hour, at two
        let howe = chrono_tz::Australia::Lord_Howe;
        let leap = Day::of(2021, 10, 3).unwrap();
        assert_eq!(
            minute("02:15").on(leap, howe),
            Some(at("2021-10-02T15:30:00Z"))
        );
    }
}
