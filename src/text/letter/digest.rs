//! The letter of each morning: what is open at a site.

use super::html::html;
use super::{Parts, Personal, Words, flat, footer, links, one_line, simulated, text};
use crate::domain::alert::{Alert, AlertState};
use crate::domain::language::Language;
use crate::domain::site::Site;
use crate::text::{en, fr};

/// What the letter is about.
pub struct Facts<'a> {
    /// Where.
    pub site: &'a Site,
    /// What is open and its recipient hears of, in the order in which it is shown; never empty.
    pub alerts: &'a [Alert],
    /// Where to read more.
    pub link: &'a str,
    /// Whether the service runs on a simulated clock.
    pub simulated: bool,
}

/// Writes the letter.
pub fn write(language: Language, facts: &Facts<'_>) -> Words {
    let many = facts.alerts.len();
    let (headline, title) = match language {
        Language::Fr if many == 1 => ("1 alerte ouverte".to_owned(), "Voir les alertes du site"),
        Language::Fr => (
            format!("{many} alertes ouvertes"),
            "Voir les alertes du site",
        ),
        Language::En if many == 1 => ("1 alert is open".to_owned(), "See the alerts of the site"),
        Language::En => (
            format!("{many} alerts are open"),
            "See the alerts of the site",
        ),
    };
    let place = format!("{} ({})", facts.site.name, facts.site.finess);
    let mut rows = vec![("Site", flat(&place))];
    rows.extend(facts.alerts.iter().map(|alert| row(language, facts, alert)));
    let parts = Parts {
        headline: headline.clone(),
        colon: match language {
            Language::Fr => " :",
            Language::En => ":",
        },
        rows,
        steps_title: "",
        steps: Vec::new(),
        link_title: title,
        simulated: simulated(language, facts.simulated),
        footer: footer(language),
        personal: Personal {
            acknowledge: None,
            stop: Some(links::stop(language)),
        },
    };
    Words {
        subject: one_line(&format!("[Dotation] {headline} – {place}")),
        text: text(&parts, facts.link),
        html: html(language, &parts, "", facts.link),
    }
}

/// One alert: its kind; since when, and whether somebody sees to it.
fn row(language: Language, facts: &Facts<'_>, alert: &Alert) -> (&'static str, String) {
    let opened = alert.opened_at.with_timezone(&facts.site.zone);
    let seen_to = matches!(alert.state, AlertState::Acknowledged);
    match language {
        Language::Fr => {
            let state = if seen_to {
                "prise en charge"
            } else {
                "sans réponse"
            };
            let since = opened.format("depuis le %d/%m/%Y %H:%M");
            (fr::alert_name(alert.kind), format!("{since}, {state}"))
        }
        Language::En => {
            let state = if seen_to {
                "acknowledged"
            } else {
                "not acknowledged"
            };
            let since = opened.format("since %-d %B %Y, %H:%M");
            (en::alert_name(alert.kind), format!("{since}, {state}"))
        }
    }
}
