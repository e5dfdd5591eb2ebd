//! The cold is lost: what was in it is set apart at once, and decided later.

use super::{decide, here, of, receipt, refused, warm};
use crate::service::{CENTRE, MG400, NEIGHBOUR, spawn};
use crate::story::{at, items};
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::json;

on_both! {
    everything_in_a_fridge_is_set_apart_and_released_when_it_is_stable
    lots_are_decided_one_by_one
    what_came_after_is_not_in_it
    what_was_set_apart_by_hand_stays_so
    what_is_wrong_with_an_excursion_is_told_at_once
    an_excursion_that_is_sent_again_is_answered_again
}

fn everything_in_a_fridge_is_set_apart_and_released_when_it_is_stable(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 3);
    app.receive(CENTRE, MG400, "B2", "2022-06-30", 4);
    let go = app.go("cart-1", 50_000, "2021-10-25");
    let body = json!({
        "reason": "fridge 2 without power", "from": "2021-10-20T01:15:00Z",
        "to": "2021-10-20T05:40:00Z", "lowest_tenths": 40, "highest_tenths": 125,
    });
    let warmed = app
        .post(Role::Pharmacist, &at("/excursions"), &body)
        .expect(201);
    assert_eq!(warmed["movements"].as_array().unwrap().len(), 2);
    assert_eq!((here(&app, "B1"), here(&app, "B2")), ((0, 3, 0), (0, 4, 0)));
    assert_eq!(app.standing(&go), ("NO-GO".into(), "broken".into()));
    assert_eq!(app.alerts("clearance-broken").len(), 1);
    let excursion = &warmed["excursion"];
    assert_eq!(
        (&excursion["undecided"], &excursion["whole"]),
        (&json!(2), &json!(true))
    );
    refused(app.book(&of("release", "B1", 1)), 409, "held-back");
    let seen = app.see(&format!(
        "/excursions/{}",
        excursion["id"].as_str().unwrap()
    ));
    assert_eq!(
        (&seen["highest_tenths"], &seen["from"]),
        (&json!(125), &json!("2021-10-20T01:15:00Z"))
    );
    assert_eq!(items(&app.see("/excursions"))[0], seen);
    let done = decide(&app, &warmed, "release", None).expect(200);
    assert_eq!(done["excursion"]["undecided"], 0);
    assert_eq!(
        done["excursion"]["lots"][0]["decision"]["reference"],
        "answer 4711"
    );
    assert_eq!(app.standing(&go), ("GO".into(), "standing".into()));
    assert!(app.alerts("clearance-broken").is_empty());
    assert_eq!(here(&app, "B1").1 + here(&app, "B2").1, 0);
    refused(decide(&app, &warmed, "destroy", None), 409, "wrong-state");
}

fn lots_are_decided_one_by_one(backend: Backend) {
    let app = spawn(backend);
    for lot in ["B1", "B2", "B3", "B4"] {
        app.receive(CENTRE, MG400, lot, "2022-06-30", 3);
    }
    let warmed = warm(&app, Some(&["B1", "B2", "B3"])).expect(201);
    assert_eq!((here(&app, "B3"), here(&app, "B4")), ((0, 3, 0), (3, 0, 0)));
    decide(&app, &warmed, "destroy", Some(&["B1"])).expect(200);
    decide(&app, &warmed, "release", Some(&["B2"])).expect(200);
    assert_eq!(
        (here(&app, "B1"), here(&app, "B2"), here(&app, "B3")),
        ((0, 0, 0), (3, 0, 0), (0, 3, 0))
    );
    let moved = items(&app.see("/movements?kind=destruction"));
    assert_eq!(
        (&moved[0]["reason"], &moved[0]["quarantined"]),
        (&json!("excursion"), &json!(-3))
    );
    refused(
        decide(&app, &warmed, "release", Some(&["B1"])),
        409,
        "wrong-state",
    );
    refused(
        decide(&app, &warmed, "release", Some(&["B4"])),
        404,
        "unknown-lot",
    );
    // what is left is the third
    let done = decide(&app, &warmed, "release", None).expect(200);
    assert_eq!(done["movements"].as_array().unwrap().len(), 1);
    assert_eq!(here(&app, "B3"), (3, 0, 0));
}

fn what_came_after_is_not_in_it(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 3);
    let warmed = warm(&app, None).expect(201);
    app.book(&receipt("B1", 2)).expect(201);
    assert_eq!(here(&app, "B1"), (2, 3, 0));
    app.book(&of("quarantine", "B1", 2)).expect(201);
    let no = refused(app.book(&of("release", "B1", 3)), 409, "held-back");
    assert_eq!(no["units_free"], 2);
    app.book(&of("release", "B1", 2)).expect(201);
    decide(&app, &warmed, "destroy", None).expect(200);
    assert_eq!(here(&app, "B1"), (2, 0, 0));
}

fn what_was_set_apart_by_hand_stays_so(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 5);
    app.book(&of("quarantine", "B1", 2)).expect(201);
    let warmed = warm(&app, None).expect(201);
    // they were in the fridge too: not released before it is decided
    refused(app.book(&of("release", "B1", 1)), 409, "held-back");
    decide(&app, &warmed, "release", None).expect(200);
    assert_eq!(here(&app, "B1"), (3, 2, 0));
    app.book(&of("release", "B1", 2)).expect(201);
    assert_eq!(here(&app, "B1"), (5, 0, 0));
}

fn what_is_wrong_with_an_excursion_is_told_at_once(backend: Backend) {
    let app = spawn(backend);
    refused(warm(&app, None), 409, "wrong-state");
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 3);
    app.receive(NEIGHBOUR, MG400, "B9", "2022-06-30", 3);
    refused(warm(&app, Some(&["B9"])), 404, "unknown-lot");
    let faults = |body: &serde_json::Value| {
        let told = app
            .post(Role::Pharmacist, &at("/excursions"), body)
            .expect(422);
        told["errors"].as_array().map_or(0, Vec::len)
    };
    let wrong = json!({
        "reason": "", "from": "2021-10-20T05:00:00Z", "to": "2021-10-20T04:00:00Z",
        "lowest_tenths": 3000, "lots": [{ "cip13": "1", "lot": "B1" }],
    });
    assert_eq!(faults(&wrong), 4);
    assert_eq!(faults(&json!({ "reason": "x", "lots": [] })), 1);
    assert_eq!(
        faults(&json!({ "reason": "x", "lowest_tenths": 90, "highest_tenths": 80 })),
        1
    );
    let ahead = json!({ "reason": "x", "from": "2021-10-21T05:00:00Z" });
    refused(
        app.post(Role::Pharmacist, &at("/excursions"), &ahead),
        422,
        "in-the-future",
    );
    app.post(
        Role::Coordinator,
        &at("/excursions"),
        &json!({ "reason": "x" }),
    )
    .expect(403);
    let decision = json!({ "decision": "wait", "reason": "x" });
    app.post(Role::Pharmacist, &at("/excursions/none/decide"), &decision)
        .expect(422);
    let decision = json!({ "decision": "release", "reason": "x" });
    app.post(Role::Pharmacist, &at("/excursions/none/decide"), &decision)
        .expect(404);
    assert_eq!(here(&app, "B1"), (3, 0, 0));
}

fn an_excursion_that_is_sent_again_is_answered_again(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 3);
    let body = json!({ "reason": "fridge 2 without power" });
    let send = || app.post_with_key(Role::Pharmacist, &at("/excursions"), &body, "once");
    let (first, second) = (send(), send());
    assert_eq!((first.status, &first.text), (201, &second.text));
    assert_eq!(items(&app.see("/excursions")).len(), 1);
    let id = first.body["excursion"]["id"].as_str().unwrap();
    let path = at(&format!("/excursions/{id}/decide"));
    let body = json!({ "decision": "destroy", "reason": "frozen" });
    let decide = || app.post_with_key(Role::Pharmacist, &path, &body, "decide-once");
    let (first, second) = (decide(), decide());
    assert_eq!((first.status, &first.text), (200, &second.text));
    assert_eq!(here(&app, "B1"), (0, 0, 0));
}
