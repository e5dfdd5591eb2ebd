//! The language of what is refused.

use super::{bodies, movements};
use crate::service::{Answer, App, CENTRE, MG400, NEIGHBOUR, spawn};
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};

on_both! {
    every_problem_is_a_whole_document_in_the_language_asked_for
    every_fault_is_told_in_french_to_who_asks_in_french
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

/// Words that no French sentence has between blanks.
const ENGLISH: [&str; 14] = [
    " is ",
    " has ",
    " the ",
    " of ",
    " expected",
    " must ",
    " at most ",
    " characters",
    " digits",
    " with ",
    " or ",
    " and ",
    " found",
    " while ",
];

#[track_caller]
fn is_french(what: &Value, shown: &str) {
    let Some(text) = what.as_str() else { return };
    let padded = format!(" {text} ");
    let english = ENGLISH.iter().find(|word| padded.contains(*word));
    assert_eq!(english, None, "{text}\n{shown}");
}

/// The French and the English answer say the same in two languages, fault by fault.
#[track_caller]
fn check(fr: &Answer, en: &Answer) {
    assert!(fr.status >= 400, "{}", fr.text);
    assert_eq!((fr.status, &fr.body["type"]), (en.status, &en.body["type"]));
    for name in ["title", "detail"] {
        is_french(&fr.body[name], &fr.text);
        assert_ne!(fr.body[name], en.body[name], "{}", fr.text);
    }
    let faults = |answer: &Answer| {
        answer.body["errors"]
            .as_array()
            .cloned()
            .unwrap_or_default()
    };
    let (fr_faults, en_faults) = (faults(fr), faults(en));
    assert_eq!(fr_faults.len(), en_faults.len());
    for (fr, en) in fr_faults.iter().zip(&en_faults) {
        assert_ne!(fr["detail"], en["detail"], "{fr}");
        for name in ["detail", "expected"] {
            is_french(&fr[name], &fr.to_string());
        }
        for name in ["pointer", "query", "header", "path"] {
            assert_eq!(fr[name], en[name]);
        }
    }
}

static KEYS: AtomicU64 = AtomicU64::new(1);

fn in_both(app: &App, role: Role, method: &str, path: &str, body: Option<&[u8]>) {
    let bearer = format!("Bearer {}", app.token(role));
    let asked = |language: &str| {
        // what a verb refuses is kept by its key: each is a request of its own
        let key = format!("key-{}", KEYS.fetch_add(1, Ordering::Relaxed));
        let headers = [
            ("Authorization", &*bearer),
            ("Accept-Language", language),
            ("Idempotency-Key", &*key),
        ];
        app.send(method, path, &headers, body)
    };
    check(&asked("fr"), &asked("en"));
}

fn every_fault_is_told_in_french_to_who_asks_in_french(backend: Backend) {
    let app = spawn(backend);
    let ledger = format!("/sites/{NEIGHBOUR}/movements");
    for (body, _) in movements::cases() {
        let body = body.to_string();
        in_both(
            &app,
            Role::Pharmacist,
            "POST",
            &ledger,
            Some(body.as_bytes()),
        );
    }
    for (role, path, body, _) in bodies::cases() {
        in_both(&app, role, "POST", &path, Some(body.to_string().as_bytes()));
    }
    let receipt = |name: &str, value: &str| {
        let mut body = json!({ "kind": "receipt" });
        body[name] = json!(value);
        body.to_string()
    };
    for scan in [
        "",
        "x",
        "(10)B1",
        "]C2x",
        "]E03400957464547",
        "à&à",
        "(01)03400957464548",
        "(01)03400957464547(17)211340",
        "(01)03400957464547(17)21",
        "(01)03400957464547(10)B1",
        "(01)03400957464547(10)A(10)B",
        "(01)13400957464544",
        "é",
        "(01)0340095746454x",
    ] {
        let body = receipt("scan", scan);
        in_both(
            &app,
            Role::Pharmacist,
            "POST",
            &ledger,
            Some(body.as_bytes()),
        );
        let body = json!({ "scan": scan }).to_string();
        let scans = format!("/sites/{CENTRE}/scans");
        if scan != "(01)03400957464547(10)B1" {
            in_both(
                &app,
                Role::Pharmacist,
                "POST",
                &scans,
                Some(body.as_bytes()),
            );
        }
    }
    for body in [
        "",
        "{",
        "[1,]",
        "{} {}",
        "{\"kind\":}",
        "nul",
        "\"",
        "{\"kind\":\"a\",\"kind\":1}",
    ] {
        in_both(
            &app,
            Role::Pharmacist,
            "POST",
            &ledger,
            Some(body.as_bytes()),
        );
    }
    for path in [
        "/sites/75/stock".to_owned(),
        "/sites/7501001X5/stock".to_owned(),
        "/catalogue/3400957464548".to_owned(),
        "/catalogue/1".to_owned(),
        format!("/catalogue/{}", MG400.replace('7', "8")),
        format!("/sites/{CENTRE}/stock?cip13=1&empty=maybe&colour=red"),
        format!("{ledger}?kind=theft&cip13=x&lot=B%201&from=soon&until=2021&limit=0&cursor=zz"),
        format!("{ledger}?limit=1&limit=2"),
        "/emails?state=lost".to_owned(),
        "/audit?site=75".to_owned(),
        "/sites?network=GHT%201".to_owned(),
        "/rulebooks/nothing".to_owned(),
        "/nothing".to_owned(),
    ] {
        let role = if path.contains("/sites/") {
            Role::Pharmacist
        } else {
            Role::Coordinator
        };
        in_both(&app, role, "GET", &path, None);
    }
}
