//! Of two causes each holds until it is decided.

use super::{decide, here, lift, of, recall, receipt, refused, warm};
use crate::service::{CENTRE, MG400, spawn};
use crate::story::at;
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::json;

on_both! {
    two_recalls_of_one_lot_hold_until_both_are_lifted
    what_was_warm_and_is_recalled_waits_for_both
    what_was_recalled_and_became_warm_waits_for_both
    recalled_units_that_were_spoilt_are_not_freed_by_lifting
    two_excursions_hold_until_both_are_decided
    what_leaves_in_between_is_freed_by_nothing
    what_comes_back_into_quarantine_was_in_what_is_undecided
    a_file_of_stock_frees_nothing_that_is_held_back
}

fn two_recalls_of_one_lot_hold_until_both_are_lifted(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 5);
    let (first, second) = (recall(&app, "B1"), recall(&app, "B1"));
    assert_eq!(super::of_site(&second, CENTRE)["set_apart"], 0);
    lift(&app, &second).expect(200);
    assert_eq!(here(&app, "B1"), (0, 5, 0));
    app.book(&receipt("B1", 1)).expect(201);
    lift(&app, &first).expect(200);
    assert_eq!(here(&app, "B1"), (6, 0, 0));
}

fn what_was_warm_and_is_recalled_waits_for_both(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 5);
    let warmed = warm(&app, Some(&["B1"])).expect(201);
    app.book(&receipt("B1", 3)).expect(201);
    assert_eq!(here(&app, "B1"), (3, 5, 0));
    let told = recall(&app, "B1");
    assert_eq!(here(&app, "B1"), (0, 8, 0));
    // lifted first: the excursion holds its five
    lift(&app, &told).expect(200);
    assert_eq!(here(&app, "B1"), (3, 5, 0));
    let told = recall(&app, "B1");
    // decided first: the recall holds all
    let decided = decide(&app, &warmed, "release", None).expect(200);
    assert_eq!(decided["movements"], json!([]));
    assert_eq!(decided["excursion"]["lots"][0]["waiting"], 5);
    assert_eq!(here(&app, "B1"), (0, 8, 0));
    lift(&app, &told).expect(200);
    assert_eq!(here(&app, "B1"), (8, 0, 0));
}

fn what_was_recalled_and_became_warm_waits_for_both(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 5);
    let told = recall(&app, "B1");
    let warmed = warm(&app, None).expect(201);
    let lot = &warmed["excursion"]["lots"][0];
    assert_eq!((&lot["set_apart"], &lot["stood"]), (&json!(0), &json!(5)));
    lift(&app, &told).expect(200);
    assert_eq!(here(&app, "B1"), (0, 5, 0));
    let no = refused(app.book(&of("release", "B1", 1)), 409, "held-back");
    assert_eq!(no["held_by"], "excursion");
    decide(&app, &warmed, "release", None).expect(200);
    assert_eq!(here(&app, "B1"), (5, 0, 0));
}

fn recalled_units_that_were_spoilt_are_not_freed_by_lifting(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 5);
    let told = recall(&app, "B1");
    let warmed = warm(&app, None).expect(201);
    // they stood for the recall: nothing of them is destroyed for the excursion
    decide(&app, &warmed, "destroy", None).expect(200);
    assert_eq!(here(&app, "B1"), (0, 5, 0));
    lift(&app, &told).expect(200);
    assert_eq!(here(&app, "B1"), (0, 5, 0));
    // who decided to destroy what was warm decided about them too
    let no = refused(app.book(&of("release", "B1", 1)), 409, "held-back");
    assert_eq!(
        (&no["units_free"], &no["held_by"]),
        (&json!(0), &json!("excursion"))
    );
    app.book(&of("destruction", "B1", 5)).expect(201);
    assert_eq!(here(&app, "B1"), (0, 0, 0));
}

fn two_excursions_hold_until_both_are_decided(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 5);
    let first = warm(&app, None).expect(201);
    app.book(&receipt("B1", 2)).expect(201);
    let second = warm(&app, None).expect(201);
    assert_eq!(here(&app, "B1"), (0, 7, 0));
    decide(&app, &first, "release", None).expect(200);
    assert_eq!(here(&app, "B1"), (0, 7, 0));
    // the second decides about both: its own two are destroyed, the five that were in it are not freed
    decide(&app, &second, "destroy", None).expect(200);
    assert_eq!(here(&app, "B1"), (0, 5, 0));
    refused(app.book(&of("release", "B1", 5)), 409, "held-back");
    app.book(&of("destruction", "B1", 5)).expect(201);
    assert_eq!(here(&app, "B1"), (0, 0, 0));
}

fn what_comes_back_into_quarantine_was_in_what_is_undecided(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 5);
    let warmed = warm(&app, None).expect(201);
    let lost = json!({ "kind": "loss", "cip13": MG400, "lot": "B1", "units": 2, "state": "quarantined", "reason": "breakage" });
    let lost = app.book(&lost).expect(201);
    let undo = json!({ "kind": "reversal", "movement": lost["movements"][0]["id"], "note": "another lot" });
    app.book(&undo).expect(201);
    assert_eq!(here(&app, "B1"), (0, 5, 0));
    refused(app.book(&of("release", "B1", 1)), 409, "held-back");
    let destroyed = decide(&app, &warmed, "destroy", None).expect(200);
    assert_eq!(here(&app, "B1"), (0, 2, 0));
    refused(app.book(&of("release", "B1", 1)), 409, "held-back");
    // what a decision destroyed is not undone by the pen
    let gone = &destroyed["movements"][0];
    let undo = json!({ "kind": "reversal", "movement": gone["id"], "note": "typed wrongly" });
    refused(app.book(&undo), 409, "not-reversible");
}

fn a_file_of_stock_frees_nothing_that_is_held_back(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 5);
    let told = recall(&app, "B1");
    let book = |file: &str, key: &str| {
        let bearer = format!("Bearer {}", app.token(Role::Pharmacist));
        let headers = [
            ("Authorization", bearer.as_str()),
            ("Content-Type", "text/csv"),
            ("Idempotency-Key", key),
        ];
        let file = format!("CIP13;N° de lot;Péremption;Quantité;Quarantaine\r\n{MG400};{file}\r\n");
        let path = at("/stock/import");
        let look = app
            .send("POST", &path, &headers, Some(file.as_bytes()))
            .expect(200);
        let digest = look["digest"].as_str().unwrap();
        let path = at(&format!("/stock/import?confirm={digest}&reason=missing"));
        app.send("POST", &path, &headers, Some(file.as_bytes()))
    };
    // the software of the pharmacy knows of no recall
    refused(book("B1;30/06/2022;5;0", "f-1"), 409, "held-back");
    assert_eq!(here(&app, "B1"), (0, 5, 0));
    book("B1;30/06/2022;0;3", "f-2").expect(200);
    assert_eq!(here(&app, "B1"), (0, 3, 0));
    lift(&app, &told).expect(200);
    assert_eq!(here(&app, "B1"), (3, 0, 0));
}

fn what_leaves_in_between_is_freed_by_nothing(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 7);
    let warmed = warm(&app, None).expect(201);
    let mut apart = receipt("B1", 2);
    apart["state"] = json!("quarantined");
    app.book(&apart).expect(201);
    let count = json!({ "kind": "count-adjustment", "cip13": MG400, "lot": "B1", "counted": 6, "state": "quarantined" });
    app.book(&count).expect(201);
    // the three that are missing may have been any: four at most are freed, and none by hand before
    let no = refused(app.book(&of("release", "B1", 1)), 409, "held-back");
    assert_eq!(no["units_free"], 0);
    decide(&app, &warmed, "release", None).expect(200);
    assert_eq!(here(&app, "B1"), (4, 2, 0));
    app.book(&of("release", "B1", 2)).expect(201);
    assert_eq!(here(&app, "B1"), (6, 0, 0));
}
