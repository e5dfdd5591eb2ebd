//! What would have to be added for all doses to fit.

use super::counts::Counts;
use super::instance::Instance;
use super::{Need, Unsolved, Vial, solve};
use crate::domain::quantity::{Mg, Units};

/// Returns the least addition that makes all needs fit: the fewest milligrams, then the fewest
/// vials, of the given strengths, each fresh enough for any of the days; sorted by strength.
///
/// Empty when the needs fit as it is; nothing when no addition would do, because no strength is
/// given.
///
/// # Errors
/// [`Unsolved`] when the question is larger than its limits.
pub fn shortfall<K>(
    needs: &[Need],
    vials: &[Vial<K>],
    strengths: &[Mg],
) -> Result<Option<Vec<(Mg, Units)>>, Unsolved> {
    let instance = Instance::new(needs, vials, strengths)?;
    let mut fresh = Counts::default();
    for (place, strength) in instance.strengths.iter().enumerate() {
        if strengths.contains(&Mg::from_ug(*strength)) {
            fresh.set(place, 1);
        }
    }
    if solve::fit(&instance)?.is_some() {
        return Ok(Some(Vec::new()));
    }
    if fresh == Counts::default() {
        return Ok(None);
    }
    let uses = solve::buy(&instance, fresh)?;
    Ok(uses.map(|uses| bought(&instance, &uses)))
}

/// Returns what the doses took that was not in the pool.
fn bought(instance: &Instance, uses: &[Counts]) -> Vec<(Mg, Units)> {
    let mut pool = Counts::default();
    let mut bought = Counts::default();
    for (step, used) in instance.steps.iter().zip(uses) {
        pool = pool.plus(&step.arrive);
        bought = bought.plus(&used.minus(&pool));
        pool = pool.minus(used);
    }
    let rows = instance.strengths.iter().zip(&bought.0);
    rows.filter(|(_, n)| **n > 0)
        .map(|(strength, n)| (Mg::from_ug(*strength), Units::new(*n)))
        .collect()
}
