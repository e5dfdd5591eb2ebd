//! The pages of those who come back from a provider of single sign-on. They work without a script.

use super::letter::escaped;
use super::letter_page::page;
use crate::domain::identity::Subject;
use crate::domain::language::Language;

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// They are in.
    In,
    /// The identity is linked to their account.
    Linked,
    /// They must set up a second factor first.
    Enrolment,
    /// They did not begin here, or it took too long, or they come twice.
    NotBegunHere,
    /// They did not sign in there.
    Cancelled,
    /// The provider does not answer.
    Away,
    /// What it says is not believed.
    NotBelieved {
        /// The number by which the log has it.
        reference: &'a str,
    },
    /// The identity is linked to nobody here who may sign in.
    Stranger {
        /// What the provider calls them.
        subject: &'a Subject,
        /// Whom to ask, if somebody is set.
        ask: Option<&'a str>,
    },
    /// It is linked to somebody else.
    OfAnother,
    /// The session in which they began is over.
    SessionOver,
}

/// The provider that they come from.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    /// Its short name.
    pub id: &'a str,
    /// Its name, as people know it.
    pub name: &'a str,
}

/// Says what came of signing in by a provider.
pub fn told(language: Language, at: At<'_>, outcome: Outcome<'_>) -> String {
    let (title, body) = match language {
        Language::Fr => fr(at, outcome),
        Language::En => en(at, outcome),
    };
    let again = match (language, outcome) {
        (_, Outcome::In | Outcome::Linked | Outcome::Enrolment | Outcome::SessionOver) => "",
        (Language::Fr, _) => "Recommencer",
        (Language::En, _) => "Begin again",
    };
    let said = body.iter().map(|said| format!("<p>{}</p>", escaped(said)));
    let mut parts: Vec<String> = said.collect();
    if !again.is_empty() {
        parts.push(format!("<p><a href=\"/sign-in/{}\">{again}</a></p>", at.id));
    }
    page(language, title, &parts.concat())
}

fn fr(at: At<'_>, outcome: Outcome<'_>) -> (&'static str, Vec<String>) {
    let name = at.name;
    let one = |text: &str| vec![text.to_owned()];
    match outcome {
        Outcome::In => (
            "Vous êtes connecté",
            one("Vous pouvez continuer dans Dotation."),
        ),
        Outcome::Linked => (
            "Identité reliée à votre compte",
            vec![format!(
                "{name} vous connecte désormais à Dotation ; un message vous le confirme."
            )],
        ),
        Outcome::Enrolment => (
            "Il vous faut d'abord un second facteur",
            one(
                "Votre rôle le demande. Mettez-le en place à la page de connexion : vous avez dix minutes, sans vous identifier de nouveau.",
            ),
        ),
        Outcome::NotBegunHere => (
            "Cette connexion n'est pas à terminer ici",
            one(
                "Elle a été commencée dans un autre navigateur ou il y a plus de dix minutes, ou elle a déjà servi. Recommencez-la.",
            ),
        ),
        Outcome::Cancelled => (
            "Vous n'êtes pas connecté",
            vec![format!(
                "La connexion par {name} n'est pas allée au bout. Recommencez, ou connectez-vous par un mot de passe."
            )],
        ),
        Outcome::Away => (
            "Connexion indisponible",
            vec![format!(
                "{name} ne répond pas. Réessayez dans une minute, ou connectez-vous par votre adresse et votre mot de passe : cela fonctionne toujours."
            )],
        ),
        Outcome::NotBelieved { reference } => (
            "Connexion refusée",
            vec![format!(
                "La réponse de {name} ne peut être vérifiée : rien n'a été ouvert. Recommencez ; si cela se répète, connectez-vous par un mot de passe et donnez à l'administrateur la référence {reference}."
            )],
        ),
        Outcome::Stranger { subject, ask } => (
            "Aucun accès avec cette identité",
            vec![
                format!(
                    "{name} a confirmé qui vous êtes, mais aucun compte de Dotation n'est ouvert à cette identité."
                ),
                match ask {
                    Some(address) => format!(
                        "Demandez à {address} de la relier à votre compte, en donnant cet identifiant : {}",
                        subject.as_str()
                    ),
                    None => format!(
                        "Demandez à l'administrateur de Dotation dans votre établissement de la relier à votre compte, en donnant cet identifiant : {}",
                        subject.as_str()
                    ),
                },
                "Si vous avez un mot de passe, il vous connecte toujours.".to_owned(),
            ],
        ),
        Outcome::OfAnother => (
            "Cette identité est celle d'un autre compte",
            one(
                "Elle n'a pas été reliée au vôtre. Si les deux comptes sont les vôtres, demandez à un administrateur.",
            ),
        ),
        Outcome::SessionOver => (
            "Votre session est terminée",
            one("Rien n'a été relié : reconnectez-vous, et recommencez."),
        ),
    }
}

fn en(at: At<'_>, outcome: Outcome<'_>) -> (&'static str, Vec<String>) {
    let name = at.name;
    let one = |text: &str| vec![text.to_owned()];
    match outcome {
        Outcome::In => ("You are signed in", one("You can go on in Dotation.")),
        Outcome::Linked => (
            "Identity linked to your account",
            vec![format!(
                "{name} signs you in to Dotation from now on; a message confirms it."
            )],
        ),
        Outcome::Enrolment => (
            "A second factor is needed first",
            one(
                "Your role asks for it. Set it up where you sign in: you have ten minutes, without proving again who you are.",
            ),
        ),
        Outcome::NotBegunHere => (
            "This sign-in is not to be ended here",
            one(
                "It was begun in another browser or more than ten minutes ago, or it was used. Begin it again.",
            ),
        ),
        Outcome::Cancelled => (
            "You are not signed in",
            vec![format!(
                "Signing in by {name} did not come to its end. Begin again, or sign in with a password."
            )],
        ),
        Outcome::Away => (
            "Sign-in unavailable",
            vec![format!(
                "{name} does not answer. Try again in a minute, or sign in with your address and your password: that works all the same."
            )],
        ),
        Outcome::NotBelieved { reference } => (
            "Sign-in refused",
            vec![format!(
                "The answer of {name} cannot be verified: nothing was opened. Begin again; if it happens once more, sign in with a password and give the administrator the reference {reference}."
            )],
        ),
        Outcome::Stranger { subject, ask } => (
            "No access with this identity",
            vec![
                format!(
                    "{name} has confirmed who you are, but no account of Dotation is open to this identity."
                ),
                match ask {
                    Some(address) => format!(
                        "Ask {address} to link it to your account, giving this identifier: {}",
                        subject.as_str()
                    ),
                    None => format!(
                        "Ask the administrator of Dotation in your hospital to link it to your account, giving this identifier: {}",
                        subject.as_str()
                    ),
                },
                "If you have a password, it signs you in all the same.".to_owned(),
            ],
        ),
        Outcome::OfAnother => (
            "This identity is that of another account",
            one("It was not linked to yours. If both accounts are yours, ask an administrator."),
        ),
        Outcome::SessionOver => (
            "Your session is over",
            one("Nothing was linked: sign in again, and begin anew."),
        ),
    }
}

/// Asks for a code of the second factor, which the provider did not ask for.
pub fn ask_code(language: Language, at: At<'_>, wrong: bool) -> String {
    let (title, label, button, again) = match language {
        Language::Fr => (
            "Votre second facteur",
            "Code à six chiffres de votre application",
            "Continuer",
            "Ce code n'est pas le bon, ou a déjà servi.",
        ),
        Language::En => (
            "Your second factor",
            "Code of six digits of your app",
            "Go on",
            "This code is not right, or was used.",
        ),
    };
    let wrong = if wrong {
        format!("<p role=\"alert\"><strong>{again}</strong></p>")
    } else {
        String::new()
    };
    let body = format!(
        "{wrong}<form method=\"post\" action=\"/sign-in/{}/code\"><p><label>{label}<br>\
         <input name=\"code\" inputmode=\"numeric\" autocomplete=\"one-time-code\" maxlength=\"20\" required></label></p>\
         <button type=\"submit\">{button}</button></form>",
        at.id
    );
    page(language, title, &body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_provider_calls_somebody_is_shown_as_text() {
        let subject = Subject::kept("<script>alert(1)</script>");
        let at = At {
            id: "centre",
            name: "Annuaire du <CHU>",
        };
        let outcome = Outcome::Stranger {
            subject: &subject,
            ask: Some("informatique@chu.fr"),
        };
        for language in Language::ALL {
            let page = told(language, at, outcome);
            assert!(
                !page.contains("<script>") && !page.contains("<CHU>"),
                "{page}"
            );
            assert!(page.contains("informatique@chu.fr") && page.contains("&lt;script&gt;"));
            assert!(page.contains("href=\"/sign-in/centre\""));
        }
    }
}
