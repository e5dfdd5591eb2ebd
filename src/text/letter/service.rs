//! The letter that the service itself is blind or dumb, and the one that it no longer is.

use super::html::html;
use super::{Parts, Personal, Words, footer, one_line, simulated, text};
use crate::domain::calendar::Instant;
use crate::domain::language::Language;

/// What the letter is about.
pub struct Facts<'a> {
    /// What happened: `opened` or `closed`.
    pub event: &'a str,
    /// The public address of the service.
    pub service: &'a str,
    /// Since when a movement is there after which alerts were not evaluated, if one is.
    pub movement: Option<Instant>,
    /// Since when a letter should have left, if one should.
    pub letter: Option<Instant>,
    /// In whose hours.
    pub zone: chrono_tz::Tz,
    /// Whether the service runs on a simulated clock.
    pub simulated: bool,
}

/// Writes the letter.
pub fn write(language: Language, facts: &Facts<'_>) -> Words {
    let closed = facts.event == "closed";
    let hour = |at: Instant, format: &str| at.with_timezone(&facts.zone).format(format).to_string();
    let parts = match language {
        Language::Fr => {
            let when = |at| hour(at, "%d/%m/%Y %H:%M");
            let mut rows = vec![("Service", facts.service.to_owned())];
            rows.extend(
                facts
                    .movement
                    .map(|at| ("Mouvement non évalué depuis", when(at))),
            );
            rows.extend(
                facts
                    .letter
                    .map(|at| ("Message en attente depuis", when(at))),
            );
            Parts {
                headline: if closed {
                    "TERMINÉ – Les alertes sont à nouveau évaluées et envoyées"
                } else {
                    "Alertes non évaluées, ou non envoyées"
                }
                .to_owned(),
                colon: " :",
                rows,
                steps_title: "Que faire",
                steps: steps(closed, STEPS_FR),
                link_title: "État du service",
                simulated: simulated(language, facts.simulated),
                footer: footer(language),
                personal: Personal::default(),
            }
        }
        Language::En => {
            let when = |at| hour(at, "%-d %B %Y, %H:%M");
            let mut rows = vec![("Service", facts.service.to_owned())];
            rows.extend(
                facts
                    .movement
                    .map(|at| ("Movement not evaluated since", when(at))),
            );
            rows.extend(facts.letter.map(|at| ("Letter waiting since", when(at))));
            Parts {
                headline: if closed {
                    "OVER – Alerts are evaluated and sent again"
                } else {
                    "Alerts are not evaluated, or not sent"
                }
                .to_owned(),
                colon: ":",
                rows,
                steps_title: "What to do",
                steps: steps(closed, STEPS_EN),
                link_title: "State of the service",
                simulated: simulated(language, facts.simulated),
                footer: footer(language),
                personal: Personal::default(),
            }
        }
    };
    let link = format!("{}/readyz", facts.service);
    Words {
        subject: one_line(&format!("[Dotation] {}", parts.headline)),
        text: text(&parts, &link),
        html: html(language, &parts, "", &link),
    }
}

fn steps(closed: bool, steps: [&str; 3]) -> Vec<String> {
    if closed {
        return Vec::new();
    }
    steps.map(str::to_owned).to_vec()
}

const STEPS_FR: [&str; 3] = [
    "Prévenir les pharmacies par téléphone : jusqu'au rétablissement, leurs alertes peuvent ne pas leur parvenir.",
    "Lire le journal du service : ce qui empêche d'évaluer un site, ou le serveur de messagerie de prendre les messages.",
    "Essayer la messagerie : dotation mail test ADRESSE. Ce qui attend part ensuite de soi-même, et cette alerte se clôt.",
];

const STEPS_EN: [&str; 3] = [
    "Call the pharmacies: until it is mended, their alerts may not reach them.",
    "Read the log of the service: what keeps it from evaluating a site, or the mail server from taking letters.",
    "Try the mail: dotation mail test ADDRESS. What waits then leaves by itself, and this alert closes.",
];
