//! Transfers between pharmacies: asked for by hand, accepted, sent, received, and what comes back.

mod arriving;
mod asking;
mod kept;
mod people;
mod together;

use crate::service::{Answer, App, CENTRE, MG80, NEIGHBOUR, again_at, spawn};
use crate::support::Backend;
use dotation::app::transfer::lapse::sweep;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    a_transfer_goes_from_asked_to_received_and_its_units_are_always_somewhere
    nothing_is_sent_without_a_right_and_a_cold_chain
    what_was_done_by_hand_is_entered_with_its_time
    what_is_declined_or_cancelled_is_free_again
    a_step_that_is_sent_twice_is_taken_once
    the_sheet_is_a_page_in_two_languages_about_no_patient
    what_nobody_sends_in_time_is_free_again
}

/// The neighbour has six vials of 80 mg.
pub(crate) fn begin(backend: Backend) -> App {
    let app = spawn(backend);
    app.receive(NEIGHBOUR, MG80, "C7", "2022-05-31", 6);
    app
}

/// Asks the neighbour for vials of 80 mg for the centre, and returns the transfer's id.
#[track_caller]
pub(crate) fn ask(app: &App, units: u32) -> String {
    let body =
        json!({ "from": NEIGHBOUR, "to": CENTRE, "rows": [{ "cip13": MG80, "units": units }] });
    let asked = app.post(Role::Pharmacist, "/transfers", &body).expect(201);
    asked["id"].as_str().unwrap().to_owned()
}

/// Takes a step as a pharmacist.
pub(crate) fn step(app: &App, id: &str, step: &str, body: &Value) -> Answer {
    app.post(Role::Pharmacist, &format!("/transfers/{id}/{step}"), body)
}

pub(crate) fn accept(app: &App, id: &str) -> Answer {
    let body = json!({ "legal_basis": "ars-authorisation", "legal_reference": "2021-75-118" });
    step(app, id, "accept", &body)
}

pub(crate) fn send(app: &App, id: &str) -> Answer {
    let body = json!({ "cold_chain": true, "fmd_state": "not-decommissioned" });
    step(app, id, "send", &body)
}

/// Asks for vials that are accepted and sent.
#[track_caller]
fn sent(app: &App, units: u32) -> String {
    let id = ask(app, units);
    accept(app, &id).expect(200);
    send(app, &id).expect(200);
    id
}

/// A transfer as it stands.
#[track_caller]
fn see(app: &App, id: &str) -> Value {
    app.get(Role::Pharmacist, &format!("/transfers/{id}"))
        .expect(200)
}

/// Usable, quarantined and held units of a lot at a site.
#[track_caller]
fn stand(app: &App, site: &str, lot: &str) -> (u64, u64, u64) {
    let stock = app
        .get(Role::Pharmacist, &format!("/sites/{site}/stock?empty=true"))
        .expect(200);
    let rows = lots(&stock);
    let Some(row) = rows.iter().find(|r| r["lot"] == lot) else {
        return (0, 0, 0);
    };
    let n = |name: &str| row[name].as_u64().unwrap();
    (n("usable"), n("quarantined"), n("held"))
}

fn lots(stock: &Value) -> Vec<Value> {
    match stock {
        Value::Array(items) => items.iter().flat_map(lots).collect(),
        Value::Object(fields) if fields.contains_key("lot") => vec![stock.clone()],
        Value::Object(fields) => fields.values().flat_map(lots).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

/// What is on its way: how many units to the receiver, and how many back.
#[track_caller]
fn on_the_way(app: &App) -> (u64, u64) {
    let list = app
        .get(Role::Pharmacist, "/transfers/in-transit")
        .expect(200);
    let items = list["items"].as_array().unwrap();
    let sum = |name: &str| items.iter().map(|i| i[name].as_u64().unwrap()).sum();
    (sum("to_come"), sum("going_back"))
}

/// The actions on the audit trail of a site that are about a transfer, the first first.
#[track_caller]
fn trail(app: &App, site: &str, id: &str) -> Vec<String> {
    let path = format!("/audit?site={site}&limit=200");
    let lines = app.get(Role::Coordinator, &path).expect(200);
    let lines = lines["items"].as_array().unwrap();
    let of = lines
        .iter()
        .filter(|l| l["object"] == id && l["outcome"] == "done");
    let mut actions: Vec<String> = of
        .map(|l| l["action"].as_str().unwrap().to_owned())
        .collect();
    actions.reverse();
    actions
}

/// The code of a refusal.
#[track_caller]
fn refused(answer: &Answer, status: u16) -> String {
    assert_eq!(answer.status, status, "{}", answer.text);
    answer.body["reason"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

fn a_transfer_goes_from_asked_to_received_and_its_units_are_always_somewhere(backend: Backend) {
    let app = begin(backend);
    let body = json!({ "from": NEIGHBOUR, "to": CENTRE, "reason": "the delivery is late",
        "rows": [{ "cip13": MG80, "units": 3 }, { "cip13": MG80, "lot": "C7", "units": 1 }] });
    let asked = app.post(Role::Pharmacist, "/transfers", &body);
    let location = asked.headers["location"].to_str().unwrap().to_owned();
    let asked = asked.expect(201);
    let id = asked["id"].as_str().unwrap();
    assert!(
        location.ends_with(&format!("/transfers/{id}")),
        "{location}"
    );
    assert_eq!(
        (&asked["state"], &asked["purpose"]),
        (&json!("asked"), &json!("free"))
    );
    assert_eq!(asked["rows"].as_array().unwrap().len(), 1, "one row a lot");
    assert_eq!(stand(&app, NEIGHBOUR, "C7"), (6, 0, 4));
    // what is held is nobody else's
    let taken = json!({ "kind": "dispensing", "cip13": MG80, "units": 3 });
    let taken = app.post(
        Role::Pharmacist,
        &format!("/sites/{NEIGHBOUR}/movements"),
        &taken,
    );
    assert_eq!(refused(&taken, 409), "not-enough-units");
    assert_eq!(accept(&app, id).expect(200)["state"], "accepted");
    let gone = send(&app, id).expect(200);
    assert_eq!(gone["transfer"]["state"], "sent");
    assert_eq!(
        (stand(&app, NEIGHBOUR, "C7"), stand(&app, CENTRE, "C7")),
        ((2, 0, 0), (0, 0, 0))
    );
    assert_eq!(on_the_way(&app), (4, 0));
    let came = step(&app, id, "receive", &json!({ "cold_chain": true })).expect(200);
    let (transfer, row) = (&came["transfer"], &came["transfer"]["rows"][0]);
    assert_eq!(
        (&transfer["state"], &transfer["outcome"]),
        (&json!("received"), &json!("in-full"))
    );
    assert_eq!(
        (&row["sent"], &row["received"], &row["in_transit"]),
        (&json!(4), &json!(4), &json!(0))
    );
    assert_eq!(
        (stand(&app, NEIGHBOUR, "C7"), stand(&app, CENTRE, "C7")),
        ((2, 0, 0), (4, 0, 0))
    );
    assert_eq!(on_the_way(&app), (0, 0));
    // who and when of each state, and why, which is in no answer that is kept
    let seen = see(&app, id);
    for what in ["asked", "accepted", "sent", "received", "closed"] {
        assert!(seen[format!("{what}_at")].is_string(), "{what}: {seen}");
        assert!(seen[format!("{what}_by")].is_string(), "{what}: {seen}");
    }
    assert_eq!(seen["asked_words"], "the delivery is late");
    assert_eq!(asked.get("asked_words"), None);
    assert_eq!(
        (&seen["legal_basis"], &seen["legal_reference"]),
        (&json!("ars-authorisation"), &json!("2021-75-118"))
    );
    let steps = [
        "transfer.ask",
        "transfer.accept",
        "transfer.send",
        "transfer.receive",
    ];
    assert_eq!(
        (trail(&app, NEIGHBOUR, id), trail(&app, CENTRE, id)),
        (
            steps.map(str::to_owned).to_vec(),
            steps.map(str::to_owned).to_vec()
        )
    );
    // neither end undoes what both did
    for (site, moved) in [(NEIGHBOUR, &gone), (CENTRE, &came)] {
        let body =
            json!({ "kind": "reversal", "movement": moved["movements"][0], "note": "by mistake" });
        let answer = app.post(Role::Pharmacist, &format!("/sites/{site}/movements"), &body);
        assert_eq!(refused(&answer, 409), "not-reversible");
    }
}

fn nothing_is_sent_without_a_right_and_a_cold_chain(backend: Backend) {
    let app = begin(backend);
    let id = ask(&app, 2);
    let early = send(&app, &id);
    assert_eq!(refused(&early, 409), "wrong-state");
    let no_right = step(&app, &id, "accept", &json!({}));
    assert_eq!(refused(&no_right, 409), "wrong-state");
    assert!(no_right.text.contains("L5126-8"), "{}", no_right.text);
    for body in [
        json!({ "legal_basis": "ars-authorisation" }),
        json!({ "legal_basis": "imperative-need" }),
        json!({ "legal_basis": "a favour" }),
        json!({ "legal_basis": "ars-authorisation", "legal_reference": "1", "ars_told_at": "2021-10-20T06:00:00Z" }),
        json!({ "legal_basis": "imperative-need", "ars_told_at": "2021-10-21T06:00:00Z" }),
    ] {
        assert_eq!(step(&app, &id, "accept", &body).status, 422, "{body}");
    }
    let need = json!({ "legal_basis": "imperative-need", "ars_told_at": "2021-10-20T05:30:00Z" });
    let accepted = step(&app, &id, "accept", &need).expect(200);
    assert_eq!(accepted["ars_told_at"], "2021-10-20T05:30:00+00:00");
    for body in [
        json!({ "cold_chain": false, "fmd_state": "not-decommissioned" }),
        json!({ "cold_chain": true, "fmd_state": "decommissioned" }),
        json!({ "cold_chain": true, "fmd_state": "unknown" }),
        json!({ "cold_chain": true, "fmd_state": "decommissioned", "fmd_decommissioned_at": "2021-10-21T06:00:00Z" }),
    ] {
        assert_eq!(step(&app, &id, "send", &body).status, 422, "{body}");
    }
    assert_eq!(stand(&app, NEIGHBOUR, "C7"), (6, 0, 2));
}

fn what_was_done_by_hand_is_entered_with_its_time(backend: Backend) {
    let app = spawn(backend);
    let old = json!({ "kind": "receipt", "cip13": MG80, "lot": "C7", "expiry": "2022-05-31", "units": 6, "happened_at": "2021-10-18T06:00:00Z" });
    app.post(
        Role::Pharmacist,
        &format!("/sites/{NEIGHBOUR}/movements"),
        &old,
    )
    .expect(201);
    let id = ask(&app, 4);
    accept(&app, &id).expect(200);
    let at = |when: &str| json!({ "cold_chain": true, "fmd_state": "not-decommissioned", "happened_at": when });
    let before = step(&app, &id, "send", &at("2021-10-17T06:00:00Z"));
    assert_eq!(refused(&before, 422), "before-its-units");
    let later = step(&app, &id, "send", &at("2021-10-22T06:00:00Z"));
    assert_eq!(refused(&later, 422), "in-the-future");
    let sent = step(&app, &id, "send", &at("2021-10-19T08:00:00Z")).expect(200);
    assert_eq!(sent["transfer"]["sent_at"], "2021-10-19T08:00:00+00:00");
    let at = |when: &str| json!({ "cold_chain": true, "happened_at": when });
    let before = step(&app, &id, "receive", &at("2021-10-19T07:00:00Z"));
    assert_eq!(refused(&before, 422), "in-the-past");
    let came = step(&app, &id, "receive", &at("2021-10-19T11:00:00Z")).expect(200);
    assert_eq!(came["transfer"]["received_at"], "2021-10-19T11:00:00+00:00");
    let movement = came["movements"][0].as_str().unwrap();
    let path = format!("/sites/{CENTRE}/movements/{movement}");
    let movement = app.get(Role::Pharmacist, &path).expect(200);
    assert_eq!(
        (&movement["kind"], &movement["happened_at"]),
        (&json!("transfer-in"), &json!("2021-10-19T11:00:00Z"))
    );
}

fn what_is_declined_or_cancelled_is_free_again(backend: Backend) {
    let app = begin(backend);
    let id = ask(&app, 4);
    assert_eq!(
        step(&app, &id, "decline", &json!({ "reason": " " })).status,
        422
    );
    let declined = step(
        &app,
        &id,
        "decline",
        &json!({ "reason": "we are short too" }),
    )
    .expect(200);
    assert_eq!(
        (&declined["state"], &declined["closed_as"]),
        (&json!("cancelled"), &json!("declined"))
    );
    assert_eq!(see(&app, &id)["closed_words"], "we are short too");
    assert_eq!(stand(&app, NEIGHBOUR, "C7"), (6, 0, 0));
    assert_eq!(
        trail(&app, CENTRE, &id),
        ["transfer.ask", "transfer.decline"]
    );
    let id = ask(&app, 4);
    accept(&app, &id).expect(200);
    let cancelled = app
        .post(
            Role::Coordinator,
            &format!("/transfers/{id}/cancel"),
            &json!({}),
        )
        .expect(200);
    assert_eq!(cancelled["closed_as"], "cancelled");
    assert_eq!(stand(&app, NEIGHBOUR, "C7"), (6, 0, 0));
    for what in ["accept", "send", "cancel"] {
        let body = match what {
            "accept" => json!({ "legal_basis": "ars-authorisation", "legal_reference": "1" }),
            "send" => json!({ "cold_chain": true, "fmd_state": "not-decommissioned" }),
            _ => json!({}),
        };
        assert_eq!(
            refused(&step(&app, &id, what, &body), 409),
            "wrong-state",
            "{what}"
        );
    }
    let id = sent(&app, 4);
    for what in ["decline", "cancel"] {
        let answer = step(&app, &id, what, &json!({ "reason": "too late" }));
        assert_eq!(refused(&answer, 409), "wrong-state", "{what}");
    }
    assert_eq!(
        (stand(&app, NEIGHBOUR, "C7"), on_the_way(&app)),
        ((2, 0, 0), (4, 0))
    );
}

fn a_step_that_is_sent_twice_is_taken_once(backend: Backend) {
    let app = begin(backend);
    let body = json!({ "from": NEIGHBOUR, "to": CENTRE, "rows": [{ "cip13": MG80, "units": 2 }] });
    let twice = [0, 1].map(|_| app.post_with_key(Role::Pharmacist, "/transfers", &body, "ask-1"));
    assert_eq!((twice[0].status, &twice[0].text), (201, &twice[1].text));
    assert_eq!(stand(&app, NEIGHBOUR, "C7"), (6, 0, 2));
    let id = twice[0].body["id"].as_str().unwrap();
    accept(&app, id).expect(200);
    let path = format!("/transfers/{id}/send");
    let body = json!({ "cold_chain": true, "fmd_state": "not-decommissioned" });
    let twice = [0, 1].map(|_| app.post_with_key(Role::Pharmacist, &path, &body, "send-1"));
    assert_eq!((twice[0].status, &twice[0].text), (200, &twice[1].text));
    assert_eq!(stand(&app, NEIGHBOUR, "C7"), (4, 0, 0));
    // another key is another intent
    assert_eq!(refused(&send(&app, id), 409), "wrong-state");
    let bearer = format!("Bearer {}", app.token(Role::Pharmacist));
    let whole = json!({ "from": NEIGHBOUR, "to": CENTRE, "rows": [{ "cip13": MG80, "units": 1 }] });
    let headers = [("Authorization", &*bearer)];
    let keyless = app.send(
        "POST",
        "/transfers",
        &headers,
        Some(whole.to_string().as_bytes()),
    );
    assert_eq!(keyless.status, 400, "{}", keyless.text);
}

fn the_sheet_is_a_page_in_two_languages_about_no_patient(backend: Backend) {
    let app = begin(backend);
    let id = sent(&app, 4);
    let path = format!("/transfers/{id}/sheet");
    let page = app.get(Role::Reader, &path);
    assert_eq!(page.status, 200);
    assert!(
        page.headers["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/html")
    );
    for said in [
        "<html lang=\"fr\"",
        "CH de la Marne",
        "CHU de la Seine",
        "C7",
        "31/05/2022",
        "2021-75-118",
        "2 °C et 8 °C",
        "<svg",
        &id,
    ] {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    let bearer = format!("Bearer {}", app.token(Role::Reader));
    let english = app.send(
        "GET",
        &path,
        &[("Authorization", &bearer), ("Accept-Language", "en")],
        None,
    );
    assert!(
        english.text.contains("Keep between 2 °C and 8 °C"),
        "{}",
        english.text
    );
    assert_eq!(
        app.get(Role::Reader, "/transfers/none-such/sheet").status,
        404
    );
}

fn what_nobody_sends_in_time_is_free_again(backend: Backend) {
    let app = begin(backend);
    let (silent, accepted, gone) = (ask(&app, 2), ask(&app, 1), sent(&app, 1));
    let app = again_at(app, "2021-10-22T05:59:00Z");
    accept(&app, &accepted).expect(200);
    let lapse = |app: &App| app.run(|service, now| async move { sweep(&service, now).await });
    assert_eq!(lapse(&app).unwrap(), 0);
    assert_eq!(stand(&app, NEIGHBOUR, "C7"), (5, 0, 3));
    // three days after it was asked for; the other was accepted later
    let app = again_at(app, "2021-10-23T06:30:00Z");
    lapse(&app).unwrap();
    let seen = see(&app, &silent);
    assert_eq!(
        (&seen["state"], &seen["closed_as"]),
        (&json!("cancelled"), &json!("cancelled")),
        "{seen}"
    );
    assert!(seen.to_string().contains("72 heures"), "{seen}");
    assert_eq!(see(&app, &accepted)["state"], "accepted");
    assert_eq!(stand(&app, NEIGHBOUR, "C7"), (5, 0, 1));
    let app = again_at(app, "2021-10-25T07:00:00Z");
    lapse(&app).unwrap();
    assert_eq!(see(&app, &accepted)["state"], "cancelled");
    assert_eq!(see(&app, &gone)["state"], "sent");
    assert_eq!(stand(&app, NEIGHBOUR, "C7"), (5, 0, 0));
    assert_eq!(
        trail(&app, CENTRE, &silent),
        ["transfer.ask", "transfer.cancel"]
    );
}
