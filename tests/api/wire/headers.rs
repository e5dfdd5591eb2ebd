//! What every answer says besides what was asked for, and what none says.

use crate::service::{App, CENTRE, spawn, spawn_set};
use crate::support::Backend;
use dotation::domain::role::Role;

/// Answers of every kind: of the API, of pages, of the documentation, of operations; good ones and refusals.
const ADDRESSES: [&str; 14] = [
    "//healthz",
    "//readyz",
    "//metrics",
    "//api/openapi.json",
    "//api/docs/",
    "//problems",
    "//pages.css",
    "//alerts",
    "//acknowledge/unknown",
    "//set-password/unknown",
    "//nowhere",
    "/whoami",
    "/nowhere",
    "/sites/000000000/stock",
];

fn asked(app: &App, method: &str, path: &str, headers: &[(&str, &str)]) -> crate::service::Answer {
    let bearer = format!("Bearer {}", app.token(Role::Pharmacist));
    let mut all = vec![("Authorization", &*bearer)];
    all.extend(headers);
    app.send(method, path, &all, None)
}

#[test]
fn every_answer_is_shut_to_other_pages_and_names_no_program() {
    let app = spawn(Backend::Sqlite);
    let mut answers: Vec<_> = ADDRESSES
        .iter()
        .map(|path| (*path, asked(&app, "GET", path, &[])))
        .collect();
    answers.push(("DELETE", asked(&app, "DELETE", "/whoami", &[])));
    answers.push(("nobody", app.send("GET", "/whoami", &[], None)));
    answers.push((
        "sheet",
        asked(&app, "GET", &format!("/sites/{CENTRE}/situation"), &[]),
    ));
    for (path, answer) in answers {
        let header = |name: &str| {
            let value = answer
                .headers
                .get(name)
                .map(|value| value.to_str().unwrap());
            value.unwrap_or_default().to_owned()
        };
        let policy = header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; "),
            "{path}: {policy}"
        );
        assert!(
            policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"),
            "{path}: {policy}"
        );
        let scripts = policy.split(';').find(|part| part.contains("script-src"));
        assert!(
            scripts.is_none_or(|part| part.trim() == "script-src 'self'"),
            "{path}: {policy}"
        );
        let loose = policy.contains("'unsafe");
        assert_eq!(loose, path == "//api/docs/", "{path}: {policy}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-embedder-policy", "require-corp"),
        ] {
            assert_eq!(header(name), value, "{path}: {name}");
        }
        assert!(header("permissions-policy").contains("camera=()"), "{path}");
        if path != "//pages.css" {
            assert_eq!(header("cache-control"), "no-store", "{path}");
        }
        for name in [
            "server",
            "x-powered-by",
            "via",
            "x-version",
            "strict-transport-security",
            "access-control-allow-origin",
        ] {
            assert!(!answer.headers.contains_key(name), "{path}: {name}");
        }
        let text = answer.text.to_lowercase();
        for banner in [
            "actix",
            "dotation/",
            "dotation 0.",
            "rustc",
            concat!("\"", env!("CARGO_PKG_VERSION"), "\""),
        ] {
            assert!(!text.contains(banner), "{path}: {banner}");
        }
    }
}

#[test]
fn a_page_has_neither_a_script_nor_a_style_that_its_policy_forbids() {
    let app = spawn(Backend::Sqlite);
    for path in [
        "//acknowledge/unknown",
        "//set-password/unknown",
        "//alerts",
    ] {
        let page = asked(&app, "GET", path, &[]).text;
        assert!(page.contains("<html"), "{path}: {page}");
        for forbidden in [
            "<style",
            "style=",
            "<script",
            "onclick",
            "onload",
            "javascript:",
        ] {
            assert!(!page.contains(forbidden), "{path}: {forbidden}");
        }
    }
    let style = asked(&app, "GET", "//pages.css", &[]);
    assert_eq!(style.headers["content-type"], "text/css; charset=utf-8");
    assert!(style.text.contains("font"), "{}", style.text);
    // a sheet is kept as a file, and has its style within it: of that one the policy has the hash
    let sheet = asked(&app, "GET", &format!("/sites/{CENTRE}/situation"), &[]);
    let (_, rest) = sheet.text.split_once("<style>").unwrap();
    let (style, rest) = rest.split_once("</style>").unwrap();
    assert!(!rest.contains("<style") && !rest.contains("style=") && !rest.contains("<script"));
    let policy = sheet.headers["content-security-policy"].to_str().unwrap();
    assert!(
        policy.contains(&dotation::http::headers::policy_of_sheet(style)),
        "{policy}"
    );
}

#[test]
fn browsers_are_told_to_come_by_tls_only_where_they_came_by_tls() {
    let app = spawn_set(Backend::Sqlite, |settings| {
        settings.wire.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    });
    let said = |path: &str, proto: &str| {
        let answer = asked(&app, "GET", path, &[("X-Forwarded-Proto", proto)]);
        let value = answer.headers.get("strict-transport-security");
        value.map(|value| value.to_str().unwrap().to_owned())
    };
    for path in ["/whoami", "/nowhere", "//acknowledge/unknown", "//healthz"] {
        let strict = Some("max-age=63072000; includeSubDomains".to_owned());
        assert_eq!(said(path, "https"), strict, "{path}");
        assert_eq!(said(path, "http"), None, "{path}");
    }
    let long = format!("//healthz?{}", "a".repeat(9_000));
    assert!(said(&long, "https").is_some(), "a refusal at the door, too");
    let stranger = spawn(Backend::Sqlite);
    let answer = asked(
        &stranger,
        "GET",
        "/whoami",
        &[("X-Forwarded-Proto", "https")],
    );
    assert!(!answer.headers.contains_key("strict-transport-security"));
}
