//! `/sites/{finess}/stock/import`: a file of stock beside the ledger, and what differs booked once somebody has
//! seen it.

use super::ask::{Ask, Repeat, answer};
use super::imports::{MEDIA, flag, refused};
use super::refused::told;
use crate::app::count_units::Shortage;
use crate::app::import_stock::{self, AtSite, Booking, Compared, Difference, File, Strangers};
use crate::app::once::note_faults;
use crate::http::body::Body;
use crate::http::language::Said;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::wire::import::stock;
use crate::wire::sheet::cells::words;
use actix_web::HttpResponse;
use serde::Serialize;
use utoipa::ToSchema;

/// The query parameters.
pub const PARAMETERS: &[(&str, &str)] = &[
    (
        "confirm",
        "The `digest` of the answer without it: what that answer showed is booked, unless anything has moved since.",
    ),
    (
        "reason",
        "Beside `confirm`, where the file has fewer units than the ledger: `missing` (they are gone: recorded as it is) or `clerical` (the ledger was wrong: may neither take held units nor cost a reserve a dose).",
    ),
    (
        "note",
        "Beside `confirm`: what is to be remembered with the movements; no names.",
    ),
    (
        "skip_unknown",
        "`true` leaves out rows of what is not on the catalogue; `false`, also when not said, refuses them.",
    ),
];

/// A file of stock beside the ledger.
#[derive(Serialize, ToSchema)]
pub struct StockImportShape {
    /// Whether nothing was booked.
    dry_run: bool,
    /// By which what is shown here is booked (`confirm`).
    digest: String,
    /// How many movements were recorded.
    movements: usize,
    sites: Vec<AtSiteShape>,
}

/// A site in a file of stock.
#[derive(Serialize, ToSchema)]
pub struct AtSiteShape {
    site: String,
    /// Whether its ledger was empty, so that the file opens its stock.
    opens: bool,
    /// How many lots are as the ledger says.
    same: usize,
    /// How many rows are of what is not on the catalogue.
    left_out: usize,
    differences: Vec<DifferenceShape>,
}

/// A lot that differs.
#[derive(Serialize, ToSchema)]
pub struct DifferenceShape {
    /// Its line in the file, from 1; absent when only the ledger has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    cip13: String,
    lot: String,
    /// As the ledger has it, when it knows the lot.
    expiry: String,
    /// The expiry in the file, where that is another: told, and never booked.
    #[serde(skip_serializing_if = "Option::is_none")]
    expiry_in_file: Option<String>,
    /// `only-in-file`, `only-in-ledger`, `more` (in the file), `fewer`, `moved` (in or out of quarantine) or
    /// `expiry-differs` alone.
    difference: &'static str,
    units_in_file: u32,
    units_in_ledger: u32,
    /// Where the file speaks of quarantine.
    #[serde(skip_serializing_if = "Option::is_none")]
    quarantined_in_file: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quarantined_in_ledger: Option<u32>,
    /// How many of the ledger's usable units are held for patients.
    held: u32,
}

fn difference(d: &Difference) -> DifferenceShape {
    DifferenceShape {
        line: d.line,
        cip13: d.cip13.to_string(),
        lot: d.lot.to_string(),
        expiry: d.expiry.to_string(),
        expiry_in_file: d.expiry_in_file.map(|day| day.to_string()),
        difference: d.code(),
        units_in_file: d.usable.file.get(),
        units_in_ledger: d.usable.ledger.get(),
        quarantined_in_file: d.quarantined.map(|side| side.file.get()),
        quarantined_in_ledger: d.quarantined.map(|side| side.ledger.get()),
        held: d.held.get(),
    }
}

fn shape(compared: &Compared, booked: Option<usize>) -> StockImportShape {
    let site = |at: &AtSite| AtSiteShape {
        site: at.site.to_string(),
        opens: at.opens(),
        same: at.same,
        left_out: at.left_out,
        differences: at.differences.iter().map(difference).collect(),
    };
    StockImportShape {
        dry_run: booked.is_none(),
        digest: compared.digest.clone(),
        movements: booked.unwrap_or(0),
        sites: compared.sites.iter().map(site).collect(),
    }
}

/// `POST /sites/{finess}/stock/import`
///
/// # Errors
/// 400 for the query, 415 for another media type, 422 with every fault of the file, 409 when what was seen no
/// longer holds or may not be booked.
pub async fn import(ask: Ask, mut query: Query, body: Body) -> Result<HttpResponse, Problem> {
    let site = ask.site()?;
    let confirm = query.text("confirm");
    let shortage = query.parse("reason", |text| {
        Shortage::from_code(text).ok_or_else(|| {
            Said::new(
                "is neither missing nor clerical",
                "n'est ni missing ni clerical",
            )
        })
    });
    let note = query.parse("note", |text| words(text, 500));
    let skip = query.parse("skip_unknown", flag).unwrap_or(false);
    if confirm.is_none() && shortage.is_some() {
        query.refuse(
            "reason",
            Said::new(
                "books nothing without confirm",
                "n'enregistre rien sans confirm",
            ),
        );
    }
    query.finish()?;
    body.of_type(MEDIA)?;
    let rows = stock::read(body.bytes(), Some(site)).map_err(|faults| refused(&faults))?;
    let strangers = if skip {
        Strangers::LeftOut
    } else {
        Strangers::Refused
    };
    let file = File::new(rows, body.bytes(), strangers);
    let Some(confirm) = confirm else {
        let compared = ask
            .read(move |act| import_stock::compare(act, &file))
            .await?;
        if compared.faults.is_empty() {
            ask.line_is_seen_to();
            return Ok(HttpResponse::Ok().json(shape(&compared, None)));
        }
        return Err(refused(&compared.faults));
    };
    let booking = Booking {
        confirm,
        shortage,
        note,
    };
    let (language, request_id) = (ask.language, ask.caller.request_id.clone());
    ask.write(
        Repeat::Keyed,
        body.bytes(),
        vec![site],
        "stock.import",
        move |act| {
            let booked = import_stock::book(act, &file, &booking)?;
            if booked.compared.faults.is_empty() {
                answer(200, &shape(&booked.compared, Some(booked.movements)))
            } else {
                note_faults(
                    act,
                    "stock.import",
                    Some(site),
                    booked.compared.faults.len(),
                )?;
                Ok(told(
                    &refused(&booked.compared.faults),
                    language,
                    &request_id,
                ))
            }
        },
    )
    .await
}
