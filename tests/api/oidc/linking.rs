//! Who is linked to which identity, and by whom.

use super::door::{begin, come, spawn};
use super::hostile::Hostile;
use super::{link, parameter, set};
use crate::belonging::{Browser, lines, next_code, role, somebody};
use crate::service::{App, CENTRE, FAR_CENTRE, spawn_set};
use crate::support::Backend;
use dotation::app::access::totp::TotpSecret;
use dotation::app::records::Account;
use dotation::domain::identity::Reads;
use dotation::domain::role::Role;
use serde_json::{Value, json};

on_both! {
    an_administrator_links_and_removes_and_its_owner_hears_of_it
    nobody_links_whom_they_could_not_edit
    an_rpps_is_linked_by_its_eleven_digits
    one_links_ones_own_by_a_code_and_at_the_provider
    an_identity_of_another_is_not_linked
    nothing_is_linked_when_the_session_is_over
    of_two_who_link_the_same_at_once_one_has_it
}

fn of(account: &Account) -> String {
    format!("/people/{}/identities", account.person.id)
}

fn new(subject: &str) -> Value {
    json!({ "provider": "centre", "subject": subject })
}

fn subjects(app: &App) -> Vec<String> {
    app.heard();
    let letters = app.memory.letters();
    letters
        .iter()
        .map(|l| l.subject.as_str().to_owned())
        .collect()
}

fn an_administrator_links_and_removes_and_its_owner_hears_of_it(backend: Backend) {
    let (hostile, app) = spawn(backend);
    let anne = somebody(&app, "anne", &[role(Role::Pharmacist, Some(CENTRE))]);
    let paul = somebody(&app, "paul", &[role(Role::Reader, Some(CENTRE))]);
    let linked = app.post_with_key(Role::Admin, &of(&anne), &new("u1"), "k1");
    let first = linked.expect(201);
    assert_eq!(
        (&first["provider"], &first["subject"]),
        (&json!("centre"), &json!("u1"))
    );
    // sent again it is done once
    let again = app.post_with_key(Role::Admin, &of(&anne), &new("u1"), "k1");
    assert_eq!(again.expect(201), first);
    // it is somebody's now
    assert_eq!(app.post(Role::Admin, &of(&anne), &new("u1")).status, 409);
    assert_eq!(app.post(Role::Admin, &of(&paul), &new("u1")).status, 409);
    for (body, pointer) in [
        (json!({ "provider": "other", "subject": "u2" }), "/provider"),
        (new(""), "/subject"),
        (new("a\u{0}b"), "/subject"),
        (new(&"x".repeat(256)), "/subject"),
    ] {
        let refused = app.post(Role::Admin, &of(&anne), &body).expect(422);
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{refused}");
    }
    let mut browser = Browser::new(&app);
    let state = begin(&hostile, &mut browser, "//sign-in/centre");
    assert_eq!(come(&mut browser, &state).status, 200);
    browser.get("/whoami").expect(200);
    let path = format!("{}/{}", of(&anne), first["id"].as_str().unwrap());
    // of another person it is unknown
    let others = path.replace(anne.person.id.as_str(), paul.person.id.as_str());
    let bearer = format!("Bearer {}", app.token(Role::Admin));
    let delete = |path: &str| {
        app.send("DELETE", path, &[("Authorization", &bearer)], None)
            .status
    };
    assert_eq!(delete(&others), 404);
    assert_eq!(delete(&path), 204);
    assert_eq!(delete(&path), 404);
    // what it opened is over, and it opens nothing any more
    assert_eq!(browser.get("/whoami").status, 401);
    let state = begin(&hostile, &mut browser, "//sign-in/centre");
    assert_eq!(come(&mut browser, &state).status, 403);
    let heard = subjects(&app);
    assert!(heard.iter().any(|s| s.contains("est reliée")), "{heard:?}");
    assert!(
        heard.iter().any(|s| s.contains("n'est plus reliée")),
        "{heard:?}"
    );
    for action in ["identity.add", "identity.remove"] {
        let line = lines(&app, action)
            .into_iter()
            .find(|l| l["outcome"] == "done")
            .unwrap();
        assert_eq!(line["object"], anne.person.id.as_str());
        assert!(!line["details"].to_string().contains("\"u1\""), "{line}");
    }
    // then it may be somebody else's
    app.post(Role::Admin, &of(&paul), &new("u1")).expect(201);
}

fn nobody_links_whom_they_could_not_edit(backend: Backend) {
    let (_hostile, app) = spawn(backend);
    let here = somebody(&app, "here", &[role(Role::Admin, Some(CENTRE))]);
    let far = somebody(&app, "far", &[role(Role::Reader, Some(FAR_CENTRE))]);
    let both = somebody(
        &app,
        "both",
        &[
            role(Role::Reader, Some(CENTRE)),
            role(Role::Coordinator, None),
        ],
    );
    let anne = somebody(&app, "anne", &[role(Role::Pharmacist, Some(CENTRE))]);
    for other in [Role::Pharmacist, Role::Coordinator, Role::Reader] {
        assert_eq!(
            app.post(other, &of(&anne), &new("u1")).status,
            403,
            "{other:?}"
        );
        assert_eq!(app.get(other, &of(&anne)).status, 403, "{other:?}");
    }
    let mut admin = Browser::new(&app);
    admin.enrol("here");
    admin.post(&of(&anne), &new("u1")).expect(201);
    assert_eq!(admin.post(&of(&far), &new("u2")).status, 404);
    assert_eq!(admin.post(&of(&both), &new("u2")).status, 403);
    assert_eq!(admin.get(&of(&far)).status, 404);
    // nor themselves, without a code: who has their browser for a minute would have their account for good
    let own = admin.post(&of(&here), &new("u2")).expect(409);
    assert_eq!(own["reason"], "second-factor-first");
}

fn an_rpps_is_linked_by_its_eleven_digits(backend: Backend) {
    let mut provider = set("https://auth.example.org");
    provider.reads = Reads::Rpps;
    "preferred_username".clone_into(&mut provider.claim);
    let app = spawn_set(backend, move |settings| settings.oidc = vec![provider]);
    let anne = somebody(&app, "anne", &[role(Role::Pharmacist, Some(CENTRE))]);
    let linked = app
        .post(Role::Admin, &of(&anne), &new("99700218896"))
        .expect(201);
    assert_eq!(linked["subject"], "899700218896");
    assert_eq!(
        app.post(Role::Admin, &of(&anne), &new("899700218896"))
            .status,
        409
    );
    assert_eq!(
        app.post(Role::Admin, &of(&anne), &new("99700218897"))
            .status,
        422
    );
}

fn with_second_factor(app: &App, name: &str) -> (Account, TotpSecret) {
    let account = somebody(app, name, &[role(Role::Coordinator, None)]);
    let (secret, _) = Browser::new(app).enrol(name);
    (account, secret)
}

/// Signs in with a second factor, whose code of now is used.
fn signed_in<'a>(app: &'a App, name: &str, secret: &TotpSecret) -> Browser<'a> {
    let mut browser = Browser::new(app);
    browser.try_in(name, crate::belonging::PASSWORD).expect(200);
    let code = json!({ "code": next_code(secret, app.clock.now()) });
    browser.post("/sign-in/second-factor", &code).expect(200);
    browser
}

/// Begins to link one's own; returns the state, of which the provider knows.
fn begin_own(hostile: &Hostile, browser: &mut Browser<'_>, recovery: &str) -> String {
    let body = json!({ "provider": "centre", "recovery_code": recovery });
    let begun = browser.post("/identities", &body).expect(200);
    let address = begun["address"].as_str().unwrap().to_owned();
    assert_eq!(parameter(&address, "prompt").unwrap(), "login");
    let (nonce, now) = (
        parameter(&address, "nonce").unwrap(),
        browser.app.clock.now(),
    );
    hostile.say(|s| {
        s.nonce = nonce;
        s.now = now;
    });
    parameter(&address, "state").unwrap()
}

fn one_links_ones_own_by_a_code_and_at_the_provider(backend: Backend) {
    let (hostile, app) = spawn(backend);
    let anne = somebody(&app, "anne", &[role(Role::Coordinator, None)]);
    let mut browser = Browser::new(&app);
    let (_, codes) = browser.enrol("anne");
    // without a code, or with one that is wrong, nobody goes there
    let body = |code: &str| json!({ "provider": "centre", "code": code });
    assert_eq!(
        browser
            .post("/identities", &json!({ "provider": "centre" }))
            .status,
        422
    );
    assert_eq!(browser.post("/identities", &body("000000")).status, 422);
    let elsewhere =
        json!({ "provider": "centre", "recovery_code": codes[0], "to": "//evil.example" });
    assert_eq!(browser.post("/identities", &elsewhere).status, 422);
    let token = app.post(Role::Admin, "/identities", &body("000000"));
    assert_eq!(token.status, 403);
    let state = begin_own(&hostile, &mut browser, &codes[0]);
    let answer = come(&mut browser, &state);
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(
        answer.text.contains("reliée à votre compte"),
        "{}",
        answer.text
    );
    let own = browser.get("/identities").expect(200);
    assert_eq!(own["items"][0]["subject"], "u1");
    assert_eq!(
        own["items"][0]["linked_by"],
        format!("person:{}", anne.person.id)
    );
    // a code is good once
    let used = json!({ "provider": "centre", "recovery_code": codes[0] });
    assert_eq!(browser.post("/identities", &used).status, 422);
    // what is linked already stays
    let state = begin_own(&hostile, &mut browser, &codes[1]);
    assert_eq!(come(&mut browser, &state).status, 200);
    assert_eq!(
        browser.get("/identities").expect(200)["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let id = own["items"][0]["id"].as_str().unwrap();
    assert_eq!(
        browser
            .send("DELETE", &format!("/identities/{id}"), None)
            .status,
        204
    );
    assert_eq!(
        browser
            .send("DELETE", &format!("/identities/{id}"), None)
            .status,
        404
    );
    // who has no second factor asks an administrator
    somebody(&app, "paul", &[role(Role::Reader, Some(CENTRE))]);
    let mut paul = Browser::new(&app).sign_in("paul");
    let refused = paul.post("/identities", &body("000000")).expect(409);
    assert_eq!(refused["reason"], "second-factor-first");
}

fn an_identity_of_another_is_not_linked(backend: Backend) {
    let (hostile, app) = spawn(backend);
    let (anne, _) = with_second_factor(&app, "anne");
    link(&app, &anne, &set(&hostile.issuer), "u1");
    let paul = somebody(&app, "paul", &[role(Role::Coordinator, None)]);
    let mut browser = Browser::new(&app);
    let (_, codes) = browser.enrol("paul");
    let state = begin_own(&hostile, &mut browser, &codes[0]);
    let answer = come(&mut browser, &state);
    assert_eq!(answer.status, 409, "{}", answer.text);
    assert!(
        browser.get("/identities").expect(200)["items"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    let refused = lines(&app, "identity.add").into_iter();
    let refused: Vec<Value> = refused.filter(|l| l["outcome"] == "refused").collect();
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0]["actor"], format!("person:{}", paul.person.id));
}

fn nothing_is_linked_when_the_session_is_over(backend: Backend) {
    let (hostile, app) = spawn(backend);
    let anne = somebody(&app, "anne", &[role(Role::Coordinator, None)]);
    let mut browser = Browser::new(&app);
    let (secret, codes) = browser.enrol("anne");
    let state = begin_own(&hostile, &mut browser, &codes[0]);
    assert_eq!(browser.post("/sign-out", &json!({})).status, 204);
    let answer = come(&mut browser, &state);
    assert_eq!(answer.status, 401, "{}", answer.text);
    let mut again = signed_in(&app, "anne", &secret);
    assert!(
        again.get("/identities").expect(200)["items"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        app.get(Role::Admin, &of(&anne)).expect(200)["items"],
        json!([])
    );
}

fn of_two_who_link_the_same_at_once_one_has_it(backend: Backend) {
    let (_hostile, app) = spawn(backend);
    let people: Vec<Account> = (0..4)
        .map(|n| somebody(&app, &format!("p{n}"), &[role(Role::Reader, Some(CENTRE))]))
        .collect();
    let mut statuses: Vec<u16> = std::thread::scope(|scope| {
        let tries: Vec<_> = people
            .iter()
            .map(|person| {
                let app = &app;
                scope.spawn(move || app.post(Role::Admin, &of(person), &new("u1")).status)
            })
            .collect();
        tries.into_iter().map(|one| one.join().unwrap()).collect()
    });
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409]);
}
