//! What a rulebook answers.

use super::*;
use crate::domain::testing::{cip, neutrophils, rulebook, slug};

/// Checks the dose for an indication at a weight in grams.
fn check(indication: &str, weight_g: i64, want: &str) {
    let dose = rulebook().dose(&slug(indication), Grams::new(weight_g).unwrap());
    assert_eq!(
        dose.map(|mg| mg.to_string()).as_deref(),
        Some(want),
        "{indication}, {weight_g} g"
    );
}

#[test]
fn the_crs_dose_falls_at_thirty_kilograms_and_stops_at_eight_hundred_milligrams() {
    check("crs", 29_900, "358.8 mg");
    check("crs", 29_999, "359.988 mg");
    check("crs", 30_000, "240 mg");
    check("crs", 99_999, "799.992 mg");
    check("crs", 100_000, "800 mg");
    check("crs", 100_001, "800 mg");
}

#[test]
fn an_indication_that_is_not_named_is_dosed_as_any_other() {
    check("takayasu", 20_000, "160 mg");
    check("takayasu", 61_000, "488 mg");
}

#[test]
fn an_indication_that_is_named_never_falls_back_on_the_rows_for_any_other() {
    let mut book = rulebook();
    book.doses.retain(|row| row.below.is_none());
    let weight = Grams::new(20_000).unwrap();
    assert_eq!(book.dose(&slug("crs"), weight), None);
    assert!(book.dose(&slug("uveitis"), weight).is_some());
}

#[test]
fn k_is_two_and_three_when_resupply_is_compromised() {
    let rule = rulebook().reserve.unwrap();
    assert_eq!(rule.doses(Resupply::Assured), Doses::new(2));
    assert_eq!(rule.doses(Resupply::Compromised), Doses::new(3));
}

#[test]
fn a_document_holds_from_its_first_day_to_its_last() {
    let book = rulebook();
    let holds = |month, day| book.in_force(Day::of(2021, month, day).unwrap());
    assert!(!holds(10, 13));
    assert!(holds(10, 14));
    assert!(holds(12, 31));
    assert!(!book.in_force(Day::of(2022, 1, 1).unwrap()));
    let open = Rulebook {
        valid_to: None,
        ..rulebook()
    };
    assert!(open.in_force(Day::of(2099, 12, 31).unwrap()));
}

#[test]
fn presentations_are_found_by_code_and_by_route() {
    let book = rulebook();
    assert_eq!(
        book.presentation(cip(200)).map(|p| p.strength),
        Some(Mg::from_mg(200))
    );
    let strengths: Vec<Mg> = book
        .by_route(Route::Intravenous)
        .map(|p| p.strength)
        .collect();
    assert_eq!(strengths, [80, 200, 400].map(Mg::from_mg));
}

#[test]
fn every_code_of_resupply_reads_back() {
    for resupply in [Resupply::Assured, Resupply::Compromised] {
        assert_eq!(Resupply::from_code(resupply.code()), Some(resupply));
    }
}

#[test]
fn a_gate_takes_the_rows_of_the_rulebook_it_names_and_none_when_it_is_nowhere() {
    let (letter, rows, takayasu) = (rulebook(), neutrophils(), slug("takayasu"));
    let asked = Asked {
        indication: &takayasu,
        approved_exception: false,
        treatment: Treatment::Ongoing,
        alternatives: Alternatives::None,
        risk: Risk::Vital,
        age_years: 34,
    };
    let blocked = letter.gates(&asked, Some(499), |name| {
        (*name == rows.name).then_some(&rows)
    });
    assert!(matches!(blocked, Gated::Blocked(row) if row.code == slug("anc-below-500")));
    let unknown = letter.gates(&asked, Some(499), |_| None);
    assert_eq!(unknown, Gated::Ranked(Vec::new()));
    assert_eq!(letter.class_of(&asked), Some(4));
}
