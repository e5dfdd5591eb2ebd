//! Fields that the bodies of several resources share, read one by one; every fault is kept.

use crate::app::record::Which;
use crate::domain::calendar::{Day, Instant};
use crate::domain::code::{Cip13, LotNumber};
use crate::domain::quantity::{Grams, Mg, Units};
use crate::domain::reason::{can_be_seen, is_strange};
use crate::domain::rule::Slug;
use crate::http::language::Said;
use crate::http::problem::{Fault, Faults};
use serde::Deserialize;
use std::collections::BTreeSet;

/// Reads one line of 1 to `most` characters that can be seen: what nobody sees is no reason, and no name.
pub fn words(faults: &mut Faults, at: &str, text: &str, most: usize) -> Option<String> {
    let trimmed = text.trim();
    let count = trimmed.chars().count();
    let says_nothing = !can_be_seen(trimmed);
    let strange = trimmed.chars().any(is_strange);
    if says_nothing || count > most || strange {
        let shown: String = trimmed
            .chars()
            .filter(|c| !c.is_control())
            .take(60)
            .collect();
        let expected = Said::new(
            format!("1 to {most} characters on one line, no control characters"),
            format!("1 à {most} caractères sur une ligne, sans caractère de contrôle"),
        );
        faults.push(
            Fault::new(
                at,
                Said::new("is not such a text", "n'est pas un tel texte"),
            )
            .found(shown)
            .expected(expected),
        );
        return None;
    }
    Some(trimmed.to_owned())
}

/// Reads a line that need not be there.
pub fn optional_words(
    faults: &mut Faults,
    at: &str,
    text: Option<&str>,
    most: usize,
) -> Option<String> {
    text.and_then(|t| words(faults, at, t, most))
}

/// Reads a note of at most 2000 characters, which may have lines; one of which nothing can be seen is none.
pub fn note(faults: &mut Faults, at: &str, text: Option<&str>) -> Option<String> {
    let trimmed = text?.trim();
    let strange = trimmed.chars().any(|c| c.is_control() && c != '\n');
    if trimmed.chars().count() > 2000 || strange {
        let said = Said::new(
            "is too long or has control characters",
            "est trop long ou contient des caractères de contrôle",
        );
        faults.push(Fault::new(at, said).expected(Said::new(
            "at most 2000 characters",
            "2000 caractères au plus",
        )));
        return None;
    }
    can_be_seen(trimmed).then(|| trimmed.to_owned())
}

/// Reads the code of a closed list.
pub fn code<T>(
    faults: &mut Faults,
    at: &str,
    text: &str,
    from: impl FnOnce(&str) -> Option<T>,
    known: &[&str],
) -> Option<T> {
    let value = from(text);
    if value.is_none() {
        let shown: String = text.chars().take(60).collect();
        faults.push(
            Fault::new(
                at,
                Said::new("is no code of the list", "n'est pas un code de la liste"),
            )
            .found(shown)
            .expected(Said::same(known.join(", "))),
        );
    }
    value
}

/// Reads a number of units, from 1 to a million.
pub fn units(faults: &mut Faults, at: &str, n: i64) -> Option<Units> {
    units_from(faults, at, n, 1)
}

/// Reads a number of units, from `least` to a million.
pub fn units_from(faults: &mut Faults, at: &str, n: i64, least: u32) -> Option<Units> {
    let read = u32::try_from(n)
        .ok()
        .filter(|n| (least..=Units::MOST).contains(n))
        .map(Units::new);
    if read.is_none() {
        faults.push(
            Fault::new(
                at,
                Said::new("is no number of units", "n'est pas un nombre d'unités"),
            )
            .found(n)
            .expected(Said::new(
                format!("{least} to {}", Units::MOST),
                format!("{least} à {}", Units::MOST),
            )),
        );
    }
    read
}

/// Reads a day.
pub fn day(faults: &mut Faults, at: &str, text: &str) -> Option<Day> {
    faults.take(at.to_owned(), Day::parse(text))
}

/// Reads a day of a patient's past.
pub fn past_day(faults: &mut Faults, at: &str, text: &str) -> Option<Day> {
    faults.take(at.to_owned(), Day::parse_past(text))
}

/// Reads a lot of a shelf: presentation, number, and its expiry where that is said; `at` is where they stand.
pub fn lot_named(
    faults: &mut Faults,
    at: &str,
    (cip13, lot, expiry): (&str, &str, Option<&str>),
) -> Option<Which> {
    let cip13 = faults.take(format!("{at}/cip13"), Cip13::parse(cip13));
    let lot = faults.take(format!("{at}/lot"), LotNumber::parse(lot));
    let expiry = expiry.map(|text| day(faults, &format!("{at}/expiry"), text));
    Some(Which {
        cip13: cip13?,
        lot: lot?,
        expiry: match expiry {
            Some(read) => Some(read?),
            None => None,
        },
    })
}

/// Reads when something happened, which is of this century.
pub fn happened_at(faults: &mut Faults, told: Option<Instant>) -> Option<Instant> {
    let first = Day::of(Day::FIRST_YEAR, 1, 1)
        .and_then(|day| day.date().and_hms_opt(0, 0, 0))
        .map(|at| at.and_utc());
    if let (Some(at), Some(first)) = (told, first)
        && at < first
    {
        let said = Said::new("lies before this century", "est antérieur à ce siècle");
        faults.push(Fault::new("/happened_at", said).found(at));
    }
    told
}

/// Reads a body weight in grams.
pub fn weight(faults: &mut Faults, at: &str, grams: i64) -> Option<Grams> {
    faults.take(at.to_owned(), Grams::new(grams))
}

/// Reads milligrams written as a JSON number with at most three decimals, exactly.
pub fn milligrams(faults: &mut Faults, at: &str, number: &serde_json::Number) -> Option<Mg> {
    let text = number.to_string();
    let read = exact_ug(&text);
    if read.is_none() {
        let said = Said::new("is no such mass", "n'est pas une telle masse");
        faults.push(Fault::new(at, said).found(text).expected(Said::new(
            "milligrams above 0 and at most 100000, with at most three decimals",
            "des milligrammes, plus de 0 et 100000 au plus, trois décimales au plus",
        )));
    }
    read
}

fn exact_ug(text: &str) -> Option<Mg> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let decimals = decimals.trim_end_matches('0');
    if decimals.len() > 3 {
        return None;
    }
    let ug = whole
        .parse::<u64>()
        .ok()?
        .checked_mul(1_000)?
        .checked_add(format!("{decimals:0<3}").parse().ok()?)?;
    (ug > 0 && ug <= 100_000_000).then(|| Mg::from_ug(ug))
}

/// Reads a number of units that must be there, from 1 to a million.
pub fn needed_units(faults: &mut Faults, at: &str, n: Option<i64>) -> Option<Units> {
    if n.is_none() {
        faults.push(missing(at));
    }
    n.and_then(|n| units(faults, at, n))
}

/// Returns text that must be there.
pub fn required<'a>(faults: &mut Faults, at: &str, text: Option<&'a str>) -> Option<&'a str> {
    if text.is_none() {
        faults.push(missing(at));
    }
    text
}

/// The fault of what is not there.
pub fn missing(at: &str) -> Fault {
    Fault::new(at, Said::new("is missing", "est absent"))
}

/// Tells `null` from what is not said: for `#[serde(default, deserialize_with = "said")]`.
///
/// # Errors
/// The deserializer's.
pub fn said<'de, D: serde::Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(from).map(Some)
}

/// Reads the codes of findings that are confirmed; each that is no code is a fault.
pub fn confirmed(faults: &mut Faults, codes: Option<&[String]>) -> BTreeSet<String> {
    let all = codes.unwrap_or_default().iter().enumerate();
    let read = all.filter_map(|(place, code)| {
        let at = format!("/confirm/{place}");
        faults
            .take(at, Slug::parse(code))
            .map(|slug| slug.to_string())
    });
    read.collect()
}
