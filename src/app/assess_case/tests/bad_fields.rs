//! One wrong field at a time, and the line it hears.

use super::bad_cases::changed;

#[test]
fn one_wrong_thing_is_one_line() {
    for (pointer, value, expected) in WRONG {
        let lines = changed(&[(pointer, value)]);
        assert!(
            lines.len() == 1 && lines[0].starts_with(pointer) && lines[0].contains(expected),
            "{pointer} {value}: {lines:#?}"
        );
    }
    assert!(WRONG.len() >= 60, "{}", WRONG.len());
}

/// Where, what stands there (nothing: it is left out), and how it is told.
const WRONG: &[(&str, &str, &str)] = &[
    // the case itself
    (
        "/rulebook",
        "",
        ": is missing, expected the name of a rulebook that speaks of patients",
    ),
    ("/rulebook", "null", ": found null, expected the name"),
    ("/rulebook", "7", ": found 7, expected the name"),
    (
        "/rulebook",
        r#""clozapine""#,
        r#": found "clozapine", expected the name"#,
    ),
    (
        "/rulebook",
        r#""roactemra-2021-10-14""#,
        "expected the name of a rulebook that speaks of patients: clozapine-2025-09, immune-thrombocytopenia, lemtrada-2019-04, lemtrada-2020-01, roactemra-neutrophils",
    ),
    ("/as_of", "", ": is missing, expected a day as YYYY-MM-DD"),
    ("/as_of", "null", ": found null, expected a day"),
    ("/as_of", "20260510", ": found 20260510, expected a day"),
    (
        "/as_of",
        r#""10/05/2026""#,
        r#": found "10/05/2026", expected a day"#,
    ),
    (
        "/as_of",
        r#""2026-02-31""#,
        r#": found "2026-02-31", expected a day"#,
    ),
    (
        "/as_of",
        r#""2027-02-29""#,
        r#": found "2027-02-29", expected a day"#,
    ),
    (
        "/as_of",
        r#""2026-5-10""#,
        r#": found "2026-5-10", expected a day"#,
    ),
    ("/as_of", r#""2026-05-10T00:00:00Z""#, ", expected a day"),
    ("/as_of", r#""1999-12-31""#, "from 2000-01-01 to 2099-12-31"),
    ("/patient", "", ": is missing, expected an object"),
    ("/patient", "[]", "expected an object"),
    (
        "/colour",
        "1",
        ": found 1, expected no such field; the fields are rulebook, as_of, patient",
    ),
    // the patient
    (
        "/patient/id",
        "",
        ": is missing, expected a text that is not empty",
    ),
    ("/patient/id", r#""""#, r#": found "", expected a text"#),
    ("/patient/id", "7", ": found 7, expected a text"),
    (
        "/patient/age_years",
        "",
        ": is missing, expected a whole number from 0 to 130",
    ),
    (
        "/patient/age_years",
        "null",
        ": found null, expected a whole number",
    ),
    (
        "/patient/age_years",
        "-1",
        ": found -1, expected a whole number",
    ),
    (
        "/patient/age_years",
        "41.5",
        ": found 41.5, expected a whole number",
    ),
    (
        "/patient/age_years",
        r#""41""#,
        r#": found "41", expected a whole number"#,
    ),
    (
        "/patient/age_years",
        "131",
        ": found 131, expected a whole number",
    ),
    ("/patient/indication", "", ": is missing, expected a code"),
    (
        "/patient/indication",
        "null",
        ": found null, expected a code",
    ),
    ("/patient/indication", r#""""#, "expected a code"),
    (
        "/patient/indication",
        r#""Schizophrenia""#,
        "expected a code of 1 to 64 lower-case",
    ),
    (
        "/patient/treatment",
        "",
        r#": is missing, expected "initiation""#,
    ),
    ("/patient/treatment", "null", ": found null"),
    (
        "/patient/treatment",
        r#""paused""#,
        r#": found "paused", expected "initiation", "ongoing", "interrupted" or "stopped""#,
    ),
    (
        "/patient/weight_g",
        "61000",
        ": found 61000, expected no such field; the fields are id, age_years",
    ),
    // days of the treatment
    (
        "/patient/started_on",
        "",
        ": is missing, expected the day the treatment started",
    ),
    (
        "/patient/started_on",
        "null",
        ": is missing, expected the day the treatment started",
    ),
    ("/patient/started_on", "0", ": found 0, expected a day"),
    (
        "/patient/started_on",
        r#""1949-12-31""#,
        "from 1950-01-01 to 2099-12-31",
    ),
    (
        "/patient/started_on",
        r#""2026-02-31""#,
        r#": found "2026-02-31", expected a day"#,
    ),
    (
        "/patient/interrupted_on",
        "",
        ": is missing, expected a day as YYYY-MM-DD: the treatment names it",
    ),
    (
        "/patient/interrupted_on",
        "null",
        ": is missing, expected a day",
    ),
    (
        "/patient/interrupted_on",
        r#""2026-05-11""#,
        ": found \"2026-05-11\", expected a day up to as_of, 2026-05-10",
    ),
    (
        "/patient/interrupted_on",
        r#""2026-01-04""#,
        ": found \"2026-01-04\", expected 2026-01-05 or later",
    ),
    (
        "/patient/resumes_on",
        r#""2026-04-30""#,
        ": found \"2026-04-30\", expected 2026-05-01 or later",
    ),
    (
        "/patient/resumes_on",
        "true",
        ": found true, expected a day",
    ),
    (
        "/patient/stopped_on",
        r#""soon""#,
        r#": found "soon", expected a day"#,
    ),
    // lists
    (
        "/patient/administrations",
        r#""2026-01-05""#,
        "expected a list",
    ),
    (
        "/patient/administrations/1",
        r#""2026-06-31""#,
        r#": found "2026-06-31", expected a day"#,
    ),
    (
        "/patient/administrations/0",
        "null",
        ": found null, expected a day",
    ),
    (
        "/patient/anc",
        "1400",
        ": found 1400, expected a list of objects",
    ),
    (
        "/patient/anc",
        r#"{"on": "2026-05-10", "per_mm3": 1400}"#,
        "expected a list of objects",
    ),
    ("/patient/anc/0", "1400", ": found 1400, expected an object"),
    ("/patient/anc/0/on", "", ": is missing, expected a day"),
    (
        "/patient/anc/0/on",
        r#""2026-05-11""#,
        ": found \"2026-05-11\", expected a day up to 2026-05-10",
    ),
    (
        "/patient/anc/1/on",
        r#""2026-02-31""#,
        ": found \"2026-02-31\", expected a day",
    ),
    (
        "/patient/anc/0/per_mm3",
        "",
        ": is missing, expected a whole number",
    ),
    (
        "/patient/anc/0/per_mm3",
        "null",
        ": found null, expected a whole number",
    ),
    (
        "/patient/anc/0/per_mm3",
        "-1",
        ": found -1, expected a whole number",
    ),
    (
        "/patient/anc/0/per_mm3",
        "1.4",
        ": found 1.4, expected a whole number",
    ),
    (
        "/patient/anc/0/per_mm3",
        r#""1400""#,
        ": found \"1400\", expected a whole number",
    ),
    (
        "/patient/anc/1/unit",
        r#""G/L""#,
        ": found \"G/L\", expected no such field; the fields are on, per_mm3",
    ),
    ("/patient/conditions", r#""asthma""#, "expected a list"),
    (
        "/patient/conditions/0",
        r#""HIV""#,
        ": found \"HIV\", expected a code",
    ),
    ("/patient/conditions/0", "7", ": found 7, expected a code"),
    (
        "/patient/co_medication",
        r#"{"valproate": true}"#,
        "expected a list",
    ),
    (
        "/patient/co_medication/0",
        r#""acide valproïque""#,
        "expected a code",
    ),
    (
        "/patient/prior_treatments",
        "{}",
        "expected a list of objects",
    ),
    (
        "/patient/prior_treatments/0",
        r#""interferon-beta""#,
        "expected an object",
    ),
    (
        "/patient/prior_treatments/0/code",
        "",
        ": is missing, expected a code",
    ),
    (
        "/patient/prior_treatments/0/outcome",
        "",
        r#": is missing, expected one of "failed""#,
    ),
    (
        "/patient/prior_treatments/0/outcome",
        r#""stopped""#,
        r#": found "stopped", expected one of "failed", "contraindicated", "unsuitable", "unavailable", "not-tried""#,
    ),
    (
        "/patient/prior_treatments/0/on",
        r#""2020-01-01""#,
        "expected no such field; the fields are code, outcome",
    ),
    // the rest
    (
        "/patient/benign_ethnic_neutropenia",
        r#""no""#,
        ": found \"no\", expected true or false",
    ),
    (
        "/patient/symptoms_of_infection",
        "0",
        ": found 0, expected true or false",
    ),
    (
        "/patient/disease_activity",
        "3",
        ": found 3, expected a code",
    ),
    (
        "/patient/platelets_g_per_l",
        "-5",
        ": found -5, expected a whole number",
    ),
];
