//! How long a letter waits before it is tried again.

use std::time::Duration;

/// How long a letter waits after its first failure.
///
/// `Choice:` long enough for a mail server to restart, short enough for an alert.
pub const FIRST: Duration = Duration::from_secs(30);

/// The most a letter waits, before the jitter.
///
/// `Choice:` a server that comes back in the morning delivers within about an hour of that; longer
/// steps would make an alert useless, shorter ones gain nothing against an outage of a night.
pub const MOST: Duration = Duration::from_hours(1);

/// How far the jitter goes to both sides, in thousandths of the wait.
///
/// `Choice:` a fifth keeps letters that failed together from coming back together, and the order
/// of the steps stays: the longest wait of one (1.2 times) is below the shortest of the next (1.6).
const SPREAD: u64 = 200;

/// Returns how long to wait when a letter has failed `attempts` times: 30 s, then 1, 2, 4, 8, 16,
/// 32 minutes and 1 hour, each 20 % more or less.
///
/// `jitter` is any random number; the same one gives the same wait. No failure counts as one. The
/// longest answer is 1.2 hours: a limit laid after the jitter would bring half of the letters back
/// in the same second.
pub fn next_attempt(attempts: u32, jitter: u64) -> Duration {
    let doublings = attempts.saturating_sub(1).min(16);
    let wait = FIRST.saturating_mul(1 << doublings).min(MOST);
    let milliseconds = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
    let thousandths = 1_000 - SPREAD + jitter % (2 * SPREAD + 1);
    Duration::from_millis(milliseconds.saturating_mul(thousandths) / 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The random number whose jitter is none.
    const STILL: u64 = SPREAD;

    #[test]
    fn waits_double_up_to_an_hour() {
        let waits: Vec<u64> = (1..=9).map(|n| next_attempt(n, STILL).as_secs()).collect();
        assert_eq!(waits, [30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600]);
        assert_eq!(next_attempt(0, STILL), FIRST);
        assert_eq!(next_attempt(u32::MAX, STILL), MOST);
    }

    #[test]
    fn jitter_reaches_a_fifth_to_both_sides() {
        assert_eq!(next_attempt(1, 0).as_secs(), 24);
        assert_eq!(next_attempt(1, 2 * SPREAD).as_secs(), 36);
        assert_eq!(next_attempt(1, 2 * SPREAD + 1).as_secs(), 24);
    }

    proptest! {
        #[test]
        fn a_wait_is_never_more_than_a_fifth_off(attempts: u32, jitter: u64) {
            let still = next_attempt(attempts, STILL);
            let wait = next_attempt(attempts, jitter);
            prop_assert!(wait * 10 >= still * 8 && wait * 10 <= still * 12);
        }
    }
}
