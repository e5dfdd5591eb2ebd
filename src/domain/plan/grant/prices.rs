//! Prices: a proof that doses do not fit, however many they are.
//!
//! Put any price on a vial of each strength. When the cheapest ways of all doses of some days on
//! cost more than all vials usable from then on are worth, they do not fit. Doses are counted by
//! kind, so that a proof takes no longer for ten thousand than for ten.

use super::ways::{Count, WIDTH, Ways};
use crate::domain::dose::{Counts, DEAREST, Market};

/// The most rounds of bidding in one market. Choice: by trial; most settle within twenty.
const ROUNDS: usize = 48;
/// The most markets: suffixes of days for which prices are sought. Choice: by trial.
const MARKETS: usize = 3;
/// How many proofs are kept to be tried again. Choice: by trial.
const KEPT: usize = 12;

/// What one vial of each strength costs.
type Price = [u64; WIDTH];

/// Proofs that were found, the latest last.
#[derive(Debug, Default)]
pub(super) struct Prices {
    kept: Vec<Price>,
}

/// Doses by the place of their ways and their class of days, and the vials there are.
pub(super) struct Question<'a> {
    pub(super) ways: &'a Ways,
    /// For each place of ways, how many doses of each class.
    pub(super) wanted: &'a [Vec<u32>],
    /// For each class, the vials usable from then on.
    pub(super) supply: &'a [[i64; WIDTH]],
}

/// The days that some prices find hardest.
struct Tight {
    class: usize,
    /// Cost and worth of the doses and vials from the class on.
    cost: u128,
    worth: u128,
}

impl Prices {
    /// Returns nothing when some prices prove that the doses do not fit; else how often each way
    /// is taken, for each place of ways, in the best mix found: a plan in whole doses, a few short.
    pub(super) fn ask(&mut self, question: &Question<'_>) -> Option<Vec<Vec<u32>>> {
        let known = self.kept.iter().rposition(|price| question.refused(price));
        if let Some(place) = known {
            let price = self.kept.remove(place);
            self.kept.push(price);
            return None;
        }
        match question.bid() {
            Bid::Refused(price) => {
                if self.kept.len() >= KEPT {
                    self.kept.remove(0);
                }
                self.kept.push(price);
                None
            }
            Bid::Mixed(mix) => Some(mix),
        }
    }
}

/// How the bidding ended.
enum Bid {
    /// These prices prove that the doses do not fit.
    Refused(Price),
    /// How often each way is taken.
    Mixed(Vec<Vec<u32>>),
}

impl Question<'_> {
    fn refused(&self, price: &Price) -> bool {
        self.tightest(price).is_some_and(|t| t.cost > t.worth)
    }

    /// Looks for prices that refuse, in the markets of the hardest days.
    fn bid(&self) -> Bid {
        let mut price = self.by_mass();
        let mut settled: Vec<usize> = Vec::new();
        let mut mixed = Vec::new();
        for _ in 0..MARKETS {
            let Some(tight) = self.tightest(&price) else {
                break;
            };
            if tight.cost > tight.worth {
                return Bid::Refused(price);
            }
            if settled.contains(&tight.class) {
                break;
            }
            settled.push(tight.class);
            let mut market = Market::new(self.pool(tight.class));
            let mut bids = Vec::new();
            for _ in 0..ROUNDS {
                let (used, ways) = self.used(&price, tight.class);
                bids.push(ways);
                let Some(next) = market.bid(&used) else {
                    break;
                };
                price = next;
                if self.refused(&price) {
                    return Bid::Refused(price);
                }
            }
            if mixed.is_empty() {
                mixed = self.mixed(&market, &bids);
            }
        }
        Bid::Mixed(mixed)
    }

    /// Returns how often each way is taken when the bids are mixed in a market's shares.
    fn mixed(&self, market: &Market, bids: &[Vec<usize>]) -> Vec<Vec<u32>> {
        let mut mixed: Vec<Vec<u32>> = (0..self.wanted.len())
            .map(|place| vec![0; self.ways.at(place).len()])
            .collect();
        for (bid, share) in market.mix() {
            let ways = bids.get(bid).into_iter().flatten();
            for ((of_place, wanted), way) in mixed.iter_mut().zip(self.wanted).zip(ways) {
                if let Some(slot) = of_place.get_mut(*way) {
                    *slot += share.part(wanted.iter().sum());
                }
            }
        }
        mixed
    }

    fn by_mass(&self) -> Price {
        let most = self.ways.strengths.last().copied().unwrap_or(1).max(1);
        let mut price = [0; WIDTH];
        for (slot, strength) in price.iter_mut().zip(&self.ways.strengths) {
            let scaled = u128::from(*strength) * u128::from(DEAREST) / u128::from(most);
            *slot = u64::try_from(scaled).unwrap_or(DEAREST).max(1);
        }
        price
    }

    /// Returns the hardest days at these prices: the highest share of worth that is asked for.
    fn tightest(&self, price: &Price) -> Option<Tight> {
        let cheapest: Vec<u128> = (0..self.wanted.len())
            .map(|place| self.cheapest(place, price).map_or(0, |(cost, ..)| cost))
            .collect();
        let mut cost = 0_u128;
        let mut tight: Option<Tight> = None;
        for class in (0..self.supply.len()).rev() {
            for (of_place, each) in self.wanted.iter().zip(&cheapest) {
                cost += u128::from(of_place.get(class).copied().unwrap_or(0)) * each;
            }
            let worth = self.worth(class, price);
            let harder = tight.as_ref().is_none_or(|t| {
                cost.saturating_mul(t.worth.max(1)) >= t.cost.saturating_mul(worth.max(1))
            });
            if harder {
                tight = Some(Tight { class, cost, worth });
            }
        }
        tight
    }

    fn worth(&self, class: usize, price: &Price) -> u128 {
        let row = self.supply.get(class);
        let each = row.into_iter().flatten().zip(price);
        each.map(|(n, price)| u128::try_from(*n).unwrap_or(0) * u128::from(*price))
            .sum()
    }

    /// Returns the cost of the cheapest way, its vials and its place.
    fn cheapest(&self, place: usize, price: &Price) -> Option<(u128, &Count, usize)> {
        let each = self.ways.at(place).iter().enumerate().map(|(i, way)| {
            let cost = way.used.iter().zip(price);
            let cost = cost.map(|(n, p)| u128::from(*n) * u128::from(*p)).sum();
            (cost, &way.used, i)
        });
        each.min_by_key(|(cost, _, i)| (*cost, *i))
    }

    /// Returns what is usable from a class on.
    fn pool(&self, class: usize) -> Counts {
        let mut pool = Counts::default();
        for (place, n) in self.supply.get(class).into_iter().flatten().enumerate() {
            pool.set(place, u32::try_from(*n).unwrap_or(u32::MAX));
        }
        pool
    }

    /// Returns what the doses from a class on take at their cheapest, and the way of each place.
    fn used(&self, price: &Price, class: usize) -> (Counts, Vec<usize>) {
        let mut used = Counts::default();
        let mut ways = vec![0; self.wanted.len()];
        for ((place, of_place), slot) in self.wanted.iter().enumerate().zip(&mut ways) {
            let n: u32 = of_place.iter().skip(class).sum();
            if let Some((_, each, way)) = self.cheapest(place, price) {
                *slot = way;
                for (strength, units) in each.iter().enumerate() {
                    let more = units.saturating_mul(n);
                    used.set(strength, used.at(strength).saturating_add(more));
                }
            }
        }
        (used, ways)
    }
}
