//! `/break-glass`: access to a site that is not one's own, for a while and a stated reason.

use super::ask::{Ask, Repeat, answer, nothing};
use super::fields::{code, words};
use crate::app::break_glass::{self, Wanted};
use crate::domain::breaking::{Breaking, REASON_MOST, ROLES};
use crate::domain::calendar::Instant;
use crate::domain::code::Finess;
use crate::domain::id::BreakGlassId;
use crate::domain::role::Role;
use crate::http::body::Body;
use crate::http::problem::{Faults, Problem};
use crate::http::query::Query;
use actix_web::HttpResponse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Access that somebody took.
#[derive(Serialize, ToSchema)]
pub struct BreakingShape {
    id: String,
    /// FINESS number of the site.
    site: String,
    /// Who: `person:` and an id, as on the audit trail.
    by: String,
    name: String,
    /// `pharmacist`, `car-t-unit` or `prescriber`.
    role: &'static str,
    reason: String,
    #[schema(value_type = String, format = DateTime)]
    broken_at: Instant,
    /// Until when at the latest.
    #[schema(value_type = String, format = DateTime)]
    until: Instant,
    /// When somebody ended it before that.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Instant>,
    /// Who ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_by: Option<String>,
}

fn shape((one, name): (Breaking, String)) -> BreakingShape {
    let (ended_at, ended_by) = one.ended.unzip();
    BreakingShape {
        id: one.id.to_string(),
        site: one.site.to_string(),
        by: crate::app::Caller::id_of_person(&one.person),
        name,
        role: one.role.code(),
        reason: one.reason,
        broken_at: one.at,
        until: one.until,
        ended_at,
        ended_by,
    }
}

/// What somebody wants who breaks the glass.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BreakingBody {
    /// FINESS number of the site.
    site: String,
    /// `pharmacist`, `car-t-unit` or `prescriber`; need not be said by who holds one of them alone.
    role: Option<String>,
    /// Why, 1 to 500 characters: read by the pharmacist and the coordinator of the site.
    reason: String,
}

/// `POST /break-glass`
///
/// # Errors
/// 422 for the body or a role that is not held, 404 for a site that is not there, 409 when the access is held already.
pub async fn break_it(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let read: BreakingBody = body.json()?;
    let mut faults = Faults::new();
    let site = faults.take("/site", Finess::parse(&read.site));
    let role = read.role.as_deref();
    let role = role.and_then(|text| {
        let known = ROLES.map(Role::code);
        code(&mut faults, "/role", text, Role::from_code, &known)
    });
    let reason = words(&mut faults, "/reason", &read.reason, REASON_MOST);
    let (site, reason) = faults.all((site, reason))?;
    let lasts = ask.entrance.service.access().breaking;
    let wanted = Wanted { site, role, reason };
    let name = ask.caller.name.clone();
    let there = ask
        .read(move |act| crate::app::file_request::is_site(act, site))
        .await?;
    ask.write(
        Repeat::MayBeKeyed,
        body.bytes(),
        Vec::from_iter(Some(site).filter(|_| there)),
        "break-glass",
        move |act| {
            let one = break_glass::break_glass(act, &wanted, lasts)?;
            answer(201, &shape((one, name.clone())))
        },
    )
    .await
}

/// `GET /break-glass`: one's own.
///
/// # Errors
/// 400 for the query, 403 for a token.
pub async fn own(ask: Ask, mut query: Query) -> Result<HttpResponse, Problem> {
    let page = query.page("break-glass");
    query.finish()?;
    let (after, rows) = (page.after.clone(), page.rows());
    let found = ask
        .read(move |act| break_glass::own(act, after.as_deref(), rows))
        .await?;
    let all: Vec<BreakingShape> = found.into_iter().map(shape).collect();
    Ok(HttpResponse::Ok().json(page.cut(all, |one| one.id.clone())))
}

/// `GET /sites/{finess}/break-glass`
///
/// # Errors
/// 400 for the query.
pub async fn at_site(ask: Ask, mut query: Query) -> Result<HttpResponse, Problem> {
    let site = ask.site()?;
    let page = query.page("break-glass of a site");
    query.finish()?;
    let (after, rows) = (page.after.clone(), page.rows());
    let found = ask
        .read(move |act| break_glass::at_site(act, site, after.as_deref(), rows))
        .await?;
    let all: Vec<BreakingShape> = found.into_iter().map(shape).collect();
    Ok(HttpResponse::Ok().json(page.cut(all, |one| one.id.clone())))
}

/// `DELETE /break-glass/{id}`: ends it, by whoever broke it or oversees it at the site.
///
/// # Errors
/// 404 when the caller may know of none, 409 when it is over.
pub async fn end(ask: Ask) -> Result<HttpResponse, Problem> {
    let id = BreakGlassId::new(ask.part("id"));
    let named = id.clone();
    let site = ask
        .read(move |act| break_glass::site_of(act, &named))
        .await?;
    ask.write(
        Repeat::MayBeKeyed,
        b"",
        Vec::from_iter(site),
        "break-glass.end",
        move |act| {
            break_glass::end(act, &id)?;
            Ok(nothing())
        },
    )
    .await
}
