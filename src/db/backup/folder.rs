//! The folder that copies lie in: one process at a time, drafts that nobody takes for copies, and names
//! that are given last.

use super::error::CopyError;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, fchown};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

/// What the names of drafts begin and end with; nobody else's file is ever taken for one.
const DRAFT: (&str, &str) = (".dotation-copy-", ".draft");

/// The file by which one process at a time works in a folder.
const LOCK: &str = ".dotation-copies.lock";

/// What `SQLite` puts beside a file while it is open.
const BESIDE: [&str; 3] = ["-journal", "-wal", "-shm"];

/// A folder that this process alone makes copies in, until it is dropped.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Takes a folder, which must be there: one that is made when it is missing would hide that
    /// the disk it stands for is not. Drafts of a process that was killed are removed, since nobody
    /// can be writing them.
    ///
    /// # Errors
    /// [`CopyError::Underway`]; [`CopyError::Disk`] when it is not there or cannot be written.
    pub(super) fn take(path: &Path) -> Result<Self, CopyError> {
        let path = path
            .canonicalize()
            .map_err(|e| CopyError::disk(path, "looking for the folder", &e))?;
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(path.join(LOCK))
            .map_err(|e| CopyError::disk(&path, "writing into the folder", &e))?;
        give(&lock, &path.join(LOCK), &path)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(CopyError::Underway {
                    place: format!("in {}", path.display()),
                });
            }
            Err(TryLockError::Error(e)) => {
                return Err(CopyError::disk(&path, "locking the folder", &e));
            }
        }
        let folder = Self { path, _lock: lock };
        folder.remove_drafts()?;
        Ok(folder)
    }

    /// The folder, without links in its path.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    fn remove_drafts(&self) -> Result<(), CopyError> {
        for name in names(&self.path)? {
            let bare = BESIDE
                .iter()
                .find_map(|end| name.strip_suffix(end))
                .unwrap_or(&name);
            if bare.starts_with(DRAFT.0) && bare.ends_with(DRAFT.1) {
                let path = self.path.join(&name);
                std::fs::remove_file(&path)
                    .map_err(|e| CopyError::disk(&path, "removing a draft", &e))?;
            }
        }
        Ok(())
    }

    /// Makes an empty file that only its owner can read, gone when it is dropped.
    ///
    /// # Errors
    /// [`CopyError::Disk`].
    pub(super) fn draft(&self, what: &str) -> Result<Draft, CopyError> {
        let name = format!("{}{}-{what}{}", DRAFT.0, std::process::id(), DRAFT.1);
        let path = self.path.join(name);
        let file = OpenOptions::new()
            .create_new(true)
            .write(true)
            .mode(0o600)
            .open(&path)
            .map_err(|e| CopyError::disk(&path, "making a draft", &e))?;
        let draft = Draft { path };
        give(&file, &draft.path, &self.path)?;
        Ok(draft)
    }

    /// Makes what was renamed in the folder outlive a power cut.
    ///
    /// # Errors
    /// [`CopyError::Disk`].
    pub(super) fn sync(&self) -> Result<(), CopyError> {
        sync(&self.path)
    }
}

/// The names in a folder that are text, in their order; others are none of ours.
///
/// # Errors
/// [`CopyError::Disk`].
pub(super) fn names(folder: &Path) -> Result<Vec<String>, CopyError> {
    let cannot = |e: std::io::Error| CopyError::disk(folder, "reading the folder", &e);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(cannot)? {
        if let Ok(name) = entry.map_err(cannot)?.file_name().into_string() {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// Gives a file that the administrator has made to whoever owns `like`: else the service, which runs as
/// somebody else, could not open what was made for it.
///
/// The open file itself is given, and only when it is what stands at `path`: whoever owns the folder could have
/// put a link there to a file that is not theirs.
fn give(file: &File, path: &Path, like: &Path) -> Result<(), CopyError> {
    let looking = |e: std::io::Error| CopyError::disk(path, "looking whose it is", &e);
    let ours = file.metadata().map_err(looking)?;
    let theirs = std::fs::metadata(like).map_err(looking)?;
    if (ours.uid(), ours.gid()) == (theirs.uid(), theirs.gid()) || ours.uid() != 0 {
        return Ok(());
    }
    let there = std::fs::symlink_metadata(path).map_err(looking)?;
    if !there.is_file() || (there.dev(), there.ino()) != (ours.dev(), ours.ino()) {
        let link = std::io::Error::other("it is a link to another file");
        return Err(looking(link));
    }
    fchown(file, Some(theirs.uid()), Some(theirs.gid()))
        .map_err(|e| CopyError::disk(path, "giving it to who owns the place", &e))
}

/// Makes what was written to a file, or renamed in a folder, outlive a power cut.
///
/// # Errors
/// [`CopyError::Disk`].
pub(super) fn sync(path: &Path) -> Result<(), CopyError> {
    File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(|e| CopyError::disk(path, "waiting for the disk", &e))
}

/// A file that is being written; what is not given a name is removed.
#[derive(Debug)]
pub(super) struct Draft {
    path: PathBuf,
}

impl Draft {
    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Fills it with a text.
    ///
    /// # Errors
    /// [`CopyError::Disk`].
    pub(super) fn fill(&self, text: &str) -> Result<(), CopyError> {
        let written = OpenOptions::new()
            .write(true)
            .open(&self.path)
            .and_then(|mut file| file.write_all(text.as_bytes()));
        written.map_err(|e| CopyError::disk(&self.path, "writing", &e))
    }

    /// Gives it a name that no file has, once what it holds is on the disk.
    ///
    /// # Errors
    /// [`CopyError::Exists`]; [`CopyError::Disk`].
    pub(super) fn name(self, path: &Path) -> Result<(), CopyError> {
        sync(&self.path)?;
        // a second name is refused where there is one already; a rename would overwrite it
        match std::fs::hard_link(&self.path, path) {
            Ok(()) => Ok(()),
            Err(e) if e.kind() == ErrorKind::AlreadyExists => Err(CopyError::Exists {
                path: path.to_owned(),
            }),
            // a disk without second names: the folder is ours alone
            Err(_no_links_here) if !path.exists() => std::fs::rename(&self.path, path)
                .map_err(|e| CopyError::disk(path, "giving the copy its name", &e)),
            Err(e) => Err(CopyError::disk(path, "giving the copy its name", &e)),
        }
    }

    /// Gives it the owner and the permissions of a file whose place it is to take.
    ///
    /// # Errors
    /// [`CopyError::Disk`].
    pub(super) fn become_like(&self, file: &Path) -> Result<(), CopyError> {
        let draft = File::open(&self.path)
            .map_err(|e| CopyError::disk(&self.path, "looking at the draft", &e))?;
        give(&draft, &self.path, file)?;
        std::fs::metadata(file)
            .and_then(|of| std::fs::set_permissions(&self.path, of.permissions()))
            .map_err(|e| CopyError::disk(&self.path, "giving it the permissions of before", &e))
    }

    /// Puts it in the place of what has that name, once what it holds is on the disk.
    ///
    /// # Errors
    /// [`CopyError::Disk`].
    pub(super) fn replace(self, path: &Path) -> Result<(), CopyError> {
        sync(&self.path)?;
        std::fs::rename(&self.path, path)
            .map_err(|e| CopyError::disk(path, "putting the file in its place", &e))
    }
}

/// What remains under a draft's name is nobody's; the next process removes what this cannot.
impl Drop for Draft {
    fn drop(&mut self) {
        std::fs::remove_file(&self.path).ok();
        for end in BESIDE {
            std::fs::remove_file(with(&self.path, end)).ok();
        }
    }
}

/// A path with something at its end.
pub(super) fn with(path: &Path, end: &str) -> PathBuf {
    let mut name = path.to_owned().into_os_string();
    name.push(end);
    PathBuf::from(name)
}

/// Copies the bytes of a file and returns how many they are and their SHA-256, in hexadecimal.
///
/// # Errors
/// [`CopyError::Disk`].
pub(super) fn copy(from: &Path, to: &Draft) -> Result<(u64, String), CopyError> {
    let read = |e: std::io::Error| CopyError::disk(from, "reading", &e);
    let mut source = File::open(from).map_err(read)?;
    let mut target = OpenOptions::new()
        .write(true)
        .open(&to.path)
        .map_err(|e| CopyError::disk(&to.path, "writing", &e))?;
    let (mut digest, mut bytes) = (Sha256::new(), 0_u64);
    let mut piece = vec![0; 1 << 20];
    loop {
        let n = source.read(&mut piece).map_err(read)?;
        let some = piece.get(..n).unwrap_or_default();
        if some.is_empty() {
            return Ok((bytes, hex::encode(digest.finalize())));
        }
        digest.update(some);
        bytes = bytes.saturating_add(u64::try_from(n).unwrap_or(u64::MAX));
        target
            .write_all(some)
            .map_err(|e| CopyError::disk(&to.path, "writing", &e))?;
    }
}
