//! The letter that safety copies are too old, and the one that they no longer are.

use super::html::html;
use super::{Parts, Words, flat, one_line, text};
use crate::domain::calendar::Instant;
use crate::domain::language::Language;

/// What the letter is about.
pub struct Facts<'a> {
    /// What happened: `opened` or `closed`.
    pub event: &'a str,
    /// The public address of the service.
    pub service: &'a str,
    /// The moment that the last good copy shows, and its file.
    pub good: Option<(Instant, &'a str)>,
    /// Since when copies are expected.
    pub expected_since: Instant,
    /// How many tries failed since.
    pub failures: i64,
    /// Why the last of them failed.
    pub because: Option<&'a str>,
    /// In whose hours.
    pub zone: chrono_tz::Tz,
    /// Whether the service runs on a simulated clock.
    pub simulated: bool,
}

/// Writes the letter.
pub fn write(language: Language, facts: &Facts<'_>) -> Words {
    let parts = match language {
        Language::Fr => parts_fr(facts),
        Language::En => parts_en(facts),
    };
    let link = format!("{}/readyz", facts.service);
    let subject = format!("[Dotation] {}", parts.headline);
    Words {
        subject: one_line(&subject),
        text: text(&parts, &link),
        html: html(language, &parts, "", &link),
    }
}

fn hour(at: Instant, facts: &Facts<'_>, format: &str) -> String {
    at.with_timezone(&facts.zone).format(format).to_string()
}

fn parts_fr(facts: &Facts<'_>) -> Parts {
    let when = |at| hour(at, facts, "%d/%m/%Y %H:%M");
    let closed = facts.event == "closed";
    let mut rows = vec![("Service", facts.service.to_owned())];
    rows.push(match facts.good {
        Some((at, file)) => ("Dernière bonne copie", format!("{} ({file})", when(at))),
        None => (
            "Dernière bonne copie",
            format!("aucune depuis le {}", when(facts.expected_since)),
        ),
    });
    if facts.failures > 0 {
        rows.push(("Essais manqués depuis", facts.failures.to_string()));
    }
    rows.extend(facts.because.map(|why| ("Dernier motif", flat(why))));
    Parts {
        headline: if closed {
            "TERMINÉ – La copie de sauvegarde est à nouveau récente".to_owned()
        } else {
            "Copie de sauvegarde trop ancienne".to_owned()
        },
        colon: " :",
        rows,
        steps_title: "Que faire",
        steps: if closed {
            Vec::new()
        } else {
            vec![
                "Voir que le dossier des copies est là (disque monté), qu'il y reste de la place, et ce que dit le journal du service.".to_owned(),
                "Faire une copie à la main : dotation backup. Elle clôt cette alerte.".to_owned(),
                "Jusque-là, une panne perdrait tout ce qui a été enregistré depuis la dernière bonne copie.".to_owned(),
            ]
        },
        link_title: "État du service",
        simulated: super::simulated(Language::Fr, facts.simulated),
        footer: super::footer(Language::Fr),
        personal: super::Personal::default(),
    }
}

fn parts_en(facts: &Facts<'_>) -> Parts {
    let when = |at| hour(at, facts, "%-d %B %Y, %H:%M");
    let closed = facts.event == "closed";
    let mut rows = vec![("Service", facts.service.to_owned())];
    rows.push(match facts.good {
        Some((at, file)) => ("Last good copy", format!("{} ({file})", when(at))),
        None => (
            "Last good copy",
            format!("none since {}", when(facts.expected_since)),
        ),
    });
    if facts.failures > 0 {
        rows.push(("Tries that failed since", facts.failures.to_string()));
    }
    rows.extend(facts.because.map(|why| ("Last reason", flat(why))));
    Parts {
        headline: if closed {
            "OVER – There is a recent safety copy again".to_owned()
        } else {
            "Safety copy too old".to_owned()
        },
        colon: ":",
        rows,
        steps_title: "What to do",
        steps: if closed {
            Vec::new()
        } else {
            vec![
                "See that the folder of the copies is there (its disk mounted), that there is room, and what the log of the service says.".to_owned(),
                "Make a copy by hand: dotation backup. It closes this alert.".to_owned(),
                "Until then, a failure would lose everything recorded since the last good copy.".to_owned(),
            ]
        },
        link_title: "State of the service",
        simulated: super::simulated(Language::En, facts.simulated),
        footer: super::footer(Language::En),
        personal: super::Personal::default(),
    }
}
