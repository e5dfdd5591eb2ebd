//! `[neutropenia]`, `[first_count]`, `[[schedule]]` and `[[interruptions]]`: when the next count is
//! due.

use super::bilingual;
use super::citation::Sources;
use super::starting::severity;
use super::thresholds::MOST_COUNT;
use crate::domain::rule::{
    AfterInterruption, Anchor, FirstCount, InterruptionRow, Monitoring, Neutropenia, Phase, Rhythm,
    Segment, Slug, Span,
};
use crate::toml_file::Table;
use std::collections::BTreeSet;

/// The most days a rule of monitoring may name: a hundred years.
///
/// Choice: nobody is treated longer; more is a slip of the keyboard.
const MOST_DAYS: u32 = 36_525;

/// The word for the schedule that held before an interruption.
const PREVIOUS: &str = "previous";

/// The codes of what may be found; nothing when rows that have one are at fault.
type Codes<'a, 'c> = Option<&'a BTreeSet<&'c Slug>>;

/// Reads all of it; nothing when a part has a fault.
pub(super) fn read(top: &Table<'_>, sources: &Sources, codes: Codes<'_, '_>) -> Option<Monitoring> {
    let neutropenia = top.optional("neutropenia", |t, key| {
        t.table(key, |table| neutropenia(table, sources))
    });
    let first_count = top.optional("first_count", |t, key| {
        t.table(key, |table| first_count(table, sources))
    });
    let segments = segments(top, sources, codes);
    let interruptions = interruptions(top, sources, segments.as_deref());
    let monitoring = Monitoring {
        neutropenia: neutropenia?,
        first_count: first_count?,
        segments: segments?,
        interruptions: interruptions?,
    };
    fit(top, &monitoring);
    Some(monitoring)
}

fn neutropenia(table: &Table<'_>, sources: &Sources) -> Option<Neutropenia> {
    let below = table.whole("below", 1..=MOST_COUNT);
    let below_benign_ethnic = table.whole("below_benign_ethnic", 1..=MOST_COUNT);
    let citation = sources.cited(table);
    let (below, below_benign_ethnic) = (below?, below_benign_ethnic?);
    if below_benign_ethnic > below {
        let what = format_args!("{below_benign_ethnic} is above below, expected {below} or less");
        return table.inconsistent("below_benign_ethnic", what);
    }
    Some(Neutropenia {
        below,
        below_benign_ethnic,
        citation: citation?,
    })
}

fn first_count(table: &Table<'_>, sources: &Sources) -> Option<FirstCount> {
    let after_days = table.whole("after_days", 0..=MOST_DAYS);
    let citation = sources.cited(table);
    Some(FirstCount {
        after_days: after_days?,
        citation: citation?,
    })
}

/// Reads `[[schedule]]` in the file's order.
fn segments(top: &Table<'_>, sources: &Sources, codes: Codes<'_, '_>) -> Option<Vec<Segment>> {
    let rows = top.rows("schedule", 0, |row| {
        let code = row.parsed("code", Slug::parse);
        let indications = row.optional("indications", |t, key| t.list(key, Slug::parse));
        let rhythm = rhythm(row, codes);
        let citation = sources.cited(row);
        Some(Segment {
            code: code?,
            indications: indications?.unwrap_or_default(),
            rhythm: rhythm?,
            citation: citation?,
        })
    });
    rows.into_iter().collect()
}

/// One count after `first_after`, counts `times_after_stop`, or counts again and again.
fn rhythm(row: &Table<'_>, codes: Codes<'_, '_>) -> Option<Rhythm> {
    let anchor = row.optional("first_after", |t, key| {
        t.word(
            key,
            "\"start\" or \"second-administration\"",
            Anchor::from_code,
        )
    });
    let times = row.optional("times_after_stop", |t, key| t.whole(key, 1..=1_000));
    match (anchor, times) {
        (Some(Some(anchor)), Some(None)) => opening(row, anchor),
        (Some(None), Some(Some(times))) => {
            let every_days = row.whole("every_days", 1..=MOST_DAYS)?;
            Some(Rhythm::AfterStop { every_days, times })
        }
        (Some(None), Some(None)) => repeating(row, codes),
        (anchor, times) => {
            // what kind it is cannot be said: its other fields are not judged
            for key in ["from_days", "to_days", "every_days"] {
                row.optional(key, |_, _| Some(()));
            }
            let (Some(Some(_)), Some(Some(_))) = (anchor, times) else {
                return None;
            };
            row.inconsistent(
                "times_after_stop",
                "stands beside first_after, expected one of the two",
            )
        }
    }
}

fn opening(row: &Table<'_>, anchor: Anchor) -> Option<Rhythm> {
    let from_days = row.whole("from_days", 0..=MOST_DAYS);
    let to_days = row.whole("to_days", 0..=MOST_DAYS);
    let (from_days, to_days) = (from_days?, to_days?);
    if to_days < from_days {
        let what = format_args!("{to_days} is before from_days, expected {from_days} or more");
        return row.inconsistent("to_days", what);
    }
    Some(Rhythm::Opening {
        anchor,
        from_days,
        to_days,
    })
}

fn repeating(row: &Table<'_>, codes: Codes<'_, '_>) -> Option<Rhythm> {
    let days = |key| row.optional(key, |t, key| t.whole(key, 1..=MOST_DAYS));
    let every_days = days("every_days");
    let every_months = row.optional("every_months", |t, key| t.whole(key, 1..=1_200));
    let at_most = days("at_most_days");
    let from = days("from_treated_days");
    let before = days("before_treated_days");
    let neutropenic = row.optional("neutropenic", Table::flag);
    let found = row.optional("while_found", |t, key| found(t, key, codes));
    let every = match (every_days?, every_months?) {
        (Some(days), None) => Span::Days(days),
        (None, Some(months)) => Span::Months(months),
        (Some(_), Some(_)) => {
            let what = "stands beside every_days, expected one of the two";
            return row.inconsistent("every_months", what);
        }
        (None, None) => {
            let what = "is missing, expected every_days or every_months, first_after, or \
                        times_after_stop";
            return row.inconsistent("every_days", what);
        }
    };
    let (from, before, at_most) = (from?, before?, at_most?);
    ordered(
        row,
        "from_treated_days",
        from,
        "before_treated_days",
        before,
    )?;
    match (every, at_most) {
        (Span::Months(_), Some(_)) => {
            let what = "stands beside every_months, expected it beside every_days";
            return row.inconsistent("at_most_days", what);
        }
        (Span::Days(days), Some(most)) if most < days => {
            let what = format_args!("{most} is below every_days, expected {days} or more");
            return row.inconsistent("at_most_days", what);
        }
        (Span::Days(_) | Span::Months(_), _) => {}
    }
    Some(Rhythm::Repeating {
        while_: Phase {
            from_treated_days: from,
            before_treated_days: before,
            neutropenic: neutropenic?,
            found: found?,
        },
        every,
        at_most: at_most.map(Span::Days),
    })
}

/// The code of a row of this file that finds something.
fn found(row: &Table<'_>, key: &str, codes: Codes<'_, '_>) -> Option<Slug> {
    let code = row.parsed(key, Slug::parse)?;
    if codes.is_some_and(|codes| !codes.contains(&code)) {
        let what = format_args!(
            "no threshold, start condition or remark has the code {code}, expected one that has"
        );
        return row.inconsistent(key, what);
    }
    Some(code)
}

/// Reads `[[interruptions]]` in the file's order; the first that fits holds.
fn interruptions(
    top: &Table<'_>,
    sources: &Sources,
    segments: Option<&[Segment]>,
) -> Option<Vec<InterruptionRow>> {
    let rows = top.rows("interruptions", 0, |row| {
        let days = |key| row.optional(key, |t, key| t.whole(key, 1..=MOST_DAYS));
        let code = row.parsed("code", Slug::parse);
        let from = days("from_treated_days");
        let before = days("before_treated_days");
        let neutropenic = row.optional("neutropenic", Table::flag);
        let from_length = days("from_length_days");
        let below_length = days("below_length_days");
        let then = then(row, segments);
        let severity = severity(row);
        let message = row.table("message", bilingual);
        let citation = sources.cited(row);
        let (from, before) = (from?, before?);
        ordered(
            row,
            "from_treated_days",
            from,
            "before_treated_days",
            before,
        )?;
        let (from_length, below_length) = (from_length?, below_length?);
        let (least, bound) = ("from_length_days", "below_length_days");
        ordered(row, least, from_length, bound, below_length)?;
        Some(InterruptionRow {
            code: code?,
            from_treated_days: from,
            before_treated_days: before,
            neutropenic: neutropenic?,
            from_length_days: from_length,
            below_length_days: below_length,
            then: then?,
            severity: severity?,
            message: message?,
            citation: citation?,
        })
    });
    rows.into_iter().collect()
}

/// `schedule = "previous"`, or the code of a repeating schedule of this file.
fn then(row: &Table<'_>, segments: Option<&[Segment]>) -> Option<AfterInterruption> {
    let code = row.parsed("schedule", Slug::parse)?;
    if code.as_str() == PREVIOUS {
        return Some(AfterInterruption::Previous);
    }
    let repeats = |segment: &&Segment| matches!(segment.rhythm, Rhythm::Repeating { .. });
    let mut named = segments.unwrap_or_default().iter().filter(repeats);
    if segments.is_some() && !named.any(|segment| segment.code == code) {
        let what = format_args!(
            "no [[schedule]] that repeats has the code {code}, expected one, or \"{PREVIOUS}\""
        );
        return row.inconsistent("schedule", what);
    }
    Some(AfterInterruption::Schedule(code))
}

/// Notes a bound that is not above the least.
fn ordered(
    row: &Table<'_>,
    least_key: &str,
    least: Option<u32>,
    bound_key: &str,
    bound: Option<u32>,
) -> Option<()> {
    match (least, bound) {
        (Some(least), Some(bound)) if bound <= least => {
            let what = format_args!("{bound} is not above {least_key}, expected {least} exceeded");
            row.inconsistent(bound_key, what)
        }
        (Some(_) | None, _) => Some(()),
    }
}

/// Notes rows that ask for a history of neutropenia where no row says what that is.
fn fit(top: &Table<'_>, monitoring: &Monitoring) {
    let segments = monitoring.segments.iter().any(|s| match &s.rhythm {
        Rhythm::Repeating { while_, .. } => while_.neutropenic.is_some(),
        Rhythm::Opening { .. } | Rhythm::AfterStop { .. } => false,
    });
    let rows = monitoring.interruptions.iter();
    let asks = segments || rows.into_iter().any(|row| row.neutropenic.is_some());
    if asks && monitoring.neutropenia.is_none() {
        let what = "is missing, expected [neutropenia]: rows ask for neutropenic";
        let _: Option<()> = top.inconsistent("neutropenia", what);
    }
}
