//! Secrets of second factors, sealed where a key is configured: AES-256-GCM (NIST SP 800-38D), bound to whose
//! they are.
//!
//! Whoever reads the database or a copy of it could else make the codes of everybody. The key lies in a file
//! beside the service and in no database; without one, secrets are kept as they are and `dotation check` says so.
//! A secret that was kept so is read with a key too.

use super::totp::TotpSecret;
use crate::domain::id::PersonId;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

/// What stands before a secret that is kept as it is, and before one that is sealed.
const PLAIN: &str = "plain:";
const SEALED: &str = "aes-256-gcm:";

/// The key by which secrets are sealed.
#[derive(Clone)]
pub struct Key([u8; 32]);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Key {
    /// Reads a key: 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = hex::decode(text.trim()).ok()?;
        bytes.try_into().ok().map(Self)
    }

    fn cipher(&self) -> Result<LessSafeKey, String> {
        let key = UnboundKey::new(&AES_256_GCM, &self.0);
        key.map(LessSafeKey::new)
            .map_err(|_unspecified| "the key is not of its length".to_owned())
    }
}

/// Returns a secret as it is kept.
///
/// # Errors
/// When it cannot be sealed: a bug of ours.
pub fn seal(key: Option<&Key>, of: &PersonId, secret: &TotpSecret) -> Result<String, String> {
    let Some(key) = key else {
        return Ok(format!("{PLAIN}{}", hex::encode(secret.bytes())));
    };
    // random: of 96 bits, for the few secrets that one key ever seals (SP 800-38D, 8.2.2 and 8.3)
    let nonce: [u8; NONCE_LEN] = rand::random();
    let mut bytes = secret.bytes().to_vec();
    let whose = Aad::from(of.as_str().as_bytes());
    key.cipher()?
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), whose, &mut bytes)
        .map_err(|_unspecified| "a secret cannot be sealed".to_owned())?;
    Ok(format!(
        "{SEALED}{}{}",
        hex::encode(nonce),
        hex::encode(bytes)
    ))
}

/// Returns a secret that was kept.
///
/// # Errors
/// When it is sealed by another key, of somebody else, or spoilt; when it is sealed and there is no key.
pub fn open(key: Option<&Key>, of: &PersonId, kept: &str) -> Result<TotpSecret, String> {
    let spoilt = |what: &str| format!("the secret of {of}: {what}");
    let decoded = |text: &str| hex::decode(text).map_err(|e| spoilt(&e.to_string()));
    if let Some(plain) = kept.strip_prefix(PLAIN) {
        return decoded(plain).map(TotpSecret::of);
    }
    let sealed = kept
        .strip_prefix(SEALED)
        .ok_or_else(|| spoilt("it is kept in no way that is known"))?;
    let key = key.ok_or_else(|| spoilt("it is sealed, and secrets_key_file is not set"))?;
    let bytes = decoded(sealed)?;
    let (nonce, rest) = bytes
        .split_at_checked(NONCE_LEN)
        .ok_or_else(|| spoilt("it is cut off"))?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_len| spoilt("its nonce"))?;
    let mut rest = rest.to_vec();
    let whose = Aad::from(of.as_str().as_bytes());
    let opened = key.cipher()?.open_in_place(nonce, whose, &mut rest);
    opened
        .map(|bytes| TotpSecret::of(bytes.to_vec()))
        .map_err(|_unspecified| spoilt("it is sealed by another key, or not theirs"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_opened_by_its_key_for_its_owner_and_not_otherwise() {
        let (ours, other) = (Key([7; 32]), Key([8; 32]));
        let (anne, paul) = (PersonId::new("1"), PersonId::new("2"));
        let secret = TotpSecret::new();
        let kept = seal(Some(&ours), &anne, &secret).unwrap();
        assert!(!kept.contains(&hex::encode(secret.bytes())));
        assert_eq!(open(Some(&ours), &anne, &kept), Ok(secret.clone()));
        assert!(open(Some(&other), &anne, &kept).is_err());
        assert!(open(Some(&ours), &paul, &kept).is_err());
        assert!(open(None, &anne, &kept).is_err());
        assert!(open(Some(&ours), &anne, kept.get(..30).unwrap()).is_err());
        // the same twice is kept as two texts
        assert_ne!(kept, seal(Some(&ours), &anne, &secret).unwrap());
    }

    #[test]
    fn a_secret_that_was_kept_before_there_was_a_key_is_still_read() {
        let (anne, secret) = (PersonId::new("1"), TotpSecret::new());
        let kept = seal(None, &anne, &secret).unwrap();
        assert_eq!(open(Some(&Key([7; 32])), &anne, &kept), Ok(secret));
    }

    #[test]
    fn a_key_is_64_hexadecimal_digits() {
        assert!(Key::parse(&format!("{}\n", "0f".repeat(32))).is_some());
        assert!(Key::parse(&"0f".repeat(31)).is_none());
        assert!(Key::parse("secret").is_none());
    }
}
