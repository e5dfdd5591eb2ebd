//! What was odd, for people and for programs.

use super::Encoding;
use super::row::Odd;
use crate::domain::cis::Cis;
use serde::Serialize;
use std::borrow::Cow;

/// The most faults that are listed for one file.
///
/// Choice: more than anybody reads; the rest is counted.
pub const MOST_FAULTS: usize = 10_000;

/// What was read, and what was odd, in the order the files were given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// One entry a file.
    pub files: Vec<FileReport>,
}

/// What was odd in one file. Rows read are rows kept and rows dropped; each dropped row has a
/// fault that says why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileReport {
    /// The name it was given under.
    pub name: String,
    /// In what it was written.
    pub encoding: Encoding,
    /// How many lines it has, up to the last with something in it.
    pub rows_read: usize,
    /// How many of them could be used.
    pub rows_kept: usize,
    /// Everything odd, by line; at most [`MOST_FAULTS`].
    pub faults: Vec<Fault>,
    /// How many more there are.
    pub faults_not_listed: usize,
}

/// Something odd in one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1; none when it is about the whole line.
    pub column: Option<usize>,
    /// What stood there, cut to eighty characters.
    pub found: String,
    /// What was expected.
    pub expected: Cow<'static, str>,
    /// Whether the row was kept, without this cell or with it as it stands; else it was dropped.
    pub kept: bool,
}

/// A report while its file is being read.
pub(super) struct Ledger(FileReport);

impl Ledger {
    pub(super) fn new(name: &str, encoding: Encoding) -> Self {
        Self(FileReport {
            name: name.to_owned(),
            encoding,
            rows_read: 0,
            rows_kept: 0,
            faults: Vec::new(),
            faults_not_listed: 0,
        })
    }

    /// Counts a row and files what was odd in it.
    pub(super) fn settle(&mut self, line: usize, odds: Vec<Odd>, kept: bool) {
        self.0.rows_read += 1;
        self.0.rows_kept += usize::from(kept);
        for odd in odds {
            self.file(Fault {
                line,
                column: odd.column,
                found: odd.found,
                expected: odd.expected,
                kept,
            });
        }
    }

    /// Files something about the file, found at a line.
    pub(super) fn note(&mut self, line: usize, found: String, expected: &'static str) {
        self.file(Fault {
            line,
            column: None,
            found,
            expected: Cow::Borrowed(expected),
            kept: true,
        });
    }

    /// Files a kept presentation whose medicine is unknown.
    pub(super) fn orphan(&mut self, line: usize, cis: Cis) {
        self.file(Fault {
            line,
            column: Some(1),
            found: cis.to_string(),
            expected: Cow::Borrowed("a CIS that the file of medicines has"),
            kept: true,
        });
    }

    fn file(&mut self, fault: Fault) {
        if self.0.faults.len() < MOST_FAULTS {
            self.0.faults.push(fault);
        } else {
            self.0.faults_not_listed += 1;
        }
    }

    /// Returns the report, its faults by line and column.
    pub(super) fn finish(mut self) -> FileReport {
        self.0.faults.sort_by_key(|f| (f.line, f.column));
        self.0
    }
}
