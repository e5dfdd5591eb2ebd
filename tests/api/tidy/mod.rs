//! The house keeps its shape: each rule reads the sources and says which sentence was broken.
//!
//! To change a rule, edit its table: [`rooms`] (which room may use which, who knows which crate,
//! what `domain` never says), the top of [`shape`] (sizes, names, words). Every rule is a function
//! from sources to faults, and has a test that it can fail.

mod asvs;
mod migrations;
mod path;
mod rooms;
mod shape;
mod walls;

use std::{
    fs,
    path::{Path, PathBuf},
};

/// One file of the package.
struct Source {
    /// Its path from the package's folder, with `/` between the parts: `src/domain/code.rs`.
    path: String,
    /// All of it.
    text: String,
}

impl Source {
    fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    /// Returns the room a file of `src` is in: `domain` for `src/domain/code.rs`, `settings` for
    /// `src/settings.rs`. The two files that open the house, `main.rs` and `lib.rs`, are in none.
    fn room(&self) -> Option<&str> {
        let inside = self.path.strip_prefix("src/")?;
        let room = match inside.split_once('/') {
            Some((folder, _file)) => folder,
            None => inside.strip_suffix(".rs")?,
        };
        (!matches!(room, "main" | "lib")).then_some(room)
    }

    /// Returns how many modules deep the file is: 0 for `src/lib.rs`, 1 for `src/domain/mod.rs`,
    /// 2 for `src/domain/code.rs`.
    fn depth(&self) -> usize {
        let parts = self.path.split('/').count() - 1;
        let is_folder_or_root = ["/mod.rs", "src/lib.rs", "src/main.rs"]
            .iter()
            .any(|end| self.path.ends_with(end));
        if is_folder_or_root { parts - 1 } else { parts }
    }
}

/// Returns the files under these folders and with one of these endings, in the order of their
/// paths.
fn files(folders: &[&str], endings: &[&str]) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut waiting: Vec<PathBuf> = folders.iter().map(|folder| root.join(folder)).collect();
    let mut found = Vec::new();
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(fs::read_dir(&path).unwrap().map(|e| e.unwrap().path()));
        } else if path
            .extension()
            .is_some_and(|end| endings.iter().any(|wanted| end == *wanted))
        {
            let inside = path.strip_prefix(root).unwrap().to_str().unwrap();
            let text = fs::read_to_string(&path).unwrap();
            found.push(Source::new(&inside.replace('\\', "/"), &text));
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// The sources of the service.
fn sources() -> Vec<Source> {
    let found = files(&["src"], &["rs"]);
    assert!(found.iter().any(|source| source.path == "src/lib.rs"));
    found
}

/// Fails with every fault, one a line.
#[track_caller]
fn none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

/// Fails unless there is exactly one fault and it says this.
#[track_caller]
fn one(faults: &[String], says: &str) {
    assert_eq!(faults.len(), 1, "expected one fault: {faults:#?}");
    assert!(faults[0].contains(says), "{:?} lacks {says:?}", faults[0]);
}

#[test]
fn a_file_is_in_the_room_its_path_says() {
    let room = |path: &str| Source::new(path, "").room().map(str::to_owned);
    assert_eq!(room("src/domain/dose/mod.rs").as_deref(), Some("domain"));
    assert_eq!(room("src/settings.rs").as_deref(), Some("settings"));
    assert_eq!(room("src/main.rs"), None);
    assert_eq!(room("src/lib.rs"), None);
}
