//! The log of a service, at its most talkative, names no patient and shows no secret.

use crate::desk::Desk;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};

const PSEUDONYM: &str = "zebulon-77";
const PASSWORD: &str = "hunter2-mail";

fn token(desk: &Desk, role: &str) -> String {
    let given = [
        "token",
        "create",
        "--name",
        role,
        "--role",
        role,
        "--all-sites",
    ];
    desk.run(&given).ok().trim().to_owned()
}

fn send(address: &str, token: &str, method: &str, path: &str, body: &str) -> u16 {
    let request = ureq::http::Request::builder()
        .method(method)
        .uri(format!("http://{address}/api/v1{path}"))
        .header("Authorization", format!("Bearer {token}"))
        .header("Idempotency-Key", format!("key-{}", path.len()))
        .header("Content-Type", "application/json")
        .body(body.to_owned())
        .unwrap();
    let config = ureq::Agent::config_builder().http_status_as_error(false);
    let agent = config.build().new_agent();
    agent.run(request).unwrap().status().as_u16()
}

#[test]
#[expect(clippy::too_many_lines, reason = "a story")]
fn the_log_of_a_story_names_no_patient_and_shows_no_secret() {
    let desk = Desk::migrated();
    desk.run(&["site", "network-add", "chu", "--name", "CHU"])
        .ok();
    let site = [
        "site",
        "add",
        "--finess",
        "690000001",
        "--network",
        "chu",
        "--name",
        "PUI",
        "--car-t",
    ];
    desk.run(&site).ok();
    let (pharmacist, prescriber) = (token(&desk, "pharmacist"), token(&desk, "prescriber"));
    desk.run(&["audit", "key", "--new", "audit.pem"]).ok();
    let key = std::fs::read_to_string(desk.folder.path().join("audit.pem")).unwrap();
    let key = key.lines().nth(1).unwrap().to_owned();
    let mail = format!("smtp://u:{PASSWORD}@127.0.0.1:9?tls=none");
    let set = [
        ("DOTATION_LISTEN", "127.0.0.1:0"),
        ("DOTATION_LOG_FILTER", "dotation=trace,debug"),
        ("DOTATION_MAIL_URL", &mail),
        ("DOTATION_AUDIT_SIGNING_KEY_FILE", "audit.pem"),
    ];
    let mut command = desk.command(&["serve"], &set);
    let mut child = command
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let mut log = String::new();
    let address = loop {
        let from = log.len();
        assert!(lines.read_line(&mut log).unwrap() > 0, "{log}");
        if log[from..].contains("listening") {
            let after = log[from..].split("127.0.0.1:").nth(1).unwrap();
            let port: String = after.chars().take_while(char::is_ascii_digit).collect();
            break format!("127.0.0.1:{port}");
        }
    };
    let reading = std::thread::spawn(move || {
        lines.read_to_string(&mut log).unwrap();
        log
    });
    let patient =
        format!(r#"{{"pseudonym":"{PSEUDONYM}","weight_g":73219,"infusion_date":"2031-10-25"}}"#);
    let at = |rest: &str| format!("/sites/690000001{rest}");
    let asked = [
        send(
            &address,
            &pharmacist,
            "POST",
            &at("/car-t-patients"),
            &patient,
        ),
        send(&address, &pharmacist, "POST", &at("/clearances"), &patient),
        send(
            &address,
            &pharmacist,
            "GET",
            &at(&format!("/patients/{PSEUDONYM}/export")),
            "",
        ),
        send(
            &address,
            &pharmacist,
            "GET",
            &at("/movements?patient=zebulon-77"),
            "",
        ),
        send(
            &address,
            &prescriber,
            "GET",
            &format!("/patients/{PSEUDONYM}/counts"),
            "",
        ),
        send(&address, "dot_wrong-zebulon-77", "GET", "/whoami", ""),
        send(
            &address,
            &pharmacist,
            "POST",
            &at("/car-t-patients"),
            &patient.replace("73219", "\"zebulon-77\""),
        ),
    ];
    assert!(asked.iter().all(|status| *status < 500), "{asked:?}");
    let kill = Command::new("/bin/sh")
        .args(["-c", &format!("kill -TERM {}", child.id())])
        .status();
    assert!(kill.unwrap().success() && child.wait().unwrap().success());
    let log = reading.join().unwrap();
    assert!(
        log.lines().filter(|line| line.contains("answered")).count() >= 7,
        "{log}"
    );
    // that somebody tried a token that is none stands there, and from where
    let tried = "a token that is unknown, expired or revoked";
    let line = log.lines().find(|line| line.contains(tried)).unwrap();
    assert!(line.contains("from=127.0.0.1"), "{line}");
    assert!(log.contains("problem=\"unauthenticated\""), "{log}");
    for secret in [
        PSEUDONYM,
        "73219",
        PASSWORD,
        &pharmacist,
        &prescriber,
        &key,
        "wrong-zebulon",
    ] {
        let line = log.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "{secret} stands in the log: {line:?}");
    }
}
