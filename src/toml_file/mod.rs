//! Reads a TOML file and says everything that is wrong with it at once, each fault with its line.
//!
//! It knows TOML and nothing about medicines or settings: [`crate::rulebook`] and
//! [`crate::settings`] say which keys there are. Start with [`read`], then [`Table`].

mod fault;
mod nearest;
mod table;
mod values;

pub use fault::{Fault, Faults, Place, Problem};
pub use nearest::nearest;
pub use table::{Spot, Table};

use std::cell::RefCell;
use std::collections::BTreeSet;
use toml::de::DeTable;

/// The most bytes a file may have: 1 MiB.
///
/// Choice: a hundred times the largest file we have; a greater one is not what it claims to be.
pub const MOST_BYTES: usize = 1024 * 1024;

/// Reads the file `name` from its `bytes`: `reader` takes what it knows from the top table, and
/// every key it did not ask for is a fault.
///
/// When the text is not TOML throughout, what could be read is looked at too; only what may have
/// got lost with the unreadable lines is not held against the file (missing values, values that
/// do not fit together).
///
/// # Errors
/// [`Faults`] with everything that is wrong, never empty.
pub fn read<T>(
    name: &str,
    bytes: &[u8],
    reader: impl FnOnce(&Table<'_>) -> Option<T>,
) -> Result<T, Faults> {
    if bytes.len() > MOST_BYTES {
        return Err(Faults::unreadable(
            name,
            format_args!("has {} bytes, expected at most {MOST_BYTES}", bytes.len()),
        ));
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let source = std::str::from_utf8(bytes).map_err(|e| not_text(name, bytes, e.valid_up_to()))?;
    let (document, errors) = DeTable::parse_recoverable(source);
    let file = File::new(name, source);
    for error in &errors {
        let at = error.span().map_or(source.len(), |span| span.start);
        file.add(
            at,
            "",
            Problem::Syntax {
                what: format!("cannot be read: {}", error.message()),
            },
        );
    }
    let top = Table::top(&file, &document);
    let value = reader(&top);
    top.finish();
    drop(top);
    let faults = file.into_faults();
    match value {
        Some(value) if faults.as_slice().is_empty() => Ok(value),
        None if faults.as_slice().is_empty() => {
            Err(Faults::unreadable(name, "holds nothing that is known"))
        }
        Some(_) | None => Err(faults),
    }
}

/// A file on its way through [`read`].
struct File<'f> {
    name: &'f str,
    source: &'f str,
    faults: RefCell<Vec<Fault>>,
}

impl<'f> File<'f> {
    const fn new(name: &'f str, source: &'f str) -> Self {
        Self {
            name,
            source,
            faults: RefCell::new(Vec::new()),
        }
    }

    /// Notes a problem at a byte of the source.
    fn add(&self, at: usize, path: &str, problem: Problem) {
        let place = self.place(&Spot {
            at,
            path: path.to_owned(),
        });
        self.faults.borrow_mut().push(Fault { place, problem });
    }

    /// Line and column of a spot.
    fn place(&self, spot: &Spot) -> Place {
        let (line, column) = line_and_column(self.source.as_bytes(), spot.at);
        Place::At {
            file: self.name.to_owned(),
            line,
            column,
            path: spot.path.clone(),
        }
    }

    /// The text between two bytes, its line ends shown, cut to sixty characters.
    fn excerpt(&self, span: std::ops::Range<usize>) -> String {
        const MOST: usize = 60;
        let text = self.source.get(span).unwrap_or_default();
        let mut cut: String = text.chars().take(MOST).collect();
        if text.chars().nth(MOST).is_some() {
            cut.push('…');
        }
        cut.replace('\r', "\\r").replace('\n', "\\n")
    }

    /// One unreadable line is one fault; and what it may have swallowed is none.
    fn into_faults(self) -> Faults {
        let all = Faults::new(self.faults.into_inner()).into_vec();
        let line = |fault: &Fault| match fault.place {
            Place::At { line, .. } => line,
            Place::File { .. } | Place::Variable { .. } => 0,
        };
        let unreadable: BTreeSet<usize> = all
            .iter()
            .filter(|fault| matches!(fault.problem, Problem::Syntax { .. }))
            .map(line)
            .collect();
        let mut told = BTreeSet::new();
        let kept = all.into_iter().filter(|fault| match fault.problem {
            Problem::Syntax { .. } => told.insert(line(fault)),
            Problem::Missing { .. } | Problem::Inconsistent { .. } => unreadable.is_empty(),
            Problem::Unexpected { .. }
            | Problem::Unknown { .. }
            | Problem::Refused { .. }
            | Problem::Unreadable { .. } => !unreadable.contains(&line(fault)),
        });
        Faults::new(kept.collect())
    }
}

/// Line and column of a byte, both from 1; the column in characters.
fn line_and_column(source: &[u8], at: usize) -> (usize, usize) {
    let before = source.get(..at).unwrap_or(source);
    let start = before
        .iter()
        .rposition(|b| *b == b'\n')
        .map_or(0, |end| end + 1);
    let line = before.split(|b| *b == b'\n').count();
    // a byte of the form 10xxxxxx continues a character
    let column = before
        .get(start..)
        .unwrap_or_default()
        .iter()
        .filter(|b| **b & 0b1100_0000 != 0b1000_0000)
        .count();
    (line, column + 1)
}

fn not_text(name: &str, bytes: &[u8], at: usize) -> Faults {
    let (line, column) = line_and_column(bytes, at);
    Faults::new(vec![Fault {
        place: Place::At {
            file: name.to_owned(),
            line,
            column,
            path: String::new(),
        },
        problem: Problem::Unexpected {
            found: format!(
                "the byte {:#04x}",
                bytes.get(at).copied().unwrap_or_default()
            ),
            expected: "text in UTF-8".to_owned(),
        },
    }])
}

#[cfg(test)]
mod tests;
