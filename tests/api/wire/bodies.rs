//! Bodies that no client sends.

use super::{raw, statuses};
use crate::service::{App, CENTRE, spawn};
use crate::support::Backend;
use dotation::domain::role::Role;
use std::io::Write as _;

const JSON: (&str, &str) = ("Content-Type", "application/json");

fn posted(app: &App, headers: &[(&str, &str)], body: &[u8]) -> (u16, String) {
    let bearer = format!("Bearer {}", app.token(Role::Pharmacist));
    let mut all = vec![("Authorization", &*bearer), ("Idempotency-Key", "k-1")];
    all.extend(headers);
    let answer = app.send(
        "POST",
        &format!("/sites/{CENTRE}/movements"),
        &all,
        Some(body),
    );
    (
        answer.status,
        answer.body["type"].as_str().unwrap_or_default().to_owned(),
    )
}

#[test]
fn a_bomb_of_json_is_a_fault_of_its_sender() {
    let app = spawn(Backend::Sqlite);
    let deep = "[".repeat(100_000);
    let nested = r#"{"a":"#.repeat(100_000);
    let closed = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for bomb in [deep, nested] {
        let (status, kind) = posted(&app, &[JSON], bomb.as_bytes());
        assert_eq!((status, &*kind), (400, "/problems/malformed-json"));
    }
    let (status, _) = posted(&app, &[JSON], closed.as_bytes());
    assert!(matches!(status, 400 | 422), "{status}");
    let number = format!("{{\"units\": {}}}", "9".repeat(100_000));
    let (status, _) = posted(&app, &[JSON], number.as_bytes());
    assert!(matches!(status, 400 | 422), "{status}");
    // it lives on
    app.get(Role::Pharmacist, "/whoami").expect(200);
}

#[test]
fn a_member_that_is_there_twice_is_refused() {
    let app = spawn(Backend::Sqlite);
    let twice = br#"{"kind": "receipt", "units": 1, "units": 100}"#;
    let (status, kind) = posted(&app, &[JSON], twice);
    assert_eq!((status, &*kind), (422, "/problems/invalid-body"));
}

#[test]
fn a_body_that_is_packed_is_not_unpacked() {
    let app = spawn(Backend::Sqlite);
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    bomb.write_all(&vec![b' '; 64 * 1024 * 1024]).unwrap();
    let bomb = bomb.finish().unwrap();
    assert!(bomb.len() < 100_000);
    for coding in ["gzip", "deflate", "br", "zstd", "identity, gzip"] {
        let (status, kind) = posted(&app, &[JSON, ("Content-Encoding", coding)], &bomb);
        assert_eq!(
            (status, &*kind),
            (415, "/problems/unsupported-media-type"),
            "{coding}"
        );
    }
}

#[test]
fn what_is_too_large_is_refused_however_it_is_sent() {
    let app = spawn(Backend::Sqlite);
    let large = vec![b' '; 1024 * 1024 + 1];
    let (status, kind) = posted(&app, &[JSON], &large);
    assert_eq!((status, &*kind), (413, "/problems/body-too-large"));
    let multipart = ("Content-Type", "multipart/form-data; boundary=x");
    let (status, _) = posted(&app, &[multipart], &large);
    assert_eq!(status, 413);
    let (status, _) = posted(&app, &[multipart], b"--x\r\n\r\n--x--");
    assert_eq!(status, 415);
    // in chunks nobody says beforehand how much it will be
    let head = format!(
        "POST /api/v1/sites/{CENTRE}/movements HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\n\
         Idempotency-Key: k-2\r\nContent-Type: application/json\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n",
        app.token(Role::Pharmacist)
    );
    let mut bytes = head.into_bytes();
    for _ in 0..20 {
        bytes.extend_from_slice(b"10000\r\n");
        bytes.extend(std::iter::repeat_n(b' ', 0x1_0000));
        bytes.extend_from_slice(b"\r\n");
    }
    // one that never ends is cut off by the time that a body has
    bytes.extend_from_slice(b"0\r\n\r\n");
    let text = raw(&app, &bytes);
    assert_eq!(statuses(&text), [413], "{text}");
}

#[test]
fn a_form_of_a_page_is_bounded_too() {
    let app = spawn(Backend::Sqlite);
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    let body = format!("version={}", "1".repeat(200_000));
    for path in [
        "//acknowledge/unknown",
        "//set-password/unknown",
        "//unsubscribe/unknown",
    ] {
        let answer = app.send("POST", path, &[form], Some(body.as_bytes()));
        assert!(
            (400..500).contains(&answer.status),
            "{path}: {}",
            answer.status
        );
    }
}
