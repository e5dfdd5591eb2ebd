//! What would have to be added for all doses to fit.

use super::counts::Counts;
use super::instance::Instance;
use super::{Need, Unsolved, Vial, solve};
use crate::domain::calendar::Day;
use crate::domain::quantity::{Mg, Units};
use std::collections::BTreeMap;

/// Vials that are missing from a dose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lack {
    /// What one of them holds.
    pub strength: Mg,
    /// The day of the dose: on which they must still be in date.
    pub on: Day,
    /// How many.
    pub units: Units,
}

/// Returns the least addition that makes all needs fit: the fewest milligrams, then the fewest
/// vials, of the given strengths; sorted by strength. [`lacking`] says for which days.
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
    Ok(lacking(needs, vials, strengths)?.map(|lacks| by_strength(&lacks)))
}

/// Returns how many of each strength are lacking, whatever the day; sorted by strength.
pub fn by_strength(lacks: &[Lack]) -> Vec<(Mg, Units)> {
    let mut sums: BTreeMap<Mg, Units> = BTreeMap::new();
    for lack in lacks {
        let sum = sums.entry(lack.strength).or_insert(Units::ZERO);
        *sum = sum.saturating_add(lack.units);
    }
    sums.into_iter().collect()
}

/// Returns the vials of [`shortfall`] with the day of the dose that each is missing from: vials
/// that are in date on these days, added, make all needs fit.
///
/// # Errors
/// [`Unsolved`] when the question is larger than its limits.
pub fn lacking<K>(
    needs: &[Need],
    vials: &[Vial<K>],
    strengths: &[Mg],
) -> Result<Option<Vec<Lack>>, Unsolved> {
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
    Ok(uses.map(|uses| bought(&instance, &uses, needs)))
}

/// Returns what the doses took that was not in the pool, by strength and day.
fn bought(instance: &Instance, uses: &[Counts], needs: &[Need]) -> Vec<Lack> {
    let mut pool = Counts::default();
    let mut bought: BTreeMap<(Mg, Day), Units> = BTreeMap::new();
    for (step, used) in instance.steps.iter().zip(uses) {
        pool = pool.plus(&step.arrive);
        let added = used.minus(&pool);
        pool = pool.minus(used);
        let Some(need) = needs.get(step.index) else {
            continue;
        };
        let rows = instance.strengths.iter().zip(&added.0);
        for (strength, n) in rows.filter(|(_, n)| **n > 0) {
            let sum = bought
                .entry((Mg::from_ug(*strength), need.on))
                .or_insert(Units::ZERO);
            *sum = sum.saturating_add(Units::new(*n));
        }
    }
    let lack = |((strength, on), units)| Lack {
        strength,
        on,
        units,
    };
    bought.into_iter().map(lack).collect()
}
