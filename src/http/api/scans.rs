//! `/sites/{finess}/scans`: what a scanner typed, read and explained.

use super::ask::Ask;
use crate::app::see::commons;
use crate::domain::calendar::local_day;
use crate::domain::scan::{self, Reading, Scan};
use crate::http::body::Body;
use crate::http::problem::{Fault, Kind, Problem};
use actix_web::HttpResponse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a scanner typed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScanBody {
    scan: String,
}

/// What it says.
#[derive(Serialize, ToSchema)]
pub struct ScanShape {
    /// Whether it can be read in one way only.
    certain: bool,
    /// Every way in which it can be read: ask which is right, never guess.
    readings: Vec<ReadingShape>,
}

/// One reading.
#[derive(Serialize, ToSchema)]
pub struct ReadingShape {
    gtin: String,
    cip13: String,
    lot: Option<String>,
    expiry: Option<String>,
    serial: Option<String>,
    /// Name of the presentation on the catalogue.
    label: Option<String>,
    /// Units that one pack brings.
    units_per_box: Option<u32>,
    /// Where it is not on the catalogue: its name in the imported public medicines database.
    bdpm_name: Option<String>,
    /// Whether a pack of this serial number is in stock somewhere.
    already_in_stock: bool,
}

/// `POST /sites/{finess}/scans`
///
/// # Errors
/// 422 when it cannot be read, with the place.
pub async fn read(ask: Ask, body: Body) -> Result<HttpResponse, Problem> {
    ask.site()?;
    let read: ScanBody = body.json()?;
    let today = local_day(ask.now, chrono_tz::Tz::UTC)
        .ok_or_else(|| Problem::internal("the clock is outside of this century"))?;
    let readings = match scan::read(&read.scan, today) {
        Ok(Reading::Pack(found)) => vec![found],
        Ok(Reading::Ambiguous { readings }) => readings,
        Err(error) => {
            return Err(Problem::at(Kind::InvalidBody, Fault::new("/scan", error)));
        }
    };
    let certain = readings.len() == 1;
    let readings = ask
        .read(move |act| {
            readings
                .into_iter()
                .map(|r| explained(act, r))
                .collect::<Result<Vec<_>, _>>()
        })
        .await?;
    Ok(HttpResponse::Ok().json(ScanShape { certain, readings }))
}

fn explained(act: &mut crate::app::Act<'_>, scan: Scan) -> Result<ReadingShape, crate::app::Error> {
    let (listed, pack) = commons::presentation(act, scan.cip13)?;
    let bdpm_name = pack
        .filter(|_| listed.is_none())
        .and_then(|(_, product)| product)
        .map(|p| p.name);
    let already_in_stock = match &scan.serial {
        Some(serial) => commons::pack_in_stock(act, scan.cip13, serial)?,
        None => false,
    };
    Ok(ReadingShape {
        gtin: scan.gtin.to_string(),
        cip13: scan.cip13.to_string(),
        lot: scan.lot.map(|l| l.to_string()),
        expiry: scan.expiry.map(|d| d.to_string()),
        serial: scan.serial.map(|s| s.to_string()),
        units_per_box: listed.as_ref().map(|l| l.presentation.units_per_box.get()),
        label: listed.map(|l| l.presentation.label),
        bdpm_name,
        already_in_stock,
    })
}
