//! Wrong files, and the line they hear.

use super::super::read;
use super::INVENTED;

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
    let twice = format!("{INVENTED}{}", row("3400900000020", 50));
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

proptest::proptest! {
    #[test]
    fn whatever_a_file_holds_it_is_read_or_refused_with_reasons(
        at in 0..INVENTED.len(),
        length in 0..40_usize,
        put in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..12),
    ) {
        let mut bytes = INVENTED.as_bytes().to_vec();
        let end = (at + length).min(bytes.len());
        bytes.splice(at..end, put);
        if let Err(faults) = read("exemplium-2030-01-01.toml", &bytes) {
            proptest::prop_assert!(!faults.as_slice().is_empty());
        }
    }
}
