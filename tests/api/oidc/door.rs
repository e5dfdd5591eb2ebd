//! Coming in by a provider, through the door.

use super::hostile::{Hostile, Instead};
use super::{go, issued_by, link, location, newest, parameter, set};
use crate::belonging::{Browser, PASSWORD, lines, next_code, role, somebody};
use crate::service::{Answer, App, CENTRE, START, again_set, spawn_set};
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::json;

on_both! {
    who_is_linked_comes_in_with_the_roles_that_they_have_here
    a_stranger_gets_nothing_and_hears_whom_to_ask
    who_was_shut_out_stays_out
    an_answer_is_good_once_and_in_the_browser_that_asked
    of_two_answers_at_once_one_comes_in
    an_answer_is_good_for_ten_minutes
    a_second_factor_is_asked_for_here_unless_it_was_shown_there
    while_the_provider_is_away_a_password_signs_in
    what_a_provider_says_of_an_error_is_on_no_page
}

/// A service with this provider.
pub(super) fn spawn(backend: Backend) -> (Hostile, App) {
    let hostile = Hostile::start(START.parse().unwrap());
    let provider = set(&hostile.issuer);
    let app = spawn_set(backend, move |settings| {
        settings.oidc = vec![provider];
        settings.operations_email = Some("informatique@chu.fr".to_owned());
    });
    (hostile, app)
}

/// Goes to the provider, which knows what it was sent; returns the state.
pub(super) fn begin(hostile: &Hostile, browser: &mut Browser<'_>, path: &str) -> String {
    let sent = go(browser, path);
    let (nonce, now) = (parameter(&sent, "nonce").unwrap(), browser.app.clock.now());
    hostile.say(|s| {
        s.nonce = nonce;
        s.now = now;
    });
    parameter(&sent, "state").unwrap()
}

/// Comes back from it.
pub(super) fn come(browser: &mut Browser<'_>, state: &str) -> Answer {
    browser.get(&format!("//sign-in/centre/callback?code=c&state={state}"))
}

/// There and back.
fn sign_in(hostile: &Hostile, browser: &mut Browser<'_>) -> Answer {
    let state = begin(hostile, browser, "//sign-in/centre");
    come(browser, &state)
}

fn reasons(app: &App) -> Vec<String> {
    let refused = lines(app, "sign-in").into_iter();
    let refused = refused.filter(|l| l["outcome"] == "refused");
    refused
        .map(|l| l["details"]["reason"].as_str().unwrap().to_owned())
        .collect()
}

fn who_is_linked_comes_in_with_the_roles_that_they_have_here(backend: Backend) {
    let (hostile, app) = spawn(backend);
    let anne = somebody(&app, "anne", &[role(Role::Pharmacist, Some(CENTRE))]);
    let identity = link(&app, &anne, &set(&hostile.issuer), "u1");
    let listed = app.send("GET", "/sign-in/providers", &[], None).expect(200);
    assert_eq!(
        listed["items"],
        json!([{ "id": "centre", "name": "Annuaire du centre", "address": "/sign-in/centre" }])
    );
    let mut browser = Browser::new(&app);
    let answer = sign_in(&hostile, &mut browser);
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(
        answer.text.contains("Vous êtes connecté"),
        "{}",
        answer.text
    );
    let me = browser.get("/whoami").expect(200);
    assert_eq!(me["name"], "anne Durand");
    browser.csrf = me["csrf_token"].as_str().map(str::to_owned);
    browser.get(&format!("/sites/{CENTRE}/stock")).expect(200);
    let own = browser.get("/identities").expect(200);
    assert_eq!(own["items"][0]["id"], identity.as_str());
    assert!(own["items"][0]["used_at"].is_string(), "{own}");
    let line = newest(&app, "sign-in");
    assert_eq!(line["actor"], format!("person:{}", anne.person.id));
    assert_eq!(line["details"]["provider"], "centre");
    assert_eq!(line["details"]["identity"], identity.as_str());
    // it goes like any other session
    assert_eq!(browser.post("/sign-out", &json!({})).status, 204);
    assert_eq!(browser.get("/whoami").status, 401);
    // and back to where somebody was, but to no other place
    for (to, expected) in [
        ("/api/v1/whoami", Some("/api/v1/whoami")),
        ("//evil.example", None),
        ("https://evil.example", None),
        ("%5c%5cevil.example", None),
    ] {
        let path = format!("//sign-in/centre?to={to}");
        let state = begin(&hostile, &mut browser, &path);
        let answer = come(&mut browser, &state);
        match expected {
            Some(path) => assert_eq!(location(&answer), path),
            None => assert_eq!(answer.status, 200, "{to}"),
        }
    }
}

fn a_stranger_gets_nothing_and_hears_whom_to_ask(backend: Backend) {
    let (hostile, app) = spawn(backend);
    let anne = somebody(&app, "anne", &[role(Role::Pharmacist, Some(CENTRE))]);
    link(&app, &anne, &set(&hostile.issuer), "u1");
    // by an address of email, even a verified one, nobody is taken for somebody
    hostile.say(|s| {
        s.claims = json!({
            "sub": "u2", "email": "anne@example.org", "email_verified": true,
            "preferred_username": "u1", "name": "anne Durand",
        });
    });
    let mut browser = Browser::new(&app);
    let answer = sign_in(&hostile, &mut browser);
    assert_eq!(answer.status, 403);
    assert!(answer.text.contains("informatique@chu.fr") && answer.text.contains("u2"));
    assert!(answer.headers.get("set-cookie").is_none());
    assert_eq!(browser.get("/whoami").status, 401);
    assert_eq!(reasons(&app), ["unknown-identity"]);
    let line = newest(&app, "sign-in");
    assert!(!line.to_string().contains("\"u2\""), "{line}");
    // nor by the same name at another provider, or by another claim
    let elsewhere = issued_by(&set("https://auth.example.org"));
    assert_ne!(elsewhere, issued_by(&set(&hostile.issuer)));
    let english = app.send(
        "GET",
        &format!("//sign-in/centre/callback?code=c&state={}", "0".repeat(64)),
        &[("Accept-Language", "en")],
        None,
    );
    assert_eq!(english.status, 400);
    assert!(
        english
            .text
            .contains("This sign-in is not to be ended here"),
        "{}",
        english.text
    );
    assert_eq!(app.send("GET", "//sign-in/other", &[], None).status, 404);
}

fn who_was_shut_out_stays_out(backend: Backend) {
    let (hostile, app) = spawn(backend);
    let anne = somebody(&app, "anne", &[role(Role::Pharmacist, Some(CENTRE))]);
    link(&app, &anne, &set(&hostile.issuer), "u1");
    let mut browser = Browser::new(&app);
    assert_eq!(sign_in(&hostile, &mut browser).status, 200);
    let bearer = format!("Bearer {}", app.token(Role::Admin));
    let body = json!({ "active": false }).to_string();
    let path = format!("/people/{}", anne.person.id);
    let headers = [("Authorization", &*bearer), ("If-Match", "\"v1\"")];
    let changed = app.send("PATCH", &path, &headers, Some(body.as_bytes()));
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!(browser.get("/whoami").status, 401);
    let answer = sign_in(&hostile, &mut browser);
    assert_eq!(answer.status, 403);
    assert!(answer.headers.get("set-cookie").is_none());
    assert_eq!(reasons(&app), ["inactive"]);
}

fn an_answer_is_good_once_and_in_the_browser_that_asked(backend: Backend) {
    let (hostile, app) = spawn(backend);
    let anne = somebody(&app, "anne", &[role(Role::Pharmacist, Some(CENTRE))]);
    link(&app, &anne, &set(&hostile.issuer), "u1");
    let mut own = Browser::new(&app);
    let state = begin(&hostile, &mut own, "//sign-in/centre");
    // in a browser that did not ask, or asked for itself, it is good for nothing and stays good
    let mut other = Browser::new(&app);
    assert_eq!(come(&mut other, &state).status, 400);
    let others_state = parameter(&go(&mut other, "//sign-in/centre"), "state").unwrap();
    assert_eq!(come(&mut other, &state).status, 400);
    assert_eq!(hostile.times("/token"), 0);
    // nor in the own browser with the state of another
    assert_eq!(come(&mut own, &others_state).status, 400);
    for query in [
        "",
        "?code=c",
        "?state=x",
        &format!("?code=c&state={state}&state={state}"),
    ] {
        assert_eq!(
            own.get(&format!("//sign-in/centre/callback{query}")).status,
            400,
            "{query}"
        );
    }
    // what somebody began and another ended is on the trail, and what nobody began is not
    assert_eq!(reasons(&app), ["not-begun-here"; 3]);
    assert_eq!(come(&mut own, &state).status, 200);
    own.get("/whoami").expect(200);
    // a second time it is not
    assert_eq!(come(&mut own, &state).status, 400);
    assert_eq!(hostile.times("/token"), 1);
    // of two tabs each comes back to its own
    let mut tabs = Browser::new(&app);
    let first = parameter(&go(&mut tabs, "//sign-in/centre"), "state").unwrap();
    let second = begin(&hostile, &mut tabs, "//sign-in/centre");
    assert_eq!(come(&mut tabs, &second).status, 200);
    // whose nonce is another, so that this provider's answer is not believed
    assert_eq!(come(&mut tabs, &first).status, 502);
    assert!(reasons(&app).contains(&"nonce".to_owned()));
}

fn of_two_answers_at_once_one_comes_in(backend: Backend) {
    let (hostile, app) = spawn(backend);
    let anne = somebody(&app, "anne", &[role(Role::Pharmacist, Some(CENTRE))]);
    link(&app, &anne, &set(&hostile.issuer), "u1");
    let mut browser = Browser::new(&app);
    let state = begin(&hostile, &mut browser, "//sign-in/centre");
    let mut statuses: Vec<u16> = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..4)
            .map(|_| {
                let (app, cookies, state) = (&app, browser.cookies.clone(), &state);
                scope.spawn(move || {
                    let mut same = Browser::new(app);
                    same.cookies = cookies;
                    come(&mut same, state).status
                })
            })
            .collect();
        tries.into_iter().map(|one| one.join().unwrap()).collect()
    });
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400, 400, 400]);
    assert_eq!(hostile.times("/token"), 1);
}

fn an_answer_is_good_for_ten_minutes(backend: Backend) {
    let (hostile, app) = spawn(backend);
    let anne = somebody(&app, "anne", &[role(Role::Pharmacist, Some(CENTRE))]);
    link(&app, &anne, &set(&hostile.issuer), "u1");
    let mut browser = Browser::new(&app);
    let late = begin(&hostile, &mut browser, "//sign-in/centre");
    let (cookies, provider) = (browser.cookies.clone(), set(&hostile.issuer));
    let app = again_set(app, "2021-10-20T06:10:30Z", move |settings| {
        settings.oidc = vec![provider];
    });
    let mut browser = Browser::new(&app);
    browser.cookies = cookies;
    assert_eq!(come(&mut browser, &late).status, 400);
    assert_eq!(hostile.times("/token"), 0);
}

fn a_second_factor_is_asked_for_here_unless_it_was_shown_there(backend: Backend) {
    let (hostile, app) = spawn(backend);
    let provider = set(&hostile.issuer);
    let admin = somebody(&app, "admin", &[role(Role::Admin, None)]);
    link(&app, &admin, &provider, "u1");
    let mut browser = Browser::new(&app);
    // who must have one and has none sets it up
    let answer = sign_in(&hostile, &mut browser);
    assert!(answer.text.contains("second facteur"), "{}", answer.text);
    assert_eq!(browser.get("/whoami").status, 401);
    assert!(browser.cookies.contains_key("dotation-step"));
    // unless it was shown at the provider
    hostile.say(|s| s.claims = json!({ "amr": ["pwd", "mfa"] }));
    assert_eq!(sign_in(&hostile, &mut browser).status, 200);
    browser.get("/people").expect(200);
    assert!(!browser.cookies.contains_key("dotation-step"));
    // who has one shows it here when it was not shown there
    let (secret, _) = Browser::new(&app).enrol("admin");
    hostile.say(|s| s.claims = json!({ "amr": ["pwd"] }));
    let mut browser = Browser::new(&app);
    let asked = sign_in(&hostile, &mut browser);
    assert!(
        asked.text.contains("/sign-in/centre/code"),
        "{}",
        asked.text
    );
    let code = next_code(&secret, app.clock.now());
    let wrong = typed(&mut browser, "code=000000");
    assert_eq!(wrong.status, 401);
    let answer = typed(&mut browser, &format!("code={code}"));
    assert_eq!(answer.status, 200, "{}", answer.text);
    browser.get("/people").expect(200);
    // that session too is of the identity
    let line = newest(&app, "sign-in");
    assert_eq!(line["details"]["provider"], "centre", "{line}");
    assert_eq!(typed(&mut Browser::new(&app), "code=000000").status, 401);
}

/// Sends the form of the page that asks for a code.
fn typed(browser: &mut Browser<'_>, form: &str) -> Answer {
    let cookies: Vec<String> = browser
        .cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let headers = [
        ("Cookie", &*cookies.join("; ")),
        ("Content-Type", "application/x-www-form-urlencoded"),
    ];
    let path = "//sign-in/centre/code";
    let answer = browser
        .app
        .send("POST", path, &headers, Some(form.as_bytes()));
    for set in answer.headers.get_all("set-cookie") {
        let (name, value) = set
            .to_str()
            .unwrap()
            .split(';')
            .next()
            .unwrap()
            .split_once('=')
            .unwrap();
        browser.cookies.insert(name.to_owned(), value.to_owned());
    }
    answer
}

fn while_the_provider_is_away_a_password_signs_in(backend: Backend) {
    let (hostile, app) = spawn(backend);
    let anne = somebody(&app, "anne", &[role(Role::Pharmacist, Some(CENTRE))]);
    link(&app, &anne, &set(&hostile.issuer), "u1");
    hostile.say(|s| {
        s.instead
            .insert("/.well-known/openid-configuration", Instead::Nothing);
    });
    let mut browser = Browser::new(&app);
    let away = browser.get("//sign-in/centre");
    assert_eq!(away.status, 503, "{}", away.text);
    assert!(away.text.contains("mot de passe"), "{}", away.text);
    assert_eq!(away.headers["retry-after"], "60");
    assert!(reasons(&app).is_empty(), "nobody came yet");
    browser.try_in("anne", PASSWORD).expect(200);
    browser.get("/whoami").expect(200);
}

fn what_a_provider_says_of_an_error_is_on_no_page(backend: Backend) {
    let (hostile, app) = spawn(backend);
    let mut browser = Browser::new(&app);
    let state = begin(&hostile, &mut browser, "//sign-in/centre");
    let path = format!(
        "//sign-in/centre/callback?error=access_denied&error_description=%3Cscript%3Ehello&state={state}"
    );
    let answer = browser.get(&path);
    assert_eq!(answer.status, 403);
    assert!(!answer.text.contains("hello") && answer.text.contains("Annuaire du centre"));
    let policy = answer.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(answer.headers["referrer-policy"], "no-referrer");
    // it is used
    assert_eq!(come(&mut browser, &state).status, 400);
    assert_eq!(reasons(&app), ["not-signed-in-there"]);
}
