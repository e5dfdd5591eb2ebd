//! The safety gate of a request looks at what was told of its patient's treatment.

use super::{CLOZAPINE, ROACTEMRA, counted, ongoing, tell};
use crate::service::{App, CENTRE, spawn, spawn_set};
use crate::support::Backend;
use dotation::domain::role::Role;
use dotation::settings::Settings;
use serde_json::{Value, json};

on_both! {
    a_count_that_is_overdue_is_to_be_confirmed_at_the_gate
    a_benign_ethnic_neutropenia_is_known_at_the_gate
}

fn file(app: &App, pseudonym: &str, indication: &str, treatment: &str) -> String {
    let mut body = json!({
        "site": CENTRE, "pseudonym": pseudonym, "indication": indication, "route": "iv",
        "treatment": treatment, "alternatives": "available", "risk": "vital", "age_years": 34,
        "weight_g": 61_000
    });
    if treatment == "ongoing" {
        body["interval_days"] = json!(28);
        body["last_administration_on"] = json!("2021-09-24");
    } else {
        body["due"] = json!("2021-10-22");
    }
    let filed = app.post(Role::Prescriber, "/requests", &body).expect(201);
    filed["id"].as_str().unwrap().to_owned()
}

/// Whether a request passes, and the findings that are in its way.
#[track_caller]
fn passage(app: &App, request: &str) -> (String, Vec<String>) {
    let path = format!("/requests/{request}/safety");
    let seen = app.get(Role::Prescriber, &path).expect(200);
    let text = |v: &Value| v.as_str().unwrap().to_owned();
    let open = seen["open_findings"].as_array().unwrap();
    (text(&seen["passage"]), open.iter().map(text).collect())
}

fn a_count_that_is_overdue_is_to_be_confirmed_at_the_gate(backend: Backend) {
    let app = spawn(backend);
    let request = file(&app, "p-1", "rheumatoid-arthritis", "ongoing");
    counted(&app, "p-1", "2021-07-10", 4000);
    // a request does not say since when: nothing is reckoned from it
    assert_eq!(passage(&app, &request), ("open".to_owned(), Vec::new()));
    let mut body = ongoing("2021-06-01");
    body["indication"] = json!("rheumatoid-arthritis");
    tell(&app, &format!("p-1/treatments/{ROACTEMRA}"), &body).expect(201);
    let overdue = vec!["anc-overdue".to_owned()];
    assert_eq!(
        passage(&app, &request),
        ("to-confirm".to_owned(), overdue.clone())
    );
    let path = format!("/requests/{request}/safety");
    let confirm = json!({ "confirm": overdue });
    app.post(Role::Pharmacist, &path, &confirm).expect(201);
    assert_eq!(passage(&app, &request), ("open".to_owned(), Vec::new()));
    // a request that is to start asks for no next count, whatever was told
    let start = file(&app, "p-2", "rheumatoid-arthritis", "initiation");
    counted(&app, "p-2", "2021-10-01", 4000);
    tell(&app, &format!("p-2/treatments/{ROACTEMRA}"), &body).expect(201);
    let (_, open) = passage(&app, &start);
    assert!(!open.contains(&"anc-overdue".to_owned()), "{open:?}");
}

/// Requests are ranked as ever; whether a patient may be treated is said by the thresholds of
/// another medicine, which know a benign ethnic neutropenia.
fn other_thresholds(settings: &mut Settings) {
    let thread = format!("{:?}", std::thread::current().id());
    let name: String = thread.chars().filter(char::is_ascii_digit).collect();
    let folder = std::env::temp_dir().join(format!("dotation-ben-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let letter = include_str!("../../../config/rulebooks/roactemra-2021-10-14.toml");
    let named = format!("safety_rulebook = \"{CLOZAPINE}\"");
    let letter = letter.replace(&format!("safety_rulebook = \"{ROACTEMRA}\""), &named);
    assert!(letter.contains(&named));
    std::fs::write(folder.join("roactemra-2021-10-14.toml"), letter).unwrap();
    // as if those were RoActemra's: a safety rulebook is about the same medicine
    let counts = include_str!("../../../config/rulebooks/clozapine-2025-09.toml");
    let ours = counts.replace(
        "Leponex and generics (clozapine)",
        "RoActemra (tocilizumab)",
    );
    std::fs::write(folder.join("clozapine-2025-09.toml"), ours).unwrap();
    settings.rulebooks_folder = Some(folder);
}

fn a_benign_ethnic_neutropenia_is_known_at_the_gate(backend: Backend) {
    let app = spawn_set(backend, other_thresholds);
    let request = file(&app, "p-1", "takayasu", "initiation");
    counted(&app, "p-1", "2021-10-18", 1200);
    let below = vec!["anc-below-start".to_owned()];
    assert_eq!(passage(&app, &request), ("blocked".to_owned(), below));
    let planned = json!({
        "state": "planned", "indication": "takayasu", "age_years": 34,
        "benign_ethnic_neutropenia": true
    });
    tell(&app, &format!("p-1/treatments/{CLOZAPINE}"), &planned).expect(201);
    assert_eq!(passage(&app, &request), ("open".to_owned(), Vec::new()));
}
