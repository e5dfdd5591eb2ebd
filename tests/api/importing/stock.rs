//! A file opens the stock of a site, and is compared with its ledger every day after.

use super::{keyed, lines, places, send, trail};
use crate::service::{Answer, App, CENTRE, FAR_CENTRE, MG80, MG400, NEIGHBOUR, spawn};
use crate::shelf::{refused, units};
use crate::story::at;
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};

on_both! {
    a_file_opens_the_stock_of_a_site
    the_daily_file_is_compared_and_books_nothing_by_itself
    nothing_is_booked_when_anything_moved_in_between
    a_clerical_difference_takes_no_held_unit_and_no_dose_of_a_reserve
    units_that_are_missing_are_booked_as_they_are
    an_expiry_that_differs_is_told_and_never_booked
    what_is_not_on_the_catalogue_is_refused_or_left_out
    every_fault_of_a_file_is_told_and_nothing_is_booked
    two_who_confirm_at_once_book_it_once
    nobody_imports_the_stock_of_anothers_site
    what_is_out_of_date_comes_into_quarantine_and_not_onto_the_shelf
    booking_needs_a_key_and_its_refusal_is_on_the_trail
}

static KEYS: AtomicU64 = AtomicU64::new(1);

const HEADER: &str = "CIP13;N° de lot;Péremption;Quantité;Quarantaine\r\n";

/// A file of the centre, of rows without the code of 400 mg.
fn file(rows: &[&str]) -> String {
    let rows: Vec<String> = rows
        .iter()
        .map(|row| format!("{MG400};{row}\r\n"))
        .collect();
    format!("{HEADER}{}", rows.concat())
}

fn import(app: &App, query: &str, sheet: &str) -> Answer {
    let path = at(&format!("/stock/import{query}"));
    // what is only looked at needs no key
    let key = format!("import-{}", KEYS.fetch_add(1, Ordering::Relaxed));
    let key = query.contains("confirm").then_some(key);
    keyed(
        app,
        Role::Pharmacist,
        &path,
        sheet.as_bytes(),
        key.as_deref(),
    )
}

/// Looks, and returns what differs with the digest.
#[track_caller]
fn looked(app: &App, sheet: &str) -> (Vec<String>, String) {
    let seen = import(app, "", sheet).expect(200);
    assert_eq!(seen["dry_run"], true);
    (
        differences(&seen),
        seen["digest"].as_str().unwrap().to_owned(),
    )
}

fn differences(answer: &Value) -> Vec<String> {
    let all = answer["sites"][0]["differences"].as_array().unwrap();
    let tell = |d: &Value| {
        format!(
            "{} {} {}/{}",
            d["lot"].as_str().unwrap(),
            d["difference"].as_str().unwrap(),
            d["units_in_file"],
            d["units_in_ledger"]
        )
    };
    all.iter().map(tell).collect()
}

/// Looks and books.
#[track_caller]
fn booked(app: &App, sheet: &str, reason: &str) -> Answer {
    let (_, digest) = looked(app, sheet);
    import(app, &format!("?confirm={digest}{reason}"), sheet)
}

fn on_shelf(app: &App, lot: &str) -> (u64, u64) {
    units(app, CENTRE, MG400, lot)
}

fn a_file_opens_the_stock_of_a_site(backend: Backend) {
    let app = spawn(backend);
    assert_eq!(app.alerts("reserve-below-minimum").len(), 1);
    let sheet = file(&["B1;30/06/2022;12;0", "B2;09/2022;3;2", "B3;30/06/2022;0;0"]);
    let before = lines(&app);
    let (differs, digest) = looked(&app, &sheet);
    assert_eq!(differs, ["B1 only-in-file 12/0", "B2 only-in-file 3/0"]);
    assert_eq!((on_shelf(&app, "B1"), lines(&app)), ((0, 0), before));
    let path = at(&format!("/stock/import?confirm={digest}&note=ouverture"));
    let book = || keyed(&app, Role::Pharmacist, &path, sheet.as_bytes(), Some("k-1"));
    let done = book().expect(200);
    assert_eq!(
        (&done["movements"], &done["sites"][0]["opens"]),
        (&json!(3), &json!(true))
    );
    // a request that is repeated is answered alike, and nothing is booked twice
    assert_eq!(book().expect(200), done);
    assert_eq!(
        (on_shelf(&app, "B1"), on_shelf(&app, "B2")),
        ((12, 0), (3, 2))
    );
    assert_eq!(app.alerts("reserve-below-minimum").len(), 0);
    let ledger = app.see("/movements");
    let movement = &ledger["items"][0];
    assert_eq!(
        (&movement["kind"], &movement["reason"], &movement["note"]),
        (&json!("receipt"), &json!("opening"), &json!("ouverture"))
    );
    let trail = trail(&app, "stock.import");
    assert_eq!(
        (trail.len(), &trail[0]["details"]["opens"]),
        (1, &json!(true))
    );
    // the same file again: nothing differs, and nothing can be booked
    let (differs, digest) = looked(&app, &sheet);
    assert_eq!(differs, Vec::<String>::new());
    let again = import(&app, &format!("?confirm={digest}"), &sheet);
    refused(again, 409, "nothing-to-adjust");
    // with another spelling of the columns and another encoding it is the same stock
    let plain = sheet
        .replace(HEADER, "cip13,lot,expiry,units,quarantined\n")
        .replace(';', ",");
    let utf16: Vec<u8> = format!("\u{feff}{plain}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let path = at("/stock/import");
    let seen = send(&app, Role::Pharmacist, &path, &utf16).expect(200);
    assert_eq!(
        (differences(&seen), &seen["sites"][0]["same"]),
        (vec![], &json!(3))
    );
}

fn the_daily_file_is_compared_and_books_nothing_by_itself(backend: Backend) {
    let app = spawn(backend);
    for (lot, n) in [("B1", 12), ("B2", 4), ("B3", 5), ("B4", 7)] {
        app.receive(CENTRE, MG400, lot, "2022-06-30", n);
    }
    let sheet = file(&[
        "B1;30/06/2022;12;0",
        "B2;30/06/2022;6;0",
        "B3;30/06/2022;3;2",
        "B9;30/06/2022;1;0",
    ]);
    let (differs, digest) = looked(&app, &sheet);
    assert_eq!(
        differs,
        [
            "B2 more 6/4",
            "B3 moved 3/5",
            "B4 only-in-ledger 0/7",
            "B9 only-in-file 1/0"
        ]
    );
    assert_eq!(on_shelf(&app, "B4"), (7, 0));
    // fewer units: why?
    refused(
        import(&app, &format!("?confirm={digest}"), &sheet),
        422,
        "reason-missing",
    );
    assert_eq!(import(&app, "?reason=missing", &sheet).status, 400);
    assert_eq!(
        import(&app, &format!("?confirm={digest}&reason=x"), &sheet).status,
        400
    );
    assert_eq!(
        (on_shelf(&app, "B2"), on_shelf(&app, "B9")),
        ((4, 0), (0, 0))
    );
    let done = import(&app, &format!("?confirm={digest}&reason=clerical"), &sheet).expect(200);
    assert_eq!(done["movements"], 5);
    let shelf: Vec<_> = ["B1", "B2", "B3", "B4", "B9"]
        .map(|lot| on_shelf(&app, lot))
        .into();
    assert_eq!(shelf, [(12, 0), (6, 0), (3, 2), (0, 0), (1, 0)]);
    let kinds: Vec<String> = app.see("/movements")["items"]
        .as_array()
        .unwrap()
        .iter()
        .take(5)
        .map(|m| format!("{} {}", m["kind"].as_str().unwrap(), m["reason"]))
        .collect();
    assert_eq!(
        kinds,
        [
            "count-adjustment \"clerical\"",
            "count-adjustment \"clerical\"",
            "count-adjustment null",
            "count-adjustment null",
            "receipt \"daily-file\"",
        ]
    );
    assert_eq!(looked(&app, &sheet).0, Vec::<String>::new());
}

fn nothing_is_booked_when_anything_moved_in_between(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 12);
    let sheet = file(&["B1;30/06/2022;11;0"]);
    let (_, digest) = looked(&app, &sheet);
    let confirm = format!("?confirm={digest}&reason=missing");
    // another file is not the one that was seen
    let other = file(&["B1;30/06/2022;2;0"]);
    refused(import(&app, &confirm, &other), 409, "seen-otherwise");
    refused(
        import(&app, "?confirm=0000000000000000&reason=missing", &sheet),
        409,
        "seen-otherwise",
    );
    app.lose(MG400, "B1", 1);
    refused(import(&app, &confirm, &sheet), 409, "seen-otherwise");
    assert_eq!(on_shelf(&app, "B1"), (11, 0));
    assert_eq!(looked(&app, &sheet).0, Vec::<String>::new());
}

fn a_clerical_difference_takes_no_held_unit_and_no_dose_of_a_reserve(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 6);
    app.receive(CENTRE, MG400, "B2", "2022-06-30", 2);
    // six vials are the three doses that must stay: two of them are not to be spared
    let fewer = file(&["B1;30/06/2022;4;0"]);
    let answer = booked(&app, &fewer, "&reason=clerical");
    refused(answer, 409, "reserve-would-break");
    // booked under the neighbouring lot, they are no loss
    let moved = file(&["B1;30/06/2022;4;0", "B2;30/06/2022;4;0"]);
    booked(&app, &moved, "&reason=clerical").expect(200);
    assert_eq!(
        (on_shelf(&app, "B1"), on_shelf(&app, "B2")),
        ((4, 0), (4, 0))
    );
    let answer = app.go("cart-1", 60_000, "2021-10-25");
    let held = app.held(&answer);
    assert!(!held.is_empty());
    let lot = held[0].1.clone();
    let none = file(&["B7;30/06/2022;99;0"]);
    let problem = refused(
        booked(&app, &none, "&reason=clerical"),
        409,
        "not-enough-units",
    );
    assert_eq!(problem["lot"], *lot);
    // nothing of it was done: what only the file knows did not come in either
    assert_eq!(on_shelf(&app, "B7"), (0, 0));
}

fn units_that_are_missing_are_booked_as_they_are(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 8);
    let answer = app.go("cart-1", 60_000, "2021-10-25");
    let before = app.heard().len();
    let sheet = file(&["B1;30/06/2022;1;0"]);
    let (_, digest) = looked(&app, &sheet);
    let seen = import(&app, "", &sheet).expect(200);
    assert!(seen["sites"][0]["differences"][0]["held"].as_u64().unwrap() > 0);
    import(&app, &format!("?confirm={digest}&reason=missing"), &sheet).expect(200);
    assert_eq!(on_shelf(&app, "B1"), (1, 0));
    assert_eq!(
        app.standing(&answer),
        ("NO-GO".to_owned(), "broken".to_owned())
    );
    let short = app.alerts("reserve-below-minimum");
    assert_eq!((short.len(), &short[0]["found"]), (1, &json!(0)));
    // one letter an alert and recipient, whatever the file has: the reserve's, and two of the clearance
    let new = app.heard().split_off(before);
    assert_eq!(new.len(), 3, "{new:?}");
}

fn an_expiry_that_differs_is_told_and_never_booked(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-15", 12);
    app.receive(CENTRE, MG400, "B2", "2022-06-30", 4);
    let sheet = file(&["B1;06/2022;12;0", "B2;30/06/2022;4;0"]);
    let (differs, digest) = looked(&app, &sheet);
    assert_eq!(differs, ["B1 expiry-differs 12/12"]);
    let only = import(&app, &format!("?confirm={digest}"), &sheet);
    refused(only, 409, "nothing-to-adjust");
    // the units of such a lot are those of the ledger's
    let sheet = file(&["B1;06/2022;14;0", "B2;30/06/2022;4;0"]);
    let seen = import(&app, "", &sheet).expect(200);
    let d = &seen["sites"][0]["differences"][0];
    assert_eq!(
        (&d["difference"], &d["expiry"], &d["expiry_in_file"]),
        (&json!("more"), &json!("2022-06-15"), &json!("2022-06-30"))
    );
    booked(&app, &sheet, "").expect(200);
    let stock = app.see("/stock")["presentations"][0]["lots"].clone();
    assert_eq!(
        (&stock[0]["expiry"], &stock[0]["usable"]),
        (&json!("2022-06-15"), &json!(14))
    );
    assert_eq!(stock.as_array().unwrap().len(), 2);
}

fn what_is_not_on_the_catalogue_is_refused_or_left_out(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 12);
    let stranger = "3400936963504";
    let sheet = format!(
        "{}{stranger};L1;30/06/2022;99;0\r\n",
        file(&["B1;30/06/2022;13;0"])
    );
    let answer = import(&app, "", &sheet);
    assert_eq!(places(&answer), ["3:1"]);
    let seen = import(&app, "?skip_unknown=true", &sheet).expect(200);
    assert_eq!(seen["sites"][0]["left_out"], 1);
    // what was seen with them left out is booked with them left out
    let digest = seen["digest"].as_str().unwrap();
    assert_eq!(
        places(&import(&app, &format!("?confirm={digest}"), &sheet)),
        ["3:1"]
    );
    let both = format!("?confirm={digest}&skip_unknown=true");
    assert_eq!(import(&app, &both, &sheet).expect(200)["movements"], 1);
    assert_eq!(on_shelf(&app, "B1"), (13, 0));
}

fn every_fault_of_a_file_is_told_and_nothing_is_booked(backend: Backend) {
    let app = spawn(backend);
    let path = at("/stock/import");
    let sheet = format!(
        "CIP13;lot;péremption;stock\n3,40096E+12;B1;30/06/2022;1\n{MG400};B1;soon;1\n{MG400};B1;30/06/2022;-1\n{MG400};B 1;30/06/2022;1\n"
    );
    let answer = import(&app, "", &sheet);
    assert_eq!(places(&answer), ["2:1", "3:3", "4:4", "5:2"]);
    let detail = |n: usize| {
        answer.body["errors"][n]["detail"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert!(
        detail(0).starts_with("CIP13 : ") && detail(0).contains("format texte"),
        "{}",
        detail(0)
    );
    assert!(detail(1).starts_with("péremption : "), "{}", detail(1));
    // what only the ledger knows: twice, and out of date on the day it is said to come in
    let sheet = file(&[
        "B1;30/06/2022;1;0",
        "B1;30/06/2022;2;0",
        "B2;19/10/2021;1;0",
    ]);
    assert_eq!(places(&import(&app, "", &sheet)), ["3:2", "4:3"]);
    // of a lot that the ledger knows, it is no fault
    let sheet = format!("finess;{HEADER}{NEIGHBOUR};{MG80};L;30/06/2022;1;0\r\n");
    assert_eq!(places(&import(&app, "", &sheet)), ["2:1"]);
    for wrong in ["", "name;birth\nx;y\n", "PK\u{3}\u{4}"] {
        assert_eq!(import(&app, "", wrong).status, 422, "{wrong:?}");
    }
    let bearer = format!("Bearer {}", app.token(Role::Pharmacist));
    let json = app.send("POST", &path, &[("Authorization", &bearer)], Some(b"{}"));
    assert_eq!(json.status, 415);
    assert_eq!(import(&app, "?colour=red", &file(&[])).status, 400);
    assert_eq!(app.see("/movements")["items"], json!([]));
    assert_eq!(import(&app, "", HEADER).expect(200)["sites"], json!([]));
}

fn two_who_confirm_at_once_book_it_once(backend: Backend) {
    let app = spawn(backend);
    let sheet = file(&["B1;30/06/2022;12;0"]);
    let (_, digest) = looked(&app, &sheet);
    let confirm = format!("?confirm={digest}");
    let send = || import(&app, &confirm, &sheet);
    let both = std::thread::scope(|s| {
        let other = s.spawn(send);
        [send(), other.join().unwrap()]
    });
    let mut statuses = both.map(|answer| answer.status);
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    assert_eq!(on_shelf(&app, "B1"), (12, 0));
}

fn nobody_imports_the_stock_of_anothers_site(backend: Backend) {
    let app = spawn(backend);
    let sheet = file(&["B1;30/06/2022;12;0"]);
    let far = format!("/sites/{FAR_CENTRE}/stock/import");
    assert_eq!(
        send(&app, Role::Pharmacist, &far, sheet.as_bytes()).status,
        403
    );
    for role in [Role::Admin, Role::Coordinator, Role::CarTUnit, Role::Reader] {
        let answer = send(&app, role, &at("/stock/import"), sheet.as_bytes());
        assert_eq!(answer.status, 403, "{role:?}");
    }
}

fn what_is_out_of_date_comes_into_quarantine_and_not_onto_the_shelf(backend: Backend) {
    let app = spawn(backend);
    let sheet = file(&["B1;30/06/2022;12;0", "OLD;30/06/2020;0;5"]);
    booked(&app, &sheet, "").expect(200);
    assert_eq!(
        (on_shelf(&app, "B1"), on_shelf(&app, "OLD")),
        ((12, 0), (0, 5))
    );
    let sheet = file(&[
        "B1;30/06/2022;12;0",
        "OLD;30/06/2020;0;5",
        "OLDER;30/06/2019;1;0",
    ]);
    assert_eq!(places(&import(&app, "", &sheet)).len(), 1);
}

fn booking_needs_a_key_and_its_refusal_is_on_the_trail(backend: Backend) {
    let app = spawn(backend);
    let sheet = file(&["B1;30/06/2022;12;0"]);
    let (_, digest) = looked(&app, &sheet);
    let path = at(&format!("/stock/import?confirm={digest}"));
    let keyless = send(&app, Role::Pharmacist, &path, sheet.as_bytes());
    assert_eq!(keyless.status, 400, "{}", keyless.text);
    let wrong = file(&["B1;30/06/2020;12;0"]);
    assert_eq!(
        import(&app, &format!("?confirm={digest}"), &wrong).status,
        422
    );
    let line = trail(&app, "stock.import").pop().unwrap();
    assert_eq!(
        (
            &line["outcome"],
            &line["details"]["reason"],
            &line["details"]["faults"]
        ),
        (&json!("refused"), &json!("faults"), &json!(1)),
        "{line}"
    );
}
