//! Rulebooks over the API: every rule, the page, what changed.

use crate::service::{App, spawn};
use crate::story::items;
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    every_rule_of_a_rulebook_is_given_with_its_source
    a_rulebook_is_a_page_in_the_language_of_the_caller
    what_differs_between_two_rulebooks_is_told
    a_rulebook_that_is_not_there_is_not_found
}

fn see(app: &App, path: &str) -> Value {
    app.get(Role::Prescriber, path).expect(200)
}

fn every_rule_of_a_rulebook_is_given_with_its_source(backend: Backend) {
    let app = spawn(backend);
    let book = see(&app, "/rulebooks/roactemra-2021-10-14");
    let rules = book["rules"].as_array().unwrap();
    let mut kinds: Vec<&str> = rules.iter().map(|r| r["kind"].as_str().unwrap()).collect();
    kinds.dedup();
    assert_eq!(
        kinds,
        [
            "medicine",
            "title",
            "jurisdiction",
            "validity",
            "safety_rulebook",
            "sources",
            "contacts",
            "presentations",
            "doses",
            "unit_doses",
            "reserve",
            "indications",
            "gates",
            "priorities",
        ]
    );
    let of = |id: &str| rules.iter().find(|r| r["id"] == id).unwrap().clone();
    assert_eq!(
        of("priorities.ongoing-other"),
        json!({
            "id": "priorities.ongoing-other",
            "kind": "priorities",
            "key": "ongoing-other",
            "fields": {
                "after": "ongoing-no-alternative-functional",
                "claims": "requests",
                "emergency_line": "false",
                "title.en": "Other ongoing treatment",
                "title.fr": "Autre traitement en cours",
                "when": "ongoing",
            },
            "cited": {
                "document": null, "date": null, "url": null,
                "section": "Choice: every other treatment that runs is served from what is left",
            },
        })
    );
    assert_eq!(of("reserve.doses_most")["cited"]["date"], "2021-10-14");
    let rows = see(&app, "/rulebooks/roactemra-neutrophils");
    let codes = rows["rules"].as_array().unwrap().iter();
    let codes = codes.filter(|r| r["kind"] == "thresholds");
    assert_eq!(codes.count(), 6);
}

fn a_rulebook_is_a_page_in_the_language_of_the_caller(backend: Backend) {
    let app = spawn(backend);
    let page = |language: &str| -> Value {
        let bearer = format!("Bearer {}", app.token(Role::Reader));
        let headers = [("Authorization", &*bearer), ("Accept-Language", language)];
        let at = "/rulebooks/roactemra-neutrophils/page";
        app.send("GET", at, &headers, None).expect(200)
    };
    let heading = |page: &Value| page["sections"][2]["heading"].as_str().unwrap().to_owned();
    let (fr, en) = (page("fr"), page("en"));
    assert_eq!(
        (&fr["language"], &en["language"]),
        (&json!("fr"), &json!("en"))
    );
    assert_eq!(heading(&fr), "Ce que dit un nombre de neutrophiles");
    assert_eq!(heading(&en), "What a neutrophil count says");
    let list = see(&app, "/rulebooks");
    let of = items(&list);
    let neutrophils = of.iter().find(|b| b["name"] == "roactemra-neutrophils");
    assert_eq!(neutrophils.unwrap()["sha256"], fr["sha256"]);
}

fn what_differs_between_two_rulebooks_is_told(backend: Backend) {
    let app = spawn(backend);
    let name = "roactemra-2021-10-14";
    let same = see(&app, &format!("/rulebooks/{name}/diff/{name}"));
    for list in ["added", "removed", "changed"] {
        assert_eq!(same[list], json!([]));
    }
    let other = see(
        &app,
        &format!("/rulebooks/{name}/diff/roactemra-neutrophils"),
    );
    let added = other["added"].as_array().unwrap();
    assert!(added.iter().any(|s| s["id"] == "thresholds.anc-low"));
    let changed = other["changed"].as_array().unwrap();
    assert!(changed.iter().any(|c| c["id"] == "validity"));
}

fn a_rulebook_that_is_not_there_is_not_found(backend: Backend) {
    let app = spawn(backend);
    for at in [
        "/rulebooks/nothing",
        "/rulebooks/nothing/page",
        "/rulebooks/roactemra-neutrophils/diff/nothing",
    ] {
        app.get(Role::Pharmacist, at).expect(404);
    }
}
