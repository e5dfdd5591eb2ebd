//! Lines are cut: all of a request is done, or nothing, and never twice.

use crate::service::{App, MG400, spawn};
use crate::story::{at, items};
use crate::support::Backend;
use dotation::domain::role::Role;
use serde_json::{Value, json};
use std::io::Write as _;
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

on_both! {
    half_a_request_does_nothing
    a_request_whose_sender_has_gone_is_done_once
}

/// A receipt as bytes of HTTP/1.1.
fn request(app: &App, key: &str, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    format!(
        "POST /api/v1{} HTTP/1.1\r\nHost: dotation\r\nAuthorization: Bearer {}\r\nIdempotency-Key: {key}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        at("/movements"),
        app.token(Role::Pharmacist),
        body.len()
    )
    .into_bytes()
}

fn send_and_leave(app: &App, bytes: &[u8]) {
    let mut line = TcpStream::connect(app.address).unwrap();
    line.write_all(bytes).unwrap();
    line.shutdown(Shutdown::Both).unwrap();
}

fn receipt(lot: &str) -> Value {
    json!({ "kind": "receipt", "cip13": MG400, "lot": lot, "expiry": "2022-06-30", "units": 1 })
}

fn half_a_request_does_nothing(backend: Backend) {
    let app = spawn(backend);
    let body = receipt("B1");
    let whole = request(&app, "half", &body);
    for cut in [whole.len() - 1, whole.len() / 2, 20] {
        send_and_leave(&app, &whole[..cut]);
    }
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(items(&app.see("/movements")).len(), 0);
    app.post_with_key(Role::Pharmacist, &at("/movements"), &body, "half")
        .expect(201);
    assert_eq!(app.lot("B1"), (1, 0));
}

fn a_request_whose_sender_has_gone_is_done_once(backend: Backend) {
    let app = spawn(backend);
    for round in 0..8 {
        let (key, body) = (format!("gone-{round}"), receipt(&format!("B{round}")));
        send_and_leave(&app, &request(&app, &key, &body));
        // the sender does not know, and asks again until somebody answers
        loop {
            let again = app.post_with_key(Role::Pharmacist, &at("/movements"), &body, &key);
            match again.status {
                201 => break,
                409 => assert_eq!(
                    again.body["type"], "/problems/in-progress",
                    "{}",
                    again.text
                ),
                _ => panic!("{}", again.text),
            }
        }
        assert_eq!(app.lot(&format!("B{round}")), (1, 0));
        assert_eq!(items(&app.see("/movements")).len(), round + 1);
    }
}
