//! The headers that every answer carries.

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};

/// The header that names a request.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// For answers that are no page: nothing is loaded, nothing frames it.
const API_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// For the documentation page: its scripts and styles come from this service and nowhere else.
///
/// Swagger UI sets style attributes and draws icons from `data:` addresses, hence the two
/// exceptions; its requests go to this service only.
const DOCS_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

/// Adds what is missing: answers are not sniffed, not kept by caches, not framed.
///
/// A header that the handler has set stays, so that a page can have a policy of its own.
/// `pattern` is the address as routed; the documentation gets a policy that lets it work.
pub fn secure(headers: &mut HeaderMap, pattern: &str) {
    let policy = if pattern.starts_with("/api/docs") {
        DOCS_POLICY
    } else {
        API_POLICY
    };
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
}

/// Says under which id the request is known.
pub fn name_request(headers: &mut HeaderMap, request_id: &str) {
    if let Ok(value) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, value);
    }
}
