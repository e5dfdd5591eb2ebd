//! Recalls, excursions and inventories on the command line: on both databases.

use crate::desk::{Desk, Done, on_both};
use serde_json::{Value, json};

const SITE: &str = "690000001";
const MG400: &str = "3400957464547";

fn run(desk: &Desk, words: &str) -> Done {
    desk.run(&words.split(' ').collect::<Vec<_>>())
}

fn install(desk: &Desk) {
    run(desk, "catalogue add --from-rulebooks").ok();
    run(desk, "site network-add chu --name CHU").ok();
    run(
        desk,
        &format!("site add --finess {SITE} --network chu --name PUI"),
    )
    .ok();
}

/// The id that an answer in JSON has.
fn id(answer: &Value) -> String {
    answer["id"].as_str().unwrap().to_owned()
}

/// A shelf with units on it: found by an inventory, since a receipt is no command.
fn found(desk: &Desk, lot: &str, units: u32) {
    let opened = run(desk, &format!("inventory open --site {SITE} --format json")).json();
    let id = id(&opened);
    let count = format!(
        "inventory count {id} --site {SITE} --cip13 {MG400} --lot {lot} --expiry 2090-06-30 --counted {units}"
    );
    let said = run(desk, &count).ok();
    assert!(
        said.contains("DIFFERENCE") && said.contains(&format!("+{units}")),
        "{said}"
    );
    let close = format!(
        "inventory close {id} --site {SITE} --found {MG400}/{lot} --leave-uncounted --format json"
    );
    let closed = run(desk, &close).json();
    assert_eq!(
        (&closed["state"], &closed["booked"][0]["units"]),
        (&json!("closed"), &json!(units))
    );
}

#[test]
fn a_shelf_is_counted_and_its_differences_booked() {
    on_both(|desk| {
        install(desk);
        assert!(
            run(desk, &format!("inventory list --site {SITE}"))
                .err
                .contains("no inventory yet")
        );
        found(desk, "B1", 5);
        let opened = run(desk, &format!("inventory open --site {SITE} --format json")).json();
        let id = id(&opened);
        assert!(
            run(desk, &format!("inventory open --site {SITE}"))
                .fails(3)
                .contains("under way")
        );
        let count = |counted: &str| {
            run(
                desk,
                &format!(
                    "inventory count {id} --site {SITE} --cip13 {MG400} --lot B1 --counted {counted}"
                ),
            )
        };
        count("4").ok();
        count("many").fails(2);
        let close = |how: &str| run(desk, &format!("inventory close {id} --site {SITE}{how}"));
        assert!(close("").fails(3).contains("the difference has no reason"));
        let wrong = close(&format!(" --missing {MG400}/B1 --clerical {MG400}/B1")).fails(2);
        assert!(wrong.contains("two reasons"), "{wrong}");
        close(&format!(" --missing {MG400}/B1")).ok();
        let shown = run(
            desk,
            &format!("inventory show {id} --site {SITE} --format json"),
        )
        .json();
        assert_eq!(shown["booked"][0]["reason"], "missing");
        close("").fails(3);
        let list = run(desk, &format!("inventory list --site {SITE}")).ok();
        assert_eq!(list.lines().count(), 3, "{list}");
    });
}

#[test]
fn a_recall_is_started_shown_dealt_with_and_lifted() {
    on_both(|desk| {
        install(desk);
        found(desk, "B1", 5);
        let start = [
            "recall",
            "start",
            "--cip13",
            MG400,
            "--lot",
            "B1",
            "--reason",
            "particles",
            "--format",
            "json",
        ];
        let told = desk.run(&start).json();
        let id = id(&told);
        assert_eq!(
            (
                &told["sites"][0]["set_apart"],
                &told["sites"][0]["on_shelf"][0]["usable"]
            ),
            (&json!(5), &json!(0))
        );
        let shown = run(desk, &format!("recall show {id}")).ok();
        assert!(shown.contains("stands") && shown.contains(SITE), "{shown}");
        assert!(
            run(desk, "recall list --standing")
                .ok()
                .contains("particles")
        );
        let deal = format!("recall deal {id} --site {SITE} --note returned");
        assert!(run(desk, &deal).ok().contains("dealt with at"));
        assert!(run(desk, &deal).fails(3).contains("already"));
        let lifted = run(
            desk,
            &format!("recall lift {id} --reason other-lot --format json"),
        )
        .json();
        assert_eq!(
            (
                &lifted["standing"],
                &lifted["sites"][0]["on_shelf"][0]["usable"]
            ),
            (&json!(false), &json!(5))
        );
        run(desk, &format!("recall lift {id} --reason again")).fails(3);
        assert!(
            run(desk, "recall list --standing")
                .err
                .contains("no such recall")
        );
        run(desk, "recall show nothing").fails(3);
    });
}

#[test]
fn what_was_warm_is_set_apart_and_decided() {
    on_both(|desk| {
        install(desk);
        let open = format!("excursion open --site {SITE} --reason warm --highest 12.5");
        assert!(run(desk, &open).fails(3).contains("nothing to set apart"));
        found(desk, "B1", 5);
        found(desk, "B2", 3);
        let opened = run(desk, &format!("{open} --format json")).json();
        let id = id(&opened);
        assert_eq!(
            (
                &opened["highest_tenths"],
                opened["lots"].as_array().unwrap().len()
            ),
            (&json!(125), 2)
        );
        run(desk, &format!("{open} --lowest 20")).fails(2);
        let decide = |more: &str| {
            run(
                desk,
                &format!("excursion decide {id} --site {SITE} --reason stable {more}"),
            )
        };
        decide(&format!("--decision destroy --lot {MG400}/B1")).ok();
        let done = decide("--decision release --reference 4711").ok();
        assert!(
            done.contains("destroy: stable") && done.contains("release: stable"),
            "{done}"
        );
        decide("--decision release").fails(3);
        decide("--decision wait").fails(2);
        let list = run(desk, &format!("excursion list --site {SITE}")).ok();
        assert!(list.contains("0/2"), "{list}");
        let shown = run(
            desk,
            &format!("excursion show {id} --site {SITE} --format json"),
        )
        .json();
        assert_eq!(shown["lots"][1]["decision"]["reference"], "4711");
    });
}
