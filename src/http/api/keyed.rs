//! By what a repetition of a request is recognised, and what is left with one for the guard to see.

use crate::app::records::Key;
use crate::app::{Caller, Keyed};
use crate::http::idempotency::{IdempotencyKey, fingerprint};
use actix_web::HttpRequest;

/// Left with a request that has left its line on the audit trail, or has nobody to leave one for.
#[derive(Clone, Copy, Debug)]
pub(super) struct LineLeft;

/// Left with a request whose verb was asked: what is answered then is the verb's.
#[derive(Clone, Copy, Debug)]
pub(super) struct VerbReached;

/// By what a repetition of this request is recognised.
pub(super) fn keyed(
    request: &HttpRequest,
    caller: &Caller,
    key: &IdempotencyKey,
    body: &[u8],
) -> Keyed {
    // a route is kept as it is, and a pseudonym in it is personal: it is told apart with the body
    let personal = request.match_info().get("pseudonym").is_some();
    let pattern = request.match_pattern().filter(|_| personal);
    let route = pattern.unwrap_or_else(|| request.path().to_owned());
    let mut said = Vec::new();
    if personal {
        said.extend_from_slice(request.path().as_bytes());
        said.push(0);
    }
    if !request.query_string().is_empty() {
        said.extend_from_slice(request.query_string().as_bytes());
        said.push(0);
    }
    said.extend_from_slice(body);
    Keyed {
        key: Key {
            caller: caller.id.clone(),
            route: format!("{} {route}", request.method()),
            key: key.as_str().to_owned(),
        },
        body_hash: fingerprint(&said),
    }
}
