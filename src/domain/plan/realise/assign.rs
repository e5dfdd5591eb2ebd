//! Which stock rows: first a site's own, then what others can spare.
//!
//! The doses of the latest days choose first. All that is usable then is usable on every earlier
//! day, so whatever they choose leaves enough.

use super::super::grant::ways::Count;
use super::exact::Split;
use super::problem::{Dose, Problem, Row};
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// Units of a stock row in a dose: the places of the dose and of the row, and how many.
pub(super) type Taken = (usize, usize, u32);

/// Takes for each dose its own site's units as `splits` say, the others from the pool.
pub(super) fn split(problem: &Problem, splits: &[Split]) -> Vec<Taken> {
    let mut shelf = Shelf::new(problem, splits.iter().map(|s| s.used));
    let order = latest_first(problem);
    for at_home in [true, false] {
        for place in &order {
            let (Some(dose), Some(split)) = (problem.doses.get(*place), splits.get(*place)) else {
                continue;
            };
            for (strength, (used, local)) in split.used.iter().zip(&split.local).enumerate() {
                if at_home {
                    shelf.take(*place, dose, strength, *local, At::Home);
                } else {
                    shelf.take(*place, dose, strength, used - local, At::Any);
                }
            }
        }
    }
    shelf.taken
}

/// Takes for each dose its own site's units where it has some, the others from the pool.
pub(super) fn own_first(problem: &Problem, used: &[Count]) -> Vec<Taken> {
    let mut shelf = Shelf::new(problem, used.iter().copied());
    let order = latest_first(problem);
    for of_a_class in order.chunk_by(|a, b| class(problem, *a) == class(problem, *b)) {
        let mut missing: Vec<(usize, usize, u32)> = Vec::new();
        for place in of_a_class {
            let (Some(dose), Some(used)) = (problem.doses.get(*place), used.get(*place)) else {
                continue;
            };
            for (strength, n) in used.iter().enumerate() {
                let rest = shelf.take(*place, dose, strength, *n, At::Home);
                missing.push((*place, strength, rest));
            }
        }
        for (place, strength, n) in missing {
            if let Some(dose) = problem.doses.get(place) {
                shelf.take(place, dose, strength, n, At::Any);
            }
        }
    }
    shelf.taken
}

fn class(problem: &Problem, place: usize) -> Option<usize> {
    problem.doses.get(place).map(|d| d.class)
}

fn latest_first(problem: &Problem) -> Vec<usize> {
    let mut order: Vec<usize> = (0..problem.doses.len()).collect();
    order.sort_by_key(|i| {
        problem
            .doses
            .get(*i)
            .map(|d| (Reverse(d.class), d.tier, d.of))
    });
    order
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Home,
    Any,
}

struct Shelf<'a> {
    rows: &'a [Row],
    left: Vec<u32>,
    /// The places of the rows of each strength and site, the soonest out of date first.
    of: Vec<Vec<Vec<usize>>>,
    /// What each site has of each strength beyond what its own doses take.
    spare: Vec<Vec<i64>>,
    /// The sites by what they can spare of each strength, the first of equals last.
    givers: Vec<BTreeSet<(i64, Reverse<usize>)>>,
    taken: Vec<Taken>,
}

impl<'a> Shelf<'a> {
    fn new(problem: &'a Problem, used: impl Iterator<Item = Count>) -> Self {
        let strengths = problem.strengths.len();
        let mut of = vec![vec![Vec::new(); problem.sites]; strengths];
        let mut spare = vec![vec![0_i64; problem.sites]; strengths];
        let mut order: Vec<usize> = (0..problem.rows.len()).collect();
        order.sort_by_key(|i| problem.rows.get(*i).map(|r| (r.expiry, r.stock)));
        for place in order {
            let Some(row) = problem.rows.get(place) else {
                continue;
            };
            let own = of.get_mut(row.strength).and_then(|s| s.get_mut(row.site));
            if let Some(own) = own {
                own.push(place);
            }
            add(&mut spare, row.strength, row.site, i64::from(row.units));
        }
        for (dose, used) in problem.doses.iter().zip(used) {
            for (strength, n) in used.iter().enumerate() {
                add(&mut spare, strength, dose.site, -i64::from(*n));
            }
        }
        let givers = spare.iter().map(|sites| {
            let sites = sites.iter().enumerate();
            sites.map(|(site, n)| (*n, Reverse(site))).collect()
        });
        Self {
            givers: givers.collect(),
            rows: &problem.rows,
            left: problem.rows.iter().map(|r| r.units).collect(),
            of,
            spare,
            taken: Vec::new(),
        }
    }

    /// Takes up to `n` units for a dose; returns how many are missing.
    fn take(&mut self, place: usize, dose: &Dose, strength: usize, n: u32, at: At) -> u32 {
        let mut missing = n;
        while missing > 0 {
            let site = match at {
                At::Home => Some(dose.site),
                At::Any => self.giver(strength, dose),
            };
            let Some((row, units)) = site.and_then(|site| self.soonest(strength, site, dose.class))
            else {
                break;
            };
            let units = units.min(missing);
            let units = match (at, site) {
                (At::Any, Some(site)) => units.min(self.can_spare(strength, site)),
                _ => units,
            };
            if let Some(left) = self.left.get_mut(row) {
                *left -= units;
            }
            if let (At::Any, Some(site)) = (at, site) {
                self.give(strength, site, units);
            }
            missing -= units;
            self.taken.push((place, row, units));
        }
        missing
    }

    /// Returns the site that can best spare a unit of a strength for a dose; its own is the last.
    fn giver(&self, strength: usize, dose: &Dose) -> Option<usize> {
        let has = |site: usize| self.soonest(strength, site, dose.class).is_some();
        let best_first = self.givers.get(strength)?.iter().rev();
        let mut others = best_first.map(|(_, Reverse(site))| *site);
        let other = others.find(|site| *site != dose.site && has(*site));
        other.or_else(|| has(dose.site).then_some(dose.site))
    }

    /// Notes that a site gave units of a strength.
    fn give(&mut self, strength: usize, site: usize, units: u32) {
        let spare = self.spare.get_mut(strength).and_then(|s| s.get_mut(site));
        if let (Some(spare), Some(givers)) = (spare, self.givers.get_mut(strength)) {
            givers.remove(&(*spare, Reverse(site)));
            *spare -= i64::from(units);
            givers.insert((*spare, Reverse(site)));
        }
    }

    /// Returns how many units at once a site gives: what it can spare, else one.
    fn can_spare(&self, strength: usize, site: usize) -> u32 {
        let spare = self.spare.get(strength).and_then(|s| s.get(site));
        u32::try_from(spare.copied().unwrap_or(0))
            .unwrap_or(0)
            .max(1)
    }

    fn soonest(&self, strength: usize, site: usize, class: usize) -> Option<(usize, u32)> {
        let rows = self.of.get(strength)?.get(site)?;
        rows.iter().find_map(|place| {
            let left = self.left.get(*place).copied().filter(|n| *n > 0)?;
            let usable = self.rows.get(*place).is_some_and(|r| r.reach >= class);
            usable.then_some((*place, left))
        })
    }
}

fn add(spare: &mut [Vec<i64>], strength: usize, site: usize, n: i64) {
    if let Some(slot) = spare.get_mut(strength).and_then(|s| s.get_mut(site)) {
        *slot += n;
    }
}
