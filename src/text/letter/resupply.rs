//! What a letter says of resupply that a centre can, or can no longer, count on.

use crate::domain::alert::Reading;
use crate::domain::language::Language;

/// Names and values, in their order; none where nothing is told.
pub(super) fn rows(language: Language, reading: Reading) -> Vec<(&'static str, String)> {
    let (keep, instead) = match language {
        Language::Fr => ("Doses à garder", "Au lieu de"),
        Language::En => ("Doses to keep", "Instead of"),
    };
    let told = (reading.expected > 0).then(|| (keep, reading.expected.to_string()));
    let short = reading.expected > 0 && reading.is_short();
    let before = short.then(|| (instead, reading.found.to_string()));
    told.into_iter().chain(before).collect()
}

/// What to do in French.
pub(super) fn steps_fr(call: Option<String>) -> Vec<String> {
    vec![
        "Voir les livraisons attendues, dans Dotation, et en faire confirmer une par le fournisseur pour les jours qui viennent ; une fois saisie, l'alerte se clôt d'elle-même.".to_owned(),
        "D'ici là le site garde davantage de doses de réserve : avant toute injection de CAR-T, demander le feu vert.".to_owned(),
        call.unwrap_or_else(|| "Appeler le laboratoire pour un dépannage.".to_owned()),
    ]
}

/// What to do in English.
pub(super) fn steps_en(call: Option<String>) -> Vec<String> {
    vec![
        "See the deliveries that are expected, in Dotation, and have the supplier confirm one for the days to come; once it is entered the alert closes by itself.".to_owned(),
        "Until then the site keeps more doses in reserve: ask for a clearance before any CAR-T infusion.".to_owned(),
        call.unwrap_or_else(|| "Call the manufacturer's emergency line.".to_owned()),
    ]
}
