//! What can be wrong with a scan.

use super::super::code::{Cip13, CodeError, Form};

/// Why a text is no scan of a pack. Places count characters of the text as typed, from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScanError {
    /// There is nothing in it.
    #[error("nothing was scanned")]
    Empty,
    /// It is longer than any scan.
    #[error("{length} characters are more than a scan has, which is {most} at most")]
    TooLong {
        /// How many characters it has.
        length: usize,
        /// How many it may have.
        most: usize,
    },
    /// The scanner and the computer disagree about the keyboard.
    #[error("{found:?} was typed on the wrong keyboard: {fault}")]
    Keyboard {
        /// What stood there, cut to forty characters.
        found: String,
        /// What to set.
        fault: KeyboardFault,
    },
    /// It begins as the symbol of another kind does.
    #[error("{found:?} announces another kind of symbol, expected ]d2 (GS1 DataMatrix) or nothing")]
    Symbology {
        /// The symbology identifier.
        found: String,
    },
    /// The bar code was read, not the square symbol: a product without lot or expiry.
    #[error("only the product code {cip13} was read; scan the square symbol instead")]
    ProductCodeOnly {
        /// The product.
        cip13: Cip13,
    },
    /// A character has no place in a GS1 symbol.
    #[error("character {character:?} at place {place} does not belong in a GS1 symbol")]
    Character {
        /// Its place.
        place: usize,
        /// The character.
        character: char,
    },
    /// No identifier that is known here stands where one must.
    #[error("{found:?} at place {place} begins with no identifier known here")]
    UnknownAi {
        /// Where the identifier should begin.
        place: usize,
        /// What stands there, cut to ten characters.
        found: String,
    },
    /// A part is too short or too long.
    #[error("{found:?} at place {place} has {length} characters; ({ai}) takes {expected}")]
    Length {
        /// Where the value begins.
        place: usize,
        /// Its identifier.
        ai: &'static str,
        /// What stood there, cut to forty characters.
        found: String,
        /// How many characters stood there.
        length: usize,
        /// How many were expected.
        expected: Form,
    },
    /// A part of digits has something else in it.
    #[error("character {character:?} at place {place} is no digit, and ({ai}) has digits only")]
    NotDigit {
        /// The character's place.
        place: usize,
        /// The identifier of the part.
        ai: &'static str,
        /// The character.
        character: char,
    },
    /// The trade item's number is wrong, or no French medicine.
    #[error("the product code at place {place} is not accepted: {error}")]
    Product {
        /// Where its value begins.
        place: usize,
        /// What is wrong with it.
        error: CodeError,
    },
    /// The lot, serial or reimbursement number is wrong.
    #[error("the value of ({ai}) at place {place} is not accepted: {error}")]
    Value {
        /// Where it begins.
        place: usize,
        /// Its identifier.
        ai: &'static str,
        /// What is wrong with it.
        error: CodeError,
    },
    /// The expiry is no day of this century.
    #[error(
        "{found:?} at place {place} is no expiry: YYMMDD from 2000 to 2099, day 00 for the last of the month"
    )]
    Expiry {
        /// Where it begins.
        place: usize,
        /// What stood there.
        found: String,
    },
    /// One identifier stands twice with different values.
    #[error("({ai}) stands again at place {place} with {second:?}, after {first:?}")]
    Twice {
        /// Where the second value begins.
        place: usize,
        /// The identifier.
        ai: &'static str,
        /// The first value.
        first: String,
        /// The second value.
        second: String,
    },
    /// Nothing says which product it is.
    #[error("no product code: (01) is missing")]
    ProductMissing,
    /// Without separators it can be read in too many ways to ask.
    #[error("it can be read in more than {most} ways: separators are missing")]
    TooManyReadings {
        /// The most that are offered.
        most: usize,
    },
}

/// In which way scanner and computer disagree about the keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyboardFault {
    /// The scanner types as on an American keyboard, the computer reads a French one: `à&` for 01.
    #[error("set the scanner to a French keyboard (AZERTY)")]
    ScannerAmerican,
    /// The scanner types as on a French keyboard, the computer reads an American one: `)!` for 01.
    #[error("set the scanner to an American keyboard (QWERTY)")]
    ScannerFrench,
    /// Capitals are locked: small and capital letters of lot and serial are exchanged.
    #[error("release Caps Lock")]
    CapsLock,
}
