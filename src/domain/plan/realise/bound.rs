//! What no realisation of the same grants can do better: bounds from below.

use super::super::claim::Tier;
use super::cost::Cost;
use super::problem::Problem;

/// Returns a bound from below on each figure, for realisations that move no more in the figures
/// before than `value` does.
///
/// A site whose doses of some tiers need more milligrams than it has usable moves at least so many
/// of the largest vials; a dose wastes at least what its best way wastes.
pub(super) fn below(problem: &Problem, value: Cost) -> Cost {
    let largest = problem.strengths.last().copied().unwrap_or(1).max(1);
    let mut has = vec![0_u64; problem.sites];
    for row in &problem.rows {
        let ug = problem.strengths.get(row.strength).copied().unwrap_or(0);
        if let Some(slot) = has.get_mut(row.site) {
            *slot = slot.saturating_add(ug.saturating_mul(u64::from(row.units)));
        }
    }
    // what the doses need at each site: of the first tier, of reserves alone, of both, of all
    let mut needs = vec![[0_u64; 4]; problem.sites];
    let mut bound = Cost::default();
    for dose in &problem.doses {
        let wasted = dose.ways.iter().map(|(_, wasted)| *wasted).min();
        bound.wasted_ug += wasted.unwrap_or(0);
        if let Some([crs, reserves, both, all]) = needs.get_mut(dose.site) {
            let of = match dose.tier {
                Tier::Crs => vec![crs, both, all],
                Tier::Reserve => vec![reserves, both, all],
                Tier::Other => vec![all],
            };
            of.into_iter().for_each(|n| *n += dose.total);
        }
    }
    let mut least = [0_u32; 4];
    for (has, needs) in has.iter().zip(&needs) {
        for (slot, need) in least.iter_mut().zip(needs) {
            let moved = need.saturating_sub(*has).div_ceil(largest);
            *slot = slot.saturating_add(u32::try_from(moved).unwrap_or(u32::MAX));
        }
    }
    let [crs, reserves, both, all] = least;
    bound.crs = crs;
    bound.reserves = reserves.max(both.saturating_sub(value.crs));
    bound.all = all.max(bound.crs + bound.reserves);
    bound
}
