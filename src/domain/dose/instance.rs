//! One question put in order: needs from the latest day back, vials as they become usable.
//!
//! A vial usable on a day is usable on every earlier one. Going from the latest day to the
//! earliest, the pool therefore only grows, and which of two equal vials is taken does not matter:
//! a count for each strength says all.

use super::counts::{Counts, WIDTH};
use super::{MOST_MASS, MOST_NEEDS, MOST_STRENGTHS, MOST_VIALS_A_DOSE, Need, Unsolved, Vial};
use crate::domain::quantity::Mg;
use std::cmp::Reverse;

/// The most cells of the grid on which costs are computed.
///
/// Choice: real strengths need a few hundred at most (800 mg in steps of 40 mg are 20); beyond,
/// the grid is coarser, and its bounds a little weaker but still true.
const MOST_CELLS: u64 = 4_096;

/// A question in order. Needs of nothing are not in it.
#[derive(Clone, Debug)]
pub(super) struct Instance {
    /// The strengths in micrograms, ascending, distinct, none zero, at most [`WIDTH`].
    pub(super) strengths: Vec<u64>,
    /// The needs, latest day first, larger ones first within a day.
    pub(super) steps: Vec<Step>,
    /// The grid for costs.
    pub(super) grid: Grid,
}

/// One need in its turn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// Its place in the list that was asked.
    pub(super) index: usize,
    /// The need in micrograms, raised to the next total that whole vials can have (if known).
    pub(super) need: u64,
    /// The vials that join the pool just before it.
    pub(super) arrive: Counts,
    /// More than this many are never needed from here on, with one to spare for this need.
    pub(super) cap: Counts,
}

/// Needs and strengths as whole cells: strengths rounded up, needs down, unless `exact`.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    unit: u64,
    exact: bool,
    /// The strengths in cells.
    pub(super) strengths: Vec<usize>,
    /// The greatest need in cells.
    pub(super) most: usize,
}

impl Grid {
    fn new(strengths: &[u64], most_need: u64) -> Self {
        let common = strengths.iter().copied().fold(0, gcd).max(1);
        let exact = most_need.div_ceil(common) <= MOST_CELLS;
        let unit = if exact {
            common
        } else {
            most_need.div_ceil(MOST_CELLS)
        };
        let cells = |ug: u64| usize::try_from(ug).unwrap_or(usize::MAX);
        let mut grid = Self {
            unit,
            exact,
            strengths: strengths.iter().map(|s| cells(s.div_ceil(unit))).collect(),
            most: 0,
        };
        grid.most = grid.cell(most_need);
        grid
    }

    /// Returns the cell of a need.
    pub(super) fn cell(&self, need: u64) -> usize {
        let cell = if self.exact {
            need.div_ceil(self.unit)
        } else {
            need / self.unit
        };
        usize::try_from(cell).unwrap_or(usize::MAX)
    }
}

impl Instance {
    /// Puts a question in order; `fresh` are strengths that may be added.
    pub(super) fn new<K>(
        needs: &[Need],
        vials: &[Vial<K>],
        fresh: &[Mg],
    ) -> Result<Self, Unsolved> {
        if needs.len() > MOST_NEEDS {
            return Err(Unsolved::Needs { found: needs.len() });
        }
        Self::of_many(needs, vials, fresh)
    }

    /// Puts a question in order, however many needs it has.
    pub(super) fn of_many<K>(
        needs: &[Need],
        vials: &[Vial<K>],
        fresh: &[Mg],
    ) -> Result<Self, Unsolved> {
        let masses = needs.iter().map(|n| n.mg).chain(fresh.iter().copied());
        let mut masses = masses.chain(vials.iter().map(|v| v.strength));
        if let Some(found) = masses.find(|m| *m > MOST_MASS) {
            return Err(Unsolved::Mass { found });
        }
        let mut order: Vec<(Reverse<_>, Reverse<u64>, usize)> = needs
            .iter()
            .enumerate()
            .filter(|(_, need)| need.mg > Mg::ZERO)
            .map(|(i, need)| (Reverse(need.on), Reverse(need.mg.ug()), i))
            .collect();
        order.sort_unstable();
        let earliest = order.last().map(|(day, ..)| day.0);
        let mut coming: Vec<&Vial<K>> = vials
            .iter()
            .filter(|v| v.strength > Mg::ZERO && v.units.get() > 0)
            .filter(|v| earliest.is_some_and(|day| v.expiry >= day))
            .collect();
        coming.sort_by_key(|v| Reverse(v.expiry));

        let mut strengths: Vec<u64> = coming.iter().map(|v| v.strength.ug()).collect();
        strengths.extend(fresh.iter().map(|s| s.ug()).filter(|s| *s > 0));
        strengths.sort_unstable();
        strengths.dedup();
        if strengths.len() > MOST_STRENGTHS {
            return Err(Unsolved::Strengths {
                found: strengths.len(),
            });
        }
        let most_need = order.iter().map(|(_, need, _)| need.0).max().unwrap_or(0);
        if let Some(least) = strengths.first()
            && most_need.div_ceil(*least) > u64::from(MOST_VIALS_A_DOSE)
        {
            return Err(Unsolved::VialsADose {
                need: Mg::from_ug(most_need),
                strength: Mg::from_ug(*least),
            });
        }

        let grid = Grid::new(&strengths, most_need);
        let totals = grid.totals();
        let mut coming = coming.into_iter().peekable();
        let mut steps = Vec::with_capacity(order.len());
        for (Reverse(day), Reverse(need), index) in order {
            let mut arrive = Counts::default();
            while let Some(vial) = coming.next_if(|v| v.expiry >= day) {
                if let Ok(place) = strengths.binary_search(&vial.strength.ug()) {
                    let n = arrive.at(place).saturating_add(vial.units.get());
                    arrive.set(place, n);
                }
            }
            let reached = totals.get(grid.cell(need)).copied().flatten();
            steps.push(Step {
                index,
                need: reached.unwrap_or(need).max(need),
                arrive,
                cap: Counts::default(),
            });
        }
        let mut cap = Counts::default();
        for step in steps.iter_mut().rev() {
            cap = cap.plus(&enough(&strengths, step.need));
            step.cap = cap;
        }
        // what can never be needed is left aside at once, so that sums stay small
        for step in &mut steps {
            step.arrive = step.arrive.at_most(&cap);
        }
        Ok(Self {
            strengths,
            steps,
            grid,
        })
    }
}

impl Instance {
    /// Returns how many of the needs the milligrams of all vials could make, all needs being
    /// equal: a bound from above.
    pub(super) fn most_by_mass(&self) -> usize {
        let pool = self
            .steps
            .iter()
            .fold(Counts::default(), |p, s| p.plus(&s.arrive));
        let held = self.strengths.iter().zip(&pool.0);
        let held: u128 = held.map(|(s, n)| u128::from(*s) * u128::from(*n)).sum();
        let need = self.steps.first().map_or(0, |s| u128::from(s.need));
        let doses = held.checked_div(need).unwrap_or(u128::MAX);
        usize::try_from(doses).unwrap_or(usize::MAX).min(MOST_NEEDS)
    }
}

impl Grid {
    /// Returns for each cell the least total, in micrograms, that whole vials can have at or above
    /// it; nothing on a grid that is not exact, or when there are no vials.
    fn totals(&self) -> Vec<Option<u64>> {
        let mut reach = vec![None; if self.exact { self.most + 1 } else { 0 }];
        for cell in 0..reach.len() {
            let least = self
                .strengths
                .iter()
                .filter_map(|s| match cell.checked_sub(*s) {
                    // a strength of a million cells covers on its own
                    None | Some(0) if cell > 0 => u64::try_from(*s).ok()?.checked_mul(self.unit),
                    None => None,
                    Some(rest) => {
                        let rest: u64 = reach.get(rest).copied().flatten()?;
                        rest.checked_add(u64::try_from(*s).ok()?.checked_mul(self.unit)?)
                    }
                })
                .min();
            if let Some(slot) = reach.get_mut(cell) {
                *slot = if cell == 0 { Some(0) } else { least };
            }
        }
        reach
    }
}

/// Returns, for each strength, how many more than suffice for a need: one is left over for sure.
pub(super) fn enough(strengths: &[u64], need: u64) -> Counts {
    let mut counts = Counts::default();
    for (place, strength) in strengths.iter().enumerate().take(WIDTH) {
        let n = need.div_ceil(*strength).saturating_add(1);
        counts.set(place, u32::try_from(n).unwrap_or(u32::MAX));
    }
    counts
}

/// Returns the greatest common divisor; that of a number and zero is the number.
pub(super) const fn gcd(a: u64, b: u64) -> u64 {
    let (mut a, mut b) = (a, b);
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}
