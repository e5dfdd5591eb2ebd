//! Making a copy: a draft, its verification, its manifest, its name.

use super::error::CopyError;
use super::folder::{Draft, Folder, names, sync, with};
use super::list::made_at;
use super::manifest::{Chain, FORM, Manifest, beside, name_of};
use super::scratch::Scratch;
use super::snapshot::{self, Snapshot};
use crate::db::DatabaseUrl;
use crate::domain::calendar::{Instant, to_micros};
use std::path::{Path, PathBuf};

/// Where a copy goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Under this name.
    File(PathBuf),
    /// Into this folder, under a name that tells when it was made.
    Folder(PathBuf),
}

/// A copy that was made and verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// The file.
    pub path: PathBuf,
    /// What stands beside it.
    pub manifest: Manifest,
}

/// Makes a copy of a database that may be in use, verifies it, and gives it its name.
///
/// Blocks for as long as that takes; writers of the database go on meanwhile.
///
/// # Errors
/// [`CopyError::Bad`] when it holds other than it should: it is kept aside as `FILE.bad`. After any
/// other error there is no copy and nothing is left of it; a process that is killed leaves a draft,
/// which the next one removes.
pub fn make(url: &DatabaseUrl, target: &Target, now: Instant) -> Result<Made, CopyError> {
    let (folder, path) = place(target, now)?;
    for taken in [&path, &with(&path, ".bad")] {
        if taken.exists() {
            return Err(CopyError::Exists {
                path: taken.to_owned(),
            });
        }
    }
    let draft = folder.draft("copy")?;
    let snapshot = snapshot::take(url, &draft)?;
    sync(draft.path())?;
    let scratch = Scratch::of(draft.path(), &folder)?;
    let manifest = manifest(&snapshot, &scratch, now);
    let faults = faults(url, &snapshot, &scratch, &manifest.chains)?;
    drop(scratch);
    if !faults.is_empty() {
        return set_aside(&folder, draft, &path, faults);
    }
    let beside_it = folder.draft("manifest")?;
    beside_it.fill(&manifest.written())?;
    // the copy last: what has its name has its manifest
    beside_it.replace(&beside(&path))?;
    draft.name(&path)?;
    folder.sync()?;
    Ok(Made { path, manifest })
}

fn place(target: &Target, now: Instant) -> Result<(Folder, PathBuf), CopyError> {
    match target {
        Target::Folder(folder) => {
            let folder = Folder::take(folder)?;
            let path = folder.path().join(name_of(now));
            Ok((folder, path))
        }
        Target::File(file) => {
            let parent = file.parent().filter(|p| !p.as_os_str().is_empty());
            let folder = Folder::take(parent.unwrap_or(Path::new(".")))?;
            let name = file.file_name().ok_or_else(|| CopyError::NotACopy {
                path: file.clone(),
                what: "this names no file".to_owned(),
            })?;
            let path = folder.path().join(name);
            Ok((folder, path))
        }
    }
}

fn manifest(snapshot: &Snapshot, scratch: &Scratch, now: Instant) -> Manifest {
    Manifest {
        form: FORM.to_owned(),
        made_at: to_micros(now),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        database: snapshot.database.to_owned(),
        schema: scratch.found.done.last().cloned().unwrap_or_default(),
        bytes: scratch.bytes,
        sha256: scratch.sha256.clone(),
        rows: scratch.found.rows.clone(),
        chains: scratch.found.chains.clone(),
    }
}

fn faults(
    url: &DatabaseUrl,
    snapshot: &Snapshot,
    scratch: &Scratch,
    chains: &[Chain],
) -> Result<Vec<String>, CopyError> {
    let mut faults = scratch.faults(None);
    faults.extend(snapshot.faults(&scratch.found.rows));
    if scratch.found.done != snapshot.done {
        faults.push("its migrations are not those of the database".to_owned());
    }
    faults.extend(snapshot::is_of(url, chains)?);
    Ok(faults)
}

/// Keeps what is no copy for whoever looks into it.
fn set_aside(
    folder: &Folder,
    draft: Draft,
    path: &Path,
    faults: Vec<String>,
) -> Result<Made, CopyError> {
    let aside = with(path, ".bad");
    // the last that was no good tells as much as all of them, and a fault that lasts fills no disk
    for name in names(folder.path())? {
        let ours = name.strip_suffix(".bad").and_then(made_at).is_some();
        if ours {
            let path = folder.path().join(name);
            std::fs::remove_file(&path)
                .map_err(|e| CopyError::disk(&path, "removing what was no copy", &e))?;
        }
    }
    draft.name(&aside)?;
    folder.sync()?;
    Err(CopyError::Bad {
        path: aside,
        faults,
    })
}
