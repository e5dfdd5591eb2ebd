//! The letter by which an administrator tries the way out: `dotation mail test`.

use super::letter::Words;
use crate::domain::language::Language;

/// Writes the letter; `from` is the beginning of the service's own address.
pub fn write(language: Language, from: &str) -> Words {
    let (subject, sentence, reason, no_reply) = match language {
        Language::Fr => (
            "[Dotation] Essai d'envoi",
            "Cet essai est arrivé : les alertes de Dotation pourront vous parvenir à cette adresse.",
            format!("Il a été demandé par l'administrateur du service {from}."),
            "Une machine a écrit cette lettre ; n'y répondez pas.",
        ),
        Language::En => (
            "[Dotation] A trial letter",
            "This trial has arrived: the alerts of Dotation can reach you at this address.",
            format!("The administrator of the service {from} asked for it."),
            "A machine wrote this letter; please do not answer it.",
        ),
    };
    let text = format!("{sentence}\n\n{reason}\n\n-- \n{no_reply}\n");
    let html = format!(
        "<!doctype html><html lang=\"{}\"><body><p>{sentence}</p><p>{}</p><hr><p>{no_reply}</p></body></html>\n",
        language.code(),
        escaped(&reason),
    );
    Words {
        subject: subject.to_owned(),
        text,
        html,
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
