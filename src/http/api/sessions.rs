//! `/sessions`, `/sign-out`, `/password`, `/second-factor`: what somebody who signed in does about themselves.

use super::ask::{Ask, Repeat, nothing};
use super::sign_in::{CodeBody, Enrolment, busy, wait};
use crate::app::access::passwords::Password;
use crate::app::sessions;
use crate::app::set_password::{self, Changed};
use crate::app::sign_in;
use crate::domain::calendar::Instant;
use crate::domain::id::SessionId;
use crate::domain::reason::{OfAccess, Refusal};
use crate::http::body::Body;
use crate::http::cookies::Cookie;
use crate::http::language::Said;
use crate::http::problem::{Fault, Kind, Problem};
use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderValue};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A session.
#[derive(Serialize, ToSchema)]
pub struct SessionShape {
    id: String,
    /// Whether it is the one that asks.
    current: bool,
    #[schema(value_type = String, format = DateTime)]
    created_at: Instant,
    /// When it was last used, to the minute.
    #[schema(value_type = String, format = DateTime)]
    seen_at: Instant,
    /// When it ends, however much it is used.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Instant,
    /// What the browser calls itself.
    agent: String,
}

/// The sessions of whoever asks.
#[derive(Serialize, ToSchema)]
pub struct Sessions {
    items: Vec<SessionShape>,
}

/// `GET /sessions`
///
/// # Errors
/// 403 for a token.
pub async fn list(ask: Ask) -> Result<HttpResponse, Problem> {
    let access = ask.entrance.service.access().clone();
    let found = ask.read(move |act| sessions::list(act, &access)).await?;
    let here = ask.session.as_ref().map(|here| &here.id);
    let items = found
        .into_iter()
        .map(|session| SessionShape {
            current: here == Some(&session.id),
            id: session.id.to_string(),
            created_at: session.created_at,
            seen_at: session.seen_at,
            expires_at: session.expires_at,
            agent: session.agent,
        })
        .collect();
    Ok(HttpResponse::Ok().json(Sessions { items }))
}

/// `DELETE /sessions/{id}`
///
/// # Errors
/// 404 when it is none of theirs; 403 when they signed in too long ago.
pub async fn end(ask: Ask) -> Result<HttpResponse, Problem> {
    ask.signed_in_just_now()?;
    let id = SessionId::new(ask.part("id"));
    ask.write(Repeat::Never, b"", Vec::new(), "sign-out", move |act| {
        sessions::end(act, &id)?;
        Ok(nothing())
    })
    .await
}

/// `DELETE /sessions`: everywhere.
///
/// # Errors
/// 403 for a token, or when they signed in too long ago.
pub async fn end_all(ask: Ask) -> Result<HttpResponse, Problem> {
    ask.signed_in_just_now()?;
    let done = ask
        .write(Repeat::Never, b"", Vec::new(), "sign-out", |act| {
            sessions::end_all(act)?;
            Ok(nothing())
        })
        .await?;
    Ok(without_cookie(&ask, done))
}

/// `POST /sign-out`: here.
///
/// # Errors
/// 403 for a token.
pub async fn sign_out(ask: Ask) -> Result<HttpResponse, Problem> {
    let here = ask.session.as_ref().map(|here| here.id.clone());
    let done = ask
        .write(Repeat::Never, b"", Vec::new(), "sign-out", move |act| {
            let here = here.as_ref().ok_or(OfAccess::NotAPerson)?;
            sessions::end(act, here)?;
            Ok(nothing())
        })
        .await?;
    Ok(without_cookie(&ask, done))
}

/// Nothing of what was shown stays in the browser. Of its cookies that of the session goes alone: by that of the
/// device it is known again, so that no stranger's guesses keep its owner waiting.
fn without_cookie(ask: &Ask, mut done: HttpResponse) -> HttpResponse {
    if done.status().is_success() {
        let shown = HeaderValue::from_static(r#""cache", "storage""#);
        done.headers_mut().insert(header::CLEAR_SITE_DATA, shown);
        if let Some(gone) = ask.entrance.cookies.set(Cookie::Session, None) {
            done.headers_mut().append(header::SET_COOKIE, gone);
        }
    }
    done
}

/// A password to be changed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordBody {
    /// The one that is set.
    current: String,
    /// The new one: 12 to 128 characters of any kind, none that many have.
    password: String,
}

/// `PUT /password`: ends the other sessions.
///
/// # Errors
/// 422 when the one that is set is another, or the new one too weak; 429 and 503 as at sign-in.
pub async fn password(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let read: PasswordBody = body.json()?;
    let not_a_person = || super::refused::refused(&OfAccess::NotAPerson.into());
    let here = ask.session.clone().ok_or_else(not_a_person)?;
    let both = (
        Password::typed(&read.current),
        Password::typed(&read.password),
    );
    let service = &ask.entrance.service;
    let changed = set_password::change(service, (ask.now, &ask.caller), here.id, both).await;
    match changed.map_err(super::refused::problem)? {
        Changed::Done => {
            ask.line_is_seen_to();
            Ok(HttpResponse::NoContent().finish())
        }
        Changed::Wrong => {
            let said = Said::new(
                "is not the password that is set",
                "n'est pas le mot de passe actuel",
            );
            Err(Problem::at(Kind::InvalidBody, Fault::new("/current", said)))
        }
        Changed::Wait(until) => Err(wait(until, ask.now)),
        Changed::Busy => Err(busy()),
    }
}

/// `POST /second-factor`: begins one.
///
/// # Errors
/// 403 for a token, or when they signed in too long ago; 409 when one is in force.
pub async fn start(ask: Ask) -> Result<HttpResponse, Problem> {
    ask.signed_in_just_now()?;
    let access = ask.entrance.service.access().clone();
    let begun = ask
        .read_and_note(Vec::new(), move |act| sign_in::start(act, &access))
        .await?;
    Ok(HttpResponse::Ok().json(Enrolment::from(begun)))
}

/// Codes for when the second factor is lost.
#[derive(Serialize, ToSchema)]
pub struct RecoveryCodes {
    /// Each is good once. Shown this once.
    recovery_codes: Vec<String>,
}

/// `POST /second-factor/confirm`: puts it into force.
///
/// # Errors
/// 422 for a code that is not right, 429 when it must be waited.
pub async fn confirm(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let read: CodeBody = body.json()?;
    let sign_in::Offered::Code(code) = read.offered()? else {
        return Err(super::refused::refused(&OfAccess::WrongCode.into()));
    };
    let access = ask.entrance.service.access().clone();
    let confirmed = ask
        .read_and_note(Vec::new(), move |act| sign_in::confirm(act, &access, &code))
        .await?;
    let recovery_codes = confirmed.map_err(|refusal| refused(&refusal, ask.now))?;
    Ok(HttpResponse::Ok().json(RecoveryCodes { recovery_codes }))
}

/// `POST /second-factor/recovery-codes`: ten new ones, in the place of those there are.
///
/// # Errors
/// As [`confirm`].
pub async fn recovery_codes(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let read: CodeBody = body.json()?;
    let offered = read.offered()?;
    let access = ask.entrance.service.access().clone();
    let renewed = ask
        .read_and_note(Vec::new(), move |act| {
            sign_in::new_recovery_codes(act, &access, &offered)
        })
        .await?;
    let recovery_codes = renewed.map_err(|refusal| refused(&refusal, ask.now))?;
    Ok(HttpResponse::Ok().json(RecoveryCodes { recovery_codes }))
}

/// `POST /second-factor/remove`: for a new telephone; where one must be had, it is set up at the next sign-in.
///
/// # Errors
/// As [`confirm`].
pub async fn remove(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let read: CodeBody = body.json()?;
    let offered = read.offered()?;
    let access = ask.entrance.service.access().clone();
    let removed = ask
        .read_and_note(Vec::new(), move |act| {
            sign_in::remove(act, &access, &offered)
        })
        .await?;
    removed.map_err(|refusal| refused(&refusal, ask.now))?;
    Ok(HttpResponse::NoContent().finish())
}

pub(super) fn refused(refusal: &Refusal, now: Instant) -> Problem {
    if let Refusal::Access(OfAccess::WaitUntil { until }) = refusal {
        return wait(*until, now);
    }
    super::refused::refused(refusal)
}
