//! A post that writes each letter as a file: for demonstrations, and for sites whose own machinery
//! picks files up.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use super::{
    letter::Letter,
    transport::{Receipt, SendError, Stage},
};

/// A folder for letters.
#[derive(Debug)]
pub struct DirectoryPost {
    folder: PathBuf,
}

impl DirectoryPost {
    pub(super) const fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Removes the drafts that a process left behind which was killed while it wrote; returns how
    /// many. Their letters are still queued, and are written again.
    ///
    /// Choice: by their names alone. Where another instance has one under way in the same folder, its
    /// letter is put off and tried again.
    pub(super) fn clean(&self) -> io::Result<usize> {
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
            entries => entries?,
        };
        let mut removed = 0;
        for entry in entries {
            let entry = entry?;
            if entry.file_name().to_str().is_some_and(is_draft) {
                fs::remove_file(entry.path())?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    pub(super) async fn send(
        &self,
        letter: &Letter,
        message: Vec<u8>,
    ) -> Result<Receipt, SendError> {
        let (folder, name) = (self.folder.clone(), letter.file_name());
        let written = tokio::task::spawn_blocking(move || {
            write(&folder, &name, &message).map(|()| Receipt { reply: name })
        });
        match written.await {
            Ok(Ok(receipt)) => Ok(receipt),
            Ok(Err(error)) => Err(SendError::temporary(
                Stage::Folder,
                None,
                &error.to_string(),
            )),
            Err(stopped) => Err(SendError::temporary(
                Stage::Folder,
                None,
                &stopped.to_string(),
            )),
        }
    }
}

/// The name under which a letter is written until it is whole.
fn draft_name(name: &str, count: u64) -> String {
    format!(".{name}.{}.{count}.part", std::process::id())
}

/// Whether a file of this name is a draft of ours: `.….eml.PROCESS.COUNT.part`.
fn is_draft(name: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let Some(rest) = name
        .strip_prefix('.')
        .and_then(|rest| rest.strip_suffix(".part"))
    else {
        return false;
    };
    let mut from_behind = rest.rsplitn(4, '.');
    let (count, process) = (from_behind.next(), from_behind.next());
    count.is_some_and(digits)
        && process.is_some_and(digits)
        && from_behind.next() == Some("eml")
        && from_behind.next().is_some()
}

/// Writes a file that is there whole or not at all, also when the power fails: a reader of the
/// folder never sees half a letter under its name.
fn write(folder: &Path, name: &str, message: &[u8]) -> io::Result<()> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    fs::create_dir_all(folder)?;
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let draft = folder.join(draft_name(name, count));
    let written = File::create(&draft)
        .and_then(|mut file| file.write_all(message).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&draft, folder.join(name)));
    if let Err(error) = written {
        // The first fault is the one to tell; a draft that stays behind hides from a listing.
        drop(fs::remove_file(&draft));
        return Err(error);
    }
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_is_known_by_its_name_and_nothing_else_is() {
        assert!(is_draft(&draft_name("20211020T060005Z-letter-1.eml", 7)));
        for other in [
            "20211020T060005Z-letter-1.eml",
            ".20211020T060005Z-letter-1.eml",
            ".part",
            ".letter.eml.part",
            ".letter.eml.12.part",
            ".letter.eml.12.x.part",
            ".letter.eml.12.3.part.part",
            ".photo.jpg.12.3.part",
            "letter.eml.12.3.part",
        ] {
            assert!(!is_draft(other), "{other}");
        }
    }
}
