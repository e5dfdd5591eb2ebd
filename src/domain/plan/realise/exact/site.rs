//! One site by itself: what it may do with what it has, dose by dose.
//!
//! Of what a site has, as much counts as its doses to come could use. Histories that leave the
//! same there are one; what they take from the pool is not looked at here.

use super::super::problem::{Dose, Problem};
use super::Split;
use super::guide::{self, Guide, Paid};
use super::hold::Hold;
use super::maker::Maker;
use super::measure::{Figures, LEVELS, Measure};
use super::stock::Stock;
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
    /// The site's place in the pool.
    pub(super) at: usize,
    pub(super) turns: Vec<Turn>,
    /// Whether all its doses can be made, within the target of a guide if there is one.
    pub(super) can_end: bool,
    /// For a guide: the strengths that are counted,
    pub(super) counted: Vec<bool>,
    /// and after each turn the place of each thing left, strength by strength.
    pub(super) lefts: Vec<BTreeMap<Vec<u16>, usize>>,
}

/// How what a site may do is gathered.
#[derive(Clone, Copy)]
pub(super) enum How<'g> {
    /// Without what is never better than something else.
    Best,
    /// Everything that leaves another thing: so a guide knows them all.
    Loose,
    /// As the best is, without what leads nowhere as a guide says.
    Guided(&'g Guide),
}

/// What a site has left.
pub(super) type Left<const N: usize> = [u16; N];

/// Gathers what a site may do; nothing when out of steps, or where it has more than is counted.
pub(super) fn build<const N: usize>(
    problem: &Problem,
    measure: &Measure,
    stock: &Stock,
    site: usize,
    steps: &mut u64,
    how: How<'_>,
) -> Option<Site> {
    let mut order: Vec<(usize, &Dose)> = problem.doses.iter().enumerate().collect();
    order.retain(|(_, dose)| dose.site == site);
    // what is its own goes to the first tier first
    order.sort_by_key(|(_, d)| (d.tier, d.class, d.total, d.need));
    let own = stock.dims.lay(&problem.supply(Some(site)));
    let mut start = [0; N];
    let mut hold = Hold::new(stock, &own, &order, &mut start)?;
    let mut lefts = vec![start];
    let mut paid: Vec<Paid> = vec![[0; LEVELS]];
    let ahead = match how {
        How::Best | How::Loose => None,
        How::Guided(guide) => Some(guide.at(site)?),
    };
    let mut turns = Vec::with_capacity(order.len() + 1);
    let counted = guide::counted(&hold);
    let mut after = Vec::new();
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
            lefts: Vec::new(),
            steps,
            loose: matches!(how, How::Loose),
            turn,
            ahead: ahead.as_ref(),
            before: [0; LEVELS],
            pays: Vec::new(),
            paid: Vec::new(),
        };
        for (left, paid) in lefts.iter().zip(&paid) {
            maker.before = *paid;
            maker.arcs(left)?;
        }
        lefts = maker.lefts;
        paid = maker.paid;
        turns.push(maker.made);
        if let How::Loose = how {
            let each = lefts.iter().enumerate();
            let each =
                each.map(|(place, left)| (guide::ageless(&hold, stock, left, &counted), place));
            after.push(each.collect());
        }
    }
    let can_end = !lefts.is_empty();
    if stock.free.iter().any(|free| !free) {
        turns.push(hold.leave(stock, &lefts));
    }
    Some(Site {
        at: site,
        turns,
        can_end,
        counted,
        lefts: after,
    })
}
