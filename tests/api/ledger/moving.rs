//! What moves on a shelf.

use super::{of, out};
use crate::service::{CENTRE, MG80, MG400, NEIGHBOUR, spawn};
use crate::shelf::{faults, record, refused, units};
use crate::support::Backend;
use dotation::app::dispense::{Claim, Dispensed, Line, dispense};
use dotation::app::record::Particulars;
use dotation::app::{Caller, Error};
use dotation::domain::code::{Cip13, Finess, LotNumber};
use dotation::domain::quantity::Units;
use dotation::domain::reason::Refusal;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    what_expires_first_leaves_first_and_what_has_expired_stays
    not_enough_units_is_refused_with_the_numbers
    a_count_books_the_difference
    what_is_doubtful_is_set_apart_released_or_destroyed
    what_comes_back_or_is_lost_is_recorded_as_it_is
}

fn what_expires_first_leaves_first_and_what_has_expired_stays(backend: Backend) {
    let app = spawn(backend);
    app.receive(NEIGHBOUR, MG400, "LATE", "2022-09-30", 5);
    app.receive(NEIGHBOUR, MG400, "SOON", "2021-10-31", 2);
    app.receive(NEIGHBOUR, MG400, "TODAY", "2021-10-20", 1);
    let given = record(&app, NEIGHBOUR, &out(MG400, 4)).expect(201);
    let lots: Vec<_> = given["movements"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| (m["lot"].as_str().unwrap(), m["usable"].as_i64().unwrap()))
        .collect();
    assert_eq!(lots, [("TODAY", -1), ("SOON", -2), ("LATE", -1)]);
    let one_act: Vec<_> = given["movements"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| &m["operation"])
        .collect();
    assert!(one_act.iter().all(|o| *o == one_act[0]));

    app.receive(NEIGHBOUR, MG400, "SOON", "2021-10-31", 2);
    let mut named = out(MG400, 1);
    named["lot"] = json!("LATE");
    let given = record(&app, NEIGHBOUR, &named).expect(201);
    assert_eq!(given["movements"][0]["lot"], "LATE");
    named["lot"] = json!("NEVER");
    refused(record(&app, NEIGHBOUR, &named), 404, "unknown-lot");

    // twelve days later SOON has expired
    let picked = |lot: Option<&str>, units: u32| {
        let lot = lot.map(|l| LotNumber::parse(l).unwrap());
        let line = Line {
            cip13: Cip13::parse(MG400).unwrap(),
            lot,
            units: Units::new(units),
            serial: None,
            place: None,
        };
        let order = Dispensed {
            lines: vec![line],
            pseudonym: None,
            claim: Claim::Ordinary,
            told: Particulars::default(),
        };
        let site = Finess::parse(NEIGHBOUR).unwrap();
        app.run(async |service, now| {
            let pharmacist = Caller::at_the_machine("command-line", Role::Pharmacist);
            let later = now + chrono::TimeDelta::days(12);
            service
                .write(pharmacist, later, vec![site], move |act| {
                    Ok(dispense(act, site, &order)?.movements)
                })
                .await
        })
    };
    assert_eq!(picked(None, 3).unwrap().len(), 1);
    let Err(Error::Refused(Refusal::NotEnough { free, .. })) = picked(Some("SOON"), 1) else {
        panic!("an expired unit was dispensed");
    };
    assert_eq!(free, Units::ZERO);
    assert_eq!(units(&app, NEIGHBOUR, MG400, "SOON"), (2, 0));
}

fn not_enough_units_is_refused_with_the_numbers(backend: Backend) {
    let app = spawn(backend);
    app.receive(NEIGHBOUR, MG400, "B1", "2022-06-30", 2);
    let problem = refused(
        record(&app, NEIGHBOUR, &out(MG400, 3)),
        409,
        "not-enough-units",
    );
    assert_eq!(
        (
            &problem["units_wanted"],
            &problem["units_free"],
            &problem["units_held"],
            &problem["type"]
        ),
        (
            &json!(3),
            &json!(2),
            &json!(0),
            &json!("/problems/not-enough-units")
        )
    );
    // all lines or none
    let lines = json!({ "kind": "dispensing", "lines": [{ "cip13": MG400, "units": 1 }, { "cip13": MG400, "units": 2 }] });
    refused(record(&app, NEIGHBOUR, &lines), 409, "not-enough-units");
    assert_eq!(units(&app, NEIGHBOUR, MG400, "B1"), (2, 0));
    let never_here = record(&app, NEIGHBOUR, &out(MG80, 1));
    refused(never_here, 409, "not-enough-units");
    // a code that nobody knows is another matter
    refused(
        record(&app, NEIGHBOUR, &out("3400935955838", 1)),
        404,
        "not-on-catalogue",
    );
}

fn a_count_books_the_difference(backend: Backend) {
    let app = spawn(backend);
    app.receive(NEIGHBOUR, MG400, "B1", "2022-06-30", 6);
    let count = |rest: Value| record(&app, NEIGHBOUR, &of("count-adjustment", "B1", &rest));
    let found = |answer: &Value| {
        (
            answer["movements"][0]["usable"].clone(),
            answer["movements"][0]["reason"].clone(),
        )
    };
    refused(count(json!({ "counted": 6 })), 409, "nothing-to-adjust");
    assert_eq!(
        found(&count(json!({ "counted": 5 })).expect(201)),
        (json!(-1), json!("missing"))
    );
    assert_eq!(
        found(&count(json!({ "counted": 4, "reason": "clerical" })).expect(201)),
        (json!(-1), json!("clerical"))
    );
    assert_eq!(
        found(&count(json!({ "counted": 9 })).expect(201)),
        (json!(5), Value::Null)
    );
    assert_eq!(
        found(&count(json!({ "counted": 0 })).expect(201)),
        (json!(-9), json!("missing"))
    );
    count(json!({ "counted": 2, "state": "quarantined" })).expect(201);
    assert_eq!(units(&app, NEIGHBOUR, MG400, "B1"), (0, 2));
    let never = record(
        &app,
        NEIGHBOUR,
        &of("count-adjustment", "NEVER", &json!({ "counted": 1 })),
    );
    refused(never, 404, "unknown-lot");

    // a clerical correction is no loss: it may not cost the reserve a dose
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 6);
    let clerical = of(
        "count-adjustment",
        "B1",
        &json!({ "counted": 5, "reason": "clerical" }),
    );
    let problem = refused(record(&app, CENTRE, &clerical), 409, "reserve-would-break");
    assert_eq!(
        (&problem["doses_lost"], &problem["type"]),
        (&json!(1), &json!("/problems/reserve-protected"))
    );
    let missing = of("count-adjustment", "B1", &json!({ "counted": 5 }));
    record(&app, CENTRE, &missing).expect(201);
}

fn what_is_doubtful_is_set_apart_released_or_destroyed(backend: Backend) {
    let app = spawn(backend);
    app.receive(NEIGHBOUR, MG400, "B1", "2022-06-30", 6);
    let b1 = || units(&app, NEIGHBOUR, MG400, "B1");
    let act = |kind: &str, n: u32| {
        record(
            &app,
            NEIGHBOUR,
            &of(kind, "B1", &json!({ "units": n, "note": "fridge alarm" })),
        )
    };
    for kind in ["quarantine", "release", "destruction"] {
        let silent = record(&app, NEIGHBOUR, &of(kind, "B1", &json!({ "units": 1 })));
        assert_eq!(faults(&silent, 422), ["/note"], "{kind}");
        let blank = record(
            &app,
            NEIGHBOUR,
            &of(kind, "B1", &json!({ "units": 1, "note": "  " })),
        );
        assert_eq!(faults(&blank, 422), ["/note"], "{kind}");
    }
    act("quarantine", 4).expect(201);
    assert_eq!(b1(), (2, 4));
    refused(act("quarantine", 3), 409, "not-enough-units");
    refused(act("release", 5), 409, "not-enough-units");
    refused(act("destruction", 5), 409, "not-enough-units");
    // what is set apart is not dispensed
    refused(
        record(&app, NEIGHBOUR, &out(MG400, 3)),
        409,
        "not-enough-units",
    );
    act("release", 1).expect(201);
    act("destruction", 2).expect(201);
    assert_eq!(b1(), (3, 1));
}

fn what_comes_back_or_is_lost_is_recorded_as_it_is(backend: Backend) {
    let app = spawn(backend);
    app.receive(NEIGHBOUR, MG400, "B1", "2022-06-30", 3);
    record(&app, NEIGHBOUR, &out(MG400, 2)).expect(201);
    let back = |lot: &str, state: &str| {
        record(
            &app,
            NEIGHBOUR,
            &of(
                "return",
                lot,
                &json!({ "units": 1, "expiry": "2022-06-30", "state": state }),
            ),
        )
    };
    back("B1", "usable").expect(201);
    back("B1", "quarantined").expect(201);
    refused(back("NEVER", "usable"), 404, "unknown-lot");
    let lose = |n: u32, state: &str, why: &str| {
        record(
            &app,
            NEIGHBOUR,
            &of(
                "loss",
                "B1",
                &json!({ "units": n, "state": state, "reason": why }),
            ),
        )
    };
    for (state, why) in [("usable", "breakage"), ("quarantined", "cold-chain")] {
        let lost = lose(1, state, why).expect(201);
        assert_eq!(lost["movements"][0]["reason"], why);
    }
    assert_eq!(units(&app, NEIGHBOUR, MG400, "B1"), (1, 0));
    refused(lose(2, "usable", "theft"), 409, "not-enough-units");
    refused(lose(1, "quarantined", "expiry"), 409, "not-enough-units");
    assert_eq!(faults(&lose(1, "usable", "carelessness"), 422), ["/reason"]);
}
