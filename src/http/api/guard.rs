//! Who is asking, and whether they may: before any handler runs.

use super::ask::{Ask, LineLeft};
use super::{routes, unread};
use crate::app::act::Done;
use crate::app::{Act, Caller, file_request};

use crate::domain::code::Finess;
use crate::domain::reason::Refusal;
use crate::domain::role::{Action, may};
use crate::http::door::nothing_here;
use crate::http::entrance::Entrance;
use crate::http::language::Said;
use crate::http::peer::peer;
use crate::http::problem::{Fault, Kind, Place, Problem};
use crate::http::query::Query;
use crate::http::request_id::RequestId;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, web};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// What the guard lets through with a request.
#[derive(Clone, Debug)]
pub struct Admitted {
    /// Who is asking.
    pub caller: Caller,
    /// The site that the address names, if it names one.
    pub site: Option<Finess>,
}

/// What a route asks of whoever calls it.
#[derive(Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "what the table of routes says of one, yes or no"
)]
struct Rule {
    action: Action,
    at_site: bool,
    reads_query: bool,
    keeps: bool,
    leaves_a_line: bool,
}

type Rules = BTreeMap<(String, String), Rule>;

fn rules() -> &'static Rules {
    static RULES: OnceLock<Rules> = OnceLock::new();
    RULES.get_or_init(|| {
        let rule = |r: super::route::Route| {
            (
                (
                    r.method.to_string(),
                    format!("{}{}", super::BASE, r.pattern),
                ),
                Rule {
                    action: r.action,
                    at_site: r.at_site(),
                    reads_query: r.reads_query(),
                    keeps: r.takes_a_key(),
                    leaves_a_line: r.must_leave_a_line(),
                },
            )
        };
        routes::table().into_iter().map(rule).collect()
    })
}

/// The middleware of `/api/v1`.
///
/// Without a token in force: 401, whatever the address. With one: 404 for what is not there, 405
/// for a method that is not, 403 for what the role or its sites do not include, which is written
/// into the audit trail; then 404 for a site that is not there.
///
/// # Errors
/// The [`Problem`] of whoever is not let through.
pub async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let (caller, there) = authenticate(&request).await?;
    let pattern = request.match_pattern().ok_or_else(nothing_here)?;
    let key = (request.method().to_string(), pattern);
    let Some(rule) = rules().get(&key).copied() else {
        let allowed: Vec<Method> = rules()
            .keys()
            .filter(|(_, p)| *p == key.1)
            .filter_map(|(m, _)| m.parse().ok())
            .collect();
        let problem = if allowed.is_empty() {
            nothing_here()
        } else {
            Problem::method_not_allowed(&allowed)
        };
        return Err(problem.into());
    };
    let site = if rule.at_site {
        Some(site(&request)?)
    } else {
        None
    };
    if caller.check(rule.action, site).is_err() {
        let why = match site {
            _ if !may(caller.role, rule.action) => Why::Role,
            Some(_) => Why::Site,
            None => Why::EverySite,
        };
        let entrance = entrance(&request)?;
        note(entrance, caller, site.filter(|_| there), &key).await?;
        return Err(forbidden(why).into());
    }
    if let (Some(site), false) = (site, there) {
        let (what, name) = ("site", site.to_string());
        return Err(super::refused::refused(&Refusal::Unknown { what, name }).into());
    }
    if !rule.reads_query {
        // a parameter that is not read is a wish that is not heard: `?dry_run=true` on a write
        Query::of(request.query_string()).finish()?;
    }
    let admitted = Admitted { caller, site };
    request.extensions_mut().insert(admitted.clone());
    let answered = next.call(request).await?.map_into_boxed_body();
    let left = answered.request().extensions().get::<LineLeft>().is_some();
    if rule.leaves_a_line && answered.status().is_success() && !left {
        // a bug of ours, which every test that calls such a route finds; nobody is shown what nobody wrote down
        let what = format!("{} {} left no line on the audit trail", key.0, key.1);
        return Err(Problem::internal(what).into());
    }
    if rule.keeps {
        return unread::kept(answered, admitted).await;
    }
    Ok(answered)
}

/// Writes into the audit trail that somebody was not let through: into their site's where there is
/// such a site, else into the service's.
async fn note(
    entrance: &Entrance,
    caller: Caller,
    site: Option<Finess>,
    (method, pattern): &(String, String),
) -> Result<(), Problem> {
    let details =
        json!({ "reason": Refusal::Forbidden.code(), "method": method, "address": pattern });
    let work = move |act: &mut Act<'_>| {
        let line = Done {
            action: "access",
            object: "",
            patient: None,
            details: details.clone(),
        };
        act.audit_refusal(site, line)
    };
    entrance
        .service
        .write(caller, entrance.clock.now(), Vec::from_iter(site), work)
        .await
        .map_err(super::refused::problem)
}

/// Refuses a site that a request names beside its address, where it is not the caller's; as for one that
/// the address names, that is written into the audit trail.
///
/// # Errors
/// 403 when it is not the caller's.
pub(super) async fn at_site(ask: &Ask, site: Option<Finess>) -> Result<(), Problem> {
    let Some(site) = site.filter(|site| !ask.caller.reach.includes(*site)) else {
        return Ok(());
    };
    let there = ask
        .read(move |act| file_request::is_site(act, site))
        .await?;
    let request = ask.request();
    let pattern = request.match_pattern().unwrap_or_default();
    let key = (request.method().to_string(), pattern);
    let named = Some(site).filter(|_| there);
    note(&ask.entrance, ask.caller.clone(), named, &key).await?;
    Err(forbidden(Why::Site))
}

/// The site in the address: the guard runs before the router has taken the address apart.
fn site(request: &ServiceRequest) -> Result<Finess, Problem> {
    let below = request
        .path()
        .strip_prefix(super::BASE)
        .and_then(|p| p.strip_prefix("/sites/"));
    let text = below.and_then(|p| p.split('/').next()).unwrap_or_default();
    Finess::parse(text).map_err(|e| {
        Problem::at(
            Kind::BadAddress,
            Fault::new(Place::Path("finess".to_owned()), e).found(text),
        )
    })
}

/// What somebody lacks who is not let through.
#[derive(Clone, Copy)]
enum Why {
    /// Their role does not include it anywhere.
    Role,
    /// Their role is not held at this site.
    Site,
    /// Their role is not held at every site, and it is felt there.
    EverySite,
}

fn forbidden(why: Why) -> Problem {
    let said = match why {
        Why::Role => Said::new(
            "Your role does not include this.",
            "Votre rôle ne comprend pas cette action.",
        ),
        Why::Site => Said::new(
            "Your token does not hold at this site.",
            "Votre jeton ne vaut pas pour ce site.",
        ),
        Why::EverySite => Said::new(
            "This is felt at every site: it needs a token that holds at all of them.",
            "Cette action touche tous les sites : elle demande un jeton qui vaut pour tous.",
        ),
    };
    Problem::new(Kind::Forbidden, said)
}

fn entrance(request: &ServiceRequest) -> Result<&web::Data<Entrance>, Problem> {
    request
        .app_data::<web::Data<Entrance>>()
        .ok_or_else(|| Problem::internal("the entrance is not in the app's data"))
}

/// Who is asking, and whether the site that the address names is there.
async fn authenticate(request: &ServiceRequest) -> Result<(Caller, bool), Problem> {
    let entrance = entrance(request)?;
    let token = bearer(request)?;
    let now = entrance.clock.now();
    let site = site(request).ok();
    let known = entrance
        .service
        .admit(token, site, now)
        .await
        .map_err(super::refused::database)?;
    let Some((token, there)) = known else {
        return Err(Problem::unauthenticated(Said::new(
            "This token is unknown, expired or revoked.",
            "Ce jeton est inconnu, expiré ou révoqué.",
        )));
    };
    let request_id = request
        .extensions()
        .get::<RequestId>()
        .map_or_else(String::new, |id| id.as_str().to_owned());
    let caller = Caller {
        id: token.id.to_string(),
        name: token.name,
        role: token.role,
        reach: token.reach,
        request_id,
        peer: peer(request),
    };
    Ok((caller, there))
}

fn bearer(request: &ServiceRequest) -> Result<String, Problem> {
    let missing = || {
        Problem::unauthenticated(Said::new(
            "Send your token as `Authorization: Bearer dot_…`.",
            "Envoyez votre jeton : `Authorization: Bearer dot_…`.",
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
