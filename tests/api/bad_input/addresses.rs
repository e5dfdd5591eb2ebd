//! The faults of addresses, queries and methods.

use super::receipt;
use crate::service::{CENTRE, spawn};
use crate::shelf::faults;
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::json;

on_both! {
    an_address_or_query_that_is_wrong_is_refused
    what_a_verb_finds_wrong_in_a_query_is_a_fault_of_the_query
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

fn what_a_verb_finds_wrong_in_a_query_is_a_fault_of_the_query(backend: Backend) {
    let app = spawn(backend);
    // there is no body
    for below in ["reserve", "forecast"] {
        let path = format!("/sites/{CENTRE}/{below}?rulebook=clozapine-2025-09");
        let answer = app.get(Role::Coordinator, &path);
        assert_eq!(faults(&answer, 400), ["rulebook"], "{below}");
        assert_eq!(answer.body["type"], "/problems/bad-query", "{below}");
        assert_eq!(answer.body["reason"], "no-reserve-rule", "{below}");
    }
}
