//! What can be wrong with a code, and what a code looks like.

use std::fmt;

/// What is wrong with a code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// It has too few or too many characters.
    #[error("{found:?} has {length} characters, expected {expected}")]
    Length {
        /// What stood there, cut to forty characters.
        found: String,
        /// How many characters it has.
        length: usize,
        /// How many were expected.
        expected: Form,
    },
    /// A character does not belong in it.
    #[error("{found:?} has the character {character:?} at place {place}, expected {expected}")]
    Character {
        /// What stood there.
        found: String,
        /// The character that does not belong.
        character: char,
        /// Its place, from 1.
        place: usize,
        /// What may stand there.
        expected: Form,
    },
    /// It begins with digits of another kind of code.
    #[error("{found:?} does not begin as expected: {expected}")]
    Prefix {
        /// What stood there.
        found: String,
        /// What was expected.
        expected: Form,
    },
    /// Its last digit does not follow from the others.
    #[error(
        "check digit {found} of {code:?} does not match the other digits, which call for {expected}"
    )]
    CheckDigit {
        /// The whole code.
        code: String,
        /// The digit that stands there.
        found: u8,
        /// The digit that should.
        expected: u8,
    },
}

/// What a code, or a part of one, looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// So many digits.
    Digits(usize),
    /// One to so many characters.
    Characters(usize),
    /// One to so many characters of GS1 set 82.
    Set82(usize),
    /// The number of an establishment.
    Finess,
    /// What a CIP13 begins with.
    Cip13Prefix,
    /// The number of a trade item that is one French pack.
    ZeroAndCip13,
}

/// In English, as logs and commands say it; [`crate::text`] has it in both languages.
impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Digits(n) => write!(f, "{n} digits"),
            Self::Characters(most) => write!(f, "1 to {most} characters"),
            Self::Set82(most) => write!(
                f,
                "1 to {most} characters of GS1 set 82 (letters, digits and most punctuation, no space)"
            ),
            Self::Finess => f.write_str(
                "9 characters, all digits but for the second, which may be A or B after a 2",
            ),
            Self::Cip13Prefix => {
                f.write_str("3400, and not 34008, which is a dispensing unit (UCD)")
            }
            Self::ZeroAndCip13 => f.write_str("0 followed by a CIP13"),
        }
    }
}
