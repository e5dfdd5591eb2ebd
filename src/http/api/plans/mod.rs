//! `/plans`: who is served with what there is.

mod approve;
mod preview;
mod shapes;

pub use approve::{ApproveBody, ApprovedShape, LeftOutBody, approve};
pub(super) use preview::refused;
pub use preview::{
    CaseBody, CompareBody, WhatIfBody, Written, compare, preview, verified, what_if,
};
pub use shapes::{KeptShape, PlanHeader, PlanLineShape, PlanShape, PreviewShape};

use super::ask::{Ask, Repeat, created};
use super::fields::code;
use crate::app::live_case::{Scope, Terms};
use crate::app::make_plan;
use crate::app::see::plans;
use crate::app::{self, Act};
use crate::domain::code::Finess;
use crate::domain::id::PlanId;
use crate::domain::plan::Transfers;
use crate::domain::rule::Slug;
use crate::http::body::Body;
use crate::http::etag::etag;
use crate::http::language::Said;
use crate::http::problem::{Fault, Faults, Problem};
use crate::http::query::Query;
use crate::wire::plan_case::MOST_ROUNDING;
use actix_web::HttpResponse;
use serde::Deserialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// What is to be planned: one of `network` and `sites`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanBody {
    /// All sites of this network.
    network: Option<String>,
    /// These sites, by FINESS number.
    sites: Option<Vec<String>>,
    /// By which rulebook; may be left out where only one ranks requests.
    rulebook: Option<String>,
    /// Which of the sites share their stock: `none`, `network` (the usual) or `all`.
    transfers: Option<String>,
    /// How many days ahead requests are planned, 1 to 366; 28 when not said.
    horizon_days: Option<i64>,
    /// By how many percent a request's dose may be rounded down to fit whole vials, 0 to 20; 0 when not said.
    dose_rounding_down_pct: Option<i64>,
    /// Whether the plan is kept, so that it can be approved; only shown when not said.
    #[serde(default)]
    keep: bool,
}

impl PlanBody {
    fn terms(&self) -> Result<Terms, Problem> {
        let mut faults = Faults::new();
        let scope = self.scope(&mut faults);
        let known = Transfers::ALL.map(Transfers::code);
        let transfers = match self.transfers.as_deref() {
            Some(t) => code(&mut faults, "/transfers", t, Transfers::from_code, &known),
            None => Some(Transfers::Network),
        };
        let horizon = whole(&mut faults, "/horizon_days", self.horizon_days, 1, 366);
        let pct = self.dose_rounding_down_pct;
        let rounding = whole(
            &mut faults,
            "/dose_rounding_down_pct",
            pct,
            0,
            MOST_ROUNDING,
        );
        let (scope, transfers) = faults.all((scope, transfers))?;
        Ok(Terms {
            scope,
            rulebook: self.rulebook.clone(),
            transfers,
            horizon_days: horizon.unwrap_or(Terms::HORIZON_DAYS),
            rounding_down_pct: rounding.unwrap_or(0),
        })
    }

    fn scope(&self, faults: &mut Faults) -> Option<Scope> {
        match (&self.network, &self.sites) {
            (Some(network), None) => {
                let network = faults.take("/network", Slug::parse(network))?;
                Some(Scope::Network(network))
            }
            (None, Some(sites)) if !sites.is_empty() => {
                let read: Vec<Option<Finess>> = sites
                    .iter()
                    .enumerate()
                    .map(|(n, site)| faults.take(format!("/sites/{n}"), Finess::parse(site)))
                    .collect();
                let sites: Option<BTreeSet<Finess>> = read.into_iter().collect();
                Some(Scope::Sites(sites?))
            }
            (None, None | Some(_)) | (Some(_), Some(_)) => {
                let said = Said::new(
                    "says not which sites: name a network, or a list of sites, not both",
                    "ne dit pas quels sites : nommez un groupement, ou une liste de sites, pas les deux",
                );
                faults.push(Fault::new("/network", said));
                None
            }
        }
    }
}

/// Reads a whole number that may be left out.
fn whole(faults: &mut Faults, at: &str, n: Option<i64>, least: u32, most: u32) -> Option<u32> {
    let n = n?;
    let read = u32::try_from(n).ok().filter(|n| (least..=most).contains(n));
    if read.is_none() {
        let said = Said::new("is out of bounds", "est hors des bornes");
        faults.push(Fault::new(at, said).found(n).expected(Said::new(
            format!("{least} to {most}"),
            format!("{least} à {most}"),
        )));
    }
    read
}

/// `POST /plans`
///
/// # Errors
/// 422 for the body, 404 for a site or network, 403 where the caller may not plan.
pub async fn make(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let read: PlanBody = body.json()?;
    let terms = read.terms()?;
    let language = ask.language;
    if !read.keep {
        let seen = ask
            .read(move |act| make_plan::preview(act, &terms, language))
            .await?;
        let patients = seen.patients.clone();
        ask.read_and_note(Vec::new(), move |act| {
            make_plan::note_reading(act, &patients)
        })
        .await?;
        return Ok(HttpResponse::Ok().json(PreviewShape::of(seen)?));
    }
    let scope = terms.scope.clone();
    let sites = ask.read(move |act| make_plan::sites(act, &scope)).await?;
    ask.write(
        Repeat::MayBeKeyed,
        body.bytes(),
        sites,
        "plan.keep",
        move |act| {
            let kept = make_plan::keep(act, &terms, language)?;
            let location = format!("{}/plans/{}", super::BASE, kept.plan.id);
            created(location, &KeptShape::of(&kept, act.rules))
        },
    )
    .await
}

/// `GET /plans`
///
/// # Errors
/// 400 for the query.
pub async fn list(ask: Ask, mut query: Query) -> Result<HttpResponse, Problem> {
    let page = query.page("plans");
    let site = query.parse("site", Finess::parse);
    query.finish()?;
    let (before, rows) = (page.after.clone(), page.rows());
    let found = ask
        .read(move |act| plans::plans(act, site, before.as_deref(), rows))
        .await?;
    let rows = found
        .iter()
        .map(|plan| PlanHeader::of(plan, ask.rules()))
        .collect();
    Ok(HttpResponse::Ok().json(page.cut(rows, |p: &PlanHeader| p.id.clone())))
}

/// `GET /plans/{id}`
///
/// # Errors
/// 404 when there is none, 403 when it covers sites beyond the caller's reach.
pub async fn see(ask: Ask) -> Result<HttpResponse, Problem> {
    let seen = seen(&ask).await?;
    let shape = PlanShape::of(&seen, ask.rules(), ask.language)?;
    // always whole: its lines go their way without a new version of the plan
    let version = etag(seen.plan.version);
    Ok(HttpResponse::Ok().insert_header(version).json(shape))
}

/// `GET /plans/{id}/document`
///
/// # Errors
/// As [`see`].
pub async fn document(ask: Ask) -> Result<HttpResponse, Problem> {
    let seen = seen(&ask).await?;
    let text = seen.document(ask.language).to_owned();
    Ok(json(text))
}

/// `GET /plans/{id}/case`
///
/// # Errors
/// As [`see`].
pub async fn case(ask: Ask) -> Result<HttpResponse, Problem> {
    let seen = seen(&ask).await?;
    Ok(json(seen.payload.frozen))
}

/// Reads a kept plan, and notes that its patients' requests were read.
async fn seen(ask: &Ask) -> Result<plans::SeenPlan, Problem> {
    let id = PlanId::new(ask.part("id"));
    look(ask, id, |_, seen| Ok(seen)).await
}

/// Looks at a kept plan, and notes at each site of it that it was read: what takes long is done before
/// anybody waits for the writing.
async fn look<T: Send + 'static>(
    ask: &Ask,
    id: PlanId,
    work: impl FnOnce(&mut Act<'_>, plans::SeenPlan) -> Result<T, app::Error> + Send + 'static,
) -> Result<T, Problem> {
    let of = id.clone();
    let (about, done) = ask
        .read(move |act| {
            let seen = plans::plan(act, &of)?;
            let about = seen.about();
            Ok((about, work(act, seen)?))
        })
        .await?;
    ask.read_and_note(Vec::new(), move |act| plans::note(act, &id, &about))
        .await?;
    Ok(done)
}

/// A text that is JSON already, byte for byte.
pub(super) fn json(text: String) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .body(text)
}
