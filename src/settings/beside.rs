//! What is asked about a file of settings that is not, or not yet, right as a whole.

use super::origin::{self, Origin, Variables};
use super::{FILE, Faults, value};
use crate::toml_file;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Returns the folder of rulebooks that is set, whatever else is wrong with the settings: so that
/// the faults of both can be told at once. Nothing when it cannot be made out.
pub fn rulebooks_folder(
    config: Option<&Path>,
    environment: &[(OsString, OsString)],
) -> Option<PathBuf> {
    let (file, bytes) = file_of(config, environment)?;
    let variables = Variables::new(environment.to_vec());
    let mut folder = None;
    // what is wrong besides is told by `Settings::load`
    let _elsewhere = toml_file::read(&file, &bytes, |top| {
        let origin = Origin::new(top, &variables);
        folder = origin.parsed("rulebooks_folder", None, value::FOLDER, value::folder);
        Some(())
    });
    folder.flatten()
}

/// Returns the fault of a setting that could be read but that another room refuses, because of
/// `what`, with its place: the variable, or the line in the file, or the name alone when the
/// setting stands in neither.
pub fn refused(
    config: Option<&Path>,
    environment: &[(OsString, OsString)],
    key: &str,
    what: &str,
) -> Faults {
    let by_file = format!("{key}_file");
    for key in [key, &by_file] {
        let name = origin::variable(key);
        if environment.iter().any(|(set, _)| *set == *name) {
            return Faults::unreadable(&name, what);
        }
    }
    let (file, bytes) = file_of(config, environment).unwrap_or_default();
    let read: Result<(), Faults> = toml_file::read(&file, &bytes, |top| {
        let key = [key, &by_file].into_iter().find(|key| {
            top.optional(key, toml_file::Table::secret)
                .is_some_and(|set| set.is_some())
        })?;
        top.inconsistent(key, what)
    });
    let at_the_place = read.err().map(Faults::into_vec).unwrap_or_default();
    let ours: Vec<_> = at_the_place
        .into_iter()
        .filter(|fault| {
            fault.problem
                == toml_file::Problem::Inconsistent {
                    what: what.to_owned(),
                }
        })
        .collect();
    if ours.is_empty() {
        return Faults::unreadable(key, what);
    }
    Faults::new(ours)
}

/// The name and the bytes of the file of settings, as [`super::Settings::load`] finds it.
fn file_of(
    config: Option<&Path>,
    environment: &[(OsString, OsString)],
) -> Option<(String, Vec<u8>)> {
    let by_variable = origin::config(environment).ok()?;
    let named = config.or(by_variable.as_deref());
    let path = named.unwrap_or(Path::new(FILE));
    let bytes = std::fs::read(path).or_else(|e| match named {
        None => Ok(Vec::new()),
        Some(_) => Err(e),
    });
    Some((path.display().to_string(), bytes.ok()?))
}
