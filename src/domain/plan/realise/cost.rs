//! What a realisation costs, first things first.

use super::super::claim::Tier;

/// Units moved for treatments, for reserves and for anything, then micrograms wasted: compared in
/// this order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::domain::plan) struct Cost {
    pub(in crate::domain::plan) crs: u32,
    pub(in crate::domain::plan) reserves: u32,
    pub(in crate::domain::plan) all: u32,
    pub(in crate::domain::plan) wasted_ug: u64,
}

impl Cost {
    /// Returns the cost of one dose.
    pub(in crate::domain::plan) fn of(tier: Tier, moved: u32, wasted_ug: u64) -> Self {
        let counts = |t: Tier| if t == tier { moved } else { 0 };
        Self {
            crs: counts(Tier::Crs),
            reserves: counts(Tier::Reserve),
            all: moved,
            wasted_ug,
        }
    }

    /// Whether each figure is at most the other's.
    pub(super) const fn nowhere_above(self, other: Self) -> bool {
        self.crs <= other.crs
            && self.reserves <= other.reserves
            && self.all <= other.all
            && self.wasted_ug <= other.wasted_ug
    }

    /// Returns this bound on what costs `value`, raised to what no realisation costs less than: of the
    /// figures in their order, as far as those before it are met.
    pub(super) fn raised(self, value: Self, least: Self) -> Self {
        let mut raised = self;
        raised.crs = raised.crs.max(least.crs);
        if value.crs == least.crs {
            raised.reserves = raised.reserves.max(least.reserves);
            if value.reserves == least.reserves {
                raised.all = raised.all.max(least.all);
                if value.all == least.all {
                    raised.wasted_ug = raised.wasted_ug.max(least.wasted_ug);
                }
            }
        }
        raised
    }

    /// Returns both together.
    pub(in crate::domain::plan) const fn plus(self, other: Self) -> Self {
        Self {
            crs: self.crs.saturating_add(other.crs),
            reserves: self.reserves.saturating_add(other.reserves),
            all: self.all.saturating_add(other.all),
            wasted_ug: self.wasted_ug.saturating_add(other.wasted_ug),
        }
    }
}
