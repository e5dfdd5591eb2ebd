//! What the document is, what it was made from, and whom it says to call.

use super::words::Words;
use crate::domain::rule::{Contact, Rulebook, Source};

pub(super) fn head(words: &Words<'_>, book: &Rulebook) -> Vec<String> {
    let title = words.bilingual(&book.title);
    let (medicine, country) = (&book.medicine, &book.jurisdiction);
    let from = words.day(book.valid_from);
    let valid = match book.valid_to.map(|day| words.day(day)) {
        Some(to) => words.both(
            format!("En vigueur du {from} au {to}."),
            format!("In force from {from} to {to}."),
        ),
        None => words.both(
            format!("En vigueur depuis le {from}, sans date de fin."),
            format!("In force from {from} on, without an end."),
        ),
    };
    let mut all = vec![
        words.both(
            format!("Médicament : {medicine}."),
            format!("Medicine: {medicine}."),
        ),
        words.both(format!("Titre : {title}."), format!("Title: {title}.")),
        words.both(format!("Pays : {country}."), format!("Country: {country}.")),
        valid,
    ];
    if let Some(next) = &book.superseded_by {
        all.push(words.both(
            format!("Remplacé par « {next} » quand celui-ci entre en vigueur."),
            format!("Superseded by {next} when that comes into force."),
        ));
    }
    all
}

pub(super) fn sources(words: &Words<'_>, sources: &[Source]) -> Vec<String> {
    let one = |source: &Source| {
        let day = words.day(source.date);
        let url = source.url.as_ref();
        let url = url.map_or_else(String::new, |url| format!(", {url}"));
        words.both(
            format!("« {} » : {}, {day}{url}.", source.key, source.document),
            format!("\"{}\": {}, {day}{url}.", source.key, source.document),
        )
    };
    sources.iter().map(one).collect()
}

pub(super) fn contacts(words: &Words<'_>, contacts: &[Contact]) -> Vec<String> {
    let one = |contact: &Contact| {
        let purpose = words.bilingual(&contact.purpose);
        let (name, number) = (&contact.name, &contact.telephone);
        words.both(
            format!("{purpose} : {name}, téléphone {number}."),
            format!("{purpose}: {name}, telephone {number}."),
        )
    };
    contacts.iter().map(one).collect()
}
