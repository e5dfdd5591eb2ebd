//! Lots that are near their end.

use super::{letters, look_ahead, open, told, turn};
use crate::service::{App, CENTRE, MG80, MG400, spawn};
use crate::story::{at, items};
use crate::support::{Backend, execute};
use dotation::domain::role::Role;
use serde_json::{Value, json};
use std::fmt::Write as _;

on_both! {
    a_lot_is_heard_of_when_its_notice_begins_and_until_it_is_gone
    short_dated_stock_is_heard_of_when_it_comes_in
    what_is_set_apart_or_no_longer_near_is_no_alert
    three_hundred_lots_are_one_letter
    stock_that_is_imported_is_one_letter
    who_is_new_is_told_of_all_lots_in_one_letter
    a_letter_of_many_lots_is_not_given_up_for_one_of_a_single_lot
    the_notice_is_a_number_of_days_that_a_pharmacist_says
}

const KIND: &str = "lot-expiring";

fn subject(lot: &str) -> String {
    format!("{MG400}/{lot}")
}

fn a_lot_is_heard_of_when_its_notice_begins_and_until_it_is_gone(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 12);
    // sixty days after 30 October
    app.receive(CENTRE, MG400, "B2", "2021-12-29", 3);
    turn(&app, "2021-10-29T12:00:00Z");
    assert_eq!(open(&app, KIND), None);
    turn(&app, "2021-10-30T12:00:00Z");
    assert_eq!(open(&app, KIND), Some((subject("B2"), 0, 3)));
    let (event, to, text) = letters(&app, KIND).remove(0);
    assert_eq!((event.as_str(), to.as_str()), ("opened", "pui@example.org"));
    let row = "Lot : B2 – RoActemra";
    assert!(
        text.contains(row) && text.contains("3 unités, péremption 29/12/2021"),
        "{text}"
    );
    // the clock of the service is ten days behind
    look_ahead(&app, &json!({ "expiry_notice_days": 70 }));
    // fewer of them is better, and no letter
    app.lose(MG400, "B2", 1);
    assert_eq!(open(&app, KIND), Some((subject("B2"), 0, 2)));
    // it has expired, and is still there
    turn(&app, "2022-01-03T12:00:00Z");
    assert_eq!(open(&app, KIND), Some((subject("B2"), 0, 2)));
    assert_eq!(told(&app, KIND), ["opened"]);
    app.lose(MG400, "B2", 2);
    assert_eq!(open(&app, KIND), None);
    assert_eq!(told(&app, KIND), ["opened", "closed"]);
}

fn short_dated_stock_is_heard_of_when_it_comes_in(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2021-11-30", 2);
    assert_eq!(open(&app, KIND), Some((subject("B1"), 0, 2)));
    // more of it is worse
    app.receive(CENTRE, MG400, "B1", "2021-11-30", 2);
    assert_eq!(told(&app, KIND), ["opened", "worsened"]);
}

fn what_is_set_apart_or_no_longer_near_is_no_alert(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2021-11-30", 2);
    app.receive(CENTRE, MG400, "B2", "2021-12-10", 2);
    app.book(&json!({ "kind": "quarantine", "cip13": MG400, "lot": "B1", "units": 2, "note": "bent cap" }))
        .expect(201);
    assert_eq!(open(&app, KIND), Some((subject("B2"), 0, 2)));
    look_ahead(&app, &json!({ "expiry_notice_days": 20 }));
    assert_eq!(open(&app, KIND), None);
    look_ahead(&app, &json!({ "expiry_notice_days": 51 }));
    assert_eq!(open(&app, KIND), Some((subject("B2"), 0, 2)));
    assert_eq!(
        told(&app, KIND),
        ["opened", "opened", "closed", "closed", "opened"]
    );
}

/// Puts lots on the shelf behind the service's back, as an older version left them.
fn put(app: &App, lots: u32) {
    let mut sql = String::new();
    for n in 1..=lots {
        write!(
            sql,
            "INSERT INTO lots VALUES ('lot-{n}', '{MG80}', 'L{n}', '2021-12-{:02}');
             INSERT INTO movements (id, site, seq, operation, kind, lot_id, usable, quarantined, happened_at, recorded_at, recorded_by)
             VALUES ('m-{n}', '{CENTRE}', {n}, 'o-{n}', 'receipt', 'lot-{n}', 2, 0, '2021-10-19 08:00:00', '2021-10-19 08:00:00', 't-1');",
            n % 28 + 1
        )
        .unwrap();
    }
    execute(app.service.db(), &sql).unwrap();
}

fn three_hundred_lots_are_one_letter(backend: Backend) {
    let app = spawn(backend);
    look_ahead(&app, &json!({ "expiry_notice_days": 0 }));
    put(&app, 300);
    look_ahead(&app, &json!({ "expiry_notice_days": 100 }));
    let all = app.get(Role::Pharmacist, &at("/alerts?open=true&limit=200"));
    let all = items(&all.expect(200));
    assert_eq!(all.iter().filter(|a| a["kind"] == KIND).count(), 200);
    let told = letters(&app, KIND);
    assert_eq!(told.len(), 1);
    let text = &told[0].2;
    assert!(text.contains("Lots concernés : 300\n"), "{text}");
    assert!(text.contains("à voir dans Dotation : 260\n"), "{text}");
    // those that expire first are named
    assert!(
        text.contains("Lot : L112 – ") && !text.contains("Lot : L27 – "),
        "{text}"
    );
    // one more is one letter more, and counts the others
    app.receive(CENTRE, MG400, "B1", "2021-11-30", 2);
    let told = letters(&app, KIND);
    assert_eq!(told.len(), 2);
    let text = &told[1].2;
    assert!(text.contains("Lots concernés : 1\n"), "{text}");
    assert!(
        text.contains("Autres lots, déjà signalés : 300\n"),
        "{text}"
    );
    // and so is their end
    look_ahead(&app, &json!({ "expiry_notice_days": 0 }));
    let told = letters(&app, KIND);
    assert_eq!(told.len(), 3);
    assert!(
        told[2].2.contains("Lots concernés : 301\n"),
        "{}",
        told[2].2
    );
    assert_eq!(app.alerts(KIND), Vec::<Value>::new());
}

fn stock_that_is_imported_is_one_letter(backend: Backend) {
    let app = spawn(backend);
    let mut sheet = "CIP13;N° de lot;Péremption;Quantité\r\n".to_owned();
    for n in 1..=28 {
        write!(sheet, "{MG400};L{n};2021-11-{n:02};2\r\n").unwrap();
    }
    let bearer = format!("Bearer {}", app.token(Role::Pharmacist));
    let headers = [
        ("Authorization", bearer.as_str()),
        ("Content-Type", "text/csv"),
        ("Idempotency-Key", "import-1"),
    ];
    let import = |query: &str| {
        let path = at(&format!("/stock/import{query}"));
        let answer = app.send("POST", &path, &headers, Some(sheet.as_bytes()));
        answer.expect(200)
    };
    let digest = import("")["digest"].as_str().unwrap().to_owned();
    import(&format!("?confirm={digest}"));
    assert_eq!(app.alerts(KIND).len(), 28);
    let told = letters(&app, KIND);
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(told[0].2.contains("Lots concernés : 28\n"), "{}", told[0].2);
    assert!(!told[0].2.contains("déjà signalés"), "{}", told[0].2);
}

fn who_is_new_is_told_of_all_lots_in_one_letter(backend: Backend) {
    let app = spawn(backend);
    let recipients = items(&app.get(Role::Admin, &at("/recipients")).expect(200));
    let pui = recipients
        .iter()
        .find(|r| r["capacity"] == "pharmacist")
        .unwrap();
    let path = at(&format!("/recipients/{}", pui["id"].as_str().unwrap()));
    let bearer = format!("Bearer {}", app.token(Role::Admin));
    app.send("DELETE", &path, &[("Authorization", &bearer)], None)
        .expect(204);
    app.receive(CENTRE, MG400, "B1", "2021-11-30", 9);
    app.receive(CENTRE, MG400, "B2", "2021-12-01", 1);
    app.receive(CENTRE, MG400, "B3", "2021-12-02", 1);
    assert_eq!(letters(&app, KIND), []);
    let new = json!({ "capacity": "pharmacist", "name": "Night", "email": "night@example.org", "language": "en" });
    app.post(Role::Admin, &at("/recipients"), &new).expect(201);
    let told = letters(&app, KIND);
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(told[0].2.contains("Lots concerned: 3\n"), "{}", told[0].2);
    for lot in ["B1", "B2", "B3"] {
        assert!(
            told[0].2.contains(&format!("Lot: {lot} – ")),
            "{}",
            told[0].2
        );
    }
}

fn a_letter_of_many_lots_is_not_given_up_for_one_of_a_single_lot(backend: Backend) {
    let app = spawn(backend);
    look_ahead(&app, &json!({ "expiry_notice_days": 0 }));
    put(&app, 3);
    look_ahead(&app, &json!({ "expiry_notice_days": 100 }));
    app.heard();
    // as if the server had not taken it yet
    let opened = "UPDATE outbox SET state = 'queued', sent_at = NULL, attempts = 1
        WHERE event = 'opened' AND alert_id IN (SELECT id FROM alerts WHERE kind = 'lot-expiring')";
    execute(app.service.db(), opened).unwrap();
    // the first lot is used up: the alert that the letter is about closes
    app.lose(MG80, "L1", 2);
    app.heard();
    let all = items(&app.emails("?limit=200"));
    let of_lots = all
        .iter()
        .filter(|e| e["subject"].as_str().unwrap().contains("péremption"));
    let told: Vec<_> = of_lots.map(|e| (&e["event"], &e["state"])).collect();
    let sent = json!("sent");
    assert_eq!(told, [(&json!("closed"), &sent), (&json!("opened"), &sent)]);
}

fn the_notice_is_a_number_of_days_that_a_pharmacist_says(backend: Backend) {
    let app = spawn(backend);
    let seen = app.see("");
    assert_eq!(
        (&seen["expiry_notice_days"], &seen["forecast_days"]),
        (&json!(60), &json!(14))
    );
    let path = at("/look-ahead");
    for (body, status) in [
        (json!({ "expiry_notice_days": 366 }), 422),
        (json!({ "expiry_notice_days": -1 }), 422),
        (json!({ "forecast_days": 0 }), 422),
        (json!({ "forecast_days": 91 }), 422),
        (
            json!({ "expiry_notice_days": 365, "forecast_days": 90 }),
            200,
        ),
        (json!({ "expiry_notice_days": 0 }), 200),
        (json!({ "forecast_days": 1 }), 200),
    ] {
        let put = app.edit(Role::Pharmacist, "PUT", &path, &body);
        assert_eq!(put.status, status, "{body}: {}", put.text);
    }
    let seen = app.see("");
    assert_eq!(
        (&seen["expiry_notice_days"], &seen["forecast_days"]),
        (&json!(0), &json!(1))
    );
    for role in [Role::Admin, Role::CarTUnit, Role::Coordinator] {
        let put = app.edit(role, "PUT", &path, &json!({ "forecast_days": 3 }));
        assert_eq!(put.status, 403, "{role:?}");
    }
}
