//! The cheapest realisation: the options of every site, combined.
//!
//! Prices on what the pool has say, for each site by itself, what its options cost at the least:
//! together a bound from below. Options that cannot be part of anything cheaper than what is known
//! are dropped; what is left is combined site by site, histories that leave the same being one. A
//! first pass keeps a few histories, later ones more; a pass that dropped none has found the least
//! there is.

use super::cost::Cost;
use super::dims::Dims;
use super::options::{SiteOption, Split, options};
use super::problem::Problem;
use super::toll::Tolls;
use std::cmp::Reverse;

/// How many histories each pass keeps. Choice: by trial.
const WIDTHS: [usize; 3] = [128, 4_096, 400_000];

/// So many histories are compared before more are made.
const MANY: usize = 1_000_000;

/// What was found.
#[derive(Debug)]
pub(super) struct Found {
    /// The cheapest realisation, if one was found cheaper than what was known.
    pub(super) best: Option<(Cost, Vec<Split>)>,
    /// Whether there is none cheaper.
    pub(super) proved: bool,
}

/// Looks for a realisation cheaper than `known`, in at most `steps` steps.
pub(super) fn search(problem: &Problem, known: Cost, steps: u64) -> Found {
    let mut found = Found {
        best: None,
        proved: false,
    };
    let mut steps = steps;
    if let Some(mut combine) = Combine::new(problem, known, &mut steps) {
        for width in WIDTHS {
            let Some(done) = combine.pass(width, &mut steps) else {
                break;
            };
            found.proved = done;
            if done {
                break;
            }
        }
        found.best = combine.best;
    }
    found
}

struct Combine<'a> {
    problem: &'a Problem,
    /// What the pool has.
    all: Vec<u16>,
    /// The options of each site with doses, most options first.
    sites: Vec<Vec<SiteOption>>,
    tolls: Tolls,
    known: Cost,
    best: Option<(Cost, Vec<Split>)>,
}

/// A history: what is left, what it costs, and how it came.
#[derive(Clone, Debug)]
struct State {
    left: Vec<u16>,
    cost: Cost,
    parent: u32,
    option: u32,
}

impl<'a> Combine<'a> {
    fn new(problem: &'a Problem, known: Cost, steps: &mut u64) -> Option<Self> {
        let dims = Dims::new(problem);
        let all = dims.lay(&problem.supply(None)).into_iter();
        let all: Option<Vec<u16>> = all.map(|n| u16::try_from(n).ok()).collect();
        let mut at: Vec<usize> = problem.doses.iter().map(|d| d.site).collect();
        at.sort_unstable();
        at.dedup();
        let sites = at
            .into_iter()
            .map(|site| options(problem, &dims, site, Some(known), steps));
        let mut combine = Self {
            problem,
            all: all?,
            sites: sites.collect::<Option<_>>()?,
            tolls: Tolls::default(),
            known,
            best: None,
        };
        combine.sharpen();
        Some(combine)
    }

    /// Looks for prices, and drops the options that they rule out.
    fn sharpen(&mut self) {
        let limit = self.limit();
        self.tolls = Tolls::find(&self.sites, &self.all, limit);
        for toll in &self.tolls.kept {
            let least = toll.least(&self.sites);
            let sum: i128 = least.iter().sum();
            let spare = limit.scalar() - (sum - toll.worth(&self.all));
            for (site, least) in self.sites.iter_mut().zip(&least) {
                site.retain(|o| toll.cost(o) - least <= spare);
            }
        }
        self.sites.sort_by_key(|s| Reverse(s.len()));
        self.tolls.lay(&self.sites);
    }

    fn limit(&self) -> Cost {
        self.best.as_ref().map_or(self.known, |(cost, _)| *cost)
    }

    /// Combines all sites, keeping at most `width` histories; whether nothing cheaper can be left;
    /// nothing when out of steps.
    fn pass(&mut self, width: usize, steps: &mut u64) -> Option<bool> {
        let mut dropped = false;
        let mut history: Vec<Vec<(u32, u32)>> = Vec::new();
        let mut states = vec![State {
            left: self.all.clone(),
            cost: Cost::default(),
            parent: 0,
            option: 0,
        }];
        let limit = self.limit();
        for (turn, site) in self.sites.iter().enumerate() {
            let mut next: Vec<State> = Vec::new();
            for (parent, state) in states.iter().enumerate() {
                for (option, o) in site.iter().enumerate() {
                    *steps = steps.checked_sub(1)?;
                    let cost = state.cost.plus(o.cost);
                    if let Some(left) = minus(&state.left, &o.taken)
                        && self.tolls.bound(turn + 1, &left, cost) < limit.scalar()
                    {
                        next.push(State {
                            left,
                            cost,
                            parent: u32::try_from(parent).ok()?,
                            option: u32::try_from(option).ok()?,
                        });
                    }
                }
                if next.len() > MANY {
                    merge(&mut next);
                }
            }
            merge(&mut next);
            if next.len() > width {
                dropped = true;
                let tolls = &self.tolls;
                next.sort_by_cached_key(|s| {
                    (
                        tolls.bound(turn + 1, &s.left, s.cost),
                        Reverse(s.left.clone()),
                    )
                });
                next.truncate(width);
            }
            history.push(next.iter().map(|s| (s.parent, s.option)).collect());
            states = next;
        }
        // tolls say less than nothing of the last history, so it may cost more than what is known
        let better = states.iter().enumerate().filter(|(_, s)| s.cost < limit);
        let best = better.min_by_key(|(_, s)| (s.cost, &s.left));
        if let Some((place, state)) = best {
            let splits = self.trace(&history, place);
            self.best = Some((state.cost, splits));
            if dropped {
                self.sharpen();
            }
        }
        Some(!dropped)
    }

    /// Follows a last history back to the first.
    fn trace(&self, history: &[Vec<(u32, u32)>], last: usize) -> Vec<Split> {
        let mut splits = vec![Split::default(); self.problem.doses.len()];
        let mut at = last;
        for (kept, site) in history.iter().zip(&self.sites).rev() {
            let Some((parent, option)) = kept.get(at).copied() else {
                continue;
            };
            let option = usize::try_from(option).ok().and_then(|o| site.get(o));
            for (dose, split) in option.into_iter().flat_map(|o| &o.splits) {
                if let Some(slot) = splits.get_mut(*dose) {
                    *slot = *split;
                }
            }
            at = usize::try_from(parent).unwrap_or(usize::MAX);
        }
        splits
    }
}

/// Returns what is left when an option is taken, if there is enough.
fn minus(left: &[u16], taken: &[u16]) -> Option<Vec<u16>> {
    let enough = left.iter().zip(taken).all(|(l, t)| l >= t);
    enough.then(|| left.iter().zip(taken).map(|(l, t)| l - t).collect())
}

/// Keeps the cheapest of the histories that leave the same, and none that leaves less of the
/// first strength for no less cost.
fn merge(states: &mut Vec<State>) {
    states.sort_unstable_by(|a, b| {
        a.left
            .get(1..)
            .cmp(&b.left.get(1..))
            .then(b.left.first().cmp(&a.left.first()))
            .then(a.cost.cmp(&b.cost))
            .then((a.parent, a.option).cmp(&(b.parent, b.option)))
    });
    let mut last: Option<(Vec<u16>, Cost)> = None;
    states.retain(|s| {
        let worse = last
            .as_ref()
            .is_some_and(|(left, cost)| left.get(1..) == s.left.get(1..) && s.cost >= *cost);
        if !worse {
            last = Some((s.left.clone(), s.cost));
        }
        !worse
    });
}
