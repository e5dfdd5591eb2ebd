//! What is given on the command line, read into values: each refusal says what stood there and
//! what was expected.

use super::failure::Failure;
use crate::domain::calendar::{Day, Instant};
use crate::domain::code::{Cip13, Finess};
use crate::domain::count::CountUnit;
use crate::domain::language::Language;
use crate::domain::presentation::Route;
use crate::domain::quantity::{Grams, Mg, Units};
use crate::domain::reason::{can_be_seen, is_strange};
use crate::domain::request::{Declaration, RequestState};
use crate::domain::role::Role;
use crate::domain::rule::{Alternatives, Outcome, Risk, Slug, Treatment};
use crate::domain::treatment::TreatmentState;
use crate::mail::{EmailAddress, HeaderText};
use chrono_tz::Tz;
use std::fmt::Display;
use std::io::BufRead as _;

/// The most milligrams of a vial or a dose: a kilogram.
///
/// Choice: five times the largest dose of any medicine we know of (200 g of immunoglobulin).
const MOST_MG: u64 = 1_000_000;

/// Turns the error of a value's own reader into the sentence that is shown.
fn read<T, E: Display>(read: Result<T, E>) -> Result<T, String> {
    read.map_err(|error| error.to_string())
}

pub(super) fn cip13(text: &str) -> Result<Cip13, String> {
    read(Cip13::parse(text))
}

pub(super) fn finess(text: &str) -> Result<Finess, String> {
    read(Finess::parse(text))
}

pub(super) fn slug(text: &str) -> Result<Slug, String> {
    read(Slug::parse(text))
}

pub(super) fn day(text: &str) -> Result<Day, String> {
    read(Day::parse(text))
}

pub(super) fn past_day(text: &str) -> Result<Day, String> {
    read(Day::parse_past(text))
}

pub(super) fn email(text: &str) -> Result<EmailAddress, String> {
    read(EmailAddress::parse(text))
}

pub(super) fn role(text: &str) -> Result<Role, String> {
    Role::from_code(text).ok_or_else(|| one_of(Role::ALL.map(Role::code)))
}

pub(super) fn route(text: &str) -> Result<Route, String> {
    Route::from_code(text).ok_or_else(|| one_of(Route::ALL.map(Route::code)))
}

pub(super) fn language(text: &str) -> Result<Language, String> {
    Language::from_code(text).ok_or_else(|| one_of(Language::ALL.map(Language::code)))
}

pub(super) fn zone(text: &str) -> Result<Tz, String> {
    text.parse()
        .map_err(|_no_such_zone| "expected a name of the IANA database, as Europe/Paris".to_owned())
}

pub(super) fn request_state(text: &str) -> Result<RequestState, String> {
    RequestState::from_code(text).ok_or_else(|| one_of(RequestState::ALL.map(RequestState::code)))
}

pub(super) fn treatment(text: &str) -> Result<Treatment, String> {
    Treatment::from_code(text).ok_or_else(|| one_of(["ongoing", "initiation"]))
}

pub(super) fn treatment_state(text: &str) -> Result<TreatmentState, String> {
    let codes = TreatmentState::ALL.map(TreatmentState::code);
    TreatmentState::from_code(text).ok_or_else(|| one_of(codes))
}

pub(super) fn alternatives(text: &str) -> Result<Alternatives, String> {
    Alternatives::from_code(text).ok_or_else(|| one_of(["none", "available"]))
}

pub(super) fn risk(text: &str) -> Result<Risk, String> {
    Risk::from_code(text).ok_or_else(|| one_of(["vital", "functional", "none"]))
}

pub(super) fn count_unit(text: &str) -> Result<CountUnit, String> {
    read(CountUnit::parse(text))
}

/// What became of an alternative: `rituximab=failed`, `splenectomy=unsuitable: refused it`.
pub(super) fn tried(text: &str) -> Result<Declaration, String> {
    let (code, became) = text
        .split_once('=')
        .ok_or("there is no = ; expected CODE=OUTCOME[: NOTE], as rituximab=failed")?;
    let (outcome, note) = match became.split_once(':') {
        Some((outcome, note)) => (outcome, Some(line::<500>(note)?)),
        None => (became, None),
    };
    let outcome = Outcome::from_code(outcome.trim());
    Ok(Declaration {
        code: code.trim().to_owned(),
        outcome: outcome.ok_or_else(|| one_of(Outcome::ALL.map(Outcome::code)))?,
        note,
    })
}

fn one_of<const N: usize>(codes: [&str; N]) -> String {
    format!("expected one of {}", codes.join(", "))
}

/// Words on one line: 1 to `MOST` characters, that can be seen, without those that control.
pub(super) fn line<const MOST: usize>(text: &str) -> Result<String, String> {
    let text = text.trim();
    let fits = can_be_seen(text) && text.chars().count() <= MOST;
    if !fits || text.chars().any(is_strange) {
        return Err(format!(
            "expected 1 to {MOST} characters on one line, no control characters"
        ));
    }
    Ok(text.to_owned())
}

/// The pseudonym, from the command line or from standard input.
pub(super) fn pseudonym(given: &str) -> Result<String, Failure> {
    if given != "-" {
        return Ok(given.to_owned());
    }
    let mut text = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut text)
        .map_err(|error| Failure::cannot(format!("cannot read standard input: {error}")))?;
    line::<64>(&text).map_err(|what| Failure::input(format!("standard input: {what}")))
}

/// A name of a person, a site, a network: one line that may also stand in the head of a letter.
pub(super) fn name(text: &str) -> Result<String, String> {
    let text = text.trim();
    read(HeaderText::parse("the name", text)).map(|name| name.as_str().to_owned())
}

/// The last moment of access: a day, which counts to its end, or an hour with its time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Until {
    Day(Day),
    Hour(Instant),
}

pub(super) fn until(text: &str) -> Result<Until, String> {
    if let Ok(day) = Day::parse(text) {
        return Ok(Until::Day(day));
    }
    chrono::DateTime::parse_from_rfc3339(text)
        .ok()
        .map(|at| at.to_utc())
        .filter(|at| Day::new(at.date_naive()).is_some())
        .map(Until::Hour)
        .ok_or_else(|| {
            "expected a day as 2027-06-30, or an hour as 2027-06-30T18:00:00+02:00, up to 2099"
                .to_owned()
        })
}

/// A mass of medicine: `400`, `400mg`, `358.8 mg`; a comma counts as a point.
pub(super) fn mg(text: &str) -> Result<Mg, String> {
    let number = text.strip_suffix("mg").unwrap_or(text).trim_end();
    thousandths(number)
        .filter(|ug| (1..=MOST_MG * 1_000).contains(ug))
        .map(Mg::from_ug)
        .ok_or_else(|| {
            format!(
                "{text:?} is not a mass of medicine; expected milligrams above 0, up to {MOST_MG}, \
                 with at most three decimals, as 400mg or 358.8mg"
            )
        })
}

/// A body weight: `61kg`, `29.9kg`, `61000g`. A bare number is refused: it could be either.
pub(super) fn weight(text: &str) -> Result<Grams, String> {
    let wrong = || {
        format!(
            "{text:?} is not a body weight; expected kilograms with at most three decimals or \
             whole grams, with the unit, as 61kg, 29.9kg or 61000g"
        )
    };
    let grams = match text.strip_suffix("kg") {
        Some(kilograms) => thousandths(kilograms.trim_end()),
        None => text.strip_suffix('g').and_then(|g| whole(g.trim_end())),
    };
    let grams = i64::try_from(grams.ok_or_else(wrong)?).map_err(|_too_large| wrong())?;
    read(Grams::new(grams))
}

/// Units of one strength, maybe with their expiry: `400x2`, `80x3@2022-06-30`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Vials {
    pub(super) strength: Mg,
    pub(super) units: Units,
    pub(super) expiry: Option<Day>,
}

pub(super) fn vials(text: &str) -> Result<Vials, String> {
    let wrong =
        |what: &str| format!("{what}; expected MGxCOUNT[@EXPIRY], as 400x2 or 80x3@2022-06-30");
    let (stock, expiry) = on_a_day(text).map_err(|e| wrong(&e))?;
    let (strength, count) = stock
        .split_once(['x', 'X', '×'])
        .ok_or_else(|| wrong("there is no x between strength and count"))?;
    let strength = mg(strength.trim()).map_err(|e| wrong(&e))?;
    let units = whole(count.trim())
        .and_then(|n| u32::try_from(n).ok())
        .filter(|n| (1..=Units::MOST).contains(n))
        .ok_or_else(|| {
            wrong(&format!(
                "{:?} is not a number of vials from 1 to {}",
                count.trim(),
                Units::MOST
            ))
        })?;
    Ok(Vials {
        strength,
        units: Units::new(units),
        expiry,
    })
}

/// A dose, maybe with its day: `240mg`, `358.8mg@2021-11-08`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dose {
    pub(super) mg: Mg,
    pub(super) on: Option<Day>,
}

pub(super) fn dose(text: &str) -> Result<Dose, String> {
    let (amount, on) = on_a_day(text)?;
    Ok(Dose {
        mg: mg(amount)?,
        on,
    })
}

/// `WHAT@DAY` or `WHAT`.
fn on_a_day(text: &str) -> Result<(&str, Option<Day>), String> {
    match text.split_once('@') {
        Some((what, on)) => Ok((what.trim(), Some(day(on.trim())?))),
        None => Ok((text.trim(), None)),
    }
}

/// Reads a number of units, of a box or a movement: 1 to a million.
pub(super) fn units(text: &str) -> Result<Units, String> {
    whole(text)
        .and_then(|n| u32::try_from(n).ok())
        .filter(|n| (1..=Units::MOST).contains(n))
        .map(Units::new)
        .ok_or_else(|| format!("expected a whole number from 1 to {}", Units::MOST))
}

/// Digits and nothing else, at most twelve of them.
fn whole(text: &str) -> Option<u64> {
    let shaped = (1..=12).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    shaped.then(|| text.parse().ok()).flatten()
}

/// A number with at most three decimals, in thousandths: exactly.
fn thousandths(text: &str) -> Option<u64> {
    let (before, decimals) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    let shaped = (1..=3).contains(&decimals.len());
    let of_decimals = whole(&format!("{decimals:0<3}")).filter(|_| shaped)?;
    whole(before)?.checked_mul(1_000)?.checked_add(of_decimals)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_of_a_kilogram_lose_nothing() {
        for (text, grams) in [
            ("61kg", 61_000),
            ("61000g", 61_000),
            ("29.9kg", 29_900),
            ("29,9 kg", 29_900),
            ("3.005kg", 3_005),
        ] {
            assert_eq!(weight(text).map(Grams::get), Ok(grams), "{text}");
        }
        for text in [
            "61",
            "61.0001kg",
            "-3kg",
            ".5kg",
            "61.kg",
            "kg",
            "6e1kg",
            "0.4kg",
            "401kg",
            "29.9g",
        ] {
            assert!(weight(text).is_err(), "{text}");
        }
    }

    #[test]
    fn vials_have_a_strength_a_count_and_maybe_an_expiry() {
        let read = vials("80mg x 3 @ 2022-06-30").unwrap();
        assert_eq!(read.strength, Mg::from_mg(80));
        assert_eq!(read.units, Units::new(3));
        assert_eq!(read.expiry, Day::of(2022, 6, 30));
        assert_eq!(vials("162.5x1").unwrap().strength, Mg::from_ug(162_500));
    }

    #[test]
    fn what_is_no_stock_is_refused_with_what_was_expected() {
        for (text, says) in [
            ("400mgx", "\"\" is not a number of vials from 1 to 1000000"),
            ("400", "there is no x"),
            ("400x0", "\"0\" is not a number of vials"),
            ("400x-1", "\"-1\" is not a number of vials"),
            ("400x1000001", "\"1000001\" is not a number of vials"),
            ("0x1", "\"0\" is not a mass of medicine"),
            ("-80x1", "\"-80\" is not a mass"),
            ("80.0001x1", "at most three decimals"),
            ("1000001x1", "up to 1000000"),
            ("80x1@1970-01-01", "\"1970-01-01\" is not a day"),
            ("80x1@", "\"\" is not a day"),
            ("", "there is no x"),
        ] {
            let error = vials(text).unwrap_err();
            assert!(error.contains(says), "{text}: {error}");
            assert!(error.contains("expected"), "{text}: {error}");
        }
    }

    #[test]
    fn access_ends_with_a_day_or_at_an_hour() {
        assert_eq!(
            until("2027-06-30"),
            Ok(Until::Day(Day::of(2027, 6, 30).unwrap()))
        );
        assert!(matches!(
            until("2027-06-30T18:00:00+02:00"),
            Ok(Until::Hour(_))
        ));
        for wrong in [
            "tomorrow",
            "2999-01-01",
            "2027-06-30T18:00:00",
            "2150-01-01T00:00:00Z",
        ] {
            assert!(until(wrong).is_err(), "{wrong}");
        }
    }
}
