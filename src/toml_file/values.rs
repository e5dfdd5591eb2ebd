//! How single values are taken out of a table: texts, days, whole numbers, lists.

use super::{Problem, Spot, Table};
use std::fmt::Display;
use std::ops::RangeInclusive;
use toml::de::DeValue;

/// The most characters of a text: 2,000.
///
/// Choice: a page; it ends up in emails and in columns of a table.
const MOST_CHARACTERS: usize = 2_000;

impl Table<'_> {
    /// Reads a text of 1 to 2,000 characters, not all of them blank, none of them a control
    /// character other than the line end.
    pub fn text(&self, key: &str) -> Option<String> {
        const EXPECTED: &str = "a text between quotation marks, of 1 to 2000 characters";
        let value = self.needed(key, EXPECTED)?;
        let fits = |text: &&str| {
            !text.trim().is_empty()
                && text.chars().count() <= MOST_CHARACTERS
                && !text.chars().any(|c| c.is_control() && c != '\n')
        };
        match value.get_ref().as_str().filter(fits) {
            Some(text) => Some(text.to_owned()),
            None => self.unexpected(key, value, EXPECTED),
        }
    }

    /// Reads a text that must not appear in a message or a log, however wrong it is.
    pub fn secret(&self, key: &str) -> Option<String> {
        const EXPECTED: &str = "a text between quotation marks that is not empty";
        match self.needed(key, EXPECTED)?.get_ref().as_str() {
            Some(text) if !text.trim().is_empty() => Some(text.to_owned()),
            Some(_) | None => {
                let problem = Problem::Unexpected {
                    found: "a secret of another kind, or an empty one".to_owned(),
                    expected: EXPECTED.to_owned(),
                };
                self.note(&self.spot_of(key), problem)
            }
        }
    }

    /// Reads a text and makes a value of it; what `parse` answers to a wrong one is the fault.
    pub fn parsed<T, E: Display>(
        &self,
        key: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.text(key)?;
        parse(&text).map_or_else(|e| self.refused(key, e), Some)
    }

    /// Reads a text that is one of a few words.
    pub fn word<T>(
        &self,
        key: &str,
        expected: &str,
        from_word: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let value = self.needed(key, expected)?;
        match value.get_ref().as_str().and_then(from_word) {
            Some(read) => Some(read),
            None => self.unexpected(key, value, expected),
        }
    }

    /// Reads a day, as TOML writes it (`2021-10-14`) or between quotation marks.
    pub fn day<T, E: Display>(
        &self,
        key: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        const EXPECTED: &str = "a day as YYYY-MM-DD";
        let value = self.needed(key, EXPECTED)?;
        let text = match value.get_ref() {
            DeValue::Datetime(day) => day.to_string(),
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => return self.unexpected(key, value, EXPECTED),
        };
        parse(&text).map_or_else(|e| self.refused(key, e), Some)
    }

    /// Reads a whole number within its bounds.
    pub fn whole<T>(&self, key: &str, bounds: RangeInclusive<T>) -> Option<T>
    where
        T: TryFrom<i64> + PartialOrd + Display + Copy,
    {
        let expected = format!("a whole number from {} to {}", bounds.start(), bounds.end());
        let value = self.needed(key, &expected)?;
        let number = value
            .get_ref()
            .as_integer()
            .and_then(|n| i64::from_str_radix(n.as_str(), n.radix()).ok())
            .and_then(|n| T::try_from(n).ok())
            .filter(|n| bounds.contains(n));
        match number {
            Some(number) => Some(number),
            None => self.unexpected(key, value, &expected),
        }
    }

    /// Reads `true` or `false`.
    pub fn flag(&self, key: &str) -> Option<bool> {
        const EXPECTED: &str = "true or false";
        let value = self.needed(key, EXPECTED)?;
        match value.get_ref().as_bool() {
            Some(flag) => Some(flag),
            None => self.unexpected(key, value, EXPECTED),
        }
    }

    /// Reads a list of texts of which each is made a value.
    pub fn list<T, E: Display>(
        &self,
        key: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<Vec<T>> {
        const EXPECTED: &str = "a list of texts that is not empty, as [\"…\", \"…\"]";
        let value = self.needed(key, EXPECTED)?;
        let Some(items) = value.get_ref().as_array().filter(|items| !items.is_empty()) else {
            return self.unexpected(key, value, EXPECTED);
        };
        let read: Vec<Option<T>> = items
            .iter()
            .enumerate()
            .map(|(i, item)| {
                let spot = Spot {
                    at: item.span().start,
                    path: format!("{}[{i}]", self.path(key)),
                };
                let what = match item.get_ref().as_str().map(&parse) {
                    Some(Ok(read)) => return Some(read),
                    Some(Err(e)) => e.to_string(),
                    None => format!("found {}, expected a text", self.file.excerpt(item.span())),
                };
                self.note(&spot, Problem::Refused { what })
            })
            .collect();
        read.into_iter().collect()
    }
}
