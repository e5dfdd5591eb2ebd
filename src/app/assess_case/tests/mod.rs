//! What the shipped rulebooks answer, on every bound, and what is said about cases that are wrong.
//!
//! A case is a line of [`notation`], and so is its answer; [`check`] compares the two. The rows follow
//! the tables of the contract, each test with the sentence of the document that it rests on. The
//! laws that hold of every case are in [`laws`], a second reading of the contract in [`oracle`].

mod alternatives;
mod bad_cases;
mod bad_fields;
mod clozapine;
mod clozapine_interrupted;
mod dates;
mod examples;
mod laws;
mod lemtrada;
mod moved_bounds;
mod new_medicine;
mod notation;
mod oracle;
mod oracle_random;
mod oracle_rules;
mod roactemra;

use super::*;
use notation::{case, line, resolved};
use serde_json::Value;
use std::sync::LazyLock;

static BOOKS: LazyLock<Rulebooks> = LazyLock::new(|| Rulebooks::built_in().unwrap());

/// Reads a case and writes its assessment, as it is sent.
fn bytes(books: &Rulebooks, case: &Value) -> Result<String, CaseFaults> {
    let bytes = serde_json::to_vec(case).unwrap();
    with(books, &bytes, |read, a| {
        write(a, read.book, read.as_of, Language::En)
    })
}

/// Reads a case and writes its assessment.
fn answered(case: &Value) -> Result<Value, CaseFaults> {
    bytes(&BOOKS, case).map(|written| serde_json::from_str(&written).unwrap())
}

/// Expects of a case, as [`notation::case`] reads it, an answer as [`notation::line`] writes it.
fn check(rulebook: &str, told: &str, expected: &str) {
    let case = case(rulebook, told);
    let answer = answered(&case).unwrap_or_else(|faults| panic!("{told}: {faults}"));
    assert_eq!(line(&answer), resolved(expected), "{rulebook}: {told}");
}
