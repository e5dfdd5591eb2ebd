//! `/sites/{finess}/monitoring`: whose next count is due or overdue, under one safety rulebook. Reading it is
//! on the audit trail.

use super::ask::Ask;
use crate::app::monitor::{self, Monitored, Seen};
use crate::domain::calendar::Day;
use crate::domain::rule::Slug;
use crate::http::language::Said;
use crate::http::problem::Problem;
use crate::http::query::Query;
use actix_web::HttpResponse;
use serde::Serialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// The query parameters.
pub const ASKED: &[(&str, &str)] = &[(
    "rulebook",
    "Name of the rulebook that says when counts are due; needed.",
)];

/// Who is monitored at a site under a rulebook.
#[derive(Serialize, ToSchema)]
pub struct MonitoringShape {
    site: String,
    rulebook: String,
    /// The day at the site.
    #[schema(format = Date)]
    today: String,
    /// How many patients are overdue.
    overdue: usize,
    /// Who is overdue first, then who is due, then who is later; of these by the last day of the next count.
    items: Vec<MonitoredShape>,
}

/// A patient who is monitored.
#[derive(Serialize, ToSchema)]
pub struct MonitoredShape {
    /// Id of the patient.
    patient: String,
    /// The site's word for the patient.
    pseudonym: Option<String>,
    indication: String,
    /// `planned`, `ongoing`, `interrupted` or `stopped`; `null` when no treatment was told, and a request
    /// alone says that it runs.
    state: Option<&'static str>,
    /// The latest count.
    latest: Option<LatestShape>,
    /// The schedule of counts, by its code in the rulebook.
    schedule: Option<String>,
    /// The next count; `null` when no day can be told.
    next: Option<NextShape>,
    /// `overdue`; `due`: its days have begun, or its last one is at most a week away; `later`; `unknown`.
    status: &'static str,
    /// What the rulebook says of the patient today: `allow`, `warn`, `refuse` or `stop`.
    decision: &'static str,
}

/// The latest count of a patient.
#[derive(Serialize, ToSchema)]
pub struct LatestShape {
    #[schema(format = Date)]
    taken_on: String,
    /// Whole cells per cubic millimetre; of two counts of one day the lower.
    per_mm3: u32,
}

/// The days of the next count.
#[derive(Serialize, ToSchema)]
pub struct NextShape {
    #[schema(format = Date)]
    from: String,
    #[schema(format = Date)]
    to: String,
}

/// `GET /sites/{finess}/monitoring`
///
/// # Errors
/// 400 for the query, 404 when no rulebook of that name says when counts are due.
pub async fn see(ask: Ask, mut query: Query) -> Result<HttpResponse, Problem> {
    let site = ask.site()?;
    let rulebook = query.text("rulebook");
    if rulebook.is_none() {
        let said = Said::new(
            "is missing: say under which rulebook",
            "est absent : dites selon quel référentiel",
        );
        query.refuse("rulebook", said);
    }
    query.finish()?;
    let rulebook = rulebook.unwrap_or_default();
    let (shape, patients) = ask
        .read(move |act| {
            let seen = monitor::see(act, site, &rulebook)?;
            let ids = seen.patients.iter().map(|one| one.patient.to_string());
            let ids: BTreeSet<String> = ids.collect();
            Ok((shape(site.to_string(), &seen), ids))
        })
        .await?;
    ask.note_reading(site, "monitoring", patients).await?;
    Ok(HttpResponse::Ok().json(shape))
}

fn shape(site: String, seen: &Seen<'_>) -> MonitoringShape {
    MonitoringShape {
        site,
        rulebook: seen.book.name.to_string(),
        today: seen.today.to_string(),
        overdue: seen.overdue(),
        items: seen.patients.iter().map(|p| one(seen, p)).collect(),
    }
}

fn one(seen: &Seen<'_>, patient: &Monitored<'_>) -> MonitoredShape {
    let treated = patient.treated.as_ref();
    let text = |day: Day| day.to_string();
    MonitoredShape {
        patient: patient.patient.to_string(),
        pseudonym: seen.pseudonyms.get(&patient.patient).cloned(),
        indication: patient.indication.to_string(),
        state: treated.map(|treated| treated.told.state().code()),
        latest: patient.latest.map(|count| LatestShape {
            taken_on: text(count.on),
            per_mm3: count.per_mm3,
        }),
        schedule: patient.assessment.schedule.map(Slug::to_string),
        next: patient.assessment.next.map(|due| NextShape {
            from: text(due.from),
            to: text(due.to),
        }),
        status: patient.standing.code(),
        decision: patient.assessment.decision(),
    }
}
