//! Faulty rulebooks by the dozen: what each hears, with line and column.

use super::super::{Rulebooks, read};
use super::INVENTED;
use std::fmt::Write as _;

/// One of each kind of rule that [`INVENTED`] has not.
const MORE: &str = r#"
[[contacts]]
name = "The maker"
telephone = "01 23 45 67 89"
purpose = { fr = "Dépannage", en = "Emergency supply" }
source = "notice"
section = "p. 3"

[[presentations]]
cip13 = "3400900000037"
label = "Exemplium 20 mg"
strength_mg = 20
route = "sc"
units_per_box = 1
source = "notice"
section = "p. 1"

[[unit_doses]]
route = "sc"
every_days = 14
source = "notice"
section = "p. 3"

[[indications]]
code = "fever"
name = { fr = "Fièvre", en = "Fever" }
listed = true
source = "notice"
section = "p. 4"

[[gates]]
when = ["initiation", "other-indication"]
then = "freeze"
source = "notice"
section = "p. 5"

[[priorities]]
class = "treatment"
title = { fr = "Traitement", en = "Treatment" }
claims = "treatment"
source = "notice"
section = "p. 6"

[[priorities]]
class = "ongoing"
title = { fr = "En cours", en = "Ongoing" }
claims = "requests"
when = ["ongoing"]
source = "notice"
section = "p. 6"

[[thresholds]]
code = "low"
treatment = "ongoing"
at_least = 500
below = 1_000
severity = "warn"
message = { fr = "Bas.", en = "Low." }
source = "notice"
section = "p. 7"
"#;

/// What is changed, and into what.
const SLIPS: &[(&str, &str)] = &[
    // heads of files
    ("medicine = \"Exemplium\"", "medicine = 7"),
    ("medicine = \"Exemplium\"", "medecine = \"Exemplium\""),
    ("jurisdiction = \"BE\"", "jurisdiction = \"be\""),
    ("valid_from = 2030-01-01", "valid_from = \"soon\""),
    ("valid_from = 2030-01-01", "valid_from = 2030-02-30"),
    (
        "valid_from = 2030-01-01",
        "valid_from = 2030-01-01\nvalid_to = 2030-01-01T10:00:00Z",
    ),
    (
        "valid_from = 2030-01-01",
        "valid_from = 2030-01-01\nvalid_to = 2029-01-01",
    ),
    (
        "valid_from = 2030-01-01",
        "valid_from = 2030-01-01\nsuperseded_by = \"The Next\"",
    ),
    (
        "title = { fr = \"Un exemple\", en = \"An example\" }",
        "title = \"Un exemple\"",
    ),
    // documents
    ("key = \"notice\"", "key = \"the notice\""),
    ("document = \"An invented notice\"", "document = \"  \""),
    ("date = 2030-01-01", "date = \"2030\""),
    (
        "url = \"https://example.org/notice\"",
        "url = \"javascript:alert(1)\"",
    ),
    ("[[sources]]", "[sources]"),
    // contacts
    ("telephone = \"01 23 45 67 89\"", "telephone = 0123456789"),
    ("name = \"The maker\"\n", ""),
    // presentations
    ("3400900000020", "340090000002"),
    ("cip13 = \"3400900000037\"", "cip13 = \"3400900000020\""),
    ("strength_mg = 50", "strength_mg = 50.5"),
    ("strength_mg = 50", "strength_mg = -50"),
    ("units_per_box = 30", "units_per_box = 3000"),
    ("route = \"sc\"\nunits", "route = \"SC\"\nunits"),
    // doses
    ("below_g = 10_000", "below_g = 9_000"),
    ("from_g = 10_000", "from_g = 9_000"),
    ("rate_mg_per_kg = 5", "rate_mg_per_kg = 0"),
    ("at_most_mg = 45", "at_most = 45"),
    (
        "source = \"notice\"\nsection = \"p. 2\"",
        "section = \"p. 2\"",
    ),
    // reserve
    ("doses_compromised = 1", "doses_compromised = 0"),
    ("doses_assured = 1", "doses_assured = 2"),
    (
        "indication = \"fever\"\nroute",
        "indication = \"cold\"\nroute",
    ),
    ("route = \"oral\"\ndoses", "route = \"iv\"\ndoses"),
    ("reference_dose_mg = 50", "reference_dose_mg = 49"),
    ("window_days = 0", "window_days = 400"),
    (
        "section = \"Choice: it is invented\"",
        "section = \"it is invented\"",
    ),
    // single units
    ("every_days = 14", "every_days = \"weekly\""),
    ("route = \"sc\"\nevery", "route = \"oral\"\nevery"),
    // indications
    ("listed = true", "listed = \"yes\""),
    ("listed = true", "listed_below_years = 18\nlisted = true"),
    ("code = \"fever\"\nname", "code = \"cold\"\nname"),
    // gates
    ("\"other-indication\"]", "\"other-indications\"]"),
    ("then = \"freeze\"", "then = \"refuse\""),
    // priorities
    ("claims = \"treatment\"", "claims = \"treatments\""),
    ("class = \"ongoing\"", "class = \"treatment\""),
    ("when = [\"ongoing\"]", "when = \"ongoing\""),
    ("when = [\"ongoing\"]\n", ""),
    // thresholds
    ("below = 1_000", "below = 500"),
    ("at_least = 500\nbelow = 1_000\n", ""),
    ("severity = \"warn\"", "severity = \"alarm\""),
    ("treatment = \"ongoing\"\nat", "treatment = \"running\"\nat"),
    (
        "message = { fr = \"Bas.\", en = \"Low.\" }",
        "message = { fr = \"Bas.\" }",
    ),
    // not TOML
    ("valid_from = 2030-01-01", "valid_from = 01/01/2030"),
    ("[[doses]]", "[[doses]"),
];

fn told(from: &str, to: &str) -> String {
    let right = format!("{INVENTED}{MORE}");
    assert!(right.contains(from), "{from}");
    let wrong = right.replacen(from, to, 1);
    let faults = read("exemplium-2030-01-01.toml", wrong.as_bytes()).unwrap_err();
    let mut text = format!("{from:?} -> {to:?}\n");
    for fault in faults.as_slice() {
        let line = fault.to_string();
        let rest = line.strip_prefix("exemplium-2030-01-01.toml:").unwrap();
        assert!(rest.starts_with(|c: char| c.is_ascii_digit()), "{line}");
        writeln!(text, "    {rest}").unwrap();
    }
    text
}

#[test]
fn the_file_that_the_slips_are_made_in_is_right() {
    let right = format!("{INVENTED}{MORE}");
    let book = read("exemplium-2030-01-01.toml", right.as_bytes()).unwrap();
    assert_eq!((book.thresholds.len(), book.gates.len()), (1, 1));
    let page = crate::text::rulebook::page(&book, [], crate::domain::language::Language::En);
    let said: usize = page.sections.iter().map(|s| s.sentences.len()).sum();
    assert_eq!(said, book.entries().len());
}

#[test]
fn each_slip_of_the_keyboard_hears_its_line_and_what_was_expected() {
    assert!(SLIPS.len() > 45);
    let all: Vec<String> = SLIPS.iter().map(|(from, to)| told(from, to)).collect();
    insta::assert_snapshot!(all.join("\n"));
}

/// What is wrong between files: each by itself is right, unless `also` says otherwise.
fn between(files: &[(&str, String)]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let faults = match Rulebooks::load(Some(folder.path())) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.into_vec(),
    };
    let prefix = format!("{}/", folder.path().display());
    let line = |fault: &crate::toml_file::Fault| fault.to_string().replace(&prefix, "");
    faults.iter().map(line).collect()
}

fn year(year: u32, next: &str) -> (String, String) {
    let text = INVENTED.replace("2030-01-01", &format!("{year}-01-01"));
    let head = format!("jurisdiction = \"BE\"\nsuperseded_by = \"{next}\"");
    (
        format!("exemplium-{year}-01-01.toml"),
        text.replace("jurisdiction = \"BE\"", &head),
    )
}

fn check(files: &[(String, String)], expected: &[&str]) {
    let files: Vec<(&str, String)> = files.iter().map(|(n, t)| (&**n, t.clone())).collect();
    assert_eq!(between(&files), expected);
}

#[test]
fn nobody_is_superseded_in_a_circle() {
    let (a, b) = ("exemplium-2030-01-01", "exemplium-2031-01-01");
    check(
        &[year(2030, b), year(2031, a)],
        &[
            "exemplium-2030-01-01.toml:4:17: superseded_by: exemplium-2030-01-01, exemplium-2031-01-01 supersede one another in a circle, expected an end",
            "exemplium-2031-01-01.toml:4:17: superseded_by: exemplium-2031-01-01, exemplium-2030-01-01 supersede one another in a circle, expected an end",
        ],
    );
}

#[test]
fn a_successor_is_later_and_about_the_same() {
    let (name, text) = year(2030, "exemplium-2029-01-01");
    let earlier = INVENTED.replace("2030-01-01", "2029-01-01");
    check(
        &[
            (name, text),
            ("exemplium-2029-01-01.toml".to_owned(), earlier),
        ],
        &[
            "exemplium-2030-01-01.toml:4:17: superseded_by: exemplium-2029-01-01 comes into force on 2029-01-01, expected a day after 2030-01-01",
        ],
    );
    check(
        &[year(2020, "roactemra-neutrophils")],
        &[
            "exemplium-2020-01-01.toml:4:17: superseded_by: roactemra-neutrophils holds in FR, expected one that holds in BE",
            "exemplium-2020-01-01.toml:4:17: superseded_by: roactemra-neutrophils is about RoActemra (tocilizumab), expected a rulebook about Exemplium",
        ],
    );
}

#[test]
fn a_rulebook_of_safety_is_about_the_same() {
    let named = "jurisdiction = \"BE\"\n";
    let with = format!("{named}safety_rulebook = \"roactemra-neutrophils\"\n");
    let text = INVENTED.replacen(named, &with, 1);
    assert_ne!(text, INVENTED);
    let faults = between(&[("exemplium-2030-01-01.toml", text)]);
    let said = "safety_rulebook: roactemra-neutrophils is about RoActemra (tocilizumab), expected a rulebook about Exemplium";
    assert!(faults.iter().any(|f| f.ends_with(said)), "{faults:#?}");
}

#[test]
fn a_successor_that_is_mistyped_hears_who_was_meant() {
    let next = INVENTED.replace("2030-01-01", "2031-01-01");
    check(
        &[
            year(2030, "exemplium-2031-01-02"),
            ("exemplium-2031-01-01.toml".to_owned(), next),
        ],
        &[
            "exemplium-2030-01-01.toml:4:17: superseded_by: there is no other rulebook exemplium-2031-01-02, expected the name of one; did you mean exemplium-2031-01-01?",
        ],
    );
}

#[test]
fn faults_inside_of_files_and_between_them_are_told_together() {
    let (name, text) = year(2030, "nowhere");
    let gate = "\n[[gates]]\nwhen = [\"ongoing\"]\nneutrophils = \"exemplium-counts\"\nsource = \"notice\"\nsection = \"p. 5\"\n";
    let wrong = format!("{text}{gate}").replace("rate_mg_per_kg = 5", "rate_mg_per_kg = 0");
    // its rows have a fault: it has some, or may have, and the gate is not to blame
    let counts = "name = \"exemplium-counts\"\n";
    check(
        &[(name.clone(), wrong.clone())],
        &[
            "exemplium-2030-01-01.toml:4:17: superseded_by: there is no other rulebook nowhere, expected the name of one",
            "exemplium-2030-01-01.toml:26:18: doses[0].rate_mg_per_kg: found 0, expected a whole number from 1 to 1000",
            "exemplium-2030-01-01.toml:55:15: gates[0].neutrophils: there is no rulebook exemplium-counts, expected the name of a rulebook that has some",
        ],
    );
    let faults = between(&[(&name, wrong), ("exemplium-counts.toml", counts.to_owned())]);
    assert!(
        faults
            .iter()
            .any(|f| f.starts_with("exemplium-counts.toml:1:1: medicine"))
    );
    let gate = faults.iter().find(|f| f.contains("neutrophils")).unwrap();
    assert!(
        gate.contains("there are no [[thresholds]] in exemplium-counts"),
        "{gate}"
    );
}

#[test]
fn a_code_is_one_box_in_every_rulebook() {
    let again = INVENTED.replace("2030-01-01", "2031-01-01");
    let again = again.replace("units_per_box = 30", "units_per_box = 28");
    check(
        &[
            ("exemplium-2030-01-01.toml".to_owned(), INVENTED.to_owned()),
            ("exemplium-2031-01-01.toml".to_owned(), again),
        ],
        &[
            "exemplium-2031-01-01.toml:14:9: presentations[0].cip13: 3400900000020 is 50 mg, oral, 30 units a box in exemplium-2030-01-01, expected the same here",
        ],
    );
}

#[test]
fn what_is_odd_is_told_and_is_no_fault() {
    let folder = tempfile::tempdir().unwrap();
    let idle =
        "[[sources]]\nkey = \"idle\"\ndocument = \"Another\"\ndate = 2030-01-01\n\n[[contacts]]";
    let text = format!("{INVENTED}{MORE}").replace("[[contacts]]", idle);
    let text = text.replace("treatment = \"ongoing\"\nat", "except = [\"fevre\"]\nat");
    std::fs::write(folder.path().join("exemplium-2030-01-01.toml"), text).unwrap();
    let books = Rulebooks::load(Some(folder.path())).unwrap();
    let odd = books
        .odd()
        .to_string()
        .replace(&format!("{}/", folder.path().display()), "");
    assert_eq!(
        odd,
        "exemplium-2030-01-01.toml:53:7: sources[1].key: no rule cites the source idle\n\
         exemplium-2030-01-01.toml:109:10: thresholds[0].except: no rulebook of this medicine names the indication fevre; did you mean fever?"
    );
    assert!(Rulebooks::built_in().unwrap().odd().as_slice().is_empty());
}
