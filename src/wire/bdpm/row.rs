//! One line as cells, and what a cell can be.

use super::Kind;
use crate::domain::code::CodeError;
use chrono::{Datelike as _, NaiveDate};
use std::borrow::Cow;

/// Something odd in a row, before it is known whether the row is kept.
#[derive(Debug)]
pub(super) struct Odd {
    pub(super) column: Option<usize>,
    pub(super) found: String,
    pub(super) expected: Cow<'static, str>,
}

/// The cells of one line. Reading a cell that is odd notes it and gives nothing.
pub(super) struct Row<'a> {
    cells: Vec<&'a str>,
    readable: bool,
    odds: Vec<Odd>,
}

impl<'a> Row<'a> {
    /// Looks at a line as a whole: its characters and how many cells it has. `line` is `published`
    /// without control characters.
    pub(super) fn of(line: &'a str, published: &str, kind: Kind) -> Self {
        let mut row = Self {
            cells: line.split('\t').map(str::trim).collect(),
            readable: true,
            odds: Vec::new(),
        };
        if line != published
            && let Some(control) = published.chars().find(|c| c.is_control() && *c != '\t')
        {
            let found = control.escape_unicode().to_string();
            row.odd(
                None,
                &found,
                "no control characters; they are read as blanks",
            );
        }
        let cells = row.cells.len();
        let moved = row.cells.iter().skip(kind.columns()).any(|c| !c.is_empty());
        if line.trim().is_empty() {
            row.readable = false;
            row.odd(None, "", "a row, not a blank line");
        } else if cells != kind.columns() {
            // A tab too many inside moves every cell after it: which is which cannot be known.
            row.readable = cells >= kind.least_columns() && !moved;
            let columns = format!("{cells} columns");
            row.odd(None, &columns, format!("{} columns", kind.columns()));
        }
        if row.readable && !row.cell(1).contains(|c: char| c.is_ascii_digit()) {
            row.readable = false;
            let found = row.text(1);
            row.odd(Some(1), &found, "a row with a CIS code, not a header");
        }
        row
    }

    /// Whether its cells can be told apart.
    pub(super) const fn is_readable(&self) -> bool {
        self.readable
    }

    pub(super) fn into_odds(self) -> Vec<Odd> {
        self.odds
    }

    /// Notes something odd.
    pub(super) fn odd(
        &mut self,
        column: Option<usize>,
        found: &str,
        expected: impl Into<Cow<'static, str>>,
    ) {
        self.odds.push(Odd {
            column,
            found: found.chars().take(80).collect(),
            expected: expected.into(),
        });
    }

    fn cell(&self, column: usize) -> &'a str {
        self.cells.get(column - 1).copied().unwrap_or_default()
    }

    /// Whether the line is long enough to have this column.
    fn has(&self, column: usize) -> bool {
        self.cells.len() >= column
    }

    /// The text of a cell without blanks around it; nothing when it is missing.
    pub(super) fn text(&self, column: usize) -> String {
        self.cell(column).to_owned()
    }

    /// The same, when something must stand there.
    pub(super) fn required(&mut self, column: usize, expected: &'static str) -> Option<String> {
        let text = self.text(column);
        if text.is_empty() {
            self.odd(Some(column), "", expected);
            return None;
        }
        Some(text)
    }

    /// The parts of a cell between semicolons.
    pub(super) fn list(&self, column: usize) -> Vec<String> {
        let parts = self.cell(column).split(';').map(str::trim);
        parts.filter(|p| !p.is_empty()).map(str::to_owned).collect()
    }

    /// A code, which must be right.
    pub(super) fn code<T>(
        &mut self,
        column: usize,
        parse: impl Fn(&str) -> Result<T, CodeError>,
    ) -> Option<T> {
        let text = self.cell(column);
        match parse(text) {
            Ok(code) => Some(code),
            Err(error) => {
                self.odd(Some(column), text, expected_of(&error));
                None
            }
        }
    }

    /// What `parse` makes of a cell; an empty cell is nothing, and not odd.
    pub(super) fn optional<T>(
        &mut self,
        column: usize,
        expected: &'static str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.cell(column);
        if text.is_empty() {
            return None;
        }
        let value = parse(text);
        if value.is_none() {
            self.odd(Some(column), text, expected);
        }
        value
    }

    /// The same for one of several words, where an empty cell is odd in a row that has it.
    pub(super) fn word<T>(
        &mut self,
        column: usize,
        expected: &'static str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        if self.has(column) && self.cell(column).is_empty() {
            self.odd(Some(column), "", expected);
        }
        self.optional(column, expected, parse)
    }

    /// A day written `DD/MM/YYYY`.
    pub(super) fn day(&mut self, column: usize) -> Option<NaiveDate> {
        self.optional(column, "a day, DD/MM/YYYY, from 1900 to 2099", |text| {
            let shaped = text.len() == 10
                && text
                    .bytes()
                    .enumerate()
                    .all(|(i, b)| (matches!(i, 2 | 5) && b == b'/') || b.is_ascii_digit());
            let day = NaiveDate::parse_from_str(text, "%d/%m/%Y").ok()?;
            (shaped && (1900..=2099).contains(&day.year())).then_some(day)
        })
    }

    /// An amount of euros in cents: `1,02`, `835,34`, or `26,632,20` with commas for thousands.
    pub(super) fn cents(&mut self, column: usize) -> Option<u64> {
        self.optional(column, "euros with two decimals, such as 1,234,56", cents)
    }
}

/// What a code should have been: the fault names the rest.
fn expected_of(error: &CodeError) -> Cow<'static, str> {
    match error {
        CodeError::Length { expected, .. }
        | CodeError::Character { expected, .. }
        | CodeError::Prefix { expected, .. } => Cow::Owned(expected.to_string()),
        CodeError::CheckDigit { expected, .. } => {
            Cow::Owned(format!("check digit {expected} after these digits"))
        }
    }
}

fn cents(text: &str) -> Option<u64> {
    let (euros, cents) = text.rsplit_once(',')?;
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let mut groups = euros.split(',');
    let first = groups.next()?;
    let thousands = euros.contains(',');
    let grouped = groups.all(|g| g.len() == 3 && digits(g)) && (!thousands || first.len() <= 3);
    if !digits(first) || !grouped || cents.len() != 2 || !digits(cents) {
        return None;
    }
    let euros: u64 = euros.replace(',', "").parse().ok()?;
    euros
        .checked_mul(100)?
        .checked_add(cents.parse::<u64>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::cents;

    #[test]
    fn a_price_is_whole_cents_or_nothing() {
        for (text, expected) in [
            ("1,02", Some(102)),
            ("0,05", Some(5)),
            ("835,34", Some(83_534)),
            ("1,234,56", Some(123_456)),
            ("26,632,20", Some(2_663_220)),
            ("1,026,632,20", Some(102_663_220)),
            ("1234,56", Some(123_456)),
            // an amount that could be read in two ways is not read
            ("1,234", None),
            ("12", None),
            ("1,2", None),
            ("1234,567,89", None),
            ("1,23,45", None),
            (",50", None),
            ("1,", None),
            ("-1,00", None),
            ("1.00", None),
            ("1 234,56", None),
            ("１,02", None),
            ("99999999999999999999,00", None),
            ("184467440737095517,00", None),
        ] {
            assert_eq!(cents(text), expected, "{text}");
        }
    }
}
