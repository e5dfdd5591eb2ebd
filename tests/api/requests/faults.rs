//! A request that cannot be is refused once, with every fault and its place.

use super::{asked, edit, filed, trail};
use crate::service::{App, CENTRE, spawn, spawn_set};
use crate::shelf::faults;
use crate::support::Backend;
use crate::two_books::{SECOND, second};
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    every_fault_of_a_request_is_told_with_its_place
    every_fault_of_an_edit_is_told_with_its_place
    faults_are_said_in_both_languages
    a_repeat_with_its_key_is_told_the_same
    where_two_rulebooks_rank_one_is_named
}

/// What is changed of a request that can be, and the places of what is wrong then.
fn cases() -> Vec<(Value, Vec<&'static str>)> {
    vec![
        (json!({ "site": "75" }), vec!["/site"]),
        (
            json!({ "site": null, "pseudonym": null }),
            vec!["/site", "/pseudonym"],
        ),
        (json!({ "pseudonym": "" }), vec!["/pseudonym"]),
        (json!({ "pseudonym": "a\u{202e}b" }), vec!["/pseudonym"]),
        (
            json!({ "rulebook": "roactemra-neutrophils" }),
            vec!["/rulebook"],
        ),
        (json!({ "rulebook": "" }), vec!["/rulebook"]),
        (json!({ "indication": "gout" }), vec!["/indication"]),
        (json!({ "indication": null }), vec!["/indication"]),
        (json!({ "route": "oral" }), vec!["/route"]),
        (json!({ "route": "nasal" }), vec!["/route"]),
        (json!({ "route": null }), vec!["/route"]),
        (json!({ "treatment": "maybe" }), vec!["/treatment"]),
        (json!({ "treatment": null }), vec!["/treatment"]),
        (json!({ "alternatives": "some" }), vec!["/alternatives"]),
        (json!({ "alternatives": null }), vec!["/alternatives"]),
        (
            json!({ "alternatives_reason": "x".repeat(501) }),
            vec!["/alternatives_reason"],
        ),
        (json!({ "risk": "high" }), vec!["/risk"]),
        (json!({ "risk": null }), vec!["/risk"]),
        (json!({ "age_years": -1 }), vec!["/age_years"]),
        (json!({ "age_years": 131 }), vec!["/age_years"]),
        (json!({ "age_years": null }), vec!["/age_years"]),
        (json!({ "weight_g": 61 }), vec!["/weight_g"]),
        (json!({ "weight_g": null }), vec!["/weight_g"]),
        (
            json!({ "weight_g": null, "prescribed_mg": 400 }),
            vec!["/weight_g"],
        ),
        (json!({ "units": 4 }), vec!["/units"]),
        (json!({ "route": "sc" }), vec!["/units"]),
        (json!({ "route": "sc", "units": 0 }), vec!["/units"]),
        (json!({ "route": "sc", "units": 10_001 }), vec!["/units"]),
        (
            json!({ "route": "sc", "units": 4, "prescribed_mg": 162 }),
            vec!["/prescribed_mg"],
        ),
        (json!({ "prescribed_mg": 0 }), vec!["/prescribed_mg"]),
        (json!({ "prescribed_mg": 800.001 }), vec!["/prescribed_mg"]),
        (json!({ "prescribed_mg": 0.0001 }), vec!["/prescribed_mg"]),
        (json!({ "interval_days": 0 }), vec!["/interval_days"]),
        (json!({ "interval_days": 366 }), vec!["/interval_days"]),
        (json!({ "interval_days": null }), vec!["/interval_days"]),
        (
            json!({ "last_administration_on": "2021-10-21" }),
            vec!["/last_administration_on"],
        ),
        (
            json!({ "last_administration_on": "soon" }),
            vec!["/last_administration_on"],
        ),
        (
            json!({ "last_administration_on": null }),
            vec!["/last_administration_on"],
        ),
        (json!({ "due": "2021-10-25" }), vec!["/due_reason"]),
        (
            json!({ "due": "2021-10-32", "due_reason": "x" }),
            vec!["/due"],
        ),
        (json!({ "due_reason": "x" }), vec!["/due_reason"]),
        (
            json!({ "due": "2021-10-25", "due_reason": "\u{7}" }),
            vec!["/due_reason"],
        ),
        (json!({ "treatment": "initiation" }), vec!["/due"]),
        (json!({ "anc_per_mm3": -1 }), vec!["/anc_per_mm3"]),
        (json!({ "anc_per_mm3": 1_000_001 }), vec!["/anc_per_mm3"]),
        (json!({ "anc_per_mm3": null }), vec!["/anc_per_mm3"]),
        (json!({ "anc_on": "2021-10-21" }), vec!["/anc_on"]),
        (json!({ "indication": "crs" }), vec!["/interval_days"]),
        (
            json!({ "indication": "crs", "interval_days": null, "route": "sc", "units": 1, "due": "2021-10-21" }),
            vec!["/route", "/due"],
        ),
        (
            json!({ "indication": "gout", "risk": "high", "age_years": 200, "weight_g": 1, "units": 1,
                    "anc_on": "x", "interval_days": 0, "site": "1" }),
            vec![
                "/indication",
                "/risk",
                "/age_years",
                "/weight_g",
                "/units",
                "/anc_on",
                "/interval_days",
                "/site",
            ],
        ),
    ]
}

fn every_fault_of_a_request_is_told_with_its_place(backend: Backend) {
    let app = spawn(backend);
    for (changes, mut places) in cases() {
        let answer = app.post(Role::Prescriber, "/requests", &asked(&changes));
        let mut found = faults(&answer, 422);
        found.sort();
        places.sort_unstable();
        assert_eq!(found, places, "{changes}\n{}", answer.text);
    }
    let nothing = app.post(Role::Prescriber, "/requests", &json!({}));
    let needed = [
        "/site",
        "/pseudonym",
        "/indication",
        "/route",
        "/treatment",
        "/alternatives",
        "/risk",
        "/age_years",
    ];
    assert_eq!(faults(&nothing, 422), needed);
    let listed = app.get(Role::Prescriber, "/requests").expect(200);
    assert_eq!(listed["items"], json!([]));
    assert!(trail(&app, &["request.file"]).is_empty());
}

fn every_fault_of_an_edit_is_told_with_its_place(backend: Backend) {
    let app = spawn(backend);
    let id = filed(&app, &json!({}));
    for (changes, places) in [
        (json!({ "site": CENTRE }), vec!["/site"]),
        (json!({ "pseudonym": "p-9" }), vec!["/pseudonym"]),
        (json!({ "indication": "uveitis" }), vec!["/indication"]),
        (
            json!({ "risk": null, "age_years": 131, "due": "x" }),
            vec!["/due", "/risk", "/age_years"],
        ),
        (json!({ "due": "2021-10-23" }), vec!["/due_reason"]),
        (
            json!({ "last_administration_on": null }),
            vec!["/last_administration_on"],
        ),
    ] {
        assert_eq!(faults(&edit(&app, &id, &changes), 422), places, "{changes}");
    }
    assert_eq!(super::seen(&app, &id)["version"], 1);
}

fn detail(app: &App, language: &str, changes: &Value) -> String {
    let bearer = format!("Bearer {}", app.token(Role::Prescriber));
    let headers = [
        ("Authorization", bearer.as_str()),
        ("Accept-Language", language),
    ];
    let body = asked(changes).to_string();
    let answer = app.send("POST", "/requests", &headers, Some(body.as_bytes()));
    answer.expect(422)["detail"].as_str().unwrap().to_owned()
}

fn faults_are_said_in_both_languages(backend: Backend) {
    let app = spawn(backend);
    for (changes, en, fr) in [
        (
            json!({ "route": "oral" }),
            "\"oral\" is not one of: iv, sc",
            "\"oral\" n'est pas l'un de : iv, sc",
        ),
        (
            json!({ "prescribed_mg": 800.5 }),
            "is 800.5 mg, expected at most 800 mg: the greatest dose of the indication",
            "vaut 800,5 mg, attendu : 800 mg au plus, la plus grande dose de l'indication",
        ),
        (
            json!({ "anc_on": "2021-10-21" }),
            "2021-10-21 is after today, 2021-10-20",
            "21/10/2021 est après aujourd'hui, 20/10/2021",
        ),
    ] {
        assert_eq!(detail(&app, "en", &changes), en);
        assert_eq!(detail(&app, "fr", &changes), fr);
    }
    let never = json!({ "last_administration_on": null });
    assert!(detail(&app, "en", &never).contains("or set `due` with `due_reason`"));
}

fn a_repeat_with_its_key_is_told_the_same(backend: Backend) {
    let app = spawn(backend);
    let wrong = asked(&json!({ "age_years": 131 }));
    let send = || app.post_with_key(Role::Prescriber, "/requests", &wrong, "wrong");
    let (first, again) = (send(), send());
    assert_eq!((first.status, &first.text), (422, &again.text));
}

fn where_two_rulebooks_rank_one_is_named(backend: Backend) {
    let app = spawn_set(backend, second);
    let unsaid = app.post(Role::Prescriber, "/requests", &asked(&json!({})));
    assert_eq!(faults(&unsaid, 422), ["/rulebook"]);
    let said = unsaid.body["detail"].as_str().unwrap();
    assert!(said.contains("roactemra-2021-10-14, zz-2021"), "{said}");
    // each ranks its own: the one does not stand in the other's way
    let first = filed(&app, &json!({ "rulebook": "roactemra-2021-10-14" }));
    let other = filed(&app, &json!({ "rulebook": SECOND }));
    assert_ne!(first, other);
    assert_eq!(super::seen(&app, &other)["rulebook"], SECOND);
}
