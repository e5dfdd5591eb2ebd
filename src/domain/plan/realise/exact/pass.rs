//! All sites together: dose by dose, histories that leave the same being one.

use super::measure::{Figures, LEVELS};
use super::{Search, Split};
use std::cmp::Reverse;

/// So many histories are compared before more are made.
const MANY: usize = 1_000_000;

/// What a pass found.
pub(super) struct Pass {
    pub(super) best: Option<(Figures, Vec<Split>)>,
    /// Whether histories were dropped that might have ended better.
    pub(super) dropped: bool,
}

/// A history: what the pool has left that can still be used, what the site at hand has left, what
/// it costs, and how it came.
#[derive(Clone, Copy, Debug)]
struct State<const N: usize> {
    pool: [u16; N],
    left: usize,
    figures: Figures,
    /// What it has paid by the tolls of each figure.
    paid: [i64; LEVELS],
    parent: u32,
    choice: u32,
}

/// A turn of all.
struct Layer {
    site: usize,
    turn: usize,
    /// What can be used at the most of what is left then.
    useful: Vec<u16>,
    /// What is needed at the least then, in micrograms, of what is left at these places.
    needed: Vec<(Vec<usize>, u64)>,
    /// What the sites to come pay at the least, by the tolls of each figure.
    rest: [i64; LEVELS],
}

impl<const N: usize> Search<'_, N> {
    /// Goes through all turns, keeping at most `width` histories of what is cheaper in a figure
    /// than what is known; nothing when out of steps.
    pub(super) fn pass(&mut self, level: usize, width: usize) -> Option<Pass> {
        let layers = self.layers();
        let mut most = [0; LEVELS];
        for (slot, laid) in most.iter_mut().zip(&self.laid) {
            *slot = laid.most(&self.known, i64::from(laid.tolls.level == level));
        }
        let mut dropped = false;
        let mut history: Vec<Vec<(u32, u32)>> = Vec::new();
        let mut states = vec![self.start()];
        for layer in &layers {
            let mut next: Vec<State<N>> = Vec::new();
            for (parent, state) in states.iter().enumerate() {
                self.go(layer, u32::try_from(parent).ok()?, state, &most, &mut next)?;
                if next.len() > MANY {
                    merge(&mut next);
                }
            }
            merge(&mut next);
            if next.len() > width {
                dropped = true;
                next.sort_by_cached_key(|s| {
                    let paid = |level: usize| {
                        let laid = self.laid.get(level)?;
                        let rest = laid.rest(layer.site, layer.turn + 1, s.left);
                        Some(s.paid.get(level)? + rest)
                    };
                    (paid(level), s.figures, Reverse(s.pool), s.left)
                });
                next.truncate(width);
            }
            history.push(next.iter().map(|s| (s.parent, s.choice)).collect());
            states = next;
        }
        let best = states
            .iter()
            .enumerate()
            .filter(|(_, s)| s.figures < self.known);
        let best = best.min_by_key(|(_, s)| (s.figures, s.pool));
        Some(Pass {
            best: best.map(|(place, s)| (s.figures, self.trace(&layers, &history, place))),
            dropped,
        })
    }

    fn start(&self) -> State<N> {
        let mut state = State {
            pool: [0; N],
            left: 0,
            figures: [0; LEVELS],
            paid: [0; LEVELS],
            parent: 0,
            choice: 0,
        };
        for (slot, n) in state.pool.iter_mut().zip(&self.stock.all) {
            *slot = *n;
        }
        for (slot, laid) in state.paid.iter_mut().zip(&self.laid) {
            *slot = laid.start;
        }
        state
    }

    /// Looks at all turns from the last back.
    fn layers(&self) -> Vec<Layer> {
        let mut layers = Vec::new();
        let mut useful = vec![0_u16; self.stock.all.len()];
        let classes = self.stock.classes.iter();
        let classes = classes.filter_map(|class| Some((*class, self.stock.from(*class)?)));
        let mut needed: Vec<(usize, Vec<usize>, u64)> =
            classes.map(|(class, places)| (class, places, 0)).collect();
        let mut rest = [0_i64; LEVELS];
        for (s, site) in self.sites.iter().enumerate().rev() {
            for (t, turn) in site.turns.iter().enumerate().rev() {
                let held = needed.iter().filter(|(_, _, ug)| *ug > 0);
                layers.push(Layer {
                    site: s,
                    turn: t,
                    useful: useful.clone(),
                    needed: held.map(|(_, places, ug)| (places.clone(), *ug)).collect(),
                    rest,
                });
                let mut most = vec![0_u16; useful.len()];
                for arc in turn.arcs.iter().flatten() {
                    let choice = turn.choices.get(arc.choice);
                    let takes = choice.into_iter().flat_map(|c| &c.takes);
                    for (slot, n) in most.iter_mut().zip(takes) {
                        *slot = (*slot).max(*n);
                    }
                }
                for (slot, n) in useful.iter_mut().zip(most) {
                    *slot = slot.saturating_add(n);
                }
                let dose = turn.dose.and_then(|d| self.problem.doses.get(d));
                for (class, _, ug) in &mut needed {
                    *ug += dose.filter(|d| d.class >= *class).map_or(0, |d| d.total);
                }
            }
            for (slot, laid) in rest.iter_mut().zip(&self.laid) {
                *slot += laid.rest(s, 0, 0);
            }
        }
        layers.reverse();
        layers
    }

    /// Makes every choice of a history's turn.
    fn go(
        &mut self,
        layer: &Layer,
        parent: u32,
        state: &State<N>,
        most: &[i64; LEVELS],
        next: &mut Vec<State<N>>,
    ) -> Option<()> {
        let turn = self.sites.get(layer.site)?.turns.get(layer.turn)?;
        'arcs: for arc in turn.arcs.get(state.left)? {
            self.steps = self.steps.checked_sub(1)?;
            let choice = turn.choices.get(arc.choice)?;
            let mut made = State {
                left: arc.next,
                parent,
                choice: u32::try_from(arc.choice).ok()?,
                ..*state
            };
            for (slot, n) in made.figures.iter_mut().zip(&choice.figures) {
                *slot += n;
            }
            for ((paid, laid), most) in made.paid.iter_mut().zip(&self.laid).zip(most) {
                *paid += laid.cost(layer.site, layer.turn, arc.choice);
                let rest = laid.rest(layer.site, layer.turn + 1, arc.next);
                let rest = rest.saturating_add(*layer.rest.get(laid.tolls.level)?);
                if paid.saturating_add(rest) > *most {
                    continue 'arcs;
                }
            }
            for (slot, n) in made.pool.iter_mut().zip(&choice.takes) {
                let Some(left) = slot.checked_sub(*n) else {
                    continue 'arcs;
                };
                *slot = left;
            }
            // more than can be used counts as no more
            for (place, (slot, useful)) in made.pool.iter_mut().zip(&layer.useful).enumerate() {
                let idle = slot.saturating_sub(*useful);
                if idle > 0 {
                    *slot = *useful;
                    for (paid, laid) in made.paid.iter_mut().zip(&self.laid) {
                        *paid += laid.tolls.pool.get(place)? * i64::from(idle);
                    }
                }
            }
            if self.enough(layer, &made.pool) && self.within(layer, &made, most) {
                next.push(made);
            }
        }
        Some(())
    }

    /// Whether a history can still end within `most`.
    fn within(&self, layer: &Layer, state: &State<N>, most: &[i64; LEVELS]) -> bool {
        let each = self.laid.iter().zip(&state.paid).zip(&layer.rest).zip(most);
        each.into_iter().all(|(((laid, paid), others), most)| {
            let rest = laid.rest(layer.site, layer.turn + 1, state.left);
            paid.saturating_add(rest).saturating_add(*others) <= *most
        })
    }

    /// Whether the pool has the milligrams for the doses to come.
    fn enough(&self, layer: &Layer, pool: &[u16; N]) -> bool {
        layer.needed.iter().all(|(places, ug)| {
            let each = self.problem.strengths.iter().zip(places);
            let held = each.map(|(strength, place)| {
                strength * u64::from(pool.get(*place).copied().unwrap_or(0))
            });
            held.sum::<u64>() >= *ug
        })
    }

    /// Follows a last history back to the first.
    fn trace(&self, layers: &[Layer], history: &[Vec<(u32, u32)>], last: usize) -> Vec<Split> {
        let mut splits = vec![Split::default(); self.problem.doses.len()];
        let mut at = last;
        for (kept, layer) in history.iter().zip(layers).rev() {
            let Some((parent, choice)) = kept.get(at).copied() else {
                continue;
            };
            let site = self.sites.get(layer.site);
            if let Some(turn) = site.and_then(|s| s.turns.get(layer.turn))
                && let Some(slot) = turn.dose.and_then(|d| splits.get_mut(d))
                && let Some(choice) = usize::try_from(choice)
                    .ok()
                    .and_then(|c| turn.choices.get(c))
            {
                *slot = choice.split;
            }
            at = usize::try_from(parent).unwrap_or(usize::MAX);
        }
        splits
    }
}

/// Keeps the cheapest of the histories that leave the same, and none that leaves less of the
/// first count for no less cost.
fn merge<const N: usize>(states: &mut Vec<State<N>>) {
    states.sort_unstable_by(|a, b| {
        let first = |s: &State<N>| s.pool.first().copied();
        let rest = |s: &State<N>| (s.left, s.pool);
        let (x, y) = (rest(a), rest(b));
        x.0.cmp(&y.0)
            .then_with(|| x.1.get(1..).cmp(&y.1.get(1..)))
            .then_with(|| first(b).cmp(&first(a)))
            .then_with(|| a.figures.cmp(&b.figures))
            .then_with(|| (a.parent, a.choice).cmp(&(b.parent, b.choice)))
    });
    let mut last: Option<State<N>> = None;
    states.retain(|s| {
        let worse = last.is_some_and(|l| {
            l.left == s.left && l.pool.get(1..) == s.pool.get(1..) && s.figures >= l.figures
        });
        if !worse {
            last = Some(*s);
        }
        !worse
    });
}
