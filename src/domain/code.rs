//! The official codes: of presentations, of trade items, of sites, of lots.
//!
//! Whoever holds one of these values never checks it again.

pub use super::code_error::{CodeError, Form};
use std::fmt;

/// The code on every box of one presentation of a medicine sold in France.
///
/// Thirteen digits that begin with `3400`; the last is a check digit over the twelve before it,
/// those in even places counting three times, modulo ten. Codes in `34008` belong to dispensing
/// units (UCD) and are refused here.
///
/// Source: arrêté du 30 décembre 2021, annexe, § 1 (code de la santé publique, art. R. 5121-4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cip13([u8; 13]);

impl Cip13 {
    /// Reads thirteen digits; spaces around them are not tolerated.
    ///
    /// # Errors
    /// [`CodeError`] with what stood there and what was expected.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let digits: [u8; 13] = digits(text)?;
        if !text.starts_with("3400") || text.starts_with("34008") {
            return Err(CodeError::Prefix {
                found: text.to_owned(),
                expected: Form::Cip13Prefix,
            });
        }
        checked(text, &digits)?;
        Ok(Self(digits))
    }

    /// Returns the thirteen digits as text.
    pub fn as_str(&self) -> &str {
        ascii(&self.0)
    }
}

impl fmt::Display for Cip13 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The number of a trade item in fourteen digits, as a GS1 symbol carries it (AI 01).
///
/// Source: GS1 General Specifications, § 3.2 (AI 01) and § 7.9 (check digit).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gtin14([u8; 14]);

impl Gtin14 {
    /// Reads fourteen digits.
    ///
    /// # Errors
    /// [`CodeError`] with what stood there and what was expected.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let digits: [u8; 14] = digits(text)?;
        checked(text, &digits)?;
        Ok(Self(digits))
    }

    /// Returns the presentation whose code this is: `0` followed by its CIP13.
    ///
    /// # Errors
    /// [`CodeError`] when it is the number of a case of packs (it does not begin with `0`), or of
    /// something that is not a French medicine.
    pub fn cip13(self) -> Result<Cip13, CodeError> {
        self.as_str()
            .strip_prefix('0')
            .ok_or_else(|| CodeError::Prefix {
                found: self.to_string(),
                expected: Form::ZeroAndCip13,
            })
            .and_then(Cip13::parse)
    }

    /// Returns the fourteen digits as text.
    pub fn as_str(&self) -> &str {
        ascii(&self.0)
    }
}

impl From<Cip13> for Gtin14 {
    /// A leading zero counts nothing, so the check digit stays.
    fn from(cip13: Cip13) -> Self {
        let mut digits = [b'0'; 14];
        for (place, digit) in digits.iter_mut().skip(1).zip(cip13.0) {
            *place = digit;
        }
        Self(digits)
    }
}

impl fmt::Display for Gtin14 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The number of a health establishment or pharmacy: nine characters, digits and capitals.
///
/// Text and not a number, because Corsica's begin with `2A` and `2B`. It has no check digit here:
/// many numbers in use do not satisfy the one that is published.
///
/// Source: arrêté du 13 novembre 2013 relatif au fichier national des établissements (FINESS).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Finess([u8; 9]);

impl Finess {
    /// Reads nine characters: two digits, or `2A` or `2B`, then seven digits.
    ///
    /// # Errors
    /// [`CodeError`] with what stood there and what was expected.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let bytes: [u8; 9] = text
            .as_bytes()
            .try_into()
            .map_err(|_not_nine| length(text, Form::Finess))?;
        for (place, character) in text.chars().enumerate() {
            let corsica = place == 1 && text.starts_with('2') && matches!(character, 'A' | 'B');
            if !character.is_ascii_digit() && !corsica {
                return Err(CodeError::Character {
                    found: text.to_owned(),
                    character,
                    place: place + 1,
                    expected: Form::Finess,
                });
            }
        }
        Ok(Self(bytes))
    }

    /// Returns the nine characters as text.
    pub fn as_str(&self) -> &str {
        ascii(&self.0)
    }
}

impl fmt::Display for Finess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The batch number of a manufacturer: one to twenty printable ASCII characters without spaces.
///
/// Kept as it is written on the box; two numbers that differ in case are two lots.
///
/// Source: GS1 General Specifications, § 3.4.1 (AI 10: up to twenty characters of set 82).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LotNumber(String);

impl LotNumber {
    /// The most characters a lot number has.
    pub const MOST: usize = 20;

    /// Reads a lot number.
    ///
    /// # Errors
    /// [`CodeError`] with what stood there and what was expected.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        set82(text).map(Self)
    }

    /// The number of a lot that has not arrived: nobody knows it yet.
    pub(in crate::domain) fn to_come() -> Self {
        Self("?".to_owned())
    }

    /// Returns the characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LotNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The serial number of one pack: one to twenty characters, as a GS1 symbol carries it (AI 21).
///
/// Source: Commission Delegated Regulation (EU) 2016/161, art. 4; GS1 General Specifications, § 3.5.2.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Serial(String);

impl Serial {
    /// Reads a serial number.
    ///
    /// # Errors
    /// [`CodeError`] with what stood there and what was expected.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        set82(text).map(Self)
    }

    /// Returns the characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Whether `c` is one of the characters that AI 10 and AI 21 may hold.
///
/// Source: GS1 General Specifications, figure 7.11-1 (GS1 AI encodable character set 82).
pub fn is_set82(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!\"%&'()*+,-./:;<=>?_".contains(c)
}

fn set82(text: &str) -> Result<String, CodeError> {
    let expected = Form::Set82(LotNumber::MOST);
    let count = text.chars().count();
    if count == 0 || count > LotNumber::MOST {
        return Err(length(text, expected));
    }
    match text.chars().enumerate().find(|(_, c)| !is_set82(*c)) {
        Some((place, character)) => Err(CodeError::Character {
            found: text.to_owned(),
            character,
            place: place + 1,
            expected,
        }),
        None => Ok(text.to_owned()),
    }
}

fn length(text: &str, expected: Form) -> CodeError {
    CodeError::Length {
        found: text.chars().take(40).collect(),
        length: text.chars().count(),
        expected,
    }
}

fn digits<const N: usize>(text: &str) -> Result<[u8; N], CodeError> {
    let expected = Form::Digits(N);
    if text.chars().count() != N {
        return Err(length(text, expected));
    }
    if let Some((place, character)) = text.chars().enumerate().find(|(_, c)| !c.is_ascii_digit()) {
        return Err(CodeError::Character {
            found: text.to_owned(),
            character,
            place: place + 1,
            expected,
        });
    }
    text.as_bytes()
        .try_into()
        .map_err(|_not_n| length(text, expected))
}

/// GS1's check digit: from the right, every second digit counts three times.
fn checked(code: &str, digits: &[u8]) -> Result<(), CodeError> {
    let Some((last, rest)) = digits.split_last() else {
        return Ok(());
    };
    let value = |digit: &u8| u32::from(digit.saturating_sub(b'0'));
    let sum: u32 = rest
        .iter()
        .rev()
        .enumerate()
        .map(|(i, d)| value(d) * if i % 2 == 0 { 3 } else { 1 })
        .sum();
    let expected = u8::try_from((10 - sum % 10) % 10).unwrap_or(0);
    let found = last.saturating_sub(b'0');
    if found == expected {
        Ok(())
    } else {
        Err(CodeError::CheckDigit {
            code: code.to_owned(),
            found,
            expected,
        })
    }
}

/// The codes above hold checked ASCII only; an empty text would be a bug that shows at once.
fn ascii(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The five presentations of the letter of 14 October 2021, heading.
    const LETTER: [&str; 5] = [
        "3400930145524",
        "3400927824845",
        "3400957464318",
        "3400957464486",
        "3400957464547",
    ];

    #[test]
    fn the_five_codes_of_the_letter_are_right() {
        for code in LETTER {
            assert_eq!(
                Cip13::parse(code).map(|c| c.to_string()),
                Ok(code.to_owned())
            );
        }
    }

    #[test]
    fn any_one_wrong_digit_is_found() {
        for code in LETTER {
            for place in 4..13 {
                for digit in b'0'..=b'9' {
                    let mut bytes = code.as_bytes().to_vec();
                    if bytes[place] == digit {
                        continue;
                    }
                    bytes[place] = digit;
                    let wrong = String::from_utf8(bytes).unwrap();
                    assert!(Cip13::parse(&wrong).is_err(), "{wrong}");
                }
            }
        }
    }

    #[test]
    fn a_wrong_check_digit_says_which_was_expected() {
        assert_eq!(
            Cip13::parse("3400957464548"),
            Err(CodeError::CheckDigit {
                code: "3400957464548".into(),
                found: 8,
                expected: 7
            })
        );
    }

    #[test]
    fn a_dispensing_unit_is_not_a_presentation() {
        assert!(matches!(
            Cip13::parse("3400893347324"),
            Err(CodeError::Prefix { .. })
        ));
        assert!(matches!(
            Cip13::parse("4006381333931"),
            Err(CodeError::Prefix { .. })
        ));
    }

    #[test]
    fn text_that_is_no_code_is_refused_with_its_place() {
        assert!(matches!(
            Cip13::parse(""),
            Err(CodeError::Length { length: 0, .. })
        ));
        assert!(matches!(
            Cip13::parse("34009574645é7"),
            Err(CodeError::Character { place: 12, .. })
        ));
        assert!(matches!(
            Cip13::parse(" 340095746454"),
            Err(CodeError::Character { place: 1, .. })
        ));
        assert!(matches!(
            Cip13::parse("３４００９５７４６４５４７"),
            Err(CodeError::Character { .. })
        ));
    }

    #[test]
    fn a_gtin_is_a_zero_and_the_cip13() {
        let cip13 = Cip13::parse("3400957464547").unwrap();
        let gtin = Gtin14::parse("03400957464547").unwrap();
        assert_eq!(Gtin14::from(cip13), gtin);
        assert_eq!(gtin.cip13(), Ok(cip13));
        assert!(matches!(
            Gtin14::parse("13400957464544").map(Gtin14::cip13),
            Ok(Err(CodeError::Prefix { .. }))
        ));
    }

    #[test]
    fn corsica_has_letters_in_its_numbers() {
        for right in ["750100125", "2A0000014", "2B0000020", "970100228"] {
            assert!(Finess::parse(right).is_ok(), "{right}");
        }
        for wrong in [
            "75010012",
            "7501001255",
            "2C0000014",
            "7A0000014",
            "75010012A",
            "2a0000014",
            "75010012é",
        ] {
            assert!(Finess::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_lot_number_has_one_to_twenty_characters() {
        assert!(LotNumber::parse("B1234").is_ok());
        assert!(LotNumber::parse(&"A".repeat(20)).is_ok());
        for wrong in [
            String::new(),
            "A".repeat(21),
            "A".repeat(200),
            "B 12".into(),
            "B\u{1d}1".into(),
            "Bé".into(),
        ] {
            assert!(LotNumber::parse(&wrong).is_err(), "{wrong}");
        }
    }
}
