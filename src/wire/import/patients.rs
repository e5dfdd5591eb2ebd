//! CAR-T patients of a site, one a row: a pseudonym, a weight, a day, and nothing else.

use super::{SITE, must, site, template};
use crate::domain::calendar::Day;
use crate::domain::code::Finess;
use crate::domain::quantity::Grams;
use crate::wire::sheet::{self, About, Fault, Layout, Line, Place, Wrong, cells};

/// A sheet of CAR-T patients.
///
/// Choice of the most rows: what the largest centre infuses in five years.
pub static LAYOUT: Layout = Layout {
    columns: &[
        SITE,
        must("pseudonym", "pseudonyme", &[]),
        must("weight_kg", "poids (kg)", &["poids", "weight"]),
        must(
            "infusion_date",
            "date d'injection",
            &[
                "injection",
                "date injection",
                "date de perfusion",
                "date de reinjection",
            ],
        ),
    ],
    most_rows: 1_000,
    about: About::Patients,
};

/// Returns the template.
pub fn written() -> String {
    template(&LAYOUT, &["750100125", "cart-17", "61,5", "25/10/2027"])
}

/// What a file says of a patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where it stands.
    pub place: Place,
    /// At which centre.
    pub site: Finess,
    /// The site's word for them.
    pub pseudonym: String,
    /// Body weight.
    pub weight: Grams,
    /// The day of the infusion.
    pub infusion_on: Day,
}

/// Reads a sheet; `named` is the site that was named beside it.
///
/// # Errors
/// Every fault, by line and column; then nothing of it is to be used.
pub fn read(bytes: &[u8], named: Option<Finess>) -> Result<Vec<Row>, Vec<Fault>> {
    sheet::read(bytes, &LAYOUT, |line: &mut Line<'_, Wrong>| {
        let site = site(line, named);
        let pseudonym = line.needed("pseudonym", cells::pseudonym);
        let weight = line.needed("weight_kg", cells::kilograms);
        let infusion_on = line.needed("infusion_date", cells::day);
        Some(Row {
            place: line.place(),
            site: site?,
            pseudonym: pseudonym?,
            weight: weight?,
            infusion_on: infusion_on?,
        })
    })
}
