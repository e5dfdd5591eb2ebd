//! People who receive the letters of a site, one a row. What they may do here is another matter: access is
//! given by tokens, one by one.

use super::{SITE, may, must, site, template};
use crate::domain::alert::Capacity;
use crate::domain::code::Finess;
use crate::domain::email::AddressError;
use crate::domain::language::Language;
use crate::wire::sheet::{self, About, Fault, Layout, Line, Place, Wrong, cells};

/// A sheet of people.
///
/// Choice of the most rows: ten people at each of the sites of a country would be cut in parts; a region
/// fits.
pub static LAYOUT: Layout = Layout {
    columns: &[
        SITE,
        must("capacity", "fonction", &["role", "qualite"]),
        must(
            "name",
            "nom",
            &["nom du destinataire", "destinataire", "service"],
        ),
        must(
            "email",
            "adresse électronique",
            &["mail", "e mail", "courriel", "adresse mail", "adresse"],
        ),
        may("language", "langue", &[]),
        may("position", "rang", &["ordre"]),
        may("active", "actif", &["active"]),
    ],
    most_rows: 5_000,
    about: About::Things,
};

const CAPACITIES: &[(&[&str], Capacity)] = &[
    (
        &[
            "pharmacist",
            "pharmacien",
            "pharmacienne",
            "pharmacie",
            "pui",
        ],
        Capacity::Pharmacist,
    ),
    (&["car t unit", "unite car t", "car t"], Capacity::CarTUnit),
    (
        &[
            "coordinator",
            "coordinateur",
            "coordinatrice",
            "coordination",
        ],
        Capacity::Coordinator,
    ),
];

const LANGUAGES: &[(&[&str], Language)] = &[
    (&["fr", "francais", "french"], Language::Fr),
    (&["en", "anglais", "english"], Language::En),
];

/// Returns the template.
pub fn written() -> String {
    let sample = [
        "750100125",
        "pharmacien",
        "Garde PUI",
        "garde.pui@exemple.fr",
        "fr",
        "1",
        "oui",
    ];
    template(&LAYOUT, &sample)
}

/// What a file says of somebody; what it does not say stays, or is as for anybody who is added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where it stands.
    pub place: Place,
    /// Whose letters.
    pub site: Finess,
    /// In what capacity.
    pub capacity: Capacity,
    /// The name of the person or the desk.
    pub name: String,
    /// The address.
    pub email: String,
    /// Of their letters.
    pub language: Option<Language>,
    /// Their place in the site's list, from 1.
    pub position: Option<i64>,
    /// Whether they are written to.
    pub active: Option<bool>,
}

/// Reads a sheet; `named` is the site that was named beside it, `is_address` what makes an address one.
///
/// # Errors
/// Every fault, by line and column; then nothing of it is to be used.
pub fn read(
    bytes: &[u8],
    named: Option<Finess>,
    is_address: fn(&str) -> Result<(), AddressError>,
) -> Result<Vec<Row>, Vec<Fault>> {
    sheet::read(bytes, &LAYOUT, |line: &mut Line<'_, Wrong>| {
        let site = site(line, named);
        let capacity = line.needed("capacity", |cell| {
            let known =
                "pharmacien, unité CAR-T, coordinateur, pharmacist, car-t-unit, coordinator";
            cells::one_of(cell, CAPACITIES, known)
        });
        let name = line.needed("name", |cell| cells::words(cell, 100));
        let email = line.needed("email", |cell| {
            is_address(cell)?;
            Ok::<_, Wrong>(cell.to_owned())
        });
        let language = line.optional("language", |cell| cells::one_of(cell, LANGUAGES, "fr, en"));
        let position = line.optional("position", cells::position);
        let active = line.optional("active", cells::yes_or_no);
        Some(Row {
            place: line.place(),
            site: site?,
            capacity: capacity?,
            name: name?,
            email: email?,
            language: language?,
            position: position?,
            active: active?,
        })
    })
}
