//! May this infusion start: GO with its holds, NO-GO with what would turn it.

mod ends;
mod no_go;
mod shaken;

use crate::service::{MG400, NEIGHBOUR, spawn};
use crate::story::{at, items};
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::json;

on_both! {
    a_go_holds_its_doses_lot_by_lot
    a_question_without_holding_leaves_nothing
    nobody_is_cleared_twice
    a_day_that_cannot_be_is_refused_at_its_place
    a_site_without_car_t_clears_nobody
}

fn a_go_holds_its_doses_lot_by_lot(backend: Backend) {
    let app = spawn(backend);
    app.receive(crate::service::CENTRE, MG400, "B1", "2022-06-30", 8);
    let answer = app.go("cart-1", 100_000, "2021-10-25");
    assert_eq!(answer["doses"], 3);
    assert_eq!(answer["resupply"], "compromised");
    assert_eq!(answer["kept"], true);
    assert!(answer.get("shortfall").is_none());
    let two_each: Vec<_> = (1..=3).map(|dose| (dose, "B1".to_owned(), 2)).collect();
    assert_eq!(app.held(&answer), two_each);
    assert_eq!(app.lot("B1"), (8, 6));
    assert_eq!(app.reserve(), (3, 3));
    let told = answer["holds"].as_array().unwrap();
    assert!(told.iter().all(|h| h["units"] == 2 && h["cip13"] == MG400));
    assert_eq!(app.standing(&answer), ("GO".into(), "standing".into()));
    assert!(app.alerts("reserve-below-minimum").is_empty());
}

fn a_question_without_holding_leaves_nothing(backend: Backend) {
    let app = spawn(backend);
    app.receive(crate::service::CENTRE, MG400, "B1", "2022-06-30", 8);
    let trail = || {
        let path = format!("/audit?site={}&limit=200", crate::service::CENTRE);
        items(&app.get(Role::Coordinator, &path).expect(200)).len()
    };
    let before = trail();
    for (weight, decision) in [(100_000, "GO"), (9_000, "GO")] {
        let body = json!({ "pseudonym": "cart-1", "weight_g": weight, "infusion_date": "2021-10-25", "hold": false });
        let answer = app
            .post(Role::CarTUnit, &at("/clearances"), &body)
            .expect(200);
        assert_eq!(answer["decision"], decision, "{answer}");
        assert_eq!(answer["kept"], false);
        assert!(answer.get("id").is_none() && answer.get("patient").is_none());
        assert!(!answer["holds"].as_array().unwrap().is_empty());
    }
    app.lose(MG400, "B1", 4);
    let after_loss = trail();
    let body = json!({ "pseudonym": "cart-1", "weight_g": 100_000, "infusion_date": "2021-10-25", "hold": false });
    let answer = app
        .post(Role::CarTUnit, &at("/clearances"), &body)
        .expect(200);
    assert_eq!(answer["decision"], "NO-GO");
    assert_eq!(answer["shortfall"]["doses"], 1);
    for empty in ["/clearances", "/car-t-patients", "/holds"] {
        assert_eq!(
            items(&app.see(empty)),
            [] as [serde_json::Value; 0],
            "{empty}"
        );
    }
    assert!(before < after_loss);
    assert_eq!(trail(), after_loss);
    assert_eq!(app.lot("B1"), (4, 0));
}

fn nobody_is_cleared_twice(backend: Backend) {
    let app = spawn(backend);
    app.receive(crate::service::CENTRE, MG400, "B1", "2022-06-30", 20);
    app.go("cart-1", 100_000, "2021-10-25");
    let again = app.ask("cart-1", 100_000, "2021-10-26");
    assert_eq!(again.status, 409, "{}", again.text);
    assert_eq!(again.body["reason"], "already-cleared", "{}", again.text);
    assert_eq!(app.lot("B1"), (20, 6));
    // another patient is another question
    app.go("cart-2", 100_000, "2021-10-25");
    assert_eq!(app.lot("B1"), (20, 12));
}

fn a_day_that_cannot_be_is_refused_at_its_place(backend: Backend) {
    let app = spawn(backend);
    app.receive(crate::service::CENTRE, MG400, "B1", "2022-06-30", 20);
    // the site's own day is 20 October; 28 days count, this one among them
    for day in ["2021-10-19", "2021-11-17"] {
        let refused = app.ask("cart-1", 100_000, day);
        assert_eq!(refused.status, 422, "{}", refused.text);
        assert!(refused.text.contains("/infusion_date"), "{}", refused.text);
    }
    assert_eq!(items(&app.see("/car-t-patients")).len(), 0);
    app.go("cart-1", 100_000, "2021-10-20");
    app.go("cart-2", 100_000, "2021-11-16");
}

fn a_site_without_car_t_clears_nobody(backend: Backend) {
    let app = spawn(backend);
    let body = json!({ "pseudonym": "cart-1", "weight_g": 100_000, "infusion_date": "2021-10-25" });
    let path = format!("/sites/{NEIGHBOUR}/clearances");
    let refused = app.post(Role::CarTUnit, &path, &body);
    assert_eq!(
        (refused.status, &refused.body["reason"]),
        (409, &json!("not-a-car-t-centre")),
        "{}",
        refused.text
    );
}
