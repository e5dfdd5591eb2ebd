//! What a case may say, its name, and what is said about a wrong one.

mod faults;
mod names;
mod what_if;

use dotation::domain::plan::{Case, Transfers};
use dotation::domain::rule::Rulebook;
use dotation::rulebook::Rulebooks;
use dotation::wire::plan_case::{CaseFaults, canonical, read, sha256, what_if as change};

/// The worked example of the plan case's description.
const WORKED: &str = include_str!("../../fixtures/plan/worked-case.json");

/// Reads a case with the rulebooks that come with the service.
fn reading(text: &str) -> Result<Case, CaseFaults> {
    let books = Rulebooks::built_in().unwrap();
    let all: Vec<&Rulebook> = books.iter().collect();
    read(text.as_bytes(), &all).map(|read| read.case)
}

/// The name of a case.
fn named(text: &str) -> String {
    let books = Rulebooks::built_in().unwrap();
    let all: Vec<&Rulebook> = books.iter().collect();
    match read(text.as_bytes(), &all) {
        Ok(read) => hex::encode(sha256(&read.case, read.book)),
        Err(faults) => panic!("{faults}"),
    }
}
