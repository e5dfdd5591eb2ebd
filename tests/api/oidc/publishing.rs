//! What a provider publishes: remembered, asked for again, and bounded.

use super::believing::{finish, provider};
use super::hostile::{Hostile, Instead, Key, Sign};
use super::set;
use crate::service::START;
use crate::smtp::Authority;
use crate::support::block;
use chrono::TimeDelta;
use dotation::domain::calendar::Instant;
use dotation::oidc::{Asked, Error, Why};
use serde_json::json;
use std::time::Duration;

const DISCOVERY: &str = "/.well-known/openid-configuration";

fn at(seconds: i64) -> Instant {
    let start: Instant = START.parse().unwrap();
    start + TimeDelta::seconds(seconds)
}

fn hostile() -> Hostile {
    let hostile = Hostile::start(at(0));
    hostile.say(|s| "nonce".clone_into(&mut s.nonce));
    hostile
}

/// At a time that the provider's clock shows too.
fn move_to(hostile: &Hostile, seconds: i64) -> Instant {
    hostile.say(|s| s.now = at(seconds));
    at(seconds)
}

#[test]
fn addresses_and_keys_are_asked_for_once_in_a_while() {
    let hostile = hostile();
    let provider = provider(&set(&hostile.issuer));
    for seconds in [0, 60, 599] {
        finish(&provider, move_to(&hostile, seconds)).unwrap();
    }
    assert_eq!((hostile.times(DISCOVERY), hostile.times("/keys")), (1, 1));
    finish(&provider, move_to(&hostile, 601)).unwrap();
    assert_eq!((hostile.times(DISCOVERY), hostile.times("/keys")), (1, 2));
    finish(&provider, move_to(&hostile, 3_601)).unwrap();
    assert_eq!(hostile.times(DISCOVERY), 2);
}

#[test]
fn a_new_key_is_taken_at_once_and_asked_for_once_a_minute_at_most() {
    let hostile = hostile();
    let provider = provider(&set(&hostile.issuer));
    finish(&provider, at(0)).unwrap();
    let asked = hostile.times("/keys");
    // keys of somebody's own invention make us ask once
    hostile.say(|s| s.sign = Sign::By(Key::new("invented")));
    for _ in 0..5 {
        let error = finish(&provider, at(1)).unwrap_err();
        assert!(
            matches!(
                error,
                Error::Refused {
                    why: Why::Signature,
                    ..
                }
            ),
            "{error:?}"
        );
    }
    assert_eq!(hostile.times("/keys"), asked + 1);
    // a minute later a key that the provider has from now on is found, without a restart
    let new = Key::new("two");
    hostile.say(|s| {
        s.keys = vec![new.clone()];
        s.sign = Sign::By(new);
    });
    finish(&provider, move_to(&hostile, 62)).unwrap();
    assert_eq!(hostile.times("/keys"), asked + 2);
    finish(&provider, move_to(&hostile, 63)).unwrap();
    assert_eq!(hostile.times("/keys"), asked + 2);
}

#[test]
fn keys_that_were_taken_away_are_good_no_more_after_ten_minutes() {
    let hostile = hostile();
    let provider = provider(&set(&hostile.issuer));
    finish(&provider, at(0)).unwrap();
    hostile.say(|s| s.keys = vec![Key::new("two")]);
    let error = finish(&provider, move_to(&hostile, 601)).unwrap_err();
    assert!(
        matches!(
            error,
            Error::Refused {
                why: Why::Signature,
                ..
            }
        ),
        "{error:?}"
    );
}

#[test]
fn what_was_published_serves_a_day_while_the_provider_cannot_say_it_again() {
    let hostile = hostile();
    let provider = provider(&set(&hostile.issuer));
    finish(&provider, at(0)).unwrap();
    hostile.say(|s| {
        s.instead.insert("/keys", Instead::Nothing);
        s.instead
            .insert(DISCOVERY, Instead::Status(503, String::new()));
    });
    for hours in [1, 12, 23] {
        finish(&provider, move_to(&hostile, hours * 3_600 + 1)).unwrap();
    }
    let error = finish(&provider, move_to(&hostile, 25 * 3_600)).unwrap_err();
    assert!(
        matches!(
            error,
            Error::Unreachable {
                what: "discovery",
                ..
            }
        ),
        "{error:?}"
    );
}

#[test]
fn a_provider_that_does_not_answer_is_asked_again_ten_seconds_later() {
    let hostile = hostile();
    hostile.say(|s| drop(s.instead.insert(DISCOVERY, Instead::Nothing)));
    let provider = provider(&set(&hostile.issuer));
    for _ in 0..3 {
        let error = finish(&provider, at(0)).unwrap_err();
        assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
    }
    assert_eq!(hostile.times(DISCOVERY), 1);
    hostile.say(|s| s.instead.clear());
    finish(&provider, at(11)).unwrap();
}

#[test]
fn answers_that_are_too_large_too_slow_or_lead_elsewhere_are_none() {
    let large = "x".repeat(300 * 1024);
    let elsewhere = "http://127.0.0.1:1/".to_owned();
    for path in [DISCOVERY, "/keys", "/token"] {
        for instead in [
            Instead::Body(large.clone()),
            Instead::Elsewhere(elsewhere.clone()),
            Instead::After(Duration::from_secs(3)),
            Instead::Status(500, "no".to_owned()),
            Instead::Body("<html>".to_owned()),
            Instead::Nothing,
        ] {
            let hostile = hostile();
            hostile.say(|s| drop(s.instead.insert(path, instead.clone())));
            let mut set = set(&hostile.issuer);
            set.timeout = Duration::from_millis(500);
            let before = std::time::Instant::now();
            let error = finish(&provider(&set), at(0)).unwrap_err();
            assert!(before.elapsed() < Duration::from_millis(2_500), "{path}");
            let away = matches!(error, Error::Unreachable { .. });
            let not_read = matches!(
                error,
                Error::Refused {
                    why: Why::NoIdToken | Why::Code,
                    ..
                }
            );
            assert!(away || (path == "/token" && not_read), "{path}: {error:?}");
        }
    }
}

#[test]
fn a_provider_that_says_it_is_another_or_asks_for_passwords_in_the_open_is_not_asked() {
    for discovery in [
        json!({ "issuer": "https://auth.example.org" }),
        json!({ "authorization_endpoint": "http://auth.example.org/auth" }),
        json!({ "authorization_endpoint": "javascript:alert(1)" }),
        json!({ "jwks_uri": "http://auth.example.org/keys" }),
        json!({ "jwks_uri": "file:///etc/passwd" }),
    ] {
        let hostile = hostile();
        hostile.say(|s| s.discovery = discovery.clone());
        let error = finish(&provider(&set(&hostile.issuer)), at(0)).unwrap_err();
        assert!(
            matches!(error, Error::Unreachable { .. }),
            "{discovery}: {error:?}"
        );
    }
}

#[test]
fn an_authority_of_the_hospital_vouches_for_its_provider_and_no_other_does() {
    let (own, other) = (Authority::new(), Authority::new());
    let hostile = Hostile::start_tls(at(0), &own);
    hostile.say(|s| "nonce".clone_into(&mut s.nonce));
    let with = |authority: Option<&Authority>| {
        let mut set = set(&hostile.issuer);
        set.ca_file = authority.map(|a| a.file("ca.pem").into());
        finish(&provider(&set), at(0))
    };
    with(Some(&own)).unwrap();
    for stranger in [None, Some(&other)] {
        let error = with(stranger).unwrap_err();
        assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
    }
    // over TLS it cannot lead to this machine without TLS
    let plain = Hostile::start(at(0));
    hostile.say(|s| s.discovery = json!({ "jwks_uri": format!("{}/keys", plain.issuer) }));
    let error = with(Some(&own)).unwrap_err();
    assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
    assert_eq!(plain.times("/keys"), 0);
}

#[test]
fn a_browser_is_sent_with_what_belongs_to_it_and_no_secret() {
    let hostile = hostile();
    let mut set = set(&hostile.issuer);
    set.scopes = vec!["openid".to_owned(), "scope_all".to_owned()];
    set.acr_values = vec!["eidas1".to_owned()];
    let provider = provider(&set);
    let asked = Asked {
        state: "a-state".to_owned(),
        nonce: "a-nonce".to_owned(),
        verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned(),
    };
    let address = block(provider.begin(at(0), asked, true)).unwrap();
    let is = |name: &str| super::parameter(&address, name).unwrap();
    assert!(address.starts_with(&format!("{}/auth?", hostile.issuer)));
    assert_eq!(is("response_type"), "code");
    assert_eq!(is("state"), "a-state");
    assert_eq!(is("nonce"), "a-nonce");
    assert_eq!(is("scope"), "openid+scope_all");
    assert_eq!(is("acr_values"), "eidas1");
    assert_eq!(is("prompt"), "login");
    assert_eq!(is("client_id"), "dotation");
    assert_eq!(
        is("redirect_uri"),
        "http%3A%2F%2F127.0.0.1%3A8080%2Fsign-in%2Fcentre%2Fcallback"
    );
    assert_eq!(is("code_challenge_method"), "S256");
    // the example of RFC 7636, appendix B
    assert_eq!(
        is("code_challenge"),
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    );
    assert!(!address.contains("dBjftJeZ") && !address.contains(&super::client_secret()));
}
