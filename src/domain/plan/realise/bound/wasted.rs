//! The least that is wasted.

use super::doses::row;
use super::tolls::{Group, Row, Search, Site, Tolls, Way};
use crate::domain::plan::realise::problem::{Dose, Problem};
use std::collections::BTreeMap;

/// No toll is higher, in micrograms; no way wastes as much.
const MOST: i64 = 1 << 33;
/// The rounds of raising and lowering. Choice: by trial.
const ROUNDS: i128 = 120;

/// Returns a bound from below on the micrograms wasted; `value` of them can do.
pub(super) fn below<const N: usize>(problem: &Problem, all: &Row<N>, value: u64) -> u64 {
    // what each dose wastes in the best of its ways; the tolls speak of what is above
    let mut least = 0_u64;
    let mut alike: BTreeMap<(usize, u64), (Vec<Way<N>>, i64)> = BTreeMap::new();
    for dose in &problem.doses {
        let of_dose = dose.ways.iter().map(|(_, wasted)| *wasted).min();
        let of_dose = of_dose.unwrap_or(0);
        least = least.saturating_add(of_dose);
        // ways of one list differ in what they waste by as much whatever the need, unless some
        // hold less than it
        let short = dose.need.saturating_sub(dose.total);
        let ways = alike.entry((dose.list, short));
        ways.or_insert_with(|| (above(dose, of_dose), 0)).1 += 1;
    }
    let groups = alike.values().map(|(ways, doses)| Group {
        doses: *doses,
        away: 0,
        ways,
    });
    let site = Site {
        own: [0; N],
        groups: groups.collect(),
    };
    let search = Search {
        known: i128::from(value.saturating_sub(least)),
        one: 1,
        rounds: ROUNDS,
        most: MOST,
    };
    let bound = search.best(&[site], Some(all), &mut Tolls::none(1));
    least.saturating_add(u64::try_from(bound).unwrap_or(0))
}

/// Returns the ways of a dose, each with what it wastes more than `least`.
fn above<const N: usize>(dose: &Dose, least: u64) -> Vec<Way<N>> {
    let ways = dose.ways.iter().map(|(used, wasted)| {
        let more = wasted.saturating_sub(least);
        (row(used), i64::try_from(more).unwrap_or(MOST).min(MOST))
    });
    ways.collect()
}
