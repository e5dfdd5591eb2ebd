//! A shelf is counted while others go on, and its differences are booked when that is closed.

use crate::service::{Answer, App, CENTRE, MG80, MG400, NEIGHBOUR, spawn};
use crate::story::{at, items};
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    what_is_dispensed_between_count_and_close_stays_dispensed
    of_a_lot_that_is_counted_twice_the_last_count_holds
    a_count_that_is_sent_again_is_one_count
    what_the_ledger_does_not_know_is_found
    a_count_that_is_entered_late_is_of_its_own_hour
    a_dispensing_that_is_entered_late_was_before_the_count
    what_has_left_since_cannot_be_missing_again
    every_line_that_hinders_is_named_and_nothing_is_booked
    lots_that_were_not_counted_are_left_when_somebody_says_so
    a_clerical_correction_costs_no_reserve_a_dose_and_missing_units_do
    one_inventory_at_a_time_and_none_after_its_end
    a_count_by_hand_in_between_must_be_counted_again
    units_in_quarantine_are_counted_apart
    what_is_found_of_a_recalled_lot_is_set_apart
}

#[track_caller]
fn opened(app: &App) -> String {
    let body = json!({ "note": "yearly inventory" });
    let opened = app
        .post(Role::Pharmacist, &at("/inventories"), &body)
        .expect(201);
    assert_eq!(opened["state"], "open");
    at(&format!("/inventories/{}", opened["id"].as_str().unwrap()))
}

fn count(app: &App, inventory: &str, lot: &str, counted: u32, more: &Value) -> Answer {
    let mut body = json!({ "cip13": MG400, "lot": lot, "counted": counted });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    app.post(Role::Pharmacist, &format!("{inventory}/counts"), &body)
}

/// Closes; each difference is a lot and its reason.
fn close(app: &App, inventory: &str, differences: &[(&str, &str)], more: &Value) -> Answer {
    let rows = differences.iter().map(|(lot, reason)| {
        json!({ "cip13": MG400, "lot": lot, "reason": reason, "note": "counted by two" })
    });
    let mut body = json!({ "differences": rows.collect::<Value>() });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    app.post(Role::Pharmacist, &format!("{inventory}/close"), &body)
}

#[track_caller]
fn seen(app: &App, inventory: &str) -> Value {
    app.get(Role::Pharmacist, inventory).expect(200)
}

fn dispense(app: &App, lot: &str, units: u32, happened_at: Option<&str>) {
    let body = json!({
        "kind": "dispensing", "cip13": MG400, "lot": lot, "units": units, "happened_at": happened_at,
        "patient": "cart-1", "indication": "crs",
    });
    app.book(&body).expect(201);
}

/// What hinders: lot and why.
fn hindrances(answer: Answer) -> Vec<(String, String)> {
    let told = answer.expect(409);
    assert_eq!(told["reason"], "cannot-close", "{told}");
    let text = |v: &Value| v.as_str().unwrap().to_owned();
    let lines = told["lines"].as_array().unwrap().iter();
    lines.map(|l| (text(&l["lot"]), text(&l["why"]))).collect()
}

fn hinder(lot: &str, why: &str) -> (String, String) {
    (lot.to_owned(), why.to_owned())
}

fn what_is_dispensed_between_count_and_close_stays_dispensed(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 8);
    let inventory = opened(&app);
    let line = count(&app, &inventory, "B1", 7, &json!({})).expect(201);
    assert_eq!(
        (&line["expected"], &line["difference"], &line["moved_since"]),
        (&json!(8), &json!(-1), &json!(0))
    );
    dispense(&app, "B1", 2, None);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 4);
    let line = &seen(&app, &inventory)["lines"][0];
    assert_eq!(
        (&line["expected"], &line["difference"], &line["moved_since"]),
        (&json!(8), &json!(-1), &json!(2))
    );
    let done = close(&app, &inventory, &[("B1", "missing")], &json!({})).expect(200);
    // seven were counted, two left, four came
    assert_eq!(app.lot("B1").0, 9);
    assert_eq!(done["inventory"]["state"], "closed");
    let booked = &done["inventory"]["booked"][0];
    assert_eq!(
        (&booked["units"], &booked["reason"], &booked["lot"]),
        (&json!(-1), &json!("missing"), &json!("B1"))
    );
    let moved = &done["movements"][0];
    assert_eq!(
        (&moved["kind"], &moved["usable"], &moved["reason"]),
        (&json!("count-adjustment"), &json!(-1), &json!("missing"))
    );
    assert_eq!(moved["id"], booked["movement"]);
}

fn of_a_lot_that_is_counted_twice_the_last_count_holds(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 8);
    let inventory = opened(&app);
    count(&app, &inventory, "B1", 5, &json!({})).expect(201);
    dispense(&app, "B1", 1, None);
    count(&app, &inventory, "B1", 7, &json!({})).expect(201);
    let lines = seen(&app, &inventory)["lines"].clone();
    assert_eq!(lines.as_array().unwrap().len(), 1);
    assert_eq!(
        (
            &lines[0]["counted"],
            &lines[0]["times"],
            &lines[0]["difference"]
        ),
        (&json!(7), &json!(2), &json!(0))
    );
    let done = close(&app, &inventory, &[], &json!({})).expect(200);
    assert_eq!(done["movements"], json!([]));
    assert_eq!(app.lot("B1").0, 7);
}

fn a_count_that_is_sent_again_is_one_count(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 8);
    let inventory = opened(&app);
    let body = json!({ "cip13": MG400, "lot": "B1", "counted": 6 });
    let path = format!("{inventory}/counts");
    let send = || app.post_with_key(Role::Pharmacist, &path, &body, "once");
    let (first, second) = (send(), send());
    assert_eq!((first.status, &first.text), (201, &second.text));
    assert_eq!(seen(&app, &inventory)["lines"][0]["times"], 1);
    let body = json!({ "differences": [{ "cip13": MG400, "lot": "B1", "reason": "missing" }] });
    let path = format!("{inventory}/close");
    let send = || app.post_with_key(Role::Pharmacist, &path, &body, "close-once");
    let (first, second) = (send(), send());
    assert_eq!((first.status, &first.text), (200, &second.text));
    assert_eq!(app.lot("B1").0, 6);
}

fn what_the_ledger_does_not_know_is_found(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 8);
    app.receive(NEIGHBOUR, MG400, "B7", "2022-01-31", 1);
    let inventory = opened(&app);
    count(&app, &inventory, "B1", 9, &json!({})).expect(201);
    for lot in ["X1", "B7"] {
        let without = count(&app, &inventory, lot, 2, &json!({})).expect(404);
        assert_eq!(without["reason"], "unknown-lot");
        let line = count(&app, &inventory, lot, 2, &json!({ "expiry": "2022-05-31" })).expect(201);
        assert_eq!(
            (&line["expected"], &line["difference"]),
            (&json!(0), &json!(2))
        );
    }
    let strange =
        json!({ "cip13": "3400936963504", "lot": "B1", "counted": 1, "expiry": "2022-05-31" });
    let answer = app.post(Role::Pharmacist, &format!("{inventory}/counts"), &strange);
    assert!(matches!(answer.status, 404 | 422), "{}", answer.text);
    let found = [("B1", "found"), ("X1", "found"), ("B7", "clerical")];
    let done = close(&app, &inventory, &found, &json!({})).expect(200);
    assert_eq!(done["movements"].as_array().unwrap().len(), 3);
    assert_eq!(
        (app.lot("B1").0, app.lot("X1").0, app.lot("B7").0),
        (9, 2, 2)
    );
}

/// An hour of the service's own clock.
fn hour(app: &App) -> String {
    app.clock.now().to_rfc3339()
}

fn a_count_that_is_entered_late_is_of_its_own_hour(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 8);
    let before = hour(&app);
    let inventory = opened(&app);
    let counted = hour(&app);
    dispense(&app, "B1", 3, None);
    let late = json!({ "counted_at": counted });
    let line = count(&app, &inventory, "B1", 8, &late).expect(201);
    assert_eq!(
        (&line["expected"], &line["difference"], &line["moved_since"]),
        (&json!(8), &json!(0), &json!(-3))
    );
    let early = count(&app, &inventory, "B1", 8, &json!({ "counted_at": before })).expect(422);
    assert_eq!(early["reason"], "in-the-past");
    let ahead = json!({ "counted_at": "2021-10-21T06:00:00Z" });
    let ahead = count(&app, &inventory, "B1", 8, &ahead).expect(422);
    assert_eq!(ahead["reason"], "in-the-future");
    close(&app, &inventory, &[], &json!({})).expect(200);
    assert_eq!(app.lot("B1").0, 5);
}

fn a_dispensing_that_is_entered_late_was_before_the_count(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 8);
    let given = hour(&app);
    let inventory = opened(&app);
    // seven: one was given, and nobody has entered it yet
    count(&app, &inventory, "B1", 7, &json!({})).expect(201);
    dispense(&app, "B1", 1, Some(&given));
    let line = seen(&app, &inventory)["lines"][0].clone();
    assert_eq!(
        (
            &line["expected"],
            &line["expected_then"],
            &line["difference"]
        ),
        (&json!(7), &json!(8), &json!(0))
    );
    close(&app, &inventory, &[], &json!({})).expect(200);
    assert_eq!(app.lot("B1").0, 7);
    // and what was undone since was never there
    let wrong = app.book(&json!({ "kind": "receipt", "cip13": MG400, "lot": "B1", "expiry": "2022-06-30", "units": 5 })).expect(201);
    let inventory = opened(&app);
    count(&app, &inventory, "B1", 7, &json!({})).expect(201);
    let undo = json!({ "kind": "reversal", "movement": wrong["movements"][0]["id"], "note": "typed twice" });
    app.book(&undo).expect(201);
    close(&app, &inventory, &[], &json!({})).expect(200);
    assert_eq!(app.lot("B1").0, 7);
}

fn what_has_left_since_cannot_be_missing_again(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 8);
    app.receive(CENTRE, MG400, "B2", "2022-06-30", 8);
    let inventory = opened(&app);
    count(&app, &inventory, "B1", 2, &json!({})).expect(201);
    count(&app, &inventory, "B2", 7, &json!({})).expect(201);
    dispense(&app, "B1", 3, None);
    let reasons = [("B1", "missing"), ("B2", "missing")];
    let told = close(&app, &inventory, &reasons, &json!({}));
    assert_eq!(hindrances(told), [hinder("B1", "negative")]);
    assert_eq!((app.lot("B1").0, app.lot("B2").0), (5, 8));
    count(&app, &inventory, "B1", 4, &json!({})).expect(201);
    close(&app, &inventory, &reasons, &json!({})).expect(200);
    assert_eq!((app.lot("B1").0, app.lot("B2").0), (4, 7));
}

fn every_line_that_hinders_is_named_and_nothing_is_booked(backend: Backend) {
    let app = spawn(backend);
    for lot in ["B1", "B2", "B3", "B4"] {
        app.receive(CENTRE, MG400, lot, "2022-06-30", 8);
    }
    let inventory = opened(&app);
    for (lot, counted) in [("B1", 7), ("B2", 9), ("B3", 8)] {
        count(&app, &inventory, lot, counted, &json!({})).expect(201);
    }
    let told = close(
        &app,
        &inventory,
        &[("B2", "missing"), ("B3", "found")],
        &json!({}),
    );
    assert_eq!(
        hindrances(told),
        [
            hinder("B1", "no-reason"),
            hinder("B2", "other-reason"),
            hinder("B3", "other-reason"),
            hinder("B4", "uncounted"),
        ]
    );
    let stray = close(&app, &inventory, &[("B9", "missing")], &json!({})).expect(404);
    assert_eq!(stray["reason"], "unknown-lot");
    let twice = close(
        &app,
        &inventory,
        &[("B1", "missing"), ("B1", "clerical")],
        &json!({}),
    );
    twice.expect(422);
    assert_eq!((app.lot("B1").0, app.lot("B2").0), (8, 8));
    assert_eq!(seen(&app, &inventory)["state"], "open");
}

fn lots_that_were_not_counted_are_left_when_somebody_says_so(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 8);
    app.receive(CENTRE, MG80, "C1", "2022-06-30", 5);
    let inventory = opened(&app);
    count(&app, &inventory, "B1", 8, &json!({})).expect(201);
    let left = seen(&app, &inventory)["uncounted"].clone();
    assert_eq!(
        (&left[0]["lot"], &left[0]["units"]),
        (&json!("C1"), &json!(5))
    );
    assert_eq!(
        hindrances(close(&app, &inventory, &[], &json!({}))),
        [hinder("C1", "uncounted")]
    );
    close(&app, &inventory, &[], &json!({ "uncounted": "book" })).expect(422);
    let done = close(&app, &inventory, &[], &json!({ "uncounted": "leave" })).expect(200);
    assert_eq!(done["inventory"]["uncounted"][0]["lot"], "C1");
    assert_eq!(app.lot("C1").0, 5);
}

fn a_clerical_correction_costs_no_reserve_a_dose_and_missing_units_do(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 6);
    app.receive(CENTRE, MG400, "B2", "2022-06-30", 2);
    let (possible, _) = app.reserve();
    assert!(possible > 0);
    let inventory = opened(&app);
    count(&app, &inventory, "B1", 0, &json!({})).expect(201);
    count(&app, &inventory, "B2", 3, &json!({})).expect(201);
    let reasons = |why| [("B1", why), ("B2", "found")];
    let told = close(&app, &inventory, &reasons("clerical"), &json!({})).expect(409);
    assert_eq!(told["reason"], "reserve-would-break", "{told}");
    // nothing is booked, what was found neither
    assert_eq!((app.lot("B1").0, app.lot("B2").0), (6, 2));
    close(&app, &inventory, &reasons("missing"), &json!({})).expect(200);
    assert_eq!((app.lot("B1").0, app.lot("B2").0), (0, 3));
    assert!(app.reserve().0 < possible);
}

fn one_inventory_at_a_time_and_none_after_its_end(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 8);
    let inventory = opened(&app);
    app.post(Role::Pharmacist, &at("/inventories"), &json!({}))
        .expect(409);
    let elsewhere = format!("/sites/{NEIGHBOUR}/inventories");
    app.post(Role::Pharmacist, &elsewhere, &json!({}))
        .expect(201);
    app.post(Role::Coordinator, &at("/inventories"), &json!({}))
        .expect(403);
    count(&app, &inventory, "B1", 5, &json!({})).expect(201);
    let cancel = || {
        app.post(
            Role::Pharmacist,
            &format!("{inventory}/cancel"),
            &json!({ "note": "begun by mistake" }),
        )
    };
    assert_eq!(cancel().expect(200)["state"], "cancelled");
    assert_eq!(app.lot("B1").0, 8);
    cancel().expect(409);
    count(&app, &inventory, "B1", 5, &json!({})).expect(409);
    close(&app, &inventory, &[("B1", "missing")], &json!({})).expect(409);
    let second = opened(&app);
    let all = items(&app.see("/inventories"));
    assert_eq!(all.len(), 2);
    assert_eq!(
        (&all[0]["state"], &all[1]["state"]),
        (&json!("open"), &json!("cancelled"))
    );
    let there = second.replace(CENTRE, NEIGHBOUR);
    app.get(Role::Pharmacist, &there).expect(404);
}

fn a_count_by_hand_in_between_must_be_counted_again(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 8);
    let inventory = opened(&app);
    count(&app, &inventory, "B1", 7, &json!({})).expect(201);
    app.book(&json!({ "kind": "count-adjustment", "cip13": MG400, "lot": "B1", "counted": 7 }))
        .expect(201);
    let told = close(&app, &inventory, &[("B1", "missing")], &json!({}));
    assert_eq!(hindrances(told), [hinder("B1", "adjusted-since")]);
    count(&app, &inventory, "B1", 7, &json!({})).expect(201);
    close(&app, &inventory, &[], &json!({})).expect(200);
    assert_eq!(app.lot("B1").0, 7);
}

fn units_in_quarantine_are_counted_apart(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 8);
    app.book(&json!({ "kind": "quarantine", "cip13": MG400, "lot": "B1", "units": 3, "note": "label torn" })).expect(201);
    let inventory = opened(&app);
    count(&app, &inventory, "B1", 5, &json!({})).expect(201);
    let apart = json!({ "state": "quarantined" });
    assert_eq!(
        hindrances(close(&app, &inventory, &[], &json!({}))),
        [hinder("B1", "uncounted")]
    );
    let line = count(&app, &inventory, "B1", 2, &apart).expect(201);
    assert_eq!(
        (&line["expected"], &line["difference"]),
        (&json!(3), &json!(-1))
    );
    let body = json!({ "differences": [{ "cip13": MG400, "lot": "B1", "state": "quarantined", "reason": "missing" }] });
    let done = app
        .post(Role::Pharmacist, &format!("{inventory}/close"), &body)
        .expect(200);
    assert_eq!(
        (
            &done["movements"][0]["usable"],
            &done["movements"][0]["quarantined"]
        ),
        (&json!(0), &json!(-1))
    );
}

fn what_is_found_of_a_recalled_lot_is_set_apart(backend: Backend) {
    let app = spawn(backend);
    let recall = json!({ "cip13": MG400, "lot": "X1", "reason": "particles" });
    app.post(Role::Coordinator, "/lots/recall", &recall)
        .expect(201);
    let inventory = opened(&app);
    count(
        &app,
        &inventory,
        "X1",
        2,
        &json!({ "expiry": "2022-05-31" }),
    )
    .expect(201);
    let done = close(&app, &inventory, &[("X1", "found")], &json!({})).expect(200);
    assert_eq!(done["movements"].as_array().unwrap().len(), 2);
    assert_eq!(app.lot("X1"), (0, 0));
    assert_eq!(app.alerts("recall")[0]["expected"], 2);
}
