//! Single units: whether courses can be met together.
//!
//! A unit serves a patient old enough for its presentation, on a day on which it is in date. Both
//! are nested (who may use a presentation for adults may use one for children; what is usable on a
//! day is usable before), so Hall's condition needs few sets: for days t₁ ≤ t₂ ≤ …, one for each
//! presentation from the least age up, the units demanded by patients of age class k from day tₖ
//! on are at most the units of presentation k usable on day tₖ, summed up over all k.

use super::days::Days;

/// Presentations of one route, by the least age.
#[derive(Clone, Debug)]
pub(in crate::domain::plan) struct UnitPool {
    /// For each age class and class of days, units usable from then on less units demanded.
    slack: Vec<Vec<i64>>,
}

impl UnitPool {
    /// Starts with what there is: `(age class, last class of days, units)`.
    pub(in crate::domain::plan) fn new(
        ages: usize,
        days: &Days,
        supply: impl Iterator<Item = (usize, usize, u32)>,
    ) -> Self {
        let mut pool = Self {
            slack: vec![vec![0; days.len()]; ages],
        };
        for (age, reach, units) in supply {
            pool.add(age, reach, i64::from(units));
        }
        pool
    }

    /// Adds to what is usable in an age class up to a class of days.
    fn add(&mut self, age: usize, upto: usize, units: i64) {
        if let Some(row) = self.slack.get_mut(age) {
            for slot in row.iter_mut().take(upto + 1) {
                *slot += units;
            }
        }
    }

    /// Grants a course, one unit in each of these classes of days, when it can be met together
    /// with all granted before; else returns how many units more would do, fit for everybody.
    pub(in crate::domain::plan) fn grant(
        &mut self,
        age: usize,
        days: impl Iterator<Item = usize> + Clone,
    ) -> Result<(), u32> {
        for class in days.clone() {
            self.add(age, class, -1);
        }
        let missing = self.missing();
        if missing == 0 {
            return Ok(());
        }
        for class in days {
            self.add(age, class, 1);
        }
        Err(u32::try_from(missing).unwrap_or(u32::MAX))
    }

    /// Returns by how much Hall's condition is broken at the worst.
    fn missing(&self) -> i64 {
        let days = self.slack.first().map_or(0, Vec::len);
        // the least sum for the age classes so far, the last one's day being this or an earlier
        // one; at the end stands "no day at all", where nothing is demanded
        let mut least = vec![0_i64; days + 1];
        for row in &self.slack {
            let mut so_far = i64::MAX;
            for (class, slot) in least.iter_mut().enumerate() {
                so_far = so_far.min(*slot);
                *slot = so_far + row.get(class).copied().unwrap_or(0);
            }
        }
        -least.into_iter().min().unwrap_or(0).min(0)
    }
}
