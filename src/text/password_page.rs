//! The page behind the link in a letter by which somebody sets a password. It works without a script.

use super::access::weakness;
use super::letter::escaped;
use super::letter_page::page;
use crate::domain::language::Language;
use crate::domain::password::{LEAST, MOST, Weakness};

/// What is to be mended of what was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// The password is too weak.
    Weak(Weakness),
    /// It was not typed twice alike.
    Unlike,
    /// Too many set theirs at this moment.
    Busy,
}

/// Asks for a password, of the account of an address.
pub fn ask(language: Language, email: &str, wrong: Option<Wrong>) -> String {
    let (title, first, again, button, advice) = match language {
        Language::Fr => (
            "Choisir un mot de passe",
            "Mot de passe",
            "Le même, une seconde fois",
            "Enregistrer",
            format!(
                "{LEAST} caractères ou plus, de toute sorte ; une phrase convient, et un gestionnaire de mots de passe aussi. Vos sessions ouvertes seront fermées."
            ),
        ),
        Language::En => (
            "Set a password",
            "Password",
            "The same once more",
            "Save",
            format!(
                "{LEAST} characters or more, of any kind; a sentence will do, and so will a password manager. You will be signed out wherever you are signed in."
            ),
        ),
    };
    let wrong = wrong.map_or_else(String::new, |wrong| {
        format!(
            "<p role=\"alert\"><strong>{}</strong></p>",
            escaped(&said(language, wrong))
        )
    });
    // the address is for the password manager, which keeps it beside
    let email = escaped(email);
    let body = format!(
        "{wrong}<form method=\"post\"><p><input type=\"email\" name=\"email\" value=\"{email}\" autocomplete=\"username\" readonly></p>\
         <p><label>{first}<br><input type=\"password\" name=\"password\" autocomplete=\"new-password\" minlength=\"{LEAST}\" maxlength=\"{MOST}\" required></label></p>\
         <p><label>{again}<br><input type=\"password\" name=\"again\" autocomplete=\"new-password\" required></label></p>\
         <p>{advice}</p><button type=\"submit\">{button}</button></form>"
    );
    page(language, title, &body)
}

fn said(language: Language, wrong: Wrong) -> String {
    match (language, wrong) {
        (_, Wrong::Weak(weak)) => weakness(language, weak),
        (Language::Fr, Wrong::Unlike) => "Les deux mots de passe diffèrent.".to_owned(),
        (Language::En, Wrong::Unlike) => "The two passwords differ.".to_owned(),
        (Language::Fr, Wrong::Busy) => {
            "Trop de personnes à cet instant : recommencez dans quelques secondes.".to_owned()
        }
        (Language::En, Wrong::Busy) => {
            "Too many people at this moment: try again in a few seconds.".to_owned()
        }
    }
}

/// Says that the password is set.
pub fn done(language: Language) -> String {
    let (title, body) = match language {
        Language::Fr => (
            "Mot de passe enregistré",
            "Connectez-vous avec ce mot de passe. Le lien du message ne sert plus.",
        ),
        Language::En => (
            "Password saved",
            "Sign in with this password. The link of the message is good no more.",
        ),
    };
    page(language, title, &format!("<p>{body}</p>"))
}

/// Says that a link is good for nothing, to somebody whose language nobody knows.
pub fn gone() -> String {
    page(
        Language::Fr,
        "Ce lien ne vaut plus rien",
        "<p>Il a servi, il est trop ancien ou incomplet. Demandez-en un autre à la page de connexion.</p>\
         <p lang=\"en\">This link is good for nothing: it was used, or is too old or not whole. Ask for another where you sign in.</p>",
    )
}
