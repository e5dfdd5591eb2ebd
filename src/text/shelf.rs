//! Sentences about what waits in quarantine, and about counting a shelf.

use super::{en, fr};
use crate::domain::code::{Cip13, LotNumber};
use crate::domain::inventory::{Hindrance, Place};
use crate::domain::ledger::UnitState;
use crate::domain::quantity::Units;

pub(super) fn held_back_fr(cip13: Cip13, lot: &LotNumber, by: &str, free: Units) -> String {
    let why = if by == "recall" {
        "est rappelé : rien n'en est libéré tant que le rappel tient. Le coordinateur le lève"
    } else {
        "était dans une rupture de la chaîne du froid qui n'est pas décidée : décidez-en"
    };
    let free = fr::units(free);
    format!("Le lot {lot} ({cip13}) {why}. Peut être libéré à la main : {free}.")
}

pub(super) fn held_back_en(cip13: Cip13, lot: &LotNumber, by: &str, free: Units) -> String {
    let why = if by == "recall" {
        "is recalled: nothing of it is released while the recall stands. The coordinator lifts it"
    } else {
        "was in an excursion from the cold that is not decided: decide it"
    };
    let free = en::units(free);
    format!("Lot {lot} ({cip13}) {why}. What may be released by hand: {free}.")
}

const fn hinders_fr(why: Hindrance) -> &'static str {
    match why {
        Hindrance::NoReason => "l'écart est sans motif",
        Hindrance::OtherReason => "le motif ne va pas avec l'écart, ou il n'y a pas d'écart",
        Hindrance::Negative => {
            "il est sorti depuis plus qu'il n'en a été compté : comptez de nouveau"
        }
        Hindrance::AdjustedSince => "un autre comptage l'a corrigé depuis : comptez de nouveau",
        Hindrance::Uncounted => "n'a pas été compté : comptez-le, ou dites de le laisser",
    }
}

const fn hinders_en(why: Hindrance) -> &'static str {
    match why {
        Hindrance::NoReason => "the difference has no reason",
        Hindrance::OtherReason => "the reason does not fit the difference, or there is none",
        Hindrance::Negative => "more has left since than was counted: count again",
        Hindrance::AdjustedSince => "another count corrected it since: count again",
        Hindrance::Uncounted => "was not counted: count it, or say to leave it",
    }
}

/// How many lines are named in a sentence; all stand beside it.
const NAMED: usize = 5;

pub(super) fn cannot_close_fr(lines: &[(Place, Hindrance)]) -> String {
    let line = |(place, why): &(Place, Hindrance)| {
        let state = match place.state {
            UnitState::Usable => "utilisable",
            UnitState::Quarantined => "en quarantaine",
        };
        let (lot, cip13) = (&place.lot, place.cip13);
        format!("lot {lot} ({cip13}), {state} : {}", hinders_fr(*why))
    };
    let mut said: Vec<String> = lines.iter().take(NAMED).map(line).collect();
    let more = lines.len().saturating_sub(NAMED);
    said.extend((more > 0).then(|| format!("et {more} autres")));
    format!("L'inventaire ne se clôt pas ainsi. {}.", said.join(" ; "))
}

pub(super) fn cannot_close_en(lines: &[(Place, Hindrance)]) -> String {
    let line = |(place, why): &(Place, Hindrance)| {
        let (lot, cip13, state) = (&place.lot, place.cip13, place.state.code());
        format!("lot {lot} ({cip13}), {state}: {}", hinders_en(*why))
    };
    let mut said: Vec<String> = lines.iter().take(NAMED).map(line).collect();
    let more = lines.len().saturating_sub(NAMED);
    said.extend((more > 0).then(|| format!("and {more} more")));
    format!("The inventory cannot be closed so: {}.", said.join("; "))
}
