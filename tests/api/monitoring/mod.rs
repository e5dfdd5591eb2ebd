//! Treatments under safety rulebooks, whose next count is due, and the alert that counts are overdue.

mod alerting;
mod gating;
mod listing;
mod telling;

use crate::service::{Answer, App};
use dotation::domain::role::Role;
use serde_json::{Value, json};

const CLOZAPINE: &str = "clozapine-2025-09";
const ROACTEMRA: &str = "roactemra-neutrophils";

/// An ongoing treatment of schizophrenia since a day.
fn ongoing(started_on: &str) -> Value {
    json!({
        "state": "ongoing", "indication": "schizophrenia", "age_years": 34, "started_on": started_on
    })
}

/// Tells a treatment as the pharmacist, at an address below `/patients/`, in the place of what stands
/// there.
#[track_caller]
fn tell(app: &App, path: &str, body: &Value) -> Answer {
    let path = format!("/patients/{path}");
    let etag = app.get(Role::Pharmacist, &path).etag;
    tell_if(app, &path, body, etag.as_deref())
}

/// The same, if this version stands.
fn tell_if(app: &App, path: &str, body: &Value, etag: Option<&str>) -> Answer {
    let bearer = format!("Bearer {}", app.token(Role::Pharmacist));
    let mut headers = vec![("Authorization", bearer.as_str())];
    headers.extend(etag.map(|etag| ("If-Match", etag)));
    app.send("PUT", path, &headers, Some(body.to_string().as_bytes()))
}

/// Enters a count in cells per cubic millimetre, and returns its id.
#[track_caller]
fn counted(app: &App, pseudonym: &str, taken_on: &str, per_mm3: u32) -> String {
    let body = json!({ "taken_on": taken_on, "value": per_mm3, "unit": "/mm3" });
    let path = format!("/patients/{pseudonym}/counts");
    let answer = app.post(Role::Pharmacist, &path, &body).expect(201);
    answer["id"].as_str().unwrap().to_owned()
}

/// The monitoring of a site, each patient as `status pseudonym next-to`.
#[track_caller]
fn monitored(app: &App, site: &str, rulebook: &str) -> Vec<String> {
    let path = format!("/sites/{site}/monitoring?rulebook={rulebook}");
    let list = app.get(Role::Prescriber, &path).expect(200);
    let items = list["items"].as_array().unwrap().iter();
    let text = |v: &Value| v.as_str().unwrap_or("-").to_owned();
    items
        .map(|one| {
            let next = text(&one["next"]["to"]);
            format!(
                "{} {} {next}",
                text(&one["status"]),
                text(&one["pseudonym"])
            )
        })
        .collect()
}
