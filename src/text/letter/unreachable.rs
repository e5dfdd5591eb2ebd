//! What a letter says of a site where nobody can be written to.

use crate::domain::language::Language;

/// What to do.
pub(super) fn steps(language: Language) -> Vec<String> {
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
