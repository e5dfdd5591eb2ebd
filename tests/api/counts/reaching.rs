//! Counts are entered and read by who treats, at their sites; and every reading is written down.

use super::{count, entered, patient, request, trail};
use crate::service::{CENTRE, FAR_CENTRE, NEIGHBOUR, spawn};
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    counts_are_for_those_who_treat
    counts_beyond_ones_sites_are_nobodys
    a_pseudonym_is_each_sites_own_word
    any_pseudonym_has_an_address
    every_reading_of_counts_is_written_down
}

fn counts_are_for_those_who_treat(backend: Backend) {
    let app = spawn(backend);
    patient(&app, CENTRE, "p-1");
    let body = count("2021-10-18", &json!(1.5), "G/L");
    let id = entered(&app, "p-1", &body);
    for role in Role::ALL {
        let treats = [Role::Pharmacist, Role::CarTUnit, Role::Prescriber].contains(&role);
        let status = |ok: u16| if treats { ok } else { 403 };
        assert_eq!(app.get(role, "/patients/p-1/counts").status, status(200));
        assert_eq!(app.get(role, &format!("/counts/{id}")).status, status(200));
        assert_eq!(
            app.post(role, "/patients/p-1/counts", &body).status,
            status(201)
        );
        for verb in ["correct", "withdraw"] {
            let path = format!("/counts/{id}/{verb}");
            assert_eq!(app.post(role, &path, &json!({})).status, status(422));
        }
        assert_eq!(
            app.post(role, "/counts/import", &json!({})).status,
            status(415)
        );
    }
    let anonymous = app.send("GET", "/patients/p-1/counts", &[], None);
    assert_eq!(anonymous.status, 401);
}

fn counts_beyond_ones_sites_are_nobodys(backend: Backend) {
    let app = spawn(backend);
    patient(&app, CENTRE, "p-1");
    let id = entered(&app, "p-1", &count("2021-10-18", &json!(1.5), "G/L"));
    let new = json!({ "name": "x", "role": "pharmacist", "sites": [FAR_CENTRE] });
    let given = app.post(Role::Admin, "/tokens", &new).expect(201);
    let bearer = format!("Bearer {}", given["token"].as_str().unwrap());
    let send = |method: &str, path: &str, body: Option<Value>| {
        let body = body.map(|b| b.to_string().into_bytes());
        app.send(method, path, &[("Authorization", &bearer)], body.as_deref())
            .status
    };
    let body = count("2021-10-18", &json!(1.5), "G/L");
    assert_eq!(send("GET", "/patients/p-1/counts", None), 404);
    assert_eq!(
        send("POST", "/patients/p-1/counts", Some(body.clone())),
        404
    );
    let at_site = format!("/patients/p-1/counts?site={CENTRE}");
    assert_eq!(send("GET", &at_site, None), 403);
    assert_eq!(send("POST", &at_site, Some(body)), 403);
    assert_eq!(send("GET", &format!("/counts/{id}"), None), 404);
    let why = json!({ "taken_on": "2021-10-17", "reason": "x" });
    assert_eq!(
        send("POST", &format!("/counts/{id}/correct"), Some(why)),
        404
    );
    let why = json!({ "reason": "x" });
    assert_eq!(
        send("POST", &format!("/counts/{id}/withdraw"), Some(why)),
        404
    );
    let nowhere = "/patients/p-1/counts?site=130000013";
    assert_eq!(send("GET", nowhere, None), 403);
    assert_eq!(trail(&app, &["patient.read"]).len(), 0);
}

fn a_pseudonym_is_each_sites_own_word(backend: Backend) {
    let app = spawn(backend);
    patient(&app, CENTRE, "p-1");
    request(&app, NEIGHBOUR, "p-1", &json!({}));
    let body = count("2021-10-18", &json!(1.5), "G/L");
    for answer in [
        app.get(Role::Pharmacist, "/patients/p-1/counts"),
        app.post(Role::Pharmacist, "/patients/p-1/counts", &body),
    ] {
        assert_eq!(
            (answer.status, &answer.body["reason"]),
            (400, &json!("which-site"))
        );
        assert_eq!(answer.body["sites"], json!([CENTRE, NEIGHBOUR]));
        assert_eq!(answer.body["errors"][0]["query"], "site");
        assert!(!answer.text.contains("p-1"), "{}", answer.text);
    }
    let at_site = |site: &str| format!("/patients/p-1/counts?site={site}");
    app.post(Role::Pharmacist, &at_site(NEIGHBOUR), &body)
        .expect(201);
    let here = app.get(Role::Pharmacist, &at_site(CENTRE)).expect(200);
    assert_eq!(here["items"], json!([]));
    let there = app.get(Role::Pharmacist, &at_site(NEIGHBOUR)).expect(200);
    assert_eq!(there["items"][0]["site"], NEIGHBOUR);
}

fn any_pseudonym_has_an_address(backend: Backend) {
    let app = spawn(backend);
    for (word, part) in [
        ("é 1", "%C3%A9%201"),
        ("a/b", "a%2Fb"),
        ("50%", "50%25"),
        ("a+b", "a+b"),
        ("a%2Fb", "a%252Fb"),
        ("..", "%2E%2E"),
        ("x?y#z", "x%3Fy%23z"),
    ] {
        patient(&app, CENTRE, word);
        let path = format!("/patients/{part}/counts");
        let body = count("2021-10-18", &json!(1.5), "G/L");
        let answer = app.post(Role::Pharmacist, &path, &body);
        if word == ".." {
            continue;
        }
        let id = answer.expect(201)["id"].clone();
        let list = app.get(Role::Pharmacist, &path).expect(200);
        assert_eq!(list["items"][0]["id"], id, "{word}");
        assert_eq!(list["items"].as_array().unwrap().len(), 1, "{word}");
    }
    let long = "x".repeat(2_000);
    for nobody in [
        "nobody",
        "%00",
        "p%00-1",
        "%F0%9F%98%80",
        "'; DROP TABLE counts; --",
        &long,
    ] {
        let nobody = nobody.replace(' ', "%20");
        let answer = app.get(Role::Pharmacist, &format!("/patients/{nobody}/counts"));
        assert_eq!(answer.status, 404, "{nobody}: {}", answer.text);
    }
}

fn every_reading_of_counts_is_written_down(backend: Backend) {
    let app = spawn(backend);
    patient(&app, CENTRE, "p-1");
    let reads = || trail(&app, &["patient.read"]);
    // that there is nothing is read of somebody, too
    app.get(Role::Prescriber, "/patients/p-1/counts")
        .expect(200);
    assert_eq!(reads().len(), 1);
    let id = entered(&app, "p-1", &count("2021-10-18", &json!(1.5), "G/L"));
    app.get(Role::Prescriber, "/patients/p-1/counts?history=true")
        .expect(200);
    let seen = app
        .get(Role::CarTUnit, &format!("/counts/{id}"))
        .expect(200);
    let lines = reads();
    assert_eq!(lines.len(), 3);
    for line in &lines {
        assert_eq!(
            (&line["object"], &line["details"], &line["outcome"]),
            (
                &json!("counts"),
                &json!({ "patients": [seen["patient"]] }),
                &json!("read")
            )
        );
    }
    let line = &trail(&app, &["count.enter"])[0];
    assert_eq!(
        (&line["patient"], &line["object"]),
        (&seen["patient"], &json!(id))
    );
    app.get(Role::Prescriber, "/patients/nobody/counts")
        .expect(404);
    assert_eq!(reads().len(), 3);
}
