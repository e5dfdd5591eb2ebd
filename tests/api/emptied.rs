//! Lots that were emptied: a site has ever more of them. They are looked up when somebody names one,
//! and in nobody's way else.

use crate::service::{App, CENTRE, MG400, NEIGHBOUR, spawn};
use crate::shelf::{id_of, record, refused, units};
use crate::statements::{asked, plan};
use crate::support::{Backend, execute};
use dotation::app::Caller;
use dotation::app::site_state::SiteState;
use dotation::db::shelf;
use dotation::domain::code::Finess;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    what_was_emptied_is_not_loaded
    what_is_there_is_found_without_looking_through_what_was_emptied
    units_come_back_to_an_emptied_lot
    the_movement_that_emptied_a_lot_is_undone
    a_count_finds_units_of_an_emptied_lot
    an_emptied_lot_is_known_and_has_not_enough
    an_emptied_lot_shares_its_number
    an_emptied_lot_is_received_again
}

/// Two thousand lots of which nothing is left at the centre.
const EMPTIED: &str = "
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
INSERT INTO lots SELECT 'old-' || i, '3400957464547', 'OLD' || i, '2020-06-30' FROM n;
INSERT INTO balances SELECT '750100125', id, 0, 0, 0, 0 FROM lots WHERE id LIKE 'old-%';";

/// What a database looks at by itself now and then; `SQLite` has it only after its first stop.
const LOOKED_AT: &str = "ANALYZE balances; ANALYZE lots;";

fn what_was_emptied_is_not_loaded(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 6);
    app.receive(CENTRE, MG400, "APART", "2022-06-30", 1);
    let apart = json!({ "kind": "quarantine", "cip13": MG400, "lot": "APART", "units": 1, "note": "fridge alarm" });
    app.book(&apart).expect(201);
    execute(app.service.db(), EMPTIED).unwrap();
    let caller = Caller::at_the_machine("command-line", Role::Admin);
    let loaded = app.run(|service, now| async move {
        let load =
            |act: &mut dotation::app::Act<'_>| SiteState::load(act, Finess::parse(CENTRE).unwrap());
        service.read(caller, now, load).await.unwrap().stock
    });
    let mut lots: Vec<_> = loaded.iter().map(|l| l.lot.to_string()).collect();
    lots.sort();
    assert_eq!(lots, ["APART", "B1"]);
    let lots = |query: &str| {
        let seen = app.see(&format!("/stock{query}"));
        seen["presentations"][0]["lots"].as_array().unwrap().len()
    };
    assert_eq!((lots(""), lots("?empty=true")), (2, 2002));
    assert_eq!(app.reserve(), (3, 3));
}

fn what_is_there_is_found_without_looking_through_what_was_emptied(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 6);
    execute(app.service.db(), EMPTIED).unwrap();
    let centre = Finess::parse(CENTRE).unwrap();
    for looked_at in [false, true] {
        if looked_at {
            execute(app.service.db(), LOOKED_AT).unwrap();
        }
        let mut conn = app.database.conn();
        let (there, asked) = asked(&mut conn, |conn| shelf::not_empty(conn, centre).unwrap());
        assert_eq!((there.len(), asked.all.len()), (1, 1));
        let plan = plan(&mut conn, &asked.all[0], CENTRE);
        assert!(plan.contains("balances_not_empty"), "{looked_at}: {plan}");
    }
}

fn of(kind: &str, rest: &Value) -> Value {
    let mut body = json!({ "kind": kind, "cip13": MG400, "lot": "B1" });
    for (name, value) in rest.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

/// A lot that came to a pharmacy and left it whole; and the id of the dispensing that emptied it.
fn emptied(backend: Backend) -> (App, String) {
    let app = spawn(backend);
    app.receive(NEIGHBOUR, MG400, "B1", "2022-06-30", 4);
    let given = record(&app, NEIGHBOUR, &of("dispensing", &json!({ "units": 4 }))).expect(201);
    let lots = |query: &str| {
        let path = format!("/sites/{NEIGHBOUR}/stock{query}");
        let seen = app.get(Role::Pharmacist, &path).expect(200);
        seen["presentations"].as_array().unwrap().len()
    };
    assert_eq!((lots(""), lots("?empty=true")), (0, 1));
    (app, id_of(&given))
}

fn units_come_back_to_an_emptied_lot(backend: Backend) {
    let (app, _) = emptied(backend);
    let back = of("return", &json!({ "units": 1, "expiry": "2022-06-30" }));
    let back = record(&app, NEIGHBOUR, &back).expect(201);
    assert_eq!(back["movements"][0]["lot"], "B1");
    assert_eq!(units(&app, NEIGHBOUR, MG400, "B1"), (1, 0));
    let other = of("return", &json!({ "units": 1, "expiry": "2022-07-31" }));
    refused(record(&app, NEIGHBOUR, &other), 404, "unknown-lot");
}

fn the_movement_that_emptied_a_lot_is_undone(backend: Backend) {
    let (app, given) = emptied(backend);
    // it can still be read, with its lot
    let path = format!("/sites/{NEIGHBOUR}/movements/{given}");
    let seen = app.get(Role::Pharmacist, &path).expect(200);
    assert_eq!((&seen["lot"], &seen["usable"]), (&json!("B1"), &json!(-4)));
    let elsewhere = format!("/sites/{CENTRE}/movements/{given}");
    assert_eq!(app.get(Role::Pharmacist, &elsewhere).status, 404);
    let undo = json!({ "kind": "reversal", "movement": given, "note": "typed twice" });
    let undone = record(&app, NEIGHBOUR, &undo).expect(201);
    let movement = &undone["movements"][0];
    assert_eq!(
        (&movement["lot"], &movement["usable"]),
        (&json!("B1"), &json!(4))
    );
    assert_eq!(units(&app, NEIGHBOUR, MG400, "B1"), (4, 0));
}

fn a_count_finds_units_of_an_emptied_lot(backend: Backend) {
    let (app, _) = emptied(backend);
    let count = |n: u32| {
        let body = of("count-adjustment", &json!({ "counted": n }));
        record(&app, NEIGHBOUR, &body)
    };
    refused(count(0), 409, "nothing-to-adjust");
    let found = count(2).expect(201);
    assert_eq!(found["movements"][0]["usable"], 2);
    assert_eq!(units(&app, NEIGHBOUR, MG400, "B1"), (2, 0));
}

fn an_emptied_lot_is_known_and_has_not_enough(backend: Backend) {
    let (app, _) = emptied(backend);
    let why = json!({ "units": 1, "note": "fridge alarm", "reason": "breakage" });
    for kind in ["loss", "quarantine", "release", "destruction", "dispensing"] {
        let mut body = of(kind, &json!({ "units": 1 }));
        match kind {
            "loss" => body["reason"] = why["reason"].clone(),
            "dispensing" => {}
            _ => body["note"] = why["note"].clone(),
        }
        refused(record(&app, NEIGHBOUR, &body), 409, "not-enough-units");
        body["lot"] = json!("NEVER");
        refused(record(&app, NEIGHBOUR, &body), 404, "unknown-lot");
    }
    let unnamed = json!({ "kind": "dispensing", "cip13": MG400, "units": 1 });
    refused(record(&app, NEIGHBOUR, &unnamed), 409, "not-enough-units");
}

fn an_emptied_lot_shares_its_number(backend: Backend) {
    let (app, _) = emptied(backend);
    app.receive(NEIGHBOUR, MG400, "B1", "2022-07-31", 2);
    let count = |rest: &Value| record(&app, NEIGHBOUR, &of("count-adjustment", rest));
    let problem = refused(count(&json!({ "counted": 1 })), 422, "which-expiry");
    assert_eq!(problem["expiries"], json!(["2022-06-30", "2022-07-31"]));
    let old = json!({ "counted": 1, "expiry": "2022-06-30" });
    assert_eq!(
        count(&old).expect(201)["movements"][0]["expiry"],
        "2022-06-30"
    );
    let new = json!({ "counted": 1, "expiry": "2022-07-31" });
    assert_eq!(count(&new).expect(201)["movements"][0]["usable"], -1);
}

fn an_emptied_lot_is_received_again(backend: Backend) {
    let (app, _) = emptied(backend);
    app.receive(NEIGHBOUR, MG400, "B1", "2022-06-30", 3);
    assert_eq!(units(&app, NEIGHBOUR, MG400, "B1"), (3, 0));
    let seen = app.see("/stock?empty=true");
    assert_eq!(seen["presentations"], json!([]));
}
