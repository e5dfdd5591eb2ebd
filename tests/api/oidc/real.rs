//! A real provider: `oidc-provider` of npm, certified by the `OpenID` Foundation.

use super::process::Process;
use super::{go, link, location, newest, set};
use crate::belonging::{Browser, PASSWORD, role, somebody};
use crate::service::{Answer, App, CENTRE, again_set, spawn_at};
use crate::support::Backend;
use chrono::TimeDelta;
use dotation::clock::Clock;
use dotation::domain::calendar::Instant;
use dotation::domain::identity::Reads;
use dotation::domain::role::Role;
use dotation::settings::OidcProvider;
use serde_json::{Value, json};
use std::collections::BTreeMap;

on_both! {
    a_professional_comes_in_by_their_rpps
    keys_change_without_a_restart
    a_code_is_of_the_client_that_asked_for_it
}

/// In the shape of Pro Santé Connect: the level eidas1, everything in one scope, the RPPS beside the token.
fn pro_sante_connect(process: &Process) -> OidcProvider {
    OidcProvider {
        scopes: vec!["openid".to_owned(), "scope_all".to_owned()],
        acr_values: vec!["eidas1".to_owned()],
        claim: "preferred_username".to_owned(),
        reads: Reads::Rpps,
        user_info: true,
        second_factor_acr: vec!["eidas1".to_owned()],
        ..set(&process.issuer)
    }
}

fn professional() -> Value {
    json!({
        "sub": "f:550dc1c8:899700218896", "acr": "eidas1", "amr": ["mfa"],
        "preferred_username": "899700218896",
    })
}

/// A service whose clock differs by so many seconds from the world's, which the provider has.
fn spawn(backend: Backend, provider: OidcProvider, seconds: i64) -> App {
    spawn_at(backend, &begin(seconds), move |settings| {
        settings.oidc = vec![provider];
    })
}

fn begin(seconds: i64) -> String {
    let at: Instant = Clock::System.now() + TimeDelta::seconds(seconds);
    at.to_rfc3339()
}

/// Follows the provider's own redirections, with its own cookies, until it sends the browser back.
fn through(address: &str) -> String {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .build()
        .into();
    let (mut next, mut jar) = (address.to_owned(), BTreeMap::new());
    let origin: String = address.split('/').take(3).collect::<Vec<_>>().join("/");
    for _ in 0..8 {
        if next.starts_with("http://127.0.0.1:8080/") {
            return next;
        }
        let cookies: Vec<String> = jar.iter().map(|(n, v)| format!("{n}={v}")).collect();
        let mut answer = agent
            .get(&next)
            .header("Cookie", cookies.join("; "))
            .call()
            .unwrap();
        for set in answer.headers().get_all("set-cookie") {
            let (name, value) = set
                .to_str()
                .unwrap()
                .split(';')
                .next()
                .unwrap()
                .split_once('=')
                .unwrap();
            jar.insert(name.to_owned(), value.to_owned());
        }
        let Some(to) = answer.headers().get("location").cloned() else {
            panic!("{next}: {}", answer.body_mut().read_to_string().unwrap());
        };
        let to = to.to_str().unwrap();
        next = if to.starts_with('/') {
            format!("{origin}{to}")
        } else {
            to.to_owned()
        };
    }
    panic!("it leads nowhere: {next}");
}

/// Goes to the provider, signs in there, and comes back.
fn sign_in(browser: &mut Browser<'_>) -> Answer {
    let back = through(&go(browser, "//sign-in/centre"));
    come(browser, &back)
}

fn come(browser: &mut Browser<'_>, back: &str) -> Answer {
    let path = back.strip_prefix("http://127.0.0.1:8080/").unwrap();
    browser.get(&format!("//{path}"))
}

fn a_professional_comes_in_by_their_rpps(backend: Backend) {
    let mut process = Process::start(&[]);
    let provider = pro_sante_connect(&process);
    let app = spawn(backend, provider.clone(), 0);
    process.sign_in_as(&professional());
    let mut browser = Browser::new(&app);
    // nobody here yet
    let stranger = sign_in(&mut browser);
    assert_eq!(stranger.status, 403, "{}", stranger.text);
    assert!(stranger.text.contains("899700218896"), "{}", stranger.text);
    // a coordinator, who must have a second factor: the card was one
    let anne = somebody(&app, "anne", &[role(Role::Coordinator, None)]);
    link(&app, &anne, &provider, "99700218896");
    let path = "//sign-in/centre?to=/api/v1/whoami";
    let back = through(&go(&mut browser, path));
    let answer = come(&mut browser, &back);
    assert_eq!(location(&answer), "/api/v1/whoami");
    let me = browser.get("/whoami").expect(200);
    assert_eq!(me["name"], "anne Durand");
    let line = newest(&app, "sign-in");
    assert_eq!(line["details"]["factor_outside"], true, "{line}");
    // the same answer a second time, and the same code with a state of its own
    assert_eq!(come(&mut browser, &back).status, 400);
    let other = super::parameter(&go(&mut browser, "//sign-in/centre"), "state").unwrap();
    let code = super::parameter(&back, "code").unwrap();
    let issuer = super::parameter(&back, "iss").unwrap();
    let replay = format!("//sign-in/centre/callback?code={code}&state={other}&iss={issuer}");
    assert_eq!(browser.get(&replay).status, 502);
    // by a password at the provider, where the card is asked for
    process.sign_in_as(&json!({
        "sub": "f:550dc1c8:899700218896", "acr": "eidas0", "preferred_username": "899700218896",
    }));
    assert_eq!(sign_in(&mut Browser::new(&app)).status, 502);
    let reason = newest(&app, "sign-in")["details"]["reason"].clone();
    assert_eq!(reason, "assurance");
}

fn keys_change_without_a_restart(backend: Backend) {
    let mut process = Process::start(&["--claims-in", "id-token"]);
    let mut provider = pro_sante_connect(&process);
    provider.user_info = false;
    let app = spawn(backend, provider.clone(), 0);
    process.sign_in_as(&professional());
    let anne = somebody(&app, "anne", &[role(Role::Pharmacist, Some(CENTRE))]);
    link(&app, &anne, &provider, "899700218896");
    assert_eq!(sign_in(&mut Browser::new(&app)).status, 200);
    process.rotate();
    let answer = sign_in(&mut Browser::new(&app));
    assert_eq!(answer.status, 200, "{}", answer.text);
    // the provider goes away: who comes hears it, and a password signs in
    let port = process.port.to_string();
    drop(process);
    let mut browser = Browser::new(&app);
    // its address is known for a while, so that the browser meets it itself
    let sent = go(&mut browser, "//sign-in/centre");
    let state = super::parameter(&sent, "state").unwrap();
    let issuer = provider.issuer.replace(':', "%3A").replace('/', "%2F");
    let back = format!("//sign-in/centre/callback?code=c&state={state}&iss={issuer}");
    let away = browser.get(&back);
    assert_eq!(away.status, 503, "{}", away.text);
    assert!(away.text.contains("mot de passe"), "{}", away.text);
    assert_eq!(
        newest(&app, "sign-in")["details"]["reason"],
        "provider-away"
    );
    browser.try_in("anne", PASSWORD).expect(200);
    // and comes back with other keys
    let mut process = Process::start(&["--claims-in", "id-token", "--port", &port]);
    process.sign_in_as(&professional());
    let later = again(app, &provider, 90);
    assert_eq!(sign_in(&mut Browser::new(&later)).status, 502, "90 s ahead");
    // clocks that differ by half a minute are clocks of one hospital
    let app = again(later, &provider, 30);
    assert_eq!(sign_in(&mut Browser::new(&app)).status, 200);
    let app = again(app, &provider, -30);
    assert_eq!(sign_in(&mut Browser::new(&app)).status, 200);
    let app = again(app, &provider, -90);
    assert_eq!(sign_in(&mut Browser::new(&app)).status, 502, "90 s behind");
    let reason = newest(&app, "sign-in")["details"]["reason"].clone();
    assert_eq!(reason, "time");
}

/// The service again, with a clock that differs by so many seconds.
fn again(app: App, provider: &OidcProvider, seconds: i64) -> App {
    let provider = provider.clone();
    again_set(app, &begin(seconds), move |settings| {
        settings.oidc = vec![provider];
    })
}

fn a_code_is_of_the_client_that_asked_for_it(backend: Backend) {
    let mut process = Process::start(&[]);
    let ours = set(&process.issuer);
    let ec = OidcProvider {
        id: "ec".to_owned(),
        client_id: "dotation-ec".to_owned(),
        secret_in_body: true,
        algorithms: vec!["ES256".to_owned()],
        ..ours.clone()
    };
    let other = OidcProvider {
        id: "other".to_owned(),
        client_id: "other".to_owned(),
        ..ours.clone()
    };
    let all = vec![ours.clone(), ec, other];
    let app = spawn_at(backend, &begin(0), move |settings| settings.oidc = all);
    process.sign_in_as(&json!({ "sub": "u1" }));
    let anne = somebody(&app, "anne", &[role(Role::Pharmacist, Some(CENTRE))]);
    link(&app, &anne, &ours, "u1");
    // by another client of the same provider, with another signature and its secret in the body
    let mut browser = Browser::new(&app);
    let back = through(&go(&mut browser, "//sign-in/ec"));
    let answer = come(&mut browser, &back);
    assert_eq!(answer.status, 200, "{}", answer.text);
    // a code that another client asked for, at the door of ours
    let mut browser = Browser::new(&app);
    let of_another = through(&go(&mut browser, "//sign-in/other"));
    let code = super::parameter(&of_another, "code").unwrap();
    let issuer = super::parameter(&of_another, "iss").unwrap();
    let state = super::parameter(&go(&mut browser, "//sign-in/centre"), "state").unwrap();
    let mixed = format!("//sign-in/centre/callback?code={code}&state={state}&iss={issuer}");
    assert_eq!(browser.get(&mixed).status, 502);
    // and its whole answer
    let path = of_another.replace("/sign-in/other/", "/sign-in/centre/");
    assert_eq!(come(&mut browser, &path).status, 400);
}
