//! A plan of the live database, shown or kept.

use super::{ask_for, cleared, keep, line, plan};
use crate::service::{CENTRE, FAR_CENTRE, MG400, NEIGHBOUR, spawn};
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    a_preview_binds_nobody_and_leaves_nothing
    a_kept_plan_freezes_its_inputs_its_rules_and_its_seed
    every_plan_of_a_day_has_the_same_seed
    what_a_kept_plan_says_is_what_its_case_gives
    the_doses_of_a_go_are_claims_as_any_other
    a_plan_is_of_a_network_or_of_sites
    a_case_in_the_body_is_planned_and_kept_nowhere
    a_changed_case_is_answered_by_what_is_different
    who_may_plan_and_who_may_only_ask
}

const NETWORK: &str = "ght-001";

fn preview(app: &crate::service::App) -> Value {
    let body = json!({ "network": NETWORK });
    app.post(Role::Pharmacist, "/plans", &body).expect(200)
}

fn a_preview_binds_nobody_and_leaves_nothing(backend: Backend) {
    let app = spawn(backend);
    cleared(&app, 2);
    let request = ask_for(&app, CENTRE, "p-1", &json!({}));
    let seen = preview(&app);
    assert_eq!(seen["binding"], false);
    assert_eq!(seen["seed_is_the_days"], false);
    let decision = line(&seen["plan"]["decisions"], &request);
    assert_eq!(decision["status"], "granted", "{decision}");
    assert_eq!(seen["case"]["requests"][0]["due"], "2021-10-22");
    assert_eq!(seen, preview(&app), "a second look sees the same");
    let plans = app.get(Role::Coordinator, "/plans").expect(200);
    assert_eq!(plans["items"], json!([]));
    let standing = app
        .get(Role::Prescriber, &format!("/requests/{request}"))
        .expect(200);
    assert_eq!(standing["history"], json!([]));
}

fn a_kept_plan_freezes_its_inputs_its_rules_and_its_seed(backend: Backend) {
    let app = spawn(backend);
    cleared(&app, 2);
    let request = ask_for(&app, CENTRE, "p-1", &json!({}));
    let id = keep(&app);
    let before = plan(&app, &id);
    let case = app
        .get(Role::Coordinator, &format!("/plans/{id}/case"))
        .expect(200);
    assert!(
        case["lottery_seed"]
            .as_str()
            .unwrap()
            .starts_with("2021-10-20/ght-001/")
    );
    assert_eq!(before["rulebook_sha256"].as_str().unwrap().len(), 64);
    // what happens afterwards changes nothing of it
    app.receive(CENTRE, MG400, "B2", "2022-06-30", 10);
    ask_for(&app, CENTRE, "p-2", &json!({}));
    let after = plan(&app, &id);
    assert_eq!(before, after);
    let again = app
        .get(Role::Coordinator, &format!("/plans/{id}/case"))
        .expect(200);
    assert_eq!(case, again);
    let held = line(&after["lines"], &request);
    assert_eq!(held["state"], "planned");
    let seen = app
        .get(Role::Prescriber, &format!("/requests/{request}"))
        .expect(200);
    assert_eq!(seen["standing"]["status"], "granted", "{seen}");
    assert_eq!(seen["standing"]["rank"], held["rank"]);
}

fn every_plan_of_a_day_has_the_same_seed(backend: Backend) {
    let app = spawn(backend);
    cleared(&app, 2);
    let seed = |id: &str| {
        let case = app
            .get(Role::Coordinator, &format!("/plans/{id}/case"))
            .expect(200);
        case["lottery_seed"].as_str().unwrap().to_owned()
    };
    let first = seed(&keep(&app));
    assert_eq!(first.len(), "2021-10-20/ght-001/".len() + 32);
    assert_eq!(seed(&keep(&app)), first);
    let part = json!({ "sites": [CENTRE], "keep": true });
    let part = app.post(Role::Coordinator, "/plans", &part).expect(201);
    assert_eq!(seed(part["id"].as_str().unwrap()), first);
    // from then on a preview shows the true order
    assert_eq!(preview(&app)["seed_is_the_days"], true);
    let other = json!({ "network": "ght-002", "keep": true });
    let other = app.post(Role::Coordinator, "/plans", &other).expect(201);
    assert_ne!(seed(other["id"].as_str().unwrap()), first);
    // a request that is withdrawn and filed anew keeps its name, and so its place
    let once = ask_for(&app, CENTRE, "p-1", &json!({}));
    let body = json!({ "reason": "by mistake" });
    app.post(
        Role::Prescriber,
        &format!("/requests/{once}/withdraw"),
        &body,
    )
    .expect(200);
    ask_for(&app, CENTRE, "p-1", &json!({}));
    assert_eq!(preview(&app)["case"]["requests"][0]["id"], *once);
}

fn what_a_kept_plan_says_is_what_its_case_gives(backend: Backend) {
    let app = spawn(backend);
    cleared(&app, 2);
    ask_for(&app, CENTRE, "p-1", &json!({}));
    let id = keep(&app);
    let verified = app.post(
        Role::Coordinator,
        &format!("/plans/{id}/verify"),
        &json!({}),
    );
    let verified = verified.expect(200);
    assert_eq!(verified["holds"], true, "{verified}");
    let document = app.get(Role::Coordinator, &format!("/plans/{id}/document"));
    let case = app.get(Role::Coordinator, &format!("/plans/{id}/case"));
    let bearer = format!("Bearer {}", app.token(Role::Coordinator));
    let headers = [("Authorization", bearer.as_str())];
    let derived = app.send(
        "POST",
        "/plans/preview",
        &headers,
        Some(case.text.as_bytes()),
    );
    let mut derived_body = derived.expect(200);
    assert_eq!(
        derived_body.as_object_mut().unwrap().remove("binding"),
        Some(json!(false))
    );
    assert_eq!(derived_body, document.body);
    let changed = app.post(
        Role::Coordinator,
        "/plans/what-if",
        &json!({ "plan": id, "change": { "resupply": { CENTRE: "assured" } } }),
    );
    assert_eq!(changed.expect(200)["same"], false);
    let other = keep(&app);
    let body = json!({ "before": id, "after": other });
    let compared = app
        .post(Role::Coordinator, "/plans/compare", &body)
        .expect(200);
    assert_eq!(compared["same"], true, "{compared}");
}

fn the_doses_of_a_go_are_claims_as_any_other(backend: Backend) {
    let app = spawn(backend);
    cleared(&app, 1);
    let asked = app.ask("cart-2", 100_000, "2021-10-27");
    assert_eq!(asked.body["decision"], "NO-GO", "{}", asked.text);
    let seen = preview(&app);
    // who waits for a GO is a claim too: three doses that are not there
    assert_eq!(seen["case"]["car_t_patients"].as_array().unwrap().len(), 2);
    let statuses: Vec<_> = seen["plan"]["decisions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| (d["class"].as_str().unwrap(), d["status"].as_str().unwrap()))
        .collect();
    assert_eq!(
        statuses,
        [
            ("reserve-scheduled", "granted"),
            ("reserve-scheduled", "deferred")
        ]
    );
    assert_eq!(
        seen["case"]["stock"][0]["units"], 7,
        "what a GO holds is put back"
    );
}

fn a_plan_is_of_a_network_or_of_sites(backend: Backend) {
    let app = spawn(backend);
    for (body, pointer) in [
        (json!({}), "/network"),
        (json!({ "network": NETWORK, "sites": [CENTRE] }), "/network"),
        (json!({ "sites": [] }), "/network"),
        (json!({ "sites": [CENTRE, "12"] }), "/sites/1"),
        (
            json!({ "network": NETWORK, "transfers": "some" }),
            "/transfers",
        ),
        (
            json!({ "network": NETWORK, "horizon_days": 0 }),
            "/horizon_days",
        ),
        (
            json!({ "network": NETWORK, "dose_rounding_down_pct": 21 }),
            "/dose_rounding_down_pct",
        ),
        (
            json!({ "network": NETWORK, "rulebook": "none-such" }),
            "/rulebook",
        ),
    ] {
        let refused = app.post(Role::Coordinator, "/plans", &body);
        assert_eq!(refused.status, 422, "{body}: {}", refused.text);
        assert!(
            refused.text.contains(&format!("\"{pointer}\"")),
            "{body}: {}",
            refused.text
        );
    }
    let mixed = json!({ "sites": [CENTRE, FAR_CENTRE] });
    let refused = app.post(Role::Coordinator, "/plans", &mixed);
    assert_eq!(
        refused.body["reason"], "several-networks",
        "{}",
        refused.text
    );
    let mixed = json!({ "sites": [CENTRE, FAR_CENTRE], "transfers": "all" });
    app.post(Role::Coordinator, "/plans", &mixed).expect(200);
    for body in [
        json!({ "network": "ght-999" }),
        json!({ "sites": ["130000011"] }),
    ] {
        assert_eq!(
            app.post(Role::Coordinator, "/plans", &body).status,
            404,
            "{body}"
        );
    }
    let seen = app
        .post(Role::Pharmacist, "/plans", &json!({ "sites": [NEIGHBOUR] }))
        .expect(200);
    assert_eq!(seen["case"]["sites"].as_array().unwrap().len(), 1);
}

fn a_case_in_the_body_is_planned_and_kept_nowhere(backend: Backend) {
    let app = spawn(backend);
    let case = include_str!("../../fixtures/plan/01-case.json");
    let want: Value =
        serde_json::from_str(include_str!("../../fixtures/plan/01-want.json")).unwrap();
    let case: Value = serde_json::from_str(case).unwrap();
    let seen = app
        .post(Role::Pharmacist, "/plans/preview", &case)
        .expect(200);
    assert_eq!(seen["binding"], false);
    assert_eq!(seen["case_sha256"], want["case_sha256"]);
    let mut bad = case;
    bad["horizon_days"] = json!(0);
    bad["transfers"] = json!("some");
    let refused = app.post(Role::Pharmacist, "/plans/preview", &bad);
    assert_eq!(refused.status, 422, "{}", refused.text);
    for pointer in ["/horizon_days", "/transfers"] {
        assert!(refused.text.contains(pointer), "{}", refused.text);
    }
}

fn a_changed_case_is_answered_by_what_is_different(backend: Backend) {
    let app = spawn(backend);
    let case: Value =
        serde_json::from_str(include_str!("../../fixtures/plan/01-case.json")).unwrap();
    let body = json!({ "case": case, "change": { "horizon_days": 1 } });
    let seen = app
        .post(Role::Pharmacist, "/plans/what-if", &body)
        .expect(200);
    assert_eq!(seen["binding"], false);
    assert!(seen["changes"].is_array(), "{seen}");
    let body = json!({ "case": case, "change": { "horizon_days": 0 } });
    let refused = app.post(Role::Pharmacist, "/plans/what-if", &body);
    assert_eq!(refused.status, 422);
    assert!(
        refused.text.contains("/change/horizon_days"),
        "{}",
        refused.text
    );
    let refused = app.post(Role::Pharmacist, "/plans/what-if", &json!({ "change": {} }));
    assert_eq!(refused.status, 422, "{}", refused.text);
}

fn who_may_plan_and_who_may_only_ask(backend: Backend) {
    let app = spawn(backend);
    let shown = json!({ "network": NETWORK });
    let kept = json!({ "network": NETWORK, "keep": true });
    for role in Role::ALL {
        let may_see = matches!(role, Role::Pharmacist | Role::Coordinator);
        let status = app.post(role, "/plans", &shown).status;
        assert_eq!(status, if may_see { 200 } else { 403 }, "{role:?}");
        let may_keep = role == Role::Coordinator;
        let status = app.post(role, "/plans", &kept).status;
        assert_eq!(status, if may_keep { 201 } else { 403 }, "{role:?}");
    }
    // a site beyond the caller's reach is not planned
    let far = json!({ "network": "ght-002" });
    assert_eq!(app.post(Role::Pharmacist, "/plans", &far).status, 403);
    let far = json!({ "network": "ght-002", "keep": true });
    let far = app.post(Role::Coordinator, "/plans", &far).expect(201);
    let path = format!("/plans/{}", far["id"].as_str().unwrap());
    assert_eq!(app.get(Role::Pharmacist, &path).status, 403);
    let plans = app.get(Role::Pharmacist, "/plans").expect(200);
    assert_eq!(plans["items"].as_array().unwrap().len(), 1, "{plans}");
}
