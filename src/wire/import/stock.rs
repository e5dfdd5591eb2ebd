//! The stock of a pharmacy, one lot a row: as its software exports it every day, or as it was counted on
//! the day the service begins.

use super::{CIP13, SITE, may, must, site, template};
use crate::domain::calendar::Day;
use crate::domain::code::{Cip13, Finess, LotNumber};
use crate::domain::quantity::Units;
use crate::wire::sheet::{self, About, Fault, Layout, Line, Place, Wrong, cells};

/// A sheet of stock.
///
/// Choice of the most rows: ten times the lots of a large hospital's pharmacy, whose file has every
/// medicine and not only those that are looked after here.
pub static LAYOUT: Layout = Layout {
    columns: &[
        SITE,
        CIP13,
        must(
            "lot",
            "lot",
            &[
                "n lot",
                "n de lot",
                "numero de lot",
                "numero lot",
                "lot number",
                "batch",
            ],
        ),
        must(
            "expiry",
            "péremption",
            &[
                "date de peremption",
                "date peremption",
                "expiry date",
                "expiration",
            ],
        ),
        must(
            "units",
            "unités",
            &[
                "unite",
                "quantite",
                "qte",
                "stock",
                "quantity",
                "quantite en stock",
            ],
        ),
        may(
            "quarantined",
            "quarantaine",
            &[
                "en quarantaine",
                "quantite en quarantaine",
                "unites en quarantaine",
            ],
        ),
    ],
    most_rows: 100_000,
    about: About::Things,
};

/// Returns the template.
pub fn written() -> String {
    let sample = [
        "750100125",
        "3400957464547",
        "B1234",
        "30/06/2027",
        "12",
        "0",
    ];
    template(&LAYOUT, &sample)
}

/// What a file says of a lot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where it stands.
    pub place: Place,
    /// At which site.
    pub site: Finess,
    /// Of which presentation.
    pub cip13: Cip13,
    /// Its number.
    pub lot: LotNumber,
    /// The last day on which a unit may be used.
    pub expiry: Day,
    /// How many units there are that may be used: units, not boxes.
    pub units: Units,
    /// How many are in quarantine; nothing when the file does not say, and then they are not compared.
    pub quarantined: Option<Units>,
}

/// Reads a sheet; `named` is the site that was named beside it.
///
/// # Errors
/// Every fault, by line and column; then nothing of it is to be used.
pub fn read(bytes: &[u8], named: Option<Finess>) -> Result<Vec<Row>, Vec<Fault>> {
    sheet::read(bytes, &LAYOUT, |line: &mut Line<'_, Wrong>| {
        let site = site(line, named);
        let cip13 = line.needed("cip13", cells::cip13);
        let lot = line.needed("lot", cells::lot);
        let expiry = line.needed("expiry", cells::expiry);
        let units = line.needed("units", |cell| cells::units(cell, 0));
        let quarantined = line.optional("quarantined", |cell| cells::units(cell, 0));
        // an empty cell of a column that is there says that there are none
        let none = line.cell("quarantined").map(|_| Units::ZERO);
        Some(Row {
            place: line.place(),
            site: site?,
            cip13: cip13?,
            lot: lot?,
            expiry: expiry?,
            units: units?,
            quarantined: quarantined?.or(none),
        })
    })
}
