use super::{Browser, lines, role, somebody};
use crate::service::{App, CENTRE, FAR_CENTRE, spawn};
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    people_are_added_listed_and_edited
    nobody_gives_what_they_may_not
    the_last_administrator_cannot_be_taken_away
    two_administrators_who_shut_each_other_out_at_once_leave_one
    a_role_ends_at_its_hour
}

fn patch(app: &App, id: &str, version: &str, body: &Value) -> crate::service::Answer {
    let bearer = format!("Bearer {}", app.token(Role::Admin));
    let headers = [("Authorization", &*bearer), ("If-Match", version)];
    let body = body.to_string();
    app.send(
        "PATCH",
        &format!("/people/{id}"),
        &headers,
        Some(body.as_bytes()),
    )
}

fn people_are_added_listed_and_edited(backend: Backend) {
    let app = spawn(backend);
    let new = json!({ "name": "Anne", "email": "Anne@example.org",
        "roles": [{ "role": "pharmacist", "site": CENTRE }, { "role": "reader", "all_sites": true }] });
    let added = app.post(Role::Admin, "/people", &new).expect(201);
    assert_eq!(added["roles"].as_array().unwrap().len(), 2);
    let same = json!({ "name": "Other", "email": "anne@EXAMPLE.org" });
    assert_eq!(app.post(Role::Admin, "/people", &same).status, 409);
    let id = added["id"].as_str().unwrap().to_owned();
    let seen = app.get(Role::Admin, &format!("/people/{id}"));
    assert_eq!(seen.etag.as_deref(), Some("\"v1\""));
    assert_eq!(seen.expect(200)["email"], "Anne@example.org");
    let changed = patch(&app, &id, "\"v1\"", &json!({ "name": "Anne Petit" })).expect(200);
    assert_eq!(
        (&changed["name"], &changed["version"]),
        (&json!("Anne Petit"), &json!(2))
    );
    assert_eq!(
        patch(&app, &id, "\"v1\"", &json!({ "name": "x" })).status,
        412
    );
    // what is not there to be set is a fault and not silence
    for more in ["password", "version", "has_second_factor", "roles", "id"] {
        let body = json!({ more: "x" });
        assert_eq!(patch(&app, &id, "\"v2\"", &body).status, 422, "{more}");
    }
    // another address signs out, and the old one hears of it
    somebody(&app, "paul", &[role(Role::Pharmacist, Some(CENTRE))]);
    let mut paul = Browser::new(&app).sign_in("paul");
    let list = app.get(Role::Admin, "/people").expect(200);
    let all = list["items"].as_array().unwrap();
    let paul_id = all
        .iter()
        .find(|p| p["email"] == "paul@example.org")
        .unwrap();
    let body = json!({ "email": "paul2@example.org" });
    patch(&app, paul_id["id"].as_str().unwrap(), "\"v1\"", &body).expect(200);
    assert_eq!(paul.get("/whoami").status, 401);
    app.heard();
    let told = app.memory.letters();
    assert!(
        told.iter()
            .any(|l| l.to.address.as_str() == "paul@example.org")
    );
    for action in ["person.add", "person.edit", "role.give"] {
        assert!(!lines(&app, action).is_empty(), "{action}");
    }
}

fn nobody_gives_what_they_may_not(backend: Backend) {
    let app = spawn(backend);
    let everywhere = somebody(&app, "everywhere", &[role(Role::Pharmacist, None)]);
    let far = somebody(&app, "far", &[role(Role::Pharmacist, Some(FAR_CENTRE))]);
    let both = [
        role(Role::Reader, Some(CENTRE)),
        role(Role::Reader, Some(FAR_CENTRE)),
    ];
    let both = somebody(&app, "both", &both);
    let near = somebody(&app, "near", &[role(Role::Reader, Some(CENTRE))]);
    let token = json!({ "name": "admin of one site", "role": "admin", "sites": [CENTRE] });
    let token = app.post(Role::Admin, "/tokens", &token).expect(201);
    let bearer = format!("Bearer {}", token["token"].as_str().unwrap());
    let send = |method: &str, path: &str, body: Value| {
        let headers = [("Authorization", &*bearer), ("If-Match", "\"v1\"")];
        let body = body.to_string();
        let body = (method != "GET").then_some(body.as_bytes());
        app.send(method, path, &headers, body)
    };
    let listed = send("GET", "/people", json!({})).expect(200);
    let listed: Vec<&str> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["email"].as_str().unwrap())
        .collect();
    assert_eq!(listed, ["both@example.org", "near@example.org"]);
    for hidden in [&far, &everywhere] {
        let path = format!("/people/{}", hidden.person.id);
        assert_eq!(send("GET", &path, json!({})).status, 404);
        assert_eq!(send("PATCH", &path, json!({ "name": "x" })).status, 404);
        assert_eq!(
            send("POST", &format!("{path}/reset"), json!({})).status,
            404
        );
        let give = json!({ "role": "admin", "site": CENTRE });
        assert_eq!(send("POST", &format!("{path}/roles"), give).status, 404);
    }
    // whoever holds a role beyond is seen, and not edited: an address is an account
    let path = format!("/people/{}", both.person.id);
    send("GET", &path, json!({})).expect(200);
    assert_eq!(
        send("PATCH", &path, json!({ "email": "mine@example.org" })).status,
        403
    );
    assert_eq!(
        send("POST", &format!("{path}/reset"), json!({})).status,
        403
    );
    assert_eq!(
        send("DELETE", &format!("{path}/second-factor"), json!({})).status,
        403
    );
    // roles are given at the giver's own sites
    let path = format!("/people/{}/roles", near.person.id);
    let give = |body| send("POST", &path, body).status;
    assert_eq!(
        give(json!({ "role": "pharmacist", "all_sites": true })),
        403
    );
    assert_eq!(
        give(json!({ "role": "pharmacist", "site": FAR_CENTRE })),
        403
    );
    assert_eq!(give(json!({ "role": "pharmacist", "site": CENTRE })), 201);
    assert_eq!(give(json!({ "role": "pharmacist", "site": CENTRE })), 409);
    assert_eq!(give(json!({ "role": "god", "site": CENTRE })), 422);
    // and taken there
    let roles = app
        .get(Role::Admin, &format!("/people/{}/roles", both.person.id))
        .expect(200);
    for grant in roles["items"].as_array().unwrap() {
        let path = format!(
            "/people/{}/roles/{}",
            both.person.id,
            grant["id"].as_str().unwrap()
        );
        let expected = if grant["site"] == CENTRE { 204 } else { 404 };
        assert_eq!(send("DELETE", &path, json!({})).status, expected);
    }
    let new = json!({ "name": "x", "email": "x@example.org" });
    assert_eq!(send("POST", "/people", new).status, 403);
}

fn the_last_administrator_cannot_be_taken_away(backend: Backend) {
    let app = spawn(backend);
    let one = somebody(&app, "one", &[role(Role::Admin, None)]);
    let id = one.person.id.to_string();
    let roles = format!("/people/{id}/roles");
    let held = app.get(Role::Admin, &roles).expect(200);
    let grant = format!("{roles}/{}", held["items"][0]["id"].as_str().unwrap());
    let bearer = format!("Bearer {}", app.token(Role::Admin));
    let take = || {
        app.send("DELETE", &grant, &[("Authorization", &bearer)], None)
            .status
    };
    assert_eq!(
        patch(&app, &id, "\"v1\"", &json!({ "active": false })).status,
        409
    );
    assert_eq!(take(), 409);
    // one who was invited and has no password keeps no keys; nor has one whose role ends
    let new = json!({ "name": "x", "email": "x@example.org", "roles": [{ "role": "admin", "all_sites": true }] });
    app.post(Role::Admin, "/people", &new).expect(201);
    assert_eq!(take(), 409);
    somebody(&app, "two", &[role(Role::Admin, None)]);
    assert_eq!(take(), 204);
}

fn two_administrators_who_shut_each_other_out_at_once_leave_one(backend: Backend) {
    let app = spawn(backend);
    let ids: Vec<String> = ["one", "two"]
        .map(|name| {
            somebody(&app, name, &[role(Role::Admin, None)])
                .person
                .id
                .to_string()
        })
        .to_vec();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let tries: Vec<_> = ids
            .iter()
            .map(|id| scope.spawn(|| patch(&app, id, "\"v1\"", &json!({ "active": false })).status))
            .collect();
        tries.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let mut sorted = statuses.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, [200, 409], "{statuses:?}");
}

fn a_role_ends_at_its_hour(backend: Backend) {
    let app = spawn(backend);
    let anne = somebody(&app, "anne", &[]);
    let path = format!("/people/{}/roles", anne.person.id);
    let past = json!({ "role": "reader", "site": CENTRE, "until": "2021-10-20T05:00:00Z" });
    assert_eq!(app.post(Role::Admin, &path, &past).status, 422);
    let new = json!({ "role": "reader", "site": CENTRE, "until": "2021-10-20T06:20:00Z" });
    app.post(Role::Admin, &path, &new).expect(201);
    let mut browser = Browser::new(&app).sign_in("anne");
    let stock = format!("/sites/{CENTRE}/stock");
    browser.get(&stock).expect(200);
    let cookies = browser.cookies.clone();
    let app = crate::service::again_at(app, "2021-10-20T06:21:00Z");
    let mut browser = Browser::new(&app);
    browser.cookies = cookies;
    assert_eq!(browser.get(&stock).status, 403);
    // another takes its place
    let new = json!({ "role": "reader", "site": CENTRE });
    app.post(Role::Admin, &path, &new).expect(201);
    browser.get(&stock).expect(200);
}
