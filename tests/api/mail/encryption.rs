//! Lines that must be encrypted, and logins.

use dotation::mail::{MailUrl, OpenError, Stage, Transport, inspect};
use serde_json::json;

use super::{count, letter, post, refused, temporary};
use crate::smtp::{Authority, SmtpServer};

#[tokio::test]
async fn the_hospitals_own_authority_is_trusted_when_it_is_named() {
    let authority = Authority::new();
    let ca = authority.file("ca.pem");
    for (option, tls) in [("--starttls", "starttls"), ("--tls", "tls")] {
        let server = SmtpServer::start_with(&authority, &[option]);
        let post = post(&server.url(&format!("tls={tls}&ca={ca}")));
        for number in 1..=2 {
            post.send(&letter(number)).await.unwrap();
            assert_eq!(server.next("message")["tls"], true, "{tls}");
        }
    }
}

#[tokio::test]
async fn an_unknown_authority_is_refused_and_nothing_is_sent_in_clear() {
    let authority = Authority::new();
    for (option, tls) in [("--starttls", "starttls"), ("--tls", "tls")] {
        let server = SmtpServer::start_with(&authority, &[option]);
        let post = post(&server.url(&format!("tls={tls}")));
        let error = post.send(&letter(1)).await.unwrap_err();
        assert_eq!(temporary(&error), (Stage::Encryption, None, false));
        assert!(error.to_string().contains("UnknownIssuer"), "{error}");
        assert_eq!(count(&server.end(), "message"), 0);
    }
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let authority = Authority::new();
    let server = SmtpServer::start_with(&authority, &["--starttls"]);
    let url = server.url(&format!("ca={}", authority.file("ca.pem")));
    let error = post(&url.replace("localhost", "127.0.0.1"))
        .send(&letter(1))
        .await
        .unwrap_err();
    assert_eq!(temporary(&error), (Stage::Encryption, None, false));
    assert!(error.to_string().contains("not valid for"), "{error}");
}

#[tokio::test]
async fn a_certificate_that_has_expired_is_refused_and_shown() {
    let authority = Authority::of("localhost", 2020);
    let server = SmtpServer::start_with(&authority, &["--starttls"]);
    let url = server.url(&format!("ca={}", authority.file("ca.pem")));
    let error = post(&url).send(&letter(1)).await.unwrap_err();
    assert_eq!(temporary(&error), (Stage::Encryption, None, false));
    assert!(error.to_string().contains("expired"), "{error}");
    let look = looked(&url).await;
    let (stage, why) = look.failed.unwrap();
    assert_eq!(stage, Stage::Encryption);
    assert!(why.contains("expired"), "{why}");
    let certificate = look.certificate.unwrap();
    assert_eq!(certificate.subject, "CN=localhost");
    assert_eq!(certificate.until.date_naive().to_string(), "2020-12-31");
    assert_eq!(count(&server.end(), "message"), 0);
}

async fn looked(url: &str) -> inspect::Look {
    match MailUrl::parse(url).unwrap() {
        MailUrl::Smtp(smtp) => inspect::look(&smtp).await,
        MailUrl::Directory(_) | MailUrl::Memory => panic!("{url}"),
    }
}

#[tokio::test]
async fn a_look_goes_as_far_as_a_letter_would_and_sends_none() {
    let authority = Authority::new();
    let ca = authority.file("ca.pem");
    for (option, tls) in [("--starttls", "starttls"), ("--tls", "tls")] {
        let server = SmtpServer::start_with(&authority, &[option]);
        let look = looked(&server.url(&format!("tls={tls}&ca={ca}"))).await;
        assert_eq!(look.failed, None);
        assert_eq!(look.tls.as_deref(), Some("TLS 1.3"));
        assert_eq!(look.certificate.unwrap().subject, "CN=localhost");
        assert!(look.connected.is_some());
        // the usual authorities do not know this one; what it shows is told all the same
        let look = looked(&server.url(&format!("tls={tls}"))).await;
        let (stage, why) = look.failed.unwrap();
        assert_eq!(stage, Stage::Encryption);
        assert!(why.contains("UnknownIssuer"), "{why}");
        assert!(look.certificate.is_some() && look.tls.is_none());
        assert_eq!(count(&server.end(), "message"), 0);
    }
    let look = looked("smtp://no.such.host.invalid?timeout_ms=5000").await;
    assert_eq!(look.failed.unwrap().0, Stage::Resolve);
    let server = SmtpServer::start(&[]);
    let look = looked(&server.url("tls=starttls")).await;
    assert!(look.failed.unwrap().1.contains("STARTTLS"));
    let server = SmtpServer::start(&["--fault", "never-greet"]);
    let look = looked(&server.url("tls=none&timeout_ms=500")).await;
    assert_eq!(look.failed.unwrap().0, Stage::Greeting);
}

#[tokio::test]
async fn a_server_without_starttls_is_not_used_when_it_is_required() {
    let (error, server) = refused(&[], "tls=starttls").await;
    assert_eq!(temporary(&error), (Stage::Encryption, None, false));
    assert!(error.to_string().contains("STARTTLS"), "{error}");
    assert_eq!(count(&server.end(), "message"), 0);
}

#[tokio::test]
async fn replies_slipped_in_before_encryption_are_not_believed() {
    let authority = Authority::new();
    let server = SmtpServer::start_with(&authority, &["--fault", "starttls-injection"]);
    let url = server.url(&format!("timeout_ms=5000&ca={}", authority.file("ca.pem")));
    let error = post(&url).send(&letter(1)).await.unwrap_err();
    assert_eq!(temporary(&error), (Stage::Encryption, None, false));
    assert_eq!(count(&server.end(), "encrypted"), 0);
}

#[tokio::test]
async fn a_file_without_certificates_is_refused_at_the_start() {
    let authority = Authority::new();
    for file in [authority.file("key.pem"), authority.file("none.pem")] {
        let url = MailUrl::parse(&format!("smtp://localhost?ca={file}")).unwrap();
        let error = Transport::open(&url).unwrap_err();
        assert!(error.to_string().contains(&file), "{error}");
        assert!(matches!(
            error,
            OpenError::Certificate { .. } | OpenError::Unreadable { .. }
        ));
    }
}

#[tokio::test]
async fn the_right_login_is_let_in_by_either_mechanism() {
    for without in ["LOGIN", "PLAIN"] {
        let server = SmtpServer::start(&["--auth", "dotation:p@ss w/é", "--without", without]);
        let url = server.url_of("dotation:p%40ss%20w%2F%C3%A9", "tls=none");
        post(&url).send(&letter(1)).await.unwrap();
        assert_eq!(server.next("message")["user"], "dotation");
    }
}

#[tokio::test]
async fn a_login_goes_over_an_encrypted_line() {
    let authority = Authority::new();
    let server = SmtpServer::start_with(&authority, &["--starttls", "--auth", "dotation:hunter2"]);
    let url = server.url_of(
        "dotation:hunter2",
        &format!("ca={}", authority.file("ca.pem")),
    );
    post(&url).send(&letter(1)).await.unwrap();
    let message = server.next("message");
    assert_eq!(
        (&message["user"], &message["tls"]),
        (&json!("dotation"), &json!(true))
    );
}

#[tokio::test]
async fn a_wrong_password_is_temporary_and_never_told() {
    let server = SmtpServer::start(&["--auth", "dotation:right"]);
    let post = post(&server.url_of("dotation:hunter2", "tls=none"));
    let error = post.send(&letter(1)).await.unwrap_err();
    assert_eq!(temporary(&error), (Stage::Login, Some(535), false));
    assert!(error.to_string().ends_with("5.7.8"), "{error}");
    let shown = format!("{error} {error:?} {post:?}");
    assert!(!shown.contains("hunter2"), "{shown}");
    assert_eq!(count(&server.end(), "message"), 0);
}

#[tokio::test]
async fn a_server_that_knows_no_login_is_not_used_with_one() {
    let server = SmtpServer::start(&[]);
    let post = post(&server.url_of("dotation:hunter2", "tls=none"));
    let error = post.send(&letter(1)).await.unwrap_err();
    assert_eq!(temporary(&error), (Stage::Login, None, false));
}
