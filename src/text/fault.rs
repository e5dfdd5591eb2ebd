//! What a reader of codes, days, weights, addresses and scans found wrong, said in both languages.
//!
//! In English the error says it itself, in the same words that logs and commands use; the French
//! stands here. Each is a sentence about the place that is named beside it.

use super::fr;
use crate::domain::calendar::DayError;
use crate::domain::code::{CodeError, Form};
use crate::domain::dose::{MOST_MASS, MOST_NEEDS, MOST_STRENGTHS, MOST_VIALS_A_DOSE, Unsolved};
use crate::domain::email::{AddressError, AddressPart};
use crate::domain::hours::MinuteError;
use crate::domain::quantity::{Grams, WeightError};
use crate::domain::scan::{KeyboardFault, ScanError};
use crate::domain::slug::{Slug, SlugError};
use std::fmt::Display;
use std::num::ParseIntError;
use std::str::ParseBoolError;

/// A fault that is said in both languages.
pub trait Bilingual: Display {
    /// Returns its sentence in French.
    fn in_french(&self) -> String;

    /// Returns its sentence in English.
    fn in_english(&self) -> String {
        self.to_string()
    }
}

/// Returns in French what a code looks like.
fn form(form: Form) -> String {
    match form {
        Form::Digits(n) => format!("{n} chiffres"),
        Form::Characters(most) => format!("1 à {most} caractères"),
        Form::Set82(most) => format!(
            "1 à {most} caractères du jeu GS1 82 (lettres, chiffres et la plupart des signes, sans espace)"
        ),
        Form::Finess => {
            "9 caractères, tous des chiffres sauf le deuxième, qui peut être A ou B après un 2"
                .to_owned()
        }
        Form::Cip13Prefix => {
            "3400, et non 34008, qui est une unité de dispensation (UCD)".to_owned()
        }
        Form::ZeroAndCip13 => "0 suivi d'un CIP13".to_owned(),
    }
}

impl Bilingual for CodeError {
    fn in_french(&self) -> String {
        match self {
            Self::Length {
                found,
                length,
                expected,
            } => format!(
                "{found:?} compte {length} caractères, attendu : {}",
                form(*expected)
            ),
            Self::Character {
                found,
                character,
                place,
                expected,
            } => format!(
                "{found:?} a le caractère {character:?} en position {place}, attendu : {}",
                form(*expected)
            ),
            Self::Prefix { found, expected } => format!(
                "{found:?} ne commence pas comme attendu : {}",
                form(*expected)
            ),
            Self::CheckDigit {
                code,
                found,
                expected,
            } => format!(
                "la clé {found} de {code:?} ne correspond pas aux autres chiffres, qui demandent {expected}"
            ),
        }
    }
}

impl Bilingual for DayError {
    fn in_french(&self) -> String {
        let Self { found, first_year } = self;
        format!(
            "{found:?} n'est pas un jour ; attendu : AAAA-MM-JJ, du {first_year}-01-01 au 2099-12-31"
        )
    }
}

impl Bilingual for MinuteError {
    fn in_french(&self) -> String {
        format!(
            "« {} » n'est pas une heure ; attendu : HH:MM, de 00:00 à 23:59",
            self.found
        )
    }

    fn in_english(&self) -> String {
        self.to_string()
    }
}

impl Bilingual for WeightError {
    fn in_french(&self) -> String {
        let (least, most) = (Grams::MIN.get(), Grams::MAX.get());
        let found = self.found_g;
        format!("{found} g n'est pas un poids corporel ; attendu : {least} à {most} g")
    }
}

impl Bilingual for SlugError {
    fn in_french(&self) -> String {
        let (found, most) = (&self.found, Slug::MOST);
        format!(
            "{found:?} n'est pas un nom court ; attendu : 1 à {most} lettres minuscules, chiffres et traits d'union"
        )
    }
}

impl Bilingual for AddressError {
    fn in_french(&self) -> String {
        match self {
            Self::Length { part, length, most } => {
                let part = match part {
                    AddressPart::Whole => "l'adresse",
                    AddressPart::Local => "la partie avant le @",
                };
                format!("{part} compte {length} caractères, attendu : 1 à {most}")
            }
            Self::Character { character, place } => format!(
                "l'adresse a le caractère {character:?} en position {place}, attendu : lettres sans accent, chiffres et signes d'une adresse"
            ),
            Self::Form { found } => {
                format!("{found:?} n'est pas une adresse, attendu : pharmacie@hopital.fr")
            }
            Self::Domain { found } => format!(
                "{found:?} n'est pas un domaine complet, attendu : un nom avec un point, ou localhost"
            ),
        }
    }
}

impl Bilingual for KeyboardFault {
    fn in_french(&self) -> String {
        match self {
            Self::ScannerAmerican => "réglez le lecteur sur un clavier français (AZERTY)",
            Self::ScannerFrench => "réglez le lecteur sur un clavier américain (QWERTY)",
            Self::CapsLock => "désactivez le verrouillage des majuscules",
        }
        .to_owned()
    }
}

impl Bilingual for ScanError {
    fn in_french(&self) -> String {
        match self {
            Self::Empty => "rien n'a été scanné".to_owned(),
            Self::TooLong { length, most } => {
                format!("{length} caractères, c'est plus qu'un scan n'en a, {most} au plus")
            }
            Self::Keyboard { found, fault } => format!(
                "{found:?} a été saisi avec le mauvais clavier : {}",
                fault.in_french()
            ),
            Self::Symbology { found } => format!(
                "{found:?} annonce un autre type de code, attendu : ]d2 (GS1 DataMatrix) ou rien"
            ),
            Self::ProductCodeOnly { cip13 } => format!(
                "seul le code produit {cip13} a été lu ; scannez plutôt le code carré (DataMatrix)"
            ),
            Self::Character { place, character } => format!(
                "le caractère {character:?} en position {place} n'a pas sa place dans un code GS1"
            ),
            Self::UnknownAi { place, found } => {
                format!("{found:?} en position {place} ne commence par aucun identifiant connu ici")
            }
            Self::Length {
                place,
                ai,
                found,
                length,
                expected,
            } => format!(
                "{found:?} en position {place} compte {length} caractères ; ({ai}) en prend : {}",
                form(*expected)
            ),
            Self::NotDigit {
                place,
                ai,
                character,
            } => format!(
                "le caractère {character:?} en position {place} n'est pas un chiffre, et ({ai}) n'a que des chiffres"
            ),
            Self::Product { place, error } => format!(
                "le code produit en position {place} est refusé : {}",
                error.in_french()
            ),
            Self::Value { place, ai, error } => format!(
                "la valeur de ({ai}) en position {place} est refusée : {}",
                error.in_french()
            ),
            Self::Expiry { place, found } => format!(
                "{found:?} en position {place} n'est pas une péremption : AAMMJJ de 2000 à 2099, jour 00 pour le dernier du mois"
            ),
            Self::Twice {
                place,
                ai,
                first,
                second,
            } => format!(
                "({ai}) figure de nouveau en position {place} avec {second:?}, après {first:?}"
            ),
            Self::ProductMissing => "pas de code produit : (01) est absent".to_owned(),
            Self::TooManyReadings { most } => {
                format!("se lit de plus de {most} façons : des séparateurs manquent")
            }
        }
    }
}

impl Bilingual for Unsolved {
    fn in_french(&self) -> String {
        match self {
            Self::Strengths { found } => {
                format!("{found} dosages dans une question, {MOST_STRENGTHS} au plus")
            }
            Self::Needs { found } => {
                format!("{found} doses dans une question, {MOST_NEEDS} au plus")
            }
            Self::Mass { found } => format!(
                "un besoin ou un dosage de {}, {} au plus",
                fr::mg(*found),
                fr::mg(MOST_MASS)
            ),
            Self::VialsADose { need, strength } => format!(
                "une dose de {} demande plus de {MOST_VIALS_A_DOSE} flacons de {}",
                fr::mg(*need),
                fr::mg(*strength)
            ),
            Self::Steps { steps } => format!("pas de réponse en {steps} étapes"),
        }
    }
}

impl Bilingual for ParseBoolError {
    fn in_french(&self) -> String {
        "n'est ni `true` ni `false`".to_owned()
    }
}

impl Bilingual for ParseIntError {
    fn in_french(&self) -> String {
        "n'est pas un nombre entier de cette taille".to_owned()
    }
}

#[cfg(test)]
mod tests;
