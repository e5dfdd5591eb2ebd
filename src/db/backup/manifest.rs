//! What stands beside a copy: when it was made, of what, and what must be in it.

use super::error::CopyError;
use super::folder::with;
use crate::domain::calendar::Instant;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The form of manifests that this version writes and reads.
pub(super) const FORM: &str = "dotation-copy/1";

/// What is known of a copy beside its own bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of this document: `dotation-copy/1`.
    pub form: String,
    /// The moment that the copy shows, UTC.
    pub made_at: Instant,
    /// The version of the program that made it.
    pub program: String,
    /// Of which kind of database: `sqlite` or `postgres`.
    pub database: String,
    /// The last migration that had run.
    pub schema: String,
    /// The size of the file.
    pub bytes: u64,
    /// The SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// How many rows each table holds.
    pub rows: BTreeMap<String, i64>,
    /// Where each chain of the audit trail ends.
    pub chains: Vec<Chain>,
}

/// Where a chain of the audit trail ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    /// The number of a site, or `service`.
    pub chain: String,
    /// How many lines it has.
    pub lines: i64,
    /// The hash of its last line.
    pub hash: String,
}

/// The manifest of a copy: `FILE.json`.
pub fn beside(copy: &Path) -> PathBuf {
    with(copy, ".json")
}

/// The name of a copy that is made into a folder: `dotation-20261122T023000Z.db`.
pub fn name_of(made_at: Instant) -> String {
    made_at.format("dotation-%Y%m%dT%H%M%SZ.db").to_string()
}

impl Manifest {
    /// Reads the manifest of a copy, if there is one.
    ///
    /// # Errors
    /// [`CopyError::NotACopy`] when there is one that this version cannot read.
    pub fn of(copy: &Path) -> Result<Option<Self>, CopyError> {
        let path = beside(copy);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(CopyError::disk(&path, "reading", &e)),
        };
        let wrong = |what: String| CopyError::NotACopy {
            path: path.clone(),
            what,
        };
        let manifest: Self = serde_json::from_str(&text)
            .map_err(|e| wrong(format!("this is no manifest of a copy: {e}")))?;
        if manifest.form == FORM {
            Ok(Some(manifest))
        } else {
            Err(wrong(format!(
                "a manifest of the form {:?}, which this version does not know",
                manifest.form
            )))
        }
    }

    /// What it looks like in its file.
    pub(super) fn written(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}
