//! The code of a medicine in the public medicines database.

use super::code::{CodeError, Form};
use std::fmt;

/// The code of one medicine (one name, strength and form) in France: eight digits, no check digit.
///
/// Several presentations, each with its CIP13, share it.
///
/// Source: base de données publique des médicaments, « Contenu et format des fichiers
/// téléchargeables », § 3.1 (`CIS_bdpm.txt`, code CIS: eight digits).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cis([u8; 8]);

impl Cis {
    /// Reads eight digits; spaces around them are not tolerated.
    ///
    /// # Errors
    /// [`CodeError`] with what stood there and what was expected.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        const EXPECTED: Form = Form::Digits(8);
        let odd = |(_, c): &(usize, char)| !c.is_ascii_digit();
        let length = text.chars().count();
        let wrong_length = || CodeError::Length {
            found: text.chars().take(40).collect(),
            length,
            expected: EXPECTED,
        };
        if length != 8 {
            return Err(wrong_length());
        }
        if let Some((place, character)) = text.chars().enumerate().find(odd) {
            return Err(CodeError::Character {
                found: text.to_owned(),
                character,
                place: place + 1,
                expected: EXPECTED,
            });
        }
        text.as_bytes()
            .try_into()
            .map(Self)
            .map_err(|_not_eight| wrong_length())
    }

    /// Returns the eight digits as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Cis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cis_has_eight_digits() {
        assert_eq!(Cis::parse("69582503").unwrap().to_string(), "69582503");
        for wrong in [
            "",
            "6958250",
            "695825033",
            "6958250O",
            " 6958250",
            "é9582503",
        ] {
            assert!(Cis::parse(wrong).is_err(), "{wrong}");
        }
    }
}
