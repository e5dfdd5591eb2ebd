//! Indications, gates, classes, single units and counts: the letter's, wrong ones, another
//! medicine's.

use super::super::*;
use super::INVENTED;
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

/// What a correct rulebook that ranks adds to the invented one.
const RANKING: &str = r#"
[[indications]]
code = "fever"
name = { fr = "Fièvre", en = "Fever" }
listed = true
source = "notice"
section = "p. 3"

[[gates]]
when = ["initiation", "other-indication"]
then = "freeze"
source = "notice"
section = "p. 4"

[[priorities]]
class = "kept"
title = { fr = "Gardées", en = "Kept" }
claims = "reserve-scheduled"
source = "notice"
section = "p. 5"

[[priorities]]
class = "floor"
title = { fr = "Socle", en = "Floor" }
claims = "reserve-floor"
source = "notice"
section = "p. 5"

[[priorities]]
class = "rest"
title = { fr = "Reste", en = "Rest" }
claims = "requests"
when = ["ongoing"]
source = "notice"
section = "p. 5"

[[thresholds]]
code = "low"
at_least = 1
below = 750
severity = "stop"
message = { fr = "Trop bas.", en = "Too low." }
source = "notice"
section = "p. 6"
"#;

#[test]
fn one_wrong_thing_is_one_fault_with_its_place() {
    let whole = format!("{INVENTED}{RANKING}");
    let faults = |text: &str| -> Vec<String> {
        match read("exemplium-2030-01-01.toml", text.as_bytes()) {
            Ok(_) => Vec::new(),
            Err(faults) => faults.as_slice().iter().map(ToString::to_string).collect(),
        }
    };
    assert_eq!(faults(&whole), Vec::<String>::new());
    for (from, to, expected) in WRONG {
        assert!(whole.contains(from), "{from}");
        let found = faults(&whole.replacen(from, to, 1));
        assert!(
            found.len() == 1 && found[0].contains(expected),
            "{to}: {found:#?}"
        );
    }
}

/// What stands in the file, what in its place, and what is said about it.
const WRONG: &[(&str, &str, &str)] = &[
    (
        "listed = true",
        "listed = 1",
        "indications[0].listed: found 1, expected true or false",
    ),
    (
        "listed = true",
        "",
        "indications[0].listed: is missing, expected true or false, or listed_below_years",
    ),
    (
        "listed = true",
        "listed = true\nlisted_below_years = 3",
        "indications[0].listed_below_years: stands beside listed",
    ),
    (
        "listed = true",
        "listed_below_years = 0",
        "indications[0].listed_below_years: found 0, expected a whole number from 1 to 150",
    ),
    (", en = \"Fever\"", "", "is missing"),
    (
        "code = \"fever\"",
        "code = \"Fever\"",
        "indications[0].code: \"Fever\" is not a short name",
    ),
    (
        "[[gates]]",
        "[[indications]]\ncode = \"cough\"\nname = { fr = \"x\", en = \"x\" }\nlisted = false\nsource = \"notice\"\nsection = \"p. 3\"\n[[gates]]",
        "indications: no row of doses is for cough, expected one",
    ),
    (
        "[[gates]]",
        "[[indications]]\ncode = \"fever\"\nname = { fr = \"x\", en = \"x\" }\nlisted = false\nsource = \"notice\"\nsection = \"p. 3\"\n[[gates]]",
        "indications[1].code: an indication before has the code fever",
    ),
    (
        "then = \"freeze\"",
        "then = \"thaw\"",
        "gates[0].then: found \"thaw\", expected \"freeze\"",
    ),
    (
        "then = \"freeze\"",
        "",
        "gates[0].then: is missing, expected \"freeze\", or neutrophils",
    ),
    (
        "then = \"freeze\"",
        "then = \"freeze\"\nneutrophils = \"x\"",
        "gates[0].neutrophils: stands beside then",
    ),
    (
        "\"initiation\", \"other",
        "\"begins\", \"other",
        "gates[0].when[0]: \"begins\" is no condition, expected one of ongoing, initiation",
    ),
    (
        "[\"initiation\", \"other-indication\"]",
        "[]",
        "gates[0].when: found [], expected a list of texts that is not empty",
    ),
    (
        "class = \"rest\"",
        "class = \"kept\"",
        "priorities[2].class: a class before is called kept",
    ),
    (
        "claims = \"requests\"\nwhen = [\"ongoing\"]",
        "claims = \"reserve-floor\"",
        "priorities[2].claims: a class before holds these claims",
    ),
    (
        "claims = \"requests\"\nwhen",
        "claims = \"treatment\"\nwhen",
        "priorities[2].when: is not known",
    ),
    (
        "claims = \"requests\"\nwhen = [\"ongoing\"]",
        "claims = \"requests\"",
        "priorities[2].when: is missing",
    ),
    (
        "claims = \"requests\"\nwhen = [\"ongoing\"]",
        "claims = \"reserve-infused\"",
        "priorities[1].claims: the floor comes before the doses of patients",
    ),
    (
        "claims = \"requests\"\nwhen = [\"ongoing\"]",
        "claims = \"all\"",
        "priorities[2].claims: found \"all\", expected \"treatment\"",
    ),
    (
        "when = [\"ongoing\"]",
        "when = [\"ongoing\"]\nemergency_line = true",
        "priorities[2].emergency_line: there is nobody to call",
    ),
    (
        "below = 750",
        "below = 1",
        "thresholds[0].below: 1 is not above at_least",
    ),
    (
        "at_least = 1\nbelow = 750",
        "",
        "thresholds[0].at_least: is missing",
    ),
    (
        "below = 750",
        "unknown = true",
        "thresholds[0].unknown: stands beside at_least or below",
    ),
    (
        "at_least = 1\nbelow = 750",
        "unknown = false",
        "thresholds[0].unknown: is false",
    ),
    (
        "severity = \"stop\"",
        "severity = \"grave\"",
        "thresholds[0].severity: found \"grave\", expected \"info\"",
    ),
    (
        "severity = \"stop\"",
        "severity = \"stop\"\nexcept = []",
        "thresholds[0].except: found []",
    ),
    (
        "severity = \"stop\"",
        "severity = \"stop\"\ntreatment = \"paused\"",
        "thresholds[0].treatment: found \"paused\"",
    ),
    (
        "units_per_box = 30",
        "units_per_box = 30\nfrom_years = 0",
        "presentations[0].from_years: found 0",
    ),
    (
        "[[thresholds]]",
        "[[unit_doses]]\nroute = \"sc\"\nevery_days = 7\nsource = \"notice\"\nsection = \"p. 1\"\n[[thresholds]]",
        "unit_doses[0].route: the presentations of the route sc have 0 strengths, expected one",
    ),
    (
        "[[thresholds]]",
        "[[unit_doses]]\nroute = \"oral\"\nevery_days = 7\nsource = \"notice\"\nsection = \"p. 1\"\n[[thresholds]]",
        "unit_doses[0].route: is the reserve's",
    ),
    (
        "[[thresholds]]",
        "[[unit_doses]]\nroute = \"oral\"\nevery_days = 0\nsource = \"notice\"\nsection = \"p. 1\"\n[[thresholds]]",
        "unit_doses[0].every_days: found 0",
    ),
];

#[test]
fn classes_of_reserves_need_a_reserve() {
    let (without, _) = INVENTED.split_once("[reserve]").unwrap();
    let faults = read(
        "exemplium-2030-01-01.toml",
        format!("{without}{RANKING}").as_bytes(),
    );
    let faults = faults.unwrap_err().to_string();
    assert_eq!(faults.lines().count(), 3, "{faults}");
    for says in [
        "gates[0].when: asks for the reserve's indication, expected a [reserve]",
        "priorities[0].claims: are about a reserve, expected a [reserve]",
        "priorities[1].claims: are about a reserve, expected a [reserve]",
    ] {
        assert!(faults.contains(says), "{faults}");
    }
}

#[test]
fn a_gate_names_a_rulebook_that_is_there_and_has_rows() {
    let folder = tempfile::tempdir().unwrap();
    let load = |name: &str| {
        let gate = format!("neutrophils = \"{name}\"");
        let text = format!("{INVENTED}{RANKING}").replace("then = \"freeze\"", &gate);
        std::fs::write(folder.path().join("exemplium-2030-01-01.toml"), text).unwrap();
        Rulebooks::load(Some(folder.path()))
    };
    assert!(load("roactemra-neutrophils").is_ok());
    let nowhere = load("exemplium-counts").unwrap_err().to_string();
    assert!(
        nowhere.ends_with("gates[0].neutrophils: there is no rulebook exemplium-counts, expected the name of a rulebook that has some"),
        "{nowhere}"
    );
    let empty = load("roactemra-2021-10-14").unwrap_err().to_string();
    assert!(empty.contains("there are no [[thresholds]] in"), "{empty}");
}
