//! What a scanner types, read: GS1 element strings into the parts of one pack.
//!
//! A scanner is a keyboard. [`read`] takes what it typed, with the calendar's day for the century
//! of the expiry, and answers with one pack, or with every reading the text allows, so that a
//! person chooses. Nothing is guessed.
//!
//! Three forms are read:
//! - *separated*: every part of variable length ends at a separator (FNC1) or at the end;
//! - *without separators*, as a scanner types that drops them: all complete readings are made;
//! - *in brackets*, as it is printed for people: `(01)03400957464547(10)B1234`.
//!
//! Source: GS1 General Specifications, § 3 (application identifiers), § 5 (symbology identifiers)
//! and § 7.8 (separators); Delegated Regulation (EU) 2016/161, art. 4 to 6 (what a pack carries).

mod ai;
mod error;
mod parts;
mod readings;
mod typed;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod tests;

pub use error::{KeyboardFault, ScanError};

use super::calendar::Day;
use super::code::{Cip13, CodeError, Form, Gtin14, LotNumber, Serial, is_set82};
use std::fmt;

/// The most characters a scan has.
///
/// Choice: a pack's parts fill at most 94 characters (01, 17, 10, 21, 711 and separators); the
/// rest is room for other identifiers and for separators spelt out.
pub const MOST_CHARACTERS: usize = 256;

/// The most readings that are offered to a person.
///
/// Choice: more than a screen holds; a text with more is asked for again, by hand.
pub const MOST_READINGS: usize = 64;

/// What one pack's symbol says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scan {
    /// The trade item (AI 01).
    pub gtin: Gtin14,
    /// The presentation: the trade item without its leading zero.
    pub cip13: Cip13,
    /// The last day of use (AI 17); day `00` has become the last of the month.
    pub expiry: Option<Day>,
    /// The batch (AI 10).
    pub lot: Option<LotNumber>,
    /// The number of this very pack (AI 21).
    pub serial: Option<Serial>,
    /// The French reimbursement number (AI 711).
    pub nhrn: Option<Nhrn>,
}

/// What a text turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// It says one thing.
    Pack(Scan),
    /// It says several, because separators are missing: somebody has to choose, or type by hand.
    Ambiguous {
        /// Two to [`MOST_READINGS`] different readings, in a stable order.
        readings: Vec<Scan>,
    },
}

/// A national health reimbursement number of France: one to twenty characters.
///
/// Source: GS1 General Specifications, § 3.8 (AI 710 to 716; 711 is France).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nhrn(String);

impl Nhrn {
    /// The most characters the number has.
    pub const MOST: usize = 20;

    /// Reads a reimbursement number.
    ///
    /// # Errors
    /// [`CodeError`] with what stood there and what was expected.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        const EXPECTED: Form = Form::Set82(Nhrn::MOST);
        let length = text.chars().count();
        if length == 0 || length > Self::MOST {
            return Err(CodeError::Length {
                found: text.chars().take(40).collect(),
                length,
                expected: EXPECTED,
            });
        }
        match text.chars().enumerate().find(|(_, c)| !is_set82(*c)) {
            Some((place, character)) => Err(CodeError::Character {
                found: text.to_owned(),
                character,
                place: place + 1,
                expected: EXPECTED,
            }),
            None => Ok(Self(text.to_owned())),
        }
    }

    /// Returns the characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Nhrn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Reads what a scanner typed. `today` decides the century of two-digit years.
///
/// A text with any separator comes from a scanner that transmits them, and is read by them alone.
/// A text without may end with its only part of variable length, or have lost its separators; it
/// is read in every way that is complete and right (each identifier once, check digit right, date
/// real, French), and one such way is an answer.
///
/// Choice: only the identifiers a medicine pack carries (01, 10, 17, 21, 710 to 716) and dates
/// (11, 13, 15, 16) are looked for where a separator might be missing. Looking for all of GS1's
/// would make nearly every lot number ambiguous.
///
/// # Errors
/// [`ScanError`] with the place, the value and what was expected.
pub fn read(text: &str, today: Day) -> Result<Reading, ScanError> {
    let typed = typed::Typed::of(text)?;
    if typed.is_bracketed() {
        parts::bracketed(&typed, today).map(Reading::Pack)
    } else if typed.has_separator() {
        parts::separated(&typed, today).map(Reading::Pack)
    } else {
        readings::all(&typed, today)
    }
}
