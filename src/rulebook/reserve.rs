//! `[reserve]`: what a site keeps back before a therapy may start.

use super::citation::Sources;
use super::doses::MOST_MG;
use super::presentations::ROUTES;
use crate::domain::presentation::Route;
use crate::domain::quantity::{Doses, Mg};
use crate::domain::rule::{DoseRow, FigureCitation, ReserveRule, RuledPresentation, Slug};
use crate::toml_file::Table;
use std::collections::BTreeSet;

/// The figures of the rule, by the names they have in a file.
const FIGURES: [&str; 9] = [
    "doses_assured",
    "doses_compromised",
    "doses_most",
    "reference_dose_mg",
    "reference_least_mg",
    "reference_most_mg",
    "window_days",
    "ahead_days",
    "resupply_within_days",
];

/// The most doses one patient can be given.
///
/// Choice: far above any rule for an emergency; more is a slip of the keyboard.
const MOST_DOSES: u32 = 20;

/// The most days that a window has.
///
/// Choice: a year; a rule for longer than that is not about an emergency.
const MOST_DAYS: u32 = 365;

/// Reads the reserve rule and checks it against the doses and presentations, where those are
/// without fault.
pub(super) fn read(
    table: &Table<'_>,
    sources: &Sources,
    doses: Option<&[DoseRow]>,
    presentations: Option<&[RuledPresentation]>,
) -> Option<ReserveRule> {
    let count = |key: &str| table.whole(key, 1..=MOST_DOSES).map(Doses::new);
    let mass = |key: &str| table.whole(key, 1..=MOST_MG).map(Mg::from_mg);
    let days = |key: &str, least: u32| table.whole(key, least..=MOST_DAYS);
    let indication = table.parsed("indication", Slug::parse);
    let route = table.word("route", ROUTES, Route::from_code);
    let doses_assured = count("doses_assured");
    let doses_compromised = count("doses_compromised");
    let doses_most = count("doses_most");
    let reference_dose = mass("reference_dose_mg");
    let reference_least = mass("reference_least_mg");
    let reference_most = mass("reference_most_mg");
    let window_days = days("window_days", 0);
    let ahead_days = days("ahead_days", 1);
    let resupply_within_days = days("resupply_within_days", 0);
    let citation = sources.cited(table);
    let figures = figures(table, sources);

    in_order(
        table,
        ["doses_assured", "doses_compromised"],
        doses_assured,
        doses_compromised,
    );
    in_order(
        table,
        ["doses_compromised", "doses_most"],
        doses_compromised,
        doses_most,
    );
    in_order(
        table,
        ["reference_least_mg", "reference_dose_mg"],
        reference_least,
        reference_dose,
    );
    in_order(
        table,
        ["reference_dose_mg", "reference_most_mg"],
        reference_dose,
        reference_most,
    );
    if let (Some(indication), Some(doses)) = (&indication, doses) {
        has_doses(table, indication, doses);
    }
    if let (Some(route), Some(presentations)) = (route, presentations) {
        has_presentations(table, route, presentations);
    }
    Some(ReserveRule {
        indication: indication?,
        route: route?,
        doses_assured: doses_assured?,
        doses_compromised: doses_compromised?,
        doses_most: doses_most?,
        reference_dose: reference_dose?,
        reference_least: reference_least?,
        reference_most: reference_most?,
        window_days: window_days?,
        ahead_days: ahead_days?,
        resupply_within_days: resupply_within_days?,
        citation: citation?,
        figures: figures?,
    })
}

/// Reads `[[reserve.figures]]`: where the figures come from that the rule's own source does not
/// give; each figure at most once.
fn figures(table: &Table<'_>, sources: &Sources) -> Option<Vec<FigureCitation>> {
    let rows = table.rows("figures", 0, |row| {
        let of = row.list("of", figure);
        let citation = sources.cited(row);
        let figures = FigureCitation {
            figures: of?,
            citation: citation?,
        };
        Some((figures, row.spot_of("of")))
    });
    let mut seen = BTreeSet::new();
    for (read, spot) in rows.iter().flatten() {
        for name in &read.figures {
            if !seen.insert(name) {
                let what = format_args!("a row before cites a source for {name} already");
                let _: Option<()> = table.inconsistent_at(spot, what);
            }
        }
    }
    rows.into_iter()
        .map(|row| row.map(|(read, _)| read))
        .collect()
}

fn figure(name: &str) -> Result<String, String> {
    if FIGURES.contains(&name) {
        Ok(name.to_owned())
    } else {
        Err(format!(
            "{name:?} is no figure of the reserve, expected one of {}",
            FIGURES.join(", ")
        ))
    }
}

fn in_order<T: PartialOrd + std::fmt::Display>(
    table: &Table<'_>,
    [less, more]: [&str; 2],
    least: Option<T>,
    most: Option<T>,
) {
    if let (Some(least), Some(most)) = (least, most)
        && most < least
    {
        let what = format_args!("{most} is less than {less}, expected {least} or more");
        let _: Option<()> = table.inconsistent(more, what);
    }
}

fn has_doses(table: &Table<'_>, indication: &Slug, doses: &[DoseRow]) {
    let spoken_of = doses.iter().any(|row| {
        row.indication
            .as_ref()
            .is_none_or(|named| named == indication)
    });
    if !spoken_of {
        let what = format_args!("no row of doses is for {indication}, expected at least one");
        let _: Option<()> = table.inconsistent("indication", what);
    }
}

fn has_presentations(table: &Table<'_>, route: Route, presentations: &[RuledPresentation]) {
    if !presentations.iter().any(|p| p.presentation.route == route) {
        let what = format_args!("no presentation has the route {route}, expected at least one");
        let _: Option<()> = table.inconsistent("route", what);
    }
}
