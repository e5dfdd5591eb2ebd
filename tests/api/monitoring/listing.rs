//! Who is due, who is overdue, and what is known of whom.

use super::{CLOZAPINE, ROACTEMRA, counted, monitored, ongoing, tell};
use crate::service::{App, CENTRE, NEIGHBOUR, again_at, spawn};
use crate::shelf::faults;
use crate::story::items;
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    who_is_overdue_comes_first_then_who_is_due
    a_treatment_that_pauses_is_counted_when_it_goes_on
    a_treatment_that_was_stopped_is_counted_four_times
    a_pseudonym_of_two_sites_is_two_patients
    a_request_alone_says_what_it_can
    a_list_is_of_one_rulebook_that_has_a_schedule
}

fn told(app: &App, pseudonym: &str, body: &Value) {
    let path = format!("{pseudonym}/treatments/{CLOZAPINE}?site={CENTRE}");
    let status = tell(app, &path, body).status;
    assert!([200, 201].contains(&status), "{status}");
}

fn who_is_overdue_comes_first_then_who_is_due(backend: Backend) {
    let app = spawn(backend);
    // weekly in the first 18 weeks, monthly then
    told(&app, "p-later", &ongoing("2021-02-01"));
    counted(&app, "p-later", "2021-10-19", 4000);
    told(&app, "p-due", &ongoing("2021-09-15"));
    counted(&app, "p-due", "2021-10-13", 4000);
    told(&app, "p-soon", &ongoing("2021-10-10"));
    counted(&app, "p-soon", "2021-10-18", 4000);
    told(&app, "p-over", &ongoing("2021-09-14"));
    counted(&app, "p-over", "2021-10-12", 900);
    let planned = json!({ "state": "planned", "indication": "schizophrenia", "age_years": 20 });
    told(&app, "p-new", &planned);
    assert_eq!(
        monitored(&app, CENTRE, CLOZAPINE),
        [
            "overdue p-over 2021-10-19",
            "due p-due 2021-10-20",
            "due p-soon 2021-10-25",
            "later p-later 2021-11-19",
            "unknown p-new -",
        ]
    );
    let path = format!("/sites/{CENTRE}/monitoring?rulebook={CLOZAPINE}");
    let list = app.get(Role::Pharmacist, &path).expect(200);
    let first = &list["items"][0];
    assert_eq!(
        (&list["overdue"], &list["today"]),
        (&json!(1), &json!("2021-10-20"))
    );
    assert_eq!(
        first["latest"],
        json!({ "taken_on": "2021-10-12", "per_mm3": 900 })
    );
    assert_eq!(
        (
            &first["schedule"],
            &first["indication"],
            &first["state"],
            &first["decision"]
        ),
        (
            &json!("weekly"),
            &json!("schizophrenia"),
            &json!("ongoing"),
            &json!("stop")
        )
    );
    // each reading of the list is written down, with whom it named
    let trail = app.get(Role::Admin, &format!("/audit?site={CENTRE}&limit=200"));
    let trail = items(&trail.expect(200));
    let read = trail.iter().filter(|l| l["object"] == "monitoring");
    let named: Vec<usize> = read
        .map(|l| l["details"]["patients"].as_array().unwrap().len())
        .collect();
    assert_eq!(named, [5, 5]);
}

fn a_treatment_that_pauses_is_counted_when_it_goes_on(backend: Backend) {
    let app = spawn(backend);
    told(&app, "p-1", &ongoing("2021-01-04"));
    counted(&app, "p-1", "2021-09-15", 4000);
    assert_eq!(
        monitored(&app, CENTRE, CLOZAPINE),
        ["overdue p-1 2021-10-15"]
    );
    let pauses = json!({
        "state": "interrupted", "indication": "schizophrenia", "age_years": 34,
        "started_on": "2021-01-04", "interrupted_on": "2021-10-10", "resumes_on": "2021-11-05"
    });
    told(&app, "p-1", &pauses);
    assert_eq!(monitored(&app, CENTRE, CLOZAPINE), ["later p-1 2021-11-05"]);
}

fn a_treatment_that_was_stopped_is_counted_four_times(backend: Backend) {
    let app = spawn(backend);
    let stopped = json!({
        "state": "stopped", "indication": "schizophrenia", "age_years": 34,
        "started_on": "2021-01-04", "stopped_on": "2021-09-22"
    });
    told(&app, "p-1", &stopped);
    for (taken_on, next) in [
        ("2021-09-28", "overdue p-1 2021-09-29"),
        ("2021-09-29", "overdue p-1 2021-10-06"),
        ("2021-10-07", "overdue p-1 2021-10-13"),
        ("2021-10-13", "due p-1 2021-10-20"),
    ] {
        counted(&app, "p-1", taken_on, 4000);
        assert_eq!(monitored(&app, CENTRE, CLOZAPINE), [next], "{taken_on}");
    }
    counted(&app, "p-1", "2021-10-20", 4000);
    // the fourth was made: it is over
    assert_eq!(monitored(&app, CENTRE, CLOZAPINE), [""; 0]);
}

fn a_pseudonym_of_two_sites_is_two_patients(backend: Backend) {
    let app = spawn(backend);
    for (site, start) in [(CENTRE, "2021-10-01"), (NEIGHBOUR, "2021-10-13")] {
        let path = format!("p-1/treatments/{CLOZAPINE}?site={site}");
        tell(&app, &path, &ongoing(start)).expect(201);
    }
    let body = json!({ "taken_on": "2021-10-18", "value": 4000, "unit": "/mm3" });
    let path = format!("/patients/p-1/counts?site={NEIGHBOUR}");
    app.post(Role::Pharmacist, &path, &body).expect(201);
    // without a count since the start, the first is due after a week
    assert_eq!(
        monitored(&app, CENTRE, CLOZAPINE),
        ["overdue p-1 2021-10-08"]
    );
    assert_eq!(
        monitored(&app, NEIGHBOUR, CLOZAPINE),
        ["due p-1 2021-10-25"]
    );
    // a day begins at a pharmacy without CAR-T too
    let app = again_at(app, "2021-10-26T06:00:00Z");
    let open = |site: &str| {
        let path = format!("/sites/{site}/alerts?open=true");
        let all = items(&app.get(Role::Pharmacist, &path).expect(200));
        all.iter().filter(|a| a["kind"] == "count-overdue").count()
    };
    let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while open(NEIGHBOUR) == 0 {
        assert!(std::time::Instant::now() < until, "no alert");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert_eq!((open(CENTRE), open(NEIGHBOUR)), (1, 1));
}

fn a_request_alone_says_what_it_can(backend: Backend) {
    let app = spawn(backend);
    let file = |pseudonym: &str, changes: &Value| {
        let mut body = json!({
            "site": CENTRE, "pseudonym": pseudonym, "indication": "rheumatoid-arthritis",
            "route": "iv", "treatment": "ongoing", "alternatives": "available", "risk": "vital",
            "age_years": 34, "weight_g": 61_000, "interval_days": 28,
            "last_administration_on": "2021-09-24"
        });
        for (name, value) in changes.as_object().unwrap() {
            body[name] = value.clone();
        }
        let filed = app.post(Role::Prescriber, "/requests", &body).expect(201);
        filed["id"].as_str().unwrap().to_owned()
    };
    file("p-1", &json!({}));
    file("p-2", &json!({}));
    let starts = json!({ "treatment": "initiation", "due": "2021-10-22" });
    let starts_without = ["interval_days", "last_administration_on"];
    let mut starts = starts;
    for name in starts_without {
        starts[name] = Value::Null;
    }
    file("p-3", &starts);
    let gone = file("p-4", &json!({}));
    let why = json!({ "reason": "moved" });
    app.post(
        Role::Prescriber,
        &format!("/requests/{gone}/withdraw"),
        &why,
    )
    .expect(200);
    assert_eq!(
        monitored(&app, CENTRE, ROACTEMRA),
        ["unknown p-1 -", "unknown p-2 -"]
    );
    // what else is asked for the same patient hides nothing
    file("p-1", &json!({ "indication": "takayasu" }));
    assert_eq!(
        monitored(&app, CENTRE, ROACTEMRA),
        ["unknown p-1 -", "unknown p-2 -"]
    );
    // a treatment that was told speaks in its place
    let mut body = ongoing("2021-09-15");
    body["indication"] = json!("rheumatoid-arthritis");
    let path = format!("p-2/treatments/{ROACTEMRA}");
    tell(&app, &path, &body).expect(201);
    assert_eq!(
        monitored(&app, CENTRE, ROACTEMRA),
        ["due p-2 2021-11-10", "unknown p-1 -"]
    );
}

fn a_list_is_of_one_rulebook_that_has_a_schedule(backend: Backend) {
    let app = spawn(backend);
    let get = |query: &str| {
        let path = format!("/sites/{CENTRE}/monitoring{query}");
        app.get(Role::Pharmacist, &path)
    };
    assert_eq!(faults(&get(""), 400), ["rulebook"]);
    for name in ["nothing", "lemtrada-2019-04", "A%20B"] {
        assert_eq!(get(&format!("?rulebook={name}")).status, 404, "{name}");
    }
    assert_eq!(faults(&get("?rulebook=%00"), 400), ["rulebook"]);
    assert_eq!(monitored(&app, CENTRE, CLOZAPINE), [""; 0]);
}
