//! Networks, sites, recipients, access: on both databases.

use crate::desk::{Desk, on_both};

const SITE: &str = "690000001";

/// A network with one site.
fn install(desk: &Desk) {
    desk.run(&["site", "network-add", "chu", "--name", "CHU"])
        .ok();
    desk.run(&[
        "site",
        "add",
        "--finess",
        SITE,
        "--network",
        "chu",
        "--name",
        "PUI Édouard",
    ])
    .ok();
}

#[test]
fn a_network_and_its_sites_are_added_and_listed() {
    on_both(|desk| {
        install(desk);
        let added = [
            "site",
            "add",
            "--finess",
            "2A0000001",
            "--network",
            "chu",
            "--name",
            "PUI Ajaccio",
            "--car-t",
            "--reference-dose",
            "480mg",
            "--time-zone",
            "Indian/Reunion",
        ];
        let done = desk.run(&added);
        assert!(
            done.err.contains("nobody receives its letters yet"),
            "{}",
            done.err
        );
        done.ok();
        assert_eq!(
            desk.run(&["site", "list"]).ok(),
            "\
FINESS     NETWORK  NAME         CAR-T  REFERENCE DOSE  TIME ZONE
2A0000001  chu      PUI Ajaccio  yes    480 mg          Indian/Reunion
690000001  chu      PUI Édouard  no     -               Europe/Paris
"
        );
        let json = desk
            .run(&["site", "list", "--network", "chu", "--format", "json"])
            .json();
        assert_eq!(json[0]["reference_dose_ug"], 480_000);
        assert_eq!(json[1]["name"], "PUI Édouard");
        assert_eq!(
            desk.run(&added).fails(3),
            "refused: There is such a site already.\n"
        );
    });
}

#[test]
fn what_a_rule_does_not_allow_is_refused_in_the_readers_language() {
    on_both(|desk| {
        install(desk);
        let add = [
            "site",
            "add",
            "--finess",
            "690000002",
            "--network",
            "chu",
            "--name",
            "X",
            "--car-t",
            "--reference-dose",
            "5000",
        ];
        let err = desk.run(&add).fails(3);
        assert_eq!(
            err,
            "refused: A reference dose of 5000 mg is not within 80 mg to 800 mg.\n"
        );
        let err = desk.run_with(&add, &[("LANG", "fr_FR.UTF-8")]).fails(3);
        assert!(err.contains("Une dose de référence de 5000 mg"), "{err}");
        let elsewhere = ["site", "list", "--network", "elsewhere", "--format", "json"];
        let err: serde_json::Value = serde_json::from_str(&desk.run(&elsewhere).fails(3)).unwrap();
        assert_eq!(
            (&err["status"], &err["code"]),
            (&3.into(), &"unknown".into())
        );
        assert_eq!(
            desk.run(&["site", "list"]).ok().lines().count(),
            2,
            "nothing half-done"
        );
    });
}

#[test]
fn access_is_given_once_listed_without_the_token_and_revoked() {
    on_both(|desk| {
        install(desk);
        let create = [
            "token",
            "create",
            "--name",
            "PUI",
            "--role",
            "pharmacist",
            "--site",
            SITE,
        ];
        let done = desk.run(&[&create[..], &["--expires", "2027-06-30"]].concat());
        assert!(
            done.err
                .contains("at 690000001, until 2027-06-30T22:00:00Z"),
            "{}",
            done.err
        );
        let token = done.ok();
        assert!(token.starts_with("dot_") && token.len() == 69, "{token}");
        let given = [
            "token",
            "create",
            "--name",
            "Chef",
            "--role",
            "admin",
            "--all-sites",
        ];
        let given = desk
            .run(&[&given[..], &["--format", "json"]].concat())
            .json();
        let id = given["id"].as_str().unwrap();
        let list = desk.run(&["token", "list"]).ok();
        assert!(
            !list.contains("dot_") && list.contains("every site"),
            "{list}"
        );
        let wrong = desk
            .run(&["token", "revoke", given["token"].as_str().unwrap()])
            .fails(2);
        assert!(
            wrong.contains("this is a token, and not the id of one"),
            "{wrong}"
        );
        desk.run(&["token", "revoke", id]).ok();
        let list = desk.run(&["token", "list", "--format", "json"]).json();
        assert_eq!(list[0]["state"], "in-use");
        assert_eq!(list[0]["sites"], serde_json::json!([SITE]));
        assert_eq!(
            (&list[1]["id"], &list[1]["state"]),
            (&id.into(), &"revoked".into())
        );
    });
}

#[test]
fn access_that_cannot_be_is_refused() {
    on_both(|desk| {
        install(desk);
        let check = |more: &[&str], status: i32, says: &str| {
            let create = ["token", "create", "--name", "X", "--role", "reader"];
            let err = desk.run(&[&create[..], more].concat()).fails(status);
            assert!(err.contains(says), "{more:?}: {err}");
        };
        check(
            &["--site", "690000009"],
            3,
            "There is no site \"690000009\" here.",
        );
        check(
            &["--all-sites", "--expires", "2020-01-01"],
            3,
            "That day or hour is past.",
        );
        check(
            &["--all-sites", "--expires", "2999-01-01"],
            2,
            "expected a day as 2027-06-30",
        );
        check(&[], 2, "<--site <FINESS>|--all-sites>");
        check(&["--all-sites", "--site", SITE], 2, "cannot be used with");
        check(&["--site", "69000"], 2, "69000");
        let err = desk.run(&["token", "revoke", "nothing"]).fails(3);
        assert_eq!(err, "refused: There is no token \"nothing\" here.\n");
        let err = desk
            .run(&[
                "token",
                "create",
                "--name",
                "a\nb",
                "--role",
                "boss",
                "--all-sites",
            ])
            .fails(2);
        assert!(err.contains("the name has the character '\\n'"), "{err}");
    });
}

#[test]
fn those_who_receive_letters_are_added_and_removed() {
    on_both(|desk| {
        install(desk);
        let add = [
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
        let added = desk.run(&[&add[..], &["--format", "json"]].concat()).json();
        assert_eq!(added["language"], "fr");
        assert_eq!(
            desk.run(&add).fails(3),
            "refused: There is such a recipient already.\n"
        );
        let list = desk.run(&["recipient", "list", "--site", SITE]).ok();
        assert!(
            list.contains("pharmacist  Garde  garde@chu.fr  fr"),
            "{list}"
        );
        let id = added["id"].as_str().unwrap();
        let edit = |more: &[&str]| {
            let edit = ["recipient", "edit", "--site", SITE, id, "--format", "json"];
            desk.run(&[&edit[..], more].concat())
        };
        let quiet = edit(&["--quiet", "21:00-07:00", "--digest", "no"]).json();
        assert_eq!(quiet["quiet_hours"]["to"], "07:00");
        assert_eq!(quiet["digest"], false);
        let fewer = edit(&["--kinds", "recall,reserve-below-minimum", "--quiet", "none"]).json();
        assert!(fewer["quiet_hours"].is_null());
        assert_eq!(fewer["kinds"].as_array().unwrap().len(), 2);
        let err = edit(&["--kinds", "override"]).fails(2);
        assert!(err.contains("nobody hears override"), "{err}");
        edit(&["--quiet", "21:00"]).fails(2);
        desk.run(&["recipient", "remove", "--site", SITE, id]).ok();
        let err = desk
            .run(&["recipient", "remove", "--site", SITE, id])
            .fails(3);
        assert!(err.contains("There is no recipient"), "{err}");
        let none = desk.run(&["recipient", "list", "--site", SITE]);
        assert!(
            none.err
                .contains("Nobody receives the letters of 690000001"),
            "{}",
            none.err
        );
        let wrong = [&add[..8], &["--email", "garde@chu"]].concat();
        let err = desk.run(&wrong).fails(2);
        assert!(err.contains("\"chu\" is not a full domain"), "{err}");
    });
}
