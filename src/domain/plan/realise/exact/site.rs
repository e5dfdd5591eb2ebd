//! One site by itself: what it may do with what it has, dose by dose.
//!
//! Of what a site has, as much counts as its doses to come could use. Histories that leave the
//! same there are one; what they take from the pool is not looked at here.

use super::super::problem::{Dose, Problem};
use super::Split;
use super::measure::{Figures, LEVELS, Measure};
use super::stock::Stock;
use crate::domain::plan::grant::ways::{Count, WIDTH};
use std::collections::BTreeMap;

/// One way to make a dose.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) figures: Figures,
    /// What it takes of what the pool has and is kept.
    pub(super) takes: Vec<u16>,
    pub(super) split: Split,
}

/// A choice that a site has with what it has left: its place, and that of what is left then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Arc {
    pub(super) choice: usize,
    pub(super) next: usize,
}

/// A dose's turn; or the site's last, which takes from the pool what others cannot use of it.
#[derive(Debug)]
pub(super) struct Turn {
    pub(super) dose: Option<usize>,
    pub(super) choices: Vec<Choice>,
    /// For each of what may be left, the choices.
    pub(super) arcs: Vec<Vec<Arc>>,
}

/// A site's turns; after the last, one thing is left or several.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) turns: Vec<Turn>,
}

/// What a site has left.
type Left<const N: usize> = [u16; N];

/// Gathers what a site may do; nothing when out of steps, or where it has more than is counted.
pub(super) fn build<const N: usize>(
    problem: &Problem,
    measure: &Measure,
    stock: &Stock,
    site: usize,
    steps: &mut u64,
) -> Option<Site> {
    let mut order: Vec<(usize, &Dose)> = problem.doses.iter().enumerate().collect();
    order.retain(|(_, dose)| dose.site == site);
    // what is its own goes to the first tier first
    order.sort_by_key(|(_, d)| (d.tier, d.class, d.total, d.need));
    let own = stock.dims.lay(&problem.supply(Some(site)));
    let mut start = [0; N];
    let mut hold = Hold::new(stock, &own, &order, &mut start)?;
    let mut lefts = vec![start];
    let mut turns = Vec::with_capacity(order.len() + 1);
    for (turn, (place, dose)) in order.iter().enumerate() {
        let rest = order.get(turn + 1..).unwrap_or(&[]);
        hold.look(stock, rest);
        let mut maker = Maker {
            measure,
            stock,
            hold: &hold,
            dose,
            made: Turn {
                dose: Some(*place),
                choices: Vec::new(),
                arcs: Vec::with_capacity(lefts.len()),
            },
            choices: BTreeMap::new(),
            nexts: BTreeMap::new(),
            steps,
        };
        for left in &lefts {
            maker.arcs(left)?;
        }
        let mut next: Vec<(Left<N>, usize)> = maker.nexts.into_iter().collect();
        next.sort_unstable_by_key(|(_, place)| *place);
        lefts = next.into_iter().map(|(left, _)| left).collect();
        turns.push(maker.made);
    }
    if stock.free.iter().any(|free| !free) {
        turns.push(hold.leave(stock, &lefts));
    }
    Some(Site { turns })
}

/// How a site's own units of a strength are counted.
enum Own {
    /// It has none.
    None,
    /// Only as far as what is left of these places: of `dims`, and of what is left.
    Places(Vec<(usize, usize)>),
}

/// How all its own units are counted.
struct Hold {
    own: Vec<Own>,
    /// What the doses to come could use at each place of `dims`.
    useful: Vec<u32>,
}

impl Hold {
    fn new<const N: usize>(
        stock: &Stock,
        own: &[u32],
        doses: &[(usize, &Dose)],
        start: &mut Left<N>,
    ) -> Option<Self> {
        let useful = stock.useful(doses.iter().map(|(_, dose)| *dose));
        let at = |counts: &[u32], place: usize| counts.get(place).copied().unwrap_or(0);
        let mut hold = Self {
            own: Vec::new(),
            useful: Vec::new(),
        };
        let mut slots = start.iter_mut().enumerate();
        for (strength, free) in stock.free.iter().enumerate() {
            let all = || stock.dims.of(strength);
            if all().all(|place| at(own, place) == 0) {
                hold.own.push(Own::None);
                continue;
            }
            let only = all().all(|place| at(own, place) == at(&stock.supply, place));
            let mut places: Vec<(usize, usize)> = Vec::new();
            let mut before = None;
            for place in all() {
                let n = at(own, place);
                // what others have none of is the pool's to count
                let counts = n < at(&useful, place) && n != at(&stock.supply, place);
                let kept = stock.kept(place).is_some();
                let counts = if *free { counts } else { !only };
                let counts = counts && (before != Some(n) || kept && !free);
                if counts {
                    let (slot, left) = slots.next()?;
                    *left = u16::try_from(n).ok()?;
                    places.push((place, slot));
                    before = Some(n);
                }
            }
            hold.own.push(Own::Places(places));
        }
        Some(hold)
    }

    /// Looks at the doses to come.
    fn look(&mut self, stock: &Stock, doses: &[(usize, &Dose)]) {
        self.useful = stock.useful(doses.iter().map(|(_, dose)| *dose));
    }

    /// Returns the last turn: what the doses left of later units is no more than what they left
    /// from an earlier class on.
    fn leave<const N: usize>(&self, stock: &Stock, lefts: &[Left<N>]) -> Turn {
        let mut turn = Turn {
            dose: None,
            choices: Vec::new(),
            arcs: Vec::new(),
        };
        for left in lefts {
            let mut takes = vec![0; stock.all.len()];
            for (own, _) in self.own.iter().zip(&stock.free).filter(|(_, free)| !**free) {
                let Own::Places(places) = own else {
                    continue;
                };
                let mut least = u16::MAX;
                for (place, slot) in places {
                    let n = left.get(*slot).copied().unwrap_or(0);
                    least = least.min(n);
                    if let Some(take) = stock.kept(*place).and_then(|p| takes.get_mut(p)) {
                        *take = n - least;
                    }
                }
            }
            turn.arcs.push(vec![Arc {
                choice: turn.choices.len(),
                next: 0,
            }]);
            turn.choices.push(Choice {
                figures: [0; LEVELS],
                takes,
                split: Split::default(),
            });
        }
        turn
    }
}

/// Makes one dose in every way.
struct Maker<'a, const N: usize> {
    measure: &'a Measure,
    stock: &'a Stock,
    hold: &'a Hold,
    dose: &'a Dose,
    made: Turn,
    /// The places of the choices: of the way, and what of it is the site's own.
    choices: BTreeMap<(usize, Count), usize>,
    /// The places of what may be left.
    nexts: BTreeMap<Left<N>, usize>,
    steps: &'a mut u64,
}

impl<const N: usize> Maker<'_, N> {
    fn arcs(&mut self, left: &Left<N>) -> Option<()> {
        let mut arcs = Vec::new();
        for way in 0..self.dose.ways.len() {
            self.choose((way, [0; WIDTH]), 0, *left, &mut arcs)?;
        }
        self.thin(&mut arcs);
        self.made.arcs.push(arcs);
        Some(())
    }

    /// Chooses, for the strengths from `strength` on, how many units are the site's own.
    fn choose(
        &mut self,
        (way, mut local): (usize, Count),
        strength: usize,
        left: Left<N>,
        arcs: &mut Vec<Arc>,
    ) -> Option<()> {
        *self.steps = self.steps.checked_sub(1)?;
        let Some(own) = self.hold.own.get(strength) else {
            return self.enter((way, local), left, arcs);
        };
        let (used, _) = self.dose.ways.get(way)?;
        let n = used.get(strength).copied().unwrap_or(0);
        let (least, most) = match own {
            Own::None => (0, 0),
            Own::Places(places) => self.own(strength, places, &left, n),
        };
        for own_units in least..=most {
            let mut left = left;
            if let Own::Places(places) = own {
                for slot in self.taken(strength, places) {
                    let slot = left.get_mut(slot)?;
                    *slot = slot.checked_sub(u16::try_from(own_units).ok()?)?;
                }
                self.forget(strength, places, &mut left);
            }
            *local.get_mut(strength)? = own_units;
            self.choose((way, local), strength + 1, left, arcs)?;
        }
        Some(())
    }

    /// Returns how many of `n` units may be the site's own, at the least and at the most.
    ///
    /// What of its own nobody could use later is best taken at once: whoever else had it can have
    /// the unit that this dose would move. So is all where it is not short later.
    fn own(
        &self,
        strength: usize,
        places: &[(usize, usize)],
        left: &Left<N>,
        n: u32,
    ) -> (u32, u32) {
        let at = |slot: usize| left.get(slot).copied().map_or(0, u32::from);
        let here = self.taken(strength, places).map(at).min();
        let Some(here) = here else {
            return (n, n);
        };
        let taken = self.stock.dims.taken(strength, self.dose.class);
        let short = |place: usize| self.stock.kept(place).is_some();
        let mut later = places.iter().filter(|(p, _)| *p >= taken.end && short(*p));
        let later = later.next().map_or(0, |(_, slot)| at(*slot));
        (n.min(here.saturating_sub(later)), n.min(here))
    }

    /// Counts more than can be used as no more.
    ///
    /// Where expiries matter, that is what is above all that can be used and all that is left
    /// later, and by as much up to any place: how much less there is earlier is left as it is.
    fn forget(&self, strength: usize, places: &[(usize, usize)], left: &mut Left<N>) {
        let free = self.stock.free.get(strength).copied().unwrap_or(true);
        let useful = |place: usize| {
            let useful = self.hold.useful.get(place).copied().unwrap_or(0);
            u16::try_from(useful).unwrap_or(u16::MAX)
        };
        let mut later = 0_u16;
        for upto in (0..places.len()).rev() {
            let from = if free { upto } else { 0 };
            let some = places.get(from..=upto).unwrap_or(&[]);
            let idle = some.iter().map(|(place, slot)| {
                let n = left.get(*slot).copied().unwrap_or(0);
                n.saturating_sub(useful(*place)).saturating_sub(later)
            });
            let idle = idle.min().unwrap_or(0);
            for (_, slot) in some {
                if let Some(slot) = left.get_mut(*slot) {
                    *slot -= idle;
                }
            }
            if let Some((_, slot)) = some.last().filter(|_| !free) {
                later = later.max(left.get(*slot).copied().unwrap_or(0));
            }
        }
    }

    /// Returns the places of what is left that a dose takes a strength from.
    fn taken<'p>(
        &self,
        strength: usize,
        places: &'p [(usize, usize)],
    ) -> impl Iterator<Item = usize> + use<'p, N> {
        let taken = self.stock.dims.taken(strength, self.dose.class);
        let places = places
            .iter()
            .filter(move |(place, _)| taken.contains(place));
        places.map(|(_, slot)| *slot)
    }

    fn enter(
        &mut self,
        (way, local): (usize, Count),
        left: Left<N>,
        arcs: &mut Vec<Arc>,
    ) -> Option<()> {
        let choice = match self.choices.get(&(way, local)) {
            Some(place) => *place,
            None => self.choice(way, local)?,
        };
        let fresh = self.nexts.len();
        let next = *self.nexts.entry(left).or_insert(fresh);
        arcs.push(Arc { choice, next });
        Some(())
    }

    fn choice(&mut self, way: usize, local: Count) -> Option<usize> {
        let (used, wasted) = self.dose.ways.get(way)?;
        let all: u32 = used.iter().sum();
        let moved = all.checked_sub(local.iter().sum())?;
        let place = self.made.choices.len();
        self.made.choices.push(Choice {
            figures: self.measure.of(self.dose, moved, *wasted)?,
            takes: self.stock.takes(self.dose.class, used)?,
            split: Split { used: *used, local },
        });
        self.choices.insert((way, local), place);
        Some(place)
    }

    /// Drops choices that leave the same as another, take no less and cost no less.
    fn thin(&self, arcs: &mut Vec<Arc>) {
        let choice = |arc: &Arc| self.made.choices.get(arc.choice);
        let no_better = |a: &Arc, b: &Arc| {
            let (Some(x), Some(y)) = (choice(a), choice(b)) else {
                return false;
            };
            let mut takes = x.takes.iter().zip(&y.takes);
            a.next == b.next && takes.all(|(x, y)| x >= y) && x.figures >= y.figures
        };
        let mut kept: Vec<Arc> = Vec::with_capacity(arcs.len());
        for arc in arcs.iter() {
            if kept.iter().any(|other| no_better(arc, other)) {
                continue;
            }
            kept.retain(|other| !no_better(other, arc));
            kept.push(*arc);
        }
        *arcs = kept;
    }
}
