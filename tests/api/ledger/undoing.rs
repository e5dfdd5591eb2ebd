//! How a mistake is undone.

use super::{of, out, undo};
use crate::service::{CENTRE, MG200, MG400, NEIGHBOUR, spawn};
use crate::shelf::{faults, id_of, record, refused, units};
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::json;

on_both! {
    a_mistake_is_undone_once
    a_crs_dose_that_is_undone_was_not_given
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
    record(&app, CENTRE, &undo(ids[0])).expect(201);
    // what is left of it is no dose
    assert_eq!(given(), 0);
    record(&app, CENTRE, &undo(ids[1])).expect(201);
    assert_eq!(given(), 0);
}
