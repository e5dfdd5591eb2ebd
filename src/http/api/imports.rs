//! `/import/…`: sites, people, patients and deliveries from a sheet; a dry run unless it is said otherwise.

use super::ask::{Ask, Repeat, answer};
use super::refused::told;
use crate::app::import_sheet::{self, Imported, Mode, Outcome, Rows, Unsaid};
use crate::app::once::note_faults;
use crate::domain::code::Finess;
use crate::domain::email::AddressError;
use crate::http::body::Body;
use crate::http::language::Said;
use crate::http::problem::{Fault, Faults, Place, Problem};
use crate::http::query::Query;
use crate::mail::address::EmailAddress;
use crate::text::Bilingual as _;
use crate::wire::import::{deliveries, patients, people, sites};
use crate::wire::sheet::{At, Fault as Found};
use actix_web::HttpResponse;
use serde::Serialize;
use utoipa::ToSchema;

/// What can be imported.
pub const MEDIA: &[&str] = &["text/csv"];

/// Whether anything is done.
const APPLY: (&str, &str) = (
    "apply",
    "`true` writes what the file says; `false`, also when not said, shows what would be written, and writes nothing.",
);

/// The query parameters of an import of sites.
pub const OF_ALL: &[(&str, &str)] = &[APPLY];

/// The query parameters of the others.
pub const OF_SITES: &[(&str, &str)] = &[
    APPLY,
    (
        "site",
        "FINESS number of the site that every row is of, where the file has no column for it.",
    ),
];

/// What became of a sheet: nothing personal, since the answer is kept for repetitions.
#[derive(Serialize, ToSchema)]
pub struct SheetShape {
    /// Whether nothing was written.
    dry_run: bool,
    /// How many rows the file has.
    rows: usize,
    created: usize,
    changed: usize,
    unchanged: usize,
    /// Row by row.
    lines: Vec<SheetRowShape>,
}

/// A row of a sheet.
#[derive(Serialize, ToSchema)]
pub struct SheetRowShape {
    /// Its line in the file, from 1.
    line: usize,
    site: String,
    /// `created`, `changed` or `unchanged`.
    outcome: &'static str,
    /// The columns that differed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changed: Vec<&'static str>,
}

fn shape(done: &Imported, mode: Mode) -> SheetShape {
    let line = |row: &import_sheet::Taken| SheetRowShape {
        line: row.line,
        site: row.site.to_string(),
        outcome: row.outcome.code(),
        changed: row.changed.clone(),
    };
    SheetShape {
        dry_run: mode == Mode::DryRun,
        rows: done.rows.len(),
        created: done.count(Outcome::Created),
        changed: done.count(Outcome::Changed),
        unchanged: done.count(Outcome::Unchanged),
        lines: done.rows.iter().map(line).collect(),
    }
}

/// Returns the problem of a sheet with its faults.
pub(super) fn refused(found: &[Found]) -> Problem {
    let mut faults = Faults::new();
    for Found { at, column, wrong } in found {
        let place = match at {
            At::Line(line, column) => Place::Line(*line, *column),
            At::Pointer(pointer) => Place::Body(pointer.clone()),
        };
        let said = match column {
            Some(name) => Said::new(
                format!("{name}: {}", wrong.in_english()),
                format!("{name} : {}", wrong.in_french()),
            ),
            None => Said::from(wrong.clone()),
        };
        faults.push(Fault::new(place, said));
    }
    match faults.finish() {
        Err(problem) => problem,
        Ok(()) => Problem::internal("a sheet was refused and has no fault"),
    }
}

fn is_address(text: &str) -> Result<(), AddressError> {
    EmailAddress::parse(text).map(|_| ())
}

/// Reads a flag of the query.
pub(super) fn flag(text: &str) -> Result<bool, Said> {
    text.parse()
        .map_err(|_no_flag| Said::new("is neither true nor false", "n'est ni true ni false"))
}

fn mode(query: &mut Query) -> Mode {
    if query.parse("apply", flag).unwrap_or(false) {
        Mode::Apply
    } else {
        Mode::DryRun
    }
}

/// `POST /import/sites`
///
/// # Errors
/// 400 for the query, 415 for another media type, 422 with every fault of the file.
pub async fn sites(ask: Ask, mut query: Query, body: Body) -> Result<HttpResponse, Problem> {
    let mode = mode(&mut query);
    query.finish()?;
    body.of_type(MEDIA)?;
    let rows = sites::read(body.bytes()).map_err(|faults| refused(&faults))?;
    take_over(ask, &body, Rows::Sites(rows), mode).await
}

/// `POST /import/people`
///
/// # Errors
/// As [`sites()`].
pub async fn people(ask: Ask, query: Query, body: Body) -> Result<HttpResponse, Problem> {
    of_sites(ask, query, body, |bytes, site| {
        Ok(Rows::People(people::read(bytes, site, is_address)?))
    })
    .await
}

/// `POST /import/patients`
///
/// # Errors
/// As [`sites()`].
pub async fn patients(ask: Ask, query: Query, body: Body) -> Result<HttpResponse, Problem> {
    of_sites(ask, query, body, |bytes, site| {
        Ok(Rows::Patients(patients::read(bytes, site)?))
    })
    .await
}

/// `POST /import/deliveries`
///
/// # Errors
/// As [`sites()`].
pub async fn deliveries(ask: Ask, query: Query, body: Body) -> Result<HttpResponse, Problem> {
    of_sites(ask, query, body, |bytes, site| {
        Ok(Rows::Deliveries(deliveries::read(bytes, site)?))
    })
    .await
}

/// Reads the rows of a sheet; the site is whose those rows are that name none.
type ReadRows = fn(&[u8], Option<Finess>) -> Result<Rows, Vec<Found>>;

async fn of_sites(
    ask: Ask,
    mut query: Query,
    body: Body,
    read: ReadRows,
) -> Result<HttpResponse, Problem> {
    let mode = mode(&mut query);
    let site = query.parse("site", Finess::parse);
    query.finish()?;
    body.of_type(MEDIA)?;
    let rows = read(body.bytes(), site).map_err(|faults| refused(&faults))?;
    take_over(ask, &body, rows, mode).await
}

async fn take_over(ask: Ask, body: &Body, rows: Rows, mode: Mode) -> Result<HttpResponse, Problem> {
    let unsaid = Unsaid {
        language: ask.entrance.default_language,
        zone: ask.entrance.time_zone,
    };
    let sites = rows.sites();
    if mode == Mode::DryRun {
        let done = ask
            .read_and_note(sites, move |act| {
                import_sheet::import(act, &rows, mode, unsaid)
            })
            .await?;
        if done.faults.is_empty() {
            return Ok(HttpResponse::Ok().json(shape(&done, mode)));
        }
        return Err(refused(&done.faults));
    }
    let (language, request_id) = (ask.language, ask.caller.request_id.clone());
    ask.write(
        Repeat::MayBeKeyed,
        body.bytes(),
        sites,
        "sheet.import",
        move |act| {
            let done = import_sheet::import(act, &rows, mode, unsaid)?;
            if done.faults.is_empty() {
                answer(200, &shape(&done, mode))
            } else {
                note_faults(act, "sheet.import", None, done.faults.len())?;
                Ok(told(&refused(&done.faults), language, &request_id))
            }
        },
    )
    .await
}
