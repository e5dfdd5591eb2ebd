//! A copy is believed when it was restored to a scratch place and looked at there.

use super::check::{Found, look};
use super::error::CopyError;
use super::folder::{Draft, Folder, copy};
use super::manifest::Manifest;
use crate::db::conn::Purpose;
use crate::db::{Conn, DatabaseUrl};
use std::path::Path;

use super::snapshot::PATIENCE;

/// A copy that was restored to a scratch place.
pub(super) struct Scratch {
    /// Where; removed when it is dropped.
    pub(super) draft: Draft,
    /// How many bytes were restored.
    pub(super) bytes: u64,
    /// Their SHA-256, in hexadecimal.
    pub(super) sha256: String,
    /// What stands there.
    pub(super) found: Found,
}

impl Scratch {
    /// Restores a copy into a folder, and looks at what stands there.
    pub(super) fn of(file: &Path, folder: &Folder) -> Result<Self, CopyError> {
        let draft = folder.draft("scratch")?;
        let (bytes, sha256) = copy(file, &draft)?;
        let url = DatabaseUrl::Sqlite(draft.path().to_owned());
        let found = match Conn::open(&url, Purpose::Write, PATIENCE) {
            Ok(mut conn) => look(&mut conn),
            Err(error) => Found {
                faults: vec![format!("it cannot be opened: {error}")],
                ..Found::default()
            },
        };
        Ok(Self {
            draft,
            bytes,
            sha256,
            found,
        })
    }

    /// Returns everything that is wrong: by itself, and beside its manifest.
    pub(super) fn faults(&self, manifest: Option<&Manifest>) -> Vec<String> {
        let mut faults = self.found.faults.clone();
        let Some(told) = manifest else {
            return faults;
        };
        if told.sha256 != self.sha256 {
            faults.push(format!(
                "its {} bytes have the SHA-256 {}, and the manifest says {} bytes, {}",
                self.bytes, self.sha256, told.bytes, told.sha256
            ));
        }
        if told.rows != self.found.rows {
            faults.push("its tables have other numbers of rows than the manifest says".to_owned());
        }
        if told.chains != self.found.chains {
            faults.push("its audit trail ends otherwise than the manifest says".to_owned());
        }
        faults
    }
}

/// A copy that holds what it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// What was found in it; where it has a manifest, that says the same.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// The last migration that had run.
    pub schema: String,
    /// How many rows each table holds.
    pub rows: std::collections::BTreeMap<String, i64>,
    /// Where the chains of the audit trail end.
    pub chains: Vec<super::Chain>,
    /// What its manifest says, if it has one.
    pub manifest: Option<Manifest>,
}

/// Verifies a copy: restores it to a scratch place in `scratch`, and looks at everything there.
///
/// # Errors
/// [`CopyError::Bad`] with all that is wrong with it; [`CopyError::Disk`] when it cannot be read, or
/// nothing can be written into `scratch`.
pub fn verify(file: &Path, scratch: &Path) -> Result<Verified, CopyError> {
    let folder = Folder::take(scratch)?;
    let manifest = Manifest::of(file)?;
    let restored = Scratch::of(file, &folder)?;
    let faults = restored.faults(manifest.as_ref());
    if faults.is_empty() {
        return Ok(Verified {
            schema: restored.found.done.last().cloned().unwrap_or_default(),
            rows: restored.found.rows,
            chains: restored.found.chains,
            sha256: restored.sha256,
            bytes: restored.bytes,
            manifest,
        });
    }
    Err(CopyError::Bad {
        path: file.to_owned(),
        faults,
    })
}
