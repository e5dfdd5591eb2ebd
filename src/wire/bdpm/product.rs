//! A medicine: one line of `CIS_bdpm.txt`.

use super::row::Row;
use crate::domain::cis::Cis;
use chrono::NaiveDate;

/// A medicine as the database describes it. Texts are as published, without blanks around them;
/// one that was missing is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Its code (column 1).
    pub cis: Cis,
    /// Its full name with strength and form (2); never empty.
    pub name: String,
    /// Its pharmaceutical form (3).
    pub form: String,
    /// By which routes it is given (4), such as `intraveineuse`.
    pub routes: Vec<String>,
    /// Where its authorisation stands (5), such as `Autorisation active`.
    pub authorisation: String,
    /// How it was authorised (6), such as `Procédure centralisée`.
    pub procedure: String,
    /// Whether it is marketed (7), in the database's words.
    pub marketing: String,
    /// The day of its authorisation (8).
    pub authorised_on: Option<NaiveDate>,
    /// A warning of the database (9): `Alerte` or `Warning disponibilité`; mostly empty.
    pub warning: String,
    /// The number of its European authorisation (10), if it has one.
    pub european_number: String,
    /// Who holds the authorisation (11); several are separated by semicolons.
    pub holder: String,
    /// Whether it is under enhanced monitoring, the black triangle (12); nothing when not said.
    pub enhanced_monitoring: Option<bool>,
}

/// Reads a row; nothing when its code or its name is not usable.
pub(super) fn of(row: &mut Row<'_>) -> Option<Product> {
    let cis = row.code(1, Cis::parse);
    let name = row.required(2, "the name of the medicine");
    let authorised_on = row.day(8);
    let enhanced_monitoring = row.word(12, "Oui or Non", |word| match word {
        "Oui" => Some(true),
        "Non" => Some(false),
        _ => None,
    });
    Some(Product {
        cis: cis?,
        name: name?,
        form: row.text(3),
        routes: row.list(4),
        authorisation: row.text(5),
        procedure: row.text(6),
        marketing: row.text(7),
        authorised_on,
        warning: row.text(9),
        european_number: row.text(10),
        holder: row.text(11),
        enhanced_monitoring,
    })
}
