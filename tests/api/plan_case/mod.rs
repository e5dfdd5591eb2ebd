//! What a case may say, its name, and what is said about a wrong one.

mod faults;
mod hostile;
mod names;
mod together;
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

/// What is said about a case, a line a fault.
fn lines(text: &str) -> Vec<String> {
    match reading(text) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.as_slice().iter().map(ToString::to_string).collect(),
    }
}

/// A case with one of everything.
const GOOD: &str = r#"{"as_of": "2021-10-20", "horizon_days": 28, "rulebook": "roactemra-2021-10-14",
"transfers": "network", "lottery_seed": "x", "dose_rounding_down_pct": 10,
"sites": [{"id": "A", "network": "n", "car_t": true, "resupply": "assured", "reference_dose_mg": 400},
          {"id": "B", "network": "n", "car_t": false, "resupply": "compromised"}],
"stock": [{"site": "A", "cip13": "3400957464547", "lot": "L1", "expiry": "2022-06-30", "units": 5},
          {"site": "B", "cip13": "3400927824845", "lot": "L2", "expiry": "2022-06-30", "units": 4}],
"car_t_patients": [{"id": "cart-1", "site": "A", "weight_g": 100000, "infusion_date": "2021-10-25", "doses_given": 1}],
"requests": [
{"id": "r-iv", "site": "A", "indication": "takayasu", "route": "iv", "treatment": "ongoing", "alternatives": "none",
 "risk": "vital", "age_years": 34, "weight_g": 61000, "due": "2021-10-22", "prescribed_mg": 480.5, "anc_per_mm3": 3500},
{"id": "r-sc", "site": "B", "indication": "pjia", "route": "sc", "treatment": "ongoing", "alternatives": "available",
 "risk": "none", "age_years": 9, "due": "2021-10-23", "units": 4, "approved_exception": true},
{"id": "r-crs", "site": "A", "indication": "crs", "route": "iv", "treatment": "initiation", "alternatives": "none",
 "risk": "functional", "age_years": 50, "weight_g": 80000, "due": "2021-10-20", "car_t_patient": "cart-1"}]}"#;
