//! What was approved is dispensed, or given back.

use super::{approve, ask_for, cleared, dispense, keep, line, lot, plan};
use crate::service::{App, CENTRE, MG400, again_at, spawn};
use crate::support::Backend;
use dotation::app::sweep_lines::sweep;
use dotation::domain::role::Role;
use serde_json::json;

on_both! {
    from_the_request_to_the_dose_and_the_next_one
    units_that_are_held_too_long_are_free_again
    a_request_that_is_withdrawn_gives_its_units_back
    a_loss_takes_the_last_rank_first_and_never_a_go
    a_crs_takes_what_was_granted_to_others_and_its_own_grant_first
    what_is_held_for_a_request_leaves_by_it_alone
    a_dispensing_that_is_undone_opens_the_request_again
    what_was_given_in_part_was_given_when_the_rest_is_lost
}

/// A centre with a GO and two vials beside, and a request that was granted them; returns the request
/// and the plan.
fn granted(app: &App) -> (String, String) {
    cleared(app, 2);
    let request = ask_for(app, CENTRE, "p-1", &json!({}));
    let id = keep(app);
    let approved = approve(app, &id, &json!({})).expect(200);
    assert_eq!(approved["refused"], 0, "{approved}");
    assert_eq!(line(&approved["lines"], &request)["state"], "approved");
    (request, id)
}

fn from_the_request_to_the_dose_and_the_next_one(backend: Backend) {
    let app = spawn(backend);
    let (request, id) = granted(&app);
    assert_eq!(lot(&app, CENTRE, "B1"), (8, 8));
    let seen = app
        .get(Role::Prescriber, &format!("/requests/{request}"))
        .expect(200);
    assert_eq!(seen["standing"]["state"], "approved", "{seen}");
    let done = dispense(&app, CENTRE, &request).expect(201);
    assert!(done.to_string().contains(MG400), "{done}");
    assert_eq!(lot(&app, CENTRE, "B1"), (6, 6));
    let seen = app
        .get(Role::Prescriber, &format!("/requests/{request}"))
        .expect(200);
    assert_eq!(seen["state"], "served");
    assert_eq!(line(&plan(&app, &id)["lines"], &request)["state"], "served");
    let open = app
        .get(Role::Prescriber, "/requests?state=proposed")
        .expect(200);
    let next = &open["items"][0];
    assert_eq!(next["follows"], *request);
    assert_eq!(next["due"], "2021-11-17", "four weeks after the dose");
    let again = dispense(&app, CENTRE, &request);
    assert_eq!(again.status, 409, "{}", again.text);
}

fn units_that_are_held_too_long_are_free_again(backend: Backend) {
    let app = spawn(backend);
    let (request, id) = granted(&app);
    let seen = plan(&app, &id);
    assert_eq!(
        line(&seen["lines"], &request)["held_until"]
            .as_str()
            .unwrap()
            .get(..13),
        Some("2021-10-24T22")
    );
    let app = again_at(app, "2021-10-24T22:05:00Z");
    let swept = app.run(|service, now| async move { sweep(&service, now).await });
    assert!(swept.is_ok(), "{swept:?}");
    let seen = plan(&app, &id);
    let ended = line(&seen["lines"], &request);
    assert_eq!(ended["state"], "expired", "{seen}");
    assert!(
        ended["said"].as_str().unwrap().contains("longtemps"),
        "{ended}"
    );
    assert_eq!(lot(&app, CENTRE, "B1"), (8, 6));
    let seen = app
        .get(Role::Prescriber, &format!("/requests/{request}"))
        .expect(200);
    assert_eq!(
        (&seen["state"], &seen["standing"]["state"]),
        (&json!("open"), &json!("expired"))
    );
    assert_eq!(dispense(&app, CENTRE, &request).status, 409);
    // the next plan takes it up again
    let again = keep(&app);
    assert_eq!(
        line(&plan(&app, &again)["lines"], &request)["status"],
        "granted"
    );
}

fn a_request_that_is_withdrawn_gives_its_units_back(backend: Backend) {
    let app = spawn(backend);
    let (request, id) = granted(&app);
    let body = json!({ "reason": "remission" });
    app.post(
        Role::Prescriber,
        &format!("/requests/{request}/withdraw"),
        &body,
    )
    .expect(200);
    assert_eq!(lot(&app, CENTRE, "B1"), (8, 6));
    assert_eq!(
        line(&plan(&app, &id)["lines"], &request)["state"],
        "released"
    );
}

fn a_loss_takes_the_last_rank_first_and_never_a_go(backend: Backend) {
    let app = spawn(backend);
    let (request, id) = granted(&app);
    app.lose(MG400, "B1", 1);
    assert_eq!(lot(&app, CENTRE, "B1"), (7, 6));
    assert_eq!(app.reserve(), (3, 3));
    let seen = plan(&app, &id);
    assert_eq!(line(&seen["lines"], &request)["state"], "broken", "{seen}");
    assert!(app.alerts("clearance-broken").is_empty());
}

fn a_crs_takes_what_was_granted_to_others_and_its_own_grant_first(backend: Backend) {
    let app = spawn(backend);
    cleared(&app, 4);
    let other = ask_for(&app, CENTRE, "p-1", &json!({}));
    // the patient of the GO is treated: the request is for a dose of 800 mg now
    let crs = ask_for(
        &app,
        CENTRE,
        "cart-9",
        &json!({ "indication": "crs", "treatment": "initiation", "weight_g": 100_000,
                 "interval_days": null, "last_administration_on": null }),
    );
    let id = keep(&app);
    let approved = approve(&app, &id, &json!({})).expect(200);
    assert_eq!(
        line(&approved["lines"], &crs)["state"],
        "approved",
        "{approved}"
    );
    assert_eq!(
        line(&approved["lines"], &other)["state"],
        "approved",
        "{approved}"
    );
    assert_eq!(lot(&app, CENTRE, "B1"), (10, 10));
    let body = json!({ "kind": "dispensing", "cip13": MG400, "units": 2, "patient": "cart-9", "indication": "crs" });
    app.post(
        Role::Pharmacist,
        &format!("/sites/{CENTRE}/movements"),
        &body,
    )
    .expect(201);
    let seen = plan(&app, &id);
    assert_eq!(
        line(&seen["lines"], &crs)["state"],
        "served",
        "its own grant first"
    );
    assert_eq!(line(&seen["lines"], &other)["state"], "approved");
    // another one has no grant: what ranks last gives way, and no GO
    let body = json!({ "kind": "dispensing", "cip13": MG400, "units": 2, "patient": "cart-8", "indication": "crs" });
    app.post(
        Role::Pharmacist,
        &format!("/sites/{CENTRE}/movements"),
        &body,
    )
    .expect(201);
    assert_eq!(line(&plan(&app, &id)["lines"], &other)["state"], "broken");
    assert_eq!(lot(&app, CENTRE, "B1"), (6, 6));
}

fn what_is_held_for_a_request_leaves_by_it_alone(backend: Backend) {
    let app = spawn(backend);
    let (request, _) = granted(&app);
    let path = format!("/sites/{CENTRE}/movements");
    let ordinary = json!({ "kind": "dispensing", "cip13": MG400, "units": 1 });
    assert_eq!(
        app.post(Role::Pharmacist, &path, &ordinary).body["reason"],
        "not-enough-units"
    );
    for (body, pointer) in [
        (
            json!({ "kind": "dispensing", "request": request, "patient": "p-1" }),
            "/patient",
        ),
        (
            json!({ "kind": "dispensing", "request": request, "indication": "crs" }),
            "/indication",
        ),
        (
            json!({ "kind": "dispensing", "request": request, "units": 1 }),
            "/cip13",
        ),
    ] {
        let refused = app.post(Role::Pharmacist, &path, &body);
        assert_eq!(refused.status, 422, "{body}: {}", refused.text);
        assert!(
            refused.text.contains(&format!("\"{pointer}\"")),
            "{body}: {}",
            refused.text
        );
    }
    let more = json!({ "kind": "dispensing", "request": request, "cip13": MG400, "units": 3 });
    assert_eq!(
        app.post(Role::Pharmacist, &path, &more).body["reason"],
        "not-enough-units"
    );
    // one vial now, one later: the request is served by the last
    let one = json!({ "kind": "dispensing", "request": request, "cip13": MG400, "units": 1 });
    app.post(Role::Pharmacist, &path, &one).expect(201);
    let seen = app
        .get(Role::Prescriber, &format!("/requests/{request}"))
        .expect(200);
    assert_eq!(seen["state"], "open");
    assert_eq!(lot(&app, CENTRE, "B1"), (7, 7));
    dispense(&app, CENTRE, &request).expect(201);
    let seen = app
        .get(Role::Prescriber, &format!("/requests/{request}"))
        .expect(200);
    assert_eq!(seen["state"], "served");
    assert_eq!(dispense(&app, CENTRE, "none-such").status, 404);
}

fn a_dispensing_that_is_undone_opens_the_request_again(backend: Backend) {
    let app = spawn(backend);
    let (request, _) = granted(&app);
    let done = dispense(&app, CENTRE, &request).expect(201);
    let movement = done["movements"][0]["id"].as_str().unwrap();
    let body = json!({ "kind": "reversal", "movement": movement, "note": "another patient's box" });
    app.book(&body).expect(201);
    let seen = app
        .get(Role::Prescriber, &format!("/requests/{request}"))
        .expect(200);
    assert_eq!(seen["state"], "open", "{seen}");
    assert_eq!(seen["due"], "2021-10-22");
    let proposed = app
        .get(Role::Prescriber, "/requests?state=proposed")
        .expect(200);
    assert_eq!(proposed["items"], json!([]));
    assert_eq!(lot(&app, CENTRE, "B1"), (8, 6));
    let next = keep(&app);
    assert_eq!(
        line(&plan(&app, &next)["lines"], &request)["status"],
        "granted"
    );
}

fn what_was_given_in_part_was_given_when_the_rest_is_lost(backend: Backend) {
    let app = spawn(backend);
    let (request, id) = granted(&app);
    let one = json!({ "kind": "dispensing", "request": request, "cip13": MG400, "units": 1 });
    app.book(&one).expect(201);
    app.lose(MG400, "B1", 1);
    let seen = plan(&app, &id);
    assert_eq!(line(&seen["lines"], &request)["state"], "broken", "{seen}");
    let seen = app
        .get(Role::Prescriber, &format!("/requests/{request}"))
        .expect(200);
    assert_eq!(seen["state"], "served", "{seen}");
    let proposed = app
        .get(Role::Prescriber, "/requests?state=proposed")
        .expect(200);
    assert_eq!(proposed["items"][0]["follows"], *request);
}
