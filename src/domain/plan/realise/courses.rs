//! Courses of single units: each unit a dose of its own, on its own day.

use super::super::case::Case;
use super::super::claim::{Asks, Claim};
use super::super::grant::days::Days;
use super::super::grant::{ages, stock_of};
use super::super::outcome::Lack;
use super::super::pool::Pool;
use super::Taken;
use super::cost::Cost;
use super::lots::{self, Demand, Offer};
use super::units;
use crate::domain::calendar::Day;
use crate::domain::presentation::Route;
use crate::domain::rule::Rulebook;
use std::collections::BTreeMap;

/// Makes the courses of one route of single units.
pub(super) fn serve(
    case: &Case,
    book: &Rulebook,
    pool: &Pool,
    claims: &[(Claim, Result<(), Lack>)],
    route: Route,
) -> Vec<Taken> {
    let ages = ages(book, route);
    let site = |site: usize| pool.sites.binary_search(&site).unwrap_or(0);
    // each unit of a course is a dose of its own
    let mut doses: Vec<(usize, usize, Day, usize, usize)> = Vec::new();
    for (place, (claim, decided)) in claims.iter().enumerate() {
        if let (Asks::Units(course), Ok(())) = (&claim.asks, decided)
            && course.route == route
        {
            let old_enough = ages.partition_point(|age| *age <= course.age);
            let days = course.days().enumerate();
            doses.extend(days.map(|(i, on)| (place, i, on, site(claim.site), old_enough)));
        }
    }
    let rows: Vec<_> = stock_of(case, book, pool, route).collect();
    let days = Days::new(
        doses.iter().map(|d| d.2).collect(),
        rows.iter().map(|r| r.2).collect(),
    );
    let mut wanted: BTreeMap<(usize, usize, usize), Vec<usize>> = BTreeMap::new();
    for (i, (.., on, site, ages)) in doses.iter().enumerate() {
        wanted
            .entry((*site, *ages, days.class(*on)))
            .or_default()
            .push(i);
    }
    let asked: Vec<units::Wanted> = wanted
        .iter()
        .map(|((site, ages, class), doses)| units::Wanted {
            site: *site,
            ages: *ages,
            class: *class,
            units: u32::try_from(doses.len()).unwrap_or(u32::MAX),
        })
        .collect();
    let mut offers: BTreeMap<(usize, usize, usize), u32> = BTreeMap::new();
    for (row, ruled, expiry, units) in &rows {
        let age = ages.binary_search(&ruled.from_years.unwrap_or(0));
        let at = case.stock.get(*row).map(|s| site(s.site));
        if let (Ok(age), Some(reach), Some(at)) = (age, days.reach(*expiry), at) {
            let slot = offers.entry((at, age, reach)).or_default();
            *slot = slot.saturating_add(*units);
        }
    }
    let offered: Vec<units::Offered> = offers
        .iter()
        .map(|((site, age, reach), units)| units::Offered {
            site: *site,
            age: *age,
            reach: *reach,
            units: *units,
        })
        .collect();
    let served = units::serve(&asked, &offered, ages.len(), days.len());
    // which dose of a row is served from where does not matter: the first of them first
    let mut queues: Vec<std::vec::IntoIter<usize>> =
        wanted.into_values().map(Vec::into_iter).collect();
    let mut demands: BTreeMap<(usize, usize), Vec<Demand>> = BTreeMap::new();
    for (want, offer, n) in served {
        let (Some(queue), Some(offer)) = (queues.get_mut(want), offered.get(offer)) else {
            continue;
        };
        for _ in 0..n {
            if let Some((dose, on)) = queue.next().and_then(|i| Some((i, doses.get(i)?.2))) {
                let demand = Demand {
                    dose,
                    on,
                    reserved: false,
                    units: 1,
                };
                demands
                    .entry((offer.site, offer.age))
                    .or_default()
                    .push(demand);
            }
        }
    }
    let mut shelves: BTreeMap<(usize, usize), Vec<Offer>> = BTreeMap::new();
    for (row, ruled, expiry, units) in &rows {
        let age = ages.binary_search(&ruled.from_years.unwrap_or(0));
        if let (Ok(age), Some(stock)) = (age, case.stock.get(*row)) {
            let offer = Offer {
                stock: *row,
                expiry: *expiry,
                units: *units,
            };
            let shelf = shelves.entry((site(stock.site), age));
            shelf.or_default().push(offer);
        }
    }
    let mut taken = Vec::new();
    for (shelf, demands) in demands {
        let offers = shelves.remove(&shelf).unwrap_or_default();
        for (dose, stock, units) in lots::deal(offers, &demands) {
            if let Some((claim, dose, ..)) = doses.get(dose) {
                taken.push((*claim, *dose, stock, units));
            }
        }
    }
    taken
}

/// Returns what these units move.
pub(super) fn moved(case: &Case, claims: &[(Claim, Result<(), Lack>)], taken: &[Taken]) -> Cost {
    let each = taken.iter().filter_map(|(claim, _, stock, units)| {
        let (claim, _) = claims.get(*claim)?;
        let away = case.stock.get(*stock)?.site != claim.site;
        away.then(|| Cost::of(claim.tier, *units, 0))
    });
    each.fold(Cost::default(), Cost::plus)
}
