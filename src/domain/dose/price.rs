//! Prices: a proof that doses do not fit.
//!
//! Put any price on a vial of each strength. If the cheapest ways of making the doses cost more,
//! summed up, than the whole pool is worth, they do not fit. Milligrams as prices give the plain
//! reason (too few milligrams, counted in totals that whole vials can have); a higher price on what
//! is scarce gives the sharper ones. Prices are whole numbers, and every one of them is a true
//! bound; a search for good ones makes what cannot fit fail at once, nearly always.

use super::counts::{Counts, WIDTH};
use super::instance::Instance;
use super::market::{DEAREST, Market};
use std::cmp::Reverse;

/// The scale of ratios.
const ONE: u64 = 1 << 20;
/// The most rounds of bidding in one market. Choice: by trial; most settle within twenty.
const ROUNDS: usize = 64;
/// The most markets: stretches of days for which prices are sought. Choice: by trial.
const MARKETS: usize = 4;
/// How many sets of prices are kept. Choice: by trial, as above.
const KEPT: usize = 6;

/// Prices and what they ask of the pool at every step.
#[derive(Clone, Debug)]
pub(super) struct Price {
    /// The price of a vial of each strength.
    pub(super) of: [u64; WIDTH],
    /// For each step, what the pool must be worth when its turn comes, its arrivals included.
    required: Vec<u64>,
    /// What the whole pool is worth, in steps of a ratio.
    scale: u64,
}

impl Price {
    /// Returns prices in proportion to milligrams.
    pub(super) fn by_mass(instance: &Instance) -> Self {
        let common = instance
            .strengths
            .iter()
            .copied()
            .fold(0, super::instance::gcd);
        let mut of = [0; WIDTH];
        let most = instance.strengths.last().copied().unwrap_or(1);
        for (price, strength) in of.iter_mut().zip(&instance.strengths) {
            let exact = strength / common.max(1);
            *price = if most / common.max(1) <= DEAREST {
                exact
            } else {
                // rounded: a price need not be anything in particular to be a true bound
                let scaled = u128::from(*strength) * u128::from(DEAREST) / u128::from(most);
                u64::try_from(scaled).unwrap_or(DEAREST).max(1)
            };
        }
        Self::new(of, instance, &cheapest(&of, instance))
    }

    /// Returns the sharpest prices, sharpest first; it ends when some prove that the needs do not
    /// fit.
    pub(super) fn bid(instance: &Instance) -> Vec<Self> {
        let mut of = Self::by_mass(instance).of;
        let mut found: Vec<(u64, Self)> = Vec::new();
        let mut settled = Vec::new();
        for _ in 0..MARKETS {
            // a market is about the days that are hardest at these prices
            let tight = tightest(instance, &of, &cheapest(&of, instance));
            if settled.contains(&tight.days) {
                break;
            }
            settled.push(tight.days);
            let mut market = Market::new(tight.pool);
            for _ in 0..ROUNDS {
                let table = cheapest(&of, instance);
                let price = Self::new(of, instance, &table);
                let proof = price.refuses(instance);
                found.push((tightest(instance, &of, &table).ratio, price));
                found.sort_by_key(|(ratio, _)| Reverse(*ratio));
                found.dedup_by(|a, b| a.1.of == b.1.of);
                found.truncate(KEPT);
                if proof {
                    return found.into_iter().map(|(_, price)| price).collect();
                }
                match market.bid(&used(instance, &table, tight.days)) {
                    Some(next) => of = next,
                    None => break,
                }
            }
        }
        found.into_iter().map(|(_, price)| price).collect()
    }

    fn new(of: [u64; WIDTH], instance: &Instance, table: &[(u64, Counts)]) -> Self {
        let mut required = vec![0; instance.steps.len()];
        let mut later = 0_u64;
        let mut pool = Counts::default();
        for (step, slot) in instance.steps.iter().zip(&mut required).rev() {
            let cost = table.get(instance.grid.cell(step.need)).map_or(0, |c| c.0);
            *slot = later + cost;
            later = slot.saturating_sub(step.arrive.worth(&of));
            pool = pool.plus(&step.arrive);
        }
        Self {
            of,
            required,
            scale: (pool.worth(&of) / ONE).max(1),
        }
    }

    /// Whether these prices prove that the needs do not fit.
    pub(super) fn refuses(&self, instance: &Instance) -> bool {
        let start = instance.steps.first();
        start.is_some_and(|step| !self.allows(0, &step.arrive))
    }

    /// Whether a pool could do at this step, its arrivals included, for all these prices can say.
    pub(super) fn allows(&self, step: usize, pool: &Counts) -> bool {
        self.missing(step, pool) == 0
    }

    /// Returns the worth that a pool lacks at this step.
    pub(super) fn missing(&self, step: usize, pool: &Counts) -> u64 {
        let required = self.required.get(step).copied().unwrap_or(0);
        required.saturating_sub(pool.worth(&self.of))
    }

    /// Returns how much worth a pool has to spare, in parts of the whole.
    pub(super) fn spare(&self, step: usize, pool: &Counts) -> u64 {
        let required = self.required.get(step).copied().unwrap_or(0);
        pool.worth(&self.of).saturating_sub(required) / self.scale
    }
}

/// Returns for each cell of the grid the least cost of vials that cover it, and such vials.
fn cheapest(of: &[u64; WIDTH], instance: &Instance) -> Vec<(u64, Counts)> {
    let grid = &instance.grid;
    let mut table: Vec<(u64, Counts)> = vec![(0, Counts::default())];
    for cell in 1..=grid.most {
        let best = grid
            .strengths
            .iter()
            .zip(of)
            .enumerate()
            .filter_map(|(place, (strength, price))| {
                let rest = table.get(cell.saturating_sub(*strength))?;
                Some((rest.0 + price, place, rest.1))
            })
            .min_by_key(|(cost, ..)| *cost);
        let Some((cost, place, mut used)) = best else {
            break;
        };
        used.set(place, used.at(place) + 1);
        table.push((cost, used));
    }
    table
}

/// The days, from some day on, that these prices find hardest.
struct Tight {
    ratio: u64,
    days: usize,
    pool: Counts,
}

fn tightest(instance: &Instance, of: &[u64; WIDTH], table: &[(u64, Counts)]) -> Tight {
    let mut cost = 0_u64;
    let mut pool = Counts::default();
    let mut tight = Tight {
        ratio: 0,
        days: 0,
        pool,
    };
    for (place, step) in instance.steps.iter().enumerate() {
        pool = pool.plus(&step.arrive);
        cost += table.get(instance.grid.cell(step.need)).map_or(0, |c| c.0);
        let ratio = u128::from(cost) * u128::from(ONE) / u128::from(pool.worth(of).max(1));
        let ratio = u64::try_from(ratio).unwrap_or(u64::MAX);
        if ratio >= tight.ratio {
            let days = place + 1;
            tight = Tight { ratio, days, pool };
        }
    }
    tight
}

/// Returns the vials that the first needs would take at their cheapest.
fn used(instance: &Instance, table: &[(u64, Counts)], days: usize) -> Counts {
    let steps = instance.steps.iter().take(days);
    steps.fold(Counts::default(), |used, step| {
        let vials = table.get(instance.grid.cell(step.need));
        vials.map_or(used, |(_, vials)| used.plus(vials))
    })
}
