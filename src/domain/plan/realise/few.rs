//! Pools of a few claims: searched through until there is none cheaper, or the steps are used up.
//!
//! Most are searched through as they are ([`exact`]) in some thousands of steps. What makes one hard is a
//! large site that has much of everything, of many expiries: what it may have left is counted by strength
//! and day. So it is asked what the pool would cost if nothing expired, which is soon found and never
//! more; then for what costs just that, led by what lay ahead where nothing expired; then for a little
//! more, and again.

use super::assign::{self, Taken};
use super::cost::Cost;
use super::exact::{self, Near, Split};
use super::problem::Problem;
use crate::domain::plan::grant::ways::Count;

/// How many steps a search may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Steps {
    /// Of the pool as it is, before anything else is tried.
    pub(super) first: u64,
    /// Where nothing expires.
    pub(super) ageless: u64,
    /// Of the pool as it is, once more.
    pub(super) plain: u64,
    /// Of all tries for what costs a little more than where nothing expires.
    pub(super) led: u64,
}

/// The steps of every plan. Choice: by trial; some tenths of a second at the worst.
pub(super) const STEPS: Steps = Steps {
    first: 30_000,
    ageless: 600_000,
    plain: 300_000,
    led: 600_000,
};

/// How much more than where nothing expires is tried for: in which figure, and by how many of its unit;
/// in those after it whatever it comes to. Choice: by trial.
const MORE: [(usize, u32); 8] = [
    (3, 0),
    (3, 8),
    (MOVED, 0),
    (MOVED, 1),
    (MOVED, 2),
    (MOVED, 4),
    (1, 0),
    (0, 0),
];
/// The figure of all units moved.
const MOVED: usize = 2;

/// What is known of the cheapest realisation.
pub(super) struct Found {
    /// How it is made, where it is cheaper than what was known before.
    pub(super) taken: Option<Vec<Taken>>,
    /// What none costs less than, if anything was proved.
    pub(super) least: Option<Cost>,
}

/// Looks for the cheapest realisation; one that costs `cost` is known.
pub(super) fn search(problem: &Problem, cost: Cost, steps: Steps) -> Found {
    let mut known = Known {
        problem,
        cost,
        taken: None,
    };
    let first = exact::search(problem, cost, steps.first);
    if first.all() {
        known.take(first.best.as_deref());
        return known.cheapest();
    }
    let ageless = problem.ageless();
    if exact::search(&ageless, cost, steps.ageless).proves_known() {
        return known.cheapest();
    }
    let plain = exact::search(problem, cost, steps.plain);
    known.take(plain.best.as_deref());
    if plain.all() {
        return known.cheapest();
    }
    let freely = exact::search(&ageless, known.cost, steps.ageless);
    if !freely.all() {
        return known.with(None);
    }
    let Some(splits) = &freely.best else {
        return known.cheapest();
    };
    known.take(Some(splits));
    let used: Vec<Count> = splits.iter().map(|split| split.used).collect();
    known.better(assign::own_first(problem, &used), splits);
    let least = super::cost_of(&ageless, &assign::split(&ageless, splits));
    near(known, &ageless, least, steps.led)
}

/// Looks for what costs `least`, or a little more and again.
fn near(mut known: Known<'_>, ageless: &Problem, least: Cost, mut steps: u64) -> Found {
    let mut floor = least;
    for (figure, more) in MORE {
        if known.cost == least {
            break;
        }
        let by = (figure, i64::from(more));
        match exact::near(known.problem, (ageless, known.cost), least, by, &mut steps) {
            Near::Least(best) => {
                known.take(best.as_deref());
                return known.cheapest();
            }
            Near::None if figure == MOVED => {
                floor.all = least.all.saturating_add(more).saturating_add(1);
                floor.wasted_ug = 0;
            }
            Near::None => {}
            Near::GivenUp(best) => {
                known.take(best.as_deref());
                break;
            }
        }
    }
    known.with(Some(floor))
}

/// The cheapest realisation that is known.
struct Known<'a> {
    problem: &'a Problem,
    cost: Cost,
    taken: Option<Vec<Taken>>,
}

impl Known<'_> {
    /// Takes what a search found, if it can be made and is cheaper.
    fn take(&mut self, splits: Option<&[Split]>) {
        if let Some(splits) = splits {
            self.better(assign::split(self.problem, splits), splits);
        }
    }

    /// Takes units for doses made so, if there are enough and it is cheaper.
    fn better(&mut self, taken: Vec<Taken>, splits: &[Split]) {
        let wanted = splits.iter().flat_map(|split| split.used);
        let wanted: u64 = wanted.map(u64::from).sum();
        let there: u64 = taken.iter().map(|(_, _, n)| u64::from(*n)).sum();
        let cost = super::cost_of(self.problem, &taken);
        if there == wanted && cost < self.cost {
            self.cost = cost;
            self.taken = Some(taken);
        }
    }

    /// It is proved that there is none cheaper.
    fn cheapest(self) -> Found {
        let least = self.cost;
        self.with(Some(least))
    }

    fn with(self, least: Option<Cost>) -> Found {
        Found {
            taken: self.taken,
            least,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::problem::{Dose, Problem, Row};
    use super::*;
    use crate::domain::calendar::Day;
    use crate::domain::code::Cip13;
    use crate::domain::plan::Case;
    use crate::domain::plan::claim::{Tier, ask, treated};
    use crate::domain::plan::grant::grant;
    use crate::domain::plan::pool::pools;
    use crate::domain::plan::realise::{assign, cost_of, improve};
    use crate::domain::plan::tests::any::{Mix, case_of};
    use crate::domain::testing::{neutrophils, rulebook};
    use proptest::prelude::*;

    /// Nothing is searched through as it is: what is found was led to.
    const LED: Steps = Steps {
        first: 0,
        ageless: 1_000_000,
        plain: 0,
        led: 1_000_000,
    };

    /// Returns for each pool and route the least that a search of any length finds, and what is found and
    /// proved by being led.
    fn both(case: &Case) -> Vec<(Cost, Cost, Option<Cost>)> {
        let (book, neutrophils) = (rulebook(), neutrophils());
        let of = |_: &_| Some(&neutrophils);
        let mut all = Vec::new();
        for pool in pools(case) {
            let asked = ask(case, &book, &of, &pool, &treated(case));
            let mut granted = grant(case, &book, &pool, asked.claims);
            for made in &mut granted.made {
                let problem = Problem::new(case, &book, &pool, &granted.claims, made);
                let ways = improve::ways(&problem);
                let used = problem.doses.iter().zip(ways);
                let used: Vec<Count> = used.map(|(dose, way)| dose.ways[way].0).collect();
                let cost = cost_of(&problem, &assign::own_first(&problem, &used));
                let or_known = |taken: Option<Vec<Taken>>| {
                    taken.map_or(cost, |taken| cost_of(&problem, &taken))
                };
                let plain = exact::search(&problem, cost, 50_000_000);
                assert!(plain.all(), "it is a small pool");
                let least = plain.best.map(|splits| assign::split(&problem, &splits));
                let led = search(&problem, cost, LED);
                all.push((or_known(least), or_known(led.taken), led.least));
            }
        }
        all
    }

    fn as_good(case: &Case) -> Result<usize, TestCaseError> {
        let mut proved = 0;
        for (least, led, bound) in both(case) {
            prop_assert!(least <= led, "nothing is cheaper than the least");
            let bound = bound.unwrap_or_default();
            let below = Cost::default().raised(least, bound);
            prop_assert!(below.nowhere_above(least), "{bound:?} is above {least:?}");
            if bound == led {
                prop_assert_eq!(led, least, "what is proved is the least");
                proved += 1;
            }
        }
        Ok(proved)
    }

    /// What has expired before the first dose is left over where a site has 80 mg vials, and is left over by
    /// nobody: both doses are made of what need not move, though that wastes more.
    #[test]
    fn what_expires_before_every_dose_leads_nobody_astray() {
        let vials = |strength: usize, n: u32| {
            let mut used = Count::default();
            used[strength] = n;
            used
        };
        let row = |site, strength, reach, units| Row {
            stock: 0,
            site,
            strength,
            reach,
            cip13: Cip13::parse("3400957464318").unwrap(),
            expiry: Day::of(2021, 11, 3).unwrap(),
            units,
        };
        let dose = |class, need: u64, ways: [(Count, u64); 2]| Dose {
            of: (class, 0),
            site: 0,
            tier: Tier::Other,
            class,
            on: Day::of(2021, 11, 4).unwrap(),
            list: class,
            ways: ways.to_vec(),
            need,
            total: need + ways[0].1,
            proof: 0,
        };
        let first = [(vials(0, 2), 60_000), (vials(1, 1), 300_000)];
        let second = [(vials(0, 4), 79_200), (vials(1, 1), 159_200)];
        let problem = Problem {
            strengths: vec![80_000, 400_000],
            sites: 2,
            classes: 3,
            rows: vec![
                row(0, 0, 0, 4),
                row(0, 0, 2, 1),
                row(0, 1, 2, 3),
                row(1, 0, 1, 3),
            ],
            doses: vec![dose(1, 100_000, first), dose(2, 240_800, second)],
        };
        let one_moves = Cost::of(Tier::Other, 1, 219_200);
        let found = search(&problem, one_moves, LED);
        let cost = cost_of(&problem, &found.taken.unwrap());
        assert_eq!(cost, Cost::of(Tier::Other, 0, 459_200));
        assert_eq!(found.least, Some(cost));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 60 } else { 20_000 }))]

        #[test]
        fn who_is_led_finds_and_proves_the_least(case in case_of(Mix::Reserves, 3, (9, 6), 3, 5)) {
            as_good(&case)?;
        }

        #[test]
        fn so_it_is_with_infusions(case in case_of(Mix::Infusions, 3, (10, 5), 1, 7)) {
            as_good(&case)?;
        }

        #[test]
        fn so_it_is_with_plenty(case in case_of(Mix::Infusions, 2, (12, 30), 1, 5)) {
            as_good(&case)?;
        }
    }
}
