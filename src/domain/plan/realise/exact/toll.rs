//! Tolls, and the bound from below that they give for one figure.
//!
//! Let every site pay a toll for each unit it takes from the pool, and for each that counts in a
//! figure that was proved before. What all sites pay at the least, less what the tolls come to of
//! all that the pool has and of those figures, is never more than the least the figure can be. Good
//! tolls are found by raising those of what is asked for too much; any tolls give a true bound.

use super::laid::{Laid, NEVER, ONE, Tolls};
use super::measure::{Figures, LEVELS};
use super::site::Turn;
use super::{Search, Split};

/// The most rounds of raising and lowering. Choice: by trial.
const ROUNDS: u32 = 100;
/// After so many rounds that find nothing steps become shorter. Choice: by trial.
const IDLE: u32 = 6;
/// No toll is higher.
const MOST: i64 = ONE << 20;

/// What the cheapest choices of all sites come to.
struct Asked {
    figures: Figures,
    takes: Vec<i64>,
    splits: Vec<Split>,
}

impl<const N: usize> Search<'_, N> {
    /// Looks for tolls for a figure, and drops the choices that they rule out. Whether they prove
    /// it; nothing when out of steps.
    pub(super) fn lay(&mut self, level: usize) -> Option<bool> {
        let mut figures = [0; LEVELS];
        *figures.get_mut(level)? = ONE;
        let mut tolls = Tolls {
            level,
            figures,
            pool: vec![0; self.stock.all.len()],
        };
        let mut best: Option<Laid> = None;
        // steps in parts of 1024 of the whole gap
        let (mut part, mut idle) = (1024_i64, 0);
        for _ in 0..ROUNDS {
            self.pay()?;
            let laid = Laid::new(tolls.clone(), &self.sites, &self.stock.all, &self.known);
            let asked = self.asked(&laid);
            self.take(&asked);
            let better = best.as_ref().is_none_or(|b| laid.bound > b.bound);
            let bound = laid.bound;
            if better {
                best = Some(laid);
                idle = 0;
            } else {
                idle += 1;
            }
            if best.as_ref().is_some_and(|b| self.will_do(b)) || part == 0 {
                break;
            }
            if idle >= IDLE {
                idle = 0;
                part /= 2;
                tolls = best.as_ref().map_or(tolls, |b| b.tolls.clone());
                continue;
            }
            if !self.step(&mut tolls, &asked, bound, part) {
                break;
            }
        }
        let best = best?;
        let proved = best.proves(&self.known);
        self.laid.push(best);
        self.thin(level);
        Some(proved)
    }

    /// Whether tolls are good enough: for a guide the best there are, of which every bit spares a way.
    fn will_do(&self, laid: &Laid) -> bool {
        if self.loose {
            return laid.bound >= laid.most(&self.known, 0);
        }
        laid.proves(&self.known)
    }

    /// Counts a round of tolls as so many steps as sites have choices.
    fn pay(&mut self) -> Option<()> {
        let turns = self.sites.iter().flat_map(|site| &site.turns);
        let arcs: usize = turns.flat_map(|turn| &turn.arcs).map(Vec::len).sum();
        self.steps = self.steps.checked_sub(u64::try_from(arcs).ok()?)?;
        Some(())
    }

    /// Follows the cheapest choices of every site.
    fn asked(&self, laid: &Laid) -> Asked {
        let mut asked = Asked {
            figures: [0; LEVELS],
            takes: vec![0; self.stock.all.len()],
            splits: vec![Split::default(); self.problem.doses.len()],
        };
        for (s, site) in self.sites.iter().enumerate() {
            let mut left = 0;
            for (t, turn) in site.turns.iter().enumerate() {
                let arcs = turn.arcs.get(left).map_or(&[][..], |a| a);
                let cheapest = arcs
                    .iter()
                    .min_by_key(|arc| laid.cost(s, t, arc.choice) + laid.rest(s, t + 1, arc.next));
                let Some(arc) = cheapest else { continue };
                let Some(choice) = turn.choices.get(arc.choice) else {
                    continue;
                };
                for (slot, n) in asked.figures.iter_mut().zip(&choice.figures) {
                    *slot += n;
                }
                for (slot, n) in asked.takes.iter_mut().zip(&choice.takes) {
                    *slot += i64::from(*n);
                }
                if let Some(slot) = turn.dose.and_then(|d| asked.splits.get_mut(d)) {
                    *slot = choice.split;
                }
                left = arc.next;
            }
        }
        asked
    }

    /// Takes what the sites ask for as what is known, if there is enough and it is cheaper.
    fn take(&mut self, asked: &Asked) {
        let mut each = asked.takes.iter().zip(&self.stock.all);
        let enough = each.all(|(n, all)| *n <= i64::from(*all));
        if enough && !self.loose && asked.figures < self.known {
            self.known = asked.figures;
            self.best = Some(asked.splits.clone());
        }
    }

    /// Goes a step in the direction of what is asked for too much; whether there is any.
    fn step(&self, tolls: &mut Tolls, asked: &Asked, bound: i64, part: i64) -> bool {
        let level = tolls.level;
        let pool = asked.takes.iter().zip(&self.stock.all);
        let pool = pool.map(|(n, all)| n - i64::from(*all));
        let figures = asked.figures.iter().zip(&self.known).take(level);
        let figures = figures.map(|(n, known)| n - known);
        let beyond: Vec<i64> = figures.chain(pool).collect();
        let slots = tolls.figures.iter_mut().take(level);
        let slots: Vec<&mut i64> = slots.chain(&mut tolls.pool).collect();
        // what there is too much of already for nothing is not gone towards
        let gone = |slot: &i64, beyond: i64| beyond > 0 || *slot > 0;
        let each = slots.iter().zip(&beyond);
        let square: i64 = each
            .filter(|(slot, b)| gone(slot, **b))
            .map(|(_, b)| b * b)
            .sum();
        let known = self.known.get(level).copied().unwrap_or(0);
        let gap = i128::from(known * ONE - bound);
        if square == 0 || gap <= 0 {
            return false;
        }
        for (slot, beyond) in slots.into_iter().zip(beyond) {
            let step = gap * i128::from(part) * i128::from(beyond) / 1024 / i128::from(square);
            let to = (i128::from(*slot) + step).clamp(0, i128::from(MOST));
            *slot = i64::try_from(to).unwrap_or(MOST);
        }
        true
    }

    /// Drops the choices that cannot be part of anything as good as what is known in the figure.
    fn thin(&mut self, level: usize) {
        let Some(laid) = self.laid.last().filter(|l| l.tolls.level == level) else {
            return;
        };
        let spare = laid.most(&self.known, 0) - laid.bound;
        for (s, site) in self.sites.iter_mut().enumerate() {
            let least = laid.rest(s, 0, 0);
            let mut before: Vec<i64> = vec![0];
            for (t, turn) in site.turns.iter_mut().enumerate() {
                before = through(turn, &before, |arc, paid| {
                    let cost = laid.cost(s, t, arc.choice);
                    let paid = paid.saturating_add(cost);
                    (paid + laid.rest(s, t + 1, arc.next) - least <= spare).then_some(paid)
                });
            }
        }
    }
}

/// Keeps the choices of a turn for which `pay` says what has been paid then, from what was paid
/// before; returns what was paid at the least for each thing left.
fn through(
    turn: &mut Turn,
    before: &[i64],
    pay: impl Fn(&super::site::Arc, i64) -> Option<i64>,
) -> Vec<i64> {
    let nexts = turn.arcs.iter().flatten().map(|arc| arc.next + 1).max();
    let mut after = vec![NEVER; nexts.unwrap_or(0)];
    for (place, arcs) in turn.arcs.iter_mut().enumerate() {
        let paid = before.get(place).copied().unwrap_or(NEVER);
        arcs.retain(|arc| {
            let Some(paid) = (paid < NEVER).then(|| pay(arc, paid)).flatten() else {
                return false;
            };
            if let Some(slot) = after.get_mut(arc.next) {
                *slot = (*slot).min(paid);
            }
            true
        });
    }
    after
}
