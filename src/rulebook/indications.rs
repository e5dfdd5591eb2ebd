//! `[[indications]]`: what requests may name, and which of them the document lists.

use super::bilingual;
use super::citation::Sources;
use crate::domain::rule::{DoseRow, IndicationRule, Listed, PriorityClass, ReserveRule, Slug};
use crate::toml_file::{Spot, Table};
use std::collections::BTreeSet;

/// The greatest age below which an indication may be listed, in years.
///
/// Choice: nobody is older; more is a slip of the keyboard.
const MOST_YEARS: u32 = 150;

/// Reads the indications in the file's order, each code once; nothing when one has a fault.
pub(super) fn read(top: &Table<'_>, sources: &Sources) -> Option<Vec<IndicationRule>> {
    let rows = top.rows("indications", 0, |row| {
        Some((indication(row, sources)?, row.spot_of("code")))
    });
    let read: Vec<(IndicationRule, Spot)> = rows.into_iter().collect::<Option<_>>()?;
    let mut seen = BTreeSet::new();
    for (rule, spot) in &read {
        if !seen.insert(&rule.code) {
            let code = &rule.code;
            let what = format_args!("an indication before has the code {code}, expected another");
            let _: Option<()> = top.inconsistent_at(spot, what);
        }
    }
    Some(read.into_iter().map(|(rule, _)| rule).collect())
}

fn indication(row: &Table<'_>, sources: &Sources) -> Option<IndicationRule> {
    let code = row.parsed("code", Slug::parse);
    let name = row.table("name", bilingual);
    let listed = listed(row);
    let citation = sources.cited(row);
    Some(IndicationRule {
        code: code?,
        name: name?,
        listed: listed?,
        citation: citation?,
    })
}

/// `listed = true`, `listed = false`, or `listed_below_years = 18` in its place.
fn listed(row: &Table<'_>) -> Option<Listed> {
    let flag = row.optional("listed", Table::flag);
    let below = row.optional("listed_below_years", |t, key| t.whole(key, 1..=MOST_YEARS));
    match (flag?, below?) {
        (Some(true), None) => Some(Listed::Yes),
        (Some(false), None) => Some(Listed::No),
        (None, Some(years)) => Some(Listed::Under(years)),
        (Some(_), Some(_)) => row.inconsistent(
            "listed_below_years",
            "stands beside listed, expected one of the two",
        ),
        (None, None) => row.inconsistent(
            "listed",
            "is missing, expected true or false, or listed_below_years",
        ),
    }
}

/// Checks that what requests may name can be dosed, and that the reserve's indication is among it.
///
/// Only rulebooks that rank requests need it: others are asked by indications of any name.
pub(super) fn fit(
    top: &Table<'_>,
    indications: &[IndicationRule],
    doses: &[DoseRow],
    reserve: Option<&Option<ReserveRule>>,
    priorities: &[PriorityClass],
) {
    if priorities.is_empty() {
        return;
    }
    if indications.is_empty() {
        let what = "there are priorities and no indications, expected [[indications]]";
        let _: Option<()> = top.inconsistent("priorities", what);
    }
    if let Some(Some(rule)) = reserve
        && !indications.iter().any(|i| i.code == rule.indication)
    {
        let code = &rule.indication;
        let what = format_args!("none has the code {code}, expected the reserve's among them");
        let _: Option<()> = top.inconsistent("indications", what);
    }
    for rule in indications {
        let dosed = |row: &DoseRow| row.indication.as_ref().is_none_or(|i| *i == rule.code);
        if !doses.is_empty() && !doses.iter().any(dosed) {
            let what = format_args!(
                "no row of doses is for {}, expected one, or one for any indication",
                rule.code
            );
            let _: Option<()> = top.inconsistent("indications", what);
        }
    }
}
