//! The copies of a folder: which there are, and which go.

use super::error::CopyError;
use super::folder::{Folder, names, sync};
use super::kept::{Keep, Outdated, outdated};
use super::manifest::{Manifest, beside, name_of};
use crate::domain::calendar::Instant;
use chrono::NaiveDateTime;
use std::path::{Path, PathBuf};

/// A file that lies in a folder as a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Where.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// What stands beside it; nothing when there is no manifest, or one that cannot be read.
    pub manifest: Option<Manifest>,
    /// What the system or the manifest said when it was no manifest.
    pub odd: Option<String>,
}

/// Returns every file of a folder whose name ends in `.db`, `.bad` or that has a manifest, in the order of their names.
///
/// # Errors
/// [`CopyError::Disk`] when the folder cannot be read.
pub fn list(folder: &Path) -> Result<Vec<Listed>, CopyError> {
    let mut listed = Vec::new();
    for name in names(folder)? {
        let path = folder.join(&name);
        let ends = |end| Path::new(&name).extension().is_some_and(|e| e == end);
        let looks = !name.starts_with('.') && (ends("db") || ends("bad") || beside(&path).exists());
        if !looks || !path.is_file() {
            continue;
        }
        let bytes = std::fs::metadata(&path)
            .map_err(|e| CopyError::disk(&path, "looking at the file", &e))?
            .len();
        let (manifest, odd) = match Manifest::of(&path) {
            Ok(Some(manifest)) => (Some(manifest), None),
            Ok(None) => (None, Some("there is no manifest beside it".to_owned())),
            Err(error) => (None, Some(error.to_string())),
        };
        listed.push(Listed {
            path,
            bytes,
            manifest,
            odd,
        });
    }
    Ok(listed)
}

/// Removes the copies of a folder that have had their time, and returns their names. Only files that
/// [`super::make()`] named are looked at, and only when the newest of them, `newest`, is there: it was
/// made and verified a moment ago.
///
/// # Errors
/// [`CopyError::Underway`]; [`CopyError::Disk`].
pub fn remove_outdated(
    folder: &Path,
    keep: Keep,
    newest: &Path,
    now: Instant,
) -> Result<Vec<String>, CopyError> {
    let taken = Folder::take(folder)?;
    let copies: Vec<Outdated> = names(taken.path())?
        .into_iter()
        .filter_map(|name| {
            Some(Outdated {
                made_at: made_at(&name)?,
                name,
            })
        })
        .collect();
    let is_there = newest
        .file_name()
        .is_some_and(|newest| copies.iter().any(|copy| *copy.name == *newest));
    if !is_there {
        return Ok(Vec::new());
    }
    let mut removed = Vec::new();
    for copy in outdated(copies, keep, now) {
        let path = taken.path().join(&copy.name);
        if newest.file_name() == path.file_name() {
            continue;
        }
        // the copy first: a manifest alone misleads nobody
        for path in [path.clone(), beside(&path)] {
            match std::fs::remove_file(&path) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                    return Err(CopyError::disk(&path, "removing an old copy", &e));
                }
                Ok(()) | Err(_) => {}
            }
        }
        removed.push(copy.name);
    }
    sync(taken.path())?;
    Ok(removed)
}

/// When a copy was made, by a name that [`super::make()`] gives; of any other name nothing.
pub(super) fn made_at(name: &str) -> Option<Instant> {
    let at = NaiveDateTime::parse_from_str(name, "dotation-%Y%m%dT%H%M%SZ.db")
        .ok()?
        .and_utc();
    (name_of(at) == name).then_some(at)
}
