//! What moves on a shelf, how it is undone, and how the ledger is read.

use crate::service::{App, CENTRE, MG80, MG200, MG400, NEIGHBOUR, spawn};
use crate::shelf::{faults, id_of, record, refused, units};
use crate::support::Backend;
use dotation::app::dispense::{Claim, Dispensed, Line, dispense};
use dotation::app::record::Particulars;
use dotation::app::{Caller, Error};
use dotation::domain::code::{Cip13, Finess, LotNumber};
use dotation::domain::quantity::Units;
use dotation::domain::reason::Refusal;
use dotation::domain::role::Role;
use serde_json::{Value, json};
use std::collections::BTreeMap;

on_both! {
    what_expires_first_leaves_first_and_what_has_expired_stays
    not_enough_units_is_refused_with_the_numbers
    a_count_books_the_difference
    what_is_doubtful_is_set_apart_released_or_destroyed
    what_comes_back_or_is_lost_is_recorded_as_it_is
    a_mistake_is_undone_once
    a_crs_dose_that_is_undone_was_not_given
    the_ledger_is_read_in_pages_and_by_filters
    a_balance_is_the_sum_of_its_movements
}

fn out(cip13: &str, units: u32) -> Value {
    json!({ "kind": "dispensing", "cip13": cip13, "units": units })
}

fn of(kind: &str, lot: &str, rest: &Value) -> Value {
    let mut body = json!({ "kind": kind, "cip13": MG400, "lot": lot });
    for (name, value) in rest.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

fn undo(id: &str) -> Value {
    json!({ "kind": "reversal", "movement": id, "note": "typed twice" })
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

fn a_mistake_is_undone_once(backend: Backend) {
    let app = spawn(backend);
    let receipt = json!({ "kind": "receipt", "cip13": MG400, "lot": "B1", "expiry": "2022-06-30", "units": 4 });
    let received = id_of(&record(&app, NEIGHBOUR, &receipt).expect(201));
    let given = id_of(&record(&app, NEIGHBOUR, &out(MG400, 1)).expect(201));
    let apart = id_of(
        &record(
            &app,
            NEIGHBOUR,
            &of("quarantine", "B1", &json!({ "units": 2, "note": "?" })),
        )
        .expect(201),
    );
    let back = |id: &str| record(&app, NEIGHBOUR, &undo(id));
    // its units are not all there any more
    refused(back(&received), 409, "not-reversible");
    let undone = back(&given).expect(201);
    assert_eq!(
        (
            &undone["movements"][0]["usable"],
            &undone["movements"][0]["reverses"]
        ),
        (&json!(1), &json!(given))
    );
    refused(back(&given), 409, "not-reversible");
    refused(back(&id_of(&undone)), 409, "not-reversible");
    back(&apart).expect(201);
    assert_eq!(units(&app, NEIGHBOUR, MG400, "B1"), (4, 0));
    back(&received).expect(201);
    assert_eq!(units(&app, NEIGHBOUR, MG400, "B1"), (0, 0));
    refused(back("nothing"), 404, "unknown");
    // a movement of another site is not here
    refused(record(&app, CENTRE, &undo(&received)), 404, "unknown");
    let silent = record(
        &app,
        NEIGHBOUR,
        &json!({ "kind": "reversal", "movement": received }),
    );
    assert_eq!(faults(&silent, 422), ["/note"]);
}

fn a_crs_dose_that_is_undone_was_not_given(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 12);
    app.receive(CENTRE, MG200, "C1", "2022-06-30", 12);
    let at = |rest: &str| format!("/sites/{CENTRE}{rest}");
    let question =
        json!({ "pseudonym": "cart-1", "weight_g": 100_000, "infusion_date": "2021-10-25" });
    let go = app
        .post(Role::CarTUnit, &at("/clearances"), &question)
        .expect(201);
    assert_eq!(go["decision"], "GO");
    let patient = go["patient"].as_str().unwrap();
    let given = || {
        app.get(Role::CarTUnit, &at(&format!("/car-t-patients/{patient}")))
            .expect(200)["doses_given"]
            .clone()
    };
    // 800 mg, in two lots: one act
    let crs = json!({ "kind": "dispensing", "patient": "cart-1", "indication": "crs", "lines": [{ "cip13": MG400, "units": 1 }, { "cip13": MG200, "units": 2 }] });
    let dose = record(&app, CENTRE, &crs).expect(201);
    assert_eq!(
        (dose["movements"].as_array().unwrap().len(), given()),
        (2, json!(1))
    );
    let ids: Vec<&str> = dose["movements"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m["id"].as_str().unwrap())
        .collect();
    // what is left of it is no dose
    record(&app, CENTRE, &undo(ids[0])).expect(201);
    assert_eq!(given(), 0);
    record(&app, CENTRE, &undo(ids[1])).expect(201);
    assert_eq!(given(), 0);
}

fn pages(app: &App, query: &str, limit: usize) -> Vec<Value> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/sites/{NEIGHBOUR}/movements?limit={limit}{query}{cursor}");
        let page = app.get(Role::Pharmacist, &path).expect(200);
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= limit);
        all.extend(items.iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

fn busy_day(app: &App) {
    for (cip13, lot, expiry) in [
        (MG400, "B1", "2022-06-30"),
        (MG400, "B2", "2022-09-30"),
        (MG80, "B1", "2022-06-30"),
    ] {
        // what leaves the day before was there
        let body = json!({ "kind": "receipt", "cip13": cip13, "lot": lot, "expiry": expiry, "units": 10, "happened_at": "2021-10-18T08:00:00Z" });
        record(app, NEIGHBOUR, &body).expect(201);
    }
    for n in 0..5 {
        let mut body = out(MG400, 3);
        body["happened_at"] = json!(format!("2021-10-19T1{n}:00:00+02:00"));
        record(app, NEIGHBOUR, &body).expect(201);
        record(app, NEIGHBOUR, &json!({ "kind": "dispensing", "cip13": MG80, "units": 1, "patient": format!("p-{}", n % 2) })).expect(201);
    }
    record(
        app,
        NEIGHBOUR,
        &of("quarantine", "B2", &json!({ "units": 2, "note": "?" })),
    )
    .expect(201);
    record(
        app,
        NEIGHBOUR,
        &of("destruction", "B2", &json!({ "units": 1, "note": "!" })),
    )
    .expect(201);
    record(
        app,
        NEIGHBOUR,
        &of("count-adjustment", "B2", &json!({ "counted": 5 })),
    )
    .expect(201);
}

type Wanted<'a> = Box<dyn Fn(&Value) -> bool + 'a>;

fn the_ledger_is_read_in_pages_and_by_filters(backend: Backend) {
    let app = spawn(backend);
    busy_day(&app);
    let all = pages(&app, "", 200);
    let seqs: Vec<i64> = all.iter().map(|m| m["seq"].as_i64().unwrap()).collect();
    let most = i64::try_from(all.len()).unwrap();
    assert_eq!(seqs, (1..=most).rev().collect::<Vec<_>>());
    for limit in [1, 3, 7] {
        assert_eq!(pages(&app, "", limit), all, "{limit}");
    }
    let patient = all.iter().find_map(|m| m["patient"].as_str()).unwrap();
    let operation = all[0]["operation"].as_str().unwrap();
    let filters: Vec<(String, Wanted<'_>)> = vec![
        (
            "&kind=dispensing".into(),
            Box::new(|m| m["kind"] == "dispensing"),
        ),
        (format!("&cip13={MG80}"), Box::new(|m| m["cip13"] == MG80)),
        ("&lot=B1".into(), Box::new(|m| m["lot"] == "B1")),
        (
            format!("&lot=B1&cip13={MG400}&kind=receipt"),
            Box::new(|m| m["lot"] == "B1" && m["cip13"] == MG400 && m["kind"] == "receipt"),
        ),
        (
            format!("&patient={patient}"),
            Box::new(|m| m["patient"] == patient),
        ),
        (
            format!("&operation={operation}"),
            Box::new(|m| m["operation"] == operation),
        ),
        (
            "&from=2021-10-19T09:00:00Z".into(),
            Box::new(|m| m["happened_at"].as_str().unwrap() >= "2021-10-19T09:00:00Z"),
        ),
        (
            "&from=2021-10-19T11:00:00%2B02:00&until=2021-10-19T10:00:00Z".into(),
            Box::new(|m| m["happened_at"] == "2021-10-19T09:00:00Z"),
        ),
    ];
    for (query, wanted) in filters {
        let expected: Vec<Value> = all.iter().filter(|m| wanted(m)).cloned().collect();
        assert!(
            !expected.is_empty() && expected.len() < all.len(),
            "{query}"
        );
        assert_eq!(pages(&app, &query, 2), expected, "{query}");
    }
    let one = format!(
        "/sites/{NEIGHBOUR}/movements/{}",
        all[0]["id"].as_str().unwrap()
    );
    assert_eq!(app.get(Role::Pharmacist, &one).expect(200), all[0]);
    let elsewhere = one.replace(NEIGHBOUR, CENTRE);
    app.get(Role::Reader, &elsewhere).expect(404);

    let list = format!("/sites/{NEIGHBOUR}/movements");
    let next = app
        .get(Role::Reader, &format!("{list}?limit=1"))
        .expect(200)["next_cursor"]
        .as_str()
        .unwrap()
        .to_owned();
    let last = if next.ends_with('0') { "1" } else { "0" };
    let touched = format!("{}{last}", &next[..next.len() - 1]);
    for (query, at) in [
        (format!("cursor={touched}"), "cursor"),
        ("cursor=zz".into(), "cursor"),
        ("limit=0".into(), "limit"),
        ("limit=201".into(), "limit"),
        ("limit=abc".into(), "limit"),
        ("kind=theft".into(), "kind"),
        ("cip13=123".into(), "cip13"),
        ("from=yesterday".into(), "from"),
        ("until=2021-10-20".into(), "until"),
        ("colour=red".into(), "colour"),
    ] {
        assert_eq!(
            faults(&app.get(Role::Reader, &format!("{list}?{query}")), 400),
            [at],
            "{query}"
        );
    }
}

fn a_balance_is_the_sum_of_its_movements(backend: Backend) {
    let app = spawn(backend);
    busy_day(&app);
    let given = id_of(&record(&app, NEIGHBOUR, &out(MG80, 2)).expect(201));
    record(&app, NEIGHBOUR, &undo(&given)).expect(201);
    let mut sums: BTreeMap<(String, String), (i64, i64)> = BTreeMap::new();
    for m in pages(&app, "", 200) {
        let key = (
            m["cip13"].as_str().unwrap().to_owned(),
            m["lot"].as_str().unwrap().to_owned(),
        );
        let sum = sums.entry(key).or_default();
        sum.0 += m["usable"].as_i64().unwrap();
        sum.1 += m["quarantined"].as_i64().unwrap();
    }
    let stock = app
        .get(
            Role::Reader,
            &format!("/sites/{NEIGHBOUR}/stock?empty=true"),
        )
        .expect(200);
    let mut there = BTreeMap::new();
    for p in stock["presentations"].as_array().unwrap() {
        for l in p["lots"].as_array().unwrap() {
            let key = (
                p["cip13"].as_str().unwrap().to_owned(),
                l["lot"].as_str().unwrap().to_owned(),
            );
            there.insert(
                key,
                (
                    l["usable"].as_i64().unwrap(),
                    l["quarantined"].as_i64().unwrap(),
                ),
            );
        }
    }
    assert_eq!(there, sums);
}
