use super::sheets::bytes;
use crate::app::enter_counts::{self, Imported};
use crate::cli::answer::Answer;
use crate::cli::failure::Failure;
use crate::cli::given;
use crate::cli::place::Place;
use crate::domain::code::Finess;
use crate::domain::language::Language;
use crate::text::Bilingual as _;
use crate::wire::counts::{self as sheets, At, Fault, Row, TEMPLATE};
use crate::wire::fhir::{self, Whose};
use clap::Args;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

const COUNTS: &str = "\
Examples:
  dotation import counts --template > counts.csv
  dotation import counts counts.csv --site 750100125 --dry-run
  dotation import counts counts.csv --site 750100125
  dotation import counts bundle.json --format json

A sheet has one count a row; its first row names the columns, in any order:
  pseudonym;date;value;unit
  p-17;18/10/2021;1,5;G/L";

/// Import neutrophil counts: a CSV sheet, or FHIR R4 Observations as JSON
///
/// All of the file is entered, or nothing and every fault is told with its place. A count that was
/// entered before (same patient, day, number and unit) is not entered again. Sheets: between cells
/// semicolons, tabs or commas; UTF-8, UTF-16 or Windows-1252; days as 2021-10-18 or 18/10/2021; a decimal
/// comma is read unless it may separate thousands, as in 1,500. FHIR: an Observation with LOINC code 751-8 or
/// 26499-4 and the pseudonym as subject.identifier.value, or a Bundle of them.
#[derive(Debug, Args)]
#[command(after_help = COUNTS)]
pub(in crate::cli) struct ImportCounts {
    /// The file
    #[arg(value_name = "FILE", required_unless_present = "template")]
    file: Option<PathBuf>,
    /// The site whose patients they are; needed where several sites know a pseudonym
    #[arg(long, value_name = "FINESS", value_parser = given::finess)]
    site: Option<Finess>,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Write the first row of a sheet, to be filled in
    #[arg(long, conflicts_with_all = ["file", "site", "dry_run"])]
    template: bool,
}

impl ImportCounts {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let Some(file) = &self.file else {
            return Ok(Answer::exact(TEMPLATE.to_owned(), 0));
        };
        let rows = rows(file, place.language())?;
        let (opened, site) = (place.open()?, self.site);
        let weighed = opened.read(move |act| enter_counts::weigh(act, &rows, site))?;
        if !weighed.faults.is_empty() {
            return Err(refused(file, &weighed.faults, place.language()));
        }
        let (sites, rows) = (weighed.sites(), weighed.rows);
        let read = rows.len();
        let done = if self.dry_run {
            opened.read(move |act| enter_counts::sort(act, &rows))?
        } else {
            opened.write(sites, move |act| enter_counts::import(act, rows.as_slice()))?
        };
        Ok(Answer::new(
            told(&done, read, self.dry_run),
            shape(&done, read, self.dry_run),
        ))
    }
}

/// Reads a file: JSON when it begins like it, else a sheet.
fn rows(file: &Path, language: Language) -> Result<Vec<Row>, Failure> {
    let bytes = bytes(file)?;
    let begin = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let read = if begin.trim_ascii_start().starts_with(b"{") {
        fhir::read(&bytes, &Whose::Subject)
    } else {
        sheets::read(&bytes)
    };
    read.map_err(|faults| refused(file, &faults, language))
}

fn refused(file: &Path, faults: &[Fault], language: Language) -> Failure {
    let line = |Fault { at, wrong }: &Fault| {
        let said = match language {
            Language::En => wrong.in_english(),
            Language::Fr => wrong.in_french(),
        };
        format!("{}:{at}: {said}", file.display())
    };
    Failure::Input(faults.iter().map(line).collect())
}

fn told(done: &Imported, read: usize, dry_run: bool) -> String {
    let would = if dry_run { "would be " } else { "" };
    let mut lines = vec![format!(
        "{read} counts read, {} {would}entered, {} entered before",
        done.added.len(),
        done.same.len()
    )];
    lines.extend(done.same.iter().map(|(at, count)| {
        let line = match at {
            At::Line(..) => "line ",
            At::Pointer(_) => "",
        };
        format!("  {line}{at}: entered before, {}", count.state().code())
    }));
    lines.join("\n") + "\n"
}

fn shape(done: &Imported, read: usize, dry_run: bool) -> Value {
    let same: Vec<Value> = done
        .same
        .iter()
        .map(|(at, count)| json!({ "at": at.to_string(), "state": count.state().code() }))
        .collect();
    json!({ "dry_run": dry_run, "rows": read, "added": done.added.len(), "same": same })
}
