//! Laws that hold of every case of the shipped rulebooks.

use super::notation::line;
use super::oracle::{Facts, answer};
use super::oracle_random::{BOOKS as ALL, any_facts, facts};
use super::{BOOKS, answered, bytes};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value;

fn of(facts: &Facts) -> Value {
    answered(&facts.json()).unwrap_or_else(|faults| panic!("{facts:?}: {faults}"))
}

fn agrees(facts: &Facts) -> Result<(), TestCaseError> {
    prop_assert_eq!(line(&of(facts)), answer(facts), "{}", facts.json());
    Ok(())
}

/// How bad a decision is, mildest first.
fn rank(answer: &Value) -> usize {
    let all = ["allow", "warn", "refuse", "stop"];
    all.iter().position(|d| answer["decision"] == *d).unwrap()
}

fn swap<T>(list: &mut [T], a: Index, b: Index) {
    if !list.is_empty() {
        list.swap(a.index(list.len()), b.index(list.len()));
    }
}

fn rulebook(place: usize) -> impl Strategy<Value = Facts> {
    let (name, ends) = ALL[place];
    facts(name, ends)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn clozapine_agrees_with_a_second_reading_of_the_contract(facts in rulebook(0)) {
        agrees(&facts)?;
    }

    #[test]
    fn roactemra_agrees_with_a_second_reading_of_the_contract(facts in rulebook(1)) {
        agrees(&facts)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn lemtrada_before_2020_agrees_with_a_second_reading(facts in rulebook(2)) {
        agrees(&facts)?;
    }

    #[test]
    fn lemtrada_since_2020_agrees_with_a_second_reading(facts in rulebook(3)) {
        agrees(&facts)?;
    }

    #[test]
    fn immune_thrombocytopenia_agrees_with_a_second_reading(facts in rulebook(4)) {
        agrees(&facts)?;
    }

    #[test]
    fn a_lower_latest_count_never_gives_a_milder_decision(facts in any_facts(), to in 0..4_000_u32) {
        let Some(latest) = facts.anc.iter().map(|(on, _)| *on).max() else {
            return Ok(());
        };
        let mut lower = facts.clone();
        for (_, n) in lower.anc.iter_mut().filter(|(on, _)| *on == latest) {
            *n = (*n).min(to);
        }
        prop_assert!(rank(&of(&lower)) >= rank(&of(&facts)), "{}", lower.json());
    }

    #[test]
    fn any_lower_count_never_gives_a_milder_decision(facts in any_facts(), which: Index, to in 0..4_000_u32) {
        if facts.anc.is_empty() {
            return Ok(());
        }
        let mut lower = facts.clone();
        let place = which.index(lower.anc.len());
        lower.anc[place].1 = lower.anc[place].1.min(to);
        prop_assert!(rank(&of(&lower)) >= rank(&of(&facts)), "{}", lower.json());
    }

    #[test]
    fn the_next_count_is_never_before_the_latest_since_the_start(facts in any_facts()) {
        let answer = of(&facts);
        let since = |on: &chrono::NaiveDate| facts.started.is_none_or(|start| *on >= start);
        let latest = facts.anc.iter().map(|(on, _)| *on).filter(since).max();
        if let (Some(from), Some(to), Some(latest)) =
            (answer["next_anc"]["from"].as_str(), answer["next_anc"]["to"].as_str(), latest)
        {
            prop_assert!(from <= to);
            prop_assert!(from >= latest.to_string().as_str(), "{} {}", answer, facts.json());
            let today = facts.as_of.to_string();
            prop_assert_eq!(answer["next_anc"]["overdue"].as_bool(), Some(today.as_str() > to));
        }
    }

    #[test]
    fn the_order_of_lists_never_changes_a_byte(facts in any_facts(), swaps: Vec<(Index, Index)>) {
        let mut other = facts.clone();
        for (a, b) in swaps {
            swap(&mut other.anc, a, b);
            swap(&mut other.administrations, a, b);
            swap(&mut other.conditions, a, b);
            swap(&mut other.prior, a, b);
            swap(&mut other.co_medication, a, b);
        }
        prop_assert_eq!(bytes(&BOOKS, &facts.json()).unwrap(), bytes(&BOOKS, &other.json()).unwrap());
    }

    #[test]
    fn one_more_treatment_that_failed_never_opens_an_alternative(
        facts in rulebook(4),
        code in select(vec!["glucocorticoids", "mycophenolate", "rituximab", "interferon-beta"]),
    ) {
        let mut more = facts.clone();
        more.prior.push((code, "failed"));
        let (before, after) = (of(&facts), of(&more));
        for (before, after) in before["alternatives"].as_array().into_iter().flatten()
            .zip(after["alternatives"].as_array().into_iter().flatten())
        {
            prop_assert!(before["status"] == "open" || after["status"] != "open", "{before} {after}");
        }
        prop_assert!(before["no_alternative"] != true || after["no_alternative"] == true);
    }

    #[test]
    fn one_more_treatment_that_failed_never_forbids_a_start(facts in any_facts()) {
        let mut more = facts.clone();
        more.prior.push(("natalizumab", "failed"));
        prop_assert!(rank(&of(&more)) <= rank(&of(&facts)));
    }
}
