//! The keys that sign statements, and those by which they are verified: Ed25519, in the files that `openssl`
//! writes and reads.
//!
//! Choice: Ed25519, whose signatures are the same each time and need no random number, by `ring`, which the
//! encrypted lines stand on already. The private key is a file of its own, outside of the database and of its
//! copies: else whoever has the one has the other.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{PrivatePkcs8KeyDer, SubjectPublicKeyInfoDer};
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::path::{Path, PathBuf};

/// What stands before the 32 bytes of a private key (PKCS #8 without the public one, as `openssl genpkey
/// -algorithm ed25519` writes it). Source: RFC 8410, § 7.
const PRIVATE: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// What stands before the 32 bytes of a public key. Source: RFC 8410, § 4.
const PUBLIC: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// Why a file holds no key that can be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// It cannot be read.
    #[error("the key in {file:?} cannot be read: {cause}")]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// It can be read by anybody on the machine.
    #[error(
        "{file:?} can be read by every user of this machine (mode {mode:o}), expected 600, or 640 with a group of its own"
    )]
    Open {
        /// The file.
        file: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// It holds no such key.
    #[error("{file:?} holds no {expected}: {what}")]
    Key {
        /// The file.
        file: PathBuf,
        /// What should stand there.
        expected: &'static str,
        /// What does not fit; never what stands there.
        what: String,
    },
}

/// The key that signs.
pub struct SigningKey {
    pair: Ed25519KeyPair,
    public: PublicKey,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public.id)
    }
}

/// A key by which signatures are verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    bytes: [u8; 32],
    id: String,
}

impl SigningKey {
    /// Reads the key in a file.
    ///
    /// # Errors
    /// [`KeyError`]; also when everybody on the machine may read the file.
    pub fn read(file: &Path) -> Result<Self, KeyError> {
        let unreadable = |cause| KeyError::Unreadable {
            file: file.to_owned(),
            cause,
        };
        private_to_its_owner(file)?;
        let pem = std::fs::read(file).map_err(unreadable)?;
        Self::of(&pem).map_err(|what| KeyError::Key {
            file: file.to_owned(),
            expected: "private key in PEM (PKCS #8, Ed25519)",
            what,
        })
    }

    /// Reads a key in PEM.
    fn of(pem: &[u8]) -> Result<Self, String> {
        // what stands in the file is not for a message
        let der = PrivatePkcs8KeyDer::from_pem_slice(pem)
            .map_err(|_what| "no BEGIN PRIVATE KEY in it".to_owned())?;
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der.secret_pkcs8_der())
            .map_err(|rejected| rejected.to_string())?;
        let bytes = pair.public_key().as_ref().try_into();
        let bytes: [u8; 32] = bytes.map_err(|_length| "it is of another length".to_owned())?;
        Ok(Self {
            pair,
            public: PublicKey::new(bytes),
        })
    }

    /// Makes a key, as the text of its file.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn make() -> Result<(String, PublicKey), String> {
        let mut seed = [0; 32];
        SystemRandom::new()
            .fill(&mut seed)
            .map_err(|_nothing_said| "the system gives no random numbers".to_owned())?;
        let text = pem("PRIVATE KEY", &[&PRIVATE[..], &seed].concat());
        let public = Self::of(text.as_bytes())?.public;
        Ok((text, public))
    }

    /// Returns the key by which its signatures are verified.
    pub const fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Returns the signature of some bytes: 64 bytes.
    pub fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        self.pair.sign(bytes).as_ref().to_vec()
    }
}

impl PublicKey {
    fn new(bytes: [u8; 32]) -> Self {
        let mut id = hex::encode(Sha256::digest(bytes));
        id.truncate(16);
        Self { bytes, id }
    }

    /// Reads the keys in a file: one or several, each with its own BEGIN PUBLIC KEY.
    ///
    /// # Errors
    /// [`KeyError`] when it cannot be read, holds none, or one of another kind.
    pub fn read(file: &Path) -> Result<Vec<Self>, KeyError> {
        let pem = std::fs::read(file).map_err(|cause| KeyError::Unreadable {
            file: file.to_owned(),
            cause,
        })?;
        Self::all(&pem).map_err(|what| KeyError::Key {
            file: file.to_owned(),
            expected: "public key in PEM (Ed25519)",
            what: what.to_owned(),
        })
    }

    /// Reads every key in a text.
    fn all(pem: &[u8]) -> Result<Vec<Self>, &'static str> {
        let mut keys = Vec::new();
        for der in SubjectPublicKeyInfoDer::pem_slice_iter(pem) {
            let der = der.map_err(|_what| "it is no PEM")?;
            let bytes = der.as_ref().strip_prefix(&PUBLIC[..]);
            let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
            keys.push(Self::new(bytes.ok_or("one is of another kind")?));
        }
        if keys.is_empty() {
            return Err("no BEGIN PUBLIC KEY in it");
        }
        Ok(keys)
    }

    /// Returns its name: the first 16 hexadecimal digits of the SHA-256 of its 32 bytes.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns the text of its file.
    pub fn pem(&self) -> String {
        pem("PUBLIC KEY", &[&PUBLIC[..], &self.bytes].concat())
    }

    /// Whether it is this key whose private half signed some bytes.
    pub fn has_signed(&self, bytes: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.bytes)
            .verify(bytes, signature)
            .is_ok()
    }
}

fn pem(name: &str, der: &[u8]) -> String {
    // 48 and 44 bytes: one line of 64 characters
    let text = BASE64.encode(der);
    format!("-----BEGIN {name}-----\n{text}\n-----END {name}-----\n")
}

/// Refuses a file that everybody may read, or write another key into.
fn private_to_its_owner(file: &Path) -> Result<(), KeyError> {
    use std::os::unix::fs::PermissionsExt as _;
    let found = std::fs::metadata(file).map_err(|cause| KeyError::Unreadable {
        file: file.to_owned(),
        cause,
    })?;
    let mode = found.permissions().mode() & 0o777;
    if mode & 0o027 == 0 {
        return Ok(());
    }
    Err(KeyError::Open {
        file: file.to_owned(),
        mode,
    })
}
