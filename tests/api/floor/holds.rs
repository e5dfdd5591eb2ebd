//! Losses and quarantine: holds are cut in reverse rank, made again, or the clearance is broken.

use crate::service::{App, CENTRE, MG400, spawn};
use crate::support::Backend;
use serde_json::{Value, json};

on_both! {
    a_loss_takes_what_is_free_first
    a_loss_cuts_whoever_ranks_last_and_holds_again_from_another_lot
    a_loss_that_nothing_covers_breaks_the_go
    a_quarantined_lot_is_held_no_more
    a_release_heals_what_was_broken
}

fn set_apart(app: &App, kind: &str, units: u32) -> Value {
    let body = json!({ "kind": kind, "cip13": MG400, "lot": "B1", "units": units, "note": "fridge at 11 °C" });
    app.book(&body).expect(201)
}

fn a_loss_takes_what_is_free_first(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 8);
    let answer = app.go("cart-1", 100_000, "2021-10-25");
    let held = app.held(&answer);
    app.lose(MG400, "B1", 2);
    assert_eq!((app.lot("B1"), app.held(&answer)), ((6, 6), held));
    assert_eq!(app.standing(&answer), ("GO".into(), "standing".into()));
}

fn a_loss_cuts_whoever_ranks_last_and_holds_again_from_another_lot(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 12);
    let late = app.go("cart-1", 100_000, "2021-10-30");
    let soon = app.go("cart-2", 100_000, "2021-10-22");
    app.receive(CENTRE, MG400, "B2", "2022-05-31", 2);
    app.lose(MG400, "B1", 2);
    // the later infusion lost a dose, and has another from the other lot
    let of = |answer: &Value, lot: &str| {
        let rows = app.held(answer);
        rows.iter()
            .filter(|(_, l, _)| l == lot)
            .map(|(_, _, n)| n)
            .sum::<u64>()
    };
    assert_eq!((of(&soon, "B1"), of(&soon, "B2")), (6, 0));
    assert_eq!((of(&late, "B1"), of(&late, "B2")), (4, 2));
    assert_eq!((app.lot("B1"), app.lot("B2")), ((10, 10), (2, 2)));
    assert_eq!(app.standing(&late), ("GO".into(), "standing".into()));
    assert!(app.alerts("clearance-broken").is_empty());
}

fn a_loss_that_nothing_covers_breaks_the_go(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 12);
    let late = app.go("cart-1", 100_000, "2021-10-30");
    let soon = app.go("cart-2", 100_000, "2021-10-22");
    let done = app.lose(MG400, "B1", 5);
    assert_eq!(done["reserves"][0]["possible"], 3);
    assert_eq!(app.standing(&soon), ("GO".into(), "standing".into()));
    assert_eq!(app.standing(&late), ("NO-GO".into(), "broken".into()));
    assert_eq!((app.held(&soon).len(), app.held(&late)), (3, vec![]));
    assert_eq!(app.lot("B1"), (7, 6));
    let more =
        json!({ "kind": "loss", "cip13": MG400, "lot": "B1", "units": 8, "reason": "theft" });
    assert_eq!(app.book(&more).status, 409);
}

fn a_quarantined_lot_is_held_no_more(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 6);
    let answer = app.go("cart-1", 100_000, "2021-10-25");
    app.receive(CENTRE, MG400, "B2", "2022-05-31", 6);
    set_apart(&app, "quarantine", 6);
    assert_eq!((app.lot("B1"), app.lot("B2")), ((0, 0), (6, 6)));
    assert_eq!(app.held(&answer).len(), 3);
    assert_eq!(app.standing(&answer), ("GO".into(), "standing".into()));
    assert!(app.alerts("clearance-broken").is_empty());
}

fn a_release_heals_what_was_broken(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 6);
    let answer = app.go("cart-1", 100_000, "2021-10-25");
    set_apart(&app, "quarantine", 3);
    assert_eq!(app.standing(&answer), ("NO-GO".into(), "broken".into()));
    assert_eq!((app.held(&answer).len(), app.lot("B1")), (1, (3, 2)));
    assert_eq!(
        (app.reserve(), app.alerts("clearance-broken").len()),
        ((1, 3), 1)
    );
    set_apart(&app, "release", 1);
    assert_eq!((app.held(&answer).len(), app.reserve()), (2, (2, 3)));
    set_apart(&app, "release", 2);
    assert_eq!(app.standing(&answer), ("GO".into(), "standing".into()));
    assert_eq!((app.held(&answer).len(), app.reserve()), (3, (3, 3)));
    assert!(app.alerts("clearance-broken").is_empty());
    assert!(app.alerts("reserve-below-minimum").is_empty());
    let none =
        json!({ "kind": "release", "cip13": MG400, "lot": "B1", "units": 1, "note": "again" });
    assert_eq!(app.book(&none).status, 409);
}
