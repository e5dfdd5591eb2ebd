//! What became of what a plan granted is what its prescriber reads.

use super::standing::plan;
use super::{filed, seen, withdraw};
use crate::service::{App, spawn};
use crate::support::{Backend, migrations};
use diesel::connection::SimpleConnection as _;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    of_a_line_that_was_decided_on_is_said_what_became_of_it
    of_a_deferred_line_the_delivery_is_said_after_the_sentence_and_no_code_is_shown
    a_request_stands_where_units_are_held_for_it
    another_reason_is_a_change
    a_reason_that_ends_with_a_full_stop_gets_no_second
    why_it_was_withdrawn_stands_with_what_can_be_erased
}

/// Writes why a line is in its state.
fn why(app: &App, n: u32, why: &str) {
    let sql = format!("UPDATE plan_lines SET why = '{why}' WHERE id = 'line-{n}'");
    app.database.conn().batch_execute(&sql).unwrap();
}

#[track_caller]
fn said(request: &Value, fr: &str, en: &str) {
    let reasons = (&request["reason_fr"], &request["reason_en"]);
    assert_eq!(reasons, (&json!(fr), &json!(en)));
}

fn of_a_line_that_was_decided_on_is_said_what_became_of_it(backend: Backend) {
    let app = spawn(backend);
    let id = filed(&app, &json!({}));
    plan(&app, 1, 1, &id, "granted", Some(1), Some("approved"));
    said(&seen(&app, &id), "Motif 1.", "Reason 1.");
    app.database
        .conn()
        .batch_execute("UPDATE plan_lines SET state = 'expired', why = 'held-too-long'")
        .unwrap();
    said(
        &seen(&app, &id),
        "Ses unités ont été réservées trop longtemps sans être dispensées : elles sont libres, et la demande attend le prochain plan.",
        "Its units were held too long without being dispensed: they are free, and the request waits for the next plan.",
    );
    plan(&app, 2, 3, &id, "granted", Some(1), Some("refused"));
    why(&app, 2, "units-gone");
    said(
        &seen(&app, &id),
        "Ses unités ne sont plus libres, ou ne sont pas encore arrivées : refaites le plan.",
        "Its units are no longer free, or have not arrived yet: plan again.",
    );
    plan(&app, 3, 5, &id, "granted", Some(1), Some("broken"));
    why(&app, 3, "units-lost");
    let broken = seen(&app, &id);
    let sentence = broken["reason_en"].as_str().unwrap();
    assert!(sentence.contains("were lost"), "{sentence}");
    assert_eq!(broken["standing"]["why"], "units-lost");
    plan(&app, 4, 7, &id, "granted", Some(1), Some("left-out"));
    let words =
        "INSERT INTO plan_line_payload (line_id, words) VALUES ('line-4', 'in hospital elsewhere')";
    app.database.conn().batch_execute(words).unwrap();
    assert_eq!(seen(&app, &id)["standing"]["why"], "in hospital elsewhere");
    said(
        &seen(&app, &id),
        "Retenue par le plan, mais laissée de côté à son approbation (in hospital elsewhere) : elle attend le prochain plan.",
        "Granted by the plan, but left out when it was approved (in hospital elsewhere): it waits for the next plan.",
    );
    app.database
        .conn()
        .batch_execute("DELETE FROM plan_line_payload")
        .unwrap();
    said(
        &seen(&app, &id),
        "Retenue par le plan, mais laissée de côté à son approbation : elle attend le prochain plan.",
        "Granted by the plan, but left out when it was approved: it waits for the next plan.",
    );
    plan(&app, 5, 9, &id, "granted", Some(1), Some("planned"));
    said(&seen(&app, &id), "Motif 5.", "Reason 5.");
}

fn of_a_deferred_line_the_delivery_is_said_after_the_sentence_and_no_code_is_shown(
    backend: Backend,
) {
    let app = spawn(backend);
    let id = filed(&app, &json!({}));
    plan(&app, 1, 7, &id, "deferred", Some(5), None);
    why(&app, 1, "delivery: 2021-10-26 (750100125)");
    let request = seen(&app, &id);
    said(
        &request,
        "Motif 1. Une livraison attendue le 2021-10-26 à 750100125 apporterait ce qui manque, à qui est différé avant elle d'abord.",
        "Reason 1. A delivery expected on 2021-10-26 at 750100125 would bring what is missing, to those deferred before it first.",
    );
    assert_eq!(request["standing"]["why"], Value::Null);
    let text = request.to_string();
    assert!(!text.contains("delivery: "), "{text}");
}

fn a_request_stands_where_units_are_held_for_it(backend: Backend) {
    let app = spawn(backend);
    let id = filed(&app, &json!({}));
    plan(&app, 1, 7, &id, "granted", Some(2), Some("approved"));
    plan(&app, 2, 8, &id, "deferred", Some(5), None);
    let request = seen(&app, &id);
    assert_eq!(request["standing"]["plan"], "plan-1");
    said(&request, "Motif 1.", "Reason 1.");
    // what was said since is in the history all the same
    assert_eq!(request["history"][0]["at"], "2021-10-20T08:00:00Z");
    let listed = app.get(Role::Prescriber, "/requests").expect(200);
    assert_eq!(listed["items"][0], request);
}

fn another_reason_is_a_change(backend: Backend) {
    let app = spawn(backend);
    let id = filed(&app, &json!({}));
    for (n, hour) in [(1, 7), (2, 8), (3, 9)] {
        plan(&app, n, hour, &id, "deferred", Some(5), None);
    }
    app.database
        .conn()
        .batch_execute("UPDATE plan_lines SET reason_code = 'code-1' WHERE id = 'line-2'")
        .unwrap();
    let request = seen(&app, &id);
    let turns = request["history"].as_array().unwrap();
    let codes: Vec<_> = turns
        .iter()
        .map(|t| (&t["plan"], &t["reason_code"]))
        .collect();
    assert_eq!(
        codes,
        [
            (&json!("plan-3"), &json!("code-3")),
            (&json!("plan-1"), &json!("code-1"))
        ]
    );
}

fn a_reason_that_ends_with_a_full_stop_gets_no_second(backend: Backend) {
    let app = spawn(backend);
    let id = filed(&app, &json!({}));
    let body = json!({ "reason": "En rémission." });
    app.post(Role::Prescriber, &format!("/requests/{id}/withdraw"), &body)
        .expect(200);
    said(
        &seen(&app, &id),
        "Retirée : En rémission.",
        "Withdrawn: En rémission.",
    );
}

/// One of the two files of the migration that moved the reasons.
fn moving(backend: Backend, file: &str) -> String {
    let kind = match backend {
        Backend::Sqlite => "sqlite",
        Backend::Postgres => "postgres",
    };
    let name = format!("20261122000017_reasons/{file}.sql");
    let mut files = migrations(kind).into_iter();
    files.find(|(n, _)| *n == name).unwrap().1
}

fn why_it_was_withdrawn_stands_with_what_can_be_erased(backend: Backend) {
    let app = spawn(backend);
    let id = filed(&app, &json!({}));
    withdraw(&app, &id).expect(200);
    let run = |sql: &str| app.database.conn().batch_execute(sql).unwrap();
    // what stood beside the request came along
    run(&moving(backend, "down"));
    run("UPDATE requests SET reason = reason || ' of May' WHERE state = 'withdrawn'");
    run(&moving(backend, "up"));
    let withdrawn = seen(&app, &id);
    assert_eq!(withdrawn["reason_en"], "Withdrawn: remission of May.");
    run("UPDATE request_payload SET withdrawn_reason = NULL");
    said(&seen(&app, &id), "Retirée.", "Withdrawn.");
}
