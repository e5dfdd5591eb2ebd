//! Where a setting comes from: a variable, else the file, else its default.

use super::value::{PATH, Secret};
use crate::toml_file::{Fault, Faults, Place, Problem, Table, nearest};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What the variables of the service begin with.
const PREFIX: &str = "DOTATION_";
/// Names the file of settings.
const CONFIG: &str = "DOTATION_CONFIG";
/// Read by others: the file's name, a client's token.
const OTHERS: [&str; 2] = [CONFIG, "DOTATION_TOKEN"];
/// What to do with a variable that is empty.
const UNSET: &str = "; unset it for the default";
/// Variables of the tests begin with this.
const OF_TESTS: &str = "DOTATION_TEST_";

/// The variables of an environment that are the service's, and their faults.
pub(super) struct Variables {
    values: BTreeMap<String, OsString>,
    known: RefCell<BTreeSet<String>>,
    faults: RefCell<Vec<Fault>>,
}

impl Variables {
    pub(super) fn new(environment: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let values = environment
            .into_iter()
            .map(|(name, value)| (name.to_string_lossy().into_owned(), value))
            .filter(|(name, _)| {
                name.starts_with(PREFIX)
                    && !name.starts_with(OF_TESTS)
                    && !OTHERS.contains(&name.as_str())
            })
            .collect();
        Self {
            values,
            known: RefCell::new(BTreeSet::new()),
            faults: RefCell::new(Vec::new()),
        }
    }

    /// Every variable that was asked for so far.
    #[cfg(test)]
    pub(super) fn known(&self) -> Vec<String> {
        self.known.borrow().iter().cloned().collect()
    }

    pub(super) fn into_faults(self) -> Faults {
        Faults::new(self.faults.into_inner())
    }

    /// The value of a setting's variable. An empty one is a fault and not a default: it is what a
    /// secret that was not filled in looks like.
    fn get(&self, key: &str, shown: Shown, expected: &str) -> Variable<'_> {
        let name = variable(key);
        self.known.borrow_mut().insert(name.clone());
        let found = match self.values.get(&name).map(|value| value.to_str()) {
            None => return Variable::Absent,
            Some(Some(text)) if !text.trim().is_empty() => return Variable::Text(text),
            Some(Some(text)) => found(shown, text),
            Some(None) => "bytes that are not UTF-8".to_owned(),
        };
        let expected = format!("{expected}{UNSET}");
        self.note(key, Problem::Unexpected { found, expected });
        Variable::Faulty
    }

    fn note(&self, key: &str, problem: Problem) {
        let place = Place::Variable {
            name: variable(key),
        };
        self.faults.borrow_mut().push(Fault { place, problem });
    }

    fn finish(&self) {
        let known = self.known.borrow();
        for name in self.values.keys().filter(|name| !known.contains(*name)) {
            // what all begin with says nothing about which is meant
            let bare = |name: &'_ str| name.strip_prefix(PREFIX).unwrap_or_default().to_owned();
            let keys: Vec<String> = known.iter().map(|name| bare(name)).collect();
            let nearest = nearest(&bare(name), keys.iter().map(String::as_str))
                .map(|key| format!("{PREFIX}{key}"));
            self.faults.borrow_mut().push(Fault {
                place: Place::Variable { name: name.clone() },
                problem: Problem::Unknown { nearest },
            });
        }
    }
}

/// The file of settings that the environment names; an empty name is a fault.
pub(super) fn config(environment: &[(OsString, OsString)]) -> Result<Option<PathBuf>, Faults> {
    match environment.iter().find(|(name, _)| name == CONFIG) {
        Some((_, value)) if value.is_empty() => Err(Faults::new(vec![Fault {
            place: Place::Variable {
                name: CONFIG.to_owned(),
            },
            problem: Problem::Unexpected {
                found: found(Shown::Yes, ""),
                expected: format!("{PATH}{UNSET}"),
            },
        }])),
        named => Ok(named.map(|(_, value)| PathBuf::from(value))),
    }
}

/// What an environment says about a setting.
enum Variable<'v> {
    Absent,
    Faulty,
    Text(&'v str),
}

/// Whether a fault may show what was found.
#[derive(Clone, Copy)]
enum Shown {
    Yes,
    No,
}

fn found(shown: Shown, text: &str) -> String {
    match shown {
        Shown::Yes => format!("{:?}", text.chars().take(60).collect::<String>()),
        Shown::No if text.is_empty() => "\"\"".to_owned(),
        Shown::No => "a text that is not shown".to_owned(),
    }
}

/// The one rule: the setting's name in capitals, with `DOTATION_` before it.
pub(super) fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.to_ascii_uppercase())
}

/// A file's table and an environment's variables, asked together.
pub(super) struct Origin<'o> {
    table: &'o Table<'o>,
    variables: &'o Variables,
}

impl<'o> Origin<'o> {
    pub(super) const fn new(table: &'o Table<'o>, variables: &'o Variables) -> Self {
        Self { table, variables }
    }

    /// Notes every variable that nobody asked for; the file's table does so by itself.
    pub(super) fn finish(&self) {
        self.variables.finish();
    }

    pub(super) fn flag(&self, key: &str, default: bool) -> Option<bool> {
        let in_file = self.table.optional(key, Table::flag);
        let in_variable = self.variable(key, "true or false", |text| match text {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        });
        Some(in_variable?.or(in_file?).unwrap_or(default))
    }

    pub(super) fn whole<T>(&self, key: &str, default: T, bounds: RangeInclusive<T>) -> Option<T>
    where
        T: TryFrom<i64> + PartialOrd + Display + Copy,
    {
        let in_file = self
            .table
            .optional(key, |t, key| t.whole(key, bounds.clone()));
        let expected = format!("a whole number from {} to {}", bounds.start(), bounds.end());
        let in_variable = self.variable(key, &expected, |text| {
            let number: i64 = text.parse().ok()?;
            T::try_from(number).ok().filter(|n| bounds.contains(n))
        });
        Some(in_variable?.or(in_file?).unwrap_or(default))
    }

    pub(super) fn millis(
        &self,
        key: &str,
        default: Duration,
        bounds: RangeInclusive<u64>,
    ) -> Option<Duration> {
        let default = u64::try_from(default.as_millis()).unwrap_or(u64::MAX);
        self.whole(key, default, bounds).map(Duration::from_millis)
    }

    pub(super) fn parsed<T>(
        &self,
        key: &str,
        default: T,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let in_file = self.table.optional(key, |t, key| {
            t.word(key, expected, |text| {
                parse(text).filter(|_| !text.is_empty())
            })
        });
        let in_variable = self.variable(key, expected, &parse);
        Some(in_variable?.or(in_file?).unwrap_or(default))
    }

    /// Notes that a setting does not go with another, where it was set: its variable, else the file.
    pub(super) fn inconsistent<T>(&self, key: &str, what: &str) -> Option<T> {
        let in_file = self
            .table
            .optional(key, |_, _| Some(()))
            .flatten()
            .is_some();
        if in_file && !self.variables.values.contains_key(&variable(key)) {
            return self.table.inconsistent(key, what);
        }
        let what = what.to_owned();
        self.variables.note(key, Problem::Inconsistent { what });
        None
    }

    /// Takes a secret from `key`, or from the file that `by_file` names; never from both, and
    /// from the environment rather than from the file of settings.
    pub(super) fn secret(&self, key: &str, by_file: &str, default: Secret) -> Option<Secret> {
        let in_file = self.secret_in_file(key, by_file);
        let in_variables = self.secret_in_variables(key, by_file);
        Some(in_variables?.or(in_file?).unwrap_or(default))
    }

    /// The same for a secret that may be left out.
    #[expect(
        clippy::option_option,
        reason = "a fault, or nothing said, or a secret"
    )]
    pub(super) fn secret_if_any(&self, key: &str, by_file: &str) -> Option<Option<Secret>> {
        let in_file = self.secret_in_file(key, by_file);
        let in_variables = self.secret_in_variables(key, by_file);
        Some(in_variables?.or(in_file?))
    }

    #[expect(
        clippy::option_option,
        reason = "a fault, or nothing said, or a secret"
    )]
    fn secret_in_file(&self, key: &str, by_file: &str) -> Option<Option<Secret>> {
        secret_of(self.table, key, by_file)
    }

    /// Reads a list of tables, which has no variables.
    pub(super) fn rows<T>(
        &self,
        key: &str,
        read: impl Fn(&Table<'_>) -> Option<T>,
    ) -> Vec<Option<T>> {
        self.table.rows(key, 0, read)
    }

    #[expect(
        clippy::option_option,
        reason = "a fault, or nothing said, or a secret"
    )]
    fn secret_in_variables(&self, key: &str, by_file: &str) -> Option<Option<Secret>> {
        const EXPECTED: &str = "a text that is not empty";
        let given = self.variables.get(key, Shown::No, EXPECTED);
        let path = self.variable(by_file, PATH, path);
        let what = match (given, path?) {
            (Variable::Faulty, _) => return None,
            (Variable::Absent, None) => return Some(None),
            (Variable::Text(text), None) => return Some(Some(Secret::new(text))),
            (Variable::Text(_), Some(_)) => one_of_two(&variable(key)),
            (Variable::Absent, Some(path)) => match read_secret(&path) {
                Ok(secret) => return Some(Some(secret)),
                Err(what) => what,
            },
        };
        self.variables.note(by_file, Problem::Inconsistent { what });
        None
    }

    #[expect(clippy::option_option, reason = "a fault, or nothing said, or a value")]
    fn variable<T>(
        &self,
        key: &str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<Option<T>> {
        match self.variables.get(key, Shown::Yes, expected) {
            Variable::Absent => Some(None),
            Variable::Faulty => None,
            Variable::Text(text) => {
                let read = parse(text);
                if read.is_none() {
                    let problem = Problem::Unexpected {
                        found: found(Shown::Yes, text),
                        expected: expected.to_owned(),
                    };
                    self.variables.note(key, problem);
                }
                read.map(Some)
            }
        }
    }
}

/// Takes a secret from `key` of a table, or from the file that `by_file` names; never from both.
#[expect(
    clippy::option_option,
    reason = "a fault, or nothing said, or a secret"
)]
pub(super) fn secret_of(table: &Table<'_>, key: &str, by_file: &str) -> Option<Option<Secret>> {
    let given = table.optional(key, Table::secret);
    let path = table.optional(by_file, |t, by_file| t.word(by_file, PATH, path));
    match (given?, path?) {
        (Some(_), Some(_)) => table.inconsistent(by_file, one_of_two(key)),
        (Some(text), None) => Some(Some(Secret::new(text))),
        (None, Some(path)) => match read_secret(&path) {
            Ok(secret) => Some(Some(secret)),
            Err(what) => table.inconsistent(by_file, what),
        },
        (None, None) => Some(None),
    }
}

fn one_of_two(other: &str) -> String {
    format!("{other} is set too, expected one of the two")
}

fn path(text: &str) -> Option<PathBuf> {
    (!text.trim().is_empty()).then(|| PathBuf::from(text))
}

/// Reads the file of one secret; the line end that editors add is not part of it.
fn read_secret(path: &Path) -> Result<Secret, String> {
    let file = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|e| format!("the file {file} cannot be read: {e}"))?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.trim().is_empty() || text.contains(char::is_control) {
        return Err(format!(
            "the file {file} holds no secret, expected one line of text"
        ));
    }
    Ok(Secret::new(text))
}
