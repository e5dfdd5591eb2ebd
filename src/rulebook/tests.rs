use super::collection::BUILT_IN;
use super::*;
use crate::domain::code::Cip13;
use crate::domain::presentation::Route;
use crate::domain::quantity::{Doses, Grams, Mg};
use crate::domain::rule::Resupply;

/// An invented medicine, to see that nothing is about one.
const INVENTED: &str = r#"name = "exemplium-2030-01-01"
medicine = "Exemplium"
jurisdiction = "BE"
valid_from = 2030-01-01
title = { fr = "Un exemple", en = "An example" }

[[sources]]
key = "notice"
document = "An invented notice"
date = 2030-01-01
url = "https://example.org/notice"

[[presentations]]
cip13 = "3400957464318"
label = "Exemplium 50 mg"
strength_mg = 50
route = "oral"
units_per_box = 30
source = "notice"
section = "p. 1"

[[doses]]
indication = "fever"
below_g = 10_000
rate_mg_per_kg = 5
at_most_mg = 45
source = "notice"
section = "p. 2"

[[doses]]
indication = "fever"
from_g = 10_000
rate_mg_per_kg = 7
at_most_mg = 500
source = "notice"
section = "p. 2"

[reserve]
indication = "fever"
route = "oral"
doses_assured = 1
doses_compromised = 1
doses_most = 1
reference_dose_mg = 50
reference_least_mg = 50
reference_most_mg = 50
window_days = 0
ahead_days = 1
resupply_within_days = 0
section = "Choice: it is invented"
"#;

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

fn faults(text: &str) -> Vec<String> {
    match read("rules/exemplium-2030-01-01.toml", text.as_bytes()) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.as_slice().iter().map(ToString::to_string).collect(),
    }
}

/// Replaces the first `from` of the invented file and expects exactly this one fault.
fn check_fault(from: &str, to: &str, expected: &str) {
    assert!(INVENTED.contains(from), "{from}");
    let text = INVENTED.replacen(from, to, 1);
    let expected = format!("rules/exemplium-2030-01-01.toml:{expected}");
    assert_eq!(faults(&text), [expected]);
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
            .chain(reserve.flat_map(|r| &r.figures).map(|f| &f.citation));
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

#[test]
fn nine_faults_are_told_at_once_each_with_its_place() {
    let text = r#"name = "exemplium-2030-01-01"
medicine = ""
jurisdiction = "Belgium"
valid_from = 1999-12-31
title = { fr = "Un exemple" }

[[sources]]
key = "notice"
document = "Un avis inventé"
date = 2030-01-01

[[presentations]]
cip13 = "3400957464319"
label = "Exemplium 50 mg"
strength_mg = 0
route = "nasal"
units_per_box = 30
source = "notice"
section = "p. 1"

[[doses]]
rate_mg_per_kg = "8"
at_most_mg = 500
source = "notices"
section = "p. 2"
"#;
    let expected = [
        "2:12: medicine: found \"\", expected a text between quotation marks, of 1 to 2000 characters",
        "3:16: jurisdiction: found \"Belgium\", expected a country's two capital letters",
        "4:14: valid_from: \"1999-12-31\" is not a day; expected YYYY-MM-DD from 2000-01-01 to 2099-12-31",
        "5:9: title.en: is missing, expected a text between quotation marks, of 1 to 2000 characters",
        "13:9: presentations[0].cip13: check digit 9 of \"3400957464319\" does not match the other digits, which call for 8",
        "15:15: presentations[0].strength_mg: found 0, expected a whole number from 1 to 100000",
        "16:9: presentations[0].route: found \"nasal\", expected \"iv\", \"sc\" or \"oral\"",
        "22:18: doses[0].rate_mg_per_kg: found \"8\", expected a whole number from 1 to 1000",
        "24:10: doses[0].source: no source has the key notices, expected notice",
    ]
    .map(|rest| format!("rules/exemplium-2030-01-01.toml:{rest}"));
    assert_eq!(faults(text), expected);
}

#[test]
fn one_wrong_thing_is_one_fault() {
    check_fault(
        "name = \"exemplium-2030-01-01\"",
        "name = \"exemplium\"",
        "1:8: name: the rulebook exemplium stands in exemplium-2030-01-01.toml, expected exemplium.toml",
    );
    check_fault(
        "valid_from = 2030-01-01",
        "valid_from = 2030-01-01\nvalid_to = 2029-12-31",
        "5:12: valid_to: 2029-12-31 is before valid_from, expected 2030-01-01 or later",
    );
    check_fault(
        "source = \"notice\"",
        "source = \"letter\"",
        "19:10: presentations[0].source: no source has the key letter, expected notice",
    );
    check_fault(
        "Choice: it is invented",
        "because",
        "50:11: reserve.section: the rule has no source, expected one, or a section that begins with \"Choice:\" and says why",
    );
    check_fault(
        "https://",
        "javascript:",
        "11:7: sources[0].url: \"javascript:example.org/notice\" is not a web address, expected https://…",
    );
    check_fault(
        "doses_most = 1",
        "doses_most = 0",
        "43:14: reserve.doses_most: found 0, expected a whole number from 1 to 20",
    );
    check_fault(
        "doses_assured = 1",
        "doses_assured = 2",
        "42:21: reserve.doses_compromised: 1 is less than doses_assured, expected 2 or more",
    );
    check_fault(
        "reference_least_mg = 50",
        "reference_least_mg = 51",
        "44:21: reserve.reference_dose_mg: 50 mg is less than reference_least_mg, expected 51 mg or more",
    );
    check_fault(
        "route = \"oral\"\ndoses_assured",
        "route = \"iv\"\ndoses_assured",
        "40:9: reserve.route: no presentation has the route iv, expected at least one",
    );
    check_fault(
        "[reserve]\nindication = \"fever\"",
        "[reserve]\nindication = \"cough\"",
        "39:14: reserve.indication: no row of doses is for cough, expected at least one",
    );
}

#[test]
fn every_weight_has_one_row_and_only_one() {
    check_fault(
        "from_g = 10_000",
        "from_g = 12_000",
        "30:1: doses[1]: no row of fever is for 10000 g to 11999 g, expected every weight from 500 g to 400000 g",
    );
    check_fault(
        "from_g = 10_000",
        "from_g = 9_000",
        "30:1: doses[1]: another row of fever is for 9000 g to 9999 g too",
    );
    check_fault(
        "from_g = 10_000",
        "from_g = 10_000\nbelow_g = 400_000",
        "30:1: doses[1]: no row of fever is for 400000 g to 400000 g, expected every weight from 500 g to 400000 g",
    );
    check_fault(
        "below_g = 10_000",
        "from_g = 501\nbelow_g = 10_000",
        "22:1: doses[0]: no row of fever is for 500 g to 500 g, expected every weight from 500 g to 400000 g",
    );
    check_fault(
        "below_g = 10_000",
        "from_g = 10_000\nbelow_g = 10_000",
        "25:11: doses[0].below_g: is not below from_g, expected a greater weight",
    );
}

#[test]
fn a_code_stands_once_and_a_route_has_few_strengths() {
    let row = |cip13: &str, mg: u32| {
        format!(
            "[[presentations]]\ncip13 = \"{cip13}\"\nlabel = \"x\"\nstrength_mg = {mg}\nroute = \"oral\"\n\
             units_per_box = 1\nsource = \"notice\"\nsection = \"p. 1\"\n"
        )
    };
    let twice = format!("{INVENTED}{}", row("3400957464318", 50));
    let found = faults(&twice);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("presentations[1].cip13: a presentation before has the code"));

    let codes = [
        "3400930145524",
        "3400927824845",
        "3400957464486",
        "3400957464547",
        "3400900000006",
        "3400900000013",
    ];
    let with = |n: usize| {
        let rows = codes
            .iter()
            .take(n)
            .zip(51..)
            .map(|(code, mg)| row(code, mg));
        faults(&format!("{INVENTED}{}", rows.collect::<String>()))
    };
    assert_eq!(with(5), Vec::<String>::new());
    assert_eq!(with(6).len(), 1);
    assert!(with(6)[0].contains("the route oral has 7 strengths, expected at most 6"));
}

#[test]
fn figures_of_the_reserve_are_cited_once_and_by_their_names() {
    let with = |rows: &str| faults(&format!("{INVENTED}{rows}"));
    let row =
        "[[reserve.figures]]\nof = [\"window_days\"]\nsource = \"notice\"\nsection = \"p. 3\"\n";
    assert_eq!(with(row), Vec::<String>::new());
    assert!(
        with(&format!("{row}{row}"))[0].contains("a row before cites a source for window_days")
    );
    let found = with(&row.replace("window_days", "window"));
    assert!(
        found[0].contains("52:7: reserve.figures[0].of[0]: \"window\" is no figure"),
        "{found:?}"
    );
}

#[test]
fn a_folder_adds_rulebooks_and_replaces_those_built_in() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("exemplium-2030-01-01.toml", INVENTED);
    let replaced = BUILT_IN[0]
        .1
        .replace("\"RoActemra (tocilizumab)\"", "\"Ours\"");
    write("roactemra-2021-10-14.toml", &replaced);
    write("README.txt", "not a rulebook");
    let books = Rulebooks::load(Some(folder.path())).unwrap();
    let medicines: Vec<&str> = books.iter().map(|b| b.medicine.as_str()).collect();
    assert_eq!(medicines, ["Exemplium", "Ours"]);
}

#[test]
fn the_faults_of_all_files_are_told_together() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("b.toml", INVENTED);
    write("a.toml", &INVENTED.replace("\"BE\"", "\"be\""));
    let faults = Rulebooks::load(Some(folder.path())).unwrap_err();
    let paths: Vec<String> = faults
        .as_slice()
        .iter()
        .map(|f| f.place.to_string())
        .collect();
    let at = |rest: &str| folder.path().join(rest).display().to_string();
    assert_eq!(
        paths,
        [
            at("a.toml:1:8: name"),
            at("a.toml:3:16: jurisdiction"),
            at("b.toml:1:8: name")
        ]
    );
}

#[test]
fn a_rulebook_is_superseded_by_one_that_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let load = |next: &str| {
        let line = format!("jurisdiction = \"BE\"\nsuperseded_by = \"{next}\"");
        let text = INVENTED.replace("jurisdiction = \"BE\"", &line);
        std::fs::write(folder.path().join("exemplium-2030-01-01.toml"), text).unwrap();
        Rulebooks::load(Some(folder.path()))
    };
    assert!(load("roactemra-2021-10-14").is_ok());
    assert!(load("exemplium-2030-01-01").is_err());
    let faults = load("exemplium-2031-01-01").unwrap_err().to_string();
    assert!(
        faults.ends_with("superseded_by: there is no other rulebook exemplium-2031-01-01, expected the name of one"),
        "{faults}"
    );
}

#[test]
fn a_folder_that_is_not_there_is_a_fault_and_not_an_empty_one() {
    let folder = tempfile::tempdir().unwrap();
    let faults = Rulebooks::load(Some(&folder.path().join("none"))).unwrap_err();
    assert!(
        faults.to_string().contains("the folder cannot be read"),
        "{faults}"
    );
}
