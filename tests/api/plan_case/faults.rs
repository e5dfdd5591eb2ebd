//! One wrong thing at a time, and what is said about it.

use super::*;

/// Replaces the first `from` of a good case and expects exactly this one line.
fn check(from: &str, to: &str, expected: &str) {
    assert!(GOOD.contains(from), "{from}");
    let found = lines(&GOOD.replacen(from, to, 1));
    assert!(
        found.len() == 1 && found[0].starts_with(expected),
        "{from} -> {to}\nexpected {expected}\nfound {found:#?}"
    );
}

#[test]
fn a_case_with_one_of_everything_is_read() {
    assert_eq!(lines(GOOD), Vec::<String>::new());
    let case = reading(GOOD).unwrap();
    let ids: Vec<&str> = case.requests.iter().map(|r| r.id.as_str()).collect();
    assert_eq!(ids, ["r-crs", "r-iv", "r-sc"]);
}

#[test]
fn one_wrong_thing_is_one_line_with_its_place_what_stands_there_and_what_was_expected() {
    for (from, to, expected) in WRONG {
        check(from, to, expected);
    }
    assert!(WRONG.len() >= 60, "{}", WRONG.len());
}

/// What stands in the case, what in its place, and how the line begins.
const WRONG: &[(&str, &str, &str)] = &[
    // the case itself
    (
        "\"as_of\": \"2021-10-20\"",
        "\"as_of\": \"2021-02-29\"",
        "/as_of: found \"2021-02-29\", expected a day as YYYY-MM-DD",
    ),
    (
        "\"as_of\": \"2021-10-20\"",
        "\"as_of\": 20211020",
        "/as_of: found 20211020, expected a day",
    ),
    (
        "\"as_of\": \"2021-10-20\", ",
        "",
        "/as_of: is missing, expected a day",
    ),
    (
        "\"horizon_days\": 28",
        "\"horizon_days\": 0",
        "/horizon_days: found 0, expected a whole number from 1 to",
    ),
    (
        "\"horizon_days\": 28",
        "\"horizon_days\": 28.5",
        "/horizon_days: found 28.5, expected a whole number",
    ),
    (
        "\"horizon_days\": 28",
        "\"horizon_days\": \"28\"",
        "/horizon_days: found \"28\", expected a whole number",
    ),
    (
        "\"horizon_days\": 28",
        "\"horizon_days\": null",
        "/horizon_days: found null, expected a whole number",
    ),
    (
        "\"horizon_days\": 28",
        "\"horizon_days\": 99999999999999999999",
        "/horizon_days: found 99999999999999999999, expected",
    ),
    (
        "roactemra-2021-10-14",
        "roactemra",
        "/rulebook: found \"roactemra\", expected the name of a rulebook that ranks: roactemra-2021-10-14",
    ),
    (
        "roactemra-2021-10-14",
        "roactemra-neutrophils",
        "/rulebook: found \"roactemra-neutrophils\", expected",
    ),
    (
        "\"transfers\": \"network\"",
        "\"transfers\": \"region\"",
        "/transfers: found \"region\", expected \"none\", \"network\" or \"all\"",
    ),
    (
        "\"lottery_seed\": \"x\"",
        "\"lottery_seed\": 7",
        "/lottery_seed: found 7, expected a text",
    ),
    (
        "\"lottery_seed\": \"x\", ",
        "",
        "/lottery_seed: is missing, expected a text",
    ),
    (
        "down_pct\": 10",
        "down_pct\": 21",
        "/dose_rounding_down_pct: found 21, expected a whole number from 0 to 20",
    ),
    (
        "down_pct\": 10",
        "down_pct\": -1",
        "/dose_rounding_down_pct: found -1, expected",
    ),
    (
        "\"transfers\"",
        "\"colour\": 1, \"transfers\"",
        "/colour: found 1, expected no such field; the fields are as_of, horizon_days",
    ),
    (
        "\"lottery_seed\": \"x\"",
        "\"lottery_seed\": \"x\", \"lottery_seed\": \"y\"",
        "/lottery_seed: found \"y\", expected each field once",
    ),
    // sites
    (
        "{\"id\": \"B\"",
        "{\"id\": \"A/1\", \"network\": \"n\", \"car_t\": false, \"resupply\": \"assured\"}, {\"id\": \"B\"",
        "/sites/1/id: found \"A/1\", expected an id without /",
    ),
    (
        "{\"id\": \"B\"",
        "{\"id\": \"A\", \"network\": \"n\", \"car_t\": false, \"resupply\": \"assured\"}, {\"id\": \"B\"",
        "/sites/1/id: found \"A\", expected an id without /, that no other",
    ),
    (
        "\"network\": \"n\", \"car_t\": false",
        "\"car_t\": false",
        "/sites/1/network: is missing, expected a text",
    ),
    (
        "\"network\": \"n\", \"car_t\": false",
        "\"network\": \"\", \"car_t\": false",
        "/sites/1/network: found \"\", expected a text that is not empty",
    ),
    (
        "\"car_t\": false",
        "\"car_t\": \"no\"",
        "/sites/1/car_t: found \"no\", expected true or false",
    ),
    (
        "\"compromised\"",
        "\"doubtful\"",
        "/sites/1/resupply: found \"doubtful\", expected \"assured\" or \"compromised\"",
    ),
    (
        "_dose_mg\": 400",
        "_dose_mg\": 79",
        "/sites/0/reference_dose_mg: found 79, expected a whole number from 80 to 800",
    ),
    (
        "_dose_mg\": 400",
        "_dose_mg\": 801",
        "/sites/0/reference_dose_mg: found 801, expected",
    ),
    (
        "_dose_mg\": 400",
        "_dose_mg\": 400.5",
        "/sites/0/reference_dose_mg: found 400.5, expected a whole number",
    ),
    // stock
    (
        "{\"site\": \"B\", \"cip13\"",
        "{\"site\": \"C\", \"cip13\"",
        "/stock/1/site: found \"C\", expected the id of a site of the case",
    ),
    (
        "3400957464547",
        "3400957464548",
        "/stock/0/cip13: found \"3400957464548\", expected the CIP13 of a presentation: 3400930145524",
    ),
    (
        "3400957464547",
        "3400900000006",
        "/stock/0/cip13: found \"3400900000006\", expected the CIP13",
    ),
    (
        "\"3400957464547\"",
        "3400957464547",
        "/stock/0/cip13: found 3400957464547, expected the CIP13",
    ),
    (
        "\"lot\": \"L1\", ",
        "",
        "/stock/0/lot: is missing, expected a text",
    ),
    (
        "\"expiry\": \"2022-06-30\", \"units\": 5",
        "\"expiry\": \"2022-06-31\", \"units\": 5",
        "/stock/0/expiry: found \"2022-06-31\", expected a day",
    ),
    (
        "\"units\": 5",
        "\"units\": 0",
        "/stock/0/units: found 0, expected a whole number from 1",
    ),
    (
        "\"units\": 5",
        "\"units\": -5",
        "/stock/0/units: found -5, expected a whole number from 1",
    ),
    (
        "\"units\": 5",
        "\"units\": 4294967295",
        "/stock: found \"4294967299 units in all\", expected at most 4294967295",
    ),
    (
        "\"units\": 5",
        "\"units\": 5, \"state\": \"usable\"",
        "/stock/0/state: found \"usable\", expected no such field; the fields are site, cip13",
    ),
    // patients
    (
        "\"id\": \"cart-1\", \"site\": \"A\"",
        "\"id\": \"cart-1\", \"site\": \"B\"",
        "/car_t_patients/0/site: found \"B\", expected the id of a site of the case whose car_t is true",
    ),
    (
        "\"id\": \"cart-1\", \"site\": \"A\"",
        "\"id\": \"cart-1\", \"site\": \"C\"",
        "/car_t_patients/0/site: found \"C\", expected",
    ),
    (
        "\"weight_g\": 100000, ",
        "",
        "/car_t_patients/0/weight_g: is missing, expected a whole number from 1",
    ),
    (
        "\"weight_g\": 100000",
        "\"weight_g\": 0",
        "/car_t_patients/0/weight_g: found 0, expected",
    ),
    (
        "\"infusion_date\": \"2021-10-25\"",
        "\"infusion_date\": \"25/10/2021\"",
        "/car_t_patients/0/infusion_date: found \"25/10/2021\", expected a day",
    ),
    (
        "\"doses_given\": 1",
        "\"doses_given\": -1",
        "/car_t_patients/0/doses_given: found -1, expected a whole number from 0",
    ),
    // requests
    (
        "\"id\": \"r-sc\"",
        "\"id\": \"r-iv\"",
        "/requests/1/id: found \"r-iv\", expected an id that no other request has",
    ),
    (
        "\"id\": \"r-sc\", ",
        "",
        "/requests/1/id: is missing, expected an id",
    ),
    (
        "\"r-sc\", \"site\": \"B\"",
        "\"r-sc\", \"site\": 7",
        "/requests/1/site: found 7, expected the id of a site",
    ),
    (
        "\"takayasu\"",
        "\"gout\"",
        "/requests/0/indication: found \"gout\", expected one of rheumatoid-arthritis, giant-cell",
    ),
    (
        "\"route\": \"sc\"",
        "\"route\": \"oral\"",
        "/requests/1/route: found \"oral\", expected one of iv, sc",
    ),
    (
        "\"treatment\": \"initiation\"",
        "\"treatment\": \"restart\"",
        "/requests/2/treatment: found \"restart\", expected \"ongoing\"",
    ),
    (
        "\"alternatives\": \"available\"",
        "\"alternatives\": true",
        "/requests/1/alternatives: found true, expected \"none\"",
    ),
    (
        "\"risk\": \"none\"",
        "\"risk\": \"grave\"",
        "/requests/1/risk: found \"grave\", expected \"vital\"",
    ),
    (
        "\"age_years\": 34",
        "\"age_years\": 34.5",
        "/requests/0/age_years: found 34.5, expected a whole number",
    ),
    (
        "\"age_years\": 34, ",
        "",
        "/requests/0/age_years: is missing, expected a whole number",
    ),
    (
        "\"weight_g\": 61000",
        "\"weight_g\": -61000",
        "/requests/0/weight_g: found -61000, expected a whole number from 1",
    ),
    (
        "\"weight_g\": 61000, ",
        "",
        "/requests/0/weight_g: is missing, expected a whole number",
    ),
    (
        "\"due\": \"2021-10-22\"",
        "\"due\": \"soon\"",
        "/requests/0/due: found \"soon\", expected a day",
    ),
    (
        "\"units\": 4, ",
        "",
        "/requests/1/units: is missing, expected a whole number from 1",
    ),
    (
        "\"units\": 4, ",
        "\"units\": 0, ",
        "/requests/1/units: found 0, expected a whole number from 1",
    ),
    (
        "\"units\": 4, ",
        "\"units\": 4, \"prescribed_mg\": 162, ",
        "/requests/1/prescribed_mg: found 162, expected no such field where single units",
    ),
    (
        "\"prescribed_mg\": 480.5",
        "\"units\": 1",
        "/requests/0/units: found 1, expected no such field where a dose is made of vials",
    ),
    (
        "480.5",
        "0",
        "/requests/0/prescribed_mg: found 0, expected a number of milligrams above 0 and at most 800 mg",
    ),
    (
        "480.5",
        "800.001",
        "/requests/0/prescribed_mg: found 800.001, expected a number of milligrams",
    ),
    (
        "480.5",
        "480.0005",
        "/requests/0/prescribed_mg: found 480.0005, expected",
    ),
    (
        "480.5",
        "800.0000000000000000001",
        "/requests/0/prescribed_mg: found 800.0000000000000000001, expected",
    ),
    (
        "480.5",
        "\"480\"",
        "/requests/0/prescribed_mg: found \"480\", expected a number",
    ),
    (
        "3500",
        "3500.5",
        "/requests/0/anc_per_mm3: found 3500.5, expected a whole number",
    ),
    (
        "3500",
        "-1",
        "/requests/0/anc_per_mm3: found -1, expected a whole number",
    ),
    (
        "3500",
        "3500, \"car_t_patient\": \"cart-1\"",
        "/requests/0/car_t_patient: found \"cart-1\", expected no such field: it is for the indication of the reserve only",
    ),
    (
        "\"car_t_patient\": \"cart-1\"",
        "\"car_t_patient\": \"cart-2\"",
        "/requests/2/car_t_patient: found \"cart-2\", expected the id of a CAR-T patient",
    ),
    (
        "\"due\": \"2021-10-20\"",
        "\"due\": \"2021-10-21\"",
        "/requests/2/due: found \"2021-10-21\", expected 2021-10-20 or before: crs is treated now",
    ),
    (
        "\"approved_exception\": true",
        "\"approved_exception\": 1",
        "/requests/1/approved_exception: found 1, expected true or false",
    ),
    (
        "\"alternatives\": \"available\"",
        "\"alternatives\": \"available\", \"dose\": {}",
        "/requests/1/dose: found an object, expected no such field",
    ),
    (
        "\"treatment\": \"initiation\"",
        "\"treatment\": \"initiation\", \"treatment\": \"ongoing\"",
        "/requests/2/treatment: found \"ongoing\", expected each field once",
    ),
    // what is no case at all
    (
        "\"requests\": [",
        "\"requests\": [7, ",
        "/requests/0: found 7, expected an object",
    ),
    (
        "\"horizon_days\": 28,",
        "\"horizon_days\": 28",
        "the case: found '\"' at line 1, column 44, expected a comma or }",
    ),
];
