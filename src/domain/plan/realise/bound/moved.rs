//! The fewest units that can leave their site.

use super::doses::{Doses, SiteDoses};
use super::tolls::{Group, Row, Search, Site, Tolls};
use crate::domain::plan::claim::Tier;
use std::collections::BTreeMap;

/// One unit moved, in the unit of tolls.
const ONE: i64 = 1 << 16;
/// The rounds at one site. Choice: by trial; more find nothing.
const AT_SITE: i128 = 32;
/// The rounds for the tolls of the pool, which begin where the sites' end. Choice: by trial.
const IN_POOL: i128 = 40;
/// No toll of the pool is higher.
const MOST: i64 = 64 * ONE;

/// Returns a bound from below on the units of counted doses that move; `value` of them can do.
pub(super) fn below<const N: usize>(
    doses: &Doses<N>,
    counted: &dyn Fn(Tier) -> bool,
    value: i64,
) -> i64 {
    if value == 0 {
        return 0;
    }
    let mut bound = 0;
    let mut sites: Vec<Site<'_, N>> = Vec::new();
    let mut tolls = Tolls::none(0);
    for of_site in &doses.sites {
        let site = Site {
            own: of_site.own,
            groups: groups(doses, of_site, counted),
        };
        if !site.groups.is_empty() {
            let (least, toll) = at_site(&doses.strengths, &site, moved(of_site, counted));
            bound += least;
            tolls.own.push(toll);
            sites.push(site);
        }
    }
    if bound >= value {
        return bound;
    }
    sites.push(others(doses, counted));
    tolls.own.push([0; N]);
    let search = Search {
        known: i128::from(value) * i128::from(ONE),
        one: i128::from(ONE),
        rounds: IN_POOL,
        most: MOST,
    };
    bound.max(up(search.best(&sites, Some(&doses.all), &mut tolls)))
}

/// Returns the counted doses of a site.
fn groups<'a, const N: usize>(
    doses: &'a Doses<N>,
    site: &SiteDoses<N>,
    counted: &dyn Fn(Tier) -> bool,
) -> Vec<Group<'a, N>> {
    let alike = site.alike.iter().filter(|(tier, ..)| counted(*tier));
    let groups = alike.filter_map(|(_, list, n)| {
        Some(Group {
            doses: *n,
            away: ONE,
            ways: doses.lists.get(*list)?,
        })
    });
    groups.collect()
}

/// Returns the doses that are not counted, of all sites, as those of a site that has nothing: they
/// move for nothing.
fn others<'a, const N: usize>(doses: &'a Doses<N>, counted: &dyn Fn(Tier) -> bool) -> Site<'a, N> {
    let mut others: BTreeMap<usize, i64> = BTreeMap::new();
    let alike = doses.sites.iter().flat_map(|site| &site.alike);
    for (_, list, n) in alike.filter(|(tier, ..)| !counted(*tier)) {
        *others.entry(*list).or_default() += n;
    }
    let groups = others.into_iter().filter_map(|(list, n)| {
        Some(Group {
            doses: n,
            away: 0,
            ways: doses.lists.get(list)?,
        })
    });
    Site {
        own: [0; N],
        groups: groups.collect(),
    }
}

/// Returns what the counted doses of a site are known to move.
fn moved<const N: usize>(site: &SiteDoses<N>, counted: &dyn Fn(Tier) -> bool) -> i64 {
    let each = Tier::ALL.into_iter().zip(site.moved);
    each.filter(|(tier, _)| counted(*tier))
        .map(|(_, n)| n)
        .sum()
}

/// Returns a bound on what a site moves by itself, `known` being possible, and its tolls.
fn at_site<const N: usize>(strengths: &[u64], site: &Site<'_, N>, known: i64) -> (i64, Row<N>) {
    let mut tolls = Tolls::none(1);
    if known == 0 {
        return (0, tolls.all);
    }
    // at first so much a milligram that the largest vial is worth moving one
    let largest = strengths.last().copied().unwrap_or(1).max(1);
    for slots in &mut tolls.own {
        for (slot, strength) in slots.iter_mut().zip(strengths) {
            *slot = i64::try_from((strength << 16) / largest).unwrap_or(ONE);
        }
    }
    let search = Search {
        known: i128::from(known) * i128::from(ONE),
        one: i128::from(ONE),
        rounds: AT_SITE,
        most: ONE,
    };
    let bound = search.best(std::slice::from_ref(site), None, &mut tolls);
    let toll = tolls.own.first().copied();
    (up(bound), toll.unwrap_or([0; N]))
}

/// Returns the least whole number that a bound allows.
fn up(bound: i128) -> i64 {
    let one = i128::from(ONE);
    i64::try_from((bound + one - 1).div_euclid(one)).unwrap_or(0)
}
