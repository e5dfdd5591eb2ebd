//! What sites, people, patients, deliveries and stock look like in a sheet.
//!
//! Each kind has its columns, a template with a sample row, and a reader of its rows; the sheet itself is
//! read by [`super::sheet`]. Start at [`stock`].

pub mod deliveries;
pub mod patients;
pub mod people;
pub mod sites;
pub mod stock;

#[cfg(test)]
mod tests;

use super::sheet::{Column, Layout, Line, Need, Wrong, cells};
use crate::domain::code::Finess;

const fn must(name: &'static str, title: &'static str, also: &'static [&'static str]) -> Column {
    Column {
        name,
        title,
        also,
        need: Need::Must,
    }
}

const fn may(name: &'static str, title: &'static str, also: &'static [&'static str]) -> Column {
    Column {
        need: Need::May,
        ..must(name, title, also)
    }
}

/// The number of the site: it may be missing where the site is named beside the file.
const SITE: Column = may(
    "finess",
    "finess",
    &[
        "site",
        "n finess",
        "numero finess",
        "code finess",
        "etablissement",
    ],
);

/// The code of a presentation.
const CIP13: Column = must(
    "cip13",
    "CIP13",
    &[
        "cip",
        "code cip",
        "code cip13",
        "code cip 13",
        "cip 13",
        "code produit",
    ],
);

/// Returns the template of a kind of sheet: the names of its columns in French, and a sample row.
///
/// Choice: with the mark of UTF-8, without which Excel shows its accents wrong.
fn template(layout: &Layout, sample: &[&str]) -> String {
    let titles: Vec<&str> = layout.columns.iter().map(|c| c.title).collect();
    format!("\u{feff}{}\r\n{}\r\n", titles.join(";"), sample.join(";"))
}

/// Which site a row is of: that of its column, or the one that was named beside the file, which may not be
/// two.
fn site(line: &mut Line<'_, Wrong>, named: Option<Finess>) -> Option<Finess> {
    let said = line.optional(SITE.name, cells::finess)?;
    match (said, named) {
        (Some(found), Some(expected)) if found != expected => {
            line.fault(SITE.name, Wrong::OtherSite { found, expected });
            None
        }
        (Some(site), _) | (None, Some(site)) => Some(site),
        (None, None) => {
            line.fault(SITE.name, Wrong::NoSite);
            None
        }
    }
}
