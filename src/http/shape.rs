//! Faults of shape, as serde tells them, in the words and with the places of this service.

use serde_path_to_error::{Path, Segment};

use super::language::Said;
use super::problem::{Fault, Kind, Problem};
use crate::text::shape as text;

/// 422 with the JSON pointer of the fault.
pub(super) fn problem(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let message = without_place(&error.inner().to_string());
    Problem::at(Kind::InvalidBody, fault(&pointer(error.path()), &message))
}

/// `serde_json` ends its messages with a place, which we give by pointer or on its own.
pub(super) fn without_place(message: &str) -> String {
    let end = message.rfind(" at line ").unwrap_or(message.len());
    message.get(..end).unwrap_or(message).to_owned()
}

/// What stood there, in serde's words.
fn words(found: &str) -> Said {
    let (en, fr) = text::found(found);
    Said::new(en, fr)
}

/// The path as a JSON pointer (RFC 6901): `/lines/0/units`.
fn pointer(path: &Path) -> String {
    path.iter()
        .fold(String::new(), |at, segment| match segment {
            Segment::Seq { index } => format!("{at}/{index}"),
            Segment::Map { key } | Segment::Enum { variant: key } => {
                format!("{at}/{}", escaped(key))
            }
            Segment::Unknown => at,
        })
}

fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// What chrono says of text that is no instant.
const NO_INSTANT: [&str; 5] = [
    "premature end of input",
    "input contains invalid characters",
    "input is out of range",
    "no possible date and time matching input",
    "trailing input",
];

/// What serde's messages mean. The list is serde's own (`serde::de::Error`), stable for years;
/// a message that is not on it is passed on as it is, in English.
fn fault(at: &str, message: &str) -> Fault {
    let (what, expected) = match message.split_once(", expected ") {
        Some((what, expected)) => (what, Some(expected.trim_start_matches("one of "))),
        None => (message, None),
    };
    let member = |rest: &str| {
        let name = escaped(rest.trim_matches('`'));
        match at.rsplit_once('/') {
            Some((_, last)) if last == name => at.to_owned(),
            _ => format!("{at}/{name}"),
        }
    };
    let fault = if NO_INSTANT.contains(&message) {
        let said = Said::new(
            "is no day and hour with its zone, as 2021-10-20T08:05:00Z or 2021-10-20T10:05:00+02:00",
            "n'est pas un jour et une heure avec leur fuseau, comme 2021-10-20T08:05:00Z ou 2021-10-20T10:05:00+02:00",
        );
        Fault::new(at, said)
    } else if let Some(name) = what.strip_prefix("missing field ") {
        Fault::new(
            format!("{at}/{}", escaped(name.trim_matches('`'))),
            Said::new("is missing", "est absent"),
        )
    } else if let Some(name) = what.strip_prefix("unknown field ") {
        let name = name.split("`, ").next().unwrap_or(name);
        Fault::new(
            member(name),
            Said::new("is not known here", "n'est pas connu ici"),
        )
    } else if let Some(name) = what.strip_prefix("duplicate field ") {
        Fault::new(
            member(name),
            Said::new("stands there twice", "figure deux fois"),
        )
    } else if let Some(found) = what.strip_prefix("invalid type: ") {
        Fault::new(at, Said::new("is of another type", "est d'un autre type"))
            .found_as(words(found))
    } else if let Some(found) = what.strip_prefix("invalid value: ") {
        let said = Said::new("has a value that cannot be", "a une valeur impossible");
        Fault::new(at, said).found_as(words(found))
    } else if let Some(found) = what.strip_prefix("invalid length ") {
        let said = Said::new(
            "number of members is another",
            "le nombre d'éléments est autre",
        );
        Fault::new(at, said).found(found)
    } else if let Some(found) = what.strip_prefix("unknown variant ") {
        let said = Said::new(
            "is not one of the words known",
            "n'est pas un des mots connus",
        );
        Fault::new(at, said).found(found.trim_matches('`'))
    } else {
        return Fault::new(at, Said::new(message, "ne se lit pas"));
    };
    match expected {
        Some(expected) => {
            let (en, fr) = text::expected(expected);
            fault.expected(Said::new(en, fr))
        }
        None => fault,
    }
}
