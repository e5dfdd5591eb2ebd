//! All rulebooks: those in the binary, and those of a folder, which take precedence.

use crate::domain::calendar::Day;
use crate::domain::rule::{GateRule, Rulebook, Slug};
use crate::toml_file::{Fault, Faults, MOST_BYTES, Place, Problem};
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
            let file = format!("{FOLDER}/{name}.toml");
            collected.add(super::read(&file, text.as_bytes()), file);
        }
        for path in &files {
            let file = path.display().to_string();
            let read = bytes_of(path).and_then(|bytes| super::read(&file, &bytes));
            collected.add(read, file);
        }
        collected.finish()
    }

    /// Returns the rulebook of a name, if there is one.
    pub fn get(&self, name: &Slug) -> Option<&Rulebook> {
        self.by_name.get(name)
    }

    /// Returns whether a rulebook holds on a day: within its own dates, and before those of the one
    /// that takes its place.
    pub fn in_force(&self, book: &Rulebook, day: Day) -> bool {
        let next = book.superseded_by.as_ref().and_then(|name| self.get(name));
        book.in_force(day) && next.is_none_or(|next| day < next.valid_from)
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
    files: BTreeMap<Slug, String>,
    faults: Vec<Fault>,
    incomplete: bool,
}

impl Collected {
    fn add(&mut self, read: Result<Rulebook, Faults>, file: String) {
        match read {
            Ok(rulebook) => {
                self.files.insert(rulebook.name.clone(), file);
                self.by_name.insert(rulebook.name.clone(), rulebook);
            }
            Err(faults) => {
                self.incomplete = true;
                self.faults.extend(faults.into_vec());
            }
        }
    }

    /// Only when all files are known can one say that a rulebook is nowhere.
    fn finish(mut self) -> Result<Rulebooks, Faults> {
        let mut faults = std::mem::take(&mut self.faults);
        if !self.incomplete {
            for rulebook in self.by_name.values() {
                if let Some(next) = &rulebook.superseded_by
                    && (!self.by_name.contains_key(next) || *next == rulebook.name)
                {
                    let what = format!(
                        "superseded_by: there is no other rulebook {next}, expected the name of one"
                    );
                    faults.push(self.inconsistent(&rulebook.name, what));
                }
                for what in self
                    .safety_elsewhere(rulebook)
                    .into_iter()
                    .chain(self.gates_without_rows(rulebook))
                {
                    faults.push(self.inconsistent(&rulebook.name, what));
                }
            }
        }
        if faults.is_empty() {
            Ok(Rulebooks {
                by_name: self.by_name,
            })
        } else {
            Err(Faults::new(faults))
        }
    }

    /// What is wrong with gates that take the rows of another rulebook.
    fn gates_without_rows(&self, rulebook: &Rulebook) -> Vec<String> {
        let gates = rulebook.gates.iter().enumerate();
        let wrong = gates.filter_map(|(place, gate)| {
            let GateRule::Neutrophils(name) = &gate.then else {
                return None;
            };
            let what = match self.by_name.get(name) {
                None => "there is no rulebook",
                Some(book) if book.thresholds.is_empty() => "there are no [[thresholds]] in",
                Some(_) => return None,
            };
            Some(format!(
                "gates[{place}].neutrophils: {what} {name}, expected the name of a rulebook that has \
                 some"
            ))
        });
        wrong.collect()
    }

    /// What is wrong with the rulebook of safety that another names.
    fn safety_elsewhere(&self, rulebook: &Rulebook) -> Option<String> {
        let name = rulebook.safety_rulebook.as_ref()?;
        let speaks = self.by_name.get(name).is_some_and(Rulebook::assesses);
        (!speaks).then(|| {
            format!(
                "safety_rulebook: {name} is no rulebook that speaks of patients, expected the name of \
                 one"
            )
        })
    }

    fn inconsistent(&self, name: &Slug, what: String) -> Fault {
        Fault {
            place: Place::File {
                file: self.files.get(name).cloned().unwrap_or_default(),
            },
            problem: Problem::Inconsistent { what },
        }
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
