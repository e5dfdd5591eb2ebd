//! A request is filed once for a patient's indication, edited and withdrawn, all on the audit trail.

use super::{asked, edit, filed, seen, trail, withdraw};
use crate::service::{CENTRE, spawn};
use crate::shelf::refused;
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    a_request_is_filed_edited_and_withdrawn
    a_patient_has_one_open_request_for_an_indication
    a_request_keeps_the_name_of_the_first
    what_is_treated_now_is_due_today
    single_units_are_asked_for_without_weight
    a_key_files_once
    what_is_written_and_kept_names_nobody
}

fn a_request_is_filed_edited_and_withdrawn(backend: Backend) {
    let app = spawn(backend);
    let answer = app.post(Role::Prescriber, "/requests", &asked(&json!({})));
    assert_eq!(answer.etag.as_deref(), Some("\"v1\""));
    let location = answer.headers["location"].to_str().unwrap().to_owned();
    let id = answer.expect(201)["id"].as_str().unwrap().to_owned();
    assert_eq!(location, format!("/api/v1/requests/{id}"));
    let first = seen(&app, &id);
    let expected = json!({
        "id": id, "site": CENTRE, "rulebook": "roactemra-2021-10-14",
        "rulebook_standing": { "code": "in-force", "day": null, "superseded_by": null, "retired": false, "notice_fr": null, "notice_en": null },
        "pseudonym": "p-1", "state": "open",
        "indication": "takayasu", "route": "iv", "treatment": "ongoing", "alternatives": "none",
        "alternatives_by": "statement", "alternatives_filed": "none", "alternatives_listed": null,
        "alternatives_reason": "méthotrexate, infliximab", "tried": [], "conditions": [], "risk": "vital", "approved_exception": false,
        "age_years": 34, "weight_g": 61_000, "units": null, "prescribed_mg": null, "interval_days": 28,
        "last_administration_on": "2021-09-24", "due": "2021-10-22", "due_by_hand": false, "due_reason": null,
        "anc_per_mm3": 3500, "anc_on": "2021-10-18", "follows": null, "filed_at": first["filed_at"],
        "version": 1, "standing": null, "history": [],
        "reason_en": "Not planned yet: the next plan will say its rank and its answer.",
        "reason_fr": "Pas encore planifiée : le prochain plan dira son rang et sa réponse.",
        "patient": first["patient"],
    });
    assert_eq!(first, expected);
    let filed_at = first["filed_at"].as_str().unwrap();
    assert!(filed_at.starts_with("2021-10-20T06:00:0"), "{filed_at}");

    let changes =
        json!({ "weight_g": 60_500, "due": "2021-10-25", "due_reason": "back from abroad" });
    assert_eq!(edit(&app, &id, &changes).expect(200)["version"], 2);
    let again = seen(&app, &id);
    let by_hand = ["due", "due_by_hand", "due_reason", "weight_g"].map(|f| again[f].clone());
    let expected = [
        json!("2021-10-25"),
        json!(true),
        json!("back from abroad"),
        json!(60_500),
    ];
    assert_eq!(by_hand, expected);
    // what is not said stays, and null takes away
    edit(
        &app,
        &id,
        &json!({ "due": null, "due_reason": null, "anc_on": null }),
    )
    .expect(200);
    let again = seen(&app, &id);
    assert_eq!(
        (&again["due"], &again["anc_on"]),
        (&json!("2021-10-22"), &Value::Null)
    );
    assert_eq!(again["anc_per_mm3"], 3500);

    withdraw(&app, &id).expect(200);
    let ended = seen(&app, &id);
    assert_eq!(
        (&ended["state"], &ended["version"]),
        (&json!("withdrawn"), &json!(4))
    );
    assert_eq!(ended["reason_en"], "Withdrawn: remission.");
    assert!(ended["ended_at"].is_string());
    refused(withdraw(&app, &id), 409, "wrong-state");
    refused(
        edit(&app, &id, &json!({ "risk": "none" })),
        409,
        "wrong-state",
    );

    let lines = trail(&app, &["request.file", "request.edit", "request.withdraw"]);
    let said: Vec<_> = lines
        .iter()
        .map(|l| {
            (
                l["action"].as_str().unwrap(),
                l["outcome"].as_str().unwrap(),
                l["details"].clone(),
            )
        })
        .collect();
    let changed = |fields: Value| json!({ "changed": fields });
    let refusal = json!({ "reason": "wrong-state" });
    assert_eq!(
        said,
        [
            (
                "request.file",
                "done",
                json!({ "rulebook": "roactemra-2021-10-14" })
            ),
            ("request.edit", "done", changed(json!(["weight_g", "due"]))),
            ("request.edit", "done", changed(json!(["due", "anc"]))),
            ("request.withdraw", "done", json!({ "before": "open" })),
            ("request.withdraw", "refused", refusal.clone()),
            ("request.edit", "refused", refusal),
        ]
    );
    assert!(
        lines
            .iter()
            .take(4)
            .all(|l| l["patient"] == first["patient"] && l["object"] == id.as_str())
    );
}

fn a_patient_has_one_open_request_for_an_indication(backend: Backend) {
    let app = spawn(backend);
    let id = filed(&app, &json!({}));
    let again = app.post(
        Role::Pharmacist,
        "/requests",
        &asked(&json!({ "risk": "none" })),
    );
    let refusal = refused(again, 409, "already-asked");
    assert_eq!(refusal["request"], id.as_str());
    assert!(refusal["detail"].as_str().unwrap().contains(&id));
    // another indication, another patient: other requests
    filed(&app, &json!({ "indication": "uveitis" }));
    filed(&app, &json!({ "pseudonym": "p-2" }));
    assert_eq!(trail(&app, &["request.file"]).len(), 4);
}

fn a_request_keeps_the_name_of_the_first(backend: Backend) {
    let app = spawn(backend);
    let first = filed(&app, &json!({}));
    withdraw(&app, &first).expect(200);
    let second = filed(&app, &json!({}));
    let other = filed(&app, &json!({ "indication": "uveitis" }));
    assert_ne!(first, second);
    let names = app.run(async |service, now| {
        let ids = [first.clone(), second, other.clone()];
        let look = service.read(super::proposing::command_line(), now, move |act| {
            let mut names = Vec::new();
            for id in ids {
                let id = dotation::domain::id::RequestId::new(id);
                let found = dotation::db::requests::find(act.conn, &id)?.unwrap();
                names.push(found.name.to_string());
            }
            Ok(names)
        });
        look.await.unwrap()
    });
    assert_eq!(names, [first.clone(), first, other]);
}

fn what_is_treated_now_is_due_today(backend: Backend) {
    let app = spawn(backend);
    let crs = json!({ "indication": "crs", "interval_days": null, "last_administration_on": null });
    let request = seen(&app, &filed(&app, &crs));
    assert_eq!(
        (&request["due"], &request["due_by_hand"]),
        (&json!("2021-10-20"), &json!(true))
    );
    let past = json!({ "pseudonym": "p-2", "indication": "crs", "interval_days": null, "due": "2021-10-19" });
    assert_eq!(seen(&app, &filed(&app, &past))["due"], "2021-10-19");
}

fn single_units_are_asked_for_without_weight(backend: Backend) {
    let app = spawn(backend);
    let units = json!({ "route": "sc", "units": 4, "weight_g": null, "age_years": 9, "indication": "pjia" });
    let id = filed(&app, &units);
    let request = seen(&app, &id);
    assert_eq!(
        (&request["units"], &request["weight_g"]),
        (&json!(4), &Value::Null)
    );
    // from syringes to vials: the weight is needed, and units have no place
    let fault = edit(&app, &id, &json!({ "route": "iv" }));
    assert_eq!(crate::shelf::faults(&fault, 422), ["/units", "/weight_g"]);
    edit(
        &app,
        &id,
        &json!({ "route": "iv", "units": null, "weight_g": 28_000, "prescribed_mg": 250.125 }),
    )
    .expect(200);
    assert_eq!(seen(&app, &id)["prescribed_mg"], 250.125);
}

fn a_key_files_once(backend: Backend) {
    let app = spawn(backend);
    let send = || app.post_with_key(Role::Prescriber, "/requests", &asked(&json!({})), "one");
    let (first, again) = (send(), send());
    assert_eq!((first.status, &first.text), (201, &again.text));
    // none is needed
    let bearer = format!("Bearer {}", app.token(Role::Prescriber));
    let body = asked(&json!({ "pseudonym": "p-2" })).to_string();
    let bare = app.send(
        "POST",
        "/requests",
        &[("Authorization", &bearer)],
        Some(body.as_bytes()),
    );
    bare.expect(201);
    assert_eq!(
        app.get(Role::Prescriber, "/requests").expect(200)["items"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

fn what_is_written_and_kept_names_nobody(backend: Backend) {
    #[derive(diesel::QueryableByName)]
    struct Text {
        #[diesel(sql_type = diesel::sql_types::Text)]
        text: String,
    }
    use diesel::RunQueryDsl as _;
    let app = spawn(backend);
    let body = asked(&json!({ "pseudonym": "Zorro", "alternatives_reason": "Sabre" }));
    let answer = app.post(Role::Prescriber, "/requests", &body).expect(201);
    let id = answer["id"].as_str().unwrap();
    edit(&app, id, &json!({ "weight_g": 77_777 })).expect(200);
    let again = app.post(Role::Prescriber, "/requests", &body);
    refused(again, 409, "already-asked");
    for query in [
        "SELECT answer AS text FROM idempotency",
        "SELECT details AS text FROM audit",
    ] {
        let rows: Vec<Text> = diesel::sql_query(query)
            .load(&mut app.database.conn())
            .unwrap();
        for row in rows {
            let personal = ["Zorro", "Sabre", "takayasu", "77777", "61000", "2021-10-22"];
            assert!(
                !personal.iter().any(|p| row.text.contains(p)),
                "{}",
                row.text
            );
        }
    }
}
