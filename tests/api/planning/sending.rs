//! What an approved plan sends from one pharmacy to another.

use super::{approve, ask_for, cleared, dispense, keep, line, lot, plan, stocked_neighbour};
use crate::service::{App, CENTRE, MG80, MG400, NEIGHBOUR, spawn};
use crate::support::Backend;
use dotation::app::sweep_lines::sweep;
use dotation::app::{Caller, Error, file_request};
use dotation::db;
use dotation::domain::code::Finess;
use dotation::domain::id::RequestId;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    what_a_line_needs_from_elsewhere_is_asked_received_and_dispensed
    what_is_on_its_way_is_awaited_and_what_comes_short_breaks_the_line
    a_reserve_that_comes_short_is_sent_for_again
    a_line_whose_transfer_is_declined_is_planned_again
    a_transfer_is_received_once_and_by_the_receiver
    a_line_that_ends_takes_its_transfer_with_it
    a_reserve_that_is_sent_for_is_not_sent_for_twice
    what_a_transfer_moved_is_not_undone_at_one_end
    a_loss_at_the_giver_breaks_the_line_and_the_rest_is_given_back
    what_came_to_be_held_elsewhere_meanwhile_is_not_given_back_unlocked
}

/// A request of 488 mg, of which the centre has 400 mg and the neighbour the rest.
fn sent_for(app: &App) -> (String, String, Value) {
    cleared(app, 1);
    stocked_neighbour(app);
    let request = ask_for(app, CENTRE, "p-1", &json!({}));
    let id = keep(app);
    let approved = approve(app, &id, &json!({})).expect(200);
    assert_eq!(approved["refused"], 0, "{approved}");
    (request, id, approved)
}

/// Accepts and sends a transfer, if that can be.
fn send(app: &App, id: &str) -> crate::service::Answer {
    crate::transfers::accept(app, id);
    crate::transfers::send(app, id)
}

/// Accepts, sends and receives a transfer, as far as that can be.
fn receive(app: &App, id: &str) -> crate::service::Answer {
    send(app, id);
    app.post(
        Role::Pharmacist,
        &format!("/transfers/{id}/receive"),
        &json!({ "cold_chain": true }),
    )
}

fn what_a_line_needs_from_elsewhere_is_asked_received_and_dispensed(backend: Backend) {
    let app = spawn(backend);
    let (request, id, approved) = sent_for(&app);
    let transfer = &approved["transfers"][0];
    assert_eq!(
        (&transfer["from"], &transfer["to"]),
        (&json!(NEIGHBOUR), &json!(CENTRE))
    );
    assert_eq!(
        (&transfer["rows"][0]["lot"], &transfer["rows"][0]["units"]),
        (&json!("C7"), &json!(2))
    );
    assert_eq!(lot(&app, NEIGHBOUR, "C7"), (6, 2));
    // until it is here nothing can be dispensed whole
    let early = dispense(&app, CENTRE, &request);
    assert_eq!(early.status, 409, "{}", early.text);
    assert!(early.text.contains("transfert"), "{}", early.text);
    let listed = app.get(
        Role::Pharmacist,
        &format!("/transfers?site={NEIGHBOUR}&state=asked"),
    );
    assert_eq!(listed.expect(200)["items"][0]["id"], transfer["id"]);
    send(&app, transfer["id"].as_str().unwrap()).expect(200);
    assert_eq!(lot(&app, NEIGHBOUR, "C7"), (4, 0));
    // on its way it is held by nobody, and nothing is dispensed without it
    let early = dispense(&app, CENTRE, &request);
    assert!(early.text.contains("transfert"), "{}", early.text);
    let received = receive(&app, transfer["id"].as_str().unwrap()).expect(200);
    assert_eq!(received["transfer"]["state"], "received");
    assert_eq!(received["movements"].as_array().unwrap().len(), 1);
    assert_eq!(lot(&app, CENTRE, "C7"), (2, 2));
    dispense(&app, CENTRE, &request).expect(201);
    assert_eq!(lot(&app, CENTRE, "C7"), (0, 0));
    assert_eq!(lot(&app, CENTRE, "B1"), (6, 6));
    assert_eq!(line(&plan(&app, &id)["lines"], &request)["state"], "served");
    let ledger = app
        .get(Role::Pharmacist, &format!("/sites/{NEIGHBOUR}/movements"))
        .expect(200);
    assert_eq!(ledger["items"][0]["kind"], "transfer-out");
}

fn what_is_on_its_way_is_awaited_and_what_comes_short_breaks_the_line(backend: Backend) {
    let app = spawn(backend);
    let (request, id, approved) = sent_for(&app);
    let transfer = approved["transfers"][0]["id"].as_str().unwrap();
    send(&app, transfer).expect(200);
    let body = json!({ "cold_chain": true, "lots": [{ "cip13": MG80, "lot": "C7", "usable": 1, "missing": 1, "reason": "breakage" }] });
    let path = format!("/transfers/{transfer}/receive");
    let received = app.post(Role::Pharmacist, &path, &body).expect(200);
    assert_eq!(received["transfer"]["outcome"], "in-part");
    // a dose that is not whole is none: what came is free, and the request waits for the next plan
    let seen = plan(&app, &id);
    let broken = line(&seen["lines"], &request);
    assert_eq!(
        (&broken["state"], &broken["why"]),
        (&json!("broken"), &json!("units-lost"))
    );
    assert_eq!(
        (lot(&app, CENTRE, "C7"), lot(&app, CENTRE, "B1")),
        ((1, 0), (7, 6))
    );
    let decided = broken["id"].as_str().unwrap();
    let path = format!("/transfers/proposals?site={CENTRE}&plan={id}&line={decided}");
    let found = app.get(Role::Pharmacist, &path).expect(200);
    assert_eq!(found["needed"][0]["units"], 1, "{found}");
    assert_eq!(found["proposals"][0]["rows"][0]["lot"], "C7", "{found}");
    // and there is what came, what is still at the neighbour's, and the vial that the line gave back
    let again = keep(&app);
    approve(&app, &again, &json!({})).expect(200);
    assert_eq!(
        line(&plan(&app, &again)["lines"], &request)["state"],
        "approved"
    );
}

fn a_reserve_that_comes_short_is_sent_for_again(backend: Backend) {
    let app = spawn(backend);
    app.receive(NEIGHBOUR, MG400, "D1", "2022-06-30", 12);
    app.ask("cart-1", 100_000, "2021-10-25").expect(201);
    let id = keep(&app);
    let approved = approve(&app, &id, &json!({})).expect(200);
    let transfer = approved["transfers"][0]["id"].as_str().unwrap();
    send(&app, transfer).expect(200);
    // on its way it is not sent for again
    assert_eq!(plan(&app, &keep(&app))["plan"]["transfers"], json!([]));
    let body = json!({ "cold_chain": true, "lots": [{ "cip13": MG400, "lot": "D1", "usable": 4, "refused": 2 }] });
    let path = format!("/transfers/{transfer}/receive");
    app.post(Role::Pharmacist, &path, &body).expect(200);
    let lines = plan(&app, &id)["lines"].clone();
    let states: Vec<&Value> = lines
        .as_array()
        .unwrap()
        .iter()
        .map(|l| &l["state"])
        .collect();
    assert!(states.contains(&&json!("broken")), "{lines}");
    let again = plan(&app, &keep(&app));
    assert!(
        !again["plan"]["transfers"].as_array().unwrap().is_empty(),
        "{again}"
    );
}

fn a_line_whose_transfer_is_declined_is_planned_again(backend: Backend) {
    let app = spawn(backend);
    let (request, id, approved) = sent_for(&app);
    let transfer = approved["transfers"][0]["id"].as_str().unwrap();
    let path = format!("/transfers/{transfer}/decline");
    app.post(
        Role::Pharmacist,
        &path,
        &json!({ "reason": "we need them" }),
    )
    .expect(200);
    let seen = plan(&app, &id);
    let broken = line(&seen["lines"], &request);
    assert_eq!(
        (&broken["state"], &broken["why"]),
        (&json!("broken"), &json!("transfer-declined"))
    );
    assert!(
        broken["said"].as_str().unwrap().contains("décliné"),
        "{broken}"
    );
    assert_eq!(
        (lot(&app, NEIGHBOUR, "C7"), lot(&app, CENTRE, "B1")),
        ((6, 0), (7, 6))
    );
    let again = keep(&app);
    approve(&app, &again, &json!({})).expect(200);
    assert_eq!(
        line(&plan(&app, &again)["lines"], &request)["state"],
        "approved"
    );
}

fn a_transfer_is_received_once_and_by_the_receiver(backend: Backend) {
    let app = spawn(backend);
    let (_, _, approved) = sent_for(&app);
    let id = approved["transfers"][0]["id"].as_str().unwrap();
    for role in [Role::Coordinator, Role::Prescriber, Role::Reader] {
        let refused = app.post(role, &format!("/transfers/{id}/receive"), &json!({}));
        assert_eq!(refused.status, 403, "{role:?}");
    }
    receive(&app, id).expect(200);
    let again = receive(&app, id);
    assert_eq!(
        (again.status, &again.body["reason"]),
        (409, &json!("wrong-state")),
        "{}",
        again.text
    );
    assert_eq!(receive(&app, "none-such").status, 404);
}

fn a_line_that_ends_takes_its_transfer_with_it(backend: Backend) {
    let app = spawn(backend);
    let (request, _, approved) = sent_for(&app);
    let id = approved["transfers"][0]["id"].as_str().unwrap();
    let body = json!({ "reason": "remission" });
    app.post(
        Role::Prescriber,
        &format!("/requests/{request}/withdraw"),
        &body,
    )
    .expect(200);
    assert_eq!(lot(&app, NEIGHBOUR, "C7"), (6, 0));
    let seen = app
        .get(Role::Pharmacist, &format!("/transfers/{id}"))
        .expect(200);
    assert_eq!(seen["state"], "cancelled");
    assert_eq!(receive(&app, id).status, 409);
}

fn a_reserve_that_is_sent_for_is_not_sent_for_twice(backend: Backend) {
    let app = spawn(backend);
    app.receive(NEIGHBOUR, MG400, "D1", "2022-06-30", 10);
    let asked = app.ask("cart-1", 100_000, "2021-10-25");
    assert_eq!(asked.body["decision"], "NO-GO", "{}", asked.text);
    let id = keep(&app);
    let approved = approve(&app, &id, &json!({})).expect(200);
    assert_eq!(
        approved["transfers"][0]["rows"].as_array().unwrap().len(),
        3,
        "{approved}"
    );
    assert_eq!(lot(&app, NEIGHBOUR, "D1"), (10, 6));
    let again = keep(&app);
    let seen = plan(&app, &again);
    assert_eq!(seen["plan"]["transfers"], json!([]), "{seen}");
    receive(&app, approved["transfers"][0]["id"].as_str().unwrap()).expect(200);
    assert_eq!(lot(&app, CENTRE, "D1"), (6, 0));
    let first = plan(&app, &id);
    let states: Vec<_> = first["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|l| l["state"].clone())
        .collect();
    assert_eq!(states, [json!("served")]);
    // what was a NO-GO is a GO now
    app.go("cart-1", 100_000, "2021-10-25");
}

fn what_a_transfer_moved_is_not_undone_at_one_end(backend: Backend) {
    let app = spawn(backend);
    let (_, _, approved) = sent_for(&app);
    let id = approved["transfers"][0]["id"].as_str().unwrap();
    let sent = send(&app, id).expect(200);
    let received = receive(&app, id).expect(200);
    let moved = [&sent["movements"][0], &received["movements"][0]];
    for (movement, site) in moved.into_iter().zip([NEIGHBOUR, CENTRE]) {
        let body = json!({ "kind": "reversal", "movement": movement, "note": "by mistake" });
        let refused = app.post(Role::Pharmacist, &format!("/sites/{site}/movements"), &body);
        assert_eq!(refused.body["reason"], "not-reversible", "{}", refused.text);
    }
    assert_eq!(lot(&app, NEIGHBOUR, "C7"), (4, 0));
    assert_eq!(lot(&app, CENTRE, "C7"), (2, 2));
}

fn a_loss_at_the_giver_breaks_the_line_and_the_rest_is_given_back(backend: Backend) {
    let app = spawn(backend);
    let (request, id, approved) = sent_for(&app);
    let loss =
        json!({ "kind": "loss", "cip13": MG80, "lot": "C7", "units": 5, "reason": "breakage" });
    app.post(
        Role::Pharmacist,
        &format!("/sites/{NEIGHBOUR}/movements"),
        &loss,
    )
    .expect(201);
    assert_eq!(line(&plan(&app, &id)["lines"], &request)["state"], "broken");
    assert_eq!(
        receive(&app, approved["transfers"][0]["id"].as_str().unwrap()).status,
        409
    );
    let swept = app.run(|service, now| async move { sweep(&service, now).await });
    assert!(swept.is_ok(), "{swept:?}");
    assert_eq!(
        lot(&app, CENTRE, "B1"),
        (7, 6),
        "what the line held here is free"
    );
    let transfer = plan(&app, &id)["transfers_asked"][0].clone();
    assert_eq!(transfer["state"], "cancelled", "{transfer}");
}

fn what_came_to_be_held_elsewhere_meanwhile_is_not_given_back_unlocked(backend: Backend) {
    let app = spawn(backend);
    let (request, ..) = sent_for(&app);
    let withdraw = |sites: &[&str]| {
        let sites: Vec<Finess> = sites.iter().map(|s| Finess::parse(s).unwrap()).collect();
        let (id, locked) = (RequestId::new(&*request), sites.clone());
        app.run(async |service, now| {
            let caller = Caller::at_the_machine("command-line", Role::Admin);
            let work = service.write(caller, now, sites, move |act| {
                file_request::withdraw(act, &id, "remission", &locked)
            });
            work.await
        })
    };
    // as it was read before the plan was approved
    let early = withdraw(&[CENTRE]);
    assert!(
        matches!(early, Err(Error::Db(db::Error::Busy))),
        "{early:?}"
    );
    assert_eq!(lot(&app, NEIGHBOUR, "C7"), (6, 2));
    withdraw(&[CENTRE, NEIGHBOUR]).unwrap();
    assert_eq!(lot(&app, NEIGHBOUR, "C7"), (6, 0));
}
