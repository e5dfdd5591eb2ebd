//! A transfer from the command line: proposed, asked for, accepted, sent, received short, returned.

use crate::desk::{Desk, on_both};
use crate::planned::Demo;
use serde_json::{Value, json};

const CENTRE: &str = "750100125";
const CANAL: &str = "750100216";
const MG80: &str = "3400957464318";
const PLAIN: &str = "930100037";

fn json_of(desk: &Desk, arguments: &[&str]) -> Value {
    desk.run(&[arguments, &["--format", "json"]].concat())
        .json()
}

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "one story, from the first question to the last unit"
)]
fn a_transfer_is_proposed_asked_for_and_received_from_the_command_line() {
    on_both(|desk| {
        let demo = Demo::begin(desk);
        let needed = [
            "transfer", "propose", "--to", CENTRE, "--cip", MG80, "--units", "5",
        ];
        let found = json_of(desk, &needed);
        let first = &found["proposals"][0];
        assert_eq!(
            (&first["site"], &first["complete"]),
            (&json!(PLAIN), &json!(true)),
            "{found}"
        );
        // of those that cannot send all of it, none stands before those that can
        assert_eq!(found["proposals"][1]["site"], CANAL);
        let row = format!("{MG80}=5");
        let asked = json_of(
            desk,
            &[
                "transfer",
                "ask",
                "--from",
                PLAIN,
                "--to",
                CENTRE,
                "--row",
                &row,
                "--reason",
                "a late delivery",
            ],
        );
        let id = asked["id"].as_str().unwrap();
        assert_eq!(
            (&asked["state"], &asked["rows"][0]["lot"]),
            (&json!("asked"), &json!("B2104"))
        );
        let no_right = desk.run(&["transfer", "accept", id]).fails(3);
        assert!(no_right.contains("L5126-8"), "{no_right}");
        let accepted = json_of(
            desk,
            &[
                "transfer",
                "accept",
                id,
                "--ars-authorisation",
                "2021-75-118",
            ],
        );
        assert_eq!(accepted["state"], "accepted");
        let warm = desk.run(&["transfer", "send", id, "--fmd-active"]);
        assert_eq!(warm.status, 2, "{}", warm.err);
        desk.run(&["transfer", "send", id, "--cold-chain", "--fmd-active"])
            .ok();
        let sheet = desk.run(&["transfer", "sheet", id]).ok();
        for said in [
            "<!doctype html>",
            "Bordereau de transfert",
            "CH de la Plaine",
            "B2104",
            "2021-75-118",
            "<svg",
            id,
        ] {
            assert!(sheet.contains(said), "{said}: {sheet}");
        }
        let lot = format!("{MG80}:B2104=usable:2,refused:2,missing:1");
        let said = desk
            .run(&[
                "transfer",
                "receive",
                id,
                "--cold-chain",
                "--lot",
                &lot,
                "--lost-by",
                "breakage",
                "--note",
                "the box was open",
            ])
            .ok();
        assert!(
            said.contains("2 usable and 0 quarantined there, 2 on their way, 0 back, 1 lost"),
            "{said}"
        );
        let odd = desk.run(&[
            "transfer",
            "return",
            id,
            "--lot",
            &format!("{MG80}:B2104=refused:1"),
        ]);
        assert_eq!(odd.status, 2, "{}", odd.err);
        desk.run(&["transfer", "return", id]).ok();
        let shown = json_of(desk, &["transfer", "show", id]);
        assert_eq!(
            (&shown["state"], &shown["outcome"]),
            (&json!("received"), &json!("in-part"))
        );
        assert_eq!(
            (&shown["asked_words"], &shown["received_words"]),
            (&json!("a late delivery"), &json!("the box was open"))
        );
        let row = &shown["rows"][0];
        let counts = ["sent", "received", "lost", "returned", "in_transit"];
        assert_eq!(
            counts.map(|name| row[name].as_u64().unwrap()),
            [5, 2, 1, 2, 0]
        );
        let text = desk.run(&["transfer", "show", id]).ok();
        assert!(text.contains("ars-authorisation 2021-75-118"), "{text}");
        let listed = json_of(
            desk,
            &["transfer", "list", "--site", CENTRE, "--state", "received"],
        );
        assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
        // one that is not wanted any more
        let asked = json_of(
            desk,
            &[
                "transfer",
                "ask",
                "--from",
                CANAL,
                "--to",
                CENTRE,
                "--row",
                &format!("{MG80}:B2090=1"),
            ],
        );
        let id = asked["id"].as_str().unwrap();
        let ended = json_of(desk, &["transfer", "cancel", id]);
        assert_eq!(
            (&ended["state"], &ended["closed_as"]),
            (&json!("cancelled"), &json!("cancelled"))
        );
        let late = desk.run(&["transfer", "decline", id, "--reason", "no"]);
        assert_eq!(late.status, 3, "{}", late.err);
        demo.stop();
    });
}
