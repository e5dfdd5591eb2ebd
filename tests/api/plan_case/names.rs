//! The hash of a case: the same however it is written.

use super::*;
use std::path::Path;

#[test]
fn the_worked_example_has_its_name() {
    assert_eq!(
        named(WORKED),
        "d6d1ba49e59261e8d18ddba95532535316c8a59dd520f9c439171a111b7ef796"
    );
}

#[test]
fn every_example_has_its_name() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/plan");
    for n in 1..=20 {
        let file = |kind: &str| {
            let path = folder.join(format!("{n:02}-{kind}.json"));
            std::fs::read_to_string(path).unwrap()
        };
        let want: serde_json::Value = serde_json::from_str(&file("want")).unwrap();
        assert_eq!(named(&file("case")), want["case_sha256"], "{n}");
    }
}

/// The worked example, changed before it is written again.
fn changed(change: impl FnOnce(&mut serde_json::Value)) -> String {
    let mut case: serde_json::Value = serde_json::from_str(WORKED).unwrap();
    change(&mut case);
    case.to_string()
}

#[test]
fn order_defaults_nulls_and_split_rows_do_not_change_the_name() {
    let name = named(WORKED);
    let same = |text: String| assert_eq!(named(&text), name, "{text}");
    same(changed(|case| {
        case["sites"].as_array_mut().unwrap().reverse();
        case["stock"].as_array_mut().unwrap().reverse();
    }));
    same(changed(|case| {
        case.as_object_mut()
            .unwrap()
            .remove("dose_rounding_down_pct");
        case["car_t_patients"][0]
            .as_object_mut()
            .unwrap()
            .remove("doses_given");
        case["sites"][0]["reference_dose_mg"] = 800.into();
        case["sites"][1]["reference_dose_mg"] = serde_json::Value::Null;
        let request = &mut case["requests"][0];
        request["approved_exception"] = false.into();
        request["prescribed_mg"] = serde_json::Value::Null;
        request["units"] = serde_json::Value::Null;
        request["car_t_patient"] = serde_json::Value::Null;
    }));
    same(changed(|case| {
        let mut part = case["stock"][0].clone();
        part["units"] = 2.into();
        case["stock"][0]["units"] = 3.into();
        case["stock"].as_array_mut().unwrap().push(part);
    }));
    let other = changed(|case| case["requests"][0]["weight_g"] = 61_001.into());
    assert_ne!(named(&other), name);
}

#[test]
fn a_prescribed_mass_keeps_its_micrograms_and_loses_its_idle_zeros() {
    let with = |mass: &str| {
        let field = format!("\"due\": \"2021-10-22\", \"prescribed_mg\": {mass}");
        named(&WORKED.replace("\"due\": \"2021-10-22\"", &field))
    };
    assert_eq!(with("358.8"), with("358.800"));
    assert_eq!(with("400"), with("4.0e2"));
    assert_ne!(with("0.001"), with("0.002"));
    let books = Rulebooks::built_in().unwrap();
    let all: Vec<&Rulebook> = books.iter().collect();
    let field = "\"due\": \"2021-10-22\", \"prescribed_mg\": 358.800";
    let text = WORKED.replace("\"due\": \"2021-10-22\"", field);
    let read = read(text.as_bytes(), &all).unwrap();
    assert!(canonical(&read.case, read.book).contains("\"prescribed_mg\":358.8,"));
}

#[test]
fn texts_are_escaped_as_the_canonical_form_wants_it() {
    let text = changed(|case| case["lottery_seed"] = "é\u{1}\n\"\\/\u{1F600}".into());
    let books = Rulebooks::built_in().unwrap();
    let all: Vec<&Rulebook> = books.iter().collect();
    let read = read(text.as_bytes(), &all).unwrap();
    let canonical = canonical(&read.case, read.book);
    assert!(
        canonical.contains("\"lottery_seed\":\"é\\u0001\\n\\\"\\\\/\u{1F600}\""),
        "{canonical}"
    );
}
