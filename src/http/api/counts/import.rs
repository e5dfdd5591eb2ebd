//! `/counts/import`: a sheet, or observations of a laboratory; all of it or nothing.

use super::shapes::receipt;
use super::{FHIR, entered, flag};
use crate::app::enter_counts::{self, Imported, Placed, Weighed};
use crate::domain::code::Finess;
use crate::http::api::ask::{Ask, Repeat, answer};
use crate::http::api::guard::at_site;
use crate::http::body::Body;
use crate::http::problem::{Fault, Faults, Place, Problem};
use crate::http::query::Query;
use crate::wire::counts::{self as sheets, At, Row};
use crate::wire::fhir::{self, Whose};
use actix_web::HttpResponse;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// What can be imported.
pub const MEDIA: &[&str] = &["text/csv", FHIR];

/// The query parameters.
pub const IMPORT: &[(&str, &str)] = &[
    (
        "site",
        "FINESS number of the site whose patients they are; needed where several of your sites know a pseudonym.",
    ),
    (
        "dry_run",
        "`true` says what would be done, and does nothing; `false` when not said.",
    ),
];

/// What became of a file: nothing personal, since the answer is kept for repetitions.
#[derive(Serialize, ToSchema)]
pub struct ImportShape {
    /// Whether nothing was done.
    dry_run: bool,
    /// How many counts the file has.
    rows: usize,
    /// How many of them were entered.
    added: usize,
    /// Those that had been entered before, and were not entered again.
    same: Vec<SameShape>,
}

/// A count of a file that had been entered before.
#[derive(Serialize, ToSchema)]
pub struct SameShape {
    /// Its line in a sheet, from 1; its JSON pointer among observations.
    at: String,
    /// Id of the count; absent when an earlier row of the same file is the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// `current`, or `corrected` or `withdrawn` since: it is not brought back.
    state: &'static str,
}

/// Returns the problem of a file with its faults.
pub(super) fn refused(found: Vec<sheets::Fault>) -> Problem {
    let mut faults = Faults::new();
    for sheets::Fault { at, wrong } in found {
        let place = match at {
            At::Line(line, column) => Place::Line(line, column),
            At::Pointer(pointer) => Place::Body(pointer),
        };
        faults.push(Fault::new(place, wrong));
    }
    match faults.finish() {
        Err(problem) => problem,
        Ok(()) => Problem::internal("a file was refused and has no fault"),
    }
}

/// Whose the rows are, when all of them can be.
async fn weighed(ask: &Ask, rows: Vec<Row>, site: Option<Finess>) -> Result<Weighed, Problem> {
    let weighed = ask
        .read(move |act| enter_counts::weigh(act, &rows, site))
        .await?;
    if weighed.faults.is_empty() {
        Ok(weighed)
    } else {
        Err(refused(weighed.faults))
    }
}

/// `POST /counts/import`
///
/// # Errors
/// 400 for the query, 415 for another media type, 422 with every fault of the file, 403 for a site that
/// is not the caller's.
pub async fn import(ask: Ask, mut query: Query, body: Body) -> Result<HttpResponse, Problem> {
    let site = query.parse("site", Finess::parse);
    let dry_run = query.parse("dry_run", flag).unwrap_or(false);
    query.finish()?;
    at_site(&ask, site).await?;
    let rows = match body.of_type(MEDIA)? {
        FHIR => fhir::read(body.bytes(), &Whose::Subject),
        _ => sheets::read(body.bytes()),
    };
    let weighed = weighed(&ask, rows.map_err(refused)?, site).await?;
    if dry_run {
        // who is known by which word, and what was entered before
        let mut read: BTreeMap<Finess, BTreeSet<String>> = BTreeMap::new();
        for row in &weighed.rows {
            let of_site = read.entry(row.known.site).or_default();
            of_site.insert(row.known.id.to_string());
        }
        ask.note_readings("counts", read).await?;
        let sorted = ask
            .read(move |act| {
                let sorted = enter_counts::sort(act, &weighed.rows)?;
                Ok(told(&weighed.rows, &sorted, true))
            })
            .await?;
        return Ok(HttpResponse::Ok().json(sorted));
    }
    ask.write(
        Repeat::MayBeKeyed,
        body.bytes(),
        weighed.sites(),
        "count.import",
        move |act| {
            let imported = enter_counts::import(act, &weighed.rows)?;
            answer(200, &told(&weighed.rows, &imported, false))
        },
    )
    .await
}

fn told(rows: &[Placed], imported: &Imported, dry_run: bool) -> ImportShape {
    let of_this_file: BTreeSet<_> = imported.added.iter().map(|(_, count)| &count.id).collect();
    let same = imported.same.iter().map(|(at, count)| SameShape {
        at: at.to_string(),
        // of a dry run nothing stays that the id would name
        id: (!dry_run || !of_this_file.contains(&count.id)).then(|| count.id.to_string()),
        state: count.state().code(),
    });
    ImportShape {
        dry_run,
        rows: rows.len(),
        added: imported.added.len(),
        same: same.collect(),
    }
}

/// Enters the one observation that was posted for a patient; what had been entered before is answered
/// as it stands.
///
/// # Errors
/// 422 with what is wrong with it, and as [`import`].
pub(super) async fn one(
    ask: &Ask,
    body: &Body,
    rows: Vec<Row>,
    site: Option<Finess>,
) -> Result<HttpResponse, Problem> {
    let who = rows.first().map(|row| row.pseudonym.clone());
    let who = who.ok_or_else(|| Problem::internal("an observation that is none"))?;
    // whose it is was said by the address: it is no fault of the body
    let known = ask
        .read(move |act| enter_counts::whose(act, &who, site))
        .await?;
    let weighed = weighed(ask, rows, Some(known.site)).await?;
    ask.write(
        Repeat::MayBeKeyed,
        body.bytes(),
        vec![known.site],
        "count.enter",
        move |act| {
            let imported = enter_counts::import(act, &weighed.rows)?;
            match (imported.added.as_slice(), imported.same.as_slice()) {
                ([(_, count)], _) => entered(count),
                (_, [(_, count)]) => answer(200, &receipt(count)),
                _ => Err(crate::app::Error::Bug(
                    "an observation that is none".to_owned(),
                )),
            }
        },
    )
    .await
}
