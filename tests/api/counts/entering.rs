//! A count is entered as it was told, and read back so.

use super::{count, entered, known_of, listed, patient, request, trail};
use crate::service::{CENTRE, NEIGHBOUR, spawn};
use crate::shelf::faults;
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    a_count_is_entered_and_read_back_digit_by_digit
    what_is_no_count_is_refused_with_every_fault
    a_day_to_come_is_refused
    two_counts_of_one_day_stand_and_rules_know_both
    what_came_with_a_request_is_known_to_rules
    counts_are_listed_in_pages_the_latest_day_first
    a_repeated_entry_is_answered_as_before
}

fn a_count_is_entered_and_read_back_digit_by_digit(backend: Backend) {
    let app = spawn(backend);
    patient(&app, CENTRE, "p-1");
    let path = "/patients/p-1/counts";
    let body = br#"{ "taken_on": "2021-10-18", "value": 1.50, "unit": "10^9/L" }"#;
    let answer = super::send(&app, path, "application/json", body, None);
    let location = answer.headers["location"].to_str().unwrap().to_owned();
    let receipt = answer.expect(201);
    let id = receipt["id"].as_str().unwrap();
    assert_eq!(
        (receipt.clone(), location),
        (
            json!({ "id": id, "site": CENTRE, "state": "current" }),
            format!("/api/v1/counts/{id}")
        )
    );
    let seen = app.get(Role::Prescriber, &format!("/counts/{id}"));
    // not 1.5: what was entered is kept
    assert!(seen.text.contains(r#""value":1.50,"#), "{}", seen.text);
    let seen = seen.expect(200);
    assert_eq!(
        (&seen["unit"], &seen["per_mm3"], &seen["state"]),
        (&json!("10⁹/L"), &json!(1500), &json!("current"))
    );
    for (value, unit, per_mm3) in [
        ("0.4999", "G/L", 499),
        ("0.5", "10⁹/L", 500),
        ("0.499999", "10*3/uL", 499),
        ("1999", "/mm3", 1999),
        ("1.9e0", "10³/µL", 1900),
        ("0", "/µL", 0),
    ] {
        let body = format!(r#"{{"taken_on":"2021-10-17","value":{value},"unit":"{unit}"}}"#);
        let answer = super::send(&app, path, "application/json", body.as_bytes(), None);
        let id = answer.expect(201)["id"].as_str().unwrap().to_owned();
        let seen = app
            .get(Role::CarTUnit, &format!("/counts/{id}"))
            .expect(200);
        assert_eq!(seen["per_mm3"], per_mm3, "{value} {unit}");
    }
}

fn what_is_no_count_is_refused_with_every_fault(backend: Backend) {
    let app = spawn(backend);
    patient(&app, CENTRE, "p-1");
    let check = |body: &Value, places: &[&str]| {
        let answer = app.post(Role::Pharmacist, "/patients/p-1/counts", body);
        assert_eq!(faults(&answer, 422), places, "{body}: {}", answer.text);
    };
    check(&json!({}), &["/taken_on", "/unit", "/value"]);
    check(
        &count("2021-02-29", &json!("1.5"), "g/L"),
        &["/taken_on", "/unit", "/value"],
    );
    check(&count("18/10/2021", &json!(1.5), "G/L"), &["/taken_on"]);
    check(&count("2021-10-18", &json!(-1), "G/L"), &["/value"]);
    check(&count("2021-10-18", &json!(1500), "G/L"), &["/value"]);
    check(
        &count("2021-10-18", &json!(0.123_456_7), "G/L"),
        &["/value"],
    );
    check(&count("2021-10-18", &json!(1.5), ""), &["/unit"]);
    check(&count("2021-10-18", &json!(1.5), "%"), &["/unit"]);
    check(&count("2021-10-18", &json!([1]), "G/L"), &["/value"]);
    check(&count("2021-10-18", &Value::Null, "G/L"), &["/value"]);
    let mut named = count("2021-10-18", &json!(1.5), "G/L");
    named["name"] = json!("Durand");
    check(&named, &["/name"]);
    // never rounded into what it is not
    for value in [
        "0.49999999999999999999999999",
        "1e309",
        "1e-309",
        "1e99999999999",
    ] {
        let body = format!(r#"{{"taken_on":"2021-10-18","value":{value},"unit":"G/L"}}"#);
        let path = "/patients/p-1/counts";
        let answer = super::send(&app, path, "application/json", body.as_bytes(), None);
        assert_eq!(faults(&answer, 422), ["/value"], "{value}");
    }
    let french = format!("Bearer {}", app.token(Role::Pharmacist));
    let headers = [
        ("Authorization", french.as_str()),
        ("Accept-Language", "fr"),
    ];
    let body = count("2021-10-18", &json!(1.5), "").to_string();
    let answer = app.send(
        "POST",
        "/patients/p-1/counts",
        &headers,
        Some(body.as_bytes()),
    );
    assert!(answer.text.contains("n'a pas d'unité"), "{}", answer.text);
    assert_eq!(listed(&app, "p-1", "?history=true"), Vec::<String>::new());
}

fn a_day_to_come_is_refused(backend: Backend) {
    let app = spawn(backend);
    patient(&app, CENTRE, "p-1");
    // it is 20 October, 08:00 in Paris
    let path = "/patients/p-1/counts";
    let to_come = app.post(
        Role::Pharmacist,
        path,
        &count("2021-10-21", &json!(1), "G/L"),
    );
    assert_eq!(faults(&to_come, 422), ["/taken_on"]);
    assert_eq!(to_come.body["reason"], "in-the-future");
    entered(&app, "p-1", &count("2021-10-20", &json!(1), "G/L"));
    let refused = trail(&app, &["count.enter"]);
    assert_eq!(
        (
            refused.len(),
            &refused[0]["outcome"],
            &refused[1]["outcome"]
        ),
        (2, &json!("refused"), &json!("done"))
    );
}

fn two_counts_of_one_day_stand_and_rules_know_both(backend: Backend) {
    let app = spawn(backend);
    patient(&app, CENTRE, "p-1");
    for (day, value) in [
        ("2021-10-18", 1.5),
        ("2021-10-11", 2.0),
        ("2021-10-18", 0.9),
    ] {
        entered(&app, "p-1", &count(day, &json!(value), "G/L"));
    }
    // by hand, the same twice is twice
    entered(&app, "p-1", &count("2021-10-11", &json!(2000), "/mm3"));
    assert_eq!(
        known_of(&app, "p-1"),
        [
            ("2021-10-11".to_owned(), 2_000),
            ("2021-10-18".to_owned(), 900),
            ("2021-10-18".to_owned(), 1_500),
        ]
    );
}

fn what_came_with_a_request_is_known_to_rules(backend: Backend) {
    let app = spawn(backend);
    let told = json!({ "anc_per_mm3": 3500, "anc_on": "2021-10-04" });
    let id = request(&app, CENTRE, "p-1", &told);
    // undated, it is of no day
    let undated = json!({ "anc_per_mm3": 99, "indication": "sjia", "site": CENTRE });
    request(&app, CENTRE, "p-1", &undated);
    // of another patient, and of another site's patient of that pseudonym
    request(
        &app,
        CENTRE,
        "p-2",
        &json!({ "anc_per_mm3": 100, "anc_on": "2021-10-04" }),
    );
    request(
        &app,
        NEIGHBOUR,
        "p-1",
        &json!({ "anc_per_mm3": 101, "anc_on": "2021-10-04" }),
    );
    assert_eq!(known_of(&app, "p-1"), [("2021-10-04".to_owned(), 3_500)]);
    let path = format!("/patients/p-1/counts?site={CENTRE}");
    app.post(
        Role::Pharmacist,
        &path,
        &count("2021-10-18", &json!(2), "G/L"),
    )
    .expect(201);
    // said of both ways, it is one
    app.post(
        Role::Pharmacist,
        &path,
        &count("2021-10-04", &json!(3.5), "G/L"),
    )
    .expect(201);
    let both = [
        ("2021-10-04".to_owned(), 3_500),
        ("2021-10-18".to_owned(), 2_000),
    ];
    assert_eq!(known_of(&app, "p-1"), both);
    // what is read of the patient are the counts; the request keeps its own
    let list = app.get(Role::Pharmacist, &path).expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
    let withdraw = format!("/requests/{id}/withdraw");
    app.post(Role::Prescriber, &withdraw, &json!({ "reason": "x" }))
        .expect(200);
    assert_eq!(known_of(&app, "p-1"), both);
    assert!(known_of(&app, "p-2").iter().all(|(_, n)| *n == 100));
}

fn counts_are_listed_in_pages_the_latest_day_first(backend: Backend) {
    let app = spawn(backend);
    patient(&app, CENTRE, "p-1");
    for day in [
        "2021-10-05",
        "2021-10-18",
        "2021-10-01",
        "2021-10-18",
        "2021-09-30",
    ] {
        entered(&app, "p-1", &count(day, &json!(1.5), "G/L"));
    }
    let mut days: Vec<String> = Vec::new();
    let mut ids: Vec<String> = Vec::new();
    let mut query = "?limit=2".to_owned();
    loop {
        let path = format!("/patients/p-1/counts{query}");
        let page = app.get(Role::Pharmacist, &path).expect(200);
        for item in page["items"].as_array().unwrap() {
            days.push(item["taken_on"].as_str().unwrap().to_owned());
            ids.push(item["id"].as_str().unwrap().to_owned());
        }
        match page["next_cursor"].as_str() {
            Some(next) => query = format!("?limit=2&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(
        days,
        [
            "2021-10-18",
            "2021-10-18",
            "2021-10-05",
            "2021-10-01",
            "2021-09-30"
        ]
    );
    // of one day, what was entered last
    assert!(ids[0] > ids[1]);
    // a cursor of the list is none of the history
    let cursor = query.split("cursor=").nth(1).unwrap();
    let path = format!("/patients/p-1/counts?history=true&cursor={cursor}");
    assert_eq!(app.get(Role::Pharmacist, &path).status, 400);
    for wrong in ["?history=maybe", "?state=current", "?site=12", "?limit=0"] {
        let path = format!("/patients/p-1/counts{wrong}");
        assert_eq!(app.get(Role::Pharmacist, &path).status, 400, "{wrong}");
    }
}

fn a_repeated_entry_is_answered_as_before(backend: Backend) {
    let app = spawn(backend);
    patient(&app, CENTRE, "p-1");
    patient(&app, CENTRE, "p-2");
    let body = count("2021-10-18", &json!(1.5), "G/L");
    let post = |path: &str| app.post_with_key(Role::Pharmacist, path, &body, "k-1");
    let first = post("/patients/p-1/counts");
    let again = post("/patients/p-1/counts");
    assert_eq!((first.status, &first.text), (201, &again.text));
    assert_eq!(listed(&app, "p-1", "").len(), 1);
    // for another patient, or at a site that is said, it is another intent
    assert_eq!(post("/patients/p-2/counts").status, 422);
    assert_eq!(
        post(&format!("/patients/p-1/counts?site={CENTRE}")).status,
        422
    );
    assert_eq!(listed(&app, "p-2", "").len(), 0);
}
