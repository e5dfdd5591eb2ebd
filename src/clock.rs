//! The clock: the one place where the time of day is read.

use crate::domain::calendar::{Instant, to_micros};
use chrono::{TimeDelta, Utc};

/// What tells the time.
#[derive(Clone, Copy, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that showed `start` when it was set going, and runs as fast as the real one.
    Simulated {
        /// What it showed.
        start: Instant,
        /// When it was set going.
        since: std::time::Instant,
    },
}

impl Clock {
    /// Sets a simulated clock going at `start`.
    pub fn starting_at(start: Instant) -> Self {
        Self::Simulated {
            start,
            since: std::time::Instant::now(),
        }
    }

    /// Returns the time, to the microsecond.
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    pub fn now(&self) -> Instant {
        match self {
            Self::System => to_micros(Utc::now()),
            Self::Simulated { start, since } => {
                to_micros(*start + TimeDelta::from_std(since.elapsed()).unwrap_or(TimeDelta::MAX))
            }
        }
    }

    /// Returns whether it shows another time than the world's.
    pub const fn is_simulated(&self) -> bool {
        matches!(self, Self::Simulated { .. })
    }
}
