//! The plan of a case, pool by pool.

use super::case::Case;
use super::claim::{Books, Claim, Key, ask, treated};
use super::grant::grant;
use super::outcome::{
    Bounded, Decision, Incomplete, Plan, PlannedDose, Status, Subject, Totals, Transfer,
};
use super::pool::{Pool, pools};
use super::realise::{Cost, realise};
use crate::domain::presentation::Route;
use crate::domain::rule::Rulebook;
use std::collections::BTreeMap;

/// Plans a case by a rulebook; `of` finds the rulebooks that its gates name.
///
/// The same case gives the same plan. It takes no look at validity: a rulebook out of force plans
/// all the same.
pub fn plan<'a>(case: &Case, book: &'a Rulebook, of: Books<'a>) -> Plan {
    let planner = Planner::new(case, book, of);
    let planned = planner
        .pools()
        .into_iter()
        .map(|pool| planner.decide(&pool));
    merge(planned.collect())
}

/// A case to be planned pool by pool, where somebody has many hands for it.
///
/// Pools share nothing: whoever [decides](Self::decide) them may do so in any order and at the same
/// time. What is [merged](merge) in the order of [`pools`](Self::pools) is what [`plan`] returns.
#[derive(Clone)]
pub struct Planner<'c, 'a> {
    case: &'c Case,
    book: &'a Rulebook,
    of: Books<'a>,
    treated: Vec<u32>,
}

impl<'c, 'a> Planner<'c, 'a> {
    /// Begins to plan a case, as [`plan`] does.
    pub fn new(case: &'c Case, book: &'a Rulebook, of: Books<'a>) -> Self {
        Self {
            case,
            book,
            of,
            treated: treated(case),
        }
    }

    /// Returns the pools, by name.
    pub fn pools(&self) -> Vec<Pool> {
        pools(self.case)
    }

    /// Returns the claims of a pool that are granted, by their ids in a plan, with the place of each in the
    /// order of all pools; with which units is not asked, which is most of the work.
    pub fn grant(&self, pool: &Pool) -> Vec<Granted> {
        let (case, book) = (self.case, self.book);
        let asked = ask(case, book, self.of, pool, &self.treated);
        let granted = grant(case, book, pool, asked.claims);
        let claims = granted.claims.into_iter();
        claims
            .map(|(claim, answer)| {
                let key = claim.key;
                let granted = answer.is_ok();
                let id = decision(case, claim, Status::Granted, Vec::new()).id;
                Granted { key, id, granted }
            })
            .collect()
    }

    /// Decides what is asked of a pool.
    pub fn decide(&self, pool: &Pool) -> PoolPlan {
        let (case, book) = (self.case, self.book);
        let asked = ask(case, book, self.of, pool, &self.treated);
        let mut granted = grant(case, book, pool, asked.claims);
        let realised = realise(case, book, pool, &mut granted);
        let mut undecided = 0;
        let mut ranked = Vec::with_capacity(granted.claims.len());
        let mut ahead: BTreeMap<Route, (u32, String)> = BTreeMap::new();
        for ((claim, answer), doses) in granted.claims.into_iter().zip(realised.doses) {
            let route = claim.asks.route();
            if answer.as_ref().is_err_and(|lack| lack.given_up) {
                undecided += 1;
            }
            let status = match answer {
                Ok(()) => Status::Granted,
                Err(mut lack) => {
                    if let Some((n, last)) = ahead.get(&route) {
                        lack.granted_before = *n;
                        lack.last_granted = Some(last.clone());
                    }
                    Status::Deferred(lack)
                }
            };
            let key = claim.key;
            let decision = decision(case, claim, status, doses);
            if decision.status == Status::Granted {
                let (n, last) = ahead.entry(route).or_default();
                *n += 1;
                last.clone_from(&decision.id);
            }
            ranked.push((key, decision));
        }
        PoolPlan {
            transfers: transfers(case, &ranked),
            ranked,
            unranked: asked.unranked,
            cost: realised.cost,
            bound: realised.bound,
            incomplete: (undecided > 0).then(|| Incomplete {
                pool: pool.name.clone(),
                undecided,
            }),
        }
    }
}

/// A ranked claim, and whether it is granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    key: Key,
    /// Its id in a plan.
    pub id: String,
    /// Whether it is.
    pub granted: bool,
}

/// Puts the claims of all pools in the one order, the first ranked first.
pub fn ranked(pools: Vec<Vec<Granted>>) -> Vec<Granted> {
    let mut all: Vec<Granted> = pools.into_iter().flatten().collect();
    all.sort_by_key(|claim| claim.key);
    all
}

/// What was decided of a pool.
#[derive(Debug)]
pub struct PoolPlan {
    ranked: Vec<(Key, Decision)>,
    unranked: Vec<Decision>,
    transfers: Vec<Transfer>,
    cost: Cost,
    bound: Cost,
    incomplete: Option<Incomplete>,
}

/// Makes one plan of what was decided of all pools of a case, in their order.
pub fn merge(pools: Vec<PoolPlan>) -> Plan {
    let (mut ranked, mut unranked) = (Vec::new(), Vec::new());
    let (mut transfers, mut incomplete) = (Vec::new(), Vec::new());
    let (mut cost, mut bound) = (Cost::default(), Cost::default());
    for pool in pools {
        cost = cost.plus(pool.cost);
        bound = bound.plus(pool.bound);
        ranked.extend(pool.ranked);
        unranked.extend(pool.unranked);
        transfers.extend(pool.transfers);
        incomplete.extend(pool.incomplete);
    }
    ranked.sort_by_key(|(key, _)| *key);
    unranked.sort_by(|a: &Decision, b| a.id.cmp(&b.id));
    transfers.sort_unstable();
    let mut decisions = Vec::with_capacity(ranked.len() + unranked.len());
    for (rank, (_, mut decision)) in (1..).zip(ranked) {
        decision.rank = Some(rank);
        decisions.push(decision);
    }
    decisions.extend(unranked);
    Plan {
        totals: totals(&decisions, cost, bound),
        decisions,
        transfers,
        incomplete,
    }
}

fn decision(case: &Case, claim: Claim, status: Status, doses: Vec<PlannedDose>) -> Decision {
    let of = match claim.subject {
        Subject::Request(place) => case.requests.get(place).map(|r| &r.id),
        Subject::Patient(place) => case.patients.get(place).map(|p| &p.id),
        Subject::Floor(place) => case.sites.get(place).map(|s| &s.id),
    };
    let of = of.map_or("", String::as_str);
    Decision {
        id: match claim.number {
            Some(number) => format!("{of}/{number}"),
            None => of.to_owned(),
        },
        subject: claim.subject,
        class: Some(claim.key.class),
        rank: None,
        status,
        warnings: claim.warnings,
        doses,
    }
}

/// Returns what has to travel: units of doses that do not lie at their site.
fn transfers(case: &Case, decisions: &[(Key, Decision)]) -> Vec<Transfer> {
    let mut sums: BTreeMap<(usize, usize, usize), u32> = BTreeMap::new();
    for (_, decision) in decisions {
        let to = match decision.subject {
            Subject::Request(place) => case.requests.get(place).map(|r| r.site),
            Subject::Patient(place) => case.patients.get(place).map(|p| p.site),
            Subject::Floor(place) => Some(place),
        };
        for (stock, units) in decision.doses.iter().flat_map(|d| &d.units) {
            let from = case.stock.get(*stock).map(|s| s.site);
            if let (Some(from), Some(to)) = (from, to)
                && from != to
            {
                *sums.entry((from, to, *stock)).or_default() += units;
            }
        }
    }
    let each = sums.into_iter();
    each.map(|((from, to, stock), units)| Transfer {
        from,
        to,
        stock,
        units,
    })
    .collect()
}

fn totals(decisions: &[Decision], cost: Cost, bound: Cost) -> Totals {
    let with = |code: &str| {
        let n = decisions.iter().filter(|d| d.status.code() == code).count();
        u32::try_from(n).unwrap_or(u32::MAX)
    };
    let bounded = |value: u32, bound: u32| Bounded {
        value: u64::from(value),
        lower_bound: u64::from(bound),
    };
    Totals {
        granted: with("granted"),
        deferred: with("deferred"),
        moved_crs: bounded(cost.crs, bound.crs),
        moved_reserves: bounded(cost.reserves, bound.reserves),
        moved_all: bounded(cost.all, bound.all),
        wasted_ug: Bounded {
            value: cost.wasted_ug,
            lower_bound: bound.wasted_ug,
        },
    }
}
