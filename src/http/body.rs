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

mod nul;
mod object;
pub use object::Object;

/// The body of a request, as it came.
#[derive(Clone, Debug)]
pub struct Body {
    bytes: Bytes,
    media: Media,
}

/// The bytes of a body that was read, left with its request for whoever sees the answer.
#[derive(Clone, Debug)]
pub struct Came(pub Bytes);

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
    /// UTF-8 or not JSON, to its end; 422 when it is no object, a text in it holds a NUL, or a member is
    /// missing, unknown, there twice or of another type.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        self.is_json()?;
        let text = std::str::from_utf8(&self.bytes).map_err(|e| not_utf8(e.valid_up_to()))?;
        // first the grammar, to the end: this pass neither recurses nor allocates
        if let Err(error) = serde_json::from_str::<IgnoredAny>(text) {
            return Err(not_json(&error));
        }
        if nul::is_escaped_in(text) {
            return Err(nul::refused(&nul::place(text)));
        }
        let mut reader = serde_json::Deserializer::from_str(text);
        let read: Result<Object<T>, _> = serde_path_to_error::deserialize(&mut reader);
        read.map(|Object(body)| body)
            .map_err(|error| shape::problem(&error))
    }

    /// Returns which of some media types the body is said to be of; parameters beside it aside.
    ///
    /// # Errors
    /// 415 when it is of none of them, or is compressed; 422 when it is JSON and holds a NUL.
    pub fn of_type(&self, known: &[&'static str]) -> Result<&'static str, Problem> {
        let said = match &self.media {
            Media::Json => "application/json",
            Media::Other(found) => found.split(';').next().unwrap_or_default().trim(),
            Media::Compressed(_) => return self.is_json().map(|()| ""),
        };
        if said.ends_with("json") && nul::is_escaped_in_bytes(&self.bytes) {
            return Err(nul::refused(""));
        }
        let found = known.iter().find(|media| media.eq_ignore_ascii_case(said));
        found.copied().ok_or_else(|| {
            let (said, known) = (self.said(), known.join(", "));
            let detail = Said::new(
                format!("Content-Type is {said:?}, expected one of {known}"),
                format!("Content-Type vaut {said:?}, attendu : {known}"),
            );
            Problem::new(Kind::UnsupportedMediaType, detail)
        })
    }

    fn said(&self) -> &str {
        match &self.media {
            Media::Json => "application/json",
            Media::Other(found) | Media::Compressed(found) => found,
        }
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
            format!(
                "ligne {line}, colonne {column} : {}",
                crate::text::shape::grammar(&what)
            ),
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
        let request = request.clone();
        Box::pin(async move {
            match tokio::time::timeout(limits.body_time, read(payload, &limits)).await {
                Ok(bytes) => {
                    let bytes = bytes?;
                    request.extensions_mut().insert(Came(bytes.clone()));
                    Ok(Self { bytes, media })
                }
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
            "le corps n'est pas arrivé entier",
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
mod tests;
