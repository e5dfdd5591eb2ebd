//! Each line is weighed again when it is approved.

use super::{approve, ask_for, cleared, keep, line, lot, plan, stocked_neighbour};
use crate::service::{App, CENTRE, MG400, NEIGHBOUR, again_at, spawn};
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    a_plan_is_approved_line_by_line_and_what_is_left_out_says_why
    a_line_whose_request_changed_is_refused_and_the_others_go_through
    a_line_whose_units_are_gone_is_refused
    a_line_that_somebody_above_could_use_now_is_refused
    a_line_below_a_reserve_that_now_needs_its_units_is_refused
    a_go_is_moved_to_other_lots_and_never_uncovered
    what_leaves_a_go_uncovered_cannot_be_approved
    an_approval_is_done_once
    two_plans_for_the_same_units_are_approved_at_once_and_one_of_them_holds
    a_plan_is_approved_within_a_week
    who_was_to_be_served_and_lost_their_units_comes_before_who_ranks_below
    the_doses_of_a_reserve_are_sent_for_once_and_not_for_a_patient_who_changed
    what_cannot_be_approved_is_refused_whole
}

fn state<'v>(lines: &'v Value, id: &str) -> (&'v str, &'v str) {
    let line = line(lines, id);
    (
        line["state"].as_str().unwrap(),
        line["why"].as_str().unwrap_or(""),
    )
}

fn a_plan_is_approved_line_by_line_and_what_is_left_out_says_why(backend: Backend) {
    let app = spawn(backend);
    cleared(&app, 6);
    let [one, two, three] = ["p-1", "p-2", "p-3"].map(|p| ask_for(&app, CENTRE, p, &json!({})));
    let id = keep(&app);
    let body = json!({ "approve": [one], "leave_out": [{ "id": two, "reason": "in hospital elsewhere" }] });
    let approved = approve(&app, &id, &body).expect(200);
    assert_eq!(approved["lines"].as_array().unwrap().len(), 2);
    assert_eq!(state(&approved["lines"], &one).0, "approved");
    let said = state(&approved["lines"], &two);
    assert_eq!(
        said,
        ("left-out", ""),
        "words of people are not kept for a key"
    );
    let seen = plan(&app, &id);
    let said = state(&seen["lines"], &two);
    assert_eq!(said, ("left-out", "in hospital elsewhere"));
    let trail = app.get(Role::Admin, &format!("/audit?site={CENTRE}&limit=200"));
    assert!(!trail.text.contains("elsewhere"), "{}", trail.text);
    assert_eq!(lot(&app, CENTRE, "B1"), (12, 8));
    let rest = approve(&app, &id, &json!({})).expect(200);
    assert_eq!(state(&rest["lines"], &three).0, "approved");
    assert_eq!(lot(&app, CENTRE, "B1"), (12, 10));
    // an approved request is no claim of the next plan, nor are its units
    let next = keep(&app);
    let names: Vec<_> = plan(&app, &next)["lines"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|l| l["kind"] == "request")
        .map(|l| l["id"].clone())
        .collect();
    assert_eq!(names, [json!(two)]);
}

fn a_line_whose_request_changed_is_refused_and_the_others_go_through(backend: Backend) {
    let app = spawn(backend);
    cleared(&app, 4);
    let [one, two] = ["p-1", "p-2"].map(|p| ask_for(&app, CENTRE, p, &json!({})));
    let id = keep(&app);
    app.edit(
        Role::Prescriber,
        "PATCH",
        &format!("/requests/{one}"),
        &json!({ "weight_g": 62_000 }),
    )
    .expect(200);
    let approved = approve(&app, &id, &json!({})).expect(200);
    assert_eq!(
        state(&approved["lines"], &one),
        ("refused", "request-changed")
    );
    assert_eq!(state(&approved["lines"], &two).0, "approved");
    let said = line(&approved["lines"], &one)["said"].as_str().unwrap();
    assert!(said.contains("modifiée"), "{said}");
}

fn a_line_whose_units_are_gone_is_refused(backend: Backend) {
    let app = spawn(backend);
    cleared(&app, 2);
    let request = ask_for(&app, CENTRE, "p-1", &json!({}));
    let id = keep(&app);
    app.lose(MG400, "B1", 1);
    let approved = approve(&app, &id, &json!({})).expect(200);
    let (state, why) = state(&approved["lines"], &request);
    assert_eq!(state, "refused", "{approved}");
    assert!(["units-gone", "go-uncovered"].contains(&why), "{why}");
    assert_eq!(lot(&app, CENTRE, "B1"), (7, 6));
}

fn a_line_that_somebody_above_could_use_now_is_refused(backend: Backend) {
    let app = spawn(backend);
    cleared(&app, 2);
    let below = ask_for(&app, CENTRE, "p-1", &json!({ "risk": "functional" }));
    let id = keep(&app);
    assert_eq!(line(&plan(&app, &id)["lines"], &below)["status"], "granted");
    let above = ask_for(&app, CENTRE, "p-2", &json!({ "risk": "vital" }));
    let approved = approve(&app, &id, &json!({})).expect(200);
    assert_eq!(
        state(&approved["lines"], &below),
        ("refused", format!("outranked: {above}").as_str())
    );
    // with vials for both nobody stands in the way
    app.receive(CENTRE, MG400, "B2", "2022-06-30", 2);
    let approved = approve(&app, &id, &json!({})).expect(200);
    assert_eq!(
        state(&approved["lines"], &below).0,
        "approved",
        "{approved}"
    );
}

fn a_line_below_a_reserve_that_now_needs_its_units_is_refused(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 8);
    let request = ask_for(&app, CENTRE, "p-1", &json!({}));
    let id = keep(&app);
    assert_eq!(
        line(&plan(&app, &id)["lines"], &request)["status"],
        "granted"
    );
    let new = json!({ "pseudonym": "cart-1", "weight_g": 100_000, "infusion_date": "2021-10-19" });
    app.post(
        Role::CarTUnit,
        &format!("/sites/{CENTRE}/car-t-patients"),
        &new,
    )
    .expect(201);
    let body = json!({ "pseudonym": "cart-2", "weight_g": 100_000, "infusion_date": "2021-10-18" });
    app.post(
        Role::CarTUnit,
        &format!("/sites/{CENTRE}/car-t-patients"),
        &body,
    )
    .expect(201);
    let approved = approve(&app, &id, &json!({ "approve": [request] })).expect(200);
    let (state, why) = state(&approved["lines"], &request);
    assert_eq!(state, "refused", "{approved}");
    assert!(
        why.starts_with("reserve-would-break") || why.starts_with("outranked"),
        "{why}"
    );
    assert_eq!(lot(&app, CENTRE, "B1"), (8, 0));
}

fn holds_of(app: &App) -> Vec<(String, u64)> {
    let holds = app
        .get(Role::CarTUnit, &format!("/sites/{CENTRE}/holds"))
        .expect(200);
    let mut held: Vec<_> = holds["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|h| {
            (
                h["lot"].as_str().unwrap().to_owned(),
                h["units"].as_u64().unwrap(),
            )
        })
        .collect();
    held.sort();
    held
}

fn a_go_is_moved_to_other_lots_and_never_uncovered(backend: Backend) {
    let app = spawn(backend);
    // the GO holds what there is; then later lots come, and the plan keeps those for the reserve
    app.receive(CENTRE, MG400, "A1", "2021-12-31", 6);
    app.go("cart-1", 100_000, "2021-10-25");
    app.receive(CENTRE, MG400, "Z9", "2023-06-30", 6);
    let request = ask_for(&app, CENTRE, "p-1", &json!({}));
    let id = keep(&app);
    let seen = plan(&app, &id);
    let dose = &line(&seen["plan"]["decisions"], &request)["doses"][0]["units"][0];
    assert_eq!(dose["lot"], "A1", "what expires first treats: {seen}");
    let approved = approve(&app, &id, &json!({})).expect(200);
    assert_eq!(approved["refused"], 0, "{approved}");
    assert_eq!(
        lot(&app, CENTRE, "Z9"),
        (6, 6),
        "the GO holds what keeps longest"
    );
    assert_eq!(lot(&app, CENTRE, "A1"), (6, 2));
    assert_eq!(app.reserve(), (3, 3));
    assert!(holds_of(&app).iter().all(|(lot, n)| lot == "Z9" && *n == 2));
}

fn what_leaves_a_go_uncovered_cannot_be_approved(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "A1", "2021-12-31", 6);
    app.go("cart-1", 100_000, "2021-10-25");
    app.receive(CENTRE, MG400, "Z9", "2023-06-30", 6);
    let request = ask_for(&app, CENTRE, "p-1", &json!({}));
    let id = keep(&app);
    // without the doses of its patient the GO keeps what it holds, which the line needs
    let approved = approve(&app, &id, &json!({ "approve": [request] })).expect(200);
    assert_eq!(
        state(&approved["lines"], &request),
        ("refused", "go-uncovered")
    );
    assert_eq!(lot(&app, CENTRE, "A1"), (6, 6));
    assert_eq!(app.reserve(), (3, 3));
    stocked_neighbour(&app);
    assert_eq!(lot(&app, NEIGHBOUR, "C7"), (6, 0));
}

fn an_approval_is_done_once(backend: Backend) {
    let app = spawn(backend);
    cleared(&app, 2);
    ask_for(&app, CENTRE, "p-1", &json!({}));
    let id = keep(&app);
    let path = format!("/plans/{id}/approve");
    let first = app.post_with_key(Role::Coordinator, &path, &json!({}), "once");
    let again = app.post_with_key(Role::Coordinator, &path, &json!({}), "once");
    assert_eq!((first.status, &first.text), (again.status, &again.text));
    assert_eq!(lot(&app, CENTRE, "B1"), (8, 8));
    let bearer = format!("Bearer {}", app.token(Role::Coordinator));
    let bare = app.send("POST", &path, &[("Authorization", &bearer)], Some(b"{}"));
    assert_eq!(bare.status, 400, "{}", bare.text);
}

fn what_cannot_be_approved_is_refused_whole(backend: Backend) {
    let app = spawn(backend);
    cleared(&app, 2);
    let request = ask_for(&app, CENTRE, "p-1", &json!({}));
    let frozen = ask_for(
        &app,
        CENTRE,
        "p-2",
        &json!({ "treatment": "initiation", "due": "2021-10-22",
        "interval_days": null, "last_administration_on": null }),
    );
    let id = keep(&app);
    let both = json!({ "approve": [request], "leave_out": [{ "id": request, "reason": "x" }] });
    let refused = approve(&app, &id, &both);
    assert_eq!(refused.status, 422, "{}", refused.text);
    assert!(refused.text.contains("/leave_out/0/id"), "{}", refused.text);
    let silent = json!({ "leave_out": [{ "id": request, "reason": " " }] });
    assert!(
        approve(&app, &id, &silent)
            .text
            .contains("/leave_out/0/reason")
    );
    assert_eq!(
        approve(&app, &id, &json!({ "approve": ["none-such"] })).status,
        404
    );
    let refused = approve(&app, &id, &json!({ "approve": [frozen] }));
    assert_eq!(refused.status, 409, "{}", refused.text);
    assert_eq!(approve(&app, "none-such", &json!({})).status, 404);
    approve(&app, &id, &json!({})).expect(200);
    let again = approve(&app, &id, &json!({ "approve": [request] }));
    assert_eq!(again.status, 409, "{}", again.text);
    let plans = app
        .get(Role::Coordinator, &format!("/plans?site={CENTRE}"))
        .expect(200);
    assert_eq!(plans["items"][0]["version"], 2);
}

fn who_was_to_be_served_and_lost_their_units_comes_before_who_ranks_below(backend: Backend) {
    let app = spawn(backend);
    cleared(&app, 0);
    // each has a lot of their own: the first what expires first
    app.receive(CENTRE, MG400, "A1", "2021-11-30", 2);
    app.receive(CENTRE, MG400, "A2", "2021-12-31", 2);
    let above = ask_for(&app, CENTRE, "p-1", &json!({ "risk": "vital" }));
    let below = ask_for(&app, CENTRE, "p-2", &json!({ "risk": "functional" }));
    let id = keep(&app);
    let seen = plan(&app, &id);
    let lot_of =
        |name: &str| line(&seen["plan"]["decisions"], name)["doses"][0]["units"][0]["lot"].clone();
    let gone = lot_of(&above);
    assert_ne!(gone, lot_of(&below), "{seen}");
    app.lose(MG400, gone.as_str().unwrap(), 2);
    let approved = approve(&app, &id, &json!({})).expect(200);
    assert_eq!(state(&approved["lines"], &above), ("refused", "units-gone"));
    let why = format!("outranked: {above}");
    assert_eq!(state(&approved["lines"], &below), ("refused", why.as_str()));
    // who ranks above has them in the next plan
    let next = keep(&app);
    let approved = approve(&app, &next, &json!({})).expect(200);
    assert_eq!(
        state(&approved["lines"], &above).0,
        "approved",
        "{approved}"
    );
}

fn the_doses_of_a_reserve_are_sent_for_once_and_not_for_a_patient_who_changed(backend: Backend) {
    let app = spawn(backend);
    app.receive(NEIGHBOUR, MG400, "D1", "2022-06-30", 20);
    assert_eq!(
        app.ask("cart-1", 100_000, "2021-10-25").body["decision"],
        "NO-GO"
    );
    let [first, second, third] = [keep(&app), keep(&app), keep(&app)];
    let sent = |id: &str| {
        let approved = approve(&app, id, &json!({})).expect(200);
        let lines = approved["lines"].as_array().unwrap().iter();
        lines
            .map(|l| (l["state"].clone(), l["why"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(sent(&first)[0].0, "approved");
    assert_eq!(
        sent(&second)[0],
        (json!("refused"), json!("reserve-changed"))
    );
    assert_eq!(lot(&app, NEIGHBOUR, "D1"), (20, 6));
    let seen = plan(&app, &first);
    let transfer = seen["transfers_asked"][0]["id"].as_str().unwrap();
    crate::transfers::accept(&app, transfer).expect(200);
    crate::transfers::send(&app, transfer).expect(200);
    app.post(
        Role::Pharmacist,
        &format!("/transfers/{transfer}/receive"),
        &json!({ "cold_chain": true }),
    )
    .expect(200);
    let patients = app.see("/car-t-patients");
    let patient = &patients["items"][0]["id"];
    app.correct(patient, &json!({ "weight_g": 60_000 }))
        .expect(200);
    assert_eq!(
        sent(&third)[0],
        (json!("refused"), json!("reserve-changed"))
    );
}

fn two_plans_for_the_same_units_are_approved_at_once_and_one_of_them_holds(backend: Backend) {
    let app = spawn(backend);
    cleared(&app, 4);
    let requests = ["p-1", "p-2"].map(|p| ask_for(&app, CENTRE, p, &json!({})));
    let plans = [keep(&app), keep(&app), keep(&app)];
    let answers: Vec<Value> = std::thread::scope(|scope| {
        let at_once = plans
            .iter()
            .map(|id| scope.spawn(|| approve(&app, id, &json!({})).expect(200)));
        let at_once: Vec<_> = at_once.collect();
        at_once
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    for request in &requests {
        let states: Vec<&str> = answers
            .iter()
            .map(|a| state(&a["lines"], request).0)
            .collect();
        let approved = states.iter().filter(|s| **s == "approved").count();
        assert_eq!(approved, 1, "{states:?}");
    }
    assert_eq!(lot(&app, CENTRE, "B1"), (10, 10));
    assert_eq!(app.reserve(), (3, 3));
}

fn a_plan_is_approved_within_a_week(backend: Backend) {
    let app = spawn(backend);
    cleared(&app, 2);
    ask_for(&app, CENTRE, "p-1", &json!({}));
    let [one, two] = [keep(&app), keep(&app)];
    let app = again_at(app, "2021-10-27T10:00:00Z");
    approve(&app, &one, &json!({})).expect(200);
    let app = again_at(app, "2021-10-28T10:00:00Z");
    let late = approve(&app, &two, &json!({}));
    assert_eq!(late.status, 409, "{}", late.text);
    assert!(late.text.contains("sept jours"), "{}", late.text);
}
