//! What no realisation of the same grants can do better: bounds from below.
//!
//! Let every unit pay a toll to the pool, and a unit of its own site one to the site; what the
//! doses pay at the least, each by itself, less what all tolls of the stock come to, is never more
//! than what is to be kept small. Good tolls are found by raising those of what is asked for too
//! much ([`tolls`]); any tolls give a true bound. Expiries are left out: that only makes the bound
//! weaker.
//!
//! For what moves ([`moved`]) sites come first, each by itself: without tolls of the pool each
//! site's part is a whole number, and soon found; the pool's tolls may say more where it is short.
//! For what is wasted ([`wasted`]) it does not matter where anything lies.

mod doses;
mod moved;
mod tolls;
mod wasted;

use super::super::claim::Tier;
use super::super::grant::ways::WIDTH;
use super::assign::Taken;
use super::cost::Cost;
use super::problem::Problem;
use doses::Doses;

/// The most vials of one strength in a dose, and the largest strength in micrograms (four
/// kilograms), for which bounds are looked for, so that sums of tolls stay far from where they
/// overflow. Choice: what is past them is no medicine; its bounds are nothing.
const MOST: (u32, u64) = (1 << 20, 1 << 32);

/// Returns a bound from below on each figure, for realisations that move no more in the figures
/// before than `value` does; `taken` is a realisation that costs `value`.
pub(super) fn below(problem: &Problem, taken: &[Taken], value: Cost) -> Cost {
    let mut ways = problem.doses.iter().flat_map(|dose| &dose.ways);
    let vast = ways.any(|(used, _)| used.iter().any(|n| *n > MOST.0));
    if vast || problem.strengths.last().is_some_and(|s| *s > MOST.1) {
        return Cost::default();
    }
    // four strengths are most medicines', and half the work
    match problem.strengths.len() {
        0..=4 => within::<4>(problem, taken, value),
        _ => within::<WIDTH>(problem, taken, value),
    }
}

fn within<const N: usize>(problem: &Problem, taken: &[Taken], value: Cost) -> Cost {
    let doses = Doses::<N>::new(problem, taken);
    let moved = |counted: &dyn Fn(Tier) -> bool, value: u32| {
        u32::try_from(moved::below(&doses, counted, i64::from(value))).unwrap_or(0)
    };
    let crs = moved(&|t| t == Tier::Crs, value.crs);
    let both = value.crs.saturating_add(value.reserves);
    let both = moved(&|t| t != Tier::Other, both);
    let reserves =
        moved(&|t| t == Tier::Reserve, value.reserves).max(both.saturating_sub(value.crs));
    let all = moved(&|_| true, value.all).max(crs.saturating_add(reserves));
    Cost {
        crs,
        reserves,
        all,
        wasted_ug: wasted::below(problem, &doses.all, value.wasted_ug),
    }
}
