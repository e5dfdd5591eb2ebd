//! The letters that alerts write: site, medicine, what there is and should be, since when, the next steps
//! with the telephone number of the document, and a link. Nothing about a patient.

mod ahead;
mod blind;
pub mod copies;
pub mod digest;
mod frame;
pub mod glass;
pub(in crate::text) mod html;
mod line;
pub mod links;
mod notice;
pub mod person;
mod recall;
mod resupply;
pub mod service;

use super::{en, fr};
use crate::domain::alert::{Alert, AlertKind};
use crate::domain::language::Language;
use crate::domain::rule::Rulebook;
use crate::domain::site::Site;
use frame::{footer, simulated, text, unanswered};
pub(super) use html::escaped;
use html::html;
use links::Personal;

pub use ahead::{Lot, MOST_LOTS, Of};
use line::{flat, one_line};
pub use recall::RecallFacts;

/// What a letter is about.
pub struct Facts<'a> {
    /// Where.
    pub site: &'a Site,
    /// The alert as it stands.
    pub alert: &'a Alert,
    /// What happened to it: `opened`, `worsened`, `acknowledged`, `closed`, `escalated`.
    pub event: &'a str,
    /// The rulebook that it is about.
    pub rulebook: Option<&'a Rulebook>,
    /// The recall that it is about.
    pub recall: Option<RecallFacts>,
    /// The breaking of the glass that it is about.
    pub glass: Option<glass::GlassFacts>,
    /// The presentation, the route or the lots that it is about.
    pub of: Option<Of>,
    /// Where to read more.
    pub link: &'a str,
    /// Whether the service runs on a simulated clock: a demonstration.
    pub simulated: bool,
}

/// A letter's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// Its subject.
    pub subject: String,
    /// Its plain text.
    pub text: String,
    /// The same in HTML.
    pub html: String,
}

/// The parts of a letter, before they are laid out.
struct Parts {
    headline: String,
    /// What stands between a name and its value.
    colon: &'static str,
    /// Names and values, in their order.
    rows: Vec<(&'static str, String)>,
    steps_title: &'static str,
    steps: Vec<String>,
    link_title: &'static str,
    /// Of a demonstration, that its clock is simulated.
    simulated: Option<&'static str>,
    footer: &'static str,
    /// The links that are its recipient's alone.
    personal: Personal,
}

/// Writes a letter to one of a site's recipients, with room for the links that are theirs alone ([`links`]).
pub fn write(language: Language, facts: &Facts<'_>) -> Words {
    let personal = links::of_alert(language, facts.alert.kind, facts.event);
    written(language, facts, personal)
}

/// Writes a letter about an alert to somebody on no list: whoever looks after the service.
pub fn write_to_nobodys_list(language: Language, facts: &Facts<'_>) -> Words {
    written(language, facts, Personal::default())
}

fn written(language: Language, facts: &Facts<'_>, personal: Personal) -> Words {
    let mut parts = match language {
        Language::Fr => parts_fr(facts),
        Language::En => parts_en(facts),
    };
    parts.personal = personal;
    let medicine = facts.rulebook.map_or("", |b| b.medicine.as_str());
    let subject = format!(
        "[Dotation] {} – {} ({})",
        parts.headline, facts.site.name, facts.site.finess
    );
    Words {
        subject: one_line(&subject),
        text: text(&parts, facts.link),
        html: html(language, &parts, medicine, facts.link),
    }
}

/// What the hour at which it opened is called: while it lasts, and when it is over.
fn opened(facts: &Facts<'_>, lasting: &'static str, over: &'static str) -> &'static str {
    if facts.event == "closed" {
        over
    } else {
        lasting
    }
}

/// When it opened, by the site's own clock.
fn since(facts: &Facts<'_>, format: &str) -> String {
    let opened = facts.alert.opened_at.with_timezone(&facts.site.zone);
    opened.format(format).to_string()
}

fn telephone(facts: &Facts<'_>) -> Option<(String, String)> {
    facts
        .rulebook
        .and_then(|b| b.contacts.first())
        .map(|c| (c.name.clone(), c.telephone.clone()))
}

/// Whether a clearance stands again, or resupply is assured again; what was released, moved or used, or is
/// asked for no more, is over otherwise.
fn restored(alert: &Alert) -> bool {
    alert.reading.found > 0 && !alert.reading.is_short()
}

fn parts_fr(facts: &Facts<'_>) -> Parts {
    let (kind, reading) = (facts.alert.kind, facts.alert.reading);
    let name = fr::alert_name(kind);
    let headline = match facts.event {
        "worsened" => format!("AGGRAVATION – {name}"),
        "closed" if restored(facts.alert) && kind == AlertKind::ClearanceBroken => {
            "RÉTABLI – Feu vert CAR-T : GO".to_owned()
        }
        "closed" if restored(facts.alert) && kind == AlertKind::ResupplyCompromised => {
            "RÉTABLI – Réapprovisionnement assuré".to_owned()
        }
        "closed" if kind == AlertKind::ReserveForecast => ahead::over(Language::Fr, reading),
        "closed" => format!("TERMINÉ – {name}"),
        "acknowledged" => format!("Pris en charge – {name}"),
        "escalated" => format!("SANS RÉPONSE – {name}"),
        _ => name.to_owned(),
    };
    let mut rows = vec![(
        "Site",
        format!("{} ({})", facts.site.name, facts.site.finess),
    )];
    rows.extend(facts.rulebook.map(|b| ("Médicament", b.medicine.clone())));
    match kind {
        AlertKind::Override if facts.alert.is_of_safety() => {}
        AlertKind::ReserveBelowMinimum | AlertKind::Override => {
            rows.push(("Doses possibles", reading.found.to_string()));
            rows.push(("Doses requises", reading.expected.to_string()));
        }
        AlertKind::ClearanceBroken if reading.expected > 0 => {
            rows.push(("Doses réservées", reading.found.to_string()));
            rows.push(("Doses requises", reading.expected.to_string()));
        }
        AlertKind::NoticeExpired => {
            rows.extend(notice::rows(
                facts,
                ["Référentiel", "Dernier jour"],
                fr::day,
            ));
        }
        AlertKind::CountOverdue if reading.is_short() => {
            let overdue = reading.expected.saturating_sub(reading.found);
            rows.push(("Numérations en retard", overdue.to_string()));
            rows.push(("Numérations à jour", reading.found.to_string()));
            rows.push(("Patients suivis", reading.expected.to_string()));
        }
        AlertKind::ResupplyCompromised => {
            rows.extend(resupply::rows(Language::Fr, reading));
        }
        AlertKind::Recall => rows.extend(recall::of(Language::Fr, facts)),
        AlertKind::BreakGlass => rows.extend(glass::of(Language::Fr, facts)),
        AlertKind::StockBelowMinimum
        | AlertKind::LotExpiring
        | AlertKind::ClearanceRefused
        | AlertKind::ReserveForecast => rows.extend(ahead::rows(Language::Fr, facts)),
        AlertKind::ClearanceBroken
        | AlertKind::CountOverdue
        | AlertKind::SiteUnreachable
        | AlertKind::EvaluationLate => {}
    }
    rows.push((
        opened(facts, "Depuis", "Alerte ouverte le"),
        since(facts, "%d/%m/%Y %H:%M"),
    ));
    Parts {
        headline,
        colon: " :",
        rows,
        steps_title: "Que faire",
        steps: if facts.event == "closed" {
            Vec::new()
        } else {
            unanswered(Language::Fr, facts.event, steps_fr(facts))
        },
        link_title: "Voir l'alerte",
        simulated: simulated(Language::Fr, facts.simulated),
        footer: footer(Language::Fr),
        personal: Personal::default(),
    }
}

fn steps_fr(facts: &Facts<'_>) -> Vec<String> {
    let call = telephone(facts).map(|(name, number)| format!("Appeler {name} : {number}."));
    match facts.alert.kind {
        AlertKind::ReserveBelowMinimum => vec![
            "Ne débuter aucun traitement par CAR-T tant que la réserve n'est pas reconstituée.".to_owned(),
            "Demander un transfert à une pharmacie du groupement, ou avancer une livraison.".to_owned(),
            call.unwrap_or_else(|| "Appeler le laboratoire pour un dépannage.".to_owned()),
        ],
        AlertKind::ClearanceBroken => vec![
            "Suspendre l'injection des CAR-T : le feu vert ne tient plus.".to_owned(),
            "Compléter le stock : le feu vert est alors rétabli de lui-même, et un message l'annonce. Sinon, déplacer l'injection.".to_owned(),
            call.unwrap_or_else(|| "Appeler le laboratoire pour un dépannage.".to_owned()),
        ],
        AlertKind::Override if facts.alert.is_of_safety() => vec![
            "Un pharmacien passe outre à une règle de sécurité pour un patient : lire son motif à la demande, dans Dotation.".to_owned(),
            "S'accorder avec le prescripteur sur la surveillance, puis prendre l'alerte en charge : cela la clôt.".to_owned(),
            "Déclarer tout effet indésirable au centre régional de pharmacovigilance.".to_owned(),
        ],
        AlertKind::Override => vec![
            "Lire le motif écrit par le pharmacien dans le registre, puis prendre l'alerte en charge : cela la clôt.".to_owned(),
            "Reconstituer la réserve du site : un transfert du groupement, ou une livraison avancée.".to_owned(),
            call.unwrap_or_else(|| "Appeler le laboratoire pour un dépannage.".to_owned()),
        ],
        AlertKind::NoticeExpired => vec![
            call.map_or_else(
                || "Demander au laboratoire si la tension se poursuit.".to_owned(),
                |call| format!("Demander si la tension se poursuit. {call}"),
            ),
            "Si un nouveau courrier la prolonge : faire charger par l'administrateur le référentiel qui le reprend ; l'alerte se clôt d'elle-même.".to_owned(),
            "Sinon, un coordinateur retire le référentiel échu, avec un motif. Jusque-là il continue de protéger les réserves et de geler les initiations.".to_owned(),
        ],
        AlertKind::CountOverdue => vec![
            "Ouvrir la liste de surveillance du médicament, dans Dotation : les numérations en retard y sont en tête.".to_owned(),
            "Obtenir chaque numération du laboratoire ou du prescripteur, et la saisir : l'alerte se clôt d'elle-même.".to_owned(),
            "Si un traitement a été interrompu ou arrêté, le dire : sa surveillance en dépend.".to_owned(),
        ],
        AlertKind::ResupplyCompromised => resupply::steps_fr(call),
        AlertKind::Recall => recall::steps_fr(call),
        AlertKind::StockBelowMinimum
        | AlertKind::LotExpiring
        | AlertKind::ClearanceRefused
        | AlertKind::ReserveForecast => ahead::steps(Language::Fr, facts, call),
        AlertKind::SiteUnreachable => blind::unreachable(Language::Fr),
        AlertKind::EvaluationLate => blind::late(Language::Fr),
        AlertKind::BreakGlass => glass::steps(Language::Fr),
    }
}

fn parts_en(facts: &Facts<'_>) -> Parts {
    let (kind, reading) = (facts.alert.kind, facts.alert.reading);
    let name = en::alert_name(kind);
    let headline = match facts.event {
        "worsened" => format!("WORSE – {name}"),
        "closed" if restored(facts.alert) && kind == AlertKind::ClearanceBroken => {
            "RESTORED – CAR-T clearance: GO".to_owned()
        }
        "closed" if restored(facts.alert) && kind == AlertKind::ResupplyCompromised => {
            "RESTORED – Resupply is assured".to_owned()
        }
        "closed" if kind == AlertKind::ReserveForecast => ahead::over(Language::En, reading),
        "closed" => format!("OVER – {name}"),
        "acknowledged" => format!("Acknowledged – {name}"),
        "escalated" => format!("UNANSWERED – {name}"),
        _ => name.to_owned(),
    };
    let mut rows = vec![(
        "Site",
        format!("{} ({})", facts.site.name, facts.site.finess),
    )];
    rows.extend(facts.rulebook.map(|b| ("Medicine", b.medicine.clone())));
    match kind {
        AlertKind::Override if facts.alert.is_of_safety() => {}
        AlertKind::ReserveBelowMinimum | AlertKind::Override => {
            rows.push(("Doses possible", reading.found.to_string()));
            rows.push(("Doses required", reading.expected.to_string()));
        }
        AlertKind::ClearanceBroken if reading.expected > 0 => {
            rows.push(("Doses held", reading.found.to_string()));
            rows.push(("Doses required", reading.expected.to_string()));
        }
        AlertKind::NoticeExpired => {
            rows.extend(notice::rows(facts, ["Rulebook", "Last day"], |day| {
                day.to_string()
            }));
        }
        AlertKind::CountOverdue if reading.is_short() => {
            let overdue = reading.expected.saturating_sub(reading.found);
            rows.push(("Counts overdue", overdue.to_string()));
            rows.push(("Counts up to date", reading.found.to_string()));
            rows.push(("Patients monitored", reading.expected.to_string()));
        }
        AlertKind::ResupplyCompromised => {
            rows.extend(resupply::rows(Language::En, reading));
        }
        AlertKind::Recall => rows.extend(recall::of(Language::En, facts)),
        AlertKind::BreakGlass => rows.extend(glass::of(Language::En, facts)),
        AlertKind::StockBelowMinimum
        | AlertKind::LotExpiring
        | AlertKind::ClearanceRefused
        | AlertKind::ReserveForecast => rows.extend(ahead::rows(Language::En, facts)),
        AlertKind::ClearanceBroken
        | AlertKind::CountOverdue
        | AlertKind::SiteUnreachable
        | AlertKind::EvaluationLate => {}
    }
    rows.push((
        opened(facts, "Since", "Alert opened"),
        since(facts, "%-d %B %Y, %H:%M"),
    ));
    Parts {
        headline,
        colon: ":",
        rows,
        steps_title: "What to do",
        steps: if facts.event == "closed" {
            Vec::new()
        } else {
            unanswered(Language::En, facts.event, steps_en(facts))
        },
        link_title: "See the alert",
        simulated: simulated(Language::En, facts.simulated),
        footer: footer(Language::En),
        personal: Personal::default(),
    }
}

fn steps_en(facts: &Facts<'_>) -> Vec<String> {
    let call = telephone(facts).map(|(name, number)| format!("Call {name}: {number}."));
    match facts.alert.kind {
        AlertKind::ReserveBelowMinimum => vec![
            "Start no CAR-T therapy until the reserve is complete again.".to_owned(),
            "Ask a pharmacy of the network for a transfer, or bring a delivery forward.".to_owned(),
            call.unwrap_or_else(|| "Call the manufacturer's emergency line.".to_owned()),
        ],
        AlertKind::ClearanceBroken => vec![
            "Hold the CAR-T infusion: the clearance no longer stands.".to_owned(),
            "Complete the stock: the clearance then stands again by itself, and a message says so. Else move the infusion."
                .to_owned(),
            call.unwrap_or_else(|| "Call the manufacturer's emergency line.".to_owned()),
        ],
        AlertKind::Override if facts.alert.is_of_safety() => vec![
            "A pharmacist overrides a safety rule for one patient: read the reason at the request, in Dotation.".to_owned(),
            "Agree with the prescriber how the patient is monitored, then acknowledge the alert, which closes it.".to_owned(),
            "Report any adverse effect to the regional pharmacovigilance centre.".to_owned(),
        ],
        AlertKind::Override => vec![
            "Read the pharmacist's written reason in the ledger, then acknowledge the alert, which closes it.".to_owned(),
            "Complete the reserve of the site: a transfer within the network, or a delivery brought forward.".to_owned(),
            call.unwrap_or_else(|| "Call the manufacturer's emergency line.".to_owned()),
        ],
        AlertKind::NoticeExpired => vec![
            call.map_or_else(
                || "Ask the manufacturer whether supply is still tight.".to_owned(),
                |call| format!("Ask whether supply is still tight. {call}"),
            ),
            "If a new letter prolongs it: have the administrator load the rulebook that follows it; the alert then closes by itself.".to_owned(),
            "Else a coordinator retires the rulebook that has ended, with a reason. Until then it goes on protecting reserves and freezing initiations.".to_owned(),
        ],
        AlertKind::CountOverdue => vec![
            "Open the monitoring list of the medicine, in Dotation: the counts that are overdue come first.".to_owned(),
            "Get each count from the laboratory or the prescriber, and enter it: the alert then closes by itself.".to_owned(),
            "Where a treatment was interrupted or stopped, say so: its monitoring follows from it.".to_owned(),
        ],
        AlertKind::ResupplyCompromised => resupply::steps_en(call),
        AlertKind::Recall => recall::steps_en(call),
        AlertKind::StockBelowMinimum
        | AlertKind::LotExpiring
        | AlertKind::ClearanceRefused
        | AlertKind::ReserveForecast => ahead::steps(Language::En, facts, call),
        AlertKind::SiteUnreachable => blind::unreachable(Language::En),
        AlertKind::EvaluationLate => blind::late(Language::En),
        AlertKind::BreakGlass => glass::steps(Language::En),
    }
}
