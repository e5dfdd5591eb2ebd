//! What a command answers: for people and for machines, from one place, on standard output.

use serde_json::Value;
use std::borrow::Cow;
use std::io::{self, ErrorKind, Write as _};

/// How answers are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// For people: lines and columns.
    #[default]
    #[value(alias = "table")]
    Text,
    /// For machines: one JSON document.
    Json,
}

/// What a command found or did.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// For people, with its last line end; nothing to say when it is empty.
    pub(super) text: String,
    /// For machines; nothing to say when it is null.
    pub(super) json: Value,
    /// What people should know besides, on standard error.
    pub(super) notes: Vec<String>,
    /// What is written as it is, piece by piece, whatever the format: the command has chosen.
    pub(super) exact: Option<Vec<String>>,
    /// The exit code: an answer may be that something does not hold.
    pub(super) status: u8,
}

impl Answer {
    /// An answer without notes.
    pub(super) const fn new(text: String, json: Value) -> Self {
        Self {
            text,
            json,
            notes: Vec::new(),
            exact: None,
            status: 0,
        }
    }

    /// An answer in the form that the command chose, and the exit code.
    pub(super) fn exact(written: String, status: u8) -> Self {
        Self::pieces(vec![written], status)
    }

    /// The same in pieces.
    pub(super) const fn pieces(written: Vec<String>, status: u8) -> Self {
        Self {
            text: String::new(),
            json: Value::Null,
            notes: Vec::new(),
            exact: Some(written),
            status,
        }
    }

    /// The same with a note.
    pub(super) fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Writes the answer, its notes first. A reader that has gone (`| head`) is no error.
    pub(super) fn write(&self, format: Format) -> io::Result<()> {
        let result = match (&self.exact, format) {
            (Some(exact), _) => Cow::Borrowed(exact.as_slice()),
            (None, Format::Text) => Cow::Borrowed(std::slice::from_ref(&self.text)),
            (None, Format::Json) if self.json.is_null() => Cow::default(),
            (None, Format::Json) => Cow::Owned(vec![format!("{:#}\n", self.json)]),
        };
        for note in &self.notes {
            complain(note);
        }
        let mut out = io::stdout().lock();
        let mut pieces = result.iter();
        let written = pieces.try_for_each(|piece| out.write_all(piece.as_bytes()));
        match written.and_then(|()| out.flush()) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            written => written,
        }
    }
}

/// Writes a line on standard error; when nobody can read it, nobody can be told.
pub(super) fn complain(line: &str) {
    drop(writeln!(io::stderr().lock(), "{line}"));
}

/// Lays rows out in columns, the first row being their names. What controls a terminal is shown, not obeyed.
pub(super) fn columns<const N: usize>(names: [&str; N], rows: &[[String; N]]) -> String {
    let names = names.map(str::to_owned);
    let shown = |cell: &String| cell.replace(char::is_control, "\u{fffd}");
    let rows: Vec<[String; N]> = rows.iter().map(|row| row.each_ref().map(shown)).collect();
    let lines = || std::iter::once(&names).chain(&rows);
    let width = |column: usize| {
        lines()
            .filter_map(|line| line.get(column))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..N).map(width).collect();
    let mut text = String::new();
    for line in lines() {
        let cells: Vec<String> = line
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [
            ["é".to_owned(), "long".to_owned()],
            ["long".to_owned(), String::new()],
        ];
        assert_eq!(columns(["A", "B"], &rows), "A     B\né     long\nlong\n");
    }

    #[test]
    fn what_controls_a_terminal_is_shown_and_not_obeyed() {
        let rows = [["\u{1b}[31mr-1\n".to_owned()]];
        assert_eq!(columns(["A"], &rows), "A\n\u{fffd}[31mr-1\u{fffd}\n");
    }
}
