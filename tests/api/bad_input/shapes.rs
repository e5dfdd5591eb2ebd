//! Every body of every route, with members of the wrong type: what is said of them is for people.

use crate::service::{App, CENTRE, MG400, spawn};
use crate::shelf::faults;
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    a_list_is_no_body_anywhere
    what_is_said_of_a_wrong_type_is_said_in_words
}

/// A route that takes a body: who may send it, by which method, where, and its shape.
struct Takes {
    role: Role,
    method: String,
    path: String,
    shape: String,
}

fn all(api: &Value) -> Vec<Takes> {
    let mut found = Vec::new();
    for (path, methods) in api["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            let Some(shape) = schema["$ref"].as_str() else {
                continue;
            };
            let roles = operation["description"].as_str().unwrap();
            let may = |role: &&Role| roles.contains(role.code());
            // what is open to anybody, and what people do about themselves, is read the same by whoever comes
            let Some(role) = Role::ALL.iter().find(may) else {
                continue;
            };
            found.push(Takes {
                role: *role,
                method: method.to_uppercase(),
                path: path
                    .trim_start_matches("/api/v1")
                    .replace("{finess}", CENTRE)
                    .replace("{cip13}", MG400)
                    .replace("{subject}", MG400)
                    .replace("{id}", "x"),
                shape: shape.rsplit('/').next().unwrap().to_owned(),
            });
        }
    }
    assert!(found.len() > 12, "{}", found.len());
    found
}

fn send(app: &App, takes: &Takes, body: &Value, language: &str) -> crate::service::Answer {
    let bearer = format!("Bearer {}", app.token(takes.role));
    let key = super::fresh_key();
    let headers = [
        ("Authorization", &*bearer),
        ("Idempotency-Key", &*key),
        ("If-Match", "\"v1\""),
        ("Accept-Language", language),
    ];
    let bytes = body.to_string();
    app.send(&takes.method, &takes.path, &headers, Some(bytes.as_bytes()))
}

fn api() -> Value {
    serde_json::to_value(dotation::http::api::openapi()).unwrap()
}

/// The members of a shape, each with its schema.
fn members(api: &Value, shape: &str) -> Vec<(String, Value)> {
    let members = api["components"]["schemas"][shape]["properties"].as_object();
    let members = members.unwrap_or_else(|| panic!("{shape} has no members"));
    members
        .iter()
        .map(|(n, s)| (n.clone(), s.clone()))
        .collect()
}

fn a_list_is_no_body_anywhere(backend: Backend) {
    let (app, api) = (spawn(backend), api());
    for takes in all(&api) {
        for list in [json!([]), json!(["arr2", 60_000, "2026-11-25"])] {
            let answer = send(&app, &takes, &list, "en");
            assert_eq!(faults(&answer, 422), [""], "{}", takes.path);
            assert_eq!(answer.body["errors"][0]["expected"], "an object");
        }
        // nor is one an object inside of a list
        for (name, schema) in members(&api, &takes.shape) {
            if schema["items"]["$ref"].is_string() {
                let answer = send(
                    &app,
                    &takes,
                    &json!({ (name.as_str()): [["a", "b", 1, null]] }),
                    "en",
                );
                assert_eq!(
                    faults(&answer, 422),
                    [format!("/{name}/0")],
                    "{}",
                    takes.path
                );
            }
        }
    }
}

/// What only a reader of Rust understands.
const RUST: [&str; 17] = [
    "i8",
    "i16",
    "i32",
    "i64",
    "u8",
    "u16",
    "u32",
    "u64",
    "usize",
    "f32",
    "f64",
    "struct ",
    "Some(",
    "Option",
    "sequence",
    "unit value",
    "floating point",
];

fn what_is_said_of_a_wrong_type_is_said_in_words(backend: Backend) {
    let (app, api) = (spawn(backend), api());
    let wrong = [
        json!(true),
        json!(1.5),
        json!(-1),
        json!("x"),
        json!([1]),
        json!({ "a": 1 }),
    ];
    for takes in all(&api) {
        for value in &wrong {
            let told = send(&app, &takes, value, "en");
            let mut answers = if value.is_object() {
                Vec::new()
            } else {
                vec![told]
            };
            for (name, _) in members(&api, &takes.shape) {
                let body = json!({ (name.as_str()): value });
                answers.extend(["en", "fr"].map(|language| send(&app, &takes, &body, language)));
            }
            for answer in answers {
                assert!(
                    answer.status < 500,
                    "{} {value}: {}",
                    takes.path,
                    answer.text
                );
                for fault in answer.body["errors"].as_array().into_iter().flatten() {
                    let said = format!(
                        "{} {} {}",
                        fault["detail"], fault["expected"], fault["found"]
                    );
                    let rust = RUST.iter().find(|word| said.contains(*word));
                    assert_eq!(rust, None, "{} {value}: {said}", takes.path);
                }
            }
        }
    }
}
