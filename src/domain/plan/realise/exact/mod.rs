//! The cheapest realisation of a small pool, and the proof that there is none cheaper.
//!
//! Figure by figure, first things first. Tolls on what the pool has ([`toll`]) say for each site by
//! itself ([`site`]) what it costs at the least: together a bound from below. Where what is known
//! comes up to it, the figure is proved, and nothing was searched through: with plenty of stock
//! that is soon. Otherwise the doses of all sites are gone through one after the other ([`pass`]),
//! histories that leave the same being one, and those dropped that cannot end better than what is
//! known.

mod guide;
mod hold;
mod laid;
mod maker;
mod measure;
mod pass;
mod site;
mod stock;
mod toll;

use super::cost::Cost;
use super::problem::Problem;
use crate::domain::plan::grant::ways::Count;
use guide::Guide;
use laid::Laid;
use measure::{Figures, LEVELS, Measure};
use site::{How, Site};
use stock::Stock;

/// How many histories each pass keeps. Choice: by trial.
const WIDTHS: [usize; 4] = [64, 1_024, 16_384, 200_000];

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

    /// Whether there is none cheaper than what was known.
    pub(super) const fn proves_known(&self) -> bool {
        self.all() && self.best.is_none()
    }
}

/// What there is near a target.
pub(super) enum Near {
    /// The cheapest realisation there is; nothing new where it is what was known.
    Least(Option<Vec<Split>>),
    /// Nothing that costs so little.
    None,
    /// Out of steps, with one that is cheaper than what was known, if one was found.
    GivenUp(Option<Vec<Split>>),
}

/// Looks for a realisation cheaper than `known`, in at most `steps` steps.
pub(super) fn search(problem: &Problem, known: Cost, steps: u64) -> Found {
    match super::dims::Dims::new(problem).len {
        0..=8 => within::<8>(problem, known, steps),
        9..=16 => within::<16>(problem, known, steps),
        17..=32 => within::<32>(problem, known, steps),
        _ => within::<256>(problem, known, steps),
    }
}

/// Looks for the cheapest realisation among those that cost `least`, or more in one figure by as much as
/// `more` says and whatever it comes to in those after it; `known` is what one costs.
///
/// `least` is what `ageless` costs at the least: the same where nothing expires. What was not needed of
/// `steps` is left.
pub(super) fn near(
    problem: &Problem,
    (ageless, known): (&Problem, Cost),
    least: Cost,
    more: (usize, i64),
    steps: &mut u64,
) -> Near {
    let target = Measure::new(problem).and_then(|measure| measure.target(least, more));
    let guide = target.and_then(|target| {
        let guide = Guide::new(ageless, known, (target, more.0), *steps)?;
        Some((target, guide))
    });
    let Some((target, guide)) = guide else {
        return Near::GivenUp(None);
    };
    match super::dims::Dims::new(problem).len {
        0..=8 => led::<8>(problem, known, (target, &guide), steps),
        9..=16 => led::<16>(problem, known, (target, &guide), steps),
        17..=32 => led::<32>(problem, known, (target, &guide), steps),
        _ => led::<256>(problem, known, (target, &guide), steps),
    }
}

fn within<const N: usize>(problem: &Problem, known: Cost, steps: u64) -> Found {
    let mut found = Found {
        best: None,
        proved: 0,
    };
    let Some(mut search) = Search::<N>::new(problem, known, steps, How::Best) else {
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

fn led<const N: usize>(
    problem: &Problem,
    known: Cost,
    (mut target, guide): (Figures, &Guide),
    steps: &mut u64,
) -> Near {
    let Some(mut search) = Search::<N>::new(problem, known, *steps, How::Guided(guide)) else {
        return Near::GivenUp(None);
    };
    // what comes up to the target is cheaper than what is above it by one
    if let Some(last) = target.last_mut() {
        *last += 1;
    }
    let is_known = search.known <= target;
    search.known = search.known.min(target);
    for level in 0..LEVELS {
        if search.is_hopeless() {
            break;
        }
        if search.prove(level) != Some(true) {
            return Near::GivenUp(search.best);
        }
    }
    *steps = search.steps;
    match search.best {
        None if !is_known => Near::None,
        best => Near::Least(best),
    }
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
    /// Whether what is found is for a guide only, and nothing that is known.
    loose: bool,
}

impl<'a, const N: usize> Search<'a, N> {
    fn new(problem: &'a Problem, known: Cost, mut steps: u64, how: How<'_>) -> Option<Self> {
        let measure = Measure::new(problem)?;
        let stock = Stock::new(problem)?;
        let mut at: Vec<usize> = problem.doses.iter().map(|d| d.site).collect();
        at.sort_unstable();
        at.dedup();
        let sites = at
            .into_iter()
            .map(|at| site::build::<N>(problem, &measure, &stock, at, &mut steps, how));
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
            loose: matches!(how, How::Loose),
        })
    }

    /// Whether it is out of the question that anything comes up to what is asked for: only where that is a
    /// target, and not known.
    fn is_hopeless(&self) -> bool {
        let laid = self.laid.last();
        let above = laid.is_some_and(|laid| laid.bound > laid.most(&self.known, 0));
        above || self.sites.iter().any(|site| !site.can_end)
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
