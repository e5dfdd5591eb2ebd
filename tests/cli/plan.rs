//! `dotation plan`: cases in, bytes and exit codes out.

use crate::desk::{Desk, Done};
use serde_json::Value;

const WORKED: &str = include_str!("../fixtures/plan/worked-case.json");
const EXAMPLE: &str = include_str!("../fixtures/plan/18-case.json");

/// A desk with a case in `case.json`.
fn desk(case: &str) -> Desk {
    let desk = Desk::new();
    desk.write("case.json", case);
    desk
}

fn without_own_fields(plan: &mut Value) {
    for own in ["rulebook_sha256", "rulebook_in_force"] {
        plan.as_object_mut().unwrap().remove(own).unwrap();
    }
    for decision in plan["decisions"].as_array_mut().unwrap() {
        for own in ["reason", "reason_code", "change"] {
            decision.as_object_mut().unwrap().remove(own).unwrap();
        }
    }
}

#[test]
fn the_worked_example_is_planned_as_it_is_described() {
    let mut plan = desk(WORKED).run(&["plan", "case.json"]).json();
    without_own_fields(&mut plan);
    let want: Value =
        serde_json::from_str(include_str!("../fixtures/plan/worked-want.json")).unwrap();
    assert_eq!(plan, want);
}

#[test]
fn a_case_from_standard_input_and_in_another_order_gives_the_same_bytes() {
    let desk = desk(EXAMPLE);
    let plan = desk.run(&["plan", "case.json"]).ok();
    let mut case: Value = serde_json::from_str(EXAMPLE).unwrap();
    for list in ["sites", "stock", "car_t_patients", "requests"] {
        case[list].as_array_mut().unwrap().reverse();
    }
    desk.write("other.json", &case.to_string());
    let mut command = desk.command(&["plan", "-"], &[]);
    let file = std::fs::File::open(desk.folder.path().join("other.json")).unwrap();
    let output = command.stdin(file).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), plan);
    assert!(output.stderr.is_empty());
}

#[test]
fn people_are_shown_a_table_in_their_language() {
    let desk = desk(WORKED);
    let shown = |lang: &str| {
        desk.run(&["plan", "case.json", "--format", "table", "--lang", lang])
            .ok()
    };
    insta::assert_snapshot!(shown("fr") + "\n" + &shown("en"));
}

#[test]
fn an_invalid_case_is_refused_with_every_fault_and_nothing_on_standard_output() {
    let wrong = WORKED
        .replace("61000", "\"61 kg\"")
        .replace("\"transfers\": \"network\"", "\"transfers\": \"region\"");
    let err = desk(&wrong).run(&["plan", "case.json"]).fails(2);
    assert_eq!(
        err,
        "case.json: /transfers: found \"region\", expected \"none\", \"network\" or \"all\"\n\
         case.json: /requests/0/weight_g: found \"61 kg\", expected a whole number from 1 to 4294967295\n"
    );
    let err = desk("{").run(&["plan", "case.json"]).fails(2);
    assert!(err.contains("line 1, column 2"), "{err}");
    let err = Desk::new().run(&["plan", "nowhere.json"]).fails(2);
    assert!(err.contains("nowhere.json: cannot be read"), "{err}");
    let err = Desk::new().run(&["plan"]).fails(2);
    assert!(err.contains("CASE.json"), "{err}");
}

fn verified(change: impl FnOnce(&mut Value), arguments: &[&str]) -> Done {
    let desk = desk(WORKED);
    let mut plan = desk.run(&["plan", "case.json", "--lang", "en"]).json();
    change(&mut plan);
    desk.write("plan.json", &plan.to_string());
    let all = [
        &["plan", "verify", "plan.json", "--case", "case.json"],
        arguments,
    ]
    .concat();
    desk.run(&all)
}

#[test]
fn a_plan_is_verified_line_by_line() {
    let table = ["--format", "table", "--lang", "en"];
    assert_eq!(
        verified(|_| {}, &table).ok(),
        "The plan holds; lines: 2.\nreserve cart-1: holds\nrequest req-1: holds\n"
    );
    let done = verified(
        |plan| plan["decisions"][1]["status"] = "deferred".into(),
        &table,
    );
    assert_eq!(done.status, 1);
    assert_eq!(
        done.out,
        "The plan does not hold; lines that differ: 1 of 2.\nreserve cart-1: holds\n\
         request req-1: status: the plan says \"deferred\", the case gives \"granted\"\n"
    );
    let done = verified(|plan| plan["case_sha256"] = "00".into(), &[]);
    assert_eq!(done.status, 1);
    let json: Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!(json["holds"], false);
    assert_eq!(json["whole"][0]["field"], "case_sha256");
    assert_eq!(json["lines"][0]["holds"], true);
    let err = verified(|plan| *plan = 7.into(), &[]).fails(2);
    assert!(err.contains("plan.json: the case: found 7"), "{err}");
}

#[test]
fn what_if_says_only_what_would_be_different() {
    let desk = desk(WORKED);
    desk.write("change.json", r#"{"remove_sites": ["750100126"]}"#);
    let what_if = [
        "plan",
        "case.json",
        "--what-if",
        "change.json",
        "--lang",
        "en",
    ];
    let json = desk.run(&what_if).json();
    assert_eq!(json["changes"].as_array().unwrap().len(), 1, "{json}");
    let change = &json["changes"][0];
    assert_eq!(
        (&change["id"], &change["what"]),
        (&"req-1".into(), &"lost".into())
    );
    assert_eq!(change["after"]["status"], "deferred");
    assert_eq!(json["transfers"]["removed"].as_array().unwrap().len(), 1);
    let table = desk
        .run(&[&what_if[..], &["--format", "table"]].concat())
        .ok();
    insta::assert_snapshot!(table);
    desk.write("change.json", r#"{"remove_sites": ["7"], "colour": 1}"#);
    let err = desk.run(&what_if).fails(2);
    assert!(
        err.contains("change.json: /remove_sites/0: found \"7\", expected the id of a site"),
        "{err}"
    );
}

#[test]
fn two_plans_are_compared() {
    let desk = desk(WORKED);
    let plan = desk.run(&["plan", "case.json"]).ok();
    desk.write("a.json", &plan);
    desk.write(
        "more.json",
        &WORKED.replace("\"units\": 1}", "\"units\": 9}"),
    );
    desk.write("b.json", &desk.run(&["plan", "more.json"]).ok());
    let same = desk.run(&["plan", "compare", "a.json", "a.json"]).json();
    assert_eq!(same["same"], true);
    let other = desk.run(&["plan", "compare", "a.json", "b.json"]).json();
    assert_ne!(
        other["before"]["case_sha256"],
        other["after"]["case_sha256"]
    );
    desk.write("no.json", "[]");
    let err = desk
        .run(&["plan", "compare", "no.json", "no.json"])
        .fails(2);
    assert_eq!(err.lines().count(), 2, "{err}");
}

#[test]
fn what_is_no_case_ends_with_a_few_words_and_exit_code_2_whatever_it_is() {
    let desk = Desk::new();
    let deep = "[".repeat(1_000_000);
    let long = format!("{{\"{}\": 1}}", "x".repeat(1_000_000));
    for (bytes, says) in [
        (&b"\xff\xfe{"[..], "found the byte 0xff at line 1, column 1"),
        (b"{\"as_of\": \"\xc0\xaf\"}", "found the byte 0xc0"),
        (b"", "found the end of the text"),
        (b"{\"as_of\": NaN}", "found 'N' at line 1, column 11"),
        (b"{\"as_of\": \"\\ud800\"}", "line 1, column"),
        (deep.as_bytes(), "expected values less deep in one another"),
        (
            long.as_bytes(),
            "xxx\u{2026}: found 1, expected no such field",
        ),
    ] {
        std::fs::write(desk.folder.path().join("case.json"), bytes).unwrap();
        let err = desk.run(&["plan", "case.json"]).fails(2);
        assert!(err.contains(says) && err.len() < 4_000, "{says}: {err}");
    }
}

#[test]
fn another_medicine_is_planned_by_its_own_rulebook() {
    let desk = Desk::new();
    let rules = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/rulebooks");
    desk.write(
        "dotation.toml",
        &format!("rulebooks_folder = \"{rules}\"\n"),
    );
    desk.write(
        "case.json",
        include_str!("../fixtures/plan/fabulin-case.json"),
    );
    let plan = desk.run(&["plan", "case.json"]).json();
    let decisions = plan["decisions"].as_array().unwrap().iter();
    let told: Vec<String> = decisions
        .map(|d| {
            ["id", "class", "status"]
                .map(|k| d[k].as_str().unwrap_or("-"))
                .join(" ")
        })
        .collect();
    assert_eq!(
        told,
        [
            "start-1 starts granted",
            "storm-1 storms granted",
            "child kept granted",
            "cough-1 listed deferred",
            "cough-2 - refused",
            "low-1 - blocked",
        ]
    );
}
