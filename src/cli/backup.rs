use super::answer::{Answer, columns};
use super::failure::Failure;
use super::place::Place;
use crate::app::watch_copies;
use crate::db::backup::{self, CopyError, Listed, Made, Target, Verified};
use crate::db::migrate;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  dotation backup                          into the folder of the setting backup_folder
  dotation backup --to /srv/copies
  dotation backup /srv/before-upgrade.db
  dotation backup verify /srv/before-upgrade.db
  dotation backup list /srv/copies";

/// Make a safety copy while the service runs, and verify it
///
/// The copy is one SQLite file, whichever database is set, with a manifest beside it (FILE.json). It gets
/// its name when it was restored to a scratch place beside it and everything was found there: every
/// balance is the sum of its movements, every hold counted, every line of the audit trail follows the
/// one before it. One that fails is kept as FILE.bad, and the exit code is 1. No file is ever overwritten.
///
/// A copy holds what the database holds, patients' data too: only its owner can read it; protect the
/// place it is carried to as the database.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub(super) struct Backup {
    #[command(subcommand)]
    verb: Option<Verb>,
    /// The copy, a file that is not there yet
    #[arg(value_name = "FILE", conflicts_with = "to")]
    file: Option<PathBuf>,
    /// The folder to make it into, under a name that tells when it was made
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Verify(Verify),
    List(ListCopies),
}

/// Verify a copy: restore it to a scratch place and look at everything there
///
/// Exit code 1 when something is wrong with it; each line says what.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  dotation backup verify /srv/copies/dotation-20261122T023000Z.db"
)]
struct Verify {
    /// The copy
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// A folder with room for another of its size [default: the folder of the copy]
    #[arg(long, value_name = "FOLDER")]
    scratch: Option<PathBuf>,
}

/// List the copies of a folder by their manifests, without looking into them
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  dotation backup list /srv/copies")]
struct ListCopies {
    /// The folder [default: that of the setting backup_folder]
    #[arg(value_name = "FOLDER")]
    folder: Option<PathBuf>,
}

impl Backup {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let target = match (self.verb, self.file, self.to) {
            (Some(Verb::Verify(verb)), ..) => return verb.run(),
            (Some(Verb::List(verb)), ..) => return verb.run(place),
            (None, Some(file), _) => Target::File(file),
            (None, None, Some(folder)) => Target::Folder(folder),
            (None, None, None) => Target::Folder(folder_set(place)?),
        };
        let settings = place.settings()?;
        let url = place.database_url(&settings)?;
        let made = backup::make(&url, &target, place.now);
        let note = match (&made, migrate::pending(&url)) {
            // the tables of an earlier version have no place for it
            (_, Ok(pending)) if !pending.is_empty() => None,
            (Err(CopyError::Underway { .. } | CopyError::Exists { .. }), _) => None,
            _ => remember(place, &made).err(),
        };
        let answer = told(&made.map_err(failure)?);
        Ok(match note {
            None => answer,
            Some(failure) => answer.note(format!(
                "note: the copy is good, but the service was not told of it: {}",
                failure.told(super::answer::Format::Text, place.language())
            )),
        })
    }
}

/// Writes down in the database what became of it, for the metrics and the alert.
fn remember(place: &Place, made: &Result<Made, CopyError>) -> Result<(), Failure> {
    let opened = place.open()?;
    match made {
        Ok(made) => {
            let made = made.clone();
            opened.write(Vec::new(), move |act| watch_copies::made(act, &made))
        }
        Err(error) => {
            let why = error.to_string();
            opened.write(Vec::new(), move |act| watch_copies::failed(act, &why))
        }
    }
}

fn folder_set(place: &Place) -> Result<PathBuf, Failure> {
    place.settings()?.backup_folder.ok_or_else(|| {
        Failure::input("where to? Name a file, or a folder with --to, or set backup_folder")
    })
}

fn told(made: &Made) -> Answer {
    let manifest = &made.manifest;
    let rows: i64 = manifest.rows.values().sum();
    let text = format!(
        "{}\n  made at   {}\n  of        {}, {}\n  holds     {rows} rows in {} tables, {} bytes\n  verified  \
         ledger, holds and {} chains of the audit trail add up\n",
        made.path.display(),
        manifest.made_at.format("%Y-%m-%dT%H:%M:%SZ"),
        manifest.database,
        manifest.schema,
        manifest.rows.len(),
        manifest.bytes,
        manifest.chains.len(),
    );
    Answer::new(
        text,
        json!({ "file": made.path.display().to_string(), "manifest": manifest }),
    )
}

impl Verify {
    fn run(self) -> Result<Answer, Failure> {
        let beside = self.file.parent().filter(|p| !p.as_os_str().is_empty());
        let scratch = self.scratch.as_deref().or(beside).unwrap_or(Path::new("."));
        let verified = backup::verify(&self.file, scratch).map_err(failure)?;
        let Verified {
            sha256,
            bytes,
            schema,
            rows,
            chains,
            manifest,
        } = verified;
        let sum: i64 = rows.values().sum();
        let text = format!(
            "{} is good: {sum} rows in {} tables of {schema}, {bytes} bytes; ledger, holds and {} chains of \
             the audit trail add up\n",
            self.file.display(),
            rows.len(),
            chains.len(),
        );
        let json = json!({
            "file": self.file.display().to_string(), "good": true, "sha256": sha256, "bytes": bytes,
            "schema": schema, "rows": rows, "chains": chains, "manifest": manifest,
        });
        let answer = Answer::new(text, json);
        Ok(match manifest {
            Some(_) => answer,
            None => answer.note(
                "note: there is no manifest beside it, so that only what it says of itself was looked at",
            ),
        })
    }
}

impl ListCopies {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let folder = match self.folder {
            Some(folder) => folder,
            None => folder_set(place)?,
        };
        let copies = backup::list(&folder).map_err(failure)?;
        let name = |one: &Listed| {
            let name = one.path.file_name().unwrap_or_default();
            name.to_string_lossy().into_owned()
        };
        let rows: Vec<[String; 5]> = copies
            .iter()
            .map(|one| {
                let (made_at, of, schema) = match (&one.manifest, &one.odd) {
                    (Some(m), _) => (
                        m.made_at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
                        m.database.clone(),
                        m.schema.clone(),
                    ),
                    (None, odd) => (
                        odd.clone().unwrap_or_default(),
                        "-".to_owned(),
                        "-".to_owned(),
                    ),
                };
                [name(one), one.bytes.to_string(), of, schema, made_at]
            })
            .collect();
        let json: Vec<Value> = copies
            .iter()
            .map(|one| {
                json!({
                    "file": one.path.display().to_string(), "bytes": one.bytes,
                    "manifest": one.manifest, "odd": one.odd,
                })
            })
            .collect();
        Ok(Answer::new(
            columns(["FILE", "BYTES", "OF", "SCHEMA", "MADE AT"], &rows),
            json!(json),
        ))
    }
}

/// What a copy's error is to whoever typed the command.
pub(super) fn failure(error: CopyError) -> Failure {
    match error {
        CopyError::Db(error) => error.into(),
        CopyError::Bad { path, faults } => Failure::cannot(format!(
            "{} is no good copy:\n  {}",
            path.display(),
            faults.join("\n  ")
        )),
        CopyError::NotEmpty { database, rows } => Failure::input(format!(
            "{database} holds {rows} rows. To put the copy in their place, add --replace"
        )),
        CopyError::Served {
            database,
            connections,
        } => Failure::cannot(format!(
            "{connections} connections of a service are open to {database}: stop every instance, then run \
             this again"
        )),
        other @ (CopyError::Exists { .. } | CopyError::NotACopy { .. }) => {
            Failure::input(other.to_string())
        }
        other @ (CopyError::Disk { .. } | CopyError::Underway { .. }) => {
            Failure::cannot(other.to_string())
        }
    }
}
