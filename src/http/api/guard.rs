//! Who is asking, and whether they may: before any handler runs.

use super::ask::Ask;
use super::authenticate::{self, Here, Known};
use super::keyed::LineLeft;
use super::route::Callers;
use super::{forged, routes, unread};
use crate::app::act::Done;
use crate::app::caller::Lacks;
use crate::app::{Act, Caller, file_request};

use crate::domain::code::Finess;
use crate::domain::reason::{OfAccess, Refusal};
use crate::domain::role::Action;
use crate::http::asked::asked_by;
use crate::http::door::{Door, nothing_here};
use crate::http::entrance::Entrance;
use crate::http::language::Said;
use crate::http::problem::{Fault, Kind, Place, Problem};
use crate::http::query::Query;
use crate::http::throttle::Class;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
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
    /// The session by whose cookie they come, if they do.
    pub session: Option<Here>,
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
    callers: Callers,
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
                    callers: r.callers(),
                },
            )
        };
        routes::table().into_iter().map(rule).collect()
    })
}

/// The middleware of `/api/v1`.
///
/// Some routes are open to anybody: those by which one signs in. Else, without a token or a session in force: 401, whatever the address. With one: 404 for what is not there, 405
/// for a method that is not, 403 for what the role or its sites do not include, which is written
/// into the audit trail; then 404 for a site that is not there.
///
/// # Errors
/// The [`Problem`] of whoever is not let through.
pub async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let key = request
        .match_pattern()
        .map(|pattern| (request.method().to_string(), pattern));
    let rule = key.as_ref().and_then(|key| rules().get(key)).copied();
    if rule.is_some_and(|rule| rule.callers == Callers::Anybody) {
        return let_in(request, next).await;
    }
    let Known {
        caller,
        there,
        session,
    } = authenticate::known(&request).await?;
    throttled(&request, &caller)?;
    let key = key.ok_or_else(nothing_here)?;
    let Some(rule) = rule else {
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
    let lacks = caller.lacks(rule.action, site);
    let caller = caller.admitted_for(rule.action, site);
    if let Some(why) = lacks {
        let entrance = entrance(&request)?;
        note(entrance, caller, site.filter(|_| there), &key).await?;
        return Err(forbidden(why).into());
    }
    if let (Some(site), false) = (site, there) {
        let (what, name) = ("site", site.to_string());
        return Err(super::refused::refused(&Refusal::Unknown { what, name }).into());
    }
    if rule.callers == Callers::People && session.is_none() {
        return Err(super::refused::refused(&OfAccess::NotAPerson.into()).into());
    }
    if !rule.reads_query {
        // a parameter that is not read is a wish that is not heard: `?dry_run=true` on a write
        Query::of(request.query_string()).finish()?;
    }
    let admitted = Admitted {
        caller,
        site,
        session,
    };
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

/// Counts a request of somebody who is known.
fn throttled(request: &ServiceRequest, caller: &Caller) -> Result<(), Problem> {
    let door = request
        .app_data::<web::Data<Door>>()
        .ok_or_else(|| Problem::internal("the door is not in the app's data"))?;
    let pattern = request.match_pattern().unwrap_or_default();
    match Class::of(request.method(), &pattern) {
        Some(class) => door.throttle.account(&caller.id, class),
        None => Ok(()),
    }
}

/// Lets anybody in whom nobody knows: who signs in, or asks for a letter to set a password.
async fn let_in(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    forged::same_origin(&request)?;
    Query::of(request.query_string()).finish()?;
    let admitted = Admitted {
        caller: Caller::nobody(&asked_by(request.request())),
        site: None,
        session: None,
    };
    request.extensions_mut().insert(admitted);
    Ok(next.call(request).await?.map_into_boxed_body())
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
    Err(forbidden(Lacks::Site))
}

/// The site in the address: the guard runs before the router has taken the address apart.
pub(super) fn site(request: &ServiceRequest) -> Result<Finess, Problem> {
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

fn forbidden(why: Lacks) -> Problem {
    let said = match why {
        Lacks::Role => Said::new(
            "Your role does not include this.",
            "Votre rôle ne comprend pas cette action.",
        ),
        Lacks::Scope => Said::new(
            "Your token is not for this.",
            "Votre jeton n'est pas prévu pour cette action.",
        ),
        Lacks::Site => Said::new(
            "Your access does not hold at this site.",
            "Votre accès ne vaut pas pour ce site.",
        ),
        Lacks::EverySite => Said::new(
            "This is felt at every site: it needs access that holds at all of them.",
            "Cette action touche tous les sites : elle demande un accès qui vaut pour tous.",
        ),
    };
    Problem::new(Kind::Forbidden, said)
}

pub(super) fn entrance(request: &ServiceRequest) -> Result<&web::Data<Entrance>, Problem> {
    request
        .app_data::<web::Data<Entrance>>()
        .ok_or_else(|| Problem::internal("the entrance is not in the app's data"))
}
