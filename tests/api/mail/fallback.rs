//! A second server for when the first is away, as real servers show it.

use super::{count, letter};
use crate::smtp::{Authority, Sink, SmtpServer, arrived, drop_box};
use dotation::mail::{Asked, SendError, Stage, Transport, Way};
use std::time::Duration;

fn two(first: &str, second: &str) -> Transport {
    let way = Way::read(&Asked {
        url: first,
        fallback: Some(second),
        limit: Duration::from_secs(5),
        from: "dotation@example.org",
        dkim_key: None,
        dkim_selector: None,
        dkim_domain: None,
    });
    way.unwrap().open().unwrap()
}

/// A port on which nobody listens.
fn nobody() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    format!("smtp://127.0.0.1:{port}?tls=none")
}

#[tokio::test]
async fn a_first_that_is_away_costs_no_letter() {
    let authority = Authority::of("localhost", 2020);
    let expired = SmtpServer::start_with(&authority, &["--starttls"]);
    let locked = SmtpServer::start(&["--auth", "dotation:right"]);
    let strict = SmtpServer::start(&["--fault", "refuse-sender"]);
    let mute = SmtpServer::start(&["--fault", "never-greet"]);
    for first in [
        nobody(),
        "smtp://no.such.host.invalid?tls=none".to_owned(),
        expired.url(&format!("ca={}", authority.file("ca.pem"))),
        locked.url_of("dotation:wrong", "tls=none"),
        strict.url("tls=none"),
        mute.url("tls=none&timeout_ms=300"),
    ] {
        let second = SmtpServer::start(&[]);
        let post = two(&first, &second.url("tls=none"));
        for number in 1..=2 {
            post.send(&letter(number)).await.unwrap();
            let id = format!("<letter-{number}@dotation.example.org>");
            let message = second.next("message");
            let headers = message["headers"].as_array().unwrap();
            assert!(headers.iter().any(|h| h[0] == "Message-ID" && h[1] == *id));
        }
        assert_eq!(count(&second.end(), "message"), 0, "each once: {first}");
    }
}

#[tokio::test]
async fn postfix_that_breaks_off_hands_over_and_postfix_that_refuses_does_not() {
    for (options, by_second) in [
        (["-q", "CONNECT"], true),
        (["-Q", "MAIL"], true),
        (["-q", "RCPT"], true),
        (["-q", "DATA"], true),
        (["-r", "RCPT"], false),
        (["-f", "RCPT"], false),
        (["-f", "."], false),
    ] {
        let (ill, well) = (drop_box(), drop_box());
        let first = Sink::start(&options, ill.path(), None);
        let second = Sink::start(&[], well.path(), None);
        let post = two(&first.url(), &second.url());
        let sent = post.send(&letter(1)).await;
        assert_eq!(sent.is_ok(), by_second, "{options:?}: {sent:?}");
        assert_eq!(
            arrived(well.path()).len(),
            usize::from(by_second),
            "{options:?}"
        );
    }
}

#[tokio::test]
async fn what_the_first_may_have_is_not_sent_by_the_second_at_once() {
    let (ill, well) = (drop_box(), drop_box());
    let first = Sink::start(&["-q", "."], ill.path(), None);
    let second = Sink::start(&[], well.path(), None);
    let post = two(&first.url(), &second.url());
    for _ in 0..2 {
        let error = post.send(&letter(1)).await.unwrap_err();
        assert!(error.maybe_delivered(), "{error}");
        assert!(arrived(well.path()).is_empty());
    }
    // it has vanished twice in a row; once more would keep an alert from its reader
    post.send(&letter(1)).await.unwrap();
    assert_eq!(arrived(well.path()), ["letter-1@dotation.example.org"]);
    assert!(
        arrived(ill.path())
            .iter()
            .all(|id| *id == "letter-1@dotation.example.org")
    );
}

#[tokio::test]
async fn when_both_are_away_the_reason_names_both() {
    let post = two(&nobody(), &nobody());
    let error = post.send(&letter(1)).await.unwrap_err();
    assert!(matches!(
        &error,
        SendError::Temporary {
            stage: Stage::Connect,
            maybe_delivered: false,
            ..
        }
    ));
    assert!(
        error.to_string().contains("the other mail server"),
        "{error}"
    );
}
