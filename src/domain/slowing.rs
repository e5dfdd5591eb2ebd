//! How long whoever tries a password again must wait.
//!
//! Failures are counted of three things. Of an **account**, whoever tries it: that slows somebody who guesses.
//! Of a **device** on which its owner signed in before: there the owner's own failures count and nobody
//! else's, so that a stranger who guesses all night locks no pharmacist out. Of a network **address**, so that
//! one password tried on every account is slowed too; generously, since a hospital has one address for all.

use super::calendar::Instant;
use chrono::TimeDelta;

/// Of what failures are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Of an account.
    Account,
    /// Of an account on a device on which its owner signed in before.
    Device,
    /// Of a network address.
    Address,
}

impl Counted {
    /// Returns how many failures in a row cost no waiting.
    ///
    /// Choice: five are a hand that slips and a keyboard in the other language; ten where the owner is known
    /// to sit; sixty for an address behind which a whole hospital starts its day.
    pub const fn free(self) -> i64 {
        match self {
            Self::Account => 5,
            Self::Device => 10,
            Self::Address => 60,
        }
    }

    /// Returns after how long without a failure those before are forgotten.
    ///
    /// Choice: a day for an account, so that nights do not start afresh; an hour for what many share.
    pub const fn memory(self) -> TimeDelta {
        match self {
            Self::Account | Self::Device => TimeDelta::days(1),
            Self::Address => TimeDelta::hours(1),
        }
    }
}

/// The longest wait.
///
/// Choice: a quarter of an hour, some hundred guesses a day, where a password that may be set is none of the
/// tens of thousands that are guessed first. No account is ever shut: whoever has a shortage before them waits
/// for no longer, on a device of theirs not at all, and never past a letter that sets a new password.
const MOST: TimeDelta = TimeDelta::minutes(15);

/// Returns how long must be waited after so many failures in a row: doubled with each, from two seconds.
pub fn wait(counted: Counted, failures: i64) -> TimeDelta {
    let beyond = failures.saturating_sub(counted.free());
    match beyond {
        ..=0 => TimeDelta::zero(),
        n @ 1..=9 => TimeDelta::seconds(1_i64 << n),
        10.. => MOST,
    }
}

/// Failures in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failures {
    /// How many.
    pub count: i64,
    /// When the last was.
    pub last_at: Instant,
    /// Until when no other attempt is looked at.
    pub wait_until: Instant,
}

impl Failures {
    /// Returns how long must still be waited, if at all.
    pub fn still(&self, now: Instant) -> Option<TimeDelta> {
        (now < self.wait_until).then(|| self.wait_until - now)
    }

    /// Returns what stands after one failure more.
    pub fn one_more(counted: Counted, before: Option<Self>, now: Instant) -> Self {
        let remembered = before.filter(|b| now - b.last_at < counted.memory());
        let count = remembered.map_or(0, |b| b.count).saturating_add(1);
        Self {
            count,
            last_at: now,
            wait_until: now + wait(counted, count),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_failures_cost_nothing_and_the_next_ever_more_up_to_a_quarter_of_an_hour() {
        let seconds: Vec<i64> = (1..=17)
            .map(|n| wait(Counted::Account, n).num_seconds())
            .collect();
        assert_eq!(
            seconds,
            [
                0, 0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900
            ]
        );
        assert_eq!(wait(Counted::Account, i64::MAX), MOST);
        assert_eq!(wait(Counted::Address, 60), TimeDelta::zero());
    }

    #[test]
    fn a_day_lets_fewer_than_a_hundred_and_twenty_guesses_through() {
        let mut now: Instant = "2021-10-20T06:00:00Z".parse().unwrap();
        let (end, mut failures, mut guesses) = (now + TimeDelta::days(1), None, 0);
        while now < end {
            let after = Failures::one_more(Counted::Account, failures, now);
            guesses += 1;
            now = after.wait_until;
            failures = Some(after);
        }
        assert!(guesses < 120, "{guesses}");
    }

    #[test]
    fn failures_are_forgotten_when_none_was_added_for_long() {
        let now: Instant = "2021-10-20T06:00:00Z".parse().unwrap();
        let before = Failures {
            count: 30,
            last_at: now,
            wait_until: now,
        };
        let later = |hours| {
            Failures::one_more(
                Counted::Account,
                Some(before),
                now + TimeDelta::hours(hours),
            )
        };
        assert_eq!(later(23).count, 31);
        assert_eq!(later(24).count, 1);
    }
}
