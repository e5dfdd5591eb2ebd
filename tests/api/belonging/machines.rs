use crate::service::{App, CENTRE, again_at, spawn};
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    a_narrow_token_makes_itself_no_wide_one
    a_token_is_for_what_its_scope_says
    a_token_is_rotated_while_its_old_secret_is_good_for_a_while
    a_token_says_when_it_was_last_used_and_ends_after_a_year
}

fn give(app: &App, more: &Value) -> (String, String) {
    let mut new = json!({ "name": "machine", "role": "pharmacist", "sites": [CENTRE] });
    for (name, value) in more.as_object().unwrap() {
        new[name] = value.clone();
    }
    let given = app.post(Role::Admin, "/tokens", &new).expect(201);
    let text = |name: &str| given[name].as_str().unwrap().to_owned();
    (text("id"), text("token"))
}

fn status(app: &App, token: &str, method: &str, path: &str) -> u16 {
    let bearer = format!("Bearer {token}");
    let body = (method == "POST").then_some(b"{}".as_slice());
    app.send(method, path, &[("Authorization", &bearer)], body)
        .status
}

fn a_token_is_for_what_its_scope_says(backend: Backend) {
    let app = spawn(backend);
    let (stock, movements) = (
        format!("/sites/{CENTRE}/stock"),
        format!("/sites/{CENTRE}/movements"),
    );
    let (_, reads) = give(&app, &json!({ "scope": "read-only" }));
    assert_eq!(status(&app, &reads, "GET", &stock), 200);
    assert_eq!(status(&app, &reads, "POST", &movements), 403);
    let (_, moves) = give(&app, &json!({ "scope": "move-stock,read-commons" }));
    assert_eq!(status(&app, &moves, "GET", &stock), 403);
    // let in, and told that it says nothing
    assert_eq!(status(&app, &moves, "POST", &movements), 422);
    assert_eq!(status(&app, &moves, "GET", "/whoami"), 200);
    let new = json!({ "name": "x", "role": "reader", "all_sites": true, "scope": "fly" });
    let refused = app.post(Role::Admin, "/tokens", &new);
    assert_eq!(refused.status, 422);
    assert_eq!(
        refused.body["errors"][0]["pointer"], "/scope",
        "{}",
        refused.text
    );
}

fn a_token_is_rotated_while_its_old_secret_is_good_for_a_while(backend: Backend) {
    let app = spawn(backend);
    let (id, old) = give(&app, &json!({}));
    let path = format!("/tokens/{id}/rotate");
    let rotated = app
        .post(Role::Admin, &path, &json!({ "overlap_hours": 2 }))
        .expect(200);
    let new = rotated["token"].as_str().unwrap().to_owned();
    assert!(new.starts_with("dot_") && new != old);
    let old_until = rotated["old_until"].as_str().unwrap();
    assert!(old_until.starts_with("2021-10-20T08:00:"), "{old_until}");
    for token in [&old, &new] {
        assert_eq!(status(&app, token, "GET", "/whoami"), 200);
    }
    let app = again_at(app, "2021-10-20T08:01:00Z");
    assert_eq!(status(&app, &old, "GET", "/whoami"), 401);
    assert_eq!(status(&app, &new, "GET", "/whoami"), 200);
    // of several before, the last is good
    let second = app.post(Role::Admin, &path, &json!({})).expect(200);
    let third = app.post(Role::Admin, &path, &json!({})).expect(200);
    assert_eq!(status(&app, &new, "GET", "/whoami"), 401);
    for good in [&second, &third] {
        assert_eq!(
            status(&app, good["token"].as_str().unwrap(), "GET", "/whoami"),
            200
        );
    }
    let long = app.post(Role::Admin, &path, &json!({ "overlap_hours": 169 }));
    assert_eq!(long.status, 422, "{}", long.text);
    // revoked, both are
    assert_eq!(
        status(
            &app,
            app.token(Role::Admin),
            "DELETE",
            &format!("/tokens/{id}")
        ),
        204
    );
    for gone in [&second, &third] {
        assert_eq!(
            status(&app, gone["token"].as_str().unwrap(), "GET", "/whoami"),
            401
        );
    }
    assert_eq!(app.post(Role::Admin, &path, &json!({})).status, 409);
    assert_eq!(
        app.post(Role::Admin, "/tokens/none/rotate", &json!({}))
            .status,
        404
    );
}

fn a_token_says_when_it_was_last_used_and_ends_after_a_year(backend: Backend) {
    let app = spawn(backend);
    let (id, token) = give(&app, &json!({}));
    let shown = |app: &App| {
        let all = app.get(Role::Admin, "/tokens").expect(200);
        let all = all["items"].as_array().unwrap().clone();
        all.into_iter().find(|t| t["id"] == id.as_str()).unwrap()
    };
    assert_eq!(shown(&app)["used_at"], Value::Null);
    assert!(
        shown(&app)["expires_at"]
            .as_str()
            .unwrap()
            .starts_with("2022-10-20T06:0")
    );
    status(&app, &token, "GET", "/whoami");
    let first = shown(&app)["used_at"].as_str().unwrap().to_owned();
    status(&app, &token, "GET", "/whoami");
    assert_eq!(shown(&app)["used_at"], first.as_str());
    let app = again_at(app, "2021-10-20T06:05:00Z");
    status(&app, &token, "GET", "/whoami");
    assert!(
        shown(&app)["used_at"]
            .as_str()
            .unwrap()
            .starts_with("2021-10-20T06:05")
    );
    let late = json!({ "name": "x", "role": "reader", "all_sites": true, "expires_at": "2023-11-01T00:00:00Z" });
    assert_eq!(app.post(Role::Admin, "/tokens", &late).status, 422);
    let app = again_at(app, "2022-10-20T06:10:00Z");
    assert_eq!(status(&app, &token, "GET", "/whoami"), 401);
}

fn a_narrow_token_makes_itself_no_wide_one(backend: Backend) {
    let app = spawn(backend);
    let (wide, _) = give(&app, &json!({}));
    let new = json!({ "name": "x", "role": "admin", "all_sites": true, "scope": "edit-tokens,edit-people" });
    let given = app.post(Role::Admin, "/tokens", &new).expect(201);
    let bearer = format!("Bearer {}", given["token"].as_str().unwrap());
    let post = |path: &str, body: &Value| {
        let headers = [("Authorization", &*bearer)];
        app.send("POST", path, &headers, Some(body.to_string().as_bytes()))
    };
    for wider in ["all", "edit-tokens,edit-sites"] {
        let mut more = new.clone();
        more["scope"] = json!(wider);
        let refused = post("/tokens", &more);
        assert_eq!(refused.status, 403, "{wider}: {}", refused.text);
        assert_eq!(refused.body["reason"], "beyond-scope", "{wider}");
    }
    post("/tokens", &new).expect(201);
    let rotated = post(&format!("/tokens/{wide}/rotate"), &json!({}));
    assert_eq!(rotated.body["reason"], "beyond-scope", "{}", rotated.text);
    let person = json!({ "name": "Eve", "email": "eve@example.org",
        "roles": [{ "role": "admin", "all_sites": true }] });
    assert_eq!(post("/people", &person).body["reason"], "beyond-scope");
}
