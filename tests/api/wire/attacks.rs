//! Heads that no client sends: each is refused, and none is taken for two requests.

use super::{raw, statuses};
use crate::service::{App, spawn};
use crate::support::Backend;
use dotation::domain::role::Role;

const GET: &str = "GET /healthz HTTP/1.1\r\nHost: a\r\n";
const POST: &str = "POST /api/v1/sign-in HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n";
/// What somebody hides within a request for whoever reads its end elsewhere.
const HIDDEN: &str = "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n";

fn sent(app: &App, bytes: &[u8], expected: &[u16]) {
    let text = raw(app, bytes);
    let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(120)]).into_owned();
    assert_eq!(statuses(&text), expected, "{shown:?}: {text}");
    assert!(!text.to_lowercase().contains("server:"), "{text}");
}

#[test]
fn a_body_whose_end_can_be_read_in_two_ways_is_refused() {
    let app = spawn(Backend::Sqlite);
    let chunked = "Transfer-Encoding: chunked\r\n";
    for fields in [
        format!("Content-Length: 4\r\n{chunked}"),
        format!("{chunked}Content-Length: 4\r\n"),
        "Content-Length: 4\r\nContent-Length: 40\r\n".to_owned(),
        "Content-Length: 4\r\nContent-Length: 4\r\n".to_owned(),
        "Content-Length: 4, 40\r\n".to_owned(),
        "Content-Length: +4\r\n".to_owned(),
        "Content-Length: -4\r\n".to_owned(),
        "Content-Length: 0x4\r\n".to_owned(),
        "Content-Length: 99999999999999999999999\r\n".to_owned(),
        format!("{chunked}{chunked}"),
        "Transfer-Encoding: xchunked\r\n".to_owned(),
        "Transfer-Encoding: gzip, chunked\r\n".to_owned(),
        "Transfer-Encoding: identity\r\n".to_owned(),
        "Transfer-Encoding : chunked\r\n".to_owned(),
        "Transfer-Encoding:\r\n chunked\r\n".to_owned(),
        " Transfer-Encoding: chunked\r\n".to_owned(),
    ] {
        sent(
            &app,
            format!("{POST}{fields}\r\n0\r\n\r\n{HIDDEN}").as_bytes(),
            &[400],
        );
    }
    let old = "POST /api/v1/sign-in HTTP/1.0\r\n";
    sent(
        &app,
        format!("{old}{chunked}\r\n0\r\n\r\n{HIDDEN}").as_bytes(),
        &[400],
    );
    sent(&app, format!("{old}\r\n{HIDDEN}").as_bytes(), &[400]);
}

#[test]
fn chunks_that_are_none_end_the_line_without_an_answer_to_what_follows() {
    let app = spawn(Backend::Sqlite);
    for chunks in [
        "FFFFFFFFFFFFFFFFF\r\nabc\r\n",
        "FFFFFFFFFFFFFFFF\r\nabc\r\n",
        "-1\r\nabc\r\n",
        "0x3\r\nabc\r\n",
        " 3\r\nabc\r\n",
        "zz\r\nabc\r\n",
        "3abc\r\n",
    ] {
        let text = raw(
            &app,
            format!("{POST}Transfer-Encoding: chunked\r\n\r\n{chunks}0\r\n\r\n{HIDDEN}").as_bytes(),
        );
        let answers = statuses(&text);
        assert!(
            answers.iter().all(|status| *status == 400) && answers.len() < 2,
            "{chunks:?}: {text}"
        );
    }
}

#[test]
fn a_head_that_is_none_is_refused() {
    let app = spawn(Backend::Sqlite);
    for head in [
        format!("{GET}X-A: b\r\n c\r\n\r\n"),
        format!("{GET}X-A: b\0c\r\n\r\n"),
        format!("{GET}X-\0A: b\r\n\r\n"),
        format!("{GET}X A: b\r\n\r\n"),
        format!("{GET}no colon\r\n\r\n"),
        format!("{GET}X-A: b\rc\r\n\r\n"),
        "GET /heal\0thz HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(),
        "GET /healthz HTTP/9.9\r\nHost: a\r\n\r\n".to_owned(),
        "GET  /healthz HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(),
        "\u{16}\u{3}\u{1}\0\u{5}hello\r\n\r\n".to_owned(),
    ] {
        sent(&app, head.as_bytes(), &[400]);
    }
}

#[test]
fn one_request_is_for_one_host() {
    let app = spawn(Backend::Sqlite);
    sent(&app, b"GET /healthz HTTP/1.1\r\n\r\n", &[400]);
    sent(&app, format!("{GET}Host: b\r\n\r\n").as_bytes(), &[400]);
    sent(&app, format!("{GET}Host: a\r\n\r\n").as_bytes(), &[400]);
    let close = "Connection: close\r\n\r\n";
    let other = format!("GET http://evil.example/healthz HTTP/1.1\r\nHost: a\r\n{close}");
    sent(&app, other.as_bytes(), &[400]);
    let same = format!("GET http://A/healthz HTTP/1.1\r\nHost: a\r\n{close}");
    sent(&app, same.as_bytes(), &[200]);
    sent(
        &app,
        format!("CONNECT evil.example:443 HTTP/1.1\r\nHost: a\r\n{close}").as_bytes(),
        &[400],
    );
    sent(
        &app,
        format!("TRACE /healthz HTTP/1.1\r\nHost: a\r\n{close}").as_bytes(),
        &[405],
    );
}

#[test]
fn heads_without_end_are_refused_before_they_are_read_to_the_end() {
    let app = spawn(Backend::Sqlite);
    let long = "a".repeat(1_000_000);
    sent(&app, format!("{GET}X-A: {long}\r\n\r\n").as_bytes(), &[431]);
    sent(
        &app,
        format!("{GET}{}\r\n", "X-A: b\r\n".repeat(10_000)).as_bytes(),
        &[431],
    );
    sent(
        &app,
        format!("{GET}{}Connection: close\r\n\r\n", "X-A: b\r\n".repeat(97)).as_bytes(),
        &[431],
    );
    sent(
        &app,
        format!("{GET}X-A: {}\r\nConnection: close\r\n\r\n", &long[..20_000]).as_bytes(),
        &[431],
    );
    sent(
        &app,
        format!(
            "GET /{} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            &long[..9_000]
        )
        .as_bytes(),
        &[414],
    );
}

#[test]
fn lines_that_end_without_a_carriage_return_are_one_request() {
    let app = spawn(Backend::Sqlite);
    let text = raw(
        &app,
        b"GET /healthz HTTP/1.1\nHost: a\nConnection: close\n\n",
    );
    // RFC 9112, § 2.2: such a line end may be taken for one; what counts is that nothing follows it
    assert_eq!(statuses(&text), [200], "{text}");
}

#[test]
fn what_a_caller_writes_into_a_header_does_not_come_back_as_one() {
    let app = spawn(Backend::Sqlite);
    let close = "Connection: close\r\n";
    let id = "X-Request-Id: a%0d%0aSet-Cookie:%20x=1\r\n";
    let text = raw(&app, format!("{GET}{id}{close}\r\n").as_bytes());
    assert_eq!(statuses(&text), [200]);
    assert!(!text.to_lowercase().contains("set-cookie"), "{text}");
    let path = "GET /api/docs%0d%0aSet-Cookie:%20x=1 HTTP/1.1\r\nHost: a\r\n";
    let text = raw(&app, format!("{path}{close}\r\n").as_bytes());
    assert_eq!(statuses(&text), [404]);
    assert!(!text.to_lowercase().contains("set-cookie:"), "{text}");
}

#[test]
fn an_upgrade_that_is_not_offered_is_not_made() {
    let app = spawn(Backend::Sqlite);
    for (to, more) in [
        ("h2c", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n"),
        (
            "websocket",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n",
        ),
    ] {
        let head = format!("{GET}Connection: Upgrade, close\r\nUpgrade: {to}\r\n{more}\r\n");
        let text = raw(&app, head.as_bytes());
        assert!(!text.contains("101 Switching"), "{text}");
        assert_eq!(statuses(&text), [200], "{text}");
    }
}

#[test]
fn a_token_in_an_address_lets_nobody_in() {
    let app = spawn(Backend::Sqlite);
    let token = app.token(Role::Admin).to_owned();
    for query in ["token", "access_token", "authorization"] {
        let answer = app.send("GET", &format!("/whoami?{query}={token}"), &[], None);
        assert_eq!(answer.status, 401, "{}", answer.text);
        assert!(!answer.text.contains(&token));
    }
}
