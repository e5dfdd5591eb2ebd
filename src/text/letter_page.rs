//! The pages behind the links of a letter: one that asks whether it is meant, one that says what came of it.
//!
//! They work without signing in and without a script, and hold nothing about a patient: a site, a kind of
//! alert, figures of its shelf. Nothing is fetched, and no page links to anywhere else.

use super::letter::escaped;
use super::{en, fr};
use crate::domain::alert::{Alert, AlertKind, AlertState};
use crate::domain::language::Language;
use crate::domain::shelf::Expiring;
use crate::domain::site::Site;

/// Where the style of pages is.
pub const STYLE_ADDRESS: &str = "/pages.css";

/// The style of pages: no page has one within it.
pub const STYLE: &str = "\
body{margin:0;padding:16px;font:16px/1.5 Arial,Helvetica,sans-serif;color:#1a1a1a;background:#fff}
main{max-width:560px}dt{color:#555}dd{margin:0 0 8px;font-weight:bold;overflow-wrap:anywhere}
button{font:inherit;padding:12px 20px;min-height:44px}
";

/// What a link came to, when there is nothing to confirm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The alert is acknowledged, by this link.
    Acknowledged,
    /// It was acknowledged already, by whomever.
    AlreadyAcknowledged,
    /// It is over.
    Over,
    /// The recipient hears no more of the kind.
    Stopped,
    /// Of the kind nobody can hear no more.
    MustHear,
    /// The link was used.
    Used,
    /// It is too old, or none of ours.
    Gone,
}

/// Asks whether an alert is to be acknowledged, as it stands.
///
/// `others` are open beside it that the same letter told of, and are acknowledged with it.
pub fn ask_to_acknowledge(language: Language, site: &Site, alert: &Alert, others: usize) -> String {
    let since = alert.opened_at.with_timezone(&site.zone);
    let figures = figures(language, alert);
    let (title, rows, button, after) = match language {
        Language::Fr => (
            "Prendre cette alerte en charge ?",
            [
                ("Alerte", fr::alert_name(alert.kind).to_owned()),
                ("Depuis", since.format("%d/%m/%Y %H:%M").to_string()),
            ],
            "Prendre en charge",
            "Rien n'est enregistré avant que vous n'appuyiez. Le lien sert une fois, et ne vaut que pour vous : ne transférez pas le message.",
        ),
        Language::En => (
            "Acknowledge this alert?",
            [
                ("Alert", en::alert_name(alert.kind).to_owned()),
                ("Since", since.format("%-d %B %Y, %H:%M").to_string()),
            ],
            "Acknowledge",
            "Nothing is recorded before you press the button. The link is good once, and yours alone: do not forward the message.",
        ),
    };
    let place = format!("{} ({})", site.name, site.finess);
    let mut list = row("Site", &place);
    for (name, value) in rows.iter().chain(&figures) {
        list.push_str(&row(name, value));
    }
    if others > 0 {
        let name = match language {
            Language::Fr => "Avec elle, du même message",
            Language::En => "With it, of the same message",
        };
        list.push_str(&row(name, &others.to_string()));
    }
    let body = format!(
        "<dl>{list}</dl><form method=\"post\"><input type=\"hidden\" name=\"version\" value=\"{}\">\
         <button type=\"submit\">{button}</button></form><p>{after}</p>",
        alert.version
    );
    page(language, title, &body)
}

/// What an alert of a shelf or a count says in figures, or what it is about; nothing of those that are there or
/// not.
fn figures(language: Language, alert: &Alert) -> Option<(&'static str, String)> {
    let (found, expected) = (alert.reading.found, alert.reading.expected);
    match alert.kind {
        AlertKind::Override if alert.is_of_safety() => None,
        AlertKind::ReserveBelowMinimum
        | AlertKind::ClearanceBroken
        | AlertKind::Override
        | AlertKind::CountOverdue
        | AlertKind::StockBelowMinimum
        | AlertKind::ClearanceRefused
        | AlertKind::ReserveForecast => Some(match language {
            Language::Fr => ("Il y a", format!("{found} sur {expected}")),
            Language::En => ("There is", format!("{found} of {expected}")),
        }),
        AlertKind::LotExpiring => Expiring::lot_of(&alert.subject).map(|(cip13, lot)| {
            let units = match (language, expected) {
                (Language::Fr, 1) => "1 unité".to_owned(),
                (Language::Fr, _) => format!("{expected} unités"),
                (Language::En, 1) => "1 unit".to_owned(),
                (Language::En, _) => format!("{expected} units"),
            };
            ("Lot", format!("{lot} ({cip13}), {units}"))
        }),
        AlertKind::NoticeExpired => Some(match language {
            Language::Fr => ("Référentiel", alert.subject.clone()),
            Language::En => ("Rulebook", alert.subject.clone()),
        }),
        AlertKind::ResupplyCompromised
        | AlertKind::Recall
        | AlertKind::SiteUnreachable
        | AlertKind::EvaluationLate
        | AlertKind::BreakGlass => None,
    }
}

/// Asks whether somebody is to hear no more of a kind; of the digest when there is none.
pub fn ask_to_stop(language: Language, site: &Site, kind: Option<AlertKind>) -> String {
    let (title, what, button) = match language {
        Language::Fr => (
            "Ne plus recevoir ces messages ?",
            kind.map_or("Liste des alertes de chaque matin", fr::alert_name),
            "Ne plus recevoir",
        ),
        Language::En => (
            "Receive no more of these messages?",
            kind.map_or("List of alerts of each morning", en::alert_name),
            "Receive no more",
        ),
    };
    let place = format!("{} ({})", site.name, site.finess);
    let body = format!(
        "<dl>{}{}</dl><form method=\"post\"><button type=\"submit\">{button}</button></form><p>{}</p>",
        row("Site", &place),
        row("Messages", what),
        why(language)
    );
    page(language, title, &body)
}

/// Says what came of a link.
pub fn told(language: Language, outcome: Outcome) -> String {
    let (title, body) = match language {
        Language::Fr => told_fr(outcome),
        Language::En => told_en(outcome),
    };
    page(language, title, &format!("<p>{body}</p>"))
}

/// Says that a link is none of ours, to somebody whose language nobody knows.
pub fn gone() -> String {
    let (title, fr) = told_fr(Outcome::Gone);
    let (_, en) = told_en(Outcome::Gone);
    page(
        Language::Fr,
        title,
        &format!("<p>{fr}</p><p lang=\"en\">{en}</p>"),
    )
}

/// Returns the page of an alert that is no longer open.
pub const fn no_longer_open(state: AlertState) -> Outcome {
    match state {
        AlertState::Open | AlertState::Acknowledged => Outcome::AlreadyAcknowledged,
        AlertState::Closed => Outcome::Over,
    }
}

/// Which messages cannot be stopped, and why.
const fn why(language: Language) -> &'static str {
    match language {
        Language::Fr => {
            "Ne s'arrêtent pas les messages d'une réserve sous le minimum, qui va l'être ou que plus rien ne surveille, d'un réapprovisionnement compromis, d'un feu vert rompu, d'un rappel de lot et d'un refus outrepassé : un patient peut en dépendre. Pour ne plus en recevoir, demandez à la pharmacie du site de mettre quelqu'un à votre place sur la liste."
        }
        Language::En => {
            "Messages about a reserve that is or will be below its minimum or that nothing watches, resupply in doubt, a clearance that is broken, a recall and a refusal that was overridden cannot be stopped: a patient may depend on them. To receive none of them, ask the pharmacy of the site to put somebody on the list in your place."
        }
    }
}

const fn told_fr(outcome: Outcome) -> (&'static str, &'static str) {
    match outcome {
        Outcome::Acknowledged => (
            "Alerte prise en charge",
            "C'est enregistré à votre nom, et les autres destinataires en sont informés. L'alerte se clôt quand sa cause a disparu.",
        ),
        Outcome::AlreadyAcknowledged => (
            "Alerte déjà prise en charge",
            "Quelqu'un s'en occupe : vous n'avez rien à faire ici.",
        ),
        Outcome::Over => (
            "Alerte terminée",
            "Sa cause a disparu : vous n'avez rien à faire ici.",
        ),
        Outcome::Stopped => (
            "C'est noté",
            "Vous ne recevrez plus ces messages. La pharmacie du site peut les rétablir dans sa liste des destinataires.",
        ),
        Outcome::MustHear => ("Ces messages ne peuvent être arrêtés", why(Language::Fr)),
        Outcome::Used => (
            "Ce lien a déjà servi",
            "Un lien sert une fois. Ce qu'il demandait est enregistré.",
        ),
        Outcome::Gone => (
            "Ce lien ne vaut plus rien",
            "Il est trop ancien, incomplet, ou son destinataire n'est plus sur la liste. Reprenez le lien du message en entier, ou connectez-vous.",
        ),
    }
}

const fn told_en(outcome: Outcome) -> (&'static str, &'static str) {
    match outcome {
        Outcome::Acknowledged => (
            "Alert acknowledged",
            "It is recorded in your name, and the other recipients are told. The alert closes when its cause is gone.",
        ),
        Outcome::AlreadyAcknowledged => (
            "Alert acknowledged already",
            "Somebody sees to it: there is nothing for you to do here.",
        ),
        Outcome::Over => (
            "The alert is over",
            "Its cause is gone: there is nothing for you to do here.",
        ),
        Outcome::Stopped => (
            "Done",
            "You will receive no more of these messages. The pharmacy of the site can bring them back in its list of recipients.",
        ),
        Outcome::MustHear => ("These messages cannot be stopped", why(Language::En)),
        Outcome::Used => (
            "This link was used",
            "A link is good once. What it asked for is recorded.",
        ),
        Outcome::Gone => (
            "This link is good for nothing",
            "It is too old or not whole, or its recipient is on the list no more. Take the whole link from the message, or sign in.",
        ),
    }
}

fn row(name: &str, value: &str) -> String {
    format!("<dt>{name}</dt><dd>{}</dd>", escaped(value))
}

pub(super) fn page(language: Language, title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <meta name=\"robots\" content=\"noindex\"><title>Dotation – {title}</title>\
         <link rel=\"stylesheet\" href=\"{STYLE_ADDRESS}\"></head>\
         <body><main><h1>{title}</h1>{body}</main></body></html>\n",
        language.code()
    )
}
