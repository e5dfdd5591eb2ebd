//! The plan of a case, pool by pool.

use super::case::Case;
use super::claim::{Books, Claim, Key, ask};
use super::grant::grant;
use super::outcome::{
    Bounded, Decision, Incomplete, Plan, PlannedDose, Status, Subject, Totals, Transfer,
};
use super::pool::{Pool, pools};
use super::realise::{Cost, realise};
use crate::domain::rule::Rulebook;
use std::collections::BTreeMap;

/// Plans a case by a rulebook; `of` finds the rulebooks that its gates name.
///
/// The same case gives the same plan. It takes no look at validity: a rulebook out of force plans
/// all the same.
pub fn plan<'a>(case: &Case, book: &'a Rulebook, of: Books<'a>) -> Plan {
    let asked = ask(case, book, of);
    let mut ranked: Vec<(Key, Decision)> = Vec::new();
    let mut plan = Plan {
        decisions: Vec::new(),
        transfers: Vec::new(),
        totals: Totals::default(),
        incomplete: Vec::new(),
    };
    let (mut cost, mut bound) = (Cost::default(), Cost::default());
    for mut pool in pools(case, asked.claims) {
        let decided = decide(case, book, &mut pool);
        cost = cost.plus(decided.cost);
        bound = bound.plus(decided.bound);
        plan.incomplete.extend(decided.incomplete);
        ranked.extend(decided.ranked);
    }
    ranked.sort_by_key(|(key, _)| *key);
    for (rank, (_, mut decision)) in (1..).zip(ranked) {
        decision.rank = Some(rank);
        plan.decisions.push(decision);
    }
    let mut unranked = asked.unranked;
    unranked.sort_by(|a, b| a.id.cmp(&b.id));
    plan.decisions.extend(unranked);
    plan.transfers = transfers(case, &plan.decisions);
    plan.totals = totals(&plan.decisions, cost, bound);
    plan
}

struct Decided {
    ranked: Vec<(Key, Decision)>,
    cost: Cost,
    bound: Cost,
    incomplete: Option<Incomplete>,
}

fn decide(case: &Case, book: &Rulebook, pool: &mut Pool) -> Decided {
    let mut granted = grant(case, book, pool);
    let realised = realise(case, book, pool, &mut granted);
    let mut undecided = 0;
    let mut ranked = Vec::with_capacity(granted.claims.len());
    for ((claim, answer), doses) in granted.claims.into_iter().zip(realised.doses) {
        if answer.as_ref().is_err_and(|lack| lack.given_up) {
            undecided += 1;
        }
        let status = match answer {
            Ok(()) => Status::Granted,
            Err(lack) => Status::Deferred(lack),
        };
        ranked.push((claim.key, decision(case, claim, status, doses)));
    }
    let incomplete = (undecided > 0).then(|| Incomplete {
        pool: std::mem::take(&mut pool.name),
        undecided,
    });
    Decided {
        ranked,
        cost: realised.cost,
        bound: realised.bound,
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
fn transfers(case: &Case, decisions: &[Decision]) -> Vec<Transfer> {
    let mut sums: BTreeMap<(usize, usize, usize), u32> = BTreeMap::new();
    for decision in decisions {
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
