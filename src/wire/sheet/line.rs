//! One row of a sheet, whose cells are asked for by the names of their columns.

use super::{At, Fault, Header, Wrong};
use csv::StringRecord;
use std::sync::Arc;

/// The place of a row that was read, by which what is found wrong with it later is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    line: usize,
    header: Arc<Header>,
}

impl Place {
    /// Returns the number of the line in the file, from 1.
    pub const fn line(&self) -> usize {
        self.line
    }

    /// Returns a fault of a cell; of the line, where the sheet has no such column or none is named.
    pub fn fault<W>(&self, column: Option<&str>, wrong: impl Into<W>) -> Fault<W> {
        let place = column.and_then(|column| self.header.place(column));
        let named = place.and_then(|n| self.header.columns.get(n));
        Fault {
            at: At::Line(self.line, place.map(|n| n.saturating_add(1))),
            column: named.map(|(_, title)| title.clone()),
            wrong: wrong.into(),
        }
    }
}

/// A row while it is being read; what is wrong with it is kept.
pub struct Line<'r, W> {
    number: usize,
    header: &'r Arc<Header>,
    record: &'r StringRecord,
    faults: &'r mut Vec<Fault<W>>,
}

impl<'r, W: From<Wrong>> Line<'r, W> {
    pub(super) const fn new(
        number: usize,
        header: &'r Arc<Header>,
        record: &'r StringRecord,
        faults: &'r mut Vec<Fault<W>>,
    ) -> Self {
        Self {
            number,
            header,
            record,
            faults,
        }
    }

    /// Returns its number in the file, from 1.
    pub const fn number(&self) -> usize {
        self.number
    }

    /// Returns its place, for what is found wrong with it later.
    pub fn place(&self) -> Place {
        Place {
            line: self.number,
            header: Arc::clone(self.header),
        }
    }

    /// Returns the place of a column's cell; of the line, where the sheet has no such column.
    pub fn at(&self, column: &str) -> At {
        let place = self.header.place(column).map(|n| n.saturating_add(1));
        At::Line(self.number, place)
    }

    /// Returns what stands in a column, if the sheet has it; empty cells are.
    pub fn cell(&self, column: &str) -> Option<&'r str> {
        self.record.get(self.header.place(column)?)
    }

    /// Keeps a fault of a cell.
    pub fn fault(&mut self, column: &str, wrong: impl Into<W>) {
        let fault = self.place().fault(Some(column), wrong);
        self.faults.push(fault);
    }

    /// Keeps the error of a cell as its fault.
    pub fn take<T>(&mut self, column: &str, read: Result<T, impl Into<W>>) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(wrong) => {
                self.fault(column, wrong);
                None
            }
        }
    }

    /// Reads a cell that must be filled in; a column that must be there and is not was told at the first
    /// row.
    pub fn needed<T, E: Into<W>>(
        &mut self,
        column: &str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        match self.cell(column)? {
            "" => {
                self.fault(column, Wrong::Nothing);
                None
            }
            cell => self.take(column, read(cell)),
        }
    }

    /// Reads a cell that may be empty or not be there: `Some(None)` then, and nothing when it is wrong.
    pub fn optional<T, E: Into<W>>(
        &mut self,
        column: &str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<Option<T>> {
        match self.cell(column) {
            None | Some("") => Some(None),
            Some(cell) => self.take(column, read(cell)).map(Some),
        }
    }
}
