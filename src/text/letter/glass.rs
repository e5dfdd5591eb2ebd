//! What a letter says of somebody who broke the glass; their reason, in which a patient may be named, stands in no
//! letter.

use super::Facts;
use crate::domain::calendar::Instant;
use crate::domain::language::Language;
use crate::domain::role::Role;
use crate::text::access::role_name;

/// Access that somebody took, as a letter to the site tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GlassFacts {
    /// Who: their name.
    pub name: String,
    /// In which role.
    pub role: Role,
    /// Until when.
    pub until: Instant,
}

/// Names and values, in their order; none without the facts.
pub(super) fn of(language: Language, facts: &Facts<'_>) -> Vec<(&'static str, String)> {
    let Some(glass) = &facts.glass else {
        return Vec::new();
    };
    let [who, role, until] = match language {
        Language::Fr => ["Par", "En tant que", "Jusqu'au"],
        Language::En => ["By", "As", "Until"],
    };
    let end = glass.until.with_timezone(&facts.site.zone);
    let end = match language {
        Language::Fr => end.format("%d/%m/%Y %H:%M"),
        Language::En => end.format("%-d %B %Y, %H:%M"),
    };
    vec![
        (who, glass.name.clone()),
        (role, role_name(language, glass.role).to_owned()),
        (until, end.to_string()),
    ]
}

/// What to do.
pub(super) fn steps(language: Language) -> Vec<String> {
    let steps = match language {
        Language::Fr => [
            "Lire le motif dans Dotation, aux accès d'urgence du site ; appeler cette personne s'il ne suffit pas.",
            "Si cet accès n'a pas lieu d'être, y mettre fin : il cesse aussitôt.",
            "Relire au journal d'audit ce qui a été fait : chaque ligne en porte la marque. Prendre l'alerte en charge la clôt.",
        ],
        Language::En => [
            "Read the reason in Dotation, among the emergency accesses of the site; call this person if it does not suffice.",
            "If this access should not be, end it: it ceases at once.",
            "Read on the audit trail what was done: each line bears its mark. Acknowledging the alert closes it.",
        ],
    };
    steps.map(str::to_owned).to_vec()
}
