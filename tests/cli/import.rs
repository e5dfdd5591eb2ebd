//! The public medicines database and the catalogue: on both databases.

use crate::desk::{Desk, bdpm, on_both};
use serde_json::{Value, json};

const MEDICINES: &str = "CIS_bdpm.txt";
const PACKS: &str = "CIS_CIP_bdpm.txt";

/// The five presentations of the letter of 14 October 2021: code, milligrams, CIS, route.
const LETTER: [(&str, &str, &str, &str); 5] = [
    ("3400927824845", "162", "69107620", "sc"),
    ("3400930145524", "162", "67121308", "sc"),
    ("3400957464318", "80", "69582503", "iv"),
    ("3400957464486", "200", "69582503", "iv"),
    ("3400957464547", "400", "69582503", "iv"),
];

fn import(desk: &Desk, edition: &str) -> Value {
    let (medicines, packs) = (bdpm(edition, MEDICINES), bdpm(edition, PACKS));
    desk.run(&["import", "bdpm", &medicines, &packs, "--format", "json"])
        .json()
}

fn counts(added: u64, changed: u64, same: u64) -> Value {
    json!({ "added": added, "changed": changed, "same": same })
}

#[test]
fn an_edition_is_taken_over_once_and_the_next_changes_what_differs() {
    on_both(|desk| {
        let report = import(desk, "2021-01");
        let [medicines, packs] = [&report["files"][0], &report["files"][1]];
        assert_eq!(
            (&medicines["encoding"], &medicines["rows_read"]),
            (&"utf-8".into(), &278.into())
        );
        assert_eq!(
            (&packs["rows_read"], &packs["rows_kept"]),
            (&251.into(), &251.into())
        );
        assert_eq!(
            packs["faults"][0],
            json!({
                "line": 86, "column": 1, "found": "60470047", "kept": true,
                "expected": "a CIS that the file of medicines has",
            })
        );
        assert_eq!(report["changes"]["products"], counts(278, 0, 0));
        assert_eq!(report["changes"]["packs"], counts(251, 0, 0));
        let again = import(desk, "2021-01");
        assert_eq!(again["changes"]["products"], counts(0, 0, 278));
        assert_eq!(again["changes"]["packs"], counts(0, 0, 251));
        let next = import(desk, "2022-06");
        assert_eq!(next["files"][0]["encoding"], "windows-1252");
        assert_eq!(next["changes"]["products"], counts(60, 30, 205));
        assert_eq!(next["changes"]["packs"], counts(54, 13, 206));
    });
}

#[test]
fn the_presentations_of_the_letter_come_out_with_label_cis_and_route() {
    for edition in ["2021-01", "2022-06"] {
        on_both(|desk| {
            import(desk, edition);
            for (cip, mg, cis, route) in LETTER {
                let add = [
                    "catalogue",
                    "add",
                    "--cip",
                    cip,
                    "--mg",
                    mg,
                    "--format",
                    "json",
                ];
                let added = desk.run(&add).json();
                assert_eq!(
                    (&added["cis"], &added["route"]),
                    (&cis.into(), &route.into())
                );
                let label = added["label"].as_str().unwrap();
                assert!(label.starts_with("ROACTEMRA "), "{label}");
            }
            assert_eq!(desk.run(&["catalogue", "list"]).ok().lines().count(), 6);
        });
    }
}

#[test]
fn the_report_for_people_names_rows_and_lines() {
    let desk = Desk::migrated();
    let (medicines, packs) = (bdpm("2021-01", MEDICINES), bdpm("2021-01", PACKS));
    let done = desk.run(&["import", "bdpm", &medicines, &packs]);
    assert_eq!(done.err, "", "no bar where there is no terminal");
    let report = done.ok();
    for says in [
        format!("{medicines} (utf-8): 278 rows read, 278 kept, 0 odd"),
        format!(
            "  {packs}:86:1: found \"60470047\", expected a CIS that the file of medicines has; row kept"
        ),
        "medicines: 278 added, 0 changed, 0 the same".to_owned(),
        "presentations: 251 added, 0 changed, 0 the same".to_owned(),
    ] {
        assert!(report.lines().any(|line| line == says), "{says}\n{report}");
    }
}

#[test]
fn files_that_are_none_are_refused_both_at_once_and_change_nothing() {
    let desk = Desk::migrated();
    let (medicines, packs) = (bdpm("2021-01", MEDICINES), bdpm("2021-01", PACKS));
    let err = desk.run(&["import", "bdpm", &packs, &medicines]).fails(2);
    assert_eq!(err.matches("were the files exchanged?").count(), 2, "{err}");
    let err = desk.run(&["import", "bdpm", "nowhere", "."]).fails(2);
    assert!(err.contains("nowhere: ") && err.contains(".: "), "{err}");
    desk.write("empty.txt", "");
    let err = desk
        .run(&["import", "bdpm", &medicines, "empty.txt"])
        .fails(2);
    assert_eq!(err, "error: empty.txt is empty\n");
    assert_eq!(
        import(&desk, "2021-01")["changes"]["products"],
        counts(278, 0, 0)
    );
}

#[test]
fn what_nobody_can_look_up_must_be_said() {
    on_both(|desk| {
        let add = [
            "catalogue",
            "add",
            "--cip",
            "3400957464547",
            "--mg",
            "400",
            "--route",
            "iv",
        ];
        let err = desk.run(&add).fails(3);
        assert!(
            err.contains("is not in the public medicines database as it was imported here"),
            "{err}"
        );
        assert!(err.ends_with("say: --label, --units-per-box.\n"), "{err}");
        let said = [&add[..], &["--label", "RoActemra", "--units-per-box", "1"]].concat();
        desk.run(&said).ok();
        assert_eq!(
            desk.run(&said).fails(3),
            "refused: There is such a presentation already.\n"
        );
        let relabelled = import(desk, "2021-01");
        assert_eq!(relabelled["changes"]["relabelled"], 1);
    });
}

#[test]
fn a_code_with_a_wrong_digit_is_refused() {
    let desk = Desk::migrated();
    let check = |cip: &str, mg: &str, says: &str| {
        let err = desk
            .run(&["catalogue", "add", "--cip", cip, "--mg", mg])
            .fails(2);
        assert!(err.contains(says), "{err}");
    };
    check(
        "3400957464548",
        "400",
        "does not match the other digits, which call for 7",
    );
    check("3400957464547", "0", "\"0\" is not a mass of medicine");
    check("3400957464547", "-1", "\"-1\" is not a mass of medicine");
    check("340095746454", "400", "340095746454");
}

#[test]
fn the_presentations_of_the_rulebooks_are_put_on_the_catalogue_at_once() {
    on_both(|desk| {
        let add = ["catalogue", "add", "--from-rulebooks"];
        assert_eq!(desk.run(&add).ok().lines().count(), 6);
        let again = desk.run(&add).ok();
        assert_eq!(
            again,
            "The catalogue has every presentation of the rulebooks already.\n"
        );
    });
}
