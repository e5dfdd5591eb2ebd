//! Two at once: one of them happens, and every unit is somewhere.

use super::{accept, ask, begin, on_the_way, see, send, stand, step};
use crate::service::{App, CENTRE, MG80, NEIGHBOUR, beside};
use crate::support::Backend;
use crate::together::at_once;
use dotation::domain::role::Role;
use serde_json::json;

on_both! {
    what_is_sent_and_cancelled_at_once_is_one_of_them
    what_is_sent_while_it_is_lost_is_sent_or_lost
    what_is_received_twice_at_once_is_here_once
}

#[test]
fn two_instances_send_or_cancel() {
    let first = begin(Backend::Postgres);
    let second = beside(&first);
    send_or_cancel(&first, &second);
}

fn what_is_sent_and_cancelled_at_once_is_one_of_them(backend: Backend) {
    let app = begin(backend);
    send_or_cancel(&app, &app);
}

fn send_or_cancel(app: &App, other: &App) {
    for _ in 0..5 {
        let before = stand(app, NEIGHBOUR, "C7");
        let id = ask(app, 1);
        accept(app, &id).expect(200);
        let done = at_once(&[true, false], |sends| {
            if *sends {
                send(app, &id)
            } else {
                step(other, &id, "cancel", &json!({}))
            }
        });
        let mut statuses: Vec<u16> = done.iter().map(|a| a.status).collect();
        let was_sent = statuses[0] == 200;
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
        let expected = if was_sent { "sent" } else { "cancelled" };
        assert_eq!(see(app, &id)["state"], expected);
        let left = if was_sent { before.0 - 1 } else { before.0 };
        assert_eq!(stand(app, NEIGHBOUR, "C7"), (left, 0, 0));
    }
    assert_eq!(stand(app, NEIGHBOUR, "C7").0 + on_the_way(app).0, 6);
}

fn what_is_sent_while_it_is_lost_is_sent_or_lost(backend: Backend) {
    let app = begin(backend);
    let id = ask(&app, 6);
    accept(&app, &id).expect(200);
    let loss =
        json!({ "kind": "loss", "cip13": MG80, "lot": "C7", "units": 2, "reason": "breakage" });
    let done = at_once(&[true, false], |sends| {
        if *sends {
            send(&app, &id)
        } else {
            app.post(
                Role::Pharmacist,
                &format!("/sites/{NEIGHBOUR}/movements"),
                &loss,
            )
        }
    });
    let lost = done[1].status == 201;
    assert_eq!(
        (done[0].status, done[1].status),
        (200, if lost { 201 } else { 409 }),
        "{} {}",
        done[0].text,
        done[1].text
    );
    let expected = if lost { 4 } else { 6 };
    assert_eq!(
        (stand(&app, NEIGHBOUR, "C7").0, on_the_way(&app)),
        (0, (expected, 0))
    );
}

fn what_is_received_twice_at_once_is_here_once(backend: Backend) {
    let app = begin(backend);
    let id = super::sent(&app, 4);
    let done = at_once(&[1, 2], |_| {
        step(&app, &id, "receive", &json!({ "cold_chain": true }))
    });
    let mut statuses: Vec<u16> = done.iter().map(|a| a.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    assert_eq!(
        (stand(&app, CENTRE, "C7"), on_the_way(&app)),
        ((4, 0, 0), (0, 0))
    );
}
