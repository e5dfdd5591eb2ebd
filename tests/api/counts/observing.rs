//! Counts as laboratories send them: FHIR R4 Observations.

use super::{listed, patient, send, trail};
use crate::service::{CENTRE, NEIGHBOUR, spawn};
use crate::shelf::faults;
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    an_observation_is_entered_for_the_patient_of_the_address
    a_bundle_is_imported_whole
    what_is_no_neutrophil_count_is_refused
}

const FHIR: &str = "application/fhir+json";

fn observation(pseudonym: &str, value: f64) -> Value {
    json!({
        "resourceType": "Observation", "status": "final",
        "code": { "coding": [{ "system": "http://loinc.org", "code": "751-8" }] },
        "subject": { "identifier": { "value": pseudonym }, "display": "DURAND Jeanne" },
        "effectiveDateTime": "2021-10-18T22:30:00Z",
        "valueQuantity": { "value": value, "unit": "10*9/L", "system": "http://unitsofmeasure.org", "code": "10*9/L" }
    })
}

fn an_observation_is_entered_for_the_patient_of_the_address(backend: Backend) {
    let app = spawn(backend);
    patient(&app, CENTRE, "p-1");
    let body = observation("somebody else", 1.5).to_string();
    let post = |path: &str, key: Option<&str>| send(&app, path, FHIR, body.as_bytes(), key);
    let first = post("/patients/p-1/counts", Some("k-1"));
    assert!(first.headers.contains_key("location"));
    let first = first.expect(201);
    // past midnight in Paris
    assert_eq!(listed(&app, "p-1", ""), ["2021-10-19 1.5 10⁹/L current"]);
    assert_eq!(post("/patients/p-1/counts", Some("k-1")).expect(201), first);
    // a laboratory that sends it again is answered with what there is
    let again = post("/patients/p-1/counts", None);
    assert_eq!(again.expect(200), first);
    assert_eq!(listed(&app, "p-1", "?history=true").len(), 1);
    assert_eq!(post("/patients/nobody/counts", None).status, 404);
    let at_site = format!("/patients/p-1/counts?site={NEIGHBOUR}");
    assert_eq!(post(&at_site, None).status, 404);
    let bundle = json!({ "resourceType": "Bundle", "entry": [] }).to_string();
    let refused = send(&app, "/patients/p-1/counts", FHIR, bundle.as_bytes(), None);
    assert_eq!(faults(&refused, 422), ["/resourceType"]);
    let plain = send(&app, "/patients/p-1/counts", "text/csv", b"x", None);
    assert_eq!(plain.status, 415);
}

fn a_bundle_is_imported_whole(backend: Backend) {
    let app = spawn(backend);
    patient(&app, CENTRE, "p-1");
    patient(&app, CENTRE, "p-2");
    let bundle = |all: &[Value]| {
        let entries: Vec<Value> = all.iter().map(|r| json!({ "resource": r })).collect();
        json!({ "resourceType": "Bundle", "type": "collection", "entry": entries }).to_string()
    };
    let import = |text: &str, query: &str| {
        send(
            &app,
            &format!("/counts/import{query}"),
            FHIR,
            text.as_bytes(),
            None,
        )
    };
    let unknown = bundle(&[observation("p-1", 1.5), observation("p-3", 1.5)]);
    let refused = import(&unknown, "");
    assert_eq!(
        faults(&refused, 422),
        ["/entry/1/resource/subject/identifier/value"]
    );
    assert!(!refused.text.contains("DURAND"), "{}", refused.text);
    assert_eq!(listed(&app, "p-1", ""), Vec::<String>::new());
    let both = bundle(&[observation("p-1", 1.5), observation("p-2", 0.4)]);
    assert_eq!(import(&both, "?dry_run=true").expect(200)["added"], 2);
    assert_eq!(import(&both, "").expect(200)["added"], 2);
    let again = import(&both, "").expect(200);
    assert_eq!(
        (&again["added"], &again["same"][1]["at"]),
        (&json!(0), &json!("/entry/1/resource"))
    );
    assert_eq!(listed(&app, "p-2", ""), ["2021-10-19 0.4 10⁹/L current"]);
    assert_eq!(trail(&app, &["count.import"]).len(), 4);
}

fn what_is_no_neutrophil_count_is_refused(backend: Backend) {
    let app = spawn(backend);
    patient(&app, CENTRE, "p-1");
    let check = |pointer: &str, value: Value, place: &str| {
        let mut body = observation("p-1", 1.5);
        *body.pointer_mut(pointer).unwrap() = value;
        let text = body.to_string();
        let answer = send(&app, "/patients/p-1/counts", FHIR, text.as_bytes(), None);
        assert_eq!(faults(&answer, 422), [place], "{text}: {}", answer.text);
        answer.text
    };
    for code in ["770-8", "26511-6"] {
        let text = check("/code/coding/0/code", json!(code), "/code/coding/0/code");
        assert!(text.contains("pourcentage"), "{text}");
    }
    check("/status", json!("preliminary"), "/status");
    check("/effectiveDateTime", json!("2021-10"), "/effectiveDateTime");
    check(
        "/effectiveDateTime",
        json!("2021-10-21"),
        "/effectiveDateTime",
    );
    check("/valueQuantity/value", json!("1.5"), "/valueQuantity/value");
    check("/valueQuantity/code", json!("%"), "/valueQuantity/code");
    for text in [
        "",
        "{",
        "[]",
        "{\"resourceType\":\"Observation\",\"resourceType\":\"Observation\"}",
    ] {
        let answer = send(&app, "/patients/p-1/counts", FHIR, text.as_bytes(), None);
        assert_eq!(answer.status, 422, "{text}: {}", answer.text);
    }
    let latin = send(
        &app,
        "/patients/p-1/counts",
        FHIR,
        b"{\"a\": \"\xe9\"}",
        None,
    );
    assert_eq!(latin.status, 422, "{}", latin.text);
    assert_eq!(listed(&app, "p-1", "?history=true"), Vec::<String>::new());
    let reader = app.get(Role::Reader, "/patients/p-1/counts");
    assert_eq!(reader.status, 403);
}
