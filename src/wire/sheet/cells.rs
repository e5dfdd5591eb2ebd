//! Cells that several kinds of sheets have, read one by one. Each is not empty and has no space around it.

use super::{Wrong, cut, fold};
use crate::domain::calendar::Day;
use crate::domain::code::{Cip13, Finess, LotNumber};
use crate::domain::quantity::{Grams, Mg, Units};
use crate::domain::reason::is_strange;
use crate::domain::rule::Slug;
use chrono_tz::Tz;

/// Reads a day written `2021-10-18` or `18/10/2021`; the midnight that software adds is passed over.
///
/// # Errors
/// What stood there, when it is no such day.
pub fn day(cell: &str) -> Result<Day, Wrong> {
    let midnight = [" 00:00:00", " 00:00", "T00:00:00"];
    let plain = midnight.iter().find_map(|end| cell.strip_suffix(end));
    let plain = plain.unwrap_or(cell);
    let iso = match plain.split('/').collect::<Vec<_>>().as_slice() {
        [day, month, year] => format!("{year}-{month}-{day}"),
        _ => plain.to_owned(),
    };
    Day::parse(&iso).map_err(|_as_it_stood| Wrong::Day(cut(cell)))
}

/// Reads an expiry: a day, or `06/2022` as on many boxes, which is the last day of the month.
///
/// Source of the last day: GS1 General Specifications, § 3.4.7 (AI 17 without a day).
///
/// # Errors
/// What stood there, when it is no such day.
pub fn expiry(cell: &str) -> Result<Day, Wrong> {
    let wrong = || Wrong::Expiry(cut(cell));
    if let Some((month, year)) = cell.split_once('/')
        && let (2, 4) = (month.len(), year.len())
    {
        let (Some(month), Some(year)) = (digits(month), digits(year)) else {
            return Err(wrong());
        };
        let (year, month) = (i32::try_from(year), u32::try_from(month));
        let last = year.ok().zip(month.ok());
        return last
            .and_then(|(year, month)| Day::last_of_month(year, month))
            .ok_or_else(wrong);
    }
    day(cell).map_err(|_as_it_stood| wrong())
}

fn digits(text: &str) -> Option<u64> {
    let all = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    all.then(|| text.parse().ok()).flatten()
}

/// A code as it was typed: without the `="…"` by which it is kept from becoming a number, and the
/// apostrophe that does the same.
fn typed(cell: &str) -> &str {
    let formula = cell.strip_prefix("=\"").and_then(|c| c.strip_suffix('"'));
    formula.unwrap_or_else(|| cell.strip_prefix('\'').unwrap_or(cell))
}

/// Refuses `3,40094E+12`.
fn not_mangled(cell: &str) -> Result<(), Wrong> {
    let mangled = || {
        let (number, power) = cell.split_once(['E', 'e'])?;
        let power = power.strip_prefix('+')?;
        digits(power)?;
        digits(&number.replacen([',', '.'], "", 1))
    };
    match mangled() {
        Some(_) => Err(Wrong::Mangled(cut(cell))),
        None => Ok(()),
    }
}

/// Reads the code of a presentation; spaces between its digits are passed over.
///
/// # Errors
/// When a spreadsheet has made a number of it, or it is no such code.
pub fn cip13(cell: &str) -> Result<Cip13, Wrong> {
    let cell = typed(cell);
    not_mangled(cell)?;
    let plain: String = cell.chars().filter(|c| !c.is_whitespace()).collect();
    Ok(Cip13::parse(&plain)?)
}

/// Reads a lot number.
///
/// # Errors
/// When a spreadsheet has made a number of it, or it is no lot number.
pub fn lot(cell: &str) -> Result<LotNumber, Wrong> {
    let cell = typed(cell);
    not_mangled(cell)?;
    Ok(LotNumber::parse(cell)?)
}

/// Reads the number of an establishment.
///
/// # Errors
/// When a spreadsheet has dropped the nought it begins with, or it is no such number.
pub fn finess(cell: &str) -> Result<Finess, Wrong> {
    let cell = typed(cell);
    not_mangled(cell)?;
    let plain: String = cell.chars().filter(|c| !c.is_whitespace()).collect();
    if plain.len() == 8 && digits(&plain).is_some() {
        return Err(Wrong::NoughtDropped(plain));
    }
    Ok(Finess::parse(&plain)?)
}

/// Reads a whole number of units from `least` to a million: `12`, `1 200`, also `12,0` and `12,00`, as some
/// software writes it, but not `12,000`, which may be twelve thousand.
///
/// # Errors
/// What stood there, when it is no such number.
pub fn units(cell: &str, least: u32) -> Result<Units, Wrong> {
    let plain: String = cell.chars().filter(|c| !c.is_whitespace()).collect();
    let whole = [",00", ".00", ",0", ".0"];
    let whole = whole.iter().find_map(|end| plain.strip_suffix(end));
    digits(whole.unwrap_or(&plain))
        .and_then(|n| u32::try_from(n).ok())
        .filter(|n| (least..=Units::MOST).contains(n))
        .map(Units::new)
        .ok_or_else(|| Wrong::Units {
            found: cut(cell),
            least,
        })
}

/// Reads a place in a list, from 1 to 1000.
///
/// # Errors
/// What stood there, when it is no such number.
pub fn position(cell: &str) -> Result<i64, Wrong> {
    let read = digits(cell).and_then(|n| i64::try_from(n).ok());
    let read = read.filter(|n| (1..=1_000).contains(n));
    read.ok_or_else(|| Wrong::Position(cut(cell)))
}

/// A number with at most `places` decimals, after a comma or a point, in so many parts of one.
fn decimal(text: &str, places: usize) -> Option<u64> {
    let (whole, decimals) = text.split_once([',', '.']).unwrap_or((text, ""));
    let ends_bare = decimals.is_empty() && whole.len() != text.len();
    let strange = decimals.bytes().any(|b| !b.is_ascii_digit());
    if ends_bare || strange || decimals.len() > places {
        return None;
    }
    let scale = 10_u64.checked_pow(u32::try_from(places).ok()?)?;
    let parts = digits(&format!("{decimals:0<places$}"))?;
    digits(whole)?.checked_mul(scale)?.checked_add(parts)
}

/// Reads a body weight in kilograms: `61`, `29,9`, `29.9 kg`.
///
/// # Errors
/// What stood there, when it is no number or nobody's weight.
pub fn kilograms(cell: &str) -> Result<Grams, Wrong> {
    let number = cell.strip_suffix("kg").unwrap_or(cell).trim_end();
    let grams = decimal(number, 3).and_then(|grams| i64::try_from(grams).ok());
    let grams = grams.ok_or_else(|| Wrong::Kilograms(cut(cell)))?;
    Ok(Grams::new(grams)?)
}

/// Reads a dose in milligrams: `480`, `358,8`, `480 mg`.
///
/// Choice: two decimals at most, since `1,500` may be a thousand and a half.
///
/// # Errors
/// What stood there, when it is no such dose.
pub fn milligrams(cell: &str) -> Result<Mg, Wrong> {
    let number = cell.strip_suffix("mg").unwrap_or(cell).trim_end();
    decimal(number, 2)
        .and_then(|hundredths| hundredths.checked_mul(10))
        .filter(|ug| (1..=100_000_000).contains(ug))
        .map(Mg::from_ug)
        .ok_or_else(|| Wrong::Milligrams(cut(cell)))
}

/// Reads one line of 1 to `most` characters, without those that control or turn the direction of writing.
///
/// # Errors
/// What stood there, when it is no such line.
pub fn words(cell: &str, most: usize) -> Result<String, Wrong> {
    if cell.chars().count() > most || cell.chars().any(is_strange) {
        let found = cut(cell);
        return Err(Wrong::Words { found, most });
    }
    Ok(cell.to_owned())
}

/// Reads the site's word for a patient: 1 to 64 characters without those that control.
///
/// # Errors
/// When nothing stands there, or it is no such word.
pub fn pseudonym(cell: &str) -> Result<String, Wrong> {
    let cell = cell.trim();
    if cell.is_empty() {
        return Err(Wrong::Nothing);
    }
    words(cell, 64).map_err(|_as_it_stood| Wrong::Pseudonym(cut(cell)))
}

/// Reads a time zone.
///
/// # Errors
/// What stood there, when it is none.
pub fn zone(cell: &str) -> Result<Tz, Wrong> {
    cell.parse().map_err(|_no_such_zone| Wrong::Zone(cut(cell)))
}

/// Reads a short name.
///
/// # Errors
/// What stood there, when it is none.
pub fn slug(cell: &str) -> Result<Slug, Wrong> {
    Ok(Slug::parse(cell)?)
}

/// Reads one of some words, as [`fold`] leaves them; `known` is how the fault lists them.
///
/// # Errors
/// What stood there, when it is none of them.
pub fn one_of<T: Copy>(
    cell: &str,
    words: &[(&[&str], T)],
    known: &'static str,
) -> Result<T, Wrong> {
    let folded = fold(cell);
    let found = words.iter().find(|(names, _)| names.contains(&&*folded));
    found.map(|(_, value)| *value).ok_or_else(|| Wrong::OneOf {
        found: cut(cell),
        known,
    })
}

/// Reads yes or no.
///
/// # Errors
/// What stood there, when it is neither.
pub fn yes_or_no(cell: &str) -> Result<bool, Wrong> {
    const WORDS: &[(&[&str], bool)] = &[
        (&["oui", "o", "yes", "y", "vrai", "true", "1", "x"], true),
        (&["non", "n", "no", "faux", "false", "0"], false),
    ];
    one_of(cell, WORDS, "oui, non, yes, no, 1, 0")
}
