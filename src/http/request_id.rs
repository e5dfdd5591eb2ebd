//! The id under which a request is known: to its caller, in its answer, in every line of the log.

use std::fmt;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::HeaderMap;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};

use super::headers::REQUEST_ID;
use super::problem::Problem;

/// The id of a request: 1 to 64 characters of `A–Z a–z 0–9 . _ -`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    /// The longest id that is taken over. Choice: room for a UUID with a prefix.
    pub const MOST: usize = 64;

    /// Returns the caller's id when it is sane, else one of our own.
    ///
    /// An insane one is replaced, not refused: it must not reach the log, and a request is worth
    /// more than its name.
    pub fn of(headers: &HeaderMap) -> Self {
        let theirs = headers.get(REQUEST_ID).and_then(|v| v.to_str().ok());
        match theirs {
            Some(id) if is_sane(id) => Self(id.to_owned()),
            _ => Self::fresh(),
        }
    }

    /// Makes one: twenty hexadecimal digits, drawn by chance and so needing no clock.
    fn fresh() -> Self {
        Self(hex::encode(rand::random::<[u8; 10]>()))
    }

    /// Returns it as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_sane(id: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    (1..=RequestId::MOST).contains(&id.len()) && id.bytes().all(allowed)
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromRequest for RequestId {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = request.extensions().get::<Self>().cloned();
        ready(id.ok_or_else(|| Problem::internal("a request did not come through the door")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    fn given(id: &str) -> RequestId {
        let mut headers = HeaderMap::new();
        headers.insert(REQUEST_ID, HeaderValue::from_bytes(id.as_bytes()).unwrap());
        RequestId::of(&headers)
    }

    #[test]
    fn a_sane_id_is_taken_over_and_another_replaced() {
        assert_eq!(given("order-7.b_C").as_str(), "order-7.b_C");
        assert_eq!(given(&"a".repeat(64)).as_str().len(), 64);
        for wrong in ["", "a b", "a\"b", "é", "../x", &"a".repeat(65)] {
            assert_eq!(given(wrong).as_str().len(), 20, "{wrong}");
        }
    }

    #[test]
    fn two_requests_have_two_ids() {
        assert_ne!(
            RequestId::of(&HeaderMap::new()),
            RequestId::of(&HeaderMap::new())
        );
    }
}
