//! A plan by trying everything: slow, and written from the rule rather than from the engine.

use crate::domain::calendar::Day;
use crate::domain::plan::{Case, Decision, Form, Subject};
use crate::domain::quantity::Doses;
use crate::domain::rule::Rulebook;

/// One dose: what it needs, when, for whom.
#[derive(Clone, Debug)]
pub(super) struct Dose {
    pub(super) need_ug: u64,
    pub(super) least_ug: u64,
    pub(super) on: Day,
    pub(super) route: &'static str,
    pub(super) age: u32,
    pub(super) site: usize,
    /// 0 for CRS, 1 for a reserve, 2 for anything else.
    pub(super) tier: usize,
}

/// What a set of doses costs: moved for CRS, for reserves, for all, micrograms wasted.
pub(super) type Cost = (u32, u32, u32, u64);

/// Returns the doses that a ranked decision is about.
pub(super) fn doses(case: &Case, book: &Rulebook, decision: &Decision) -> Vec<Dose> {
    let rule = book.reserve.as_ref().unwrap();
    match decision.subject {
        Subject::Request(place) => {
            let r = &case.requests[place];
            let first = r.due.max(case.as_of);
            let dose = Dose {
                need_ug: 162_000,
                least_ug: 162_000,
                on: first,
                route: "sc",
                age: r.age_years,
                site: r.site,
                tier: if r.indication.as_str() == "crs" { 0 } else { 2 },
            };
            match r.form {
                Form::Units { units, .. } => (0..units)
                    .map(|i| Dose {
                        on: first.plus(7 * i),
                        ..dose.clone()
                    })
                    .collect(),
                Form::Vials { prescribed, .. } => {
                    let by_weight = || book.dose(&r.indication, r.weight.unwrap()).unwrap();
                    let need = prescribed.unwrap_or_else(by_weight).ug();
                    let kept = u64::from(100 - case.rounding_down_pct);
                    vec![Dose {
                        need_ug: need,
                        least_ug: (need * kept).div_ceil(100),
                        route: "iv",
                        ..dose
                    }]
                }
            }
        }
        Subject::Patient(place) => {
            let p = &case.patients[place];
            let crs = case
                .requests
                .iter()
                .filter(|r| matches!(r.form, Form::Vials { patient: Some(of), .. } if of == place));
            let given = p.doses_given.get() + u32::try_from(crs.count()).unwrap();
            let k = rule.doses(case.sites[p.site].resupply).get();
            let left = if given >= 4 {
                0
            } else {
                k.saturating_sub(given).max(1).min(4 - given)
            };
            assert_eq!(
                Doses::new(left),
                rule.doses_left(case.sites[p.site].resupply, Doses::new(given))
            );
            let need = book.dose(&rule.indication, p.weight).unwrap().ug();
            let dose = Dose {
                need_ug: need,
                least_ug: need,
                on: p.infusion_on.plus(14),
                route: "iv",
                age: 0,
                site: p.site,
                tier: 1,
            };
            let n = if decision.id.contains('/') { 1 } else { left };
            (0..n).map(|_| dose.clone()).collect()
        }
        Subject::Floor(site) => {
            let need = case.sites[site].reference_dose.ug();
            vec![Dose {
                need_ug: need,
                least_ug: need,
                on: case.as_of.plus(14),
                route: "iv",
                age: 0,
                site,
                tier: 1,
            }]
        }
    }
}

/// Stock rows of one pool: place, and how many are left.
pub(super) type Shelf = Vec<(usize, u32)>;

/// Returns all sets of units that make a dose, none superfluous: places and numbers.
fn ways(case: &Case, book: &Rulebook, shelf: &Shelf, dose: &Dose) -> Vec<Vec<(usize, u32)>> {
    let usable: Vec<(usize, u32, u64)> = shelf
        .iter()
        .filter_map(|(row, left)| {
            let stock = &case.stock[*row];
            let ruled = book
                .presentations
                .iter()
                .find(|p| p.presentation.cip13 == stock.cip13)?;
            let fits = *left > 0
                && stock.expiry >= dose.on
                && ruled.presentation.route.code() == dose.route
                && (dose.route == "iv" || ruled.from_years.is_none_or(|y| dose.age >= y));
            fits.then_some((*row, *left, ruled.presentation.strength.ug()))
        })
        .collect();
    let mut found = Vec::new();
    pick(&usable, dose.least_ug, &mut Vec::new(), &mut found);
    found
}

fn pick(
    usable: &[(usize, u32, u64)],
    least: u64,
    so_far: &mut Vec<(usize, u32, u64)>,
    found: &mut Vec<Vec<(usize, u32)>>,
) {
    let total: u64 = so_far.iter().map(|(_, n, s)| u64::from(*n) * s).sum();
    if total >= least {
        let needed = |(_, _, s): &(usize, u32, u64)| total - s < least;
        if so_far.iter().all(needed) {
            found.push(so_far.iter().map(|(row, n, _)| (*row, *n)).collect());
        }
        return;
    }
    let Some(((row, left, strength), rest)) = usable.split_first() else {
        return;
    };
    pick(rest, least, so_far, found);
    for n in 1..=*left {
        so_far.push((*row, n, *strength));
        pick(rest, least, so_far, found);
        so_far.pop();
    }
}

/// Returns the least cost of making all doses, if they can be made.
pub(super) fn cheapest(
    case: &Case,
    book: &Rulebook,
    shelf: &Shelf,
    doses: &[Dose],
) -> Option<Cost> {
    let mut best = None;
    search(
        case,
        book,
        &mut shelf.clone(),
        doses,
        (0, 0, 0, 0),
        &mut best,
    );
    best
}

fn search(
    case: &Case,
    book: &Rulebook,
    shelf: &mut Shelf,
    doses: &[Dose],
    cost: Cost,
    best: &mut Option<Cost>,
) {
    if best.is_some_and(|best| cost >= best) {
        return;
    }
    let Some((dose, rest)) = doses.split_first() else {
        *best = Some(cost);
        return;
    };
    for way in ways(case, book, shelf, dose) {
        let mut cost = cost;
        let mut total = 0;
        for (row, n) in &way {
            let stock = &case.stock[*row];
            if stock.site != dose.site {
                match dose.tier {
                    0 => cost.0 += n,
                    1 => cost.1 += n,
                    _ => {}
                }
                cost.2 += n;
            }
            total += u64::from(*n) * strength(book, case, *row);
            shelf.iter_mut().find(|(r, _)| r == row).unwrap().1 -= n;
        }
        if dose.route == "iv" {
            cost.3 += total.saturating_sub(dose.need_ug);
        }
        search(case, book, shelf, rest, cost, best);
        for (row, n) in &way {
            shelf.iter_mut().find(|(r, _)| r == row).unwrap().1 += n;
        }
    }
}

/// Whether all doses can be made.
pub(super) fn possible(case: &Case, book: &Rulebook, shelf: &mut Shelf, doses: &[Dose]) -> bool {
    let Some((dose, rest)) = doses.split_first() else {
        return true;
    };
    for way in ways(case, book, shelf, dose) {
        for (row, n) in &way {
            shelf.iter_mut().find(|(r, _)| r == row).unwrap().1 -= n;
        }
        let fits = possible(case, book, shelf, rest);
        for (row, n) in &way {
            shelf.iter_mut().find(|(r, _)| r == row).unwrap().1 += n;
        }
        if fits {
            return true;
        }
    }
    false
}

pub(super) fn strength(book: &Rulebook, case: &Case, row: usize) -> u64 {
    let cip13 = case.stock[row].cip13;
    book.presentation(cip13).unwrap().strength.ug()
}
