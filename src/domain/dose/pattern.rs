//! The ways of making one dose that are worth trying.
//!
//! All ways without a superfluous vial would do. Many need not be tried, because of an exchange: if
//! a dose takes vials that could give way to one single vial left in the pool, smaller or as large
//! together, then that one can be taken instead, and whoever was to take it later takes those. So a
//! way is tried only when no strength of which one is left over for sure could stand in for a part
//! of it. With plenty in the pool, a few ways remain for each dose.

use super::counts::Counts;
use super::instance::enough;
use std::collections::BTreeMap;
use std::ops::Range;

/// The most parts of one way that are looked at for an exchange; of a way with more, none is, and
/// it is tried.
const MOST_PARTS: u32 = 4_096;

/// One way of making a dose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pattern {
    /// What it holds above the need, in micrograms.
    pub(super) waste: u64,
    /// How many vials.
    pub(super) vials: u32,
    /// The vials.
    pub(super) used: Counts,
}

/// Lists of ways, made when first asked for.
#[derive(Debug, Default)]
pub(super) struct Patterns {
    all: Vec<Pattern>,
    lists: BTreeMap<Key, Range<usize>>,
    /// How many steps the making took.
    pub(super) steps: u64,
}

/// A need, and what the pool offers: for each strength none, some, or one to spare for sure.
type Key = (u64, [Offer; super::counts::WIDTH]);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Offer {
    None,
    Some,
    Spare,
}

impl Patterns {
    /// Returns the places of the ways to make a dose from this pool, best first: least waste, then
    /// fewest vials. They may take more than there is. `None` when it takes more than `limit` steps.
    pub(super) fn list(
        &mut self,
        strengths: &[u64],
        need: u64,
        pool: &Counts,
        fresh: &Counts,
        limit: u64,
    ) -> Option<Range<usize>> {
        let mut offers = [Offer::None; super::counts::WIDTH];
        let plenty = enough(strengths, need);
        for (place, offer) in offers.iter_mut().enumerate().take(strengths.len()) {
            *offer = match pool.at(place) {
                n if n >= plenty.at(place) => Offer::Spare,
                0 if fresh.at(place) == 0 => Offer::None,
                _ => Offer::Some,
            };
        }
        let key = (need, offers);
        if let Some(range) = self.lists.get(&key) {
            return Some(range.clone());
        }
        let start = self.all.len();
        let mut ways = Ways {
            strengths,
            offers: &offers,
            found: Vec::new(),
            steps: self.steps,
            limit,
        };
        let finished = ways.choose(strengths.len(), need, &mut Counts::default());
        self.steps = ways.steps;
        finished?;
        ways.found.sort_unstable();
        self.all.append(&mut ways.found);
        let range = start..self.all.len();
        self.lists.insert(key, range.clone());
        Some(range)
    }

    /// Returns the way at a place.
    pub(super) fn at(&self, place: usize) -> Option<&Pattern> {
        self.all.get(place)
    }
}

struct Ways<'a> {
    strengths: &'a [u64],
    offers: &'a [Offer; super::counts::WIDTH],
    found: Vec<Pattern>,
    steps: u64,
    limit: u64,
}

impl Ways<'_> {
    /// Chooses vials of the strengths below `upto`, largest first, to cover `rest`.
    fn choose(&mut self, upto: usize, rest: u64, used: &mut Counts) -> Option<()> {
        let Some(place) = upto.checked_sub(1) else {
            return Some(());
        };
        let (Some(strength), Some(offer)) = (self.strengths.get(place), self.offers.get(place))
        else {
            return Some(());
        };
        if *offer == Offer::None {
            return self.choose(place, rest, used);
        }
        let full = rest.div_ceil(*strength);
        let least = if place == 0 { full } else { 0 };
        for n in (least..=full.min(self.cap(place))).rev() {
            self.steps += 1;
            if self.steps > self.limit {
                return None;
            }
            used.set(place, u32::try_from(n).unwrap_or(u32::MAX));
            if n == full {
                self.keep(used, full * strength - rest);
            } else {
                self.choose(place, rest - n * strength, used)?;
            }
        }
        used.set(place, 0);
        Some(())
    }

    /// Returns how many of a strength can be taken before some of them are together exactly as
    /// large as one larger vial left over. (Five of 80 mg are two of 200 mg, and not one: no other
    /// dose gives up one of 200 mg for a part of them.)
    fn cap(&self, place: usize) -> u64 {
        let strength = self.strengths.get(place).copied().unwrap_or(1);
        self.strengths
            .iter()
            .zip(self.offers)
            .skip(place + 1)
            .filter(|(larger, offer)| **offer == Offer::Spare && larger.is_multiple_of(strength))
            .map(|(larger, _)| larger / strength - 1)
            .min()
            .unwrap_or(u64::MAX)
    }

    fn keep(&mut self, used: &Counts, waste: u64) {
        let least = self.strengths.iter().zip(&used.0).find(|(_, n)| **n > 0);
        let superfluous = least.is_some_and(|(strength, _)| *strength <= waste);
        if !superfluous && !self.exchangeable(used, waste) {
            self.found.push(Pattern {
                waste,
                vials: used.sum(),
                used: *used,
            });
        }
    }

    /// Whether one vial left over could stand in for a part of these.
    fn exchangeable(&mut self, used: &Counts, waste: u64) -> bool {
        let parts = used.0.iter().fold(1_u32, |p, n| p.saturating_mul(n + 1));
        if parts > MOST_PARTS {
            return false;
        }
        self.steps += u64::from(parts) / 8;
        let mut sums: Vec<(u64, u32)> = vec![(0, 0)];
        for (strength, n) in self.strengths.iter().zip(&used.0).filter(|(_, n)| **n > 0) {
            let smaller = sums.len();
            for take in 1..=*n {
                for i in 0..smaller {
                    if let Some((sum, vials)) = sums.get(i).copied() {
                        sums.push((sum + u64::from(take) * strength, vials + take));
                    }
                }
            }
        }
        let spare = self.strengths.iter().zip(self.offers);
        let mut spare = spare.filter(|(_, offer)| **offer == Offer::Spare);
        spare.any(|(one, _)| {
            sums.iter().any(|(sum, vials)| {
                *sum <= one.saturating_add(waste)
                    && (*vials >= 2 && sum >= one || *vials == 1 && sum > one)
            })
        })
    }
}
