//! The letter of 14 October 2021, as its file has it; and another medicine.

use super::super::collection::BUILT_IN;
use super::super::*;
use super::INVENTED;
use crate::domain::code::Cip13;
use crate::domain::presentation::Route;
use crate::domain::quantity::{Doses, Grams, Mg};
use crate::domain::rule::Resupply;

fn letter() -> Rulebook {
    let name = Slug::parse("roactemra-2021-10-14").unwrap();
    Rulebooks::built_in().unwrap().get(&name).unwrap().clone()
}

fn dose(book: &Rulebook, indication: &str, grams: i64) -> Option<String> {
    let indication = Slug::parse(indication).unwrap();
    book.dose(&indication, Grams::new(grams).unwrap())
        .map(|mg| mg.to_string())
}

fn check(indication: &str, grams: i64, expected: &str) {
    let found = dose(&letter(), indication, grams);
    assert_eq!(found.as_deref(), Some(expected), "{indication} {grams} g");
}

#[test]
fn the_dose_falls_at_thirty_kilograms() {
    check("crs", 29_999, "359.988 mg");
    check("crs", 30_000, "240 mg");
    check("sjia", 29_999, "359.988 mg");
    check("sjia", 30_000, "240 mg");
    check("pjia", 29_999, "299.99 mg");
    check("pjia", 30_000, "240 mg");
    check("takayasu", 29_999, "239.992 mg");
    check("takayasu", 30_000, "240 mg");
}

#[test]
fn no_dose_is_more_than_eight_hundred_milligrams() {
    for indication in ["crs", "sjia", "pjia", "adult-still"] {
        check(indication, 99_999, "799.992 mg");
        check(indication, 100_000, "800 mg");
        check(indication, 100_100, "800 mg");
        check(indication, 400_000, "800 mg");
    }
}

#[test]
fn the_letter_names_five_presentations() {
    let book = letter();
    let of = |route| -> Vec<(String, String, u32)> {
        book.by_route(route)
            .map(|p| {
                (
                    p.cip13.to_string(),
                    p.strength.to_string(),
                    p.units_per_box.get(),
                )
            })
            .collect()
    };
    let row = |code: &str, mg: &str, units| (code.to_owned(), mg.to_owned(), units);
    assert_eq!(
        of(Route::Subcutaneous),
        [
            row("3400930145524", "162 mg", 4),
            row("3400927824845", "162 mg", 4)
        ]
    );
    assert_eq!(
        of(Route::Intravenous),
        [
            row("3400957464318", "80 mg", 1),
            row("3400957464486", "200 mg", 1),
            row("3400957464547", "400 mg", 1),
        ]
    );
    let vial = Cip13::parse("3400957464547").unwrap();
    assert_eq!(book.presentation(vial).unwrap().strength, Mg::from_mg(400));
}

#[test]
fn the_letter_keeps_two_doses_or_three() {
    let book = letter();
    let reserve = book.reserve.as_ref().unwrap();
    assert_eq!(reserve.doses(Resupply::Assured), Doses::new(2));
    assert_eq!(reserve.doses(Resupply::Compromised), Doses::new(3));
    assert_eq!(reserve.doses_most, Doses::new(4));
    assert_eq!(reserve.window_days, 14);
    assert_eq!(reserve.reference_dose, Mg::from_mg(800));
    assert_eq!(reserve.reference_least, Mg::from_mg(80));
    assert!(
        book.contacts
            .iter()
            .all(|c| c.telephone == "01 47 61 47 61")
    );
}

#[test]
fn the_letter_holds_from_its_day_to_the_end_of_december() {
    let book = letter();
    let in_force = |day: &str| book.in_force(Day::parse(day).unwrap());
    assert!(!in_force("2021-10-13"));
    assert!(in_force("2021-10-14"));
    assert!(in_force("2021-12-31"));
    assert!(!in_force("2022-01-01"));
}

#[test]
fn every_rule_of_every_built_in_rulebook_cites_its_source() {
    for book in Rulebooks::built_in().unwrap().iter() {
        let reserve = book.reserve.iter();
        let cited = (book.contacts.iter().map(|c| &c.citation))
            .chain(book.presentations.iter().map(|p| &p.citation))
            .chain(book.doses.iter().map(|d| &d.citation))
            .chain(reserve.clone().map(|r| &r.citation))
            .chain(reserve.flat_map(|r| &r.figures).map(|f| &f.citation))
            .chain(book.indications.iter().map(|i| &i.citation))
            .chain(book.gates.iter().map(|g| &g.citation))
            .chain(book.priorities.iter().map(|p| &p.citation))
            .chain(book.thresholds.iter().map(|t| &t.citation));
        for citation in cited {
            match &citation.source {
                Some(key) => assert!(book.sources.iter().any(|s| s.key == *key), "{key}"),
                None => assert!(citation.section.starts_with("Choice: "), "{citation:?}"),
            }
        }
        for source in &book.sources {
            assert!(!source.document.is_empty());
        }
    }
}

#[test]
fn every_file_of_the_folder_is_built_in() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("config/rulebooks");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    let built_in: Vec<String> = BUILT_IN
        .iter()
        .map(|(name, _)| format!("{name}.toml"))
        .collect();
    assert_eq!(files, built_in);
}

#[test]
fn the_hash_is_that_of_the_bytes() {
    let book = read("a/exemplium-2030-01-01.toml", INVENTED.as_bytes()).unwrap();
    let expected: [u8; 32] = Sha256::digest(INVENTED.as_bytes()).into();
    assert_eq!(book.hash, expected);
    let remark = format!("{INVENTED}# a remark\n");
    let other = read("a/exemplium-2030-01-01.toml", remark.as_bytes()).unwrap();
    assert_ne!(book.hash, other.hash);
}

#[test]
fn another_medicine_is_only_another_file() {
    let book = read("exemplium-2030-01-01.toml", INVENTED.as_bytes()).unwrap();
    assert_eq!(dose(&book, "fever", 9_999).as_deref(), Some("45 mg"));
    assert_eq!(dose(&book, "fever", 10_000).as_deref(), Some("70 mg"));
    assert_eq!(dose(&book, "cough", 10_000), None);
    assert_eq!(book.valid_to, None);
}
