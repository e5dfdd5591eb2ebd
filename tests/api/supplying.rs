//! What a site waits for, and whether it can count on it: deliveries that are late, short, more than was
//! announced or never come, and who hears when resupply turns compromised.

use crate::service::{Answer, App, CENTRE, FAR_CENTRE, MG80, MG400, spawn};
use crate::shelf::{faults, refused};
use crate::story::{at, items};
use crate::support::{Backend, block};
use dotation::app::turn_day::Days;
use dotation::domain::calendar::Instant;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    a_delivery_that_comes_short_and_is_closed_tells_its_whole_story
    a_delivery_is_never_moved_into_the_past
    an_edit_that_changes_nothing_is_none
    a_late_delivery_counts_no_more_and_is_heard_of
    resupply_that_never_was_assured_is_no_news
    resupply_that_a_pharmacist_sets_by_hand_is_heard_too
    a_site_that_is_no_centre_any_more_hears_of_no_resupply
    more_than_was_announced_and_another_presentation
    two_confirm_at_once_and_one_has_seen_an_old_version
    what_turns_out_not_to_have_arrived_is_as_sure_as_it_was
}

const COMPROMISED: &str = "resupply-compromised";

fn coming(app: &App, units: u32, on: &str, confirmed: bool) -> String {
    let body = json!({ "cip13": MG400, "units": units, "expected_on": on, "confirmed": confirmed });
    let made = app.post(Role::Pharmacist, &at("/deliveries"), &body);
    made.expect(201)["id"].as_str().unwrap().to_owned()
}

fn path(id: &str) -> String {
    at(&format!("/deliveries/{id}"))
}

fn edit(app: &App, id: &str, body: &Value) -> Answer {
    app.edit(Role::Pharmacist, "PATCH", &path(id), body)
}

fn comes(app: &App, id: &str, cip13: &str, units: u32) -> Answer {
    app.book(&json!({ "kind": "receipt", "cip13": cip13, "lot": "B1", "expiry": "2022-06-30", "units": units, "delivery": id }))
}

fn resupply(app: &App) -> String {
    app.see("/reserve")["resupply"].as_str().unwrap().to_owned()
}

fn turn(days: &mut Days, now: &str) {
    let now: Instant = now.parse().unwrap();
    let turned = block(days.turn(now)).unwrap();
    assert!(
        turned
            .iter()
            .any(|(site, done)| site == CENTRE && done.is_ok())
    );
}

/// The letters about an alert, sent or not: event and address, sorted.
fn heard_of(app: &App, alert: &Value) -> Vec<(String, String)> {
    let of = |e: &&Value| e["alert"] == alert["id"];
    let text = |v: &Value| v.as_str().unwrap().to_owned();
    let all = items(&app.emails("?limit=200"));
    let mut rows: Vec<_> = all
        .iter()
        .filter(of)
        .map(|e| (text(&e["event"]), text(&e["to_email"])))
        .collect();
    rows.sort();
    rows
}

fn a_delivery_that_comes_short_and_is_closed_tells_its_whole_story(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B0", "2022-06-30", 12);
    let id = coming(&app, 10, "2021-10-22", false);
    edit(&app, &id, &json!({ "state": "confirmed" })).expect(200);
    edit(
        &app,
        &id,
        &json!({ "expected_on": "2021-10-25", "reason": "a strike" }),
    )
    .expect(200);
    edit(&app, &id, &json!({ "units": 8 })).expect(200);
    let came = comes(&app, &id, MG400, 6).expect(201);
    let undo =
        json!({ "kind": "reversal", "movement": came["movements"][0]["id"], "note": "wrong box" });
    app.book(&undo).expect(201);
    comes(&app, &id, MG400, 5).expect(201);
    let why = json!({ "state": "received", "reason": "the rest is out of stock" });
    edit(&app, &id, &why).expect(200);
    let seen = app.see(&format!("/deliveries/{id}"));
    assert_eq!(
        (&seen["arrived"], &seen["short"], &seen["late"]),
        (&json!(5), &json!(3), &json!(false))
    );
    let story: Vec<(&str, u64)> = seen["history"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| (e["event"].as_str().unwrap(), e["arrived"].as_u64().unwrap()))
        .collect();
    assert_eq!(
        story,
        [
            ("announced", 0),
            ("confirmed", 0),
            ("postponed", 0),
            ("corrected", 0),
            ("arrived", 6),
            ("undone", 0),
            ("arrived", 5),
            ("closed", 5),
        ]
    );
    let history = seen["history"].as_array().unwrap();
    assert_eq!(history[2]["reason"], "a strike");
    assert_eq!(history[7]["reason"], "the rest is out of stock");
    assert_eq!(history[0]["role"], "pharmacist");
    assert!(history[0]["by"].as_str().unwrap().len() > 10);
    // of a list, the history is left out
    assert_eq!(app.see("/deliveries")["items"][0].get("history"), None);
    // a coordinator of another network's sites sees it too, whoever has no token does not
    let other = format!("/sites/{FAR_CENTRE}/deliveries/{id}");
    assert_eq!(app.get(Role::Coordinator, &other).status, 404);
}

fn a_delivery_is_never_moved_into_the_past(backend: Backend) {
    let app = spawn(backend);
    let id = coming(&app, 10, "2021-10-22", true);
    let moved = edit(&app, &id, &json!({ "expected_on": "2021-10-19" }));
    assert_eq!(faults(&moved, 422), ["/expected_on"]);
    refused(moved, 422, "in-the-past");
    edit(&app, &id, &json!({ "expected_on": "2021-10-20" })).expect(200);
    let cancelled = edit(&app, &id, &json!({ "state": "cancelled" }));
    assert_eq!(faults(&cancelled, 422), ["/reason"]);
    refused(cancelled, 422, "reason-missing");
    let why = json!({ "state": "cancelled", "reason": "ordered twice" });
    assert_eq!(edit(&app, &id, &why).expect(200)["to_come"], 0);
    refused(edit(&app, &id, &json!({ "units": 3 })), 409, "wrong-state");
}

fn an_edit_that_changes_nothing_is_none(backend: Backend) {
    let app = spawn(backend);
    let id = coming(&app, 10, "2021-10-22", true);
    for nothing in [
        json!({}),
        json!({ "units": 10, "expected_on": "2021-10-22", "state": "confirmed" }),
        json!({ "reason": "for no reason" }),
    ] {
        let same = edit(&app, &id, &nothing).expect(200);
        assert_eq!(same["version"], 1, "{nothing}");
    }
    let seen = app.see(&format!("/deliveries/{id}"));
    assert_eq!(seen["history"].as_array().unwrap().len(), 1);
}

fn a_late_delivery_counts_no_more_and_is_heard_of(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B0", "2022-06-30", 12);
    let mut days = Days::new(app.service.clone());
    turn(&mut days, "2021-10-20T06:00:00Z");
    let id = coming(&app, 6, "2021-10-22", true);
    assert_eq!((resupply(&app), app.reserve().1), ("assured".into(), 2));
    assert_eq!(app.alerts(COMPROMISED).len(), 0);
    // its day counts to its end, in Paris
    turn(&mut days, "2021-10-21T22:00:00Z");
    assert_eq!(app.alerts(COMPROMISED).len(), 0);
    turn(&mut days, "2021-10-22T22:00:00Z");
    let alert = app.alerts(COMPROMISED).remove(0);
    assert_eq!(
        (&alert["found"], &alert["expected"]),
        (&json!(2), &json!(3))
    );
    let opened = |to: &str| ("opened".to_owned(), to.to_owned());
    let both = [opened("car-t@example.org"), opened("pui@example.org")];
    assert_eq!(heard_of(&app, &alert), both);
    // once: the next day says nothing more
    turn(&mut days, "2021-10-23T22:00:00Z");
    assert_eq!(heard_of(&app, &alert), both);
    // what was confirmed again for a day to come closes it
    edit(&app, &id, &json!({ "expected_on": "2021-10-26" })).expect(200);
    assert_eq!(app.alerts(COMPROMISED).len(), 0);
    let closed = |to: &str| ("closed".to_owned(), to.to_owned());
    let all = [
        closed("car-t@example.org"),
        closed("pui@example.org"),
        both[0].clone(),
        both[1].clone(),
    ];
    assert_eq!(heard_of(&app, &alert), all);
    // and a second time it is news again
    let why = json!({ "state": "cancelled", "reason": "the van is broken" });
    edit(&app, &id, &why).expect(200);
    let again = app.alerts(COMPROMISED).remove(0);
    assert_ne!(again["id"], alert["id"]);
}

fn resupply_that_never_was_assured_is_no_news(backend: Backend) {
    let app = spawn(backend);
    let mut days = Days::new(app.service.clone());
    turn(&mut days, "2021-10-20T06:00:00Z");
    app.receive(CENTRE, MG400, "B0", "2022-06-30", 1);
    coming(&app, 10, "2021-10-22", false);
    let far = coming(&app, 10, "2021-11-22", true);
    let why = json!({ "state": "cancelled", "reason": "too late anyway" });
    edit(&app, &far, &why).expect(200);
    turn(&mut days, "2021-10-21T22:00:00Z");
    assert_eq!(resupply(&app), "compromised");
    assert_eq!(app.alerts(COMPROMISED).len(), 0);
}

fn resupply_that_a_pharmacist_sets_by_hand_is_heard_too(backend: Backend) {
    let app = spawn(backend);
    coming(&app, 10, "2021-10-22", true);
    let by_hand =
        |resupply: &str| json!({ "resupply": resupply, "reason": "a call", "until": "2021-10-30" });
    let set = |body: &Value| {
        app.edit(Role::Pharmacist, "PUT", &at("/resupply"), body)
            .expect(200)
    };
    set(&by_hand("compromised"));
    assert_eq!(app.alerts(COMPROMISED).len(), 1);
    // acknowledged, it stays until it is assured again
    let alert = app.alerts(COMPROMISED).remove(0);
    let known = format!("/alerts/{}/acknowledge", alert["id"].as_str().unwrap());
    app.post(Role::Pharmacist, &known, &json!({})).expect(200);
    assert_eq!(app.alerts(COMPROMISED)[0]["state"], "acknowledged");
    set(&by_hand("assured"));
    assert_eq!(app.alerts(COMPROMISED).len(), 0);
    set(&json!({}));
    assert_eq!(
        (resupply(&app), app.alerts(COMPROMISED).len()),
        ("assured".into(), 0)
    );
}

fn a_site_that_is_no_centre_any_more_hears_of_no_resupply(backend: Backend) {
    let app = spawn(backend);
    let id = coming(&app, 10, "2021-10-22", true);
    let why = json!({ "state": "cancelled", "reason": "ordered twice" });
    edit(&app, &id, &why).expect(200);
    assert_eq!(app.alerts(COMPROMISED).len(), 1);
    let centre = |is: bool| {
        let body = json!({ "car_t": is });
        app.edit(Role::Admin, "PATCH", &at(""), &body).expect(200)
    };
    coming(&app, 10, "2021-10-22", true);
    assert_eq!(app.alerts(COMPROMISED).len(), 0);
    centre(false);
    let other = items(&app.see("/deliveries"));
    let open = other.iter().find(|d| d["state"] == "confirmed").unwrap();
    let id = open["id"].as_str().unwrap().to_owned();
    edit(&app, &id, &why).expect(200);
    // a centre again, it begins with what it is then
    centre(true);
    assert_eq!(
        (resupply(&app), app.alerts(COMPROMISED).len()),
        ("compromised".into(), 0)
    );
}

fn more_than_was_announced_and_another_presentation(backend: Backend) {
    let app = spawn(backend);
    let id = coming(&app, 4, "2021-10-22", true);
    refused(comes(&app, &id, MG80, 2), 422, "other-presentation");
    comes(&app, &id, MG400, 5).expect(201);
    let seen = app.see(&format!("/deliveries/{id}"));
    assert_eq!(
        (
            &seen["state"],
            &seen["units"],
            &seen["arrived"],
            &seen["short"]
        ),
        (&json!("received"), &json!(4), &json!(5), &json!(0))
    );
}

fn two_confirm_at_once_and_one_has_seen_an_old_version(backend: Backend) {
    let app = spawn(backend);
    let id = coming(&app, 10, "2021-10-22", false);
    let bearer = format!("Bearer {}", app.token(Role::Pharmacist));
    let headers = [("Authorization", bearer.as_str()), ("If-Match", "\"v1\"")];
    let body = json!({ "state": "confirmed" }).to_string();
    let send = || app.send("PATCH", &path(&id), &headers, Some(body.as_bytes()));
    let both = std::thread::scope(|s| {
        let other = s.spawn(send);
        [send().status, other.join().unwrap().status]
    });
    assert!(both.contains(&200) && both.contains(&412), "{both:?}");
    assert_eq!(app.see(&format!("/deliveries/{id}"))["version"], 2);
}

fn what_turns_out_not_to_have_arrived_is_as_sure_as_it_was(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B0", "2022-06-30", 12);
    let undone = |id: &str| {
        let came = comes(&app, id, MG400, 10).expect(201);
        let undo = json!({ "kind": "reversal", "movement": came["movements"][0]["id"], "note": "wrong box" });
        app.book(&undo).expect(201);
        app.see(&format!("/deliveries/{id}"))["state"].clone()
    };
    let id = coming(&app, 10, "2021-10-22", false);
    assert_eq!(undone(&id), "announced", "nobody confirmed it");
    edit(&app, &id, &json!({ "state": "confirmed" })).expect(200);
    assert_eq!(undone(&id), "confirmed");
    // who closed it short knows that no more comes
    let came = comes(&app, &id, MG400, 4).expect(201);
    let why = json!({ "state": "received", "reason": "the rest is out of stock" });
    edit(&app, &id, &why).expect(200);
    let undo =
        json!({ "kind": "reversal", "movement": came["movements"][0]["id"], "note": "wrong box" });
    app.book(&undo).expect(201);
    assert_eq!(app.see(&format!("/deliveries/{id}"))["state"], "received");
}
