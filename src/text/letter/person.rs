//! Letters to somebody about their own account: a link to set a password, and what was done to it.
//!
//! The link is worth the account, so that it stands in no letter that is kept: the post puts it in when it
//! sends.

use super::html::html;
use super::{Parts, Personal, Words, one_line, simulated, text};
use crate::domain::language::Language;

/// Where the link stands by which its recipient sets a password.
pub const SET_PASSWORD: &str = "[[set-password]]";

/// What the outbox calls a letter with such a link.
const WITH_LINK: &str = "account-link";

/// What stands for the link while the page is made, since no text of others' may leave room for one; and as it
/// then stands in the page, where no text can have it.
const HERE: &str = "here-is-the-link";
const HOLE: &str = "href=\"here-is-the-link\"";

/// What the letter tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// They were added, and set a password by its link.
    Invited,
    /// Another password is asked for, and set by its link.
    ResetAsked,
    /// Their password was set.
    PasswordChanged,
    /// A second factor was set up.
    SecondFactorSet,
    /// Their second factor was taken away.
    SecondFactorRemoved,
    /// One of their recovery codes was used.
    RecoveryCodeUsed,
    /// They sign in with another address from now on.
    AddressChanged,
    /// An identity from outside was linked to them.
    IdentityLinked,
    /// One was removed.
    IdentityRemoved,
}

impl Told {
    /// Every one.
    pub const ALL: [Self; 9] = [
        Self::Invited,
        Self::ResetAsked,
        Self::PasswordChanged,
        Self::SecondFactorSet,
        Self::SecondFactorRemoved,
        Self::RecoveryCodeUsed,
        Self::AddressChanged,
        Self::IdentityLinked,
        Self::IdentityRemoved,
    ];

    /// Returns what the outbox calls it: it tells only whether there is a link in it.
    pub const fn event(self) -> &'static str {
        if self.is_link() { WITH_LINK } else { "account" }
    }

    /// Returns whether a letter of this event has a link to set a password.
    pub fn has_a_link(event: &str) -> bool {
        event == WITH_LINK
    }

    const fn is_link(self) -> bool {
        matches!(self, Self::Invited | Self::ResetAsked)
    }
}

/// What the letter is about.
pub struct Facts<'a> {
    /// The name of its recipient.
    pub name: &'a str,
    /// The public address of the service.
    pub service: &'a str,
    /// Whether the service runs on a simulated clock.
    pub simulated: bool,
}

/// Writes the letter.
pub fn write(language: Language, told: Told, facts: &Facts<'_>) -> Words {
    let (headline, steps) = match language {
        Language::Fr => fr(told),
        Language::En => en(told),
    };
    let (name, colon, steps_title, link_title, footer) = match language {
        Language::Fr => (
            "Pour",
            " :",
            "Que faire",
            if told.is_link() {
                "Choisir un mot de passe"
            } else {
                "Le service"
            },
            "Message automatique de Dotation au sujet de votre compte ; n'y répondez pas.",
        ),
        Language::En => (
            "For",
            ":",
            "What to do",
            if told.is_link() {
                "Set a password"
            } else {
                "The service"
            },
            "Sent automatically by Dotation about your account; please do not reply.",
        ),
    };
    let parts = Parts {
        headline: headline.to_owned(),
        colon,
        rows: vec![
            (name, facts.name.to_owned()),
            ("Service", facts.service.to_owned()),
        ],
        steps_title,
        steps: steps.iter().map(|step| (*step).to_owned()).collect(),
        link_title,
        simulated: simulated(language, facts.simulated),
        footer,
        personal: Personal::default(),
    };
    let (link, address) = if told.is_link() {
        (SET_PASSWORD, HERE)
    } else {
        (facts.service, facts.service)
    };
    Words {
        subject: one_line(&format!("[Dotation] {}", parts.headline)),
        text: text(&parts, link),
        html: html(language, &parts, "", address)
            .replace(HOLE, &format!("href=\"{SET_PASSWORD}\"")),
    }
}

const NOT_YOU_FR: &str = "Si ce n'était pas vous : prévenez l'administrateur du service, et choisissez aussitôt un autre mot de passe.";
const NOT_YOU_EN: &str =
    "If that was not you: tell the administrator of the service, and set another password at once.";

const STRANGER_FR: &str = "Si ni vous ni un administrateur ne l'avez voulu : prévenez aussitôt l'administrateur du service.";
const STRANGER_EN: &str = "If neither you nor an administrator wanted this: tell the administrator of the service at once.";

const fn fr(told: Told) -> (&'static str, &'static [&'static str]) {
    match told {
        Told::Invited => (
            "Votre compte",
            &[
                "Suivre le lien et choisir un mot de passe de douze caractères ou plus ; une phrase convient.",
                "Le lien sert une fois, pendant 24 heures, et ne vaut que pour vous : ne transférez pas ce message.",
            ],
        ),
        Told::ResetAsked => (
            "Choisir un autre mot de passe",
            &[
                "Suivre le lien et choisir un autre mot de passe ; vos sessions ouvertes seront fermées.",
                "Le lien sert une fois, pendant une heure, et ne vaut que pour vous : ne transférez pas ce message.",
                "Si vous n'avez rien demandé : ne rien faire, votre mot de passe reste le même.",
            ],
        ),
        Told::PasswordChanged => ("Votre mot de passe a été changé", &[NOT_YOU_FR]),
        Told::SecondFactorSet => ("Votre second facteur est en place", &[NOT_YOU_FR]),
        Told::SecondFactorRemoved => ("Votre second facteur a été retiré", &[NOT_YOU_FR]),
        Told::RecoveryCodeUsed => (
            "Un de vos codes de secours a servi",
            &[
                "Il ne servira plus. Quand il en reste peu, en demander dix nouveaux.",
                NOT_YOU_FR,
            ],
        ),
        Told::AddressChanged => (
            "Votre compte a une autre adresse",
            &["Cette adresse ne sert plus à se connecter.", NOT_YOU_FR],
        ),
        Told::IdentityLinked => (
            "Une identité professionnelle est reliée à votre compte",
            &[
                "Elle permet de vous connecter sans mot de passe (Pro Santé Connect, par exemple).",
                STRANGER_FR,
            ],
        ),
        Told::IdentityRemoved => (
            "Une identité professionnelle n'est plus reliée à votre compte",
            &["Elle ne permet plus de vous connecter.", STRANGER_FR],
        ),
    }
}

const fn en(told: Told) -> (&'static str, &'static [&'static str]) {
    match told {
        Told::Invited => (
            "Your account",
            &[
                "Follow the link and set a password of twelve characters or more; a sentence will do.",
                "The link is good once, for 24 hours, and yours alone: do not forward this message.",
            ],
        ),
        Told::ResetAsked => (
            "Set another password",
            &[
                "Follow the link and set another password; you will be signed out wherever you are signed in.",
                "The link is good once, for an hour, and yours alone: do not forward this message.",
                "If you asked for nothing: do nothing, your password stays as it is.",
            ],
        ),
        Told::PasswordChanged => ("Your password was changed", &[NOT_YOU_EN]),
        Told::SecondFactorSet => ("Your second factor is in place", &[NOT_YOU_EN]),
        Told::SecondFactorRemoved => ("Your second factor was taken away", &[NOT_YOU_EN]),
        Told::RecoveryCodeUsed => (
            "One of your recovery codes was used",
            &[
                "It is good no more. When few are left, ask for ten new ones.",
                NOT_YOU_EN,
            ],
        ),
        Told::AddressChanged => (
            "Your account has another address",
            &["This address signs in no more.", NOT_YOU_EN],
        ),
        Told::IdentityLinked => (
            "An identity from outside is linked to your account",
            &[
                "It signs you in without a password (Pro Santé Connect, for instance).",
                STRANGER_EN,
            ],
        ),
        Told::IdentityRemoved => (
            "An identity from outside is linked to your account no more",
            &["It signs you in no more.", STRANGER_EN],
        ),
    }
}

/// Returns the body of a letter with its recipient's link in it.
///
/// It is a web address that we made: nothing in it need be escaped in HTML.
pub fn filled(body: &str, link: Option<&str>) -> String {
    body.replace(SET_PASSWORD, link.unwrap_or("#"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_has_room_for_a_link_where_it_has_one_and_nowhere_else() {
        let facts = Facts {
            name: "Anne [[set-password]] Martin",
            service: "https://dotation.example.org",
            simulated: false,
        };
        for told in Told::ALL {
            for language in Language::ALL {
                let words = write(language, told, &facts);
                let room = Told::has_a_link(told.event());
                for body in [&words.text, &words.html] {
                    assert_eq!(body.contains(SET_PASSWORD), room, "{told:?} {body}");
                    let filled = filled(body, Some("https://x/set-password/1f"));
                    assert_eq!(filled.contains("/1f"), room);
                    assert!(!filled.contains(SET_PASSWORD));
                }
            }
        }
    }
}
