//! The reasons of a plan in English.

use super::{Why, made_of};
use crate::domain::code::Cip13;
use crate::domain::quantity::Mg;
use crate::domain::rule::Contact;

pub(super) fn sentence(why: &Why<'_>) -> String {
    match why {
        Why::Granted { reserve, needs, on, units, from, rounded } => {
            let what = if *reserve { "Kept in reserve" } else { "Granted" };
            let when = if *reserve { "usable on" } else { "from" };
            let made = made_of(units.iter().map(|(size, n)| (*n, size.to_string())));
            let rounded = if *rounded { ", rounded down" } else { "" };
            let from: Vec<String> = from.iter().map(|(site, n)| format!("{n} from {site}")).collect();
            let from = if from.is_empty() { String::new() } else { format!(", by transfer: {}", from.join(", ")) };
            format!("{what}: {}, {when} {on}, with {made}{rounded}{from}.", doses(needs))
        }
        Why::Lacking { reserve, units, before, line } => {
            let what = if *reserve { "Reserve deferred" } else { "Deferred" };
            format!("{what}: {}{}{}.", lacking(units), first(*before), call(*line))
        }
        Why::GivenUp => "Deferred: the search was given up at its limit of steps, so nobody knows whether this claim could be met.".to_owned(),
        Why::Frozen => "Refused: no treatment is started while the notice is in force.".to_owned(),
        Why::Blocked { code, message, count } => {
            let message = message.map_or(code.as_str(), |m| m.en.as_str()).trim_end_matches('.');
            match count {
                Some(count) => format!("Blocked, latest count {count} per mm³: {message}."),
                None => format!("Blocked: {message}."),
            }
        }
        Why::OutOfHorizon { end } => format!("Outside of this plan: it is for {end} or later."),
        Why::Unclassed => "Refused: no class of the rulebook takes this request.".to_owned(),
    }
}

fn doses(needs: &[(Mg, u32)]) -> String {
    let one = |(size, n): &(Mg, u32)| match n {
        1 => format!("1 dose of {size}"),
        n => format!("{n} doses of {size}"),
    };
    let all: Vec<String> = needs.iter().map(one).collect();
    all.join(" + ")
}

fn lacking(units: &[(Cip13, Mg, u32)]) -> String {
    if units.is_empty() {
        return "the usable stock does not suffice after what is granted before it".to_owned();
    }
    let units = units.iter();
    let units = units.map(|(cip13, size, n)| (*n, format!("{size} ({cip13})")));
    format!("it would have taken {} more", made_of(units))
}

fn first(before: u32) -> String {
    match before {
        0 => String::new(),
        1 => ", after the deferred claim before it, which would be served first".to_owned(),
        n => format!(", after the {n} deferred claims before it, which would be served first"),
    }
}

/// Why reserves come first, and the other way there is.
fn call(line: Option<&Contact>) -> String {
    line.map_or_else(String::new, |contact| {
        format!(
            "; CAR-T reserves come first because those patients have no other way, while for this one, when \
             the pharmacy has no unit left, the manufacturer supplies in an emergency: {} ({})",
            contact.telephone, contact.name
        )
    })
}
