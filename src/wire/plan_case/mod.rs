//! The plan case: JSON in, a [`Case`] out, or everything that is wrong with it at once.
//!
//! [`read`] checks every field against the case's own table and the rulebook it names; each fault has
//! its place as a JSON pointer, what stood there and what was expected. Names become places in lists
//! here, so that the engine never looks one up. [`sha256`] is the name of a case: the same for every
//! order of its lists and for every way to write its defaults.

mod canonical;
mod fault;
mod fields;
mod large;
mod requests;
mod rows;
mod what_if;

pub use canonical::{canonical, sha256};
pub use fault::{CaseFault, CaseFaults};
pub(crate) use fields::{Fields, Found};
#[cfg(test)]
pub(crate) use large::{LARGE, read as by_hands};
pub(crate) use rows::{Names, stock_row};
pub use what_if::what_if;

use super::json::{self, Node, Pointer};
use crate::domain::calendar::Day;
use crate::domain::plan::{Case, Transfers};
use crate::domain::rule::{Rulebook, Slug};
use large::Rows;

/// The most bytes a case may have: 256 MiB.
///
/// Choice: thirty times the national case; a greater one is not what it claims to be.
pub const MOST_BYTES: usize = 256 * 1024 * 1024;

/// The fields of a case.
const FIELDS: &[&str] = &[
    "as_of",
    "horizon_days",
    "rulebook",
    "transfers",
    "lottery_seed",
    "dose_rounding_down_pct",
    "sites",
    "stock",
    "car_t_patients",
    "requests",
];

/// The most percent that a dose may be rounded down by.
///
/// Source: the plan case, `dose_rounding_down_pct`.
pub const MOST_ROUNDING: u32 = 20;

/// A case that was read, and the rulebook it names.
#[derive(Clone, Debug)]
pub struct Read<'b> {
    /// The case, its lists in order.
    pub case: Case,
    /// The rulebook it is planned by.
    pub book: &'b Rulebook,
}

/// Reads a case; `books` are the rulebooks that it may name.
///
/// # Errors
/// [`CaseFaults`] with everything that is wrong, never empty. A text that is no JSON is one fault.
pub fn read<'b>(bytes: &[u8], books: &[&'b Rulebook]) -> Result<Read<'b>, CaseFaults> {
    if bytes.len() > MOST_BYTES {
        let found = format!("{} bytes", bytes.len());
        return Err(CaseFaults::one("", found, "at most 256 MiB"));
    }
    if let Some(read) = large::read(bytes, books) {
        return Ok(read);
    }
    let node = json::read(bytes).map_err(|e| {
        let found = format!("{} at line {}, column {}", e.found, e.line, e.column);
        CaseFaults::one("", found, e.expected)
    })?;
    read_node(&node, books)
}

/// Reads a case from a value that was read already.
///
/// # Errors
/// [`CaseFaults`] with everything that is wrong, never empty.
pub fn read_node<'b>(node: &Node<'_>, books: &[&'b Rulebook]) -> Result<Read<'b>, CaseFaults> {
    let found = Found::default();
    let read = Fields::of(node, Pointer::Top, FIELDS, &found, |top| {
        case(top, books, Rows::Within)
    })
    .flatten();
    let faults = found.into_faults();
    match read {
        Some(read) if faults.as_slice().is_empty() => Ok(read),
        Some(_) | None => Err(faults),
    }
}

fn case<'b>(top: &Fields<'_, '_>, books: &[&'b Rulebook], long: Rows<'_>) -> Option<Read<'b>> {
    let as_of = top.day("as_of");
    let horizon_days = top.whole("horizon_days", 1, u32::MAX);
    let book = top.parsed("rulebook", || known(books), |name| ranking(books, name));
    let transfers = top.word(
        "transfers",
        "\"none\", \"network\" or \"all\"",
        Transfers::from_code,
    );
    let lottery_seed = top.text("lottery_seed");
    let rounding = top.optional("dose_rounding_down_pct", |f, key| {
        f.whole(key, 0, MOST_ROUNDING)
    });
    let names = Names::new(top);
    let sites = rows::sites(top, book, &names);
    let stock = rows::stock(top, long, book, &names);
    let patients = rows::patients(top, &names);
    let requests = requests::read(top, long, book, as_of, &names);
    let (as_of, book): (Day, &Rulebook) = (as_of?, book?);
    let case = Case {
        as_of,
        horizon_days: horizon_days?,
        rulebook: book.name.clone(),
        transfers: transfers?,
        lottery_seed: lottery_seed?.to_owned(),
        rounding_down_pct: rounding?.unwrap_or(0),
        sites: sites?,
        stock: stock?,
        patients: patients?,
        requests: requests?,
    };
    Some(Read {
        case: case.sorted(),
        book,
    })
}

/// The rulebook of a name, if it ranks requests.
fn ranking<'b>(books: &[&'b Rulebook], name: &str) -> Option<&'b Rulebook> {
    let mut ranking = books.iter().filter(|book| book.ranks());
    ranking.find(|book| book.name.as_str() == name).copied()
}

fn known(books: &[&Rulebook]) -> String {
    let ranking = books.iter().filter(|book| book.ranks());
    let names: Vec<&str> = ranking.map(|book| Slug::as_str(&book.name)).collect();
    format!("the name of a rulebook that ranks: {}", names.join(", "))
}
