//! A letter signed for its domain, so that a receiver can tell it from one that anybody made up.
//!
//! The cryptography is `ring`'s, which the encrypted lines stand on already: its RSA takes the same time
//! whatever the key. What stands here is the form of DKIM: which lines are signed, and how they are
//! written before they are (RFC 6376, "relaxed" for both head and body, which outlives a server that
//! folds lines anew).
//!
//! A signature holds no time (`t=`, `x=`): the same letter gives the same bytes each time it is sent,
//! and a clock that is ahead spoils none.

use std::{fmt, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use ring::{
    rand::SystemRandom,
    signature::{Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair},
};
use rustls_pki_types::{PrivateKeyDer, pem::PemObject as _};
use sha2::{Digest as _, Sha256};

use super::transport::{SendError, Stage};

mod relaxed;
use relaxed::{is, lines_of, relaxed_body, relaxed_line};

/// The lines of the head that are signed where they are there.
///
/// Source: RFC 6376, § 5.4.1, without those that a server on the way may add or change; RFC 8058, § 4,
/// for the two of a list.
const SIGNED: [&str; 15] = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Reply-To",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
    "Content-Language",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
];

/// The lines of which none may be added on the way either: a second `Subject` above ours would be
/// shown in its place (RFC 6376, § 8.15). They are named once more than they are there.
const ALONE: [&str; 7] = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Reply-To",
    "Content-Type",
];

/// How many characters of a signature stand on one line.
const WIDTH: usize = 72;

/// Who signs: a domain, the name of one of its keys, and that key.
pub struct Signer {
    domain: String,
    selector: String,
    key: Key,
}

enum Key {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
}

/// Why letters cannot be signed.
#[derive(Debug, thiserror::Error)]
pub enum DkimError {
    /// The key's file cannot be read.
    #[error("the key in {file:?} cannot be read: {cause}")]
    Unreadable {
        /// The file.
        file: std::path::PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// The file holds no key that can sign.
    #[error(
        "{file:?} holds no usable key, expected a private key in PEM, RSA of 2048 to 4096 bits or Ed25519: {cause}"
    )]
    Key {
        /// The file.
        file: std::path::PathBuf,
        /// Why.
        cause: String,
    },
    /// A domain or a selector is not a name in the domain name system.
    #[error(
        "{found:?} is not a name in the domain name system, expected letters, digits, - and dots"
    )]
    Name {
        /// What stood there.
        found: String,
    },
}

impl Signer {
    /// Reads the key of `domain` that receivers find under `selector`.
    ///
    /// # Errors
    /// [`DkimError`] when the file holds no key of a kind that receivers know, or a name is none.
    pub fn read(domain: &str, selector: &str, file: &Path) -> Result<Self, DkimError> {
        let pem = std::fs::read(file).map_err(|cause| DkimError::Unreadable {
            file: file.to_owned(),
            cause,
        })?;
        let unusable = |cause: String| DkimError::Key {
            file: file.to_owned(),
            cause,
        };
        let key = key(&pem).map_err(unusable)?;
        Ok(Self {
            domain: name(domain)?,
            selector: name(selector)?,
            key,
        })
    }

    /// The algorithm, as the signature names it: `rsa-sha256` or `ed25519-sha256` (RFC 8463).
    pub const fn algorithm(&self) -> &'static str {
        match self.key {
            Key::Rsa(_) => "rsa-sha256",
            Key::Ed25519(_) => "ed25519-sha256",
        }
    }

    /// The name under which a receiver looks for the key: `SELECTOR._domainkey.DOMAIN`.
    pub fn record_name(&self) -> String {
        format!("{}._domainkey.{}", self.selector, self.domain)
    }

    /// What must stand there, as a TXT record.
    pub fn record(&self) -> String {
        match &self.key {
            // RFC 6376, § 3.6.1: the key with its kind before it, as X.509 writes it
            Key::Rsa(pair) => {
                let key = BASE64.encode(subject_public_key_info(pair.public_key().as_ref()));
                format!("v=DKIM1; k=rsa; p={key}")
            }
            Key::Ed25519(pair) => {
                let key = BASE64.encode(pair.public_key().as_ref());
                format!("v=DKIM1; k=ed25519; p={key}")
            }
        }
    }

    /// Returns the message with its signature before it. `message` has CR LF at its line ends.
    ///
    /// # Errors
    /// Temporary, when the machine gives no random numbers for the arithmetic.
    pub(super) fn signed(&self, message: &[u8]) -> Result<Vec<u8>, SendError> {
        let text = String::from_utf8_lossy(message);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let lines = lines_of(head);
        let mut names: Vec<&str> = Vec::new();
        let mut data = String::new();
        for name in SIGNED {
            // from the last upwards, as a verifier takes them (RFC 6376, § 5.4.2)
            for line in lines.iter().rev().filter(|line| is(line, name)) {
                names.push(name);
                data.push_str(&relaxed_line(line));
                data.push_str("\r\n");
            }
            if ALONE.contains(&name) {
                names.push(name);
            }
        }
        let unsigned = format!(
            "DKIM-Signature: v=1; a={}; c=relaxed/relaxed; d={};\r\n s={};\r\n h={};\r\n bh={};\r\n b=",
            self.algorithm(),
            self.domain,
            self.selector,
            names.join(":\r\n  "),
            BASE64.encode(Sha256::digest(relaxed_body(body))),
        );
        data.push_str(&relaxed_line(&unsigned));
        let signature = BASE64.encode(self.sign(data.as_bytes())?);
        let mut whole = unsigned.into_bytes();
        for (n, part) in signature.as_bytes().chunks(WIDTH).enumerate() {
            if n > 0 {
                whole.extend_from_slice(b"\r\n  ");
            }
            whole.extend_from_slice(part);
        }
        whole.extend_from_slice(b"\r\n");
        whole.extend_from_slice(message);
        Ok(whole)
    }

    fn sign(&self, data: &[u8]) -> Result<Vec<u8>, SendError> {
        match &self.key {
            Key::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                let signed = pair.sign(
                    &RSA_PKCS1_SHA256,
                    &SystemRandom::new(),
                    data,
                    &mut signature,
                );
                signed.map_err(|unspecified| {
                    SendError::temporary(Stage::Letter, None, &format!("signing it: {unspecified}"))
                })?;
                Ok(signature)
            }
            // it is the hash that is signed, and not the data (RFC 8463, § 3)
            Key::Ed25519(pair) => Ok(pair.sign(&Sha256::digest(data)).as_ref().to_vec()),
        }
    }
}

/// Shows whose key it is, and nothing of it.
impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({self})")
    }
}

/// `d=example.org s=dotation a=rsa-sha256`
impl fmt::Display for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "d={} s={} a={}",
            self.domain,
            self.selector,
            self.algorithm()
        )
    }
}

fn key(pem: &[u8]) -> Result<Key, String> {
    let rsa = |pair: Result<RsaKeyPair, ring::error::KeyRejected>| {
        pair.map(|pair| Key::Rsa(Box::new(pair)))
            .map_err(|rejected| rejected.to_string())
    };
    match PrivateKeyDer::from_pem_slice(pem) {
        Ok(PrivateKeyDer::Pkcs1(der)) => rsa(RsaKeyPair::from_der(der.secret_pkcs1_der())),
        Ok(PrivateKeyDer::Pkcs8(der)) => {
            let der = der.secret_pkcs8_der();
            // what openssl writes holds no public key beside the private one
            match Ed25519KeyPair::from_pkcs8_maybe_unchecked(der) {
                Ok(pair) => Ok(Key::Ed25519(Box::new(pair))),
                Err(_not_of_this_kind) => rsa(RsaKeyPair::from_pkcs8(der)),
            }
        }
        Ok(_) => Err("it is of another kind".to_owned()),
        // what stands in the file is not for a message
        Err(_what) => Err("no BEGIN PRIVATE KEY or BEGIN RSA PRIVATE KEY in it".to_owned()),
    }
}

/// A name of labels: letters, digits, hyphens and underscores, with dots between.
fn name(text: &str) -> Result<String, DkimError> {
    let label = |l: &str| {
        (1..=63).contains(&l.len())
            && l.chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
    };
    if text.len() <= 253 && text.split('.').all(label) {
        return Ok(text.to_owned());
    }
    Err(DkimError::Name {
        found: text.chars().take(60).collect(),
    })
}

/// An RSA key (RFC 8017, appendix A.1.1) as X.509 writes it: with the name of its kind
/// (1.2.840.113549.1.1.1, no parameters) before it.
fn subject_public_key_info(rsa: &[u8]) -> Vec<u8> {
    const RSA: [u8; 15] = [
        0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
    ];
    let bits = der(0x03, &[&[0], rsa].concat());
    der(0x30, &[&RSA[..], &bits].concat())
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let significant: Vec<u8> = length.into_iter().skip_while(|b| *b == 0).collect();
    let mut whole = vec![tag];
    match significant.as_slice() {
        [] => whole.push(0),
        [one] if *one < 0x80 => whole.push(*one),
        // the count of the octets of the length; a key's has two
        many => {
            whole.push(0x80 | u8::try_from(many.len()).unwrap_or(0x7f));
            whole.extend_from_slice(many);
        }
    }
    whole.extend_from_slice(content);
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_of_the_domain_name_system() {
        for right in ["example.org", "dotation", "2026-11._x"] {
            assert!(name(right).is_ok(), "{right}");
        }
        for wrong in ["", "a..b", "a b", "é.fr", "a;d=evil", "x\r\ny"] {
            assert!(name(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_file_without_a_key_is_refused_and_not_shown() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for text in [
            "geheim",
            "-----BEGIN PRIVATE KEY-----\nZ2VoZWlt\n-----END PRIVATE KEY-----\n",
        ] {
            std::fs::write(file.path(), text).unwrap();
            let error = Signer::read("example.org", "a", file.path()).unwrap_err();
            let shown = format!("{error} {error:?}");
            assert!(
                !shown.contains("geheim") && !shown.contains("Z2VoZWlt"),
                "{shown}"
            );
        }
        let missing = Signer::read("example.org", "a", Path::new("/none")).unwrap_err();
        assert!(matches!(missing, DkimError::Unreadable { .. }));
    }
}
