//! What is filed can be planned: every request that is kept makes a valid case.

use super::{asked, seen};
use crate::service::{CENTRE, spawn};
use crate::support::Backend;
use dotation::domain::role::Role;
use dotation::rulebook::Rulebooks;
use dotation::wire::plan_case;
use serde_json::{Value, json};

on_both! {
    what_is_filed_makes_a_valid_case
}

/// The fields of a request that a case has.
const OF_A_CASE: [&str; 14] = [
    "site",
    "indication",
    "approved_exception",
    "route",
    "treatment",
    "alternatives",
    "risk",
    "age_years",
    "weight_g",
    "due",
    "units",
    "prescribed_mg",
    "anc_per_mm3",
    "id",
];

/// Every way to combine what the fields of a case depend on.
fn combinations() -> Vec<Value> {
    let mut all = Vec::new();
    for indication in ["takayasu", "sjia", "crs", "other"] {
        for route in ["iv", "sc"] {
            for treatment in ["ongoing", "initiation"] {
                for (weight, units, prescribed) in [
                    (json!(61_000), Value::Null, Value::Null),
                    (json!(500), Value::Null, json!(800)),
                    (Value::Null, json!(4), Value::Null),
                    (json!(400_000), json!(10_000), Value::Null),
                    (json!(61_000), json!(1), json!(0.001)),
                    (Value::Null, Value::Null, json!(400)),
                ] {
                    for due in [
                        Value::Null,
                        json!("2021-10-20"),
                        json!("2021-12-31"),
                        json!("2020-01-01"),
                    ] {
                        for interval in [Value::Null, json!(28)] {
                            all.push(json!({ "indication": indication, "route": route, "treatment": treatment,
                                "weight_g": weight, "units": units, "prescribed_mg": prescribed, "due": due,
                                "due_reason": due.as_str().map(|_| "x"), "interval_days": interval,
                                "anc_per_mm3": null, "anc_on": null }));
                        }
                    }
                }
            }
        }
    }
    all
}

fn what_is_filed_makes_a_valid_case(backend: Backend) {
    let app = spawn(backend);
    let mut requests = Vec::new();
    for (n, changes) in combinations().into_iter().enumerate() {
        let mut changes = changes;
        changes["pseudonym"] = json!(format!("p-{n}"));
        let answer = app.post(Role::Prescriber, "/requests", &asked(&changes));
        match answer.status {
            201 => {
                let request = seen(&app, answer.body["id"].as_str().unwrap());
                let fields = OF_A_CASE.map(|field| (field.to_owned(), request[field].clone()));
                let there = fields.into_iter().filter(|(_, v)| !v.is_null());
                requests.push(Value::Object(there.collect()));
            }
            422 => {}
            other => panic!("{other} {changes}"),
        }
    }
    assert!(requests.len() > 40, "{} of them can be", requests.len());
    let case = json!({
        "as_of": "2021-10-20", "horizon_days": 28, "rulebook": "roactemra-2021-10-14", "transfers": "network",
        "lottery_seed": "x", "stock": [], "car_t_patients": [], "requests": requests,
        "sites": [{ "id": CENTRE, "network": "ght-001", "car_t": true, "resupply": "assured" }]
    });
    let rules = Rulebooks::built_in().unwrap();
    let books: Vec<_> = rules.iter().collect();
    let read = plan_case::read(case.to_string().as_bytes(), &books);
    assert!(read.is_ok(), "{:?}", read.err());
}
