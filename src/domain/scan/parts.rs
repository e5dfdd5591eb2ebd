//! Parts with known ends, and what they say together.

use super::super::calendar::Day;
use super::super::code::{CodeError, Form, Gtin14, LotNumber, Serial};
use super::ai::{Ai, KNOWN, Meaning, Shape};
use super::typed::{SEPARATOR, Typed};
use super::{Nhrn, Scan, ScanError};
use chrono::Datelike as _;

/// Reads a text whose separators were transmitted.
pub(super) fn separated(typed: &Typed, today: Day) -> Result<Scan, ScanError> {
    let mut parts = Parts::new(today);
    let mut at = 0;
    while at < typed.characters.len() {
        if is_separator(typed, at) {
            at += 1;
            continue;
        }
        let ai = known_at(typed, at, "")?;
        let from = at + ai.code.len();
        at = match ai.shape {
            Shape::Digits(count) => (from..from + count)
                .find(|i| is_separator(typed, *i))
                .unwrap_or(from + count),
            Shape::Text(..) => (from..typed.characters.len())
                .find(|i| is_separator(typed, *i))
                .unwrap_or(typed.characters.len()),
        };
        parts.add(ai, typed, from, at)?;
    }
    parts.finish()
}

/// Reads `(01)…(17)…`. Choice: two to four digits in brackets are always an identifier here, though
/// a lot number may hold brackets; who has such a lot scans it or types it into its own field.
pub(super) fn bracketed(typed: &Typed, today: Day) -> Result<Scan, ScanError> {
    let mut parts = Parts::new(today);
    let mut at = 0;
    while at < typed.characters.len() {
        let Some(code) = bracket_at(typed, at) else {
            return Err(unknown(typed, at));
        };
        let ai = known_at(typed, at + 1, ")")?;
        let from = at + code + 2;
        let next = (from..typed.characters.len())
            .find(|i| bracket_at(typed, *i).is_some())
            .unwrap_or(typed.characters.len());
        let separators = (from..next)
            .rev()
            .take_while(|i| is_separator(typed, *i))
            .count();
        parts.add(ai, typed, from, next - separators)?;
        at = next;
    }
    parts.finish()
}

/// The number of digits in brackets at an index, if there are two to four.
fn bracket_at(typed: &Typed, at: usize) -> Option<usize> {
    let inside = typed.text(at, 6);
    let inside = inside.strip_prefix('(')?;
    let (code, _) = inside.split_once(')')?;
    let is_code = (2..=4).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_digit());
    is_code.then_some(code.len())
}

fn is_separator(typed: &Typed, at: usize) -> bool {
    typed
        .characters
        .get(at)
        .is_some_and(|(c, _)| *c == SEPARATOR)
}

/// The known identifier at an index, followed by `then`.
fn known_at(typed: &Typed, at: usize, then: &str) -> Result<&'static Ai, ScanError> {
    KNOWN
        .iter()
        .find(|ai| typed.stands(at, ai.code) && typed.stands(at + ai.code.len(), then))
        .ok_or_else(|| unknown(typed, at))
}

pub(super) fn unknown(typed: &Typed, at: usize) -> ScanError {
    ScanError::UnknownAi {
        place: typed.place(at),
        found: typed.text(at, 10),
    }
}

/// What was found so far.
#[derive(Clone)]
pub(super) struct Parts {
    today: Day,
    found: Vec<(&'static str, String)>,
    gtin: Option<(Gtin14, super::Cip13)>,
    expiry: Option<Day>,
    lot: Option<LotNumber>,
    serial: Option<Serial>,
    nhrn: Option<Nhrn>,
}

impl Parts {
    pub(super) const fn new(today: Day) -> Self {
        Self {
            today,
            found: Vec::new(),
            gtin: None,
            expiry: None,
            lot: None,
            serial: None,
            nhrn: None,
        }
    }

    pub(super) fn has(&self, ai: &Ai) -> bool {
        self.found.iter().any(|(code, _)| *code == ai.code)
    }

    /// Adds the value of `ai` that stands from one index to another. The same value again is no
    /// fault: GS1 lets a symbol repeat itself.
    pub(super) fn add(
        &mut self,
        ai: &'static Ai,
        typed: &Typed,
        from: usize,
        to: usize,
    ) -> Result<(), ScanError> {
        let value = shaped(ai, typed, from, to)?;
        let place = typed.place(from);
        if let Some((_, first)) = self.found.iter().find(|(code, _)| *code == ai.code) {
            return if *first == value {
                Ok(())
            } else {
                Err(ScanError::Twice {
                    place,
                    ai: ai.code,
                    first: first.clone(),
                    second: value,
                })
            };
        }
        let refused = |error| ScanError::Value {
            place,
            ai: ai.code,
            error,
        };
        match ai.meaning {
            Meaning::Product => {
                let product = product(&value);
                self.gtin = Some(product.map_err(|error| ScanError::Product { place, error })?);
            }
            Meaning::Expiry => {
                self.expiry =
                    Some(expiry(&value, self.today).ok_or_else(|| ScanError::Expiry {
                        place,
                        found: value.clone(),
                    })?);
            }
            Meaning::Lot => self.lot = Some(LotNumber::parse(&value).map_err(refused)?),
            Meaning::Serial => self.serial = Some(Serial::parse(&value).map_err(refused)?),
            Meaning::Nhrn => self.nhrn = Some(Nhrn::parse(&value).map_err(refused)?),
            Meaning::Other => {}
        }
        self.found.push((ai.code, value));
        Ok(())
    }

    /// Returns the scan, if the product is known.
    pub(super) fn finish(self) -> Result<Scan, ScanError> {
        let (gtin, cip13) = self.gtin.ok_or(ScanError::ProductMissing)?;
        Ok(Scan {
            gtin,
            cip13,
            expiry: self.expiry,
            lot: self.lot,
            serial: self.serial,
            nhrn: self.nhrn,
        })
    }
}

/// The text of a value, if it is as long as its identifier says, and of digits where it says so.
fn shaped(ai: &Ai, typed: &Typed, from: usize, to: usize) -> Result<String, ScanError> {
    let value = typed.text(from, to.saturating_sub(from));
    let length = value.chars().count();
    let (right, expected) = match ai.shape {
        Shape::Digits(count) => (length == count, Form::Digits(count)),
        Shape::Text(most) => ((1..=most).contains(&length), Form::Characters(most)),
    };
    if !right {
        return Err(ScanError::Length {
            place: typed.place(from),
            ai: ai.code,
            found: value.chars().take(40).collect(),
            length,
            expected,
        });
    }
    let odd = |c: &char| matches!(ai.shape, Shape::Digits(..)) && !c.is_ascii_digit();
    match typed
        .characters
        .iter()
        .skip(from)
        .take(length)
        .find(|(c, _)| odd(c))
    {
        Some((character, place)) => Err(ScanError::NotDigit {
            place: *place,
            ai: ai.code,
            character: *character,
        }),
        None => Ok(value),
    }
}

fn product(value: &str) -> Result<(Gtin14, super::Cip13), CodeError> {
    let gtin = Gtin14::parse(value)?;
    Ok((gtin, gtin.cip13()?))
}

/// The day of `YYMMDD`; day `00` is the last of the month.
///
/// The century is the one that brings the year within 49 years before and 50 after this one.
///
/// Source: GS1 General Specifications, § 3.4.7 (AI 17) and § 7.12 (century of two-digit years).
/// Day `00` is no longer printed on medicines since 2025 (GSCN 21-040), but older packs have it.
fn expiry(value: &str, today: Day) -> Option<Day> {
    let two = |at: usize| value.get(at..at + 2)?.parse::<u32>().ok();
    let (yy, month, day) = (two(0)?, two(2)?, two(4)?);
    let this_year = today.date().year();
    let century = this_year - this_year.rem_euclid(100);
    let yy = i32::try_from(yy).ok()?;
    let year = match yy - this_year.rem_euclid(100) {
        51.. => century - 100 + yy,
        ..=-50 => century + 100 + yy,
        _ => century + yy,
    };
    if day == 0 {
        Day::last_of_month(year, month)
    } else {
        Day::of(year, month, day)
    }
}
