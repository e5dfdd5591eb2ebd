//! The most doses of one size: how often each way of making it is taken.
//!
//! Equal doses need no search one by one. Prices bound the number from above; the ways that those
//! prices find wasteful can be taken a few times at most, and the few others must use up all that
//! has a price: little is left to count through.

use super::counts::{Counts, WIDTH};
use super::instance::Instance;
use super::market::Market;
use super::pattern::Patterns;

/// The most ways that are counted through. Choice: real sizes have about ten.
const MOST_WAYS: u64 = 64;
/// The most steps of counting. Choice: some tens of milliseconds.
const MOST_STEPS: u32 = 2_000_000;
/// The most rounds of bidding. Choice: settled within twenty, by trial.
const ROUNDS: usize = 64;

/// Returns the most doses that can be made at once, all needs being equal and on one day; nothing
/// when it takes too long to count.
pub(super) fn most(instance: &Instance) -> Option<usize> {
    let step = instance.steps.first()?;
    let limit = u64::try_from(instance.steps.len()).ok()?;
    let ways = ways(instance, step.need, &step.arrive)?;
    let mut market = Market::new(step.arrive);
    let mut next = Some(super::price::Price::by_mass(instance).of);
    let mut bound: Option<(u64, [u64; WIDTH])> = None;
    for _ in 0..ROUNDS {
        let Some(of) = next else {
            break;
        };
        let Some(cheapest) = ways.iter().min_by_key(|way| way.worth(&of)) else {
            return Some(0);
        };
        let doses = step.arrive.worth(&of).checked_div(cheapest.worth(&of));
        if let Some(doses) = doses
            && bound.is_none_or(|(least, _)| doses < least)
        {
            bound = Some((doses, of));
        }
        next = market.bid(cheapest);
    }
    let (bound, of) = bound?;
    let mut ways: Vec<(u64, Counts)> = ways.iter().map(|w| (w.worth(&of), *w)).collect();
    ways.sort_unstable_by(|a, b| b.cmp(a));
    let mut count = Count::new(ways, of);
    let mut most = u32::try_from(bound.min(limit)).ok()?;
    while !count.through(0, step.arrive, most)? {
        most -= 1;
    }
    usize::try_from(most).ok()
}

/// Returns all ways to make one dose, if they are few.
fn ways(instance: &Instance, need: u64, pool: &Counts) -> Option<Vec<Counts>> {
    let mut all = Patterns::default();
    // as if each vial had to be bought: then no exchange is counted on
    let none = Counts::default();
    let limit = MOST_WAYS * MOST_WAYS;
    let list = all.list(&instance.strengths, need, &none, pool, limit)?;
    let ways: Vec<Counts> = list.filter_map(|i| all.at(i)).map(|w| w.used).collect();
    (u64::try_from(ways.len()).ok()? <= MOST_WAYS).then_some(ways)
}

struct Count {
    ways: Vec<Way>,
    of: [u64; WIDTH],
    /// The worth of the cheapest way.
    least: u64,
    steps: u32,
}

/// One way, the dearest first, and the fewest and most vials a dose takes of each strength in this
/// and all later ways.
#[derive(Clone, Copy)]
struct Way {
    used: Counts,
    fewest: Counts,
    most: Counts,
}

impl Count {
    fn new(ways: Vec<(u64, Counts)>, of: [u64; WIDTH]) -> Self {
        let least = ways.last().map_or(0, |(worth, _)| *worth);
        let mut list: Vec<Way> = Vec::with_capacity(ways.len());
        for (_, used) in ways.into_iter().rev() {
            let later = list.last().copied();
            list.push(Way {
                used,
                fewest: later.map_or(used, |l| l.fewest.at_most(&used)),
                most: later.map_or(used, |l| l.most.at_least(&used)),
            });
        }
        list.reverse();
        Self {
            ways: list,
            of,
            least,
            steps: 0,
        }
    }

    /// Whether `doses` can be made of this pool in the ways from `at` on; nothing when that takes
    /// too many steps.
    fn through(&mut self, at: usize, pool: Counts, doses: u32) -> Option<bool> {
        let Some(way) = self.ways.get(at).copied() else {
            return Some(doses == 0);
        };
        let mut left = pool;
        for n in 0..=pool.times_within(&way.used).min(doses) {
            self.steps += 1;
            if self.steps > MOST_STEPS {
                return None;
            }
            // what the pool is worth beyond the cheapest doses may be left over or spent on dearer
            // ways; each of these makes it less, so that no more of this one can help
            let rest = u64::from(doses - n);
            let Some(spare) = left.worth(&self.of).checked_sub(rest * self.least) else {
                return Some(false);
            };
            if self.could(at + 1, &left, doses - n, spare)
                && self.through(at + 1, left, doses - n)?
            {
                return Some(true);
            }
            left = left.minus(&way.used);
        }
        Some(false)
    }

    /// Whether each strength is enough for the ways from `at` on, and is used up by them but for
    /// what there is to spare.
    fn could(&self, at: usize, pool: &Counts, doses: u32, spare: u64) -> bool {
        let Some(way) = self.ways.get(at) else {
            return doses == 0;
        };
        let uses = way.fewest.0.iter().zip(&way.most.0);
        let each = pool.0.iter().zip(&self.of).zip(uses);
        each.into_iter().all(|((there, price), (fewest, most))| {
            let idle = there.saturating_sub(most.saturating_mul(doses));
            *there >= fewest.saturating_mul(doses) && u64::from(idle) * price <= spare
        })
    }
}
