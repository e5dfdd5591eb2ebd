//! `[[presentations]]`: what comes in a box.

use super::citation::Sources;
use crate::domain::code::Cip13;
use crate::domain::presentation::{Presentation, Route};
use crate::domain::quantity::{Mg, Units};
use crate::domain::rule::RuledPresentation;
use crate::toml_file::{Spot, Table};
use std::collections::BTreeSet;

/// The most different strengths that one route may have.
///
/// Choice: composing whole units into doses takes longer with each strength; the letter's medicine
/// has three, and twice as many leave room.
pub(super) const MOST_STRENGTHS: usize = 6;

/// The greatest strength of one unit, in milligrams: 100 g.
///
/// Choice: 250 times the letter's strongest vial; more is a slip of the keyboard.
const MOST_MG: u32 = 100_000;

/// The most units in a box.
///
/// Choice: room for a hospital's box of tablets; more is a slip of the keyboard.
const MOST_IN_A_BOX: u32 = 1_000;

/// What the routes are called in a file.
pub(super) const ROUTES: &str = "\"iv\", \"sc\" or \"oral\"";

/// The greatest age that a presentation may begin at, in years.
///
/// Choice: nobody is older; more is a slip of the keyboard.
const MOST_YEARS: u32 = 150;

/// Reads the presentations in the file's order, each code once; nothing when one has a fault. A
/// rulebook about counts alone has none.
pub(super) fn read(top: &Table<'_>, sources: &Sources) -> Option<Vec<RuledPresentation>> {
    let rows = top.rows("presentations", 0, |row| {
        Some((presentation(row, sources)?, row.spot_of("cip13")))
    });
    let whole = rows.iter().all(Option::is_some);
    let known: Vec<(RuledPresentation, Spot)> = rows.into_iter().flatten().collect();
    let mut seen = BTreeSet::new();
    for (ruled, spot) in &known {
        let cip13 = ruled.presentation.cip13;
        if !seen.insert(cip13) {
            let what = format_args!("a presentation before has the code {cip13}, expected another");
            let _: Option<()> = top.inconsistent_at(spot, what);
        }
    }
    few_strengths(top, &known);
    whole.then(|| known.into_iter().map(|(ruled, _)| ruled).collect())
}

fn presentation(row: &Table<'_>, sources: &Sources) -> Option<RuledPresentation> {
    let cip13 = row.parsed("cip13", Cip13::parse);
    let label = row.text("label");
    let strength = row.whole("strength_mg", 1..=MOST_MG).map(Mg::from_mg);
    let route = row.word("route", ROUTES, Route::from_code);
    let units_per_box = row
        .whole("units_per_box", 1..=MOST_IN_A_BOX)
        .map(Units::new);
    let from_years = row.optional("from_years", |t, key| t.whole(key, 1..=MOST_YEARS));
    let citation = sources.cited(row);
    let presentation = Presentation {
        cip13: cip13?,
        label: label?,
        strength: strength?,
        route: route?,
        units_per_box: units_per_box?,
    };
    sources.named.presentation(row, &presentation);
    Some(RuledPresentation {
        presentation,
        from_years: from_years?,
        citation: citation?,
    })
}

fn few_strengths(top: &Table<'_>, known: &[(RuledPresentation, Spot)]) {
    for route in Route::ALL {
        let strengths: BTreeSet<Mg> = known
            .iter()
            .map(|(ruled, _)| &ruled.presentation)
            .filter(|p| p.route == route)
            .map(|p| p.strength)
            .collect();
        if strengths.len() > MOST_STRENGTHS {
            let what = format_args!(
                "the route {route} has {} strengths, expected at most {MOST_STRENGTHS}",
                strengths.len()
            );
            let _: Option<()> = top.inconsistent("presentations", what);
        }
    }
}
