//! The reasons of a plan in French.

use super::{Why, made_of};
use crate::domain::code::Cip13;
use crate::domain::quantity::Mg;
use crate::domain::rule::Contact;
use crate::text::fr::{day, mg};

pub(super) fn sentence(why: &Why<'_>) -> String {
    match why {
        Why::Granted { reserve, needs, on, units, from, rounded } => {
            let what = if *reserve { "Mise en réserve accordée" } else { "Accordée" };
            let when = if *reserve { "utilisable le" } else { "à partir du" };
            let made = made_of(units.iter().map(|(size, n)| (*n, mg(*size))));
            let rounded = if *rounded { ", dose arrondie vers le bas" } else { "" };
            let from: Vec<String> = from.iter().map(|(site, n)| format!("{n} de {site}")).collect();
            let from = if from.is_empty() { String::new() } else { format!(", par transfert : {}", from.join(", ")) };
            format!("{what} : {}, {when} {}, avec {made}{rounded}{from}.", doses(needs), day(*on))
        }
        Why::Lacking { reserve, units, before, line } => {
            let what = if *reserve { "Réserve différée" } else { "Différée" };
            format!("{what} : {}{}{}.", lacking(units), first(*before), call(*line))
        }
        Why::GivenUp => "Différée : la recherche a été abandonnée à sa limite de pas, on ne sait pas si cette demande pouvait être servie.".to_owned(),
        Why::Frozen => "Refusée : aucun traitement n'est débuté tant que le courrier est en vigueur.".to_owned(),
        Why::Blocked { code, message, count } => {
            let message = message.map_or(code.as_str(), |m| m.fr.as_str()).trim_end_matches('.');
            match count {
                Some(count) => format!("Bloquée, dernier comptage {count} par mm³ : {message}."),
                None => format!("Bloquée : {message}."),
            }
        }
        Why::OutOfHorizon { end } => format!("Hors de ce plan : elle est pour le {} ou après.", day(*end)),
        Why::Unclassed => "Refusée : aucune classe du référentiel ne prend cette demande.".to_owned(),
    }
}

fn doses(needs: &[(Mg, u32)]) -> String {
    let one = |(size, n): &(Mg, u32)| match n {
        1 => format!("1 dose de {}", mg(*size)),
        n => format!("{n} doses de {}", mg(*size)),
    };
    let all: Vec<String> = needs.iter().map(one).collect();
    all.join(" + ")
}

fn lacking(units: &[(Cip13, Mg, u32)]) -> String {
    if units.is_empty() {
        return "le stock utilisable ne suffit pas après ce qui est accordé avant elle".to_owned();
    }
    let units = units.iter();
    let units = units.map(|(cip13, size, n)| (*n, format!("{} ({cip13})", mg(*size))));
    format!("il aurait fallu en plus {}", made_of(units))
}

fn first(before: u32) -> String {
    match before {
        0 => String::new(),
        1 => ", après la demande différée avant elle, qui serait servie d'abord".to_owned(),
        n => format!(", après les {n} demandes différées avant elle, qui seraient servies d'abord"),
    }
}

/// Why reserves come first, and the other way there is.
fn call(line: Option<&Contact>) -> String {
    line.map_or_else(String::new, |contact| {
        format!(
            " ; les réserves CAR-T passent avant parce que ces patients n'ont pas d'autre voie, alors que \
             pour celui-ci, quand la pharmacie n'a plus d'unité, le fabricant dépanne au {} ({})",
            contact.telephone, contact.name
        )
    })
}
