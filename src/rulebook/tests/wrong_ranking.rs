//! Wrong indications, gates, classes, single units and counts, and the line they hear.

use super::super::{Rulebooks, read};
use super::INVENTED;

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
