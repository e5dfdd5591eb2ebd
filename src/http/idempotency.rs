//! The `Idempotency-Key` of a request, and the hash of what it was sent with.

use actix_web::HttpRequest;
use sha2::{Digest as _, Sha256};

use super::language::Said;
use super::problem::{Fault, Kind, Place, Problem};

/// The header's name (draft-ietf-httpapi-idempotency-key-header).
const NAME: &str = "Idempotency-Key";

/// A caller's key: 1 to 255 visible ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The longest key. Choice: as others have it (Stripe), and more than any UUID.
    pub const MOST: usize = 255;

    /// Reads the header, if it is there.
    ///
    /// # Errors
    /// 400 when it is there twice, empty, too long or not of visible ASCII characters.
    pub fn optional(request: &HttpRequest) -> Result<Option<Self>, Problem> {
        let mut values = request.headers().get_all(NAME);
        let Some(value) = values.next() else {
            return Ok(None);
        };
        let text = value.to_str().unwrap_or_default();
        let right = (1..=Self::MOST).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_graphic())
            && values.next().is_none();
        if right {
            return Ok(Some(Self(text.to_owned())));
        }
        let said = Said::new(
            "is not one key of 1 to 255 visible ASCII characters",
            "n'est pas une clé unique de 1 à 255 caractères ASCII visibles",
        );
        let fault = Fault::new(Place::Header(NAME.into()), said);
        Err(Problem::at(Kind::BadHeader, fault))
    }

    /// Reads the header.
    ///
    /// # Errors
    /// As [`IdempotencyKey::optional`], and 400 when it is missing.
    pub fn required(request: &HttpRequest) -> Result<Self, Problem> {
        Self::optional(request)?.ok_or_else(|| {
            let said = Said::new(
                "Idempotency-Key is missing: a repeat must be told from a new intent",
                "Idempotency-Key est absent : il distingue une répétition d'une nouvelle intention",
            );
            let fault = Fault::new(Place::Header(NAME.into()), said);
            Problem::at(Kind::IdempotencyKeyMissing, fault)
        })
    }

    /// Returns it as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns the SHA-256 of a body, in hexadecimal: the same key with another hash is an error.
pub fn fingerprint(body: &[u8]) -> String {
    hex::encode(Sha256::digest(body))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn required(key: &str) -> Result<IdempotencyKey, Kind> {
        let request = TestRequest::post()
            .insert_header((NAME, key))
            .to_http_request();
        IdempotencyKey::required(&request).map_err(|p| p.kind())
    }

    #[test]
    fn a_key_is_required_and_sane() {
        let none = TestRequest::post().to_http_request();
        assert_eq!(
            IdempotencyKey::required(&none).unwrap_err().kind(),
            Kind::IdempotencyKeyMissing
        );
        assert_eq!(IdempotencyKey::optional(&none).unwrap(), None);
        assert!(required(&"k".repeat(255)).is_ok());
        for wrong in ["", "a b", "é", &"k".repeat(256)] {
            assert_eq!(required(wrong), Err(Kind::BadHeader), "{wrong}");
        }
    }

    #[test]
    fn two_keys_are_none() {
        let request = TestRequest::post()
            .append_header((NAME, "a"))
            .append_header((NAME, "b"))
            .to_http_request();
        assert_eq!(
            IdempotencyKey::required(&request).unwrap_err().kind(),
            Kind::BadHeader
        );
    }
}
