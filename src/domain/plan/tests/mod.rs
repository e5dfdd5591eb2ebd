//! The rule, tried: against everything that could be done, and by its laws.

mod any;
mod brute;
mod laws;

use super::{Case, Decision, Plan, Subject, Transfers};
use crate::domain::rule::Rulebook;
use crate::domain::testing::{neutrophils, rulebook};
use brute::{Cost, Shelf};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn plan(case: &Case) -> Plan {
    let (book, neutrophils) = (rulebook(), neutrophils());
    super::plan(case, &book, &|_| Some(&neutrophils))
}

/// Returns the name of the pool of a site.
fn pool(case: &Case, site: usize) -> String {
    match case.transfers {
        Transfers::None => case.sites[site].id.clone(),
        Transfers::Network => case.sites[site].network.clone(),
        Transfers::All => "all".to_owned(),
    }
}

fn site_of(case: &Case, decision: &Decision) -> usize {
    match decision.subject {
        Subject::Request(place) => case.requests[place].site,
        Subject::Patient(place) => case.patients[place].site,
        Subject::Floor(site) => site,
    }
}

fn shelf(case: &Case, of: &str) -> Shelf {
    let rows = case.stock.iter().enumerate();
    rows.filter(|(_, s)| pool(case, s.site) == of)
        .map(|(row, s)| (row, s.units))
        .collect()
}

/// Decides every ranked claim by trying everything, in the plan's order; returns what all grants
/// cost at the least.
fn by_trying(case: &Case, book: &Rulebook, plan: &Plan) -> Result<Cost, TestCaseError> {
    let mut granted: BTreeMap<String, Vec<brute::Dose>> = BTreeMap::new();
    for decision in plan.decisions.iter().filter(|d| d.rank.is_some()) {
        let of = pool(case, site_of(case, decision));
        let doses = brute::doses(case, book, decision);
        let before = granted.entry(of.clone()).or_default();
        let all: Vec<brute::Dose> = before.iter().cloned().chain(doses).collect();
        let fits = brute::possible(case, book, &mut shelf(case, &of), &all);
        prop_assert_eq!(
            decision.status.code() == "granted",
            fits,
            "{} in {:?}",
            &decision.id,
            case
        );
        if fits {
            *before = all;
        }
    }
    let mut cost = (0, 0, 0, 0);
    for (of, doses) in &granted {
        let least = brute::cheapest(case, book, &shelf(case, of), doses);
        let (crs, reserves, all, wasted) = least.unwrap_or_default();
        cost = (
            cost.0 + crs,
            cost.1 + reserves,
            cost.2 + all,
            cost.3 + wasted,
        );
    }
    Ok(cost)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 100 } else { 20_000 }))]

    #[test]
    fn a_small_case_is_planned_as_by_trying_everything(case in any::case(3, (5, 3), 1, 4)) {
        let plan = plan(&case);
        let (crs, reserves, all, wasted) = by_trying(&case, &rulebook(), &plan)?;
        let t = plan.totals;
        let found = [t.moved_crs, t.moved_reserves, t.moved_all, t.wasted_ug];
        let least = [crs, reserves, all].map(u64::from);
        prop_assert_eq!(found.map(|b| b.value), [least[0], least[1], least[2], wasted], "{:?}", case);
        prop_assert_eq!(found.map(|b| b.value), found.map(|b| b.lower_bound));
        prop_assert!(plan.incomplete.is_empty());
    }
}
