//! The rule, tried: against everything that could be done, and by its laws.

pub(in crate::domain::plan) mod any;
mod brute;
mod laws;
mod order;

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

/// Decides every claim of a case by trying everything, in an order of its own making; returns what
/// all grants cost at the least.
fn by_trying(case: &Case, book: &Rulebook, plan: &Plan) -> Result<Cost, TestCaseError> {
    let mut trial = Trial {
        case,
        book,
        plan,
        granted: BTreeMap::new(),
        kept: BTreeMap::new(),
        rank: 0,
    };
    let (claims, unranked) = order::claims(case);
    let after = claims.partition_point(|entry| entry.class < 3);
    let (before, after) = claims.split_at(after);
    trial.decide(before)?;
    let floors = order::floors(case, |site| trial.kept.get(&site).copied().unwrap_or(0));
    trial.decide(&floors)?;
    trial.decide(after)?;
    let rest = plan.decisions.iter().skip(trial.rank);
    let rest: Vec<_> = rest.map(|d| (d.id.clone(), d.status.code())).collect();
    prop_assert_eq!(rest, unranked);
    Ok(trial.cost())
}

/// What was decided so far by trying everything.
struct Trial<'a> {
    case: &'a Case,
    book: &'a Rulebook,
    plan: &'a Plan,
    /// Of each pool.
    granted: BTreeMap<String, Vec<brute::Dose>>,
    /// Of each site: doses of classes 2 and 3.
    kept: BTreeMap<usize, u32>,
    rank: usize,
}

impl Trial<'_> {
    /// Decides claims, and compares each with the plan's decision of the same rank.
    fn decide(&mut self, claims: &[order::Entry]) -> Result<(), TestCaseError> {
        for entry in claims {
            let decision = self.plan.decisions.get(self.rank);
            let Some(decision) = decision.filter(|d| d.id == entry.id) else {
                return Err(TestCaseError::fail(format!("{entry:?} in {:?}", self.case)));
            };
            self.rank += 1;
            prop_assert_eq!(decision.rank, u32::try_from(self.rank).ok());
            prop_assert_eq!(decision.class, Some(entry.class));
            let of = pool(self.case, entry.site);
            let doses = brute::doses(self.case, self.book, decision);
            prop_assert!(entry.class > 3 || doses.len() == usize::try_from(entry.doses).unwrap());
            let before = self.granted.entry(of.clone()).or_default();
            let all: Vec<brute::Dose> = before.iter().cloned().chain(doses).collect();
            let mut shelf = shelf(self.case, &of);
            let fits = brute::possible(self.case, self.book, &mut shelf, &all);
            prop_assert_eq!(
                decision.status.code(),
                if fits { "granted" } else { "deferred" },
                "{} in {:?}",
                &decision.id,
                self.case
            );
            if fits {
                *before = all;
                if matches!(entry.class, 1 | 2) {
                    *self.kept.entry(entry.site).or_default() += entry.doses;
                }
            }
        }
        Ok(())
    }

    fn cost(&self) -> Cost {
        let mut cost = (0, 0, 0, 0);
        for (of, doses) in &self.granted {
            let least = brute::cheapest(self.case, self.book, &shelf(self.case, of), doses);
            let (crs, reserves, all, wasted) = least.unwrap_or_default();
            cost = (
                cost.0 + crs,
                cost.1 + reserves,
                cost.2 + all,
                cost.3 + wasted,
            );
        }
        cost
    }
}

/// A case is planned as by trying everything: each decision, the figures, and their bounds.
fn as_by_trying(case: &Case) -> Result<(), TestCaseError> {
    let plan = plan(case);
    let (crs, reserves, all, wasted) = by_trying(case, &rulebook(), &plan)?;
    let t = plan.totals;
    let found = [t.moved_crs, t.moved_reserves, t.moved_all, t.wasted_ug];
    let least = [crs, reserves, all].map(u64::from);
    prop_assert_eq!(
        found.map(|b| b.value),
        [least[0], least[1], least[2], wasted],
        "{:?}",
        case
    );
    prop_assert_eq!(found.map(|b| b.value), found.map(|b| b.lower_bound));
    prop_assert!(plan.incomplete.is_empty());
    laws::honest(case, &rulebook(), &plan)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 60 } else { 20_000 }))]

    #[test]
    fn a_small_case_is_planned_as_by_trying_everything(case in any::case(3, (5, 3), 1, 4)) {
        as_by_trying(&case)?;
    }

    #[test]
    fn so_are_infusions_of_prescribed_sizes(case in any::case_of(any::Mix::Infusions, 3, (6, 2), 1, 5)) {
        as_by_trying(&case)?;
    }

    #[test]
    fn so_are_courses_of_pens_and_syringes(case in any::case_of(any::Mix::Units, 3, (6, 3), 0, 4)) {
        as_by_trying(&case)?;
    }

    #[test]
    fn so_is_a_centre_with_its_reserves(case in any::case_of(any::Mix::Reserves, 2, (6, 3), 3, 2)) {
        as_by_trying(&case)?;
    }

    #[test]
    fn so_are_a_few_with_plenty(case in any::case_of(any::Mix::Infusions, 2, (4, 9), 0, 3)) {
        as_by_trying(&case)?;
    }
}
