//! What the pool has, where it may not be enough.

use super::super::dims::Dims;
use super::super::problem::{Dose, Problem};
use crate::domain::plan::grant::ways::Count;

/// What the pool has of each strength from each class of days on, where the doses could use more.
pub(super) struct Stock {
    pub(super) dims: Dims,
    /// What the pool has, laid out by `dims`.
    pub(super) supply: Vec<u32>,
    /// For each place of `dims` its place in `all`, where the doses could use more than there is.
    kept: Vec<Option<usize>>,
    /// What there is of what is kept.
    pub(super) all: Vec<u16>,
    /// For each strength, whether it does not matter which class of days a unit is of once a site
    /// has it.
    pub(super) free: Vec<bool>,
    /// The classes of the doses, ascending.
    pub(super) classes: Vec<usize>,
}

impl Stock {
    /// Looks at what the doses could use; nothing where that is more than is counted.
    pub(super) fn new(problem: &Problem) -> Option<Self> {
        let dims = Dims::new(problem);
        let supply = dims.lay(&problem.supply(None));
        let mut classes: Vec<usize> = problem.doses.iter().map(|d| d.class).collect();
        classes.sort_unstable();
        classes.dedup();
        let mut stock = Self {
            kept: vec![None; dims.len],
            all: Vec::new(),
            free: Vec::new(),
            classes,
            dims,
            supply,
        };
        let useful = stock.wanted(problem);
        for strength in 0..problem.strengths.len() {
            let mut free = true;
            for (i, place) in stock.dims.of(strength).enumerate() {
                let have = stock.supply.get(place).copied().unwrap_or(0);
                if have < useful.get(place).copied().unwrap_or(0) {
                    if let Some(slot) = stock.kept.get_mut(place) {
                        *slot = Some(stock.all.len());
                    }
                    stock.all.push(u16::try_from(have).ok()?);
                    free &= i == 0;
                }
            }
            stock.free.push(free);
        }
        Some(stock)
    }

    /// Returns what could be wanted at the most at each place of `dims`: by the doses from its class
    /// on, and by those before that their own site gives later units than they need.
    fn wanted(&self, problem: &Problem) -> Vec<u32> {
        let mut wanted = self.useful(problem.doses.iter());
        let mut sites: Vec<usize> = problem.doses.iter().map(|d| d.site).collect();
        sites.sort_unstable();
        sites.dedup();
        for site in sites {
            let own = self.dims.lay(&problem.supply(Some(site)));
            let useful = self.useful(problem.doses.iter().filter(|d| d.site == site));
            let at = |counts: &[u32], place: usize| counts.get(place).copied().unwrap_or(0);
            for strength in 0..self.dims.strengths() {
                let first = self.dims.of(strength).start;
                for place in self.dims.of(strength) {
                    let later = (first..place).map(|before| {
                        let useful = at(&useful, before) - at(&useful, place);
                        useful.saturating_sub(at(&own, before) - at(&own, place))
                    });
                    let later = later.max().unwrap_or(0).min(at(&own, place));
                    if let Some(slot) = wanted.get_mut(place) {
                        *slot = slot.saturating_add(later);
                    }
                }
            }
        }
        wanted
    }

    /// Returns what some doses could use at the most at each place of `dims`.
    pub(super) fn useful<'d>(&self, doses: impl Iterator<Item = &'d Dose>) -> Vec<u32> {
        let mut useful = vec![0_u32; self.dims.len];
        for dose in doses {
            for strength in 0..self.dims.strengths() {
                let ways = dose.ways.iter();
                let most = ways
                    .filter_map(|(used, _)| used.get(strength).copied())
                    .max();
                let places = self.dims.taken(strength, dose.class);
                for slot in useful.get_mut(places).into_iter().flatten() {
                    *slot = slot.saturating_add(most.unwrap_or(0));
                }
            }
        }
        useful
    }

    /// Returns the place in `all` of a place of `dims`.
    pub(super) fn kept(&self, place: usize) -> Option<usize> {
        self.kept.get(place).copied().flatten()
    }

    /// Returns what a dose of a class takes of what is kept.
    pub(super) fn takes(&self, class: usize, used: &Count) -> Option<Vec<u16>> {
        let mut takes = vec![0_u16; self.all.len()];
        for (strength, n) in used.iter().enumerate().filter(|(_, n)| **n > 0) {
            for place in self.dims.taken(strength, class) {
                if let Some(slot) = self.kept(place).and_then(|p| takes.get_mut(p)) {
                    *slot = slot.checked_add(u16::try_from(*n).ok()?)?;
                }
            }
        }
        Some(takes)
    }

    /// Returns for each strength where it is kept what there is from a class on; nothing where some
    /// strength is not kept.
    pub(super) fn from(&self, class: usize) -> Option<Vec<usize>> {
        let strengths = 0..self.dims.strengths();
        let places = strengths.map(|s| self.kept(self.dims.from(s, class)?));
        places.collect()
    }
}
