//! Bodies that are read, and bodies that are refused.

use super::*;
use crate::http::problem::Place;
use actix_web::test::TestRequest;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    #[allow(dead_code, reason = "only its shape is tested")]
    units: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Receipt {
    note: Option<String>,
    lines: Vec<Line>,
}

async fn body(content_type: &str, bytes: impl Into<Bytes>) -> Result<Body, Problem> {
    let limits = Limits {
        body_bytes: 1000,
        ..Limits::default()
    };
    let (request, mut payload) = TestRequest::post()
        .insert_header((header::CONTENT_TYPE, content_type))
        .set_payload(bytes)
        .app_data(crate::http::testing::door(limits))
        .to_http_parts();
    Body::from_request(&request, &mut payload).await
}

async fn refused(bytes: impl Into<Bytes>) -> Problem {
    let body = body("application/json", bytes).await.unwrap();
    body.json::<Receipt>().unwrap_err()
}

async fn check(bytes: &'static str, pointer: &str, detail: &str) {
    let problem = refused(bytes).await;
    assert_eq!(problem.kind(), Kind::InvalidBody, "{bytes}: {problem:?}");
    let fault = &problem.faults()[0];
    assert_eq!(fault.place, Place::from(pointer), "{bytes}");
    assert_eq!(fault.detail.en, detail, "{bytes}");
}

#[actix_web::test]
async fn a_body_is_read_and_its_bytes_are_kept() {
    let sent = r#" {"lines": [{"units": 3}], "note": "é"}"#;
    let body = body("application/json; charset=utf-8", sent).await.unwrap();
    let receipt: Receipt = body.json().unwrap();
    assert_eq!(
        (receipt.lines.len(), receipt.note.as_deref()),
        (1, Some("é"))
    );
    assert_eq!(body.bytes(), sent.as_bytes());
}

#[actix_web::test]
async fn a_fault_of_shape_has_its_pointer() {
    check(r#"{"lines": [{}]}"#, "/lines/0/units", "is missing").await;
    check(
        r#"{"lines": [{"units": 1, "u/n~": 2}]}"#,
        "/lines/0/u~1n~0",
        "is not known here",
    )
    .await;
    check(
        r#"{"lines": [], "lines": []}"#,
        "/lines",
        "stands there twice",
    )
    .await;
    check(
        r#"{"lines": [{"units": 1.5}]}"#,
        "/lines/0/units",
        "is of another type",
    )
    .await;
    check(
        r#"{"lines": [{"units": 1.0}]}"#,
        "/lines/0/units",
        "is of another type",
    )
    .await;
    check(
        r#"{"lines": [{"units": "1"}]}"#,
        "/lines/0/units",
        "is of another type",
    )
    .await;
    check(
        r#"{"lines": [{"units": null}]}"#,
        "/lines/0/units",
        "is of another type",
    )
    .await;
    check(
        r#"{"lines": [{"units": -1}]}"#,
        "/lines/0/units",
        "has a value that cannot be",
    )
    .await;
    check(
        r#"{"lines": [{"units": 4294967296}]}"#,
        "/lines/0/units",
        "has a value that cannot be",
    )
    .await;
    check("[]", "", "is of another type").await;
    check(r"[null, []]", "", "is of another type").await;
    check("7", "", "is of another type").await;
    check(
        r#"{"lines": [{"units": 1e999}]}"#,
        "/lines/0/units",
        "number out of range",
    )
    .await;
}

#[actix_web::test]
async fn a_fault_of_shape_says_what_was_found_and_expected() {
    let problem = refused(r#"{"lines": [{"units": "three"}]}"#).await;
    let fault = &problem.faults()[0];
    assert_eq!(
        fault.found.as_ref().map(|f| f.en.as_str()),
        Some("string \"three\"")
    );
    assert_eq!(
        fault.expected.as_ref().map(|e| e.en.as_str()),
        Some("a whole number, 0 or more")
    );
    let problem = refused(r#"{"lignes": []}"#).await;
    assert_eq!(
        problem.faults()[0].expected.as_ref().map(|e| e.en.as_str()),
        Some("`note` or `lines`")
    );
}

#[actix_web::test]
async fn what_is_not_json_has_a_line_and_a_column() {
    for (bytes, place) in [
        ("{\n\"lines\": [,]}", "line 2, column 11"),
        ("", "line 1, column 0"),
        ("{\"lines\": []} {}", "line 1, column 15"),
        ("\u{feff}{}", "line 1, column 1"),
        ("{\"lines\": [{\"units\": 1}", "line 1, column 23"),
        ("NaN", "line 1, column 1"),
    ] {
        let problem = refused(bytes).await;
        assert_eq!(problem.kind(), Kind::MalformedJson, "{bytes}");
        assert!(problem.to_string().contains(place), "{bytes}: {problem}");
    }
}

#[actix_web::test]
async fn a_byte_that_is_not_utf8_is_named() {
    let problem = refused(&b"{\"note\": \"\xff\"}"[..]).await;
    assert!(problem.to_string().contains("offset 10"), "{problem}");
}

#[actix_web::test]
async fn a_tower_of_brackets_is_refused_and_does_no_harm() {
    let tower = "[".repeat(499) + &"]".repeat(499);
    assert_eq!(refused(tower).await.kind(), Kind::InvalidBody);
    let body = body("application/json", "[".repeat(999)).await.unwrap();
    let problem = body.json::<serde_json::Value>().unwrap_err();
    assert_eq!(problem.kind(), Kind::MalformedJson);
}

#[actix_web::test]
async fn only_plain_json_is_read() {
    for wrong in [
        "text/plain",
        "",
        "application/json; charset=latin1",
        "application/jsonp",
    ] {
        let body = body(wrong, "{\"lines\": []}").await.unwrap();
        let problem = body.json::<Receipt>().unwrap_err();
        assert_eq!(problem.kind(), Kind::UnsupportedMediaType, "{wrong}");
    }
}

#[actix_web::test]
async fn a_body_has_the_largest_size_and_not_a_byte_more() {
    assert!(body("application/json", vec![b' '; 1000]).await.is_ok());
    let problem = body("application/json", vec![b' '; 1001])
        .await
        .unwrap_err();
    assert_eq!(problem.kind(), Kind::BodyTooLarge);
}

#[actix_web::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let limits = Limits {
        body_time: std::time::Duration::from_millis(1),
        ..Limits::default()
    };
    let request = TestRequest::post().app_data(crate::http::testing::door(limits));
    let nothing = futures_util::stream::pending();
    let mut payload: Payload = Payload::Stream {
        payload: Box::pin(nothing),
    };
    let outcome = Body::from_request(&request.to_http_request(), &mut payload).await;
    assert_eq!(outcome.unwrap_err().kind(), Kind::RequestTooSlow);
}

#[test]
fn every_fault_of_grammar_met_with_serde_json_is_known() {
    for text in [
        "",
        "[",
        "[1",
        "{",
        "{\"a\"",
        "{\"a\" 1}",
        "{\"a\":1 2}",
        "[1 2]",
        "\"",
        "[1,]",
        "{,}",
        "{\"a\":1,}",
        "1 1",
        "nul",
        "\"\\x\"",
        "1.",
        "-",
        "{1:1}",
        "1e999",
    ] {
        let error = serde_json::from_str::<serde_json::Value>(text).unwrap_err();
        let message = error.to_string();
        let message = shape::without_place(&message);
        let french = crate::text::shape::grammar(&message);
        assert_ne!(french, crate::text::shape::NO_JSON, "{text}: {message}");
    }
}
