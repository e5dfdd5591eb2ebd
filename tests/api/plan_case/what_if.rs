//! Cases changed for a question.

use super::*;

fn asked(change: &str) -> Result<Case, String> {
    let books = Rulebooks::built_in().unwrap();
    let all: Vec<&Rulebook> = books.iter().collect();
    let read = read(WORKED.as_bytes(), &all).unwrap();
    super::change(&read.case, read.book, change.as_bytes()).map_err(|faults| faults.to_string())
}

#[test]
fn nothing_asked_is_nothing_changed() {
    assert_eq!(asked("{}").unwrap(), reading(WORKED).unwrap());
}

#[test]
fn stock_comes_and_goes() {
    let row = |site: &str, cip13: &str, lot: &str, units: u32| {
        format!(
            r#"{{"site": "{site}", "cip13": "{cip13}", "lot": "{lot}", "expiry": "2022-06-30", "units": {units}}}"#
        )
    };
    let change = format!(
        r#"{{"add_stock": [{}], "remove_stock": [{}]}}"#,
        row("750100126", "3400957464318", "N1", 7),
        row("750100125", "3400957464547", "B1234", 5)
    );
    let case = asked(&change).unwrap();
    let left: Vec<(&str, u32)> = case.stock.iter().map(|s| (&*s.lot, s.units)).collect();
    assert_eq!(left, [("N1", 7), ("C77", 1)]);
    let more = format!(
        r#"{{"remove_stock": [{}]}}"#,
        row("750100126", "3400957464486", "C77", 2)
    );
    assert_eq!(
        asked(&more).unwrap_err(),
        "/remove_stock/0/units: found \"2 units\", expected at most the 1 of that row in the case"
    );
}

#[test]
fn a_site_goes_with_all_that_is_its_own() {
    let case = asked(r#"{"remove_sites": ["750100125"]}"#).unwrap();
    assert_eq!(case.sites.len(), 1);
    assert_eq!((case.stock.len(), case.stock[0].site), (1, 0));
    assert!(case.patients.is_empty() && case.requests.is_empty());
}

#[test]
fn figures_are_replaced() {
    let case = asked(
        r#"{"resupply": {"750100125": "compromised"}, "dose_rounding_down_pct": 10, "horizon_days": 3,
            "transfers": "all", "remove_requests": ["req-1"]}"#,
    )
    .unwrap();
    assert_eq!(case.sites[0].resupply.code(), "compromised");
    assert_eq!((case.rounding_down_pct, case.horizon_days), (10, 3));
    assert_eq!(case.transfers, Transfers::All);
    assert!(case.requests.is_empty());
}

#[test]
fn all_faults_of_a_change_are_told_with_their_places() {
    let faults = asked(
        r#"{"resupply": {"750100125": "doubtful", "x": "assured"}, "dose_rounding_down_pct": 50,
            "add_stock": [{"site": "750100126"}], "delivery": 1}"#,
    )
    .unwrap_err();
    let places: Vec<&str> = faults
        .lines()
        .filter_map(|l| l.split(": ").next())
        .collect();
    assert_eq!(
        places,
        [
            "/add_stock/0/cip13",
            "/add_stock/0/lot",
            "/add_stock/0/expiry",
            "/add_stock/0/units",
            "/resupply/750100125",
            "/resupply/x",
            "/dose_rounding_down_pct",
            "/delivery",
        ]
    );
    let sites = asked(r#"{"remove_sites": ["y", 7]}"#).unwrap_err();
    assert_eq!(sites.lines().count(), 2, "{sites}");
}
