//! From quick to thorough: passes of the search that keep more and more.
//!
//! A pass that keeps the few most promising pools nearly always leads to an answer. One that
//! dropped some and found nothing has proved nothing, so the next keeps more, and the last keeps
//! all.

use super::counts::Counts;
use super::instance::Instance;
use super::price::Price;
use super::search::Search;
use super::{Unsolved, greedy};

/// How many pools each pass keeps. Choice: by trial.
const WIDTHS: [usize; 5] = [8, 64, 1_024, 16_384, usize::MAX];

/// Returns the vials of each step, or nothing when the needs do not fit together.
pub(super) fn fit(instance: &Instance) -> Result<Option<Vec<Counts>>, Unsolved> {
    match exactly(instance) {
        Err(given_up) => match greedy::fit(instance) {
            Some(uses) => Ok(Some(uses)),
            None => Err(given_up),
        },
        answer => answer,
    }
}

fn exactly(instance: &Instance) -> Result<Option<Vec<Counts>>, Unsolved> {
    let mut search = Search::new(instance, Counts::default());
    if search.prices.iter().any(|p| p.refuses(instance)) {
        return Ok(None);
    }
    for (round, width) in WIDTHS.into_iter().enumerate() {
        let pass = search.pass(width)?;
        if pass.uses.is_some() || !pass.dropped {
            return Ok(pass.uses.map(|(_, uses)| uses));
        }
        if round == 0 {
            search.prices.append(&mut Price::bid(instance));
            if search.prices.iter().any(|p| p.refuses(instance)) {
                return Ok(None);
            }
        }
    }
    Ok(None)
}

/// Returns the vials of each step when any number of the strengths marked in `fresh` may be added,
/// with the fewest micrograms added, then the fewest vials; nothing when even that does not do.
pub(super) fn buy(instance: &Instance, fresh: Counts) -> Result<Option<Vec<Counts>>, Unsolved> {
    let mut search = Search::new(instance, fresh);
    let mut found = None;
    for (round, width) in WIDTHS.into_iter().enumerate() {
        let pass = search.pass(width)?;
        if let Some((cost, uses)) = pass.uses {
            search.best = Some(cost);
            found = Some(uses);
        }
        if !pass.dropped {
            break;
        }
        if round == 0 {
            search.prices.append(&mut Price::bid(instance));
        }
    }
    Ok(found)
}
