//! One site: every way to make its doses that may be worth it.
//!
//! Each dose is made in each of its ways, of what its site has left or of what the pool has. Two
//! histories that leave the same are one, the cheaper; one that cannot end well, for want of
//! milligrams or because it costs too much, is dropped.

use super::super::grant::ways::{Count, WIDTH};
use super::cost::Cost;
use super::dims::Dims;
use super::problem::{Dose, Problem};

/// How one dose is made: of each strength so many, of which so many from its own site.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Split {
    pub(super) used: Count,
    pub(super) local: Count,
}

/// One way to make all doses of a site.
#[derive(Clone, Debug)]
pub(super) struct SiteOption {
    /// What it takes from the pool, laid out by [`Dims`].
    pub(super) taken: Vec<u16>,
    pub(super) cost: Cost,
    /// The places of the site's doses, and how each is made.
    pub(super) splits: Vec<(usize, Split)>,
}

/// Returns the options of a site that cost at most `most`, none of which takes no less than another
/// for no less cost in an obvious way; nothing when that takes more than `steps` steps.
pub(super) fn options(
    problem: &Problem,
    dims: &Dims,
    site: usize,
    most: Option<Cost>,
    steps: &mut u64,
) -> Option<Vec<SiteOption>> {
    match dims.len {
        0..=4 => Search::<8>::new(problem, dims, site, steps).run(most),
        5..=8 => Search::<16>::new(problem, dims, site, steps).run(most),
        9..=16 => Search::<32>::new(problem, dims, site, steps).run(most),
        17..=64 => Search::<128>::new(problem, dims, site, steps).run(most),
        65..=256 => Search::<512>::new(problem, dims, site, steps).run(most),
        _ => None,
    }
}

/// The most histories side by side. Choice: some hundred megabytes.
const CROWD: usize = 400_000;

/// A history: what the pool has left, then what the site at hand has left, and how it came.
#[derive(Clone, Copy, Debug)]
struct State<const N: usize> {
    left: [u16; N],
    cost: Cost,
    parent: u32,
    split: Split,
}

struct Search<'a, const N: usize> {
    problem: &'a Problem,
    dims: &'a Dims,
    site: usize,
    /// The site's doses in the order of their turn.
    order: Vec<usize>,
    /// For each turn, what the doses from it on cost at the least.
    least: Vec<Cost>,
    /// For each turn and class of the doses, the micrograms still needed from that class on.
    needed: Vec<Vec<(usize, u64)>>,
    steps: &'a mut u64,
}

impl<'a, const N: usize> Search<'a, N> {
    fn new(problem: &'a Problem, dims: &'a Dims, site: usize, steps: &'a mut u64) -> Self {
        let doses = problem.doses.iter().enumerate();
        let own = doses.filter(|(_, dose)| dose.site == site);
        let mut order: Vec<usize> = own.map(|(i, _)| i).collect();
        // what is its own goes to the first tier first
        order.sort_by_key(|i| {
            let dose = problem.doses.get(*i);
            dose.map(|d| (d.tier, d.class, d.total))
        });
        let mut search = Self {
            problem,
            dims,
            site,
            least: vec![Cost::default(); order.len() + 1],
            needed: Vec::new(),
            order,
            steps,
        };
        search.bound();
        search
    }

    fn dose(&self, turn: usize) -> Option<&'a Dose> {
        self.problem.doses.get(*self.order.get(turn)?)
    }

    /// Fills in the least costs and the milligrams needed, from the last turn back.
    fn bound(&mut self) {
        let mut classes: Vec<usize> = self.problem.doses.iter().map(|d| d.class).collect();
        classes.sort_unstable();
        classes.dedup();
        let elsewhere = |class: usize| -> u64 {
            let doses = self.problem.doses.iter();
            let others = doses.filter(|d| d.site != self.site && d.class >= class);
            others.map(|d| d.total).sum()
        };
        let mut needed: Vec<(usize, u64)> =
            classes.into_iter().map(|c| (c, elsewhere(c))).collect();
        let mut all = vec![needed.clone(); self.order.len() + 1];
        let mut least = Cost::default();
        for turn in (0..self.order.len()).rev() {
            let Some(dose) = self.dose(turn) else {
                continue;
            };
            let wasted = dose.ways.iter().map(|(_, wasted)| *wasted).min();
            least.wasted_ug += wasted.unwrap_or(0);
            if let Some(slot) = self.least.get_mut(turn) {
                *slot = least;
            }
            for (class, ug) in &mut needed {
                if *class <= dose.class {
                    *ug += dose.total;
                }
            }
            if let Some(slot) = all.get_mut(turn) {
                slot.clone_from(&needed);
            }
        }
        self.needed = all;
    }

    fn run(mut self, most: Option<Cost>) -> Option<Vec<SiteOption>> {
        let mut history: Vec<Vec<(u32, Split)>> = Vec::with_capacity(self.order.len());
        let start = self.start()?;
        let mut states = vec![start];
        for turn in 0..self.order.len() {
            let dose = self.dose(turn)?;
            let mut next = Vec::new();
            for (parent, state) in states.iter().enumerate() {
                let parent = u32::try_from(parent).ok()?;
                self.make(turn, dose, parent, state, most, &mut next)?;
                if next.len() > CROWD {
                    merge(&mut next);
                    if next.len() > CROWD / 2 {
                        return None;
                    }
                }
            }
            merge(&mut next);
            history.push(next.iter().map(|s| (s.parent, s.split)).collect());
            states = next;
        }
        states.retain_mut(|state| self.leave(state));
        merge(&mut states);
        let len = self.dims.len;
        let options = states.iter().map(|state| {
            let each = start.left.iter().zip(&state.left).take(len);
            SiteOption {
                taken: each.map(|(all, left)| all - left).collect(),
                cost: state.cost,
                splits: self.trace(&history, state.parent, state.split),
            }
        });
        Some(options.collect())
    }

    fn at_least(&self, turn: usize) -> Cost {
        self.least.get(turn).copied().unwrap_or_default()
    }

    /// Returns the beginning: everything is there.
    fn start(&self) -> Option<State<N>> {
        let mut left = [0; N];
        let all = self.dims.lay(&self.problem.supply(None));
        let own = self.dims.lay(&self.problem.supply(Some(self.site)));
        for (slot, n) in left.iter_mut().zip(all.iter().chain(&own)) {
            *slot = u16::try_from(*n).ok()?;
        }
        Some(State {
            left,
            cost: Cost::default(),
            parent: 0,
            split: Split::default(),
        })
    }

    /// Leaves the site: what its own doses left of its later units is no more than what they left
    /// from an earlier class on. Whether the pool has enough then.
    fn leave(&self, state: &mut State<N>) -> bool {
        let len = self.dims.len;
        for strength in 0..self.problem.strengths.len() {
            let mut least = u16::MAX;
            for place in self.dims.of(strength) {
                let Some(own) = state.left.get(len + place).copied() else {
                    continue;
                };
                least = least.min(own);
                let Some(pool) = state.left.get_mut(place) else {
                    continue;
                };
                match pool.checked_sub(own - least) {
                    Some(left) => *pool = left,
                    None => return false,
                }
            }
        }
        for slot in state.left.iter_mut().skip(len) {
            *slot = 0;
        }
        true
    }

    /// Makes a dose in every way; nothing when out of steps.
    fn make(
        &mut self,
        turn: usize,
        dose: &Dose,
        parent: u32,
        state: &State<N>,
        limit: Option<Cost>,
        next: &mut Vec<State<N>>,
    ) -> Option<()> {
        for (used, wasted) in &dose.ways {
            *self.steps = self.steps.checked_sub(1)?;
            let cost = state.cost.plus(Cost::of(dose.tier, 0, *wasted));
            let made = State {
                left: state.left,
                cost,
                parent,
                split: Split {
                    used: *used,
                    local: [0; WIDTH],
                },
            };
            self.choose(turn, dose, 0, made, limit, next)?;
        }
        Some(())
    }

    /// Chooses, for the strengths from `strength` on, how many units are the site's own.
    fn choose(
        &mut self,
        turn: usize,
        dose: &Dose,
        strength: usize,
        mut state: State<N>,
        limit: Option<Cost>,
        next: &mut Vec<State<N>>,
    ) -> Option<()> {
        if strength == self.problem.strengths.len() {
            let least = state.cost.plus(self.at_least(turn + 1));
            if limit.is_none_or(|limit| least <= limit) && self.enough(turn + 1, &state) {
                next.push(state);
            }
            return Some(());
        }
        let wanted = state.split.used.get(strength).copied().unwrap_or(0);
        if wanted == 0 {
            return self.choose(turn, dose, strength + 1, state, limit, next);
        }
        let taken = self.dims.taken(strength, dose.class);
        let n = u16::try_from(wanted).ok()?;
        let mut own = n;
        for place in taken.clone() {
            let Some(left) = state.left.get(place).and_then(|l| l.checked_sub(n)) else {
                return Some(());
            };
            *state.left.get_mut(place)? = left;
            own = own.min(*state.left.get(self.dims.len + place)?);
        }
        // where expiries do not matter, what the site has is best taken at once
        let least = if self.dims.of(strength).len() == 1 {
            own
        } else {
            0
        };
        for local in (least..=own).rev() {
            *self.steps = self.steps.checked_sub(1)?;
            let mut split = state;
            for place in taken.clone() {
                *split.left.get_mut(self.dims.len + place)? -= local;
            }
            *split.split.local.get_mut(strength)? = u32::from(local);
            split.cost = split
                .cost
                .plus(Cost::of(dose.tier, u32::from(n - local), 0));
            self.choose(turn, dose, strength + 1, split, limit, next)?;
        }
        Some(())
    }

    /// Whether the pool has the milligrams for the doses from a turn on.
    fn enough(&self, turn: usize, state: &State<N>) -> bool {
        let needed = self.needed.get(turn).map_or(&[][..], |n| n);
        needed.iter().all(|(class, ug)| {
            let each = self.problem.strengths.iter().enumerate();
            let held = each.map(|(place, strength)| {
                let left = self
                    .dims
                    .from(place, *class)
                    .and_then(|p| state.left.get(p));
                strength * u64::from(left.copied().unwrap_or(0))
            });
            held.sum::<u64>() >= *ug
        })
    }

    /// Follows a last history back to the first.
    fn trace(
        &self,
        history: &[Vec<(u32, Split)>],
        parent: u32,
        split: Split,
    ) -> Vec<(usize, Split)> {
        let mut splits = Vec::with_capacity(self.order.len());
        let (mut parent, mut split) = (parent, split);
        for (turn, place) in self.order.iter().enumerate().rev() {
            splits.push((*place, split));
            let before = turn.checked_sub(1).and_then(|t| history.get(t));
            let at = usize::try_from(parent).unwrap_or(usize::MAX);
            if let Some(kept) = before.and_then(|b| b.get(at)) {
                (parent, split) = *kept;
            }
        }
        splits
    }
}

/// Keeps the cheapest of the histories that leave the same, and none that leaves less of the
/// first strength for no less cost.
fn merge<const N: usize>(states: &mut Vec<State<N>>) {
    states.sort_unstable_by(|a, b| {
        let rest = |s: &State<N>| s.left;
        let (ra, rb) = (rest(a), rest(b));
        ra.get(1..)
            .cmp(&rb.get(1..))
            .then(rb.first().cmp(&ra.first()))
            .then(a.cost.cmp(&b.cost))
            .then(a.parent.cmp(&b.parent))
            .then(a.split.used.cmp(&b.split.used))
            .then(a.split.local.cmp(&b.split.local))
    });
    let mut last: Option<([u16; N], Cost)> = None;
    states.retain(|s| {
        let worse =
            last.is_some_and(|(left, cost)| left.get(1..) == s.left.get(1..) && s.cost >= cost);
        if !worse {
            last = Some((s.left, s.cost));
        }
        !worse
    });
}
