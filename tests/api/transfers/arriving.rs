//! What arrives, what does not, and what goes back: every unit is accounted for.

use super::{accept, ask, begin, on_the_way, refused, see, sent, stand, step, trail};
use crate::service::{App, CENTRE, MG80, NEIGHBOUR};
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    what_is_missing_is_lost_and_what_came_is_here
    what_is_refused_at_the_door_is_in_transit_until_it_is_back
    what_comes_back_warm_is_set_apart
    what_came_warm_is_quarantined
    a_transfer_may_come_in_two_parcels
    more_than_was_sent_is_not_received
    packs_travel_with_their_serial_numbers
}

fn lots(rows: &[(&str, Value)]) -> Value {
    let rows = rows.iter().map(|(lot, fates)| {
        let mut row = json!({ "cip13": MG80, "lot": lot });
        for (name, value) in fates.as_object().unwrap() {
            row[name] = value.clone();
        }
        row
    });
    rows.collect()
}

/// The details of the last line about a transfer's receipt on the trail of a site.
fn told(app: &App, site: &str, id: &str, action: &str) -> String {
    let path = format!("/audit?site={site}&limit=200");
    let lines = app.get(Role::Coordinator, &path).expect(200);
    let lines = lines["items"].as_array().unwrap();
    let line = lines
        .iter()
        .find(|l| l["object"] == id && l["action"] == action);
    line.unwrap()["details"].to_string()
}

fn what_is_missing_is_lost_and_what_came_is_here(backend: Backend) {
    let app = begin(backend);
    let id = sent(&app, 5);
    let fates = json!({ "usable": 2, "quarantined": 1, "missing": 2, "reason": "breakage" });
    let body =
        json!({ "cold_chain": true, "lots": lots(&[("C7", fates)]), "note": "the box was open" });
    let came = step(&app, &id, "receive", &body).expect(200);
    let (transfer, row) = (&came["transfer"], &came["transfer"]["rows"][0]);
    assert_eq!(
        (&transfer["state"], &transfer["outcome"]),
        (&json!("received"), &json!("in-part"))
    );
    let counts = [
        "sent",
        "received",
        "quarantined",
        "lost",
        "returned",
        "in_transit",
    ];
    assert_eq!(
        counts.map(|name| row[name].as_u64().unwrap()),
        [5, 2, 1, 2, 0, 0]
    );
    assert_eq!(row["lost_reason"], "breakage");
    assert_eq!(
        (stand(&app, NEIGHBOUR, "C7"), stand(&app, CENTRE, "C7")),
        ((1, 0, 0), (2, 1, 0))
    );
    assert_eq!(see(&app, &id)["received_words"], "the box was open");
    // the difference stands on the trail of both
    for site in [NEIGHBOUR, CENTRE] {
        let details = told(&app, site, &id, "transfer.receive");
        assert!(
            details.contains("missing") && details.contains("breakage"),
            "{details}"
        );
    }
    assert_eq!(
        refused(&step(&app, &id, "receive", &json!({})), 409),
        "wrong-state"
    );
    assert_eq!(
        refused(&step(&app, &id, "return", &json!({})), 409),
        "wrong-state"
    );
}

fn what_comes_back_warm_is_set_apart(backend: Backend) {
    let app = begin(backend);
    let id = sent(&app, 2);
    let refusal = json!({ "lots": lots(&[("C7", json!({ "refused": 2 }))]) });
    step(&app, &id, "receive", &refusal).expect(200);
    let body = json!({ "lots": lots(&[("C7", json!({ "usable": 2 }))]) });
    step(&app, &id, "return", &body).expect(200);
    assert_eq!(stand(&app, NEIGHBOUR, "C7"), (4, 2, 0));
}

fn what_is_refused_at_the_door_is_in_transit_until_it_is_back(backend: Backend) {
    let app = begin(backend);
    let id = ask(&app, 4);
    accept(&app, &id).expect(200);
    let body = json!({ "cold_chain": true, "fmd_state": "decommissioned", "fmd_decommissioned_at": "2021-10-19T16:00:00Z" });
    step(&app, &id, "send", &body).expect(200);
    assert_eq!(
        refused(&step(&app, &id, "return", &json!({})), 409),
        "wrong-state"
    );
    let body = json!({ "cold_chain": false, "lots": lots(&[("C7", json!({ "refused": 4 }))]) });
    let came = step(&app, &id, "receive", &body).expect(200);
    assert_eq!(
        (&came["transfer"]["state"], &came["transfer"]["outcome"]),
        (&json!("returning"), &json!("not-at-all"))
    );
    assert_eq!(came["movements"], json!([]));
    assert_eq!(
        (stand(&app, CENTRE, "C7"), on_the_way(&app)),
        ((0, 0, 0), (0, 4))
    );
    let body =
        json!({ "lots": lots(&[("C7", json!({ "usable": 1, "quarantined": 2, "missing": 2 }))]) });
    let more = step(&app, &id, "return", &body);
    assert_eq!(refused(&more, 409), "transfer-differs");
    assert_eq!(
        (&more.body["units_told"], &more.body["units_expected"]),
        (&json!(5), &json!(4))
    );
    let body = json!({ "cold_chain": true, "lots": lots(&[("C7", json!({ "usable": 1, "quarantined": 1 }))]) });
    let back = step(&app, &id, "return", &body).expect(200);
    assert_eq!(
        (&back["transfer"]["state"], on_the_way(&app)),
        (&json!("returning"), (0, 2))
    );
    // only the giver reactivates, within ten days
    assert_eq!(
        back["transfer"]["fmd_reactivable_until"],
        "2021-10-29T16:00:00+00:00"
    );
    let body = json!({ "lots": lots(&[("C7", json!({ "quarantined": 1, "missing": 1, "reason": "theft" }))]) });
    let back = step(&app, &id, "return", &body).expect(200);
    assert_eq!(back["transfer"]["state"], "received");
    let row = &back["transfer"]["rows"][0];
    let counts = [
        "sent",
        "received",
        "refused",
        "lost",
        "returned",
        "in_transit",
    ];
    assert_eq!(
        counts.map(|name| row[name].as_u64().unwrap()),
        [4, 0, 4, 1, 3, 0]
    );
    assert_eq!(
        (stand(&app, NEIGHBOUR, "C7"), on_the_way(&app)),
        ((3, 2, 0), (0, 0))
    );
    assert_eq!(
        trail(&app, CENTRE, &id).last().map(String::as_str),
        Some("transfer.take-back")
    );
    // what came back with it is not undone at one end either
    let undo =
        json!({ "kind": "reversal", "movement": back["movements"][0], "note": "by mistake" });
    let undo = app.post(
        Role::Pharmacist,
        &format!("/sites/{NEIGHBOUR}/movements"),
        &undo,
    );
    assert_eq!(refused(&undo, 409), "not-reversible");
}

fn what_came_warm_is_quarantined(backend: Backend) {
    let app = begin(backend);
    let id = sent(&app, 4);
    let body = json!({ "lots": lots(&[("C7", json!({ "usable": 4 }))]) });
    let came = step(&app, &id, "receive", &body).expect(200);
    assert_eq!(
        (
            &came["transfer"]["cold_chain_kept"],
            stand(&app, CENTRE, "C7")
        ),
        (&json!(false), (0, 4, 0))
    );
    let path = format!(
        "/sites/{CENTRE}/movements/{}",
        came["movements"][0].as_str().unwrap()
    );
    assert_eq!(
        app.get(Role::Pharmacist, &path).expect(200)["reason"],
        "cold-chain"
    );
    // once it is known to be good it is released as anything else
    let body = json!({ "kind": "release", "cip13": MG80, "lot": "C7", "units": 4, "note": "the logger says 5 °C" });
    app.post(
        Role::Pharmacist,
        &format!("/sites/{CENTRE}/movements"),
        &body,
    )
    .expect(201);
    assert_eq!(stand(&app, CENTRE, "C7"), (4, 0, 0));
}

fn a_transfer_may_come_in_two_parcels(backend: Backend) {
    let app = begin(backend);
    let id = sent(&app, 5);
    let body = json!({ "cold_chain": true, "lots": lots(&[("C7", json!({ "usable": 2 }))]) });
    let came = step(&app, &id, "receive", &body).expect(200);
    assert_eq!(
        (&came["transfer"]["state"], &came["transfer"]["outcome"]),
        (&json!("sent"), &json!(null))
    );
    assert_eq!(
        (stand(&app, CENTRE, "C7"), on_the_way(&app)),
        ((2, 0, 0), (3, 0))
    );
    // what is not spoken of stays on its way; what is left is all that is to come
    let came = step(&app, &id, "receive", &json!({ "cold_chain": true })).expect(200);
    assert_eq!(
        (&came["transfer"]["state"], &came["transfer"]["outcome"]),
        (&json!("received"), &json!("in-full"))
    );
    assert_eq!(
        (stand(&app, CENTRE, "C7"), on_the_way(&app)),
        ((5, 0, 0), (0, 0))
    );
}

fn more_than_was_sent_is_not_received(backend: Backend) {
    let app = begin(backend);
    app.receive(NEIGHBOUR, MG80, "C9", "2022-08-31", 2);
    let id = sent(&app, 4);
    for (fates, expected) in [
        (lots(&[("C7", json!({ "usable": 4, "missing": 1 }))]), 4),
        (lots(&[("C9", json!({ "usable": 1 }))]), 0),
    ] {
        let body = json!({ "cold_chain": true, "lots": fates });
        let answer = step(&app, &id, "receive", &body);
        assert_eq!(refused(&answer, 409), "transfer-differs");
        assert_eq!(answer.body["units_expected"], expected);
    }
    for fates in [
        lots(&[("C7", json!({}))]),
        lots(&[("C7", json!({ "usable": -1 }))]),
        lots(&[("C7", json!({ "usable": 1, "reason": "theft" }))]),
    ] {
        let body = json!({ "cold_chain": true, "lots": fates });
        assert_eq!(step(&app, &id, "receive", &body).status, 422, "{body}");
    }
    assert_eq!(
        (stand(&app, CENTRE, "C7"), on_the_way(&app)),
        ((0, 0, 0), (4, 0))
    );
}

fn scan(serial: &str) -> String {
    format!("(01)0{MG80}(17)220531(10)C7(21){serial}")
}

fn packs_travel_with_their_serial_numbers(backend: Backend) {
    let app = begin(backend);
    let movements = |site: &str, body: &Value| {
        app.post(Role::Pharmacist, &format!("/sites/{site}/movements"), body)
    };
    for serial in ["S1", "S2"] {
        movements(
            NEIGHBOUR,
            &json!({ "kind": "receipt", "scan": scan(serial) }),
        )
        .expect(201);
    }
    let id = ask(&app, 4);
    accept(&app, &id).expect(200);
    let with = |scans: &[&str]| json!({ "cold_chain": true, "fmd_state": "not-decommissioned", "scans": scans.iter().map(|s| scan(s)).collect::<Vec<_>>() });
    let twice = step(&app, &id, "send", &with(&["S1", "S1"]));
    assert_eq!(refused(&twice, 409), "serial-known");
    let too_many = step(&app, &id, "send", &with(&["S1", "X1", "X2", "X3", "X4"]));
    assert_eq!(refused(&too_many, 409), "transfer-differs");
    step(&app, &id, "send", &with(&["S1"])).expect(200);
    // S1 has left: it is no longer to be dispensed here
    let out =
        json!({ "kind": "dispensing", "cip13": MG80, "lot": "C7", "units": 1, "serial": "S1" });
    assert_eq!(refused(&movements(NEIGHBOUR, &out), 404), "unknown");
    // on its way it is nobody's: received by hand it would be counted twice
    for site in [CENTRE, NEIGHBOUR] {
        let body = json!({ "kind": "receipt", "scan": scan("S1") });
        assert_eq!(refused(&movements(site, &body), 409), "pack-on-its-way");
    }
    // what is scanned as it comes has come: also S2, which nobody scanned as it left, and a new one
    let scans = ["S1", "S2", "X1"].map(scan);
    let body = json!({ "cold_chain": true, "scans": scans });
    let came = step(&app, &id, "receive", &body).expect(200);
    assert_eq!(
        (&came["transfer"]["state"], stand(&app, CENTRE, "C7")),
        (&json!("sent"), (3, 0, 0))
    );
    for serial in ["S1", "S2"] {
        let again = json!({ "kind": "receipt", "scan": scan(serial) });
        assert_eq!(
            refused(&movements(NEIGHBOUR, &again), 409),
            "serial-known",
            "{serial}"
        );
    }
    let out =
        json!({ "kind": "dispensing", "cip13": MG80, "lot": "C7", "units": 1, "serial": "X1" });
    movements(CENTRE, &out).expect(201);
    // the last is refused, and comes back by its number
    let fates = json!([{ "cip13": MG80, "lot": "C7", "refused": 1 }]);
    step(&app, &id, "receive", &json!({ "lots": fates })).expect(200);
    let back = json!({ "cold_chain": true, "lots": [{ "cip13": MG80, "lot": "C7", "usable": 1 }], "scans": [scan("X2")] });
    step(&app, &id, "return", &back).expect(200);
    let out =
        json!({ "kind": "dispensing", "cip13": MG80, "lot": "C7", "units": 1, "serial": "X2" });
    movements(NEIGHBOUR, &out).expect(201);
}
