//! What a letter says of a lot that is recalled; who was given some stands in no letter.

use super::Facts;
use crate::domain::code::{Cip13, LotNumber};
use crate::domain::language::Language;
use crate::domain::quantity::Units;

/// A recall, as a letter to one site tells it.
pub struct RecallFacts {
    /// Of which presentation.
    pub cip13: Cip13,
    /// What that is called on the catalogue.
    pub label: String,
    /// Of which lot.
    pub lot: LotNumber,
    /// The document that says so.
    pub reference: Option<String>,
    /// Units of it that are at the site: all of them in quarantine.
    pub on_shelf: Units,
    /// Units of it that are on their way there, and will be set apart as they arrive.
    pub to_come: Units,
    /// Units of it that were dispensed there and have not come back.
    pub dispensed: Units,
    /// Whether the recall was lifted.
    pub lifted: bool,
}

/// Names and values, in their order.
pub(super) fn rows(language: Language, recall: &RecallFacts) -> Vec<(&'static str, String)> {
    let [
        presentation,
        lot,
        reference,
        on_shelf,
        to_come,
        dispensed,
        lifted,
    ] = match language {
        Language::Fr => [
            "Présentation",
            "Lot",
            "Référence",
            "Unités en quarantaine",
            "Unités en route",
            "Unités dispensées",
            "Rappel",
        ],
        Language::En => [
            "Presentation",
            "Lot",
            "Reference",
            "Units in quarantine",
            "Units on their way",
            "Units dispensed",
            "Recall",
        ],
    };
    let mut rows = vec![
        (presentation, format!("{} ({})", recall.label, recall.cip13)),
        (lot, recall.lot.to_string()),
    ];
    rows.extend(recall.reference.clone().map(|text| (reference, text)));
    if recall.lifted {
        let said = match language {
            Language::Fr => "levé",
            Language::En => "lifted",
        };
        rows.push((lifted, said.to_owned()));
    } else {
        rows.push((on_shelf, recall.on_shelf.to_string()));
        if recall.to_come > Units::ZERO {
            rows.push((to_come, recall.to_come.to_string()));
        }
        rows.push((dispensed, recall.dispensed.to_string()));
    }
    rows
}

/// What to do in French.
pub(super) fn steps_fr(call: Option<String>) -> Vec<String> {
    let call = call.map_or_else(String::new, |call| format!(" {call}"));
    vec![
        "Isoler les unités du lot : Dotation les a mises en quarantaine, et ne les laisse plus sortir tant que le rappel tient.".to_owned(),
        "Retrouver ce qui a été dispensé : la liste du rappel, dans Dotation, le dit à qui peut lire les dossiers.".to_owned(),
        format!("Retourner ou détruire les unités et l'enregistrer, ou dire dans Dotation que le rappel est traité ici : l'alerte se clôt.{call}"),
    ]
}

/// What to do in English.
pub(super) fn steps_en(call: Option<String>) -> Vec<String> {
    let call = call.map_or_else(String::new, |call| format!(" {call}"));
    vec![
        "Set the units of the lot apart on the shelf too: Dotation has put them in quarantine, and lets none leave while the recall stands.".to_owned(),
        "Find what was dispensed: the list of the recall, in Dotation, says so to those who may read patients' records.".to_owned(),
        format!("Return or destroy the units and record it, or say in Dotation that the recall is dealt with here: the alert then closes.{call}"),
    ]
}

/// The rows of a letter about a recall, when it is about one.
pub(super) fn of(language: Language, facts: &Facts<'_>) -> Vec<(&'static str, String)> {
    facts
        .recall
        .as_ref()
        .map_or_else(Vec::new, |recall| rows(language, recall))
}
