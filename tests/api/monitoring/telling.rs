//! A treatment is told, told again, and nothing that was told is lost.

use super::{CLOZAPINE, ongoing, tell, tell_if};
use crate::service::{CENTRE, FAR_CENTRE, NEIGHBOUR, spawn};
use crate::shelf::faults;
use crate::story::items;
use crate::support::{Backend, execute};
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    a_treatment_is_told_and_told_again_and_the_old_one_stays
    a_treatment_is_edited_as_it_was_read
    what_cannot_be_is_refused_with_every_fault
    a_treatment_makes_somebody_known_where_the_site_is_said
    treatments_are_for_those_who_treat
    a_treatment_is_never_changed_or_deleted
}

fn address(pseudonym: &str) -> String {
    format!("/patients/{pseudonym}/treatments/{CLOZAPINE}?site={CENTRE}")
}

fn a_treatment_is_told_and_told_again_and_the_old_one_stays(backend: Backend) {
    let app = spawn(backend);
    let path = format!("p-1/treatments/{CLOZAPINE}?site={CENTRE}");
    let mut body = ongoing("2021-10-06");
    body["conditions"] = json!(["pregnancy", "hiv", "pregnancy"]);
    body["benign_ethnic_neutropenia"] = json!(true);
    let answer = tell(&app, &path, &body);
    assert_eq!(answer.etag.as_deref(), Some("\"v1\""));
    let receipt = answer.expect(201);
    assert_eq!(
        receipt,
        json!({ "id": receipt["id"], "site": CENTRE, "rulebook": CLOZAPINE, "version": 1 })
    );
    let seen = app.get(Role::CarTUnit, &address("p-1")).expect(200);
    let said = |name: &str| seen[name].clone();
    assert_eq!(said("conditions"), json!(["hiv", "pregnancy"]));
    assert_eq!(
        (said("state"), said("started_on"), said("age_told_on")),
        (json!("ongoing"), json!("2021-10-06"), json!("2021-10-20"))
    );
    let stopped = json!({
        "state": "stopped", "indication": "schizophrenia", "age_years": 34, "stopped_on": "2021-10-19"
    });
    let answer = tell(&app, &path, &stopped);
    assert_eq!(answer.etag.as_deref(), Some("\"v2\""));
    answer.expect(200);
    // the same again is no other version
    assert_eq!(tell(&app, &path, &stopped).expect(200)["version"], 2);
    let list = |query: &str| {
        let path = format!("/patients/p-1/treatments{query}");
        let all = items(&app.get(Role::Prescriber, &path).expect(200));
        let tell = |t: &Value| format!("{} {}", t["version"], t["state"]);
        all.iter().map(tell).collect::<Vec<_>>()
    };
    assert_eq!(list(""), ["2 \"stopped\""]);
    assert_eq!(list("?history=true"), ["2 \"stopped\"", "1 \"ongoing\""]);
    let trail = app.get(Role::Admin, &format!("/audit?site={CENTRE}&limit=200"));
    let trail = items(&trail.expect(200));
    let lines = |action: &str, object: Option<&str>| {
        let of = |line: &&Value| {
            line["action"] == action && object.is_none_or(|object| line["object"] == object)
        };
        trail.iter().filter(of).count()
    };
    assert_eq!(lines("treatment.tell", None), 2);
    // once by hand, once before each of the two that followed the first, and twice as a list
    assert_eq!(lines("patient.read", Some("treatments")), 5);
    assert!(!trail.iter().any(|line| line.to_string().contains("schizo")));
}

fn a_treatment_is_edited_as_it_was_read(backend: Backend) {
    let app = spawn(backend);
    let body = ongoing("2021-10-06");
    let path = address("p-1");
    let put = |etag: Option<&str>| tell_if(&app, &path, &body, etag).status;
    assert_eq!(put(Some("\"v1\"")), 412);
    assert_eq!(put(None), 201);
    assert_eq!(put(None), 428);
    assert_eq!(put(Some("\"v2\"")), 412);
    assert_eq!(put(Some("\"v1\"")), 200);
    // the first telling of another, whose answer was lost on the way, is answered again
    let bearer = format!("Bearer {}", app.token(Role::Pharmacist));
    let keyed = || {
        let headers = [
            ("Authorization", bearer.as_str()),
            ("Idempotency-Key", "k-1"),
        ];
        let said = body.to_string();
        app.send("PUT", &address("p-9"), &headers, Some(said.as_bytes()))
    };
    let (first, again) = (keyed(), keyed());
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.text, again.text);
    let token = format!("Bearer {}", app.token(Role::Pharmacist));
    let headers = [("Authorization", &*token), ("If-None-Match", "\"v1\"")];
    assert_eq!(app.send("GET", &path, &headers, None).status, 304);
}

fn what_cannot_be_is_refused_with_every_fault(backend: Backend) {
    let app = spawn(backend);
    let check = |body: &Value, places: &[&str]| {
        let answer = tell_if(&app, &address("p-1"), body, None);
        assert_eq!(faults(&answer, 422), places, "{body}: {}", answer.text);
    };
    check(&json!({}), &["/state", "/indication", "/age_years"]);
    let strange = json!({
        "state": "started", "indication": "Schizo Phrenia", "age_years": 131,
        "started_on": "20/10/2021", "conditions": ["ok", "Not ok"]
    });
    check(
        &strange,
        &[
            "/state",
            "/indication",
            "/age_years",
            "/started_on",
            "/conditions/1",
        ],
    );
    // it is 20 October, 08:00 in Paris
    check(&ongoing("2021-10-21"), &["/started_on"]);
    let backwards = json!({
        "state": "interrupted", "indication": "schizophrenia", "age_years": 34,
        "started_on": "2021-10-10", "interrupted_on": "2021-10-09", "resumes_on": "2021-10-08",
        "stopped_on": "2021-10-12"
    });
    check(
        &backwards,
        &["/interrupted_on", "/resumes_on", "/stopped_on"],
    );
    let mut no_start = ongoing("2021-10-01");
    no_start.as_object_mut().unwrap().remove("started_on");
    check(&no_start, &["/started_on"]);
    let body = ongoing("2021-10-06");
    let status = |path: &str| tell_if(&app, path, &body, None).status;
    let other = |name: &str| format!("/patients/p-1/treatments/{name}?site={CENTRE}");
    for name in ["nothing", "roactemra-2021-10-14", "%00", "A%20B"] {
        assert_eq!(status(&other(name)), 404, "{name}");
    }
    let strange = tell_if(&app, &address("%0A"), &body, None);
    assert_eq!(faults(&strange, 400), ["pseudonym"]);
    assert_eq!(app.get(Role::Pharmacist, &address("p-1")).status, 404);
}

fn a_treatment_makes_somebody_known_where_the_site_is_said(backend: Backend) {
    let app = spawn(backend);
    let body = ongoing("2021-10-06");
    let plain = format!("/patients/p-1/treatments/{CLOZAPINE}");
    // a slip in a pseudonym is nobody
    assert_eq!(tell_if(&app, &plain, &body, None).status, 404);
    let at = |site: &str| format!("{plain}?site={site}");
    assert_eq!(tell_if(&app, &at(FAR_CENTRE), &body, None).status, 403);
    let counts = format!("/patients/p-1/counts?site={FAR_CENTRE}");
    assert_eq!(app.get(Role::Prescriber, &counts).status, 403);
    let trail = app.get(Role::Admin, &format!("/audit?site={FAR_CENTRE}"));
    let trail = items(&trail.expect(200));
    let refused = |line: &&Value| line["action"] == "access" && line["outcome"] == "refused";
    assert_eq!(trail.iter().filter(refused).count(), 2, "{trail:?}");
    tell_if(&app, &at(CENTRE), &body, None).expect(201);
    assert_eq!(app.get(Role::Prescriber, &plain).status, 200);
    tell_if(&app, &at(NEIGHBOUR), &ongoing("2021-10-07"), None).expect(201);
    // two patients now, of two sites
    let which = app.get(Role::Prescriber, &plain);
    assert_eq!(faults(&which, 400), ["site"], "{}", which.text);
    let start = |site: &str| app.get(Role::Prescriber, &at(site)).expect(200)["started_on"].clone();
    assert_eq!(
        (start(CENTRE), start(NEIGHBOUR)),
        (json!("2021-10-06"), json!("2021-10-07"))
    );
}

fn treatments_are_for_those_who_treat(backend: Backend) {
    let app = spawn(backend);
    tell_if(&app, &address("p-1"), &ongoing("2021-10-06"), None).expect(201);
    for role in Role::ALL {
        let treats = [Role::Pharmacist, Role::CarTUnit, Role::Prescriber].contains(&role);
        let status = |ok: u16| if treats { ok } else { 403 };
        let monitoring = format!("/sites/{CENTRE}/monitoring?rulebook={CLOZAPINE}");
        for path in ["/patients/p-1/treatments", &*address("p-1"), &*monitoring] {
            assert_eq!(app.get(role, path).status, status(200), "{role:?} {path}");
        }
        let bearer = format!("Bearer {}", app.token(role));
        let headers = [("Authorization", bearer.as_str())];
        let put = app.send("PUT", &address("p-1"), &headers, Some(b"{}"));
        assert_eq!(put.status, status(422), "{role:?}");
    }
}

fn a_treatment_is_never_changed_or_deleted(backend: Backend) {
    let app = spawn(backend);
    tell_if(&app, &address("p-1"), &ongoing("2021-10-06"), None).expect(201);
    for sql in [
        "UPDATE treatments SET state = 'stopped'",
        "DELETE FROM treatments",
        "UPDATE treatment_payload SET started_on = NULL",
    ] {
        let error = execute(app.service.db(), sql).unwrap_err();
        assert!(error.to_string().contains("another version"), "{error}");
    }
    // what is personal can be erased: nothing is left to be seen, and what follows is another version
    execute(app.service.db(), "DELETE FROM treatment_payload").unwrap();
    assert_eq!(app.get(Role::Pharmacist, &address("p-1")).status, 404);
    let again = tell_if(&app, &address("p-1"), &ongoing("2021-10-06"), Some("*"));
    assert_eq!(again.expect(200)["version"], 2);
}
