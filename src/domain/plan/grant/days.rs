//! Days that no expiry tells apart are one class.
//!
//! A unit usable on a day is usable on every earlier one, so supply is counted from a class on:
//! a dose of a class takes one from that class's count and from every earlier one.

use crate::domain::calendar::Day;

/// The classes of a pool's days.
#[derive(Clone, Debug)]
pub(in crate::domain::plan) struct Days {
    /// The first day of each class, ascending; never empty.
    first: Vec<Day>,
}

impl Days {
    /// Tells `days` apart where one of `expiries` lies between two of them.
    pub(in crate::domain::plan) fn new(mut days: Vec<Day>, mut expiries: Vec<Day>) -> Self {
        days.sort_unstable();
        days.dedup();
        expiries.sort_unstable();
        let mut first: Vec<Day> = Vec::new();
        for (i, day) in days.iter().enumerate() {
            let before = i.checked_sub(1).and_then(|i| days.get(i));
            let apart = before.is_none_or(|before| {
                let at = expiries.partition_point(|e| e < before);
                expiries.get(at).is_some_and(|e| e < day)
            });
            if apart {
                first.push(*day);
            }
        }
        Self { first }
    }

    /// Returns the number of classes.
    pub(in crate::domain::plan) const fn len(&self) -> usize {
        self.first.len()
    }

    /// Returns the class of a day that was given to [`Days::new`].
    pub(in crate::domain::plan) fn class(&self, day: Day) -> usize {
        self.first.partition_point(|f| *f <= day).saturating_sub(1)
    }

    /// Returns the last class for which a unit of this expiry is usable.
    pub(in crate::domain::plan) fn reach(&self, expiry: Day) -> Option<usize> {
        self.first.partition_point(|f| *f <= expiry).checked_sub(1)
    }

    /// Returns a day of a class.
    pub(in crate::domain::plan) fn day(&self, class: usize) -> Option<Day> {
        self.first.get(class).copied()
    }
}
