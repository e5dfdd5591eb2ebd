//! A standing GO, when weights and resupply change under it.

use crate::service::{App, CENTRE, MG400, spawn};
use crate::story::at;
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    a_greater_weight_holds_more
    a_greater_weight_that_nothing_covers_breaks_the_go
    resupply_set_compromised_holds_a_third_dose
    resupply_set_compromised_breaks_what_has_no_third_dose
    a_confirmed_delivery_assures_resupply_until_it_is_cancelled
    a_cancelled_infusion_gives_its_doses_back
}

fn a_greater_weight_holds_more(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 6);
    let answer = app.go("cart-1", 50_000, "2021-10-25");
    assert_eq!(app.lot("B1"), (6, 3));
    app.correct(&answer["patient"], &json!({ "weight_g": 100_000 }))
        .expect(200);
    assert_eq!(app.lot("B1"), (6, 6));
    assert_eq!(app.held(&answer).len(), 3);
    assert_eq!(app.standing(&answer), ("GO".into(), "standing".into()));
    // and a smaller one gives back what it does without
    app.correct(&answer["patient"], &json!({ "weight_g": 40_000 }))
        .expect(200);
    assert_eq!(app.lot("B1"), (6, 3));
}

fn a_greater_weight_that_nothing_covers_breaks_the_go(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 4);
    let answer = app.go("cart-1", 50_000, "2021-10-25");
    app.correct(&answer["patient"], &json!({ "weight_g": 100_000 }))
        .expect(200);
    assert_eq!(app.standing(&answer), ("NO-GO".into(), "broken".into()));
    assert_eq!(app.held(&answer).len(), 2);
    assert_eq!(app.alerts("clearance-broken").len(), 1);
    assert_eq!(app.alerts("reserve-below-minimum").len(), 1);
    app.receive(CENTRE, MG400, "B2", "2022-06-30", 2);
    assert_eq!(app.standing(&answer), ("GO".into(), "standing".into()));
    assert_eq!(app.held(&answer).len(), 3);
    assert!(app.alerts("clearance-broken").is_empty());
    assert!(app.alerts("reserve-below-minimum").is_empty());
}

fn set_resupply(app: &App, body: &Value) {
    app.edit(Role::Pharmacist, "PUT", &at("/resupply"), body)
        .expect(200);
}

fn by_hand(resupply: &str) -> Value {
    json!({ "resupply": resupply, "reason": "told by the wholesaler", "until": "2021-11-30" })
}

fn resupply_set_compromised_holds_a_third_dose(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 6);
    set_resupply(&app, &by_hand("assured"));
    assert_eq!(app.reserve(), (2, 2));
    let answer = app.go("cart-1", 100_000, "2021-10-25");
    assert_eq!((&answer["doses"], app.held(&answer).len()), (&json!(2), 2));
    set_resupply(&app, &by_hand("compromised"));
    assert_eq!(app.held(&answer).len(), 3);
    assert_eq!(app.standing(&answer), ("GO".into(), "standing".into()));
    assert_eq!(app.reserve(), (3, 3));
}

fn resupply_set_compromised_breaks_what_has_no_third_dose(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 5);
    set_resupply(&app, &by_hand("assured"));
    let answer = app.go("cart-1", 100_000, "2021-10-25");
    set_resupply(&app, &by_hand("compromised"));
    assert_eq!(app.standing(&answer), ("NO-GO".into(), "broken".into()));
    assert_eq!(app.held(&answer).len(), 2);
    assert_eq!(app.alerts("clearance-broken").len(), 1);
    // what was set by hand is taken back, and a delivery says it instead
    let coming =
        json!({ "cip13": MG400, "units": 4, "expected_on": "2021-10-22", "confirmed": true });
    app.post(Role::Pharmacist, &at("/deliveries"), &coming)
        .expect(201);
    set_resupply(&app, &json!({}));
    assert_eq!(app.standing(&answer), ("GO".into(), "standing".into()));
    assert!(app.alerts("clearance-broken").is_empty());
}

fn a_confirmed_delivery_assures_resupply_until_it_is_cancelled(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 6);
    let resupply = || {
        let seen = app.see("/reserve");
        (
            seen["resupply"].as_str().unwrap().to_owned(),
            seen["required"].as_u64().unwrap(),
        )
    };
    let announce = |units: u32, day: &str, confirmed: bool| {
        let body =
            json!({ "cip13": MG400, "units": units, "expected_on": day, "confirmed": confirmed });
        app.post(Role::Pharmacist, &at("/deliveries"), &body)
            .expect(201)["id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    announce(4, "2021-10-28", true);
    announce(3, "2021-10-25", true);
    let id = announce(4, "2021-10-27", false);
    assert_eq!(resupply(), ("compromised".into(), 3));
    let path = at(&format!("/deliveries/{id}"));
    app.edit(
        Role::Pharmacist,
        "PATCH",
        &path,
        &json!({ "state": "confirmed" }),
    )
    .expect(200);
    assert_eq!(resupply(), ("assured".into(), 2));
    let answer = app.go("cart-1", 100_000, "2021-10-25");
    assert_eq!(answer["resupply"], "assured");
    assert_eq!(app.held(&answer).len(), 2);
    app.edit(
        Role::Pharmacist,
        "PATCH",
        &path,
        &json!({ "state": "cancelled", "reason": "factory closed" }),
    )
    .expect(200);
    assert_eq!(resupply(), ("compromised".into(), 3));
    assert_eq!(app.held(&answer).len(), 3);
    let again = app.edit(
        Role::Pharmacist,
        "PATCH",
        &path,
        &json!({ "state": "confirmed" }),
    );
    assert_eq!(again.status, 409, "{}", again.text);
}

fn a_cancelled_infusion_gives_its_doses_back(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 8);
    let answer = app.go("cart-1", 100_000, "2021-10-25");
    let moved = app.correct(
        &answer["patient"],
        &json!({ "infusion_date": "2021-10-26" }),
    );
    assert_eq!(moved.status, 409, "{}", moved.text);
    app.correct(&answer["patient"], &json!({ "cancelled": true }))
        .expect(200);
    assert_eq!(app.standing(&answer), ("NO-GO".into(), "released".into()));
    assert_eq!(app.lot("B1"), (8, 0));
    assert_eq!(app.reserve(), (3, 3));
    app.go("cart-1", 100_000, "2021-10-28");
}
