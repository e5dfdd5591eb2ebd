//! One table of a file: what it holds, its rows, and where its faults stand.

use super::{File, Place, Problem, nearest};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Display;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A table of a file. Whatever is asked of it is read, or noted as a fault and `None`.
///
/// Take every value first, and only then give up on the `None`s: so one reading finds all faults.
pub struct Table<'f> {
    pub(super) file: &'f File<'f>,
    spot: Spot,
    entries: &'f DeTable<'f>,
    asked: RefCell<BTreeSet<String>>,
}

/// A place in a file, kept for a fault that may be found later.
#[derive(Clone, Debug)]
pub struct Spot {
    pub(super) at: usize,
    pub(super) path: String,
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

    /// Returns the place of a value, or of this table when the value is not there, for a fault that is
    /// found when other files are read.
    pub fn place_of(&self, key: &str) -> Place {
        self.file.place(&self.spot_of(key))
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

    pub(super) fn path(&self, key: &str) -> String {
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

    pub(super) fn needed(&self, key: &str, expected: &str) -> Option<&'f Spanned<DeValue<'f>>> {
        let value = self.value(key);
        if value.is_none() {
            let expected = expected.to_owned();
            return self.note(&self.spot_of(key), Problem::Missing { expected });
        }
        value
    }

    pub(super) fn unexpected<T>(
        &self,
        key: &str,
        value: &Spanned<DeValue<'_>>,
        expected: &str,
    ) -> Option<T> {
        let problem = Problem::Unexpected {
            found: self.file.excerpt(value.span()),
            expected: expected.to_owned(),
        };
        self.note(&self.spot_of(key), problem)
    }

    pub(super) fn refused<T>(&self, key: &str, what: impl Display) -> Option<T> {
        let what = what.to_string();
        self.note(&self.spot_of(key), Problem::Refused { what })
    }

    pub(super) fn note<T>(&self, spot: &Spot, problem: Problem) -> Option<T> {
        self.file.add(spot.at, &spot.path, problem);
        None
    }
}
