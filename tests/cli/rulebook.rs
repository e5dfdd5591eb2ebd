//! `dotation rulebook`: rules as people read them.

use crate::desk::{Desk, on_both};

const LETTER: &str = include_str!("../../config/rulebooks/roactemra-2021-10-14.toml");

fn shown(name: &str, lang: &str) -> String {
    Desk::new()
        .run(&["rulebook", "show", name, "--lang", lang])
        .ok()
}

#[test]
fn the_letter_is_a_page_in_french() {
    insta::assert_snapshot!(shown("roactemra-2021-10-14", "fr"));
}

#[test]
fn the_letter_is_a_page_in_english() {
    insta::assert_snapshot!(shown("roactemra-2021-10-14", "en"));
}

#[test]
fn the_neutrophil_rules_are_a_page_in_both_languages() {
    let name = "roactemra-neutrophils";
    insta::assert_snapshot!(shown(name, "fr") + "\n" + &shown(name, "en"));
}

#[test]
fn what_changed_between_two_versions_is_told_rule_by_rule() {
    let desk = Desk::new();
    let cut = LETTER
        .find("[[priorities]]\nclass = \"ongoing-other\"")
        .unwrap();
    let other = LETTER[..cut]
        .replace("valid_to = 2021-12-31", "valid_to = 2022-03-31")
        .replace("doses_assured = 2", "doses_assured = 3")
        .replace("listed_below_years = 18", "listed_below_years = 16")
        .replace(
            "then = \"freeze\"",
            "neutrophils = \"roactemra-neutrophils\"",
        );
    std::fs::create_dir(desk.folder.path().join("new")).unwrap();
    desk.write("new/roactemra-2021-10-14.toml", &other);
    let diff = |more: &[&str]| {
        let mut words = vec!["rulebook", "diff", "roactemra-2021-10-14"];
        words.push("new/roactemra-2021-10-14.toml");
        words.extend(more);
        desk.run(&words)
    };
    insta::assert_snapshot!(diff(&[]).ok() + "\n" + &diff(&["--language", "en"]).ok());
    let json = diff(&["--format", "json"]).json();
    assert_eq!(json["before"]["name"], "roactemra-2021-10-14");
    assert_ne!(json["before"]["sha256"], json["after"]["sha256"]);
    assert_eq!(json["removed"][1]["id"], "priorities.ongoing-other");
    assert_eq!(json["changed"][0]["id"], "validity");
    let field = &json["changed"][0]["fields"][0];
    assert_eq!(
        (&field["name"], &field["before"], &field["after"]),
        (
            &"valid_to".into(),
            &"2021-12-31".into(),
            &"2022-03-31".into()
        )
    );
}

#[test]
fn a_rulebook_is_shown_to_a_program_too() {
    let desk = Desk::new();
    let words = [
        "rulebook",
        "show",
        "roactemra-neutrophils",
        "--format",
        "json",
    ];
    let page = desk.run(&words).json();
    assert_eq!(page["language"], "fr");
    let sections = page["sections"].as_array().unwrap();
    let of = |kind: &str| sections.iter().find(|s| s["kind"] == kind).unwrap();
    assert_eq!(sections.last().unwrap()["kind"], "no_alternatives");
    let low = &of("thresholds")["sentences"][4];
    assert_eq!(low["id"], "thresholds.anc-low");
    assert_eq!(low["cited"]["date"], "2025-12-30");
    let list = desk.run(&["rulebook", "list", "--format", "json"]).json();
    let of = |name: &str| {
        let items = list["items"].as_array().unwrap();
        items.iter().find(|i| i["name"] == name).unwrap().clone()
    };
    assert_eq!(list["items"][0]["name"], "clozapine-2025-09");
    assert_eq!(of("roactemra-2021-10-14")["in_force"], false);
    assert_eq!(of("roactemra-neutrophils")["in_force"], true);
    assert_eq!(of("roactemra-neutrophils")["sha256"], page["sha256"]);
}

#[test]
fn a_name_that_is_mistyped_hears_the_one_that_was_meant() {
    let desk = Desk::new();
    let err = desk
        .run(&["rulebook", "show", "roactemra-neutrofils"])
        .fails(2);
    assert_eq!(
        err,
        "error: there is no rulebook \"roactemra-neutrofils\"; did you mean roactemra-neutrophils?\n"
    );
    let err = desk.run(&["rulebook", "show", "Paracetamol"]).fails(2);
    assert!(
        err.contains("roactemra-2021-10-14, roactemra-neutrophils, or a file"),
        "{err}"
    );
}

#[test]
fn a_file_that_is_being_written_hears_its_faults() {
    let desk = Desk::new();
    desk.write(
        "mine.toml",
        &LETTER.replace("jurisdiction = \"FR\"", "jurisdiction = \"France\""),
    );
    let err = desk.run(&["rulebook", "show", "mine.toml"]).fails(2);
    assert!(
        err.contains("mine.toml:14:8: name: the rulebook roactemra-2021-10-14"),
        "{err}"
    );
    assert!(
        err.contains("mine.toml:16:16: jurisdiction: found \"France\""),
        "{err}"
    );
}

#[test]
fn a_notice_that_has_ended_is_retired_and_reinstated() {
    on_both(|desk| {
        let name = "roactemra-2021-10-14";
        let decide = |verb: &str, name: &str| {
            desk.run(&["rulebook", verb, name, "--reason", "supply is back"])
        };
        let early = decide("reinstate", name).fails(3);
        assert!(early.contains("This rulebook is not retired"), "{early}");
        assert_eq!(
            decide("retire", name).ok(),
            "roactemra-2021-10-14 (ended on 2021-12-31) is retired: it protects no reserve and freezes no initiation any more.\n"
        );
        let twice = decide("retire", name).fails(3);
        assert!(twice.contains("a coordinator retired it"), "{twice}");
        let words = [
            "rulebook",
            "reinstate",
            name,
            "--reason",
            "a mistake",
            "--format",
            "json",
        ];
        let json = desk.run(&words).json();
        assert_eq!(
            (&json["act"], &json["by"]),
            (&"reinstated".into(), &"command-line".into())
        );
        let running = decide("retire", "roactemra-neutrophils").fails(3);
        assert!(running.contains("This rulebook has not ended"), "{running}");
        let nowhere = decide("retire", "nothing").fails(3);
        assert!(nowhere.contains("nothing"), "{nowhere}");
    });
}

#[test]
fn check_tells_what_is_wrong_between_files_and_notes_what_is_odd() {
    let desk = Desk::new();
    let rules = desk.folder.path().join("rules");
    std::fs::create_dir(&rules).unwrap();
    desk.write("dotation.toml", "rulebooks_folder = \"rules\"\n");
    let write = |text: &str| std::fs::write(rules.join("roactemra-2021-10-14.toml"), text).unwrap();
    write(
        &LETTER
            .replace(
                "valid_to = 2021-12-31",
                "superseded_by = \"roactemra-2022\"",
            )
            .replace(
                "neutrophils = \"roactemra-neutrophils\"",
                "neutrophils = \"roactemra-neutrophil\"",
            )
            .replace("window_days = 14", "window_days = 1400"),
    );
    let err = desk.run(&["check"]).fails(2);
    let places: Vec<&str> = err.lines().map(|l| l.split(": ").next().unwrap()).collect();
    assert_eq!(
        places,
        [
            "rules/roactemra-2021-10-14.toml:18:17",
            "rules/roactemra-2021-10-14.toml:197:15",
            "rules/roactemra-2021-10-14.toml:340:15",
        ],
        "{err}"
    );
    assert!(err.contains("did you mean roactemra-neutrophils?"), "{err}");
    let idle =
        "[[sources]]\nkey = \"idle\"\ndocument = \"Another\"\ndate = 2021-10-14\n\n[[contacts]]";
    write(&LETTER.replacen("[[contacts]]", idle, 1));
    let done = desk.run(&["check"]);
    assert!(
        done.err.contains("note: rules/roactemra-2021-10-14.toml:49:7: sources[3].key: no rule cites the source idle"),
        "{}",
        done.err
    );
    done.ok();
}
