//! `/sign-in/providers`, `/identities`, `/people/{id}/identities`: single sign-on, and who is linked to which
//! identity.

use super::ask::{Ask, Repeat, created, nothing};
use super::sessions::refused;
use super::sign_in::CodeBody;
use crate::app::link_identity;
use crate::app::sign_in::by_provider::new_cookie;
use crate::domain::calendar::Instant;
use crate::domain::id::{IdentityId, PersonId};
use crate::domain::identity::{Identity, Subject};
use crate::domain::reason::OfAccess;
use crate::http::body::Body;
use crate::http::cookies::Cookie;
use crate::http::language::Said;
use crate::http::problem::{Fault, Faults, Kind, Problem};
use crate::http::provider_pages::{asked, is_path};
use crate::oidc::{self, Provider};
use actix_web::HttpResponse;
use actix_web::http::header;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// A provider of single sign-on.
#[derive(Serialize, ToSchema)]
pub struct ProviderShape {
    /// Its short name.
    id: String,
    /// Its name, as people know it.
    name: String,
    /// Where a browser goes to sign in by it; `?to=/path` is where it comes back to.
    address: String,
}

/// The providers of single sign-on.
#[derive(Serialize, ToSchema)]
pub struct ProviderList {
    items: Vec<ProviderShape>,
}

/// `GET /sign-in/providers`: in the order of the settings; whether one is away shows when one goes there.
///
/// # Errors
/// None.
pub async fn providers(ask: Ask) -> Result<HttpResponse, Problem> {
    let shape = |provider: &Provider| {
        let config = provider.config();
        ProviderShape {
            id: config.id.clone(),
            name: config.name.clone(),
            address: format!("/sign-in/{}", config.id),
        }
    };
    let items = ask.entrance.providers.iter().map(shape).collect();
    Ok(HttpResponse::Ok().json(ProviderList { items }))
}

/// An identity at a provider.
#[derive(Serialize, ToSchema)]
pub struct IdentityShape {
    id: String,
    /// The short name of the provider.
    provider: String,
    /// What the provider calls them: of Pro Santé Connect an `8` and the RPPS number.
    subject: String,
    /// Who linked it: `person:` and an id, the id of a token, or `command-line`.
    linked_by: String,
    #[schema(value_type = String, format = DateTime)]
    linked_at: Instant,
    /// When somebody last signed in by it; absent: nobody did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    used_at: Option<Instant>,
}

fn shape(identity: Identity) -> IdentityShape {
    IdentityShape {
        id: identity.id.to_string(),
        provider: identity.by.provider,
        subject: identity.subject.as_str().to_owned(),
        linked_by: identity.linked_by,
        linked_at: identity.linked_at,
        used_at: identity.used_at,
    }
}

/// The identities of somebody.
#[derive(Serialize, ToSchema)]
pub struct Identities {
    items: Vec<IdentityShape>,
}

fn listed(found: Vec<Identity>) -> HttpResponse {
    HttpResponse::Ok().json(Identities {
        items: found.into_iter().map(shape).collect(),
    })
}

/// `GET /identities`
///
/// # Errors
/// 403 for a token.
pub async fn own(ask: Ask) -> Result<HttpResponse, Problem> {
    ask.read(link_identity::own).await.map(listed)
}

/// `GET /people/{id}/identities`
///
/// # Errors
/// 404 when there is none within the caller's reach.
pub async fn list(ask: Ask) -> Result<HttpResponse, Problem> {
    let id = PersonId::new(ask.part("id"));
    let found = ask.read(move |act| link_identity::list(act, &id)).await?;
    Ok(listed(found))
}

/// An identity to be linked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewIdentityBody {
    /// The short name of the provider.
    provider: String,
    /// What the provider calls them, as the page says that they see who have no access yet; where it is an RPPS
    /// number, its eleven digits will do.
    subject: String,
}

/// `POST /people/{id}/identities`
///
/// # Errors
/// 422 for the body, 404 for a person beyond the caller's reach, 403 when a role of theirs is, 409 when it is
/// somebody's already, or the caller's own account (which they link by a code).
pub async fn add(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    ask.signed_in_just_now()?;
    let id = PersonId::new(ask.part("id"));
    let read: NewIdentityBody = body.json()?;
    let provider = provider(&ask, &read.provider)?;
    let config = provider.config();
    let mut faults = Faults::new();
    let subject = match Subject::parse(config.reads, &read.subject) {
        Ok(subject) => subject,
        Err(error) => {
            let said = Said::new(
                error.to_string(),
                "n'est pas un identifiant de ce fournisseur (RPPS : onze chiffres dont une clé, ou 8 suivi de ceux-ci)",
            );
            faults.push(Fault::new("/subject", said));
            return Err(faults
                .finish()
                .err()
                .unwrap_or_else(|| Problem::internal("no fault")));
        }
    };
    let by = config.issued_by();
    ask.write(
        Repeat::MayBeKeyed,
        body.bytes(),
        Vec::new(),
        "identity.add",
        move |act| {
            let identity = link_identity::add(act, &id, &by, &subject)?;
            let location = format!("{}/people/{id}/identities/{}", super::BASE, identity.id);
            created(location, &shape(identity))
        },
    )
    .await
}

/// The provider of a short name.
///
/// # Errors
/// 422 when there is none.
fn provider(ask: &Ask, id: &str) -> Result<Arc<Provider>, Problem> {
    let found = ask.entrance.providers.get(id);
    found.ok_or_else(|| {
        let known: Vec<&str> = ask
            .entrance
            .providers
            .iter()
            .map(|p| p.config().id.as_str())
            .collect();
        let said = Said::new(
            "is no provider of this service",
            "n'est pas un fournisseur de ce service",
        );
        let fault = Fault::new("/provider", said).found(id);
        let known = Said::same(known.join(", "));
        Problem::at(Kind::InvalidBody, fault.expected(known))
    })
}

/// `DELETE /people/{id}/identities/{identity}`
///
/// # Errors
/// 404 when there is none within the caller's reach, 403 when a role of the person's is beyond it.
pub async fn remove(ask: Ask) -> Result<HttpResponse, Problem> {
    ask.signed_in_just_now()?;
    let (person, id) = (
        PersonId::new(ask.part("id")),
        IdentityId::new(ask.part("identity")),
    );
    ask.write(
        Repeat::MayBeKeyed,
        b"",
        Vec::new(),
        "identity.remove",
        move |act| {
            link_identity::remove(act, &person, &id)?;
            Ok(nothing())
        },
    )
    .await
}

/// `DELETE /identities/{id}`
///
/// # Errors
/// 404 when it is none of theirs.
pub async fn remove_own(ask: Ask) -> Result<HttpResponse, Problem> {
    ask.signed_in_just_now()?;
    let id = IdentityId::new(ask.part("id"));
    ask.write(
        Repeat::Never,
        b"",
        Vec::new(),
        "identity.remove",
        move |act| {
            link_identity::remove_own(act, &id)?;
            Ok(nothing())
        },
    )
    .await
}

/// An identity to be linked to whoever asks.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkBody {
    /// The short name of the provider.
    provider: String,
    /// The path of this service to come back to; a page says that it is done when none is named.
    to: Option<String>,
    /// The six digits that the app shows.
    code: Option<String>,
    /// One of the codes that were written down.
    recovery_code: Option<String>,
}

/// Where to go to link an identity.
#[derive(Serialize, ToSchema)]
pub struct Begun {
    /// The provider's, for this browser, within ten minutes.
    address: String,
}

/// `POST /identities`: takes no `Idempotency-Key`, since a code is good once.
///
/// # Errors
/// 403 for a token, 409 when they have no second factor, 422 for the body or a code that is not right, 429 when
/// it must be waited, 503 when the provider is away.
pub async fn begin(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let read: LinkBody = body.json()?;
    let provider = provider(&ask, &read.provider)?;
    if read.to.as_deref().is_some_and(|to| !is_path(to)) {
        let said = Said::new(
            "is no path of this service",
            "n'est pas un chemin de ce service",
        );
        return Err(Problem::at(Kind::InvalidBody, Fault::new("/to", said)));
    }
    let offered = CodeBody::of(read.code, read.recovery_code).offered()?;
    let not_a_person = || super::refused::refused(&OfAccess::NotAPerson.into());
    let here = ask.session.clone().ok_or_else(not_a_person)?;
    let headers = ask.request().headers();
    let kept = ask.entrance.cookies.read(headers, Cookie::Provider);
    let cookie = kept.unwrap_or_else(new_cookie);
    let (access, sent_with) = (ask.entrance.service.access().clone(), cookie.clone());
    let (id, to) = (provider.config().id.clone(), read.to);
    let begun = ask
        .read_and_note(Vec::new(), move |act| {
            let how = (&here.id, &offered);
            link_identity::begin(act, &access, how, (&sent_with, &id, to.as_deref()))
        })
        .await?;
    let sent = begun.map_err(|refusal| refused(&refusal, ask.now))?;
    let address = provider
        .begin(ask.now, asked(sent), true)
        .await
        .map_err(|error| away(&error))?;
    let mut answer = HttpResponse::Ok();
    if let Some(set) = ask.entrance.cookies.set(Cookie::Provider, Some(&cookie)) {
        answer.append_header((header::SET_COOKIE, set));
    }
    Ok(answer.json(Begun { address }))
}

fn away(error: &oidc::Error) -> Problem {
    let said = Said::new(
        "The provider does not answer; nothing was linked.",
        "Le fournisseur ne répond pas ; rien n'a été relié.",
    );
    Problem::later(Kind::Busy, 60, said).cause(error)
}
