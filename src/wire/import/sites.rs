//! Sites, one pharmacy a row.

use super::{may, must, template};
use crate::domain::code::Finess;
use crate::domain::quantity::Mg;
use crate::domain::rule::Slug;
use crate::wire::sheet::{self, About, Fault, Layout, Line, Place, Wrong, cells};
use chrono_tz::Tz;

/// A sheet of sites.
///
/// Choice of the most rows: twice the hospital pharmacies of France.
pub static LAYOUT: Layout = Layout {
    columns: &[
        must(
            "finess",
            "finess",
            &["site", "n finess", "numero finess", "code finess"],
        ),
        must(
            "network",
            "groupement",
            &["reseau", "ght", "code groupement", "code reseau"],
        ),
        may(
            "network_name",
            "nom du groupement",
            &["nom du reseau", "nom ght", "network name"],
        ),
        must("name", "nom", &["nom du site", "libelle", "raison sociale"]),
        may("car_t", "CAR-T", &["centre car t", "cart"]),
        may(
            "reference_dose_mg",
            "dose de référence (mg)",
            &["dose de reference", "reference dose"],
        ),
        may("time_zone", "fuseau horaire", &["fuseau"]),
    ],
    most_rows: 5_000,
    about: About::Things,
};

/// Returns the template.
pub fn written() -> String {
    let sample = [
        "750100125",
        "ght-001",
        "GHT de Paris",
        "CHU de la Seine",
        "oui",
        "",
        "Europe/Paris",
    ];
    template(&LAYOUT, &sample)
}

/// What a file says of a site; what it does not say stays, or is as for any site that is added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where it stands.
    pub place: Place,
    /// Its number.
    pub finess: Finess,
    /// The network that shares with it.
    pub network: Slug,
    /// What the network is called, where it is to be added.
    pub network_name: Option<String>,
    /// What its people call it.
    pub name: String,
    /// Whether it is qualified for CAR-T therapies.
    pub car_t: Option<bool>,
    /// Its own reference dose.
    pub reference_dose: Option<Mg>,
    /// Where its days begin and end.
    pub zone: Option<Tz>,
}

/// Reads a sheet.
///
/// # Errors
/// Every fault, by line and column; then nothing of it is to be used.
pub fn read(bytes: &[u8]) -> Result<Vec<Row>, Vec<Fault>> {
    sheet::read(bytes, &LAYOUT, |line: &mut Line<'_, Wrong>| {
        let finess = line.needed("finess", cells::finess);
        let network = line.needed("network", cells::slug);
        let network_name = line.optional("network_name", |cell| cells::words(cell, 120));
        let name = line.needed("name", |cell| cells::words(cell, 120));
        let car_t = line.optional("car_t", cells::yes_or_no);
        let reference_dose = line.optional("reference_dose_mg", cells::milligrams);
        let zone = line.optional("time_zone", cells::zone);
        Some(Row {
            place: line.place(),
            finess: finess?,
            network: network?,
            network_name: network_name?,
            name: name?,
            car_t: car_t?,
            reference_dose: reference_dose?,
            zone: zone?,
        })
    })
}
