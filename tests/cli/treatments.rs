//! Treatments and their monitoring on the command line: on both databases.

use crate::desk::{Desk, on_both};
use serde_json::json;

const SITE: &str = "690000001";

fn install(desk: &Desk) {
    let words = "site network-add chu --name CHU";
    desk.run(&words.split(' ').collect::<Vec<_>>()).ok();
    let words = format!("site add --finess {SITE} --network chu --name PUI");
    desk.run(&words.split(' ').collect::<Vec<_>>()).ok();
}

fn run(desk: &Desk, words: &str) -> crate::desk::Done {
    desk.run(&words.split(' ').collect::<Vec<_>>())
}

#[test]
fn a_treatment_is_told_and_monitored() {
    on_both(|desk| {
        install(desk);
        let set =
            "treatment set clozapine-2025-09 --patient p-1 --indication schizophrenia --age 34";
        let first = format!("{set} --state ongoing --started 2021-10-06");
        // nobody becomes known by a slip
        assert!(run(desk, &first).fails(3).contains("pseudonym"));
        let said = run(desk, &format!("{first} --site {SITE}")).ok();
        assert_eq!(
            said,
            "Version 1 of the treatment under clozapine-2025-09 stands: ongoing.\n"
        );
        run(
            desk,
            "count add --patient p-1 --on 2021-10-13 --value 4 --unit G/L",
        )
        .ok();
        let monitoring = format!("monitoring --site {SITE} --rulebook clozapine-2025-09");
        let list = run(desk, &monitoring).ok();
        let row = list.lines().nth(1).unwrap();
        let cells: Vec<&str> = row.split_whitespace().collect();
        // years ago by now: the yearly schedule, from the one count
        assert_eq!(
            cells.join(" "),
            "overdue 2022-10-13 2022-10-13 p-1 schizophrenia 4000 /mm³, 2021-10-13 warn"
        );
        let json = run(desk, &format!("{monitoring} --format json")).json();
        assert_eq!(
            (&json["overdue"], &json["items"][0]["status"]),
            (&json!(1), &json!("overdue"))
        );
        let second = format!("{set} --state stopped --started 2021-10-06 --stopped 2021-10-14");
        assert!(run(desk, &second).ok().starts_with("Version 2"));
        let shown = run(
            desk,
            "treatment show clozapine-2025-09 --patient p-1 --format json",
        );
        let shown = shown.json();
        assert_eq!(
            (&shown["state"], &shown["stopped_on"], &shown["version"]),
            (&json!("stopped"), &json!("2021-10-14"), &json!(2))
        );
        let list = run(desk, "treatment list --patient p-1 --history").ok();
        let states: Vec<&str> = list
            .lines()
            .skip(1)
            .filter_map(|line| line.split_whitespace().nth(2))
            .collect();
        assert_eq!(states, ["stopped", "ongoing"]);
        let backwards = format!("{set} --state stopped --stopped 2021-10-01 --started 2021-10-06");
        let said = run(desk, &backwards).fails(2);
        assert!(said.contains("--stopped 2021-10-01 is before"), "{said}");
        let unknown = format!("monitoring --site {SITE} --rulebook nothing");
        assert!(run(desk, &unknown).fails(3).contains("nothing"));
    });
}
