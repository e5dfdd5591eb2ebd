//! Tolls, and what they make of every site: what is paid from each turn on, and the bound from below.

use super::measure::Figures;
use super::site::{Choice, Site};

/// One of a figure, in the unit of tolls.
pub(super) const ONE: i64 = 1 << 16;

/// Tolls for one figure.
#[derive(Clone, Debug)]
pub(super) struct Tolls {
    pub(super) level: usize,
    /// On what counts in the figures before.
    pub(super) figures: Figures,
    pub(super) pool: Vec<i64>,
}

impl Tolls {
    /// Returns what a choice costs with its tolls.
    pub(super) fn cost(&self, choice: &Choice) -> i64 {
        self.of(&choice.figures) + self.worth(&choice.takes)
    }

    /// Returns the tolls of what counts in the figures.
    pub(super) fn of(&self, figures: &Figures) -> i64 {
        let figures = self.figures.iter().zip(figures);
        figures.map(|(toll, n)| toll * n).sum()
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
    /// Lays tolls on every site.
    pub(super) fn new(tolls: Tolls, sites: &[Site], all: &[u16], known: &Figures) -> Self {
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
