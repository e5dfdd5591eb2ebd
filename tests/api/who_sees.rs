//! Who may know who is treated, and how a foreign site fares; and that reading of patients is
//! written down.

use crate::service::{App, CENTRE, FAR_CENTRE, MG400, spawn};
use crate::story::{at, items};
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    foreign_sites_are_shown_by_what_everybody_may_see
    who_meets_no_patient_sees_no_patient
    reading_of_patients_is_written_down_once_a_request
}

fn foreign_sites_are_shown_by_what_everybody_may_see(backend: Backend) {
    let app = spawn(backend);
    for site in [CENTRE, FAR_CENTRE] {
        let path = format!("/sites/{site}");
        app.edit(
            Role::Admin,
            "PATCH",
            &path,
            &json!({ "reference_dose_mg": 400 }),
        )
        .expect(200);
    }
    let (_, token) = {
        let new = json!({ "name": "x", "role": "pharmacist", "all_sites": true });
        let given = app.post(Role::Admin, "/tokens", &new).expect(201);
        (0, given["token"].as_str().unwrap().to_owned())
    };
    for site in [CENTRE, FAR_CENTRE] {
        let path = format!("/sites/{site}");
        let etag = app.get(Role::Admin, &path).etag.unwrap();
        let body = json!({ "resupply": "assured", "reason": "a word with the maker", "until": "2021-12-01" });
        let bearer = format!("Bearer {token}");
        let headers = [("Authorization", bearer.as_str()), ("If-Match", &etag)];
        let set = app.send(
            "PUT",
            &format!("{path}/resupply"),
            &headers,
            Some(body.to_string().as_bytes()),
        );
        assert_eq!(set.status, 200, "{}", set.text);
    }
    let seen = |role: Role, site: &str| {
        let all = items(&app.get(role, "/sites").expect(200));
        all.into_iter().find(|s| s["finess"] == site).unwrap()
    };
    for role in [
        Role::Reader,
        Role::Pharmacist,
        Role::Prescriber,
        Role::CarTUnit,
    ] {
        let far = seen(role, FAR_CENTRE);
        assert_eq!(far["resupply_by_hand"], Value::Null, "{far}");
        assert_eq!(far["reference_dose_mg"], Value::Null, "{far}");
        assert_eq!(
            (&far["name"], &far["network"], &far["car_t"]),
            (&json!("CHU du Rhône"), &json!("ght-002"), &json!(true))
        );
        assert_eq!(
            seen(role, CENTRE)["resupply_by_hand"]["reason"],
            "a word with the maker"
        );
    }
    assert_eq!(
        seen(Role::Coordinator, FAR_CENTRE)["resupply_by_hand"]["until"],
        "2021-12-01"
    );
}

/// A GO, and a vial given to its patient.
fn treated(app: &App) -> Value {
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 9);
    let answer = app.go("cart-1", 100_000, "2021-10-20");
    let crs = json!({ "kind": "dispensing", "cip13": MG400, "units": 1, "patient": "cart-1", "indication": "crs" });
    app.book(&crs).expect(201);
    answer
}

fn who_meets_no_patient_sees_no_patient(backend: Backend) {
    let app = spawn(backend);
    let answer = treated(&app);
    let patient = answer["patient"].as_str().unwrap();
    let movement = items(&app.see("/movements"))[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let paths = [
        "/reserve".to_owned(),
        "/movements".to_owned(),
        format!("/movements/{movement}"),
    ];
    for role in [Role::Reader, Role::Prescriber] {
        for path in &paths {
            let seen = app.get(role, &at(path));
            assert_eq!(seen.status, 200);
            assert!(!seen.text.contains(patient), "{path}: {}", seen.text);
            // the day of the infusion and a fortnight
            assert!(!seen.text.contains("2021-11-03"), "{path}: {}", seen.text);
        }
        let reserve = app.get(role, &at("/reserve")).expect(200);
        assert_eq!(reserve["required"], 3);
        assert_eq!(reserve["doses"].as_array().unwrap().len(), 3);
        let of = app.get(role, &at(&format!("/movements?patient={patient}")));
        assert_eq!(of.status, 403, "{}", of.text);
    }
    for role in [Role::Pharmacist, Role::CarTUnit, Role::Coordinator] {
        for path in &paths {
            assert!(app.get(role, &at(path)).text.contains(patient), "{path}");
        }
    }
}

fn reading_of_patients_is_written_down_once_a_request(backend: Backend) {
    let app = spawn(backend);
    let answer = treated(&app);
    let (id, patient) = (answer["id"].as_str().unwrap(), &answer["patient"]);
    let reads = || {
        let trail = app
            .get(Role::Admin, &format!("/audit?site={CENTRE}&limit=200"))
            .expect(200);
        let all = items(&trail);
        all.into_iter()
            .filter(|l| l["outcome"] == "read")
            .collect::<Vec<_>>()
    };
    let mut before = reads().len();
    for (path, object) in [
        ("/reserve", "reserve"),
        ("/holds", "holds"),
        ("/clearances", "clearances"),
        (&format!("/clearances/{id}"), "clearances"),
        ("/movements", "movements"),
    ] {
        app.see(path);
        let now = reads();
        assert_eq!(now.len(), before + 1, "{path}");
        let line = &now[0];
        assert_eq!(
            (&line["action"], &line["object"]),
            (&json!("patient.read"), &json!(object)),
            "{line}"
        );
        assert!(
            line.to_string().contains(patient.as_str().unwrap()),
            "{line}"
        );
        before += 1;
    }
    // who sees no patient reads none, nor does who reads what names nobody
    app.get(Role::Reader, &at("/reserve")).expect(200);
    app.see("/stock");
    app.see("/movements?kind=receipt");
    assert_eq!(reads().len(), before);
}
