//! What is asked about a file of settings that is not, or not yet, right as a whole.

use super::origin::{self, Origin, Variables};
use super::{FILE, Faults, Settings, value, wire};
use crate::toml_file;
use std::ffi::OsString;
use std::path::Path;

/// Returns those settings that other rooms read again or that name other files, whatever else is
/// wrong: so that the faults of all can be told at once. Each that has a fault is at its default,
/// and so are all others.
pub fn readable(config: Option<&Path>, environment: &[(OsString, OsString)]) -> Settings {
    let (file, bytes) = file_of(config, environment).unwrap_or_default();
    let variables = Variables::new(environment.to_vec());
    let mut read = Settings::default();
    // what is wrong with them is told by `Settings::load`
    let _elsewhere = toml_file::read(&file, &bytes, |top| {
        let origin = Origin::new(top, &variables);
        let is = Settings::default();
        let database = origin.secret("database_url", "database_url_file", is.database_url);
        let mail = origin.secret("mail_url", "mail_url_file", is.mail_url);
        let fallback = origin.secret_if_any("mail_url_fallback", "mail_url_fallback_file");
        let key = origin.parsed("dkim_key_file", None, value::PATH, value::folder);
        let from = origin.parsed("mail_from", is.mail_from, value::MAILBOX, value::mailbox);
        let filter = origin.parsed("log_filter", is.log_filter, value::FILTER, value::filter);
        let of_the_key = |key| {
            let read = origin.parsed(key, None, value::LABELS, |text| {
                value::labels(text).map(Some)
            });
            read.flatten()
        };
        let audit = origin.parsed("audit_signing_key_file", None, value::PATH, value::folder);
        let wire = wire::read(&origin, None);
        let folder = origin.parsed("rulebooks_folder", None, value::FOLDER, value::folder);
        read.allow_plaintext = origin.flag("allow_plaintext", false).unwrap_or(true);
        read.database_url = database.unwrap_or(read.database_url.clone());
        read.mail_url = mail.unwrap_or(read.mail_url.clone());
        read.mail_url_fallback = fallback.flatten();
        read.dkim_key_file = key.flatten();
        read.dkim_selector = of_the_key("dkim_selector");
        read.dkim_domain = of_the_key("dkim_domain");
        read.mail_from = from.unwrap_or(read.mail_from.clone());
        read.log_filter = filter.unwrap_or(read.log_filter.clone());
        read.audit_signing_key_file = audit.flatten();
        read.wire = wire.unwrap_or_default();
        read.rulebooks_folder = folder.flatten();
        Some(())
    });
    read
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
