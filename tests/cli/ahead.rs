//! Minimums, how far ahead a site looks, and the forecast, on the command line: on both databases.

use crate::desk::{Desk, Done, on_both};
use serde_json::json;

const SITE: &str = "690000001";
const MG400: &str = "3400957464547";

fn run(desk: &Desk, words: &str) -> Done {
    desk.run(&words.split(' ').collect::<Vec<_>>())
}

fn install(desk: &Desk) {
    run(desk, "site network-add chu --name CHU").ok();
    let listed =
        format!("catalogue add --cip {MG400} --mg 400 --label flacon --route iv --units-per-box 1");
    run(desk, &listed).ok();
    let site = format!("site add --finess {SITE} --network chu --name PUI --car-t");
    run(desk, &site).ok();
}

#[test]
fn a_minimum_is_set_listed_and_taken_away() {
    on_both(|desk| {
        install(desk);
        let list = format!("threshold list --site {SITE}");
        assert_eq!(run(desk, &list).ok(), "");
        let set = run(desk, &format!("threshold set {MG400} 6 --site {SITE}")).ok();
        assert_eq!(
            set,
            format!("{SITE} hears of it when fewer than 6 units of {MG400} are free.\n")
        );
        run(desk, &format!("threshold set iv 2400 --site {SITE}")).ok();
        // set again, another figure
        run(desk, &format!("threshold set {MG400} 8 --site {SITE}")).ok();
        let listed = run(desk, &format!("{list} --format json")).json();
        assert_eq!(
            listed,
            json!([
                { "subject": MG400, "minimum_units": 8, "version": 2 },
                { "subject": "roactemra-2021-10-14:iv", "minimum_mg": 2400, "version": 1 },
            ])
        );
        let odd = run(
            desk,
            &format!("threshold set {MG400} 2000000 --site {SITE}"),
        )
        .fails(2);
        assert!(odd.contains("1 to 1000000 units"), "{odd}");
        let unknown = run(desk, &format!("threshold set oral 3 --site {SITE}")).fails(3);
        assert!(unknown.contains("oral"), "{unknown}");
        let remove = format!("threshold remove {MG400} --site {SITE}");
        run(desk, &remove).ok();
        run(desk, &remove).fails(3);
        assert!(!run(desk, &list).ok().contains(MG400));
    });
}

#[test]
fn the_days_ahead_are_set_and_the_forecast_is_told() {
    on_both(|desk| {
        install(desk);
        let ahead = format!("threshold ahead --site {SITE} --forecast 21");
        let set = run(desk, &format!("{ahead} --format json")).json();
        assert_eq!(
            set,
            json!({ "site": SITE, "expiry_notice_days": 60, "forecast_days": 21 })
        );
        run(
            desk,
            &format!("threshold ahead --site {SITE} --expiry-notice 366"),
        )
        .fails(2);
        let seen = run(desk, &format!("forecast --site {SITE} --format json")).json();
        assert_eq!(seen["days"].as_array().unwrap().len(), 22);
        assert_eq!(seen["days"][0]["required"], 3);
        let text = run(desk, &format!("forecast --site {SITE} --days 3"));
        assert!(
            text.err.contains("A breach of the reserve is foreseen"),
            "{}",
            text.err
        );
        assert!(text.out.contains("compromised"), "{}", text.out);
        run(desk, &format!("forecast --site {SITE} --days 91")).fails(2);
        run(desk, "forecast --site 690000009").fails(3);
    });
}
