//! Largest vials first: a way that is often enough, and never a proof that there is none.
//!
//! Asked only when the search was given up: with strengths so odd that the ways of making one dose
//! are past listing, a well-filled pool still answers.

use super::counts::Counts;
use super::instance::{Instance, Step};

/// Returns the vials of each step, or nothing when this way does not lead there.
pub(super) fn fit(instance: &Instance) -> Option<Vec<Counts>> {
    let mut pool = Counts::default();
    let steps = instance.steps.iter().map(|step| {
        pool = pool.plus(&step.arrive).at_most(&step.cap);
        let used = serve(&instance.strengths, step, &pool)?;
        pool = pool.minus(&used);
        Some(used)
    });
    steps.collect()
}

fn serve(strengths: &[u64], step: &Step, pool: &Counts) -> Option<Counts> {
    let mut used = Counts::default();
    let mut rest = step.need;
    for (place, strength) in strengths.iter().enumerate().rev() {
        let n = (rest / strength).min(u64::from(pool.at(place)));
        used.set(place, u32::try_from(n).ok()?);
        rest -= n * strength;
    }
    // what is still missing: smallest first, then whatever turned out superfluous goes, largest
    // first
    for (place, strength) in strengths.iter().enumerate() {
        let left = pool.at(place) - used.at(place);
        let n = rest.div_ceil(*strength).min(u64::from(left));
        used.set(place, used.at(place) + u32::try_from(n).ok()?);
        rest = rest.saturating_sub(n.saturating_mul(*strength));
    }
    if rest > 0 {
        return None;
    }
    let total = strengths.iter().zip(&used.0);
    let total: u128 = total.map(|(s, n)| u128::from(*s) * u128::from(*n)).sum();
    let mut waste = u64::try_from(total - u128::from(step.need)).ok()?;
    for (place, strength) in strengths.iter().enumerate().rev() {
        let n = (waste / strength).min(u64::from(used.at(place)));
        used.set(place, used.at(place) - u32::try_from(n).ok()?);
        waste -= n * strength;
    }
    Some(used)
}
