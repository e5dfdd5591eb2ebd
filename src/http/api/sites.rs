//! `/sites`: the pharmacies.

use super::ask::{Ask, Repeat, answer, created, versioned};
use super::fields::{code, day, milligrams, optional_words, said, words};
use crate::app::records::Reach;
use crate::app::see::commons;
use crate::app::{self, edit_sites};
use crate::domain::code::Finess;
use crate::domain::reason::Refusal;
use crate::domain::rule::{Resupply, Slug};
use crate::domain::site::{Ahead, ByHand, Site};
use crate::http::body::Body;
use crate::http::etag::Expected;
use crate::http::language::Said;
use crate::http::problem::{Fault, Faults, Problem};
use crate::http::query::Query;
use actix_web::HttpResponse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A site.
#[derive(Serialize, ToSchema)]
pub struct SiteShape {
    finess: String,
    network: String,
    name: String,
    /// IANA name.
    time_zone: String,
    /// Whether it is qualified for CAR-T therapies.
    car_t: bool,
    /// Its own reference dose, if it set one; only of your sites.
    #[serde(skip_serializing_if = "Option::is_none")]
    reference_dose_mg: Option<f64>,
    /// Resupply as it was set by hand, if it was; only of your sites.
    #[serde(skip_serializing_if = "Option::is_none")]
    resupply_by_hand: Option<ByHandShape>,
    /// Usable units that expire within so many days are heard of; only of your sites.
    #[serde(skip_serializing_if = "Option::is_none")]
    expiry_notice_days: Option<u32>,
    /// A breach of the reserve is looked for on so many days to come; only of your sites.
    #[serde(skip_serializing_if = "Option::is_none")]
    forecast_days: Option<u32>,
    version: i64,
}

/// Resupply set by hand.
#[derive(Serialize, ToSchema)]
pub struct ByHandShape {
    /// `assured` or `compromised`.
    resupply: &'static str,
    reason: String,
    /// The last day on which it holds.
    until: String,
}

/// As it is shown to those who have it within their reach.
pub(super) fn shape(site: &Site) -> SiteShape {
    SiteShape {
        finess: site.finess.to_string(),
        network: site.network.to_string(),
        name: site.name.clone(),
        time_zone: site.zone.name().to_owned(),
        car_t: site.car_t,
        reference_dose_mg: site.reference_dose.map(super::stock::as_mg),
        resupply_by_hand: site.by_hand.as_ref().map(|h| ByHandShape {
            resupply: h.resupply.code(),
            reason: h.reason.clone(),
            until: h.until.to_string(),
        }),
        expiry_notice_days: Some(site.ahead.expiry_notice_days),
        forecast_days: Some(site.ahead.forecast_days),
        version: site.version,
    }
}

/// What everybody may see of a site: how it fares is for those who have it within their reach.
fn seen_by(reach: &Reach, site: &Site) -> SiteShape {
    let whole = shape(site);
    if reach.includes(site.finess) {
        return whole;
    }
    SiteShape {
        reference_dose_mg: None,
        resupply_by_hand: None,
        expiry_notice_days: None,
        forecast_days: None,
        ..whole
    }
}

/// The sites.
#[derive(Serialize, ToSchema)]
pub struct Sites {
    items: Vec<SiteShape>,
}

/// `GET /sites`: all of them, those beyond the caller's reach by what everybody may see.
///
/// # Errors
/// 400 for the query.
pub async fn list(ask: Ask, mut query: Query) -> Result<HttpResponse, Problem> {
    let network = query.parse("network", Slug::parse);
    query.finish()?;
    let found = ask
        .read(move |act| commons::sites(act, network.as_ref()))
        .await?;
    Ok(HttpResponse::Ok().json(Sites {
        items: found
            .iter()
            .map(|s| seen_by(&ask.caller.reach, s))
            .collect(),
    }))
}

/// `GET /sites/{finess}`
///
/// # Errors
/// 404 when there is none.
pub async fn see(ask: Ask) -> Result<HttpResponse, Problem> {
    let finess = ask.site()?;
    let site = ask.read(move |act| commons::site(act, finess)).await?;
    Ok(ask.seen(site.version, &shape(&site)))
}

/// A site to be added.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSite {
    finess: String,
    network: String,
    name: String,
    /// IANA name; the one that the service is set to (`time_zone`) when not said.
    time_zone: Option<String>,
    #[serde(default)]
    car_t: bool,
    /// Its own reference dose, as a children's centre may set.
    #[schema(value_type = Option<f64>)]
    reference_dose_mg: Option<serde_json::Number>,
}

/// `POST /sites`
///
/// # Errors
/// 422 for the body, 404 for the network, 409 when it is there.
pub async fn add(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let read: NewSite = body.json()?;
    let mut faults = Faults::new();
    let finess = faults.take("/finess", Finess::parse(&read.finess));
    let network = faults.take("/network", Slug::parse(&read.network));
    let name = words(&mut faults, "/name", &read.name, 120);
    let zone = zone(
        &mut faults,
        read.time_zone
            .as_deref()
            .unwrap_or(ask.entrance.time_zone.name()),
    );
    let reference_dose = read
        .reference_dose_mg
        .as_ref()
        .map(|n| milligrams(&mut faults, "/reference_dose_mg", n));
    let (finess, network, name, zone) = faults.all((finess, network, name, zone))?;
    let reference_dose = reference_dose.flatten();
    let site = Site {
        finess,
        network,
        name,
        zone,
        car_t: read.car_t,
        reference_dose,
        by_hand: None,
        ahead: Ahead::default(),
        version: 1,
    };
    ask.write(
        Repeat::MayBeKeyed,
        body.bytes(),
        Vec::new(),
        "site.add",
        move |act| {
            let site = edit_sites::add_site(act, &site)?;
            Ok(versioned(
                created(format!("{}/sites/{finess}", super::BASE), &shape(&site))?,
                site.version,
            ))
        },
    )
    .await
}

fn zone(faults: &mut Faults, text: &str) -> Option<chrono_tz::Tz> {
    let parsed = text.parse::<chrono_tz::Tz>().ok();
    if parsed.is_none() {
        faults.push(
            Fault::new(
                "/time_zone",
                Said::new("is no time zone", "n'est pas un fuseau horaire"),
            )
            .found(text)
            .expected(Said::new(
                "an IANA name such as Europe/Paris",
                "un nom IANA tel que Europe/Paris",
            )),
        );
    }
    parsed
}

/// What changes of a site; what is not said stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SiteEdit {
    name: Option<String>,
    time_zone: Option<String>,
    car_t: Option<bool>,
    /// `null` takes the rulebook's again.
    #[serde(default, deserialize_with = "said")]
    #[expect(clippy::option_option, reason = "tells null from what is not said")]
    #[schema(value_type = Option<f64>)]
    reference_dose_mg: Option<Option<serde_json::Number>>,
}

/// `PATCH /sites/{finess}`
///
/// # Errors
/// 428 and 412 for the version, 422 for the body.
pub async fn edit(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let (finess, expected) = (ask.site()?, Expected::of(ask.request())?);
    let read: SiteEdit = body.json()?;
    let mut faults = Faults::new();
    let name = optional_words(&mut faults, "/name", read.name.as_deref(), 120);
    let zone = read.time_zone.as_deref().and_then(|z| zone(&mut faults, z));
    let dose = read
        .reference_dose_mg
        .map(|n| n.and_then(|n| milligrams(&mut faults, "/reference_dose_mg", &n)));
    faults.finish()?;
    let car_t = read.car_t;
    ask.write(
        Repeat::MayBeKeyed,
        body.bytes(),
        vec![finess],
        "site.edit",
        move |act| {
            let version = current(act, finess, &expected)?;
            let site = edit_sites::edit_site(act, finess, version, |site| {
                site.name = name.clone().unwrap_or_else(|| site.name.clone());
                site.zone = zone.unwrap_or(site.zone);
                site.car_t = car_t.unwrap_or(site.car_t);
                site.reference_dose = dose.unwrap_or(site.reference_dose);
            })?;
            Ok(versioned(answer(200, &shape(&site))?, site.version))
        },
    )
    .await
}

/// Returns the version that stands when `If-Match` allows it.
///
/// # Errors
/// Refused when it does not, or there is no such site.
pub(super) fn current(
    act: &mut app::Act<'_>,
    finess: Finess,
    expected: &Expected,
) -> Result<i64, app::Error> {
    let version = commons::site(act, finess)?.version;
    if expected.allows(version) {
        Ok(version)
    } else {
        Err(Refusal::Stale { version }.into())
    }
}

/// Resupply to be set by hand; without `resupply`, the deliveries say it again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResupplyBody {
    /// `assured` or `compromised`; `null` or absent: as the deliveries say.
    resupply: Option<String>,
    reason: Option<String>,
    /// The last day on which it holds.
    until: Option<String>,
}

/// `PUT /sites/{finess}/resupply`
///
/// # Errors
/// 428 and 412 for the version, 422 for the body.
pub async fn resupply(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let (finess, expected) = (ask.site()?, Expected::of(ask.request())?);
    let read: ResupplyBody = body.json()?;
    let mut faults = Faults::new();
    let by_hand = match &read.resupply {
        None => None,
        Some(text) => {
            let resupply = code(
                &mut faults,
                "/resupply",
                text,
                Resupply::from_code,
                &["assured", "compromised"],
            );
            let reason = words(
                &mut faults,
                "/reason",
                read.reason.as_deref().unwrap_or_default(),
                500,
            );
            let until = day(
                &mut faults,
                "/until",
                read.until.as_deref().unwrap_or_default(),
            );
            let (resupply, reason, until) = faults.all((resupply, reason, until))?;
            Some(ByHand {
                resupply,
                reason,
                until,
            })
        }
    };
    ask.write(
        Repeat::MayBeKeyed,
        body.bytes(),
        vec![finess],
        "site.resupply",
        move |act| {
            let version = current(act, finess, &expected)?;
            let site = edit_sites::set_resupply(act, finess, version, by_hand.clone())?;
            Ok(versioned(answer(200, &shape(&site))?, site.version))
        },
    )
    .await
}
