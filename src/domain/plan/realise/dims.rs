//! What is left of each strength, from each class of days on that its expiries tell apart.

use super::super::grant::ways::{Count, WIDTH};
use super::problem::Problem;

/// Where each strength's counts stand in a row of numbers.
#[derive(Debug)]
pub(super) struct Dims {
    /// For each strength the classes from which on its supply is counted, ascending.
    from: Vec<Vec<usize>>,
    /// For each strength the place of its first count.
    at: Vec<usize>,
    /// How many counts there are.
    pub(super) len: usize,
}

impl Dims {
    /// Tells classes of granted doses apart where a strength has less for the later one.
    pub(super) fn new(problem: &Problem) -> Self {
        let mut classes: Vec<usize> = problem.doses.iter().map(|d| d.class).collect();
        classes.sort_unstable();
        classes.dedup();
        let supply = problem.supply(None);
        let usable = |class: usize, place: usize| {
            let row = supply.get(class);
            row.and_then(|r| r.get(place)).copied().unwrap_or(0)
        };
        let mut dims = Self {
            from: Vec::new(),
            at: Vec::new(),
            len: 0,
        };
        for place in 0..problem.strengths.len().min(WIDTH) {
            let mut from: Vec<usize> = Vec::new();
            for class in &classes {
                let apart = from
                    .last()
                    .is_none_or(|last| usable(*class, place) < usable(*last, place));
                if apart {
                    from.push(*class);
                }
            }
            dims.at.push(dims.len);
            dims.len += from.len();
            dims.from.push(from);
        }
        dims
    }

    /// Returns how many strengths there are.
    pub(super) fn strengths(&self) -> usize {
        self.at.len()
    }

    /// Returns the places that a dose of a class takes a strength from.
    pub(super) fn taken(&self, strength: usize, class: usize) -> std::ops::Range<usize> {
        let at = self.at.get(strength).copied().unwrap_or(0);
        let from = self.from.get(strength).map_or(&[][..], |f| f);
        at..at + from.partition_point(|c| *c <= class)
    }

    /// Returns all places of a strength.
    pub(super) fn of(&self, strength: usize) -> std::ops::Range<usize> {
        self.taken(strength, usize::MAX)
    }

    /// Returns the place that says what a strength has from a class on.
    pub(super) fn from(&self, strength: usize, class: usize) -> Option<usize> {
        self.taken(strength, class).last()
    }

    /// Lays out a supply.
    pub(super) fn lay(&self, supply: &[Count]) -> Vec<u32> {
        let mut counts = vec![0; self.len];
        for (strength, from) in self.from.iter().enumerate() {
            for (class, place) in from.iter().zip(self.of(strength)) {
                let n = supply.get(*class).and_then(|row| row.get(strength));
                if let (Some(slot), Some(n)) = (counts.get_mut(place), n) {
                    *slot = *n;
                }
            }
        }
        counts
    }
}
