//! Identities from outside: how a provider of single sign-on names somebody who signs in here.
//!
//! An identity proves who somebody is. What they may do, and where, only the roles here say
//! ([`super::person::RoleGrant`]).

use super::calendar::Instant;
use super::id::{IdentityId, PersonId};
use std::fmt;

/// The signatures by which a provider may prove something: those by a private key.
///
/// `none` and `HS256`, `HS384`, `HS512` are not among them and cannot be set: the first is no signature, and of
/// the others everybody who knows the client's secret can make one.
///
/// Source: RFC 7518, § 3.1, and RFC 8037 for `EdDSA`; RFC 8725, § 3.1 and 3.2, for what is left out.
pub const SIGNATURES: [&str; 9] = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA",
];

/// How what a provider says of somebody is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reads {
    /// As it stands, every character counts.
    #[default]
    AsIs,
    /// As the national identifier of a professional in the directory of health professionals (RPPS).
    Rpps,
}

impl Reads {
    /// Returns the one of a code, if there is one: `as-is` or `rpps`.
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "as-is" => Some(Self::AsIs),
            "rpps" => Some(Self::Rpps),
            _ => None,
        }
    }
}

/// The name by which a provider knows somebody, never given to somebody else there.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject(String);

impl Subject {
    /// The most characters that one has.
    ///
    /// Source: `OpenID` Connect Core 1.0 (errata set 2), § 2, `sub`.
    pub const MOST: usize = 255;

    /// Reads what stands in a claim, or what an administrator typed.
    ///
    /// As it is: 1 to 255 characters that can be seen, no space at either end. An RPPS: its eleven digits, of
    /// which the last is a check digit (Luhn), or the national identifier that is made of it by an `8` before;
    /// kept as the latter.
    ///
    /// Source: Agence du numérique en santé, *FAQ des industriels*, "Format" of the RPPS (eleven digits, the last
    /// one Luhn's); the 8 is the code of the RPPS among the kinds of identifiers of a person (nomenclature
    /// `TRE_G08`, `TypeIdentifiantPersonne`); Pro Santé Connect gives it as `preferred_username` (*Userinfo*, on
    /// the pages of Pro Santé Connect for software makers).
    ///
    /// # Errors
    /// [`SubjectError`] with what is wrong.
    pub fn parse(reads: Reads, text: &str) -> Result<Self, SubjectError> {
        match reads {
            Reads::AsIs => {
                let characters = text.chars().count();
                if !(1..=Self::MOST).contains(&characters) {
                    return Err(SubjectError::Length { characters });
                }
                if text.trim() != text || text.chars().any(char::is_control) {
                    return Err(SubjectError::Invisible);
                }
                Ok(Self(text.to_owned()))
            }
            Reads::Rpps => {
                let digits = text.trim();
                if !digits.bytes().all(|b| b.is_ascii_digit()) {
                    return Err(SubjectError::NoRpps);
                }
                let rpps = match digits.len() {
                    11 => digits,
                    12 => digits.strip_prefix('8').ok_or(SubjectError::NoRpps)?,
                    _ => return Err(SubjectError::NoRpps),
                };
                if luhn(rpps) {
                    Ok(Self(format!("8{rpps}")))
                } else {
                    Err(SubjectError::CheckDigit)
                }
            }
        }
    }

    /// Takes one that was kept.
    pub fn kept(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Who somebody is elsewhere is no matter for logs.
impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Subject(…)")
    }
}

/// Whether the last digit checks those before it (ISO/IEC 7812-1, annex B).
fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit - b'0');
            match place % 2 {
                0 => digit,
                _ => digit * 2 / 10 + digit * 2 % 10,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Why a text names nobody at a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubjectError {
    /// It is empty or too long.
    #[error("has {characters} characters, expected 1 to {}", Subject::MOST)]
    Length {
        /// How many there are.
        characters: usize,
    },
    /// It has characters that cannot be seen, or spaces around it.
    #[error("has a space at an end, or characters that cannot be seen")]
    Invisible,
    /// It is no number of the directory of health professionals.
    #[error("is no RPPS number, expected its eleven digits, or an 8 and these")]
    NoRpps,
    /// Its check digit does not fit.
    #[error("is no RPPS number: its last digit does not fit the others")]
    CheckDigit,
}

/// The provider that an identity is of, as it says itself who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedBy {
    /// Its short name in the settings when the identity was linked, to be shown.
    pub provider: String,
    /// The address by which it signs (`iss`). With the claim it says whose names these are: a provider that is
    /// set otherwise knows nobody by them.
    pub issuer: String,
    /// The claim that names people.
    pub claim: String,
}

/// What a provider proved of somebody who comes from there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proved {
    /// Which provider, and by which claim.
    pub by: IssuedBy,
    /// Who.
    pub subject: Subject,
    /// Whether they showed there what counts as a second factor here.
    pub second_factor: bool,
}

/// An identity of a person here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Its name in the database.
    pub id: IdentityId,
    /// Whose.
    pub person: PersonId,
    /// Of which provider.
    pub by: IssuedBy,
    /// Who that is there.
    pub subject: Subject,
    /// Who linked it: `person:` and an id, the id of a token, or `command-line`.
    pub linked_by: String,
    /// When it was linked.
    pub linked_at: Instant,
    /// When somebody last signed in by it.
    pub used_at: Option<Instant>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(reads: Reads, text: &str, expected: Result<&str, SubjectError>) {
        let read = Subject::parse(reads, text);
        let read = read.as_ref().map(Subject::as_str).map_err(|e| *e);
        assert_eq!(read, expected, "{text:?}");
    }

    #[test]
    fn an_rpps_is_the_same_with_and_without_the_8_before_it() {
        check(Reads::Rpps, "10002345671", Err(SubjectError::CheckDigit));
        check(Reads::Rpps, "99700218896", Ok("899700218896"));
        check(Reads::Rpps, " 899700218896 ", Ok("899700218896"));
        check(Reads::Rpps, "899700218897", Err(SubjectError::CheckDigit));
    }

    #[test]
    fn what_is_no_rpps_is_refused() {
        for text in [
            "",
            "0997002188",
            "099700218896",
            "9970021889",
            "anne@chu.fr",
            "8997002188960",
            "٩٩٧٠٠٢١٨٨٩٦",
        ] {
            check(Reads::Rpps, text, Err(SubjectError::NoRpps));
        }
    }

    #[test]
    fn as_it_is_every_character_counts() {
        check(Reads::AsIs, "Anne", Ok("Anne"));
        check(Reads::AsIs, "anne", Ok("anne"));
        check(Reads::AsIs, " anne", Err(SubjectError::Invisible));
        check(Reads::AsIs, "an\0ne", Err(SubjectError::Invisible));
        check(Reads::AsIs, "", Err(SubjectError::Length { characters: 0 }));
        check(Reads::AsIs, &"x".repeat(255), Ok(&"x".repeat(255)));
        check(
            Reads::AsIs,
            &"x".repeat(256),
            Err(SubjectError::Length { characters: 256 }),
        );
    }
}
