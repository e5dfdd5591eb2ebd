//! The main job, end to end: stock, reserve, clearance, refusal, loss, alert, letter.

use crate::service::{CENTRE, MG400, spawn};
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::json;

on_both! {
    the_main_job_is_done_end_to_end
}

fn the_main_job_is_done_end_to_end(backend: Backend) {
    let app = spawn(backend);
    let at = |rest: &str| format!("/sites/{CENTRE}{rest}");
    let reserve = || app.get(Role::Pharmacist, &at("/reserve")).expect(200);
    assert_eq!(
        (&reserve()["possible"], &reserve()["required"]),
        (&json!(0), &json!(3))
    );

    app.receive(CENTRE, MG400, "B1234", "2022-06-30", 8);
    assert_eq!(
        (&reserve()["possible"], &reserve()["resupply"]),
        (&json!(3), &json!("compromised"))
    );

    let question =
        json!({ "pseudonym": "cart-1", "weight_g": 100_000, "infusion_date": "2021-10-25" });
    let answer = app
        .post(Role::CarTUnit, &at("/clearances"), &question)
        .expect(201);
    assert_eq!(answer["decision"], "GO", "{answer}");
    assert_eq!(answer["holds"].as_array().unwrap().len(), 3);

    let body = json!({ "kind": "dispensing", "cip13": MG400, "units": 3 });
    let refused = app.post(Role::Pharmacist, &at("/movements"), &body);
    assert_eq!(
        (refused.status, &refused.body["reason"]),
        (409, &json!("not-enough-units")),
        "{}",
        refused.text
    );

    let body =
        json!({ "kind": "loss", "cip13": MG400, "lot": "B1234", "units": 4, "reason": "breakage" });
    let lost = app
        .post(Role::Pharmacist, &at("/movements"), &body)
        .expect(201);
    assert_eq!(lost["reserves"][0]["possible"], 2, "{lost}");
    // the reserve opened below its minimum when the site was added, was closed by the receipt, and opens again
    let letters = app.letters(1);
    assert!(letters.iter().any(|l| {
        l.subject
            .to_string()
            .contains("Réserve CAR-T sous le minimum")
    }));
}
