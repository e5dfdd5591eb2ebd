//! The headers that every answer carries.
//!
//! None says what program answers, or in which version: there is no `Server`.

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest as _, Sha256};

/// The header that names a request.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// For answers that are no page: nothing is loaded, nothing frames it.
const API_POLICY: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// For the documentation page: its scripts and styles come from this service and nowhere else.
///
/// Swagger UI sets style attributes and draws icons from `data:` addresses, hence the two
/// exceptions; its requests go to this service only.
const DOCS_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

/// For pages with a form: the style and the form are this service's, and nothing else is loaded.
pub const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// For a page that is kept as a file and so has its style within it: that style, and nothing else.
pub fn policy_of_sheet(style: &str) -> String {
    let hash = BASE64.encode(Sha256::digest(style));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

/// What a page may use of the machine it is shown on: nothing.
const PERMISSIONS: &str = "accelerometer=(), camera=(), display-capture=(), fullscreen=(), geolocation=(), \
    gyroscope=(), hid=(), magnetometer=(), microphone=(), midi=(), payment=(), publickey-credentials-get=(), \
    screen-wake-lock=(), serial=(), usb=(), web-share=(), xr-spatial-tracking=()";

/// That from now on a browser comes by TLS only, to this host and to all below it, for two years.
///
/// Source: OWASP ASVS 5.0, 3.4.1: on every answer, for a year at least, and from level 2 on with all subdomains.
/// Choice: two years, as hstspreload.org asks of who wants to be on browsers' lists.
const TLS_ONLY: &str = "max-age=63072000; includeSubDomains";

/// Adds what is missing: answers are not sniffed, not kept by caches, not framed, not read by other origins.
///
/// A header that the handler has set stays, so that a page can have a policy of its own.
/// `pattern` is the address as routed; the documentation gets a policy that lets it work. `https` is whether
/// the request came by TLS: only then may browsers be told to come by nothing else (RFC 6797, § 7.2).
pub fn secure(headers: &mut HeaderMap, pattern: &str, https: bool) {
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
        (header::CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"),
        (header::CROSS_ORIGIN_OPENER_POLICY, "same-origin"),
        (header::CROSS_ORIGIN_EMBEDDER_POLICY, "require-corp"),
        (header::PERMISSIONS_POLICY, PERMISSIONS),
    ] {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if https {
        let value = HeaderValue::from_static(TLS_ONLY);
        headers.insert(header::STRICT_TRANSPORT_SECURITY, value);
    }
}

/// Says under which id the request is known.
pub fn name_request(headers: &mut HeaderMap, request_id: &str) {
    if let Ok(value) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, value);
    }
}
