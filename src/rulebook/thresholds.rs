//! `[[thresholds]]`: what a neutrophil count says of a treatment.

use super::bilingual;
use super::citation::Sources;
use crate::domain::rule::{CountRange, Severity, Slug, ThresholdRow, Treatment};
use crate::toml_file::{Spot, Table};
use std::collections::BTreeSet;

/// The greatest count that a row may name, per mm³.
///
/// Choice: ten times the greatest that is seen; more is a slip of the keyboard (cells per litre).
const MOST_COUNT: u32 = 1_000_000;

/// Reads the rows in the file's order, each code once; nothing when one has a fault.
pub(super) fn read(top: &Table<'_>, sources: &Sources) -> Option<Vec<ThresholdRow>> {
    let rows = top.rows("thresholds", 0, |row| {
        Some((threshold(row, sources)?, row.spot_of("code")))
    });
    let rows: Vec<(ThresholdRow, Spot)> = rows.into_iter().collect::<Option<_>>()?;
    let mut seen = BTreeSet::new();
    for (row, spot) in &rows {
        if !seen.insert(&row.code) {
            let what = format_args!("a row before has the code {}, expected another", row.code);
            let _: Option<()> = top.inconsistent_at(spot, what);
        }
    }
    Some(rows.into_iter().map(|(row, _)| row).collect())
}

fn threshold(row: &Table<'_>, sources: &Sources) -> Option<ThresholdRow> {
    let code = row.parsed("code", Slug::parse);
    let treatment = row.optional("treatment", |t, key| {
        t.word(key, "\"ongoing\" or \"initiation\"", Treatment::from_code)
    });
    let count = count(row);
    let except = row.optional("except", |t, key| t.list(key, Slug::parse));
    for indication in except.iter().flatten().flatten() {
        sources.named.indication(row, "except", indication);
    }
    let severity = row.word(
        "severity",
        "\"info\", \"warn\", \"refuse\" or \"stop\"",
        Severity::from_code,
    );
    let message = row.table("message", bilingual);
    let citation = sources.cited(row);
    Some(ThresholdRow {
        code: code?,
        treatment: treatment?,
        count: count?,
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
