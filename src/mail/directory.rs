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

/// Writes a file that is there whole or not at all, also when the power fails: a reader of the
/// folder never sees half a letter under its name.
fn write(folder: &Path, name: &str, message: &[u8]) -> io::Result<()> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    fs::create_dir_all(folder)?;
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let draft = folder.join(format!(".{name}.{}.{count}.part", std::process::id()));
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
