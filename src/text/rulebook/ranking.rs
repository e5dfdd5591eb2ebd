//! What requests may be for, what keeps them out of the ranking, and who comes first.

use super::words::{Words, begun};
use crate::domain::rule::{ClaimKind, Gate, GateRule, IndicationRule, Listed, PriorityClass};

pub(super) fn indications(words: &Words<'_>, rows: &[IndicationRule]) -> Vec<String> {
    let one = |row: &IndicationRule| {
        let name = words.bilingual(&row.name);
        let listed = match row.listed {
            Listed::No => words.both(
                "n'est pas sur la liste du document".to_owned(),
                "not on the document's list".to_owned(),
            ),
            Listed::Yes => words.both(
                "sur la liste du document, à tout âge".to_owned(),
                "on the document's list, at any age".to_owned(),
            ),
            Listed::Under(years) => words.both(
                format!("sur la liste du document avant {years} ans"),
                format!("on the document's list under {years} years of age"),
            ),
        };
        words.both(format!("{name} : {listed}."), format!("{name}: {listed}."))
    };
    rows.iter().map(one).collect()
}

pub(super) fn gates(words: &Words<'_>, rows: &[Gate]) -> Vec<String> {
    let one = |(place, row): (usize, &Gate)| {
        let when = begun(&words.when(&row.when));
        let then = match &row.then {
            GateRule::Freeze => words.both(
                "personne ne débute tant que le document vaut".to_owned(),
                "nobody starts while the document holds".to_owned(),
            ),
            GateRule::Neutrophils(book) => words.both(
                format!("les règles de neutrophiles de « {book} » décident, quelle que soit la date ; une règle d'arrêt ou de refus bloque, une autre avertit"),
                format!("the neutrophil rules of {book} decide, whatever the day; one that stops or refuses blocks, another warns"),
            ),
        };
        words.both(
            format!("{place}. {when} : {then}."),
            format!("{place}. {when}: {then}."),
        )
    };
    (1..).zip(rows).map(one).collect()
}

pub(super) fn priorities(words: &Words<'_>, rows: &[PriorityClass]) -> Vec<String> {
    let one = |(place, row): (usize, &PriorityClass)| {
        let title = words.bilingual(&row.title);
        let claims = match &row.claims {
            ClaimKind::Treatment => words.both(
                "demandes pour l'indication de la réserve, traitées maintenant".to_owned(),
                "requests for the reserve's indication, treated now".to_owned(),
            ),
            ClaimKind::ReserveInfused => words.both(
                "chaque dose réservée, une par une".to_owned(),
                "each reserved dose, one by one".to_owned(),
            ),
            ClaimKind::ReserveScheduled => words.both(
                "toutes les doses réservées d'un patient, ou aucune".to_owned(),
                "all reserved doses of a patient, or none".to_owned(),
            ),
            ClaimKind::ReserveFloor => words.both(
                "doses de référence, jusqu'au minimum du centre".to_owned(),
                "reference doses, up to the centre's minimum".to_owned(),
            ),
            ClaimKind::Requests(when) => {
                let when = words.when(when);
                words.both(format!("demandes : {when}"), format!("requests: {when}"))
            }
        };
        let line = if row.emergency_line {
            words.pick(
                " ; le fabricant peut dépanner ces patients",
                "; the manufacturer has an emergency line for these patients",
            )
        } else {
            ""
        };
        words.both(
            format!("{place}. {title} : {claims}{line}."),
            format!("{place}. {title}: {claims}{line}."),
        )
    };
    (1..).zip(rows).map(one).collect()
}
