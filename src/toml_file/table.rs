//! One table of a file, and how its values are taken out.

use super::{File, Problem, nearest};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::ops::RangeInclusive;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The most characters of a text: 2,000.
///
/// Choice: a page; it ends up in emails and in columns of a table.
const MOST_CHARACTERS: usize = 2_000;

/// A table of a file. Whatever is asked of it is read, or noted as a fault and `None`.
///
/// Take every value first, and only then give up on the `None`s: so one reading finds all faults.
pub struct Table<'f> {
    file: &'f File<'f>,
    spot: Spot,
    entries: &'f DeTable<'f>,
    asked: RefCell<BTreeSet<String>>,
}

/// A place in a file, kept for a fault that may be found later.
#[derive(Clone, Debug)]
pub struct Spot {
    at: usize,
    path: String,
}

impl<'f> Table<'f> {
    pub(super) fn top(file: &'f File<'f>, document: &'f Spanned<DeTable<'f>>) -> Self {
        let spot = Spot {
            at: 0,
            path: String::new(),
        };
        Self::new(file, spot, document.get_ref())
    }

    const fn new(file: &'f File<'f>, spot: Spot, entries: &'f DeTable<'f>) -> Self {
        Self {
            file,
            spot,
            entries,
            asked: RefCell::new(BTreeSet::new()),
        }
    }

    /// Returns the place of this table.
    pub fn spot(&self) -> Spot {
        self.spot.clone()
    }

    /// Returns the place of a value, or of this table when the value is not there.
    pub fn spot_of(&self, key: &str) -> Spot {
        Spot {
            at: self
                .entries
                .get(key)
                .map_or(self.spot.at, |value| value.span().start),
            path: self.path(key),
        }
    }

    /// Reads a value that may be left out: `Some(None)` when it is.
    pub fn optional<T>(
        &self,
        key: &str,
        read: impl FnOnce(&Self, &str) -> Option<T>,
    ) -> Option<Option<T>> {
        match self.value(key) {
            Some(_) => read(self, key).map(Some),
            None => Some(None),
        }
    }

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

    /// Reads a table inside of this one.
    pub fn table<T>(&self, key: &str, read: impl FnOnce(&Self) -> Option<T>) -> Option<T> {
        let expected = format!("a table: [{}] and its lines", self.path(key));
        let value = self.needed(key, &expected)?;
        self.inner(value, self.path(key), &expected, read)
    }

    /// Reads a list of tables, `[[key]]` each; those that have a fault are `None`.
    ///
    /// Fewer than `least` are a fault, and none when `least` is zero and the key is not there.
    pub fn rows<T>(
        &self,
        key: &str,
        least: usize,
        read: impl Fn(&Self) -> Option<T>,
    ) -> Vec<Option<T>> {
        let expected = format!("[[{}]] and its lines, {least} or more", self.path(key));
        if least == 0 && self.value(key).is_none() {
            return Vec::new();
        }
        let Some(value) = self.needed(key, &expected) else {
            return Vec::new();
        };
        let Some(rows) = value
            .get_ref()
            .as_array()
            .filter(|rows| rows.len() >= least)
        else {
            return self.unexpected(key, value, &expected).into_iter().collect();
        };
        rows.iter()
            .enumerate()
            .map(|(i, row)| {
                let path = format!("{}[{i}]", self.path(key));
                self.inner(row, path, "a table", &read)
            })
            .collect()
    }

    /// Notes that the value of `key` does not fit with others.
    pub fn inconsistent<T>(&self, key: &str, what: impl Display) -> Option<T> {
        self.inconsistent_at(&self.spot_of(key), what)
    }

    /// Notes that what stands at a place does not fit with others.
    pub fn inconsistent_at<T>(&self, spot: &Spot, what: impl Display) -> Option<T> {
        let what = what.to_string();
        self.note(spot, Problem::Inconsistent { what })
    }

    /// Notes every key that nobody asked for.
    pub(super) fn finish(&self) {
        let asked = self.asked.borrow();
        for key in self.entries.keys() {
            let name: &str = key.get_ref();
            if !asked.contains(name) {
                let spot = Spot {
                    at: key.span().start,
                    path: self.path(name),
                };
                let nearest = nearest(name, asked.iter().map(String::as_str)).map(str::to_owned);
                let _: Option<()> = self.note(&spot, Problem::Unknown { nearest });
            }
        }
    }

    fn inner<T>(
        &self,
        value: &'f Spanned<DeValue<'f>>,
        path: String,
        expected: &str,
        read: impl FnOnce(&Self) -> Option<T>,
    ) -> Option<T> {
        let spot = Spot {
            at: value.span().start,
            path,
        };
        let Some(entries) = value.get_ref().as_table() else {
            let found = self.file.excerpt(value.span());
            let expected = expected.to_owned();
            return self.note(&spot, Problem::Unexpected { found, expected });
        };
        let table = Self::new(self.file, spot, entries);
        let read = read(&table);
        table.finish();
        read
    }

    fn path(&self, key: &str) -> String {
        if self.spot.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.spot.path)
        }
    }

    fn value(&self, key: &str) -> Option<&'f Spanned<DeValue<'f>>> {
        self.asked.borrow_mut().insert(key.to_owned());
        self.entries.get(key)
    }

    fn needed(&self, key: &str, expected: &str) -> Option<&'f Spanned<DeValue<'f>>> {
        let value = self.value(key);
        if value.is_none() {
            let expected = expected.to_owned();
            return self.note(&self.spot_of(key), Problem::Missing { expected });
        }
        value
    }

    fn unexpected<T>(&self, key: &str, value: &Spanned<DeValue<'_>>, expected: &str) -> Option<T> {
        let problem = Problem::Unexpected {
            found: self.file.excerpt(value.span()),
            expected: expected.to_owned(),
        };
        self.note(&self.spot_of(key), problem)
    }

    fn refused<T>(&self, key: &str, what: impl Display) -> Option<T> {
        let what = what.to_string();
        self.note(&self.spot_of(key), Problem::Refused { what })
    }

    fn note<T>(&self, spot: &Spot, problem: Problem) -> Option<T> {
        self.file.add(spot.at, &spot.path, problem);
        None
    }
}
