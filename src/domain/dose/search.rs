//! The search: every need in turn, all pools that may still be left side by side.
//!
//! After each need, the pools that can be left are compared: one that holds no more than another
//! of anything is dropped, and so is one that the prices rule out. A first pass keeps only the few
//! most promising; [`solve`](super::solve) says how many each pass keeps.

use super::Unsolved;
use super::counts::{Counts, WIDTH};
use super::instance::Instance;
use super::pattern::Patterns;
use super::price::Price;
use std::cmp::Reverse;

/// The most steps of one search: ways of making one dose from one pool.
///
/// Choice: a few seconds at worst. The hardest questions found for 80, 200 and 400 mg (400 doses,
/// the pool used up to the last vial) take a tenth of it.
const MOST_STEPS: u64 = 10_000_000;

/// The most steps for listing the ways of making single doses. Choice: about fifty megabytes.
const MOST_WAYS: u64 = 1_000_000;

/// So many pools are compared before more are made. Choice: under a hundred megabytes.
const CROWD: usize = 1 << 20;

/// A pool that may be left after some needs.
#[derive(Clone, Copy, Debug)]
struct State {
    /// What is left.
    pool: Counts,
    /// Micrograms, then vials: wasted and used when fitting, added when buying.
    cost: (u64, u32),
    /// What there is to spare under the strictest prices.
    spare: u64,
    /// The pool before, among those kept.
    parent: u32,
    /// The way the dose was made.
    pattern: u32,
}

/// How a pass ended.
pub(super) struct Pass {
    /// The best way found, with its cost.
    pub(super) uses: Option<((u64, u32), Vec<Counts>)>,
    /// Whether pools were dropped that might have led further.
    pub(super) dropped: bool,
}

/// A question, with what is known about it so far.
pub(super) struct Search<'a> {
    instance: &'a Instance,
    /// Prices that rule pools out.
    pub(super) prices: Vec<Price>,
    patterns: Patterns,
    /// One for each strength of which any number may be bought.
    fresh: Counts,
    /// What the best way found so far costs, when buying.
    pub(super) best: Option<(u64, u32)>,
    steps: u64,
}

impl<'a> Search<'a> {
    /// Starts on a question; `fresh` marks the strengths of which any number may be bought.
    pub(super) fn new(instance: &'a Instance, fresh: Counts) -> Self {
        Self {
            instance,
            prices: vec![Price::by_mass(instance)],
            patterns: Patterns::default(),
            fresh,
            best: None,
            steps: 0,
        }
    }

    fn buys(&self) -> bool {
        self.fresh != Counts::default()
    }

    /// Goes through all needs once, keeping at most `width` pools.
    pub(super) fn pass(&mut self, width: usize) -> Result<Pass, Unsolved> {
        let mut dropped = false;
        let mut history: Vec<Vec<(u32, u32)>> = Vec::with_capacity(self.instance.steps.len());
        let mut states = vec![State {
            pool: Counts::default(),
            cost: (0, 0),
            spare: 0,
            parent: 0,
            pattern: 0,
        }];
        for place in 0..self.instance.steps.len() {
            let mut next = self.step(place, &states)?;
            self.keep_best(&mut next);
            if next.len() > width {
                dropped = true;
                next.sort_by_key(|s| (Reverse(s.spare), s.cost, s.pool));
                next.truncate(width);
            }
            history.push(next.iter().map(|s| (s.parent, s.pattern)).collect());
            states = next;
        }
        let best = states.iter().enumerate().min_by_key(|(_, s)| s.cost);
        Ok(Pass {
            uses: best.map(|(i, s)| (s.cost, self.trace(&history, i))),
            dropped,
        })
    }

    /// Makes one dose from each pool in every way.
    fn step(&mut self, place: usize, states: &[State]) -> Result<Vec<State>, Unsolved> {
        let mut next = Vec::new();
        let mut crowd = CROWD;
        let Some(step) = self.instance.steps.get(place) else {
            return Ok(next);
        };
        for (parent, state) in states.iter().enumerate() {
            let pool = state.pool.plus(&step.arrive).at_most(&step.cap);
            let strengths = &self.instance.strengths;
            let ways = self
                .patterns
                .list(strengths, step.need, &pool, &self.fresh, MOST_WAYS);
            let Some(ways) = ways else {
                return Err(Unsolved::Steps { steps: MOST_WAYS });
            };
            if next.len() >= crowd {
                self.keep_best(&mut next);
                crowd = CROWD.max(2 * next.len());
            }
            self.steps += 1;
            for way in ways {
                self.steps += 1;
                if self.steps > MOST_STEPS {
                    return Err(Unsolved::Steps { steps: MOST_STEPS });
                }
                if let Some((left, cost)) = self.take(&pool, state.cost, way)
                    && let Some(spare) = self.promise(place + 1, &left, cost)
                {
                    next.push(State {
                        pool: left,
                        cost,
                        spare,
                        parent: u32::try_from(parent).unwrap_or(u32::MAX),
                        pattern: u32::try_from(way).unwrap_or(u32::MAX),
                    });
                }
            }
        }
        Ok(next)
    }

    /// Takes a way's vials out of a pool; what is missing is bought where it may be.
    fn take(&self, pool: &Counts, cost: (u64, u32), way: usize) -> Option<(Counts, (u64, u32))> {
        let way = self.patterns.at(way)?;
        if !self.buys() {
            let cost = (cost.0.saturating_add(way.waste), cost.1 + way.vials);
            return pool
                .covers(&way.used)
                .then(|| (pool.minus(&way.used), cost));
        }
        let lacking = way.used.minus(pool);
        if lacking
            .0
            .iter()
            .zip(&self.fresh.0)
            .any(|(n, fresh)| *n > 0 && *fresh == 0)
        {
            return None;
        }
        let bought = self.mass(&lacking);
        let cost = (cost.0.saturating_add(bought), cost.1 + lacking.sum());
        Some((pool.minus(&way.used), cost))
    }

    fn mass(&self, vials: &Counts) -> u64 {
        let strengths = self.instance.strengths.iter();
        strengths.zip(&vials.0).fold(0_u64, |sum, (strength, n)| {
            sum.saturating_add(strength.saturating_mul(u64::from(*n)))
        })
    }

    /// Returns what a pool has to spare before the arrivals of a step, or nothing when it cannot
    /// do, or not better than what was found.
    fn promise(&self, step: usize, left: &Counts, cost: (u64, u32)) -> Option<u64> {
        let Some(next) = self.instance.steps.get(step) else {
            return self.best.is_none_or(|best| cost < best).then_some(0);
        };
        let pool = left.plus(&next.arrive).at_most(&next.cap);
        if !self.buys() {
            let mut spare = u64::MAX;
            for price in &self.prices {
                if !price.allows(step, &pool) {
                    return None;
                }
                spare = spare.min(price.spare(step, &pool));
            }
            return Some(spare);
        }
        let missing = self
            .prices
            .iter()
            .map(|p| self.least_bought(p, p.missing(step, &pool)));
        let least = cost.0.saturating_add(missing.max().unwrap_or(0));
        let better = self.best.is_none_or(|best| (least, cost.1) < best);
        better.then_some(u64::MAX - least)
    }

    /// Returns the fewest micrograms that must be bought to add this worth.
    fn least_bought(&self, price: &Price, worth: u64) -> u64 {
        let strengths = self
            .instance
            .strengths
            .iter()
            .zip(&price.of)
            .zip(&self.fresh.0);
        let least = strengths
            .filter(|(_, fresh)| **fresh > 0)
            .map(|((strength, price), _)| {
                u128::from(worth) * u128::from(*strength) / u128::from((*price).max(1))
            })
            .min();
        least.map_or(0, |ug| u64::try_from(ug).unwrap_or(u64::MAX))
    }

    /// Drops each pool that has no more than another of anything, the first strength compared last.
    fn keep_best(&self, states: &mut Vec<State>) {
        let rest = |s: &State| -> [u32; WIDTH] {
            let mut rest = s.pool.0;
            if let Some(first) = rest.first_mut() {
                *first = 0;
            }
            rest
        };
        states.sort_unstable_by_key(|s| {
            (rest(s), Reverse(s.pool.at(0)), s.cost, s.parent, s.pattern)
        });
        let buys = self.buys();
        let mut last: Option<([u32; WIDTH], (u64, u32))> = None;
        states.retain(|s| {
            let worse =
                last.is_some_and(|(pool, cost)| pool == rest(s) && (!buys || s.cost >= cost));
            if !worse {
                last = Some((rest(s), s.cost));
            }
            !worse
        });
    }

    /// Follows a last pool back to the first.
    fn trace(&self, history: &[Vec<(u32, u32)>], last: usize) -> Vec<Counts> {
        let mut uses = vec![Counts::default(); history.len()];
        let mut at = last;
        for (kept, slot) in history.iter().zip(&mut uses).rev() {
            if let Some((parent, pattern)) = kept.get(at).copied() {
                at = usize::try_from(parent).unwrap_or(usize::MAX);
                let way = usize::try_from(pattern)
                    .ok()
                    .and_then(|p| self.patterns.at(p));
                *slot = way.map(|w| w.used).unwrap_or_default();
            }
        }
        uses
    }
}
