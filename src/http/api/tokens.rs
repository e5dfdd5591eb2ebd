//! `/tokens`: who has access, and `/whoami`.

use super::ask::{Ask, Repeat, answer, created, nothing};
use crate::app::caller::Held;
use crate::app::give_access::{self, NewToken};
use crate::app::records::{Reach, TokenRecord};
use crate::app::see::commons;
use crate::app::sessions::csrf_token;
use crate::domain::calendar::{Day, Instant};
use crate::domain::code::Finess;
use crate::domain::id::TokenId;
use crate::domain::role::{Action, Role};
use crate::domain::scope::Scope;
use crate::http::body::Body;
use crate::http::language::Said;
use crate::http::problem::{Fault, Faults, Problem};
use crate::http::query::Query;
use actix_web::HttpResponse;
use chrono::Datelike as _;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who somebody is to the service.
#[derive(Serialize, ToSchema)]
pub struct WhoAmI {
    name: String,
    /// The first of the roles; absent: none is held.
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    /// The sites where a role is held; absent: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    sites: Option<Vec<String>>,
    /// Every role that is held, and where.
    roles: Vec<HeldRole>,
    /// What of the roles may be used: `all`, `read-only`, or codes of actions with commas between.
    scope: String,
    /// Of somebody who signed in: to be sent with every write, as `X-CSRF-Token`.
    #[serde(skip_serializing_if = "Option::is_none")]
    csrf_token: Option<String>,
    /// Of somebody who signed in: when the session ends, however much it is used.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    session_expires_at: Option<Instant>,
    /// The time that the service shows.
    #[schema(value_type = String, format = DateTime)]
    now: Instant,
    /// Whether that is a simulated clock.
    simulated_clock: bool,
}

/// A role that is held, and where.
#[derive(Serialize, ToSchema)]
pub struct HeldRole {
    role: &'static str,
    /// Absent: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    sites: Option<Vec<String>>,
    /// Whether it is held for a while only, by breaking the glass.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    by_breaking: bool,
}

fn held(held: &Held) -> HeldRole {
    HeldRole {
        role: held.role.code(),
        sites: site_names(&held.reach),
        by_breaking: held.by_breaking.is_some(),
    }
}

/// `GET /whoami`
///
/// # Errors
/// None of its own.
pub async fn whoami(ask: Ask) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(WhoAmI {
        name: ask.caller.name.clone(),
        role: ask.caller.held.first().map(|held| held.role.code()),
        sites: site_names(&ask.caller.reach),
        roles: ask.caller.held.iter().map(held).collect(),
        scope: ask.caller.scope.code(),
        csrf_token: ask.session.as_ref().map(|here| csrf_token(&here.secret)),
        session_expires_at: ask.session.as_ref().map(|here| here.expires_at),
        now: ask.now,
        simulated_clock: ask.simulated(),
    }))
}

/// A token, without the token.
#[derive(Serialize, ToSchema)]
pub struct TokenShape {
    id: String,
    name: String,
    role: &'static str,
    /// The sites where it holds; absent: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    sites: Option<Vec<String>>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Instant,
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Instant>,
    #[schema(value_type = Option<String>, format = DateTime)]
    revoked_at: Option<Instant>,
    /// What of its role it may do: `all`, `read-only`, or codes of actions with commas between.
    scope: String,
    /// When it was last used, to the minute.
    #[schema(value_type = Option<String>, format = DateTime)]
    used_at: Option<Instant>,
    /// Until when the secret before the last rotation is good.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    old_until: Option<Instant>,
}

fn shape(token: TokenRecord) -> TokenShape {
    TokenShape {
        id: token.id.to_string(),
        name: token.name,
        role: token.role.code(),
        sites: site_names(&token.reach),
        created_at: token.created_at,
        expires_at: token.expires_at,
        revoked_at: token.revoked_at,
        scope: token.scope.code(),
        used_at: token.used_at,
        old_until: token.old.map(|(_, until)| until),
    }
}

fn site_names(reach: &Reach) -> Option<Vec<String>> {
    reach
        .sites()
        .map(|sites| sites.iter().map(ToString::to_string).collect())
}

/// `GET /tokens`: those that hold nowhere but within the caller's reach.
///
/// # Errors
/// 400 for the query; the database's.
pub async fn list(ask: Ask, mut query: Query) -> Result<HttpResponse, Problem> {
    let page = query.page("tokens");
    query.finish()?;
    let (after, rows) = (page.after.clone(), page.rows());
    let found = ask
        .read(move |act| commons::tokens(act, after.as_deref(), rows))
        .await?;
    Ok(HttpResponse::Ok().json(page.cut(found.into_iter().map(shape).collect(), |t| t.id.clone())))
}

/// Access to be given.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTokenBody {
    /// Whose it is: 1 to 100 characters.
    name: String,
    /// `pharmacist`, `car-t-unit`, `prescriber`, `coordinator`, `admin` or `reader`.
    role: String,
    /// FINESS numbers; absent with `all_sites`.
    #[serde(default)]
    sites: Vec<String>,
    /// Whether it holds everywhere.
    #[serde(default)]
    all_sites: bool,
    /// Until when, two years from now at the latest; a year when not said.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Instant>,
    /// What of its role it may do: `all`, `read-only`, or codes of actions with commas between; all when not said.
    scope: Option<String>,
}

/// A token that was given.
#[derive(Serialize, ToSchema)]
pub struct Given {
    #[serde(flatten)]
    record: TokenShape,
    /// The token: shown this once and kept nowhere.
    token: String,
}

/// `POST /tokens`: takes no `Idempotency-Key`, since the kept answer would hold the token.
///
/// # Errors
/// 422 for the body, 403 for access beyond the caller's own.
pub async fn give(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    ask.signed_in_just_now()?;
    let read: NewTokenBody = body.json()?;
    let mut faults = Faults::new();
    let name = super::fields::words(&mut faults, "/name", &read.name, 100);
    let role = super::fields::code(
        &mut faults,
        "/role",
        &read.role,
        Role::from_code,
        &Role::ALL.map(Role::code),
    );
    let mut sites = Vec::new();
    for (n, text) in read.sites.iter().enumerate() {
        sites.extend(faults.take(format!("/sites/{n}"), Finess::parse(text)));
    }
    sites.sort_unstable();
    sites.dedup();
    if read.all_sites != read.sites.is_empty() {
        faults.push(Fault::new(
            "/sites",
            Said::new(
                "must name sites, or all_sites must be true, and not both",
                "doit nommer des sites, ou bien all_sites doit être vrai, et pas les deux",
            ),
        ));
    }
    if read.expires_at.is_some_and(|at| at.year() > Day::LAST_YEAR) {
        let said = Said::new("lies after this century", "est postérieur à ce siècle");
        faults.push(Fault::new("/expires_at", said).expected(Said::new(
            "an instant up to 2099",
            "un instant, 2099 au plus",
        )));
    }
    let scope = scope(&mut faults, read.scope.as_deref());
    let (name, role, scope) = faults.all((name, role, scope))?;
    let reach = if read.all_sites {
        Reach::Everywhere
    } else {
        Reach::Sites(sites)
    };
    let new = NewToken {
        name,
        role,
        reach,
        expires_at: read.expires_at,
    };
    ask.write(
        Repeat::Never,
        body.bytes(),
        Vec::new(),
        "token.give",
        move |act| {
            let (record, token) = give_access::give_for(act, &new, scope.clone())?;
            let record = shape(record);
            created(format!("{}/tokens", super::BASE), &Given { record, token })
        },
    )
    .await
}

fn scope(faults: &mut Faults, text: Option<&str>) -> Option<Scope> {
    match Scope::parse(text.unwrap_or("all")) {
        Ok(scope) => Some(scope),
        Err(word) => {
            let said = Said::new("is no code of an action", "n'est pas un code d'action");
            let shown: String = word.chars().take(60).collect();
            let known = Action::ALL.map(Action::code).join(", ");
            let expected = Said::same(format!("all, read-only, {known}"));
            faults.push(Fault::new("/scope", said).found(shown).expected(expected));
            None
        }
    }
}

/// How a token is rotated.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RotateBody {
    /// For how many hours the secret of now stays good, 0 to 168; 24 when not said.
    #[serde(default = "a_day")]
    overlap_hours: u32,
}

const fn a_day() -> u32 {
    24
}

/// `POST /tokens/{id}/rotate`: takes no `Idempotency-Key`, since the kept answer would hold the token.
///
/// # Errors
/// 404 when there is none within the caller's reach, 409 when it is not in use, 422 for the body.
pub async fn rotate(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    ask.signed_in_just_now()?;
    let id = TokenId::new(ask.part("id"));
    let read: RotateBody = body.json()?;
    let overlap = chrono::TimeDelta::hours(i64::from(read.overlap_hours));
    ask.write(
        Repeat::Never,
        body.bytes(),
        Vec::new(),
        "token.rotate",
        move |act| {
            let (record, token) = give_access::rotate(act, &id, overlap)?;
            let record = shape(record);
            answer(200, &Given { record, token })
        },
    )
    .await
}

/// `DELETE /tokens/{id}`
///
/// # Errors
/// 404 when there is none within the caller's reach.
pub async fn revoke(ask: Ask) -> Result<HttpResponse, Problem> {
    let id = TokenId::new(ask.part("id"));
    ask.write(
        Repeat::MayBeKeyed,
        b"",
        Vec::new(),
        "token.revoke",
        move |act| {
            give_access::revoke(act, &id)?;
            Ok(nothing())
        },
    )
    .await
}
