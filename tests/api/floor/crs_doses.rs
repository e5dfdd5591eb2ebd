//! What treats a cytokine release syndrome, and when a dose of it was given.

use super::crs::given;
use crate::service::{App, CENTRE, MG80, MG200, MG400, SYRINGE, spawn};
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    what_does_not_treat_crs_is_refused_at_its_line
    single_vials_are_a_dose_when_together_they_make_one
    two_doses_in_one_request_are_two_and_what_is_above_a_dose_is_none
    a_reversal_takes_back_the_doses_that_it_undoes
}

const OTHER: &str = "3400935955838";

fn treat(app: &App, cip13: &str, units: u32) -> Value {
    let body = json!({ "kind": "dispensing", "cip13": cip13, "units": units, "patient": "cart-1", "indication": "crs" });
    app.book(&body).expect(201)
}

fn what_does_not_treat_crs_is_refused_at_its_line(backend: Backend) {
    let app = spawn(backend);
    let new = json!({ "cip13": OTHER, "strength_mg": 1000, "label": "Paracétamol 1 g", "route": "oral", "units_per_box": 8 });
    app.post(Role::Admin, "/catalogue", &new).expect(201);
    app.receive(CENTRE, OTHER, "P1", "2022-06-30", 8);
    app.receive(CENTRE, SYRINGE, "S1", "2022-06-30", 8);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 8);
    let answer = app.go("cart-1", 100_000, "2021-10-20");
    let refused = |mut body: Value, place: &str, found: &str| {
        body["kind"] = json!("dispensing");
        body["patient"] = json!("cart-1");
        body["indication"] = json!("crs");
        let refused = app.book(&body);
        assert_eq!(refused.status, 422, "{}", refused.text);
        assert_eq!(refused.body["reason"], "not-for-crs");
        let fault = &refused.body["errors"][0];
        assert_eq!(
            (&fault["pointer"], &fault["found"]),
            (&json!(place), &json!(found)),
            "{}",
            refused.text
        );
        let expected = fault["expected"].as_str().unwrap();
        for treats in [MG80, MG200, MG400] {
            assert!(expected.contains(treats), "{expected}");
        }
    };
    refused(json!({ "cip13": OTHER, "units": 1 }), "/cip13", OTHER);
    refused(json!({ "cip13": SYRINGE, "units": 2 }), "/cip13", SYRINGE);
    let lines = json!([{ "cip13": MG400, "units": 2 }, { "cip13": OTHER, "units": 1 }]);
    refused(json!({ "lines": lines }), "/lines/1/cip13", OTHER);
    assert_eq!((given(&app, &answer["patient"]), app.lot("B1").0), (0, 8));
}

fn single_vials_are_a_dose_when_together_they_make_one(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG80, "A1", "2022-06-30", 20);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 12);
    let answer = app.go("cart-1", 100_000, "2021-10-20");
    let so_far = || given(&app, &answer["patient"]);
    // 800 mg: five vials of 80 mg and one of 400 mg
    for _ in 0..5 {
        treat(&app, MG80, 1);
        assert_eq!(so_far(), 0);
    }
    treat(&app, MG400, 1);
    assert_eq!(so_far(), 1);
    treat(&app, MG400, 1);
    assert_eq!((so_far(), app.standing(&answer).1), (1, "standing".into()));
    treat(&app, MG400, 1);
    assert_eq!(so_far(), 2);
}

fn two_doses_in_one_request_are_two_and_what_is_above_a_dose_is_none(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG80, "A1", "2022-06-30", 20);
    app.receive(CENTRE, MG200, "C1", "2022-06-30", 20);
    // 240 mg
    let answer = app.go("cart-1", 30_000, "2021-10-20");
    let so_far = || given(&app, &answer["patient"]);
    let lines = json!([{ "cip13": MG200, "units": 2 }, { "cip13": MG80, "units": 2 }]);
    let body =
        json!({ "kind": "dispensing", "lines": lines, "patient": "cart-1", "indication": "crs" });
    app.book(&body).expect(201);
    assert_eq!(so_far(), 2);
    // with the 80 mg thrown away of the two before, this would be 240
    treat(&app, MG200, 1);
    assert_eq!(so_far(), 2);
}

fn a_reversal_takes_back_the_doses_that_it_undoes(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 12);
    let answer = app.go("cart-1", 100_000, "2021-10-20");
    let so_far = || given(&app, &answer["patient"]);
    let undo = |done: &Value| {
        let id = &done["movements"][0]["id"];
        app.book(&json!({ "kind": "reversal", "movement": id, "note": "not given" }))
            .expect(201);
    };
    let first = treat(&app, MG400, 1);
    let second = treat(&app, MG400, 2);
    assert_eq!(so_far(), 1);
    // of three vials one: still a dose
    undo(&first);
    assert_eq!(so_far(), 1);
    undo(&second);
    assert_eq!(so_far(), 0);
    treat(&app, MG400, 1);
    assert_eq!(so_far(), 0);
    // a count entered by hand stands, and what follows is added to it
    app.correct(&answer["patient"], &json!({ "doses_given": 1 }))
        .expect(200);
    treat(&app, MG400, 1);
    assert_eq!(so_far(), 2);
}
