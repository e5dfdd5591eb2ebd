//! All rulebooks: those in the binary, and those of a folder, which take precedence.

use super::outline::Outline;
use super::{Reading, between};
use crate::domain::calendar::Day;
use crate::domain::rule::{Rulebook, Slug, Standing};
use crate::toml_file::{self, Fault, Faults, MOST_BYTES};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// The folder that the built-in files come from, as faults show it.
const FOLDER: &str = "config/rulebooks";

/// The files in the binary; a test compares them with the folder.
pub(super) const BUILT_IN: &[(&str, &str)] = &[
    (
        "clozapine-2025-09",
        include_str!("../../config/rulebooks/clozapine-2025-09.toml"),
    ),
    (
        "immune-thrombocytopenia",
        include_str!("../../config/rulebooks/immune-thrombocytopenia.toml"),
    ),
    (
        "lemtrada-2019-04",
        include_str!("../../config/rulebooks/lemtrada-2019-04.toml"),
    ),
    (
        "lemtrada-2020-01",
        include_str!("../../config/rulebooks/lemtrada-2020-01.toml"),
    ),
    (
        "roactemra-2021-10-14",
        include_str!("../../config/rulebooks/roactemra-2021-10-14.toml"),
    ),
    (
        "roactemra-neutrophils",
        include_str!("../../config/rulebooks/roactemra-neutrophils.toml"),
    ),
];

/// Every rulebook there is, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rulebooks {
    by_name: BTreeMap<Slug, Rulebook>,
    odd: Faults,
}

impl Rulebooks {
    /// Returns the rulebooks that come with the service.
    ///
    /// # Errors
    /// [`Faults`] when a file was built in that is not right; a test sees to it that none is.
    pub fn built_in() -> Result<Self, Faults> {
        Self::load(None)
    }

    /// Returns the built-in rulebooks and those of `folder`: every file there whose name ends in
    /// `.toml`. One that has the name of a built-in takes its place.
    ///
    /// Files of other names, and folders inside, are passed over.
    ///
    /// # Errors
    /// [`Faults`] with every fault of every file, in the order of their names; also when the
    /// folder or a file in it cannot be read, or a rulebook names another that is nowhere.
    pub fn load(folder: Option<&Path>) -> Result<Self, Faults> {
        let files = folder.map(files_of).transpose()?.unwrap_or_default();
        let replaced = |name: &str| {
            files
                .iter()
                .any(|file| file.file_stem() == Some(OsStr::new(name)))
        };
        let mut collected = Collected::default();
        for (name, text) in BUILT_IN.iter().filter(|(name, _)| !replaced(name)) {
            collected.add(super::reading(
                &format!("{FOLDER}/{name}.toml"),
                text.as_bytes(),
            ));
        }
        for path in &files {
            let file = path.display().to_string();
            collected.add(match bytes_of(path) {
                Ok(bytes) => super::reading(&file, &bytes),
                Err(faults) => Reading {
                    rulebook: Err(faults),
                    outline: Outline {
                        name: super::stem(&file).to_owned(),
                        ..Outline::default()
                    },
                    odd: Vec::new(),
                },
            });
        }
        collected.finish()
    }

    /// Returns the rulebook of a name, if there is one.
    pub fn get(&self, name: &Slug) -> Option<&Rulebook> {
        self.by_name.get(name)
    }

    /// Returns the rulebook of a name as it is written somewhere, if there is one.
    pub fn named(&self, name: &str) -> Option<&Rulebook> {
        self.iter().find(|book| book.name.as_str() == name)
    }

    /// Returns whether a rulebook holds on a day: within its own dates, and before those of the one
    /// that takes its place.
    pub fn in_force(&self, book: &Rulebook, day: Day) -> bool {
        self.standing(book, day) == Standing::InForce
    }

    /// Returns how a rulebook stands on a day, by its own dates and those of its successor.
    pub fn standing(&self, book: &Rulebook, day: Day) -> Standing {
        let next = book.superseded_by.as_ref().and_then(|next| self.get(next));
        book.standing(day, next.map(|next| next.valid_from))
    }

    /// Returns what is odd in the files and no fault, each with its place: sources that no rule cites,
    /// exceptions for indications that nobody names.
    pub const fn odd(&self) -> &Faults {
        &self.odd
    }

    /// Returns the name most like one that is mistyped, if one is like it.
    pub fn nearest(&self, typed: &str) -> Option<&str> {
        toml_file::nearest(typed, self.by_name.keys().map(Slug::as_str))
    }

    /// Returns every rulebook, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = &Rulebook> {
        self.by_name.values()
    }
}

/// What was read so far.
#[derive(Default)]
struct Collected {
    by_name: BTreeMap<Slug, Rulebook>,
    outlines: Vec<Outline>,
    faults: Vec<Fault>,
    odd: Vec<Fault>,
}

impl Collected {
    fn add(&mut self, reading: Reading) {
        self.outlines.push(reading.outline);
        self.odd.extend(reading.odd);
        match reading.rulebook {
            Ok(rulebook) => {
                self.by_name.insert(rulebook.name.clone(), rulebook);
            }
            Err(faults) => self.faults.extend(faults.into_vec()),
        }
    }

    /// All files are known now, also those that have faults: what is wrong between them is told
    /// with what is wrong in each.
    fn finish(mut self) -> Result<Rulebooks, Faults> {
        self.faults.extend(between::faults(&self.outlines));
        if !self.faults.is_empty() {
            return Err(Faults::new(self.faults));
        }
        self.odd.extend(between::oddities(&self.outlines));
        Ok(Rulebooks {
            by_name: self.by_name,
            odd: Faults::new(self.odd),
        })
    }
}

fn files_of(folder: &Path) -> Result<Vec<PathBuf>, Faults> {
    let unreadable = |e: std::io::Error| {
        let file = folder.display().to_string();
        Faults::unreadable(&file, format_args!("the folder cannot be read: {e}"))
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension() == Some(OsStr::new("toml")) && !path.is_dir() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Reads the rulebook of one file, by itself: whether the names in it are those of others that are
/// loaded is not looked at.
///
/// # Errors
/// [`Faults`] with every fault of the file; also when it cannot be read.
pub fn read_file(path: &Path) -> Result<Rulebook, Faults> {
    let file = path.display().to_string();
    bytes_of(path).and_then(|bytes| super::read(&file, &bytes))
}

/// Reads at most one byte more than a file may have, so that the reader sees that it is too long.
fn bytes_of(path: &Path) -> Result<Vec<u8>, Faults> {
    let most = u64::try_from(MOST_BYTES).map_or(u64::MAX, |most| most.saturating_add(1));
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(most).read_to_end(&mut bytes))
        .map_err(|e| {
            let file = path.display().to_string();
            Faults::unreadable(&file, format_args!("the file cannot be read: {e}"))
        })?;
    Ok(bytes)
}
