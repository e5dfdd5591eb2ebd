//! An override reaches what is held: for one patient, with a written reason.

use crate::service::{Answer, App, CENTRE, MG400, spawn};
use crate::support::Backend;
use serde_json::{Value, json};

on_both! {
    an_override_takes_what_is_free_and_then_what_is_held_last_rank_first
    an_override_of_more_than_there_is_is_refused_and_leaves_nothing
    an_override_of_held_units_is_made_good_from_what_is_free
}

fn overriding(app: &App, units: u32) -> Answer {
    let body = json!({ "kind": "dispensing-override", "cip13": MG400, "units": units, "patient": "ward-1", "note": "vital, no alternative" });
    app.book(&body)
}

fn an_override_takes_what_is_free_and_then_what_is_held_last_rank_first(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-01-31", 6);
    let soon = app.go("cart-1", 100_000, "2021-10-21");
    app.receive(CENTRE, MG400, "B2", "2022-06-30", 7);
    let late = app.go("cart-2", 100_000, "2021-10-30");
    assert_eq!((app.lot("B1"), app.lot("B2")), ((6, 6), (7, 6)));
    // an ordinary dispensing goes no further than what is free
    let ordinary =
        app.book(&json!({ "kind": "dispensing", "cip13": MG400, "units": 2, "patient": "ward-1" }));
    assert_eq!(ordinary.status, 409, "{}", ordinary.text);
    let done = overriding(&app, 2).expect(201);
    let kinds = |v: &Value| {
        v["movements"]
            .as_array()
            .unwrap()
            .iter()
            .map(|m| m["kind"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(kinds(&done), ["dispensing-override"]);
    assert_eq!(done["reserves"][0]["possible"], 5, "{done}");
    // the one infused last loses a dose; the one before loses nothing
    assert_eq!(app.standing(&late), ("NO-GO".into(), "broken".into()));
    assert_eq!(app.standing(&soon), ("GO".into(), "standing".into()));
    assert_eq!(app.lot("B1"), (6, 6));
    assert_eq!(app.alerts("override").len(), 1);
    assert_eq!(app.alerts("clearance-broken").len(), 1);
    assert_eq!(app.alerts("reserve-below-minimum").len(), 1);
    let heard = app.heard();
    assert!(
        heard.contains(&("opened".into(), "ght@example.org".into())),
        "{heard:?}"
    );
}

fn an_override_of_more_than_there_is_is_refused_and_leaves_nothing(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 6);
    let answer = app.go("cart-1", 100_000, "2021-10-25");
    let refused = overriding(&app, 7);
    assert_eq!(refused.status, 409, "{}", refused.text);
    assert_eq!(
        (app.lot("B1"), app.standing(&answer).1),
        ((6, 6), "standing".into())
    );
    assert!(app.alerts("override").is_empty() && app.alerts("clearance-broken").is_empty());
    overriding(&app, 6).expect(201);
    assert_eq!((app.lot("B1"), app.reserve()), ((0, 0), (0, 3)));
}

fn an_override_of_held_units_is_made_good_from_what_is_free(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 6);
    let answer = app.go("cart-1", 100_000, "2021-10-25");
    // other vials make the dose as well
    app.receive(CENTRE, crate::service::MG80, "A1", "2022-06-30", 10);
    overriding(&app, 2).expect(201);
    assert_eq!(
        (app.standing(&answer).1, app.reserve()),
        ("standing".into(), (3, 3))
    );
    assert_eq!(app.lot("A1"), (10, 10));
    assert_eq!(app.alerts("override").len(), 1);
    assert!(app.alerts("clearance-broken").is_empty());
}
