//! A large case is read by many hands to the same, and with the same faults.

use crate::domain::rule::Rulebook;
use crate::rulebook::Rulebooks;
use crate::wire::json;
use crate::wire::plan_case::{CaseFaults, LARGE, by_hands, read_node};
use std::fmt::Write as _;

/// A case of so many requests that it is large, and as much stock.
fn large() -> String {
    let mut text = String::from(
        "{\"requests\": [{\"id\": \"the first } of \\\"all\\\"\", \"site\": \"s-0\", \"indication\": \"uveitis\", \
         \"route\": \"iv\", \"treatment\": \"ongoing\", \"alternatives\": \"none\", \"risk\": \"vital\", \
         \"age_years\": 40, \"weight_g\": 60000, \"due\": \"2021-10-22\", \"anc_per_mm3\": null}",
    );
    for n in 0..1_200 {
        write!(
            text,
            ",\n{{\"id\": \"r-{n}\", \"site\": \"s-{}\", \"indication\": \"takayasu\", \"route\": \"iv\", \
             \"treatment\": \"ongoing\", \"alternatives\": \"none\", \"risk\": \"vital\", \"age_years\": 34, \
             \"weight_g\": {}, \"due\": \"2021-10-22\", \"anc_per_mm3\": 3500}}",
            n % 9,
            50_000 + n
        )
        .unwrap();
    }
    text += "], \"stock\": [";
    for n in 0..1_200 {
        let comma = if n == 0 { "" } else { "," };
        write!(
            text,
            "{comma}{{\"site\": \"s-{}\", \"cip13\": \"3400957464547\", \"lot\": \"L{n}\", \
             \"expiry\": \"2022-06-30\", \"units\": 5}}",
            n % 9
        )
        .unwrap();
    }
    text += "], \"as_of\": \"2021-10-20\", \"horizon_days\": 28, \"rulebook\": \"roactemra-2021-10-14\", \
             \"transfers\": \"network\", \"lottery_seed\": \"a\", \"car_t_patients\": [], \"sites\": [";
    for n in 0..9 {
        let comma = if n == 0 { "" } else { "," };
        write!(
            text,
            "{comma}{{\"id\": \"s-{n}\", \"network\": \"n\", \"car_t\": false, \"resupply\": \"assured\"}}"
        )
        .unwrap();
    }
    text + "]}"
}

/// Reads a text at once and row by row; says whether many hands could.
fn both(text: &str) -> (bool, Result<crate::domain::plan::Case, CaseFaults>) {
    let rulebooks = Rulebooks::built_in().unwrap();
    let books: Vec<&Rulebook> = rulebooks.iter().collect();
    let by_hands = by_hands(text.as_bytes(), &books).is_some();
    let any = crate::wire::plan_case::read(text.as_bytes(), &books).map(|read| read.case);
    let tree = json::read(text.as_bytes()).unwrap();
    let by_one = read_node(&tree, &books).map(|read| read.case);
    assert_eq!(any, by_one);
    (by_hands, any)
}

#[test]
fn a_large_case_is_read_by_many_hands_to_the_same() {
    let plain = large().replace("the first }", "the first");
    assert!(plain.len() > LARGE);
    let (by_hands, read) = both(&plain);
    assert!(by_hands);
    let case = read.unwrap();
    assert_eq!((case.requests.len(), case.stock.len()), (1_201, 1_200));
    // a brace in a text is unusual, and no fault
    let (by_hands, read) = both(&large());
    assert!(!by_hands && read.is_ok());
}

#[test]
fn a_large_case_with_faults_is_told_all_of_them() {
    let plain = large().replace("the first }", "the first");
    for (from, to, faults) in [
        ("\"weight_g\": 50700", "\"weight_g\": -1", 1),
        ("\"id\": \"r-1000\"", "\"id\": \"r-10\"", 1),
        ("\"lot\": \"L1111\"", "\"lot\": \"\", \"colour\": 1", 2),
        ("\"site\": \"s-8\"", "\"site\": \"s-9\"", 266),
        ("\"horizon_days\": 28", "\"horizon_days\": 0", 1),
        ("\"sites\": [", "\"stock\": [], \"sites\": [", 1),
        ("\"stock\": [", "\"stocks\": [", 2),
        ("\"units\": 5}", "\"units\": 4000000}", 1),
    ] {
        assert!(plain.contains(from), "{from}");
        let (by_hands, read) = both(&plain.replace(from, to));
        assert!(!by_hands, "{to}");
        assert_eq!(read.unwrap_err().as_slice().len(), faults, "{to}");
    }
}
