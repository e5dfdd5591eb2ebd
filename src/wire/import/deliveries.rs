//! Deliveries that sites wait for, one a row, as a supplier announces them.

use super::{CIP13, SITE, may, must, site, template};
use crate::domain::calendar::Day;
use crate::domain::code::{Cip13, Finess};
use crate::domain::quantity::Units;
use crate::domain::site::DeliveryState;
use crate::wire::sheet::{self, About, Fault, Layout, Line, Place, Wrong, cells};

/// A sheet of deliveries.
///
/// Choice of the most rows: a wholesaler's week for a region, which is taken over within seconds.
pub static LAYOUT: Layout = Layout {
    columns: &[
        SITE,
        CIP13,
        must("units", "unités", &["quantite", "qte", "quantity"]),
        must(
            "expected_on",
            "date prévue",
            &[
                "date de livraison",
                "livraison",
                "jour prevu",
                "date prevue de livraison",
            ],
        ),
        must(
            "reference",
            "référence",
            &[
                "reference fournisseur",
                "n de commande",
                "numero de commande",
                "commande",
            ],
        ),
        may("state", "état", &["statut"]),
    ],
    most_rows: 2_000,
    about: About::Things,
};

const STATES: &[(&[&str], DeliveryState)] = &[
    (
        &["announced", "annoncee", "annonce"],
        DeliveryState::Announced,
    ),
    (
        &["confirmed", "confirmee", "confirme"],
        DeliveryState::Confirmed,
    ),
];

/// Returns the template.
pub fn written() -> String {
    let sample = [
        "750100125",
        "3400957464547",
        "10",
        "22/10/2027",
        "CDE-2027-118",
        "confirmée",
    ];
    template(&LAYOUT, &sample)
}

/// What a file says of a delivery; the reference tells it from the others of its site and presentation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where it stands.
    pub place: Place,
    /// To which site.
    pub site: Finess,
    /// Of which presentation.
    pub cip13: Cip13,
    /// How many units: units, not boxes.
    pub units: Units,
    /// The day it is expected.
    pub expected_on: Day,
    /// The supplier's reference.
    pub reference: String,
    /// Whether it is announced or confirmed; what is not said stays, or is announced.
    pub state: Option<DeliveryState>,
}

/// Reads a sheet; `named` is the site that was named beside it.
///
/// # Errors
/// Every fault, by line and column; then nothing of it is to be used.
pub fn read(bytes: &[u8], named: Option<Finess>) -> Result<Vec<Row>, Vec<Fault>> {
    sheet::read(bytes, &LAYOUT, |line: &mut Line<'_, Wrong>| {
        let site = site(line, named);
        let cip13 = line.needed("cip13", cells::cip13);
        let units = line.needed("units", |cell| cells::units(cell, 1));
        let expected_on = line.needed("expected_on", cells::day);
        let reference = line.needed("reference", |cell| cells::words(cell, 100));
        let state = line.optional("state", |cell| {
            cells::one_of(cell, STATES, "annoncée, confirmée, announced, confirmed")
        });
        Some(Row {
            place: line.place(),
            site: site?,
            cip13: cip13?,
            units: units?,
            expected_on: expected_on?,
            reference: reference?,
            state: state?,
        })
    })
}
