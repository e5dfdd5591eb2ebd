//! Requests that somebody else's page makes a browser send.
//!
//! A browser adds the cookie of a session to them too. So whoever comes with a cookie and writes sends the token
//! of the session besides, which no other page can read; and a page that says whose it is (`Origin`,
//! `Sec-Fetch-Site`) must be ours. A bearer token is added by nobody unasked and needs none of this.
//!
//! Source: OWASP Cross-Site Request Forgery Prevention Cheat Sheet (2025), "Token-Based Mitigation" and "Verifying
//! Origin With Standard Headers".

use super::guard::entrance;
use crate::app::sessions::csrf_token;
use crate::http::asked::asked_by;
use crate::http::language::Said;
use crate::http::problem::{Kind, Problem};
use actix_web::dev::ServiceRequest;
use actix_web::http::{Method, header};
use sha2::{Digest as _, Sha256};

/// The header that carries the token of a session.
pub(super) const TOKEN: &str = "X-CSRF-Token";

/// Refuses a write that a page of somebody else may have made.
///
/// # Errors
/// 403.
pub(super) fn refuse(request: &ServiceRequest, secret: &str) -> Result<(), Problem> {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return Ok(());
    }
    same_origin(request)?;
    let mut sent = request.headers().get_all(TOKEN);
    let token = sent.next().map(header::HeaderValue::as_bytes);
    // hashes are compared, so that the time says nothing of where two tokens differ
    let same = token.is_some_and(|token| {
        Sha256::digest(token) == Sha256::digest(csrf_token(secret).as_bytes())
    });
    if same && sent.next().is_none() {
        return Ok(());
    }
    Err(forged(
        request,
        Said::new(
            "With the cookie of a session, a write needs its token too: send the csrf_token of the sign-in, or of /whoami, as `X-CSRF-Token`.",
            "Avec le cookie d'une session, une écriture demande aussi son jeton : envoyez le csrf_token de la connexion, ou de /whoami, en `X-CSRF-Token`.",
        ),
    ))
}

/// Refuses what a browser says was sent by a page that is not ours.
///
/// # Errors
/// 403.
pub(super) fn same_origin(request: &ServiceRequest) -> Result<(), Problem> {
    let text = |name: &str| {
        request
            .headers()
            .get(name)
            .map(|v| v.to_str().unwrap_or("?"))
    };
    let entrance = entrance(request)?;
    let host = text("Host");
    let of_another = text("Origin").is_some_and(|origin| !entrance.cookies.is_ours(origin, host));
    let fetched =
        text("Sec-Fetch-Site").is_some_and(|site| !matches!(site, "same-origin" | "none"));
    if of_another || fetched {
        return Err(forged(
            request,
            Said::new(
                "Your browser says that another site's page sent this.",
                "Votre navigateur dit que la page d'un autre site a envoyé cette requête.",
            ),
        ));
    }
    Ok(())
}

fn forged(request: &ServiceRequest, said: Said) -> Problem {
    let from = asked_by(request.request()).peer;
    tracing::warn!(%from, "a request that a page of somebody else may have made");
    Problem::new(Kind::ForgedRequest, said)
}
