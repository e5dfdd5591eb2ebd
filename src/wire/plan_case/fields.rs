//! One object of a case: what is asked of it is read, or noted as a fault.

#![expect(
    clippy::option_option,
    reason = "the outer one says whether it could be read, the inner one whether it is there"
)]

use super::fault::{CaseFault, CaseFaults};
use crate::domain::calendar::Day;
use crate::wire::json::{Node, Pointer};
use std::borrow::Cow;
use std::cell::{Cell, RefCell};

/// The faults that were found so far.
#[derive(Debug, Default)]
pub(crate) struct Found(RefCell<Vec<CaseFault>>);

impl Found {
    pub(crate) fn note<T>(
        &self,
        pointer: &Pointer<'_>,
        found: Option<&Node<'_>>,
        expected: impl Into<String>,
    ) -> Option<T> {
        self.0.borrow_mut().push(CaseFault {
            pointer: told(pointer),
            found: found.map(Node::excerpt),
            expected: expected.into(),
        });
        None
    }

    pub(crate) fn into_faults(self) -> CaseFaults {
        CaseFaults::new(self.0.into_inner())
    }
}

/// Returns a pointer as it is told: of a field whose name is endless, the beginning.
fn told(pointer: &Pointer<'_>) -> String {
    // Choice: longer than any place of a case whose fields are known
    const MOST: usize = 200;
    let whole = pointer.to_string();
    match whole.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", whole.get(..at).unwrap_or_default()),
        None => whole,
    }
}

/// An object. Take every value first, and only then give up on the `None`s: so one reading finds
/// all faults.
pub(crate) struct Fields<'n, 't> {
    pairs: &'n [(Cow<'t, str>, Node<'t>)],
    at: Pointer<'n>,
    found: &'n Found,
    /// Where the next field is looked for first: they mostly come in one order.
    next: Cell<usize>,
    taken: Cell<usize>,
}

impl<'n, 't> Fields<'n, 't> {
    /// Reads an object of which `known` are the fields: what is no object, unknown fields and
    /// fields that stand twice are faults.
    pub(crate) fn of<T>(
        node: &'n Node<'t>,
        at: Pointer<'n>,
        known: &[&str],
        found: &'n Found,
        read: impl FnOnce(&Self) -> T,
    ) -> Option<T> {
        let Node::Object(pairs) = node else {
            return found.note(&at, Some(node), "an object");
        };
        let fields = Self {
            pairs,
            at,
            found,
            next: Cell::new(0),
            taken: Cell::new(0),
        };
        let read = read(&fields);
        if fields.taken.get() != pairs.len() {
            fields.strangers(known);
        }
        Some(read)
    }

    /// Notes fields that are unknown or stand twice.
    fn strangers(&self, known: &[&str]) {
        for (place, (key, value)) in self.pairs.iter().enumerate() {
            let before = self.pairs.get(..place).unwrap_or_default();
            let at = Pointer::Key(&self.at, key);
            if !known.contains(&key.as_ref()) {
                let expected = format!("no such field; the fields are {}", known.join(", "));
                let _: Option<()> = self.found.note(&at, Some(value), expected);
            } else if before.iter().any(|(other, _)| other == key) {
                let expected = "each field once: it stands there already";
                let _: Option<()> = self.found.note(&at, Some(value), expected);
            }
        }
    }

    fn get(&self, key: &str) -> Option<&'n Node<'t>> {
        let next = self.next.get();
        let named = |pair: &&(Cow<'t, str>, Node<'t>)| pair.0 == key;
        let (place, value) = if let Some((_, value)) = self.pairs.get(next).filter(named) {
            (next, value)
        } else {
            let place = self.pairs.iter().position(|(k, _)| k == key)?;
            (place, &self.pairs.get(place)?.1)
        };
        self.next.set(place + 1);
        self.taken.set(self.taken.get() + 1);
        Some(value)
    }

    /// Notes that a value is not what it should be.
    pub(crate) fn wrong<T>(
        &self,
        key: &str,
        node: &Node<'_>,
        expected: impl Into<String>,
    ) -> Option<T> {
        self.found
            .note(&Pointer::Key(&self.at, key), Some(node), expected)
    }

    /// Notes that a value is not there.
    pub(crate) fn missing<T>(&self, key: &str, expected: impl Into<String>) -> Option<T> {
        self.found
            .note(&Pointer::Key(&self.at, key), None, expected)
    }

    fn needed(&self, key: &str, expected: impl Into<String>) -> Option<&'n Node<'t>> {
        match self.get(key) {
            Some(node) => Some(node),
            None => self.missing(key, expected),
        }
    }

    /// Reads a value that may be left out or `null`: `Some(None)` when it is.
    pub(crate) fn optional<T>(
        &self,
        key: &str,
        read: impl FnOnce(&Self, &str) -> Option<T>,
    ) -> Option<Option<T>> {
        if self.given(key).is_none() {
            return Some(None);
        }
        // it is counted once more when it is read
        self.taken.set(self.taken.get().saturating_sub(1));
        self.next.set(self.next.get().saturating_sub(1));
        read(self, key).map(Some)
    }

    /// Returns a value that may be left out or `null`.
    pub(crate) fn given(&self, key: &str) -> Option<&'n Node<'t>> {
        self.get(key).filter(|node| **node != Node::Null)
    }

    /// Passes over a value that cannot be judged, because something it depends on is at fault.
    pub(crate) fn pass_over(&self, key: &str) {
        self.given(key);
    }

    /// Notes a value that stands where it must not.
    pub(crate) fn absent(&self, key: &str, expected: &str) -> Option<()> {
        match self.given(key) {
            None => Some(()),
            Some(node) => self.wrong(key, node, expected),
        }
    }

    /// Reads a text, which may be empty.
    pub(crate) fn text(&self, key: &str) -> Option<&'n str> {
        const EXPECTED: &str = "a text";
        let node = self.needed(key, EXPECTED)?;
        match node.text() {
            Some(text) => Some(text),
            None => self.wrong(key, node, EXPECTED),
        }
    }

    /// Reads a text that `read` knows; `expected` says what it knows.
    pub(crate) fn parsed<T>(
        &self,
        key: &str,
        expected: impl Fn() -> String,
        read: impl FnOnce(&'n str) -> Option<T>,
    ) -> Option<T> {
        let Some(node) = self.get(key) else {
            return self.missing(key, expected());
        };
        match node.text().and_then(read) {
            Some(value) => Some(value),
            None => self.wrong(key, node, expected()),
        }
    }

    /// Reads one of a few words.
    pub(crate) fn word<T>(
        &self,
        key: &str,
        expected: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        self.parsed(key, || expected.to_owned(), read)
    }

    /// Reads a text that is not empty.
    pub(crate) fn filled(&self, key: &str) -> Option<&'n str> {
        let filled = |text: &'n str| (!text.is_empty()).then_some(text);
        self.parsed(key, || "a text that is not empty".to_owned(), filled)
    }

    /// Reads a day.
    pub(crate) fn day(&self, key: &str) -> Option<Day> {
        let expected = "a day as YYYY-MM-DD, from 2000-01-01 to 2099-12-31";
        self.word(key, expected, |text| Day::parse(text).ok())
    }

    /// Reads a day of a patient's past.
    pub(crate) fn past_day(&self, key: &str) -> Option<Day> {
        self.word(key, Self::PAST_DAY, |text| Day::parse_past(text).ok())
    }

    /// What a day of a patient's past must look like.
    pub(crate) const PAST_DAY: &'static str = "a day as YYYY-MM-DD, from 1950-01-01 to 2099-12-31";

    /// Reads a day of a patient's past that is not after another, where that one is known.
    pub(crate) fn past_day_by(&self, key: &str, last: Option<Day>) -> Option<Day> {
        let day = self.past_day(key)?;
        match last {
            Some(last) if day > last => self.wrong_again(key, format!("a day up to {last}")),
            Some(_) | None => Some(day),
        }
    }

    /// Notes that a value that was read does not fit with others.
    pub(crate) fn wrong_again<T>(&self, key: &str, expected: impl Into<String>) -> Option<T> {
        let pair = self.pairs.iter().find(|(k, _)| k == key);
        self.found.note(
            &Pointer::Key(&self.at, key),
            pair.map(|(_, node)| node),
            expected,
        )
    }

    /// Reads an object of which `known` are the fields.
    pub(crate) fn object<T>(
        &self,
        key: &str,
        known: &[&str],
        read: impl FnOnce(&Fields<'_, '_>) -> T,
    ) -> Option<T> {
        let node = self.needed(key, "an object")?;
        let at = Pointer::Key(&self.at, key);
        Fields::of(node, at, known, self.found, read)
    }

    /// Reads a list of which each value is read alone; nothing when one has a fault.
    pub(crate) fn each<T>(
        &self,
        key: &str,
        expected: &str,
        read: impl Fn(&Node<'_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let node = self.needed(key, "a list")?;
        let Node::List(values) = node else {
            return self.wrong(key, node, "a list");
        };
        let above = Pointer::Key(&self.at, key);
        let read = values.iter().enumerate().map(|(place, value)| {
            read(value).or_else(|| {
                let at = Pointer::Place(&above, place);
                self.found.note(&at, Some(value), expected)
            })
        });
        let read: Vec<Option<T>> = read.collect();
        read.into_iter().collect()
    }

    /// Reads `true` or `false`.
    pub(crate) fn flag(&self, key: &str) -> Option<bool> {
        const EXPECTED: &str = "true or false";
        let node = self.needed(key, EXPECTED)?;
        match node {
            Node::Flag(flag) => Some(*flag),
            Node::Null | Node::Number(_) | Node::Text(_) | Node::List(_) | Node::Object(_) => {
                self.wrong(key, node, EXPECTED)
            }
        }
    }

    /// Reads a whole number within its bounds.
    pub(crate) fn whole(&self, key: &str, least: u32, most: u32) -> Option<u32> {
        let expected = || format!("a whole number from {least} to {most}");
        let Some(node) = self.get(key) else {
            return self.missing(key, expected());
        };
        let number = node.whole().and_then(|n| u32::try_from(n).ok());
        match number.filter(|n| (least..=most).contains(n)) {
            Some(number) => Some(number),
            None => self.wrong(key, node, expected()),
        }
    }

    /// Reads a list of texts, each of which `known` knows.
    pub(crate) fn texts(
        &self,
        key: &str,
        expected: &str,
        known: impl Fn(&str) -> bool,
    ) -> Option<Vec<String>> {
        self.each(key, expected, |node| {
            node.text().filter(|text| known(text)).map(str::to_owned)
        })
    }

    /// Reads an object of sites, each with one of a few words.
    pub(crate) fn entries<T>(
        &self,
        key: &str,
        words: &[&str],
        read: impl Fn(&str, &str) -> Option<T>,
    ) -> Option<Vec<T>> {
        let node = self.needed(key, "an object")?;
        let Node::Object(pairs) = node else {
            return self.wrong(key, node, "an object");
        };
        let above = Pointer::Key(&self.at, key);
        let read = pairs.iter().map(|(site, value)| {
            value.text().and_then(|word| read(site, word)).or_else(|| {
                let expected = format!("a site of the case, with {}", words.join(" or "));
                self.found
                    .note(&Pointer::Key(&above, site), Some(value), expected)
            })
        });
        let read: Vec<Option<T>> = read.collect();
        read.into_iter().collect()
    }

    /// Returns the rows of a list, without a word when it is none.
    pub(crate) fn peek(&self, key: &str) -> &'n [Node<'t>] {
        let pair = self.pairs.iter().find(|(k, _)| k == key);
        pair.map_or(&[], |(_, node)| node.list())
    }

    /// Reads a list of objects of which `known` are the fields; nothing when one has a fault.
    pub(crate) fn rows<T>(
        &self,
        key: &str,
        known: &[&str],
        read: impl Fn(&Fields<'_, '_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        const EXPECTED: &str = "a list of objects";
        let node = self.needed(key, EXPECTED)?;
        let Node::List(rows) = node else {
            return self.wrong(key, node, EXPECTED);
        };
        let above = Pointer::Key(&self.at, key);
        let mut values = Vec::with_capacity(rows.len());
        let mut whole = true;
        for (place, row) in rows.iter().enumerate() {
            let at = Pointer::Place(&above, place);
            match Fields::of(row, at, known, self.found, &read).flatten() {
                Some(value) => values.push(value),
                None => whole = false,
            }
        }
        whole.then_some(values)
    }
}
