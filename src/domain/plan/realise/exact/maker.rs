//! One dose of one site, made in every way.

use super::super::problem::Dose;
use super::Split;
use super::guide::{self, Ahead, Paid};
use super::hold::{Hold, Own};
use super::measure::Measure;
use super::site::{Arc, Choice, Left, Turn};
use super::stock::Stock;
use crate::domain::plan::grant::ways::{Count, WIDTH};
use std::collections::BTreeMap;

/// Makes one dose in every way.
pub(super) struct Maker<'a, const N: usize> {
    pub(super) measure: &'a Measure,
    pub(super) stock: &'a Stock,
    pub(super) hold: &'a Hold,
    pub(super) dose: &'a Dose,
    pub(super) made: Turn,
    /// The places of the choices: of the way, and what of it is the site's own.
    pub(super) choices: BTreeMap<(usize, Count), usize>,
    /// The places of what may be left; their order is that of `lefts`.
    pub(super) nexts: BTreeMap<Left<N>, usize>,
    pub(super) lefts: Vec<Left<N>>,
    pub(super) steps: &'a mut u64,
    pub(super) loose: bool,
    pub(super) turn: usize,
    pub(super) ahead: Option<&'a Ahead<'a>>,
    /// What was paid at the least, as the guide counts, for what is left before this dose.
    pub(super) before: Paid,
    /// What each choice pays.
    pub(super) pays: Vec<Paid>,
    /// What was paid at the least for each of what may be left.
    pub(super) paid: Vec<Paid>,
}

impl<const N: usize> Maker<'_, N> {
    /// Makes it with what is left.
    pub(super) fn arcs(&mut self, left: &Left<N>) -> Option<()> {
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
        if self.loose {
            return (0, n.min(here));
        }
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
        let mut paid = self.before;
        if let Some(ahead) = self.ahead {
            for (slot, n) in paid.iter_mut().zip(self.pays.get(choice)?) {
                *slot = slot.saturating_add(*n);
            }
            let counted = guide::ageless(self.hold, self.stock, &left, ahead.counted());
            if !ahead.leads_on(self.turn, &counted, &paid) {
                return Some(());
            }
        }
        let fresh = self.lefts.len();
        let next = *self.nexts.entry(left).or_insert(fresh);
        if next == fresh {
            self.lefts.push(left);
            self.paid.push(paid);
        }
        for (slot, n) in self.paid.get_mut(next)?.iter_mut().zip(paid) {
            *slot = (*slot).min(n);
        }
        arcs.push(Arc { choice, next });
        Some(())
    }

    fn choice(&mut self, way: usize, local: Count) -> Option<usize> {
        let (used, wasted) = self.dose.ways.get(way)?;
        let all: u32 = used.iter().sum();
        let moved = all.checked_sub(local.iter().sum())?;
        let place = self.made.choices.len();
        let choice = Choice {
            figures: self.measure.of(self.dose, moved, *wasted)?,
            takes: self.stock.takes(self.dose.class, used)?,
            split: Split { used: *used, local },
        };
        if let Some(ahead) = self.ahead {
            self.pays.push(ahead.pays(&choice, self.dose.class, used)?);
        }
        self.made.choices.push(choice);
        self.choices.insert((way, local), place);
        Some(place)
    }

    /// Drops choices that leave the same as another, take no less and cost no less.
    fn thin(&self, arcs: &mut Vec<Arc>) {
        let choice = |arc: &Arc| self.made.choices.get(arc.choice);
        let no_better = |a: &Arc, b: &Arc| {
            if a.next != b.next {
                return false;
            }
            let (Some(x), Some(y)) = (choice(a), choice(b)) else {
                return false;
            };
            let mut takes = x.takes.iter().zip(&y.takes);
            takes.all(|(x, y)| x >= y) && x.figures >= y.figures
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
