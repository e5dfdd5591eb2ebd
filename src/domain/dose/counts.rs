//! How many vials of each strength: the state of a pool, the use of a dose.

/// The most strengths there can be.
pub(super) const WIDTH: usize = 8;

/// A number of vials for each strength, smallest strength first; unused places are zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::domain) struct Counts(pub(super) [u32; WIDTH]);

impl Counts {
    /// Returns how many of the strength at `place`.
    pub(in crate::domain) fn at(&self, place: usize) -> u32 {
        self.0.get(place).copied().unwrap_or(0)
    }

    /// Sets how many of the strength at `place`.
    pub(in crate::domain) fn set(&mut self, place: usize, n: u32) {
        if let Some(slot) = self.0.get_mut(place) {
            *slot = n;
        }
    }

    /// Returns the two together.
    pub(super) fn plus(self, other: &Self) -> Self {
        self.with(other, u32::saturating_add)
    }

    /// Returns what is left when `other` is taken, nothing where there is too little.
    pub(super) fn minus(self, other: &Self) -> Self {
        self.with(other, u32::saturating_sub)
    }

    /// Returns the lesser of each.
    pub(super) fn at_most(self, other: &Self) -> Self {
        self.with(other, u32::min)
    }

    /// Returns the greater of each.
    pub(super) fn at_least(self, other: &Self) -> Self {
        self.with(other, u32::max)
    }

    /// Whether there is enough for `other`.
    pub(super) fn covers(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(a, b)| a >= b)
    }

    /// Returns how many times `other` is in it; none when `other` is nothing.
    pub(super) fn times_within(&self, other: &Self) -> u32 {
        let each = self.0.iter().zip(&other.0);
        let times = each.filter_map(|(there, n)| there.checked_div(*n));
        times.min().unwrap_or(0)
    }

    /// Returns the worth of all vials at these prices.
    pub(super) fn worth(&self, prices: &[u64; WIDTH]) -> u64 {
        self.0
            .iter()
            .zip(prices)
            .fold(0, |sum, (n, price)| sum + u64::from(*n) * price)
    }

    /// Returns the number of vials.
    pub(super) fn sum(&self) -> u32 {
        self.0.iter().fold(0, |sum, n| sum.saturating_add(*n))
    }

    fn with(mut self, other: &Self, join: fn(u32, u32) -> u32) -> Self {
        for (a, b) in self.0.iter_mut().zip(&other.0) {
            *a = join(*a, *b);
        }
        self
    }
}
