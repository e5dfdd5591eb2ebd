//! A new medicine of known kinds of rules needs a file and no Rust.

use super::bytes;
use super::notation::{case, line};
use crate::rulebook::Rulebooks;
use serde_json::Value;
use std::path::Path;

const MOROSIL: &str = "morosil-2031-03-01";

fn books() -> Rulebooks {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/safety");
    Rulebooks::load(Some(&folder)).unwrap()
}

#[test]
fn an_invented_medicine_is_assessed_by_its_own_file() {
    let books = books();
    for (told, expected) in TOLD {
        let case = case(MOROSIL, &format!("as_of=2031-06-30 {told}"));
        let answer = bytes(&books, &case).unwrap_or_else(|faults| panic!("{told}: {faults}"));
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(line(&answer), *expected, "{told}");
        assert_eq!(answer["checklist"].to_string(), r#"["Look at the toes."]"#);
    }
}

/// Cases on 30 June 2031, and their answers.
const TOLD: &[(&str, &str)] = &[
    // its own thresholds
    ("for=itch initiation had=patience:failed", "r:count-needed"),
    (
        "for=itch initiation had=patience:failed anc=2031-06-01:749",
        "r:count-below-750",
    ),
    (
        "for=itch initiation had=patience:failed anc=2031-06-01:750",
        "",
    ),
    ("for=itch ongoing anc=2031-06-01:599", "s:count-below-600"),
    ("for=itch ongoing anc=2031-06-01:600", ""),
    ("for=itch ongoing ben anc=2031-06-01:0", ""),
    (
        "for=itch ongoing anc=2031-05-01:599,2031-06-01:900",
        "w:count-fell",
    ),
    (
        "for=hives ongoing anc=2031-05-01:599,2031-06-01:900",
        " |none",
    ),
    // its own conditions
    ("for=itch initiation anc=2031-06-01:900", "r:too-early"),
    (
        "for=itch initiation anc=2031-06-01:900 activity=raging age=64",
        "",
    ),
    (
        "for=itch initiation anc=2031-06-01:900 activity=raging age=65",
        "r:too-early",
    ),
    (
        "for=itch initiation anc=2031-06-01:900 had=colchicine:failed age=11",
        "r:age-under-12",
    ),
    (
        "for=itch ongoing anc=2031-06-01:900 with=garlic",
        "i:with-garlic",
    ),
    // its own schedules
    (
        "for=hives ongoing start=2031-06-25 anc=2031-06-29:900",
        "; opening 2031-06-30..2031-07-05 |none",
    ),
    (
        "for=hives ongoing start=2031-06-25 anc=2031-06-30:900",
        "; every-2-months 2031-08-30 |none",
    ),
    (
        "for=gout ongoing start=2031-06-20 has=x anc=2031-06-25:900",
        "; close 2031-07-05..2031-07-10 |some colchicine=open cold-baths=open",
    ),
    (
        "for=gout ongoing start=2031-05-11 anc=2031-06-25:900 had=cold-baths:failed",
        "; wide 2031-08-04 |some colchicine=open cold-baths=exhausted",
    ),
    (
        "for=gout ongoing start=2031-05-11 anc=2031-06-24:749,2031-06-25:900 age=80 has=kidney-failure",
        "; monthly 2031-07-25 |some colchicine=excluded cold-baths=open",
    ),
    (
        "for=gout stopped stop=2031-06-24 anc=2031-06-20:900 had=cold-baths:unavailable,colchicine:unsuitable",
        "w:anc-overdue; after 2031-06-29 overdue |none colchicine=exhausted cold-baths=exhausted",
    ),
    (
        "for=gout ongoing start=2031-06-25 anc=2031-06-01:900 symptoms",
        "w:fever-count; close 2031-06-30 |some colchicine=open cold-baths=open",
    ),
    // its own interruptions
    (
        "for=gout interrupted start=2031-01-01 paused=2031-06-25 anc=2031-06-20:900",
        "i:go-on; wide 2031-07-30 |some colchicine=open cold-baths=open",
    ),
    (
        "for=gout interrupted start=2031-01-01 paused=2031-06-24 anc=2031-06-22:900",
        "w:begin-anew; close 2031-07-02..2031-07-07 |some colchicine=open cold-baths=open",
    ),
    // its own days
    (
        "for=itch ongoing as_of=2031-02-28 anc=2031-02-01:900",
        "i:rulebook-not-in-force",
    ),
    (
        "for=itch ongoing as_of=2032-01-01 anc=2031-02-01:900",
        "i:rulebook-not-in-force",
    ),
    (
        "for=chilblains ongoing anc=2031-06-01:900",
        " |some cold-baths=open",
    ),
];

#[test]
fn its_start_is_asked_for_where_its_schedule_counts_from_it() {
    let books = books();
    let told = |words: &str| bytes(&books, &case(MOROSIL, &format!("as_of=2031-06-30 {words}")));
    let faults = told("for=gout ongoing").unwrap_err().to_string();
    assert_eq!(
        faults,
        "/patient/started_on: is missing, expected the day the treatment started"
    );
    assert!(told("for=hives ongoing").is_ok());
    assert!(told("for=gout initiation").is_ok());
}
