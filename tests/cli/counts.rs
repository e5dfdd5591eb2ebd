//! Neutrophil counts on the command line: on both databases.

use crate::desk::{Desk, on_both};
use serde_json::{Value, json};
use std::io::Write as _;
use std::process::Stdio;

const SITE: &str = "690000001";
const OTHER: &str = "690000002";

/// A network with two sites, and a patient of the first.
fn install(desk: &Desk) {
    desk.run(&["site", "network-add", "chu", "--name", "CHU"])
        .ok();
    for site in [SITE, OTHER] {
        let add = [
            "site",
            "add",
            "--finess",
            site,
            "--network",
            "chu",
            "--name",
            "PUI",
        ];
        desk.run(&add).ok();
    }
    patient(desk, SITE, "p-1");
}

/// Makes a pseudonym known at a site.
fn patient(desk: &Desk, site: &str, pseudonym: &str) {
    let mut words = vec!["request", "file", "--site", site, "--patient", pseudonym];
    words.extend(
        "--indication takayasu --route iv --treatment ongoing --alternatives available".split(' '),
    );
    words.extend("--risk vital --age 34 --interval 28 --weight 61kg --last 2021-09-24".split(' '));
    desk.run(&words).ok();
}

/// The counts of a patient, each as its columns without the id.
fn listed(desk: &Desk, more: &[&str]) -> Vec<String> {
    let mut words = vec!["count", "list", "--patient", "p-1"];
    words.extend(more);
    let list = desk.run(&words).ok();
    let row = |line: &str| {
        let cells: Vec<&str> = line.split_whitespace().skip(1).collect();
        cells.join(" ")
    };
    list.lines().skip(1).map(row).collect()
}

#[test]
fn a_count_is_entered_corrected_and_withdrawn() {
    on_both(|desk| {
        install(desk);
        let add = "count add --patient p-1 --on 2021-10-18 --value 0,4999 --unit G/L";
        let add: Vec<&str> = add.split(' ').collect();
        let said = desk.run(&add).ok();
        assert!(
            said.ends_with("was entered: 499 /mm³ for the rules.\n"),
            "{said}"
        );
        assert_eq!(listed(desk, &[]), ["2021-10-18 0.4999 G/L 499 current -"]);
        let json = desk
            .run(&["count", "list", "--patient", "p-1", "--format", "json"])
            .json();
        assert_eq!(
            (&json[0]["value"], &json[0]["unit"], &json[0]["per_mm3"]),
            (&json!("0.4999"), &json!("G/L"), &json!(499))
        );
        let id = json[0]["id"].as_str().unwrap();
        let correct = [
            "count", "correct", id, "--value", "4.999", "--unit", "G/L", "--reason", "a slip",
            "--format", "json",
        ];
        let corrected = desk.run(&correct).json();
        let next = corrected["id"].as_str().unwrap();
        assert_eq!(
            corrected,
            json!({ "id": next, "site": SITE, "state": "current", "replaces": id })
        );
        assert!(
            desk.run(&correct)
                .fails(3)
                .contains("was corrected already")
        );
        let withdraw = ["count", "withdraw", next, "--reason", "of another"];
        assert_eq!(
            desk.run(&withdraw).ok(),
            format!("Count {next} was withdrawn.\n")
        );
        assert_eq!(
            listed(desk, &["--history"]),
            [
                "2021-10-18 4.999 G/L 4999 withdrawn of another",
                "2021-10-18 0.4999 G/L 499 corrected a slip",
            ]
        );
        let none = desk.run(&["count", "list", "--patient", "p-1"]);
        assert!(none.err.contains("There is no count"), "{}", none.err);
    });
}

#[test]
fn what_is_no_count_or_nobodys_is_refused() {
    on_both(|desk| {
        install(desk);
        let add = |patient: &str, on: &str, value: &str, unit: &str| {
            let words = ["count", "add", "--patient", patient, "--on", on];
            let words = [&words[..], &["--value", value, "--unit", unit]].concat();
            desk.run(&words)
        };
        for (value, unit, says) in [
            ("1,500", "G/L", "can be read in two ways"),
            ("-1", "G/L", "is below nought"),
            ("1500", "G/L", "is the unit right?"),
            ("1", "g/L", "is no unit of a count"),
            ("1", "", "has no unit, and none is guessed"),
            ("abc", "G/L", "is no number"),
        ] {
            let err = add("p-1", "2021-10-18", value, unit).fails(2);
            assert!(err.contains(says), "{err}");
        }
        let err = add("p-1", "2099-10-18", "1", "G/L").fails(3);
        assert!(err.contains("future"), "{err}");
        let err = add("nobody", "2021-10-18", "1", "G/L").fails(3);
        assert!(
            err.contains("No patient of your sites has this pseudonym"),
            "{err}"
        );
        patient(desk, OTHER, "p-1");
        let err = add("p-1", "2021-10-18", "1", "G/L").fails(3);
        assert!(err.contains(&format!("({SITE}, {OTHER})")), "{err}");
        let list = ["count", "list", "--patient", "p-1", "--site", OTHER];
        assert!(desk.run(&list).err.contains("There is no count"));
    });
}

const SHEET: &str =
    "pseudonyme;date;valeur;unité\np-1;18/10/2021;1,5;G/L\np-1;11/10/2021;450;/mm3\n";

#[test]
fn a_sheet_is_imported_once() {
    on_both(|desk| {
        install(desk);
        desk.write("counts.csv", SHEET);
        let import = |more: &[&str]| {
            let words = [&["import", "counts", "counts.csv"][..], more].concat();
            desk.run(&words)
        };
        assert_eq!(
            import(&["--dry-run"]).ok(),
            "2 counts read, 2 would be entered, 0 entered before\n"
        );
        let none = desk.run(&["count", "list", "--patient", "p-1"]);
        assert!(none.err.contains("There is no count"));
        assert_eq!(
            import(&["--site", SITE, "--format", "json"]).json(),
            json!({ "dry_run": false, "rows": 2, "added": 2, "same": [] })
        );
        assert_eq!(
            import(&[]).ok(),
            "2 counts read, 0 entered, 2 entered before\n  line 2: entered before, current\n  line 3: entered before, current\n"
        );
        assert_eq!(
            listed(desk, &["--history"]),
            [
                "2021-10-18 1.5 G/L 1500 current -",
                "2021-10-11 450 /mm³ 450 current -"
            ]
        );
    });
}

#[test]
fn every_fault_of_a_file_is_told_with_its_place() {
    on_both(|desk| {
        install(desk);
        desk.write(
            "counts.csv",
            "pseudonym;date;value;unit\np-1;18/10/2021;1,500;G/L\np-1;soon;1;\np-1;18/10/2021;1;G/L\n",
        );
        let import = ["import", "counts", "counts.csv"];
        let err = desk.run(&import).fails(2);
        let places: Vec<&str> = err.lines().map(|l| l.split(' ').next().unwrap()).collect();
        assert_eq!(
            places,
            ["counts.csv:2:3:", "counts.csv:3:2:", "counts.csv:3:4:"]
        );
        let err = desk.run_with(&import, &[("LANG", "fr_FR.UTF-8")]).fails(2);
        assert!(err.contains("se lit de deux façons"), "{err}");
        desk.write(
            "counts.csv",
            "pseudonym;date;value;unit\nnobody;18/10/2021;1;G/L\np-1;2099-01-01;1;G/L\n",
        );
        let err = desk.run(&import).fails(2);
        assert!(
            err.starts_with("counts.csv:2:1: \"nobody\" is nobody's pseudonym"),
            "{err}"
        );
        assert!(
            err.contains("counts.csv:3:2: 2099-01-01 is still to come"),
            "{err}"
        );
        assert!(
            desk.run(&["import", "counts", "none.csv"])
                .fails(2)
                .contains("none.csv")
        );
        assert!(
            desk.run(&["count", "list", "--patient", "p-1"])
                .err
                .contains("There is no count")
        );
    });
}

#[test]
fn observations_are_imported() {
    on_both(|desk| {
        install(desk);
        let observation = |code: &str| {
            json!({
                "resourceType": "Observation", "status": "final",
                "code": { "coding": [{ "system": "http://loinc.org", "code": code }] },
                "subject": { "identifier": { "value": "p-1" } },
                "effectiveDateTime": "2021-10-18",
                "valueQuantity": { "value": 0.45, "unit": "10*9/L" }
            })
        };
        let import = |file: &Value| {
            desk.write("counts.json", &file.to_string());
            desk.run(&["import", "counts", "counts.json"])
        };
        let err = import(&observation("770-8")).fails(2);
        assert!(
            err.starts_with("error: counts.json:/code/coding/0/code: 770-8 is a percentage"),
            "{err}"
        );
        let bundle =
            json!({ "resourceType": "Bundle", "entry": [{ "resource": observation("751-8") }] });
        assert_eq!(
            import(&bundle).ok(),
            "1 counts read, 1 entered, 0 entered before\n"
        );
        assert_eq!(listed(desk, &[]), ["2021-10-18 0.45 10⁹/L 450 current -"]);
    });
}

#[test]
fn a_template_is_written_and_can_be_imported() {
    let desk = Desk::migrated();
    let template = desk.run(&["import", "counts", "--template"]).ok();
    assert_eq!(template, "pseudonym;date;value;unit\r\n");
    desk.write("counts.csv", &template);
    assert_eq!(
        desk.run(&["import", "counts", "counts.csv"]).ok(),
        "0 counts read, 0 entered, 0 entered before\n"
    );
    desk.run(&["import", "counts"]).fails(2);
}

#[test]
fn a_pseudonym_is_read_where_others_do_not_look() {
    let desk = Desk::migrated();
    install(&desk);
    let add = "count add --patient - --on 2021-10-18 --value 450 --unit /mm3";
    let add: Vec<&str> = add.split(' ').collect();
    let mut command = desk.command(&add, &[]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"p-1\n").unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(listed(&desk, &[]), ["2021-10-18 450 /mm³ 450 current -"]);
}
