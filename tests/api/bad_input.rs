//! What is not understood is refused with every fault and its place, and nothing is done.

use crate::service::{Answer, App, CENTRE, MG400, NEIGHBOUR, spawn};
use crate::shelf::{faults, record};
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    every_fault_of_a_movement_is_told_at_once_with_its_place
    every_fault_of_the_other_bodies_is_told_with_its_place
    a_body_that_is_no_json_is_refused_with_the_place
    an_address_or_query_that_is_wrong_is_refused
    every_problem_is_a_whole_document_in_the_language_asked_for
}

fn receipt(changes: &Value) -> Value {
    let mut body = json!({ "kind": "receipt", "cip13": MG400, "lot": "B1", "expiry": "2022-06-30", "units": 1 });
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn every_fault_of_a_movement_is_told_at_once_with_its_place(backend: Backend) {
    let app = spawn(backend);
    let long = "x".repeat(200);
    let of = |kind: &str, rest: Value| {
        let mut body = rest;
        body["kind"] = json!(kind);
        body
    };
    let cases: Vec<(Value, Vec<&str>)> = vec![
        (receipt(&json!({ "units": 0 })), vec!["/units"]),
        (receipt(&json!({ "units": -1 })), vec!["/units"]),
        (receipt(&json!({ "units": 1_000_001 })), vec!["/units"]),
        (receipt(&json!({ "units": i64::MAX })), vec!["/units"]),
        (receipt(&json!({ "units": u64::MAX })), vec!["/units"]),
        (receipt(&json!({ "units": 1e300 })), vec!["/units"]),
        (receipt(&json!({ "units": 1.5 })), vec!["/units"]),
        (receipt(&json!({ "units": 1.0 })), vec!["/units"]),
        (receipt(&json!({ "units": "1" })), vec!["/units"]),
        (receipt(&json!({ "units": null })), vec!["/units"]),
        (receipt(&json!({ "units": [1] })), vec!["/units"]),
        (
            receipt(&json!({ "units": null, "boxes": 1_000_001 })),
            vec!["/boxes"],
        ),
        (receipt(&json!({ "boxes": 1 })), vec!["/boxes"]),
        (
            receipt(&json!({ "cip13": "3400957464548" })),
            vec!["/cip13"],
        ),
        (
            receipt(&json!({ "cip13": 3_400_957_464_547_u64 })),
            vec!["/cip13"],
        ),
        (receipt(&json!({ "cip13": "" })), vec!["/cip13"]),
        (
            receipt(&json!({ "cip13": "３４００９５７４６４５４７" })),
            vec!["/cip13"],
        ),
        (receipt(&json!({ "lot": long })), vec!["/lot"]),
        (receipt(&json!({ "lot": "" })), vec!["/lot"]),
        (receipt(&json!({ "lot": "B\u{0}1" })), vec!["/lot"]),
        (receipt(&json!({ "lot": "B\u{202e}1" })), vec!["/lot"]),
        (receipt(&json!({ "expiry": "1970-01-01" })), vec!["/expiry"]),
        (receipt(&json!({ "expiry": "2999-01-01" })), vec!["/expiry"]),
        (receipt(&json!({ "expiry": "2022-02-30" })), vec!["/expiry"]),
        (receipt(&json!({ "expiry": "30/06/2022" })), vec!["/expiry"]),
        (receipt(&json!({ "serial": "S1" })), vec!["/serial"]),
        (receipt(&json!({ "state": "lost" })), vec!["/state"]),
        (receipt(&json!({ "colour": "red" })), vec!["/colour"]),
        (
            receipt(&json!({ "counted": 1, "patient": "p" })),
            vec!["/counted", "/patient"],
        ),
        (
            receipt(&json!({ "scan": "x" })),
            vec!["/cip13", "/lot", "/expiry", "/units", "/scan"],
        ),
        (
            receipt(&json!({ "note": "x".repeat(10_000) })),
            vec!["/note"],
        ),
        (receipt(&json!({ "note": "a\u{7}b" })), vec!["/note"]),
        (
            receipt(&json!({ "happened_at": "1999-12-31T00:00:00Z" })),
            vec!["/happened_at"],
        ),
        (
            receipt(&json!({ "happened_at": "2021-10-20T08:00:01Z" })),
            vec!["/happened_at"],
        ),
        (
            receipt(&json!({ "happened_at": "+262142-01-01T00:00:00Z" })),
            vec!["/happened_at"],
        ),
        (
            receipt(&json!({ "happened_at": "yesterday" })),
            vec!["/happened_at"],
        ),
        (
            receipt(&json!({ "units": 0, "lot": "", "expiry": "soon", "cip13": "1" })),
            vec!["/cip13", "/lot", "/expiry", "/units"],
        ),
        (
            json!({ "kind": "receipt" }),
            vec!["/cip13", "/lot", "/expiry", "/units"],
        ),
        (json!({ "kind": "theft" }), vec!["/kind"]),
        (json!({}), vec!["/kind"]),
        (json!({ "kind": "dispensing" }), vec!["/cip13"]),
        (of("dispensing", json!({ "cip13": MG400 })), vec!["/units"]),
        (of("dispensing", json!({ "lines": [] })), vec!["/lines"]),
        (
            of(
                "dispensing",
                json!({ "lines": vec![json!({ "cip13": MG400, "units": 1 }); 51] }),
            ),
            vec!["/lines"],
        ),
        (
            of(
                "dispensing",
                json!({ "lines": [{ "cip13": MG400, "units": 1 }, { "cip13": "x", "units": 0 }] }),
            ),
            vec!["/lines/1/cip13", "/lines/1/units"],
        ),
        (
            of(
                "dispensing",
                json!({ "lines": [{ "cip13": MG400, "units": 1, "colour": 1 }] }),
            ),
            vec!["/lines/0/colour"],
        ),
        (
            of(
                "dispensing",
                json!({ "cip13": MG400, "units": 1, "lines": [{ "cip13": MG400, "units": 1 }] }),
            ),
            vec!["/cip13", "/units"],
        ),
        (
            of(
                "dispensing",
                json!({ "cip13": MG400, "units": 1, "indication": "crs" }),
            ),
            vec!["/patient"],
        ),
        (
            of(
                "dispensing",
                json!({ "cip13": MG400, "units": 1, "indication": "flu" }),
            ),
            vec!["/indication"],
        ),
        (
            of(
                "dispensing",
                json!({ "cip13": MG400, "units": 1, "patient": "x".repeat(65) }),
            ),
            vec!["/patient"],
        ),
        (
            of(
                "dispensing",
                json!({ "cip13": MG400, "units": 1, "patient": "a\nb" }),
            ),
            vec!["/patient"],
        ),
        (
            of("dispensing-override", json!({ "cip13": MG400, "units": 1 })),
            vec!["/patient", "/note"],
        ),
        (
            of("loss", json!({ "cip13": MG400, "lot": "B1", "units": 1 })),
            vec!["/reason"],
        ),
        (
            of("count-adjustment", json!({ "cip13": MG400, "lot": "B1" })),
            vec!["/counted"],
        ),
        (
            of(
                "count-adjustment",
                json!({ "cip13": MG400, "lot": "B1", "counted": -1 }),
            ),
            vec!["/counted"],
        ),
        (of("reversal", json!({})), vec!["/note", "/movement"]),
        (json!([]), vec![""]),
        (json!("receipt"), vec![""]),
        (Value::Null, vec![""]),
    ];
    for (body, mut places) in cases {
        let answer = record(&app, NEIGHBOUR, &body);
        let mut found = faults(&answer, 422);
        found.sort();
        places.sort_unstable();
        assert_eq!(found, places, "{body}\n{}", answer.text);
        for fault in answer.body["errors"].as_array().unwrap() {
            assert!(
                fault["detail"].as_str().is_some_and(|d| !d.is_empty()),
                "{fault}"
            );
        }
        assert!(answer.text.len() < 4_000, "{}", answer.text);
    }
    let ledger = app
        .get(Role::Reader, &format!("/sites/{NEIGHBOUR}/movements"))
        .expect(200);
    assert_eq!(ledger["items"], json!([]));
}

fn every_fault_of_the_other_bodies_is_told_with_its_place(backend: Backend) {
    let app = spawn(backend);
    let centre = |rest: &str| format!("/sites/{CENTRE}{rest}");
    let cases: Vec<(Role, String, Value, Vec<&str>)> = vec![
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
    ];
    for (role, path, body, mut places) in cases {
        let answer = app.post(role, &path, &body);
        let mut found = faults(&answer, 422);
        found.sort();
        places.sort_unstable();
        assert_eq!(found, places, "{path} {body}\n{}", answer.text);
    }
}

fn raw(app: &App, content_type: Option<&str>, body: &[u8]) -> Answer {
    let bearer = format!("Bearer {}", app.token(Role::Pharmacist));
    let mut headers = vec![("Authorization", &*bearer), ("Idempotency-Key", "k1")];
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

fn an_address_or_query_that_is_wrong_is_refused(backend: Backend) {
    let app = spawn(backend);
    let get = |path: &str| app.get(Role::Coordinator, path);
    for finess in [
        "12",
        "7501001250",
        "75010012X",
        "2C0000001",
        "%00",
        "75010012%C3%A9",
    ] {
        let answer = get(&format!("/sites/{finess}/stock"));
        assert_eq!(faults(&answer, 400), ["finess"], "{finess}");
    }
    assert_eq!(faults(&get("/catalogue/3400957464548"), 400), ["cip13"]);
    // well written, and nobody's
    let unknown = get("/sites/2A0000014/stock");
    assert_eq!(
        (unknown.status, &unknown.body["type"]),
        (404, &json!("/problems/unknown-site")),
        "{}",
        unknown.text
    );
    for below in [
        "movements",
        "reserve",
        "deliveries",
        "car-t-patients",
        "clearances",
        "holds",
        "alerts",
        "recipients",
    ] {
        let answer = get(&format!("/sites/2A0000014/{below}"));
        assert_eq!(
            (answer.status, &answer.body["type"]),
            (404, &json!("/problems/unknown-site")),
            "{below}: {}",
            answer.text
        );
    }
    let stock = format!("/sites/{CENTRE}/stock");
    assert_eq!(
        faults(&get(&format!("{stock}?empty=true&empty=false")), 400),
        ["empty"]
    );
    assert_eq!(
        faults(&get(&format!("{stock}?empty=maybe&colour=red")), 400),
        ["empty", "colour"]
    );
    for (path, unread) in [
        ("/whoami?x=1", "x"),
        ("/catalogue?x=1", "x"),
        ("/networks?x=1", "x"),
        ("/sites?network=ght-001&x=1", "x"),
    ] {
        let answer = get(path);
        assert_eq!(faults(&answer, 400), [unread], "{path}");
    }
    // a wish that nobody hears is refused, before anything is done
    let wish = format!("/sites/{CENTRE}/movements?dry_run=true");
    let answer = app.post(Role::Pharmacist, &wish, &receipt(&json!({})));
    assert_eq!(faults(&answer, 400), ["dry_run"]);
    assert_eq!(
        get(&format!("/sites/{CENTRE}/movements")).expect(200)["items"],
        json!([])
    );
    for path in [
        "/nothing",
        "/sites/",
        "/sites//stock",
        "//api/v2/sites",
        "//nothing",
    ] {
        let answer = get(path);
        assert_eq!(
            (answer.status, &answer.body["type"]),
            (404, &json!("/problems/not-found")),
            "{path}"
        );
    }
    let bearer = format!("Bearer {}", app.token(Role::Coordinator));
    for (method, path, allowed) in [
        ("DELETE", format!("/sites/{CENTRE}/movements"), "GET, POST"),
        ("PUT", "/whoami".into(), "GET"),
        ("BREW", "/catalogue".into(), "GET, POST"),
    ] {
        let answer = app.send(method, &path, &[("Authorization", &bearer)], None);
        assert_eq!(answer.status, 405, "{}", answer.text);
        assert_eq!(answer.headers["allow"], allowed);
    }
    let head = app.send("HEAD", "/catalogue", &[("Authorization", &bearer)], None);
    assert_eq!((head.status, &*head.text), (200, ""));
    assert_eq!(
        app.send("HEAD", "/nothing", &[("Authorization", &bearer)], None)
            .status,
        404
    );
}

fn every_problem_is_a_whole_document_in_the_language_asked_for(backend: Backend) {
    let app = spawn(backend);
    let bearer = format!("Bearer {}", app.token(Role::Pharmacist));
    let stock = format!("/sites/{NEIGHBOUR}/movements");
    let out = json!({ "kind": "dispensing", "cip13": MG400, "units": 1 }).to_string();
    let asks: Vec<(&str, &str, Option<&str>)> = vec![
        ("GET", "/nothing", None),
        ("GET", "/sites?x=1", None),
        ("GET", "/tokens", None),
        ("PUT", "/whoami", None),
        ("POST", &stock, Some("{")),
        ("POST", &stock, Some("{}")),
        ("POST", &stock, Some(&out)),
    ];
    for (n, (method, path, body)) in asks.iter().enumerate() {
        let mut details = Vec::new();
        for (language, wanted) in [("fr-FR,fr;q=0.9", "fr"), ("en-GB", "en")] {
            let key = format!("k-{n}-{wanted}");
            let headers = [
                ("Authorization", &*bearer),
                ("Accept-Language", language),
                ("Idempotency-Key", &*key),
            ];
            let answer = app.send(method, path, &headers, body.map(str::as_bytes));
            assert_eq!(
                answer.headers["content-type"], "application/problem+json",
                "{path}"
            );
            // a refusal that is kept is said again as it was said first, in whatever language
            if let Some(language) = answer.headers.get("content-language") {
                assert_eq!(language, wanted, "{path}");
            }
            for name in ["type", "title", "detail", "instance"] {
                assert!(
                    answer.body[name].as_str().is_some_and(|t| !t.is_empty()),
                    "{name}: {}",
                    answer.text
                );
            }
            assert_eq!(answer.body["status"], answer.status);
            let request = answer.headers["x-request-id"].to_str().unwrap();
            assert_eq!(answer.body["instance"], format!("/requests/{request}"));
            details.push((answer.body["title"].clone(), answer.body["detail"].clone()));
        }
        assert_ne!(details[0].0, details[1].0, "{path}");
        assert_ne!(details[0].1, details[1].1, "{path}");
    }
    let nobody = app.send("GET", "/whoami", &[("Accept-Language", "fr")], None);
    assert_eq!(nobody.body["title"], "L'appelant n'est pas identifié");
}
