//! What can be edited: nobody's change is lost, nothing is there twice, access ends at once.

use crate::service::{Answer, App, CENTRE, MG400, spawn};
use crate::shelf::{faults, refused};
use crate::support::Backend;
use diesel::RunQueryDsl as _;
use dotation::app::Caller;
use dotation::app::give_access::{self, NewToken};
use dotation::db::tokens::Reach;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    a_change_names_the_version_that_was_read
    networks_and_sites_are_added_once
    presentations_and_recipients_are_added_once
    a_token_is_shown_once_and_ends_at_once
    a_token_that_expired_is_no_token
}

fn edit(
    app: &App,
    role: Role,
    method: &str,
    path: &str,
    version: Option<&str>,
    body: &Value,
) -> Answer {
    let bearer = format!("Bearer {}", app.token(role));
    let mut headers = vec![("Authorization", &*bearer)];
    headers.extend(version.map(|v| ("If-Match", v)));
    app.send(method, path, &headers, Some(body.to_string().as_bytes()))
}

#[expect(
    clippy::too_many_lines,
    reason = "one table and what is done with each row"
)]
fn a_change_names_the_version_that_was_read(backend: Backend) {
    let app = spawn(backend);
    let site = format!("/sites/{CENTRE}");
    let new = json!({ "cip13": MG400, "units": 4, "expected_on": "2021-10-22" });
    let delivery = app.post(Role::Pharmacist, &format!("{site}/deliveries"), &new);
    let delivery = delivery.headers["location"].to_str().unwrap()["/api/v1".len()..].to_owned();
    let new = json!({ "pseudonym": "p-1", "weight_g": 70_000, "infusion_date": "2021-10-25" });
    let patient = app.post(Role::CarTUnit, &format!("{site}/car-t-patients"), &new);
    let patient = patient.headers["location"].to_str().unwrap()["/api/v1".len()..].to_owned();
    let resupply = format!("{site}/resupply");
    let by_hand = json!({ "resupply": "assured", "reason": "weekly van", "until": "2021-11-30" });
    let cases = [
        (
            Role::Admin,
            "PATCH",
            &site,
            &site,
            json!({ "name": "CHU de la Seine-et-Marne" }),
        ),
        (Role::Pharmacist, "PUT", &resupply, &site, by_hand),
        (
            Role::Pharmacist,
            "PATCH",
            &delivery,
            &delivery,
            json!({ "state": "confirmed" }),
        ),
        (
            Role::CarTUnit,
            "PATCH",
            &patient,
            &patient,
            json!({ "weight_g": 71_000 }),
        ),
    ];
    for (role, method, path, read_at, body) in cases {
        let seen = app
            .get(
                if role == Role::Admin {
                    Role::Coordinator
                } else {
                    role
                },
                read_at,
            )
            .etag
            .unwrap();
        let missing = edit(&app, role, method, path, None, &body);
        assert_eq!(faults(&missing, 428), ["If-Match"], "{path}");
        for stale in ["\"v0\"", "\"v99\"", "W/\"v1\""] {
            let answer = edit(&app, role, method, path, Some(stale), &body);
            assert_eq!(
                (answer.status, &answer.body["type"]),
                (412, &json!("/problems/changed-meanwhile")),
                "{path}"
            );
            assert_eq!(answer.etag.as_deref(), Some(&*seen), "{path}");
        }
        assert_eq!(
            edit(&app, role, method, path, Some("v1"), &body).status,
            400
        );
        let done = edit(&app, role, method, path, Some(&seen), &body);
        assert_eq!(done.status, 200, "{}", done.text);
        let now = done.etag.unwrap();
        assert_ne!(now, seen);
        // the first to save wins; the second must look again
        assert_eq!(
            edit(&app, role, method, path, Some(&seen), &body).status,
            412
        );
        assert_eq!(edit(&app, role, method, path, Some("*"), &body).status, 200);
        let unknown = edit(
            &app,
            role,
            method,
            path,
            Some("*"),
            &json!({ "colour": "red" }),
        );
        assert_eq!(faults(&unknown, 422), ["/colour"]);
    }
    let seen = app.get(Role::Reader, &site).expect(200);
    assert_eq!(
        (&seen["name"], &seen["resupply_by_hand"]["resupply"]),
        (&json!("CHU de la Seine-et-Marne"), &json!("assured"))
    );
    edit(
        &app,
        Role::Pharmacist,
        "PUT",
        &resupply,
        Some("*"),
        &json!({}),
    )
    .expect(200);
    assert_eq!(
        app.get(Role::Reader, &site).expect(200)["resupply_by_hand"],
        Value::Null
    );
    let nowhere = format!("{site}/deliveries/nothing");
    assert_eq!(
        edit(
            &app,
            Role::Pharmacist,
            "PATCH",
            &nowhere,
            Some("*"),
            &json!({})
        )
        .status,
        404
    );
}

fn networks_and_sites_are_added_once(backend: Backend) {
    let app = spawn(backend);
    let add = |path: &str, body: &Value| app.post(Role::Admin, path, body);
    let network = json!({ "id": "ght-003", "name": "GHT de Corse" });
    add("/networks", &network).expect(201);
    refused(add("/networks", &network), 409, "already-there");
    let site = json!({ "finess": "2A0000014", "network": "ght-003", "name": "CH d'Ajaccio", "time_zone": "Europe/Paris", "car_t": false });
    let added = add("/sites", &site);
    assert_eq!(added.headers["location"], "/api/v1/sites/2A0000014");
    added.expect(201);
    refused(add("/sites", &site), 409, "already-there");
    let changed = |name: &str, value: &str| {
        let mut site = site.clone();
        site["finess"] = json!("2B0000012");
        site[name] = json!(value);
        site
    };
    refused(
        add("/sites", &changed("network", "ght-999")),
        404,
        "unknown",
    );
    assert_eq!(
        faults(&add("/sites", &changed("time_zone", "Europe/Pari")), 422),
        ["/time_zone"]
    );
    let of = |network: &str| app.get(Role::Reader, &format!("/sites?network={network}"));
    assert_eq!(
        of("ght-003").expect(200)["items"].as_array().unwrap().len(),
        1
    );
    assert_eq!(of("ght-999").status, 404);
    let there = app.get(Role::Reader, "/networks").expect(200);
    assert!(there["items"].as_array().unwrap().contains(&network));
}

fn presentations_and_recipients_are_added_once(backend: Backend) {
    let app = spawn(backend);
    let code = "3400935955838";
    let new = json!({ "cip13": code, "strength_mg": 1000, "label": "Paracétamol 1 g", "route": "oral", "units_per_box": 8 });
    let mut vague = new.clone();
    vague.as_object_mut().unwrap().remove("route");
    let answer = app.post(Role::Admin, "/catalogue", &vague);
    assert_eq!(faults(&answer, 422), ["/route"]);
    let added = app.post(Role::Admin, "/catalogue", &new).expect(201);
    assert_eq!(
        (&added["strength_mg"], &added["units_per_box"]),
        (&json!(1000.0), &json!(8))
    );
    refused(
        app.post(Role::Admin, "/catalogue", &new),
        409,
        "already-there",
    );
    let seen = app
        .get(Role::Reader, &format!("/catalogue/{code}"))
        .expect(200);
    assert_eq!(seen["presentation"], added);

    let list = format!("/sites/{CENTRE}/recipients");
    let new =
        json!({ "capacity": "pharmacist", "name": "Astreinte", "email": "astreinte@example.org" });
    let added = app.post(Role::Pharmacist, &list, &new).expect(201);
    assert_eq!(
        (&added["language"], &added["position"]),
        (&json!("fr"), &json!(4))
    );
    let mut shouted = new;
    shouted["email"] = json!("ASTREINTE@example.org");
    refused(
        app.post(Role::Pharmacist, &list, &shouted),
        409,
        "already-there",
    );
    let one = format!("{list}/{}", added["id"].as_str().unwrap());
    let bearer = format!("Bearer {}", app.token(Role::Pharmacist));
    let remove = || app.send("DELETE", &one, &[("Authorization", &bearer)], None);
    assert_eq!((remove().status, remove().status), (204, 404));
    assert_eq!(
        app.get(Role::Admin, &list).expect(200)["items"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
}

#[derive(diesel::QueryableByName)]
struct Text {
    #[diesel(sql_type = diesel::sql_types::Text)]
    text: String,
}

fn a_token_is_shown_once_and_ends_at_once(backend: Backend) {
    let app = spawn(backend);
    let new = json!({ "name": "Interne", "role": "pharmacist", "sites": [CENTRE, CENTRE] });
    let given = app.post(Role::Admin, "/tokens", &new).expect(201);
    let (id, token) = (
        given["id"].as_str().unwrap(),
        given["token"].as_str().unwrap(),
    );
    assert_eq!((&given["sites"], token.len()), (&json!([CENTRE]), 68));
    let bearer = format!("Bearer {token}");
    let whoami = || app.send("GET", "/whoami", &[("Authorization", &bearer)], None);
    assert_eq!(whoami().expect(200)["name"], "Interne");
    let list = app.get(Role::Admin, "/tokens?limit=200");
    assert!(list.text.contains(id) && !list.text.contains(&token[4..]));

    let rows: Vec<Text> = diesel::sql_query("SELECT hash AS text FROM tokens")
        .load(&mut app.database.conn())
        .unwrap();
    assert!(rows.iter().any(|r| r.text == give_access::hash(token)));
    assert!(
        rows.iter()
            .all(|r| r.text.len() == 64 && !token.contains(&r.text))
    );

    let admin = format!("Bearer {}", app.token(Role::Admin));
    let revoke = |id: &str| {
        app.send(
            "DELETE",
            &format!("/tokens/{id}"),
            &[("Authorization", &admin)],
            None,
        )
        .status
    };
    assert_eq!((revoke(id), whoami().status), (204, 401));
    assert_eq!((revoke(id), revoke("nothing")), (204, 404));
    let unknown = json!({ "name": "x", "role": "reader", "sites": ["2A0000014"] });
    assert_eq!(app.post(Role::Admin, "/tokens", &unknown).status, 404);
}

fn a_token_that_expired_is_no_token(backend: Backend) {
    let app = spawn(backend);
    let token = app.run(async |service, now| {
        let earlier = now - chrono::TimeDelta::hours(2);
        let new = NewToken {
            name: "weekend".to_owned(),
            role: Role::Reader,
            reach: Reach::Everywhere,
            expires_at: Some(now - chrono::TimeDelta::seconds(1)),
        };
        let admin = Caller::at_the_machine("command-line", Role::Admin);
        service
            .write(admin, earlier, Vec::new(), move |act| {
                Ok(give_access::give(act, &new)?.1)
            })
            .await
    });
    let bearer = format!("Bearer {}", token.unwrap());
    assert_eq!(
        app.send("GET", "/whoami", &[("Authorization", &bearer)], None)
            .status,
        401
    );
}
