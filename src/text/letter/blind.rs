//! What a letter says where nobody would hear: a site that nobody can be written to, or whose alerts are not
//! evaluated.

use crate::domain::language::Language;

/// What to do where nobody can be written to.
pub(super) fn unreachable(language: Language) -> Vec<String> {
    let steps = match language {
        Language::Fr => [
            "Joindre la pharmacie du site par téléphone : aucun message ne l'atteint, et personne n'y entend ses alertes.",
            "Lui dire les alertes ouvertes du site, que Dotation montre.",
            "Corriger la liste des destinataires du site (adresse, personne active) : l'alerte se clôt d'elle-même.",
        ],
        Language::En => [
            "Call the pharmacy of the site: no message reaches it, and nobody there hears of its alerts.",
            "Tell them which alerts are open at the site, as Dotation shows them.",
            "Mend the list of the site's recipients (an address, somebody active): the alert then closes by itself.",
        ],
    };
    steps.map(str::to_owned).to_vec()
}

/// What to do where alerts are not evaluated.
pub(super) fn late(language: Language) -> Vec<String> {
    let steps = match language {
        Language::Fr => [
            "Ne pas se fier à l'absence d'alerte : celles du site n'ont pas été recalculées après son dernier mouvement.",
            "Avant tout traitement par CAR-T, vérifier la réserve à la main : doses en stock, patients à couvrir.",
            "Prévenir l'administrateur de Dotation. L'alerte se clôt d'elle-même dès que le calcul a rattrapé son retard.",
        ],
        Language::En => [
            "Do not trust that there is no alert: those of the site were not evaluated after its last movement.",
            "Before any CAR-T therapy check the reserve by hand: doses in stock, patients to be covered.",
            "Tell the administrator of Dotation. The alert closes by itself as soon as the evaluation has caught up.",
        ],
    };
    steps.map(str::to_owned).to_vec()
}
