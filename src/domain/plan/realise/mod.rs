//! Which units make what was granted: moving and wasting as little as possible.
//!
//! Pools of a few claims are searched through ([`exact`]); large ones are made well ([`improve`])
//! and told how far from a proven bound they are ([`bound`]).

mod assign;
mod bound;
mod cost;
mod courses;
mod dims;
mod exact;
mod few;
mod flow;
mod improve;
mod lots;
mod problem;
mod units;

pub(super) use cost::Cost;

use super::case::Case;
use super::claim::{Asks, Claim, Tier};
use super::grant::Granted;
use super::outcome::{Lack, PlannedDose};
use super::pool::Pool;
use crate::domain::quantity::Mg;
use crate::domain::rule::Rulebook;
use lots::{Demand, Offer};
use problem::Problem;
use std::collections::BTreeMap;

/// Pools of up to so many ranked claims are searched through.
const FEW: usize = 40;

/// What a pool's grants are made of.
#[derive(Debug, Default)]
pub(super) struct Realised {
    /// For each claim its doses; empty where it was not granted.
    pub(super) doses: Vec<Vec<PlannedDose>>,
    pub(super) cost: Cost,
    pub(super) bound: Cost,
}

/// Units taken for a dose: place of the claim, of the dose in it, of the stock row, how many.
type Taken = (usize, usize, usize, u32);

/// Makes what was granted in a pool.
pub(super) fn realise(
    case: &Case,
    book: &Rulebook,
    pool: &Pool,
    granted: &mut Granted,
) -> Realised {
    let few = granted.claims.len() <= FEW;
    let Granted { claims, made } = granted;
    let mut realised = Realised::default();
    let mut taken: Vec<Taken> = Vec::new();
    for made in made.iter_mut() {
        let problem = Problem::new(case, book, pool, claims, made);
        let found = vials(&problem, few);
        realised.cost = realised.cost.plus(found.cost);
        realised.bound = realised.bound.plus(found.bound);
        taken.extend(found.taken);
    }
    for rule in &book.unit_doses {
        let of_route = courses::serve(case, book, pool, claims, rule.route);
        let moved = courses::moved(case, claims, &of_route);
        // they move as few as can be, whatever the vials do
        realised.cost = realised.cost.plus(moved);
        realised.bound = realised.bound.plus(moved);
        taken.extend(of_route);
    }
    realised.doses = planned(book, claims, &taken);
    realised
}

/// How the doses of one route of vials are made.
struct Vials {
    taken: Vec<Taken>,
    cost: Cost,
    bound: Cost,
}

/// Makes the doses of one route of vials.
fn vials(problem: &Problem, few: bool) -> Vials {
    let ways = improve::ways(problem);
    let used: Vec<_> = problem
        .doses
        .iter()
        .zip(&ways)
        .map(|(dose, way)| {
            dose.ways
                .get(*way)
                .map(|(used, _)| *used)
                .unwrap_or_default()
        })
        .collect();
    let mut taken = assign::own_first(problem, &used);
    let mut cost = cost_of(problem, &taken);
    let mut least = None;
    if few {
        let found = few::search(problem, cost, few::STEPS);
        if let Some(better) = found.taken {
            taken = better;
            cost = cost_of(problem, &taken);
        }
        least = found.least;
    }
    let mut bound = least.filter(|least| *least == cost);
    debug_assert!(
        bound.is_none_or(|least| bound::below(problem, &taken, least).nowhere_above(least)),
        "no bound is above what a search proved"
    );
    let bound = bound.get_or_insert_with(|| {
        let below = bound::below(problem, &taken, cost);
        least.map_or(below, |least| below.raised(cost, least))
    });
    Vials {
        taken: in_date_order(problem, &taken),
        cost,
        bound: *bound,
    }
}

/// Returns what a realisation costs.
fn cost_of(problem: &Problem, taken: &[assign::Taken]) -> Cost {
    let mut total = vec![0_u64; problem.doses.len()];
    let mut cost = Cost::default();
    for (dose, row, units) in taken {
        let (Some(of), Some(row)) = (problem.doses.get(*dose), problem.rows.get(*row)) else {
            continue;
        };
        if row.site != of.site {
            cost = cost.plus(Cost::of(of.tier, *units, 0));
        }
        let ug = problem.strengths.get(row.strength).copied().unwrap_or(0);
        if let Some(slot) = total.get_mut(*dose) {
            *slot += ug * u64::from(*units);
        }
    }
    for (dose, total) in problem.doses.iter().zip(total) {
        // ways of one total waste the same
        let way = dose.ways.iter().find(|(used, _)| {
            let each = problem.strengths.iter().zip(used);
            each.map(|(s, n)| s * u64::from(*n)).sum::<u64>() == total
        });
        cost.wasted_ug += way.map_or(0, |(_, wasted)| *wasted);
    }
    cost
}

/// Deals the lots of each presentation at each site anew.
fn in_date_order(problem: &Problem, taken: &[assign::Taken]) -> Vec<Taken> {
    let mut demands: BTreeMap<_, Vec<Demand>> = BTreeMap::new();
    for (dose, row, units) in taken {
        let (Some(of), Some(row)) = (problem.doses.get(*dose), problem.rows.get(*row)) else {
            continue;
        };
        let reserved = of.tier == Tier::Reserve;
        let demand = Demand {
            dose: *dose,
            on: of.on,
            reserved,
            units: *units,
        };
        demands
            .entry((row.site, row.cip13))
            .or_default()
            .push(demand);
    }
    let mut offers: BTreeMap<_, Vec<Offer>> = BTreeMap::new();
    for row in &problem.rows {
        let offer = Offer {
            stock: row.stock,
            expiry: row.expiry,
            units: row.units,
        };
        offers.entry((row.site, row.cip13)).or_default().push(offer);
    }
    let dealt = demands
        .into_iter()
        .flat_map(|(key, demands)| lots::deal(offers.remove(&key).unwrap_or_default(), &demands));
    let dealt = dealt.filter_map(|(dose, stock, units)| {
        let (claim, dose) = problem.doses.get(dose)?.of;
        Some((claim, dose, stock, units))
    });
    dealt.collect()
}

/// Returns the doses of each claim with their units.
fn planned(
    book: &Rulebook,
    claims: &[(Claim, Result<(), Lack>)],
    taken: &[Taken],
) -> Vec<Vec<PlannedDose>> {
    let unit = |route| book.by_route(route).next().map_or(Mg::ZERO, |p| p.strength);
    let mut planned: Vec<Vec<PlannedDose>> = claims
        .iter()
        .map(|(claim, decided)| match (&claim.asks, decided) {
            (_, Err(_)) => Vec::new(),
            (Asks::Vials(doses), Ok(())) => doses
                .iter()
                .map(|d| PlannedDose {
                    need: d.need,
                    on: d.on,
                    units: Vec::new(),
                })
                .collect(),
            (Asks::Units(course), Ok(())) => course
                .days()
                .map(|on| PlannedDose {
                    need: unit(course.route),
                    on,
                    units: Vec::new(),
                })
                .collect(),
        })
        .collect();
    for (claim, dose, stock, units) in taken {
        let dose = planned.get_mut(*claim).and_then(|c| c.get_mut(*dose));
        if let Some(dose) = dose {
            dose.units.push((*stock, *units));
        }
    }
    for dose in planned.iter_mut().flatten() {
        dose.units.sort_unstable();
        dose.units.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
            }
            same
        });
    }
    planned
}
