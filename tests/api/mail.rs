//! Letters against real posts: a mail server in another process, folders on the disk, memory.

use std::{fs, os::unix::fs::PermissionsExt as _};

use dotation::mail::{
    EmailAddress, HeaderText, LanguageTag, Letter, MailUrl, Mailbox, MessageId, OpenError,
    SendError, Stage, Transport,
};
use serde_json::{Value, json};

use crate::smtp::{Authority, SmtpServer};

fn letter(number: usize) -> Letter {
    Letter {
        message_id: MessageId::parse(&format!("letter-{number}@dotation.example.org")).unwrap(),
        from: Mailbox {
            name: Some(HeaderText::parse("name", "Dotation").unwrap()),
            address: EmailAddress::parse("dotation@example.org").unwrap(),
        },
        to: Mailbox {
            name: Some(HeaderText::parse("name", "Pharmacie, Hôpital \"Édouard-Herriot\"").unwrap()),
            address: EmailAddress::parse("pharmacie@example.org").unwrap(),
        },
        subject: HeaderText::parse("subject", "Réserve de RoActemra : il manque une dose à l’hôpital, à compléter avant le 25 octobre").unwrap(),
        text: "Il manque une dose.\n".into(),
        html: "<p>Il manque une dose.</p>\n".into(),
        language: LanguageTag::parse("fr").unwrap(),
        date: "2021-10-20T06:00:05Z".parse().unwrap(),
        references: Some(MessageId::parse("alert-1@dotation.example.org").unwrap()),
    }
}

fn post(url: &str) -> Transport {
    Transport::open(&MailUrl::parse(url).unwrap()).unwrap()
}

/// Sends one letter to a server with a fault and returns the error.
async fn refused(options: &[&str], parameters: &str) -> (SendError, SmtpServer) {
    let server = SmtpServer::start(options);
    let post = post(&server.url(parameters));
    (post.send(&letter(1)).await.unwrap_err(), server)
}

fn temporary(error: &SendError) -> (Stage, Option<u16>, bool) {
    match error {
        SendError::Temporary {
            stage,
            code,
            maybe_delivered,
            ..
        } => (*stage, *code, *maybe_delivered),
        SendError::Permanent { .. } => panic!("permanent: {error:?}"),
    }
}

fn count(said: &[Value], event: &str) -> usize {
    said.iter().filter(|value| value["event"] == event).count()
}

#[tokio::test]
async fn a_letter_arrives_as_it_was_written() {
    let server = SmtpServer::start(&[]);
    let receipt = post(&server.url("tls=none"))
        .send(&letter(1))
        .await
        .unwrap();
    assert_eq!(receipt.reply, "250 2.0.0 queued as 1");
    let message = server.next("message");
    assert_eq!(message["from"], "dotation@example.org");
    assert_eq!(message["to"], json!(["pharmacie@example.org"]));
    assert_eq!(message["tls"], false);
    assert_eq!(message["ascii"], true);
    assert_eq!(message["bare_line_ends"], false);
    assert_eq!(message["defects"], json!([]));
    assert_eq!(message["content_type"], "multipart/alternative");
    assert_eq!(
        message["names"],
        json!({
            "From": [["Dotation", "dotation@example.org"]],
            "To": [["Pharmacie, Hôpital \"Édouard-Herriot\"", "pharmacie@example.org"]],
        })
    );
    for (name, value) in [
        ("Message-ID", "<letter-1@dotation.example.org>"),
        ("References", "<alert-1@dotation.example.org>"),
        ("In-Reply-To", "<alert-1@dotation.example.org>"),
        ("Date", "Wed, 20 Oct 2021 06:00:05 +0000"),
        ("Subject", letter(1).subject.as_str()),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
        ("Content-Language", "fr"),
        ("MIME-Version", "1.0"),
    ] {
        let found: Vec<&Value> = message["headers"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|header| header[0] == name)
            .map(|header| &header[1])
            .collect();
        assert_eq!(found, [value], "{name}");
    }
    assert_eq!(
        message["parts"],
        json!([
            {"content_type": "text/plain", "charset": "utf-8", "text": "Il manque une dose.\n"},
            {"content_type": "text/html", "charset": "utf-8", "text": "<p>Il manque une dose.</p>\n"},
        ])
    );
}

#[tokio::test]
async fn any_body_arrives_unchanged() {
    let server = SmtpServer::start(&[]);
    let post = post(&server.url("tls=none"));
    for (number, text) in [
        ".\n..\n.a line that begins with a dot\n\n.\n".to_owned(),
        format!("{}\n", "x".repeat(10_000)),
        format!("{}\n", "é".repeat(10_000)),
        "مرحبا بالعالم\nשלום\n日本語 \u{1f489}\n".to_owned(),
        "From here on\nspaces at the end   \n\ttabulator = sign =3D\n".to_owned(),
        "\n\n\n".to_owned(),
    ]
    .into_iter()
    .enumerate()
    {
        let mut letter = letter(number);
        letter.html.clone_from(&text);
        letter.text.clone_from(&text);
        post.send(&letter).await.unwrap();
        let message = server.next("message");
        assert_eq!(message["defects"], json!([]));
        assert_eq!(message["parts"][0]["text"], text);
        assert_eq!(message["parts"][1]["text"], text);
        assert!(message["longest_line"].as_u64().unwrap() <= 998);
        assert_eq!(message["bare_line_ends"], false);
    }
}

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
    for (fault, stage, maybe) in [
        ("never-greet", Stage::Greeting, false),
        ("slow", Stage::Content, true),
    ] {
        let (error, _server) = refused(&["--fault", fault], "tls=none&timeout_ms=300").await;
        assert_eq!(temporary(&error), (stage, None, maybe), "{fault}");
        assert!(error.to_string().contains("300 ms"), "{error}");
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
async fn a_line_is_used_again() {
    let server = SmtpServer::start(&[]);
    let post = post(&server.url("tls=none"));
    for number in 1..=5 {
        post.send(&letter(number)).await.unwrap();
    }
    post.close().await;
    let said = server.end();
    assert_eq!(count(&said, "connected"), 1);
    assert_eq!(count(&said, "message"), 5);
}

#[tokio::test]
async fn a_line_that_the_server_closed_is_opened_anew() {
    let server = SmtpServer::start(&["--fault", "close-after-message"]);
    let post = post(&server.url("tls=none"));
    for number in 1..=3 {
        post.send(&letter(number)).await.unwrap();
        let closed = server.next("closed");
        assert_eq!(closed["event"], "closed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_letters_share_a_few_lines() {
    let server = SmtpServer::start(&[]);
    let post = post(&server.url("tls=none"));
    let letters: Vec<Letter> = (0..200).map(letter).collect();
    let sent = futures_util::future::join_all(letters.iter().map(|letter| post.send(letter))).await;
    assert!(sent.iter().all(Result::is_ok), "{sent:?}");
    post.close().await;
    let said = server.end();
    let mut ids: Vec<&str> = said
        .iter()
        .filter(|value| value["event"] == "message")
        .flat_map(|value| value["headers"].as_array().unwrap())
        .filter(|header| header[0] == "Message-ID")
        .map(|header| header[1].as_str().unwrap())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 200);
    assert!(
        count(&said, "connected") <= 8,
        "{}",
        count(&said, "connected")
    );
}

#[tokio::test]
async fn a_folder_receives_one_file_a_letter_and_the_same_one_again() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("letters/of/today");
    let post = post(&format!("directory:{}", folder.display()));
    for number in [1, 2, 1] {
        let receipt = post.send(&letter(number)).await.unwrap();
        assert_eq!(
            receipt.reply,
            format!("20211020T060005Z-letter-{number}.eml")
        );
    }
    let mut names: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "20211020T060005Z-letter-1.eml",
            "20211020T060005Z-letter-2.eml"
        ]
    );
    let written = fs::read(folder.join(&names[0])).unwrap();
    assert_eq!(written, letter(1).message().unwrap().formatted());
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_temporary() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("taken");
    fs::write(&file, "a file where the folder should be").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o400)).unwrap();
    let error = post(&format!("directory:{}/letters", file.display()))
        .send(&letter(1))
        .await
        .unwrap_err();
    assert_eq!(temporary(&error), (Stage::Folder, None, false));
}

#[tokio::test]
async fn memory_keeps_letters_and_fails_when_told() {
    let Transport::Memory(memory) = post("memory:") else {
        panic!("not a memory");
    };
    let post = Transport::Memory(memory.clone());
    let fault = |maybe_delivered| SendError::Temporary {
        stage: Stage::Content,
        code: None,
        reason: "told to".into(),
        maybe_delivered,
    };
    memory.fail_next(2, &fault(false));
    memory.fail_next(1, &fault(true));
    for number in 1..=3 {
        assert!(post.send(&letter(number)).await.is_err());
    }
    post.send(&letter(4)).await.unwrap();
    let kept: Vec<String> = memory
        .letters()
        .iter()
        .map(|letter| letter.message_id.local().to_owned())
        .collect();
    assert_eq!(kept, ["letter-3", "letter-4"]);
    memory.clear();
    assert!(memory.letters().is_empty());
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
