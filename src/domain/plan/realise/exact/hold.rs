//! What counts of what a site has.

use super::super::problem::Dose;
use super::Split;
use super::measure::LEVELS;
use super::site::{Arc, Choice, Left, Turn};
use super::stock::Stock;

/// How a site's own units of a strength are counted.
pub(super) enum Own {
    /// It has none.
    None,
    /// Only as far as what is left of these places: of `dims`, and of what is left.
    Places(Vec<(usize, usize)>),
}

/// How all its own units are counted.
pub(super) struct Hold {
    pub(super) own: Vec<Own>,
    /// What the doses to come could use at each place of `dims`.
    pub(super) useful: Vec<u32>,
}

impl Hold {
    /// Looks at what counts of a site's own; nothing where that is more than is counted.
    pub(super) fn new<const N: usize>(
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
    pub(super) fn look(&mut self, stock: &Stock, doses: &[(usize, &Dose)]) {
        self.useful = stock.useful(doses.iter().map(|(_, dose)| *dose));
    }

    /// Returns the last turn: what the doses left of later units is no more than what they left
    /// from an earlier class on.
    pub(super) fn leave<const N: usize>(&self, stock: &Stock, lefts: &[Left<N>]) -> Turn {
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
