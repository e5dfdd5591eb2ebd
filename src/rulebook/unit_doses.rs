//! `[[unit_doses]]`: routes whose doses are single units.

use super::citation::Sources;
use super::presentations::ROUTES;
use crate::domain::presentation::Route;
use crate::domain::quantity::Mg;
use crate::domain::rule::{ReserveRule, RuledPresentation, UnitDoses};
use crate::toml_file::Table;
use std::collections::BTreeSet;

/// The most days between one unit and the next.
///
/// Choice: a year; more is a slip of the keyboard.
const MOST_DAYS: u32 = 365;

/// Reads the routes, each once; nothing when one has a fault. All presentations of such a route
/// have one strength, so that one unit is one dose whichever it is.
pub(super) fn read(
    top: &Table<'_>,
    sources: &Sources,
    presentations: Option<&[RuledPresentation]>,
    reserve: Option<&Option<ReserveRule>>,
) -> Option<Vec<UnitDoses>> {
    let rows = top.rows("unit_doses", 0, |row| {
        let route = row.word("route", ROUTES, Route::from_code);
        let every_days = row.whole("every_days", 1..=MOST_DAYS);
        let citation = sources.cited(row);
        let (route, every_days, citation) = (route?, every_days?, citation?);
        if let Some(presentations) = presentations {
            one_strength(row, route, presentations)?;
        }
        if let Some(Some(rule)) = reserve
            && rule.route == route
        {
            let what = "is the reserve's, whose doses go by weight, expected another route";
            return row.inconsistent("route", what);
        }
        let read = UnitDoses {
            route,
            every_days,
            citation,
        };
        Some((read, row.spot_of("route")))
    });
    let mut seen = BTreeSet::new();
    for (read, spot) in rows.iter().flatten() {
        if !seen.insert(read.route) {
            let what = format_args!("a row before is for the route {}, expected one", read.route);
            let _: Option<()> = top.inconsistent_at(spot, what);
        }
    }
    rows.into_iter()
        .map(|row| row.map(|(read, _)| read))
        .collect()
}

fn one_strength(row: &Table<'_>, route: Route, presentations: &[RuledPresentation]) -> Option<()> {
    let all = presentations.iter().map(|p| &p.presentation);
    let of_route = all.filter(|p| p.route == route);
    let strengths: BTreeSet<Mg> = of_route.map(|p| p.strength).collect();
    if strengths.len() == 1 {
        return Some(());
    }
    let what = format_args!(
        "the presentations of the route {route} have {} strengths, expected one",
        strengths.len()
    );
    row.inconsistent("route", what)
}
