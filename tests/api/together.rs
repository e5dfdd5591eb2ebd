//! Many at once: nothing is given twice, nothing is lost, and every sum is right.

use crate::service::{App, CENTRE, MG80, MG400, NEIGHBOUR, beside, spawn};
use crate::story::{at, items};
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};
use std::sync::Barrier;
use std::time::Duration;

on_both! {
    of_two_who_ask_for_the_last_doses_one_is_told_go
    two_hundred_units_go_to_two_hundred_requests
    one_new_lot_arrives_at_two_sites_at_once
    one_pack_is_scanned_at_two_sites_at_once
    one_key_sent_many_times_at_once_moves_once
    a_token_taken_away_twice_at_once_is_gone
}

#[test]
fn two_instances_give_two_hundred_units_to_two_hundred_requests() {
    let first = spawn(Backend::Postgres);
    let second = beside(&first);
    hand_out(&[&first, &second]);
}

#[test]
fn two_instances_tell_one_of_two_go() {
    let first = spawn(Backend::Postgres);
    let second = beside(&first);
    last_doses(&first, &[&first, &second]);
}

/// Does the same at the same moment, once for each of `who`, and returns what came of it.
pub(crate) fn at_once<W: Sync, T: Send>(who: &[W], job: impl Fn(&W) -> T + Sync) -> Vec<T> {
    let start = Barrier::new(who.len());
    std::thread::scope(|scope| {
        let threads: Vec<_> = who
            .iter()
            .map(|one| {
                scope.spawn(|| {
                    start.wait();
                    job(one)
                })
            })
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    })
}

fn of_two_who_ask_for_the_last_doses_one_is_told_go(backend: Backend) {
    let app = spawn(backend);
    last_doses(&app, &[&app, &app]);
}

fn last_doses(app: &App, doors: &[&App; 2]) {
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 6);
    for round in 0..10 {
        let who = [
            (doors[0], format!("a-{round}")),
            (doors[1], format!("b-{round}")),
        ];
        let answers = at_once(&who, |(door, name)| {
            door.ask(name, 100_000, "2021-10-25").expect(201)
        });
        let (go, no): (Vec<_>, Vec<_>) = answers.iter().partition(|a| a["decision"] == "GO");
        assert_eq!((go.len(), no.len()), (1, 1), "{answers:?}");
        assert_eq!(app.lot("B1"), (6, 6));
        assert_eq!(app.held(go[0]).len(), 3);
        app.correct(&go[0]["patient"], &json!({ "cancelled": true }))
            .expect(200);
        assert_eq!(app.lot("B1"), (6, 0));
    }
}

fn two_hundred_units_go_to_two_hundred_requests(backend: Backend) {
    hand_out(&[&spawn(backend)]);
}

/// Sixteen clients, a hundred requests each, for two hundred units.
fn hand_out(doors: &[&App]) {
    let app = doors[0];
    app.receive(NEIGHBOUR, MG80, "B1", "2022-06-30", 200);
    let clients: Vec<usize> = (0..16).collect();
    let statuses = at_once(&clients, |n| {
        let door = doors[n % doors.len()];
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_mins(1)))
            .build()
            .into();
        let url = format!("http://{}/api/v1/sites/{NEIGHBOUR}/movements", door.address);
        let body = json!({ "kind": "dispensing", "cip13": MG80, "units": 1 });
        let one = |k: usize| loop {
            let mut answer = agent
                .post(&url)
                .header(
                    "Authorization",
                    format!("Bearer {}", door.token(Role::Pharmacist)),
                )
                .header("Idempotency-Key", format!("client-{n}-{k}"))
                .send_json(&body)
                .unwrap();
            let text = answer.body_mut().read_to_string().unwrap();
            match answer.status().as_u16() {
                // too busy: nothing was done, and the same key may be sent again
                503 => std::thread::sleep(Duration::from_millis(50)),
                status @ (201 | 409) => break status,
                other => panic!("{other} {text}"),
            }
        };
        (0..100).map(one).collect::<Vec<_>>()
    });
    let granted = statuses.iter().flatten().filter(|s| **s == 201).count();
    assert_eq!(granted, 200);
    let ledger = ledger(app, NEIGHBOUR);
    let sum: i64 = ledger.iter().map(|m| m["usable"].as_i64().unwrap()).sum();
    assert_eq!((ledger.len(), sum), (201, 0));
    let mut numbers: Vec<_> = ledger.iter().map(|m| m["seq"].as_i64().unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=201).collect::<Vec<_>>());
    let stock = app
        .get(
            Role::Pharmacist,
            &format!("/sites/{NEIGHBOUR}/stock?empty=true"),
        )
        .expect(200);
    assert_eq!(stock["presentations"][0]["usable"], 0);
}

/// Every movement of a site, page by page.
fn ledger(app: &App, site: &str) -> Vec<Value> {
    let (mut rows, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = app
            .get(
                Role::Pharmacist,
                &format!("/sites/{site}/movements?limit=200{cursor}"),
            )
            .expect(200);
        rows.extend(items(&page));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return rows,
        }
    }
}

fn one_new_lot_arrives_at_two_sites_at_once(backend: Backend) {
    let app = spawn(backend);
    for round in 0..5 {
        let lot = format!("NEW{round}");
        at_once(&[CENTRE, NEIGHBOUR], |site| {
            app.receive(site, MG400, &lot, "2022-06-30", 3);
        });
        for site in [CENTRE, NEIGHBOUR] {
            let seen = app
                .get(Role::Pharmacist, &format!("/sites/{site}/stock"))
                .expect(200);
            let lots = seen["presentations"][0]["lots"].as_array().unwrap();
            let found: Vec<_> = lots
                .iter()
                .filter(|l| l["lot"] == lot.as_str())
                .map(|l| l["usable"].clone())
                .collect();
            assert_eq!(found, [3], "{seen}");
        }
    }
}

fn one_pack_is_scanned_at_two_sites_at_once(backend: Backend) {
    let app = spawn(backend);
    for round in 0..5 {
        let scan = format!("]d2010{MG400}17220630102B{round}\u{1d}21SERIAL{round}");
        let body = json!({ "kind": "receipt", "scan": scan });
        let mut statuses = at_once(&[CENTRE, NEIGHBOUR], |site| {
            let answer = app.post(Role::Pharmacist, &format!("/sites/{site}/movements"), &body);
            assert!(
                answer.status == 201 || answer.body["reason"] == "serial-known",
                "{}",
                answer.text
            );
            answer.status
        });
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409]);
    }
    assert_eq!(
        ledger(&app, CENTRE).len() + ledger(&app, NEIGHBOUR).len(),
        5
    );
}

fn one_key_sent_many_times_at_once_moves_once(backend: Backend) {
    let app = spawn(backend);
    let body = json!({ "kind": "receipt", "cip13": MG400, "lot": "B1", "expiry": "2022-06-30", "units": 6 });
    let answers = at_once(&[(); 6], |()| {
        loop {
            let answer = app.post_with_key(Role::Pharmacist, &at("/movements"), &body, "the-same");
            match answer.status {
                201 => break answer.text,
                409 => assert_eq!(
                    answer.body["type"], "/problems/in-progress",
                    "{}",
                    answer.text
                ),
                _ => panic!("{}", answer.text),
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    assert!(answers.iter().all(|a| *a == answers[0]), "{answers:?}");
    assert_eq!((ledger(&app, CENTRE).len(), app.lot("B1").0), (1, 6));
}

fn a_token_taken_away_twice_at_once_is_gone(backend: Backend) {
    let app = spawn(backend);
    for round in 0..5 {
        let body =
            json!({ "name": format!("leaver {round}"), "role": "reader", "all_sites": true });
        let given = app.post(Role::Admin, "/tokens", &body).expect(201);
        let path = format!("/tokens/{}", given["id"].as_str().unwrap());
        let admin = format!("Bearer {}", app.token(Role::Admin));
        let statuses = at_once(&[(), ()], |()| {
            app.send("DELETE", &path, &[("Authorization", &admin)], None)
                .status
        });
        assert!(
            statuses.iter().all(|s| matches!(s, 204 | 404 | 409)),
            "{statuses:?}"
        );
        assert!(statuses.contains(&204), "{statuses:?}");
        let bearer = format!("Bearer {}", given["token"].as_str().unwrap());
        assert_eq!(
            app.send("GET", "/whoami", &[("Authorization", &bearer)], None)
                .status,
            401
        );
    }
}
