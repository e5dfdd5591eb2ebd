//! Nobody gives, sees or takes away access beyond their own, nor writes what is everybody's with a
//! token of some sites.

use crate::service::{Answer, App, CENTRE, FAR_CENTRE, NEIGHBOUR, spawn};
use crate::story::items;
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    access_is_given_within_ones_own
    access_beyond_ones_own_is_neither_seen_nor_revoked
    what_is_everybodys_needs_a_token_that_holds_everywhere
}

/// A token given by the administrator of everything.
fn given(app: &App, role: &str, sites: &[&str]) -> (String, String) {
    let new = if sites.is_empty() {
        json!({ "name": "x", "role": role, "all_sites": true })
    } else {
        json!({ "name": "x", "role": role, "sites": sites })
    };
    let given = app.post(Role::Admin, "/tokens", &new).expect(201);
    let text = |name: &str| given[name].as_str().unwrap().to_owned();
    (text("id"), text("token"))
}

fn send(app: &App, token: &str, method: &str, path: &str, body: Option<&Value>) -> Answer {
    let bearer = format!("Bearer {token}");
    let body = body.map(|b| b.to_string().into_bytes());
    app.send(method, path, &[("Authorization", &bearer)], body.as_deref())
}

fn access_is_given_within_ones_own(backend: Backend) {
    let app = spawn(backend);
    let (_, local) = given(&app, "admin", &[CENTRE, NEIGHBOUR]);
    let give = |body: &Value| send(&app, &local, "POST", "/tokens", Some(body));
    for (role, sites) in [
        ("pharmacist", vec![CENTRE]),
        ("admin", vec![CENTRE, NEIGHBOUR]),
    ] {
        give(&json!({ "name": "x", "role": role, "sites": sites })).expect(201);
    }
    for (wider, place) in [
        (
            json!({ "name": "x", "role": "reader", "sites": [FAR_CENTRE] }),
            "/sites",
        ),
        (
            json!({ "name": "x", "role": "reader", "sites": [CENTRE, FAR_CENTRE] }),
            "/sites",
        ),
        (
            json!({ "name": "x", "role": "reader", "all_sites": true }),
            "/all_sites",
        ),
    ] {
        let refused = give(&wider);
        assert_eq!(refused.status, 403, "{}", refused.text);
        assert_eq!(refused.body["reason"], "beyond-reach", "{}", refused.text);
        assert!(refused.text.contains(place), "{}", refused.text);
    }
}

fn access_beyond_ones_own_is_neither_seen_nor_revoked(backend: Backend) {
    let app = spawn(backend);
    let (own, local) = given(&app, "admin", &[CENTRE]);
    let (within, _) = given(&app, "reader", &[CENTRE]);
    let beyond = [
        given(&app, "reader", &[FAR_CENTRE]).0,
        given(&app, "reader", &[CENTRE, FAR_CENTRE]).0,
        given(&app, "reader", &[]).0,
    ];
    let seen = send(&app, &local, "GET", "/tokens?limit=200", None).expect(200);
    let ids: Vec<_> = items(&seen).iter().map(|t| t["id"].clone()).collect();
    assert_eq!(ids, [json!(own), json!(within)]);
    let revoke = |id: &str| send(&app, &local, "DELETE", &format!("/tokens/{id}"), None).status;
    for id in &beyond {
        assert_eq!(revoke(id), 404);
    }
    assert_eq!(revoke(&within), 204);
    // who holds everywhere sees them all, those of the others in force
    let all = app.get(Role::Admin, "/tokens?limit=200").expect(200);
    for token in items(&all)
        .iter()
        .filter(|t| beyond.contains(&t["id"].as_str().unwrap().to_owned()))
    {
        assert!(token["revoked_at"].is_null());
    }
    assert!(items(&all).len() > beyond.len() + 2);
}

fn what_is_everybodys_needs_a_token_that_holds_everywhere(backend: Backend) {
    let app = spawn(backend);
    let (_, local) = given(&app, "admin", &[CENTRE, NEIGHBOUR, FAR_CENTRE]);
    let network = json!({ "id": "ght-009", "name": "GHT" });
    let site = json!({ "finess": "2A0000014", "network": "ght-001", "name": "CH d'Ajaccio", "car_t": false });
    let new = json!({ "cip13": "3400935955838", "strength_mg": 1000, "label": "Paracétamol 1 g", "route": "oral", "units_per_box": 8 });
    // a pharmacist with a new box in the hand must be able to receive it
    send(&app, &local, "POST", "/catalogue", Some(&new)).expect(201);
    for (path, body) in [("/networks", &network), ("/sites", &site)] {
        let refused = send(&app, &local, "POST", path, Some(body));
        assert_eq!(refused.status, 403, "{path}: {}", refused.text);
        app.post(Role::Admin, path, body).expect(201);
    }
    // its own sites are its to edit
    let path = format!("/sites/{CENTRE}");
    let etag = app.get(Role::Admin, &path).etag.unwrap();
    let bearer = format!("Bearer {local}");
    let headers = [("Authorization", bearer.as_str()), ("If-Match", &etag)];
    let edited = app.send(
        "PATCH",
        &path,
        &headers,
        Some(br#"{"name": "CHU de Seine"}"#),
    );
    assert_eq!(edited.status, 200, "{}", edited.text);
    // a pharmacist of every site keeps the catalogue of all
    let (_, pharmacist) = given(&app, "pharmacist", &[]);
    let other = json!({ "cip13": "3400930000007", "strength_mg": 1, "label": "x", "route": "oral", "units_per_box": 1 });
    send(&app, &pharmacist, "POST", "/catalogue", Some(&other)).expect(201);
}
