use super::{Browser, PASSWORD, role, somebody};
use crate::service::{CENTRE, spawn};
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::json;

on_both! {
    a_cookie_that_somebody_planted_is_nobodys_session
    what_lets_in_is_refused_in_an_address
    a_secret_stands_in_no_answer_and_no_table
}

fn a_cookie_that_somebody_planted_is_nobodys_session(backend: Backend) {
    let app = spawn(backend);
    somebody(&app, "anne", &[role(Role::Pharmacist, Some(CENTRE))]);
    let mut anne = Browser::new(&app);
    let planted = "0f".repeat(32);
    for name in ["dotation", "dotation-step", "dotation-device"] {
        anne.cookies.insert(name.to_owned(), planted.clone());
    }
    // signing in takes none of them over
    anne.cookies.remove("dotation");
    anne.try_in("anne", PASSWORD).expect(200);
    assert_ne!(anne.cookies["dotation"], planted);
    assert_ne!(anne.cookies["dotation-device"], planted);
    let first = anne.cookies["dotation"].clone();
    // nor does it again, with the session of before
    let kept = anne.csrf.take();
    anne.try_in("anne", PASSWORD).expect(200);
    assert_ne!(anne.cookies["dotation"], first);
    assert_ne!(anne.csrf, kept);
    // which is over
    let before = format!("dotation={first}");
    let before = app.send("GET", "/whoami", &[("Cookie", &before)], None);
    assert_eq!(before.status, 401);
    let forged = [("Cookie", &*format!("dotation={planted}"))];
    assert_eq!(app.send("GET", "/whoami", &forged, None).status, 401);
}

fn what_lets_in_is_refused_in_an_address(backend: Backend) {
    let app = spawn(backend);
    somebody(&app, "anne", &[role(Role::Pharmacist, Some(CENTRE))]);
    let anne = Browser::new(&app).sign_in("anne");
    let token = app.token(Role::Admin);
    let secret = &anne.cookies["dotation"];
    for query in [
        format!("token={token}"),
        format!("access_token={token}"),
        format!("dotation={secret}"),
    ] {
        let answer = app.send("GET", &format!("/whoami?{query}"), &[], None);
        assert_eq!(answer.status, 401);
        assert!(!answer.text.contains(token) && !answer.text.contains(secret.as_str()));
    }
    let query = format!(
        "email=anne@example.org&password={}",
        PASSWORD.replace(' ', "+")
    );
    let answer = app.send("POST", &format!("/sign-in?{query}"), &[], Some(b"{}"));
    assert_eq!(answer.status, 400, "{}", answer.text);
}

fn a_secret_stands_in_no_answer_and_no_table(backend: Backend) {
    let app = spawn(backend);
    somebody(&app, "admin", &[role(Role::Admin, None)]);
    let mut admin = Browser::new(&app);
    let (_, codes) = admin.enrol("admin");
    let secret = admin.cookies["dotation"].clone();
    let device = admin.cookies["dotation-device"].clone();
    for path in [
        "/whoami",
        "/sessions",
        "/people",
        "/audit?limit=200",
        "/tokens",
    ] {
        let text = admin.get(path).text;
        for hidden in [&*secret, &*device, &*codes[0], "argon2", PASSWORD] {
            assert!(!text.contains(hidden), "{path}");
        }
    }
    // a body that is no body shows nothing of itself
    let body = json!({ "email": "admin@example.org", "password": [PASSWORD] });
    let answer = Browser::new(&app).post("/sign-in", &body);
    assert_eq!(answer.status, 422);
    assert!(!answer.text.contains(PASSWORD), "{}", answer.text);
}
