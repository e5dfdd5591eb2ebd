//! The figures of a cost, in small whole numbers.

use super::super::cost::Cost;
use super::super::problem::{Dose, Problem};
use crate::domain::plan::claim::Tier;

/// How many figures a cost has.
pub(super) const LEVELS: usize = 4;

/// Units moved for treatments, for reserves and for all, and what is wasted beyond the least of
/// each dose, in the largest unit that measures it: compared in this order.
pub(super) type Figures = [i64; LEVELS];

/// The most that is measured. Choice: what is wasted beyond is no medicine.
const MOST: u64 = 1 << 36;

/// More units than a pool of a few claims moves. Choice: no dose is of so many.
const MOST_MOVED: i64 = 1 << 24;

/// How what is wasted is measured.
pub(super) struct Measure {
    /// What the doses waste at the least, in micrograms.
    least: u64,
    /// How many micrograms one is.
    unit: u64,
    /// The most that can be wasted, so measured.
    most: i64,
}

impl Measure {
    /// Finds the largest unit; nothing where more could be wasted than is measured.
    pub(super) fn new(problem: &Problem) -> Option<Self> {
        let mut measure = Self {
            least: 0,
            unit: 0,
            most: 0,
        };
        let mut most = 0_u64;
        for dose in &problem.doses {
            let least = least(dose);
            measure.least = measure.least.checked_add(least)?;
            let above = dose.ways.iter().map(|(_, wasted)| wasted - least);
            most = most.checked_add(above.clone().max().unwrap_or(0))?;
            measure.unit = above.fold(measure.unit, common);
        }
        measure.unit = measure.unit.max(1);
        let most = (most / measure.unit).min(MOST + 1);
        measure.most = i64::try_from(most).ok()?;
        (most <= MOST).then_some(measure)
    }

    /// Returns the figures of a cost.
    pub(super) fn figures(&self, cost: Cost) -> Option<Figures> {
        let above = cost.wasted_ug.checked_sub(self.least)? / self.unit;
        Some([
            i64::from(cost.crs),
            i64::from(cost.reserves),
            i64::from(cost.all),
            i64::try_from(above).ok()?,
        ])
    }

    /// Returns the figures of a cost, some more in one of them, the later ones whatever they may be.
    pub(super) fn target(&self, least: Cost, (level, more): (usize, i64)) -> Option<Figures> {
        let mut figures = self.figures(least)?;
        *figures.get_mut(level)? += more;
        let later = figures
            .iter_mut()
            .zip([MOST_MOVED, MOST_MOVED, MOST_MOVED, self.most]);
        for (slot, most) in later.skip(level + 1) {
            *slot = most;
        }
        Some(figures)
    }

    /// Returns the figures of a dose of which so many units move.
    pub(super) fn of(&self, dose: &Dose, moved: u32, wasted: u64) -> Option<Figures> {
        let above = wasted.checked_sub(least(dose))? / self.unit;
        let counts = |tier: Tier| if dose.tier == tier { moved } else { 0 };
        Some([
            i64::from(counts(Tier::Crs)),
            i64::from(counts(Tier::Reserve)),
            i64::from(moved),
            i64::try_from(above).ok()?,
        ])
    }
}

fn least(dose: &Dose) -> u64 {
    dose.ways.iter().map(|(_, w)| *w).min().unwrap_or(0)
}

/// Returns the greatest common divisor.
fn common(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { common(b, a % b) }
}
