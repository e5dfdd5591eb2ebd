//! Units come in: by hand, by scan, with a delivery; and a pack is never at two places.

use crate::service::{App, CENTRE, MG80, MG200, MG400, NEIGHBOUR, SYRINGE, spawn};
use crate::shelf::{faults, id_of, record, refused, units};
use crate::support::Backend;
use dotation::app::{Caller, import_bdpm};
use dotation::domain::role::Role;
use dotation::wire::bdpm::{Source, read};
use serde_json::{Value, json};

on_both! {
    a_receipt_by_hand_counts_units_or_whole_boxes
    a_scan_is_one_pack_in_every_form_of_its_symbol
    a_pack_that_is_in_stock_is_not_received_again
    a_pack_that_left_may_come_back
    a_pack_leaves_from_where_it_is
    an_ambiguous_scan_is_asked_about_and_never_guessed
    a_code_that_is_not_on_the_catalogue_is_looked_up
    a_receipt_ends_the_delivery_that_it_came_with
    one_lot_number_with_two_expiries_is_two_lots
}

fn symbol(cip13: &str, expiry: &str, lot: &str, serial: &str) -> String {
    format!("]d2010{cip13}17{expiry}10{lot}\u{1d}21{serial}")
}

fn scan(app: &App, site: &str, scan: &str) -> crate::service::Answer {
    record(app, site, &json!({ "kind": "receipt", "scan": scan }))
}

fn a_receipt_by_hand_counts_units_or_whole_boxes(backend: Backend) {
    let app = spawn(backend);
    let by_hand = |cip13: &str, count: &str, n: u32| {
        let body = json!({ "kind": "receipt", "cip13": cip13, "lot": "L1", "expiry": "2022-06-30", count: n });
        record(&app, NEIGHBOUR, &body).expect(201)
    };
    let recorded = by_hand(MG80, "units", 3);
    assert_eq!(recorded["movements"][0]["usable"], 3);
    assert_eq!(recorded["movements"][0]["seq"], 1);
    // four syringes a box
    assert_eq!(by_hand(SYRINGE, "boxes", 2)["movements"][0]["usable"], 8);
    assert_eq!(by_hand(MG80, "boxes", 2)["movements"][0]["usable"], 2);
    assert_eq!(units(&app, NEIGHBOUR, MG80, "L1"), (5, 0));

    let apart = json!({ "kind": "receipt", "cip13": MG80, "lot": "L1", "expiry": "2022-06-30", "units": 2, "state": "quarantined" });
    record(&app, NEIGHBOUR, &apart).expect(201);
    assert_eq!(units(&app, NEIGHBOUR, MG80, "L1"), (5, 2));

    let last_day = json!({ "kind": "receipt", "cip13": MG80, "lot": "L2", "expiry": "2021-10-20", "units": 1 });
    record(&app, NEIGHBOUR, &last_day).expect(201);
    let expired = json!({ "kind": "receipt", "cip13": MG80, "lot": "L3", "expiry": "2021-10-19", "units": 1 });
    let answer = record(&app, NEIGHBOUR, &expired);
    assert_eq!(faults(&answer, 422), ["/expiry"]);
    refused(answer, 422, "expired-on-receipt");
}

fn a_scan_is_one_pack_in_every_form_of_its_symbol(backend: Backend) {
    let app = spawn(backend);
    let recorded = scan(&app, CENTRE, &symbol(MG400, "220600", "B1", "S1")).expect(201);
    let first = &recorded["movements"][0];
    // day 00 is the last of the month
    assert_eq!(
        (&first["lot"], &first["expiry"], &first["usable"]),
        (&json!("B1"), &json!("2022-06-30"), &json!(1))
    );
    let orders = [
        format!("010{MG400}21S2\u{1d}10B1\u{1d}17220630"),
        format!("(01)0{MG400}(17)220630(10)B1(21)S3"),
        format!("17220630010{MG400}10B1|21S4"),
    ];
    for text in orders {
        scan(&app, CENTRE, &text).expect(201);
    }
    assert_eq!(units(&app, CENTRE, MG400, "B1"), (4, 0));

    let box_of_four = symbol(SYRINGE, "220630", "Y1", "S1");
    let recorded = scan(&app, CENTRE, &box_of_four).expect(201);
    assert_eq!(recorded["movements"][0]["usable"], 4);

    let read = app
        .post(
            Role::Pharmacist,
            &format!("/sites/{CENTRE}/scans"),
            &json!({ "scan": box_of_four }),
        )
        .expect(200);
    assert_eq!(
        (&read["certain"], read["readings"].as_array().unwrap().len()),
        (&json!(true), 1)
    );
    let reading = &read["readings"][0];
    assert_eq!(
        (
            &reading["cip13"],
            &reading["units_per_box"],
            &reading["already_in_stock"]
        ),
        (&json!(SYRINGE), &json!(4), &json!(true))
    );

    for (text, says) in [
        (format!("010{MG400}10B1"), "/scan"),
        ("hello".to_owned(), "/scan"),
        (String::new(), "/scan"),
        (MG400.to_owned(), "/scan"),
    ] {
        assert_eq!(faults(&scan(&app, CENTRE, &text), 422), [says], "{text:?}");
    }
}

fn a_pack_that_is_in_stock_is_not_received_again(backend: Backend) {
    let app = spawn(backend);
    let pack = symbol(MG400, "220630", "B1", "S1");
    scan(&app, CENTRE, &pack).expect(201);
    let problem = refused(scan(&app, CENTRE, &pack), 409, "serial-known");
    assert!(
        problem["detail"].as_str().unwrap().contains("S1"),
        "{problem}"
    );
    refused(scan(&app, NEIGHBOUR, &pack), 409, "serial-known");
    // typed by hand, the same pack is the same pack
    let typed = json!({ "kind": "receipt", "cip13": MG400, "lot": "B1", "expiry": "2022-06-30", "boxes": 1, "serial": "S1" });
    refused(record(&app, CENTRE, &typed), 409, "serial-known");
    assert_eq!(units(&app, CENTRE, MG400, "B1"), (1, 0));
    // the same serial number of another presentation is another pack
    scan(&app, CENTRE, &symbol(MG200, "220630", "B1", "S1")).expect(201);
}

fn a_pack_that_left_may_come_back(backend: Backend) {
    let app = spawn(backend);
    let pack = |serial: &str| symbol(MG400, "220630", "B1", serial);
    let out = |serial: &str| json!({ "kind": "dispensing", "cip13": MG400, "units": 1, "lot": "B1", "serial": serial });
    for serial in ["S1", "S2", "S3"] {
        scan(&app, NEIGHBOUR, &pack(serial)).expect(201);
    }
    // dispensed with its serial number
    let given = record(&app, NEIGHBOUR, &out("S1")).expect(201);
    scan(&app, NEIGHBOUR, &pack("S1")).expect(201);
    refused(scan(&app, NEIGHBOUR, &pack("S2")), 409, "serial-known");

    // its receipt was a mistake
    let recorded = scan(&app, NEIGHBOUR, &pack("S4")).expect(201);
    let undo = |id: &str| json!({ "kind": "reversal", "movement": id, "note": "wrong box" });
    record(&app, NEIGHBOUR, &undo(&id_of(&recorded))).expect(201);
    scan(&app, NEIGHBOUR, &pack("S4")).expect(201);

    // its dispensing was a mistake: then it is in stock
    let given_again = record(&app, NEIGHBOUR, &out("S3")).expect(201);
    record(&app, NEIGHBOUR, &undo(&id_of(&given_again))).expect(201);
    refused(scan(&app, NEIGHBOUR, &pack("S3")), 409, "serial-known");
    // of S1, the first dispensing is undone while the pack is back already: it stays where it is
    record(&app, NEIGHBOUR, &undo(&id_of(&given))).expect(201);
    refused(scan(&app, NEIGHBOUR, &pack("S1")), 409, "serial-known");

    // nothing of its lot is left
    let (left, _) = units(&app, NEIGHBOUR, MG400, "B1");
    let all = json!({ "kind": "loss", "cip13": MG400, "lot": "B1", "units": left, "reason": "cold-chain" });
    let lost = record(&app, NEIGHBOUR, &all).expect(201);
    scan(&app, CENTRE, &pack("S2")).expect(201);
    // the loss was a mistake: what came back meanwhile stays where it is, the others are in stock
    record(&app, NEIGHBOUR, &undo(&id_of(&lost))).expect(201);
    let problem = refused(scan(&app, CENTRE, &pack("S3")), 409, "serial-known");
    assert_eq!(problem["type"], "/problems/conflict");
}

fn a_pack_leaves_from_where_it_is(backend: Backend) {
    let app = spawn(backend);
    scan(&app, NEIGHBOUR, &symbol(MG400, "220131", "EARLY", "S0")).expect(201);
    scan(&app, NEIGHBOUR, &symbol(MG400, "220630", "LATE", "S1")).expect(201);
    // what is in the hand is what leaves, though another expires first
    let out = json!({ "kind": "dispensing", "cip13": MG400, "units": 1, "serial": "S1" });
    let given = record(&app, NEIGHBOUR, &out).expect(201);
    assert_eq!(given["movements"][0]["lot"], "LATE");
    // a pack that is at another pharmacy does not leave from here
    app.receive(NEIGHBOUR, MG400, "LATE", "2022-06-30", 2);
    scan(&app, CENTRE, &symbol(MG400, "220630", "LATE", "S2")).expect(201);
    let elsewhere = json!({ "kind": "dispensing", "cip13": MG400, "units": 1, "serial": "S2" });
    refused(record(&app, NEIGHBOUR, &elsewhere), 409, "serial-known");
}

fn an_ambiguous_scan_is_asked_about_and_never_guessed(backend: Backend) {
    let app = spawn(backend);
    // the scanner dropped the separator: lot AB and serial 1217X, or …
    let text = format!("010{MG400}1722063010A21B21C");
    assert_eq!(faults(&scan(&app, CENTRE, &text), 422), ["/scan"]);
    let read = app
        .post(
            Role::Pharmacist,
            &format!("/sites/{CENTRE}/scans"),
            &json!({ "scan": text }),
        )
        .expect(200);
    assert_eq!(read["certain"], false);
    let lots: Vec<&Value> = read["readings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| &r["lot"])
        .collect();
    assert!(
        lots.contains(&&json!("A")) && lots.contains(&&json!("A21B")),
        "{lots:?}"
    );
    assert_eq!(units(&app, CENTRE, MG400, "A"), (0, 0));
}

/// A pack that no rulebook names.
const PARACETAMOL: &str = "3400935955838";

fn a_code_that_is_not_on_the_catalogue_is_looked_up(backend: Backend) {
    let app = spawn(backend);
    let receipt = json!({ "kind": "receipt", "cip13": PARACETAMOL, "lot": "P1", "expiry": "2022-06-30", "units": 1 });
    let problem = refused(record(&app, CENTRE, &receipt), 404, "not-on-catalogue");
    assert_eq!(problem["bdpm_name"], Value::Null);

    let products = "60234100\tDOLIPRANE 1000 mg, comprimé\tcomprimé\torale\tAutorisation active\tProcédure nationale\tCommercialisée\t01/01/2000\t\t\t OPELLA\tNon\n";
    let packs = format!(
        "60234100\t3595583\tplaquette(s) de 8 comprimé(s)\tPrésentation active\tDéclaration de commercialisation\t01/01/2000\t{PARACETAMOL}\toui\t65%\t1,16\t2,18\t1,02\t\n"
    );
    let edition = read(
        Source {
            name: "CIS_bdpm.txt",
            bytes: products.as_bytes(),
        },
        Source {
            name: "CIS_CIP_bdpm.txt",
            bytes: packs.as_bytes(),
        },
    )
    .unwrap();
    app.run(async |service, now| {
        let admin = Caller::at_the_machine("command-line", Role::Admin);
        service
            .write(admin, now, Vec::new(), move |act| {
                import_bdpm::import(act, &edition)
            })
            .await
    })
    .unwrap();
    let problem = refused(record(&app, CENTRE, &receipt), 404, "not-on-catalogue");
    assert_eq!(problem["bdpm_name"], "DOLIPRANE 1000 mg, comprimé");
    assert_eq!(problem["type"], "/problems/unknown-presentation");

    let read = app
        .post(
            Role::Pharmacist,
            &format!("/sites/{CENTRE}/scans"),
            &json!({ "scan": symbol(PARACETAMOL, "220630", "P1", "S1") }),
        )
        .expect(200);
    assert_eq!(
        read["readings"][0]["bdpm_name"],
        "DOLIPRANE 1000 mg, comprimé"
    );
    assert_eq!(read["readings"][0]["label"], Value::Null);
}

fn a_receipt_ends_the_delivery_that_it_came_with(backend: Backend) {
    let app = spawn(backend);
    let at = |rest: &str| format!("/sites/{CENTRE}{rest}");
    let delivery =
        json!({ "cip13": MG400, "units": 4, "expected_on": "2021-10-22", "confirmed": true });
    let announced = app
        .post(Role::Pharmacist, &at("/deliveries"), &delivery)
        .expect(201);
    let id = announced["id"].as_str().unwrap();
    let receipt = |cip13: &str, lot: &str| json!({ "kind": "receipt", "cip13": cip13, "lot": lot, "expiry": "2022-06-30", "units": 2, "delivery": id });
    refused(
        record(&app, CENTRE, &receipt(MG80, "B1")),
        422,
        "other-presentation",
    );
    refused(
        record(&app, NEIGHBOUR, &receipt(MG400, "B1")),
        404,
        "unknown",
    );
    let recorded = record(&app, CENTRE, &receipt(MG400, "B1")).expect(201);
    assert_eq!(recorded["movements"][0]["delivery"], id);
    let seen = || {
        app.get(Role::Pharmacist, &at(&format!("/deliveries/{id}")))
            .expect(200)
    };
    assert_eq!(
        (&seen()["state"], &seen()["version"]),
        (&json!("confirmed"), &json!(2))
    );
    // the second half of it
    record(&app, CENTRE, &receipt(MG400, "B2")).expect(201);
    assert_eq!(
        (&seen()["state"], &seen()["version"]),
        (&json!("received"), &json!(3))
    );

    let other = app
        .post(Role::Pharmacist, &at("/deliveries"), &delivery)
        .expect(201);
    let other = other["id"].as_str().unwrap();
    let bearer = format!("Bearer {}", app.token(Role::Pharmacist));
    app.send(
        "PATCH",
        &at(&format!("/deliveries/{other}")),
        &[("Authorization", &bearer), ("If-Match", "*")],
        Some(br#"{"state":"cancelled","reason":"ordered twice"}"#),
    )
    .expect(200);
    let late = json!({ "kind": "receipt", "cip13": MG400, "lot": "B3", "expiry": "2022-06-30", "units": 2, "delivery": other });
    refused(record(&app, CENTRE, &late), 409, "wrong-state");
    let never = json!({ "kind": "receipt", "cip13": MG400, "lot": "B3", "expiry": "2022-06-30", "units": 2, "delivery": "nothing" });
    refused(record(&app, CENTRE, &never), 404, "unknown");
    assert_eq!(units(&app, CENTRE, MG400, "B3"), (0, 0));
}

fn one_lot_number_with_two_expiries_is_two_lots(backend: Backend) {
    let app = spawn(backend);
    app.receive(NEIGHBOUR, MG400, "B1", "2022-06-30", 2);
    app.receive(NEIGHBOUR, MG400, "B1", "2022-09-30", 3);
    let mut loss =
        json!({ "kind": "loss", "cip13": MG400, "lot": "B1", "units": 1, "reason": "breakage" });
    let answer = record(&app, NEIGHBOUR, &loss);
    assert_eq!(faults(&answer, 422), ["/expiry"]);
    let problem = refused(answer, 422, "which-expiry");
    assert_eq!(problem["expiries"], json!(["2022-06-30", "2022-09-30"]));
    loss["expiry"] = json!("2022-09-30");
    let lost = record(&app, NEIGHBOUR, &loss).expect(201);
    assert_eq!(lost["movements"][0]["expiry"], "2022-09-30");
    loss["expiry"] = json!("2022-09-29");
    refused(record(&app, NEIGHBOUR, &loss), 404, "unknown-lot");
    // the earlier one leaves first
    let out = json!({ "kind": "dispensing", "cip13": MG400, "lot": "B1", "units": 3 });
    let given = record(&app, NEIGHBOUR, &out).expect(201);
    let left: Vec<_> = given["movements"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| (&m["expiry"], &m["usable"]))
        .collect();
    assert_eq!(
        left,
        [
            (&json!("2022-06-30"), &json!(-2)),
            (&json!("2022-09-30"), &json!(-1))
        ]
    );
}
