//! Which vials make which doses, all at once.

use super::instance::Instance;
use super::{Composition, MOST_PLANNED, Need, Take, Unsolved, Vial, lots, solve};

/// Returns the vials of each need, in the order of the needs; nothing when they do not fit
/// together.
///
/// Among the ways that exist it prefers, without a promise of the very best, those with the fewest
/// milligrams above the needs, then with the fewest vials. The order of vials does not change the
/// answer; equal needs may be given in any order.
///
/// # Errors
/// [`Unsolved`] when the question is larger than its limits.
pub fn compose<K: Clone + Ord>(
    needs: &[Need],
    vials: &[Vial<K>],
    take: Take,
) -> Result<Option<Vec<Composition<K>>>, Unsolved> {
    let instance = Instance::new(needs, vials, &[])?;
    let uses = solve::fit(&instance)?;
    Ok(uses.map(|uses| lots::assign(&instance, &uses, needs, vials, take)))
}

/// As [`compose`], for as many needs as a plan may have.
///
/// # Errors
/// [`Unsolved`] when the question is larger than its limits, of needs [`MOST_PLANNED`].
pub(in crate::domain) fn compose_plan<K: Clone + Ord>(
    needs: &[Need],
    vials: &[Vial<K>],
    take: Take,
) -> Result<Option<Vec<Composition<K>>>, Unsolved> {
    if needs.len() > MOST_PLANNED {
        return Err(Unsolved::Needs { found: needs.len() });
    }
    let instance = Instance::of_many(needs, vials, &[])?;
    let uses = solve::fit(&instance)?;
    Ok(uses.map(|uses| lots::assign(&instance, &uses, needs, vials, take)))
}

/// Whether all needs fit together: what [`compose`] would answer, without the vials.
///
/// # Errors
/// [`Unsolved`] when the question is larger than its limits.
pub fn fits<K>(needs: &[Need], vials: &[Vial<K>]) -> Result<bool, Unsolved> {
    Ok(solve::fit(&Instance::new(needs, vials, &[])?)?.is_some())
}
