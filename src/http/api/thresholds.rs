//! `/sites/{finess}/thresholds`: the minimums that a site sets itself; and how far ahead it looks.

use super::ask::{Ask, Repeat, answer, nothing, versioned};
use super::sites::{SiteShape, current, shape as site_shape};
use crate::app::edit_thresholds::{look_ahead, remove, see as find, set, subject};
use crate::app::see::{commons, of_site};
use crate::domain::shelf::{Measured, Subject, Threshold};
use crate::domain::site::Ahead;
use crate::http::body::Body;
use crate::http::etag::Expected;
use crate::http::idempotency::IdempotencyKey;
use crate::http::language::Said;
use crate::http::problem::{Fault, Faults, Problem};
use actix_web::HttpResponse;
use actix_web::http::header;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A minimum of a site.
#[derive(Serialize, ToSchema)]
pub struct ThresholdShape {
    /// What of, as it stands in its address: a CIP13, or the name of a rulebook, a colon and a route.
    subject: String,
    /// Of which presentation.
    #[serde(skip_serializing_if = "Option::is_none")]
    cip13: Option<String>,
    /// Of the medicine that this rulebook is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    rulebook: Option<String>,
    /// `iv`, `sc` or `oral`.
    #[serde(skip_serializing_if = "Option::is_none")]
    route: Option<&'static str>,
    /// Of a presentation: free units, in date.
    #[serde(skip_serializing_if = "Option::is_none")]
    minimum_units: Option<u32>,
    /// Of a route: milligrams that are free, in date.
    #[serde(skip_serializing_if = "Option::is_none")]
    minimum_mg: Option<u32>,
    version: i64,
}

fn shape(t: &Threshold) -> ThresholdShape {
    let (cip13, rulebook, route) = match &t.subject {
        Subject::Presentation(cip13) => (Some(cip13.to_string()), None, None),
        Subject::Route { rulebook, route } => {
            (None, Some(rulebook.to_string()), Some(route.code()))
        }
    };
    let measured = t.subject.measured();
    ThresholdShape {
        subject: t.subject.to_string(),
        cip13,
        rulebook,
        route,
        minimum_units: (measured == Measured::Units).then_some(t.minimum),
        minimum_mg: (measured == Measured::Mg).then_some(t.minimum),
        version: t.version,
    }
}

/// The minimums of a site.
#[derive(Serialize, ToSchema)]
pub struct Thresholds {
    /// By subject.
    items: Vec<ThresholdShape>,
}

/// `GET /sites/{finess}/thresholds`
///
/// # Errors
/// 404 for the site.
pub async fn list(ask: Ask) -> Result<HttpResponse, Problem> {
    let site = ask.site()?;
    let found = ask.read(move |act| of_site::thresholds(act, site)).await?;
    let items = found.iter().map(shape).collect();
    Ok(HttpResponse::Ok().json(Thresholds { items }))
}

/// `GET /sites/{finess}/thresholds/{subject}`
///
/// # Errors
/// 404 when there is none of it.
pub async fn see(ask: Ask) -> Result<HttpResponse, Problem> {
    let (site, named) = (ask.site()?, ask.part("subject"));
    let found = ask
        .read(move |act| {
            commons::site(act, site)?;
            let subject = subject(act, &named)?;
            find(act, site, &subject)
        })
        .await?;
    Ok(ask.seen(found.version, &shape(&found)))
}

/// A minimum to be set: `minimum_units` of a presentation, `minimum_mg` of a route.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ThresholdBody {
    /// 1 to a million.
    minimum_units: Option<i64>,
    /// 1 to a thousand million, whole milligrams.
    minimum_mg: Option<i64>,
}

impl ThresholdBody {
    /// The minimum of a subject that is measured so, when nothing else is said.
    fn minimum(&self, measured: Measured) -> Result<u32, Problem> {
        let (name, asked, other, odd) = match measured {
            Measured::Units => (
                "/minimum_units",
                self.minimum_units,
                "/minimum_mg",
                self.minimum_mg,
            ),
            Measured::Mg => (
                "/minimum_mg",
                self.minimum_mg,
                "/minimum_units",
                self.minimum_units,
            ),
        };
        let mut faults = Faults::new();
        if odd.is_some() {
            let said = Said::new(
                "does not measure this: units of a presentation, milligrams of a route",
                "ne mesure pas cela : des unités d'une présentation, des milligrammes d'une voie",
            );
            faults.push(Fault::new(other, said));
        }
        let read = whole(&mut faults, name, asked, (1, measured.most()));
        let (read,) = faults.all((read,))?;
        Ok(read)
    }
}

/// Reads a whole number between two bounds, both allowed.
fn whole(
    faults: &mut Faults,
    at: &'static str,
    asked: Option<i64>,
    (least, most): (u32, u32),
) -> Option<u32> {
    let Some(n) = asked else {
        faults.push(super::fields::missing(at));
        return None;
    };
    let read = u32::try_from(n).ok();
    let read = read.filter(|n| (least..=most).contains(n));
    if read.is_none() {
        let said = Said::new("lies outside of what is allowed", "est hors des bornes");
        let expected = Said::new(format!("{least} to {most}"), format!("{least} à {most}"));
        faults.push(Fault::new(at, said).found(n).expected(expected));
    }
    read
}

/// `PUT /sites/{finess}/thresholds/{subject}`
///
/// # Errors
/// 422 for the body, 404 for what no unit can be counted of, 412 and 428 when a minimum is set and
/// `If-Match` does not name it.
pub async fn put(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let (site, named) = (ask.site()?, ask.part("subject"));
    let read: ThresholdBody = body.json()?;
    let (subject, version) = ask
        .read(move |act| {
            let subject = subject(act, &named)?;
            let set = of_site::thresholds(act, site)?;
            let set = set.iter().find(|t| t.subject == subject);
            Ok((subject, set.map_or(0, |t| t.version)))
        })
        .await?;
    let minimum = read.minimum(subject.measured())?;
    let sent = ask.request().headers().contains_key(header::IF_MATCH);
    // with a key, what is set may be by this very request, whose answer is kept: the verb says
    let keyed = IdempotencyKey::optional(ask.request())?.is_some();
    let expected = if sent || (version > 0 && !keyed) {
        Some(Expected::of(ask.request())?)
    } else {
        None
    };
    ask.write(
        Repeat::MayBeKeyed,
        body.bytes(),
        vec![site],
        "threshold.set",
        move |act| {
            let allows = |version: i64| {
                let expected = expected.as_ref();
                expected.map_or(version == 0, |e| version > 0 && e.allows(version))
            };
            let done = set(act, site, &subject, minimum, allows)?;
            let status = if done.version == 1 { 201 } else { 200 };
            Ok(versioned(answer(status, &shape(&done))?, done.version))
        },
    )
    .await
}

/// `DELETE /sites/{finess}/thresholds/{subject}`
///
/// # Errors
/// 404 when there is none of it, 428 and 412 for the version.
pub async fn delete(ask: Ask) -> Result<HttpResponse, Problem> {
    let (site, named) = (ask.site()?, ask.part("subject"));
    let expected = Expected::of(ask.request())?;
    ask.write(
        Repeat::MayBeKeyed,
        b"",
        vec![site],
        "threshold.remove",
        move |act| {
            let subject = subject(act, &named)?;
            remove(act, site, &subject, |version| expected.allows(version))?;
            Ok(nothing())
        },
    )
    .await
}

/// How far ahead a site looks; what is not said stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LookAheadBody {
    /// Usable units that expire within so many days are heard of: 0 to 365; 60 until it is set.
    expiry_notice_days: Option<i64>,
    /// A breach of the reserve is looked for on so many days to come: 1 to 90; 14 until it is set.
    forecast_days: Option<i64>,
}

/// `PUT /sites/{finess}/look-ahead`
///
/// # Errors
/// 428 and 412 for the version, 422 for the body.
pub async fn ahead(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    let (site, expected) = (ask.site()?, Expected::of(ask.request())?);
    let read: LookAheadBody = body.json()?;
    let mut faults = Faults::new();
    let mut days = |at: &'static str, n: Option<i64>, bounds| {
        n.and_then(|n| whole(&mut faults, at, Some(n), bounds))
    };
    let notice = days(
        "/expiry_notice_days",
        read.expiry_notice_days,
        (0, Ahead::MOST_NOTICE),
    );
    let forecast = days(
        "/forecast_days",
        read.forecast_days,
        (1, Ahead::MOST_FORECAST),
    );
    faults.finish()?;
    ask.write(
        Repeat::MayBeKeyed,
        body.bytes(),
        vec![site],
        "site.look-ahead",
        move |act| {
            let version = current(act, site, &expected)?;
            let before = commons::site(act, site)?.ahead;
            let ahead = Ahead {
                expiry_notice_days: notice.unwrap_or(before.expiry_notice_days),
                forecast_days: forecast.unwrap_or(before.forecast_days),
            };
            let site = look_ahead(act, site, version, ahead)?;
            let shape: SiteShape = site_shape(&site);
            Ok(versioned(answer(200, &shape)?, site.version))
        },
    )
    .await
}
