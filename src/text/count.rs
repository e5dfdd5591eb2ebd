//! What is wrong with a neutrophil count, in both languages.

use super::Bilingual;
use crate::domain::count::{CountError, MOST_DECIMALS, MOST_PER_MM3};

impl Bilingual for CountError {
    fn in_french(&self) -> String {
        match self {
            Self::NoUnit => {
                "n'a pas d'unité, et aucune n'est devinée ; attendu : 10⁹/L, G/L, 10³/µL ou /mm³"
                    .to_owned()
            }
            Self::Unit { found } => format!(
                "{found:?} n'est pas une unité de numération ; attendu : 10⁹/L, G/L, 10³/µL ou /mm³"
            ),
            Self::NotANumber { found } => format!(
                "{found:?} n'est pas un nombre ; attendu : des chiffres et au plus un signe décimal, comme 1.5"
            ),
            Self::Negative { found } => {
                format!("{found:?} est au-dessous de zéro ; attendu : une numération")
            }
            Self::Bound { found } => format!(
                "{found:?} est une borne et non une numération ; attendu : le nombre compté"
            ),
            Self::Ambiguous { found } => format!(
                "{found:?} se lit de deux façons, avec trois décimales ou en milliers ; attendu : un autre nombre de décimales, ou aucune et aucun signe"
            ),
            Self::Decimals { found } => {
                format!("{found:?} a trop de décimales ; attendu : {MOST_DECIMALS} au plus")
            }
            Self::TooMany { found, unit } => format!(
                "{found:?} {unit} dépasse {MOST_PER_MM3} /mm³ ; l'unité est-elle la bonne ?"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::count::{CountUnit, Counted};

    #[test]
    fn what_is_wrong_is_said_in_both_languages() {
        let said = |text: &str| {
            let error = Counted::from_cell(text, CountUnit::GigaPerLitre).unwrap_err();
            (error.in_english(), error.in_french())
        };
        for (text, english, french) in [
            ("1,500", "two ways", "deux façons"),
            ("-1", "below nought", "au-dessous de zéro"),
            ("<1", "is a bound", "est une borne"),
            ("x", "no number", "pas un nombre"),
            ("1500", "is the unit right?", "l'unité est-elle la bonne ?"),
            ("0.1234567", "too many decimals", "trop de décimales"),
        ] {
            let (en, fr) = said(text);
            assert!(en.contains(english) && fr.contains(french), "{en} / {fr}");
            assert!(en.contains(text) && fr.contains(text));
        }
        let none = CountUnit::parse("").unwrap_err();
        assert!(none.in_french().contains("pas d'unité"));
    }
}
