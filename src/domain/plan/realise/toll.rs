//! Tolls: prices on what the pool has, and the bound from below that they give.
//!
//! Let every site pay a toll for each unit it takes. What all sites pay at the least, less what the
//! tolls of the whole pool come to, is never more than the cheapest realisation costs. Good tolls
//! are found by raising those of what is asked for too much; any tolls give a true bound.

use super::cost::Cost;
use super::options::SiteOption;

/// The most rounds of raising and lowering. Choice: by trial.
const ROUNDS: u32 = 400;
/// How many tolls are kept. Choice: by trial.
const KEPT: usize = 6;

/// What one unit of each count costs, in the unit of [`Cost::scalar`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Toll {
    of: Vec<i128>,
}

impl Toll {
    /// Returns what an option costs with its tolls.
    pub(super) fn cost(&self, option: &SiteOption) -> i128 {
        option.cost.scalar() + self.worth(&option.taken)
    }

    /// Returns the tolls of some units.
    pub(super) fn worth(&self, units: &[u16]) -> i128 {
        let each = self.of.iter().zip(units);
        each.map(|(toll, n)| toll * i128::from(*n)).sum()
    }

    /// Returns for each site the least that one of its options costs.
    pub(super) fn least(&self, sites: &[Vec<SiteOption>]) -> Vec<i128> {
        let cheapest = |site: &Vec<SiteOption>| site.iter().map(|o| self.cost(o)).min();
        sites.iter().map(|s| cheapest(s).unwrap_or(0)).collect()
    }

    /// Returns the bound, and what the cheapest options take beyond what there is.
    fn bound(&self, sites: &[Vec<SiteOption>], all: &[u16]) -> (i128, Vec<i128>) {
        let mut bound = -self.worth(all);
        let mut beyond: Vec<i128> = all.iter().map(|n| -i128::from(*n)).collect();
        for site in sites {
            let cheapest = site.iter().map(|o| (self.cost(o), o));
            if let Some((cost, option)) = cheapest.min_by_key(|(cost, _)| *cost) {
                bound += cost;
                for (slot, n) in beyond.iter_mut().zip(&option.taken) {
                    *slot += i128::from(*n);
                }
            }
        }
        (bound, beyond)
    }
}

/// The tolls in force.
#[derive(Clone, Debug, Default)]
pub(super) struct Tolls {
    pub(super) kept: Vec<Toll>,
    /// For each toll and turn, what the sites from that turn on cost at the least.
    least: Vec<Vec<i128>>,
}

impl Tolls {
    /// Looks for tolls that give a high bound; `limit` is a cost that is known to be possible.
    pub(super) fn find(sites: &[Vec<SiteOption>], all: &[u16], limit: Cost) -> Self {
        let mut toll = Toll {
            of: vec![0; all.len()],
        };
        let mut kept: Vec<(i128, Toll)> = Vec::new();
        let mut best = toll.clone();
        let mut best_bound = i128::MIN;
        // steps in parts of 1024 of the whole gap
        let mut part = 1024_i128;
        let mut idle = 0;
        for _ in 0..ROUNDS {
            let (bound, beyond) = toll.bound(sites, all);
            if bound > best_bound {
                best_bound = bound;
                best = toll.clone();
                kept.push((bound, toll.clone()));
                idle = 0;
            } else {
                idle += 1;
                if idle >= 12 {
                    idle = 0;
                    part /= 2;
                    toll = best.clone();
                    if part == 0 {
                        break;
                    }
                    continue;
                }
            }
            let square: i128 = beyond.iter().map(|b| b * b).sum();
            let gap = limit.scalar() - bound;
            if square == 0 || gap <= 0 {
                break;
            }
            for (slot, beyond) in toll.of.iter_mut().zip(&beyond) {
                *slot = (*slot + gap / 1024 * part * beyond / square).max(0);
            }
        }
        kept.sort_by_key(|(bound, _)| std::cmp::Reverse(*bound));
        kept.dedup_by(|a, b| a.1 == b.1);
        kept.truncate(KEPT);
        Self {
            kept: kept.into_iter().map(|(_, toll)| toll).collect(),
            least: Vec::new(),
        }
    }

    /// Sums up what the sites from each turn on cost at the least.
    pub(super) fn lay(&mut self, sites: &[Vec<SiteOption>]) {
        self.least = self
            .kept
            .iter()
            .map(|toll| {
                let mut from = vec![0; sites.len() + 1];
                let mut sum = 0;
                for (turn, least) in toll.least(sites).iter().enumerate().rev() {
                    sum += least;
                    from.iter_mut().skip(turn).take(1).for_each(|s| *s = sum);
                }
                from
            })
            .collect();
    }

    /// Returns what a history costs at the least when the sites from `turn` on share what is left.
    pub(super) fn bound(&self, turn: usize, left: &[u16], cost: Cost) -> i128 {
        let each = self.kept.iter().zip(&self.least);
        let rest = each.map(|(toll, from)| from.get(turn).copied().unwrap_or(0) - toll.worth(left));
        // nothing costs less than nothing
        cost.scalar() + rest.max().unwrap_or(0).max(0)
    }
}
