mod counts;
mod sheets;
mod stock;

use super::answer::Answer;
use super::failure::Failure;
use super::place::Place;
use crate::app::import_bdpm::{self, Imported};
use crate::app::records::Changes;
use crate::wire::bdpm::{self, FileReport, MOST_BYTES, Source};
use clap::{Args, Subcommand};
use counts::ImportCounts;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use sheets::{ImportDeliveries, ImportPatients, ImportPeople, ImportSites};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use stock::ImportStock;

/// How many odd rows of a file are written out for people.
///
/// Choice: a screen; machines are given them all.
const MOST_SHOWN: usize = 40;

/// Take over what others publish, and what spreadsheets hold
#[derive(Debug, Subcommand)]
pub(super) enum Import {
    Bdpm(ImportBdpm),
    Counts(ImportCounts),
    Stock(ImportStock),
    Sites(ImportSites),
    People(ImportPeople),
    Patients(ImportPatients),
    Deliveries(ImportDeliveries),
}

const BDPM: &str = "\
Examples:
  dotation import bdpm CIS_bdpm.txt CIS_CIP_bdpm.txt
  dotation import bdpm CIS_bdpm.txt CIS_CIP_bdpm.txt --format json > report.json";

/// Import an edition of the French public medicines database (BDPM)
///
/// Reads the files as they are published, in UTF-8 or Windows-1252. What is new is added, what
/// differs is changed, what the edition no longer has stays; all of it or, when anything goes
/// wrong, nothing. An odd row never fails a file: it is reported with its line.
#[derive(Debug, Args)]
#[command(after_help = BDPM)]
pub(super) struct ImportBdpm {
    /// The file of medicines, published as CIS_bdpm.txt
    #[arg(value_name = "CIS_bdpm.txt")]
    products: PathBuf,
    /// The file of presentations, published as CIS_CIP_bdpm.txt
    #[arg(value_name = "CIS_CIP_bdpm.txt")]
    packs: PathBuf,
}

impl Import {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        match self {
            Self::Bdpm(command) => command.run(place),
            Self::Counts(command) => command.run(place),
            Self::Stock(command) => command.run(place),
            Self::Sites(command) => command.run(place),
            Self::People(command) => command.run(place),
            Self::Patients(command) => command.run(place),
            Self::Deliveries(command) => command.run(place),
        }
    }
}

impl ImportBdpm {
    fn run(self, place: &Place) -> Result<Answer, Failure> {
        let opened = place.open()?;
        let progress = Progress::begin();
        let (products, packs) = both(&self, &progress)?;
        progress.step("reading rows");
        let edition = bdpm::read(source(&products), source(&packs))
            .map_err(|errors| Failure::Input(errors.iter().map(ToString::to_string).collect()))?;
        progress.step("writing");
        let edition = Arc::new(edition);
        let written = Arc::clone(&edition);
        let imported = opened.write(Vec::new(), move |act| import_bdpm::import(act, &written))?;
        progress.end();
        let report = &edition.report;
        let files = serde_json::to_value(&report.files).map_err(|e| Failure::Cannot(e.into()))?;
        let json = json!({ "files": files, "changes": changes(&imported) });
        Ok(Answer::new(told(&report.files, &imported), json))
    }
}

struct Read {
    name: String,
    bytes: Vec<u8>,
}

fn source(read: &Read) -> Source<'_> {
    Source {
        name: &read.name,
        bytes: &read.bytes,
    }
}

/// Reads both files, and says what is wrong with both.
fn both(command: &ImportBdpm, progress: &Progress) -> Result<(Read, Read), Failure> {
    let read = |path: &Path| read(path, progress).map_err(|e| format!("{}: {e}", path.display()));
    match (read(&command.products), read(&command.packs)) {
        (Ok(products), Ok(packs)) => Ok((products, packs)),
        (products, packs) => Err(Failure::Input(
            [products.err(), packs.err()]
                .into_iter()
                .flatten()
                .collect(),
        )),
    }
}

/// Reads at most one byte more than a file may have, so that the reader sees that it is too long.
fn read(path: &Path, progress: &Progress) -> std::io::Result<Read> {
    let file = File::open(path)?;
    progress.file(path, file.metadata()?.len());
    let most = u64::try_from(MOST_BYTES).map_or(u64::MAX, |most| most.saturating_add(1));
    let mut bytes = Vec::new();
    progress
        .0
        .wrap_read(file.take(most))
        .read_to_end(&mut bytes)?;
    Ok(Read {
        name: path.display().to_string(),
        bytes,
    })
}

/// A bar on a terminal's standard error; nothing where there is none.
struct Progress(ProgressBar);

impl Progress {
    fn begin() -> Self {
        Self(ProgressBar::no_length())
    }

    fn file(&self, path: &Path, bytes: u64) {
        let name = path.file_name().unwrap_or_default().display().to_string();
        let style = ProgressStyle::with_template("{msg:24} {bar:40} {bytes}/{total_bytes}");
        self.0
            .set_style(style.unwrap_or_else(|_known_good| ProgressStyle::default_bar()));
        self.0.set_message(name);
        self.0.set_position(0);
        self.0.set_length(bytes);
    }

    fn step(&self, name: &'static str) {
        self.0.set_style(ProgressStyle::default_spinner());
        self.0.set_message(name);
        self.0.tick();
    }

    fn end(&self) {
        self.0.finish_and_clear();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

fn told(files: &[FileReport], imported: &Imported) -> String {
    let mut lines: Vec<String> = files.iter().flat_map(about).collect();
    let line = |what: &str, c: Changes| {
        let Changes {
            added,
            changed,
            same,
        } = c;
        format!("{what}: {added} added, {changed} changed, {same} the same")
    };
    lines.push(line("medicines", imported.products));
    lines.push(line("presentations", imported.packs));
    if imported.relabelled > 0 {
        lines.push(format!(
            "catalogue: {} with the label and the CIS of this edition now",
            imported.relabelled
        ));
    }
    lines.join("\n") + "\n"
}

/// A line for a file, and one for each odd row up to [`MOST_SHOWN`].
fn about(file: &FileReport) -> Vec<String> {
    let encoding = serde_json::to_value(file.encoding).unwrap_or_default();
    let encoding = encoding.as_str().unwrap_or_default();
    let odd = file.faults.len().saturating_add(file.faults_not_listed);
    let (name, read, kept) = (&file.name, file.rows_read, file.rows_kept);
    let mut lines = vec![format!(
        "{name} ({encoding}): {read} rows read, {kept} kept, {odd} odd"
    )];
    lines.extend(file.faults.iter().take(MOST_SHOWN).map(|fault| {
        let column = fault
            .column
            .map_or_else(String::new, |column| format!(":{column}"));
        let kept = if fault.kept {
            "row kept"
        } else {
            "row left out"
        };
        format!(
            "  {name}:{}{column}: found {:?}, expected {}; {kept}",
            fault.line, fault.found, fault.expected
        )
    }));
    if odd > MOST_SHOWN {
        let more = odd.saturating_sub(MOST_SHOWN);
        lines.push(format!("  and {more} more, which --format json lists"));
    }
    lines
}

fn changes(imported: &Imported) -> Value {
    let count = |c: Changes| json!({ "added": c.added, "changed": c.changed, "same": c.same });
    json!({
        "products": count(imported.products),
        "packs": count(imported.packs),
        "relabelled": imported.relabelled,
    })
}
