//! What becomes of a letter that a server does not take.

use dotation::mail::{SendError, Stage};

use super::{count, letter, post, refused, temporary};

#[tokio::test]
async fn a_refused_recipient_is_permanent() {
    let (error, _server) = refused(&["--fault", "refuse-recipient"], "tls=none").await;
    assert_eq!(
        error,
        SendError::Permanent {
            stage: Stage::Recipient,
            code: Some(550),
            reason: "5.1.1 no such mailbox here".into()
        }
    );
}

#[tokio::test]
async fn a_refused_message_is_permanent() {
    let (error, _server) = refused(&["--fault", "5xx-data"], "tls=none").await;
    assert_eq!(
        error,
        SendError::Permanent {
            stage: Stage::Content,
            code: Some(554),
            reason: "5.6.0 not this message".into()
        }
    );
}

/// It will not be smaller tomorrow.
#[tokio::test]
async fn a_message_that_is_too_big_for_the_server_is_permanent() {
    let (error, _server) = refused(&["--fault", "5xx-size"], "tls=none").await;
    assert_eq!(
        error,
        SendError::Permanent {
            stage: Stage::Content,
            code: Some(552),
            reason: "5.3.4 message too big".into()
        }
    );
}

#[tokio::test]
async fn what_may_pass_is_temporary() {
    for (fault, expected) in [
        ("4xx-recipient", (Stage::Recipient, Some(451), false)),
        ("4xx-data", (Stage::Content, Some(452), false)),
        ("refuse-sender", (Stage::Sender, Some(550), false)),
        ("drop-after-data", (Stage::Content, None, true)),
    ] {
        let (error, server) = refused(&["--fault", fault], "tls=none").await;
        assert_eq!(temporary(&error), expected, "{fault}: {error}");
        assert!(error.to_string().chars().count() <= 320, "{error}");
        // Where it may have been delivered, here it was.
        assert_eq!(count(&server.end(), "message") == 1, expected.2, "{fault}");
    }
}

#[tokio::test]
async fn a_server_that_never_answers_does_not_hold_a_letter() {
    // The second must have time to take the message, on a busy machine too.
    for (fault, limit, stage, maybe) in [
        ("never-greet", 300, Stage::Greeting, false),
        ("slow", 2_000, Stage::Content, true),
    ] {
        let parameters = format!("tls=none&timeout_ms={limit}");
        let (error, _server) = refused(&["--fault", fault], &parameters).await;
        assert_eq!(temporary(&error), (stage, None, maybe), "{fault}");
        assert!(
            error.to_string().contains(&format!("{limit} ms")),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_server_that_is_down_or_unknown_is_temporary() {
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let error = post(&format!("smtp://127.0.0.1:{port}"))
        .send(&letter(1))
        .await
        .unwrap_err();
    assert_eq!(temporary(&error), (Stage::Connect, None, false));
    let error = post("smtp://no.such.host.invalid?timeout_ms=5000")
        .send(&letter(1))
        .await
        .unwrap_err();
    assert_eq!(temporary(&error), (Stage::Resolve, None, false));
}

#[tokio::test]
async fn a_letter_that_cannot_be_written_is_permanent() {
    let mut letter = letter(1);
    letter.text = "\u{0}".into();
    assert!(matches!(
        post("memory:").send(&letter).await,
        Err(SendError::Permanent {
            stage: Stage::Letter,
            code: None,
            ..
        })
    ));
}
