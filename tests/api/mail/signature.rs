//! Signatures, read by another program than the one that made them.

use super::{letter, post};
use crate::smtp::SmtpServer;
use dotation::mail::dkim::Signer;
use dotation::mail::{Asked, Letter, MessageId, Way};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// A key as `openssl` makes it for an administrator.
fn key(folder: &Path, kind: &str) -> PathBuf {
    let file = folder.join(format!("{}.pem", kind.replace(' ', "-")));
    let mut command = Command::new("openssl");
    match kind {
        "rsa" => command.args([
            "genpkey",
            "-algorithm",
            "RSA",
            "-pkeyopt",
            "rsa_keygen_bits:2048",
        ]),
        "rsa traditional" => command.args(["genrsa", "-traditional"]),
        "ed25519" => command.args(["genpkey", "-algorithm", "ed25519"]),
        "p256" => command.args([
            "genpkey",
            "-algorithm",
            "EC",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
        ]),
        "small" => command.args([
            "genpkey",
            "-algorithm",
            "RSA",
            "-pkeyopt",
            "rsa_keygen_bits:1024",
        ]),
        other => panic!("{other}"),
    };
    if kind == "rsa traditional" {
        command.arg("-out").arg(&file).arg("2048");
    } else {
        command.arg("-out").arg(&file);
    }
    let made = command.output().expect("openssl starts");
    assert!(
        made.status.success(),
        "{kind}: {}",
        String::from_utf8_lossy(&made.stderr)
    );
    file
}

fn way(url: &str, key: &Path) -> Way {
    Way::read(&Asked {
        url,
        fallback: None,
        limit: Duration::from_secs(30),
        from: "dotation@example.org",
        dkim_key: Some(key),
        dkim_selector: Some("dotation"),
        dkim_domain: None,
    })
    .unwrap()
}

fn odd_letters() -> Vec<Letter> {
    let mut all = vec![letter(1)];
    for (n, text) in [
        "",
        "\n\n\n",
        "Il manque une dose.   \n\t\n two  spaces \n\n\n",
        &"é".repeat(10_000),
        ".\n..\n",
    ]
    .into_iter()
    .enumerate()
    {
        let mut letter = letter(n + 2);
        text.clone_into(&mut letter.text);
        letter.references = None;
        all.push(letter);
    }
    all
}

#[tokio::test]
async fn a_signature_is_right_in_the_eyes_of_another_program() {
    let folder = tempfile::tempdir().unwrap();
    for (kind, algorithm) in [
        ("rsa", "rsa-sha256"),
        ("rsa traditional", "rsa-sha256"),
        ("ed25519", "ed25519-sha256"),
    ] {
        let key = key(folder.path(), kind);
        let signer = Signer::read("example.org", "dotation", &key).unwrap();
        assert_eq!(signer.algorithm(), algorithm);
        assert_eq!(signer.record_name(), "dotation._domainkey.example.org");
        let record = format!("{} {}", signer.record_name(), signer.record());
        let server = SmtpServer::start(&["--dkim", &record]);
        let post = way(&server.url("tls=none"), &key).open().unwrap();
        for letter in odd_letters() {
            post.send(&letter).await.unwrap();
            let message = server.next("message");
            assert_eq!(message["signed"], true, "{kind}: {letter:?}");
            assert_eq!(message["signed_when_folded_anew"], true, "{kind}");
            assert_eq!(message["signed_when_added_to"], false, "{kind}");
            let says_dose = letter.html.contains("dose");
            assert_eq!(message["signed_when_changed"], !says_dose, "{kind}");
            assert_eq!(message["bare_line_ends"], false);
            assert!(message["longest_line"].as_u64().unwrap() <= 998);
        }
    }
}

#[tokio::test]
async fn the_same_letter_is_signed_to_the_same_bytes_and_names_what_it_signs() {
    let folder = tempfile::tempdir().unwrap();
    let key = key(folder.path(), "rsa");
    let url = format!("directory:{}", folder.path().join("letters").display());
    let post = way(&url, &key).open().unwrap();
    let mut written = Vec::new();
    for _ in 0..2 {
        let file = post.send(&letter(1)).await.unwrap().reply;
        written.push(std::fs::read_to_string(folder.path().join("letters").join(file)).unwrap());
    }
    assert_eq!(written[0], written[1]);
    let head = written[0].split("\r\nMessage-ID:").next().unwrap();
    assert!(
        head.starts_with("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org;")
    );
    let names: String = head.split_whitespace().collect();
    for name in [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "References",
        "Auto-Submitted",
        "MIME-Version",
        "Content-Type",
    ] {
        assert!(names.contains(&format!("{name}:")), "{name}: {head}");
    }
    assert!(
        names.contains("Subject:Subject:"),
        "none may be added: {head}"
    );
}

#[test]
fn a_key_that_receivers_would_not_take_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for kind in ["p256", "small"] {
        let key = key(folder.path(), kind);
        let error = Signer::read("example.org", "dotation", &key).unwrap_err();
        assert!(
            error.to_string().contains("2048 to 4096 bits or Ed25519"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn without_a_key_nothing_is_signed() {
    let server = SmtpServer::start(&["--dkim", "dotation._domainkey.example.org v=DKIM1; p="]);
    let mut plain = letter(1);
    plain.message_id = MessageId::parse("plain@dotation.example.org").unwrap();
    post(&server.url("tls=none")).send(&plain).await.unwrap();
    assert_eq!(server.next("message")["signed"], false);
}
