//! `dotation mail test`: each step, and what became of a letter, in clear words.

use crate::desk::Desk;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};

const ADDRESS: &str = "garde@chu.fr";

/// A mail server: greets, agrees to everything, and gives `answer` to `RCPT`.
fn server(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            std::thread::spawn(move || talk(stream.unwrap(), answer));
        }
    });
    format!("smtp://127.0.0.1:{port}?tls=none")
}

fn talk(mut stream: TcpStream, answer: &str) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
    stream.write_all(b"220 here\r\n").ok()?;
    let mut in_message = false;
    while let Some(Ok(line)) = lines.next() {
        let reply = match line.get(..4).unwrap_or(&line) {
            "." if in_message => {
                in_message = false;
                "250 2.0.0 queued as 4711"
            }
            _ if in_message => continue,
            "RCPT" => answer,
            "DATA" => {
                in_message = true;
                "354 go on"
            }
            "QUIT" => "221 bye",
            _ => "250 ok",
        };
        stream.write_all(format!("{reply}\r\n").as_bytes()).ok()?;
    }
    None
}

fn test(url: &str, more: &[&str]) -> crate::desk::Done {
    let arguments = [&["mail", "test", ADDRESS], more].concat();
    Desk::new().run_with(&arguments, &[("DOTATION_MAIL_URL", url)])
}

#[test]
fn a_letter_that_is_taken_is_told_with_the_servers_words() {
    let out = test(&server("250 ok"), &[]).ok();
    assert!(
        out.contains("took the letter for garde@chu.fr and answered: "),
        "{out}"
    );
    assert!(out.contains("queued as 4711"), "{out}");
}

#[test]
fn a_refused_recipient_is_told_with_stage_code_and_reply() {
    let err = test(&server("550 5.1.1 no such user"), &[]).fails(1);
    assert!(err.contains("stage:  recipient"), "{err}");
    assert!(err.contains("reply:  code 550: "), "{err}");
    assert!(err.contains("this is for good"), "{err}");
    let err = test(&server("451 4.7.1 greylisted"), &[]).fails(1);
    assert!(
        err.contains("code 451") && err.contains("this may pass"),
        "{err}"
    );
}

#[test]
fn a_server_that_is_not_there_is_told() {
    let err = test("smtp://127.0.0.1:1?tls=none", &[]).fails(1);
    assert!(err.contains("stage:  connection"), "{err}");
    assert!(err.contains("no code"), "{err}");
}

#[test]
fn a_letter_in_a_folder_was_not_sent() {
    let desk = Desk::new();
    let done = desk
        .run(&[
            "mail",
            "test",
            ADDRESS,
            "--language",
            "en",
            "--format",
            "json",
        ])
        .json();
    assert_eq!(done["state"], "written");
    let file = desk
        .folder
        .path()
        .join("outbox")
        .join(done["reply"].as_str().unwrap());
    let letter = std::fs::read_to_string(file).unwrap();
    assert!(
        letter.contains("A trial letter") && letter.contains("To: garde@chu.fr"),
        "{letter}"
    );
    assert!(test("memory:", &[]).ok().starts_with("Not sent: "));
}

#[test]
fn an_address_that_is_none_is_wrong_input() {
    let err = Desk::new().run(&["mail", "test", "garde@chu"]).fails(2);
    assert!(err.contains("\"chu\" is not a full domain"), "{err}");
}

#[test]
fn the_limit_that_is_told_is_the_one_that_holds() {
    // it listens, and never says a word
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let url = format!("smtp://127.0.0.1:{port}?tls=none");
    let err = Desk::new()
        .run_with(
            &["mail", "test", ADDRESS],
            &[
                ("DOTATION_MAIL_URL", &*url),
                ("DOTATION_MAIL_TIMEOUT_MS", "1000"),
            ],
        )
        .fails(1);
    assert!(err.contains("timeout_ms=1000"), "{err}");
    assert!(!err.contains("30000"), "{err}");
}

#[test]
fn each_step_is_told() {
    let desk = Desk::new();
    let url = server("250 ok");
    let out = desk
        .run_with(
            &["mail", "test", "--to", ADDRESS],
            &[("DOTATION_MAIL_URL", &url)],
        )
        .ok();
    for says in [
        "  name         127.0.0.1:",
        "  connection   127.0.0.1:",
        "  encryption   none: tls=none is set",
        "  login        none is set",
        "  signature    none: no dkim_key_file is set",
        "Sent: ",
    ] {
        assert!(out.contains(says), "{says}: {out}");
    }
    let err = desk
        .run_with(
            &["mail", "test", "--to", ADDRESS],
            &[("DOTATION_MAIL_URL", "smtp://no.such.host.invalid")],
        )
        .fails(1);
    assert!(err.contains("failed at    name of the server"), "{err}");
    desk.run(&["mail", "test"]).fails(2);
}

#[test]
fn both_servers_are_tried_and_one_that_fails_is_told() {
    let desk = Desk::new();
    let (first, second) = (server("250 ok"), server("550 5.1.1 no such user"));
    let settings = [
        ("DOTATION_MAIL_URL", first.as_str()),
        ("DOTATION_MAIL_URL_FALLBACK", second.as_str()),
    ];
    let err = desk
        .run_with(&["mail", "test", ADDRESS], &settings)
        .fails(1);
    assert!(err.contains("took the letter for garde@chu.fr"), "{err}");
    assert!(err.contains("code 550"), "{err}");
    let json = ["mail", "test", ADDRESS, "--format", "json"];
    let both = [settings[0], ("DOTATION_MAIL_URL_FALLBACK", first.as_str())];
    let done = desk.run_with(&json, &both).json();
    assert_eq!(done["servers"].as_array().unwrap().len(), 2, "{done}");
    assert_eq!(done["servers"][0]["state"], "sent");
}

#[test]
fn what_is_wrong_with_a_second_server_or_a_key_is_told_by_check_with_its_place() {
    let desk = Desk::new();
    desk.write("key.pem", "no key\n");
    let wrong = [
        ("DOTATION_MAIL_URL", "smtp://mail.example.org"),
        (
            "DOTATION_MAIL_URL_FALLBACK",
            "smtp://u:geheim@example.org?tls=none",
        ),
        ("DOTATION_DKIM_KEY_FILE", "key.pem"),
        ("DOTATION_DKIM_SELECTOR", "dotation"),
    ];
    let err = desk.run_with(&["check"], &wrong).fails(2);
    assert!(
        err.contains("DOTATION_MAIL_URL_FALLBACK: a user and a password"),
        "{err}"
    );
    assert!(
        err.contains("DOTATION_DKIM_KEY_FILE: ") && err.contains("key.pem"),
        "{err}"
    );
    assert!(!err.contains("geheim"), "{err}");
    let made = std::process::Command::new("openssl")
        .args(["genpkey", "-algorithm", "ed25519", "-out"])
        .arg(desk.folder.path().join("key.pem"))
        .output()
        .unwrap();
    assert!(made.status.success());
    desk.write("second", "smtp://second.example.org\n");
    let right = [
        ("DOTATION_MAIL_URL", "smtp://mail.example.org"),
        ("DOTATION_MAIL_URL_FALLBACK_FILE", "second"),
        ("DOTATION_MAIL_FROM", "dotation@chu.fr"),
        ("DOTATION_DKIM_KEY_FILE", "key.pem"),
        ("DOTATION_DKIM_SELECTOR", "pui"),
    ];
    let out = desk.run_with(&["check"], &right).ok();
    assert!(
        out.contains("  fallback   smtp://second.example.org:587?tls=starttls"),
        "{out}"
    );
    assert!(
        out.contains("  record     pui._domainkey.chu.fr TXT v=DKIM1; k=ed25519; p="),
        "{out}"
    );
}
