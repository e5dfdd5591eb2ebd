//! What is declared or stated of alternatives: refused with every fault, kept with who declared it.

use super::alternatives::{both, declaring, listing, with};
use super::{asked, edit, filed, seen, trail};
use crate::service::{App, spawn, spawn_set};
use crate::shelf::faults;
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    what_contradicts_the_list_is_refused_with_what_is_open
    every_fault_of_what_is_declared_is_told_with_its_place
    an_edit_keeps_who_declared_what_and_is_on_the_trail
    where_no_rulebook_has_a_list_the_prescriber_states_why
    a_claim_of_before_statements_were_asked_for_stays
    what_follows_a_dispensing_keeps_what_was_declared
}

#[track_caller]
fn detail(app: &App, language: &str, changes: &Value) -> String {
    let bearer = format!("Bearer {}", app.token(Role::Prescriber));
    let headers = [
        ("Authorization", bearer.as_str()),
        ("Accept-Language", language),
    ];
    let answer = app.send(
        "POST",
        "/requests",
        &headers,
        Some(asked(changes).to_string().as_bytes()),
    );
    answer.expect(422)["detail"].as_str().unwrap().to_owned()
}

fn what_contradicts_the_list_is_refused_with_what_is_open(backend: Backend) {
    let app = spawn_set(backend, listing);
    let claim = with(declaring(&json!([])), &json!({ "alternatives": "none" }));
    let answer = app.post(Role::Prescriber, "/requests", &asked(&claim));
    assert_eq!(faults(&answer, 422), ["/alternatives"]);
    assert_eq!(
        detail(&app, "en", &claim),
        "is none, but still open are: infliximab, methotrexate; leave it out, and say in `tried` what became \
         of each"
    );
    assert!(detail(&app, "fr", &claim).contains("restent possibles : infliximab, methotrexate"));
    // no statement stands against a list
    let stated = with(claim, &json!({ "alternatives_reason": "because I say so" }));
    detail(&app, "en", &stated);
    let more = with(
        declaring(&both("failed", "failed")),
        &json!({ "alternatives": "available" }),
    );
    assert!(detail(&app, "en", &more).starts_with("is available, but nothing"));
    let id = filed(&app, &declaring(&both("failed", "failed")));
    assert_eq!(
        faults(
            &edit(&app, &id, &json!({ "alternatives": "available" })),
            422
        ),
        ["/alternatives"]
    );
    let taken = json!({ "alternatives": "none", "tried": both("failed", "not-tried") });
    assert_eq!(faults(&edit(&app, &id, &taken), 422), ["/alternatives"]);
    assert_eq!(seen(&app, &id)["version"], 1);
}

fn every_fault_of_what_is_declared_is_told_with_its_place(backend: Backend) {
    let app = spawn_set(backend, listing);
    let one = |code: &str, outcome: &str| json!({ "code": code, "outcome": outcome });
    let many = |n: usize| json!(vec![one("infliximab", "failed"); n]);
    let conditions = |n: usize| -> Value { (0..n).map(|n| format!("c-{n}")).collect() };
    for (changes, places) in [
        (
            declaring(&json!([one("rituximab", "failed")])),
            vec!["/tried/0/code"],
        ),
        (
            declaring(&json!([one("infliximab", "failed"), one("", "failed")])),
            vec!["/tried/1/code"],
        ),
        (
            declaring(&json!([one("x' OR 1=1 --", "failed")])),
            vec!["/tried/0/code"],
        ),
        (
            declaring(&json!([one("infliximab", "cured")])),
            vec!["/tried/0/outcome"],
        ),
        (
            declaring(&json!([{}])),
            vec!["/tried/0/code", "/tried/0/outcome"],
        ),
        (
            declaring(
                &json!([{ "code": "infliximab", "outcome": "failed", "note": "x".repeat(501) }]),
            ),
            vec!["/tried/0/note"],
        ),
        (
            declaring(
                &json!([{ "code": "infliximab", "outcome": "failed", "note": "a\u{202e}b" }]),
            ),
            vec!["/tried/0/note"],
        ),
        (
            declaring(&json!([{ "code": "infliximab", "outcome": "failed", "by": "dr" }])),
            vec!["/tried/0/by"],
        ),
        (
            declaring(&json!([["infliximab", "failed", null]])),
            vec!["/tried/0"],
        ),
        (declaring(&json!({})), vec!["/tried"]),
        (declaring(&json!(["infliximab"])), vec!["/tried/0"]),
        (declaring(&many(101)), vec!["/tried"]),
        (
            with(
                declaring(&json!([])),
                &json!({ "conditions": ["hbv", "Not A Code"] }),
            ),
            vec!["/conditions/1"],
        ),
        (
            with(
                declaring(&json!([])),
                &json!({ "conditions": conditions(51) }),
            ),
            vec!["/conditions"],
        ),
        // nobody lists alternatives for uveitis; the letter says there is none for CRS
        (
            json!({ "indication": "uveitis", "tried": [one("infliximab", "failed"), one("b", "failed")] }),
            vec!["/tried"],
        ),
        (
            json!({ "indication": "crs", "interval_days": null, "tried": [one("infliximab", "failed")] }),
            vec!["/tried"],
        ),
        // what is treated is not known, nor what is on its list
        (
            with(
                declaring(&json!([one("x", "failed")])),
                &json!({ "indication": "gout" }),
            ),
            vec!["/indication"],
        ),
    ] {
        let answer = app.post(Role::Prescriber, "/requests", &asked(&changes));
        let mut found = faults(&answer, 422);
        found.sort();
        assert_eq!(found, places, "{changes}\n{}", answer.text);
    }
    let listed = app.get(Role::Prescriber, "/requests").expect(200);
    assert_eq!(listed["items"], json!([]));
    // a hundred times the same is once
    let same = seen(&app, &filed(&app, &declaring(&many(100))));
    assert_eq!(same["tried"].as_array().unwrap().len(), 1);
}

fn an_edit_keeps_who_declared_what_and_is_on_the_trail(backend: Backend) {
    let app = spawn_set(backend, listing);
    let id = filed(
        &app,
        &declaring(&json!([{ "code": "infliximab", "outcome": "failed" }])),
    );
    let first = seen(&app, &id)["tried"][0].clone();
    let path = format!("/requests/{id}");
    let second = app.edit(
        Role::Pharmacist,
        "PATCH",
        &path,
        &json!({ "tried": both("failed", "unsuitable") }),
    );
    second.expect(200);
    let request = seen(&app, &id);
    assert_eq!(request["tried"][0], first);
    let other = &request["tried"][1];
    assert_ne!(other["declared_by"], first["declared_by"]);
    assert_eq!(
        (&request["alternatives"], &request["version"]),
        (&json!("none"), &json!(2))
    );
    // what is not said stays; what is edited without it stays whose it was
    edit(&app, &id, &json!({ "weight_g": 60_000 })).expect(200);
    assert_eq!(seen(&app, &id)["tried"], request["tried"]);
    edit(&app, &id, &json!({ "tried": null })).expect(200);
    let emptied = seen(&app, &id);
    assert_eq!(
        (&emptied["tried"], &emptied["alternatives"]),
        (&json!([]), &json!("available"))
    );
    let lines = trail(&app, &["request.edit"]);
    let said: Vec<_> = lines
        .iter()
        .map(|line| line["details"]["changed"].clone())
        .collect();
    assert_eq!(
        said,
        [
            json!(["alternatives", "tried"]),
            json!(["weight_g"]),
            json!(["alternatives", "tried"])
        ]
    );
    // nothing of the patient on the trail
    assert!(
        !trail(&app, &["request.file", "request.edit"])
            .iter()
            .any(|l| l.to_string().contains("infliximab"))
    );
}

fn where_no_rulebook_has_a_list_the_prescriber_states_why(backend: Backend) {
    let app = spawn(backend);
    let claim = json!({ "alternatives_reason": null });
    let answer = app.post(Role::Prescriber, "/requests", &asked(&claim));
    assert_eq!(faults(&answer, 422), ["/alternatives_reason"]);
    let available = json!({ "alternatives": "available", "alternatives_reason": null });
    let id = filed(&app, &available);
    // an edit makes the claim: it takes a statement too
    let none = json!({ "alternatives": "none" });
    assert_eq!(
        faults(&edit(&app, &id, &none), 422),
        ["/alternatives_reason"]
    );
    let stated = json!({ "alternatives": "none", "alternatives_reason": "infliximab failed" });
    edit(&app, &id, &stated).expect(200);
    let request = seen(&app, &id);
    let said = ["alternatives", "alternatives_by", "alternatives_reason"].map(|f| &request[f]);
    assert_eq!(said, ["none", "statement", "infliximab failed"]);
    assert_eq!(request["alternatives_listed"], Value::Null);
    let taken = json!({ "alternatives_reason": null });
    assert_eq!(
        faults(&edit(&app, &id, &taken), 422),
        ["/alternatives_reason"]
    );
    assert_eq!(
        faults(&edit(&app, &id, &json!({ "alternatives": null })), 422),
        ["/alternatives"]
    );
    // of CRS the letter says it: nobody has to
    let crs = json!({ "pseudonym": "p-2", "indication": "crs", "interval_days": null,
                      "alternatives": "none", "alternatives_reason": null });
    assert_eq!(
        seen(&app, &filed(&app, &crs))["alternatives_by"],
        "catalogue"
    );
}

fn a_claim_of_before_statements_were_asked_for_stays(backend: Backend) {
    use diesel::connection::SimpleConnection as _;
    let app = spawn(backend);
    let id = filed(&app, &json!({}));
    let before = "UPDATE request_payload SET alternatives_reason = NULL";
    app.database.conn().batch_execute(before).unwrap();
    edit(&app, &id, &json!({ "weight_g": 60_000 })).expect(200);
    let request = seen(&app, &id);
    let said = ["alternatives", "alternatives_by", "alternatives_reason"].map(|f| &request[f]);
    assert_eq!(said, [&json!("none"), &json!("statement"), &Value::Null]);
    // whoever claims it anew states why
    assert_eq!(
        faults(&edit(&app, &id, &json!({ "alternatives": "none" })), 422),
        ["/alternatives_reason"]
    );
}

fn what_follows_a_dispensing_keeps_what_was_declared(backend: Backend) {
    let app = spawn_set(backend, listing);
    let id = filed(&app, &declaring(&both("failed", "contraindicated")));
    let next = super::proposing::given(&app, &id, "2021-10-20")
        .unwrap()
        .unwrap();
    let (first, next) = (seen(&app, &id), seen(&app, &next));
    assert_eq!(next["state"], "proposed");
    assert_eq!(next["tried"], first["tried"]);
    assert_eq!(next["alternatives"], "none");
}
