//! Lots of a shelf, hours and temperatures as they are given on the command line.

use super::given;
use crate::app::record::Which;
use crate::domain::calendar::{Day, Instant};
use crate::domain::code::{Cip13, LotNumber};
use crate::domain::ledger::UnitState;
use crate::domain::quantity::Units;
use serde_json::Value;

/// A lot: `3400957464547/B1234`, with its expiry where two lots share the number:
/// `3400957464547/B1234@2022-06-30`.
pub(super) fn lot(text: &str) -> Result<Which, String> {
    let wrong = |what: &str| format!("{what}; expected CIP13/LOT[@EXPIRY], as 3400957464547/B1234");
    let (cip13, rest) = text
        .split_once('/')
        .ok_or_else(|| wrong("there is no / between presentation and lot"))?;
    // no lot number has an @ in it
    let (number, expiry) = match rest.split_once('@') {
        Some((number, day)) => (
            number,
            Some(Day::parse(day).map_err(|e| wrong(&e.to_string()))?),
        ),
        None => (rest, None),
    };
    Ok(Which {
        cip13: Cip13::parse(cip13).map_err(|e| wrong(&e.to_string()))?,
        lot: LotNumber::parse(number).map_err(|e| wrong(&e.to_string()))?,
        expiry,
    })
}

/// Units of a lot in a state: usable, or in quarantine with `#quarantined` behind the lot.
pub(super) fn units_of(text: &str) -> Result<(Which, UnitState), String> {
    match text.split_once('#') {
        None => Ok((lot(text)?, UnitState::Usable)),
        Some((which, state)) => Ok((lot(which)?, self::state(state)?)),
    }
}

/// `usable` or `quarantined`.
pub(super) fn state(text: &str) -> Result<UnitState, String> {
    UnitState::from_code(text).ok_or_else(|| "expected one of usable, quarantined".to_owned())
}

/// An hour with its time zone.
pub(super) fn hour(text: &str) -> Result<Instant, String> {
    match given::until(text) {
        Ok(given::Until::Hour(at)) => Ok(at),
        Ok(given::Until::Day(_)) | Err(_) => {
            Err("expected an hour with its time zone, as 2021-10-20T03:15:00+02:00".to_owned())
        }
    }
}

/// A temperature in degrees Celsius with at most one decimal, in tenths.
pub(super) fn tenths(text: &str) -> Result<i32, String> {
    let wrong =
        || "expected degrees Celsius from -200 to 200 with at most one decimal, as 9.5".to_owned();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let (whole, decimal) = digits.split_once(['.', ',']).unwrap_or((digits, "0"));
    let shaped = |text: &str, most: usize| {
        (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    if !shaped(whole, 3) || !shaped(decimal, 1) {
        return Err(wrong());
    }
    let number = |text: &str| text.parse::<i32>().map_err(|_too_large| wrong());
    let tenths = number(whole)?
        .saturating_mul(10)
        .saturating_add(number(decimal)?);
    if tenths > 2000 {
        return Err(wrong());
    }
    Ok(tenths.saturating_mul(sign))
}

/// Reads how many units were counted: none to a million.
pub(super) fn counted(text: &str) -> Result<Units, String> {
    if text == "0" {
        return Ok(Units::ZERO);
    }
    given::units(text).map_err(|_odd| "expected a whole number from 0 to 1000000".to_owned())
}

/// An object in JSON with a list as one member more.
pub(super) fn with(mut object: Value, name: &str, list: Vec<Value>) -> Value {
    if let Some(members) = object.as_object_mut() {
        members.insert(name.to_owned(), Value::Array(list));
    }
    object
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lot_is_named_by_presentation_number_and_maybe_expiry() {
        let read = lot("3400957464547/B/12@2022-06-30").unwrap();
        assert_eq!(
            (read.cip13.as_str(), read.lot.as_str(), read.expiry),
            ("3400957464547", "B/12", Day::of(2022, 6, 30))
        );
        let (read, state) = units_of("3400957464547/B1#quarantined").unwrap();
        assert_eq!((read.expiry, state), (None, UnitState::Quarantined));
        for wrong in [
            "3400957464547",
            "3400957464548/B1",
            "3400957464547/",
            "3400957464547/B1@x",
        ] {
            assert!(
                lot(wrong).unwrap_err().contains("expected CIP13/LOT"),
                "{wrong}"
            );
        }
        assert!(units_of("3400957464547/B1#lost").is_err());
    }

    #[test]
    fn a_temperature_has_tenths_and_a_sign() {
        for (text, read) in [
            ("9.5", 95),
            ("9,5", 95),
            ("-0.5", -5),
            ("25", 250),
            ("200", 2000),
        ] {
            assert_eq!(tenths(text), Ok(read), "{text}");
        }
        for wrong in ["", "-", "9.55", "200.1", "1e3", "9.", "+4", "9.5C"] {
            assert!(tenths(wrong).is_err(), "{wrong}");
        }
    }
}
