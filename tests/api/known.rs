//! What the caller knows already, and what they are given who say nothing of it.

use crate::service::{App, CENTRE, MG400, NEIGHBOUR, spawn, spawn_set};
use crate::shelf::faults;
use crate::support::Backend;
use dotation::domain::language::Language;
use dotation::domain::role::Role;
use serde_json::json;

on_both! {
    who_has_the_version_is_not_sent_it_again
    a_page_is_as_large_as_the_service_is_set_to
    who_asks_for_no_language_is_answered_in_that_of_the_service
}

fn ask_again(app: &App, role: Role, path: &str, known: &str) -> crate::service::Answer {
    let bearer = format!("Bearer {}", app.token(role));
    let headers = [("Authorization", &*bearer), ("If-None-Match", known)];
    app.send("GET", path, &headers, None)
}

fn who_has_the_version_is_not_sent_it_again(backend: Backend) {
    let app = spawn(backend);
    let below = |rest: &str| format!("/sites/{CENTRE}{rest}");
    let made = |role, list: &str, body| {
        let answer = app.post(role, &below(list), &body);
        answer.headers["location"].to_str().unwrap()["/api/v1".len()..].to_owned()
    };
    let delivery = json!({ "cip13": MG400, "units": 4, "expected_on": "2021-10-22" });
    let patient = json!({ "pseudonym": "p-1", "weight_g": 70_000, "infusion_date": "2021-10-25" });
    let cases = [
        (Role::Pharmacist, below(""), json!({})),
        (
            Role::Pharmacist,
            made(Role::Pharmacist, "/deliveries", delivery),
            json!({ "units": 5 }),
        ),
        (
            Role::CarTUnit,
            made(Role::CarTUnit, "/car-t-patients", patient),
            json!({ "weight_g": 71_000 }),
        ),
    ];
    for (role, path, change) in cases {
        let etag = app.get(role, &path).etag.unwrap();
        for known in [
            etag.clone(),
            format!("W/{etag}"),
            format!("\"v9\", {etag}"),
            "*".into(),
        ] {
            let answer = ask_again(&app, role, &path, &known);
            assert_eq!((answer.status, &*answer.text), (304, ""), "{path} {known}");
            assert_eq!(answer.etag.as_ref(), Some(&etag), "{path}");
            assert_eq!(answer.headers["cache-control"], "no-store");
        }
        for other in ["\"v0\"", "\"v99\"", "v1"] {
            assert_eq!(ask_again(&app, role, &path, other).status, 200, "{path}");
        }
        let edited = if path == below("") {
            let by_hand = json!({ "resupply": "assured", "reason": "van", "until": "2021-11-30" });
            app.edit(role, "PUT", &below("/resupply"), &by_hand)
        } else {
            app.edit(role, "PATCH", &path, &change)
        };
        edited.expect(200);
        assert_eq!(ask_again(&app, role, &path, &etag).status, 200, "{path}");
    }
    // nothing is told of to whom nothing is told
    let path = below("/car-t-patients/nobody");
    assert_eq!(ask_again(&app, Role::CarTUnit, &path, "*").status, 404);
    assert_eq!(ask_again(&app, Role::Reader, &path, "*").status, 403);
}

fn a_page_is_as_large_as_the_service_is_set_to(backend: Backend) {
    let app = spawn_set(backend, |settings| settings.page_size_most = 3);
    for n in 1..=5 {
        app.receive(NEIGHBOUR, MG400, &format!("B{n}"), "2022-06-30", 1);
    }
    let ledger = format!("/sites/{NEIGHBOUR}/movements");
    let rows = |query: &str| {
        let page = app
            .get(Role::Reader, &format!("{ledger}{query}"))
            .expect(200);
        page["items"].as_array().unwrap().len()
    };
    assert_eq!((rows(""), rows("?limit=3"), rows("?limit=1")), (3, 3, 1));
    let more = app.get(Role::Reader, &format!("{ledger}?limit=4"));
    assert_eq!(faults(&more, 400), ["limit"]);
    assert!(more.text.contains("1 à 3"), "{}", more.text);
}

fn who_asks_for_no_language_is_answered_in_that_of_the_service(backend: Backend) {
    let title = |app: &App| app.send("GET", "/whoami", &[], None).body["title"].clone();
    assert_eq!(title(&spawn(backend)), "L'appelant n'est pas identifié");
    let english = spawn_set(backend, |s| s.default_language = Language::En);
    assert_eq!(title(&english), "Who is asking is not known");
    let asked = english.send("GET", "/whoami", &[("Accept-Language", "fr")], None);
    assert_eq!(asked.body["title"], "L'appelant n'est pas identifié");
}
