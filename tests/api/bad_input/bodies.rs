//! The faults of the other bodies, and of bodies that are none.

use crate::service::{Answer, App, CENTRE, MG400, NEIGHBOUR, spawn};
use crate::shelf::faults;
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    every_fault_of_the_other_bodies_is_told_with_its_place
    a_body_that_is_no_json_is_refused_with_the_place
}

/// Who sends what where, and the places of what is wrong with it.
pub(super) fn cases() -> Vec<(Role, String, Value, Vec<&'static str>)> {
    let centre = |rest: &str| format!("/sites/{CENTRE}{rest}");
    vec![
        (
            Role::CarTUnit,
            centre("/car-t-patients"),
            json!({ "pseudonym": "", "weight_g": 0, "infusion_date": "x" }),
            vec!["/pseudonym", "/weight_g", "/infusion_date"],
        ),
        (
            Role::CarTUnit,
            centre("/car-t-patients"),
            json!({ "pseudonym": "a\u{202e}b", "weight_g": 400_001, "infusion_date": "2021-10-32" }),
            vec!["/pseudonym", "/weight_g", "/infusion_date"],
        ),
        (
            Role::CarTUnit,
            centre("/clearances"),
            json!({ "pseudonym": "p", "weight_g": 70_000, "infusion_date": "2999-01-01" }),
            vec!["/infusion_date"],
        ),
        (
            Role::CarTUnit,
            centre("/clearances"),
            json!({ "pseudonym": "p", "weight_g": 70_000, "infusion_date": "2021-10-01" }),
            vec!["/infusion_date"],
        ),
        (
            Role::Pharmacist,
            centre("/deliveries"),
            json!({ "cip13": "1", "units": 0, "expected_on": "" }),
            vec!["/cip13", "/units", "/expected_on"],
        ),
        (
            Role::Pharmacist,
            centre("/recipients"),
            json!({ "capacity": "nurse", "name": "\u{7}", "email": "nobody", "language": "de" }),
            vec!["/capacity", "/name", "/email", "/language"],
        ),
        (
            Role::Pharmacist,
            centre("/recipients"),
            json!({ "capacity": "pharmacist", "name": "PUI", "email": "a@b.org\r\nBcc: c@d.org" }),
            vec!["/email"],
        ),
        (Role::Pharmacist, centre("/scans"), json!({}), vec!["/scan"]),
        (
            Role::Admin,
            "/networks".into(),
            json!({ "id": "GHT 1", "name": "a\u{2067}b" }),
            vec!["/id", "/name"],
        ),
        (
            Role::Admin,
            "/sites".into(),
            json!({ "finess": "12", "network": "?", "name": "", "time_zone": "Paris", "car_t": true }),
            vec!["/finess", "/network", "/name", "/time_zone"],
        ),
        (
            Role::Admin,
            "/catalogue".into(),
            json!({ "cip13": "1", "strength_mg": 0, "route": "nasal", "units_per_box": 0 }),
            vec!["/cip13", "/strength_mg", "/route", "/units_per_box"],
        ),
        (
            Role::Admin,
            "/catalogue".into(),
            json!({ "cip13": MG400, "strength_mg": 0.0001 }),
            vec!["/strength_mg"],
        ),
        (
            Role::Admin,
            "/tokens".into(),
            json!({ "name": "", "role": "boss", "sites": ["1"], "all_sites": true }),
            vec!["/name", "/role", "/sites", "/sites/0"],
        ),
        (
            Role::Admin,
            "/tokens".into(),
            json!({ "name": "a", "role": "reader" }),
            vec!["/sites"],
        ),
        (
            Role::Admin,
            "/tokens".into(),
            json!({ "name": "a", "role": "reader", "all_sites": true, "expires_at": "2021-10-19T00:00:00Z" }),
            vec!["/expires_at"],
        ),
    ]
}

fn every_fault_of_the_other_bodies_is_told_with_its_place(backend: Backend) {
    let app = spawn(backend);
    for (role, path, body, mut places) in cases() {
        let answer = app.post(role, &path, &body);
        let mut found = faults(&answer, 422);
        found.sort();
        places.sort_unstable();
        assert_eq!(found, places, "{path} {body}\n{}", answer.text);
    }
}

fn raw(app: &App, content_type: Option<&str>, body: &[u8]) -> Answer {
    let bearer = format!("Bearer {}", app.token(Role::Pharmacist));
    let key = super::fresh_key();
    let mut headers = vec![("Authorization", &*bearer), ("Idempotency-Key", &*key)];
    headers.extend(content_type.map(|t| ("Content-Type", t)));
    app.send(
        "POST",
        &format!("/sites/{NEIGHBOUR}/movements"),
        &headers,
        Some(body),
    )
}

fn a_body_that_is_no_json_is_refused_with_the_place(backend: Backend) {
    let app = spawn(backend);
    let malformed = raw(&app, None, b"{\n  \"kind\": \"receipt\",\n  oops }");
    assert_eq!(
        (
            malformed.status,
            &malformed.body["line"],
            &malformed.body["column"]
        ),
        (400, &json!(3), &json!(3))
    );
    let not_utf8 = raw(&app, None, b"{\"kind\": \"\xff\"}");
    assert_eq!(
        (not_utf8.status, &not_utf8.body["offset"]),
        (400, &json!(10))
    );
    for body in [
        &b""[..],
        b"{",
        b"{} {}",
        b"{\"kind\":\"receipt\",}",
        b"NaN",
        b"\xef\xbb\xbf{}",
    ] {
        let answer = raw(&app, None, body);
        assert_eq!(
            (answer.status, &answer.body["type"]),
            (400, &json!("/problems/malformed-json")),
            "{body:?}"
        );
    }
    // deep enough to fell a reader that calls itself
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!("{}1{}", open.repeat(10_000), close.repeat(10_000));
        let answer = raw(&app, None, deep.as_bytes());
        assert!(matches!(answer.status, 400 | 422), "{}", answer.text);
    }
    let twice = raw(&app, None, br#"{"kind":"receipt","kind":"loss"}"#);
    assert_eq!(faults(&twice, 422), ["/kind"]);

    for other in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=latin-1",
        "multipart/form-data",
    ] {
        let answer = raw(&app, Some(other), b"{}");
        assert_eq!(
            (answer.status, &answer.body["type"]),
            (415, &json!("/problems/unsupported-media-type")),
            "{other}"
        );
    }
    assert_eq!(
        raw(&app, Some("Application/JSON; charset=UTF-8"), b"{}").status,
        422
    );

    let large = format!(
        "{{\"kind\":\"receipt\",\"note\":\"{}\"}}",
        "x".repeat(10_000_000)
    );
    let answer = raw(&app, None, large.as_bytes());
    assert_eq!(
        (answer.status, &answer.body["type"]),
        (413, &json!("/problems/body-too-large"))
    );
}
