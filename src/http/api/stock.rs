//! `/sites/{finess}/stock`: what is on the shelf.

use super::ask::Ask;
use crate::app::see::commons;
use crate::app::see::of_site::{self, Lots};
use crate::domain::code::Cip13;
use crate::domain::ledger::StockLine;
use crate::domain::quantity::{Mg, Units};
use crate::http::problem::Problem;
use crate::http::query::Query;
use actix_web::HttpResponse;
use serde::Serialize;
use utoipa::ToSchema;

/// The stock of a site.
#[derive(Serialize, ToSchema)]
pub struct Stock {
    site: String,
    /// The site's own day.
    as_of: String,
    presentations: Vec<OfPresentation>,
}

/// The stock of one presentation.
#[derive(Serialize, ToSchema)]
pub struct OfPresentation {
    cip13: String,
    label: String,
    /// `iv`, `sc` or `oral`.
    route: &'static str,
    strength_mg: f64,
    /// Units that may be used, the held ones included, those out of date left out.
    usable: u32,
    /// Usable units that nobody holds, in date.
    free: u32,
    /// Usable units that are held.
    held: u32,
    /// Units set apart.
    quarantined: u32,
    lots: Vec<OfLot>,
}

/// The stock of one lot.
#[derive(Serialize, ToSchema)]
pub struct OfLot {
    lot: String,
    expiry: String,
    /// Whether it is out of date today.
    expired: bool,
    usable: u32,
    free: u32,
    held: u32,
    quarantined: u32,
}

/// `GET /sites/{finess}/stock`
///
/// # Errors
/// 400 for the query, 404 for the site.
pub async fn see(ask: Ask, mut query: Query) -> Result<HttpResponse, Problem> {
    let site = ask.site()?;
    let cip13 = query.parse("cip13", Cip13::parse);
    let empty = query.parse("empty", str::parse::<bool>).unwrap_or(false);
    query.finish()?;
    let stock = ask
        .read(move |act| {
            let which = if empty { Lots::All } else { Lots::NotEmpty };
            let (today, lines) = of_site::stock(act, site, which)?;
            let catalogue = commons::catalogue(act)?;
            let shown = |l: &&StockLine| cip13.is_none_or(|c| l.cip13 == c);
            let lines: Vec<&StockLine> = lines.iter().filter(shown).collect();
            let presentations = lines
                .chunk_by(|a, b| a.cip13 == b.cip13)
                .filter_map(|lines| {
                    let listed = catalogue
                        .iter()
                        .find(|c| Some(c.presentation.cip13) == lines.first().map(|l| l.cip13))?;
                    Some(of_presentation(&listed.presentation, lines, today))
                })
                .collect();
            Ok(Stock {
                site: site.to_string(),
                as_of: today.to_string(),
                presentations,
            })
        })
        .await?;
    Ok(HttpResponse::Ok().json(stock))
}

fn of_presentation(
    presentation: &crate::domain::presentation::Presentation,
    lines: &[&StockLine],
    today: crate::domain::calendar::Day,
) -> OfPresentation {
    let sum = |units: &dyn Fn(&StockLine) -> Units| {
        lines
            .iter()
            .fold(Units::ZERO, |sum, l| sum.saturating_add(units(l)))
            .get()
    };
    let in_date = |l: &StockLine| l.expiry >= today;
    OfPresentation {
        cip13: presentation.cip13.to_string(),
        label: presentation.label.clone(),
        route: presentation.route.code(),
        strength_mg: as_mg(presentation.strength),
        usable: sum(&|l| if in_date(l) { l.usable } else { Units::ZERO }),
        free: sum(&|l| if in_date(l) { l.free() } else { Units::ZERO }),
        held: sum(&|l| l.held),
        quarantined: sum(&|l| l.quarantined),
        lots: lines
            .iter()
            .map(|l| OfLot {
                lot: l.lot.to_string(),
                expiry: l.expiry.to_string(),
                expired: !in_date(l),
                usable: l.usable.get(),
                free: l.free().get(),
                held: l.held.get(),
                quarantined: l.quarantined.get(),
            })
            .collect(),
    }
}

/// A mass as a JSON number of milligrams: exact, since a microgram is far from where doubles end.
#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "below 2^53 micrograms, which is nine tonnes"
)]
pub fn as_mg(mass: Mg) -> f64 {
    mass.ug() as f64 / 1_000.0
}
