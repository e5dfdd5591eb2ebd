//! `dotation mail queue` and `dotation mail retry`, beside a service or without one.

use crate::desk::{Desk, on_both};

const SITE: &str = "690000001";

/// A centre without stock, whose recipient is written to at once: one letter waits.
fn one_letter(desk: &Desk) {
    desk.run(&["site", "network-add", "chu", "--name", "CHU"])
        .ok();
    let site = [
        "site",
        "add",
        "--finess",
        SITE,
        "--network",
        "chu",
        "--name",
        "PUI",
        "--car-t",
    ];
    desk.run(&site).ok();
    let recipient = [
        "recipient",
        "add",
        "--site",
        SITE,
        "--capacity",
        "pharmacist",
        "--name",
        "Garde",
        "--email",
        "garde@chu.fr",
    ];
    desk.run(&recipient).ok();
    // the letter's notice is over today, of which another letter tells
    desk.sql("DELETE FROM letter_links");
    desk.sql("DELETE FROM outbox WHERE id <> (SELECT MIN(id) FROM outbox)");
}

fn queue(desk: &Desk, more: &[&str]) -> Vec<serde_json::Value> {
    let line = [&["mail", "queue", "--format", "json"], more].concat();
    desk.run(&line).json().as_array().unwrap().clone()
}

#[test]
fn what_waits_is_listed_with_when_and_why() {
    on_both(|desk| {
        let none = desk.run(&["mail", "queue"]);
        assert!(none.err.contains("No letter waits"), "{}", none.err);
        one_letter(desk);
        let letters = queue(desk, &[]);
        assert_eq!(letters.len(), 1, "{letters:?}");
        let letter = &letters[0];
        assert_eq!(letter["to"], "garde@chu.fr");
        assert_eq!(letter["site"], SITE);
        assert_eq!(letter["attempts"], 0);
        assert!(letter["since"].is_string() && letter["next_try"].is_string());
        assert!(letter["why"].is_null());
        desk.sql("UPDATE outbox SET attempts = 3, last_error = 'connection: refused'");
        let table = desk.run(&["mail", "queue"]).ok();
        for says in ["SINCE", "NEXT TRY", "garde@chu.fr", "connection: refused"] {
            assert!(table.contains(says), "{says}: {table}");
        }
        assert_eq!(queue(desk, &["--failed"]), Vec::<serde_json::Value>::new());
    });
}

#[test]
fn a_letter_that_was_given_up_is_due_again_and_the_trail_says_who() {
    on_both(|desk| {
        one_letter(desk);
        let id = queue(desk, &[])[0]["id"].as_str().unwrap().to_owned();
        let refused = desk.run(&["mail", "retry", &id]).fails(3);
        assert!(refused.contains("queued"), "{refused}");
        desk.run(&["mail", "retry", "none"]).fails(3);
        desk.run(&["mail", "retry"]).fails(2);
        for line in [["mail", "retry", &id], ["mail", "retry", "--all-failed"]] {
            desk.sql(
                "UPDATE outbox SET state = 'failed', attempts = 30, last_error = 'no such user'",
            );
            let waits = desk.run(&["mail", "queue"]);
            assert!(waits.err.contains("Letters given up: 1."), "{}", waits.err);
            assert_eq!(queue(desk, &["--failed"])[0]["why"], "no such user");
            desk.run(&line).ok();
            let letter = &queue(desk, &[])[0];
            assert_eq!(
                (&letter["id"], &letter["attempts"]),
                (&id.clone().into(), &0.into())
            );
        }
        let trail = desk
            .run(&["mail", "retry", "--all-failed", "--format", "json"])
            .json();
        assert_eq!(trail["retried"], 0);
        assert_eq!(
            desk.count("audit WHERE action = 'letter.retry' AND chain = '690000001'"),
            2
        );
    });
}
