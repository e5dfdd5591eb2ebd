//! What letters have in common: how their parts are laid out as text, how they end, what comes first.

use super::{Parts, flat};
use crate::domain::language::Language;

/// A letter as text.
pub(super) fn text(parts: &Parts, link: &str) -> String {
    let colon = parts.colon;
    let mut lines = vec![parts.headline.clone(), String::new()];
    if let Some(simulated) = parts.simulated {
        lines.extend([simulated.to_owned(), String::new()]);
    }
    lines.extend(
        parts
            .rows
            .iter()
            .map(|(name, value)| format!("{name}{colon} {}", flat(value))),
    );
    if !parts.steps.is_empty() {
        lines.extend([String::new(), format!("{}{colon}", parts.steps_title)]);
        lines.extend(
            (1..)
                .zip(&parts.steps)
                .map(|(n, step): (u32, _)| format!("{n}. {step}")),
        );
    }
    lines.extend([String::new(), format!("{}{colon} {link}", parts.link_title)]);
    let personal = |link: Option<(&str, &str)>| link.map(|(t, link)| format!("{t}{colon} {link}"));
    lines.extend(personal(parts.personal.acknowledge));
    lines.extend([String::new(), "-- ".to_owned(), parts.footer.to_owned()]);
    lines.extend(personal(parts.personal.stop));
    lines.push(String::new());
    lines.join("\n")
}

/// What a letter says of a clock that is simulated.
pub(super) fn simulated(language: Language, is: bool) -> Option<&'static str> {
    is.then_some(match language {
        Language::Fr => {
            "DÉMONSTRATION : l'horloge de ce service est simulée, ses dates et heures ne sont pas les vraies."
        }
        Language::En => {
            "DEMONSTRATION: the clock of this service is simulated; its dates and hours are not the real ones."
        }
    })
}

/// What every letter ends with.
pub(super) const fn footer(language: Language) -> &'static str {
    match language {
        Language::Fr => {
            "Message automatique de Dotation. Il ne contient aucune donnée de patient ; n'y répondez pas."
        }
        Language::En => {
            "Sent automatically by Dotation. It holds nothing about a patient; please do not reply."
        }
    }
}

/// What the coordinator does first, when nobody answered.
pub(super) fn unanswered(language: Language, event: &str, mut steps: Vec<String>) -> Vec<String> {
    if event == "escalated" {
        let first = match language {
            Language::Fr => {
                "Personne n'a pris cette alerte en charge : joindre la pharmacie du site, puis prendre l'alerte en charge."
            }
            Language::En => {
                "Nobody has acknowledged this alert: call the pharmacy of the site, then acknowledge it."
            }
        };
        steps.insert(0, first.to_owned());
    }
    steps
}
