//! What time it is: read at the doors and passed in, never asked for further inside.

use crate::domain::calendar::{Instant, to_micros};
use chrono::{TimeDelta, Utc};
use std::time;

/// Where a process has its time from. Copies tell the same time.
#[derive(Clone, Copy, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A time of its own, for demonstrations: it begins at an instant and runs as real time does.
    Simulated {
        /// What it told first.
        start: Instant,
        /// When that was.
        since: time::Instant,
    },
}

impl Clock {
    /// A clock that tells `start` now, and runs from there.
    pub fn simulated(start: Instant) -> Self {
        Self::Simulated {
            start: to_micros(start),
            since: time::Instant::now(),
        }
    }

    /// Returns whether it tells another time than the world's.
    pub const fn is_simulated(&self) -> bool {
        matches!(self, Self::Simulated { .. })
    }

    /// Returns the time, to the microsecond: what both databases keep.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the machine's clock"
    )]
    pub fn now(&self) -> Instant {
        match self {
            Self::System => to_micros(Utc::now()),
            Self::Simulated { start, since } => {
                let run = TimeDelta::from_std(since.elapsed()).unwrap_or(TimeDelta::MAX);
                let now = start.checked_add_signed(run);
                now.map_or(Instant::MAX_UTC, to_micros)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_simulated_clock_begins_where_it_is_told_and_runs() {
        let start = "2021-10-20T06:00:00Z".parse().unwrap();
        let clock = Clock::simulated(start);
        let first = clock.now();
        assert!(first >= start && first < start + TimeDelta::hours(1));
        while clock.now() == first {
            std::hint::spin_loop();
        }
        assert!(clock.now() > first);
    }

    #[test]
    fn the_system_clock_tells_microseconds() {
        let now = Clock::System.now();
        assert_eq!(now, to_micros(now));
    }
}
