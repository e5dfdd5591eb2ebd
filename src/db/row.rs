//! From rows to values: a row that cannot become a value is [`Error::Corrupt`], loudly.

use super::error::Error;
use crate::domain::calendar::{Day, Instant};
use crate::domain::quantity::{Mg, Units};
use chrono::{NaiveDate, NaiveDateTime};
use std::fmt::Display;

/// Names one row, so that what is wrong with it can be said.
#[derive(Clone, Copy)]
pub(super) struct RowOf<'a> {
    pub(super) table: &'static str,
    pub(super) id: &'a str,
}

impl RowOf<'_> {
    pub(super) fn corrupt(self, what: impl Into<String>) -> Error {
        Error::Corrupt {
            table: self.table,
            id: self.id.to_owned(),
            what: what.into(),
        }
    }

    /// The value of a text that was checked before it was kept.
    pub(super) fn parsed<T, E: Display>(self, result: Result<T, E>) -> Result<T, Error> {
        result.map_err(|e| self.corrupt(e.to_string()))
    }

    /// The value of a code of a closed list.
    pub(super) fn code<T>(self, column: &str, text: &str, value: Option<T>) -> Result<T, Error> {
        value.ok_or_else(|| self.corrupt(format!("{column} is {text:?}, which is no code of it")))
    }

    pub(super) fn day(self, date: NaiveDate) -> Result<Day, Error> {
        Day::new(date).ok_or_else(|| self.corrupt(format!("{date} is not a day of this century")))
    }

    /// A day of a patient's past.
    pub(super) fn past_day(self, date: NaiveDate) -> Result<Day, Error> {
        Day::past(date).ok_or_else(|| self.corrupt(format!("{date} is no day from 1950 to 2099")))
    }

    pub(super) fn units(self, n: i64) -> Result<Units, Error> {
        self.u32(n).map(Units::new)
    }

    pub(super) fn u32(self, n: i64) -> Result<u32, Error> {
        u32::try_from(n).map_err(|e| self.corrupt(format!("{n}: {e}")))
    }

    pub(super) fn mg(self, ug: i64) -> Result<Mg, Error> {
        u64::try_from(ug)
            .map(Mg::from_ug)
            .map_err(|e| self.corrupt(format!("{ug} µg: {e}")))
    }
}

/// An instant as both databases keep it: universal time without a zone, to the microsecond.
pub(super) fn kept(at: Instant) -> NaiveDateTime {
    crate::domain::calendar::to_micros(at).naive_utc()
}

/// An instant as it was kept.
pub(super) fn instant(at: NaiveDateTime) -> Instant {
    at.and_utc()
}

/// A mass as both databases keep it.
pub(super) fn micrograms(mass: Mg) -> i64 {
    i64::try_from(mass.ug()).unwrap_or(i64::MAX)
}
