//! The statement of a day: where every chain ends, signed.
//!
//! It is one line of JSON, and what is signed is that line, byte for byte: nobody has to agree with us on how
//! JSON is written to verify it (`openssl pkeyutl -verify -rawin` does).

use super::key::{PublicKey, SigningKey};
use super::line::{GENESIS, written};
use crate::domain::calendar::Instant;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// The form of statements that this version writes and reads.
pub const FORM: &str = "dotation-audit-statement/1";

/// Where a chain ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The number of a site, or `service`.
    pub chain: String,
    /// The number of its last line.
    pub seq: i64,
    /// The hash of that line.
    pub hash: String,
}

/// Where every chain ends, at a moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// [`FORM`].
    pub form: String,
    /// Its number, from 1, without gaps.
    pub number: i64,
    /// When it was made, UTC.
    pub at: String,
    /// The id of the key that signs it.
    pub key: String,
    /// The hash of the statement before; [`GENESIS`] for the first.
    pub previous: String,
    /// Every chain, by name.
    pub chains: Vec<Head>,
}

/// A statement with its signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signed {
    /// Its number.
    #[serde(rename = "statement")]
    pub number: i64,
    /// The id of the key that signed it.
    pub key: String,
    /// Ed25519 over the bytes of `body`, in hexadecimal.
    pub signature: String,
    /// The [`Statement`], as it was signed.
    pub body: String,
}

/// Returns the next statement, signed.
pub fn next(before: Option<&Signed>, now: Instant, chains: Vec<Head>, key: &SigningKey) -> Signed {
    let statement = Statement {
        form: FORM.to_owned(),
        number: before.map_or(1, |before| before.number.saturating_add(1)),
        at: written(now),
        key: key.public().id().to_owned(),
        previous: before.map_or_else(|| GENESIS.to_owned(), Signed::hash),
        chains,
    };
    let body = statement.to_json();
    Signed {
        number: statement.number,
        key: statement.key,
        signature: hex::encode(key.sign(body.as_bytes())),
        body,
    }
}

impl Statement {
    fn to_json(&self) -> String {
        // of texts and numbers alone, which are always JSON
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Signed {
    /// Returns the hash by which the next one, and whoever keeps it elsewhere, names it: SHA-256 of the
    /// signed bytes, in hexadecimal.
    pub fn hash(&self) -> String {
        hex::encode(Sha256::digest(self.body.as_bytes()))
    }

    /// Returns what it says, if it is a statement that says of itself what stands beside it.
    pub fn read(&self) -> Option<Statement> {
        let statement: Statement = serde_json::from_str(&self.body).ok()?;
        let same = statement.form == FORM
            && statement.number == self.number
            && statement.key == self.key
            && statement.to_json() == self.body;
        same.then_some(statement)
    }

    /// Whether this key signed it.
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        let signature = hex::decode(&self.signature);
        signature.is_ok_and(|signature| key.has_signed(self.body.as_bytes(), &signature))
    }
}
