//! `[[thresholds]]`: what a neutrophil count says of a treatment.

use super::bilingual;
use super::citation::Sources;
use super::starting::{severity, treatment};
use crate::domain::rule::{CountOf, CountRange, Severity, Slug, ThresholdRow, Treatment};
use crate::toml_file::{Spot, Table};
use std::collections::BTreeMap;

/// The greatest count that a row may name, per mm³.
///
/// Choice: ten times the greatest that is seen; more is a slip of the keyboard (cells per litre).
pub(super) const MOST_COUNT: u32 = 1_000_000;

/// Reads the rows in the file's order; those of one code are equally grave. Nothing when one has a
/// fault.
pub(super) fn read(top: &Table<'_>, sources: &Sources) -> Option<Vec<ThresholdRow>> {
    let rows = top.rows("thresholds", 0, |row| {
        Some((threshold(row, sources)?, row.spot_of("severity")))
    });
    let rows: Vec<(ThresholdRow, Spot)> = rows.into_iter().collect::<Option<_>>()?;
    let mut seen: BTreeMap<(&Slug, Option<Treatment>), Severity> = BTreeMap::new();
    for (row, spot) in &rows {
        let before = *seen
            .entry((&row.code, row.treatment))
            .or_insert(row.severity);
        if before != row.severity {
            let (code, before) = (&row.code, before.code());
            let what = format_args!("a row before of {code} is \"{before}\", expected the same");
            let _: Option<()> = top.inconsistent_at(spot, what);
        }
    }
    Some(rows.into_iter().map(|(row, _)| row).collect())
}

fn threshold(row: &Table<'_>, sources: &Sources) -> Option<ThresholdRow> {
    let code = row.parsed("code", Slug::parse);
    let treatment = row.optional("treatment", treatment);
    let of = row.optional("of", |t, key| {
        t.word(key, "\"latest\" or \"earlier\"", CountOf::from_code)
    });
    let count = count(row);
    let benign = row.optional("benign_ethnic_neutropenia", Table::flag);
    let except = row.optional("except", |t, key| t.list(key, Slug::parse));
    for indication in except.iter().flatten().flatten() {
        sources.named.indication(row, "except", indication);
    }
    let severity = severity(row);
    let message = row.table("message", bilingual);
    let citation = sources.cited(row);
    Some(ThresholdRow {
        code: code?,
        treatment: treatment?,
        of: of?.unwrap_or(CountOf::Latest),
        count: count?,
        benign_ethnic_neutropenia: benign?,
        except: except?.unwrap_or_default(),
        severity: severity?,
        message: message?,
        citation: citation?,
    })
}

/// `unknown = true`, or `at_least` and `below` with one of them at least.
fn count(row: &Table<'_>) -> Option<CountRange> {
    let unknown = row.optional("unknown", |t, key| {
        t.flag(key)
            .filter(|flag| *flag)
            .or_else(|| t.inconsistent(key, "is false, expected true, or at_least and below"))
    });
    let at_least = row.optional("at_least", |t, key| t.whole(key, 0..=MOST_COUNT));
    let below = row.optional("below", |t, key| t.whole(key, 1..=MOST_COUNT));
    let (unknown, at_least, below) = (unknown?, at_least?, below?);
    match (unknown, at_least, below) {
        (Some(_), None, None) => Some(CountRange::Unknown),
        (Some(_), ..) => row.inconsistent(
            "unknown",
            "stands beside at_least or below, expected either",
        ),
        (None, None, None) => row.inconsistent(
            "at_least",
            "is missing, expected at_least, below, or unknown = true",
        ),
        (None, Some(least), Some(bound)) if bound <= least => row.inconsistent(
            "below",
            format_args!("{bound} is not above at_least, expected {least} exceeded"),
        ),
        (None, at_least, below) => Some(CountRange::Known { at_least, below }),
    }
}
