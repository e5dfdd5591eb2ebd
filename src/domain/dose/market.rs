//! The search for good prices.
//!
//! A bid is what all doses take when each is made at its cheapest; bids mixed in shares make a
//! fractional plan, and prices are good when no further bid improves the best mix. This is the
//! simplex method with columns made on demand: one row a strength, bounded by the pool. It counts
//! in fixed point, since the prices need not be the very best: whatever comes out is rounded to
//! whole numbers and is a true bound all the same.

use super::counts::{Counts, WIDTH};

/// The scale of prices: the dearest strength costs this.
pub(in crate::domain) const DEAREST: u64 = 1 << 24;
/// The bits behind the point.
const POINT: u32 = 40;
const ONE: i128 = 1 << POINT;
/// What is taken for nothing.
const DUST: i128 = 1 << 16;

/// The mix of bids so far.
#[derive(Debug)]
pub(in crate::domain) struct Market {
    pool: Counts,
    rows: [Row; WIDTH],
    /// What each strength's whole pool is worth.
    worth: [i128; WIDTH],
    /// How many bids were taken.
    bids: usize,
    /// For each row, which bid stands in it.
    basis: [Option<usize>; WIDTH],
}

/// A part of a whole.
#[derive(Clone, Copy, Debug)]
pub(in crate::domain) struct Share {
    of: i128,
    all: i128,
}

impl Share {
    /// Returns this part of a number, rounded down.
    pub(in crate::domain) fn part(&self, n: u32) -> u32 {
        let part = i128::from(n).checked_mul(self.of);
        let part = part.and_then(|p| p.checked_div(self.all)).unwrap_or(0);
        u32::try_from(part).unwrap_or(0)
    }
}

/// One row of the inverse basis, and what is left on its right-hand side.
#[derive(Clone, Copy, Debug, Default)]
struct Row {
    inverse: [i128; WIDTH],
    rest: i128,
}

impl Market {
    /// Opens a market for what there is.
    pub(in crate::domain) fn new(pool: Counts) -> Self {
        let mut rows = [Row::default(); WIDTH];
        for (i, row) in rows.iter_mut().enumerate() {
            row.rest = ONE;
            if let Some(one) = row.inverse.get_mut(i) {
                *one = ONE;
            }
        }
        Self {
            pool,
            rows,
            worth: [0; WIDTH],
            bids: 0,
            basis: [None; WIDTH],
        }
    }

    /// Returns the best mix of the bids so far: the place of each bid, from 0, and its share in
    /// parts of their sum.
    pub(in crate::domain) fn mix(&self) -> Vec<(usize, Share)> {
        let each = self.basis.iter().zip(&self.rows);
        let each = each.filter_map(|(bid, row)| Some(((*bid)?, row.rest.max(0))));
        let shares: Vec<(usize, i128)> = each.filter(|(_, rest)| *rest > 0).collect();
        let all = shares.iter().map(|(_, share)| *share).sum();
        let share = |(bid, of): (usize, i128)| (bid, Share { of, all });
        shares.into_iter().map(share).collect()
    }

    /// Takes what all doses would use at the last prices; returns new prices, or nothing when
    /// these cannot be improved.
    pub(in crate::domain) fn bid(&mut self, used: &Counts) -> Option<[u64; WIDTH]> {
        let bid = self.bids;
        self.bids += 1;
        let mut column = [0; WIDTH];
        for ((slot, n), there) in column.iter_mut().zip(&used.0).zip(&self.pool.0) {
            // of what is not there, any is far too much
            *slot = match there {
                0 => i128::from(*n) * ONE * 16,
                _ => i128::from(*n) * ONE / i128::from(*there),
            };
        }
        let gain = ONE.checked_sub(dot(&self.worth, &column)?)?;
        if gain <= DUST {
            return None;
        }
        let mut slopes = [0; WIDTH];
        for (slope, row) in slopes.iter_mut().zip(&self.rows) {
            *slope = dot(&row.inverse, &column)?;
        }
        let steep = slopes.iter().zip(&self.rows).enumerate();
        let (leaving, slope, row) = steep
            .filter(|(_, (slope, _))| **slope > DUST)
            .map(|(i, (slope, row))| (i, *slope, *row))
            .min_by_key(|(_, slope, row)| row.rest.saturating_mul(ONE) / slope)?;
        let mut entering = row;
        for x in entering.inverse.iter_mut().chain([&mut entering.rest]) {
            *x = x.checked_mul(ONE)? / slope;
        }
        if let Some(slot) = self.basis.get_mut(leaving) {
            *slot = Some(bid);
        }
        for (i, (row, slope)) in self.rows.iter_mut().zip(&slopes).enumerate() {
            if i == leaving {
                *row = entering;
                continue;
            }
            for (x, y) in row.inverse.iter_mut().zip(&entering.inverse) {
                *x = x.checked_sub(times(*slope, *y)?)?;
            }
            row.rest = row.rest.checked_sub(times(*slope, entering.rest)?)?.max(0);
        }
        for (x, y) in self.worth.iter_mut().zip(&entering.inverse) {
            *x = x.checked_add(times(gain, *y)?)?;
        }
        self.prices()
    }

    /// Returns the price of one vial of each strength, the dearest at [`DEAREST`].
    fn prices(&self) -> Option<[u64; WIDTH]> {
        let each = self.worth.iter().zip(&self.pool.0);
        let each: Vec<i128> = each
            .map(|(worth, there)| match there {
                0 => worth.max(&0).saturating_mul(256),
                _ => worth.max(&0).saturating_mul(16) / i128::from(*there),
            })
            .collect();
        let dearest = each.iter().copied().max().filter(|most| *most > 0)?;
        let mut prices = [0; WIDTH];
        for (price, x) in prices.iter_mut().zip(each) {
            let scaled = x.checked_mul(i128::from(DEAREST))? / dearest;
            *price = u64::try_from(scaled).ok()?;
        }
        Some(prices)
    }
}

fn times(a: i128, b: i128) -> Option<i128> {
    Some(a.checked_mul(b)? >> POINT)
}

fn dot(a: &[i128; WIDTH], b: &[i128; WIDTH]) -> Option<i128> {
    a.iter()
        .zip(b)
        .try_fold(0_i128, |sum, (a, b)| sum.checked_add(times(*a, *b)?))
}
