//! That counts are overdue is heard by the site's pharmacist, without a word on a patient.

use super::{CLOZAPINE, ROACTEMRA, counted, ongoing, tell};
use crate::service::{App, CENTRE, again_at, spawn};
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::json;
use std::time::{Duration, Instant as Moment};

on_both! {
    a_count_that_is_overdue_is_heard_of_the_next_day_until_it_is_entered
    a_count_that_a_request_tells_is_entered_too
    the_alert_worsens_and_follows_corrections_imports_and_treatments
}

const OVERDUE: &str = "count-overdue";

fn told(app: &App, pseudonym: &str, started_on: &str) {
    let path = format!("{pseudonym}/treatments/{CLOZAPINE}?site={CENTRE}");
    tell(app, &path, &ongoing(started_on)).expect(201);
}

/// What there is and should be of the one alert that is open, or nothing.
fn reading(app: &App) -> Option<(i64, i64)> {
    let open = app.alerts(OVERDUE);
    assert!(open.len() <= 1, "{open:?}");
    let alert = open.first()?;
    assert_eq!(alert["subject"], CLOZAPINE);
    Some((
        alert["found"].as_i64().unwrap(),
        alert["expected"].as_i64().unwrap(),
    ))
}

fn a_count_that_is_overdue_is_heard_of_the_next_day_until_it_is_entered(backend: Backend) {
    let app = spawn(backend);
    told(&app, "p-1", "2021-10-06");
    counted(&app, "p-1", "2021-10-13", 4000);
    told(&app, "p-2", "2021-10-06");
    counted(&app, "p-2", "2021-10-19", 4000);
    assert_eq!(reading(&app), None);
    let before = app.heard().len();
    let app = again_at(app, "2021-10-21T06:00:00Z");
    let until = Moment::now() + Duration::from_secs(20);
    while reading(&app).is_none() {
        assert!(Moment::now() < until, "no alert");
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(reading(&app), Some((1, 2)));
    let pui = |event: &str| (event.to_owned(), "pui@example.org".to_owned());
    assert_eq!(app.heard().split_off(before), [pui("opened")]);
    // a site beside it that nobody hears is told of too
    let letters = app.letters(1);
    let mut about = letters.iter();
    let letter = about
        .rfind(|letter| letter.text.contains("clozapine"))
        .unwrap();
    let text = &letter.text;
    assert!(text.contains("Numérations en retard : 1"), "{text}");
    assert!(text.contains("clozapine"), "{text}");
    for secret in ["p-1", "schizo", "2021-10-20", "20/10/2021", "4000"] {
        assert!(!text.contains(secret) && !letter.html.contains(secret));
    }
    counted(&app, "p-1", "2021-10-21", 4000);
    assert_eq!(reading(&app), None);
    assert_eq!(
        app.heard().split_off(before),
        [pui("opened"), pui("closed")]
    );
}

fn a_count_that_a_request_tells_is_entered_too(backend: Backend) {
    let app = spawn(backend);
    let body = json!({
        "state": "ongoing", "indication": "rheumatoid-arthritis", "age_years": 34,
        "started_on": "2021-08-01"
    });
    let path = format!("p-1/treatments/{ROACTEMRA}?site={CENTRE}");
    tell(&app, &path, &body).expect(201);
    assert_eq!(app.alerts(OVERDUE).len(), 1);
    let request = json!({
        "site": CENTRE, "pseudonym": "p-1", "indication": "rheumatoid-arthritis", "route": "iv",
        "treatment": "ongoing", "alternatives": "available", "risk": "vital", "age_years": 34,
        "weight_g": 61_000, "interval_days": 28, "last_administration_on": "2021-09-24",
        "anc_per_mm3": 3_500, "anc_on": "2021-10-19"
    });
    app.post(Role::Prescriber, "/requests", &request)
        .expect(201);
    assert_eq!(app.alerts(OVERDUE).len(), 0);
}

fn the_alert_worsens_and_follows_corrections_imports_and_treatments(backend: Backend) {
    let app = spawn(backend);
    let before = app.heard().len();
    // two weeks without a count: overdue as soon as it is told
    told(&app, "p-1", "2021-10-06");
    assert_eq!(reading(&app), Some((0, 1)));
    told(&app, "p-2", "2021-10-06");
    assert_eq!(reading(&app), Some((0, 2)));
    let id = counted(&app, "p-1", "2021-10-18", 4000);
    assert_eq!(reading(&app), Some((1, 2)));
    // the count was older than it said
    let earlier = json!({ "taken_on": "2021-10-08", "reason": "misread" });
    let path = format!("/counts/{id}/correct");
    let id = app.post(Role::Pharmacist, &path, &earlier).expect(201)["id"].clone();
    assert_eq!(reading(&app), Some((0, 2)));
    let sheet = "pseudonym,date,value,unit\np-1,2021-10-19,4.1,G/L\np-2,2021-10-19,4.2,G/L\n";
    let bearer = format!("Bearer {}", app.token(Role::Pharmacist));
    let headers = [
        ("Authorization", bearer.as_str()),
        ("Content-Type", "text/csv"),
    ];
    let path = format!("/counts/import?site={CENTRE}");
    let done = app.send("POST", &path, &headers, Some(sheet.as_bytes()));
    assert_eq!(done.expect(200)["added"], 2);
    assert_eq!(reading(&app), None);
    // what is withdrawn was not counted
    let imported = app
        .get(Role::Pharmacist, "/patients/p-1/counts")
        .expect(200);
    let latest = imported["items"][0]["id"].as_str().unwrap().to_owned();
    for id in [latest.as_str(), id.as_str().unwrap()] {
        let path = format!("/counts/{id}/withdraw");
        let why = json!({ "reason": "of another" });
        app.post(Role::Pharmacist, &path, &why).expect(200);
    }
    assert_eq!(reading(&app), Some((1, 2)));
    // nobody is late for a treatment that is only planned
    let planned = json!({ "state": "planned", "indication": "schizophrenia", "age_years": 34 });
    tell(&app, &format!("p-1/treatments/{CLOZAPINE}"), &planned).expect(200);
    assert_eq!(reading(&app), None);
    let events = app.heard().split_off(before);
    let events: Vec<&str> = events.iter().map(|(event, _)| event.as_str()).collect();
    assert_eq!(
        events,
        [
            "opened", "worsened", "worsened", "closed", "opened", "closed"
        ]
    );
}
