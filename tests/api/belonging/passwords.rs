use super::{Browser, PASSWORD, next_code, role, somebody};
use crate::service::{App, CENTRE, again_at, spawn};
use crate::support::Backend;
use diesel::RunQueryDsl as _;
use dotation::domain::role::Role;
use serde_json::json;

on_both! {
    whoever_is_invited_sets_a_password_by_a_link_once
    a_link_is_good_for_its_time_and_a_later_one_takes_its_place
    asking_for_a_letter_says_nothing_and_ends_what_others_opened
    a_password_is_changed_by_whoever_knows_it
    a_new_password_leaves_the_second_factor
}

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");
const NEW: &str = "une autre phrase assez longue";

/// The path of the link in the last letter to somebody.
fn link(app: &App, name: &str) -> String {
    app.heard();
    let letters = app.memory.letters();
    let to = format!("{name}@example.org");
    let mut of = letters.iter().rev().filter(|l| l.to.address.as_str() == to);
    let letter = of.find(|l| l.text.contains("/set-password/")).unwrap();
    let (_, token) = letter.text.split_once("/set-password/").unwrap();
    let token = token.split_whitespace().next().unwrap();
    assert!(letter.html.contains(token));
    format!("//set-password/{token}")
}

fn set(app: &App, link: &str, password: &str) -> crate::service::Answer {
    let word = password.replace(' ', "+");
    let form = format!("password={word}&again={word}&email=x");
    app.send("POST", link, &[FORM], Some(form.as_bytes()))
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    n: i64,
}

fn count(app: &App, sql: &str) -> i64 {
    let counted: Count = diesel::sql_query(sql)
        .get_result(&mut app.database.conn())
        .unwrap();
    counted.n
}

fn whoever_is_invited_sets_a_password_by_a_link_once(backend: Backend) {
    let app = spawn(backend);
    let new = json!({ "name": "Anne Martin", "email": "anne@example.org", "language": "en",
        "roles": [{ "role": "pharmacist", "site": CENTRE }] });
    let added = app.post(Role::Admin, "/people", &new).expect(201);
    assert_eq!(added["has_password"], false);
    assert_eq!(Browser::new(&app).try_in("anne", "").status, 401);
    let link = link(&app, "anne");
    for _ in 0..2 {
        let page = app.send("GET", &link, &[], None);
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(page.text.contains("Set a password") && page.text.contains("anne@example.org"));
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("form-action 'self'") && !page.text.contains("<script"));
    }
    let weak = set(&app, &link, "Anne-Martin-26");
    assert_eq!(weak.status, 422);
    assert!(weak.text.contains("made of your name"), "{}", weak.text);
    let form = b"password=une+autre+phrase+assez&again=une+autre+phrase";
    let unlike = app.send("POST", &link, &[FORM], Some(form));
    assert_eq!(unlike.status, 422);
    let done = set(&app, &link, NEW);
    assert_eq!(done.status, 200, "{}", done.text);
    for method in ["GET", "POST"] {
        let form = format!("password={NEW}&again={NEW}");
        let again = app.send(method, &link, &[FORM], Some(form.as_bytes()));
        assert_eq!(again.status, 404, "{method} {}", again.text);
    }
    let mut anne = Browser::new(&app);
    anne.try_in("anne", NEW).expect(200);
    // the link stands whole nowhere once its letter has left
    assert_eq!(
        count(
            &app,
            "SELECT count(*) AS n FROM person_links WHERE address IS NOT NULL"
        ),
        0
    );
    let token = link.rsplit('/').next().unwrap();
    let kept = format!(
        "SELECT count(*) AS n FROM outbox WHERE body_text LIKE '%{token}%' OR body_html LIKE '%{token}%'"
    );
    assert_eq!(count(&app, &kept), 0);
}

fn a_link_is_good_for_its_time_and_a_later_one_takes_its_place(backend: Backend) {
    let app = spawn(backend);
    let new = json!({ "name": "Anne", "email": "anne@example.org" });
    let added = app.post(Role::Admin, "/people", &new).expect(201);
    let first = link(&app, "anne");
    let reset = format!("/people/{}/reset", added["id"].as_str().unwrap());
    assert_eq!(app.post(Role::Admin, &reset, &json!({})).status, 204);
    let second = link(&app, "anne");
    assert_ne!(first, second);
    assert_eq!(app.send("GET", &first, &[], None).status, 404);
    let app = again_at(app, "2021-10-21T05:59:00Z");
    assert_eq!(app.send("GET", &second, &[], None).status, 200);
    let app = again_at(app, "2021-10-21T06:01:00Z");
    assert_eq!(app.send("GET", &second, &[], None).status, 404);
    assert_eq!(set(&app, &second, NEW).status, 404);
}

fn asking_for_a_letter_says_nothing_and_ends_what_others_opened(backend: Backend) {
    let app = spawn(backend);
    somebody(&app, "anne", &[role(Role::Pharmacist, Some(CENTRE))]);
    let mut stolen = Browser::new(&app).sign_in("anne");
    let ask = |name: &str| {
        let body = json!({ "email": format!("{name}@example.org") });
        let answer = Browser::new(&app).post("/password-reset", &body);
        assert_eq!(answer.status, 202);
        answer.text
    };
    assert_eq!(ask("anne"), ask("nobody"));
    let good = link(&app, "anne");
    // nobody fills a mailbox by asking
    ask("anne");
    let links = "SELECT count(*) AS n FROM outbox WHERE event = 'account-link'";
    assert_eq!(count(&app, links), 1);
    stolen.get("/whoami").expect(200);
    // a stranger's guesses keep nobody from a new password, nor from using it
    for n in 0..7 {
        Browser::new(&app).try_in("anne", &format!("a wrong password {n}"));
    }
    assert_eq!(set(&app, &good, NEW).status, 200);
    assert_eq!(stolen.get("/whoami").status, 401);
    assert_eq!(Browser::new(&app).try_in("anne", PASSWORD).status, 401);
    Browser::new(&app).try_in("anne", NEW).expect(200);
    app.heard();
    let told = app.memory.letters();
    assert!(
        told.iter()
            .any(|l| l.subject.as_str().contains("a été changé"))
    );
}

fn a_password_is_changed_by_whoever_knows_it(backend: Backend) {
    let app = spawn(backend);
    somebody(&app, "anne", &[role(Role::Pharmacist, Some(CENTRE))]);
    let mut here = Browser::new(&app).sign_in("anne");
    let mut there = Browser::new(&app).sign_in("anne");
    let mut change = |current: &str, password: &str| {
        let body = json!({ "current": current, "password": password });
        here.send("PUT", "/password", Some(&body))
    };
    assert_eq!(change("not the one at all", NEW).status, 422);
    let weak = change(PASSWORD, "motdepasse12");
    assert_eq!(weak.status, 422, "{}", weak.text);
    assert_eq!(weak.body["weakness"], "common");
    there.get("/whoami").expect(200);
    let done = change(PASSWORD, NEW);
    assert_eq!(done.status, 204, "{}", done.text);
    assert_eq!(there.get("/whoami").status, 401);
    here.get("/whoami").expect(200);
    Browser::new(&app).try_in("anne", NEW).expect(200);
    // a token has no password
    let bearer = format!("Bearer {}", app.token(Role::Admin));
    let body = json!({ "current": PASSWORD, "password": NEW }).to_string();
    let answer = app.send(
        "PUT",
        "/password",
        &[("Authorization", &bearer)],
        Some(body.as_bytes()),
    );
    assert_eq!(answer.status, 403);
}

fn a_new_password_leaves_the_second_factor(backend: Backend) {
    let app = spawn(backend);
    somebody(&app, "admin", &[role(Role::Admin, None)]);
    let (secret, _) = Browser::new(&app).enrol("admin");
    let body = json!({ "email": "admin@example.org" });
    let asked = Browser::new(&app).post("/password-reset", &body);
    assert_eq!(asked.status, 202, "{}", asked.text);
    assert_eq!(set(&app, &link(&app, "admin"), NEW).status, 200);
    // whoever has the mailbox has not come in by that
    let mut admin = Browser::new(&app);
    let wanted = admin.try_in("admin", NEW).expect(200);
    assert_eq!(wanted["state"], "second-factor");
    assert_eq!(admin.get("/whoami").status, 401);
    let code = json!({ "code": next_code(&secret, app.clock.now()) });
    admin.post("/sign-in/second-factor", &code).expect(200);
}
