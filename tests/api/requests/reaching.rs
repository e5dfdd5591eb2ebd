//! Requests are seen and written within reach, by those who may, and every reading is written down.

use super::{asked, edit, filed, seen, trail, withdraw};
use crate::service::{App, CENTRE, FAR_CENTRE, NEIGHBOUR, spawn};
use crate::story::items;
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    requests_are_those_of_ones_own_sites
    requests_are_listed_in_pages_by_site_and_state
    reading_a_request_is_written_down
    a_change_names_the_version_of_the_request_that_was_read
}

/// A token of a role at the far centre.
fn afar(app: &App, role: &str) -> String {
    let new = json!({ "name": "x", "role": role, "sites": [FAR_CENTRE] });
    let given = app.post(Role::Admin, "/tokens", &new).expect(201);
    format!("Bearer {}", given["token"].as_str().unwrap())
}

fn requests_are_those_of_ones_own_sites(backend: Backend) {
    let app = spawn(backend);
    let id = filed(&app, &json!({}));
    let bearer = afar(&app, "prescriber");
    let send = |method: &str, path: &str, body: Option<Value>| {
        let headers = [("Authorization", bearer.as_str()), ("If-Match", "*")];
        let body = body.map(|b| b.to_string().into_bytes());
        app.send(method, path, &headers, body.as_deref())
    };
    assert_eq!(
        items(&send("GET", "/requests", None).expect(200)),
        Vec::<Value>::new()
    );
    let path = format!("/requests/{id}");
    assert_eq!(send("GET", &path, None).status, 404);
    assert_eq!(
        send("PATCH", &path, Some(json!({ "risk": "none" }))).status,
        404
    );
    assert_eq!(
        send(
            "POST",
            &format!("{path}/withdraw"),
            Some(json!({ "reason": "x" }))
        )
        .status,
        404
    );
    assert_eq!(
        send("POST", &format!("{path}/confirm"), Some(json!({}))).status,
        404
    );
    assert_eq!(
        send("GET", &format!("/requests?site={CENTRE}"), None).status,
        403
    );
    // filing elsewhere: refused without a word about what is there, and written down
    let body =
        asked(&json!({ "last_administration_on": null, "due": "2021-10-25", "due_reason": "x" }));
    assert_eq!(send("POST", "/requests", Some(body.clone())).status, 403);
    let refused = trail(&app, &["request.file"]);
    assert_eq!(
        (refused.len(), &refused[1]["outcome"]),
        (2, &json!("refused"))
    );
    // nowhere
    let mut nowhere = body;
    nowhere["site"] = json!("130000013");
    assert_eq!(send("POST", "/requests", Some(nowhere.clone())).status, 403);
    let everywhere = json!({ "name": "x", "role": "prescriber", "all_sites": true });
    let token = app.post(Role::Admin, "/tokens", &everywhere).expect(201);
    let bearer = format!("Bearer {}", token["token"].as_str().unwrap());
    let unknown = app.send(
        "POST",
        "/requests",
        &[("Authorization", &bearer)],
        Some(nowhere.to_string().as_bytes()),
    );
    assert_eq!(unknown.status, 404, "{}", unknown.text);
    // the coordinator sees it and files none
    app.get(Role::Coordinator, &path).expect(200);
    assert_eq!(
        app.post(Role::Coordinator, "/requests", &asked(&json!({})))
            .status,
        403
    );
    assert_eq!(app.get(Role::Reader, &path).status, 403);
}

fn requests_are_listed_in_pages_by_site_and_state(backend: Backend) {
    let app = spawn(backend);
    let ids: Vec<String> = (1..=5)
        .map(|n| {
            let site = if n % 2 == 0 { NEIGHBOUR } else { CENTRE };
            filed(
                &app,
                &json!({ "pseudonym": format!("p-{n}"), "site": site }),
            )
        })
        .collect();
    withdraw(&app, &ids[2]).expect(200);
    let list = |query: &str| {
        let found = app
            .get(Role::Prescriber, &format!("/requests{query}"))
            .expect(200);
        let found = items(&found)
            .into_iter()
            .map(|r| r["id"].as_str().unwrap().to_owned());
        found.collect::<Vec<_>>()
    };
    assert_eq!(list(""), ids);
    assert_eq!(
        list(&format!("?site={NEIGHBOUR}")),
        [ids[1].clone(), ids[3].clone()]
    );
    assert_eq!(list("?state=withdrawn"), [ids[2].clone()]);
    assert_eq!(
        list(&format!("?state=open&site={CENTRE}")),
        [ids[0].clone(), ids[4].clone()]
    );
    let first = app.get(Role::Prescriber, "/requests?limit=3").expect(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    assert_eq!(
        list(&format!("?limit=3&cursor={cursor}")),
        [ids[3].clone(), ids[4].clone()]
    );
    assert_eq!(
        app.get(Role::Prescriber, "/requests?state=lost").status,
        400
    );
    assert_eq!(
        app.get(Role::Prescriber, "/requests?patient=p-1").status,
        400
    );
}

fn reading_a_request_is_written_down(backend: Backend) {
    let app = spawn(backend);
    let (a, b) = (
        filed(&app, &json!({})),
        filed(&app, &json!({ "pseudonym": "p-2" })),
    );
    let reads = || trail(&app, &["patient.read"]);
    assert!(reads().is_empty());
    let patient = seen(&app, &a)["patient"].clone();
    let other = seen(&app, &b)["patient"].clone();
    let one = reads();
    assert_eq!(one.len(), 2);
    assert_eq!(
        (&one[0]["object"], &one[0]["details"]),
        (&json!("requests"), &json!({ "patients": [patient] }))
    );
    // one line a site, of what was shown
    app.get(Role::Prescriber, "/requests?limit=1").expect(200);
    app.get(Role::Prescriber, "/requests").expect(200);
    app.get(Role::Prescriber, "/requests?state=served")
        .expect(200);
    let lists = reads();
    assert_eq!(lists.len(), 4);
    assert_eq!(lists[2]["details"], json!({ "patients": [patient] }));
    let mut both = [patient, other];
    both.sort_by_key(ToString::to_string);
    assert_eq!(lists[3]["details"], json!({ "patients": both }));
}

fn a_change_names_the_version_of_the_request_that_was_read(backend: Backend) {
    let app = spawn(backend);
    let id = filed(&app, &json!({}));
    let path = format!("/requests/{id}");
    let bearer = format!("Bearer {}", app.token(Role::Prescriber));
    let send = |version: Option<&str>| {
        let mut headers = vec![("Authorization", bearer.as_str())];
        headers.extend(version.map(|v| ("If-Match", v)));
        app.send("PATCH", &path, &headers, Some(br#"{"risk": "functional"}"#))
    };
    assert_eq!(send(None).status, 428);
    let stale = send(Some("\"v9\""));
    assert_eq!((stale.status, stale.etag.as_deref()), (412, Some("\"v1\"")));
    let done = send(Some("\"v1\""));
    assert_eq!((done.status, done.etag.as_deref()), (200, Some("\"v2\"")));
    assert_eq!(send(Some("\"v1\"")).status, 412);
    // repeated with its key, the answer is the one that was given
    let keyed = || {
        let headers = [
            ("Authorization", bearer.as_str()),
            ("If-Match", "\"v2\""),
            ("Idempotency-Key", "edit-1"),
        ];
        app.send("PATCH", &path, &headers, Some(br#"{"risk": "vital"}"#))
    };
    let (first, again) = (keyed(), keyed());
    assert_eq!((first.status, &first.text), (200, &again.text));
    // always whole, since plans go their way without a new version
    let headers = [
        ("Authorization", bearer.as_str()),
        ("If-None-Match", "\"v3\""),
    ];
    let whole = app.send("GET", &path, &headers, None);
    assert_eq!((whole.status, whole.etag.as_deref()), (200, Some("\"v3\"")));
    edit(&app, &id, &json!({})).expect(200);
}
