//! A number of a rulebook that is one too great is noticed: the second reading of the contract then
//! disagrees with it on some of the cases that are drawn.

use super::bytes;
use super::notation::line;
use super::oracle::{Facts, answer};
use super::oracle_random::facts;
use crate::rulebook::Rulebooks;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

/// The fields of which a number is moved.
const NUMBERS: [&str; 14] = [
    "at_least",
    "below",
    "below_benign_ethnic",
    "age_at_least",
    "after_days",
    "from_days",
    "to_days",
    "every_days",
    "every_months",
    "from_treated_days",
    "before_treated_days",
    "from_length_days",
    "below_length_days",
    "times_after_stop",
];

/// Each text that comes of one number being one greater, with the line that was moved.
fn moved(text: &str) -> Vec<(usize, String)> {
    let lines: Vec<&str> = text.lines().collect();
    let numbered = lines.iter().enumerate().filter_map(|(place, line)| {
        let (key, rest) = line.split_once(" = ")?;
        let digits = rest.split(' ').next()?;
        let number: u32 = digits.replace('_', "").parse().ok()?;
        NUMBERS.contains(&key).then(|| {
            let mut changed = lines.clone();
            let new = format!("{key} = {}", number + 1);
            changed[place] = &new;
            (place + 1, changed.join("\n"))
        })
    });
    numbered.collect()
}

/// The lines whose number makes no difference when it is moved.
fn unnoticed(name: &'static str, text: &str, first: &'static str) -> Vec<usize> {
    let folder = tempfile::tempdir().unwrap();
    let mut runner = TestRunner::deterministic();
    let drawn = facts(name, [first, first]);
    let cases: Vec<(Facts, String)> = (0..2_500)
        .map(|_| {
            let facts = drawn.new_tree(&mut runner).unwrap().current();
            let expected = answer(&facts);
            (facts, expected)
        })
        .collect();
    let all = moved(text);
    assert!(all.len() >= 10, "{}", all.len());
    let unnoticed = all.into_iter().filter(|(_, text)| {
        std::fs::write(folder.path().join(format!("{name}.toml")), text).unwrap();
        // a file that is refused is noticed as well
        let Ok(books) = Rulebooks::load(Some(folder.path())) else {
            return false;
        };
        cases.iter().all(|(facts, expected)| {
            let written = bytes(&books, &facts.json()).unwrap();
            line(&serde_json::from_str(&written).unwrap()) == *expected
        })
    });
    unnoticed.map(|(line, _)| line).collect()
}

#[test]
fn a_number_of_the_rulebook_of_clozapine_that_is_one_greater_is_noticed() {
    let text = include_str!("../../../../config/rulebooks/clozapine-2025-09.toml");
    let lines = unnoticed("clozapine-2025-09", text, "2025-09-08");
    let said: Vec<&str> = lines
        .iter()
        .map(|n| text.lines().nth(n - 1).unwrap())
        .collect();
    // the first two are drawn too seldom, and stand in the tables of `clozapine` and of
    // `clozapine_interrupted`; at the others a line before says the same
    assert_eq!(
        said,
        [
            "below = 500",
            "from_treated_days = 126                 # 18 weeks",
            "from_length_days = 28",
            "before_treated_days = 126",
            "below_length_days = 28",
        ],
        "{lines:?}"
    );
}

#[test]
fn a_number_of_the_rulebook_of_roactemra_that_is_one_greater_is_noticed() {
    let text = include_str!("../../../../config/rulebooks/roactemra-neutrophils.toml");
    let lines = unnoticed("roactemra-neutrophils", text, "2025-12-30");
    assert_eq!(lines, Vec::<usize>::new());
}
