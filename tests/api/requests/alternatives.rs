//! Whether an alternative is left follows from what became of each where a rulebook lists them, and is
//! stated where none does.

use super::{edit, filed, seen};
use crate::service::{App, START, again_set, spawn_set};
use crate::support::Backend;
use dotation::domain::role::Role;
use dotation::settings::Settings;
use serde_json::{Value, json};
use std::sync::OnceLock;

on_both! {
    no_alternative_follows_from_what_became_of_each
    whom_the_list_leaves_out_is_known_by_conditions_and_age
    a_plan_applies_the_list_of_its_day
    what_can_be_declared_is_seen_before_a_request_is_filed
}

/// The safety rulebook of the letter, with a list for `takayasu` that was invented.
fn book(more: &str) -> tempfile::TempDir {
    let safety = include_str!("../../../config/rulebooks/roactemra-neutrophils.toml");
    let invented = r#"
[[alternatives]]
code = "infliximab"
name = { fr = "Infliximab", en = "Infliximab" }
indications = ["takayasu"]
line = "first"
source = "smpc"
section = "invented: first of all"

[[alternatives]]
code = "methotrexate"
name = { fr = "Méthotrexate", en = "Methotrexate" }
indications = ["takayasu"]
line = "after-failure"
source = "smpc"
section = "invented: when the first failed"
[alternatives.evidence]
doi = "10.1000/182"
fr = "Rémission 60 %."
en = "Remission 60 %."

[[exclusions]]
alternative = "methotrexate"
conditions = ["pregnancy", "breastfeeding"]
source = "smpc"
section = "invented: not in pregnancy"

[[exclusions]]
alternative = "methotrexate"
age_below = 16
source = "smpc"
section = "invented: not under sixteen"
"#;
    let folder = tempfile::tempdir().unwrap();
    let text = format!("{safety}\n{invented}{more}");
    std::fs::write(folder.path().join("roactemra-neutrophils.toml"), text).unwrap();
    folder
}

pub(super) fn listing(settings: &mut Settings) {
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| book(""));
    settings.rulebooks_folder = Some(folder.path().to_owned());
}

/// The same, with one alternative more.
fn listing_more(settings: &mut Settings) {
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    let more = r#"
[[alternatives]]
code = "etanercept"
name = { fr = "Étanercept", en = "Etanercept" }
indications = ["takayasu"]
line = "after-failure"
source = "smpc"
section = "invented: since today"
"#;
    let folder = FOLDER.get_or_init(|| book(more));
    settings.rulebooks_folder = Some(folder.path().to_owned());
}

const LISTS: &str = "roactemra-neutrophils";

/// A request in which nothing is said of alternatives but what became of some.
pub(super) fn declaring(tried: &Value) -> Value {
    json!({ "alternatives": null, "alternatives_reason": null, "tried": tried })
}

pub(super) fn with(mut changes: Value, more: &Value) -> Value {
    for (name, value) in more.as_object().unwrap() {
        changes[name] = value.clone();
    }
    changes
}

/// Both of the list, with what became of them.
pub(super) fn both(infliximab: &str, methotrexate: &str) -> Value {
    json!([
        { "code": "infliximab", "outcome": infliximab },
        { "code": "methotrexate", "outcome": methotrexate },
    ])
}

#[track_caller]
fn statuses(request: &Value) -> Vec<(String, String)> {
    let items = request["alternatives_listed"]["items"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    items
        .iter()
        .map(|one| (text(&one["code"]), text(&one["status"])))
        .collect()
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter()
        .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
        .collect()
}

fn no_alternative_follows_from_what_became_of_each(backend: Backend) {
    let app = spawn_set(backend, listing);
    let tried = json!([
        { "code": "methotrexate", "outcome": "failed", "note": "six mois, bien conduits" },
        { "code": "infliximab", "outcome": "not-tried" },
        { "code": "infliximab", "outcome": "unavailable" },
    ]);
    let request = seen(&app, &filed(&app, &declaring(&tried)));
    let said = ["alternatives", "alternatives_by", "alternatives_filed"].map(|f| &request[f]);
    assert_eq!(said, ["none", "catalogue", "none"]);
    let listed = &request["alternatives_listed"];
    assert_eq!(listed["rulebook"], LISTS);
    // the list is of 2025, and that is said
    assert_eq!(listed["rulebook_in_force"], false);
    assert_eq!(listed["rulebook_sha256"].as_str().unwrap().len(), 64);
    let expected = pairs(&[("infliximab", "exhausted"), ("methotrexate", "exhausted")]);
    assert_eq!(statuses(&request), expected);
    let methotrexate = &listed["items"][1];
    let evidence = json!({
        "summary_fr": "Rémission 60 %.", "summary_en": "Remission 60 %.", "doi": "10.1000/182"
    });
    assert_eq!(methotrexate["evidence"], evidence);
    let source = methotrexate["source"].as_str().unwrap();
    assert!(
        source.ends_with("invented: when the first failed"),
        "{source}"
    );
    let declared = &methotrexate["tried"][0];
    assert_eq!(
        (&declared["outcome"], &declared["note"]),
        (&json!("failed"), &json!("six mois, bien conduits"))
    );
    let at = declared["declared_at"].as_str().unwrap();
    assert!(at.starts_with("2021-10-20T06:00:0"), "{at}");
    assert!(!declared["declared_by"].as_str().unwrap().is_empty());
    let outcomes = |of: &Value| {
        let all = of["tried"].as_array().unwrap().iter();
        let all = all.map(|one| one["outcome"].as_str().unwrap().to_owned());
        all.collect::<Vec<_>>()
    };
    assert_eq!(outcomes(&listed["items"][0]), ["not-tried", "unavailable"]);
    // in the order in which it was declared
    assert_eq!(outcomes(&request), ["failed", "not-tried", "unavailable"]);

    // what is said and follows may be said
    let told = with(
        declaring(&both("failed", "unsuitable")),
        &json!({ "alternatives": "none", "pseudonym": "p-2" }),
    );
    assert_eq!(seen(&app, &filed(&app, &told))["alternatives"], "none");
    let open = with(
        declaring(&both("failed", "not-tried")),
        &json!({ "pseudonym": "p-3" }),
    );
    let open = seen(&app, &filed(&app, &open));
    assert_eq!(open["alternatives"], "available");
    let expected = pairs(&[("infliximab", "exhausted"), ("methotrexate", "open")]);
    assert_eq!(statuses(&open), expected);
    // for CRS the letter says that there is nothing else
    let crs = json!({ "pseudonym": "p-4", "indication": "crs", "interval_days": null, "last_administration_on": null });
    let crs = seen(&app, &filed(&app, &with(declaring(&Value::Null), &crs)));
    assert_eq!(
        (&crs["alternatives"], &crs["alternatives_by"]),
        (&json!("none"), &json!("catalogue"))
    );
    assert_eq!(crs["alternatives_listed"]["items"], json!([]));
}

fn whom_the_list_leaves_out_is_known_by_conditions_and_age(backend: Backend) {
    let app = spawn_set(backend, listing);
    let one = json!([{ "code": "infliximab", "outcome": "contraindicated" }]);
    for (pseudonym, more, left, status) in [
        (
            "p-1",
            json!({ "conditions": ["pregnancy", "hbv", "pregnancy"] }),
            "none",
            "excluded",
        ),
        ("p-2", json!({ "age_years": 15 }), "none", "excluded"),
        (
            "p-3",
            json!({ "age_years": 16, "conditions": ["hbv"] }),
            "available",
            "open",
        ),
    ] {
        let body = with(
            with(declaring(&one), &more),
            &json!({ "pseudonym": pseudonym }),
        );
        let request = seen(&app, &filed(&app, &body));
        assert_eq!(request["alternatives"], left, "{more}");
        let expected = pairs(&[("infliximab", "exhausted"), ("methotrexate", status)]);
        assert_eq!(statuses(&request), expected);
    }
    let first = app.get(Role::Prescriber, "/requests").expect(200)["items"][0].clone();
    assert_eq!(first["conditions"], json!(["hbv", "pregnancy"]));
    // no longer pregnant: it follows at once
    let id = first["id"].as_str().unwrap();
    edit(&app, id, &json!({ "conditions": null })).expect(200);
    assert_eq!(seen(&app, id)["alternatives"], "available");
    assert_eq!(seen(&app, id)["alternatives_filed"], "available");
}

/// What a plan of the day takes of the first request.
#[track_caller]
fn planned(app: &App) -> (String, Value) {
    let body = json!({ "network": "ght-001", "keep": true });
    let kept = app.post(Role::Coordinator, "/plans", &body).expect(201);
    let id = kept["id"].as_str().unwrap();
    let case = app
        .get(Role::Coordinator, &format!("/plans/{id}/case"))
        .expect(200);
    let plan = app
        .get(Role::Coordinator, &format!("/plans/{id}"))
        .expect(200);
    let class = plan["lines"].as_array().unwrap().iter();
    let class = class
        .filter(|line| line["kind"] == "request")
        .map(|line| line["class"].to_string());
    (class.collect(), case["requests"][0]["alternatives"].clone())
}

fn a_plan_applies_the_list_of_its_day(backend: Backend) {
    let app = spawn_set(backend, listing);
    let id = filed(&app, &declaring(&both("failed", "failed")));
    let (before, taken) = planned(&app);
    assert_eq!(taken, "none");
    // the rulebook lists one more: the request was filed without it
    let app = again_set(app, START, listing_more);
    let (after, taken) = planned(&app);
    assert_eq!(taken, "available");
    assert_eq!(before, "\"ongoing-no-alternative-vital\"");
    assert_eq!(after, "\"ongoing-other\"");
    let request = seen(&app, &id);
    assert_eq!(
        (&request["alternatives"], &request["alternatives_filed"]),
        (&json!("available"), &json!("none"))
    );
    let status = statuses(&request);
    assert_eq!(
        status.last(),
        Some(&("etanercept".to_owned(), "open".to_owned()))
    );
    assert_eq!(request["version"], 1);
    // an edit of something else brings it up to date, and does not stumble over what stood there
    edit(&app, &id, &json!({ "weight_g": 60_000 })).expect(200);
    assert_eq!(seen(&app, &id)["alternatives_filed"], "available");
    // without a list the statement counts, and what was declared is still there
    let app = again_set(app, START, |_| {});
    let request = seen(&app, &id);
    assert_eq!(
        (&request["alternatives_by"], &request["alternatives_listed"]),
        (&json!("statement"), &Value::Null)
    );
    assert_eq!(request["tried"].as_array().unwrap().len(), 2);
    edit(&app, &id, &json!({ "weight_g": 61_000 })).expect(200);
    assert_eq!(seen(&app, &id)["tried"], request["tried"]);
}

fn what_can_be_declared_is_seen_before_a_request_is_filed(backend: Backend) {
    let app = spawn_set(backend, listing);
    let of = |book: &str, query: &str| {
        app.get(
            Role::Prescriber,
            &format!("/rulebooks/{book}/alternatives{query}"),
        )
    };
    for book in ["roactemra-2021-10-14", LISTS] {
        let seen = of(book, "?indication=takayasu").expect(200);
        let listed = &seen["alternatives_listed"];
        assert_eq!(
            (&seen["rulebook"], &listed["rulebook"]),
            (&json!(book), &json!(LISTS))
        );
        let methotrexate = &listed["items"][1];
        assert_eq!(methotrexate["code"], "methotrexate");
        assert_eq!(
            methotrexate["conditions"],
            json!(["breastfeeding", "pregnancy"])
        );
        assert_eq!(methotrexate["not_for"].as_array().unwrap().len(), 2);
        assert_eq!(methotrexate["evidence"]["doi"], "10.1000/182");
        assert_eq!(methotrexate.get("status"), None);
        assert_eq!(listed["items"][0]["evidence"], Value::Null);
    }
    let book = "roactemra-2021-10-14";
    assert_eq!(
        of(book, "?indication=uveitis").expect(200)["alternatives_listed"],
        Value::Null
    );
    assert_eq!(
        of(book, "?indication=crs").expect(200)["alternatives_listed"]["items"],
        json!([])
    );
    for query in [
        "",
        "?indication=",
        "?indication=gout",
        "?indication=crs&indication=crs",
        "?indication=crs&x=1",
    ] {
        assert_eq!(of(book, query).status, 400, "{query}");
    }
    assert_eq!(of("nothing", "?indication=crs").status, 404);
}
