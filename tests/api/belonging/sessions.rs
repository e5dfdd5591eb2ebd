use super::{Browser, PASSWORD, role, somebody};
use crate::service::{CENTRE, again_at, spawn};
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::json;

on_both! {
    a_session_is_listed_and_ended_by_its_owner_alone
    a_session_ends_unused_and_at_the_latest_after_its_hours
    signing_out_everywhere_ends_all_of_them
    a_write_with_a_cookie_needs_its_token_and_a_page_of_ours
    losing_a_role_counts_from_the_next_request_on
    what_opens_accounts_asks_for_somebody_who_signed_in_just_now
}

fn a_session_is_listed_and_ended_by_its_owner_alone(backend: Backend) {
    let app = spawn(backend);
    somebody(&app, "anne", &[role(Role::Pharmacist, Some(CENTRE))]);
    somebody(&app, "paul", &[role(Role::Pharmacist, Some(CENTRE))]);
    let mut one = Browser::new(&app).sign_in("anne");
    let mut two = Browser::new(&app).sign_in("anne");
    let mut paul = Browser::new(&app).sign_in("paul");
    let listed = one.get("/sessions").expect(200);
    let listed = listed["items"].as_array().unwrap();
    assert_eq!(listed.len(), 2);
    let current: Vec<bool> = listed
        .iter()
        .map(|s| s["current"].as_bool().unwrap())
        .collect();
    assert_eq!(current.iter().filter(|c| **c).count(), 1);
    let other = listed.iter().find(|s| s["current"] == false).unwrap();
    let path = format!("/sessions/{}", other["id"].as_str().unwrap());
    assert_eq!(paul.send("DELETE", &path, None).status, 404);
    two.get("/whoami").expect(200);
    assert_eq!(one.send("DELETE", &path, None).status, 204);
    assert_eq!(two.get("/whoami").status, 401);
    // a token has no sessions
    assert_eq!(app.get(Role::Admin, "/sessions").status, 403);
    let out = one.post("/sign-out", &json!({}));
    assert_eq!(out.status, 204, "{}", out.text);
    assert!(!one.cookies.contains_key("dotation"));
    // what was shown goes with the session, and the browser stays known
    assert_eq!(out.headers["clear-site-data"], r#""cache", "storage""#);
    assert!(one.cookies.contains_key("dotation-device"));
    assert_eq!(one.get("/whoami").status, 401);
}

fn a_session_ends_unused_and_at_the_latest_after_its_hours(backend: Backend) {
    let app = spawn(backend);
    somebody(&app, "anne", &[role(Role::Pharmacist, Some(CENTRE))]);
    let cookies = Browser::new(&app).sign_in("anne").cookies;
    let status = |app: &crate::service::App| {
        let mut browser = Browser::new(app);
        browser.cookies.clone_from(&cookies);
        browser.get("/whoami").status
    };
    let app = again_at(app, "2021-10-20T06:29:00Z");
    assert_eq!(status(&app), 200);
    // it was used at 06:29
    let app = again_at(app, "2021-10-20T06:58:00Z");
    assert_eq!(status(&app), 200);
    let idle = again_at(app, "2021-10-20T07:29:00Z");
    assert_eq!(status(&idle), 401);
    // at most twelve hours, however much it is used
    let app = again_at(idle, "2021-10-20T08:00:00Z");
    let cookies = Browser::new(&app).sign_in("anne").cookies;
    let mut app = app;
    for half_hours in 1..=24 {
        let minutes = 8 * 60 + half_hours * 29;
        let at = format!("2021-10-20T{:02}:{:02}:00Z", minutes / 60, minutes % 60);
        app = again_at(app, &at);
        let mut browser = Browser::new(&app);
        browser.cookies.clone_from(&cookies);
        assert_eq!(browser.get("/whoami").status, 200, "{at}");
    }
    let app = again_at(app, "2021-10-20T20:00:30Z");
    let mut browser = Browser::new(&app);
    browser.cookies = cookies;
    assert_eq!(browser.get("/whoami").status, 401);
}

fn signing_out_everywhere_ends_all_of_them(backend: Backend) {
    let app = spawn(backend);
    somebody(&app, "anne", &[role(Role::Pharmacist, Some(CENTRE))]);
    let mut all: Vec<Browser<'_>> = (0..3).map(|_| Browser::new(&app).sign_in("anne")).collect();
    let out = all[1].send("DELETE", "/sessions", None);
    assert_eq!(out.status, 204);
    assert!(out.headers.contains_key("clear-site-data"));
    for browser in &mut all {
        assert_eq!(browser.get("/whoami").status, 401);
    }
}

fn a_write_with_a_cookie_needs_its_token_and_a_page_of_ours(backend: Backend) {
    let app = spawn(backend);
    somebody(&app, "anne", &[role(Role::Pharmacist, Some(CENTRE))]);
    let anne = Browser::new(&app).sign_in("anne");
    let other = Browser::new(&app).sign_in("anne");
    let cookie = format!("dotation={}", anne.cookies["dotation"]);
    let token = anne.csrf.unwrap();
    let host = format!("http://{}", app.address);
    let send = |headers: &[(&str, &str)]| {
        let mut all = vec![("Cookie", &*cookie)];
        all.extend_from_slice(headers);
        app.send("POST", "/second-factor", &all, Some(b"{}"))
    };
    let refused = send(&[]);
    assert_eq!(refused.status, 403);
    assert_eq!(refused.body["type"], "/problems/forged-request");
    // that of another session is no token of this one
    assert_eq!(
        send(&[("X-CSRF-Token", other.csrf.as_deref().unwrap())]).status,
        403
    );
    let with = |name, value| send(&[("X-CSRF-Token", &token), (name, value)]).status;
    assert_eq!(with("Origin", "https://example.org"), 403);
    assert_eq!(with("Origin", "null"), 403);
    assert_eq!(with("Sec-Fetch-Site", "cross-site"), 403);
    assert_eq!(with("Sec-Fetch-Site", "same-site"), 403);
    assert_eq!(with("Origin", &host), 200);
    assert_eq!(with("Sec-Fetch-Site", "same-origin"), 200);
    // looking needs none, and a token of access neither
    assert_eq!(
        app.send("GET", "/whoami", &[("Cookie", &cookie)], None)
            .status,
        200
    );
    let bearer = format!("Bearer {}", app.token(Role::Admin));
    let body = json!({ "name": "x", "role": "reader", "all_sites": true }).to_string();
    let headers = [
        ("Authorization", &*bearer),
        ("Origin", "https://example.org"),
    ];
    assert_eq!(
        app.send("POST", "/tokens", &headers, Some(body.as_bytes()))
            .status,
        201
    );
    // nor does another's page sign anybody in
    let body = json!({ "email": "anne@example.org", "password": PASSWORD }).to_string();
    let foreign = [("Origin", "https://example.org")];
    let signed = app.send("POST", "/sign-in", &foreign, Some(body.as_bytes()));
    assert_eq!(signed.status, 403);
}

fn losing_a_role_counts_from_the_next_request_on(backend: Backend) {
    let app = spawn(backend);
    let anne = somebody(&app, "anne", &[role(Role::Pharmacist, Some(CENTRE))]);
    let mut browser = Browser::new(&app).sign_in("anne");
    let stock = format!("/sites/{CENTRE}/stock");
    browser.get(&stock).expect(200);
    let people = format!("/people/{}/roles", anne.person.id);
    let held = app.get(Role::Admin, &people).expect(200);
    let grant = held["items"][0]["id"].as_str().unwrap().to_owned();
    let bearer = format!("Bearer {}", app.token(Role::Admin));
    let taken = app.send(
        "DELETE",
        &format!("{people}/{grant}"),
        &[("Authorization", &bearer)],
        None,
    );
    assert_eq!(taken.status, 204, "{}", taken.text);
    assert_eq!(browser.get(&stock).status, 403);
    browser.get("/whoami").expect(200);
    // who is made a coordinator sets up a second factor first
    let new = json!({ "role": "coordinator", "all_sites": true });
    app.post(Role::Admin, &people, &new).expect(201);
    assert_eq!(browser.get("/whoami").status, 401);
    let again = Browser::new(&app).try_in("anne", PASSWORD).expect(200);
    assert_eq!(again["state"], "enrolment");
}

fn what_opens_accounts_asks_for_somebody_who_signed_in_just_now(backend: Backend) {
    let app = spawn(backend);
    let anne = somebody(&app, "anne", &[role(Role::Admin, None)]);
    let mut admin = Browser::new(&app);
    let (secret, _) = admin.enrol("anne");
    let (cookies, csrf) = (admin.cookies.clone(), admin.csrf.clone());
    let other = admin.get("/sessions").expect(200)["items"][0]["id"].clone();
    let other = format!("/sessions/{}", other.as_str().unwrap());
    let person = format!("/people/{}", anne.person.id);
    let (reset, factor) = (format!("{person}/reset"), format!("{person}/second-factor"));
    let asked = [
        ("POST", "/second-factor"),
        ("DELETE", &*other),
        ("DELETE", "/sessions"),
        ("PATCH", &*person),
        ("POST", &*reset),
        ("DELETE", &*factor),
    ];
    let app = again_at(app, "2021-10-20T06:16:00Z");
    let mut left_open = Browser::new(&app);
    (left_open.cookies, left_open.csrf) = (cookies, csrf);
    for (method, path) in asked {
        let body = (method != "DELETE").then(|| json!({}));
        let refused = left_open.send(method, path, body.as_ref());
        assert_eq!(refused.status, 403, "{method} {path}: {}", refused.text);
        assert_eq!(refused.body["type"], "/problems/sign-in-again", "{path}");
    }
    // what is no account's goes on, and so does signing out
    left_open.get("/people").expect(200);
    let mut anew = Browser::new(&app);
    anew.try_in("anne", PASSWORD).expect(200);
    let code = json!({ "code": secret.code_at(app.clock.now()) });
    anew.post("/sign-in/second-factor", &code).expect(200);
    assert_eq!(anew.send("DELETE", &other, None).status, 204);
    assert_eq!(left_open.get("/whoami").status, 401);
}
