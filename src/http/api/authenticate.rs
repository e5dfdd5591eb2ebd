//! Who is asking: by a bearer token, or by the cookie of a session.

use super::forged;
use super::guard::{entrance, site};
use crate::app::Caller;
use crate::app::caller::Held;
use crate::domain::calendar::Instant;
use crate::domain::code::Finess;
use crate::domain::id::SessionId;
use crate::http::asked::asked_by;
use crate::http::cookies::Cookie;
use crate::http::entrance::Entrance;
use crate::http::language::Said;
use crate::http::problem::Problem;
use actix_web::dev::ServiceRequest;
use actix_web::http::header;

/// Who is asking.
pub(super) struct Known {
    pub(super) caller: Caller,
    /// Whether the site that the address names is there.
    pub(super) there: bool,
    /// The session by whose cookie they come, if they do.
    pub(super) session: Option<Here>,
}

/// The session by whose cookie somebody comes.
#[derive(Clone)]
pub struct Here {
    /// Its name.
    pub id: SessionId,
    /// What its cookie holds.
    pub secret: String,
    /// Since when they are signed in.
    pub created_at: Instant,
    /// When it ends.
    pub expires_at: Instant,
}

/// What the cookie holds is shown nowhere.
impl std::fmt::Debug for Here {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Here({})", self.id)
    }
}

/// Returns who is asking. Where a request has a token the cookie is not looked at: who sends one means it.
///
/// # Errors
/// 401 without a token or a session in force, 403 for a write that another's page may have made.
pub(super) async fn known(request: &ServiceRequest) -> Result<Known, Problem> {
    let entrance = entrance(request)?;
    let now = entrance.clock.now();
    let site = site(request).ok();
    let cookie = entrance.cookies.read(request.headers(), Cookie::Session);
    match cookie {
        Some(secret) if !request.headers().contains_key(header::AUTHORIZATION) => {
            by_session(request, entrance, (secret, site), now).await
        }
        Some(_) | None => by_token(request, entrance, site, now).await,
    }
}

async fn by_token(
    request: &ServiceRequest,
    entrance: &Entrance,
    site: Option<Finess>,
    now: Instant,
) -> Result<Known, Problem> {
    let token = bearer(request)?;
    let known = entrance
        .service
        .admit(token, site, now)
        .await
        .map_err(super::refused::database)?;
    let Some((token, there)) = known else {
        let from = asked_by(request.request()).peer;
        tracing::warn!(%from, "a token that is unknown, expired or revoked");
        return Err(Problem::unauthenticated(Said::new(
            "This token is unknown, expired or revoked.",
            "Ce jeton est inconnu, expiré ou révoqué.",
        )));
    };
    entrance.service.token_used(&token, now).await;
    let held = vec![Held::given(token.role, token.reach)];
    let caller = Caller {
        name: token.name,
        scope: token.scope,
        ..Caller::holding(token.id.as_str(), held, &asked_by(request.request()))
    };
    Ok(Known {
        caller,
        there,
        session: None,
    })
}

async fn by_session(
    request: &ServiceRequest,
    entrance: &Entrance,
    (secret, site): (String, Option<Finess>),
    now: Instant,
) -> Result<Known, Problem> {
    let known = entrance
        .service
        .admit_session(secret.clone(), site, now)
        .await
        .map_err(super::refused::database)?;
    let Some(admitted) = known else {
        return Err(Problem::unauthenticated(Said::new(
            "Your session is over: sign in again.",
            "Votre session est terminée : reconnectez-vous.",
        )));
    };
    forged::refuse(request, &secret)?;
    entrance.service.session_seen(&admitted.session, now).await;
    let caller = Caller {
        name: admitted.name,
        ..Caller::holding(
            &Caller::id_of_person(&admitted.person),
            admitted.held,
            &asked_by(request.request()),
        )
    };
    Ok(Known {
        caller,
        there: admitted.there,
        session: Some(Here {
            id: admitted.session.id,
            secret,
            created_at: admitted.session.created_at,
            expires_at: admitted.session.expires_at,
        }),
    })
}

fn bearer(request: &ServiceRequest) -> Result<String, Problem> {
    let missing = || {
        Problem::unauthenticated(Said::new(
            "Send your token as `Authorization: Bearer dot_…`, or sign in.",
            "Envoyez votre jeton : `Authorization: Bearer dot_…`, ou connectez-vous.",
        ))
    };
    let mut values = request.headers().get_all(header::AUTHORIZATION);
    let text = values
        .next()
        .and_then(|v| v.to_str().ok())
        .ok_or_else(missing)?;
    let (scheme, token) = text.split_once(' ').ok_or_else(missing)?;
    let right = scheme.eq_ignore_ascii_case("bearer")
        && !token.trim().is_empty()
        && values.next().is_none();
    if right {
        Ok(token.trim().to_owned())
    } else {
        Err(missing())
    }
}
