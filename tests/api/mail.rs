//! Letters against real posts: a mail server in another process, folders on the disk, memory.

use dotation::mail::{
    EmailAddress, HeaderText, LanguageTag, Letter, MailUrl, Mailbox, MessageId, SendError, Stage,
    Transport,
};
use serde_json::{Value, json};

use crate::smtp::SmtpServer;

mod encryption;
mod fallback;
mod folder;
mod refusal;
mod signature;

/// Long enough to be folded, with letters that must be encoded.
const SUBJECT: &str = "Réserve de RoActemra : il manque une dose à l’hôpital, \
                       à compléter avant le 25 octobre";

fn letter(number: usize) -> Letter {
    Letter {
        message_id: MessageId::parse(&format!("letter-{number}@dotation.example.org")).unwrap(),
        from: Mailbox {
            name: Some(HeaderText::parse("name", "Dotation").unwrap()),
            address: EmailAddress::parse("dotation@example.org").unwrap(),
        },
        to: Mailbox {
            name: Some(
                HeaderText::parse("name", "Pharmacie, Hôpital \"Édouard-Herriot\"").unwrap(),
            ),
            address: EmailAddress::parse("pharmacie@example.org").unwrap(),
        },
        subject: HeaderText::parse("subject", SUBJECT).unwrap(),
        text: "Il manque une dose.\n".into(),
        html: "<p>Il manque une dose.</p>\n".into(),
        language: LanguageTag::parse("fr").unwrap(),
        date: "2021-10-20T06:00:05Z".parse().unwrap(),
        references: Some(MessageId::parse("alert-1@dotation.example.org").unwrap()),
        unsubscribe: None,
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
        ("Subject", SUBJECT),
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
