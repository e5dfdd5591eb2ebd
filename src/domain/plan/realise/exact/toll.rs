//! Tolls, and the bound from below that they give for one figure.
//!
//! Let every site pay a toll for each unit it takes from the pool, and for each that counts in a
//! figure that was proved before. What all sites pay at the least, less what the tolls come to of
//! all that the pool has and of those figures, is never more than the least the figure can be. Good
//! tolls are found by raising those of what is asked for too much; any tolls give a true bound.

use super::measure::{Figures, LEVELS};
use super::site::{Choice, Site, Turn};
use super::{Search, Split};

/// One of a figure, in the unit of tolls.
const ONE: i64 = 1 << 16;
/// The most rounds of raising and lowering. Choice: by trial.
const ROUNDS: u32 = 100;
/// After so many rounds that find nothing steps become shorter. Choice: by trial.
const IDLE: u32 = 6;
/// No toll is higher.
const MOST: i64 = ONE << 20;

/// Tolls for one figure.
#[derive(Clone, Debug)]
pub(super) struct Tolls {
    pub(super) level: usize,
    /// On what counts in the figures before.
    figures: Figures,
    pub(super) pool: Vec<i64>,
}

impl Tolls {
    /// Returns what a choice costs with its tolls.
    pub(super) fn cost(&self, choice: &Choice) -> i64 {
        let figures = self.figures.iter().zip(&choice.figures);
        let figures: i64 = figures.map(|(toll, n)| toll * n).sum();
        figures + self.worth(&choice.takes)
    }

    /// Returns the tolls of what is taken from the pool.
    pub(super) fn worth(&self, takes: &[u16]) -> i64 {
        let takes = self.pool.iter().zip(takes);
        takes.map(|(toll, n)| toll * i64::from(*n)).sum()
    }

    /// Returns what the figures before may come to, in tolls.
    fn allowed(&self, known: &Figures) -> i64 {
        let before = self.figures.iter().zip(known).take(self.level);
        before.map(|(toll, n)| toll * n).sum()
    }
}

/// Tolls, and what they make of every site.
#[derive(Clone, Debug)]
pub(super) struct Laid {
    pub(super) tolls: Tolls,
    /// The bound from below, in the unit of tolls.
    pub(super) bound: i64,
    /// What a history has paid before its first turn: less than nothing.
    pub(super) start: i64,
    /// For each site, turn and thing left, what the site pays at the least from then on.
    pub(super) rest: Vec<Vec<Vec<i64>>>,
    /// For each site, turn and choice, what it costs.
    pub(super) costs: Vec<Vec<Vec<i64>>>,
}

/// No choice leads on.
pub(super) const NEVER: i64 = i64::MAX / 4;

impl Laid {
    fn new(tolls: Tolls, sites: &[Site], all: &[u16], known: &Figures) -> Self {
        let start = -tolls.worth(all) - tolls.allowed(known);
        let mut laid = Self {
            bound: start,
            start,
            rest: Vec::with_capacity(sites.len()),
            costs: Vec::with_capacity(sites.len()),
            tolls,
        };
        for site in sites {
            let (rest, costs) = laid.site(site);
            let first = rest.first().and_then(|r| r.first()).copied();
            laid.bound = (laid.bound + first.unwrap_or(0)).min(NEVER);
            laid.rest.push(rest);
            laid.costs.push(costs);
        }
        laid
    }

    fn site(&self, site: &Site) -> (Vec<Vec<i64>>, Vec<Vec<i64>>) {
        let mut rest = vec![Vec::new(); site.turns.len() + 1];
        let mut costs = vec![Vec::new(); site.turns.len()];
        let mut after: Vec<i64> = vec![0];
        for (place, turn) in site.turns.iter().enumerate().rev() {
            let each: Vec<i64> = turn.choices.iter().map(|c| self.tolls.cost(c)).collect();
            let now = turn.arcs.iter().map(|arcs| {
                let paid = arcs.iter().map(|arc| {
                    let cost = each.get(arc.choice).copied().unwrap_or(NEVER);
                    cost + after.get(arc.next).copied().unwrap_or(NEVER)
                });
                paid.min().unwrap_or(NEVER).min(NEVER)
            });
            let now: Vec<i64> = now.collect();
            if let Some(slot) = rest.get_mut(place + 1) {
                *slot = std::mem::replace(&mut after, now);
            }
            if let Some(slot) = costs.get_mut(place) {
                *slot = each;
            }
        }
        if let Some(slot) = rest.first_mut() {
            *slot = after;
        }
        (rest, costs)
    }

    /// Whether the figure cannot be less than is known.
    pub(super) fn proves(&self, known: &Figures) -> bool {
        let known = known.get(self.tolls.level).copied().unwrap_or(0);
        self.bound > (known - 1) * ONE
    }

    /// Returns the most that a history may pay that ends at `figure`.
    pub(super) fn most(&self, known: &Figures, less: i64) -> i64 {
        let known = known.get(self.tolls.level).copied().unwrap_or(0);
        (known - less) * ONE
    }

    /// Returns what a turn's choice costs.
    pub(super) fn cost(&self, site: usize, turn: usize, choice: usize) -> i64 {
        let costs = self.costs.get(site).and_then(|s| s.get(turn));
        costs.and_then(|t| t.get(choice)).copied().unwrap_or(NEVER)
    }

    /// Returns what a site pays at the least from a turn on.
    pub(super) fn rest(&self, site: usize, turn: usize, left: usize) -> i64 {
        let rest = self.rest.get(site).and_then(|s| s.get(turn));
        rest.and_then(|t| t.get(left)).copied().unwrap_or(NEVER)
    }
}

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
            if best.as_ref().is_some_and(|b| b.proves(&self.known)) || part == 0 {
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
        if enough && asked.figures < self.known {
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
