//! Requests on the command line: on both databases.

use crate::desk::{Desk, on_both};
use serde_json::{Value, json};
use std::io::Write as _;
use std::process::Stdio;

const SITE: &str = "690000001";

/// A network with one site.
fn install(desk: &Desk) {
    for add in [
        &["site", "network-add", "chu", "--name", "CHU"][..],
        &[
            "site",
            "add",
            "--finess",
            SITE,
            "--network",
            "chu",
            "--name",
            "PUI",
        ],
    ] {
        desk.run(add).ok();
    }
}

/// What files a request that can be, with more options.
fn filing<'a>(patient: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut words = vec!["request", "file", "--site", SITE, "--patient", patient];
    words.extend(
        "--indication takayasu --route iv --treatment ongoing --alternatives none".split(' '),
    );
    words.extend(["--no-alternative-because", "infliximab failed"]);
    words.extend("--risk vital --age 34 --interval 28 --format json".split(' '));
    words.extend(more);
    words
}

const FITS: [&str; 4] = ["--weight", "61kg", "--last", "2021-09-24"];

#[test]
fn a_request_is_filed_listed_shown_and_withdrawn() {
    on_both(|desk| {
        install(desk);
        let filed = desk.run(&filing("p-1", &FITS)).json();
        let id = filed["id"].as_str().unwrap();
        assert_eq!(
            filed,
            json!({ "id": id, "site": SITE, "state": "open", "version": 1 })
        );
        let list = desk
            .run(&["request", "list", "--site", SITE, "--state", "open"])
            .ok();
        let row: Vec<&str> = list.lines().nth(1).unwrap().split_whitespace().collect();
        assert_eq!(
            row,
            [id, SITE, "p-1", "open", "takayasu", "2021-10-22", "-", "-"]
        );
        let shown = desk.run(&["request", "show", id]).ok();
        for says in [
            "Asked for  takayasu, iv, ongoing, alternatives none, risk vital, 34 years, 61000 g, every 28 days",
            "Due        2021-10-22",
            "Stands     Not planned yet",
        ] {
            assert!(shown.contains(says), "{says}: {shown}");
        }
        let json = desk
            .run(&["request", "show", id, "--format", "json"])
            .json();
        let fields = [
            "pseudonym",
            "weight_g",
            "due",
            "standing",
            "history",
            "version",
        ]
        .map(|f| json[f].clone());
        let expected = [
            json!("p-1"),
            json!(61_000),
            json!("2021-10-22"),
            Value::Null,
            json!([]),
            json!(1),
        ];
        assert_eq!(fields, expected);

        let again = desk.run(&filing("p-1", &FITS)).fails(3);
        assert!(
            again.contains("already-asked") && again.contains(id),
            "{again}"
        );
        let err = desk.run(&["request", "confirm", id]).fails(3);
        assert_eq!(err, "refused: It is open, and that does not allow it.\n");
        let withdraw = ["request", "withdraw", id, "--reason", "remission"];
        assert_eq!(
            desk.run(&withdraw).ok(),
            format!("Request {id} was withdrawn.\n")
        );
        desk.run(&withdraw).fails(3);
        let none = desk.run(&["request", "list", "--state", "open"]);
        assert!(
            none.err.contains("There is no such request"),
            "{}",
            none.err
        );
        let err = desk.run(&["request", "show", "nothing"]).fails(3);
        assert_eq!(err, "refused: There is no request \"nothing\" here.\n");
    });
}

#[test]
fn a_request_that_cannot_be_is_refused_with_every_option_that_is_wrong() {
    on_both(|desk| {
        install(desk);
        let wrong = ["--units", "4", "--anc-on", "2021-10-18"];
        let mut arguments = filing("p-1", &wrong);
        arguments.retain(|a| !["--format", "json"].contains(a));
        let err = desk.run(&arguments).fails(2);
        let places: Vec<&str> = err.lines().map(|l| l.split(' ').next().unwrap()).collect();
        assert_eq!(places, ["--units", "--weight", "--last", "--anc"], "{err}");
        assert!(err.contains("or set --due with --due-reason"), "{err}");
        let err = desk
            .run_with(&arguments, &[("LANG", "fr_FR.UTF-8")])
            .fails(2);
        assert!(err.contains("--weight est absent : une dose"), "{err}");
        for (option, value, says) in [
            ("--route", "nasal", "expected one of iv, sc, oral"),
            ("--risk", "high", "expected one of vital, functional, none"),
            ("--weight", "61", "is not a body weight"),
        ] {
            let err = desk.run(&["request", "file", option, value]).fails(2);
            assert!(err.contains(says), "{err}");
        }
        let elsewhere = ["--site", "690000009"];
        let mut arguments = filing("p-1", &FITS);
        let place = arguments.iter().position(|a| *a == "--site").unwrap();
        arguments.splice(place..place + 2, elsewhere);
        let err = desk.run(&arguments).fails(3);
        assert!(err.contains("690000009"), "{err}");
    });
}

#[test]
fn a_pseudonym_is_read_where_others_do_not_look() {
    let desk = Desk::migrated();
    install(&desk);
    let mut command = desk.command(&filing("-", &FITS), &[]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"p-7\n").unwrap();
    assert!(child.wait_with_output().unwrap().status.success());
    let json = desk.run(&["request", "list", "--format", "json"]).json();
    assert_eq!(json[0]["pseudonym"], "p-7");
}

/// The safety rulebook of the letter, with a list for `takayasu` that was invented.
const LIST: &str = r#"
[[alternatives]]
code = "infliximab"
name = { fr = "Infliximab", en = "Infliximab" }
indications = ["takayasu"]
line = "first"
source = "smpc"
section = "invented"
[alternatives.evidence]
doi = "10.1000/182"
fr = "Rémission 60 %."
en = "Remission 60 %."

[[alternatives]]
code = "methotrexate"
name = { fr = "Méthotrexate", en = "Methotrexate" }
indications = ["takayasu"]
line = "after-failure"
source = "smpc"
section = "invented"

[[exclusions]]
alternative = "methotrexate"
conditions = ["pregnancy"]
source = "smpc"
section = "invented"
"#;

/// Puts the list where the service reads its rulebooks.
fn install_list(desk: &Desk) -> String {
    let safety = include_str!("../../config/rulebooks/roactemra-neutrophils.toml");
    let folder = desk.folder.path().join("rules");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("roactemra-neutrophils.toml");
    std::fs::write(file, format!("{safety}{LIST}")).unwrap();
    folder.to_str().unwrap().to_owned()
}

#[test]
fn no_alternative_follows_from_what_became_of_each() {
    on_both(|desk| {
        install(desk);
        let folder = install_list(desk);
        let rules = [("DOTATION_RULEBOOKS_FOLDER", folder.as_str())];
        let list = ["request", "alternatives", "--indication", "takayasu"];
        let told = desk.run_with(&list, &rules).ok();
        let expected = "infliximab: Infliximab\n             Remission 60 %. DOI 10.1000/182\n\
                        methotrexate: Methotrexate\n";
        assert_eq!(told, expected);
        let json = desk
            .run_with(&[&list[..], &["--format", "json"]].concat(), &rules)
            .json();
        let items = &json["alternatives_listed"]["items"];
        assert_eq!(items[1]["conditions"], json!(["pregnancy"]));

        let words = |more: &[&'static str]| {
            let mut words: Vec<&'static str> = filing("p-1", &FITS);
            let out = [
                "--alternatives",
                "none",
                "--no-alternative-because",
                "infliximab failed",
            ];
            words.retain(|word| !out.contains(word));
            words.extend(more);
            words
        };
        let open = words(&["--alternatives", "none", "--tried", "infliximab=failed"]);
        let in_words = |mut words: Vec<&'static str>| {
            words.retain(|word| !["--format", "json"].contains(word));
            desk.run_with(&words, &rules).fails(2)
        };
        let err = in_words(open);
        assert_eq!(
            err,
            "error: --alternatives is none, but still open are: methotrexate; leave it out, and say in --tried what \
             became of each\n"
        );
        let strange = words(&["--tried", "rituximab=failed"]);
        let err = in_words(strange);
        assert!(err.contains("--tried \"rituximab\" is none of"), "{err}");
        for (tried, says) in [
            ("rituximab", "there is no ="),
            ("rituximab=cured", "expected one of failed"),
            ("rituximab=failed:", "expected 1 to 500 characters"),
        ] {
            let err = desk.run(&["request", "file", "--tried", tried]).fails(2);
            assert!(err.contains(says), "{err}");
        }
        // a statement says that there is none: against a list that does not stand
        let stated = words(&["--no-alternative-because", "so it is"]);
        let err = in_words(stated);
        assert!(err.contains("--alternatives is none"), "{err}");

        let tried = "infliximab=failed: six months";
        let fits = words(&["--tried", tried, "--condition", "pregnancy"]);
        let filed = desk.run_with(&fits, &rules).json();
        let show = ["request", "show", filed["id"].as_str().unwrap()];
        let told = desk.run_with(&show, &rules).ok();
        for says in [
            "Instead    There is no alternative. By the list of roactemra-neutrophils",
            "           Infliximab: exhausted\n             failed (six months), declared by command-line, 20",
            "             Remission 60 %. DOI 10.1000/182\n           Methotrexate: excluded\n",
        ] {
            assert!(told.contains(says), "{says}: {told}");
        }
        let json = desk
            .run_with(&[&show[..], &["--format", "json"]].concat(), &rules)
            .json();
        let said = ["alternatives", "alternatives_by", "alternatives_filed"].map(|f| &json[f]);
        assert_eq!(said, ["none", "catalogue", "none"]);
        assert_eq!(
            json["alternatives_listed"]["items"][0]["tried"],
            json["tried"]
        );
        assert_eq!(json["tried"][0]["note"], "six months");
        // a list that is gone: it stands as it was stated, and that is said
        let told = desk.run(&show).ok();
        assert!(
            told.contains("Instead    There is no alternative. As the prescriber states."),
            "{told}"
        );
    });
}

#[test]
fn without_a_list_it_is_said_why_there_is_no_alternative() {
    on_both(|desk| {
        install(desk);
        let list = ["request", "alternatives", "--indication", "takayasu"];
        let none = "No rulebook has a list: say --no-alternative-because.\n";
        assert_eq!(desk.run(&list).ok(), none);
        let crs = ["request", "alternatives", "--indication", "crs"];
        assert_eq!(desk.run(&crs).ok(), "There is no alternative.\n");
        let nowhere = [&list[..], &["--rulebook", "nothing"]].concat();
        assert!(desk.run(&nowhere).fails(2).contains("roactemra-2021-10-14"));
        let mut words = filing("p-1", &FITS);
        let reason = ["--no-alternative-because", "infliximab failed"];
        words.retain(|word| !reason.contains(word));
        let err = desk.run(&words).fails(2);
        assert!(err.contains("--no-alternative-because is missing"), "{err}");
        // the reason says that there is none
        words.extend(reason);
        words.retain(|word| !["--alternatives", "none"].contains(word));
        let filed = desk.run(&words).json();
        let show = ["request", "show", filed["id"].as_str().unwrap()];
        let told = desk.run(&show).ok();
        assert!(
            told.contains("As the prescriber states.\n           infliximab failed\n"),
            "{told}"
        );
    });
}
