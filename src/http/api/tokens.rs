//! `/tokens`: who has access, and `/whoami`.

use super::ask::{Ask, Repeat, created, nothing};
use crate::app::give_access::{self, NewToken};
use crate::app::records::{Reach, TokenRecord};
use crate::app::see::commons;
use crate::domain::calendar::{Day, Instant};
use crate::domain::code::Finess;
use crate::domain::id::TokenId;
use crate::domain::role::Role;
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
    role: &'static str,
    /// The sites where the role is held; absent: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    sites: Option<Vec<String>>,
    /// The time that the service shows.
    #[schema(value_type = String, format = DateTime)]
    now: Instant,
    /// Whether that is a simulated clock.
    simulated_clock: bool,
}

/// `GET /whoami`
///
/// # Errors
/// None of its own.
pub async fn whoami(ask: Ask) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(WhoAmI {
        name: ask.caller.name.clone(),
        role: ask.caller.role.code(),
        sites: site_names(&ask.caller.reach),
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
    /// Until when, 2099 at the latest; for ever when not said.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Instant>,
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
    let (name, role) = faults.all((name, role))?;
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
            let (record, token) = give_access::give(act, &new)?;
            let record = shape(record);
            created(format!("{}/tokens", super::BASE), &Given { record, token })
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
