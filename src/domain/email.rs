//! What can be wrong with the address of a mailbox.

use std::fmt;

/// What is wrong with an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It is empty or too long, or the part before the `@` is.
    #[error("{part} has {length} characters, expected 1 to {most}")]
    Length {
        /// Which part of it.
        part: AddressPart,
        /// How many characters it has.
        length: usize,
        /// How many it may have.
        most: usize,
    },
    /// A character does not belong in it.
    #[error(
        "the address has the character {character:?} at place {place}, expected ASCII letters, digits and the punctuation of an address"
    )]
    Character {
        /// The character that does not belong.
        character: char,
        /// Its place, from 1.
        place: usize,
    },
    /// It does not have one `@` with something on both sides, or dots stand where they may not.
    #[error("{found:?} is not an address, expected one like pharmacie@hopital.fr")]
    Form {
        /// What stood there.
        found: String,
    },
    /// What stands after the `@` is not the full name of a domain.
    #[error("{found:?} is not a full domain, expected one with a dot, or localhost")]
    Domain {
        /// What stood after the `@`.
        found: String,
    },
}

/// A part of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressPart {
    /// All of it.
    Whole,
    /// What stands before the `@`.
    Local,
}

impl fmt::Display for AddressPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Whole => "the address",
            Self::Local => "the part before the @",
        })
    }
}
