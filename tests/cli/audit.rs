//! The audit trail taken out, verified by the public key alone, and tampered with.

use crate::desk::{Desk, on_both};
use std::os::unix::fs::PermissionsExt as _;

fn with_lines(desk: &Desk) {
    desk.run(&["site", "network-add", "chu", "--name", "CHU"])
        .ok();
    for finess in ["690000001", "690000002"] {
        desk.run(&[
            "site",
            "add",
            "--finess",
            finess,
            "--network",
            "chu",
            "--name",
            "PUI",
        ])
        .ok();
    }
}

const KEY: [(&str, &str); 1] = [("DOTATION_AUDIT_SIGNING_KEY_FILE", "audit.pem")];

fn key(desk: &Desk) {
    let public = desk.run(&["audit", "key", "--new", "audit.pem"]).ok();
    std::fs::write(desk.folder.path().join("audit.pub.pem"), public).unwrap();
}

#[test]
fn what_was_taken_out_is_verified_by_the_public_key_alone() {
    on_both(|desk| {
        with_lines(desk);
        key(desk);
        let signed = desk
            .run_with(&["audit", "sign", "--format", "json"], &KEY)
            .json();
        assert_eq!(
            (&signed["statement"], &signed["chains"]),
            (&1.into(), &3.into())
        );
        let took = desk.run(&["audit", "export", "--to", "audit.jsonl"]);
        assert!(took.err.contains("3 chains, 1 statements"), "{}", took.err);
        took.ok();
        // never overwritten
        desk.run(&["audit", "export", "--to", "audit.jsonl"])
            .fails(1);

        // somewhere else, with no database at all
        let elsewhere = Desk::new();
        for name in ["audit.jsonl", "audit.pub.pem"] {
            let from = desk.folder.path().join(name);
            std::fs::copy(from, elsewhere.folder.path().join(name)).unwrap();
        }
        let verify = [
            "audit",
            "verify",
            "audit.jsonl",
            "--public-key",
            "audit.pub.pem",
        ];
        let said = elsewhere.run(&verify).ok();
        assert!(said.ends_with("All of it holds.\n"), "{said}");
        assert!(said.contains("690000002  1 to 1  to line 1 of "), "{said}");
        let told = elsewhere
            .run(&[&verify[..], &["--format", "json"]].concat())
            .json();
        assert_eq!(told["holds"], true);
        let service = told["chains"].as_array().unwrap().last().unwrap();
        assert_eq!(service["chain"], "service");
        assert!(service["not_signed"].as_i64().unwrap() > 0, "{service}");

        // one letter of it
        let path = elsewhere.folder.path().join("audit.jsonl");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replacen("site.add", "site.bad", 1)).unwrap();
        let wrong = elsewhere.run(&verify);
        assert_eq!(wrong.status, 1);
        assert!(
            wrong.out.contains("WRONG: 690000001: line 1 was changed"),
            "{}",
            wrong.out
        );
        std::fs::write(&path, text.lines().next().unwrap()).unwrap();
        let cut = elsewhere.run(&verify);
        assert!(
            cut.status == 1 && cut.out.contains("cut off"),
            "{}",
            cut.out
        );
        // without its public key nothing is said at all
        elsewhere.run(&["audit", "verify", "audit.jsonl"]).fails(2);
    });
}

#[test]
fn the_trail_of_the_database_is_verified_and_a_change_in_it_is_seen() {
    on_both(|desk| {
        with_lines(desk);
        let unsigned = desk.run(&["audit", "verify"]).ok();
        assert!(unsigned.contains("no signature was verified"), "{unsigned}");
        key(desk);
        let nothing = desk.run_with(&["audit", "verify"], &KEY);
        assert_eq!(nothing.status, 1);
        assert!(nothing.out.contains("nothing is signed"), "{}", nothing.out);
        desk.run_with(&["audit", "sign"], &KEY).ok();
        let first = desk
            .run_with(&["audit", "sign", "--format", "json"], &KEY)
            .json();
        desk.run_with(&["audit", "verify"], &KEY).ok();
        let hash = first["hash"].as_str().unwrap();
        desk.run_with(&["audit", "verify", "--statement", hash], &KEY)
            .ok();
        let other = "0".repeat(64);
        let gone = desk.run_with(&["audit", "verify", "--statement", &other], &KEY);
        assert_eq!(gone.status, 1);

        // somebody with the database's own password, who writes the last line of a chain anew
        let off = if desk.database.starts_with("sqlite") {
            "DROP TRIGGER audit_no_delete"
        } else {
            "ALTER TABLE audit DISABLE TRIGGER audit_no_delete"
        };
        desk.sql(off);
        desk.sql("DELETE FROM audit WHERE chain = '690000001' AND seq = (SELECT MAX(seq) FROM audit WHERE chain = '690000001')");
        let seen = desk.run_with(&["audit", "verify"], &KEY);
        assert_eq!(seen.status, 1);
        assert!(seen.out.contains("WRONG: 690000001"), "{}", seen.out);
        // and nothing more is signed on top of it
        let refused = desk.run_with(&["audit", "sign"], &KEY).fails(1);
        assert!(refused.contains("690000001"), "{refused}");
    });
}

#[test]
fn a_key_is_made_once_and_read_by_its_owner_alone() {
    let desk = Desk::migrated();
    let public = desk.run(&["audit", "key", "--new", "audit.pem"]).ok();
    assert!(
        public.starts_with("-----BEGIN PUBLIC KEY-----\n"),
        "{public}"
    );
    desk.run(&["audit", "key", "--new", "audit.pem"]).fails(1);
    assert_eq!(desk.run_with(&["audit", "key"], &KEY).ok(), public);
    assert!(
        desk.run_with(&["check"], &KEY)
            .ok()
            .contains("signed each day by the key")
    );
    assert!(desk.run(&["check"]).ok().contains("not signed"));
    desk.run(&["audit", "sign"]).fails(2);
    let open = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(desk.folder.path().join("audit.pem"), open).unwrap();
    let told = desk.run_with(&["check"], &KEY).fails(2);
    assert!(
        told.contains("DOTATION_AUDIT_SIGNING_KEY_FILE") && told.contains("mode 644"),
        "{told}"
    );
}

#[test]
fn what_is_held_on_a_patient_is_taken_out_and_erased_with_a_reason() {
    on_both(|desk| {
        with_lines(desk);
        desk.sql(
            "INSERT INTO patient_payload (patient_id, site, salt, hash, pseudonym)
             VALUES ('p-1', '690000001', '0123456789abcdef0123456789abcdef', '0000000000000000000000000000000000000000000000000000000000000000', 'zebulon-77')",
        );
        let patient = |verb: &'static str| ["patient", verb, "zebulon-77", "--site", "690000001"];
        let held = desk.run(&patient("export")).json();
        assert_eq!(
            held["held"]["patient_payload"][0]["pseudonym"],
            "zebulon-77"
        );
        desk.run(&patient("erase")).fails(2);
        let why = |reason: &'static str| [&patient("erase")[..], &["--reason", reason]].concat();
        desk.run(&why("because")).fails(2);
        let would = ["retention", "run", "--dry-run", "--format", "json"];
        assert_eq!(
            desk.run(&would).json()["patients"],
            1,
            "nothing was ever done with them"
        );
        assert!(desk.run(&why("asked")).ok().starts_with("Erased: 1 rows"));
        assert_eq!(desk.count("patient_payload WHERE pseudonym IS NOT NULL"), 0);
        assert_eq!(desk.count("audit WHERE action = 'patient.erase'"), 1);
        desk.run(&patient("export")).fails(3);
        let none = desk.run(&["retention", "run"]).ok();
        assert!(
            none.starts_with("0 patients were erased, 0 are needed still"),
            "{none}"
        );
        desk.run(&["audit", "verify"]).ok();
    });
}
