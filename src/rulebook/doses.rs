//! `[[doses]]`: how much by weight, for each indication every weight once.

use super::citation::Sources;
use crate::domain::quantity::{Grams, Mg, MgPerKg};
use crate::domain::rule::{DoseRow, Slug};
use crate::toml_file::{Spot, Table};
use std::collections::BTreeMap;

/// The greatest dose, in milligrams: 100 g.
///
/// Choice: 125 times the letter's greatest dose; more is a slip of the keyboard.
pub(super) const MOST_MG: u32 = 100_000;

/// The weight after the greatest: every row ends before it at the latest.
const END: u32 = Grams::MAX.get() + 1;

/// Reads the table of doses in the file's order; it may be left out altogether. Nothing when a
/// row has a fault.
pub(super) fn read(top: &Table<'_>, sources: &Sources) -> Option<Vec<DoseRow>> {
    let rows = top.rows("doses", 0, |row| {
        let read = dose_row(row, sources)?;
        if bounds(&read).0 >= bounds(&read).1 {
            let what = "is not below from_g, expected a greater weight";
            return row.inconsistent("below_g", what);
        }
        Some((read, row.spot()))
    });
    let rows: Vec<(DoseRow, Spot)> = rows.into_iter().collect::<Option<_>>()?;
    let mut by_indication: BTreeMap<Option<&Slug>, Vec<(&DoseRow, &Spot)>> = BTreeMap::new();
    for (row, spot) in &rows {
        by_indication
            .entry(row.indication.as_ref())
            .or_default()
            .push((row, spot));
    }
    for (indication, mut of_one) in by_indication {
        of_one.sort_by_key(|(row, _)| bounds(row));
        every_weight_once(top, indication, &of_one);
    }
    Some(rows.into_iter().map(|(row, _)| row).collect())
}

fn dose_row(row: &Table<'_>, sources: &Sources) -> Option<DoseRow> {
    let weight = |table: &Table<'_>, key: &str| {
        let grams = table.whole(
            key,
            i64::from(Grams::MIN.get())..=i64::from(Grams::MAX.get()),
        )?;
        Grams::new(grams).ok()
    };
    let indication = row.optional("indication", |t, key| t.parsed(key, Slug::parse));
    let from = row.optional("from_g", weight);
    let below = row.optional("below_g", weight);
    let rate = row
        .whole("rate_mg_per_kg", 1_i64..=1_000)
        .and_then(MgPerKg::new);
    let at_most = row.whole("at_most_mg", 1..=MOST_MG).map(Mg::from_mg);
    let citation = sources.cited(row);
    Some(DoseRow {
        indication: indication?,
        from: from?,
        below: below?,
        rate: rate?,
        at_most: at_most?,
        citation: citation?,
    })
}

/// The first weight of a row, and the first one after it, in grams.
fn bounds(row: &DoseRow) -> (u32, u32) {
    (
        row.from.unwrap_or(Grams::MIN).get(),
        row.below.map_or(END, Grams::get),
    )
}

/// Walks the rows of one indication, sorted by weight, and notes gaps and overlaps.
fn every_weight_once(top: &Table<'_>, indication: Option<&Slug>, rows: &[(&DoseRow, &Spot)]) {
    let of = indication.map_or("any other indication", Slug::as_str);
    let gap = |spot: &Spot, from: u32, to: u32| {
        let last = to.saturating_sub(1);
        let what = format_args!(
            "no row of {of} is for {from} g to {last} g, expected every weight from {} g to {} g",
            Grams::MIN.get(),
            Grams::MAX.get()
        );
        let _: Option<()> = top.inconsistent_at(spot, what);
    };
    let mut reached = Grams::MIN.get();
    for (row, spot) in rows {
        let (from, end) = bounds(row);
        if from > reached {
            gap(spot, reached, from);
        } else if from < reached {
            let last = reached.min(end).saturating_sub(1);
            let what = format_args!("another row of {of} is for {from} g to {last} g too");
            let _: Option<()> = top.inconsistent_at(spot, what);
        }
        reached = reached.max(end);
    }
    if let Some((_, spot)) = rows.last()
        && reached < END
    {
        gap(spot, reached, END);
    }
}
