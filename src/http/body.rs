//! Reading JSON bodies: within the limits, and with the place of every fault.
//!
//! A body that is no JSON is a 400 with its line and column; one that is JSON of another shape is
//! a 422 with the JSON pointer of the fault. Bytes are kept as they came, for the hash behind an
//! `Idempotency-Key`.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::{Bytes, BytesMut};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use futures_util::StreamExt as _;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::door::Door;
use super::language::Said;
use super::limits::Limits;
use super::problem::{Kind, Problem};
use super::shape;

/// The body of a request, as it came.
#[derive(Clone, Debug)]
pub struct Body {
    bytes: Bytes,
    media: Media,
}

/// What the headers say that a body is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Media {
    Json,
    Other(String),
    Compressed(String),
}

impl Body {
    /// The bytes, exactly as they were sent.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// Reads the body as a `T`. Let `T` say `#[serde(deny_unknown_fields)]`.
    ///
    /// # Errors
    /// 415 when it is not said to be `application/json`, or is compressed; 400 when it is not
    /// UTF-8 or not JSON, to its end; 422 when a member is missing, unknown, there twice or of
    /// another type.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        self.is_json()?;
        let text = std::str::from_utf8(&self.bytes).map_err(|e| not_utf8(e.valid_up_to()))?;
        // first the grammar, to the end: this pass neither recurses nor allocates
        if let Err(error) = serde_json::from_str::<IgnoredAny>(text) {
            return Err(not_json(&error));
        }
        let mut reader = serde_json::Deserializer::from_str(text);
        serde_path_to_error::deserialize(&mut reader).map_err(|error| shape::problem(&error))
    }

    fn is_json(&self) -> Result<(), Problem> {
        let detail = match &self.media {
            Media::Json => return Ok(()),
            Media::Other(found) if found.is_empty() => Said::new(
                "Content-Type is missing, expected application/json",
                "Content-Type est absent, application/json attendu",
            ),
            Media::Other(found) => Said::new(
                format!("Content-Type is {found:?}, expected application/json in UTF-8"),
                format!("Content-Type vaut {found:?}, application/json en UTF-8 attendu"),
            ),
            Media::Compressed(found) => Said::new(
                format!("Content-Encoding is {found:?}, expected none"),
                format!("Content-Encoding vaut {found:?}, aucun attendu"),
            ),
        };
        Err(Problem::new(Kind::UnsupportedMediaType, detail).header(
            header::ACCEPT,
            header::HeaderValue::from_static("application/json"),
        ))
    }
}

fn media(request: &HttpRequest) -> Media {
    let text = |name| request.headers().get(name).and_then(|v| v.to_str().ok());
    match text(header::CONTENT_ENCODING) {
        None | Some("identity") => {}
        Some(encoding) => return Media::Compressed(encoding.chars().take(80).collect()),
    }
    let charset = text(header::CONTENT_TYPE).and_then(|t| {
        t.to_ascii_lowercase()
            .split_once("charset=")
            .map(|(_, c)| c.trim().trim_matches('"').to_owned())
    });
    let utf8 = charset.is_none_or(|c| c == "utf-8" || c == "utf8");
    if utf8
        && request
            .content_type()
            .eq_ignore_ascii_case("application/json")
    {
        Media::Json
    } else {
        let found = text(header::CONTENT_TYPE).unwrap_or_default();
        Media::Other(found.chars().take(80).collect())
    }
}

fn not_utf8(offset: usize) -> Problem {
    Problem::new(
        Kind::MalformedJson,
        Said::new(
            format!("the byte at offset {offset} is not UTF-8"),
            format!("l'octet à la position {offset} n'est pas de l'UTF-8"),
        ),
    )
    .with("offset", offset)
}

fn not_json(error: &serde_json::Error) -> Problem {
    let (line, column) = (error.line(), error.column());
    let what = shape::without_place(&error.to_string());
    Problem::new(
        Kind::MalformedJson,
        Said::new(
            format!("line {line}, column {column}: {what}"),
            format!("ligne {line}, colonne {column} : {what}"),
        ),
    )
    .with("line", line)
    .with("column", column)
}

impl FromRequest for Body {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let door = request.app_data::<web::Data<Door>>();
        let limits = door.map_or_else(Limits::default, |door| door.limits);
        let media = media(request);
        let payload = payload.take();
        Box::pin(async move {
            match tokio::time::timeout(limits.body_time, read(payload, &limits)).await {
                Ok(bytes) => Ok(Self {
                    bytes: bytes?,
                    media,
                }),
                Err(_elapsed) => Err(too_slow(&limits)),
            }
        })
    }
}

/// Takes a body in, up to the limit; then lets up to sixteen times as much pass by unkept.
///
/// Without the latter, the connection is closed on a caller who is still sending, who then sees
/// a broken pipe and never reads the 413. Choice: sixteen, so that a careless 10 MB is heard.
async fn read(mut payload: Payload, limits: &Limits) -> Result<Bytes, Problem> {
    let mut kept = BytesMut::new();
    let mut seen = 0_usize;
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| cut_off(&error))?;
        seen = seen.saturating_add(chunk.len());
        if seen <= limits.body_bytes {
            kept.extend_from_slice(&chunk);
        } else if seen > limits.body_bytes.saturating_mul(16) {
            break;
        }
    }
    if seen > limits.body_bytes {
        Err(limits.body_too_large())
    } else {
        Ok(kept.freeze())
    }
}

fn cut_off(error: &actix_web::error::PayloadError) -> Problem {
    Problem::new(
        Kind::BadRequest,
        Said::new(
            format!("the body did not arrive whole: {error}"),
            format!("le corps n'est pas arrivé entier : {error}"),
        ),
    )
}

fn too_slow(limits: &Limits) -> Problem {
    let seconds = limits.body_time.as_secs();
    Problem::new(
        Kind::RequestTooSlow,
        Said::new(
            format!("the body did not arrive within {seconds} s; nothing was done"),
            format!("le corps n'est pas arrivé en {seconds} s ; rien n'a été fait"),
        ),
    )
}

#[cfg(test)]
mod tests {
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
        check("[]", "", "number of members is another").await;
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
        assert_eq!(fault.found.as_deref(), Some("string \"three\""));
        assert_eq!(fault.expected.as_deref(), Some("u32"));
        let problem = refused(r#"{"lignes": []}"#).await;
        assert_eq!(
            problem.faults()[0].expected.as_deref(),
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
}
