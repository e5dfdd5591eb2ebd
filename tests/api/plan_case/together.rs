//! Cases wrong in several places or as a whole, and what may be left out.

use super::*;

#[test]
fn crs_is_treated_by_infusion_only() {
    let text = GOOD.replace(
        "\"crs\", \"route\": \"iv\"",
        "\"crs\", \"units\": 1, \"route\": \"sc\"",
    );
    assert_eq!(
        lines(&text),
        ["/requests/2/route: found \"sc\", expected iv: crs is treated by that route only"]
    );
}

#[test]
fn a_patient_is_not_called_like_a_site() {
    let text = GOOD.replace("cart-1", "B");
    let found = lines(&text);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with(
        "/car_t_patients/0/id: found \"B\", expected an id without /, that no other site"
    ));
}

#[test]
fn lists_that_are_missing_or_none_are_told() {
    let without = GOOD.replace("\"requests\": [", "\"demands\": [");
    assert_eq!(
        lines(&without),
        [
            "/requests: is missing, expected a list of objects",
            "/demands: found a list of 3, expected no such field; the fields are as_of, horizon_days, \
             rulebook, transfers, lottery_seed, dose_rounding_down_pct, sites, stock, car_t_patients, requests",
        ]
    );
    for text in ["[]", "7", "null", "\"case\""] {
        let found = lines(text);
        assert!(found[0].ends_with("expected an object"), "{found:?}");
    }
}

#[test]
fn all_faults_of_a_case_are_told_at_once() {
    let text = GOOD
        .replace("\"horizon_days\": 28", "\"horizon_days\": 0")
        .replace("\"lot\": \"L2\"", "\"lot\": 2")
        .replace("\"id\": \"A\"", "\"id\": \"\"")
        .replace("\"doses_given\"", "\"doses\"")
        .replace("61000", "\"61 kg\"")
        .replace("\"pjia\"", "\"\"")
        .replace("\"2021-10-20\", \"car_t", "\"2021-10-2O\", \"car_t");
    let found = lines(&text);
    let places: Vec<&str> = found.iter().filter_map(|l| l.split(':').next()).collect();
    assert_eq!(
        places,
        [
            "/horizon_days",
            "/sites/0/id",
            "/stock/0/site",
            "/stock/1/lot",
            "/car_t_patients/0/site",
            "/car_t_patients/0/doses",
            "/requests/0/site",
            "/requests/0/weight_g",
            "/requests/1/indication",
            "/requests/2/site",
            "/requests/2/due",
        ]
    );
}

#[test]
fn optional_fields_may_be_null_and_weights_are_taken_at_their_word() {
    let text = GOOD
        .replace("\"prescribed_mg\": 480.5", "\"prescribed_mg\": null")
        .replace("\"doses_given\": 1", "\"doses_given\": null")
        .replace("3500", "null")
        .replace("61000", "1");
    assert_eq!(lines(&text), Vec::<String>::new());
}

proptest::proptest! {
    #[test]
    fn whatever_stands_there_is_read_or_refused_with_reasons(
        at in 0..GOOD.len(),
        length in 0..30_usize,
        put in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..8),
    ) {
        let books = Rulebooks::built_in().unwrap();
        let all: Vec<&Rulebook> = books.iter().collect();
        let mut bytes = GOOD.as_bytes().to_vec();
        let end = (at + length).min(bytes.len());
        bytes.splice(at..end, put);
        if let Err(faults) = read(&bytes, &all) {
            proptest::prop_assert!(!faults.as_slice().is_empty());
        }
    }
}
