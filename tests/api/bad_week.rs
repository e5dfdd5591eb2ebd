//! One bad week of a network: a fridge fails, a held lot is recalled, a delivery is late, a transfer comes
//! short, and the database is lost and restored from the morning's copy. At its end every figure adds up.

use crate::copies::{lines, restored};
use crate::service::{App, CENTRE, MG80, MG400, NEIGHBOUR, again_at, again_on_at, spawn};
use crate::story::at;
use crate::support::{Backend, empty_database};
use crate::transfers::{accept, send, step};
use dotation::db::backup::{self, Target};
use dotation::domain::role::Role;
use serde_json::{Value, json};
use std::collections::BTreeMap;

on_both! {
    a_bad_week_adds_up
}

/// Usable, quarantined and held units of each lot at a site.
#[track_caller]
fn shelf(app: &App, site: &str) -> BTreeMap<String, (u64, u64, u64)> {
    let path = format!("/sites/{site}/stock?empty=true");
    let seen = app.get(Role::Coordinator, &path).expect(200);
    let all = seen["presentations"].as_array().unwrap().iter();
    let lots = all.flat_map(|p| p["lots"].as_array().unwrap());
    let units = |lot: &Value, name: &str| lot[name].as_u64().unwrap();
    lots.map(|lot| {
        let name = lot["lot"].as_str().unwrap().to_owned();
        let stands = (
            units(lot, "usable"),
            units(lot, "quarantined"),
            units(lot, "held"),
        );
        (name, stands)
    })
    .collect()
}

#[track_caller]
fn stands(app: &App, site: &str, expected: &[(&str, (u64, u64, u64))]) {
    let expected = expected.iter().map(|(lot, n)| ((*lot).to_owned(), *n));
    assert_eq!(shelf(app, site), expected.collect(), "{site}");
}

/// Monday: the fridge of the neighbour is without power in the night; one lot is stable, one is not.
fn the_fridge_fails(app: &App) {
    let path = format!("/sites/{NEIGHBOUR}/excursions");
    let body = json!({ "reason": "no power from 2 to 7, 14 °C" });
    let warm = app.post(Role::Pharmacist, &path, &body).expect(201);
    stands(app, NEIGHBOUR, &[("C7", (0, 12, 0)), ("C8", (0, 4, 0))]);
    let path = format!(
        "{path}/{}/decide",
        warm["excursion"]["id"].as_str().unwrap()
    );
    for (lot, decision) in [("C7", "release"), ("C8", "destroy")] {
        let body = json!({
            "decision": decision, "reason": "the manufacturer's answer", "reference": "4711",
            "lots": [{ "cip13": MG80, "lot": lot }]
        });
        app.post(Role::Pharmacist, &path, &body).expect(200);
    }
    stands(app, NEIGHBOUR, &[("C7", (12, 0, 0)), ("C8", (0, 0, 0))]);
}

/// Tuesday: the lot that a GO holds is recalled; other vials are held in their place, and the lot goes back.
fn a_held_lot_is_recalled(app: &App, go: &Value) {
    stands(app, CENTRE, &[("B1", (8, 0, 0)), ("B2", (8, 0, 4))]);
    let body = json!({
        "cip13": MG400, "lot": "B2", "reason": "particles", "reference": "ANSM 2021-104"
    });
    let recall = app
        .post(Role::Coordinator, "/lots/recall", &body)
        .expect(201);
    stands(app, CENTRE, &[("B1", (8, 0, 4)), ("B2", (0, 8, 0))]);
    assert_eq!(app.standing(go).1, "standing");
    assert_eq!(app.alerts("recall").len(), 1);
    let gone = json!({ "kind": "destruction", "cip13": MG400, "lot": "B2", "units": 8, "note": "returned" });
    app.book(&gone).expect(201);
    assert_eq!(app.alerts("recall").len(), 0);
    assert_eq!(recall["cip13"], MG400);
}

/// Thursday: of six vials that were confirmed for Wednesday four come, and no more.
fn the_delivery_is_late_and_short(app: &App, delivery: &str) {
    let path = at(&format!("/deliveries/{delivery}"));
    let edit = |body: &Value| app.edit(Role::Pharmacist, "PATCH", &path, body).expect(200);
    edit(&json!({ "expected_on": "2021-10-23", "reason": "a strike" }));
    let came = json!({
        "kind": "receipt", "cip13": MG400, "lot": "B3", "expiry": "2022-09-30", "units": 4,
        "delivery": delivery
    });
    app.book(&came).expect(201);
    edit(&json!({ "state": "received", "reason": "the rest is out of stock" }));
    let seen = app.see(&format!("/deliveries/{delivery}"));
    assert_eq!((&seen["arrived"], &seen["short"]), (&json!(4), &json!(2)));
}

/// Friday: of six vials that the neighbour sends four arrive.
fn a_transfer_comes_short(app: &App) {
    let asked = json!({ "from": NEIGHBOUR, "to": CENTRE, "rows": [{ "cip13": MG80, "units": 6 }] });
    let asked = app.post(Role::Pharmacist, "/transfers", &asked).expect(201);
    let id = asked["id"].as_str().unwrap();
    accept(app, id).expect(200);
    send(app, id).expect(200);
    let fates =
        json!([{ "cip13": MG80, "lot": "C7", "usable": 4, "missing": 2, "reason": "breakage" }]);
    let body = json!({ "cold_chain": true, "lots": fates });
    step(app, id, "receive", &body).expect(200);
}

/// What a patient was given while the service was down, entered afterwards with its time.
fn entered_late(app: &App) -> Value {
    let body = json!({
        "kind": "dispensing", "cip13": MG400, "lot": "B3", "units": 2, "patient": "p-1",
        "happened_at": "2021-10-23T09:30:00Z", "note": "from the paper of the day"
    });
    app.book(&body).expect(201)
}

fn a_bad_week_adds_up(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 8);
    app.receive(CENTRE, MG400, "B2", "2022-07-31", 8);
    app.receive(NEIGHBOUR, MG80, "C7", "2022-05-31", 12);
    app.receive(NEIGHBOUR, MG80, "C8", "2022-05-31", 4);
    let go = app.go("cart-1", 100_000, "2021-10-27");
    let coming =
        json!({ "cip13": MG400, "units": 6, "expected_on": "2021-10-22", "confirmed": true });
    let delivery = app
        .post(Role::Pharmacist, &at("/deliveries"), &coming)
        .expect(201);
    let delivery = delivery["id"].as_str().unwrap().to_owned();
    the_fridge_fails(&app);
    a_held_lot_is_recalled(&app, &go);
    let app = again_at(app, "2021-10-22T06:00:00Z");
    the_delivery_is_late_and_short(&app, &delivery);
    a_transfer_comes_short(&app);
    let centre = [
        ("B1", (8, 0, 4)),
        ("B2", (0, 0, 0)),
        // nothing more is expected: resupply is compromised, and a third dose is held
        ("B3", (4, 0, 2)),
        ("C7", (4, 0, 0)),
    ];
    stands(&app, CENTRE, &centre);
    stands(&app, NEIGHBOUR, &[("C7", (6, 0, 0)), ("C8", (0, 0, 0))]);

    // Saturday: the copy of the morning; then a vial breaks, and the disk with it
    let app = again_at(app, "2021-10-23T06:00:00Z");
    let folder = tempfile::tempdir().unwrap();
    let morning = "2021-10-23T06:05:00Z".parse().unwrap();
    let url = app.database.url.clone();
    let copy = backup::make(&url, &Target::Folder(folder.path().to_owned()), morning).unwrap();
    app.lose(MG400, "B3", 1);
    let other = empty_database(backend);
    restored(&other, &copy.path, false).unwrap();
    let app = again_on_at(app, other, "2021-10-23T12:00:00Z");
    stands(&app, CENTRE, &centre);
    entered_late(&app);
    let lost = json!({
        "kind": "loss", "cip13": MG400, "lot": "B3", "units": 1, "reason": "breakage",
        "happened_at": "2021-10-23T07:10:00Z"
    });
    app.book(&lost).expect(201);
    stands(
        &app,
        CENTRE,
        &[
            ("B1", (8, 0, 5)),
            ("B2", (0, 0, 0)),
            ("B3", (1, 0, 1)),
            ("C7", (4, 0, 0)),
        ],
    );
    adds_up(&app);
    // and the last copy is one that verifies: sums of the ledger, holds, chains of the audit trail
    let evening = "2021-10-23T18:00:00Z".parse().unwrap();
    let url = app.database.url.clone();
    backup::make(&url, &Target::Folder(folder.path().to_owned()), evening).unwrap();
}

/// All that ever came is on a shelf, was given, or is lost with a reason; nothing is on its way.
fn adds_up(app: &App) {
    let sql = "SELECT m.kind || ' ' || CAST(SUM(m.usable + m.quarantined) AS TEXT) AS line
        FROM movements m GROUP BY m.kind ORDER BY m.kind";
    let sums = lines(&app.database, sql);
    let by_kind: BTreeMap<&str, i64> = sums
        .iter()
        .map(|line| line.split_once(' ').unwrap())
        .map(|(kind, n)| (kind, n.parse().unwrap()))
        .collect();
    let expected = [
        ("destruction", -12),
        ("dispensing", -2),
        ("loss", -1),
        ("quarantine", 0),
        ("receipt", 36),
        ("release", 0),
        ("transfer-in", 4),
        ("transfer-out", -6),
    ];
    assert_eq!(by_kind, BTreeMap::from(expected));
    let left: u64 = [CENTRE, NEIGHBOUR]
        .iter()
        .flat_map(|site| shelf(app, site).into_values())
        .map(|(usable, quarantined, _)| usable + quarantined)
        .sum();
    // 36 came; 12 were destroyed, 2 given, 1 broke, and 2 of the transfer are missing
    assert_eq!(left, 36 - 12 - 2 - 1 - 2);
    let way = app
        .get(Role::Coordinator, "/transfers/in-transit")
        .expect(200);
    assert_eq!(way["items"], json!([]));
}
