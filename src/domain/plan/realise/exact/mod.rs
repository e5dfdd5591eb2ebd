//! The cheapest realisation of a small pool, and the proof that there is none cheaper.
//!
//! Figure by figure, first things first. Tolls on what the pool has ([`toll`]) say for each site by
//! itself ([`site`]) what it costs at the least: together a bound from below. Where what is known
//! comes up to it, the figure is proved, and nothing was searched through: with plenty of stock
//! that is soon. Otherwise the doses of all sites are gone through one after the other ([`pass`]),
//! histories that leave the same being one, and those dropped that cannot end better than what is
//! known.

mod measure;
mod pass;
mod site;
mod stock;
mod toll;

use super::cost::Cost;
use super::problem::Problem;
use crate::domain::plan::grant::ways::Count;
use measure::{Figures, LEVELS, Measure};
use site::Site;
use stock::Stock;
use toll::Laid;

/// How many histories each pass keeps. Choice: by trial.
const WIDTHS: [usize; 4] = [64, 1_024, 16_384, 400_000];

/// How one dose is made: of each strength so many, of which so many from its own site.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Split {
    pub(super) used: Count,
    pub(super) local: Count,
}

/// What was found.
#[derive(Debug)]
pub(super) struct Found {
    /// How each dose is made in the cheapest realisation, if one was found cheaper than what was
    /// known.
    pub(super) best: Option<Vec<Split>>,
    /// How many figures, in their order, are proved the least there is.
    pub(super) proved: usize,
}

impl Found {
    /// Whether there is none cheaper.
    pub(super) const fn all(&self) -> bool {
        self.proved == LEVELS
    }
}

/// Looks for a realisation cheaper than `known`, in at most `steps` steps.
pub(super) fn search(problem: &Problem, known: Cost, steps: u64) -> Found {
    let dims = super::dims::Dims::new(problem);
    match dims.len {
        0..=8 => within::<8>(problem, known, steps),
        9..=32 => within::<32>(problem, known, steps),
        _ => within::<256>(problem, known, steps),
    }
}

fn within<const N: usize>(problem: &Problem, known: Cost, steps: u64) -> Found {
    let mut found = Found {
        best: None,
        proved: 0,
    };
    let Some(mut search) = Search::<N>::new(problem, known, steps) else {
        return found;
    };
    for level in 0..LEVELS {
        if search.prove(level) != Some(true) {
            break;
        }
        found.proved += 1;
    }
    found.best = search.best;
    found
}

/// The least there is of a pool, so far.
struct Search<'a, const N: usize> {
    problem: &'a Problem,
    stock: Stock,
    sites: Vec<Site>,
    /// The tolls of each figure that was looked at.
    laid: Vec<Laid>,
    known: Figures,
    best: Option<Vec<Split>>,
    steps: u64,
}

impl<'a, const N: usize> Search<'a, N> {
    fn new(problem: &'a Problem, known: Cost, mut steps: u64) -> Option<Self> {
        let measure = Measure::new(problem)?;
        let stock = Stock::new(problem)?;
        let mut at: Vec<usize> = problem.doses.iter().map(|d| d.site).collect();
        at.sort_unstable();
        at.dedup();
        let sites = at
            .into_iter()
            .map(|at| site::build::<N>(problem, &measure, &stock, at, &mut steps));
        let mut sites = sites.collect::<Option<Vec<Site>>>()?;
        sites.sort_by_key(|site| std::cmp::Reverse(site.turns.len()));
        Some(Self {
            problem,
            stock,
            sites,
            laid: Vec::new(),
            known: measure.figures(known)?,
            best: None,
            steps,
        })
    }

    /// Proves a figure the least there is, or finds better until it is; nothing when out of steps.
    fn prove(&mut self, level: usize) -> Option<bool> {
        let proved = self.lay(level)?;
        if proved {
            return Some(true);
        }
        for width in WIDTHS {
            loop {
                let pass = self.pass(level, width)?;
                let better = pass.best.is_some();
                if let Some((figures, splits)) = pass.best {
                    self.known = figures;
                    self.best = Some(splits);
                }
                if !pass.dropped || self.laid.last().is_some_and(|l| l.proves(&self.known)) {
                    return Some(true);
                }
                if !better {
                    break;
                }
            }
        }
        Some(false)
    }
}
