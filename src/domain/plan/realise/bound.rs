//! What no realisation of the same grants can do better: bounds from below.
//!
//! Let every unit pay a toll to the pool, and a unit of its own site one to the site; what the
//! doses pay at the least, each by itself, less what all tolls of the stock come to, is never more
//! than what is to be kept small. Good tolls are found by raising those of what is asked for too
//! much; any tolls give a true bound. Expiries are left out: that only makes the bound weaker.

use super::super::claim::Tier;
use super::super::grant::ways::{Count, WIDTH};
use super::cost::Cost;
use super::problem::Problem;
use std::collections::BTreeMap;

/// One unit moved, or one microgram wasted, in the unit of tolls.
const ONE: i128 = 1 << 16;
/// The rounds of raising and lowering. Choice: by trial.
const ROUNDS: i128 = 60;

/// Doses that are alike: at one site, counted or not, with the same ways.
struct Group {
    site: usize,
    counted: bool,
    doses: i128,
    ways: Vec<(Count, u64)>,
}

/// Returns a bound from below on each figure, for realisations that move no more in the figures
/// before than `value` does.
pub(super) fn below(problem: &Problem, value: Cost) -> Cost {
    let moved = |counted: &dyn Fn(Tier) -> bool, value: u32| {
        let any = problem.doses.iter().any(|d| counted(d.tier));
        let bound = if any && value > 0 {
            let desk = Desk::new(problem, counted);
            up(desk.bound(i128::from(value) * ONE, Aim::Moved))
        } else {
            0
        };
        u32::try_from(bound.max(0)).unwrap_or(0)
    };
    let crs = moved(&|t| t == Tier::Crs, value.crs);
    let both = value.crs.saturating_add(value.reserves);
    let both = moved(&|t| t != Tier::Other, both);
    let reserves =
        moved(&|t| t == Tier::Reserve, value.reserves).max(both.saturating_sub(value.crs));
    let all = moved(&|_| true, value.all).max(crs + reserves);
    let desk = Desk::new(problem, &|_| true);
    let wasted = desk.bound(i128::from(value.wasted_ug) * ONE, Aim::Wasted);
    Cost {
        crs,
        reserves,
        all,
        wasted_ug: u64::try_from(up(wasted)).unwrap_or(0),
    }
}

/// Returns the least whole number that a bound allows.
const fn up(bound: i128) -> i128 {
    (bound + ONE - 1).div_euclid(ONE)
}

/// What is to be kept small.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Aim {
    Moved,
    Wasted,
}

struct Desk {
    /// In micrograms.
    strengths: Vec<u64>,
    groups: Vec<Group>,
    /// What the pool has of each strength.
    all: [i128; WIDTH],
    /// What each site has of each strength.
    own: Vec<[i128; WIDTH]>,
}

/// The tolls on units of the pool, and on those of each site that stay there.
#[derive(Clone)]
struct Tolls {
    all: [i128; WIDTH],
    own: Vec<[i128; WIDTH]>,
}

impl Desk {
    fn new(problem: &Problem, counted: &dyn Fn(Tier) -> bool) -> Self {
        let mut all = [0; WIDTH];
        let mut own = vec![[0; WIDTH]; problem.sites];
        for row in &problem.rows {
            let site = own.get_mut(row.site).and_then(|o| o.get_mut(row.strength));
            for slot in all.get_mut(row.strength).into_iter().chain(site) {
                *slot += i128::from(row.units);
            }
        }
        let mut groups = BTreeMap::new();
        for dose in &problem.doses {
            let key = (dose.site, counted(dose.tier), dose.ways.as_slice());
            *groups.entry(key).or_insert(0_i128) += 1;
        }
        let groups = groups
            .into_iter()
            .map(|((site, counted, ways), doses)| Group {
                site,
                counted,
                doses,
                ways: ways.to_vec(),
            });
        Self {
            strengths: problem.strengths.clone(),
            groups: groups.collect(),
            all,
            own,
        }
    }

    /// Returns the best bound found, never below nothing; `known` is a value that can be reached.
    fn bound(&self, known: i128, aim: Aim) -> i128 {
        let mut tolls = self.first(aim);
        let mut best = 0;
        for round in 0..ROUNDS {
            let (bound, beyond) = self.ask(&tolls, aim);
            best = best.max(bound);
            let each = || beyond.own.iter().flatten().chain(&beyond.all);
            let square: i128 = each().map(|b| b * b).sum();
            let gap = known - bound;
            if square == 0 || gap <= 0 {
                break;
            }
            let step = |slot: &mut i128, beyond: &i128| {
                *slot = (*slot + gap * beyond * (ROUNDS - round) / ROUNDS / square).max(0);
            };
            for (slot, b) in tolls
                .own
                .iter_mut()
                .flatten()
                .zip(beyond.own.iter().flatten())
            {
                step(slot, b);
            }
            for (slot, b) in tolls.all.iter_mut().zip(&beyond.all) {
                step(slot, b);
            }
        }
        best
    }

    /// Returns tolls to begin with: at sites whose doses need more than they have, so much a
    /// milligram that the largest vial is worth moving one.
    fn first(&self, aim: Aim) -> Tolls {
        let mut tolls = Tolls {
            all: [0; WIDTH],
            own: vec![[0; WIDTH]; self.own.len()],
        };
        if aim == Aim::Wasted {
            return tolls;
        }
        let mass = |n: i128, strength: &u64| n * i128::from(*strength);
        let mut lacks: Vec<i128> = vec![0; self.own.len()];
        for (slot, own) in lacks.iter_mut().zip(&self.own) {
            *slot = -own
                .iter()
                .zip(&self.strengths)
                .map(|(n, s)| mass(*n, s))
                .sum::<i128>();
        }
        for group in self.groups.iter().filter(|g| g.counted) {
            let each = group.ways.iter().map(|(used, _)| {
                let each = used.iter().zip(&self.strengths);
                each.map(|(n, s)| mass(i128::from(*n), s)).sum::<i128>()
            });
            if let (Some(least), Some(slot)) = (each.min(), lacks.get_mut(group.site)) {
                *slot += least * group.doses;
            }
        }
        let largest = i128::from(self.strengths.last().copied().unwrap_or(1).max(1));
        for (row, lacks) in tolls.own.iter_mut().zip(lacks) {
            for (slot, strength) in row.iter_mut().zip(&self.strengths) {
                if lacks > 0 {
                    *slot = ONE * i128::from(*strength) / largest;
                }
            }
        }
        tolls
    }

    /// Returns the bound of some tolls, and what is asked for beyond what there is.
    fn ask(&self, tolls: &Tolls, aim: Aim) -> (i128, Tolls) {
        let mut bound = 0;
        let mut beyond = Tolls {
            all: self.all.map(|n| -n),
            own: self.own.iter().map(|row| row.map(|n| -n)).collect(),
        };
        for (toll, n) in tolls.all.iter().zip(&self.all) {
            bound -= toll * n;
        }
        for (toll, n) in tolls.own.iter().flatten().zip(self.own.iter().flatten()) {
            bound -= toll * n;
        }
        let free = [0; WIDTH];
        for group in &self.groups {
            // a unit of its own site pays the site's toll, any other counts as moved
            let away = match aim {
                Aim::Moved if group.counted => ONE,
                Aim::Moved | Aim::Wasted => 0,
            };
            let own = tolls.own.get(group.site).unwrap_or(&free);
            let cost = |(used, wasted): &(Count, u64)| -> i128 {
                let each = used.iter().zip(own).zip(&tolls.all);
                let tolls = each.map(|((n, own), all)| i128::from(*n) * ((*own).min(away) + all));
                let wasted = match aim {
                    Aim::Wasted => i128::from(*wasted) * ONE,
                    Aim::Moved => 0,
                };
                tolls.sum::<i128>() + wasted
            };
            let cheapest = group.ways.iter().map(|way| (cost(way), way));
            let Some((cost, (used, _))) = cheapest.min_by_key(|(cost, _)| *cost) else {
                continue;
            };
            bound += cost * group.doses;
            for (slot, n) in beyond.all.iter_mut().zip(used) {
                *slot += i128::from(*n) * group.doses;
            }
            if let Some(row) = beyond.own.get_mut(group.site) {
                for ((slot, n), own) in row.iter_mut().zip(used).zip(own) {
                    if *own < away {
                        *slot += i128::from(*n) * group.doses;
                    }
                }
            }
        }
        (bound, beyond)
    }
}
