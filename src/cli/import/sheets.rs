use crate::app::import_sheet::{self, Imported, Mode, Outcome, Rows, Taken, Unsaid};
use crate::cli::answer::{Answer, columns};
use crate::cli::failure::Failure;
use crate::cli::given;
use crate::cli::place::Place;
use crate::domain::code::Finess;
use crate::domain::email::AddressError;
use crate::domain::language::Language;
use crate::domain::role::Role;
use crate::mail::EmailAddress;
use crate::text::Bilingual as _;
use crate::wire::import::{deliveries, patients, people, sites};
use crate::wire::sheet::{Fault, MOST_BYTES};
use clap::Args;
use serde_json::{Value, json};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// A sheet, and whether it is taken over.
#[derive(Debug, Args)]
struct Sheet {
    /// The file, as a spreadsheet saves it: CSV, or Excel's Unicode text
    #[arg(value_name = "FILE", required_unless_present = "template")]
    file: Option<PathBuf>,
    /// Write what the file says; without it, only say what would be written
    #[arg(long)]
    apply: bool,
    /// Write a sheet with the names of the columns and a sample row, to be filled in
    #[arg(long, conflicts_with_all = ["file", "apply"])]
    template: bool,
}

/// A sheet whose rows are of a site.
#[derive(Debug, Args)]
struct SheetOfSites {
    #[command(flatten)]
    sheet: Sheet,
    /// The site that every row is of, where the file has no column for it
    #[arg(long, value_name = "FINESS", value_parser = given::finess)]
    site: Option<Finess>,
}

const SITES: &str = "\
Examples:
  dotation import sites --template > sites.csv
  dotation import sites sites.csv
  dotation import sites sites.csv --apply

Columns, in any order: finess, groupement, nom; besides, if at hand: nom du groupement (adds a network
that is not there), CAR-T (oui or non), dose de référence (mg), fuseau horaire.";

/// Import sites: what is new is added, what differs is changed; without --apply nothing is
///
/// A site is known by its FINESS number and stays in its network. An empty cell changes nothing. A file
/// that is imported twice changes nothing the second time; with one faulty row nothing of it is done, and
/// every fault is told with its line and column.
#[derive(Debug, Args)]
#[command(after_help = SITES)]
pub(in crate::cli) struct ImportSites {
    #[command(flatten)]
    sheet: Sheet,
}

const PEOPLE: &str = "\
Examples:
  dotation import people --template > people.csv
  dotation import people people.csv
  dotation import people people.csv --site 750100125 --apply

Columns, in any order: finess, fonction (pharmacien, unité CAR-T, coordinateur), nom, adresse
électronique; besides, if at hand: langue (fr, en), rang, actif (oui, non).
Access to the service is another matter: dotation token give --help";

/// Import people: who receives the letters of sites; without --apply nothing is done
///
/// Somebody is known by site, function and address. Nobody is taken off a list: say non in the column
/// actif. A file that is imported twice changes nothing the second time; with one faulty row nothing of it
/// is done.
#[derive(Debug, Args)]
#[command(after_help = PEOPLE)]
pub(in crate::cli) struct ImportPeople {
    #[command(flatten)]
    of: SheetOfSites,
}

const PATIENTS: &str = "\
Examples:
  dotation import patients --template > patients.csv
  dotation import patients patients.csv --site 750100125
  dotation import patients patients.csv --site 750100125 --apply

Columns, in any order: pseudonyme, poids (kg), date d'injection; finess unless --site is said. Nothing
else of a patient may stand in the file.";

/// Import CAR-T patients: their doses count in the reserve; without --apply nothing is done
///
/// A patient is known by site and pseudonym, never by a name. A weight or a day that differs is corrected.
/// A file that is imported twice changes nothing the second time; with one faulty row nothing of it is
/// done. That records were compared with the file is on the audit trail.
#[derive(Debug, Args)]
#[command(after_help = PATIENTS)]
pub(in crate::cli) struct ImportPatients {
    #[command(flatten)]
    of: SheetOfSites,
}

const DELIVERIES: &str = "\
Examples:
  dotation import deliveries --template > deliveries.csv
  dotation import deliveries deliveries.csv
  dotation import deliveries deliveries.csv --site 750100125 --apply

Columns, in any order: CIP13, unités (units, not boxes), date prévue, référence (the supplier's);
finess unless --site is said; besides, if at hand: état (annoncée, confirmée).";

/// Import deliveries: announced, confirmed, postponed; without --apply nothing is done
///
/// A delivery is known by site, presentation and the supplier's reference. One that was received or
/// cancelled stays so, whatever the file still says. A file that is imported twice changes nothing the
/// second time; with one faulty row nothing of it is done.
#[derive(Debug, Args)]
#[command(after_help = DELIVERIES)]
pub(in crate::cli) struct ImportDeliveries {
    #[command(flatten)]
    of: SheetOfSites,
}

fn is_address(text: &str) -> Result<(), AddressError> {
    EmailAddress::parse(text).map(|_| ())
}

impl ImportSites {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let read = |bytes: &[u8]| Ok(Rows::Sites(sites::read(bytes)?));
        self.sheet.run(place, sites::written, Role::Admin, read)
    }
}

impl ImportPeople {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let site = self.of.site;
        let read = |bytes: &[u8]| Ok(Rows::People(people::read(bytes, site, is_address)?));
        let sheet = self.of.sheet;
        sheet.run(place, people::written, Role::Admin, read)
    }
}

impl ImportPatients {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let site = self.of.site;
        let read = |bytes: &[u8]| Ok(Rows::Patients(patients::read(bytes, site)?));
        let sheet = self.of.sheet;
        sheet.run(place, patients::written, Role::Pharmacist, read)
    }
}

impl ImportDeliveries {
    pub(super) fn run(self, place: &Place) -> Result<Answer, Failure> {
        let site = self.of.site;
        let read = |bytes: &[u8]| Ok(Rows::Deliveries(deliveries::read(bytes, site)?));
        let sheet = self.of.sheet;
        sheet.run(place, deliveries::written, Role::Pharmacist, read)
    }
}

impl Sheet {
    fn run(
        self,
        place: &Place,
        template: fn() -> String,
        role: Role,
        read: impl FnOnce(&[u8]) -> Result<Rows, Vec<Fault>>,
    ) -> Result<Answer, Failure> {
        let Some(file) = &self.file else {
            return Ok(Answer::exact(template(), 0));
        };
        let language = place.language();
        let rows = read(&bytes(file)?).map_err(|faults| refused(file, &faults, language))?;
        let opened = place.open()?.acting_as(role);
        let unsaid = Unsaid {
            language: opened.settings.default_language,
            zone: opened.settings.time_zone,
        };
        let mode = if self.apply {
            Mode::Apply
        } else {
            Mode::DryRun
        };
        let done = opened.write(rows.sites(), move |act| {
            import_sheet::import(act, &rows, mode, unsaid)
        })?;
        if !done.faults.is_empty() {
            return Err(refused(file, &done.faults, language));
        }
        let answer = Answer::new(told(&done, mode), shape(&done, mode));
        Ok(match mode {
            Mode::Apply => answer,
            Mode::DryRun => {
                answer.note("Nothing was written: this is what would be. To write it: --apply")
            }
        })
    }
}

/// Reads at most one byte more than a sheet may have, so that its reader sees that it is too long.
pub(super) fn bytes(file: &Path) -> Result<Vec<u8>, Failure> {
    let most = u64::try_from(MOST_BYTES).map_or(u64::MAX, |most| most.saturating_add(1));
    let mut bytes = Vec::new();
    let read = File::open(file).and_then(|open| open.take(most).read_to_end(&mut bytes));
    read.map_err(|error| Failure::input(format!("{}: {error}", file.display())))?;
    Ok(bytes)
}

/// The failure of a sheet with its faults: the file, the line, the column with what it is called there.
pub(super) fn refused(file: &Path, faults: &[Fault], language: Language) -> Failure {
    let line = |Fault { at, column, wrong }: &Fault| {
        let said = match language {
            Language::En => wrong.in_english(),
            Language::Fr => wrong.in_french(),
        };
        let named = column
            .as_ref()
            .map_or_else(String::new, |name| format!(" ({name})"));
        format!("{}:{at}:{named} {said}", file.display())
    };
    Failure::Input(faults.iter().map(line).collect())
}

/// The rows that were, or would be, added or changed; and how many of each there are.
fn told(done: &Imported, mode: Mode) -> String {
    let would = match mode {
        Mode::Apply => "",
        Mode::DryRun => "would be ",
    };
    let mut text = format!(
        "{} rows read: {} {would}created, {} {would}changed, {} unchanged\n",
        done.rows.len(),
        done.count(Outcome::Created),
        done.count(Outcome::Changed),
        done.count(Outcome::Unchanged),
    );
    let rows: Vec<[String; 4]> = done
        .rows
        .iter()
        .filter(|row| row.outcome != Outcome::Unchanged)
        .map(|row: &Taken| {
            [
                row.line.to_string(),
                row.site.to_string(),
                row.outcome.code().to_owned(),
                row.changed.join(", "),
            ]
        })
        .collect();
    if !rows.is_empty() {
        text.push_str(&columns(["LINE", "SITE", "OUTCOME", "COLUMNS"], &rows));
    }
    text
}

fn shape(done: &Imported, mode: Mode) -> Value {
    let line = |row: &Taken| {
        json!({ "line": row.line, "site": row.site.as_str(), "outcome": row.outcome.code(),
                "changed": row.changed })
    };
    json!({
        "dry_run": mode == Mode::DryRun,
        "rows": done.rows.len(),
        "created": done.count(Outcome::Created),
        "changed": done.count(Outcome::Changed),
        "unchanged": done.count(Outcome::Unchanged),
        "lines": done.rows.iter().map(line).collect::<Vec<_>>(),
    })
}
