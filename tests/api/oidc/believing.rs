//! What is believed of an ID token, and what is not.

use super::hostile::{Hostile, Instead, Key, Script, Sign};
use super::{client_secret, set};
use crate::service::START;
use crate::support::block;
use chrono::TimeDelta;
use dotation::domain::calendar::Instant;
use dotation::domain::identity::{Proved, Reads};
use dotation::oidc::{Asked, Came, Error, Provider, Why};
use dotation::server::providers::config;
use dotation::settings::OidcProvider;
use serde_json::json;
use std::sync::Arc;

fn now() -> Instant {
    START.parse().unwrap()
}

pub(super) fn provider(set: &OidcProvider) -> Arc<Provider> {
    Arc::new(Provider::new(config("http://127.0.0.1:8080", set).unwrap()).unwrap())
}

fn asked() -> Asked {
    Asked {
        state: "state".to_owned(),
        nonce: "nonce".to_owned(),
        verifier: "v".repeat(64),
    }
}

/// Asks a provider whose code it is.
pub(super) fn finish(provider: &Arc<Provider>, now: Instant) -> Result<Proved, Error> {
    let came = Came {
        code: "code".to_owned(),
        issuer: None,
    };
    block(provider.finish(now, came, asked()))
}

/// Who it is, of a provider that is set so and says so.
fn told(
    set_so: impl FnOnce(&mut OidcProvider),
    say: impl FnOnce(&mut Script),
) -> Result<Proved, Error> {
    let hostile = Hostile::start(now());
    hostile.say(|script| {
        "nonce".clone_into(&mut script.nonce);
        say(script);
    });
    let mut set = set(&hostile.issuer);
    set_so(&mut set);
    finish(&provider(&set), now())
}

#[track_caller]
fn refused(why: Why, say: impl FnOnce(&mut Script)) {
    match told(|_| {}, say) {
        Err(Error::Refused { why: found, cause }) => assert_eq!(found, why, "{cause}"),
        other => panic!("expected {why}, found {other:?}"),
    }
}

#[test]
fn a_token_that_is_right_is_believed() {
    let proved = told(|_| {}, |_| {}).unwrap();
    assert_eq!(proved.subject.as_str(), "u1");
    assert!(!proved.second_factor);
    assert_eq!(proved.by.claim, "sub");
}

#[test]
fn what_is_not_signed_by_the_provider_is_not_believed() {
    refused(Why::Signature, |s| s.sign = Sign::Not);
    refused(Why::Signature, |s| {
        s.sign = Sign::Secret(client_secret().into_bytes());
    });
    // with the text of the public key as the secret
    refused(Why::Signature, |s| {
        let published = json!({ "kid": s.keys[0].kid }).to_string();
        s.sign = Sign::Secret(published.into_bytes());
        s.head = json!({ "kid": "one" });
    });
    // by another key under the name of a known one, and under its own
    refused(Why::Signature, |s| s.sign = Sign::By(Key::new("one")));
    refused(Why::Signature, |s| s.sign = Sign::By(Key::new("two")));
    // of two keys, under the name of the other
    refused(Why::Signature, |s| {
        s.keys.push(Key::new("two"));
        s.head = json!({ "kid": "two" });
    });
    // of a kind that is not the key's, or that is not allowed
    refused(Why::Signature, |s| s.head = json!({ "alg": "RS256" }));
    refused(Why::Signature, |s| s.head = json!({ "alg": "ES384" }));
    let only_rsa = told(|set| set.algorithms = vec!["RS256".to_owned()], |_| {});
    assert!(
        matches!(
            only_rsa,
            Err(Error::Refused {
                why: Why::Signature,
                ..
            })
        ),
        "{only_rsa:?}"
    );
}

#[test]
fn a_token_says_not_where_its_keys_are() {
    let hostile = Hostile::start(now());
    hostile.say(|s| {
        "nonce".clone_into(&mut s.nonce);
        s.sign = Sign::By(Key::new("mine"));
        s.head = json!({ "jku": format!("{}/mine", hostile.issuer), "x5u": format!("{}/mine", hostile.issuer) });
    });
    assert!(finish(&provider(&set(&hostile.issuer)), now()).is_err());
    assert_eq!(hostile.times("/mine"), 0);
}

#[test]
fn what_is_of_another_or_for_another_is_not_believed() {
    refused(Why::Issuer, |s| {
        s.claims = json!({ "iss": "https://auth.example.org" });
    });
    refused(Why::NoIdToken, |s| s.claims = json!({ "iss": null }));
    refused(Why::Audience, |s| s.claims = json!({ "aud": "other" }));
    refused(Why::Audience, |s| {
        s.claims = json!({ "aud": ["dotation", "other"] });
    });
    refused(Why::Audience, |s| s.claims = json!({ "azp": "other" }));
    refused(Why::Nonce, |s| s.nonce = "another".to_owned());
    refused(Why::Nonce, |s| s.claims = json!({ "nonce": null }));
    refused(Why::AccessToken, |s| {
        s.claims = json!({ "at_hash": "AAAAAAAAAAAAAAAAAAAAAA" });
    });
    let own = told(
        |_| {},
        |s| s.claims = json!({ "azp": "dotation", "aud": ["dotation"] }),
    );
    own.unwrap();
}

#[test]
fn clocks_may_differ_by_a_minute_and_no_more() {
    let at = |seconds: i64| (now() + TimeDelta::seconds(seconds)).timestamp();
    let believed = |claims| told(|_| {}, |s: &mut Script| s.claims = claims).map(drop);
    believed(json!({ "exp": at(-59), "iat": at(-300) })).unwrap();
    believed(json!({ "iat": at(59) })).unwrap();
    believed(json!({ "nbf": at(59) })).unwrap();
    refused(Why::Time, |s| {
        s.claims = json!({ "exp": at(-61), "iat": at(-300) });
    });
    refused(Why::Time, |s| s.claims = json!({ "iat": at(61) }));
    refused(Why::Time, |s| s.claims = json!({ "nbf": at(61) }));
    refused(Why::Time, |s| s.claims = json!({ "nbf": "soon" }));
    // one that was made for another sign-in
    refused(Why::Time, |s| {
        s.claims = json!({ "iat": at(-700), "exp": at(3_600) });
    });
    // as it is set
    let strict = told(
        |set| set.clock_skew_seconds = 0,
        |s| s.claims = json!({ "iat": at(5) }),
    );
    assert!(
        matches!(strict, Err(Error::Refused { why: Why::Time, .. })),
        "{strict:?}"
    );
}

#[test]
fn a_level_of_assurance_that_is_asked_for_must_come_back() {
    let with = |acr| {
        told(
            |set| {
                set.acr_values = vec!["eidas1".to_owned()];
                set.second_factor_acr = vec!["eidas1".to_owned()];
            },
            |s: &mut Script| s.claims = json!({ "acr": acr }),
        )
    };
    assert!(with(Some("eidas1")).unwrap().second_factor);
    for other in [Some("eidas0"), None] {
        let error = with(other).unwrap_err();
        assert!(
            matches!(
                error,
                Error::Refused {
                    why: Why::Assurance,
                    ..
                }
            ),
            "{error:?}"
        );
    }
    let by_method = told(|_| {}, |s| s.claims = json!({ "amr": ["pwd", "mfa"] }));
    assert!(by_method.unwrap().second_factor);
    let by_password = told(|_| {}, |s| s.claims = json!({ "amr": ["pwd"] }));
    assert!(!by_password.unwrap().second_factor);
}

#[test]
fn an_rpps_is_read_where_it_stands() {
    let rpps = |set: &mut OidcProvider| {
        "preferred_username".clone_into(&mut set.claim);
        set.reads = Reads::Rpps;
    };
    let beside = |set: &mut OidcProvider| {
        rpps(set);
        set.user_info = true;
    };
    let name = json!({ "preferred_username": "899700218896" });
    let proved = told(rpps, |s| s.claims = name.clone()).unwrap();
    assert_eq!(proved.subject.as_str(), "899700218896");
    // in the answer about people, which must be about the same
    let about = json!({ "sub": "u1", "preferred_username": "899700218896" });
    let proved = told(beside, |s| s.user_info = about.clone()).unwrap();
    assert_eq!(proved.subject.as_str(), "899700218896");
    let of_another = json!({ "sub": "u2", "preferred_username": "899700218896" });
    for (say, why) in [
        (of_another, "of another"),
        (name, "of nobody"),
        (json!({ "sub": "u1" }), "without it"),
        (
            json!({ "sub": "u1", "preferred_username": 899_700_218_896_u64 }),
            "a number",
        ),
    ] {
        let error = told(beside, |s| s.user_info = say).unwrap_err();
        assert!(
            matches!(
                error,
                Error::Refused {
                    why: Why::Claim,
                    ..
                }
            ),
            "{why}: {error:?}"
        );
    }
    let no_rpps = json!({ "preferred_username": "anne.martin" });
    let error = told(rpps, |s| s.claims = no_rpps).unwrap_err();
    assert!(
        matches!(
            error,
            Error::Refused {
                why: Why::Claim,
                ..
            }
        ),
        "{error:?}"
    );
    assert!(!format!("{error:?}{error}").contains("anne.martin"));
}

#[test]
fn an_answer_without_a_token_is_not_believed() {
    refused(Why::NoIdToken, |s| s.sign = Sign::NoToken);
    refused(Why::NoIdToken, |s| s.sign = Sign::Text("a.b.c".to_owned()));
    refused(Why::NoIdToken, |s| s.sign = Sign::Text(String::new()));
    refused(Why::NoIdToken, |s| s.claims = json!({ "exp": null }));
    refused(Why::Code, |s| {
        let says = json!({ "error": "invalid_grant", "error_description": "used" }).to_string();
        s.instead.insert("/token", Instead::Status(400, says));
    });
    // nothing of a token that cannot be read stands in the log
    let error = told(
        |_| {},
        |s| s.sign = Sign::Text("SECRET.SECRET.SECRET".to_owned()),
    )
    .unwrap_err();
    assert!(
        !format!("{error:?} {error}").contains("SECRET"),
        "{error:?}"
    );
}

#[test]
fn an_answer_names_who_gives_it_where_the_provider_says_so() {
    let hostile = Hostile::start(now());
    hostile.say(|s| {
        "nonce".clone_into(&mut s.nonce);
        s.discovery = json!({ "authorization_response_iss_parameter_supported": true });
    });
    let provider = provider(&set(&hostile.issuer));
    let with = |issuer: Option<&str>| {
        let came = Came {
            code: "code".to_owned(),
            issuer: issuer.map(str::to_owned),
        };
        block(provider.finish(now(), came, asked()))
    };
    for other in [None, Some("https://auth.example.org")] {
        let error = with(other).unwrap_err();
        assert!(
            matches!(
                error,
                Error::Refused {
                    why: Why::AnsweredByAnother,
                    ..
                }
            ),
            "{error:?}"
        );
    }
    assert_eq!(hostile.times("/token"), 0, "nobody hears of the code");
    with(Some(&hostile.issuer)).unwrap();
    // the code is asked for with the secret of the client and the proof of who went for it
    let asked = hostile.sent_to("/token");
    assert!(
        asked.contains(&format!("code_verifier={}", "v".repeat(64))),
        "{asked}"
    );
    assert!(
        asked.to_lowercase().contains("authorization: basic "),
        "{asked}"
    );
    assert!(asked.contains("grant_type=authorization_code"), "{asked}");
}
