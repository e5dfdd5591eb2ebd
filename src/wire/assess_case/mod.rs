//! The assess case: JSON in, a patient and a rulebook out, or everything that is wrong at once; and
//! the assessment, back to JSON.
//!
//! [`read`] checks every field; each fault has its place as a JSON pointer, what stood there and what
//! was expected. Fields that a rulebook does not use are read all the same, so that a slip in one is
//! heard of. [`write()`] is the same to the byte for the same case, in whatever order its lists stand.

mod course;
mod patient;
mod written;

pub use written::write;

use super::json::{self, Pointer};
use super::plan_case::{CaseFaults, Fields, Found};
use crate::domain::assess::Patient;
use crate::domain::calendar::Day;
use crate::domain::rule::{Rulebook, Slug};

/// The most bytes a case may have: 1 MiB.
///
/// Choice: twenty thousand counts of one patient; a greater one is not what it claims to be.
pub const MOST_BYTES: usize = 1024 * 1024;

const FIELDS: &[&str] = &["rulebook", "as_of", "patient"];

/// A case that was read, and the rulebook it names.
#[derive(Clone, Debug)]
pub struct Read<'b> {
    /// The rulebook that is applied.
    pub book: &'b Rulebook,
    /// The day of the assessment.
    pub as_of: Day,
    /// The patient.
    pub patient: Patient,
}

/// Reads a case; `books` are the rulebooks that it may name.
///
/// # Errors
/// [`CaseFaults`] with everything that is wrong, never empty. A text that is no JSON is one fault.
pub fn read<'b>(bytes: &[u8], books: &[&'b Rulebook]) -> Result<Read<'b>, CaseFaults> {
    if bytes.len() > MOST_BYTES {
        let found = format!("{} bytes", bytes.len());
        return Err(CaseFaults::one("", found, "at most 1 MiB"));
    }
    let node = json::read(bytes).map_err(|e| {
        let found = format!("{} at line {}, column {}", e.found, e.line, e.column);
        CaseFaults::one("", found, e.expected)
    })?;
    let found = Found::default();
    let read = Fields::of(&node, Pointer::Top, FIELDS, &found, |top| case(top, books)).flatten();
    let faults = found.into_faults();
    match read {
        Some(read) if faults.as_slice().is_empty() => Ok(read),
        Some(_) | None => Err(faults),
    }
}

fn case<'b>(top: &Fields<'_, '_>, books: &[&'b Rulebook]) -> Option<Read<'b>> {
    let book = top.parsed("rulebook", || known(books), |name| assessing(books, name));
    let as_of = top.day("as_of");
    let patient = top.object("patient", patient::FIELDS, |fields| {
        patient::read(fields, book, as_of)
    });
    Some(Read {
        book: book?,
        as_of: as_of?,
        patient: patient.flatten()?,
    })
}

/// The rulebook of a name, if it says whether a patient may be treated.
fn assessing<'b>(books: &[&'b Rulebook], name: &str) -> Option<&'b Rulebook> {
    let mut assessing = books.iter().filter(|book| book.assesses());
    assessing.find(|book| book.name.as_str() == name).copied()
}

fn known(books: &[&Rulebook]) -> String {
    let assessing = books.iter().filter(|book| book.assesses());
    let names: Vec<&str> = assessing.map(|book| Slug::as_str(&book.name)).collect();
    format!(
        "the name of a rulebook that speaks of patients: {}",
        names.join(", ")
    )
}
