//! A cytokine release syndrome is treated, whatever it costs a reserve.

use crate::service::{Answer, App, CENTRE, MG80, MG400, spawn};
use crate::story::items;
use crate::support::Backend;
use serde_json::{Value, json};

on_both! {
    a_crs_dose_takes_its_own_hold_first
    a_crs_dose_takes_what_is_free_before_what_others_hold
    a_crs_dose_takes_from_whoever_ranks_last
    a_crs_dose_is_refused_only_when_there_is_none
    a_crs_dose_that_was_not_given_is_counted_back
}

fn treat(app: &App, patient: &str, units: u32) -> Answer {
    app.book(&json!({ "kind": "dispensing", "cip13": MG400, "units": units, "patient": patient, "indication": "crs" }))
}

pub(super) fn given(app: &App, patient: &Value) -> u64 {
    let all = items(&app.see("/car-t-patients"));
    all.iter().find(|p| p["id"] == *patient).unwrap()["doses_given"]
        .as_u64()
        .unwrap()
}

fn a_crs_dose_takes_its_own_hold_first(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 8);
    let answer = app.go("cart-1", 100_000, "2021-10-20");
    treat(&app, "cart-1", 2).expect(201);
    assert_eq!(app.lot("B1"), (6, 4));
    assert_eq!(
        (app.held(&answer).len(), given(&app, &answer["patient"])),
        (2, 1)
    );
    assert_eq!(app.standing(&answer), ("GO".into(), "standing".into()));
}

fn a_crs_dose_takes_what_is_free_before_what_others_hold(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 8);
    let answer = app.go("cart-1", 100_000, "2021-10-25");
    treat(&app, "emergency-1", 2).expect(201);
    assert_eq!(
        (app.lot("B1"), app.standing(&answer).1),
        ((6, 6), "standing".into())
    );
    let done = treat(&app, "emergency-1", 1).expect(201);
    assert_eq!(
        done["reserves"][0],
        json!({ "rulebook": "roactemra-2021-10-14", "possible": 2, "required": 3 })
    );
    assert_eq!(app.standing(&answer), ("NO-GO".into(), "broken".into()));
    // the vial that was left of the third dose is free
    assert_eq!((app.lot("B1"), app.held(&answer).len()), ((5, 4), 2));
    assert_eq!(app.alerts("clearance-broken").len(), 1);
    assert_eq!(app.alerts("reserve-below-minimum").len(), 1);
    let heard = app.heard();
    assert!(
        heard.contains(&("opened".into(), "car-t@example.org".into())),
        "{heard:?}"
    );
}

fn a_crs_dose_takes_from_whoever_ranks_last(backend: Backend) {
    let app = spawn(backend);
    // the infused patient holds what expires first, the one infused last what expires last
    app.receive(CENTRE, MG400, "B1", "2022-01-31", 6);
    let infused = app.go("cart-1", 100_000, "2021-10-20");
    app.receive(CENTRE, MG400, "B2", "2022-03-31", 6);
    let soon = app.go("cart-2", 100_000, "2021-10-23");
    app.receive(CENTRE, MG400, "B3", "2022-06-30", 6);
    let last = app.go("cart-3", 100_000, "2021-10-30");
    treat(&app, "emergency-1", 2).expect(201);
    assert_eq!(
        (app.lot("B1"), app.lot("B2"), app.lot("B3")),
        ((6, 6), (6, 6), (4, 4))
    );
    assert_eq!(app.standing(&last), ("NO-GO".into(), "broken".into()));
    // the rest of the last one's, then the next
    treat(&app, "emergency-1", 6).expect(201);
    assert_eq!(
        (app.lot("B1").0, app.lot("B2").0, app.lot("B3").0),
        (6, 4, 0)
    );
    assert_eq!(app.standing(&soon), ("NO-GO".into(), "broken".into()));
    assert_eq!(app.standing(&infused), ("GO".into(), "standing".into()));
    assert_eq!(app.alerts("clearance-broken").len(), 2);
}

fn a_crs_dose_is_refused_only_when_there_is_none(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 6);
    app.go("cart-1", 100_000, "2021-10-25");
    let refused = treat(&app, "emergency-1", 7);
    assert_eq!(
        (refused.status, &refused.body["type"]),
        (409, &json!("/problems/not-enough-units")),
        "{}",
        refused.text
    );
    // nothing of the attempt is left
    assert_eq!(app.lot("B1"), (6, 6));
    assert!(app.alerts("clearance-broken").is_empty());
    let lines = json!([{ "cip13": MG400, "units": 1 }, { "cip13": MG80, "units": 1 }]);
    let body = json!({ "kind": "dispensing", "lines": lines, "patient": "emergency-1", "indication": "crs" });
    assert_eq!(app.book(&body).status, 409);
    assert_eq!(app.lot("B1"), (6, 6));
    treat(&app, "emergency-1", 6).expect(201);
    assert_eq!((app.lot("B1"), app.reserve()), ((0, 0), (0, 3)));
}

fn a_crs_dose_that_was_not_given_is_counted_back(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 6);
    let answer = app.go("cart-1", 100_000, "2021-10-20");
    let done = app.clearance(&answer, "use", &json!({})).expect(201);
    assert_eq!(
        (app.lot("B1"), given(&app, &answer["patient"])),
        ((4, 4), 1)
    );
    let undo =
        json!({ "kind": "reversal", "movement": done["movements"][0]["id"], "note": "not given" });
    app.book(&undo).expect(201);
    assert_eq!(
        (app.lot("B1"), given(&app, &answer["patient"])),
        ((6, 6), 0)
    );
    assert_eq!(app.standing(&answer), ("GO".into(), "standing".into()));
}
