//! Indications, gates, classes, single units and counts: the letter's, wrong ones, another
//! medicine's.

use super::super::*;
use crate::domain::code::Cip13;
use crate::domain::presentation::Route;
use crate::domain::rule::{
    Alternatives, Asked, ClaimKind, Gated, Listed, Risk, Severity, Treatment,
};

fn book(name: &str) -> Rulebook {
    let name = Slug::parse(name).unwrap();
    Rulebooks::built_in().unwrap().get(&name).unwrap().clone()
}

#[test]
fn the_letter_lists_children_with_arthritis_and_five_diseases_outside_of_the_label() {
    let letter = book("roactemra-2021-10-14");
    let listed: Vec<(&str, Listed)> = (letter.indications.iter())
        .filter(|i| i.listed != Listed::No)
        .map(|i| (i.code.as_str(), i.listed))
        .collect();
    assert_eq!(
        listed,
        [
            ("pjia", Listed::Under(18)),
            ("sjia", Listed::Under(18)),
            ("adult-still", Listed::Yes),
            ("takayasu", Listed::Yes),
            ("neuromyelitis-optica", Listed::Yes),
            ("systemic-sclerosis", Listed::Yes),
            ("uveitis", Listed::Yes),
        ]
    );
    assert_eq!(letter.indications.len(), 12);
}

#[test]
fn the_letter_ranks_in_seven_classes_and_the_two_without_alternative_have_a_line_to_call() {
    let letter = book("roactemra-2021-10-14");
    let classes: Vec<(&str, bool)> = (letter.priorities.iter())
        .map(|class| (class.name.as_str(), class.emergency_line))
        .collect();
    assert_eq!(
        classes,
        [
            ("crs-treatment", false),
            ("reserve-infused", false),
            ("reserve-scheduled", false),
            ("reserve-floor", false),
            ("ongoing-no-alternative-vital", true),
            ("ongoing-no-alternative-functional", true),
            ("ongoing-other", false),
        ]
    );
    assert_eq!(letter.priorities[3].claims, ClaimKind::ReserveFloor);
}

#[test]
fn the_pen_is_for_twelve_years_and_more_and_single_units_are_weekly() {
    let letter = book("roactemra-2021-10-14");
    let ages: Vec<Option<u32>> = letter.presentations.iter().map(|p| p.from_years).collect();
    assert_eq!(ages, [Some(12), None, None, None, None]);
    let pen = Cip13::parse("3400930145524").unwrap();
    assert_eq!(letter.presentations[0].presentation.cip13, pen);
    let units: Vec<(Route, u32)> = (letter.unit_doses.iter())
        .map(|u| (u.route, u.every_days))
        .collect();
    assert_eq!(units, [(Route::Subcutaneous, 7)]);
}

/// What the gates of the letter say of a request.
fn gated(indication: &str, treatment: Treatment, count: Option<u32>) -> String {
    let (letter, rows) = (book("roactemra-2021-10-14"), book("roactemra-neutrophils"));
    let indication = Slug::parse(indication).unwrap();
    let asked = Asked {
        indication: &indication,
        approved_exception: false,
        treatment,
        alternatives: Alternatives::None,
        risk: Risk::Vital,
        age_years: 34,
    };
    match letter.gates(&asked, count, |name| (*name == rows.name).then_some(&rows)) {
        Gated::Frozen(_) => "frozen".to_owned(),
        Gated::Blocked(row) => format!("blocked {}", row.code),
        Gated::Ranked(rows) => {
            let codes: Vec<&str> = rows.iter().map(|row| row.code.as_str()).collect();
            format!("ranked {}", codes.join(" ")).trim_end().to_owned()
        }
    }
}

#[test]
fn the_gates_of_the_letter_turn_at_their_limits() {
    let ongoing = |count| gated("takayasu", Treatment::Ongoing, count);
    assert_eq!(ongoing(Some(0)), "blocked anc-below-500");
    assert_eq!(ongoing(Some(499)), "blocked anc-below-500");
    assert_eq!(ongoing(Some(500)), "ranked anc-low label-interrupt");
    assert_eq!(ongoing(Some(1_000)), "ranked anc-low label-interrupt");
    assert_eq!(ongoing(Some(1_001)), "ranked anc-low");
    assert_eq!(ongoing(Some(1_999)), "ranked anc-low");
    assert_eq!(ongoing(Some(2_000)), "ranked");
    assert_eq!(ongoing(None), "ranked anc-unknown");
    assert_eq!(
        gated("takayasu", Treatment::Initiation, Some(4_000)),
        "frozen"
    );
    assert_eq!(gated("crs", Treatment::Initiation, Some(100)), "ranked");
    assert_eq!(gated("crs", Treatment::Ongoing, None), "ranked");
}

#[test]
fn the_neutrophil_rows_are_those_of_the_article() {
    let rows = book("roactemra-neutrophils");
    let codes: Vec<(&str, Severity)> = (rows.thresholds.iter())
        .map(|row| (row.code.as_str(), row.severity))
        .collect();
    assert_eq!(
        codes,
        [
            ("anc-required", Severity::Refuse),
            ("anc-below-2000", Severity::Refuse),
            ("anc-unknown", Severity::Warn),
            ("anc-below-500", Severity::Stop),
            ("anc-low", Severity::Warn),
            ("label-interrupt", Severity::Warn),
        ]
    );
    assert_eq!(rows.valid_from, Day::parse("2025-12-30").unwrap());
    assert_eq!(rows.valid_to, None);
}

#[test]
fn another_medicine_has_other_classes_in_another_order() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/rulebooks");
    let books = Rulebooks::load(Some(&folder)).unwrap();
    let book = books
        .get(&Slug::parse("fabulin-2031-05-02").unwrap())
        .unwrap();
    let classes: Vec<&str> = book.priorities.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(classes, ["starts", "storms", "kept", "floor", "listed"]);
    assert_eq!(book.indications[2].listed, Listed::Under(6));
    assert!(book.unit_doses.is_empty());
}
