//! Who is granted: each claim in its turn, if it can be met together with all granted before.

pub(super) mod days;
mod prices;
mod room;
mod units;
mod vials;
pub(super) mod ways;

pub(super) use vials::Kind;

use super::case::Case;
use super::claim::{Asks, Claim, UnitCourse, VialDose, class_with, floor_claims};
use super::lottery::Urn;
use super::outcome::{Lack, Subject};
use super::pool::Pool;
use crate::domain::calendar::Day;
use crate::domain::code::Cip13;
use crate::domain::presentation::Route;
use crate::domain::rule::{ClaimKind, Rulebook, RuledPresentation};
use days::Days;
use std::collections::BTreeMap;
use units::UnitPool;
use vials::{No, VialPool};
use ways::{Count, Ways};

/// What was decided of a pool's claims.
#[derive(Debug)]
pub(super) struct Granted {
    /// The claims in their order, the floors' included, each with what it lacks if deferred.
    pub(super) claims: Vec<(Claim, Result<(), Lack>)>,
    /// For each route of vials, a way to make all doses that were granted.
    pub(super) made: Vec<Made>,
}

/// A way to make all doses of one route that were granted.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) route: Route,
    pub(super) ways: Ways,
    pub(super) days: Days,
    /// How many doses of a kind are made in which of its ways.
    pub(super) count: BTreeMap<(Kind, usize), u32>,
}

/// Decides a pool's claims, given in their order.
pub(super) fn grant(case: &Case, book: &Rulebook, pool: &Pool, mut claims: Vec<Claim>) -> Granted {
    let floor = class_with(book, &ClaimKind::ReserveFloor).unwrap_or(usize::MAX);
    let after = claims.split_off(claims.partition_point(|c| c.key.class < floor));
    let all: Vec<&Claim> = claims.iter().chain(&after).collect();
    let days: Vec<(Route, Days)> = Route::ALL
        .into_iter()
        .map(|route| (route, days(case, book, pool, route, &all)))
        .collect();
    let mut shelves = Shelves::new(case, book, pool, &days);
    let mut decided = Vec::with_capacity(claims.len() + after.len());
    for claim in claims {
        let answer = shelves.decide(&claim);
        decided.push((claim, answer));
    }
    for claim in floors(case, book, pool, &decided) {
        let answer = shelves.decide(&claim);
        decided.push((claim, answer));
    }
    for claim in after {
        let answer = shelves.decide(&claim);
        decided.push((claim, answer));
    }
    let made = shelves.vials.into_iter().map(|(route, pool)| Made {
        route,
        count: pool.made,
        ways: pool.ways,
        days: days
            .iter()
            .find(|(r, _)| *r == route)
            .map_or_else(|| Days::new(Vec::new(), Vec::new()), |(_, d)| d.clone()),
    });
    Granted {
        claims: decided,
        made: made.collect(),
    }
}

/// Returns the floors that are left to fill when these claims are decided, in their order.
fn floors(
    case: &Case,
    book: &Rulebook,
    pool: &Pool,
    decided: &[(Claim, Result<(), Lack>)],
) -> Vec<Claim> {
    let mut granted: BTreeMap<usize, usize> = BTreeMap::new();
    for (claim, answer) in decided {
        if let (Subject::Patient(_), Asks::Vials(doses), Ok(())) =
            (claim.subject, &claim.asks, answer)
        {
            *granted.entry(claim.site).or_default() += doses.len();
        }
    }
    let urn = Urn::of(&case.lottery_seed);
    let mut floors: Vec<Claim> = pool
        .sites
        .iter()
        .flat_map(|site| {
            let n = granted.get(site).copied().unwrap_or(0);
            floor_claims(
                case,
                book,
                &urn,
                *site,
                u32::try_from(n).unwrap_or(u32::MAX),
            )
        })
        .collect();
    floors.sort_by_key(|claim| claim.key);
    floors
}

/// Returns the classes of days of a route in a pool.
fn days(case: &Case, book: &Rulebook, pool: &Pool, route: Route, claims: &[&Claim]) -> Days {
    let mut all: Vec<Day> = Vec::new();
    for claim in claims {
        match &claim.asks {
            Asks::Vials(doses) => {
                all.extend(doses.iter().filter(|d| d.route == route).map(|d| d.on));
            }
            Asks::Units(course) if course.route == route => all.extend(course.days()),
            Asks::Units(_) => {}
        }
    }
    if let Some(rule) = book.reserve.as_ref().filter(|r| r.route == route) {
        all.push(case.as_of.plus(rule.window_days));
    }
    let expiries = stock_of(case, book, pool, route).map(|(_, _, expiry, _)| expiry);
    Days::new(all, expiries.collect())
}

/// Returns a pool's stock of one route: place of the row, presentation, expiry, units.
pub(super) fn stock_of<'a>(
    case: &'a Case,
    book: &'a Rulebook,
    pool: &'a Pool,
    route: Route,
) -> impl Iterator<Item = (usize, &'a RuledPresentation, Day, u32)> {
    pool.stock.iter().filter_map(move |row| {
        let stock = case.stock.get(*row)?;
        let mut all = book.presentations.iter();
        let ruled = all.find(|p| p.presentation.cip13 == stock.cip13)?;
        (ruled.presentation.route == route).then_some((*row, ruled, stock.expiry, stock.units))
    })
}

/// Returns the least ages of a route's presentations, ascending, distinct.
pub(super) fn ages(book: &Rulebook, route: Route) -> Vec<u32> {
    let of_route = book.presentations.iter();
    let of_route = of_route.filter(|p| p.presentation.route == route);
    let mut ages: Vec<u32> = of_route.map(|p| p.from_years.unwrap_or(0)).collect();
    ages.sort_unstable();
    ages.dedup();
    ages
}

/// A pool's stock while it is granted away.
struct Shelves<'a> {
    book: &'a Rulebook,
    days: &'a [(Route, Days)],
    vials: Vec<(Route, VialPool<'a>)>,
    units: Vec<(Route, Vec<u32>, UnitPool)>,
    deferred: BTreeMap<Route, u32>,
}

impl<'a> Shelves<'a> {
    fn new(case: &Case, book: &'a Rulebook, pool: &Pool, days: &'a [(Route, Days)]) -> Self {
        let mut shelves = Self {
            book,
            days,
            vials: Vec::new(),
            units: Vec::new(),
            deferred: BTreeMap::new(),
        };
        for (route, days) in days {
            if days.len() == 0 {
                continue;
            }
            let rows = stock_of(case, book, pool, *route);
            if book.unit_doses.iter().any(|u| u.route == *route) {
                let ages = ages(book, *route);
                let supply = rows.filter_map(|(_, ruled, expiry, units)| {
                    let age = ages.binary_search(&ruled.from_years.unwrap_or(0)).ok()?;
                    Some((age, days.reach(expiry)?, units))
                });
                let pool = UnitPool::new(ages.len(), days, supply);
                shelves.units.push((*route, ages, pool));
            } else {
                let strengths = book.by_route(*route).map(|p| p.strength.ug());
                let ways = Ways::new(strengths.collect());
                let strengths = ways.strengths.clone();
                let supply = rows.filter_map(|(_, ruled, expiry, units)| {
                    let strength = ruled.presentation.strength.ug();
                    let place = strengths.binary_search(&strength).ok()?;
                    Some((place, days.reach(expiry)?, units))
                });
                let pool = VialPool::new(ways, days, supply);
                shelves.vials.push((*route, pool));
            }
        }
        shelves
    }

    /// Grants a claim, or says what it lacks.
    fn decide(&mut self, claim: &Claim) -> Result<(), Lack> {
        match &claim.asks {
            Asks::Vials(doses) => self.decide_vials(doses),
            Asks::Units(course) => self.decide_units(course),
        }
    }

    fn decide_vials(&mut self, doses: &[VialDose]) -> Result<(), Lack> {
        let Some(route) = doses.first().map(|d| d.route) else {
            return Ok(());
        };
        let Some((_, pool)) = self.vials.iter_mut().find(|(r, _)| *r == route) else {
            return Err(self.lack(route, Vec::new(), false));
        };
        let asked: Vec<_> = doses.iter().map(|d| (d.least, d.on)).collect();
        let Err(no) = pool.grant(&asked) else {
            return Ok(());
        };
        let strengths = pool.ways.strengths.clone();
        Err(match no {
            No::GivenUp => self.lack(route, Vec::new(), true),
            No::Lacks(count) => {
                let units = self.by_strength(route, &strengths, &count);
                self.lack(route, units, false)
            }
        })
    }

    fn decide_units(&mut self, course: &UnitCourse) -> Result<(), Lack> {
        let route = course.route;
        let days = self.days.iter().find(|(r, _)| *r == route);
        let shelf = self.units.iter_mut().find(|(r, ..)| *r == route);
        let (Some((_, days)), Some((_, ages, pool))) = (days, shelf) else {
            return Err(self.lack(route, Vec::new(), false));
        };
        let old_enough = ages.partition_point(|age| *age <= course.age);
        let classes: Vec<usize> = course.days().map(|day| days.class(day)).collect();
        let missing = match old_enough.checked_sub(1) {
            Some(age) => pool.grant(age, classes.iter().copied()),
            None => Err(course.units),
        };
        let Err(missing) = missing else {
            return Ok(());
        };
        let all = self.book.presentations.iter();
        let youngest = all
            .filter(|p| p.presentation.route == route)
            .min_by_key(|p| (p.from_years.unwrap_or(0), p.presentation.cip13));
        let units = youngest.map(|p| (p.presentation.cip13, missing));
        Err(self.lack(route, units.into_iter().collect(), false))
    }

    fn by_strength(&self, route: Route, strengths: &[u64], count: &Count) -> Vec<(Cip13, u32)> {
        let each = strengths.iter().zip(count).filter(|(_, n)| **n > 0);
        each.filter_map(|(strength, n)| {
            let mut of_route = self.book.by_route(route);
            let found = of_route.find(|p| p.strength.ug() == *strength)?;
            Some((found.cip13, *n))
        })
        .collect()
    }

    fn lack(&mut self, route: Route, units: Vec<(Cip13, u32)>, given_up: bool) -> Lack {
        let before = self.deferred.entry(route).or_default();
        let deferred_before = *before;
        *before += 1;
        Lack {
            units,
            deferred_before,
            given_up,
            ..Lack::default()
        }
    }
}
